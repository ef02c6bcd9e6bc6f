package transport

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
)

const (
	// dialTimeout bounds one attempt to connect; the caller's own deadline may be shorter.
	dialTimeout = 30 * time.Second
	// keepAlive finds a peer that vanished under an idle stream.
	keepAlive = 30 * time.Second
	// idleConnTimeout frees connections nobody uses.
	idleConnTimeout = 90 * time.Second
	// maxHead bounds the head of an answer, in bytes: it is shown with each look at a refusal.
	maxHead = 1 << 20
)

// newDialer connects without a guard.
func newDialer() *net.Dialer { return &net.Dialer{Timeout: dialTimeout, KeepAlive: keepAlive} }

// newBase makes the HTTP transport below a tap: the system's trust store with what the profile adds, the proxy as
// set or as the environment has it now, HTTP/2 where offered, and no time limit on an answer, because streams have
// none. host is the one that is spoken to.
func newBase(r *recorder, t Target, host string, dialer *net.Dialer) (*http.Transport, *fault.CallError) {
	proxy, f := proxyFor(r, t.Network)
	if f != nil {
		return nil, f
	}
	cfg, f := tlsConfig(r, t, host)
	if f != nil {
		return nil, f
	}
	return &http.Transport{
		Proxy:                  proxy,
		OnProxyConnectResponse: proxyAnswered,
		DialContext:            clockedDial(dialer),
		TLSClientConfig:        cfg,
		ForceAttemptHTTP2:      true,
		IdleConnTimeout:        idleConnTimeout,
		TLSHandshakeTimeout:    dialTimeout,
		MaxIdleConnsPerHost:    8,
		MaxResponseHeaderBytes: maxHead,
		DisableCompression:     true, // the tap decodes gzip itself and keeps the headers as they came
	}, nil
}

// Fingerprint is the SHA-256 of a certificate as lower-case hex: what [Target].Trust holds.
func Fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

func sameFingerprint(print string, c *x509.Certificate) bool {
	return strings.EqualFold(strings.NewReplacer(":", "", " ", "").Replace(print), Fingerprint(c))
}

// newClient makes the HTTP client of a link. It never follows a redirect: the tap does, where that is safe.
func newClient(l *link, t Target, o Options, origin *url.URL) (*http.Client, *tap, *fault.CallError) {
	base, f := newBase(l.rec, t, origin.Hostname(), newDialer())
	if f != nil {
		return nil, nil, f
	}
	tp := &tap{rec: l.rec, base: base, origin: origin, headers: t.Headers, auth: o.Auth}
	return &http.Client{
		Transport:     tp,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, tp, nil
}

// parseTarget checks the URL of a target.
func parseTarget(r *recorder, raw string) (*url.URL, *fault.CallError) {
	u, err := url.Parse(raw)
	why := ""
	switch {
	case err != nil:
		why = "It cannot be read."
	case u.Scheme != "http" && u.Scheme != "https":
		why = "It must begin with http:// or https://."
	case u.Hostname() == "":
		why = "It names no host."
	}
	if why == "" {
		return u, nil
	}
	shown := r.mask.URL(r.scope, raw)
	f := r.fault(fault.Input, "read the URL", fmt.Sprintf("The URL %q is not usable. %s", shown, why), "Correct the URL in the server's settings.")
	return nil, f
}

// sameOrigin compares scheme, host and port (RFC 6454 section 4).
func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if u.Scheme == "https" {
		return "443"
	}
	return "80"
}

// hostPort is what a message names: the host with its port.
func hostPort(u *url.URL) string { return net.JoinHostPort(u.Hostname(), port(u)) }
