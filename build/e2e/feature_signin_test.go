//go:build e2e

package e2e

import (
	"fmt"
	"testing"
	"time"
)

// next is what the window says of a sign-in, and its buttons.
var next = css(`section[aria-label="Sign-in: what to do next"]`)

// kinds are the transports as the editor names them.
var kinds = map[string]string{"http": "Streamable HTTP", "sse": "HTTP+SSE (2024-11-05)"}

// addServer saves a server by the editor.
func (a *app) addServer(name, transport, url string) {
	a.t.Helper()
	a.click(role("button", "Add, import, export"))
	a.click(item("Add server…"))
	a.fill(role("textbox", "Name").in(dialog), name)
	a.choose(role("combobox", "Transport").in(dialog), kinds[transport])
	a.fill(role("textbox", "URL").in(dialog), url)
	a.click(role("button", "Save").in(dialog))
	a.unsee(dialog)
	a.see(saved(name))
}

// refusedConnect connects a saved server and waits for its challenge.
func (a *app) refusedConnect(name string) {
	a.t.Helper()
	a.click(saved(name))
	a.click(button("Connect"))
	a.says(role("heading", ""), "401 Unauthorized")
	a.says(next, "A token is needed")
}

// say calls the tool say.
func (a *app) say(words string) {
	a.t.Helper()
	a.click(tabOf("Tools"))
	a.click(tool("say"))
	a.fill(role("textbox", "words"), words)
	a.run("done", "said: "+words)
}

// tabOf is a tab by the beginning of its name: a number may stand behind it.
func tabOf(name string) target {
	return target{"tab " + name, fmt.Sprintf("byRole('tab', '').filter((e) => nameOf(e).startsWith(%s))", literal(name))}
}

// identity opens what is known of the token in use.
func (a *app) identity() target {
	a.t.Helper()
	a.click(tabOf("Sign-in"))
	a.click(tabOf("Identities"))
	shown := css(`article[aria-label^="Identity"]`)
	a.see(shown)
	return shown
}

// TestSignIn is the whole story over both transports: the challenge, one click, the browser, the token in the
// keychain, the refused connect sent again; then a new start without signing in, a refresh, and the way out.
func TestSignIn(t *testing.T) {
	for transport := range kinds {
		t.Run(transport, func(t *testing.T) {
			p, o, b := newGuardedPeer(t, transport, time.Hour), newOpener(t), startBrowser(t)
			a := start(t, options{env: []string{o.env()}})
			a.record()
			a.addServer("Guarded", transport, p.url)
			a.refusedConnect("Guarded")
			a.shot("challenge")
			if urls := o.opened(t); len(urls) > 0 {
				t.Errorf("a refusal opened the browser by itself: %q", urls)
			}
			if n := len(p.all("registered")); n > 0 {
				t.Error("a refusal registered a client by itself")
			}

			a.click(role("button", "Sign in").in(next))
			url := o.next(t)
			a.says(next, "Waiting for the browser", "Time left", "/callback")
			a.shot("waiting")
			b.logIn(url, "ada")
			b.allow()
			a.connected()
			a.say("hello")
			a.shot("called")
			shown := a.identity()
			a.says(shown, p.issuer, p.url, "in the keychain", scopeRead)
			a.shot("identity")

			a.restart()
			a.connect("Guarded")
			a.say("hello again")
			if n := len(p.all("authorization_code")); n != 1 {
				t.Errorf("signed in %d times, want 1", n)
			}

			p.takeBack() // the server refuses the token: it is refreshed, and the call sent again, without a word
			a.say("after a refresh")
			first, second := p.await(t, "authorization_code", 1)[0], p.await(t, "refresh_token", 1)[0]
			if first.Refresh == second.Refresh || first.Access == second.Access {
				t.Error("the refresh brought the same tokens again")
			}

			shown = a.identity()
			a.click(role("button", "Sign out").in(shown))
			a.click(role("button", "Sign out").in(css(`[role="alertdialog"]`)))
			a.unsee(shown)
			a.shot("signed-out")
			if got := p.await(t, "revoked", 1)[0].Refresh; got != second.Refresh {
				t.Error("another refresh token was revoked than the last")
			}
			a.click(role("button", "Disconnect"))
			a.click(button("Connect"))
			a.says(next, "A token is needed")
			a.click(tabOf("Refusal"))
			a.says(role("heading", ""), "401 Unauthorized")
			if urls := o.opened(t); len(urls) > 0 {
				t.Errorf("the browser was opened again: %q", urls)
			}
			secrets := p.secrets(t)
			a.mustHaveHeard("said: hello", p.issuer)
			a.mustNotShow(secrets...)
			a.quit()
			a.mustNotHold(secrets...)
			a.mustNotKeep(o.states(t)...)
		})
	}
}
