//go:build e2e

package e2e

import (
	"fmt"
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
			a.see(text("is no number")) // although Enter closed the list
			a.press(" ")
			a.accessible("a wrong filter")
			a.both("wrong")
			a.says(trafficBar, "4 of ")
			a.press(escape) // the list, if there is one
			a.press(escape)
			a.wait("no filter", "("+filter.find+")[0]?.value === ''")

			a.fill(filter, "method:tools/call -dir:in echo")
			a.press(enter)
			a.says(trafficBar, "2 of ")
			a.openEntry(entry("to server", "tools/call", "echo").last())
			a.see(terms)
			a.accessible("chips")
			a.both("chips")
			// By keyboard: one stop before the text, arrows between them, Delete, Enter to the term in the text.
			a.press("f", ctrlKey)
			a.press(tab, shiftKey)
			a.focusIs("method:tools/call")
			a.focusShows()
			a.press(arrowRight)
			a.focusIs("-dir:in")
			a.focusShows()
			a.both("chip focus")
			a.press(deleteKey)
			a.says(trafficBar, "4 of ")
			a.focusIs("echo")
			a.press(enter)
			a.wait("the term in the text", "document.activeElement === ("+filter.find+")[0] && getSelection() && document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd) === 'echo'")
			a.keys(role("grid", "Traffic"), endKey)
			a.click(role("button", "Remove echo").in(terms))
			a.wait("one term", "within("+terms.find+", byRole('button', '')).length === 2")
			a.fill(filter, "method:tools/call echo")
			a.press(enter)
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
			a.connect("Sample server")
			a.click(button("Disconnect"))
			a.see(button("Connect"))
			a.restart()
			a.loadAxe()
			a.click(saved("Sample server"))
			a.click(button("Earlier…"))
			first := css(`[role="dialog"] li .open`).last()
			a.see(first)
			a.accessible("captures")
			a.both("captures")
			both := fmt.Sprintf("%v entries", a.js(`return [...document.querySelectorAll('[role="dialog"] li .open')].reduce((n, e) => n + Number(/(\d+) entr/.exec(e.innerText)[1]), 0)`))
			choice := css(`[role="dialog"] li input[type="checkbox"]`)
			a.click(choice.nth(0))
			a.click(choice.nth(1))
			a.accessible("captures that are chosen")
			a.both("chosen")
			a.click(button("Open 2 captures").in(dialog))
			a.unsee(dialog)
			opened := css(`section[aria-label="Traffic"]`)
			a.says(opened, "Not live", "2 captures from before: Sample server")
			a.says(trafficBar, both)
			a.both("two opened")
			a.click(button("Back to now"))

			a.click(button("Earlier…"))
			a.click(button("By run").in(dialog))
			a.says(dialog, "2 connections")
			a.accessible("captures by run")
			a.both("runs")
			a.click(button("Open all 2").in(dialog))
			a.unsee(dialog)
			a.says(trafficBar, both)
			a.click(button("Earlier…"))

			a.click(css(`[role="dialog"] li .menu-trigger`).last())
			a.click(item("Rename"))
			a.wait("the field with the focus", `document.activeElement.matches('[role="dialog"] li form input')`)
			a.press("the first run")
			a.press(enter)
			a.says(dialog, "the first run")
			a.wait("the row with the focus", `document.activeElement.matches('[role="dialog"] li .open')`)
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

// TestStopLooking looks through a million entries, told by answers made in the page: a search that is stopped keeps
// what it found, says how far it looked and goes on. In every state the bar is one row at 1280 pixels.
func TestStopLooking(t *testing.T) {
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(name, func(t *testing.T) {
			a := start(t, options{dark: dark})
			a.loadAxe()
			a.connect("Sample server")
			a.see(role("tab", "Overview"))
			a.js(`const real = window.fetch, total = 1e6, few = 8, counts = { message: 640123, http: 310000, sse: 48000, stderr: 1877, lifecycle: 12 };
				const state = { view: 'traffic', rows: total, total, counts, done: true, looked: total, stopped: false, rev: 1e9, last: total, listedFrom: 0, terms: [] };
				window.stops = [];
				const entry = (i) => ({ seq: i + 1, rev: i + 1, conn: 'c1', time: 1.7e15 + i * 1000, kind: 'frame', dir: i % 2 ? 'in' : 'out', message: i % 2 ? 'response' : 'request', method: 'tools/call', name: 'echo ' + i, id: String(i), bytes: 200 });
				window.fetch = async (url, init) => {
					const name = String(url).split('/').pop();
					if (name !== 'view' && name !== 'rows') return real(url, init);
					const { view, rows } = JSON.parse(init.body);
					if (view) {
						window.stops.push(view.stop);
						const filtered = view.filter !== '', ends = view.filter === 'needle' && window.stops.includes(true) && !view.stop;
						Object.assign(state, { rev: state.rev + 1, done: !filtered || view.stop || ends, stopped: filtered && view.stop, looked: !filtered || ends ? total : 120000, rows: !filtered ? total : view.filter === 'nothing' ? 0 : ends ? 2 * few : few,
							terms: filtered ? [{ from: 0, to: view.filter.length, cutFrom: 0, cutTo: view.filter.length, not: false }] : [] });
						return new Response(JSON.stringify(state));
					}
					const from = rows.index < 0 ? Math.max(0, state.rows - rows.limit) : rows.index;
					return new Response(JSON.stringify({ index: from, entries: Array.from({ length: Math.max(0, Math.min(rows.limit, state.rows - from)) }, (_, i) => entry(from + i)), marks: [], state }));
				};`)
			row := func(state string) {
				t.Helper()
				a.both(state)
				if h, _ := a.js("return (" + trafficBar.find + ")[0].getBoundingClientRect().height").(float64); h > 40 {
					t.Errorf("%s: the bar is %v pixels high at 1280", state, h)
				}
			}
			a.click(role("button", "All"))
			a.says(trafficBar, "1,000,000 entries")
			row("a million")
			a.press("j", ctrlKey, shiftKey)
			a.see(button("Restore the traffic"))
			row("wide")
			a.click(button("Restore the traffic"))
			a.click(button("Clear…"))
			a.see(button("Keep"))
			row("asking")
			a.click(button("Keep"))

			a.fill(filter, "needle")
			a.press(enter)
			a.says(trafficBar, "8 so far", "12 %")
			a.accessible("a search")
			row("looking")
			stop := target{"stop looking", "byRole('button', '').filter((e) => nameOf(e).startsWith('Stop looking'))"}
			a.click(stop)
			a.says(trafficBar, "8 so far", "stopped")
			a.says(css(`section[aria-label="Traffic"]`), "Stopped: 120,000 of 1,000,000 looked at.")
			a.wait("the text to stay", "("+filter.find+")[0].value === 'needle'")
			a.wait("the rows to stay", "("+entry().find+").length === 8")
			a.accessible("stopped")
			row("stopped")
			a.click(button("Go on"))
			a.says(trafficBar, "16 of 1,000,000")
			if told := a.js("return window.stops.slice(-2).join()"); told != "true,false" {
				t.Errorf("the program was told %v", told)
			}

			a.fill(filter, "nothing")
			a.press(enter)
			a.click(button("Stop"))
			a.see(text("Stopped: 120,000 of 1,000,000 entries were looked at"))
			a.accessible("stopped without a find")
			row("stopped empty")
		})
	}
}
