//go:build e2e

package e2e

import "testing"

// noKeychain is a session without D-Bus: there is no secret service to ask.
var noKeychain = []string{"DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/bus"}

// TestWithoutAKeychain keeps a secret for the run and asks for it again after a restart.
func TestWithoutAKeychain(t *testing.T) {
	const secret = "run-6b0d3f92-value-to-hide"
	p := newHTTPPeer(t)
	a := start(t, options{env: noKeychain})
	a.record()
	a.says(css("nav"), "No keychain: secrets last for this run")
	a.press("n", ctrlKey)
	a.see(dialog)
	a.fill(role("textbox", "Name").in(dialog), "Guarded")
	a.choose(role("combobox", "Transport").in(dialog), "Streamable HTTP")
	a.fill(role("textbox", "URL").in(dialog), p.url)
	a.click(role("button", "Add header").in(dialog))
	a.fill(role("textbox", "Name of header 1").in(dialog), "X-Api-Key")
	a.fill(role("textbox", "Value of X-Api-Key").in(dialog), secret)
	a.says(dialog, "No keychain")
	a.shot("editor")
	a.click(role("button", "Save and connect").in(dialog))
	a.connected()
	if got := p.seen.Load().Get("X-Api-Key"); got != secret {
		t.Errorf("the server got X-Api-Key %q", got)
	}
	a.keys(saved("Guarded"), f2)
	a.says(dialog, "for this run only")
	a.shot("kept")
	a.press(escape)
	a.unsee(dialog)
	a.click(button("Reconnect"))
	a.connected()

	a.restart()
	p.seen.Store(nil)
	a.click(saved("Guarded"))
	a.click(button("Connect"))
	a.says(mainish, "A value is missing", "No keychain")
	a.shot("asked")
	if p.seen.Load() != nil {
		t.Error("it connected without the secret")
	}
	a.focusIs("Header X-Api-Key")
	a.press(secret)
	a.shot("given")
	a.press(enter)
	a.connected()
	if got := p.seen.Load().Get("X-Api-Key"); got != secret {
		t.Errorf("after the question the server got X-Api-Key %q", got)
	}
	a.quit()
	a.mustNotHold(secret)
}
