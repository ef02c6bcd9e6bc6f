//go:build e2e

package e2e

import "testing"

// TestCredentialInASavedCall writes a call with a credential: it is told before anything is saved, becomes a secret
// variable by a press, and no file holds it. The call sends it all the same.
func TestCredentialInASavedCall(t *testing.T) {
	const secret = "sk-live-0123456789abcdef"
	a := start(t, options{})
	a.connect("Sample server")
	a.loadAxe()
	a.click(tabbed("Saved calls"))
	a.click(button("Files"))
	a.click(role("menuitem", "New…"))
	a.fill(role("textbox", "Name"), "Keys")
	a.press(enter)
	a.click(button("Add a call").nth(0))
	a.fill(role("textbox", "Name"), "with a key")
	a.writeIn("Call", "Params", `{"name": "echo", "arguments": {"text": "`+secret+`"}}`)
	a.click(button("Save"))
	strip := css(`[aria-label="Credentials in the file"]`)
	a.says(strip, "1 value looks like a credential", "Nothing is saved yet", "call 1 (with a key), params, text")
	a.accessible("a credential")
	a.both("told")
	a.mustNotHold(secret)
	a.click(button("Make secret variables of them").in(strip))
	a.unsee(strip)
	a.says(css(`section[aria-label="Call"]`), "{{text}}")
	a.mustNotHold(secret)
	a.click(button("Run all"))
	a.says(css(`section[aria-label="Results"]`), "Keys: 1 passed")
	a.mustNotHold(secret)
}
