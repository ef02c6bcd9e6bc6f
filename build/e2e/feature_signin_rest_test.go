//go:build e2e

package e2e

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/peers"
)

// TestRedirectListener is the listener with a fixed port and the host localhost: its URI is shown as it is sent, the
// callback lands there. Nobody comes in time at first: the window says what to do.
func TestRedirectListener(t *testing.T) {
	p, o, b := newGuardedPeer(t, "http", time.Hour), newOpener(t), startBrowser(t)
	port := freePort(t)
	uri := "http://localhost:" + port + "/callback"
	a := start(t, options{env: []string{o.env()}})
	a.record()
	a.newServer("Guarded", p.url, "In the browser")
	a.choose(role("combobox", "Redirect host").in(dialog), "localhost")
	a.enter(role("textbox", "Redirect port").in(dialog), port)
	a.enter(role("textbox", "Wait for the browser").in(dialog), "2s")
	a.both("editor")
	a.saveServer("Guarded")
	a.refusedConnect("Guarded")
	a.click(role("button", "Sign in").in(next))
	o.next(t)
	a.says(next, "Failed at: Browser", "did not come back within 2 s", "paste the URL from its address bar", "set a longer wait")
	a.both("too-late")
	if l, err := net.Listen("tcp", "127.0.0.1:"+port); err != nil {
		t.Errorf("the port is not given back: %v", err)
	} else {
		_ = l.Close()
	}

	a.click(role("button", "More actions").in(mainish))
	a.click(item("Edit…"))
	a.unfold("Sign-in")
	a.enter(role("textbox", "Wait for the browser").in(dialog), "5 min")
	a.click(role("button", "Save").in(dialog))
	a.unsee(dialog)
	a.click(role("button", "Sign in again").in(next))
	at := o.next(t)
	a.says(next, "Waiting for the browser", "Comes back to", uri)
	a.both("waiting")
	if !strings.Contains(at, "redirect_uri=http%3A%2F%2Flocalhost%3A"+port+"%2Fcallback") {
		t.Errorf("asked for another redirect URI than %s: %s", uri, at)
	}
	b.logIn(at, "ada")
	b.allow()
	b.shot("landing")
	a.connected()
	a.say("hello")
	if n := len(p.all("registered")); n != 1 {
		t.Errorf("%d clients were registered, want 1", n)
	}
	a.mustNotShow(p.secrets(t)...)
	a.quit()
	a.mustNotHold(p.secrets(t)...)
	a.mustNotKeep(o.states(t)...)
}

// whoami calls the tool that tells the token's claims.
func (a *app) whoami(sub string) {
	a.t.Helper()
	a.click(tabOf("Tools"))
	a.click(tool("whoami"))
	a.run("done", sub)
}

// TestTwoIdentities switches between two users of one server: each call carries the right token. Then one signs out.
func TestTwoIdentities(t *testing.T) {
	w, o := peers.StartWorld(t, peers.Options{}), newOpener(t)
	a := start(t, options{env: []string{o.env()}})
	a.record()
	a.addServer("World", "http", w.URL)
	a.refusedConnect("World")
	a.signInTo(o, "Sign in")
	a.connected()
	a.whoami("ada")
	w.AS.Change(func(o *peers.ServerOptions) { o.Subject = "grace" })
	a.click(tabOf("Sign-in"))
	a.signInTo(o, "Sign in again")
	a.says(next, "Signed in")
	a.whoami("grace")
	a.click(tabOf("Sign-in"))
	a.click(tabOf("Identities"))
	all := role("list", "Identities")
	a.says(all, "ada", "grace", "in use")
	a.both("two")

	choose := func(who string) target {
		return target{"identity " + who, `within(` + all.find + `, byRole("button", "")).filter((e) => nameOf(e).includes(` + literal(who) + `))`}
	}
	a.click(choose("ada"))
	shown := css(`article[aria-label^="Identity"]`)
	a.click(role("button", "Use").in(shown))
	a.see(role("button", "Stop using").in(shown))
	a.whoami("ada")
	a.shot("switched")
	a.restart()
	a.connect("World")
	a.whoami("ada")

	a.click(tabOf("Sign-in"))
	a.click(tabOf("Identities"))
	a.click(choose("ada"))
	a.click(role("button", "Sign out").in(shown))
	a.says(css(`[role="alertdialog"]`), "grace", "is used")
	a.shot("sign-out")
	a.click(role("button", "Sign out").in(css(`[role="alertdialog"]`)))
	a.unsee(all)
	a.says(shown, "grace", "in use")
	a.both("one-left")
	a.whoami("grace")
	wellBehaved(t, w)
	a.quit()
}

// TestDPoP gets a bound token: both servers want a nonce, which the traffic shows, and the call goes through.
func TestDPoP(t *testing.T) {
	w, o := peers.StartWorld(t, peers.Options{AS: peers.ServerOptions{DPoP: true, DPoPNonce: true}, Resource: peers.ResourceOptions{DPoP: true, DPoPNonce: true}}), newOpener(t)
	a := start(t, options{env: []string{o.env()}})
	a.record()
	a.addServer("Bound", "http", w.URL)
	a.refusedConnect("Bound")
	a.signInTo(o, "Sign in")
	a.connected()
	a.whoami("cnf")
	a.shot("called")
	a.says(a.identity(), "DPoP")
	a.both("identity")
	a.openEntry(entry("to server", "HTTP", "POST", "/token").last())
	a.shot("traffic")
	a.find("use_dpop_nonce", entry("HTTP", "401"))
	a.restart()
	a.connect("Bound")
	a.whoami("cnf")
	wellBehaved(t, w)
	a.quit()
}

// TestServersOfTheFirstAuthorization signs in to servers as of 2025-03-26: no resource metadata, the authorization
// server on the same origin, with metadata of its own or with nothing but the default endpoints.
func TestServersOfTheFirstAuthorization(t *testing.T) {
	for _, c := range []struct {
		name     string
		metadata peers.Place
		said     string
	}{
		{"metadata at the origin", peers.AsOAuth, "A token is needed"},
		{"default endpoints", peers.Nowhere, "tries the addresses that servers of 2025-03-26 have"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := peers.StartWorld(t, peers.Options{Resource: peers.ResourceOptions{PRM: peers.Nowhere, Lax: peers.Lax{Audience: true}}, AS: peers.ServerOptions{AtResource: true, Metadata: c.metadata, AnyResource: true}})
			o := newOpener(t)
			a := start(t, options{env: []string{o.env()}})
			a.addServer("First", "http", w.URL)
			a.click(saved("First"))
			a.click(button("Connect"))
			a.says(next, c.said)
			a.signInTo(o, "Sign in")
			a.connected()
			a.whoami("sub")
			a.click(tabbed("Sign-in"))
			a.both("signed in")
		})
	}
}
