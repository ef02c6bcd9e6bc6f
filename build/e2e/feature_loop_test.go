//go:build e2e

package e2e

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/mark3labs/mcp-go/server"

	"github.com/sightglass-dev/sightglass/app/demo"
)

// TestRawRequest sends a request that no view stands for.
func TestRawRequest(t *testing.T) {
	a := start(t, options{})
	a.connect("Sample server")
	a.click(role("tab", "Raw request"))
	a.fill(css(`section[aria-label="Request"] input[role="combobox"]`), "resources/list")
	a.click(button("Send"))
	answer := css(`section[aria-label="Answer"]`)
	a.says(answer, "sample://report.md")
	a.shot("answered")
	a.fill(css(`section[aria-label="Request"] input[role="combobox"]`), "no/such")
	a.click(button("Send"))
	a.says(answer, "-32601")
	a.shot("error")
}

// TestTrustACertificate connects to a self-signed server once its fingerprint was accepted.
func TestTrustACertificate(t *testing.T) {
	srv := httptest.NewTLSServer(server.NewStreamableHTTPServer(demo.New()))
	t.Cleanup(srv.Close)
	a := start(t, options{})
	a.typeIn(srv.URL + "/mcp")
	a.see(text("is not trusted"))
	a.shot("shown")
	a.click(button("Trust this certificate for this server"))
	a.connected()
	a.see(tool("echo"))
}

// TestRestartWhenAFileChanges sets the file in the editor and writes to it.
func TestRestartWhenAFileChanges(t *testing.T) {
	file := filepath.Join(t.TempDir(), "server.js")
	if err := os.WriteFile(file, []byte("1"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := start(t, options{})
	a.startTyped(peerLine(t, "good"))
	a.connected()
	a.click(button("Disconnect"))
	a.click(button("Edit"))
	a.fill(role("textbox", "Restart when this file changes"), file)
	a.click(button("Save").in(dialog))
	a.click(button("Connect"))
	a.connected()
	a.seeEntry(entry("restarts when"))
	if err := os.WriteFile(file, []byte("2"), 0o600); err != nil {
		t.Fatal(err)
	}
	a.says(role("grid", "Traffic"), "restarted")
	a.connected()
	a.shot("restarted")
}
