package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// netFault classifies why a request got no answer. ctx's end comes first: the error below it is only its echo.
func (r *recorder) netFault(req *http.Request, x *exchange, err error) *fault.CallError {
	f := r.classify(req, x, err)
	f.Message, f.Hint = r.text(f.Message), r.text(f.Hint)
	return f
}

func (r *recorder) classify(req *http.Request, x *exchange, err error) *fault.CallError {
	f := r.fault(fault.Connect, "", "", "")
	if c := callOf(req.Context()); c != nil {
		f.Step = c.step
	}
	f.Cause = err
	f.Detail = r.text(err.Error())
	if ended(req.Context()) {
		return r.cutOff(req, x, f)
	}
	host := hostPort(req.URL)
	var dns *net.DNSError
	var op *net.OpError
	var record tls.RecordHeaderError
	var bad *badProxy
	var refusal *proxyRefusal
	var guarded *guardRefusal
	var known *fault.CallError
	switch {
	case errors.As(err, &guarded):
		guarded.explain(f)
	case errors.As(err, &known):
		own := *known
		return &own
	case errors.As(err, &bad):
		f.Message = fmt.Sprintf("The environment variable %s is not the address of a proxy, so %s was not asked.", bad.variable, host)
		f.Hint = "Set it to http://host:port, unset it, or add the host to NO_PROXY, and start Sightglass again. Special characters of a password have to be percent-encoded."
	case errors.As(err, &refusal):
		refusal.explain(f, host, r.proxy)
	case errors.As(err, &op) && (op.Op == "proxyconnect" || strings.HasPrefix(op.Op, "socks ")):
		f.Message = fmt.Sprintf("The proxy for %s could not be used: %s.", host, brief(op.Err))
		f.Hint = "HTTP_PROXY or HTTPS_PROXY names this proxy: correct it, or add the host to NO_PROXY."
		if r.proxy {
			f.Hint = "The server's network settings name this proxy: correct it."
		}
	case errors.As(err, &dns):
		f.Message = fmt.Sprintf("The name %s could not be resolved (%s).", dns.Name, dns.Err)
		f.Hint = "Check the host name in the URL, and the network or VPN."
	case errors.Is(err, syscall.ECONNREFUSED), strings.Contains(err.Error(), "actively refused"):
		f.Message = fmt.Sprintf("The connection to %s was refused.", refusedBy(err, host))
		f.Hint = "Nothing listens there: start the server, or correct host and port in the URL."
	case r.certificate(f, err, req.URL.Hostname()):
	case errors.As(err, &record) || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		f.Message = host + " answered an HTTPS request with plain HTTP."
		f.Hint = "Use http:// in the URL, or the server's TLS port."
	case strings.Contains(err.Error(), `malformed HTTP response "\x15\x03`):
		f.Message = host + " speaks TLS: it was asked with plain HTTP."
		f.Hint = hintTLS
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.EPIPE):
		f.Message = host + " closed the connection without an answer."
		f.Hint = "The server may have crashed, or something between closed the connection."
		if req.URL.Scheme == "http" {
			f.Hint += " A server that speaks TLS does so too: try https:// in the URL."
		}
	case errors.As(err, &op) && op.Timeout():
		f.Kind = fault.Timeout
		f.Message = fmt.Sprintf("No connection to %s came about in time.", host)
		f.Hint = "Check the address and that no firewall is in between."
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		f.Message = host + " cannot be reached from this network."
		f.Hint = "Check the network or VPN."
	default:
		f.Message = fmt.Sprintf("The request to %s got no answer: %s.", host, r.text(brief(err)))
		f.Hint = "Look at the exchange in the traffic."
	}
	return f
}

func brief(err error) string { return clip([]byte(err.Error()), 200) }

// refusedBy names the address that refused where it differs from the URL's.
func refusedBy(err error, host string) string {
	var op *net.OpError
	if !errors.As(err, &op) || op.Addr == nil || op.Op != "dial" || op.Addr.String() == host {
		return host
	}
	return host + " (" + op.Addr.String() + ")"
}

