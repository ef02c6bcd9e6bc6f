//go:build e2e

package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// utilityPeer speaks the legacy era over Streamable HTTP, line by line as it is written here: it declares more than it
// serves and serves more than it declares, pings, logs, and changes its tools.
type utilityPeer struct {
	url string

	mu     sync.Mutex
	tools  []string          // JSON of each
	levels []string          // asked for by logging/setLevel
	gets   []string          // Last-Event-ID of each GET
	push   chan string       // events for the GET stream
	answer map[string]string // result by method
}

func newUtilityPeer(t *testing.T) *utilityPeer {
	t.Helper()
	var picture bytes.Buffer
	img := image.NewRGBA(image.Rect(0, 0, 64, 64))
	for i := range 64 * 64 {
		img.Set(i%64, i/64, color.RGBA{uint8(i % 64 * 3), 90, uint8(i / 64 * 3), 255})
	}
	if err := png.Encode(&picture, img); err != nil {
		t.Fatal(err)
	}
	icon := fmt.Sprintf(`[{"src":"data:image/png;base64,%s","sizes":["64x64"]}]`, base64.StdEncoding.EncodeToString(picture.Bytes()))
	words, _ := json.Marshal("# What to know\n\nUse **echo** first. It *never* fails.\n\n- one\n- two\n\n" + strings.Repeat("A long paragraph that goes on about the server. ", 60))
	p := &utilityPeer{
		push: make(chan string, 10),
		tools: []string{
			`{"name":"alpha","title":"The first","description":"Stays.","inputSchema":{"type":"object"},"icons":` + icon + `}`,
			`{"name":"beta","description":"Changes.","inputSchema":{"type":"object","properties":{"city":{"type":"string"}}}}`,
			`{"name":"gamma","description":"Goes.","inputSchema":{"type":"object"}}`,
		},
	}
	p.answer = map[string]string{
		"initialize": fmt.Sprintf(`{"protocolVersion":"2025-11-25","capabilities":{"tools":{"listChanged":true},"prompts":{},"logging":{}},
			"serverInfo":{"name":"utility-peer","title":"Utilities of every kind","version":"3.1.4","description":"A server for a test, with a description that is long enough to need a second line in a narrow window.","websiteUrl":"https://example.com/a/rather/long/path/to/the/documentation/of/this/server","icons":%s},
			"instructions":%s}`, icon, words),
		"ping":           `{}`,
		"resources/list": `{"resources":[]}`,
	}
	s := httptest.NewServer(p)
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	p.url = s.URL + "/mcp"
	return p
}

// ServeHTTP implements http.Handler.
func (p *utilityPeer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
		p.stream(w, r)
		return
	case http.MethodDelete:
		w.WriteHeader(http.StatusNoContent)
		return
	}
	var m struct {
		ID     json.RawMessage
		Method string
		Params json.RawMessage
	}
	body, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(body, &m)
	if m.ID == nil || m.Method == "" {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	w.Header().Set("Mcp-Session-Id", "session-0123456789")
	w.Header().Set("Content-Type", "application/json")
	p.mu.Lock()
	defer p.mu.Unlock()
	result, known := p.answer[m.Method]
	switch m.Method {
	case "server/discover":
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"error":{"code":-32000,"message":"Bad Request: Server not initialized"}}`, m.ID)
		return
	case "tools/list":
		result, known = `{"tools":[`+strings.Join(p.tools, ",")+`]}`, true
	case "logging/setLevel":
		p.levels = append(p.levels, string(m.Params))
		result, known = `{}`, true
	}
	if !known {
		fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"Method not found"}}`, m.ID)
		return
	}
	fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":%s}`, m.ID, result)
}

