//go:build e2e

package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// newServer opens the editor with a server over HTTP and its sign-in unfolded.
func (a *app) newServer(name, url, way string) {
	a.t.Helper()
	a.click(role("button", "Add, import, export"))
	a.click(item("Add server…"))
	a.fill(role("textbox", "Name").in(dialog), name)
	a.choose(role("combobox", "Transport").in(dialog), kinds["http"])
	a.fill(role("textbox", "URL").in(dialog), url)
	a.unfold("Sign-in")
	a.choose(role("combobox", "Way in").in(dialog), way)
}

// unfold opens a part of the editor.
func (a *app) unfold(title string) {
	a.t.Helper()
	a.click(target{"fold " + title, "shown([...document.querySelectorAll('[role=\"dialog\"] summary')]).filter((e) => e.querySelector('.title')?.textContent === " + literal(title) + ")"})
}

// enter fills a field of the editor, which may lie below what is in view.
func (a *app) enter(t target, value string) {
	a.t.Helper()
	a.see(t)
	a.js("const [e] = " + t.find + "; e.scrollIntoView({ block: 'center' })")
	a.fill(t, value)
}

// saveServer saves what is in the editor.
func (a *app) saveServer(name string) {
	a.t.Helper()
	a.click(role("button", "Save").in(dialog))
	a.unsee(dialog)
	a.see(saved(name))
}

// signInWithout signs in where no browser is needed, from the refusal to a call.
func (a *app) signInWithout(o *opener, words string) {
	a.t.Helper()
	a.click(role("button", "Sign in").in(next))
	a.connected()
	a.say(words)
	if urls := o.opened(a.t); len(urls) > 0 {
		a.t.Errorf("the browser was opened: %q", urls)
	}
}

// TestEnterpriseSignIn is the enterprise's way in to its end: the identity provider is found by its issuer and asked as
// its metadata say, the ID-JAG is handed over, a tool is called; a refused token is got anew the same way. Then another
// program changes the settings: they are seen before anything goes out.
func TestEnterpriseSignIn(t *testing.T) {
	p, o := newGrantPeer(t), newOpener(t)
	a := start(t, options{env: []string{o.env()}})
	a.record()
	a.newServer("Desk", p.url, "Enterprise-managed")
	a.enter(role("textbox", "Identity provider (issuer)").in(dialog), p.idp)
	a.enter(role("textbox", "Token to exchange").in(dialog), p.idToken)
	a.enter(role("textbox", "Client id at the identity provider").in(dialog), idpClient)
	a.enter(role("textbox", "Client secret there").in(dialog), idpSecret)
	a.enter(role("textbox", "Client id").in(dialog), grantClient)
	a.enter(role("textbox", "Client secret").in(dialog), grantSecret)
	a.says(dialog, "At the identity provider", "At the server’s authorization server")
	a.see(role("textbox", "Identity provider (issuer)").in(dialog))
	a.both("editor")
	a.saveServer("Desk")
	a.refusedConnect("Desk")
	a.signInWithout(o, "hello")
	if got, want := p.requests(), []string{"idp client_secret_post " + exchangeType, "as client_secret_basic " + jwtBearer}; !slices.Equal(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
	a.click(tabOf("Sign-in"))
	a.click(tabOf("Steps"))
	a.says(css(`[role="listbox"]`), "Identity provider")
	a.both("sequence")
	a.openStep("Identity provider")
	a.says(css("main, [role=main], body"), "compared letter by letter", "/oauth2/token")
	a.shot("identity-provider")
	p.retire()
	a.say("once more")
	if n := len(p.requests()); n != 4 {
		t.Errorf("%d token requests after the refused token, want 4: %q", n, p.requests())
	}

	var reached atomic.Int32
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reached.Add(1)
		http.NotFound(w, r)
	}))
	t.Cleanup(evil.Close)
	file := a.profilesFile()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(b), p.idp, evil.URL, 1)
	if changed == string(b) {
		t.Fatal("the identity provider is not in the file")
	}
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	a.click(tabOf("Sign-in"))
	a.poll("the file to be read again", func() bool {
		v, _ := a.await("window.go.app.Servers.Launch(" + `(await window.go.app.Servers.List()).profiles.find((p) => p.name === "Desk").id` + ")").(map[string]any)
		return v["confirmed"] == false
	})
	a.click(role("button", "Sign in again").in(next))
	a.see(text("Use these settings?"))
	a.says(css("del"), p.idp)
	a.says(css("ins"), evil.URL)
	a.both("changed-outside")
	if n := reached.Load(); n > 0 || len(p.requests()) != 4 {
		t.Errorf("%d requests went to the new identity provider before it was seen, %q", n, p.requests())
	}
	a.click(role("button", "Allow")) // and the sign-in that was stopped goes on by itself
	a.says(next, "Identity provider: your turn", "publishes no metadata")
	a.shot("another-provider")
	if n := reached.Load(); n == 0 || len(p.requests()) != 4 {
		t.Errorf("once allowed, %d requests went to the new identity provider; to the old: %q", n, p.requests()[4:])
	}
	a.mustHaveHeard("said: hello", p.issuer)
	a.mustNotShow(p.secrets()...)
	a.quit()
	a.mustNotHold(p.secrets()...)
}

