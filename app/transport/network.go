package transport

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// maxPEM bounds a file of certificates or a key, in bytes: the whole list of a browser's authorities is 250 KB.
const maxPEM = 4 << 20

const networkStep = "read the network settings"

// proxyFor gives the proxy of each request: the profile's own, none, or the environment's.
func proxyFor(r *recorder, n Network) (func(*http.Request) (*url.URL, error), *fault.CallError) {
	switch n.Proxy {
	case "":
		return proxyOf(), nil
	case "none":
		return func(*http.Request) (*url.URL, error) { return nil, nil }, nil
	}
	shown := r.mask.URL(r.scope, n.Proxy) // its password is a secret from here on
	if !strings.Contains(n.Proxy, "://") || !isProxy(n.Proxy) {
		return nil, r.fault(fault.Input, networkStep, fmt.Sprintf("The proxy %q is not the address of a proxy.", shown),
			`Write http://host:port, https://host:port or socks5://host:port, "none" for no proxy, or leave it empty for the environment's. Special characters of a password have to be percent-encoded.`)
	}
	u, err := url.Parse(n.Proxy)
	if err != nil {
		return nil, r.fault(fault.Input, networkStep, "The proxy is no URL.", "Write http://host:port.")
	}
	return http.ProxyURL(u), nil
}

