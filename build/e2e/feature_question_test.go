//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"testing"
)

// asksRoots is a rule by which roots/list is the user's to answer; without it the server's settings answer.
const asksRoots = `{"version":1,"items":[{"id":"roots","name":"Roots are mine","enabled":true,"method":"roots/list","action":"ask"}]}`

// TestQuestionMovesNothing holds what the pointer may be on its way to: server-everything asks roots/list right after
// the connect.
func TestQuestionMovesNothing(t *testing.T) {
	a := start(t, options{})
	if err := os.WriteFile(filepath.Join(a.home, "sightglass", "rules.json"), []byte(asksRoots), 0o600); err != nil {
		t.Fatal(err)
	}
	a.startTyped("node " + everything(t) + " stdio")
	a.connected()
	strip := css(`section[aria-label="Questions of the server"]`)
	a.says(strip, "roots/list")
	a.see(tool("echo"))
	tops := func() any {
		return a.js(`return ["tablist", "listbox"].map((r) => byRole(r, "")[0].getBoundingClientRect().top).join()`)
	}
	asked := tops()
	a.shot("asked")
	a.resize(900, 600)
	a.shot("small")
	a.click(role("tab", "Overview")) // in reach beside it
	a.click(target{"the tab of the tools", `byRole("tab", "").filter((e) => nameOf(e).startsWith("Tools"))`})
	a.resize(1280, 800)
	a.click(role("button", "Open").in(strip))
	a.see(role("textbox", "Answer as JSON"))
	a.shot("opened")
	a.click(role("button", "Answer").in(strip))
	a.unsee(strip)
	a.see(tool("echo"))
	if now := tops(); now != asked {
		t.Errorf("tabs and list of tools began at %v while the server asked, and begin at %v now", asked, now)
	}
}
