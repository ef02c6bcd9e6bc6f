package profile

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestValidateAuth: what cannot be meant is told with its field; the rest is taken.
func TestValidateAuth(t *testing.T) {
	for _, c := range []struct {
		name  string
		auth  Auth
		field string // empty: good
	}{
		{"nothing", Auth{}, ""},
		{"everything", Auth{
			Grant: "enterprise", Auto: true, Issuer: "https://as.example/tenant/", AuthorizationEndpoint: "https://as.example/authorize?x=1", TokenEndpoint: "http://127.0.0.1:8080/token",
			RegistrationEndpoint: "http://localhost:8080/register", RevocationEndpoint: "http://[::1]:1/revoke", Resource: "urn:example:mcp", Scopes: []string{"read", "mcp:write!#[]~"},
			Extra: []Value{{Name: "audience", Value: "a b"}, {Name: "prompt", Value: "consent"}}, ClientKind: "metadata", ClientID: "id", ClientIssuer: "https://as.example", ClientAuth: "private_key_jwt",
			ClientMetadataURL: "https://app.example/client.json", KeyID: "k", SigningAlg: "ES256", RedirectHost: "localhost", RedirectPort: 65535, BrowserWait: 1, IDPIssuer: "http://idp.test:9000", IDPTokenEndpoint: "http://idp.test:9000/t",
			DPoP: "always", AllowHTTP: []string{"idp.test:9000", "10.0.0.1", "[::1]:80"},
		}, ""},
		{"grant", Auth{Grant: "password"}, "auth.grant"},
		{"issuer", Auth{Issuer: "as.example"}, "auth.issuer"},
		{"issuer with a query", Auth{Issuer: "https://as.example?x"}, "auth.issuer"},
		{"issuer with a fragment", Auth{Issuer: "https://as.example#"}, "auth.issuer"},
		{"client's issuer without TLS", Auth{ClientIssuer: "http://as.example"}, "auth.clientIssuer"},
		{"endpoint without TLS", Auth{TokenEndpoint: "http://as.example/token"}, "auth.tokenEndpoint"},
		{"endpoint that looks local", Auth{TokenEndpoint: "http://localhost.as.example/token"}, "auth.tokenEndpoint"},
		{"endpoint on another port than allowed", Auth{TokenEndpoint: "http://as.example:81/token", AllowHTTP: []string{"as.example:80"}}, "auth.tokenEndpoint"},
		{"endpoint with a password", Auth{AuthorizationEndpoint: "https://u:topsecret@as.example"}, "auth.authorizationEndpoint"},
		{"endpoint of a file", Auth{RevocationEndpoint: "file:///etc/passwd"}, "auth.revocationEndpoint"},
		{"endpoint of a script", Auth{AuthorizationEndpoint: "javascript:alert(1)"}, "auth.authorizationEndpoint"},
		{"resource", Auth{Resource: "/mcp"}, "auth.resource"},
		{"resource with a fragment", Auth{Resource: "https://mcp.example#x"}, "auth.resource"},
		{"document without TLS", Auth{ClientMetadataURL: "http://localhost/client.json"}, "auth.clientMetadataURL"},
		{"document without a path", Auth{ClientMetadataURL: "https://app.example/"}, "auth.clientMetadataURL"},
		{"document with dots", Auth{ClientMetadataURL: "https://app.example/a/../c.json"}, "auth.clientMetadataURL"},
		{"two scopes in one", Auth{Scopes: []string{"read write"}}, "auth.scopes[0]"},
		{"scope with a quote", Auth{Scopes: []string{"ok", `a"b`}}, "auth.scopes[1]"},
		{"scope beyond ASCII", Auth{Scopes: []string{"é"}}, "auth.scopes[0]"},
		{"scope twice", Auth{Scopes: []string{"a", "a"}}, "auth.scopes[1]"},
		{"empty scope", Auth{Scopes: []string{""}}, "auth.scopes[0]"},
		{"reserved parameter", Auth{Extra: []Value{{Name: "redirect_uri", Value: "https://evil.example"}}}, "auth.extra[0].name"},
		{"reserved parameter, capitals", Auth{Extra: []Value{{Name: "State"}}}, "auth.extra[0].name"},
		{"where the answer goes", Auth{Extra: []Value{{Name: "response_mode", Value: "form_post"}}}, "auth.extra[0].name"},
		{"parameter twice", Auth{Extra: []Value{{Name: "a"}, {Name: "a"}}}, "auth.extra[1].name"},
		{"parameter without a name", Auth{Extra: []Value{{Value: "a"}}}, "auth.extra[0].name"},
		{"secret parameter", Auth{Extra: []Value{{Name: "a", Secret: true}}}, "auth.extra[0]"},
		{"parameter with a line break", Auth{Extra: []Value{{Name: "a", Value: "b\r\nc"}}}, "auth.extra[0].value"},
		{"client kind", Auth{ClientKind: "static"}, "auth.clientKind"},
		{"client authentication", Auth{ClientAuth: "tls_client_auth"}, "auth.clientAuth"},
		{"algorithm none", Auth{SigningAlg: "none"}, "auth.signingAlg"},
		{"redirect host", Auth{RedirectHost: "0.0.0.0"}, "auth.redirectHost"},
		{"redirect port", Auth{RedirectPort: 65536}, "auth.redirectPort"},
		{"redirect port below zero", Auth{RedirectPort: -1}, "auth.redirectPort"},
		{"wait", Auth{BrowserWait: MaxTimeout + 1}, "auth.browserWait"},
		{"proof", Auth{DPoP: "yes"}, "auth.dpop"},
		{"host with a scheme", Auth{AllowHTTP: []string{"http://as.example"}}, "auth.allowHTTP[0]"},
		{"host with a path", Auth{AllowHTTP: []string{"as.example/x"}}, "auth.allowHTTP[0]"},
		{"every host", Auth{AllowHTTP: []string{"*"}}, "auth.allowHTTP[0]"},
		{"no host", Auth{AllowHTTP: []string{""}}, "auth.allowHTTP[0]"},
	} {
		err := Validate(Profile{Name: "s", Transport: HTTP, URL: "https://mcp.example", Auth: c.auth})
		var fe *FieldError
		errors.As(err, &fe)
		if (c.field == "") != (err == nil) || fe != nil && fe.Field != c.field {
			t.Errorf("%s: got %v, want %s", c.name, err, c.field)
		}
		if err != nil && strings.Contains(err.Error(), "topsecret") {
			t.Errorf("%s: the password: %v", c.name, err)
		}
	}
}

