//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// wildState is a requestState that a client which reads and writes it anew would spoil.
const wildState = `{"s":"\u00e9é\/\ud83d\ude00 \"","n":123456789012345678901234567890,"f":1.0,"e":1E+2,"dup":1,"dup":2}`

// modernPeer is a scripted server of 2026-07-28 over HTTP: an http.Handler. Its tools, one on each of three pages and two on
// the last: ask (two rounds of questions with wildState, then what came back), echo (its params), needs (refused with
// -32021 until sampling is declared), old (refused with -32022), mirrored (x-mcp-header), broken (an x-mcp-header that
// excludes it), poke (tells every stream that the tools changed, and once a stream that nobody opened). Its lists and
// reads stay fresh for TTL milliseconds.
type modernPeer struct {
	mu      sync.Mutex
	ttl     int
	streams map[string]chan string
	calls   map[string]int // requests by method
	scope   string
}

// newModernPeer is a modernPeer whose answers stay fresh for ttl milliseconds.
func newModernPeer(ttl int) *modernPeer {
	return &modernPeer{ttl: ttl, streams: map[string]chan string{}, calls: map[string]int{}, scope: "private"}
}

// Count is how many requests of a method came.
func (m *modernPeer) Count(method string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls[method]
}

type modernRequest struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

// member is a member of a JSON object, as it stands in the text.
func member(obj json.RawMessage, path ...string) json.RawMessage {
	for _, key := range path {
		var m map[string]json.RawMessage
		_ = json.Unmarshal(obj, &m) // what is no object has no members
		obj = m[key]
	}
	return obj
}

