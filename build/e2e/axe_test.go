//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// axeOff are rules that a window of a program does not fall under: it is no document with landmarks around every text.
const axeOff = `{ region: { enabled: false }, 'page-has-heading-one': { enabled: false } }`

// loadAxe puts axe-core into the page. The driver's scripts are not held by the page's policy.
func (a *app) loadAxe() {
	a.t.Helper()
	source, err := os.ReadFile(filepath.Join("..", "..", "frontend", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		a.t.Fatal(err)
	}
	a.js("const module = undefined, exports = undefined, define = undefined; " + string(source) + "\nwindow.axe = axe; return 1")
}

// accessible fails with what axe-core finds of serious or critical impact in the window as it is.
func (a *app) accessible(name string) {
	a.t.Helper()
	found, err := json.Marshal(a.await(`(async () => {
		const { violations } = await axe.run(document, { resultTypes: ['violations'], rules: ` + axeOff + ` });
		return violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => ({
			Rule: v.id, Help: v.help, Impact: v.impact,
			Nodes: v.nodes.slice(0, 5).map((n) => n.html.slice(0, 160) + '  ' + n.failureSummary.replace(/\s+/g, ' ').slice(0, 260)),
		}));
	})()`))
	var list []struct {
		Rule, Help, Impact string
		Nodes              []string
	}
	if err == nil {
		err = json.Unmarshal(found, &list)
	}
	if err != nil {
		a.t.Fatal(err)
	}
	for _, v := range list {
		a.t.Errorf("%s: %s (%s): %s\n  %s", name, v.Rule, v.Impact, v.Help, strings.Join(v.Nodes, "\n  "))
	}
	if len(list) > 0 {
		a.shot("bad " + strings.ReplaceAll(name, " ", "-"))
	}
}

// allNames lists the accessible names of what a target finds.
func (a *app) allNames(t target) []string {
	a.t.Helper()
	var names []string
	list, _ := a.js("return (" + t.find + ").map(nameOf)").([]any)
	for _, n := range list {
		names = append(names, fmt.Sprint(n))
	}
	return names
}

// everyTab opens each tab of a bar and has a look at it. Some come late: what a server offers is asked first.
func (a *app) everyTab(bar string, look func(tab string)) {
	a.t.Helper()
	tabs := role("tab", "").in(role("tablist", bar))
	a.see(tabs)
	seen := map[string]bool{}
	for {
		next := slices.IndexFunc(a.allNames(tabs), func(name string) bool { return !seen[bare(name)] })
		if next < 0 {
			return
		}
		name := bare(a.allNames(tabs)[next])
		seen[name] = true
		this := tabbed(name).in(role("tablist", bar))
		a.click(this)
		a.wait("tab "+name, fmt.Sprintf("(%s)[0]?.ariaSelected === 'true'", this.find))
		a.unsee(css(`svg[aria-label^="Loading"]`))
		look(name)
	}
}

// bare is the name of a tab without its count and its mark.
func bare(name string) string {
	name, _, _ = strings.Cut(name, "•")
	return strings.TrimSpace(strings.TrimRight(strings.TrimSpace(name), "0123456789"))
}

// TestAccessible runs axe-core in the real window over every view there is, light and dark.
func TestAccessible(t *testing.T) {
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(name, func(t *testing.T) {
			a := start(t, options{dark: dark})
			a.see(saved("Sample server"))
			a.loadAxe()
			a.accessible("first window")
			a.dialogs()
			a.refusal()
			a.live()
			a.inbox()
		})
	}
}

func (a *app) dialogs() {
	a.t.Helper()
	for key, what := range map[string]string{"n": "editor", "k": "jump"} {
		a.press(key, ctrlKey)
		a.see(dialog)
		a.accessible(what)
		a.press(escape)
		a.unsee(dialog)
	}
	a.press("?")
	a.see(dialog)
	a.accessible("help")
	a.press(escape)
	a.unsee(dialog)
	for _, what := range []string{"Import…", "Export…"} {
		a.click(role("button", map[string]string{"Import…": "Add, import, export", "Export…": "More actions"}[what]).nth(0))
		a.see(item(what))
		a.accessible("menu with " + what)
		a.click(item(what))
		a.see(dialog)
		a.accessible(what)
		a.press(escape)
		a.unsee(dialog)
	}
}

func (a *app) refusal() {
	a.t.Helper()
	a.click(saved("Protected sample"))
	a.accessible("a server that is not connected")
	a.click(button("Connect"))
	a.see(role("button", "Try again"))
	a.everyTab("Views of this server", func(tab string) { a.accessible("refused, " + tab) })
}

func (a *app) live() {
	a.t.Helper()
	a.connect("Sample server")
	a.click(tabbed("Tools"))
	a.click(tool("shapes"))
	a.accessible("a form")
	a.click(tool("picture"))
	a.run("done")
	a.accessible("a result")
	a.everyTab("Views of this server", func(tab string) { a.accessible("connected, " + tab) })
	a.openEntry(entry("to server", "tools/call"))
	a.accessible("traffic")
	a.everyTab("Detail", func(tab string) { a.accessible("traffic, " + tab) })
}

func (a *app) inbox() {
	a.t.Helper()
	a.press("i", ctrlKey)
	a.see(role("heading", "Inbox"))
	a.accessible("inbox")
	for _, what := range []string{"Rules", "Sampler"} {
		a.click(button(what))
		a.see(dialog)
		a.accessible("inbox, " + what)
		a.press(escape)
		a.unsee(dialog)
	}
}
