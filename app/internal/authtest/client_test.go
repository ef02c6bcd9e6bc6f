package authtest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := goleak.Find(); code == 0 && err != nil {
		println("goroutines left:", err.Error())
		code = 1
	}
	os.Exit(code)
}

// party is a plain client that follows the rules, for the tests of the servers alone.
type party struct {
	t        *testing.T
	w        *World
	client   *http.Client
	id       string
	secret   string
	redirect string
	verifier string
}

func newParty(t *testing.T, w *World) *party {
	return &party{t: t, w: w, client: w.Client(), redirect: "http://127.0.0.1:4711/callback", verifier: strings.Repeat("v", 43)}
}

type answer struct {
	status int
	header http.Header
	body   string
	doc    map[string]any
}

func (p *party) send(method, target, kind, body string, header http.Header) answer {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	for name, v := range header {
		r.Header[name] = v
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	r.Header.Set("Accept", "application/json, text/event-stream")
	res, err := p.client.Do(r)
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, target, err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, target, err)
	}
	a := answer{status: res.StatusCode, header: res.Header, body: string(b)}
	_ = json.Unmarshal(b, &a.doc) // nil: the body is no object
	return a
}

func (p *party) get(target string) answer {
	p.t.Helper()
	return p.send(http.MethodGet, target, "", "", nil)
}

func (p *party) form(target string, form url.Values, header http.Header) answer {
	p.t.Helper()
	return p.send(http.MethodPost, target, "application/x-www-form-urlencoded", form.Encode(), header)
}

func (p *party) register() {
	p.t.Helper()
	body, _ := json.Marshal(map[string]any{
		"redirect_uris": []string{p.redirect}, "client_name": "Test", "application_type": "native", "token_endpoint_auth_method": "none",
		"grant_types": []string{"authorization_code", "refresh_token"}, "response_types": []string{"code"},
	})
	a := p.send(http.MethodPost, p.w.AS.URL(Register), "application/json", string(body), nil)
	if a.status != http.StatusCreated {
		p.t.Fatalf("register: %d %s", a.status, a.body)
	}
	p.id, _ = a.doc["client_id"].(string)
	p.secret, _ = a.doc["client_secret"].(string)
}

func (p *party) request(change func(url.Values)) url.Values {
	q := url.Values{
		"response_type": {"code"}, "client_id": {p.id}, "redirect_uri": {p.redirect}, "state": {"0123456789abcdef"},
		"code_challenge": {hash(p.verifier)}, "code_challenge_method": {"S256"}, "resource": {p.w.Resource()}, "scope": {"mcp"},
	}
	if change != nil {
		change(q)
	}
	return q
}

// authorize gives the parameters that came back.
func (p *party) authorize(change func(url.Values)) url.Values {
	p.t.Helper()
	a := p.get(p.w.AS.URL(Authorize) + "?" + p.request(change).Encode())
	back, err := url.Parse(a.header.Get("Location"))
	if err != nil || a.status != http.StatusFound {
		p.t.Fatalf("authorize: %d %s %v", a.status, a.body, err)
	}
	return back.Query()
}

func (p *party) redeem(code string, change func(url.Values), header http.Header) answer {
	p.t.Helper()
	f := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {p.redirect}, "client_id": {p.id},
		"code_verifier": {p.verifier}, "resource": {p.w.Resource()},
	}
	if change != nil {
		change(f)
	}
	return p.form(p.w.AS.URL(Token), f, header)
}

func (p *party) refresh(token string) answer {
	p.t.Helper()
	return p.form(p.w.AS.URL(Token), url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {p.id}, "resource": {p.w.Resource()},
	}, nil)
}

// signIn does it all.
func (p *party) signIn() (access, refresh string) {
	p.t.Helper()
	p.register()
	a := p.redeem(p.authorize(nil).Get("code"), nil, nil)
	if a.status != http.StatusOK {
		p.t.Fatalf("token: %d %s", a.status, a.body)
	}
	return str(a.doc, "access_token"), str(a.doc, "refresh_token")
}

const initialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`

// call sends initialize with a token.
func (p *party) call(token string) answer {
	p.t.Helper()
	return p.rpc(initialize, http.Header{"Authorization": {"Bearer " + token}})
}

func (p *party) rpc(body string, header http.Header) answer {
	p.t.Helper()
	return p.send(http.MethodPost, p.w.URL, "application/json", body, header)
}

func (p *party) tool(name, token string) answer {
	p.t.Helper()
	a := p.call(token)
	if a.status != http.StatusOK {
		p.t.Fatalf("initialize: %d %s", a.status, a.body)
	}
	h := http.Header{"Authorization": {"Bearer " + token}, "Mcp-Session-Id": {a.header.Get("Mcp-Session-Id")}}
	return p.rpc(`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"`+name+`","arguments":{}}}`, h)
}

func noViolations(t *testing.T, w *World) {
	t.Helper()
	if v := w.Violations(); len(v) != 0 {
		t.Errorf("violations of a client that follows the rules: %s", strings.Join(v, "\n"))
	}
}

func violated(t *testing.T, w *World, part string) {
	t.Helper()
	for _, v := range w.Violations() {
		if strings.Contains(v, part) {
			return
		}
	}
	t.Errorf("no violation with %q in %q", part, w.Violations())
}

// firstEvent reads an SSE stream up to its first event and leaves it.
func firstEvent(t *testing.T, w *World, token string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, w.URL, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	res, err := w.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var b bytes.Buffer
	buf := make([]byte, 256)
	for !strings.Contains(b.String(), "\n\n") && !strings.Contains(b.String(), "\r\n\r\n") {
		n, err := res.Body.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			break
		}
	}
	return b.String()
}
