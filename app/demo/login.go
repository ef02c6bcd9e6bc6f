package demo

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// loginPath is the path of the issuer: the authorization server is another party than the MCP server, on its port.
const loginPath = "/login"

// How long things last. Access tokens are short, so that a refresh can be watched.
const (
	accessLife  = time.Minute
	codeLife    = time.Minute
	consentLife = 10 * time.Minute
	refreshLife = 30 * 24 * time.Hour
)

// Bounds of what is kept, in entries: the oldest goes. And of what a client may register.
const (
	maxPending   = 64
	maxCodes     = 64
	maxSessions  = 256
	maxRedirects = 5
	maxURI       = 300 // bytes
	maxName      = 80  // bytes
)

// login is the sample's authorization server: OAuth 2.1 for public clients, with RFC 8414 metadata, RFC 7591
// registration, PKCE, RFC 8707 resource indicators, RFC 9207 issuer, refresh rotation and RFC 7009 revocation. Client
// ids and refresh tokens are sealed and need no memory, so they outlive the process; what was revoked is forgotten
// with it.
type login struct {
	issuer   string
	resource string
	keys     keys
	now      func() time.Time

	mu       sync.Mutex
	pending  bounded[*consent] // by the id in the consent page
	codes    bounded[*grant]   // by code
	sessions bounded[*session] // by id
}

// session is one sign-in and everything that came of it.
type session struct {
	generation int // of the only refresh token that is good
	revoked    bool
}

func newLogin(origin, resource string, k keys) *login {
	return &login{
		issuer: origin + loginPath, resource: resource, keys: k, now: time.Now,
		pending: newBounded[*consent](maxPending), codes: newBounded[*grant](maxCodes), sessions: newBounded[*session](maxSessions),
	}
}

func (l *login) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /.well-known/oauth-authorization-server"+loginPath, l.metadata) // RFC 8414 section 3.1
	mux.HandleFunc("GET "+loginPath+"/jwks", l.jwks)
	mux.HandleFunc("POST "+loginPath+"/register", l.register)
	mux.HandleFunc("GET "+loginPath+"/authorize", l.ask)
	mux.HandleFunc("POST "+loginPath+"/authorize", l.decide)
	mux.HandleFunc("POST "+loginPath+"/token", l.token)
	mux.HandleFunc("POST "+loginPath+"/revoke", l.revoke)
}

func (l *login) metadata(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer": l.issuer, "authorization_endpoint": l.issuer + "/authorize", "token_endpoint": l.issuer + "/token",
		"registration_endpoint": l.issuer + "/register", "revocation_endpoint": l.issuer + "/revoke", "jwks_uri": l.issuer + "/jwks",
		"scopes_supported": []string{scopeRead, scopeWrite}, "response_types_supported": []string{"code"},
		"response_modes_supported": []string{"query"}, "grant_types_supported": []string{"authorization_code", "refresh_token"},
		"token_endpoint_auth_methods_supported": []string{"none"}, "revocation_endpoint_auth_methods_supported": []string{"none"},
		"code_challenge_methods_supported": []string{"S256"}, "authorization_response_iss_parameter_supported": true,
	})
}

func (l *login) jwks(w http.ResponseWriter, _ *http.Request) {
	key := jose.JSONWebKey{Key: l.keys.signing.Public(), KeyID: l.keys.id, Algorithm: string(jose.ES256), Use: "sig"}
	writeJSON(w, http.StatusOK, map[string]any{"keys": []any{key}})
}

// client is what a client id says: it is sealed, so nothing is kept.
type client struct {
	Name      string   `json:"n"`
	Redirects []string `json:"r"`
	Refresh   bool     `json:"f,omitempty"` // it may have refresh tokens
	Made      int64    `json:"t"`           // Unix seconds
	Nonce     string   `json:"i"`           // makes each one different
}

