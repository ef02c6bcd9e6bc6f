package profile

import (
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

var (
	grants      = []string{"", "none", "client_credentials", "enterprise", "workload"}
	clientKinds = []string{"", "registered", "metadata", "dynamic"}
	clientAuths = []string{"", "none", "client_secret_basic", "client_secret_post", "private_key_jwt"}
	algorithms  = []string{"", "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA"}
	hosts       = []string{"", "127.0.0.1", "localhost"}
	proofs      = []string{"", "always", "never"}
	proxyKinds  = []string{"http", "https", "socks5", "socks5h"}
)

// ReservedParameters are those of the authorization request that the sign-in itself sets (RFC 6749 section 4.1.1,
// RFC 7636, RFC 8707), that would send the answer elsewhere than to the redirect, or that must not be in a URL.
var ReservedParameters = []string{
	"response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method", "resource",
	"response_mode", "request", "request_uri", "client_secret", "client_assertion", "client_assertion_type", "code_verifier", "code",
	"access_token", "refresh_token", "dpop_jkt",
}

// AuthNames lists the secrets of a profile's sign-in as the keychain knows them within the profile: "auth:…". A
// sign-in goes without most of them: unlike those of [Names], one without a value is not missing.
func AuthNames(p Profile) []string {
	if p.Transport == Stdio {
		return nil
	}
	return []string{SecretClient, SecretKey, SecretAssertion, SecretIDPClient, SecretIDPKey, SecretIDPSubject}
}

// KeptNames lists everything that may be in the keychain for a profile: what goes and comes with it.
func KeptNames(p Profile) []string { return append(Names(p), AuthNames(p)...) }

// access checks how a server is signed in to.
func (v *validator) access(a Auth) {
	v.oneOf("auth.grant", a.Grant, grants)
	v.oneOf("auth.clientKind", a.ClientKind, clientKinds)
	v.oneOf("auth.clientAuth", a.ClientAuth, clientAuths)
	v.oneOf("auth.idpClientAuth", a.IDPClientAuth, clientAuths)
	v.oneOf("auth.signingAlg", a.SigningAlg, algorithms)
	v.oneOf("auth.redirectHost", a.RedirectHost, hosts)
	v.oneOf("auth.dpop", a.DPoP, proofs)
	v.plainHosts(a.AllowHTTP)
	for _, u := range []struct {
		field, url string
		issuer     bool
	}{
		{"issuer", a.Issuer, true},
		{"clientIssuer", a.ClientIssuer, true},
		{"idpIssuer", a.IDPIssuer, true},
		{"authorizationEndpoint", a.AuthorizationEndpoint, false},
		{"tokenEndpoint", a.TokenEndpoint, false},
		{"registrationEndpoint", a.RegistrationEndpoint, false},
		{"revocationEndpoint", a.RevocationEndpoint, false},
		{"idpTokenEndpoint", a.IDPTokenEndpoint, false},
	} {
		v.endpoint("auth."+u.field, u.url, a.AllowHTTP, u.issuer)
	}
	v.resource(a.Resource)
	v.document(a.ClientMetadataURL)
	v.scopes(a.Scopes)
	v.extra(a.Extra)
	for field, text := range map[string]string{"clientID": a.ClientID, "keyID": a.KeyID, "idpClientID": a.IDPClientID, "idpKeyID": a.IDPKeyID, "idpTokenType": a.IDPTokenType} {
		v.line("auth."+field, text)
	}
	if a.RedirectPort < 0 || a.RedirectPort > 65535 {
		v.fail("auth.redirectPort", "is not between 0 and 65535; 0 lets the system choose one")
	}
	if a.BrowserWait < 0 || a.BrowserWait > MaxTimeout {
		v.fail("auth.browserWait", fmt.Sprintf("is not between 0 and %d milliseconds", MaxTimeout))
	}
}

func (v *validator) oneOf(field, value string, known []string) {
	if !slices.Contains(known, value) {
		v.fail(field, "is none of "+strings.Join(known[1:], ", ")+"; leave it empty for the usual")
	}
}

func (v *validator) plainHosts(list []string) {
	if len(list) > MaxItems {
		v.fail("auth.allowHTTP", fmt.Sprintf("holds more than %d hosts", MaxItems))
	}
	for i, h := range list {
		field := indexed("auth.allowHTTP", i)
		v.line(field, h)
		u, err := url.Parse("http://" + h)
		if err != nil || u.Host != h || u.Hostname() == "" || strings.ContainsAny(h, " @*") {
			v.fail(field, "is no host: write host or host:port, without http:// and without a path")
		}
	}
}

// endpoint checks a URL of an authorization server: https, but on this machine or a host that is allowed without
// (RFC 8414 section 2, RFC 6749 sections 3.1 and 3.2).
func (v *validator) endpoint(field, raw string, allowed []string, issuer bool) {
	if raw == "" {
		return
	}
	v.line(field, raw)
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Hostname() == "":
		v.fail(field, "is no URL: write it whole, as https://host/path")
	case u.Scheme != "https" && u.Scheme != "http":
		v.fail(field, "does not start with https://")
	case u.User != nil:
		v.fail(field, "holds a user or password")
	case strings.Contains(raw, "#"):
		v.fail(field, "holds a fragment (#)")
	case issuer && strings.Contains(raw, "?"):
		v.fail(field, "holds a query: an issuer has none (RFC 8414 section 2)")
	case u.Scheme == "http" && !onThisMachine(u.Hostname()) && !slices.ContainsFunc(allowed, func(h string) bool {
		return strings.EqualFold(h, u.Host) || strings.EqualFold(h, u.Hostname())
	}):
		v.fail(field, "is plain HTTP: write https://, or add "+u.Host+" to the hosts that are allowed without TLS (auth.allowHTTP)")
	}
}

