//go:build e2e

package e2e

import "testing"

// TestKeyboardOnly goes from the start to a tool's result without the mouse.
func TestKeyboardOnly(t *testing.T) {
	a := start(t, options{})
	a.see(saved("Sample server"))
	a.press("?", shiftKey)
	a.see(dialog)
	a.says(dialog, "Keyboard shortcuts")
	a.shot("help")
	a.press(escape)
	a.unsee(dialog)

	a.press("k", ctrlKey)
	a.focusIs("Name of a server or tool")
	a.press("protected")
	a.see(role("option", "").in(role("listbox", "Found")))
	a.shot("jump")
	a.press(enter)
	a.unsee(dialog)
	a.says(mainish, "Protected sample")
	a.press("l", ctrlKey)
	a.focusIs("Connect to a URL, or start a command")
	a.tabTo("Search servers")
	a.press("sample ser")
	a.press(arrowDown)
	a.wait("the focus on the server", `document.activeElement.closest("nav") && nameOf(document.activeElement).startsWith("Sample server, ")`)
	a.focusShows()
	a.shot("focus")
	a.press(enter)
	a.tabTo("Connect")
	a.focusShows()
	a.press(enter)
	a.connected()
	a.see(tool("echo"))
	a.tabTo("Search tools")
	a.press("echo")
	a.press(arrowDown)
	a.see(role("textbox", "text"))
	a.tabTo("text")
	a.press("typed by hand")
	a.focusShows()
	a.press(enter, ctrlKey)
	a.outcome("done", "typed by hand")
	a.shot("result")

	a.press("j", ctrlKey)
	a.unsee(role("grid", "Traffic"))
	a.press("j", ctrlKey)
	a.see(role("grid", "Traffic"))
	a.tabTo("Traffic")
	a.press(arrowDown)
	a.press(enter)
	a.see(css(`section[aria-label^="Entry #"]`))
	a.press(escape)
	a.unsee(css(`section[aria-label^="Entry #"]`))
}

// focusIs waits for the focus on the element of that name.
func (a *app) focusIs(name string) {
	a.t.Helper()
	a.wait("the focus on "+name, "nameOf(document.activeElement) === "+literal(name))
}

// tabTo presses Tab until the element of that name has the focus.
func (a *app) tabTo(name string) {
	a.t.Helper()
	for range 60 {
		if a.js("return nameOf(document.activeElement)") == name {
			return
		}
		a.press(tab)
	}
	a.t.Fatalf("Tab does not come to %q", name)
}

// focusShows fails the test when the element with the focus looks as it does without.
func (a *app) focusShows() {
	a.t.Helper()
	if a.js(`const look = (e) => { const s = getComputedStyle(e); return [s.outlineStyle + s.outlineWidth + s.outlineColor, s.boxShadow, s.borderColor, s.backgroundColor].join(); };
		const chain = []; for (let e = document.activeElement; e && chain.length < 3; e = e.parentElement) chain.push(e);
		const before = chain.map(look).join(); const focused = document.activeElement;
		focused.blur(); const after = chain.map(look).join(); focused.focus({ focusVisible: true }); return before === after;`) == true {
		a.t.Errorf("nothing shows that %v has the focus", a.js("return nameOf(document.activeElement)"))
	}
}
