//go:build e2e

package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// startTyped types a command line and presses Enter twice.
func (a *app) startTyped(line string) {
	a.t.Helper()
	a.typeIn(line)
	a.see(text("Enter again starts it."))
	a.keys(box, enter)
}

// responsive fails the test when the page or the bridge takes long for next to nothing.
func (a *app) responsive(t *testing.T) {
	t.Helper()
	began := time.Now()
	a.await("window.go.app.Servers.List()")
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the bridge answered after %v", took)
	}
}

func TestCrashOfTheChild(t *testing.T) {
	a := start(t, options{})
	a.startTyped(peerLine(t, "good"))
	a.connected()
	a.click(tool("crash"))
	a.click(button("Run"))
	a.see(text("the disk is on fire"))
	a.says(mainish, "exited with status 7", "panic: the disk is on fire")
	a.seeEntry(entry("exited with status 7"))
	a.shot("crashed")
	a.seeEntry(entry("stderr", "panic: the disk is on fire"))
	a.responsive(t)
	a.click(button("Connect"))
	a.connected()
	a.see(tool("say"))
}

func TestChildThatEndsAtOnce(t *testing.T) {
	a := start(t, options{})
	a.startTyped(peerLine(t, "early"))
	a.see(role("button", "Restart"))
	a.says(mainish, "3", "fatal: DATABASE_URL is not set")
	a.shot("ended")
}

// TestJunkOnStandardOutput quotes the line, whether the server works all the same or not.
func TestJunkOnStandardOutput(t *testing.T) {
	t.Run("and serves", func(t *testing.T) {
		a := start(t, options{})
		a.startTyped(peerLine(t, "chatty"))
		a.connected()
		a.openEntry(entry("invalid", `Not a JSON-RPC message: "Listening for messages on standard input"`))
		a.says(mainish, "Listening for messages on standard input") // the strip above the tabs
		a.says(css(`section[aria-label^="Entry #"]`), "Withheld from the protocol engine")
		a.shot("quoted")
	})
	t.Run("and nothing else", func(t *testing.T) {
		a := start(t, options{})
		a.startTyped("echo Server ready on port 3000")
		a.see(role("button", "Restart"))
		a.says(mainish, "Server ready on port 3000")
		a.shot("failed")
	})
}

func TestCommandNotFound(t *testing.T) {
	a := start(t, options{})
	a.typeIn("no-such-server --flag")
	a.says(css("nav [role=status]").nth(0), "no-such-server")
	a.shot("box")
	a.keys(box, enter)
	a.see(role("button", "Try again"))
	a.says(mainish, "no-such-server", "/usr/bin", "/bin")
	a.shot("window")
}

func TestConnectionRefused(t *testing.T) {
	a := start(t, options{})
	port := freePort(t)
	a.typeIn("http://127.0.0.1:" + port + "/mcp")
	a.see(role("button", "Try again"))
	a.says(mainish, "refused", "127.0.0.1:"+port)
	a.shot("window")
}

// TestRefusalOnALiveConnection is a banner, and the connection stays.
func TestRefusalOnALiveConnection(t *testing.T) {
	p := newHTTPPeer(t)
	a := start(t, options{})
	a.typeIn(p.url)
	a.connected()
	a.click(tool("say"))
	a.fill(role("textbox", "words"), "let me in")
	p.refuse.Store(http.StatusUnauthorized)
	a.run("failed")
	a.says(role("alert", ""), "A request was refused: 401 Unauthorized.")
	a.shot("banner")
	a.click(role("button", "Explain"))
	a.says(dialog, "insufficient_scope", "files:write", "RFC 6750", "resource_metadata")
	a.shot("explained")
	a.press(escape)
	a.unsee(dialog)

	p.refuse.Store(http.StatusForbidden)
	a.run("failed")
	a.says(role("alert", ""), "A request was refused: 403 Forbidden.")
	p.refuse.Store(0)
	a.run("done", "said: let me in")
	a.see(role("button", "Disconnect"))
}

func TestForbidden(t *testing.T) {
	a := start(t, options{})
	a.typeIn(statusPeer(t, http.StatusForbidden, "not from this network"))
	a.says(role("heading", ""), "403 Forbidden")
	a.says(mainish, "not from this network", "WWW-Authenticate")
	a.shot("window")
}

// TestHang cancels a connect that nobody answers, over both kinds of transport, and a call.
func TestHang(t *testing.T) {
	p := newHTTPPeer(t)
	a := start(t, options{})
	p.hang.Store(true)
	a.typeIn(p.url)
	a.cancelConnect(t)
	a.startTyped(peerLine(t, "deaf"))
	a.cancelConnect(t)

	a.startTyped(peerLine(t, "good"))
	a.connected()
	a.click(tool("stall"))
	a.click(button("Run"))
	a.see(role("button", "Cancel").in(result))
	a.responsive(t)
	a.click(role("button", "Cancel").in(result))
	a.outcome("cancelled")
}

func (a *app) cancelConnect(t *testing.T) {
	t.Helper()
	a.see(css(`section[aria-label="Connecting"]`))
	a.responsive(t)
	a.shot("connecting")
	began := time.Now()
	a.click(button("Cancel"))
	a.see(role("button", "Connect"))
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("cancelled after %v", took)
	}
}

// TestBadProfileFile shows what is wrong with the file and leaves it alone.
func TestBadProfileFile(t *testing.T) {
	home := tempHome(t)
	name := filepath.Join(home, "sightglass", "profiles.json")
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	bad := "{\"version\": 1, \"profiles\": [\n  {\"name\": \"mine\",,}\n]}\n"
	if err := os.WriteFile(name, []byte(bad), 0o600); err != nil {
		t.Fatal(err)
	}
	a := start(t, options{home: home})
	a.says(role("alert", ""), "The file of saved servers cannot be read")
	a.says(role("alert", "").nth(0), "profiles.json:2:", "invalid character ','", "nothing is saved")
	a.shot("message")
	p := newHTTPPeer(t)
	a.typeIn(p.url)
	a.connected()
	a.click(role("button", "Save server"))
	a.responsive(t)
	a.quit()
	got, err := os.ReadFile(name)
	if err != nil || string(got) != bad {
		t.Errorf("the file is now %q, %v", got, err)
	}
}
