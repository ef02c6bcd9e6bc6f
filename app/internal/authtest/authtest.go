// Package authtest has peers for tests of signing in: a protected MCP server and the authorization servers in front of
// it, each rule of which can be bent. They follow the specification unless told otherwise, keep every request they
// got, and judge it: what a client must not do is a violation, whether or not it was answered. They know nothing of
// the client.
package authtest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// World is a protected MCP server and its authorization servers, alive until the test ends.
type World struct {
	URL    string  // where MCP is spoken
	Origin string  // of URL
	AS     *Server // the authorization server that the resource metadata name
	Second *Server // another one, where the options ask for it
	IDP    *Server // the enterprise's identity provider, where the options ask for it

	o        ResourceOptions
	tls      bool
	http     *httptest.Server
	mcp      http.Handler
	stop     func()
	workload *ecdsa.PrivateKey

	mu         sync.Mutex
	shift      time.Duration
	migrated   bool
	faults     map[string]*Fault
	records    []Record
	violations []string
	nonces     map[string]bool // of DPoP, given out and good
	proofs     map[string]bool // jti of DPoP proofs seen
}

// Start starts a world. Its servers end with the test.
func Start(t testing.TB, o Options) *World {
	t.Helper()
	w := &World{
		o: o.Resource, tls: o.TLS, faults: copyFaults(o.Resource.Faults), workload: newKey(),
		nonces: map[string]bool{}, proofs: map[string]bool{},
	}
	if w.o.Path == "" {
		w.o.Path = "/mcp"
		if w.o.SSE {
			w.o.Path = "/sse"
		}
	}
	w.mcp, w.stop = newMCP(w.o)
	mux := http.NewServeMux()
	w.http = w.serve(t, mux)
	w.Origin = w.http.URL
	w.URL = w.Origin + w.o.Path
	w.AS = w.newServer(t, "as", o.AS)
	if o.Second != nil {
		w.Second = w.newServer(t, "as2", *o.Second)
	}
	if o.IDP != nil {
		w.IDP = w.newServer(t, "idp", *o.IDP)
	}
	mux.Handle("/", w.routes())
	t.Cleanup(w.stop)
	return w
}

// serve starts an HTTP server; connections still open at the end are cut.
func (w *World) serve(t testing.TB, h http.Handler) *httptest.Server {
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = quietLog()
	if w.tls {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

// Roots is what a client must trust when the world speaks TLS; nil otherwise.
func (w *World) Roots() *x509.CertPool {
	if !w.tls {
		return nil
	}
	pool := x509.NewCertPool()
	pool.AddCert(w.http.Certificate()) // all of httptest's servers show the same one
	return pool
}

// Client reaches the world, keeps no connection and follows no redirect.
func (w *World) Client() *http.Client {
	t := &http.Transport{DisableKeepAlives: true}
	if w.tls {
		t.TLSClientConfig = w.http.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	}
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Browser plays the user's browser: it follows redirects from target, without cookies, to whatever listens there, and
// reads the last page. It suits auth.Config.Browser.
func (w *World) Browser(ctx context.Context, target string) error {
	c := w.Client()
	c.CheckRedirect = nil
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return err
	}
	res, err := c.Do(r)
	if err != nil {
		return fmt.Errorf("open %s: %w", target, err)
	}
	defer func() { _ = res.Body.Close() }()
	_, err = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20))
	return err
}

// Advance moves the servers' clock ahead: what they issued grows older by d.
func (w *World) Advance(d time.Duration) {
	w.mu.Lock()
	w.shift += d
	w.mu.Unlock()
}

func (w *World) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.shift)
}

// Migrate makes Second the resource's authorization server: tokens of AS are refused from now on.
func (w *World) Migrate() {
	w.mu.Lock()
	w.migrated = true
	w.mu.Unlock()
}

// Current is the authorization server that the resource trusts now.
func (w *World) Current() *Server {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.migrated {
		return w.Second
	}
	return w.AS
}

// Resource is the identifier in the resource metadata, and the audience of good tokens.
func (w *World) Resource() string {
	if w.o.Identifier != "" {
		return w.fill(w.o.Identifier)
	}
	return w.URL
}

// PRM is the URL of the resource metadata, empty when there are none.
func (w *World) PRM() string {
	if path := w.prmPath(); path != "" {
		return w.Origin + path
	}
	return ""
}

// Fail makes an endpoint of the resource ([PRM], [MCP]) answer as f says; the zero Fault heals it.
func (w *World) Fail(endpoint string, f Fault) { w.setFault(w.faults, endpoint, f) }

// IDToken is what the identity provider gave at single sign-on.
func (w *World) IDToken(client, subject string) string {
	return w.IDP.sign("JWT", map[string]any{
		"iss": w.IDP.Issuer, "aud": client, "sub": subject, "iat": w.now().Unix(), "exp": w.now().Add(time.Hour).Unix(),
	})
}

// WorkloadIssuer signs the JWTs of workloads that every authorization server of the world trusts.
const WorkloadIssuer = "https://workload.test"

// WorkloadJWT is a workload's own token for the audience, good for life.
func (w *World) WorkloadJWT(subject, audience string, life time.Duration) string {
	return signWith(w.workload, "workload", "JWT", map[string]any{
		"iss": WorkloadIssuer, "sub": subject, "aud": audience, "jti": rand.Text(), "iat": w.now().Unix(), "exp": w.now().Add(life).Unix(),
	})
}

func newKey() *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // the system has no randomness: nothing can be tested
	}
	return k
}
