package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// visitor is a client and its user's browser.
type visitor struct {
	t        *testing.T
	p        *Protected
	api      *http.Client // the program's: no cookies, no redirects
	browser  *http.Client
	id       string
	redirect string
}

const verifier = "a-verifier-of-at-least-forty-three-characters"

func start(t *testing.T, o Options) (*Protected, *visitor) {
	t.Helper()
	p, err := StartProtected(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p, visit(t, p)
}

func visit(t *testing.T, p *Protected) *visitor {
	t.Helper()
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	return &visitor{
		t: t, p: p, redirect: "http://127.0.0.1:4711/callback",
		api: &http.Client{Transport: transport, CheckRedirect: stay}, browser: &http.Client{Transport: transport, Jar: jar, CheckRedirect: stay},
	}
}

type reply struct {
	status int
	header http.Header
	body   string
	doc    map[string]any
}

func (r reply) text(name string) string { s, _ := r.doc[name].(string); return s }

func (v *visitor) do(c *http.Client, method, target, kind, body string, header http.Header) reply {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	if host := header.Get("Host"); host != "" {
		r.Host = host
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	r.Header.Set("Accept", "application/json, text/event-stream")
	res, err := c.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	out := reply{status: res.StatusCode, header: res.Header, body: string(b)}
	_ = json.Unmarshal(b, &out.doc) // nil: not an object
	return out
}

func (v *visitor) post(path string, f url.Values) reply {
	v.t.Helper()
	return v.do(v.api, http.MethodPost, v.p.Issuer()+path, "application/x-www-form-urlencoded", f.Encode(), nil)
}

func (v *visitor) register(doc string) reply {
	v.t.Helper()
	out := v.do(v.api, http.MethodPost, v.p.Issuer()+"/register", "application/json", doc, nil)
	if id := out.text("client_id"); id != "" {
		v.id = id
	}
	return out
}

const registration = `{"client_name":"Sightglass <b>","redirect_uris":["http://127.0.0.1:4711/callback"],"application_type":"native","token_endpoint_auth_method":"none","grant_types":["authorization_code","refresh_token"],"response_types":["code"]}`

func (v *visitor) request(change func(url.Values)) string {
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{
		"response_type": {"code"}, "client_id": {v.id}, "redirect_uri": {v.redirect}, "state": {"the-state"}, "resource": {v.p.URL()},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}, "scope": {scopeRead},
	}
	if change != nil {
		change(q)
	}
	return v.p.Issuer() + "/authorize?" + q.Encode()
}

func (v *visitor) page(change func(url.Values)) reply {
	v.t.Helper()
	return v.do(v.browser, http.MethodGet, v.request(change), "", "", nil)
}

var hidden = regexp.MustCompile(`name="(ask|csrf)" value="([^"]+)"`)

func fields(page string) url.Values {
	f := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		f.Set(m[1], m[2])
	}
	return f
}

// answer sends the consent page's form.
func (v *visitor) answer(page, user, answer string) url.Values {
	v.t.Helper()
	f := fields(page)
	f.Set("user", user)
	f.Set("answer", answer)
	out := v.do(v.browser, http.MethodPost, v.p.Issuer()+"/authorize", "application/x-www-form-urlencoded", f.Encode(), http.Header{"Origin": {v.p.origin}})
	back, err := url.Parse(out.header.Get("Location"))
	if out.status != http.StatusSeeOther || err != nil || !strings.HasPrefix(back.String(), v.redirect) {
		v.t.Fatalf("consent: %d %s %s", out.status, back, out.body)
	}
	return back.Query()
}

func (v *visitor) redeem(code string) reply {
	v.t.Helper()
	return v.post("/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {v.redirect}, "client_id": {v.id},
		"code_verifier": {verifier}, "resource": {v.p.URL()},
	})
}

