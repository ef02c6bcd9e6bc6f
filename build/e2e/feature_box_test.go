//go:build e2e

package e2e

import (
	"fmt"
	"testing"
)

// TestBoxTakesAURL connects to what was typed, and keeps it.
func TestBoxTakesAURL(t *testing.T) {
	p := newHTTPPeer(t)
	a := start(t, options{})
	a.typeIn(p.url)
	a.connected()
	a.click(tool("say"))
	a.fill(role("textbox", "words"), "hello there")
	a.run("done", "said: hello there")

	a.seeEntry(entry("from server", "response", "tools/call", "ok"))
	a.openEntry(entry("HTTP", "POST").last())
	a.click(role("tab", "HTTP"))
	sent := a.textOf(role("table", "Request headers"))
	contains(t, "the request headers", sent, "Content-Type", "application/json", "Accept", "Mcp-Method", "tools/call", "Mcp-Protocol-Version", "2026-07-28")
	seen := *p.seen.Load()
	for _, name := range []string{"Mcp-Method", "Mcp-Name", "Mcp-Protocol-Version", "User-Agent", "Accept"} {
		contains(t, "the request headers", sent, name, seen.Get(name))
	}
	a.says(role("table", "Response headers"), "Content-Type", "application/json")
	a.shot("exchange")

	a.see(text("Not saved"))
	a.click(role("button", "Save server"))
	a.unsee(text("Not saved"))
	a.restart()
	a.see(entryOfRail("127.0.0.1"))
}

// entryOfRail is a saved server whose name begins so.
func entryOfRail(prefix string) target {
	return target{"a server called " + prefix + "…", fmt.Sprintf("byRole('button', '').filter((e) => e.closest('nav') && nameOf(e).startsWith(%s) && nameOf(e).includes(', '))", literal(prefix))}
}

// TestBoxTakesACommand shows the program and its arguments at the first Enter and starts it at the second.
func TestBoxTakesACommand(t *testing.T) {
	a := start(t, options{})
	a.typeIn("node " + everything(t) + " stdio")
	a.see(text("Enter again starts it."))
	note := a.textOf(css("nav [role=status]").nth(0))
	contains(t, "the note", note, "/node", everything(t), "stdio")
	if n := a.count(role("button", "Disconnect")); n != 0 {
		t.Error("the first Enter started it")
	}
	a.shot("shown")
	a.keys(box, enter)
	a.connected()
	a.see(tool("echo"))
	a.shot("started")
}

// TestBoxSaysWhatItCannotRead keeps what was typed.
func TestBoxSaysWhatItCannotRead(t *testing.T) {
	a := start(t, options{})
	a.typeIn(`server "unfinished`)
	a.see(css("nav input[aria-invalid=true]"))
	a.shot("quote")
}
