//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

const (
	scopeRead  = "notes:read"
	scopeWrite = "notes:write" // what the tool scribble needs besides
)

// guardedPeer is an MCP server that takes access tokens of an authorization server, as a resource server has to (RFC
// 9068 section 4): signature, issuer, audience, time, scope.
type guardedPeer struct {
	*authServer
	url  string // of the MCP endpoint, or of the event stream
	path string

	mu      sync.Mutex
	keys    *jose.JSONWebKeySet
	seen    []string // access tokens that were presented
	refused []string // access tokens that are not taken any more
}

// newGuardedPeer starts both servers. transport is http or sse.
func newGuardedPeer(t *testing.T, transport string, life time.Duration) *guardedPeer {
	t.Helper()
	p := &guardedPeer{path: "/mcp"}
	s := peerServer("guarded peer")
	s.AddTool(mcp.NewTool("scribble", mcp.WithDescription("Needs the scope "+scopeWrite+"."), mcp.WithString("words", mcp.Required())),
		func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return mcp.NewToolResultText("scribbled: " + r.GetString("words", "")), nil
		})
	mux := http.NewServeMux()
	srv := httptest.NewServer(mux)
	var inner http.Handler = server.NewStreamableHTTPServer(s)
	if transport == "sse" {
		p.path = "/sse"
		inner = server.NewSSEServer(s, server.WithBaseURL(srv.URL))
	}
	p.url = srv.URL + p.path
	p.authServer = startAuthServer(t, p.url, life)
	mux.Handle("/", p.guard(inner))
	mux.HandleFunc("GET /.well-known/oauth-protected-resource"+p.path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"resource": p.url, "authorization_servers": []string{p.issuer}, "scopes_supported": []string{scopeRead}, "bearer_methods_supported": []string{"header"},
		})
	})
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	return p
}

// guard answers 401 and 403 as the MCP specification wants it (basic/authorization, RFC 6750 section 3, RFC 9728
// section 5.1).
func (p *guardedPeer) guard(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		challenge := fmt.Sprintf(`Bearer resource_metadata="http://%s/.well-known/oauth-protected-resource%s"`, r.Host, p.path)
		token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !bearer {
			w.Header().Set("WWW-Authenticate", challenge+fmt.Sprintf(`, scope="%s"`, scopeRead))
			http.Error(w, "sign in first", http.StatusUnauthorized)
			return
		}
		scopes, err := p.check(r.Context(), token)
		if err != nil {
			w.Header().Set("WWW-Authenticate", challenge+fmt.Sprintf(`, error="invalid_token", error_description="%s"`, strings.ReplaceAll(err.Error(), `"`, "'")))
			http.Error(w, "the token is not taken", http.StatusUnauthorized)
			return
		}
		needed := scopeRead
		if callsTool(r, "scribble") {
			needed = scopeWrite
		}
		if !slices.Contains(scopes, needed) {
			w.Header().Set("WWW-Authenticate", challenge+fmt.Sprintf(`, error="insufficient_scope", scope="%s"`, needed))
			http.Error(w, "the token may not", http.StatusForbidden)
			return
		}
		inner.ServeHTTP(w, r)
	})
}

// check verifies an access token and returns its scopes.
func (p *guardedPeer) check(ctx context.Context, token string) ([]string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Contains(p.seen, token) {
		p.seen = append(p.seen, token)
	}
	if slices.Contains(p.refused, token) {
		return nil, fmt.Errorf("the token was taken back")
	}
	if p.keys == nil {
		keys, err := fetchKeys(ctx, p.issuer)
		if err != nil {
			return nil, err
		}
		p.keys = keys
	}
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return nil, err
	}
	var claims jwt.Claims
	var more struct {
		Scope string `json:"scope"`
	}
	if err := parsed.Claims(p.keys, &claims, &more); err != nil {
		return nil, err
	}
	if claims.Expiry == nil {
		return nil, fmt.Errorf("the token never ends")
	}
	return strings.Fields(more.Scope), claims.ValidateWithLeeway(jwt.Expected{Issuer: p.issuer, AnyAudience: jwt.Audience{p.url}, Time: time.Now()}, 0)
}

// fetchKeys reads the authorization server's signing keys.
func fetchKeys(ctx context.Context, issuer string) (*jose.JSONWebKeySet, error) {
	var metadata struct {
		JWKS string `json:"jwks_uri"`
	}
	if err := getJSON(ctx, issuer+"/.well-known/openid-configuration", &metadata); err != nil {
		return nil, err
	}
	var keys jose.JSONWebKeySet
	return &keys, getJSON(ctx, metadata.JWKS, &keys)
}

func getJSON(ctx context.Context, url string, out any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: status %d", url, res.StatusCode)
	}
	return json.NewDecoder(res.Body).Decode(out)
}

// callsTool says whether a request calls a tool, and leaves its body to be read again.
func callsTool(r *http.Request, tool string) bool {
	if r.Method != http.MethodPost {
		return false
	}
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	var m struct {
		Method string `json:"method"`
		Params struct {
			Name string `json:"name"`
		} `json:"params"`
	}
	return err == nil && json.Unmarshal(body, &m) == nil && m.Method == "tools/call" && m.Params.Name == tool
}

// takeBack refuses from now on every access token that was presented until now.
func (p *guardedPeer) takeBack() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused = slices.Clone(p.seen)
}
