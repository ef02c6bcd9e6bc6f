package auth

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/fault"
)

func testConfig(t *testing.T, s Settings) (*Config, *masker) {
	t.Helper()
	m := &masker{}
	return &Config{
		Profile: "p", Server: "srv", Resource: "https://mcp.example/mcp", Settings: s, HTTP: newPlainHTTP(t), Mask: m.mask,
		Now: func() time.Time { return time.Now() },
	}, m
}

func codeForm() url.Values {
	return url.Values{
		"grant_type": {"authorization_code"}, "code": {"the-code"}, "code_verifier": {"the-verifier"},
		"redirect_uri": {"http://127.0.0.1:1/callback"}, "resource": {"https://mcp.example/mcp"},
	}
}

func TestTokenAnswers(t *testing.T) {
	const js = "application/json"
	long := strings.Repeat("x", maxTokenSize+1)
	for _, tt := range []struct {
		name, kind, body string
		status           int
		want             string // of the token: type, expires_in, scopes, refresh
		wrong            string // of the error's message
		finding          string // of one finding's text
	}{
		{name: "plain", kind: js, status: 200, body: `{"access_token":"AT","token_type":"Bearer","expires_in":60,"refresh_token":"RT","scope":"a b"}`, want: "Bearer 60 a,b RT"},
		{name: "case of the type", kind: js, status: 200, body: `{"access_token":"AT","token_type":"bEARER","expires_in":60}`, want: "bEARER 60 a,b "},
		{name: "charset", kind: js + "; charset=utf-8", status: 200, body: `{"access_token":"AT","token_type":"Bearer","expires_in":60}`, want: "Bearer 60 a,b "},
		{name: "text/plain", kind: "text/plain", status: 200, body: `{"access_token":"AT","token_type":"Bearer","expires_in":60}`, want: "Bearer 60 a,b ", finding: "content type"},
		{name: "form-encoded", kind: "application/x-www-form-urlencoded", status: 200, body: `access_token=AT&token_type=bearer&scope=a+b`, want: "bearer 0 a,b ", finding: "form-encoded"},
		{name: "201", kind: js, status: 201, body: `{"access_token":"AT","token_type":"Bearer","expires_in":60}`, want: "Bearer 60 a,b ", finding: "status is 201"},
		{name: "expires_in a string", kind: js, status: 200, body: `{"access_token":"AT","token_type":"Bearer","expires_in":"60"}`, want: "Bearer 60 a,b ", finding: "expires_in is a string"},
		{name: "expires_in a fraction", kind: js, status: 200, body: `{"access_token":"AT","token_type":"Bearer","expires_in":60.9}`, want: "Bearer 60 a,b "},
		{name: "expires_in words", kind: js, status: 200, body: `{"access_token":"AT","token_type":"Bearer","expires_in":"soon"}`, want: "Bearer 0 a,b ", finding: "no number of seconds"},
		{name: "expires_in NaN", kind: js, status: 200, body: `{"access_token":"AT","token_type":"Bearer","expires_in":"NaN"}`, want: "Bearer 0 a,b ", finding: "no number of seconds"},
		{name: "expires_in an object", kind: js, status: 200, body: `{"access_token":"AT","token_type":"Bearer","expires_in":{}}`, want: "Bearer 0 a,b ", finding: "no number of seconds"},
		{name: "expires_in 0", kind: js, status: 200, body: `{"access_token":"AT","token_type":"Bearer","expires_in":0}`, want: "Bearer 0 a,b ", finding: "until it is refused"},
		{name: "expires_in negative", kind: js, status: 200, body: `{"access_token":"AT","token_type":"Bearer","expires_in":-5}`, want: "Bearer 0 a,b ", finding: "until it is refused"},
		{name: "expires_in huge", kind: js, status: 200, body: `{"access_token":"AT","token_type":"Bearer","expires_in":1e300}`, want: "Bearer 315360000 a,b ", finding: "ten years"},
		{name: "no expires_in", kind: js, status: 200, body: `{"access_token":"AT","token_type":"Bearer"}`, want: "Bearer 0 a,b ", finding: "does not say how long"},
		{name: "no token_type", kind: js, status: 200, body: `{"access_token":"AT","expires_in":60}`, want: "Bearer 60 a,b ", finding: "Bearer is assumed"},
		{name: "token_type a number", kind: js, status: 200, body: `{"access_token":"AT","token_type":7,"expires_in":60}`, want: "Bearer 60 a,b ", finding: "is a number: Bearer"},
		{name: "less scope", kind: js, status: 200, body: `{"access_token":"AT","token_type":"Bearer","expires_in":60,"scope":"a"}`, want: "Bearer 60 a ", finding: "Not granted: b"},
		{name: "more scope", kind: js, status: 200, body: `{"access_token":"AT","token_type":"Bearer","expires_in":60,"scope":"a b c"}`, want: "Bearer 60 a,b,c ", finding: "Granted besides what was asked for: c"},
		{name: "scope an array", kind: js, status: 200, body: `{"access_token":"AT","token_type":"Bearer","expires_in":60,"scope":["a","b"]}`, want: "Bearer 60 a,b ", finding: "scope is an array"},
		{name: "scope a number", kind: js, status: 200, body: `{"access_token":"AT","token_type":"Bearer","expires_in":60,"scope":1}`, want: "Bearer 60 a,b ", finding: "scope is a number"},
		{name: "scope empty", kind: js, status: 200, body: `{"access_token":"AT","token_type":"Bearer","expires_in":60,"scope":""}`, want: "Bearer 60 a,b ", finding: "scope is empty"},
		{name: "refresh_token a number", kind: js, status: 200, body: `{"access_token":"AT","token_type":"Bearer","expires_in":60,"refresh_token":1}`, want: "Bearer 60 a,b ", finding: "refresh_token is a number"},
		{name: "BOM", kind: js, status: 200, body: "\ufeff" + `{"access_token":"AT","token_type":"Bearer","expires_in":60}`, want: "Bearer 60 a,b "},

		{name: "mac token", kind: js, status: 200, body: `{"access_token":"AT","token_type":"mac"}`, wrong: `type is "mac"`},
		{name: "DPoP unasked", kind: js, status: 200, body: `{"access_token":"AT","token_type":"DPoP"}`, wrong: "no proof was sent"},
		{name: "no access_token", kind: js, status: 200, body: `{"token_type":"Bearer"}`, wrong: "access_token is missing"},
		{name: "access_token null", kind: js, status: 200, body: `{"access_token":null,"token_type":"Bearer"}`, wrong: "access_token is null"},
		{name: "access_token an object", kind: js, status: 200, body: `{"access_token":{},"token_type":"Bearer"}`, wrong: "access_token is an object"},
		{name: "access_token empty", kind: js, status: 200, body: `{"access_token":"","token_type":"Bearer"}`, wrong: "access_token is empty"},
		{name: "access_token that splits headers", kind: js, status: 200, body: `{"access_token":"a\r\nX: y","token_type":"Bearer"}`, wrong: "may not stand in a header"},
		{name: "access_token too long", kind: js, status: 200, body: `{"access_token":"` + long + `","token_type":"Bearer"}`, wrong: "more than"},
		{name: "HTML", kind: "text/html", status: 200, body: "<!doctype html><h1>Login</h1>", wrong: "web page (HTML)"},
		{name: "HTML called JSON", kind: js, status: 200, body: "<html>Login</html>", wrong: "web page (HTML)"},
		{name: "array", kind: js, status: 200, body: `[{"access_token":"AT"}]`, wrong: "not with a JSON object"},
		{name: "null", kind: js, status: 200, body: `null`, wrong: "not with a JSON object"},
		{name: "empty", kind: js, status: 200, body: ``, wrong: "empty body"},
		{name: "bytes", kind: "application/octet-stream", status: 200, body: "\xff\xfe\x00\x01", wrong: "bytes that are no text"},
		{name: "cut JSON", kind: js, status: 200, body: `{"access_token":"AT`, wrong: "not with a JSON object"},
		{name: "error with 200", kind: js, status: 200, body: `{"error":"bad_verification_code"}`, wrong: "bad_verification_code", finding: "came with status 200"},
		{name: "404 page", kind: "text/html", status: 404, body: "<html>not here</html>", wrong: "status 404"},
		{name: "500", kind: "text/plain", status: 500, body: "boom", wrong: "status 500"},
		{name: "429", kind: "text/plain", status: 429, body: "", wrong: "status 429"},
		{name: "invalid_grant", kind: js, status: 400, body: `{"error":"invalid_grant","error_description":"no\nsuch code","error_uri":"https://x"}`, wrong: `"invalid_grant": the code is not valid`},
		{name: "invalid_client", kind: js, status: 401, body: `{"error":"invalid_client"}`, wrong: "the client is unknown here"},
		{name: "invalid_target", kind: js, status: 400, body: `{"error":"invalid_target"}`, wrong: `no tokens for the resource "https://mcp.example/mcp"`},
		{name: "unsupported_grant_type", kind: js, status: 400, body: `{"error":"unsupported_grant_type"}`, wrong: "does not know this grant"},
		{name: "unauthorized_client", kind: js, status: 400, body: `{"error":"unauthorized_client"}`, wrong: "may not use this grant"},
		{name: "invalid_scope", kind: js, status: 400, body: `{"error":"invalid_scope"}`, wrong: "a scope is unknown"},
		{name: "invalid_request", kind: js, status: 400, body: `{"error":"invalid_request"}`, wrong: "missing, repeated or malformed"},
		{name: "invalid_dpop_proof", kind: js, status: 400, body: `{"error":"invalid_dpop_proof"}`, wrong: "proof was not accepted"},
		{name: "a code of its own", kind: js, status: 400, body: `{"error":"E42"}`, wrong: "not one of RFC 6749"},
		{name: "error not a string", kind: js, status: 400, body: `{"error":{"code":5}}`, wrong: "status 400 and no OAuth error"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newTokenServer(t, answer(tt.status, tt.kind, tt.body))
			cfg, _ := testConfig(t, Settings{})
			tok, msg, findings, err := requestToken(t.Context(), cfg, tokenRequest{
				Endpoint: s.URL + "/token", Issuer: s.URL, Client: Client{ID: "c"}, Form: codeForm(), Purpose: "token",
				Requested: []string{"a", "b"}, Resource: "https://mcp.example/mcp",
			})
			texts := ""
			for _, f := range findings {
				texts += f.Text + "\n"
			}
			if !strings.Contains(texts, tt.finding) {
				t.Errorf("findings %q, want %q", texts, tt.finding)
			}
			if msg.Status != tt.status || msg.Label != "POST /token" || msg.Text == "" || len(msg.Entries) == 0 {
				t.Errorf("message %+v", msg)
			}
			noSecrets(t, "the message", msg, "the-code", "the-verifier")
			if tt.wrong != "" {
				f := fault.As(err)
				if tok != nil || f == nil || !strings.Contains(f.Message, tt.wrong) || f.Hint == "" || f.Status != tt.status || f.Server != "srv" || msg.State != Failed {
					t.Fatalf("token %v, message %s, error %+v; want %q", tok, msg.State, f, tt.wrong)
				}
				noSecrets(t, "the error", err, "AT\"", "the-code")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			life := int64(0)
			if tok.Expires != 0 {
				life = tok.Expires - tok.Issued
			}
			got := strings.Join([]string{tok.TokenType, strconv.FormatInt(life, 10), strings.Join(tok.Granted, ","), tok.RefreshToken}, " ")
			if got != tt.want || tok.AccessToken != "AT" || tok.Server != cfg.Resource || tok.Client.AuthMethod != authNone {
				t.Errorf("got %q (%+v), want %q", got, tok, tt.want)
			}
			if want := map[bool]StepState{true: Done, false: Warned}[tt.finding == "" || strings.Contains(tt.finding, "how long") || strings.Contains(tt.finding, "besides") || strings.Contains(tt.finding, "empty")]; msg.State != want && tt.name != "form-encoded" {
				t.Errorf("state %s, want %s (%s)", msg.State, want, texts)
			}
		})
	}
}

