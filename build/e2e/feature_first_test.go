//go:build e2e

package e2e

import "testing"

// TestFirstRun is three clicks from a fresh home folder to a result: connect, choose a tool, run.
func TestFirstRun(t *testing.T) {
	a := start(t, options{})
	a.see(saved("Sample server"))
	a.see(saved("Protected sample"))
	a.shot("fresh")
	a.click(button("Connect"))
	a.click(tool("countdown"))
	a.see(role("textbox", "pauseMs"))
	a.fill(role("textbox", "pauseMs"), "1")
	a.run("done", "Lift-off.")
	a.seeEntry(entry("to server", "request", "tools/call", "countdown"))
	a.seeEntry(entry("from server", "response", "tools/call", "countdown", "ok"))
	a.seeEntry(entry("from server", "notifications/progress"))
	a.shot("result")

	a.restart()
	a.see(saved("Sample server"))
	a.see(saved("Protected sample"))
	a.connect("Sample server")
	a.click(tool("countdown"))
	a.wait("the input of the last run", "byRole('textbox', 'pauseMs')[0]?.value === '1'")
}
