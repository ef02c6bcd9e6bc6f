package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
)

// drifting is a server whose tools can be changed; a result of "" is a 401.
func drifting(t *testing.T) (url string, tools *atomic.Value) {
	t.Helper()
	tools = &atomic.Value{}
	tools.Store(`{"name":"a","inputSchema":{"type":"object"}},{"name":"b","inputSchema":{"type":"object"}}`)
	post := func(p mcptest.Post) {
		switch now := tools.Load().(string); {
		case p.Method == "initialize":
			p.JSON(200, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"drifting","version":"1"}}}`, p.ID))
		case p.Method == "tools/list" && now == "":
			p.W.WriteHeader(http.StatusUnauthorized)
		case p.Method == "tools/list":
			p.JSON(200, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"tools":[%s]}}`, p.ID, now))
		case p.ID == "" || p.Method == "":
			p.W.WriteHeader(http.StatusAccepted)
		default:
			p.JSON(200, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no such method"}}`, p.ID))
		}
	}
	none := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusMethodNotAllowed) }
	return mcptest.Serve(t, mcptest.Scripted(post, none)), tools
}

// A build compares with the baseline, and ends with an exit code of its own when something broke.
func TestDrift(t *testing.T) {
	url, tools := drifting(t)
	t.Setenv("SIGHTGLASS_HOME", t.TempDir())
	drifts := func(want int, words ...string) string {
		t.Helper()
		code, out, errs := run(t, append([]string{"drift", url, "--era", "legacy"}, words...)...)
		if code != want {
			t.Errorf("%v: exit code %d, want %d\n%s\n%s", words, code, want, out, errs)
		}
		return out + errs
	}
	file := filepath.Join(t.TempDir(), "interface.json")
	if out := drifts(ExitOK, "--fail-on", "any", "--write", file, "--name", "v1"); !strings.Contains(out, "nothing to compare with; the interface is kept as ") {
		t.Error(out)
	}
	if out := drifts(ExitOK, "--fail-on", "any"); !strings.Contains(out, "no changes since v1 (") {
		t.Error(out)
	}
	tools.Store(`{"name":"a","description":"new words","inputSchema":{"type":"object"}},{"name":"b","inputSchema":{"type":"object"}},{"name":"c","inputSchema":{"type":"object"}}`)
	for failOn, want := range map[string]int{"breaking": ExitOK, "risky": ExitChanged, "additive": ExitChanged, "any": ExitChanged, "": ExitOK} {
		drifts(want, "--no-keep", "--fail-on="+failOn)
	}
	if out := drifts(ExitChanged, "--against", file, "--fail-on", "risky", "--no-keep", "--markdown"); !strings.Contains(out, "## Risky\n\n- **Tool** `a` `/description`:") {
		t.Error(out)
	}
	tools.Store(`{"name":"b","inputSchema":{"type":"object"}}`)
	out := drifts(ExitChanged, "--json", "--against", "v1", "--fail-on", "breaking")
	var r driftReply
	if err := json.Unmarshal([]byte(out), &r); err != nil || !r.Failed || !r.Compared || r.Counts.Breaking != 1 || r.Kept == "" || r.Changes[0].Rule != "tool-removed" {
		t.Errorf("%v: %s", err, out)
	}
	if out := drifts(ExitOK, "--against", "last", "--fail-on", "any", "--accept"); !strings.Contains(out, "no changes since") {
		t.Error(out)
	}
	if out := drifts(ExitOK, "--fail-on", "any"); !strings.Contains(out, "no changes since") {
		t.Error("it was accepted:", out)
	}
	// A list that is refused is no drift, and no success.
	tools.Store("")
	if out := drifts(ExitRefused, "--fail-on", "any"); !strings.Contains(out, "! The tools are not compared") || strings.Contains(out, "tool-removed") {
		t.Error(out)
	}
	drifts(ExitUsage, "--fail-on", "sometimes")
	drifts(ExitUsage, "--no-keep", "--accept")
	drifts(ExitUsage, "--against", "v7")
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	drifts(ExitUsage, "--against", file)
}