// TestWorkloadSignIn hands over the JWT that a platform gave: no client, no browser.
func TestWorkloadSignIn(t *testing.T) {
	p, o := newGrantPeer(t), newOpener(t)
	a := start(t, options{env: []string{o.env()}, dark: true})
	a.record()
	a.newServer("Desk", p.url, "Workload identity")
	a.enter(role("textbox", "The workload’s JWT").in(dialog), p.workload)
	a.shot("editor")
	a.saveServer("Desk")
	a.refusedConnect("Desk")
	a.signInWithout(o, "hello")
	if got, want := p.requests(), []string{"as none " + jwtBearer}; !slices.Equal(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
	a.shot("called")
	a.restart()
	a.connect("Desk")
	a.say("still known")
	if n := len(p.requests()); n != 1 {
		t.Errorf("%d token requests, want 1", n)
	}
	a.mustNotShow(p.secrets()...)
	a.quit()
	a.mustNotHold(p.secrets()...)
}

// TestClientCredentialsWithAKey pastes a private key by hand, as it stands in its file.
func TestClientCredentialsWithAKey(t *testing.T) {
	p, o := newGrantPeer(t), newOpener(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	p.key = &key.PublicKey
	a := start(t, options{env: []string{o.env()}})
	a.record()
	a.newServer("Desk", p.url, "Client credentials")
	a.enter(role("textbox", "Client id").in(dialog), grantClient)
	a.choose(role("combobox", "Client authentication").in(dialog), "private_key_jwt")
	a.paste(role("textbox", "Private key").in(dialog), "\n"+text)
	a.shot("editor")
	a.saveServer("Desk")
	a.refusedConnect("Desk")
	a.signInWithout(o, "hello")
	if got, want := p.requests(), []string{"as private_key_jwt client_credentials"}; !slices.Equal(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	secrets := append(p.secrets(), lines[1:len(lines)-1]...)
	a.mustNotShow(secrets...)
	a.quit()
	a.mustNotHold(secrets...)
}

// TestStaticBearer is a server that knows no OAuth and takes a fixed token: what its refusal says without one, with a
// wrong one, and that the right one gets in.
func TestStaticBearer(t *testing.T) {
	const right, wrong = "fixed-token-77aa31c9e0", "wrong-token-02bb64d1f3"
	to, err := url.Parse(strings.TrimSuffix(newHTTPPeer(t).url, "/mcp"))
	if err != nil {
		t.Fatal(err)
	}
	onward := httputil.NewSingleHostReverseProxy(to)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path != "/mcp":
			http.NotFound(w, r)
		case r.Header.Get("Authorization") != "Bearer "+right:
			http.Error(w, "an API token is needed: see the settings of your account", http.StatusUnauthorized)
		default:
			onward.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	a := start(t, options{})
	a.record()
	a.addServer("Fixed", "http", srv.URL+"/mcp")
	a.click(saved("Fixed"))
	a.click(button("Connect"))
	a.says(role("heading", ""), "401 Unauthorized")
	a.says(next, "names no way in", "goes into the header Authorization")
	a.says(css("main, body"), "an API token is needed")
	a.both("refused")
	for _, c := range []struct {
		value string
		ok    bool
	}{{wrong, false}, {right, true}} {
		a.click(role("button", "More actions").in(mainish))
		a.click(item("Edit…"))
		if !c.ok {
			a.click(role("button", "Add header").in(dialog))
			a.enter(role("textbox", "Name of header 1").in(dialog), "Authorization")
		} else {
			a.click(button("Replace the value of Authorization").in(dialog))
		}
		a.enter(role("textbox", "Value of Authorization").in(dialog), "Bearer "+c.value)
		a.click(role("button", "Save").in(dialog))
		a.unsee(dialog)
		a.click(role("button", "Try again"))
		if !c.ok {
			a.says(role("heading", ""), "401 Unauthorized")
			a.says(css("body"), "refused the Authorization header of its settings: correct its value")
			a.both("wrong")
			continue
		}
		a.connected()
	}
	a.say("hello")
	a.mustNotShow(right, wrong)
	a.quit()
	a.mustNotHold(right, wrong)
}
