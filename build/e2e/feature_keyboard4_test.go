//go:build e2e

package e2e

import (
	"fmt"
	"testing"
)

const (
	arrowRight = "\ue014"
	endKey     = "\ue010"
	space      = " "
)

// The tabs of the sample, in the order of their keys.
var sampleTabs = []string{"Overview", "Tools", "Resources", "Prompts", "Apps", "Tasks", "Skills", "Log", "Streams", "Raw request"}

// keyTo presses Tab until an element has the focus.
func (a *app) keyTo(t target) {
	a.t.Helper()
	a.see(t)
	a.wait(t.what+" to be there for the keyboard", "("+t.find+").some((e) => !e.disabled)") // a question takes no answer at first
	var passed []any
	for range 90 {
		if a.hasFocus(t) {
			return
		}
		a.press(tab)
		passed = append(passed, a.js("return document.activeElement.tagName + ' ' + nameOf(document.activeElement).slice(0, 30)"))
	}
	a.t.Fatalf("Tab does not come to %s but to %q", t.what, passed)
}

func (a *app) hasFocus(t target) bool {
	a.t.Helper()
	return a.js("return ("+t.find+").includes(document.activeElement)") == true
}

// keyOn goes to a button, which must show its focus, and presses Enter.
func (a *app) keyOn(t target) {
	a.t.Helper()
	a.keyTo(t)
	a.focusShows()
	a.press(enter)
}

// tick goes to a checkbox and presses space.
func (a *app) tick(label string) {
	a.t.Helper()
	a.keyTo(role("checkbox", label))
	a.focusShows()
	a.press(space)
	a.wait(label+" ticked", fmt.Sprintf(`byRole("checkbox", %s)[0]?.checked`, literal(label)))
}

// menuBy opens a menu and goes down to an item.
func (a *app) menuBy(opener target, label string) {
	a.t.Helper()
	a.keyOn(opener)
	a.see(role("menuitem", ""))
	for range 60 {
		if a.js("return document.activeElement.role === 'menuitem' && nameOf(document.activeElement).startsWith("+literal(label)+")") == true {
			a.press(enter)
			return
		}
		a.press(arrowDown)
	}
	a.t.Fatalf("the menu %s has no %q that arrows come to", opener.what, label)
}

// keepsFocus waits until something in the page has the focus: Tab goes on from there, not from the start.
func (a *app) keepsFocus() {
	a.t.Helper()
	a.wait("something with the focus", "document.activeElement !== document.body && document.activeElement.checkVisibility()")
}

// tabBy shows a tab by its number.
func (a *app) tabBy(name string) {
	a.t.Helper()
	for i, n := range sampleTabs[:9] {
		if n == name {
			a.see(tabbed(name))
			a.press(fmt.Sprint(i+1), ctrlKey)
		}
	}
	a.wait("the tab "+name, fmt.Sprintf(`byRole("tab", "").some((e) => nameOf(e).startsWith(%s) && e.ariaSelected === "true")`, literal(name)))
	a.keepsFocus()
}

// sampleBy connects the sample by the keyboard.
func (a *app) sampleBy() {
	a.t.Helper()
	a.see(saved("Sample server"))
	a.press("k", ctrlKey)
	a.focusIs("Name of a server or tool")
	a.press("sample server")
	a.press(enter)
	a.unsee(dialog)
	a.keyOn(role("button", "Connect"))
	a.connected()
	a.see(tool("echo"))
	a.see(tabbed("Apps"))
}

// listed chooses a row of a list by its search.
func (a *app) listed(noun, query string) {
	a.t.Helper()
	a.keyTo(role("searchbox", "Search "+noun))
	a.press("a", ctrlKey)
	a.press(query)
	a.press(arrowDown)
	a.wait("the list with the focus", `document.activeElement.role === "listbox"`)
}

// TestKeysTabs connects and goes through every tab, by number and by arrows.
func TestKeysTabs(t *testing.T) {
	a := start(t, options{})
	a.sampleBy()
	a.keepsFocus()
	for _, name := range sampleTabs[:9] {
		a.tabBy(name)
		a.wait("the focus on "+name, "nameOf(document.activeElement).startsWith("+literal(name)+")")
	}
	a.keyTo(role("tab", "").in(role("tablist", "Views of this server")))
	a.focusShows()
	a.shot("tab")
	a.press(endKey)
	a.focusIs("Raw request")
	a.press(arrowRight)
	a.focusIs("Overview")
	a.keyTo(css(`[aria-label="Overview of the connection"]`))
	a.press("p")
	a.see(css(`ul[aria-label="Last pings"] li`))
	a.keyOn(role("button", "Ping"))
	a.wait("a second ping", `document.querySelectorAll('ul[aria-label="Last pings"] li').length === 2`)
}