// An authorization server may echo what it got: nothing of it may be shown.
func TestTokenErrorsHideSecrets(t *testing.T) {
	for _, kind := range []string{"application/json", "text/plain"} {
		s := newTokenServer(t, func(_ int, hit tokenHit, w http.ResponseWriter) {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("WWW-Authenticate", "Basic realm="+hit.header.Get("Authorization"))
			w.Header().Set("Location", "https://x/?"+hit.form["code"])
			w.WriteHeader(400)
			echo := hit.form["code"] + " " + hit.form["code_verifier"] + " " + hit.header.Get("Authorization") + " " + url.QueryEscape("s e/cret")
			if kind == "application/json" {
				_ = json.NewEncoder(w).Encode(map[string]string{"error": "invalid_grant", "error_description": echo, "error_uri": "https://x/" + hit.form["code"]})
				return
			}
			_, _ = w.Write([]byte(echo))
		})
		cfg, m := testConfig(t, Settings{})
		_, msg, findings, err := requestToken(t.Context(), cfg, tokenRequest{
			Endpoint: s.URL + "/token", Client: Client{ID: "c", Secret: "s e/cret"}, Form: codeForm(), Purpose: "token",
		})
		if err == nil {
			t.Fatal("no error")
		}
		basic := base64.StdEncoding.EncodeToString([]byte("c:s+e%2Fcret"))
		for what, shown := range map[string]any{"message": msg, "findings": findings, "error": err} {
			noSecrets(t, what, shown, "the-code", "the-verifier", "s e/cret", "s+e%2Fcret", basic)
		}
		if m.values["the-code"] == "" || m.values["s e/cret"] == "" || m.values["the-verifier"] == "" {
			t.Errorf("not made known to the masker: %v", m.values)
		}
	}
}

