package authtest

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

const prmWellKnown = "/.well-known/oauth-protected-resource"

func (w *World) prmPath() string {
	switch w.o.PRM {
	case AtRoot:
		return prmWellKnown
	case AtCustom:
		return "/custom/metadata.json"
	case Nowhere:
		return ""
	default:
		return prmWellKnown + w.o.Path
	}
}

// routes of the resource's origin, and of the authorization servers that live there.
func (w *World) routes() http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		for _, s := range []*Server{w.AS, w.Second} {
			if s != nil && s.o.AtResource && s.owns(r.URL.Path) {
				s.ServeHTTP(rw, r)
				return
			}
		}
		endpoint, h := Other, func(w http.ResponseWriter, r *http.Request, _ *Record) { http.NotFound(w, r) }
		switch path := r.URL.Path; {
		case path == w.prmPath():
			endpoint, h = PRM, w.metadata
		case strings.HasPrefix(path, prmWellKnown):
			endpoint, h = PRM, w.noMetadata
		case path == w.o.Path || w.o.SSE && path == messagePath:
			endpoint, h = MCP, w.guard
		}
		w.handle("resource", endpoint, w.faults, h)(rw, r)
	})
}

// noMetadata is a place where the metadata are not. The order is strict: the header's URL, the path, the root.
func (w *World) noMetadata(rw http.ResponseWriter, r *http.Request, _ *Record) {
	told := w.o.PRM == AtCustom && !w.o.NoPointer && !w.o.Bare
	if (told || w.o.PRM == AtPath && r.URL.Path == prmWellKnown) && !w.faulty(PRM) {
		w.violate("resource prm: %s was asked, although the metadata are at %s (protected resource metadata discovery)", r.URL.Path, w.prmPath())
	}
	http.NotFound(rw, r)
}

// faulty says whether an endpoint has ever misbehaved.
func (w *World) faulty(endpoint string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.faults[endpoint] != nil
}

func (w *World) metadata(rw http.ResponseWriter, _ *http.Request, _ *Record) {
	servers := []string{w.Current().Issuer}
	if w.o.Servers != nil {
		servers = nil
		for _, s := range w.o.Servers {
			servers = append(servers, w.fill(s))
		}
	}
	doc := map[string]any{
		"resource": w.Resource(), "authorization_servers": servers, "bearer_methods_supported": []string{"header"}, "resource_name": "Test server",
	}
	if w.o.Scopes != nil {
		doc["scopes_supported"] = w.o.Scopes
	}
	if w.o.DPoP {
		doc["dpop_bound_access_tokens_required"] = true
		doc["dpop_signing_alg_values_supported"] = []string{"ES256", "EdDSA"}
	}
	extend(doc, w.o.Extra)
	reply(rw, http.StatusOK, doc)
}

func (w *World) fill(s string) string {
	second := ""
	if w.Second != nil {
		second = w.Second.Issuer
	}
	return strings.NewReplacer("{origin}", w.Origin, "{url}", w.URL, "{prm}", w.PRM(), "{as}", w.AS.Issuer, "{as2}", second).Replace(s)
}

// guard lets requests with a good token through to the MCP server.
func (w *World) guard(rw http.ResponseWriter, r *http.Request, rec *Record) {
	if w.o.Lax.CORS != "" {
		origin := w.o.Lax.CORS
		if origin == "echo" {
			origin = r.Header.Get("Origin")
		}
		rw.Header().Set("Access-Control-Allow-Origin", origin)
		rw.Header().Set("Access-Control-Allow-Credentials", "true")
	}
	if slices.Contains(w.o.Open, r.Method) || rec.RPC != "" && slices.Contains(w.o.Open, rec.RPC) {
		w.mcp.ServeHTTP(rw, r)
		return
	}
	scheme, token, claims, err := w.admit(r, rec)
	if err != nil {
		w.unauthorized(rw, scheme, token, err)
		return
	}
	if want, ok := w.o.ToolScopes[rec.Tool]; ok && (w.o.NeverScope || !slices.Contains(strings.Fields(str(claims, "scope")), want)) {
		w.insufficient(rw, scheme, want)
		return
	}
	w.mcp.ServeHTTP(rw, r.WithContext(withClaims(r.Context(), claims)))
}

// errNoToken is a request without a token: its refusal has no error code (RFC 6750 section 3.1).
var errNoToken = errors.New("no token")

