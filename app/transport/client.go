package transport

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
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
)

// newBase makes the HTTP transport below the tap: the system's trust store, the proxies of the environment as they
// are now, HTTP/2 where offered, and no time limit on an answer, because streams have none.
func newBase(t Target) *http.Transport {
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: keepAlive}
	base := &http.Transport{
		Proxy:                  proxyOf(),
		OnProxyConnectResponse: proxyAnswered,
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		IdleConnTimeout:        idleConnTimeout,
		TLSHandshakeTimeout:    dialTimeout,
		MaxIdleConnsPerHost:    8,
		DisableCompression:     true, // the tap decodes gzip itself and keeps the headers as they came
	}
	if len(t.Trust) > 0 {
		base.TLSClientConfig = trusting(t.Trust)
	}
	return base
}

// trusting accepts, besides what the system trusts, a server whose own certificate has one of the fingerprints.
func trusting(prints []string) *tls.Config {
	verify := func(cs tls.ConnectionState) error {
		leaf := cs.PeerCertificates[0]
		options := x509.VerifyOptions{DNSName: cs.ServerName, Intermediates: x509.NewCertPool()}
		for _, c := range cs.PeerCertificates[1:] {
			options.Intermediates.AddCert(c)
		}
		_, err := leaf.Verify(options)
		if err == nil || slices.ContainsFunc(prints, func(p string) bool { return sameFingerprint(p, leaf) }) {
			return nil
		}
		return &tls.CertificateVerificationError{UnverifiedCertificates: cs.PeerCertificates, Err: err}
	}
	// The check is not skipped but made in VerifyConnection, where the exception can be known.
	return &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true, VerifyConnection: verify} //nolint:gosec // see above
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
func newClient(l *link, t Target, o Options, origin *url.URL) (*http.Client, *tap) {
	tp := &tap{rec: l.rec, base: newBase(t), origin: origin, headers: t.Headers, auth: o.Auth}
	return &http.Client{
		Transport:     tp,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, tp
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
	shown := r.mask.URL(r.conn, raw)
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
