package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAnswersOfAnUnattendedRun(t *testing.T) {
	t.Setenv("SIGHTGLASS_HOME", t.TempDir())
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "rules.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	named := write(`[{"method":"elicitation/create","tool":"ask","action":"answer","content":"{\"action\":\"accept\",\"content\":{\"name\":\"Ada\"}}"}]`)
	saved := write(`{"version":1,"items":[{"name":"off","enabled":false,"action":"decline"},{"name":"on","enabled":true,"action":"cancel"}]}`)
	for _, era := range []string{"legacy", "modern"} {
		for _, tt := range []struct {
			how, say string
			code     int
		}{
			{"decline", "You chose to decline.", ExitOK},
			{named, "Hello, Ada.", ExitOK},
			{saved, "You chose to cancel.", ExitOK},
			{write(`[{"action":"ask"}]`), "Nobody is there to be asked", ExitUsage},
			{write(`[{"action":"sing"}]`), "The action \"sing\" is unknown", ExitUsage},
			{write(`nonsense`), "read the rules in", ExitUsage},
			{"no-such-file.json", "read the rules in no-such-file.json", ExitUsage},
		} {
			t.Run(era+" "+filepath.Base(tt.how), func(t *testing.T) {
				code, out, errOut := run(t, "call", "--era", era, "--answer", tt.how, "--", exe, "demo-server", "::", "ask")
				if code != tt.code || !strings.Contains(out+errOut, tt.say) {
					t.Errorf("exit code %d, printed\n%s\n--\n%s", code, out, errOut)
				}
			})
		}
	}
	code, out, _ := run(t, "call", "--era", "legacy", "--json", "--answer", named, "--", exe, "demo-server", "::", "ask")
	var got struct {
		Questions []struct {
			Method, State, By string
			Answer            struct{ Action string }
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != ExitOK || len(got.Questions) != 1 {
		t.Fatalf("exit code %d, %v: %s", code, err, out)
	}
	if q := got.Questions[0]; q.Method != "elicitation/create" || q.State != "answered" || q.By != "rule" || q.Answer.Action != "accept" {
		t.Errorf("%+v", q)
	}
	if _, out, _ := run(t, "traffic", "--json", "--era", "legacy", "--answer", "defaults", "--", exe, "demo-server"); !strings.Contains(out, "elicitation") || strings.Contains(out, "modelcontextprotocol/ui") {
		t.Errorf("declared in a run that nobody looks at: %s", out)
	}
	if _, out, errOut := run(t, "call", "--era", "legacy", "--", exe, "demo-server", "::", "ask"); strings.Contains(out, "Hello") {
		t.Errorf("without --answer nothing is declared: %s %s", out, errOut)
	}
}