// admit reads and checks a request's token.
func (w *World) admit(r *http.Request, rec *Record) (scheme, token string, claims map[string]any, err error) {
	scheme, token, _ = strings.Cut(r.Header.Get("Authorization"), " ")
	if token == "" && w.o.Lax.Query {
		scheme, token = "Bearer", rec.Query.Get("access_token")
	}
	if token == "" {
		return scheme, "", nil, errNoToken
	}
	if claims, err = w.verify(token); err != nil {
		return scheme, token, nil, err
	}
	bound, _ := claims["cnf"].(map[string]any)
	if !w.o.DPoP && bound == nil {
		if !strings.EqualFold(scheme, "Bearer") {
			return scheme, token, nil, fmt.Errorf("the scheme is %q, not Bearer", scheme)
		}
		return scheme, token, claims, nil
	}
	if !strings.EqualFold(scheme, "DPoP") {
		w.violate("resource mcp: a bound token was sent as %s (RFC 9449 section 7.1)", scheme)
		return scheme, token, nil, errors.New("the token has to come with the scheme DPoP")
	}
	thumbprint, err := w.proof(r, w.Origin+r.URL.Path, token, w.o.DPoPNonce)
	switch {
	case errors.Is(err, errNonce):
		return scheme, token, nil, err
	case err != nil:
		w.violate("resource mcp: DPoP: %v (RFC 9449 section 4.3)", err)
		return scheme, token, nil, err
	case thumbprint == "" || thumbprint != str(bound, "jkt"):
		w.violate("resource mcp: the proof is missing or by another key (RFC 9449 section 7.1)")
		return scheme, token, nil, errors.New("the token is bound to another key")
	}
	return scheme, token, claims, nil
}

// unauthorized is the 401 (RFC 6750 section 3, RFC 9728 section 5.1).
func (w *World) unauthorized(rw http.ResponseWriter, scheme, token string, err error) {
	if w.o.Lax.Crashes && token != "" && strings.Count(token, ".") != 2 {
		http.Error(rw, "internal error: index out of range [1] with length 1", http.StatusInternalServerError)
		return
	}
	status := http.StatusUnauthorized
	if w.o.Status != 0 {
		status = w.o.Status
	}
	if w.o.DPoPNonce {
		rw.Header().Set("DPoP-Nonce", w.nonce())
	}
	switch {
	case w.o.Bare:
	case w.o.Challenge != "":
		rw.Header().Set("WWW-Authenticate", w.fill(w.o.Challenge))
	default:
		rw.Header().Set("WWW-Authenticate", w.challenge(scheme, err))
	}
	body := map[string]any{"error": "unauthorized"}
	if w.o.Lax.Reveals {
		body["message"] = "bad token " + token
	}
	reply(rw, status, body)
}

func (w *World) challenge(scheme string, err error) string {
	kind := "Bearer"
	if w.o.DPoP || strings.EqualFold(scheme, "DPoP") {
		kind = "DPoP"
	}
	var params []string
	if pointer := w.PRM(); pointer != "" && !w.o.NoPointer {
		params = append(params, fmt.Sprintf("resource_metadata=%q", pointer))
	}
	if w.o.Scope != "" {
		params = append(params, fmt.Sprintf("scope=%q", w.o.Scope))
	}
	switch {
	case errors.Is(err, errNoToken):
	case errors.Is(err, errNonce):
		params = append(params, `error="use_dpop_nonce"`)
	default:
		params = append(params, `error="invalid_token"`, fmt.Sprintf("error_description=%q", err.Error()))
	}
	if kind == "DPoP" {
		params = append(params, `algs="ES256 EdDSA"`)
	}
	return strings.TrimSpace(kind + " " + strings.Join(params, ", "))
}

// insufficient is the 403 of a step-up.
func (w *World) insufficient(rw http.ResponseWriter, scheme, want string) {
	params := []string{`error="insufficient_scope"`}
	if !w.o.NoScope {
		params = append(params, fmt.Sprintf("scope=%q", want))
	}
	if pointer := w.PRM(); pointer != "" && !w.o.NoPointer {
		params = append(params, fmt.Sprintf("resource_metadata=%q", pointer))
	}
	if !strings.EqualFold(scheme, "DPoP") {
		scheme = "Bearer"
	}
	rw.Header().Set("WWW-Authenticate", scheme+" "+strings.Join(params, ", "))
	reply(rw, http.StatusForbidden, map[string]any{"error": "insufficient_scope"})
}
