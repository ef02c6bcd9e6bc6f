//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestFailuresSayWhatToDo connects to servers that fail, each in its own way, and reads what the user is told.
func TestFailuresSayWhatToDo(t *testing.T) {
	tls := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(tls.Close)
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><title>Welcome</title><p>A web page, no server.")
	}))
	t.Cleanup(page.Close)
	hang := newHTTPPeer(t)
	hang.hang.Store(true)
	program, deaf := peerCommand(t, "deaf")
	_, early := peerCommand(t, "early")
	nobody := strings.Repeat("n", 64) + ".invalid" // no resolver is asked for a label of more than 63 letters
	short := map[string]any{"connect": 1000}
	stdio := func(name, command string, args ...string) map[string]any {
		return map[string]any{"name": name, "transport": "stdio", "url": "", "command": command, "args": args, "timeouts": short}
	}
	remote := func(name, url string) map[string]any {
		return map[string]any{"name": name, "url": url, "timeouts": short}
	}
	cases := []struct {
		server map[string]any
		says   []string
	}{
		{stdio("no program", "no-such-server-anywhere"), []string{"no-such-server-anywhere", "/usr/bin"}},
		{stdio("early end", program, early...), []string{"exited with status 3", "fatal: DATABASE_URL is not set"}},
		{stdio("killed", "sh", "-c", "echo going >&2; kill -9 $$"), []string{"signal 9 (killed)", "going"}},
		{stdio("junk", "sh", "-c", "echo 'Server ready'; exec cat >/dev/null"), []string{"Server ready"}},
		{stdio("deaf", program, deaf...), []string{"longer than 1s", "waiting for: initialize"}},
		{remote("no host", "http://"+nobody+"/mcp"), []string{nobody + " could not be resolved"}},
		{remote("nobody", "http://127.0.0.1:"+freePort(t)+"/mcp"), []string{"refused"}},
		{remote("unknown certificate", tls.URL+"/mcp"), []string{"not trusted", "fingerprint"}},
		{remote("TLS asked of HTTP", "https://"+page.URL[len("http://"):]+"/mcp"), []string{"answered an HTTPS request with plain HTTP"}},
		{remote("a page", page.URL+"/mcp"), []string{"looks like a web page", "A web page, no server."}},
		{remote("not found", statusPeer(t, http.StatusNotFound, "nothing at this path")), []string{"404", "nothing at this path"}},
		{remote("broken", statusPeer(t, http.StatusInternalServerError, "the database is gone")), []string{"500", "the database is gone"}},
		{remote("busy", statusPeer(t, http.StatusServiceUnavailable, "come back later")), []string{"503", "come back later"}},
		{remote("forbidden", statusPeer(t, http.StatusForbidden, "not from here")), []string{"403", "not from here"}},
		{remote("hang", hang.url), []string{"longer than 1s", "waiting for: probe server/discover"}},
	}
	a := start(t, options{})
	for _, c := range cases {
		name, _ := c.server["name"].(string)
		a.save(c.server)
		a.click(saved(name))
		a.click(button("Connect"))
		if c.server["transport"] == "stdio" {
			a.click(button("Start"))
		}
		a.wait("a failure of "+name, `[...document.querySelectorAll("main button")].some((b) => ["Try again", "Restart"].includes(nameOf(b)))`)
		a.shot(strings.ReplaceAll(name, " ", "-"))
		a.says(mainish, c.says...)
	}
}

// TestCancelAtAnyMoment cancels connects after ever longer times, and then connects.
func TestCancelAtAnyMoment(t *testing.T) {
	p := newHTTPPeer(t)
	a := start(t, options{})
	program, args := peerCommand(t, "good")
	a.save(map[string]any{"name": "Child", "transport": "stdio", "url": "", "command": program, "args": args}, map[string]any{"name": "Remote", "url": p.url})
	a.click(saved("Child"))
	a.click(button("Connect"))
	a.click(button("Start"))
	a.connected()
	a.click(button("Disconnect"))
	for _, name := range []string{"Child", "Remote"} {
		a.click(saved(name))
		a.see(role("button", "Connect").nth(0))
		id, _ := a.js(`return document.querySelector("nav li.selected").dataset.server`).(string)
		for wait := 0; wait < 120; wait += 7 {
			a.await(fmt.Sprintf(`(async () => {
				window.go.app.Connections.Connect(%[1]s).catch(() => {});
				await new Promise((done) => setTimeout(done, %[2]d));
				await window.go.app.Connections.Disconnect(%[1]s);
			})()`, literal(id), wait))
		}
		a.see(role("button", "Connect").nth(0))
		a.click(button("Connect"))
		a.connected()
		a.see(tool("say"))
	}
	for range 3 {
		a.click(button("Reconnect"))
		a.connected()
	}
	a.says(role("grid", "Traffic"), "restarted Remote")
	a.shot("reconnected")
}
