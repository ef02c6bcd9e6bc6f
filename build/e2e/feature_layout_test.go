//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// TestLayout takes pictures of what is hard to lay out, small and large, light and dark, and finds what sticks out of
// the window.
func TestLayout(t *testing.T) {
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(name, func(t *testing.T) {
			p := newHTTPPeer(t)
			a := start(t, options{dark: dark})
			a.see(saved("Sample server"))
			long := "A server with a name that nobody would give one, but somebody has:" + strings.Repeat(" Überlänge", 6)
			for server, url := range map[string]string{long: p.url, "Nobody there": "http://127.0.0.1:" + freePort(t) + "/mcp"} {
				a.await(fmt.Sprintf(`window.go.app.Servers.Save({ id: "", name: %s, group: "A group with a rather long name, too", color: "teal", transport: "http", url: %s, era: {}, timeouts: {} }, [])`, literal(server), literal(url)))
			}
			a.both("disconnected")
			a.connect(long)
			a.click(tool(longName))
			a.both("long")
			a.fill(role("searchbox", "Search tools"), "nothing is called so")
			a.see(text("Nothing matches"))
			a.fill(role("combobox", "Filter the traffic"), "nothing holds this")
			a.both("nothing found")
			a.keys(role("combobox", "Filter the traffic"), escape)
			a.click(role("tab", "Overview"))
			a.both("overview")

			a.click(saved("Nobody there"))
			a.click(button("Connect"))
			a.see(role("button", "Try again"))
			a.both("failed")
			a.click(saved("Protected sample"))
			a.click(button("Connect"))
			a.see(role("button", "Try again"))
			a.both("refused")

			a.connect("Sample server")
			a.click(tool("shapes"))
			a.both("form")
			a.click(tool("fail"))
			a.run("tool-error")
			a.both("tool error")
			a.press("n", ctrlKey)
			a.see(dialog)
			a.both("editor")
		})
	}
}

// both takes a picture at the least and at the usual size.
func (a *app) both(name string) {
	a.t.Helper()
	name = strings.ReplaceAll(name, " ", "-")
	for _, size := range [][2]int{{900, 600}, {1280, 800}} {
		a.resize(size[0], size[1])
		a.shot(fmt.Sprintf("%s-%d", name, size[0]))
		out, _ := a.js(`const bad = byRole("button", "").concat(byRole("heading", "")).filter((e) => { const r = e.getBoundingClientRect(); return r.width > 0 && (r.right > innerWidth + 1 || r.left < -1); });
			return bad.map(nameOf).join(", ") + (document.documentElement.scrollWidth > innerWidth ? " (the page scrolls sideways)" : "")`).(string)
		if out != "" {
			a.t.Errorf("%s at %dx%d sticks out: %s", name, size[0], size[1], out)
		}
	}
}
