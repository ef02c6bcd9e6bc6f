package auth

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

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
