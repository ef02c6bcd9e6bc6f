package auth

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/authtest"
)

func TestClients(t *testing.T) {
	const document = "https://client.test/sightglass.json"
	for _, c := range []struct {
		name   string
		as     authtest.ServerOptions
		set    Settings
		kind   ClientKind
		method string
	}{
		{name: "dynamic, public", kind: Dynamic, method: "none"},
		{name: "dynamic, basic", as: authtest.ServerOptions{AuthMethods: []string{"client_secret_basic"}}, kind: Dynamic, method: "client_secret_basic"},
		{name: "dynamic, post", as: authtest.ServerOptions{AuthMethods: []string{"client_secret_post"}}, kind: Dynamic, method: "client_secret_post"},
		{name: "dynamic, what was registered counts", as: authtest.ServerOptions{RegisterMethod: "client_secret_post"}, kind: Dynamic, method: "client_secret_post"},
		{name: "dynamic, methods not listed", as: authtest.ServerOptions{HideAuthMethods: true}, kind: Dynamic, method: "none"},
		{name: "pre-registered first", as: authtest.ServerOptions{MetadataClients: true, Clients: map[string]authtest.Client{"pre": {Secret: "s e+cret/1234"}}}, set: Settings{ClientID: "pre", ClientSecret: "s e+cret/1234", ClientMetadataURL: document}, kind: PreRegistered, method: "client_secret_basic"},
		{name: "document before registration", as: authtest.ServerOptions{MetadataClients: true}, set: Settings{ClientMetadataURL: document}, kind: MetadataDocument, method: "none"},
		{name: "no document where none are taken", set: Settings{ClientMetadataURL: document}, kind: Dynamic, method: "none"},
		{name: "registration by hand", as: authtest.ServerOptions{MetadataClients: true}, set: Settings{ClientMetadataURL: document, ClientKind: Dynamic}, kind: Dynamic, method: "none"},
		{name: "localhost", set: Settings{RedirectHost: "localhost"}, kind: Dynamic, method: "none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, r := worldRig(t, authtest.Options{AS: c.as}, c.set)
			f, token, err := r.run(Start{Challenge: r.refused()})
			if err != nil {
				t.Fatal(err)
			}
			if token.Client.Kind != c.kind || token.Client.AuthMethod != c.method || token.Client.Issuer != w.AS.Issuer {
				t.Errorf("client: %s %s %s", token.Client.Kind, token.Client.AuthMethod, token.Client.Issuer)
			}
			if v := w.Violations(); len(v) > 0 {
				t.Errorf("violations: %q", v)
			}
			registered := len(w.AS.Got(authtest.Register))
			if want := map[bool]int{true: 1}[c.kind == Dynamic]; registered != want {
				t.Errorf("%d registrations", registered)
			}
			if c.set.RedirectHost != "" && !strings.HasPrefix(token.Client.RedirectURI, "http://localhost:") {
				t.Errorf("redirect URI %s", token.Client.RedirectURI)
			}
			s := stepOf(t, f, StepClient)
			if s.State != Done && !hasFinding(s, "of the document is in use") { // another program may have the document's port
				t.Errorf("%s %+v", s.State, s.Findings)
			}
		})
	}
}

