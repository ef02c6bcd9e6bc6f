//go:build e2e

package e2e

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/sightglass-dev/sightglass/app/peers"
)

// foldNamed is the line that opens a fold in the main area.
func foldNamed(title string) target {
	return target{"fold " + title, fmt.Sprintf(`shown([...document.querySelectorAll("main summary")]).filter((e) => e.querySelector(".title")?.textContent === %s)`, literal(title))}
}

// modernServer saves a scripted server of 2026-07-28 and connects it: its lists page by page, sampling not declared.
func (a *app) modernServer(ttl int) *peers.Modern {
	a.t.Helper()
	peer := peers.NewModern(ttl)
	s := httptest.NewServer(peer)
	a.t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	a.save(map[string]any{"name": "Modern peer", "url": s.URL, "protocol": map[string]any{"trace": true, "paged": true, "off": []string{"sampling"}}})
	a.connect("Modern peer")
	a.see(tool("ask"))
	return peer
}

// TestModern drives what the modern era has: pages, hints, rounds by hand, what a call declares, mirrored headers, an
// excluded tool, streams; light and dark, small and large.
func TestModern(t *testing.T) {
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(name, func(t *testing.T) {
			a := start(t, options{dark: dark})
			peer := a.modernServer(600_000)
			a.pages()
			a.declareForOneCall()
			a.roundsByHand()
			a.rawExtras()
			a.mirrored()
			a.streams(peer)
			a.protocolEditor()
		})
	}
}

func (a *app) pages() {
	pages := role("group", "Pages")
	a.says(pages, "1 page read", "the empty string")
	a.says(css(`section[aria-label="List of tools"]`), "fresh")
	a.both("pages")
	a.click(role("button", "Next page").in(pages))
	a.see(tool("needs"))
	a.says(pages, "2 pages read", "three é")
	a.click(role("button", "Next page").in(pages))
	a.unsee(pages)
	a.says(css(`section[aria-label="List of tools"]`), "broken", "excluded")
	a.both("excluded")
}

func (a *app) declareForOneCall() {
	a.click(tool("needs"))
	a.run("failed", "sampling is needed")
	a.says(css(`section[aria-label="How to mend it"]`), "sampling", "switched off")
	a.both("required")
	a.js(`document.querySelector('section[aria-label="Result"]').dataset.runState = "of the run before"`)
	a.click(role("button", "Declare it for this call and run again"))
	a.outcome("done", "declared:", "capabilities")
	a.both("declared")
	a.click(tool("old"))
	a.run("failed", "too new")
	a.says(css(`section[aria-label="How to mend it"]`), "The server speaks 2026-07-28, 2025-11-25", "This connection speaks 2026-07-28, but the request asked for 2099-01-01")
	a.see(role("button", "Connect with 2025-11-25"))
	a.both("version")
}

func (a *app) roundsByHand() {
	a.click(tool("ask"))
	a.click(foldNamed("More for this call"))
	a.click(role("checkbox", "Stop at each round of questions and send it by hand"))
	a.both("more")
	a.click(button("Run"))
	a.see(role("heading", "Round 1: 1 question"))
	a.fill(role("textbox", "answer").in(css(`section[aria-label="Input request name"]`)), "Ada é")
	a.both("hand")
	a.click(role("button", "Send the round"))
	a.see(role("heading", "Round 2: 1 question"))
	a.js(`document.querySelector('section[aria-label="Result"]').dataset.runState = "of the run before"`)
	a.click(role("button", "Send the round"))
	a.outcome("done", "the state is the same", "rounds by hand")
	rounds := css(`section[aria-label="Rounds of this call"]`)
	a.says(rounds, "Call", "Retry 1", "Retry 2", "by hand", "elicitation/create")
	a.both("rounds")
	a.click(role("button", "Show this round in the traffic").in(rounds).nth(1))
	a.see(detail)
	a.press(escape)

	// Automatically: the questions come one after the other, and the rounds are listed as well.
	a.click(role("checkbox", "Stop at each round of questions and send it by hand"))
	a.click(foldNamed("More for this call"))
}