func (v *visitor) refresh(token string) reply {
	v.t.Helper()
	return v.post("/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {v.id}, "resource": {v.p.URL()}})
}

// signIn is the whole way of one user.
func (v *visitor) signIn(user, scope string) reply {
	v.t.Helper()
	if v.id == "" {
		v.register(registration)
	}
	page := v.page(func(q url.Values) { q.Set("scope", scope) })
	out := v.redeem(v.answer(page.body, user, "allow").Get("code"))
	if out.status != http.StatusOK {
		v.t.Fatalf("token: %d %s", out.status, out.body)
	}
	return out
}

// call calls a tool.
func (v *visitor) call(tool, args, token string) reply {
	v.t.Helper()
	h := http.Header{"Authorization": {"Bearer " + token}}
	opened := v.do(v.api, http.MethodPost, v.p.URL(), "application/json", `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`, h)
	if opened.status != http.StatusOK {
		return opened
	}
	h.Set("Mcp-Session-Id", opened.header.Get("Mcp-Session-Id"))
	return v.do(v.api, http.MethodPost, v.p.URL(), "application/json", `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"`+tool+`","arguments":`+args+`}}`, h)
}

func TestProtectedTellsWhereToSignIn(t *testing.T) {
	p, v := start(t, Options{})
	prefix := `Bearer resource_metadata="` + p.origin + metadataPath + `", scope="sample:read"`
	for _, tt := range []struct{ method, auth, want string }{
		{http.MethodPost, "", prefix},
		{http.MethodGet, "", prefix},
		{http.MethodDelete, "", prefix},
		{http.MethodPost, "Bearer x", prefix + `, error="invalid_token", error_description="This is not a token of this sample"`},
		{http.MethodPost, "Basic x", prefix + `, error="invalid_token", error_description="The scheme is not Bearer"`},
	} {
		h := http.Header{}
		if tt.auth != "" {
			h.Set("Authorization", tt.auth)
		}
		out := v.do(v.api, tt.method, p.URL()+"?access_token=x", "", "", h)
		if got := out.header.Get("WWW-Authenticate"); out.status != http.StatusUnauthorized || got != tt.want {
			t.Errorf("%s with %q: %d %s, want 401 %s", tt.method, tt.auth, out.status, got, tt.want)
		}
	}
	prm := v.do(v.api, http.MethodGet, p.origin+metadataPath, "", "", nil)
	if servers, _ := prm.doc["authorization_servers"].([]any); prm.text("resource") != p.URL() || len(servers) != 1 || servers[0] != p.Issuer() {
		t.Errorf("resource metadata: %s", prm.body)
	}
	meta := v.do(v.api, http.MethodGet, p.origin+"/.well-known/oauth-authorization-server/login", "", "", nil)
	if meta.text("issuer") != p.Issuer() || meta.doc["authorization_response_iss_parameter_supported"] != true {
		t.Errorf("server metadata: %s", meta.body)
	}
}

func TestFourClicks(t *testing.T) {
	p, v := start(t, Options{})
	first := v.signIn("ada", scopeRead)
	if first.text("scope") != scopeRead || first.doc["expires_in"] != 60.0 || strings.Count(first.text("access_token"), ".") != 2 {
		t.Fatalf("token response: %s", first.body)
	}
	if out := v.call("whoami", "{}", first.text("access_token")); !strings.Contains(out.body, `"name":"Ada Lovelace"`) || !strings.Contains(out.body, `"aud":"`+p.URL()+`"`) {
		t.Errorf("whoami: %d %s", out.status, out.body)
	}
	out := v.call("write_note", `{"text":"the milk"}`, first.text("access_token"))
	if want := `Bearer error="insufficient_scope", scope="sample:write"`; out.status != http.StatusForbidden || !strings.HasPrefix(out.header.Get("WWW-Authenticate"), want) {
		t.Errorf("write_note: %d %v", out.status, out.header)
	}
	more := v.signIn("ada", scopeRead+" "+scopeWrite)
	if out := v.call("write_note", `{"text":"the milk"}`, more.text("access_token")); out.status != http.StatusOK {
		t.Errorf("write_note after the step-up: %d %s", out.status, out.body)
	}
	grace := v.signIn("grace", scopeRead)
	if out := v.call("read_note", "{}", grace.text("access_token")); strings.Contains(out.body, "the milk") || !strings.Contains(out.body, "Grace Hopper") {
		t.Errorf("another user read %s", out.body)
	}
	if out := v.call("read_note", "{}", first.text("access_token")); !strings.Contains(out.body, "the milk") {
		t.Errorf("the user read %d %s", out.status, out.body)
	}
}

func TestTokensExpireAndAreRefreshedOnce(t *testing.T) {
	p, v := start(t, Options{})
	first := v.signIn("ada", scopeRead)
	c, err := p.login.keys.read(first.text("access_token"))
	if err != nil {
		t.Fatal(err)
	}
	c.Expires = time.Now().Unix()
	old, err := p.login.keys.sign(c)
	if err != nil {
		t.Fatal(err)
	}
	if out := v.call("whoami", "{}", old); out.status != 401 || !strings.Contains(out.header.Get("WWW-Authenticate"), "The token expired") {
		t.Errorf("after a minute: %d %v", out.status, out.header)
	}
	second := v.refresh(first.text("refresh_token"))
	if out := v.call("whoami", "{}", second.text("access_token")); out.status != 200 {
		t.Errorf("refreshed: %d %s", out.status, out.body)
	}
	if out := v.refresh(first.text("refresh_token")); out.text("error") != "invalid_grant" {
		t.Errorf("the same again: %d %s", out.status, out.body)
	}
	if out := v.refresh(second.text("refresh_token")); out.text("error") != "invalid_grant" {
		t.Errorf("the sign-in outlived a reuse: %d %s", out.status, out.body)
	}
	if out := v.call("whoami", "{}", second.text("access_token")); out.status != 401 {
		t.Errorf("its access token outlived it: %d", out.status)
	}
}

func TestRevocationEndsTheSignIn(t *testing.T) {
	for _, which := range []string{"access_token", "refresh_token"} {
		_, v := start(t, Options{})
		tokens := v.signIn("ada", scopeRead)
		if out := v.post("/revoke", url.Values{"token": {tokens.text(which)}, "client_id": {v.id}}); out.status != 200 {
			t.Fatalf("revoke the %s: %d %s", which, out.status, out.body)
		}
		if out := v.call("whoami", "{}", tokens.text("access_token")); out.status != 401 || !strings.Contains(out.header.Get("WWW-Authenticate"), "revoked") {
			t.Errorf("%s: %d %v", which, out.status, out.header)
		}
		if out := v.refresh(tokens.text("refresh_token")); out.text("error") != "invalid_grant" {
			t.Errorf("%s: refreshed: %d %s", which, out.status, out.body)
		}
	}
}

// A restart of the program: the same seed, so the same address and keys, and nothing else.
func TestALaterRunTakesTheRefreshToken(t *testing.T) {
	seed := bytes.Repeat([]byte("seed"), 8)
	p, v := start(t, Options{Seed: seed})
	tokens := v.signIn("grace", scopeRead+" "+scopeWrite)
	_ = p.Close()
	q, w := start(t, Options{Seed: seed})
	if q.URL() != p.URL() {
		t.Skipf("port of %s was taken meanwhile", p.URL())
	}
	w.id = v.id
	next := w.refresh(tokens.text("refresh_token"))
	if out := w.call("whoami", "{}", next.text("access_token")); out.status != 200 || !strings.Contains(out.body, "Grace Hopper") {
		t.Fatalf("in the next run: %s, %d %s", next.body, out.status, out.body)
	}
	if out := w.refresh(tokens.text("refresh_token")); out.text("error") != "invalid_grant" {
		t.Errorf("twice in the next run: %d %s", out.status, out.body)
	}
	third, x := start(t, Options{})
	x.id = v.id
	if out := x.refresh(next.text("refresh_token")); out.text("error") != "invalid_client" || third.URL() == q.URL() {
		t.Errorf("with another seed: %d %s", out.status, out.body)
	}
}

func TestGoroutinesEnd(t *testing.T) {
	ignore := goleak.IgnoreCurrent()
	p, err := StartProtected(context.Background(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	v := visit(t, p)
	v.signIn("ada", scopeRead)
	_ = p.Close()
	v.api.CloseIdleConnections()
	goleak.VerifyNone(t, ignore)
}

func TestTwinsAreOne(t *testing.T) {
	seed := bytes.Repeat([]byte("twin"), 8)
	p, v := start(t, Options{Seed: seed})
	tokens := v.signIn("ada", scopeRead)
	q, w := start(t, Options{Seed: seed})
	if q.URL() != p.URL() || q.server != nil || !q.Alive(t.Context()) || !p.Alive(t.Context()) {
		t.Fatalf("the second process has its own sample at %s, the first is at %s", q.URL(), p.URL())
	}
	if out := w.call("whoami", "{}", tokens.text("access_token")); out.status != http.StatusOK {
		t.Errorf("the first one's token in the second: %d %s", out.status, out.body)
	}
	if err := q.Close(); err != nil || !p.Alive(t.Context()) {
		t.Errorf("the end of the second process ended the first one's sample: %v", err)
	}
	_ = p.Close()
	if q.Alive(t.Context()) {
		t.Error("a twin that ended is alive")
	}
}

func TestStrangersAreNoTwins(t *testing.T) {
	seed := bytes.Repeat([]byte("mine"), 8)
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp4", fmt.Sprintf("127.0.0.1:%d", ports(seed)[0]))
	if err != nil {
		t.Skipf("the port is taken: %v", err)
	}
	// it hands on what a true twin at another address proves
	k := newKeys(seed)
	other := &Protected{host: "127.0.0.1:1", login: newLogin("http://127.0.0.1:1", "http://127.0.0.1:1/mcp", k)}
	stranger := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { other.prove(w, r) })}
	go func() { _ = stranger.Serve(l) }()
	defer func() { _ = stranger.Close() }()
	p, _ := start(t, Options{Seed: seed})
	if p.server == nil || p.host == l.Addr().String() {
		t.Errorf("a stranger at %s was taken for a twin", p.host)
	}
}