// tlsConfig is what TLS with host needs besides the defaults, nil when it is nothing.
func tlsConfig(r *recorder, t Target, host string) (*tls.Config, *fault.CallError) {
	n := t.Network
	if len(t.Trust) == 0 && n.CA == "" && n.ClientCert == "" && n.ClientKey == "" {
		return nil, nil
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if n.CA != "" {
		roots, f := authorities(r, n.CA)
		if f != nil {
			return nil, f
		}
		cfg.RootCAs = roots
	}
	if n.ClientCert != "" || n.ClientKey != "" {
		cert, f := clientCertificate(r, n)
		if f != nil {
			return nil, f
		}
		cfg.Certificates = []tls.Certificate{*cert}
	}
	if len(t.Trust) > 0 {
		// The check is not skipped but made in VerifyConnection, where the exception can be known.
		cfg.InsecureSkipVerify = true //nolint:gosec // see above
		cfg.VerifyConnection = trusting(t.Trust, cfg.RootCAs, host)
	}
	return cfg, nil
}

// trusting accepts, besides what roots (nil: the system) trust for host, a server whose own certificate has one of
// the fingerprints.
func trusting(prints []string, roots *x509.CertPool, host string) func(tls.ConnectionState) error {
	return func(cs tls.ConnectionState) error {
		leaf := cs.PeerCertificates[0]
		name := cs.ServerName
		if name == "" { // an address is not sent as a name
			name = host
		}
		options := x509.VerifyOptions{DNSName: name, Roots: roots, Intermediates: x509.NewCertPool()}
		for _, c := range cs.PeerCertificates[1:] {
			options.Intermediates.AddCert(c)
		}
		_, err := leaf.Verify(options)
		if err == nil || slices.ContainsFunc(prints, func(p string) bool { return sameFingerprint(p, leaf) }) {
			return nil
		}
		return &tls.CertificateVerificationError{UnverifiedCertificates: cs.PeerCertificates, Err: err}
	}
}

// authorities are the system's certificate authorities and those in a file.
func authorities(r *recorder, file string) (*x509.CertPool, *fault.CallError) {
	blocks, f := readPEM(r, "certificate authorities", file)
	if f != nil {
		return nil, f
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	for _, b := range blocks {
		if b.Type != "CERTIFICATE" && b.Type != "TRUSTED CERTIFICATE" {
			return nil, r.fileFault("certificate authorities", file, b.line, fmt.Sprintf("it holds a %s where certificates are expected", b.Type), "Name a file with the authority's certificate, not its key.")
		}
		cert, err := x509.ParseCertificate(b.Bytes)
		if err != nil {
			return nil, r.fileFault("certificate authorities", file, b.line, "the certificate cannot be read", "Export the certificate again, as PEM.")
		}
		pool.AddCert(cert)
	}
	return pool, nil
}

// clientCertificate reads the certificate and key that are shown to servers that ask for them. What stands in the
// key's file is never told.
func clientCertificate(r *recorder, n Network) (*tls.Certificate, *fault.CallError) {
	if n.ClientCert == "" {
		return nil, r.fault(fault.Input, networkStep, "A key of a client certificate is set, and no certificate.", "Name the certificate's file too.")
	}
	certs, f := readPEM(r, "client certificate", n.ClientCert)
	if f != nil {
		return nil, f
	}
	keys, keyFile := certs, n.ClientCert
	if n.ClientKey != "" {
		keyFile = n.ClientKey
		if keys, f = readPEM(r, "client key", keyFile); f != nil {
			return nil, f
		}
	}
	var chain, key bytes.Buffer
	for _, b := range certs {
		if b.Type == "CERTIFICATE" {
			if _, err := x509.ParseCertificate(b.Bytes); err != nil {
				return nil, r.fileFault("client certificate", n.ClientCert, b.line, "the certificate cannot be read", "Export the certificate again, as PEM.")
			}
			_ = pem.Encode(&chain, b.Block) // into memory
		}
	}
	if chain.Len() == 0 {
		return nil, r.fileFault("client certificate", n.ClientCert, 0, "it holds no certificate", "Name a PEM file with a block BEGIN CERTIFICATE.")
	}
	line := 0
	for _, b := range keys {
		if !strings.HasSuffix(b.Type, "PRIVATE KEY") {
			continue
		}
		if b.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(b.Headers["Proc-Type"], "ENCRYPTED") {
			return nil, r.fileFault("client key", keyFile, b.line, "the key is encrypted with a password", "Write it without one into a file that only you can read: openssl pkey -in key.pem -out plain.pem")
		}
		if key.Len() == 0 {
			line = b.line
			_ = pem.Encode(&key, b.Block) // into memory
		}
	}
	if key.Len() == 0 {
		return nil, r.fileFault("client key", keyFile, 0, "it holds no private key", "Name a PEM file with a block BEGIN PRIVATE KEY.")
	}
	cert, err := tls.X509KeyPair(chain.Bytes(), key.Bytes())
	if err != nil { // its text tells kinds of keys, never bytes
		return nil, r.fileFault("client key", keyFile, line, strings.TrimPrefix(err.Error(), "tls: "), "The key has to be the one that the certificate was made for.")
	}
	return &cert, nil
}

// block is one block of a PEM file with the line where it begins.
type block struct {
	*pem.Block
	line int
}

// readPEM reads a file's blocks, at least one.
func readPEM(r *recorder, what, file string) ([]block, *fault.CallError) {
	data, err := readBounded(file)
	if err != nil {
		why, hint := "it cannot be read", "Check the file's path and that you may read it."
		var pe *os.PathError
		switch {
		case errors.As(err, &pe):
			why = pe.Err.Error()
		case errors.Is(err, errTooLong):
			why, hint = fmt.Sprintf("it is longer than %d MiB", maxPEM>>20), "Name a PEM file."
		}
		return nil, r.fileFault(what, file, 0, why, hint)
	}
	var out []block
	for rest := data; ; {
		at := bytes.Index(rest, []byte("-----BEGIN "))
		if at < 0 {
			break
		}
		line := 1 + bytes.Count(data[:len(data)-len(rest)+at], []byte("\n"))
		b, after := pem.Decode(rest[at:])
		// Decode skips what is broken: a block that it did not find here is one.
		if b == nil || bytes.Contains(rest[at+1:len(rest)-len(after)], []byte("-----BEGIN ")) {
			return nil, r.fileFault(what, file, line, "the PEM block that begins there is broken", "Export it again; the lines from BEGIN to END have to be whole.")
		}
		out = append(out, block{b, line})
		rest = after
	}
	if len(out) == 0 {
		hint := "Name a PEM file: it has lines like -----BEGIN CERTIFICATE-----."
		if len(data) > 0 && data[0] == 0x30 {
			hint = "It looks like DER or PKCS #12: convert it, as with openssl x509 -inform der -in file -out file.pem or openssl pkcs12 -in file -nodes -out file.pem."
		}
		return nil, r.fileFault(what, file, 0, "it holds no PEM block", hint)
	}
	return out, nil
}

func readBounded(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPEM+1))
	if err == nil && len(data) > maxPEM {
		err = errTooLong
	}
	return data, err
}

// fileFault is an error about a file of the network settings.
func (r *recorder) fileFault(what, file string, line int, why, hint string) *fault.CallError {
	where := file
	if line > 0 {
		where = fmt.Sprintf("%s, line %d", file, line)
	}
	return r.fault(fault.Input, networkStep, fmt.Sprintf("The file of the %s cannot be used: %s: %s.", what, where, why), hint+" It is named in the server's network settings.")
}