// cutOff is the error of an exchange whose ctx ended.
func (r *recorder) cutOff(req *http.Request, x *exchange, f *fault.CallError) *fault.CallError {
	cause := context.Cause(req.Context())
	var known *fault.CallError
	if errors.As(cause, &known) {
		own := *known // it may be the cause of other calls too
		return &own
	}
	if timedOut(req.Context()) {
		f.Kind = fault.Timeout
		f.Message = fmt.Sprintf("Waited in vain %s (%s).", x.waitingFor(), time.Since(x.at.start).Round(time.Millisecond))
		f.Hint = "The server may be slow or stuck, or the address wrong; give it more time in the server's settings."
		return f
	}
	f.Kind, f.Message, f.Hint, f.Detail = fault.Cancelled, "The request was cancelled while it waited "+x.waitingFor()+".", "", ""
	return f
}

// certificate explains a TLS failure. It reports whether err is one.
func (r *recorder) certificate(f *fault.CallError, err error, host string) bool {
	var verification *tls.CertificateVerificationError
	var alert tls.AlertError
	switch {
	case errors.As(err, &verification):
	case errors.As(err, &alert) && (alert == alertCertificateRequired || alert == alertBadCertificate), wantsCertificate(err):
		f.Message = fmt.Sprintf("%s wants a client certificate, and got none that it takes: %s.", host, brief(err))
		f.Hint = "Name the files of the certificate and its key in the server's network settings."
		return true
	case errors.As(err, &alert):
		f.Message = fmt.Sprintf("The TLS handshake with %s failed: %v.", host, alert)
		f.Hint = "The server refused the TLS versions, ciphers or certificate offered to it."
		return true
	default:
		return false
	}
	f.Message = fmt.Sprintf("The certificate of %s is not trusted: %s.", host, certProblem(verification.Err, host))
	f.Hint = "Correct the server's certificate. If you know this server, trust its certificate by the fingerprint below."
	if len(verification.UnverifiedCertificates) > 0 {
		leaf := verification.UnverifiedCertificates[0]
		f.Detail, f.Fingerprint = describe(leaf), Fingerprint(leaf)
	}
	return true
}

// Alerts of TLS (RFC 8446 section 6).
const (
	alertBadCertificate      tls.AlertError = 42
	alertCertificateRequired tls.AlertError = 116
)

// wantsCertificate knows the alerts by their text: crypto/tls keeps their type to itself when they come from the peer.
func wantsCertificate(err error) bool {
	text := err.Error()
	return strings.Contains(text, "remote error: tls: certificate required") || strings.Contains(text, "remote error: tls: bad certificate")
}

func certProblem(err error, host string) string {
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		if now := time.Now(); now.Before(invalid.Cert.NotBefore) {
			return "it is valid only from " + invalid.Cert.NotBefore.UTC().Format(time.RFC3339)
		}
		return "it expired on " + invalid.Cert.NotAfter.UTC().Format(time.RFC3339)
	case errors.As(err, &name):
		names := append([]string(nil), name.Certificate.DNSNames...)
		for _, ip := range name.Certificate.IPAddresses {
			names = append(names, ip.String())
		}
		if len(names) == 0 {
			return "it names no host"
		}
		return fmt.Sprintf("it is for %s, not for %s", clip([]byte(strings.Join(names, ", ")), maxField), host)
	case errors.As(err, &unknown):
		return "it was signed by an authority this system does not know (or by itself)"
	}
	return err.Error()
}

// describe is a certificate in a few lines.
func describe(c *x509.Certificate) string {
	short := func(s string) string { return clip([]byte(s), maxField) }
	return fmt.Sprintf("subject: %s\nissuer: %s\nvalid: %s to %s\nnames: %s\nSHA-256 fingerprint: %s",
		short(c.Subject.String()), short(c.Issuer.String()), c.NotBefore.UTC().Format(time.RFC3339), c.NotAfter.UTC().Format(time.RFC3339),
		short(strings.Join(c.DNSNames, ", ")), Fingerprint(c))
}
