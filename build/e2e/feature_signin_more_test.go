//go:build e2e

package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// signInAs signs in by the one button, as a user of oidc-provider.
func (a *app) signInAs(o *opener, b *browser, user string) {
	a.t.Helper()
	a.click(role("button", "Sign in").in(next))
	b.logIn(o.next(a.t), user)
	b.allow()
	a.connected()
}

// TestStepUp calls a tool that needs a further scope: what is new is told, and after the consent the refused call is
// sent again and its result shown.
func TestStepUp(t *testing.T) {
	p, o, b := newGuardedPeer(t, "http", time.Hour), newOpener(t), startBrowser(t)
	a := start(t, options{env: []string{o.env()}})
	a.record()
	a.addServer("Guarded", "http", p.url)
	a.refusedConnect("Guarded")
	a.signInAs(o, b, "ada")
	a.click(tabOf("Tools"))
	a.click(tool("scribble"))
	a.fill(role("textbox", "words"), "on the wall")
	a.run("failed", "403")
	a.says(next, "One more scope is needed", "tools/call scribble", scopeWrite)
	a.shot("refused")
	if urls := o.opened(t); len(urls) > 0 {
		t.Errorf("a step-up opened the browser by itself: %q", urls)
	}
	a.click(role("button", "Ask for this scope").in(next))
	b.visit(o.next(t))
	b.says(css("body"), scopeRead, scopeWrite)
	b.shot("question")
	b.allow()
	a.outcome("done", "scribbled: on the wall")
	a.says(result, "replayed after sign-in")
	a.shot("replayed")
	if got := strings.Fields(p.await(t, "authorization_code", 2)[1].Scope); !slices.Contains(got, scopeRead) || !slices.Contains(got, scopeWrite) {
		t.Errorf("the second token is for %q: want the union", got)
	}
	a.run("done", "scribbled: on the wall")
	a.mustHaveHeard("scribbled")
	a.quit()
	a.mustNotHold(p.secrets(t)...)
}

// TestSignInRefusedAndCancelled is a user who says no, then one who gives up, then one who does sign in.
func TestSignInRefusedAndCancelled(t *testing.T) {
	p, o, b := newGuardedPeer(t, "http", time.Hour), newOpener(t), startBrowser(t)
	a := start(t, options{env: []string{o.env()}})
	a.record()
	a.addServer("Guarded", "http", p.url)
	a.refusedConnect("Guarded")
	a.click(role("button", "Sign in").in(next))
	b.logIn(o.next(t), "ada")
	b.click(role("button", "Deny"))
	b.closing("You can close this tab")
	a.says(next, "Failed at", "access_denied", "Ada said no")
	a.shot("denied")

	a.click(role("button", "Sign in again").in(next))
	url := o.next(t)
	a.says(next, "Waiting for the browser")
	a.click(role("button", "Open browser again").in(next))
	if again := o.next(t); again != url {
		t.Errorf("opened %s, then %s", url, again)
	}
	a.responsive(t)
	a.click(role("button", "Cancel").in(next))
	a.says(next, "Cancelled")
	a.shot("cancelled")

	a.click(role("button", "Sign in").in(next))
	b.visit(o.next(t)) // who said no is signed in at the authorization server all the same
	b.see(role("button", "Allow"))
	b.allow()
	a.connected()
	if n := len(p.all("registered")); n != 1 {
		t.Errorf("%d clients were registered, want 1: it is kept with its redirect port", n)
	}
	a.quit()
	a.mustNotHold(p.secrets(t)...)
	a.mustNotKeep(o.states(t)...)
}

// TestTokenExpires lets tokens end within seconds: each use refreshes them by itself.
func TestTokenExpires(t *testing.T) {
	const life = 3 * time.Second
	p, o, b := newGuardedPeer(t, "http", life), newOpener(t), startBrowser(t)
	a := start(t, options{env: []string{o.env()}})
	a.record()
	a.addServer("Guarded", "http", p.url)
	a.refusedConnect("Guarded")
	a.signInAs(o, b, "ada")
	signedIn := time.Now()
	a.say("at first")
	a.poll("the token to end", func() bool { return time.Since(signedIn) > life+time.Second })
	before := len(p.all("refresh_token"))
	a.say("later")
	all := p.await(t, "refresh_token", before+1)
	spent := []string{}
	for _, e := range append(p.all("authorization_code"), all...) {
		if slices.Contains(spent, e.Refresh) {
			t.Error("a refresh token came twice")
		}
		spent = append(spent, e.Refresh)
	}
	if n := len(p.all("token refused")); n > 0 {
		t.Errorf("%d token requests were refused", n)
	}
	a.openEntry(entry("to server", "HTTP", "POST", "/token").last())
	a.shot("refreshed")
	if urls := o.opened(t); len(urls) > 0 {
		t.Errorf("the browser was opened: %q", urls)
	}
	a.quit()
	a.mustNotHold(p.secrets(t)...)
	a.mustNotKeep(o.states(t)...)
}

// TestSignInToTheSample is four clicks: Connect, Sign in, Allow in the browser, and a tool. The sample asks nobody but
// itself.
func TestSignInToTheSample(t *testing.T) {
	o, b := newOpener(t), startBrowser(t)
	a := start(t, options{env: []string{o.env()}})
	a.click(saved("Protected sample"))
	a.click(button("Connect"))
	a.click(role("button", "Sign in").in(next))
	b.visit(o.next(t))
	b.says(css("body"), "wants to use the Protected sample", "Read your note", "Ada Lovelace")
	b.shot("consent")
	b.click(role("button", "Allow"))
	b.closing("You can close this tab")
	a.connected()
	a.click(tabOf("Tools"))
	a.click(tool("read_note"))
	a.run("done", "Ada Lovelace has written nothing yet")
	a.shot("read")
	a.click(tool("write_note"))
	a.fill(role("textbox", "text"), "the milk")
	a.run("failed", "403")
	a.click(role("button", "Ask for this scope").in(next))
	b.visit(o.next(t))
	b.says(css("body"), "Replace your note")
	b.click(role("button", "Allow"))
	b.closing("You can close this tab")
	a.outcome("done", "Noted for Ada Lovelace.", "replayed after sign-in")
	a.shot("written")
	a.click(tool("read_note"))
	a.run("done", "the milk")
	a.quit()
	a.mustNotKeep(o.states(t)...)
}
