package authtest

import (
	"crypto/ecdsa"
	"crypto/rand"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Server is one authorization server (or identity provider) of a [World].
type Server struct {
	Name   string // as, as2, idp
	Issuer string
	Origin string

	w      *World
	o      ServerOptions
	key    *ecdsa.PrivateKey
	http   *httptest.Server
	faults map[string]*Fault

	// Guarded by the world's mutex.
	clients  map[string]Client
	codes    map[string]*code
	access   map[string]*issued
	refresh  map[string]*issued
	used     map[string]*issued // refresh tokens that were spent
	revoked  map[int]bool       // families
	families int
	pushed   map[string]url.Values // authorization requests by their request_uri
}

func (w *World) newServer(t testing.TB, name string, o ServerOptions) *Server {
	s := &Server{
		Name: name, w: w, o: o, key: newKey(), faults: copyFaults(o.Faults), clients: map[string]Client{}, codes: map[string]*code{},
		access: map[string]*issued{}, refresh: map[string]*issued{}, used: map[string]*issued{}, revoked: map[int]bool{}, pushed: map[string]url.Values{},
	}
	maps.Copy(s.clients, o.Clients)
	s.Origin = w.Origin
	if !o.AtResource {
		s.http = w.serve(t, s)
		s.Origin = s.http.URL
	}
	s.Issuer = s.Origin + o.Path
	return s
}

// Fail makes an endpoint answer as f says; the zero Fault heals it.
func (s *Server) Fail(endpoint string, f Fault) { s.w.setFault(s.faults, endpoint, f) }

// Change bends the server further while it runs. Do not keep the pointer.
func (s *Server) Change(f func(*ServerOptions)) {
	s.w.mu.Lock()
	f(&s.o)
	s.w.mu.Unlock()
}

// Forget drops every registered client, as a server does that lost its memory.
func (s *Server) Forget() {
	s.w.mu.Lock()
	s.clients = maps.Clone(s.o.Clients)
	if s.clients == nil {
		s.clients = map[string]Client{}
	}
	s.w.mu.Unlock()
}

// RevokeAll makes every token given so far worthless.
func (s *Server) RevokeAll() {
	s.w.mu.Lock()
	for i := range s.families + 1 {
		s.revoked[i] = true
	}
	s.w.mu.Unlock()
}

// options is a copy, for one request.
func (s *Server) options() ServerOptions {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	return s.o
}

// URL is where an endpoint is.
func (s *Server) URL(endpoint string) string { return s.Issuer + "/" + endpoint }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	endpoint, h := s.route(r.URL.Path)
	s.w.handle(s.Name, endpoint, s.faults, h)(rw, r)
}

// owns says whether a path on a shared origin is the authorization server's.
func (s *Server) owns(path string) bool {
	endpoint, _ := s.route(path)
	return endpoint != Other
}

func (s *Server) route(path string) (string, func(http.ResponseWriter, *http.Request, *Record)) {
	o := s.options()
	wellKnown := strings.Contains(path, "/.well-known/o") && !strings.Contains(path, "oauth-protected-resource")
	switch {
	case path != "" && path == o.metadataPath():
		return Metadata, s.metadata
	case wellKnown:
		return Metadata, s.noMetadata
	}
	endpoints := map[string]func(http.ResponseWriter, *http.Request, *Record){
		JWKS: s.jwks, Register: s.register, Authorize: s.authorize, Token: s.token, Revoke: s.revoke, Push: s.push,
	}
	name := strings.TrimPrefix(strings.TrimPrefix(path, o.Path), "/")
	if h := endpoints[name]; h != nil && path == o.Path+"/"+name {
		return name, h
	}
	return Other, func(w http.ResponseWriter, r *http.Request, _ *Record) { http.NotFound(w, r) }
}

// metadataPath is the only place where metadata are (RFC 8414 section 3.1, OpenID Connect Discovery section 4).
func (o *ServerOptions) metadataPath() string {
	switch o.Metadata {
	case Nowhere:
		return ""
	case AsOIDC:
		return "/.well-known/openid-configuration" + o.Path
	case AppendedOIDC:
		return o.Path + "/.well-known/openid-configuration"
	default:
		return "/.well-known/oauth-authorization-server" + o.Path
	}
}

