//go:build e2e

package e2e

import "testing"

// TestQuestionsOfEverything answers what server-everything asks, over each transport.
func TestQuestionsOfEverything(t *testing.T) {
	for mode, connect := range map[string]func(t *testing.T, a *app){
		"stdio": func(t *testing.T, a *app) { a.startTyped("node " + everything(t) + " stdio") },
		"http":  func(t *testing.T, a *app) { a.typeIn(everythingOver(t, "streamableHttp") + "/mcp") },
		"sse":   func(t *testing.T, a *app) { a.typeIn(everythingOver(t, "sse") + "/sse") },
	} {
		t.Run(mode, func(t *testing.T) {
			a := start(t, options{})
			connect(t, a)
			a.connected()
			a.click(tool("trigger-elicitation-request"))
			a.click(button("Run"))
			a.click(role("button", "Answer it"))
			a.fill(role("textbox", "name").in(panel), "Ada")
			a.shot("form")
			a.click(role("button", "Accept").in(panel))
			a.outcome("done", "User provided the requested information", `Ada`)
			a.unsee(panel)
			a.click(button("Run"))
			a.click(role("button", "Answer it"))
			a.click(role("button", "Decline").in(panel))
			a.outcome("done", "User declined")

			a.click(tool("trigger-sampling-request"))
			a.fill(role("textbox", "prompt"), "Say it in one word")
			a.click(button("Run"))
			a.click(role("button", "Answer it"))
			a.says(panel, "Say it in one word", "You are a helpful test server.")
			a.fill(role("textbox", "Text of content 1").in(panel), "Ahoy")
			a.click(role("button", "Answer").in(panel))
			a.outcome("done", "LLM sampling result", "Ahoy")
			a.unsee(panel)

			// Roots: the server asks by itself, is answered from the settings, and is told of changes.
			a.click(tool("get-roots-list"))
			a.click(role("button", "More actions"))
			a.click(role("menuitem", "Roots…"))
			a.see(dialog)
			a.click(role("button", "Add root").in(dialog))
			a.fill(role("textbox", "URI of root 1"), "file:///tmp/ahoy")
			a.fill(role("textbox", "Name of root 1"), "Ahoy roots")
			a.shot("roots")
			a.click(role("button", "Save").in(dialog))
			a.says(dialog, "the server is told")
			a.press(escape)
			a.unsee(dialog)
			a.run("done", "file:///tmp/ahoy", "Ahoy roots")
		})
	}
}
