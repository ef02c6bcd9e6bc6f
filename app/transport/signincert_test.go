package transport

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// TestCertificatesStayAtHome: the client's certificate is shown, and a fingerprint trusted, at the MCP server's own
// origin; an authorization server gets the certificate where the user says so.
func TestCertificatesStayAtHome(t *testing.T) {
	leakless(t)
	a := newAuthority(t)
	cert, key := a.client()
	ca, both := file(t, "ca.pem", certPEM(a.cert)), file(t, "both.pem", keyPEM(t, key)+certPEM(cert))
	var shown atomic.Int64
	as := a.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown.Store(int64(len(r.TLS.PeerCertificates)))
		answers(`{}`)(w, r)
	}), false, nil, net.IPv4(127, 0, 0, 1))
	asking := a.serve(answers(`{}`), true, nil, net.IPv4(127, 0, 0, 1))
	const elsewhere = "https://127.0.0.1:1/mcp"
	do := func(server, at string, n Network, trust ...string) error {
		_, err := newRig(t).signIn(Target{URL: server, Network: n, Trust: trust}, Guard{}).Do(context.Background(), get(at))
		return err
	}
	if err := do(asking+"/mcp", asking+"/meta", Network{CA: ca, ClientCert: both}); err != nil {
		t.Errorf("the server's own origin: %s", explain(err))
	}
	if err := do(elsewhere, asking+"/token", Network{CA: ca, ClientCert: both}); err == nil || !strings.Contains(explain(err), "wants a client certificate") {
		t.Errorf("another origin was shown the certificate: %s", explain(err))
	}
	if err := do(elsewhere, as+"/token", Network{CA: ca, ClientCert: both}); err != nil || shown.Load() != 0 {
		t.Errorf("another origin: %d certificates, %s", shown.Load(), explain(err))
	}
	if err := do(elsewhere, asking+"/token", Network{CA: ca, ClientCert: both, ClientCertAll: true}); err != nil {
		t.Errorf("where the user says so: %s", explain(err))
	}
	c, err := (&tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}).DialContext(t.Context(), "tcp", strings.TrimPrefix(as, "https://"))
	if err != nil {
		t.Fatal(err)
	}
	print := Fingerprint(c.(*tls.Conn).ConnectionState().PeerCertificates[0])
	_ = c.Close()
	if err := do(as+"/mcp", as+"/meta", Network{}, print); err != nil {
		t.Errorf("a trusted fingerprint at home: %s", explain(err))
	}
	if err := do(elsewhere, as+"/token", Network{}, print); err == nil {
		t.Error("a fingerprint trusted for the server vouches for another")
	}
}

// TestSignInThroughATunnel: HTTPS to an authorization server goes through a CONNECT proxy, which sees no more than host
// and port; the guard holds there too.
func TestSignInThroughATunnel(t *testing.T) {
	leakless(t)
	a := newAuthority(t)
	ca := file(t, "ca.pem", certPEM(a.cert))
	as := a.serve(answers(`{"access_token":"secret-0123456789"}`), false, []string{"auth.example"})
	asked := make(chan string, 9)
	proxy := tunnel(t, strings.TrimPrefix(as, "https://"), asked)
	r := newRig(t)
	s := r.signIn(Target{URL: "https://mcp.example", Network: Network{CA: ca, Proxy: strings.Replace(proxy, "http://", "http://user:topsecret-0123456789@", 1)}}, Guard{})
	defer s.Close()
	known := map[string]string{"auth.example": "93.184.216.34", "mcp.example": "93.184.216.34", "near.example": "10.0.0.8"}
	s.gate.lookup = func(_ context.Context, host string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr(known[host])}, nil
	}
	answer, err := s.Do(context.Background(), SignInRequest{Method: http.MethodPost, URL: "https://auth.example/token", Body: []byte("code=code-0123456789"), Purpose: "token"})
	if err != nil || answer.Status != 200 || answer.Unchecked {
		t.Fatalf("%+v, %s", answer, explain(err))
	}
	if got := <-asked; got != "CONNECT auth.example:443 with a login" {
		t.Errorf("the proxy was asked %q", got)
	}
	if _, err := s.Do(context.Background(), get("https://near.example/token")); err == nil || len(asked) > 0 {
		t.Errorf("a private address through the proxy: %s", explain(err))
	}
}

// tunnel is an HTTP proxy that connects every CONNECT to one address.
func tunnel(t *testing.T, to string, asked chan<- string) string {
	t.Helper()
	return mcptest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		login := " without a login"
		if r.Header.Get("Proxy-Authorization") != "" {
			login = " with a login"
		}
		asked <- r.Method + " " + r.Host + login
		var d net.Dialer
		there, err := d.DialContext(r.Context(), "tcp", to)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			_ = there.Close()
			return
		}
		_, _ = io.WriteString(here, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() { _, _ = io.Copy(there, here); _ = there.Close() }()
		_, _ = io.Copy(here, there)
		_ = here.Close()
	}))
}

// TestNonceThenExpiry: a server that first wants a DPoP nonce and then finds the token expired is answered twice.
func TestNonceThenExpiry(t *testing.T) {
	steps := []string{"nonce", "expired"}
	var n atomic.Int64
	source := &fakeSource{token: "old-0123456789", observe: func(r *http.Response) bool { return r.StatusCode == 401 }}
	h := mcptest.Scripted(func(p mcptest.Post) {
		if i := int(n.Add(1)) - 1; i < len(steps) {
			p.Text(401, steps[i])
			return
		}
		p.JSON(200, p.OK())
	}, nil)
	r := newRig(t).must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, h)}, func(o *Options) { o.Auth = source })
	r.mustCall("go", "")
	if n.Load() != 3 {
		t.Errorf("sent %d times", n.Load())
	}
}