// noMetadata is any other well-known place. A client asks the right ones in order, and never the root for an issuer
// with a path.
func (s *Server) noMetadata(w http.ResponseWriter, r *http.Request, _ *Record) {
	if path := s.options().Path; path != "" && !strings.HasSuffix(r.URL.Path, path) && !strings.HasPrefix(r.URL.Path, path) {
		s.w.violate("%s metadata: %s was asked for the issuer %s, which has a path (authorization server discovery)", s.Name, r.URL.Path, s.Issuer)
	}
	http.NotFound(w, r)
}

func (s *Server) metadata(w http.ResponseWriter, _ *http.Request, _ *Record) {
	o := s.options()
	doc := map[string]any{
		"issuer": s.Issuer, "authorization_endpoint": s.URL(Authorize), "token_endpoint": s.URL(Token), "jwks_uri": s.URL(JWKS),
		"response_types_supported": []string{"code"}, "grant_types_supported": append([]string{"authorization_code", "refresh_token"}, o.Grants...),
		"id_token_signing_alg_values_supported": []string{"ES256"}, "subject_types_supported": []string{"public"},
	}
	if o.MetadataIssuer != "" {
		doc["issuer"] = o.MetadataIssuer
	}
	if o.AuthorizeQuery != "" {
		doc["authorization_endpoint"] = s.URL(Authorize) + "?" + o.AuthorizeQuery
	}
	if !o.NoPKCE {
		doc["code_challenge_methods_supported"] = o.pkce()
	}
	if !o.NoRegistration {
		doc["registration_endpoint"] = s.URL(Register)
	}
	if !o.NoRevocation {
		doc["revocation_endpoint"] = s.URL(Revoke)
	}
	if !o.HideAuthMethods {
		doc["token_endpoint_auth_methods_supported"] = o.methods()
		doc["token_endpoint_auth_signing_alg_values_supported"] = []string{"ES256", "RS256"}
	}
	if o.MetadataClients {
		doc["client_id_metadata_document_supported"] = true
	}
	if o.Iss == IssRight || o.Iss == IssMissing || o.Iss == IssWrong || o.Iss == IssNormalized {
		doc["authorization_response_iss_parameter_supported"] = true
	}
	if o.PushOnly {
		doc["pushed_authorization_request_endpoint"], doc["require_pushed_authorization_requests"] = s.URL(Push), true
	}
	if o.DPoP {
		doc["dpop_signing_alg_values_supported"] = []string{"ES256", "EdDSA"}
	}
	if scopes := o.scopes(); scopes != nil {
		doc["scopes_supported"] = scopes
	}
	extend(doc, o.Extra)
	reply(w, http.StatusOK, doc)
}

// extend sets members, and removes those that are nil.
func extend(doc, extra map[string]any) {
	for name, v := range extra {
		if v == nil {
			delete(doc, name)
			continue
		}
		doc[name] = v
	}
}

func (o *ServerOptions) pkce() []string {
	if o.PKCE == nil {
		return []string{"S256"}
	}
	return o.PKCE
}

func (o *ServerOptions) methods() []string {
	if o.AuthMethods == nil {
		return []string{"none", "client_secret_basic", "client_secret_post", "private_key_jwt"}
	}
	return o.AuthMethods
}

func (o *ServerOptions) scopes() []string {
	if o.OfflineOnly && !slices.Contains(o.Scopes, "offline_access") {
		return append(slices.Clone(o.Scopes), "offline_access")
	}
	return o.Scopes
}

func (s *Server) jwks(w http.ResponseWriter, _ *http.Request, _ *Record) {
	reply(w, http.StatusOK, map[string]any{"keys": []any{jose.JSONWebKey{Key: s.key.Public(), KeyID: s.Name, Algorithm: "ES256", Use: "sig"}}})
}

