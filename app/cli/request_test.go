package cli

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
)

func TestRequestExitCodes(t *testing.T) {
	t.Setenv("SIGHTGLASS_HOME", t.TempDir())
	strict := httptest.NewServer(mcptest.Strict())
	defer strict.Close()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	at := func(args ...string) []string {
		return append([]string{"request", strict.URL, "--era", "legacy"}, args...)
	}
	for _, tt := range []struct {
		name string
		args []string
		code int
		say  string
	}{
		{"object", at("echo", `{"a":9007199254740993}`), ExitOK, `"a":9007199254740993`},
		{"array", at("echo", `[1,2]`), ExitOK, `[1,2]`},
		{"text", at("echo", `"hi"`), ExitOK, `"hi"`},
		{"none", at("ping"), ExitOK, "{}"},
		{"error", at("no/such"), ExitProtocol, "-32601"},
		{"notification", at("--notify", "notifications/x"), ExitOK, "HTTP 202"},
		{"bad JSON", at("--frame", `{"id":`), ExitProtocol, "-32700"},
		{"batch", at("--frame", `[{"jsonrpc":"2.0","id":1,"method":"ping"}]`), ExitOK, `[{"jsonrpc":"2.0","id":1,"result":{}}]`},
		{"empty frame", at("--frame", ""), ExitProtocol, "-32700"},
		{"header", at("--set-header", "Content-Type: text/plain", "--frame", `{"jsonrpc":"2.0","id":1,"method":"ping"}`), ExitProtocol, "HTTP 415"},
		{"header left out", at("--set-header", "Mcp-Session-Id:", "ping"), ExitProtocol, "404"},
		{"plain text", at("--frame", `{"jsonrpc":"2.0","id":1,"method":"text"}`), ExitOK, "plain text, not a message"},
		{"stdio", []string{"request", "--", exe, "demo-server", "::", "tools/list"}, ExitOK, "countdown"},
		{"frame on stdio", []string{"request", "--wait", "30s", "--frame", `{"jsonrpc":"2.0","id":"x","method":"ping"}`, "--era", "legacy", "--", exe, "demo-server"}, ExitOK, `"id":"x"`},
		{"no method", at(), ExitUsage, "METHOD is missing"},
		{"no JSON", at("ping", "{"), ExitUsage, "PARAMS are no JSON"},
		{"too much", at("ping", "{}", "more"), ExitUsage, "too much"},
		{"both", at("ping", "--frame", "x"), ExitUsage, "whole message"},
		{"header without a colon", at("ping", "--set-header", "x"), ExitUsage, "--set-header wants"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, out, errOut := run(t, tt.args...)
			if code != tt.code || !strings.Contains(out+errOut, tt.say) {
				t.Errorf("exit code %d, want %d; printed\n%s\n--\n%s\nwant %q in it", code, tt.code, out, errOut, tt.say)
			}
		})
	}
	_, out, _ := run(t, at("--json", "--frame", `{"jsonrpc":"2.0","id":"x","method":"ping"}`)...)
	var got sentFrame
	if err := json.Unmarshal([]byte(out), &got); err != nil || got.Status != 200 || got.Ended != "answered" || len(got.Came) != 1 || !got.Came[0].Own {
		t.Errorf("as JSON: %v\n%s", err, out)
	}
}
