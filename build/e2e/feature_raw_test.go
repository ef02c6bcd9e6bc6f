//go:build e2e

package e2e

import (
	"fmt"
	"regexp"
	"testing"
)

var (
	rawAnswer = css(`section[aria-label="Answer"]`)
	rawState  = css(`section[aria-label="Answer"] .head [role="status"]`)
	rawStatus = regexp.MustCompile(`\b[24]\d\d\b`)
)

// write replaces what an editor holds.
func (a *app) write(label, text string) {
	a.t.Helper()
	a.writeIn("Request", label, text)
}

// writeIn replaces the text of an editor in a section.
func (a *app) writeIn(section, label, text string) {
	a.t.Helper()
	a.click(css(fmt.Sprintf(`section[aria-label=%q] .cm-content[aria-label=%q]`, section, label)))
	a.press("a", ctrlKey)
	a.press(deleteKey)
	if text != "" {
		a.js(`document.execCommand("insertText", false, arguments[0])`, text)
	}
}

// send sends what is written by hand and waits until it is over; it returns the word for how it went.
func (a *app) send() string {
	a.t.Helper()
	before := a.count(css(`ul[aria-label="Sent requests"] li`))
	a.click(button("Send"))
	first := `document.querySelector('ul[aria-label="Sent requests"] li .word')?.textContent`
	a.wait("it is over", fmt.Sprintf(`document.querySelectorAll('ul[aria-label="Sent requests"] li').length === %d && %s !== 'running'`, before+1, first))
	word, _ := a.js("return " + first).(string)
	return word
}

// broken takes a frame of the palette.
func (a *app) broken(label string) {
	a.t.Helper()
	a.click(role("button", "Broken frames"))
	a.click(role("menuitem", label))
	a.see(css(`section[aria-label="Request"] .cm-content[aria-label="Frame"]`))
}

func (a *app) rawRequest(method string) {
	a.t.Helper()
	a.click(role("tab", "Raw request"))
	a.fill(css(`section[aria-label="Request"] input[role="combobox"]`), method)
	a.press(escape)
}

// brokenEverywhere are the frames of the palette that make sense on every transport.
var brokenEverywhere = []string{
	"Sound request", "No id", "Id null", "Id used before", "Id an object", "Id a fraction", `Version "1.0"`, "No jsonrpc member", "No method",
	"Method a number", "Params an array", "Params a string", "A member twice", "Batch of two", "Empty batch", "Cut off JSON",
	"JSON with a comma too many", "No JSON at all", "Nothing", "Deep nesting", "Answer to nothing", "Method and result",
}

// TestRawParams sends every kind of params, and a notification.
func TestRawParams(t *testing.T) {
	a := start(t, options{})
	a.startTyped(peerLine(t, "good"))
	a.connected()
	a.rawRequest("ping")
	for _, params := range []string{`{"a": 1}`, `[1, 2]`, `"text"`, `7`, ``} {
		a.write("Params", params)
		if params == `[1, 2]` {
			a.see(text("MCP allows an object only"))
		}
		a.send()
		a.see(entry("to server", "ping"))
	}
	a.both("params")
	a.fill(css(`section[aria-label="Request"] input[role="combobox"]`), "notifications/roots/list_changed")
	a.press(escape)
	a.click(role("checkbox", "Notification: no id, no answer"))
	if word := a.send(); word != "done" {
		t.Errorf("the notification: %s", word)
	}
	a.says(rawAnswer, "Sent", "Nothing came")
	a.seeEntry(entry("to server", "notifications/roots/list_changed"))
	a.click(tabbed("Tools"))
	a.click(tool("say"))
	a.fill(role("textbox", "words"), "still here")
	a.run("done", "said: still here")
}