func (s *Server) sign(typ string, claims map[string]any) string {
	return signWith(s.key, s.Name, typ, claims)
}

// register is dynamic client registration (RFC 7591).
func (s *Server) register(w http.ResponseWriter, r *http.Request, rec *Record) {
	o := s.options()
	switch {
	case r.Method != http.MethodPost || o.NoRegistration:
		http.NotFound(w, r)
		return
	case o.RegisterError != nil:
		refuse(w, *o.RegisterError)
		return
	case rec.JSON == nil:
		s.w.violate("%s register: the body is no JSON object (RFC 7591 section 3.1)", s.Name)
		refuse(w, Refusal{Code: "invalid_client_metadata", Description: "the body is no JSON object"})
		return
	}
	redirects := list(rec.JSON["redirect_uris"])
	if problem := s.judgeRegistration(rec.JSON, redirects); problem != "" {
		refuse(w, Refusal{Code: "invalid_redirect_uri", Description: problem})
		return
	}
	c := Client{Redirects: redirects, Method: str(rec.JSON, "token_endpoint_auth_method")}
	if o.RegisterMethod != "" {
		c.Method = o.RegisterMethod
	}
	if c.Method == "private_key_jwt" {
		if c.Key = keyOf(rec.JSON); c.Key == nil {
			refuse(w, Refusal{Code: "invalid_client_metadata", Description: "private_key_jwt without jwks"})
			return
		}
	}
	doc := maps.Clone(rec.JSON)
	if o.RegisterSecret || strings.HasPrefix(c.Method, "client_secret") {
		c.Secret = "s:" + rand.Text() + "/+" // has to be encoded for Basic
		if c.Method == "" || c.Method == "none" {
			c.Method = "client_secret_basic"
		}
		doc["client_secret"], doc["client_secret_expires_at"] = c.Secret, 0
		if o.RegisterLife > 0 {
			c.expires = s.w.now().Add(o.RegisterLife)
			doc["client_secret_expires_at"] = c.expires.Unix()
		}
	}
	id := s.Name + "-" + rand.Text()
	s.w.mu.Lock()
	s.clients[id] = c
	s.w.mu.Unlock()
	doc["client_id"], doc["client_id_issued_at"], doc["token_endpoint_auth_method"] = id, time.Now().Unix(), c.Method
	doc["registration_access_token"], doc["registration_client_uri"] = rand.Text(), s.URL(Register)+"/"+id
	reply(w, http.StatusCreated, doc)
}

// judgeRegistration says what would make a strict server refuse.
func (s *Server) judgeRegistration(doc map[string]any, redirects []string) string {
	if str(doc, "application_type") != "native" {
		s.w.violate("%s register: application_type is %v, not native (client registration, SEP-837)", s.Name, doc["application_type"])
	}
	if grants := list(doc["grant_types"]); !slices.Contains(grants, "authorization_code") || !slices.Contains(grants, "refresh_token") {
		s.w.violate("%s register: grant_types %v lacks authorization_code or refresh_token (SEP-2207)", s.Name, grants)
	}
	if str(doc, "client_name") == "" {
		s.w.violate("%s register: no client_name (RFC 7591 section 2)", s.Name)
	}
	if len(redirects) == 0 {
		s.w.violate("%s register: no redirect_uris (RFC 7591 section 2)", s.Name)
		return "redirect_uris is required"
	}
	for _, raw := range redirects {
		if !loopback(raw) {
			s.w.violate("%s register: redirect URI %q is not on loopback (RFC 8252 section 7.3)", s.Name, raw)
			return fmt.Sprintf("%s is not a loopback URI", raw)
		}
	}
	return ""
}

func list(v any) []string {
	var to []string
	items, _ := v.([]any)
	for _, i := range items {
		if s, ok := i.(string); ok {
			to = append(to, s)
		}
	}
	return to
}

func loopback(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.Scheme == "http" && u.Fragment == "" && slices.Contains([]string{"127.0.0.1", "localhost", "::1"}, u.Hostname())
}