// rawExtras gives a request written by hand what a call has of its own.
func (a *app) rawExtras() {
	a.rawRequest("tools/call")
	a.write("Params", `{"name":"ask","arguments":{}}`)
	a.click(foldNamed("More for this call"))
	a.enter(role("textbox", "_meta"), `{"com.example/tenant":"north"}`)
	a.click(role("checkbox", "Stop at each round of questions and send it by hand"))
	a.both("raw-more")
	a.click(button("Send"))
	a.see(role("heading", "Round 1: 1 question"))
	a.both("raw-hand")
	for round := range 2 {
		a.see(role("heading", fmt.Sprintf("Round %d: 1 question", round+1)))
		a.click(role("button", "Send the round"))
	}
	a.says(rawAnswer, "the state is the same")
	a.both("raw-answered")
	a.click(tabbed("Tools"))
}

func (a *app) mirrored() {
	a.click(tool("mirrored"))
	a.fill(role("textbox", "city"), "Köln")
	a.click(foldNamed("Mirrored headers"))
	a.says(css(`section[aria-label="Tool mirrored"]`), "Mcp-Param-City", "=?base64?S8O2bG4=?=", "decoded")
	a.both("mirrored")
	a.run("done", "Köln")
	a.click(tool("broken"))
	a.says(css(`section[aria-label="Tool broken"]`), "Excluded: clients must not offer this tool")
	a.js(`const e = document.querySelector('section[aria-label="Result"]'); if (e) e.dataset.runState = "of the run before"`)
	a.click(button("Send anyway"))
	a.outcome("done", "broken")
}

func (a *app) streams(peer *peers.Modern) {
	a.click(tabbed("Streams"))
	a.see(text("Nothing is listened for."))
	a.click(role("checkbox", "Listen for changes of the lists that the server declares to change"))
	own := css(`article[aria-label="This connection’s own"]`)
	a.says(own, "Open", "changes of the tools", "not taken")
	a.click(role("checkbox", "Changes of the tools"))
	a.fill(role("textbox", "Updates of resources"), "test://note")
	a.click(role("button", "Open stream"))
	one := css(`article[aria-label="Stream 1"]`)
	a.says(one, "Open", "test://note", "nothing came")
	peer.Tell("notifications/tools/list_changed", "")
	a.says(one, "1 message")
	a.says(css(`section[aria-label="Messages of no stream"]`), "nobody")
	a.both("streams")
	peer.Cut()
	a.says(one, "opened 2 times")
	a.click(role("button", "Close").in(one))
	a.unsee(one)
	a.click(tabbed("Tools"))
	a.says(css(`section[aria-label="List of tools"]`), "stale: changed", "The server says the list has changed.")
}

func (a *app) protocolEditor() {
	a.click(role("button", "More actions").in(mainish))
	a.click(item("Edit…"))
	a.see(dialog)
	a.unfold("Protocol")
	a.both("protocol")
	a.js(`document.querySelector('[role="dialog"] .limits').scrollIntoView({ block: "end" })`)
	a.both("protocol-end")
	a.enter(role("textbox", "Rounds").in(dialog), "x")
	a.click(role("button", "Save").in(dialog))
	a.see(text("A number from 1 to 1,000,000, or nothing."))
	a.enter(role("textbox", "Rounds").in(dialog), "7")
	a.click(role("button", "Save").in(dialog))
	a.unsee(dialog)
}

// TestStaleByTime sees a hint run out while the list is looked at.
func TestStaleByTime(t *testing.T) {
	a := start(t, options{})
	a.modernServer(3000)
	list := css(`section[aria-label="List of tools"]`)
	a.says(list, "fresh")
	a.says(list, "stale")
}
