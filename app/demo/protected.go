package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

const (
	protectedPath = "/mcp"
	metadataPath  = "/.well-known/oauth-protected-resource/mcp" // RFC 9728 section 3.1: inserted between host and path
	scope         = "sample:read"
)

// Protected is the sample that refuses every request without a token: Streamable HTTP on an ephemeral loopback port.
type Protected struct {
	server *http.Server
	origin string
}

// StartProtected listens on loopback and serves until Close.
func StartProtected(ctx context.Context) (*Protected, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen on loopback for the protected sample: %w", err)
	}
	p := &Protected{origin: "http://" + l.Addr().String()}
	mux := http.NewServeMux()
	mux.HandleFunc(protectedPath, p.refuse)
	mux.HandleFunc("GET "+metadataPath, p.metadata)
	p.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := p.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			_ = l.Close()
		}
	}()
	return p, nil
}

// URL is where the sample speaks MCP.
func (p *Protected) URL() string { return p.origin + protectedPath }

// Close stops serving at once.
func (p *Protected) Close() error { return p.server.Close() }

// refuse answers as RFC 6750 section 3 and RFC 9728 section 5.1 ask.
func (p *Protected) refuse(w http.ResponseWriter, r *http.Request) {
	challenge := fmt.Sprintf("Bearer resource_metadata=%q, scope=%q", p.origin+metadataPath, scope)
	if r.Header.Get("Authorization") != "" {
		// RFC 6750 section 3.1: an error code only "if the request included an access token"
		challenge += `, error="invalid_token", error_description="This token was not issued for this server"`
	}
	w.Header().Set("WWW-Authenticate", challenge)
	writeJSON(w, http.StatusUnauthorized, map[string]string{"message": "This sample answers only to a signed-in client."})
}

// metadata is the protected resource metadata of RFC 9728 section 3.2.
func (p *Protected) metadata(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{
		"resource": p.URL(), "resource_name": "Protected sample", "scopes_supported": []string{scope},
		"bearer_methods_supported": []string{"header"},
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client went away: nobody to tell
}