// TestKeysOffers reads a resource, completes and reads a template, subscribes, and gets a prompt.
func TestKeysOffers(t *testing.T) {
	a := start(t, options{})
	a.sampleBy()
	a.tabBy("Resources")
	a.listed("resources", "report.md")
	a.press(enter)
	a.wait("the contents", `document.querySelector('section[aria-label="Contents"]')?.dataset.runState === "done"`)
	a.listed("resources", "station")
	a.keyTo(role("combobox", "river"))
	a.press("rh")
	a.suggested("river", "rhine")
	a.press(arrowDown)
	a.press(enter)
	a.keyTo(role("combobox", "station"))
	a.press("co")
	a.suggested("station", "cologne")
	a.shot("completed")
	a.press(arrowDown)
	a.press(enter)
	a.press(enter)
	a.says(contents, "cologne")
	a.keyOn(role("button", "Subscribe"))
	a.see(role("button", "Unsubscribe"))
	a.keepsFocus()
	a.seeEntry(entry("to server", "subscriptions/listen"))

	a.tabBy("Prompts")
	a.listed("prompts", "summarize")
	a.keyTo(role("combobox", "text"))
	a.press("A long story")
	a.press(enter)
	a.says(messages, "A long story")
}

// suggested waits until one value alone is suggested.
func (a *app) suggested(field, value string) {
	a.t.Helper()
	options := role("option", "").in(role("listbox", "Suggestions for "+field))
	a.wait(value+" to be suggested", fmt.Sprintf(`(%s).map(nameOf).join() === %s`, options.find, literal(value)))
}

// choosing chooses a tool by the keyboard.
func (a *app) choosing(name string) {
	a.t.Helper()
	a.tabBy("Tools")
	a.listed("tools", name)
}

// question runs ask, goes to the inbox and into its form.
func (a *app) question() {
	a.t.Helper()
	a.keyOn(role("button", "Run"))
	a.see(asking)
	a.press("i", ctrlKey)
	a.see(role("listbox", "Questions"))
	a.wait("the questions with the focus", `document.activeElement.getAttribute("aria-label") === "Questions"`)
	a.says(mainish, "What shall the sample server call you?")
	a.press(enter)
	a.focusIs("name")
}

// back leaves the inbox for the server.
func (a *app) back(settled, wanted string) {
	a.t.Helper()
	a.says(answered, settled+" by you")
	a.keepsFocus()
	a.press("i", ctrlKey)
	a.outcome("done", wanted)
	a.keepsFocus()
}

// TestKeysInbox accepts and declines a question in the inbox, and makes a rule of an answer.
func TestKeysInbox(t *testing.T) {
	a := start(t, options{})
	a.sampleBy()
	a.choosing("ask")
	a.question()
	a.press("Ada")
	a.shot("form")
	a.keyOn(role("button", "Accept"))
	a.back("Answered", "Hello, Ada.")
	a.question()
	a.keyOn(role("button", "Decline"))
	a.back("Declined", "You chose to decline.")

	a.question()
	a.press("Grace")
	a.menuBy(role("button", "Saved answers"), "Always answer like this")
	a.see(dialog)
	a.keyTo(role("textbox", "Name").in(dialog))
	a.press("a", ctrlKey)
	a.press("Grace is asked for")
	a.keyTo(css(`[role="dialog"] .cm-content`))
	a.press(escape) // the editor's own: Tab leaves it then
	a.keyOn(role("button", "Save rule").in(dialog))
	a.says(dialog, "Grace is asked for")
	a.press(escape)
	a.unsee(dialog)
	a.keyTo(role("textbox", "name"))
	a.press(enter, ctrlKey)
	a.back("Answered", "Hello, Grace.")
	a.js(`document.querySelector('section[aria-label="Result"]').dataset.runState = "of the run before"`)
	a.keyOn(role("button", "Run"))
	a.outcome("done", "Hello, Grace.")
}

// TestKeysRounds sends a round by hand and opens and closes a stream.
func TestKeysRounds(t *testing.T) {
	a := start(t, options{})
	a.sampleBy()
	a.choosing("ask")
	a.keyOn(foldNamed("More for this call"))
	a.tick("Stop at each round of questions and send it by hand")
	a.keyOn(role("button", "Run"))
	a.see(role("heading", "Round 1: 1 question"))
	a.keepsFocus()
	a.keyTo(role("textbox", "name"))
	a.press("Ada")
	a.shot("round")
	a.keyOn(role("button", "Send the round"))
	a.outcome("done", "Hello, Ada.", "rounds by hand")

	a.tabBy("Streams")
	a.tick("Changes of the tools")
	a.keyOn(role("button", "Open stream"))
	one := css(`article[aria-label="Stream 1"]`)
	a.says(one, "Open")
	a.keyOn(role("button", "Close").in(one))
	a.unsee(one)
	a.keepsFocus()
}

