package auth

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/sightglass-dev/sightglass/app/fault"
)

func TestClientAuthRule(t *testing.T) {
	all := []string{authPost, authBasic, authNone, authKeyJWT}
	for _, tt := range []struct {
		name, setting, registered, secret string
		supported                         []string
		keyed                             bool
		want                              string
	}{
		{"public", "", "", "", nil, false, authNone},
		{"public, not listed", "", "", "", []string{authBasic}, false, authNone},
		{"secret, nothing listed", "", "", "s", nil, false, authBasic},
		{"secret, all listed", "", "", "s", all, false, authBasic},
		{"secret, post only", "", "", "s", []string{authPost}, false, authPost},
		{"secret, none fits", "", "", "s", []string{"tls_client_auth"}, false, authBasic},
		{"as registered", "", authPost, "s", all, false, authPost},
		{"registered as public with a secret", "", authNone, "s", all, false, authNone},
		{"the setting wins", authPost, authBasic, "s", []string{authBasic}, false, authPost},
		{"key, listed", "", "", "s", all, true, authKeyJWT},
		{"key, not listed, secret", "", "", "s", []string{authBasic}, true, authBasic},
		{"key, nothing listed", "", "", "", nil, true, authKeyJWT},
		{"key for something else", "", "", "", []string{authNone}, true, authNone},
	} {
		if got, rule := clientAuth(tt.setting, Client{ID: "c", Secret: tt.secret, AuthMethod: tt.registered}, tt.supported, tt.keyed); got != tt.want || rule == "" {
			t.Errorf("%s: %s (%s), want %s", tt.name, got, rule, tt.want)
		}
	}
}

