//go:build e2e

package e2e

import "testing"

// TestChallenge looks at a refused connect: the raw header, its explanation, the exchange and its headers. Nothing but
// metadata is fetched by itself.
func TestChallenge(t *testing.T) {
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(name, func(t *testing.T) {
			a := start(t, options{dark: dark})
			a.click(saved("Protected sample"))
			a.click(button("Connect"))
			a.says(role("heading", ""), "401 Unauthorized")
			panel := a.textOf(mainish)
			contains(t, "the panel", panel, "WWW-Authenticate", `Bearer resource_metadata="http://127.0.0.1:`, `scope="sample:read"`,
				"RFC 6750", "RFC 9728", "/.well-known/oauth-protected-resource/mcp", "sample:read")
			explained := a.textOf(role("table", "What the challenge says"))
			contains(t, "the explanation", explained, "resource_metadata", "RFC 9728 section 5.1", "scope", "RFC 6750 section 3")
			a.seeEntry(entry("HTTP", "GET", "/.well-known/oauth-protected-resource/mcp", "200")) // what the panel tells of the way in
			a.seeEntry(entry("HTTP", "GET", "/.well-known/oauth-authorization-server/login", "200"))
			a.seeEntry(entry("HTTP", "401"))
			if refused, all := a.count(entry("HTTP", "401")), a.count(entry("HTTP")); refused != 1 || all != 3 {
				t.Errorf("%d HTTP exchanges, of them %d refused; want 3, 1", all, refused)
			}
			a.shot("panel")
			a.openEntry(entry("HTTP", "401"))
			a.click(role("tab", "HTTP"))
			a.says(role("table", "Response headers"), "Www-Authenticate")
			a.shot("exchange")
		})
	}
}
