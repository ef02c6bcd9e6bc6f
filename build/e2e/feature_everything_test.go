//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// TestEverything speaks to server-everything over each transport.
func TestEverything(t *testing.T) {
	t.Run("stdio", func(t *testing.T) {
		a := start(t, options{})
		a.typeIn("node " + everything(t) + " stdio")
		a.see(text("Enter again starts it."))
		a.keys(box, enter)
		a.callEverything(t)
		a.find("Starting default", entry("stderr", "Starting default (STDIO) server..."))
	})
	t.Run("http", func(t *testing.T) {
		origin := everythingOver(t, "streamableHttp")
		a := start(t, options{})
		a.typeIn(origin + "/mcp")
		a.callEverything(t)
		a.find("across the wire", entry("HTTP", "POST", "200"))
	})
	t.Run("sse", func(t *testing.T) {
		origin := everythingOver(t, "sse")
		a := start(t, options{})
		a.typeIn(origin + "/sse")
		a.callEverything(t)
		a.find("across the wire", entry("SSE", "message"))
		a.find("text/event-stream", entry("HTTP", "GET", "/sse"))
	})
}

// callEverything calls a tool of each kind over a connection under way.
func (a *app) callEverything(t *testing.T) {
	t.Helper()
	a.connected()
	a.click(tool("echo"))
	a.fill(role("textbox", "message"), "across the wire")
	a.run("done", "Echo: across the wire")

	a.click(tool("get-structured-content"))
	a.choose(role("combobox", "location"), "Chicago")
	a.run("done", "temperature")
	a.click(role("tab", "Structured"))
	a.says(result, "temperature")
	a.shot("structured")

	a.click(tool("get-tiny-image"))
	a.run("done")
	a.wait("the image to be decoded", `[...document.querySelectorAll('section[aria-label="Result"] img')].some((i) => i.naturalWidth > 0)`)
	a.shot("image")

	a.click(tool("trigger-long-running-operation"))
	a.fill(role("textbox", "duration"), "600")
	a.fill(role("textbox", "steps"), "1200")
	a.click(button("Run"))
	a.wait("progress", `Number(byRole("progressbar", "Progress of the call")[0]?.ariaValueNow ?? -1) >= 0 && document.querySelector('section[aria-label="Result"]').innerText.includes("of 1200")`)
	a.shot("progress")
	a.click(role("button", "Cancel").in(result))
	a.outcome("cancelled")
	a.seeEntry(entry("to server", "notifications/cancelled"))
}

// TestSeveralServers has three connections at once, one of them failing.
func TestSeveralServers(t *testing.T) {
	a, p := start(t, options{}), newHTTPPeer(t)
	a.connect("Sample server")
	a.typeIn(p.url)
	a.connected()
	a.click(saved("Protected sample"))
	a.click(button("Connect"))
	a.says(role("heading", ""), "401 Unauthorized")

	a.see(target{"the states in the list", `byRole("button", "").filter((e) => e.closest("nav") && nameOf(e) === "Sample server, stdio, Connected")`})
	a.see(target{"the refused one", `byRole("button", "").filter((e) => e.closest("nav") && nameOf(e).startsWith("Protected sample, HTTP, Refused"))`})

	a.click(saved("Sample server"))
	a.click(tool("echo"))
	a.fill(role("textbox", "text"), "still here")
	a.run("done", "still here")

	own := a.names(entry(""))
	if strings.Contains(own, ", 401,") || strings.Contains(own, p.url) {
		t.Errorf("this connection's traffic holds that of others:\n%s", own)
	}
	a.click(role("button", "All"))
	a.seeEntry(entry("HTTP", "401"))
	a.seeEntry(entry("HTTP", p.url))
	a.see(role("columnheader", "Server"))
	a.shot("all")
	a.click(role("button", "This connection"))
	a.unsee(entry("HTTP", "401"))
}

// names are the accessible names of what a target finds.
func (a *app) names(t target) string {
	a.t.Helper()
	s, _ := a.js(fmt.Sprintf("return (%s).map(nameOf).join('\\n')", t.find)).(string)
	return s
}

// TestQuestions answers one question of the sample and declines another.
func TestQuestions(t *testing.T) {
	a := start(t, options{})
	a.connect("Sample server")
	a.click(tool("ask"))
	a.click(button("Run"))
	a.click(role("button", "Answer it"))
	a.says(panel, "What shall the sample server call you?")
	a.shot("asked")
	a.fill(role("textbox", "name").in(panel), "Ada")
	a.click(role("button", "Accept").in(panel))
	a.outcome("done", "Hello, Ada.")
	a.unsee(panel)

	a.click(button("Run"))
	a.click(role("button", "Answer it"))
	a.click(role("button", "Decline").in(panel))
	a.outcome("done", "You chose to decline.")
	a.unsee(panel)
	a.shot("declined")
}