// stream is the GET stream: the first one ends, and is resumed after the pause that it names.
func (p *utilityPeer) stream(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.gets = append(p.gets, r.Header.Get("Last-Event-ID"))
	n := len(p.gets)
	p.mu.Unlock()
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprintf(w, "id: event-%d\nretry: 700\ndata: {\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"ping\"}\n\n", n, n)
	w.(http.Flusher).Flush()
	if n == 1 {
		return
	}
	for {
		select {
		case event := <-p.push:
			fmt.Fprintf(w, "data: %s\n\n", event)
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

// change replaces the tools; the next tools/list tells.
func (p *utilityPeer) change(tools ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tools = tools
}

func (p *utilityPeer) asked(of *[]string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(*of, " ")
}

var overview = css(`[aria-label="Overview of the connection"]`)

// TestOverview looks at a connection as it is known from what was recorded.
func TestOverview(t *testing.T) {
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(name, func(t *testing.T) {
			p := newUtilityPeer(t)
			a := start(t, options{dark: dark})
			a.typeIn(p.url)
			a.connected()
			a.click(tabbed("Overview"))
			// The probe and initialize with what they were answered; the resumed stream; its pings, answered.
			a.says(overview, "utility-peer", "asks for 2026-07-28", "HTTP 400 · error -32000 · Bad Request: Server not initialized", "asks for 2025-11-25",
				"GET stream", "opened 2 times", "last id event-2", "retry 700 ms", "2 of the server’s pings answered")
			a.wait("the icon", `document.querySelector('[aria-label="Overview of the connection"] img')?.naturalWidth === 64`)
			a.wait("the instructions as Markdown", `document.querySelector('[aria-label="Text of the instructions"] strong')?.innerText === "echo"`)
			if got := p.asked(&p.gets); got != " event-1" {
				t.Errorf("Last-Event-ID of the GETs: %q", got)
			}
			a.click(role("button", "Check"))
			a.says(overview, "Declared, but not served.\u00a0prompts/list")
			a.click(role("button", "Check undeclared too"))
			a.says(overview, "Served, but not declared.\u00a0resources/list")
			a.keys(overview, "p")
			a.says(overview, "median")
			a.choose(role("combobox", "Ping every"), "1 s")
			a.wait("further pings", `document.querySelectorAll('ul[aria-label="Last pings"] li').length >= 3`)
			a.choose(role("combobox", "Ping every"), "never")
			a.both("overview")
			a.js(`document.querySelector('[aria-label="Overview of the connection"]').scrollTop = 1e6; return ""`)
			a.both("overview end")
			a.loadAxe()
			a.accessible("the overview")
			a.click(role("button", "Show “GET stream” in the traffic"))
			a.seeEntry(entry("HTTP", "GET"))
		})
	}
}

var (
	logTab  = tabbed("Log")
	logList = css(`[aria-label="Log of the server"]`)
)

// TestLog reads what servers log: the sample's messages with its standard error, and another's level asked for.
func TestLog(t *testing.T) {
	t.Run("sample", func(t *testing.T) {
		a := start(t, options{dark: true})
		a.connect("Sample server")
		a.click(tool("log"))
		a.run("done", "log messages")
		a.click(logTab)
		a.says(logList, "a message of level emergency", "sample: a line on standard error")
		a.both("log")
		a.choose(role("combobox", "Least severe level shown"), "error and worse")
		a.wait("the lesser ones to go", `!document.querySelector('[aria-label="Log of the server"]').innerText.includes("level warning")`)
		a.click(role("checkbox", "Standard error"))
		a.wait("standard error to go", `!document.querySelector('[aria-label="Log of the server"]').innerText.includes("standard error")`)
		a.keys(logList, arrowDown)
		a.says(css(`section[aria-label="Chosen message"]`), "sample", "a message of level")
		a.both("log chosen")
		a.loadAxe()
		a.accessible("the log")
		a.click(role("button", "Show in traffic"))
		a.seeEntry(entry("notifications/message"))
	})
	t.Run("level", func(t *testing.T) {
		p := newUtilityPeer(t)
		a := start(t, options{})
		a.typeIn(p.url)
		a.connected()
		a.click(logTab)
		a.see(text("Nothing logged yet"))
		a.both("log empty")
		a.choose(role("combobox", "Level asked of the server"), "warning")
		a.wait("the level", `byRole("combobox", "Level asked of the server")[0]?.value === "warning" && !byRole("combobox", "Level asked of the server")[0].disabled`)
		if got := p.asked(&p.levels); got != `{"level":"warning"}` {
			t.Errorf("asked for %q", got)
		}
		p.push <- `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"warning","logger":"db","data":{"query":"select 1","ms":4000}}}`
		p.push <- `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"shout","data":"<img src=x onerror=alert(1)>"}}`
		a.says(logList, `{"query":"select 1","ms":4000}`, "shout", "<img src=x onerror=alert(1)>")
		a.click(role("button", "Pause"))
		p.push <- `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","data":"held back"}}`
		a.click(role("button", "Go on"))
		a.says(logList, "held back")
		a.click(role("button", "Clear"))
		a.see(text("Cleared"))
	})
	// The reference server sends a message of a random level at once, and the next after five seconds.
	t.Run("everything", func(t *testing.T) {
		a := start(t, options{})
		a.typeIn(everythingOver(t, "streamableHttp") + "/mcp")
		a.connected()
		a.click(logTab)
		a.choose(role("combobox", "Level asked of the server"), "debug")
		a.wait("the level", `byRole("combobox", "Level asked of the server")[0]?.value === "debug" && !byRole("combobox", "Level asked of the server")[0].disabled`)
		a.click(tabbed("Tools"))
		a.click(tool("toggle-simulated-logging"))
		a.run("done", "Started simulated")
		a.click(logTab)
		a.says(logList, "level")
		a.click(tabbed("Overview"))
		a.click(role("button", "Ping"))
		a.says(overview, "mcp-servers/everything", "median", "GET stream", "open", "logging/setLevel")
		a.both("everything")
	})
}
