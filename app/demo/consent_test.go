package demo

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestConsentPageIsTextAndGuarded(t *testing.T) {
	p, v := start(t, Options{})
	v.register(registration)
	page := v.page(nil)
	for _, want := range []string{"Sightglass &lt;b&gt; wants to use", "Read your note", scopeRead, v.redirect, p.URL(), "Ada Lovelace", "Grace Hopper"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page.body, "<b>") || strings.Contains(page.body, "<script") || strings.Contains(page.body, "ZgotmplZ") {
		t.Errorf("the page holds markup of the client's, or a script: %s", page.body)
	}
	csp := page.header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self' http://127.0.0.1:4711", "style-src 'nonce-"} {
		if !strings.Contains(csp, want) {
			t.Errorf("the policy %q lacks %q", csp, want)
		}
	}
	cookie := page.header.Get("Set-Cookie")
	if !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Strict") {
		t.Errorf("cookie %q", cookie)
	}
}

func TestConsentIsAnsweredOnceByItsBrowser(t *testing.T) {
	p, v := start(t, Options{})
	v.register(registration)
	send := func(c *http.Client, f url.Values) reply {
		f.Set("user", "ada")
		f.Set("answer", "allow")
		return v.do(c, http.MethodPost, p.Issuer()+"/authorize", "application/x-www-form-urlencoded", f.Encode(), nil)
	}
	page := v.page(nil).body
	other := v.page(nil).body
	if out := send(v.api, fields(page)); out.status != http.StatusForbidden {
		t.Errorf("without the cookie: %d", out.status)
	}
	mixed := fields(page)
	mixed.Set("csrf", fields(other).Get("csrf"))
	if out := send(v.browser, mixed); out.status != http.StatusForbidden {
		t.Errorf("with another page's token: %d", out.status)
	}
	if out := send(v.browser, fields(page)); out.status != http.StatusSeeOther {
		t.Errorf("the first answer: %d %s", out.status, out.body)
	}
	if out := send(v.browser, fields(page)); out.status != http.StatusForbidden {
		t.Errorf("the second answer: %d", out.status)
	}
	if back := v.answer(other, "ada", "deny"); back.Get("error") != "access_denied" || back.Get("iss") != p.Issuer() || back.Get("state") != "the-state" || back.Has("code") {
		t.Errorf("no: %v", back)
	}
}

func TestAuthorizationRequestsThatAreRefused(t *testing.T) {
	p, v := start(t, Options{})
	v.register(registration)
	set := func(name, value string) func(url.Values) { return func(q url.Values) { q.Set(name, value) } }
	for _, tt := range []struct {
		name   string
		change func(url.Values)
	}{
		{"unknown client", set("client_id", "x.y")},
		{"another redirect URI", set("redirect_uri", "http://127.0.0.1:4711/else")},
		{"a foreign redirect URI", set("redirect_uri", "https://evil.test/callback")},
	} {
		if out := v.page(tt.change); out.status != http.StatusBadRequest || out.header.Get("Location") != "" || !strings.Contains(out.body, "cannot go on") {
			t.Errorf("%s: %d, sent to %q", tt.name, out.status, out.header.Get("Location"))
		}
	}
	for _, tt := range []struct {
		change func(url.Values)
		want   string
	}{
		{set("response_type", "token"), "unsupported_response_type"},
		{set("code_challenge", ""), "invalid_request"},
		{set("code_challenge_method", "plain"), "invalid_request"},
		{set("resource", "http://127.0.0.1:1/mcp"), "invalid_target"},
		{set("resource", ""), "invalid_target"},
		{set("scope", "sample:read root"), "invalid_scope"},
		{func(q url.Values) { q.Add("scope", "sample:read") }, "invalid_request"},
	} {
		out := v.page(tt.change)
		back, err := url.Parse(out.header.Get("Location"))
		if err != nil || out.status != http.StatusSeeOther || back.Query().Get("error") != tt.want || back.Query().Get("iss") != p.Issuer() || back.Query().Get("state") != "the-state" {
			t.Errorf("%s: %d %s", tt.want, out.status, back)
		}
	}
	if out := v.page(set("redirect_uri", "http://127.0.0.1:4712/callback")); out.status != http.StatusOK { // RFC 8252 section 7.3
		t.Errorf("another loopback port: %d", out.status)
	}
}

