//go:build e2e

package e2e

import (
	"strings"
	"testing"
)

var (
	filter     = role("combobox", "Filter the traffic")
	filterList = role("listbox", "Filters")
	terms      = role("group", "Terms of the filter")
	trafficBar = css(`[role="toolbar"][aria-label="Traffic"]`)
)

// TestFilter writes filters: completed, wrong, as chips, from the menu of a row, saved by name and used after a restart.
func TestFilter(t *testing.T) {
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(name, func(t *testing.T) {
			a := start(t, options{dark: dark})
			a.loadAxe()
			a.connect("Sample server")
			a.see(role("tab", "Overview"))
			for _, said := range []string{"first", "second"} {
				a.click(tool("echo"))
				a.fill(role("textbox", "text"), said)
				a.run("done", said)
			}
			a.seeEntry(entry("to server", "request", "tools/call", "echo"))

			a.press("f", ctrlKey)
			a.press("metho")
			a.see(role("option", "").in(filterList))
			a.accessible("completion")
			a.both("completion")
			a.press(arrowDown)
			a.press(enter)
			a.wait("the field", "("+filter.find+")[0]?.value === 'method:'")
			a.see(target{"a value with its count", "(" + role("option", "").in(filterList).find + ").filter((e) => /^tools\\/call.*\\d$/.test(tidy(e.textContent)))"})
			a.both("values")
			a.press("tools/call")
			a.press(enter)
			a.unsee(filterList)
			a.says(trafficBar, "4 of ")
			a.unsee(entry("initialize"))

			a.press(" ms:many")
			a.press(enter)
			a.wait("the mistake", "("+filter.find+")[0]?.ariaInvalid === 'true' && tidy(document.querySelector('.bad')?.textContent) === 'many'")
			a.press(" ")
			a.see(text("is no number"))
			a.accessible("a wrong filter")
			a.both("wrong")
			a.says(trafficBar, "4 of ")
			a.press(escape)
			a.wait("no filter", "("+filter.find+")[0]?.value === ''")

			a.fill(filter, "method:tools/call -dir:in echo")
			a.press(enter)
			a.says(trafficBar, "2 of ")
			a.openEntry(entry("to server", "tools/call", "echo").last())
			a.see(terms)
			a.accessible("chips")
			a.both("chips")
			a.click(role("button", "Remove -dir:in").in(terms))
			a.says(trafficBar, "4 of ")

			a.click(role("button", "Saved filters"))
			a.fill(role("textbox", "Name of the filter"), "Echoes")
			a.press(enter)
			a.see(role("button", "Rename Echoes"))
			a.accessible("saved filters")
			a.both("saved")
			a.press(escape)
			a.unsee(dialog)
			a.keys(filter, escape)

			a.openEntry(entry("from server", "response", "tools/call", "echo").last())
			a.click(role("tab", "Same call").in(detail))
			a.see(role("list", "The same call"))
			a.click(role("button", "Pin this entry").in(detail))
			a.see(role("button", "Unpin this entry").in(detail))
			a.accessible("the same call")
			a.both("call")
			a.click(role("tab", "Message").in(detail))
			a.click(role("button", "Find").in(detail))
			a.fill(role("textbox", "Find in this value"), "jsonrpc")
			a.says(detail, "1 of 1")
			a.accessible("found in a message")
			a.both("find")

			a.js("const [row] = " + entry("response", "tools/call").find + "; const r = row.getBoundingClientRect(); row.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: r.left + 40, clientY: r.top + 6, button: 2 }));")
			a.see(item("Only tools/call"))
			a.accessible("the menu of a row")
			a.both("menu")
			a.click(item("Same call"))
			a.wait("the call's rows", strings.ReplaceAll(`(ROWS).length > 1 && (ROWS).every((r) => r.ariaLabel.includes("tools/call"))`, "ROWS", entry().find))

			a.restart()
			a.click(saved("Sample server"))
			a.click(filter)
			a.see(target{"the saved filter", "(" + role("option", "").in(filterList).find + ").filter((e) => tidy(e.textContent).startsWith('Echoes'))"})
			a.both("offered")
		})
	}
}

// TestCaptures opens what an earlier run of the program left, marks it, and deletes it.
func TestCaptures(t *testing.T) {
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(name, func(t *testing.T) {
			a := start(t, options{dark: dark})
			a.connect("Sample server")
			a.click(tool("echo"))
			a.fill(role("textbox", "text"), "kept")
			a.run("done", "kept")
			a.click(button("Disconnect"))
			a.see(button("Connect"))
			a.restart()
			a.loadAxe()
			a.click(saved("Sample server"))
			a.click(button("Earlier…"))
			first := css(`[role="dialog"] li .open`)
			a.see(first)
			a.accessible("captures")
			a.both("captures")
			a.click(css(`[role="dialog"] li .menu-trigger`).last())
			a.click(item("Rename"))
			a.fill(css(`[role="dialog"] li input`), "the first run")
			a.press(enter)
			a.says(dialog, "the first run")
			a.click(first)
			a.unsee(dialog)
			a.says(css(`section[aria-label="Traffic"]`), "Not live", "the first run")
			a.fill(filter, "method:tools/call body:kept")
			a.press(enter)
			a.openEntry(entry("from server", "response", "tools/call", "echo").last())
			a.says(detail, "kept")
			a.accessible("a capture in the table")
			a.both("opened")
			a.keys(filter, escape)
			a.click(button("Back to now"))
			a.unsee(text("Not live"))

			a.click(button("Earlier…"))
			a.click(css(`[role="dialog"] li .menu-trigger`).last())
			a.click(item("Delete"))
			a.see(text("1 capture is deleted."))
			a.accessible("a deleted capture")
			a.both("deleted")
			a.click(button("Undo"))
			a.says(dialog, "the first run")
		})
	}
}
