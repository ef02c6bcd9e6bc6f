//go:build e2e

package e2e

import (
	"fmt"
	"testing"
)

var (
	appStage = css(`[data-app-status]`)
	asked    = target{"what the app asks", `byRole("alert", "").filter((e) => e.matches("section"))`}
)

// appTab is a tab beside the app; its count stands behind its name.
func appTab(name string) target {
	return target{"tab " + name + " beside the app", fmt.Sprintf(`within(byRole("tablist", "What the app did"), byRole("tab", "").filter((e) => nameOf(e).startsWith(%s)))`, literal(name))}
}

// inApp does something in the app's own document.
func (a *app) inApp(do func()) {
	a.t.Helper()
	a.top()
	a.frame(`iframe[title^="App "]`)
	a.frame("iframe")
	do()
	a.top()
}

// openApp opens the app of the tool that is chosen, and waits until it runs.
func (a *app) openApp() {
	a.t.Helper()
	a.click(button("Open app"))
	a.wait("the app to run", `document.querySelector('[data-app-status]')?.dataset.appStatus === "ready"`)
}

// decide answers what the app asks. A click right after the question came counts for nothing.
func (a *app) decide(answer string, wanted ...string) {
	a.t.Helper()
	a.see(asked)
	a.says(asked, wanted...)
	a.click(role("button", answer).in(asked))
}

// TestApp walks through the sample's app: input, result, calls confirmed and refused, a link, size, message, context.
func TestApp(t *testing.T) {
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(name, func(t *testing.T) {
			a := start(t, options{dark: dark})
			a.connect("Sample server")
			a.click(tabbed("Apps"))
			a.see(exactly("gauge").in(role("listbox", "Tools with an app")))
			a.both("closed")
			a.openApp()
			a.inApp(func() {
				a.see(exactly("cologne"))
				a.see(exactly("3.1 m at cologne"))
				a.says(css("#said"), "connected to Sightglass, en")
				theme := map[bool]string{false: "light", true: "dark"}[dark]
				if got := a.js(`return document.documentElement.dataset.theme + " " + getComputedStyle(document.body).backgroundColor`); got != theme+map[bool]string{false: " rgb(255, 255, 255)", true: " rgb(23, 25, 30)"}[dark] {
					t.Errorf("theme in the app: %v", got)
				}
				a.click(button("Measure 4.2 m"))
			})
			a.see(asked)
			a.both("asked")
			a.decide("Refuse", "measure", "4.2")
			a.inApp(func() {
				a.says(css("#said"), "Measure:", "the user refused")
				a.click(button("Measure 4.2 m"))
			})
			a.decide("Allow this tool for this app", "measure")
			a.inApp(func() {
				a.says(css("#said"), "Measure: done")
				a.click(button("Call a tool not for apps"))
				a.says(css("#said"), "not for apps")
				a.click(button("Measure 4.2 m"))
				a.says(css("#said"), "Measure: done")
				a.click(button("Send a message"))
				a.says(css("#said"), "Message: done")
				a.click(button("Tell the model"))
				a.says(css("#said"), "Context: done")
				a.click(button("Open a link"))
			})
			a.decide("Refuse", "modelcontextprotocol.io")
			a.inApp(func() { a.says(css("#said"), "Link: refused") })
			a.appTabShown("Messages")
			a.see(text("The level is"))
			a.appTabShown("Context")
			a.see(text(`"level"`))
			a.appTabShown("Blocked")
			a.see(text("you refused it"))
			a.appTabShown("Sandbox")
			a.see(text("connect-src 'none'"))
			a.both("open")
			a.loadAxe()
			a.accessible("app")
			a.seeEntry(entry("from app", "ui/initialize"))
			a.seeEntry(entry("to app", "ui/notifications/tool-result"))
			a.seeEntry(entry("from app", "tools/call", "forget"))
			a.inApp(func() { a.click(button("Full size")) })
			a.see(role("button", "Smaller"))
			a.shot("full")
			a.click(button("Smaller"))
			a.see(button("Full size"))
			a.inApp(func() { a.see(button("Full size")) })
			a.click(button("Close app"))
			a.see(button("Open app"))
			a.seeEntry(entry("to app", "ui/resource-teardown"))
		})
	}
}

// TestAppOfAResult opens an app from a result in the tools view, and one whose arguments come piece by piece; both by
// the keyboard where there is a key.
func TestAppOfAResult(t *testing.T) {
	a := start(t, options{})
	a.connect("Sample server")
	a.see(text("app only"))
	a.click(tool("gauge"))
	a.run("done", "3.1 m at cologne")
	a.shot("result")
	a.click(button("Open app"))
	a.inApp(func() { a.see(exactly("3.1 m at cologne")) })
	a.click(button("Traffic"))
	a.click(button("Close app"))
	a.fill(role("textbox", "station"), "bonn")
	a.click(role("checkbox", "Arguments piece by piece"))
	a.keys(role("textbox", "station"), ctrl(enter))
	a.inApp(func() { a.see(exactly("3.1 m at bonn")) })
	a.seeEntry(entry("to app", "ui/notifications/tool-input-partial"))
	a.click(button("Call again"))
	a.seeEntry(entry("to app", "ui/notifications/tool-result"))
	a.click(button("Disconnect"))
	a.unsee(appStage)
}
