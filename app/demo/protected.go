package demo

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/server"
)

const (
	protectedPath = "/mcp"
	metadataPath  = "/.well-known/oauth-protected-resource/mcp" // RFC 9728 section 3.1: inserted between host and path
	scopeRead     = "sample:read"
	scopeWrite    = "sample:write"
)

// maxRequest bounds the body of a request, in bytes: nothing here needs more.
const maxRequest = 1 << 20

// Options say how the protected sample is run. The zero value is good for one run.
type Options struct {
	// Seed, at least 16 secret bytes, is what its keys and its port are made of. With the same seed a later run
	// listens on the same port where that is free, and takes the refresh tokens of an earlier one; nothing else is
	// kept. Without a seed each run is new.
	Seed []byte
}

// Protected is the sample that asks for a token: an MCP server over Streamable HTTP and, on the same loopback port, an
// authorization server with a consent page. All its state is in memory and bounded.
type Protected struct {
	server *http.Server // nil: a twin serves
	mcp    *server.StreamableHTTPServer
	login  *login
	host   string
	origin string
}

// StartProtected listens on loopback and serves until Close. When another process serves the sample with the same seed,
// that one is used.
func StartProtected(ctx context.Context, o Options) (*Protected, error) {
	seed := o.Seed
	if len(seed) < minSeed {
		seed = make([]byte, 32)
		_, _ = rand.Read(seed) // crypto/rand.Read never fails
	}
	k := newKeys(seed)
	l, twin, err := place(ctx, seed, &k)
	if err != nil {
		return nil, fmt.Errorf("listen on loopback for the protected sample: %w", err)
	}
	p := &Protected{host: twin}
	if l != nil {
		p.host = l.Addr().String()
	}
	p.origin = "http://" + p.host
	p.login = newLogin(p.origin, p.URL(), k)
	if l == nil {
		return p, nil
	}
	p.mcp = server.NewStreamableHTTPServer(newNotes(), server.WithEndpointPath(protectedPath), server.WithStateful(true))
	mux := http.NewServeMux()
	mux.HandleFunc(protectedPath, p.guard)
	mux.HandleFunc("GET "+metadataPath, p.metadata)
	mux.HandleFunc("GET "+twinPath, p.prove)
	p.login.routes(mux)
	p.server = &http.Server{Handler: p.own(mux), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	go func() {
		if err := p.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			_ = l.Close()
		}
	}()
	return p, nil
}

// URL is where the sample speaks MCP.
func (p *Protected) URL() string { return p.origin + protectedPath }

// Issuer is its authorization server.
func (p *Protected) Issuer() string { return p.login.issuer }

// Close stops serving at once. A twin goes on.
func (p *Protected) Close() error {
	if p.server == nil {
		return nil
	}
	err := p.server.Close()
	_ = p.mcp.Shutdown(context.Background()) // only its own timers are left
	return err
}

// own refuses what a page elsewhere might send here by way of DNS or of the user's browser: "Servers MUST validate the
// Origin header on all incoming connections" (transports, security warning).
func (p *Protected) own(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if origin := r.Header.Get("Origin"); r.Host != p.host || origin != "" && origin != p.origin {
			writeJSON(w, http.StatusForbidden, map[string]string{"message": "This sample answers only on its own address."})
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
		next.ServeHTTP(w, r)
	})
}

type claimsKey struct{}

// guard lets a request with a good token through.
func (p *Protected) guard(w http.ResponseWriter, r *http.Request) {
	kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if kind == "" && token == "" {
		p.refuse(w, nil)
		return
	}
	if !strings.EqualFold(kind, "Bearer") {
		p.refuse(w, denial("The scheme is not Bearer"))
		return
	}
	c, err := p.login.verify(token)
	if err != nil {
		p.refuse(w, err)
		return
	}
	tool, err := toolOf(r)
	if err != nil {
		writeJSON(w, http.StatusRequestEntityTooLarge, map[string]string{"message": err.Error()})
		return
	}
	if need := scopeOf(tool); need != "" && !c.has(need) {
		p.insufficient(w, need)
		return
	}
	p.mcp.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), claimsKey{}, c)))
}

// refuse answers as RFC 6750 section 3 and RFC 9728 section 5.1 ask; why is nil when there was no token.
func (p *Protected) refuse(w http.ResponseWriter, why error) {
	challenge := fmt.Sprintf("Bearer resource_metadata=%q, scope=%q", p.origin+metadataPath, scopeRead)
	if why != nil {
		// RFC 6750 section 3.1: an error code only "if the request included an access token"
		challenge += fmt.Sprintf(`, error="invalid_token", error_description=%q`, why.Error())
	}
	w.Header().Set("WWW-Authenticate", challenge)
	writeJSON(w, http.StatusUnauthorized, map[string]string{"message": "This sample answers only to a signed-in client."})
}

// insufficient is the 403 of RFC 6750 section 3.1 for a token that lacks a scope.
func (p *Protected) insufficient(w http.ResponseWriter, need string) {
	w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer error="insufficient_scope", scope=%q, resource_metadata=%q, error_description=%q`,
		need, p.origin+metadataPath, "This tool needs the scope "+need))
	writeJSON(w, http.StatusForbidden, map[string]string{"message": "The token lacks the scope " + need + "."})
}

// metadata is the protected resource metadata of RFC 9728 section 3.2.
func (p *Protected) metadata(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{
		"resource": p.URL(), "resource_name": "Protected sample", "authorization_servers": []string{p.login.issuer},
		"scopes_supported": []string{scopeRead, scopeWrite}, "bearer_methods_supported": []string{"header"},
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client went away: nobody to tell
}
