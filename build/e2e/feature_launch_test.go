//go:build e2e

package e2e

import (
	"os"
	"strings"
	"testing"
)

// TestChangedCommandAsksAgain says what changed since the command was allowed, whoever changed it.
func TestChangedCommandAsksAgain(t *testing.T) {
	a := start(t, options{})
	program, args := peerCommand(t, "good")
	a.save(map[string]any{"name": "Mine", "transport": "stdio", "url": "", "command": program, "args": args})
	a.click(saved("Mine"))
	a.click(button("Connect"))
	a.says(mainish, "Start this program?", "You have not allowed this command before.")
	a.click(button("Cancel"))
	a.see(role("button", "Connect").nth(0))
	a.click(button("Connect"))
	a.click(button("Start"))
	a.connected()
	a.click(button("Disconnect"))
	a.click(button("Connect"))
	a.connected() // allowed once
	a.click(button("Disconnect"))

	b, err := os.ReadFile(a.profilesFile())
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(b), `"good"`, `"good", "--verbose", ""`, 1)
	if err := os.WriteFile(a.profilesFile(), []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	a.says(mainish, "--verbose")
	a.click(button("Connect"))
	a.see(text("Start this program?"))
	a.says(mainish, "Changed since you last allowed it: the arguments.")
	a.says(css("main ins").nth(0), "--verbose")
	a.says(css("main ins").nth(1), "(empty)")
	a.shot("changed")
	a.click(button("Start"))
	a.connected()
}

// TestSecretsInACommandLine are seen while they are typed.
func TestSecretsInACommandLine(t *testing.T) {
	const secret = "ghp_0123456789abcdefghijABCDEFGHIJ456789"
	a := start(t, options{})
	a.record()
	program, args := peerCommand(t, "good")
	a.press("n", ctrlKey)
	a.see(dialog)
	a.fill(role("textbox", "Name").in(dialog), "With a token")
	a.fill(role("textbox", "Command").in(dialog), program)
	for _, arg := range append(args, "--token", secret) {
		a.click(role("button", "Add argument").in(dialog))
		a.fill(css(`[role="dialog"] ol li:last-child input`).nth(0), arg)
	}
	a.says(dialog, "Keep the secret in the keychain", "${secret:")
	a.shot("suspect")
	a.click(role("button", "Save and connect").in(dialog))
	a.see(text("Start this program?"))
	a.says(mainish, "${secret:token}")
	a.shot("launch")
	a.click(button("Start"))
	a.connected()
	a.shot("connected")
	a.mustNotShow(secret)
	a.quit()
	a.mustNotHold(secret)
}