func TestTokenEndpointHostile(t *testing.T) {
	elsewhere := newTokenServer(t, answer(200, "application/json", `{"access_token":"STOLEN","token_type":"Bearer"}`))
	for _, tt := range []struct {
		name, want string
		then       func(int, tokenHit, http.ResponseWriter)
	}{
		{"redirect", "credentials follow no redirect", func(_ int, _ tokenHit, w http.ResponseWriter) {
			w.Header().Set("Location", elsewhere.URL+"/x?q=1")
			w.WriteHeader(307)
		}},
		{"huge", "larger than 1 MiB", func(_ int, _ tokenHit, w http.ResponseWriter) {
			_, _ = w.Write([]byte(`{"access_token":"A","token_type":"Bearer","pad":"` + strings.Repeat("x", 2<<20)))
		}},
		{"a cut answer that would parse", "larger than 1 MiB", func(_ int, _ tokenHit, w http.ResponseWriter) {
			_, _ = w.Write([]byte(`{"access_token":"A","token_type":"Bearer"}` + strings.Repeat(" ", 2<<20)))
		}},
		{"breaks off", "broke off", func(_ int, _ tokenHit, w http.ResponseWriter) {
			w.Header().Set("Content-Length", "500")
			_, _ = w.Write([]byte(`{"access_token"`))
		}},
		{"deep JSON", "not with a JSON object", answer(200, "application/json", strings.Repeat(`{"a":`, 20000))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newTokenServer(t, tt.then)
			cfg, _ := testConfig(t, Settings{})
			tok, _, _, err := requestToken(t.Context(), cfg, tokenRequest{Endpoint: s.URL + "/token", Client: Client{ID: "c"}, Form: codeForm(), Purpose: "token"})
			if f := fault.As(err); tok != nil || f == nil || !strings.Contains(f.Message, tt.want) {
				t.Errorf("got %v, %v; want %q", tok, err, tt.want)
			}
			if len(s.hits()) != 1 || len(elsewhere.hits()) != 0 {
				t.Errorf("%d requests here, %d elsewhere", len(s.hits()), len(elsewhere.hits()))
			}
		})
	}
	for _, endpoint := range []string{"", "ftp://x/token", "javascript:alert(1)", "://", "/token"} {
		cfg, _ := testConfig(t, Settings{})
		if _, _, _, err := requestToken(t.Context(), cfg, tokenRequest{Endpoint: endpoint, Form: codeForm()}); !fault.Is(err, fault.Protocol) {
			t.Errorf("endpoint %q: %v", endpoint, err)
		}
	}
}

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

