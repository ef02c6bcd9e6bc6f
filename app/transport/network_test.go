package transport

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// authority is a certificate authority of a test.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	n    int64
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t}
	a.cert, a.key = a.issue(&x509.Certificate{Subject: pkix.Name{CommonName: "Test authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	return a
}

func (a *authority) issue(c *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	a.n++
	c.SerialNumber, c.NotBefore, c.NotAfter = big.NewInt(a.n), time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, signer := c, key
	if a.cert != nil {
		parent, signer = a.cert, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), signer)
	if err != nil {
		a.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return cert, key
}

func (a *authority) client() (*x509.Certificate, *ecdsa.PrivateKey) {
	return a.issue(&x509.Certificate{Subject: pkix.Name{CommonName: "client"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
}

// serve runs a TLS server with a certificate of the authority for those names and addresses.
func (a *authority) serve(h http.Handler, mutual bool, names []string, addrs ...net.IP) string {
	a.t.Helper()
	cert, key := a.issue(&x509.Certificate{Subject: pkix.Name{CommonName: "server"}, DNSNames: names, IPAddresses: addrs, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	s := httptest.NewUnstartedServer(h)
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: key}}}
	if mutual {
		s.TLS.ClientAuth, s.TLS.ClientCAs = tls.RequireAndVerifyClientCert, x509.NewCertPool()
		s.TLS.ClientCAs.AddCert(a.cert)
	}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	a.t.Cleanup(s.Close)
	return s.URL
}

func certPEM(c *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
}

func keyPEM(t *testing.T, k *ecdsa.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// reach asks a server over a link of each kind and over the client of a sign-in.
func reach(t *testing.T, target Target) map[string]error {
	t.Helper()
	out := map[string]error{}
	target.Transport = profile.HTTP
	r := newRig(t)
	if out["http"] = r.open(target); out["http"] == nil {
		_, out["http"] = r.call("go", "")
	}
	r = newRig(t)
	target.Transport = profile.SSE
	if out["sse"] = r.open(target); fault.Is(out["sse"], fault.HTTP) {
		out["sse"] = nil // an answer, if no stream: it was reached
	}
	_, out["sign-in"] = newRig(t).signIn(target, Guard{}).Do(context.Background(), get(target.URL))
	return out
}

// TestAuthorityAndClientCertificate: both are used for every link and for a sign-in, with trusted fingerprints or
// without; one file may hold certificate and key.
func TestAuthorityAndClientCertificate(t *testing.T) {
	leakless(t)
	a := newAuthority(t)
	cert, key := a.client()
	ca := file(t, "ca.pem", "# a comment\n\n"+certPEM(a.cert))
	clientCert, clientKey := file(t, "c.pem", certPEM(cert)), file(t, "k.pem", keyPEM(t, key))
	both := file(t, "both.pem", keyPEM(t, key)+certPEM(cert))
	url := a.serve(mcptest.Scripted(func(p mcptest.Post) { p.JSON(200, p.OK()) }, nil), true, nil, net.IPv4(127, 0, 0, 1))
	other := strings.Repeat("0", 64)
	for _, c := range []struct {
		name    string
		network Network
		trust   []string
		message string // empty: reached
	}{
		{"both files", Network{CA: ca, ClientCert: clientCert, ClientKey: clientKey}, nil, ""},
		{"one file", Network{CA: ca, ClientCert: both}, nil, ""},
		{"and a fingerprint", Network{CA: ca, ClientCert: both}, []string{other}, ""},
		{"no authority", Network{ClientCert: both}, nil, "signed by an authority this system does not know"},
		{"no certificate", Network{CA: ca}, nil, "wants a client certificate"},
	} {
		for kind, err := range reach(t, Target{URL: url, Network: c.network, Trust: c.trust}) {
			if f := fault.As(err); (err == nil) != (c.message == "") || f != nil && !strings.Contains(f.Message+f.Detail, c.message) {
				t.Errorf("%s, %s: got %s", c.name, kind, explain(err))
			}
		}
	}
}

// TestCertificateOfAnAddress: a certificate has to be for the address that is asked, also when some fingerprint is
// trusted: an address is not sent as a server's name, so it has to come from elsewhere.
func TestCertificateOfAnAddress(t *testing.T) {
	leakless(t)
	a := newAuthority(t)
	ca := file(t, "ca.pem", certPEM(a.cert))
	h := mcptest.Scripted(func(p mcptest.Post) { p.JSON(200, p.OK()) }, nil)
	for _, trust := range [][]string{nil, {strings.Repeat("0", 64)}} {
		for kind, err := range reach(t, Target{URL: a.serve(h, false, []string{"elsewhere.example"}, net.IPv4(10, 0, 0, 1)), Network: Network{CA: ca}, Trust: trust}) {
			if f := fault.As(err); f == nil || !strings.Contains(f.Message, "it is for elsewhere.example, 10.0.0.1, not for 127.0.0.1") {
				t.Errorf("%s, trusting %q: %s", kind, trust, explain(err))
			}
		}
	}
}

// TestNetworkFiles: a file that cannot be used is named with its line and the remedy; nothing of a key is told, and
// nothing is sent.
func TestNetworkFiles(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.client()
	_, otherKey := a.client()
	secret := keyPEM(t, key)
	line := strings.Split(secret, "\n")[1]
	good, goodKey := file(t, "c.pem", certPEM(cert)), file(t, "k.pem", secret)
	broken := strings.Replace(secret, line, line[:20]+"!"+line[21:], 1)
	for _, c := range []struct {
		name          string
		network       Network
		message, hint string
	}{
		{"not there", Network{CA: filepath.Join(t.TempDir(), "none.pem")}, "certificate authorities cannot be used: ", "Check the file's path"},
		{"a folder", Network{CA: t.TempDir()}, "certificate authorities cannot be used: ", "Check the file's path"},
		{"empty", Network{CA: file(t, "e.pem", "")}, "it holds no PEM block", "BEGIN CERTIFICATE"},
		{"DER", Network{CA: file(t, "d.der", string(a.cert.Raw))}, "it holds no PEM block", "openssl x509"},
		{"too long", Network{CA: file(t, "l.pem", strings.Repeat("x", maxPEM+1))}, "longer than 4 MiB", "PEM"},
		{"a key as authority", Network{CA: goodKey}, "k.pem, line 1: it holds a PRIVATE KEY where certificates are expected", "not its key"},
		{"second block broken", Network{CA: file(t, "b.pem", certPEM(a.cert)+"\n-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n")}, fmt.Sprintf("line %d: the PEM block that begins there is broken", strings.Count(certPEM(a.cert), "\n")+2), "whole"},
		{"no certificate inside", Network{CA: file(t, "n.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")}, "line 1: the certificate cannot be read", "Export"},
		{"key only", Network{ClientKey: goodKey}, "no certificate", "Name the certificate's file"},
		{"key as certificate", Network{ClientCert: goodKey}, "it holds no certificate", "BEGIN CERTIFICATE"},
		{"no key", Network{ClientCert: good}, "c.pem: it holds no private key", "BEGIN PRIVATE KEY"},
		{"another's key", Network{ClientCert: good, ClientKey: file(t, "o.pem", "\n\n"+keyPEM(t, otherKey))}, "o.pem, line 3: private key does not match public key", "made for"},
		{"broken key", Network{ClientCert: good, ClientKey: file(t, "x.pem", broken)}, "x.pem, line 1: the PEM block that begins there is broken", "whole"},
		{"encrypted key", Network{ClientCert: good, ClientKey: file(t, "p.pem", strings.ReplaceAll(secret, "PRIVATE KEY", "ENCRYPTED PRIVATE KEY"))}, "the key is encrypted with a password", "openssl pkey"},
		{"no proxy", Network{Proxy: "proxy.example:80"}, "is not the address of a proxy", "http://host:port"},
		{"proxy with a bad password", Network{Proxy: "http://user:topsecret%zz@proxy:80"}, "is not the address of a proxy", "percent-encoded"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for kind, err := range reach(t, Target{URL: "https://127.0.0.1:1/mcp", Network: c.network}) {
				f := fault.As(err)
				if f == nil || f.Kind != fault.Input || !strings.Contains(f.Message, c.message) || !strings.Contains(f.Hint, c.hint) {
					t.Errorf("%s: %s", kind, explain(err))
				}
				if all := explain(err); strings.Contains(all, line[:12]) || strings.Contains(all, "topsecret") {
					t.Errorf("%s: a secret: %s", kind, all)
				}
			}
		})
	}
}

// TestOwnProxy: the profile's proxy is used in place of the environment's, for this machine's servers too; "none" is
// none. A proxy's password is not recorded.
func TestOwnProxy(t *testing.T) {
	leakless(t)
	var mu sync.Mutex
	var asked, login []string
	proxy := mcptest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked, login = append(asked, r.Method+" "+r.URL.String()), append(login, r.Header.Get("Proxy-Authorization"))
		mu.Unlock()
		mcptest.Scripted(func(p mcptest.Post) { p.JSON(200, p.OK()) }, nil).ServeHTTP(w, r)
	}))
	direct := mcptest.Serve(t, mcptest.Scripted(func(p mcptest.Post) { p.JSON(200, p.OK()) }, nil))
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("NO_PROXY", "")
	own := strings.Replace(proxy, "http://", "http://user:topsecret-0123456789@", 1)
	for kind, err := range reach(t, Target{URL: direct, Network: Network{Proxy: own}}) {
		if err != nil {
			t.Errorf("%s: %s", kind, explain(err))
		}
	}
	if len(asked) != 3 || login[0] == "" {
		t.Errorf("asked %q, login %q", asked, login)
	}
	for kind, err := range reach(t, Target{URL: direct, Network: Network{Proxy: "none"}}) {
		if err != nil || len(asked) != 3 {
			t.Errorf("%s without a proxy: asked %q, %s", kind, asked[3:], explain(err))
		}
	}
	closed, _ := net.Listen("tcp", "127.0.0.1:0")
	closed.Close()
	for _, scheme := range []string{"http", "https", "socks5"} {
		r := newRig(t).must(Target{Transport: profile.HTTP, URL: "https://mcp.invalid", Network: Network{Proxy: scheme + "://user:topsecret-0123456789@" + closed.Addr().String()}})
		_, err := r.call("go", "")
		f := fault.As(err)
		if f == nil || !strings.Contains(f.Message, "The proxy for mcp.invalid:443 could not be used") || !strings.Contains(f.Hint, "network settings") {
			t.Errorf("%s: %s", scheme, explain(err))
		}
		noSecret(t, r.everything(err))
	}
}

// TestSocksProxy: the name goes to the proxy as it is, and the proxy's user and password with it.
func TestSocksProxy(t *testing.T) {
	leakless(t)
	direct := mcptest.Serve(t, mcptest.Scripted(func(p mcptest.Post) { p.JSON(200, p.OK()) }, nil))
	asked := make(chan string, 9)
	proxy := socks(t, strings.TrimPrefix(direct, "http://"), asked)
	r := newRig(t).must(Target{Transport: profile.HTTP, URL: "http://mcp.invalid:99/mcp", Network: Network{Proxy: "socks5://user:topsecret-0123456789@" + proxy}})
	r.mustCall("go", "")
	r.close()
	if got := <-asked; got != "user topsecret-0123456789 mcp.invalid:99" {
		t.Errorf("asked %q", got)
	}
	noSecret(t, r.everything())
}

// socks is a SOCKS5 server (RFC 1928, RFC 1929) that connects everybody to one address.
func socks(t *testing.T, to string, asked chan<- string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	t.Cleanup(func() { l.Close(); work.Wait() })
	work.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			work.Go(func() { defer c.Close(); relay(c, to, asked) })
		}
	})
	return l.Addr().String()
}

func relay(c net.Conn, to string, asked chan<- string) {
	in := bufio.NewReader(c)
	take := func(n byte) string {
		b := make([]byte, n)
		_, _ = io.ReadFull(in, b)
		return string(b)
	}
	one := func() byte { return take(1)[0] }
	take(1)
	take(one())
	_, _ = c.Write([]byte{5, 2}) // user and password
	take(1)
	user := take(one())
	password := take(one())
	_, _ = c.Write([]byte{1, 0})
	take(4) // version, CONNECT, reserved, a name
	host := take(one())
	port := take(2)
	asked <- fmt.Sprintf("%s %s %s:%d", user, password, host, int(port[0])<<8|int(port[1]))
	out, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer out.Close()
	_, _ = c.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	go func() { _, _ = io.Copy(out, in); _ = out.(*net.TCPConn).CloseWrite() }()
	_, _ = io.Copy(c, out)
}
