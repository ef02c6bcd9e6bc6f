//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// endlessPeer lists resources without end, and answers a tool with more than a message may hold.
func endlessPeer(t *testing.T) string {
	t.Helper()
	n := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m struct {
			ID     json.RawMessage `json:"id"`
			Method string          `json:"method"`
		}
		if r.Method != http.MethodPost || json.NewDecoder(r.Body).Decode(&m) != nil {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		if m.ID == nil {
			w.WriteHeader(http.StatusAccepted)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		result := `{}`
		switch m.Method {
		case "initialize":
			result = `{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"resources":{}},"serverInfo":{"name":"endless","version":"1"}}`
		case "tools/list":
			result = `{"tools":[{"name":"flood","inputSchema":{"type":"object"}},7,{"name":"flood","title":"twin","inputSchema":{"type":"object"}}]}`
		case "tools/call":
			result = `{"content":[{"type":"text","text":"` + strings.Repeat("x", 3<<20) + `"}]}`
		case "resources/list":
			n++
			result = fmt.Sprintf(`{"resources":[{"uri":"x:%d","name":"n%d"}],"nextCursor":"%d"}`, n, n, n)
		case "resources/templates/list":
			result = `{"resourceTemplates":[]}`
		}
		_, _ = fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":%s}`, m.ID, result)
	}))
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	return srv.URL + "/mcp"
}

// TestLimits meets a server without measure with limits of its own: each is told when it is hit, and the rest is shown.
func TestLimits(t *testing.T) {
	a := start(t, options{})
	a.save(map[string]any{
		"name": "Endless", "url": endlessPeer(t), "era": map[string]any{"mode": "legacy"},
		"protocol": map[string]any{"limits": map[string]any{"pages": 5, "messageBytes": 1 << 20}},
	})
	a.connect("Endless")
	a.see(text("malformed"))
	if n := a.count(tool("flood")); n != 2 {
		t.Errorf("%d tools of the same name are listed, want 2", n)
	}
	a.click(tabbed("Resources"))
	a.see(offered("resources", "n5"))
	a.see(text("more than 5 pages"))
	a.both("pages")
	a.click(tabbed("Tools"))
	a.click(tool("flood").nth(0))
	a.run("failed", "longer than the 1 MiB that are read", "raise the limit in its settings")
	a.both("message")
}