// proofOf checks a DPoP proof and returns its claims.
func proofOf(t *testing.T, jwt string) (map[string]any, *jose.JSONWebKey) {
	t.Helper()
	jws, err := jose.ParseSignedCompact(jwt, []jose.SignatureAlgorithm{jose.ES256, jose.ES384, jose.EdDSA, jose.RS256, jose.PS256})
	if err != nil {
		t.Fatalf("proof %q: %v", jwt, err)
	}
	key := jws.Signatures[0].Header.JSONWebKey
	if key == nil || !key.IsPublic() || jws.Signatures[0].Header.ExtraHeaders["typ"] != "dpop+jwt" {
		t.Fatalf("proof's header: %+v", jws.Signatures[0].Header)
	}
	payload, err := jws.Verify(key)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	_ = json.Unmarshal(payload, &m)
	return m, key
}

func TestDPoPTokenRequest(t *testing.T) {
	var jtis []string
	s := newTokenServer(t, func(n int, hit tokenHit, w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("DPoP-Nonce", "nonce-"+strconv.Itoa(min(n, 2)))
		if n == 1 {
			w.WriteHeader(400)
			_, _ = w.Write([]byte(`{"error":"use_dpop_nonce"}`))
			return
		}
		_, _ = w.Write([]byte(`{"access_token":"AT","token_type":"DPoP","expires_in":60}`))
	})
	cfg, _ := testConfig(t, Settings{})
	book := &nonces{}
	in := tokenRequest{Endpoint: s.URL + "/token?tenant=1", Client: Client{ID: "c"}, Form: codeForm(), Purpose: "token", DPoP: true, Nonces: book}
	tok, msg, findings, err := requestToken(t.Context(), cfg, in)
	if err != nil {
		t.Fatal(err)
	}
	if tok.DPoPKey == "" || tok.TokenType != "DPoP" || len(msg.Entries) != 2 || len(findings) != 1 {
		t.Errorf("token %+v, entries %v, findings %v", tok, msg.Entries, findings)
	}
	for i, want := range []any{nil, "nonce-1"} {
		claims, key := proofOf(t, s.hits()[i].header.Get("DPoP"))
		jtis = append(jtis, claims["jti"].(string))
		if claims["htm"] != "POST" || claims["htu"] != s.URL+"/token" || claims["nonce"] != want || claims["ath"] != nil {
			t.Errorf("proof %d: %v", i, claims)
		}
		own, _ := parseKey(tok.DPoPKey)
		sum, _ := key.Thumbprint(5)
		if thumbprint(own) != base64.RawURLEncoding.EncodeToString(sum) {
			t.Error("the proof's key is not the token's")
		}
	}
	if jtis[0] == jtis[1] {
		t.Error("the jti was used twice")
	}
	in.DPoPKey = tok.DPoPKey
	if again, _, _, err := requestToken(t.Context(), cfg, in); err != nil || again.DPoPKey != tok.DPoPKey {
		t.Errorf("with a kept key and nonce: %v", err)
	}
	if claims, _ := proofOf(t, s.hits()[2].header.Get("DPoP")); claims["nonce"] != "nonce-2" {
		t.Errorf("the nonce of the last answer is not used: %v", claims)
	}

	t.Run("a server that never takes its nonce is asked twice", func(t *testing.T) {
		s := newTokenServer(t, func(n int, _ tokenHit, w http.ResponseWriter) {
			w.Header().Set("DPoP-Nonce", "n"+strconv.Itoa(n))
			answer(400, "application/json", `{"error":"use_dpop_nonce"}`)(n, tokenHit{}, w)
		})
		cfg, _ := testConfig(t, Settings{})
		_, _, _, err := requestToken(t.Context(), cfg, tokenRequest{Endpoint: s.URL, Client: Client{ID: "c"}, Form: codeForm(), DPoP: true})
		var e *OAuthError
		if !errors.As(err, &e) || e.Code != "use_dpop_nonce" || len(s.hits()) != 2 {
			t.Errorf("%v after %d requests", err, len(s.hits()))
		}
	})
	t.Run("Bearer for a proof", func(t *testing.T) {
		s := newTokenServer(t, answer(200, "application/json", `{"access_token":"AT","token_type":"Bearer"}`))
		cfg, _ := testConfig(t, Settings{})
		tok, msg, _, err := requestToken(t.Context(), cfg, tokenRequest{Endpoint: s.URL, Client: Client{ID: "c"}, Form: codeForm(), DPoP: true})
		if err != nil || tok.DPoPKey != "" || msg.State != Warned {
			t.Errorf("%+v %s %v", tok, msg.State, err)
		}
		cfg.Settings.DPoP = DPoPAlways
		if _, _, _, err = requestToken(t.Context(), cfg, tokenRequest{Endpoint: s.URL, Client: Client{ID: "c"}, Form: codeForm(), DPoP: true}); err == nil {
			t.Error("a Bearer token was taken where DPoP is set to always")
		}
	})
}

