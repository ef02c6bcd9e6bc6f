//go:build e2e

package e2e

import "testing"

// TestTimeline opens the timeline, zooms and brushes it, goes to a span by keyboard, and reads the figures.
func TestTimeline(t *testing.T) {
	a := start(t, options{dark: true})
	a.connect("Sample server")
	a.loadAxe()
	a.click(tool("echo"))
	a.fill(role("textbox", "text"), "one")
	a.run("done", "one")
	a.click(tool("fail"))
	a.click(button("Run"))
	a.seeEntry(entry("from server", "tools/call", "fail"))
	a.click(button("Timeline"))
	timeline := css(`section[aria-label="Timeline"]`)
	a.says(timeline, "Client to server", "stderr")
	a.accessible("timeline")
	a.both("open")
	focus := func() { a.js(`document.querySelector('section[aria-label="Timeline"] [role="application"]').focus()`) }
	drawn := func(what string) {
		a.wait(what, `(() => { const c = document.querySelector('section[aria-label="Timeline"] canvas');
			const d = c.getContext("2d").getImageData(0, 22 * devicePixelRatio, c.width, c.height - 22 * devicePixelRatio).data;
			const colours = new Set(); for (let i = 0; i < d.length; i += 4) colours.add(d[i] + "," + d[i + 1] + "," + d[i + 2]); return colours.size > 4; })()`)
	}
	drawn("spans on the canvas")
	before := a.textOf(css(`section[aria-label="Timeline"] .range`))
	focus()
	a.press("+")
	a.poll("the window to be shorter", func() bool { return a.textOf(css(`section[aria-label="Timeline"] .range`)) != before })
	a.click(button("Export…").in(css(`section[aria-label="Traffic"]`)))
	a.choose(role("combobox", "Time").in(dialog), "The part chosen on the timeline")
	a.choose(role("combobox", "Time").in(dialog), "From … to …")
	a.wait("the part as it is written", `(`+role("textbox", "From").find+`)[0]?.value.startsWith("20")`)
	a.press(escape)
	a.unsee(dialog)
	focus()
	a.press("0")
	a.poll("the whole again", func() bool { return a.textOf(css(`section[aria-label="Timeline"] .range`)) == before })
	focus()
	a.press("\ue014", shiftKey) // arrow right
	a.see(role("heading", "").in(detail))
	focus()
	a.press(enter)
	a.wait("the filter by time", `[...document.querySelectorAll('section[aria-label="Traffic"] input')].some((e) => e.value.includes("since:"))`)
	a.click(button("As a table"))
	a.says(timeline, "Failed", "Client to server")
	a.accessible("timeline as a table")
	a.click(button("Close the timeline"))
	a.click(button("Statistics"))
	figures := css(`section[aria-label="Statistics"]`)
	a.says(figures, "echo", "fail", "tools/call", "p95")
	a.accessible("statistics")
	a.both("statistics")
}