// TestKeysTasks runs a tool as a task and cancels it where tasks are listed.
func TestKeysTasks(t *testing.T) {
	a := start(t, options{})
	a.sampleBy()
	a.choosing("survey")
	a.keyTo(role("textbox", "steps"))
	a.press("a", ctrlKey)
	a.press("900")
	a.keyTo(role("textbox", "pauseMs"))
	a.press("a", ctrlKey)
	a.press("1000")
	a.press(enter, ctrlKey)
	a.says(result, "It is a task: working")
	a.tabBy("Tasks")
	a.keyTo(taskList)
	a.focusShows()
	a.press(arrowDown)
	a.taskState("working")
	a.shot("task")
	a.keyOn(role("button", "Cancel").in(taskPage))
	a.taskState("cancelled")
	a.keepsFocus()
}

// TestKeysApp goes into an app and out of it again, and decides about its calls.
func TestKeysApp(t *testing.T) {
	a := start(t, options{})
	a.sampleBy()
	a.tabBy("Apps")
	a.keyTo(role("listbox", "Tools with an app"))
	a.press(arrowDown)
	a.keyOn(role("button", "Open app"))
	a.wait("the app to run", `document.querySelector('[data-app-status]')?.dataset.appStatus === "ready"`)
	a.inApp(func() { a.see(exactly("3.1 m at cologne")) })
	a.keepsFocus()
	for _, answer := range []string{"Refuse", "Allow this tool for this app"} {
		a.measureBy()
		a.see(asked)
		a.keyTo(role("button", answer).in(asked))
		a.focusShows()
		a.shot("asked " + answer)
		a.press(enter)
		a.unsee(asked)
		a.keepsFocus()
	}
	a.inApp(func() { a.says(css("#said"), "Measure: done") })
	a.measureBy()
	a.keyOn(role("button", "Close app"))
	a.see(role("button", "Open app"))
	a.keepsFocus()
}

// measureBy goes into the app's frame and presses its first button.
func (a *app) measureBy() {
	a.t.Helper()
	a.keyTo(css(`iframe[title^="App "]`))
	on := false
	for range 10 {
		a.inApp(func() {
			on = a.js(`return document.hasFocus() && nameOf(document.activeElement) === "Measure 4.2 m"`) == true
		})
		if on {
			a.press(enter)
			return
		}
		a.press(tab)
	}
	a.t.Fatal("Tab does not come to the button in the app")
}

// TestKeysUtilities sets a log level, filters, sends by hand, reads a skill and edits the roots.
func TestKeysUtilities(t *testing.T) {
	a := start(t, options{})
	a.sampleBy()
	a.tabBy("Log")
	level := role("combobox", "Level asked of the server")
	a.keyTo(level)
	a.focusShows()
	a.press("debug")
	a.wait("the level", "("+level.find+")[0]?.value === 'debug'")
	a.choosing("log")
	a.keyOn(role("button", "Run"))
	a.outcome("done", "Sent 8 log messages.")
	a.tabBy("Log")
	a.see(text("a message of level notice"))
	a.keyTo(role("searchbox", "Filter by text"))
	a.press("emergency")
	a.unsee(text("a message of level notice"))
	a.see(text("a message of level emergency"))

	a.tabBy("Skills")
	a.listed("skills", "level")
	a.see(text("No file read"))
	a.keyOn(target{"SKILL.md", `byRole("option", "").concat(byRole("button", ""), byRole("treeitem", ""), byRole("listbox", "")).filter((e) => e.tabIndex >= 0 && e.textContent.includes("SKILL.md"))`})
	a.says(css(`section[aria-label="File"]`), "The digest is the one listed.")

	a.menuBy(role("button", "More actions").in(mainish), "Roots")
	a.see(dialog)
	a.keyOn(role("button", "Add root").in(dialog))
	a.focusIs("URI of root 1")
	a.press(endKey)
	a.press("work")
	a.keyOn(role("button", "Save").in(dialog))
	a.says(dialog, "Saved")
	a.shot("roots")
	a.press(escape)
	a.unsee(dialog)
	a.keepsFocus()
}

// TestKeysRaw sends a request by hand and a broken frame of the palette.
func TestKeysRaw(t *testing.T) {
	a := start(t, options{})
	a.sampleBy()
	a.tabBy("Streams")
	a.keyTo(tabbed("Streams"))
	for range 6 {
		if !a.hasFocus(tabbed("Raw request")) {
			a.press(arrowRight)
		}
	}
	a.focusIs("Raw request")
	a.keyTo(role("combobox", "Method"))
	a.press("a", ctrlKey)
	a.press("tools/list")
	a.press(escape)
	a.press(enter, ctrlKey)
	a.keyTo(css(`.cm-content[aria-label="Params"]`))
	a.says(rawAnswer, "inputSchema")
	a.press(escape) // in a JSON editor Tab indents, but after Escape
	a.menuBy(role("button", "Broken frames"), "Cut off JSON")
	a.see(css(`section[aria-label="Request"] .cm-content[aria-label="Frame"]`))
	a.keepsFocus()
	a.keyTo(css(`.cm-content[aria-label="Frame"]`))
	a.press(enter, ctrlKey)
	a.says(rawAnswer, "-32700")
	a.shot("broken")
	a.press(escape)
	a.keyTo(role("button", "Send"))
}
