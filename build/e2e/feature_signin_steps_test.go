//go:build e2e

package e2e

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// stepForm is the form of the step that is open.
func stepForm(title string) target { return css(`form[aria-label="Inputs of “` + title + `”"]`) }

// openStep opens a step of the sign-in.
func (a *app) openStep(title string) {
	a.t.Helper()
	a.click(target{"step " + title, `byRole("button", "").filter((e) => e.closest("li") && nameOf(e).includes(` + literal(title) + `))`})
}

// TestSignInStepByStep runs every step by itself, each only when it is ordered, and asks for scopes that were edited;
// then the checks of the server, and a sign-in that replaces the identity.
func TestSignInStepByStep(t *testing.T) {
	p, o, b := newGuardedPeer(t, "http", time.Hour), newOpener(t), startBrowser(t)
	a := start(t, options{env: []string{o.env()}, dark: true})
	a.record()
	a.addServer("Guarded", "http", p.url)
	a.refusedConnect("Guarded")
	a.click(role("button", "Step by step").in(next))
	a.click(tabOf("Sign-in"))
	a.says(next, "Next: Client", "Each step waits for you")
	if n := len(p.all("registered")); n > 0 || len(o.opened(t)) > 0 {
		t.Error("a step ran that nobody ordered")
	}
	a.click(role("button", "Run this step").in(next))
	a.says(next, "Next: Scopes")
	if n := len(p.all("registered")); n != 1 {
		t.Errorf("%d clients were registered", n)
	}
	a.openStep("Scopes")
	a.see(stepForm("Scopes"))
	a.shot("scopes")
	a.fill(role("textbox", "Scopes").in(stepForm("Scopes")), scopeRead+" "+scopeWrite)
	a.click(role("button", "Run this step").in(stepForm("Scopes")))
	a.says(next, "Next: Authorization request")
	a.click(role("button", "Run this step").in(next))
	a.says(next, "Next: Browser")
	a.both("request")
	a.click(role("button", "Run this step").in(next))
	at := o.next(t)
	asked, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	if scopes := strings.Fields(asked.Query().Get("scope")); !slices.Contains(scopes, scopeWrite) || !slices.Contains(scopes, scopeRead) {
		t.Errorf("asked for %q: the edited scopes were not", scopes)
	}
	b.logIn(at, "ada")
	b.allow()
	a.says(next, "Next: Callback")
	a.click(role("button", "Run this step").in(next))
	a.says(next, "Next: Token")
	if n := len(p.all("authorization_code")); n > 0 {
		t.Error("the code was spent before its step")
	}
	a.click(role("button", "Run this step").in(next))
	a.says(next, "Next: Replay")
	a.click(role("button", "Run this step").in(next))
	a.connected()
	a.click(tabOf("Sign-in"))
	a.click(tabOf("Steps"))
	a.both("done")

	a.click(tabOf("Checks"))
	a.click(role("button", "Check this server"))
	results := role("list", "Results of the checks")
	a.says(results, "No token", "Garbage")
	a.see(role("button", "Check again"))
	a.says(results, "Token for another audience", "Token in the query string")
	a.both("checks")

	a.click(role("button", "Sign in again").in(next))
	b.visit(o.next(t))
	b.see(role("button", "Allow"))
	b.allow()
	a.says(next, "Signed in")
	a.click(tabOf("Identities"))
	a.shot("identities")
	a.mustNotShow(p.secrets(t)...)
	a.quit()
	a.mustNotHold(p.secrets(t)...)
	a.mustNotKeep(o.states(t)...)
}
