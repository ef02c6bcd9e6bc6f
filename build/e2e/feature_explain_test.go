//go:build e2e

package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/peers"
)

// explained is a failure as a user meets it: how the servers are bent, the step that tells of it, the sentence, the rule
// and what to do.
type explained struct {
	name    string
	o       peers.Options
	step    string
	says    string
	rule    string
	fix     string
	browser bool // the failure comes after the browser
	goesOn  bool // it is told, but the sign-in goes on
}

// failures are the common ones that end a sign-in, or let it go on with a word.
var failures = []explained{
	{name: "Foreign resource", o: peers.Options{Resource: peers.ResourceOptions{Identifier: "https://other.example/mcp"}}, step: "Resource metadata", says: "The metadata are of another resource", rule: "RFC 9728 section 3.3", fix: "letter by letter"},
	{name: "HTML resource", o: peers.Options{Resource: peers.ResourceOptions{Faults: map[string]peers.Fault{peers.PRM: peers.HTML()}}}, step: "Resource metadata", says: "a web page (HTML)", rule: "RFC 9728 section 3.2", fix: "Serve JSON"},
	{name: "HTML server", o: peers.Options{AS: peers.ServerOptions{Faults: map[string]peers.Fault{peers.Metadata: peers.HTML()}}}, step: "Server metadata", says: "A web page (HTML) answered where JSON was due", rule: "RFC 8414 section 3.1", fix: "Serve the metadata as JSON"},
	{name: "Other issuer", o: peers.Options{AS: peers.ServerOptions{MetadataIssuer: "https://evil.example"}}, step: "Server metadata", says: "must not be used", rule: "RFC 8414 section 3.3", fix: "the same string"},
	{name: "No PKCE", o: peers.Options{AS: peers.ServerOptions{NoPKCE: true}}, step: "Server metadata", says: "the sign-in must be refused", rule: "RFC 7636 section 4.2", fix: `"code_challenge_methods_supported": ["S256"]`},
	{name: "Plain http", o: peers.Options{AS: peers.ServerOptions{Extra: map[string]any{"authorization_endpoint": "http://as.example/authorize"}}}, step: "Server metadata", says: "anyone on the way could read", rule: "RFC 6749 section 3.1.2.1", fix: "Serve it over https"},
	{name: "No registration", o: peers.Options{AS: peers.ServerOptions{RegisterError: &peers.Refusal{Status: 403, Code: "access_denied", Description: "Ask the portal."}}}, step: "Client", says: "Ask the portal.", rule: "RFC 7591 section 3.2.2", fix: "register a client by hand"},
	{name: "Redirect refused", o: peers.Options{AS: peers.ServerOptions{RegisterError: &peers.Refusal{Code: "invalid_redirect_uri", Description: "no loopback"}}}, step: "Client", says: "invalid_redirect_uri", rule: "RFC 7591 section 3.2.2", fix: "RFC 8252 section 7.3"},
	{name: "No iss", o: peers.Options{AS: peers.ServerOptions{Iss: peers.IssMissing}}, step: "Callback", says: "iss is missing in the callback", rule: "RFC 9207 section 2.4", fix: "Send iss with each authorization response", browser: true},
	{name: "Other iss", o: peers.Options{AS: peers.ServerOptions{Iss: peers.IssWrong}}, step: "Callback", says: "nothing of it is used", rule: "RFC 9207 section 2.4", fix: "Send iss exactly", browser: true},
	{name: "No scope", o: peers.Options{AS: peers.ServerOptions{AuthorizeRefusal: &peers.Refusal{Code: "invalid_scope", Description: "unknown scope"}}}, step: "Callback", says: "invalid_scope", rule: "RFC 6749 section 4.1.2.1", fix: "scope", browser: true},
	{name: "No metadata", o: peers.Options{Resource: peers.ResourceOptions{PRM: peers.Nowhere, Lax: peers.Lax{Audience: true}}, AS: peers.ServerOptions{AtResource: true, AnyResource: true}}, step: "Resource metadata", says: "no protected resource metadata", rule: "RFC 9728", fix: "/.well-known/oauth-protected-resource", browser: true, goesOn: true},
	{name: "Bare refusal", o: peers.Options{Resource: peers.ResourceOptions{Bare: true}}, step: "The refusal", says: "without WWW-Authenticate", rule: "RFC 9110 section 15.5.2", fix: "WWW-Authenticate", browser: true, goesOn: true},
	{name: "Bad header", o: peers.Options{Resource: peers.ResourceOptions{Challenge: `Bearer realm="x" resource_metadata={prm}`}}, step: "The refusal", says: "breaks the grammar", rule: "RFC 9110 section 11.6.1", fix: "comma", browser: true, goesOn: true},
	{name: "Less scope", o: peers.Options{Resource: peers.ResourceOptions{Scope: "notes:read notes:write"}, AS: peers.ServerOptions{Granted: []string{"notes:read"}}}, step: "Token", says: "notes:write", rule: "RFC 6749 section 3.3", fix: "scope", browser: true, goesOn: true},
}