// clientDigest is a digest of a client's id, for places where the whole is too long.
func clientDigest(id string) string {
	sum := sha256.Sum256([]byte(id))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// register is RFC 7591 for anybody on this machine: redirect URIs are loopback ones.
func (l *login) register(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Redirects []string `json:"redirect_uris"`
		Name      string   `json:"client_name"`
		Method    string   `json:"token_endpoint_auth_method"`
		Grants    []string `json:"grant_types"`
		Responses []string `json:"response_types"`
		Type      string   `json:"application_type"`
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(body, &in) != nil {
		oauthError(w, "invalid_client_metadata", "The body is not a JSON object of RFC 7591.")
		return
	}
	if len(in.Redirects) == 0 || len(in.Redirects) > maxRedirects {
		oauthError(w, "invalid_redirect_uri", "One to five redirect_uris are needed.")
		return
	}
	for _, raw := range in.Redirects {
		if len(raw) > maxURI || !onLoopback(raw) {
			oauthError(w, "invalid_redirect_uri", "Only http://127.0.0.1, http://[::1] and http://localhost are taken here: the sample serves this machine alone.")
			return
		}
	}
	if in.Method == "" {
		in.Method = "none"
	}
	if in.Grants == nil {
		in.Grants = []string{"authorization_code"} // RFC 7591 section 2: the default
	}
	switch {
	case in.Method != "none":
		oauthError(w, "invalid_client_metadata", "token_endpoint_auth_method has to be none: clients have no secret here.")
		return
	case !slices.Contains(in.Grants, "authorization_code") || in.Responses != nil && !slices.Contains(in.Responses, "code"):
		oauthError(w, "invalid_client_metadata", "Only the grants authorization_code and refresh_token, with the response type code, are offered.")
		return
	case in.Type != "" && in.Type != "native":
		oauthError(w, "invalid_client_metadata", "application_type has to be native for loopback redirect URIs.")
		return
	}
	c := client{Name: plain(in.Name, maxName), Redirects: in.Redirects, Refresh: slices.Contains(in.Grants, "refresh_token"), Made: l.now().Unix(), Nonce: rand.Text()[:8]}
	id, err := l.keys.seal("client", c)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	noStore(w)
	writeJSON(w, http.StatusCreated, map[string]any{
		"client_id": id, "client_id_issued_at": c.Made, "client_name": c.Name, "redirect_uris": c.Redirects, "application_type": "native",
		"token_endpoint_auth_method": "none", "response_types": []string{"code"}, "grant_types": in.Grants,
	})
}

// takes says whether a redirect URI is the client's. "The authorization server MUST allow any port to be specified at
// the time of the request for loopback IP redirect URIs" (RFC 8252 section 7.3).
func (c *client) takes(redirect string) bool {
	for _, known := range c.Redirects {
		if known == redirect {
			return true
		}
		a, errA := url.Parse(known)
		b, errB := url.Parse(redirect)
		if errA != nil || errB != nil || a.Hostname() == "localhost" || !onLoopback(redirect) {
			continue
		}
		a.Host, b.Host = a.Hostname(), b.Hostname()
		if a.String() == b.String() {
			return true
		}
	}
	return false
}

func onLoopback(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.Scheme == "http" && u.User == nil && u.Fragment == "" &&
		slices.Contains([]string{"127.0.0.1", "::1", "localhost"}, u.Hostname())
}

// verify checks an access token for the MCP server.
func (l *login) verify(token string) (claims, error) {
	c, err := l.keys.read(token)
	if err != nil {
		return c, err
	}
	l.mu.Lock()
	s, known := l.sessions.get(c.Session)
	revoked := known && s.revoked
	l.mu.Unlock()
	switch {
	case c.Issuer != l.issuer:
		return c, denial("The token is from another issuer")
	case c.Audience != l.resource:
		return c, denial("This token was not issued for this server")
	case l.now().Unix() >= c.Expires:
		return c, denial("The token expired")
	case revoked:
		return c, denial("The token was revoked")
	}
	return c, nil
}

// oauthError is an error answer of RFC 6749 section 5.2 and RFC 7591 section 3.2.2.
func oauthError(w http.ResponseWriter, code, text string) {
	noStore(w)
	writeJSON(w, http.StatusBadRequest, map[string]string{"error": code, "error_description": text})
}

func noStore(w http.ResponseWriter) { w.Header().Set("Cache-Control", "no-store") }

// plain makes a client's text one short line.
func plain(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "") + "…"
	}
	return s
}

var errForm = errors.New("the body is not a form, or a parameter is given twice")

// form reads a form body, each parameter once (RFC 6749 section 3.2).
func form(r *http.Request) (url.Values, error) {
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.TrimSpace(kind) != "application/x-www-form-urlencoded" {
		return nil, errForm
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, errForm
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, errForm
	}
	for _, v := range values {
		if len(v) > 1 {
			return nil, errForm
		}
	}
	return values, nil
}