func TestDPoPKeys(t *testing.T) {
	for want, supported := range map[string][]string{
		"ES256": nil, "ES384": {"ES384", "RS256"}, "ES512": {"ES512"}, "EdDSA": {"EdDSA"}, "RS256": {"RS256"},
	} {
		k, err := newDPoPKey(supported)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(keyAlgs(k), jose.SignatureAlgorithm(want)) {
			t.Errorf("%v: a key for %v, want %s", supported, keyAlgs(k), want)
		}
	}
	if k, _ := newDPoPKey([]string{"HS256", "none"}); keyAlgs(k)[0] != jose.ES256 {
		t.Error("a list of nothing usable must lead to ES256")
	}
	k, _ := newDPoPKey(nil)
	proof, err := dpopProof(k, nil, "GET", "https://u:p@h/path?q=1#f", "", "AT", time.Unix(1000, 0))
	if err != nil {
		t.Fatal(err)
	}
	claims, _ := proofOf(t, proof)
	sum := sha256.Sum256([]byte("AT"))
	delete(claims, "jti")
	want := map[string]any{"htm": "GET", "htu": "https://h/path", "iat": 1000.0, "ath": base64.RawURLEncoding.EncodeToString(sum[:])}
	if diff := cmp.Diff(want, claims); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
	var n nonces
	if n.put("https://h:443/x", "a") != true || n.put("HTTPS://H/y", "a") != false || n.get("https://h/z") != "a" || n.get("https://h:444/") != "" {
		t.Error("nonces are not kept by origin")
	}
	for _, bad := range []string{"", "a b", "a\r\nX: y", `a"b`, strings.Repeat("x", maxNonce+1)} {
		if n.put("https://h", bad) || n.get("https://h") != "a" {
			t.Errorf("nonce %q was taken", bad)
		}
	}
}

