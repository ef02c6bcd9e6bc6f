//go:build e2e

package e2e

import "testing"

var messages = css(`section[aria-label="Messages"]`)

// TestPrompts gets the sample's prompts, light and dark, small and large.
func TestPrompts(t *testing.T) {
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(name, func(t *testing.T) {
			a := start(t, options{dark: dark})
			a.connect("Sample server")
			a.click(tabbed("Prompts"))
			a.click(offered("prompts", "summarize"))
			a.again("Get", messages, "unsent", "Required arguments are missing")
			a.both("missing")
			a.fill(role("combobox", "text"), "A long story")
			a.keys(role("combobox", "style"), arrowDown)
			a.see(role("listbox", "Suggestions for style"))
			a.shot("suggested")
			a.press(escape)
			a.again("Get", messages, "done", "Summarize this in a plain way", "A long story")

			a.click(offered("prompts", "inspect"))
			a.again("Get", messages, "done", "Look at everything.", "sample://readings.csv", "assistant")
			a.wait("the picture", `[...document.querySelectorAll('section[aria-label="Messages"] img')].some((i) => i.naturalWidth === 120)`)
			a.both("messages")
			a.click(role("tab", "Raw").in(messages))
			a.says(messages, `"jsonrpc"`)
			a.click(role("button", "Show in traffic"))
			a.seeEntry(entry("to server", "prompts/get"))
		})
	}
}