func pemOf(t *testing.T, kind string, der []byte, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func TestClientAuthentication(t *testing.T) {
	ec, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ec384, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	rs, _ := rsa.GenerateKey(rand.Reader, 2048)
	_, ed, _ := ed25519.GenerateKey(rand.Reader)
	sec1, err1 := x509.MarshalECPrivateKey(ec)
	pkcs8, err2 := x509.MarshalPKCS8PrivateKey(ec384)
	edDER, err3 := x509.MarshalPKCS8PrivateKey(ed)
	jwk, _ := json.Marshal(jose.JSONWebKey{Key: ec})
	keys := []struct {
		name, pem, alg string
		wish           string
		supported      []string
		public         any
	}{
		{"SEC 1", pemOf(t, "EC PRIVATE KEY", sec1, err1), "ES256", "", nil, ec.Public()},
		{"PKCS 8", pemOf(t, "PRIVATE KEY", pkcs8, err2), "ES384", "", nil, ec384.Public()},
		{"PKCS 1", pemOf(t, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rs), nil), "RS256", "", nil, rs.Public()},
		{"RSA where PS256 is listed", pemOf(t, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rs), nil), "PS256", "", []string{"ES256", "PS256"}, rs.Public()},
		{"as wished", pemOf(t, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rs), nil), "RS512", "RS512", []string{"RS256"}, rs.Public()},
		{"Ed25519", pemOf(t, "PRIVATE KEY", edDER, err3), "EdDSA", "", nil, ed.Public()},
		{"JWK", string(jwk), "ES256", "", nil, ec.Public()},
	}
	for _, k := range keys {
		t.Run("private_key_jwt "+k.name, func(t *testing.T) {
			s := newTokenServer(t, answer(200, "application/json", `{"access_token":"AT","token_type":"Bearer"}`))
			cfg, _ := testConfig(t, Settings{ClientID: "c", PrivateKey: k.pem, KeyID: "kid1", SigningAlg: k.wish})
			tok, msg, _, err := requestToken(t.Context(), cfg, tokenRequest{
				Endpoint: s.URL + "/token", Issuer: "https://as.example", AuthMethods: []string{authKeyJWT}, AuthAlgs: k.supported,
				Client: Client{ID: "c"}, Form: codeForm(), Purpose: "token",
			})
			if err != nil {
				t.Fatal(err)
			}
			form := s.hits()[0].form
			jws, err := jose.ParseSignedCompact(form["client_assertion"], []jose.SignatureAlgorithm{jose.SignatureAlgorithm(k.alg)})
			if err != nil {
				t.Fatal(err)
			}
			payload, err := jws.Verify(k.public)
			if err != nil {
				t.Fatal(err)
			}
			var c struct {
				Iss, Sub, Aud, Jti string
				Iat, Exp           int64
			}
			if err := json.Unmarshal(payload, &c); err != nil {
				t.Fatal(err)
			}
			if c.Iss != "c" || c.Sub != "c" || c.Aud != "https://as.example" || len(c.Jti) < 20 || c.Exp-c.Iat != 240 || jws.Signatures[0].Header.KeyID != "kid1" {
				t.Errorf("assertion %s", payload)
			}
			if form["client_assertion_type"] != assertionType || form["client_id"] != "c" || tok.Client.AuthMethod != authKeyJWT || tok.Client.AuthAlg != k.alg {
				t.Errorf("form %v, client %+v", form, tok.Client)
			}
			noSecrets(t, "the message", msg, form["client_assertion"])
		})
	}

	s := newTokenServer(t, answer(200, "application/json", `{"access_token":"AT","token_type":"Bearer"}`))
	send := func(c Client, set Settings, methods ...string) (tokenHit, error) {
		cfg, _ := testConfig(t, set)
		n := len(s.hits())
		_, _, _, err := requestToken(t.Context(), cfg, tokenRequest{Endpoint: s.URL + "/token", AuthMethods: methods, Client: c, Form: codeForm(), Purpose: "token"})
		if hits := s.hits(); len(hits) > n {
			return hits[n], err
		}
		return tokenHit{}, err
	}
	hit, err := send(Client{ID: "a:b c", Secret: "p%:+ü"}, Settings{})
	user, pass, ok := (&http.Request{Header: hit.header}).BasicAuth()
	if err != nil || !ok || user != "a%3Ab+c" || pass != "p%25%3A%2B%C3%BC" || hit.form["client_id"] != "" || hit.form["client_secret"] != "" {
		t.Errorf("basic: %q %q, form %v, %v", user, pass, hit.form, err)
	}
	hit, err = send(Client{ID: "c", Secret: "s", AuthMethod: authPost}, Settings{})
	if err != nil || hit.form["client_id"] != "c" || hit.form["client_secret"] != "s" || hit.header.Get("Authorization") != "" {
		t.Errorf("post: %v", hit.form)
	}
	hit, err = send(Client{ID: "c"}, Settings{})
	if err != nil || hit.form["client_id"] != "c" || hit.header.Get("Authorization") != "" {
		t.Errorf("none: %v", hit.form)
	}
	for name, c := range map[string]struct {
		c   Client
		set Settings
	}{
		"no secret":       {Client{ID: "c", AuthMethod: authBasic}, Settings{}},
		"no key":          {Client{ID: "c", AuthMethod: authKeyJWT}, Settings{}},
		"not a key":       {Client{ID: "c", AuthMethod: authKeyJWT}, Settings{PrivateKey: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"}},
		"a certificate":   {Client{ID: "c", AuthMethod: authKeyJWT}, Settings{PrivateKey: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"}},
		"a public JWK":    {Client{ID: "c", AuthMethod: authKeyJWT}, Settings{PrivateKey: `{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`}},
		"alg and key":     {Client{ID: "c", AuthMethod: authKeyJWT}, Settings{PrivateKey: keys[0].pem, SigningAlg: "RS256"}},
		"unknown methods": {Client{ID: "c", AuthMethod: "tls_client_auth"}, Settings{}},
	} {
		if hit, err := send(c.c, c.set); !fault.Is(err, fault.Input) || hit.form != nil {
			t.Errorf("%s: %v, sent %v", name, err, hit.form)
		}
	}
}

// TestShortSecretsDoNotBlotOut: a server's words stay readable when a secret is as short as a word.
func TestShortSecretsDoNotBlotOut(t *testing.T) {
	cfg, _ := testConfig(t, Settings{})
	h := hider{cfg: cfg}
	if shown := h.add("secret", "is"); shown == "is" || shown == "" {
		t.Errorf("shown as %q", shown)
	}
	h.add("secret", "long-enough")
	if got := h.text("this is long-enough", 100); !strings.HasPrefix(got, "this is ") || strings.Contains(got, "long-enough") {
		t.Errorf("%q", got)
	}
}