// TestExplained meets the common failures in the window: each is told in a sentence, with its rule and what to do.
func TestExplained(t *testing.T) {
	o := newOpener(t)
	a := start(t, options{env: []string{o.env()}})
	a.record()
	a.resize(1280, 800)
	for _, c := range failures {
		a.addServer(c.name, "http", peers.StartWorld(t, c.o).URL)
		a.click(saved(c.name))
		a.click(button("Connect"))
		a.says(role("heading", ""), "401 Unauthorized")
		a.click(role("button", "Sign in").in(next))
		if c.browser {
			follow(t, o.next(t))
		}
		if c.goesOn {
			a.connected()
		} else {
			a.says(next, c.step, c.says)
		}
		a.click(tabOf("Sign-in"))
		if c.goesOn {
			a.click(tabOf("Steps"))
			a.openStep(c.step)
		}
		a.says(css(`section[aria-label="Sign-in: what to do next"] ~ *, [role="region"]`), c.says, c.rule, c.fix)
		a.shot(strings.ReplaceAll(c.name, " ", "-"))
	}
	if urls := o.opened(t); len(urls) > 0 {
		t.Errorf("the browser was opened by a sign-in that failed before: %q", urls)
	}
	a.quit()
}

// TestTokenExplained signs in with tokens that a server refuses, or should: what is wrong with each stands with the
// identity.
func TestTokenExplained(t *testing.T) {
	o := newOpener(t)
	a := start(t, options{env: []string{o.env()}})
	a.record()
	a.resize(1280, 800)
	shown := css(`article[aria-label^="Identity"]`)
	for _, c := range []struct {
		name   string
		o      peers.Options
		ahead  time.Duration // of the servers' clocks
		wanted []string
		next   []string // said of the sign-in, when the server refuses the token
	}{
		{name: "Wrong audience", o: peers.Options{AS: peers.ServerOptions{Audience: "https://other.example/mcp"}}, wanted: []string{`It is meant for "https://other.example/mcp", not for`, "the server must refuse it", "RFC 8707 section 2", "the resource parameter, into aud"}, next: []string{"Failed at: Replay", "The server refused the token that was just issued for it (401). Look at the token's audience"}},
		{name: "Clock ahead", ahead: 10 * time.Minute, wanted: []string{"the server's clock is ahead", "RFC 7519 section 4.1.6", "Set both clocks by NTP"}},
		{name: "Expired", o: peers.Options{AS: peers.ServerOptions{Life: 10 * time.Second, NoRefresh: true}}, wanted: []string{"no refresh token", "expired", "RFC 7519 section 4.1.4"}},
	} {
		w := peers.StartWorld(t, c.o)
		w.Advance(c.ahead)
		a.addServer(c.name, "http", w.URL)
		a.refusedConnect(c.name)
		a.signInTo(o, "Sign in")
		if c.next != nil {
			a.says(next, c.next...)
		} else {
			a.connected()
		}
		a.click(tabOf("Sign-in"))
		a.click(tabOf("Identities"))
		a.says(shown, c.wanted...)
		a.shot(strings.ReplaceAll(c.name, " ", "-"))
	}
	a.quit()
}
