//go:build e2e

package e2e

import (
	"fmt"
	"testing"
)

var contents = css(`section[aria-label="Contents"]`)

// offered is a row of the list of resources or prompts.
func offered(noun, name string) target { return exactly(name).in(role("listbox", noun)) }

// tabbed is a tab whose count and mark stand behind its name.
func tabbed(name string) target {
	return target{"tab " + name, fmt.Sprintf(`byRole("tab", "").filter((e) => nameOf(e).startsWith(%s))`, literal(name))}
}

// read chooses a resource and reads it, and waits for the outcome.
func (a *app) read(name, state string, wanted ...string) {
	a.t.Helper()
	a.click(offered("resources", name))
	a.again("Read", contents, state, wanted...)
}

// again presses a button and waits for how what it starts ended in a pane.
func (a *app) again(name string, pane target, state string, wanted ...string) {
	a.t.Helper()
	a.js(fmt.Sprintf(`const [e] = %s; if (e) e.dataset.runState = "of the run before"`, pane.find))
	a.click(button(name))
	a.wait("an outcome: "+state, fmt.Sprintf(`(%s)[0]?.dataset.runState === %s`, pane.find, literal(state)))
	if len(wanted) > 0 {
		a.says(pane, wanted...)
	}
}

// drawn does something in the frame that draws HTML.
func (a *app) drawn(do func()) {
	a.t.Helper()
	a.see(css(`iframe[title$=", drawn"]`))
	a.frame(`iframe[title$=", drawn"]`)
	do()
	a.top()
}

// TestResources reads every kind of content of the sample, light and dark, small and large.
func TestResources(t *testing.T) {
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(name, func(t *testing.T) {
			a := start(t, options{dark: dark})
			a.connect("Sample server")
			a.click(tabbed("Resources"))
			a.see(offered("resources", "report.md"))
			a.both("list")

			a.read("report.md", "done")
			a.see(css(`section[aria-label="Contents"] article.markdown h3`))
			a.both("markdown")
			a.read("readings.csv", "done", "rows")
			a.see(role("columnheader", "#"))
			a.both("csv")
			a.read("level.json", "done")
			a.see(role("tree", "content 1"))
			a.read("lens.png", "done")
			a.wait("the picture", `[...document.querySelectorAll('section[aria-label="Contents"] img')].some((i) => i.naturalWidth === 240)`)
			a.both("image")
			a.read("tone.wav", "done")
			a.wait("the sound", `document.querySelector('section[aria-label="Contents"] audio') !== null`)
			a.read("trace.bin", "done", "00000010")
			a.both("hex")
			a.read("page.html", "done", "without network and without scripts")
			a.drawn(func() { a.see(text("Scripts did not run.")) })
			a.both("html")
			a.click(role("checkbox", "Run its scripts").in(contents))
			a.drawn(func() { a.frame("iframe"); a.see(text("Scripts ran.")) })
			a.click(role("button", "Source").in(contents))
			a.says(contents, "<script>")
			a.read("bundle", "done", "The first of three.", "sample://lens.png")
			a.both("bundle")
			a.click(role("tab", "Raw").in(contents))
			a.says(contents, `"jsonrpc"`)
		})
	}
}

// TestResourceUpdates subscribes to a resource, has it change, reads it again and sees what changed.
func TestResourceUpdates(t *testing.T) {
	a := start(t, options{})
	a.connect("Sample server")
	a.click(tabbed("Resources"))
	a.read("level.json", "done")
	a.click(button("Subscribe"))
	a.see(button("Unsubscribe"))
	a.seeEntry(entry("to server", "subscriptions/listen"))
	a.click(tabbed("Tools"))
	a.click(tool("measure"))
	a.run("done")
	a.click(tabbed("Resources"))
	a.see(text("What is shown is older."))
	a.shot("updated")
	a.again("Read again", contents, "done", "Changed since the read before")
	a.unsee(text("What is shown is older."))
	a.click(tabbed("Changes"))
	a.says(contents, "added", "removed")
	a.both("changes")
	a.click(button("Unsubscribe"))
	a.see(button("Subscribe"))
}

// TestResourceTemplate fills a template in by the keyboard with the server's suggestions, and reads a long table.
func TestResourceTemplate(t *testing.T) {
	a := start(t, options{})
	a.connect("Sample server")
	a.click(tabbed("Resources"))
	a.click(offered("resources", "station"))
	preview := role("status", "Expanded URI")
	a.says(preview, "sample://rivers/{river}/{station}")
	a.fill(role("combobox", "river"), "e")
	suggested := func(value string) target { return exactly(value).in(role("listbox", "Suggestions for river")) }
	a.see(suggested("elbe"))
	a.shot("suggested")
	a.press(arrowDown + enter)
	a.says(preview, "sample://rivers/elbe/")
	a.fill(role("combobox", "station"), "d")
	a.see(exactly("dresden").in(role("listbox", "Suggestions for station")))
	a.press(arrowDown + enter)
	a.says(preview, "sample://rivers/elbe/dresden")
	a.both("template")
	a.again("Read", contents, "done", "dresden")

	a.click(offered("resources", "table"))
	a.fill(role("combobox", "rows"), "100000")
	a.press(enter)
	a.says(contents, "100,000 rows")
	a.js(`const [grid] = within([document.querySelector('section[aria-label="Contents"]')], byRole("grid", "")); grid.scrollTop = grid.scrollHeight`)
	a.see(exactly("100000").in(contents))
	a.both("long")

	a.click(offered("resources", "square"))
	a.fill(role("combobox", "n"), "x")
	a.again("Read", contents, "failed")
	a.both("failed")
}

// TestEverythingsResources reads what server-everything has, over each transport.
func TestEverythingsResources(t *testing.T) {
	check := func(t *testing.T, a *app) {
		t.Helper()
		a.connected()
		a.click(tabbed("Resources"))
		a.read("architecture.md", "done")
		a.see(css(`section[aria-label="Contents"] article.markdown`))
		a.both("read")
		a.click(tabbed("Prompts"))
		a.click(offered("prompts", "simple-prompt"))
		a.again("Get", messages, "done", "This is a simple prompt")
		a.click(offered("prompts", "completable-prompt"))
		a.fill(role("combobox", "department"), "E")
		a.see(exactly("Engineering").in(role("listbox", "Suggestions for department")))
		a.press(arrowDown + enter)
		a.fill(role("combobox", "name"), "A")
		a.see(exactly("Alice").in(role("listbox", "Suggestions for name")))
		a.press(arrowDown + enter)
		a.again("Get", messages, "done", "Alice")
		a.both("prompt")
	}
	t.Run("stdio", func(t *testing.T) {
		a := start(t, options{})
		a.typeIn("node " + everything(t) + " stdio")
		a.see(text("Enter again starts it."))
		a.keys(box, enter)
		check(t, a)
	})
	t.Run("http", func(t *testing.T) {
		a := start(t, options{dark: true})
		a.typeIn(everythingOver(t, "streamableHttp") + "/mcp")
		check(t, a)
	})
	t.Run("sse", func(t *testing.T) {
		a := start(t, options{})
		a.typeIn(everythingOver(t, "sse") + "/sse")
		check(t, a)
	})
}

// TestNoOffers connects to a server without resources and prompts: there are no tabs for them.
func TestNoOffers(t *testing.T) {
	a, p := start(t, options{}), newHTTPPeer(t)
	a.typeIn(p.url)
	a.connected()
	a.see(tabbed("Tools"))
	a.unsee(tabbed("Resources"))
	a.unsee(tabbed("Prompts"))
}