// Whatever a token endpoint answers: no panic, a token that can stand in a header or an error that says what to do.
func FuzzTokenAnswer(f *testing.F) {
	for _, s := range []string{
		`{"access_token":"AT","token_type":"Bearer","expires_in":"1e3","scope":["a"],"refresh_token":"x"}`,
		`{"error":"invalid_grant","error_description":"\u0000"}`, `access_token=a&token_type=bearer`, "<html>", `{"access_token":"\ud800","expires_in":-1e999}`, `null`, "",
		`{"access_token":"AT","token_type":"N_A","issued_token_type":1}`,
	} {
		f.Add(200, "application/json", []byte(s))
		f.Add(400, "text/html", []byte(s))
	}
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte) {
		for _, jag := range []bool{false, true} {
			cfg := &Config{Server: "s"}
			c := &tokenCall{cfg: cfg, in: tokenRequest{Form: codeForm(), IDJAG: jag, Nonces: &nonces{}, Requested: []string{"a"}}, hide: hider{cfg: cfg}}
			tok, err := c.read(&Response{Status: status, Header: http.Header{"Content-Type": {kind}}, Body: body})
			switch {
			case err != nil:
				if f := fault.As(err); f == nil || f.Message == "" || f.Hint == "" || strings.ContainsAny(f.Message, "\r\n\x00") {
					t.Errorf("error %+v", err)
				}
			case tok.AccessToken == "" || strings.ContainsFunc(tok.AccessToken, func(r rune) bool { return r < ' ' || r > '~' }) || tok.TokenType == "":
				t.Errorf("token %+v", tok)
			case tok.Expires != 0 && (tok.Expires <= tok.Issued || tok.Expires > tok.Issued+maxLifetime):
				t.Errorf("expires %d, issued %d", tok.Expires, tok.Issued)
			}
		}
	})
}