// ServeHTTP implements [http.Handler].
func (m *modernPeer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var req modernRequest
	b, _ := io.ReadAll(r.Body)
	if r.Method != http.MethodPost || json.Unmarshal(b, &req) != nil {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	m.mu.Lock()
	m.calls[req.Method]++
	m.mu.Unlock()
	if req.ID == nil {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	if req.Method == "subscriptions/listen" {
		m.listen(w, r, req)
		return
	}
	status, answer := m.answer(req)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,%s}`, req.ID, answer)
}

func refuse(status, code int, message, data string) (int, string) {
	return status, fmt.Sprintf(`"error":{"code":%d,"message":%q,"data":%s}`, code, message, data)
}

func (m *modernPeer) answer(req modernRequest) (status int, answer string) {
	fresh := fmt.Sprintf(`"resultType":"complete","ttlMs":%d,"cacheScope":%q`, m.ttl, m.scope)
	switch req.Method {
	case "server/discover":
		return 200, `"result":{` + fresh + `,"supportedVersions":["2026-07-28"],"capabilities":{"tools":{"listChanged":true},"resources":{"subscribe":true,"listChanged":true},"prompts":{"listChanged":true}},"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"modern","version":"1"}}}`
	case "tools/list":
		return 200, `"result":{` + fresh + `,` + m.tools(req) + `}`
	case "resources/list":
		return 200, `"result":{` + fresh + `,"resources":[{"uri":"test://note","name":"note","mimeType":"text/plain"}]}`
	case "resources/templates/list":
		return 200, `"result":{` + fresh + `,"resourceTemplates":[]}`
	case "prompts/list":
		return 200, `"result":{` + fresh + `,"prompts":[{"name":"greet"}]}`
	case "resources/read":
		return 200, `"result":{` + fresh + `,"contents":[{"uri":"test://note","mimeType":"text/plain","text":"a note"}]}`
	case "prompts/get":
		return 200, `"result":{"resultType":"complete","messages":[{"role":"user","content":{"type":"text","text":"hello"}}]}`
	case "tools/call":
		return m.call(req)
	}
	return refuse(404, -32601, "no such method", "null")
}

// tools is one page. The second cursor is the empty string, which is one.
func (m *modernPeer) tools(req modernRequest) string {
	tool := func(name, schema string) string {
		return fmt.Sprintf(`{"name":%q,"description":"The tool %s.","inputSchema":{"type":"object"%s}}`, name, name, schema)
	}
	switch string(member(req.Params, "cursor")) {
	case "":
		return `"tools":[` + tool("ask", "") + `,` + tool("echo", `,"properties":{"text":{"type":"string"}}`) + `],"nextCursor":""`
	case `""`:
		return `"tools":[` + tool("needs", "") + `,` + tool("old", "") + `,` + tool("poke", "") + `],"nextCursor":"three é"`
	}
	return `"tools":[` + tool("mirrored", `,"properties":{"city":{"type":"string","x-mcp-header":"City"}}`) + `,` +
		tool("broken", `,"properties":{"n":{"type":"number","x-mcp-header":"N"}}`) + `]`
}

func (m *modernPeer) call(req modernRequest) (status int, answer string) {
	text := func(s string) (int, string) {
		b, _ := json.Marshal(s) // a string always marshals
		return 200, `"result":{"resultType":"complete","content":[{"type":"text","text":` + string(b) + `}]}`
	}
	var name string
	_ = json.Unmarshal(member(req.Params, "name"), &name) // another type is no tool of ours
	switch name {
	case "ask":
		return m.ask(req, text)
	case "echo", "mirrored", "broken":
		return text(string(req.Params))
	case "needs":
		caps := member(req.Params, "_meta", "io.modelcontextprotocol/clientCapabilities")
		if member(caps, "sampling") == nil {
			return refuse(400, -32021, "sampling is needed", `{"requiredCapabilities":{"sampling":{}}}`)
		}
		return text("declared: " + string(caps))
	case "old":
		return refuse(400, -32022, "too new", `{"supported":["2026-07-28","2025-11-25"],"requested":"2099-01-01"}`)
	case "poke":
		m.Tell("notifications/tools/list_changed", "")
		return text("poked")
	}
	return refuse(200, -32602, "no such tool", "null")
}

func (m *modernPeer) ask(req modernRequest, text func(string) (int, string)) (status int, answer string) {
	question := func(key, what string) (int, string) {
		return 200, fmt.Sprintf(`"result":{"resultType":"input_required","inputRequests":{%q:{"method":"elicitation/create","params":{"mode":"form","message":%q,"requestedSchema":{"type":"object","properties":{"answer":{"type":"string"}}}}}},"requestState":%s}`, key, what, wildState)
	}
	responses, state := member(req.Params, "inputResponses"), member(req.Params, "requestState")
	switch {
	case responses == nil && state == nil:
		return question("name", "What is your name?")
	case member(responses, "name") != nil && bytes.Equal(state, []byte(wildState)):
		return question("colour", "Which colour?")
	case bytes.Equal(state, []byte(wildState)):
		return text("the state is the same; " + string(responses))
	}
	return text("another state: " + string(state) + "; " + string(responses))
}

// Tell sends a notification on every stream, with its subscription id, and once with that of none.
func (m *modernPeer) Tell(method, params string) {
	if params != "" {
		params = "," + params
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	once := true
	for id, out := range m.streams {
		say := func(id string) {
			select {
			case out <- fmt.Sprintf(`{"jsonrpc":"2.0","method":%q,"params":{"_meta":{"io.modelcontextprotocol/subscriptionId":%s}%s}}`, method, id, params):
			default: // a reader that is gone
			}
		}
		say(id)
		if once {
			say(`"nobody"`)
			once = false
		}
	}
}

// Cut ends every stream without a word.
func (m *modernPeer) Cut() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, out := range m.streams {
		close(out)
		delete(m.streams, id)
	}
}

// listen acknowledges everything but changes of prompts, and keeps the stream open.
func (m *modernPeer) listen(w http.ResponseWriter, r *http.Request, req modernRequest) {
	out := make(chan string, 100)
	m.mu.Lock()
	m.streams[string(req.ID)] = out
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		delete(m.streams, string(req.ID))
		m.mu.Unlock()
	}()
	var asked map[string]json.RawMessage
	_ = json.Unmarshal(member(req.Params, "notifications"), &asked) // what is no object asks for nothing
	delete(asked, "promptsListChanged")
	accepted, _ := json.Marshal(asked) // raw JSON always marshals
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	send := func(message string) {
		_, _ = fmt.Fprintf(w, "data: %s\n\n", strings.ReplaceAll(message, "\n", " "))
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
	}
	send(fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":%s},"notifications":%s}}`, req.ID, accepted))
	for {
		select {
		case <-r.Context().Done():
			return
		case message, open := <-out:
			if !open {
				return
			}
			send(message)
		}
	}
}
