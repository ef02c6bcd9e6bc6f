//go:build e2e

package e2e

import (
	"testing"
)

var changes = css(`section[aria-label="Changes of the list"]`)

// TestListChanges sees what a server changed of its tools, with the member that changed, until it is dismissed.
func TestListChanges(t *testing.T) {
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(name, func(t *testing.T) {
			p := newUtilityPeer(t)
			a := start(t, options{dark: dark})
			a.typeIn(p.url)
			a.connected()
			a.see(tool("gamma"))
			a.wait("the icon of a tool", `[...document.querySelectorAll('[role="option"] img')].some((i) => i.naturalWidth === 64)`)
			a.both("tools with icons")
			p.change(
				`{"name":"alpha","title":"The first","description":"Stays.","inputSchema":{"type":"object"}}`,
				`{"name":"beta","description":"Changes.","inputSchema":{"type":"object","properties":{"city":{"type":"number"}}}}`,
				`{"name":"delta","description":"Comes.","inputSchema":{"type":"object"}}`,
			)
			p.push <- `{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`
			a.see(text("The server says the list has changed."))
			a.click(role("button", "Refresh"))
			a.says(changes, "1 new, 2 changed, 1 gone", "gamma")
			a.wait("what is gone to be struck through", `document.querySelector('section[aria-label="Changes of the list"] s')?.innerText === "gamma"`)
			a.js(`document.querySelector('section[aria-label="Changes of the list"] summary').click(); return ""`)
			a.says(changes, "inputSchema.properties.city.type", `"string"`, `"number"`)
			a.both("tools changed")
			a.loadAxe()
			a.accessible("changed tools")
			a.click(role("button", "Dismiss"))
			a.wait("the marks to go", `!document.querySelector('section[aria-label="Changes of the list"]')`)
		})
	}
}

// TestAutoRefresh reads a list that changed again by itself, where the settings of the server say so.
func TestAutoRefresh(t *testing.T) {
	p := newUtilityPeer(t)
	a := start(t, options{})
	a.save(map[string]any{"name": "Auto", "transport": "http", "url": p.url, "protocol": map[string]any{"autoRefresh": true}})
	a.connect("Auto")
	a.see(tool("gamma"))
	p.change(`{"name":"omega","inputSchema":{"type":"object"}}`)
	p.push <- `{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`
	a.see(tool("omega"))
	a.says(changes, "1 new, 3 gone")
}
