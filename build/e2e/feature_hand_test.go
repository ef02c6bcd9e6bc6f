//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/sightglass-dev/sightglass/app/peers"
)

// TestRoundOfEveryKindByHand answers a round by hand with the forms of the inbox, light and dark, small and large.
func TestRoundOfEveryKindByHand(t *testing.T) {
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(name, func(t *testing.T) {
			o := newOpener(t)
			s := httptest.NewServer(http.HandlerFunc(peers.EveryKind))
			t.Cleanup(func() {
				s.CloseClientConnections()
				s.Close()
			})
			a := start(t, options{dark: dark, env: []string{o.env()}})
			a.loadAxe()
			a.save(map[string]any{"name": "Guest house", "url": s.URL})
			a.connect("Guest house")
			a.click(tool("survey"))
			a.click(foldNamed("More for this call"))
			a.click(role("checkbox", "Stop at each round of questions and send it by hand"))
			a.click(foldNamed("More for this call"))
			a.click(button("Run"))
			a.see(role("heading", "Round 1: 4 questions"))
			request := func(key string) target { return css(fmt.Sprintf(`section[aria-label="Input request %s"]`, key)) }
			a.says(request("guest"), "Who is coming?", "Elicitation")
			a.both("round")
			a.accessible("round")
			a.click(role("button", "Send the round"))
			a.see(role("button", "Send anyway"))
			a.both("missing")
			a.fill(role("textbox", "name").in(request("guest")), "Ada é")
			a.says(request("payment"), "pay.example", "Nothing was loaded")
			a.js(`document.querySelector('section[aria-label="Input request payment"]').scrollIntoView()`)
			a.click(role("button", "Open in browser").in(request("payment")))
			a.says(request("payment"), "opened in the browser")
			if got := o.next(t); got != "https://pay.example/deposit?id=7" {
				t.Errorf("the browser was opened with %q", got)
			}
			a.both("payment")
			a.fill(role("textbox", "Text of content 1").in(request("greeting")), "Welcome, Ada.")
			a.js(`document.querySelector('section[aria-label="Input request greeting"]').scrollIntoView()`)
			a.both("greeting")
			a.click(role("button", "JSON").in(request("folders")))
			a.see(css(`section[aria-label="Input request folders"] .cm-content`))
			a.js(`document.querySelector('section[aria-label="Input request folders"]').scrollIntoView()`)
			a.both("folders")
			a.js(`document.querySelector('section[aria-label="Result"]').dataset.runState = "of the run before"`)
			a.click(role("button", "Send the round"))
			a.outcome("done", `"name":"Ada é"`, `"nights":2`, `"payment":{"action":"accept"}`, "Welcome, Ada.", `"roots":[`, "the state is the same")
		})
	}
}