func onThisMachine(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	a, err := netip.ParseAddr(host)
	return err == nil && (a.Unmap().IsLoopback() || a.IsUnspecified()) || host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// resource: "an absolute URI […] MUST NOT include a fragment component" (RFC 8707 section 2).
func (v *validator) resource(raw string) {
	if raw == "" {
		return
	}
	v.line("auth.resource", raw)
	if u, err := url.Parse(raw); err != nil || u.Scheme == "" || strings.Contains(raw, "#") || strings.ContainsAny(raw, " \t") {
		v.fail("auth.resource", "is no absolute URI without a fragment (RFC 8707 section 2)")
	}
}

// document checks the URL that is a client's id: "MUST use the 'https' scheme and contain a path component" (MCP
// 2026-07-28, client registration; draft-ietf-oauth-client-id-metadata-document section 3).
func (v *validator) document(raw string) {
	if raw == "" {
		return
	}
	const field = "auth.clientMetadataURL"
	v.line(field, raw)
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Scheme != "https" || u.Hostname() == "":
		v.fail(field, "is no https URL")
	case u.Path == "" || u.Path == "/":
		v.fail(field, "has no path: the document's URL needs one")
	case u.User != nil || strings.Contains(raw, "#"):
		v.fail(field, "holds a user, password or fragment")
	case slices.ContainsFunc(strings.Split(u.EscapedPath(), "/"), func(s string) bool { return s == "." || s == ".." }):
		v.fail(field, "holds . or .. in its path")
	}
}

// scopes: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ) (RFC 6749 section 3.3).
func (v *validator) scopes(list []string) {
	if len(list) > MaxItems {
		v.fail("auth.scopes", fmt.Sprintf("are more than %d", MaxItems))
	}
	for i, s := range list {
		field := indexed("auth.scopes", i)
		switch {
		case s == "":
			v.fail(field, "is empty")
		case strings.Contains(s, " "):
			v.fail(field, "holds a space: write each scope by itself")
		case strings.ContainsFunc(s, func(r rune) bool { return r <= 0x20 || r >= 0x7f || r == '"' || r == '\\' }):
			v.fail(field, "holds a character that scopes cannot have (RFC 6749 section 3.3)")
		case slices.Contains(list[:i], s):
			v.fail(field, "stands there twice")
		}
		v.line(field, s)
	}
}

func (v *validator) extra(list []Value) {
	if len(list) > MaxItems {
		v.fail("auth.extra", fmt.Sprintf("are more than %d", MaxItems))
	}
	for i, x := range list {
		field := indexed("auth.extra", i)
		v.line(field+".name", x.Name)
		v.line(field+".value", x.Value)
		switch {
		case strings.TrimSpace(x.Name) == "":
			v.fail(field+".name", "is empty")
		case slices.Contains(ReservedParameters, strings.ToLower(strings.TrimSpace(x.Name))):
			v.fail(field+".name", x.Name+" is set by the sign-in itself or must not stand in a URL")
		case slices.ContainsFunc(list[:i], func(o Value) bool { return o.Name == x.Name }):
			v.fail(field+".name", "stands there twice (RFC 6749 section 3.1)")
		case x.Secret:
			v.fail(field, "cannot be a secret: it stands in the browser's address")
		}
	}
}

// network checks how a server's host is reached.
func (v *validator) network(n Network) {
	for field, path := range map[string]string{"ca": n.CA, "clientCert": n.ClientCert, "clientKey": n.ClientKey} {
		field = "network." + field
		v.line(field, path)
		home := path == "~" || strings.HasPrefix(path, "~/") || strings.HasPrefix(path, `~\`)
		if path != "" && !home && !hasPlaceholder(path) && !filepath.IsAbs(path) {
			v.fail(field, "is no absolute path: begin at the root or with ~/")
		}
		if strings.Contains(path, "-----BEGIN") {
			v.fail(field, "is the content of a file: write the file's path")
		}
	}
	if n.ClientKey != "" && n.ClientCert == "" {
		v.fail("network.clientCert", "is empty although there is a key: name the certificate's file")
	}
	v.proxy(n.Proxy)
}

func (v *validator) proxy(raw string) {
	if raw == "" || raw == "none" || strings.HasPrefix(raw, "${") {
		return
	}
	v.line("network.proxy", raw)
	u, err := url.Parse(replacePlaceholders(raw, func(string) string { return "1" }))
	switch {
	case err != nil || u.Hostname() == "" || !slices.Contains(proxyKinds, u.Scheme):
		v.fail("network.proxy", `is no proxy: write http://host:port, https://host:port or socks5://host:port, "none", or nothing for the environment's`)
	case strings.Trim(u.Path, "/") != "" || strings.ContainsAny(raw, "?#"):
		v.fail("network.proxy", "holds more than host and port")
	}
	if _, clear := proxyPassword(raw); clear {
		v.fail("network.proxy", "holds a password in clear: write ${secret:proxy} in its place and give its value")
	}
}

// proxyPassword finds the password in a proxy's URL; clear: it stands there as it is.
func proxyPassword(raw string) (password string, clear bool) {
	_, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return "", false
	}
	at := strings.LastIndexByte(rest, '@')
	if at < 0 {
		return "", false
	}
	_, password, ok = strings.Cut(rest[:at], ":")
	bare := strings.TrimSpace(replacePlaceholders(password, func(string) string { return "" }))
	return password, ok && bare != ""
}

// filled is p for a check after Fill: the password of the proxy is where it belongs.
func (p Profile) filled() Profile {
	if password, clear := proxyPassword(p.Network.Proxy); clear {
		p.Network.Proxy = strings.Replace(p.Network.Proxy, ":"+password+"@", "@", 1)
	}
	return p
}
