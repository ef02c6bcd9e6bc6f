//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/mark3labs/mcp-go/server"
)

// hopPeer is a Streamable HTTP server that sends each call on to another path, sets cookies there, and answers a call
// that says "twice" with a result that stands twice.
func hopPeer(t *testing.T) string {
	t.Helper()
	inner := server.NewStreamableHTTPServer(peerServer("hop peer"))
	mux := http.NewServeMux()
	mux.HandleFunc("/mcp", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && isCall(r) {
			http.Redirect(w, r, "/elsewhere/mcp", http.StatusTemporaryRedirect)
			return
		}
		inner.ServeHTTP(w, r)
	})
	mux.HandleFunc("/elsewhere/mcp", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "visit", Value: hopSecrets[0], Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
		w.Header().Set("X-Request-Id", "req-1234")
		body, _ := io.ReadAll(r.Body)
		var m struct{ ID json.RawMessage }
		if json.Unmarshal(body, &m) == nil && bytes.Contains(body, []byte(`"twice"`)) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":{},"result":{"content":[{"type":"text","text":"{\"deep\":[1,{\"inner\":\"here\"}]}"}]}}`, m.ID)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		inner.ServeHTTP(w, r)
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	return srv.URL + "/mcp"
}

// hopSecrets are the values of the cookies: set by the server, sent to it.
var hopSecrets = []string{"c00kie-of-the-server", "c00kie-of-the-user"}

// TestDetailOfAnExchange reads all there is of a call that was redirected: chain, cookies, headers explained, phases,
// bytes, findings; then the same of the stored capture after a restart.
func TestDetailOfAnExchange(t *testing.T) {
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(name, func(t *testing.T) {
			a := start(t, options{dark: dark})
			a.save(map[string]any{"name": "Hops", "url": hopPeer(t), "headers": []any{map[string]any{"name": "Cookie", "value": "session=" + hopSecrets[1]}}})
			a.connect("Hops")
			a.click(tool("say"))
			a.fill(role("textbox", "words"), "twice")
			a.run("done", "inner")
			a.loadAxe()
			a.press("j", ctrlKey, shiftKey)
			a.exchangeDetail()
			a.messageDetail()
			a.mustNotShow(hopSecrets...)

			a.press("j", ctrlKey, shiftKey)
			a.click(button("Disconnect"))
			a.see(button("Connect"))
			a.restart()
			a.loadAxe()
			a.click(saved("Hops"))
			a.click(button("Earlier…"))
			a.click(css(`[role="dialog"] li .open`).nth(0))
			a.unsee(dialog)
			a.exchangeDetail()
			a.messageDetail()
			a.mustNotKeep(hopSecrets[0])
			a.mustNotShow(hopSecrets...)
		})
	}
}

// TestDetailOverOtherTransports reads an answer that came on the stream of HTTP+SSE, and one over stdio beside a line
// that is no message.
func TestDetailOverOtherTransports(t *testing.T) {
	said := func(a *app) {
		a.t.Helper()
		a.connected()
		a.click(tool("say"))
		a.fill(role("textbox", "words"), "hello")
		a.run("done", "said: hello")
		a.loadAxe()
		a.press("j", ctrlKey, shiftKey)
		a.openEntry(entry("from server", "response", "tools/call", "say").last())
		a.click(role("tab", "Message").in(detail))
		a.says(role("tree", "Message").in(detail), `"said: hello"`)
		a.click(role("tab", "Same call").in(detail))
	}
	t.Run("sse", func(t *testing.T) {
		a := start(t, options{dark: true})
		a.typeIn(ssePeer(t))
		said(a)
		a.says(role("list", "The same call"), "HTTP", "POST", "202", "SSE event", "response")
		a.click(role("tab", "HTTP").in(detail))
		a.says(detail, "GET", "/sse", "The body is a stream of events: each is an entry of its own.")
		a.accessible("a stream")
		a.both("stream")
		a.click(role("tab", "Timing").in(detail))
		a.says(detail, "Remote address", "127.0.0.1", "Protocol", "HTTP/1.1")
	})
	t.Run("stdio", func(t *testing.T) {
		a := start(t, options{})
		a.startTyped(peerLine(t, "chatty"))
		said(a)
		a.says(role("list", "The same call"), "request", "response")
		a.openEntry(entry("not valid"))
		a.says(detail, "Withheld from the protocol engine", "It is not JSON", "(MCP, Transports: stdio).", "Listening for messages on standard input")
		a.accessible("no message")
		a.both("no message")
	})
}

// exchangeDetail looks at the exchange to which the call was redirected, and at the one before it.
func (a *app) exchangeDetail() {
	a.t.Helper()
	a.openEntry(entry("HTTP", "POST", "/elsewhere/mcp").last())
	a.click(role("tab", "HTTP").in(detail))
	chain := css(`section[aria-label^="Entry #"] nav[aria-label="Redirects"]`)
	a.says(chain, "307 /mcp", "200 /elsewhere/mcp")
	cookies := role("table", "Cookies").in(detail)
	a.says(cookies, "session", "sent")
	a.says(cookies, "visit", "set, Path=/, HttpOnly, SameSite=Lax")
	answer := role("table", "Response headers").in(detail)
	a.says(answer, "X-Request-Id", "req-1234")
	a.click(role("button", "X-Request-Id").in(answer))
	a.says(answer, "Id of this request in the server’s logs")
	a.accessible("an exchange")
	a.both("exchange")

	a.click(role("button", "").in(chain).nth(0))
	a.says(answer, "Location", "/elsewhere/mcp")
	a.click(role("button", "Location").in(answer))
	a.says(answer, "Where to go instead (3xx)", "RFC 9110 §10.2.2")
	a.says(detail, "it is followed, once")
	a.both("redirect")

	a.click(role("tab", "Timing").in(detail))
	phases := role("table", "Phases of the exchange").in(detail)
	a.says(phases, "Wait", "Total")
	a.says(detail, "Remote address", "127.0.0.1")
	a.accessible("the phases")
	a.both("timing")

	a.click(role("tab", "Raw").in(detail))
	a.click(button("Request body").in(detail))
	a.says(detail, `"method":"tools/call"`)
	a.click(button("Hex").in(detail))
	a.says(detail, "00000000", "7b 22 6a 73 6f 6e 72 70") // {"jsonrp
	a.accessible("bytes")
	a.both("bytes")
}

// messageDetail looks at the answer: what is wrong with it, the JSON in its text, what else belongs to the call.
func (a *app) messageDetail() {
	a.t.Helper()
	a.openEntry(entry("from server", "response", "tools/call", "say").last())
	a.says(detail, `The member "result" stands twice; the last one counts (RFC 8259 section 4).`)
	a.click(role("tab", "Message").in(detail))
	a.click(role("button", "Text").in(detail))
	a.click(role("button", "Find").in(detail))
	a.fill(role("textbox", "Find in this value"), "RESULT")
	a.says(detail, "1 of 2") // in any case; the tree has the one that counts, the text too
	a.press(enter)
	a.says(detail, "2 of 2")
	a.accessible("a message as text")
	a.both("text")
	a.click(role("button", "Tree").in(detail))
	a.click(target{"the text", `byRole("treeitem", "").filter((e) => e.closest('section[aria-label^="Entry #"]') && e.textContent.includes('"text": "{'))`})
	a.says(detail, "/result/content/0/text", "Copy path")
	a.click(role("button", "Show the JSON in it").in(detail))
	a.says(role("tree", "JSON in the text"), `"inner"`, `"here"`)
	a.accessible("JSON in a text")
	a.both("inner")
	a.click(role("tab", "Same call").in(detail))
	a.says(role("list", "The same call"), "request", "response", "307", "200")
	a.both("same call")
}
