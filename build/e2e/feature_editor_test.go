//go:build e2e

package e2e

import (
	"encoding/json"
	"testing"
)

// TestEditorKeepsAHeaderSecret adds an HTTP server with a secret header: it is sent, and in no file.
func TestEditorKeepsAHeaderSecret(t *testing.T) {
	const secret = "hdr-9c1f4e7a-value-to-hide"
	p := newHTTPPeer(t)
	a := start(t, options{})
	a.record()
	a.press("n", ctrlKey)
	a.see(dialog)
	a.fill(role("textbox", "Name").in(dialog), "With a header")
	a.choose(role("combobox", "Transport").in(dialog), "Streamable HTTP")
	a.fill(role("textbox", "URL").in(dialog), p.url)
	a.click(role("button", "Add header").in(dialog))
	a.fill(role("textbox", "Name of header 1").in(dialog), "Authorization")
	a.fill(role("textbox", "Value of Authorization").in(dialog), "Bearer "+secret)
	a.wait("the header to be marked secret", `byRole("button", "Authorization is a secret")[0]?.ariaPressed === "true"`)
	a.shot("filled")
	a.click(role("button", "Save and connect").in(dialog))
	a.connected()
	if got := p.seen.Load().Get("Authorization"); got != "Bearer "+secret {
		t.Errorf("the server got Authorization %q", got)
	}
	a.openEntry(entry("HTTP", "POST").last())
	a.click(role("tab", "HTTP"))
	a.says(role("table", "Request headers"), "Bearer ‹")
	a.shot("masked")
	a.click(role("tab", "Raw"))
	a.see(role("tabpanel", "Raw"))
	a.mustHaveHeard("Callback", "EventsNotify", "/api/", "With a header", "Bearer ‹")
	a.mustNotShow(secret)

	a.click(role("button", "More actions").in(mainish))
	a.click(item("Edit…"))
	a.says(dialog, "in the keychain")
	a.mustNotShow(secret)
	a.shot("kept")
	a.press(escape)
	a.unsee(dialog)

	a.restart()
	p.seen.Store(nil)
	a.connect("With a header")
	if got := p.seen.Load().Get("Authorization"); got != "Bearer "+secret {
		t.Errorf("after a restart the server got Authorization %q", got)
	}
	a.quit()
	a.mustNotHold(secret)
}

// TestEditorAddsAnSSEServer speaks the older transport.
func TestEditorAddsAnSSEServer(t *testing.T) {
	a := start(t, options{})
	a.click(role("button", "Add, import, export"))
	a.click(item("Add server…"))
	a.fill(role("textbox", "Name").in(dialog), "Old transport")
	a.choose(role("combobox", "Transport").in(dialog), "HTTP+SSE (2024-11-05)")
	a.fill(role("textbox", "URL").in(dialog), ssePeer(t))
	a.click(role("button", "Save").in(dialog))
	a.unsee(dialog)
	a.connect("Old transport")
	a.click(tool("say"))
	a.fill(role("textbox", "words"), "over the stream")
	a.run("done", "said: over the stream")
	a.find("endpoint", entry("SSE", "endpoint"))
	a.shot("called")
}

// TestImportKeepsATokenSecret pastes another client's file.
func TestImportKeepsATokenSecret(t *testing.T) {
	const secret = "imp-5d20b8c3-value-to-hide"
	a := start(t, options{})
	a.record()
	program, args := peerCommand(t, "good")
	file, err := json.MarshalIndent(map[string]any{"mcpServers": map[string]any{"peer": map[string]any{
		"command": program, "args": args, "env": map[string]string{"API_TOKEN": secret, "REGION": "north"},
	}}}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	a.click(role("button", "Add, import, export"))
	a.click(item("Import…"))
	a.fill(role("textbox", "JSON").in(dialog), string(file))
	found := role("table", "Values of peer")
	a.says(found, "API_TOKEN")
	a.wait("the token to be marked, the region not", `[...document.querySelectorAll('table[aria-label="Values of peer"] tbody tr')]
		.every((r) => (r.querySelector('[role="checkbox"]')?.ariaChecked ?? String(r.querySelector("input").checked)) === String(r.innerText.includes("API_TOKEN")))`)
	if s := a.textOf(found); len(s) == 0 {
		t.Error("the table is empty")
	}
	a.shot("preview")
	a.click(role("button", "Import 1 server").in(dialog))
	a.unsee(dialog)
	a.click(button("Connect"))
	a.see(text("Start this program?"))
	a.shot("confirm")
	a.click(button("Start"))
	a.connected()
	a.click(tool("fingerprint"))
	a.fill(role("textbox", "name"), "API_TOKEN")
	a.run("done", fingerprint(secret))
	a.openEntry(entry("from server", "response", "tools/call"))
	a.mustHaveHeard("API_TOKEN", "north", fingerprint(secret))
	a.mustNotShow(secret)

	a.click(role("button", "More actions").in(mainish))
	a.click(item("Export…"))
	a.says(dialog, "${input:")
	a.mustNotShow(secret)
	a.shot("export")
	a.press(escape)
	a.unsee(dialog)
	a.quit()
	a.mustNotHold(secret)
}
