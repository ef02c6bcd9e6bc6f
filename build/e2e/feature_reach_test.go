//go:build e2e

package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// authority is a private certificate authority in a folder of its own.
type authority struct {
	t    *testing.T
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, dir: t.TempDir()}
	a.cert, a.key = a.issue("ca", &x509.Certificate{IsCA: true, KeyUsage: x509.KeyUsageCertSign, BasicConstraintsValid: true})
	return a
}

// issue writes NAME.pem and NAME.key, signed by the authority or by itself.
func (a *authority) issue(name string, c *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	c.SerialNumber, c.Subject = big.NewInt(time.Now().UnixNano()), pkix.Name{CommonName: name}
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	a.write(name+".pem", "CERTIFICATE", der)
	a.write(name+".key", "PRIVATE KEY", raw)
	made, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return made, key
}

func (a *authority) write(name, kind string, der []byte) {
	if err := os.WriteFile(a.file(name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

func (a *authority) file(name string) string { return filepath.Join(a.dir, name) }

// mutual serves MCP over TLS to those that show a certificate of the authority.
func (a *authority) mutual() (url string) {
	a.t.Helper()
	a.issue("server", &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	a.issue("client", &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	pair, err := tls.LoadX509KeyPair(a.file("server.pem"), a.file("server.key"))
	if err != nil {
		a.t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	s := server.NewMCPServer("mutual", "1", server.WithToolCapabilities(false))
	s.AddTool(mcp.NewTool("near"), nil)
	srv := httptest.NewUnstartedServer(server.NewStreamableHTTPServer(s))
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert}
	srv.StartTLS()
	a.t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	return srv.URL + "/mcp"
}

// tunnel is a proxy that does CONNECT and counts.
func tunnel(t *testing.T) (url string, used *atomic.Int64) {
	t.Helper()
	used = new(atomic.Int64)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to, err := net.Dial("tcp", r.Host)
		if r.Method != http.MethodConnect || err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		used.Add(1)
		from, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			_ = to.Close()
			return
		}
		_, _ = io.WriteString(from, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() { _, _ = io.Copy(to, from); _ = to.Close() }()
		go func() { _, _ = io.Copy(from, to); _ = from.Close() }()
	}))
	t.Cleanup(srv.Close)
	return srv.URL, used
}

// TestPrivateNetwork reaches a server behind a private authority, with a client certificate, through a proxy.
func TestPrivateNetwork(t *testing.T) {
	ca := newAuthority(t)
	url := ca.mutual()
	proxy, used := tunnel(t)
	a := start(t, options{})
	a.see(saved("Sample server"))
	network := map[string]any{"ca": ca.file("ca.pem"), "clientCert": ca.file("client.pem"), "clientKey": ca.file("client.key"), "proxy": proxy}
	a.save(
		map[string]any{"name": "Unknown authority", "url": url},
		map[string]any{"name": "No certificate", "url": url, "network": map[string]any{"ca": ca.file("ca.pem")}},
		map[string]any{"name": "All of it", "url": url, "network": network},
	)
	for server, want := range map[string]string{"Unknown authority": "certificate", "No certificate": "certificate"} {
		a.click(saved(server))
		a.click(button("Connect"))
		a.see(role("button", "Try again"))
		a.says(mainish, want)
		a.shot(server)
	}
	a.connect("All of it")
	a.see(tool("near"))
	if used.Load() == 0 {
		t.Error("the proxy was not used")
	}
	a.shot("connected")
}