// TestValidateNetwork: paths are whole, a proxy is one, and no password of it is written into the file.
func TestValidateNetwork(t *testing.T) {
	abs := filepath.Join(t.TempDir(), "ca.pem")
	for _, c := range []struct {
		network Network
		field   string
	}{
		{Network{}, ""},
		{Network{CA: abs, ClientCert: "~/c.pem", ClientKey: "${env:KEYS}/k.pem", Proxy: "socks5://127.0.0.1:1080"}, ""},
		{Network{Proxy: "none"}, ""},
		{Network{Proxy: "https://user:${secret:proxy}@proxy.example:8443/"}, ""},
		{Network{Proxy: "${PROXY}"}, ""},
		{Network{CA: "ca.pem"}, "network.ca"},
		{Network{CA: "/x\x00"}, "network.ca"},
		{Network{ClientKey: abs}, "network.clientCert"},
		{Network{ClientCert: abs, ClientKey: "-----BEGIN PRIVATE KEY-----"}, "network.clientKey"},
		{Network{Proxy: "proxy.example:8080"}, "network.proxy"},
		{Network{Proxy: "ftp://proxy.example"}, "network.proxy"},
		{Network{Proxy: "http://proxy.example/path"}, "network.proxy"},
		{Network{Proxy: "http://user:topsecret@proxy.example"}, "network.proxy"},
		{Network{Proxy: "http://user:top${X}secret@proxy.example"}, "network.proxy"},
	} {
		err := Validate(Profile{Name: "s", Transport: HTTP, URL: "https://mcp.example", Network: c.network})
		var fe *FieldError
		errors.As(err, &fe)
		if (c.field == "") != (err == nil) || fe != nil && fe.Field != c.field {
			t.Errorf("%+v: got %v, want %s", c.network, err, c.field)
		}
		if err != nil && strings.Contains(err.Error(), "topsecret") {
			t.Errorf("the password: %v", err)
		}
	}
}

