//go:build e2e

package e2e

import (
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/mark3labs/mcp-go/server"
)

// What the peers below know of their clients.
const (
	grantClient  = "desk-client"
	grantSecret  = "as-secret-51c0ffee77"
	idpClient    = "idp-client"
	idpSecret    = "idp-secret-9ab34e12cd"
	workloadID   = "spiffe://corp.example/desk"
	jwtBearer    = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	exchangeType = "urn:ietf:params:oauth:grant-type:token-exchange"
	idJAG        = "urn:ietf:params:oauth:token-type:id-jag"
)

// grantPeer is an MCP server, its authorization server and an enterprise's identity provider: for the ways in that need
// no browser.
type grantPeer struct {
	url, issuer, idp string
	workload         string           // the JWT that a platform gave
	idToken          string           // the user's
	key              *ecdsa.PublicKey // of a private_key_jwt client; nil: the client has a secret

	mu      sync.Mutex
	tokens  map[string]bool // access tokens given
	jags    map[string]bool
	asked   []string // requests to token endpoints: "idp client_secret_post token-exchange", …
	given   []string // everything secret
	retired bool     // tokens given until now are refused
}

// newGrantPeer starts the three of them.
func newGrantPeer(t *testing.T) *grantPeer {
	t.Helper()
	p := &grantPeer{tokens: map[string]bool{}, jags: map[string]bool{}}
	p.workload, p.idToken = signedJWT(t, map[string]any{"iss": "https://platform.example", "sub": workloadID}), ""
	serve := func(h http.HandlerFunc) string {
		s := httptest.NewServer(h)
		t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
		return s.URL
	}
	p.issuer = serve(p.serveAuth)
	p.idp = serve(p.serveIdentity)
	p.idToken = signedJWT(t, map[string]any{"iss": p.idp, "sub": "ada", "aud": idpClient})
	inner := server.NewStreamableHTTPServer(peerServer("granted peer"))
	p.url = serve(func(w http.ResponseWriter, r *http.Request) { p.serveMCP(w, r, inner) }) + "/mcp"
	p.given = append(p.given, grantSecret, idpSecret, p.workload, p.idToken)
	return p
}

func signedJWT(t *testing.T, claims map[string]any) string {
	t.Helper()
	claims["exp"], claims["iat"] = time.Now().Add(time.Hour).Unix(), time.Now().Unix()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: []byte(rand.Text() + rand.Text())}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func answerJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func (p *grantPeer) serveMCP(w http.ResponseWriter, r *http.Request, inner http.Handler) {
	origin := "http://" + r.Host
	if strings.HasPrefix(r.URL.Path, "/.well-known/oauth-protected-resource") {
		answerJSON(w, http.StatusOK, map[string]any{"resource": origin + "/mcp", "authorization_servers": []string{p.issuer}, "scopes_supported": []string{"desk"}})
		return
	}
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	p.mu.Lock()
	good := p.tokens[token] && !p.retired
	p.mu.Unlock()
	if !good {
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer resource_metadata="%s/.well-known/oauth-protected-resource/mcp"`, origin))
		http.Error(w, "a token is needed", http.StatusUnauthorized)
		return
	}
	inner.ServeHTTP(w, r)
}

// serveAuth is the authorization server: no registration, no browser.
func (p *grantPeer) serveAuth(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/.well-known/oauth-authorization-server":
		answerJSON(w, http.StatusOK, map[string]any{
			"issuer": p.issuer, "token_endpoint": p.issuer + "/token", "grant_types_supported": []string{"client_credentials", jwtBearer},
			"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "private_key_jwt"},
		})
		return
	case "/token":
	default:
		http.NotFound(w, r)
		return
	}
	_ = r.ParseForm()
	id, secret, basic := r.BasicAuth()
	method := "none"
	switch {
	case basic:
		method = "client_secret_basic"
	case r.Form.Get("client_assertion") != "":
		method, id = "private_key_jwt", r.Form.Get("client_id")
	default:
		id = r.Form.Get("client_id")
	}
	secret, _ = url.QueryUnescape(secret)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, "as "+method+" "+r.Form.Get("grant_type"))
	known := id == grantClient && (method == "client_secret_basic" && secret == grantSecret || method == "private_key_jwt" && p.signed(r.Form.Get("client_assertion")))
	assertion := r.Form.Get("assertion")
	good := false
	switch r.Form.Get("grant_type") {
	case "client_credentials":
		good = known
	case jwtBearer:
		good = assertion == p.workload || known && p.jags[assertion]
	}
	if !good || r.Form.Get("resource") != p.url {
		answerJSON(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant", "error_description": "not for you"})
		return
	}
	token := "access-" + rand.Text()
	p.tokens[token], p.retired = true, false
	p.given = append(p.given, token)
	answerJSON(w, http.StatusOK, map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": 3600})
}

// signed says whether a client assertion was signed with the client's key, for this issuer.
func (p *grantPeer) signed(assertion string) bool {
	parsed, err := jwt.ParseSigned(assertion, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil || p.key == nil {
		return false
	}
	var claims jwt.Claims
	return parsed.Claims(p.key, &claims) == nil && claims.Subject == grantClient && claims.Audience.Contains(p.issuer)
}

// serveIdentity is the identity provider: found as OpenID Connect only, and it takes client_secret_post only.
func (p *grantPeer) serveIdentity(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		answerJSON(w, http.StatusOK, map[string]any{
			"issuer": p.idp, "token_endpoint": p.idp + "/oauth2/token", "grant_types_supported": []string{exchangeType},
			"token_endpoint_auth_methods_supported": []string{"client_secret_post"},
		})
		return
	case "/oauth2/token":
	default:
		http.NotFound(w, r)
		return
	}
	_ = r.ParseForm()
	method := "client_secret_post"
	if r.Header.Get("Authorization") != "" {
		method = "client_secret_basic"
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, "idp "+method+" "+r.Form.Get("grant_type"))
	if r.Form.Get("client_id") != idpClient || r.Form.Get("client_secret") != idpSecret || r.Form.Get("subject_token") != p.idToken || r.Form.Get("audience") != p.issuer {
		answerJSON(w, http.StatusBadRequest, map[string]any{"error": "invalid_client", "error_description": "the identity provider does not know you"})
		return
	}
	jag := "jag-" + rand.Text()
	p.jags[jag] = true
	p.given = append(p.given, jag)
	answerJSON(w, http.StatusOK, map[string]any{"access_token": jag, "issued_token_type": idJAG, "token_type": "N_A", "expires_in": 300})
}

// requests are those to token endpoints so far.
func (p *grantPeer) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.asked...)
}

// secrets are all that no file, log or message may hold.
func (p *grantPeer) secrets() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.given...)
}

// retire makes the server refuse the tokens given so far.
func (p *grantPeer) retire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.retired = true
}