func TestCodesAreBound(t *testing.T) {
	_, v := start(t, Options{})
	v.register(registration)
	for _, tt := range []struct {
		name   string
		change func(url.Values)
		want   string
	}{
		{"verifier", func(f url.Values) { f.Set("code_verifier", strings.Repeat("x", 43)) }, "invalid_grant"},
		{"redirect URI", func(f url.Values) { f.Set("redirect_uri", "http://127.0.0.1:4712/callback") }, "invalid_grant"},
		{"resource", func(f url.Values) { f.Del("resource") }, "invalid_target"},
		{"client", func(f url.Values) { f.Set("client_id", "x") }, "invalid_client"},
		{"twice", func(f url.Values) { f.Add("code", "x") }, "invalid_request"},
		{"grant", func(f url.Values) { f.Set("grant_type", "password") }, "unsupported_grant_type"},
		{"secret", func(f url.Values) { f.Set("client_secret", "x") }, "invalid_client"},
	} {
		f := url.Values{
			"grant_type": {"authorization_code"}, "code": {v.answer(v.page(nil).body, "ada", "allow").Get("code")},
			"redirect_uri": {v.redirect}, "client_id": {v.id}, "code_verifier": {verifier}, "resource": {v.p.URL()},
		}
		tt.change(f)
		if out := v.post("/token", f); out.status != http.StatusBadRequest || out.text("error") != tt.want {
			t.Errorf("%s: %d %s, want %s", tt.name, out.status, out.body, tt.want)
		}
	}
	code := v.answer(v.page(nil).body, "ada", "allow").Get("code")
	first := v.redeem(code)
	if out := v.redeem(code); out.text("error") != "invalid_grant" {
		t.Errorf("a code used twice: %d %s", out.status, out.body)
	}
	if out := v.call("whoami", "{}", first.text("access_token")); out.status != 401 {
		t.Errorf("what it gave: %d", out.status)
	}
}

func TestRegistrationsThatAreRefused(t *testing.T) {
	_, v := start(t, Options{})
	for doc, want := range map[string]string{
		`[]`: "invalid_client_metadata",
		`{}`: "invalid_redirect_uri",
		`{"redirect_uris":["https://client.test/callback"]}`:                                                                                           "invalid_redirect_uri",
		`{"redirect_uris":["http://127.0.0.1.evil.test/"]}`:                                                                                            "invalid_redirect_uri",
		`{"redirect_uris":["http://127.0.0.1/"],"token_endpoint_auth_method":"client_secret_basic"}`:                                                   "invalid_client_metadata",
		`{"redirect_uris":["http://127.0.0.1/"],"grant_types":["client_credentials"]}`:                                                                 "invalid_client_metadata",
		`{"redirect_uris":["http://127.0.0.1/"],"application_type":"web"}`:                                                                             "invalid_client_metadata",
		`{"redirect_uris":["http://127.0.0.1/` + strings.Repeat("x", maxURI) + `"]}`:                                                                   "invalid_redirect_uri",
		`{"redirect_uris":["http://127.0.0.1/1","http://[::1]/","http://localhost/3","http://127.0.0.1/4","http://127.0.0.1/5","http://127.0.0.1/6"]}`: "invalid_redirect_uri",
	} {
		if out := v.register(doc); out.status != http.StatusBadRequest || out.text("error") != want {
			t.Errorf("%.90s: %d %s, want %s", doc, out.status, out.body, want)
		}
	}
	// without refresh_token among its grants a client gets none
	v.register(`{"redirect_uris":["http://127.0.0.1:4711/callback"],"grant_types":["authorization_code"]}`)
	if out := v.signIn("ada", scopeRead); out.text("refresh_token") != "" {
		t.Error("a refresh token for a client that did not register the grant")
	}
}

func TestOtherHostsAndOriginsAreRefused(t *testing.T) {
	p, v := start(t, Options{})
	for name, h := range map[string]http.Header{
		"another host":   {"Host": {"rebound.test"}},
		"another origin": {"Origin": {"https://page.test"}},
		"a null origin":  {"Origin": {"null"}},
	} {
		if out := v.do(v.api, http.MethodPost, p.URL(), "application/json", "{}", h); out.status != http.StatusForbidden {
			t.Errorf("%s: %d", name, out.status)
		}
	}
}

func TestBoundedMapsForgetTheOldest(t *testing.T) {
	b := newBounded[int](2)
	for i, key := range []string{"a", "b", "b", "c"} {
		b.put(key, i)
	}
	_, a := b.get("a")
	got, ok := b.take("b")
	if _, again := b.get("b"); a || again || !ok || got != 2 || len(b.order) != 2 {
		t.Errorf("a %v, b %v %v then %v, %d keys", a, ok, got, again, len(b.order))
	}
}