// A registered client is used again with its port, and registered anew when that cannot be.
func TestClientReused(t *testing.T) {
	w, r := worldRig(t, authtest.Options{}, Settings{})
	signIn := func(start Start) *Token {
		t.Helper()
		start.Challenge = r.refused()
		_, token, err := r.run(start)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	count := func(want int) {
		t.Helper()
		if got := len(w.AS.Got(authtest.Register)); got != want {
			t.Errorf("%d registrations, want %d", got, want)
		}
	}
	first := signIn(Start{})
	again := signIn(Start{})
	if again.Client.ID != first.Client.ID || again.Client.RedirectURI != first.Client.RedirectURI {
		t.Errorf("another client: %+v", again.Client)
	}
	count(1)
	u, _ := url.Parse(first.Client.RedirectURI)
	var lc net.ListenConfig
	busy, err := lc.Listen(t.Context(), "tcp4", u.Host)
	if err != nil {
		t.Skipf("the port was taken meanwhile: %v", err)
	}
	if other := signIn(Start{}); other.Client.ID == first.Client.ID {
		t.Error("a client whose port is taken is used")
	}
	_ = busy.Close()
	count(2)
	signIn(Start{Fresh: true})
	count(3)
	r.cfg.Settings.RedirectHost = "localhost"
	signIn(Start{})
	count(4)
	if v := w.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
}

func TestClientSecretExpired(t *testing.T) {
	w, r := worldRig(t, authtest.Options{AS: authtest.ServerOptions{RegisterSecret: true, RegisterLife: time.Hour}}, Settings{})
	if _, _, err := r.run(Start{Challenge: r.refused()}); err != nil {
		t.Fatal(err)
	}
	r.cfg.Now = func() time.Time { return time.Now().Add(2 * time.Hour) }
	f, _, err := r.run(Start{Challenge: r.refused()})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(w.AS.Got(authtest.Register)); got != 2 || !hasFinding(stepOf(t, f, StepClient), "has expired") {
		t.Errorf("%d registrations", got)
	}
}

// A server that forgot its clients says invalid_client: the client is forgotten here too.
func TestClientForgotten(t *testing.T) {
	w, r := worldRig(t, authtest.Options{}, Settings{})
	r.cfg.Browser = func(ctx context.Context, target string) error {
		err := w.Browser(ctx, target)
		return err
	}
	f := r.flow(Start{Challenge: r.refused()})
	if err := f.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, id := range []StepID{StepClient, StepScopes, StepAuthorize, StepBrowser, StepCallback} {
		if err := f.RunStep(t.Context(), id, nil); err != nil {
			t.Fatal(id, err)
		}
	}
	w.AS.Forget()
	if err := f.RunStep(t.Context(), StepToken, nil); err == nil {
		t.Fatal("no error")
	}
	if c, err := NewVault(r.store, "p1").Client(t.Context(), w.AS.Issuer); c != nil || err != nil {
		t.Errorf("still stored: %v %v", c, err)
	}
}

// SEP-2352: a client is never used with another issuer.
func TestClientOfAnotherIssuer(t *testing.T) {
	set := Settings{ClientID: "pre", ClientSecret: "s3cret-s3cret", ClientIssuer: "https://old.example"}
	w, r := worldRig(t, authtest.Options{}, set)
	f, _, err := r.run(Start{Challenge: r.refused()})
	if !fault.Is(err, fault.Input) || !strings.Contains(stepOf(t, f, StepClient).Verdict, "not sent there") {
		t.Errorf("by the settings: %v", err)
	}
	r.cfg.Settings.ClientIssuer = ""
	v := NewVault(r.store, "p1")
	if _, _, err := v.Save(t.Context(), Token{AccessToken: "aaaaaaaaaaaa", Issuer: "https://old.example", Resource: w.URL, Server: w.URL, Client: Client{Kind: PreRegistered, ID: "pre", Issuer: "https://old.example"}}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.run(Start{Challenge: r.refused()}); !fault.Is(err, fault.Input) {
		t.Errorf("by what is stored: %v", err)
	}
	if n := len(w.Of(authtest.Authorize)) + len(w.Of(authtest.Token)); n != 0 {
		t.Errorf("%d requests with the client", n)
	}
	for _, rec := range w.Requests() {
		if strings.Contains(string(rec.Body)+rec.Header.Get("Authorization"), "s3cret") {
			t.Error("the secret was sent")
		}
	}
}

func TestClientAsked(t *testing.T) {
	w, r := worldRig(t, authtest.Options{AS: authtest.ServerOptions{NoRegistration: true, MetadataClients: true, Clients: map[string]authtest.Client{"mine": {}}}}, Settings{})
	f, _, err := r.run(Start{Challenge: r.refused()})
	if !fault.Is(err, fault.Input) || !f.Asking() || f.Next() != StepClient || !strings.Contains(err.Error(), "no document's URL is set") {
		t.Fatalf("%v, asking %v", err, f.Asking())
	}
	if err := f.RunStep(t.Context(), StepClient, map[string]string{"client_id": "mine"}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if token, err := f.Run(ctx); err != nil || token.Client.ID != "mine" {
		t.Error(err)
	}
	if v := w.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
}

// registrar is an authorization server's registration endpoint that answers as told, one answer after the other.
func registrar(t *testing.T, set Settings, answers ...page) (*flowRig, *Flow, *[]map[string]any) {
	t.Helper()
	var got []map[string]any
	h := http.NewServeMux()
	h.HandleFunc("/register", func(w http.ResponseWriter, r *http.Request) {
		var m map[string]any
		_ = json.NewDecoder(r.Body).Decode(&m)
		got = append(got, m)
		p := answers[min(len(got), len(answers))-1]
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(p.status)
		_, _ = w.Write([]byte(p.body))
	})
	s := newSite(t, map[string]page{})
	server := newHandlerServer(t, h)
	r := newFlowRig(t, s.url+"/mcp", plainClient(t), set)
	f := r.flow(Start{})
	f.as = &ServerMetadata{Issuer: server, RegistrationEndpoint: server + "/register"}
	return r, f, &got
}

func TestRegistrationRefused(t *testing.T) {
	refuse := func(code, text string) page {
		return page{status: 400, body: `{"error":"` + code + `","error_description":"` + text + `"}`}
	}
	good := page{status: 201, body: `{"client_id":"c1"}`}
	for _, c := range []struct {
		name    string
		set     Settings
		answers []page
		sent    int
		last    string // part of the last registration, JSON
		text    string // of the verdict, when it fails
		finding string
		method  string
	}{
		{name: "redirect URI", answers: []page{refuse("invalid_redirect_uri", "no literal addresses"), good}, sent: 2, last: `http://localhost:`, method: "none"},
		{name: "redirect URI, host by hand", set: Settings{RedirectHost: "127.0.0.1"}, answers: []page{refuse("invalid_redirect_uri", "no")}, sent: 1, text: "invalid_redirect_uri"},
		{name: "redirect URI twice", answers: []page{refuse("invalid_redirect_uri", "no")}, sent: 2, text: "invalid_redirect_uri"},
		{name: "application type", answers: []page{refuse("invalid_client_metadata", "unknown member application_type"), good}, sent: 2, method: "none"},
		{name: "grant types", answers: []page{refuse("invalid_client_metadata", "grant_types: refresh_token is not allowed"), good}, sent: 2, last: `"grant_types":["authorization_code"]`, method: "none"},
		{name: "authentication", answers: []page{refuse("invalid_client_metadata", "token_endpoint_auth_method none"), {status: 201, body: `{"client_id":"c1","client_secret":"sssssssssss"}`}}, sent: 2, last: `"client_secret_post"`, method: "client_secret_post"},
		{name: "never without end", answers: []page{refuse("invalid_client_metadata", "redirect application_type grant auth_method")}, sent: 4, text: "invalid_client_metadata"},
		{name: "own words", answers: []page{refuse("unapproved_software_statement", "<b>ask us</b>")}, sent: 1, text: `<b>ask us</b>`},
		{name: "401", answers: []page{{status: 401, body: ``}}, sent: 1, text: "without credentials of its own"},
		{name: "500", answers: []page{{status: 500, body: `{"error":"invalid_redirect_uri"}`}}, sent: 1, text: "status 500"},
		{name: "HTML", answers: []page{{status: 200, body: "<!doctype html>"}}, sent: 1, text: "web page (HTML)"},
		{name: "broken", answers: []page{{status: 201, body: `{"client_id":"c1","client_secret":"supersecret-value`}}, sent: 1, text: "cannot be read as a JSON object"},
		{name: "no id", answers: []page{{status: 201, body: `{}`}}, sent: 1, text: "no client_id"},
		{name: "200", answers: []page{{status: 200, body: `{"client_id":"c1"}`}}, sent: 1, finding: "not 201", method: "none"},
		{name: "other redirect URIs", answers: []page{{status: 201, body: `{"client_id":"c1","redirect_uris":["http://127.0.0.1/x"]}`}}, sent: 1, finding: "other redirect URIs", method: "none"},
		{name: "basic without a secret", answers: []page{{status: 201, body: `{"client_id":"c1","token_endpoint_auth_method":"client_secret_basic"}`}}, sent: 1, finding: "without a secret", method: "none"},
		{name: "expiry of a wrong type", answers: []page{{status: 201, body: `{"client_id":"c1","client_secret":"supersecret-value","client_secret_expires_at":"soon"}`}}, sent: 1, finding: "client_secret_expires_at is a string"},
		{name: "expiry as a float", answers: []page{{status: 201, body: `{"client_id":"c1","client_secret":"supersecret-value","client_secret_expires_at":4.1e9}`}}, sent: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, f, got := registrar(t, c.set, c.answers...)
			err := f.RunStep(t.Context(), StepClient, nil)
			r.sound(f)
			step := stepOf(t, f, StepClient)
			if len(*got) != c.sent || (err != nil) != (c.text != "") || !strings.Contains(step.Verdict, c.text) {
				t.Fatalf("%d sent, %v, %q", len(*got), err, step.Verdict)
			}
			if b, _ := json.Marshal((*got)[len(*got)-1]); !strings.Contains(string(b), c.last) {
				t.Errorf("last registration: %s", b)
			}
			if err != nil {
				if e := fault.As(err); e.Hint == "" || strings.Contains(e.Detail, "supersecret") {
					t.Errorf("hint %q, detail %q", e.Hint, e.Detail)
				}
				return
			}
			if c.finding != "" && !hasFinding(step, c.finding) {
				t.Errorf("findings: %+v", step.Findings)
			}
			if f.client.AuthMethod != c.method {
				t.Errorf("method %q, want %q", f.client.AuthMethod, c.method)
			}
			if len(step.Messages) != c.sent {
				t.Errorf("%d messages", len(step.Messages))
			}
		})
	}
}

func TestRegistrationEdited(t *testing.T) {
	r, f, got := registrar(t, Settings{}, page{status: 201, body: `{"client_id":"c1"}`})
	port := freePort(t)
	err := f.RunStep(t.Context(), StepClient, map[string]string{"client_name": "Mine", "application_type": "none", "redirect_port": port, "redirect_path": "/cb", "client_auth": "client_secret_post"})
	if err != nil {
		t.Fatal(err)
	}
	r.sound(f)
	m := (*got)[0]
	if _, has := m["application_type"]; m["client_name"] != "Mine" || has || m["token_endpoint_auth_method"] != "client_secret_post" {
		t.Errorf("sent %v", m)
	}
	if uris := m["redirect_uris"].([]any); uris[0] != "http://127.0.0.1:"+port+"/cb" {
		t.Errorf("redirect %v", uris)
	}
	if err := f.RunStep(t.Context(), StepClient, map[string]string{"redirect_port": "many"}); !fault.Is(err, fault.Input) {
		t.Errorf("port: %v", err)
	}
}

func TestClientDocument(t *testing.T) {
	text, err := ClientDocument(Config{Settings: Settings{ClientMetadataURL: "https://client.test/a.json", RedirectPort: 4567}})
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		ID       string   `json:"client_id"`
		Redirect []string `json:"redirect_uris"`
		Auth     string   `json:"token_endpoint_auth_method"`
		Keys     any      `json:"jwks"`
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	if m.ID != "https://client.test/a.json" || !slices.Contains(m.Redirect, "http://127.0.0.1:4567/callback") || !slices.Contains(m.Redirect, "http://localhost:4567/callback") || m.Auth != "none" || m.Keys != nil {
		t.Error(text)
	}
	key, err := newDPoPKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	pem, err := writeKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text, err = ClientDocument(Config{Settings: Settings{ClientMetadataURL: "https://client.test/a.json", ClientAuth: "private_key_jwt", PrivateKey: pem, KeyID: "k1"}})
	if err != nil || !strings.Contains(text, `"jwks"`) || !strings.Contains(text, `"k1"`) || strings.Contains(text, `"d"`) {
		t.Error(err, text)
	}
	for _, bad := range []string{"", "http://client.test/a", "https://client.test", "https://client.test/", "https://u@client.test/a", "https://client.test/a#b", "https://client.test/a/../b", "x"} {
		if _, err := ClientDocument(Config{Settings: Settings{ClientMetadataURL: bad}}); !fault.Is(err, fault.Input) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