// TestFillNetwork: home folder, variables and secrets are filled in as elsewhere; a secret in the proxy's URL is encoded.
func TestFillNetwork(t *testing.T) {
	p := Profile{Name: "s", Transport: HTTP, URL: "https://mcp.example", Network: Network{CA: "~/ca.pem", ClientCert: "${DIR}/c.pem", ClientKey: "~", Proxy: "http://user:${secret:proxy}@proxy.example:80"}}
	if got := Names(p); !slices.Equal(got, []string{"secret:proxy"}) {
		t.Errorf("names %q", got)
	}
	filled, missing, err := Fill(p, Lookup{
		Home: "/home/me", Environ: func(string) (string, bool) { return "/etc", true },
		Secret: func(string) (string, bool) { return "p@ss:w/rd", true },
	})
	want := Network{CA: "/home/me/ca.pem", ClientCert: "/etc/c.pem", ClientKey: "/home/me", Proxy: "http://user:p%40ss%3Aw%2Frd@proxy.example:80"}
	if err != nil || len(missing) > 0 || os.PathSeparator == '/' && filled.Network != want {
		t.Errorf("%v %v\n%s", err, missing, cmp.Diff(want, filled.Network))
	}
}

// TestAuthNames: what a sign-in keeps goes with the profile, and is never missed.
func TestAuthNames(t *testing.T) {
	p := Profile{Transport: HTTP, Headers: []Value{{Name: "X", Secret: true}}}
	want := []string{"header:X", "auth:client_secret", "auth:private_key", "auth:assertion", "auth:idp_client_secret", "auth:idp_private_key", "auth:idp_token"}
	if got := KeptNames(p); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if got := Names(p); !slices.Equal(got, want[:1]) {
		t.Errorf("needed: %q", got)
	}
	p.Transport = Stdio
	if got := AuthNames(p); len(got) != 0 {
		t.Errorf("a process has %q", got)
	}
}

// TestAuthIsKept: the settings come back from the file, share nothing with what was given, and no export has them.
func TestAuthIsKept(t *testing.T) {
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	given := Profile{
		Name: "s", Transport: HTTP, URL: "https://mcp.example", Network: Network{Proxy: "http://u:${secret:proxy}@p.example"},
		Auth: Auth{ClientID: "my-client", Scopes: []string{"a"}, Extra: []Value{{Name: "x", Value: "y"}}, AllowHTTP: []string{"h"}},
	}
	saved, err := s.Put(given)
	if err != nil {
		t.Fatal(err)
	}
	given.Auth.Scopes[0], given.Auth.Extra[0].Value, given.Auth.AllowHTTP[0] = "changed", "changed", "changed"
	got, _ := s.Get(saved.ID)
	want := Auth{ClientID: "my-client", Scopes: []string{"a"}, Extra: []Value{{Name: "x", Value: "y"}}, AllowHTTP: []string{"h"}}
	if diff := cmp.Diff(want, got.Auth); diff != "" || got.Network != given.Network {
		t.Errorf("kept %+v\n%s", got.Network, diff)
	}
	for _, form := range []string{FormMCPServers, FormServers} {
		if text, err := Export([]Profile{got}, form); err != nil || strings.Contains(text, "my-client") || strings.Contains(text, "proxy") || strings.Contains(text, "inputs") {
			t.Errorf("export: %v\n%s", err, text)
		}
	}
	if got.Auth.ClientID == "" {
		t.Error("the export emptied what it was given")
	}
}