// TestRawBrokenFrames sends each broken frame over stdio and over HTTP: the connection survives all of them.
func TestRawBrokenFrames(t *testing.T) {
	for name, frames := range map[string][]string{
		"stdio": append([]string{"Printed over several lines", "Two messages on one line", "Content-Length header before it"}, brokenEverywhere...),
		"http": append([]string{
			"Wrong MCP-Protocol-Version", "No MCP-Protocol-Version", "Wrong Mcp-Method", "No Mcp-Method", "Wrong Mcp-Name", "No Mcp-Name",
			"Content-Type text/plain", "No Content-Type", "Accept text/html",
		}, brokenEverywhere...),
	} {
		t.Run(name, func(t *testing.T) {
			a := start(t, options{dark: name == "http"})
			if name == "http" {
				a.typeIn(newHTTPPeer(t).url)
			} else {
				a.startTyped(peerLine(t, "good"))
			}
			a.connected()
			a.rawRequest("tools/list")
			a.write("Params", "")
			for i, label := range frames {
				a.broken(label)
				if i == 0 && name == "stdio" {
					a.fill(role("spinbutton", "Wait for answers seconds; one with the frame’s id ends it"), "1")
				}
				if word := a.send(); word != "done" && word != "failed" {
					t.Errorf("%s: %s", label, word)
				}
				if name == "http" && !rawStatus.MatchString(a.textOf(rawState)) {
					t.Errorf("%s: no status is shown: %s", label, a.textOf(rawAnswer))
				}
			}
			a.broken("Sound request")
			a.send()
			a.says(rawAnswer, "its answer", "fingerprint")
			a.both("sound")
			a.broken("Cut off JSON")
			a.send()
			a.says(rawAnswer, "-32700")
			a.both("bad JSON")
			if name == "http" {
				a.click(css(`section[aria-label="Request"] details summary, section[aria-label="Request"] button[aria-expanded]`).last())
				a.see(role("textbox", "Value of Content-Type"))
				a.both("headers")
			}
			a.seeEntry(entry("to server", "not valid"))
			a.click(tabbed("Tools"))
			a.click(tool("say"))
			a.fill(role("textbox", "words"), "still here")
			a.run("done", "said: still here")
		})
	}
}

// TestRawHistory finds what was sent after a restart, but for what holds a secret, and sends it again by keyboard.
func TestRawHistory(t *testing.T) {
	a := start(t, options{})
	a.connect("Sample server")
	a.rawRequest("tools/list")
	a.broken("Empty batch")
	a.fill(role("spinbutton", "Wait for answers seconds; one with the frame’s id ends it"), "1")
	a.send()
	a.write("Frame", `{"jsonrpc":"2.0","id":"k","method":"ping","params":{"password":"hunter2"}}`)
	a.send()
	a.restart()
	a.connect("Sample server")
	a.click(role("tab", "Raw request"))
	a.see(role("list", "Sent requests"))
	sent := css(`ul[aria-label="Sent requests"] li`)
	if n := a.count(sent); n != 1 {
		t.Errorf("%d are kept, want 1", n)
	}
	a.mustNotShow("hunter2") // the traffic keeps what crossed the wire; the history keeps nothing that looks like a secret
	first := css(`ul[aria-label="Sent requests"] li > button:first-child`)
	a.keys(first, enter)
	a.wait("the frame is back", `document.querySelector('.cm-content[aria-label="Frame"]')?.textContent === "[]"`)
	a.press(enter, ctrlKey)
	a.wait("it was sent again", `document.querySelectorAll('ul[aria-label="Sent requests"] li').length === 2`)
	a.both("history")
	a.keys(first.nth(0), deleteKey)
	a.wait("it is gone", `document.querySelectorAll('ul[aria-label="Sent requests"] li').length === 1`)
}

// TestResultFromTraffic opens the typed view of results from the table.
func TestResultFromTraffic(t *testing.T) {
	a := start(t, options{})
	a.connect("Sample server")
	a.see(tool("echo"))
	a.openEntry(entry("from server", "response", "tools/list"))
	a.click(role("tab", "Result").in(detail))
	a.says(detail, "countdown")
	a.both("list")
	a.click(tool("echo"))
	a.fill(role("textbox", "text"), "seen in the traffic")
	a.run("done")
	a.openEntry(entry("to server", "tools/call"))
	a.click(role("tab", "Result").in(detail))
	a.says(detail, "seen in the traffic")
}
