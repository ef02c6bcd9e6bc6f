package cli

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
)

func TestSkills(t *testing.T) {
	t.Setenv("SIGHTGLASS_HOME", t.TempDir())
	const uri = "skill://a/SKILL.md"
	liar := httptest.NewServer(mcptest.Scripted(func(p mcptest.Post) {
		result := map[string]string{
			"initialize":     `{"protocolVersion":"2025-11-25","capabilities":{"extensions":{"io.modelcontextprotocol/skills":{}}},"serverInfo":{"name":"x","version":"1"}}`,
			"skills/list":    `{"skills":[{"uri":"` + uri + `","frontmatter":{"name":"a","description":"d"},"resources":[{"uri":"` + uri + `","digest":"sha256:` + strings.Repeat("0", 64) + `","size":40}]}]}`,
			"resources/read": `{"contents":[{"uri":"` + uri + `","text":"---\nname: a\ndescription: other\n---\n"}]}`,
		}[p.Method]
		switch {
		case p.ID == "":
			p.W.WriteHeader(202)
		case result == "":
			p.JSON(200, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no"}}`, p.ID))
		default:
			p.JSON(200, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":%s}`, p.ID, result))
		}
	}, nil))
	defer liar.Close()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		args []string
		code int
		say  []string
	}{
		{"list", []string{"skills", "--", exe, "demo-server"}, ExitOK, []string{"level-report", "not read  SKILL.md"}},
		{"verify", []string{"skills", "--verify", "--", exe, "demo-server"}, ExitOK, []string{"verified  SKILL.md", "verified  references/UNITS.md"}},
		{"not verified", []string{"skills", liar.URL, "--era", "legacy"}, ExitOK, []string{"not read  SKILL.md"}},
		{"differs", []string{"skills", liar.URL, "--era", "legacy", "--verify"}, ExitProtocol, []string{"differs   SKILL.md", "not what the entry describes", `/description: the entry has "d", the file "other"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, out, errOut := run(t, tt.args...)
			for _, say := range tt.say {
				if code != tt.code || !strings.Contains(out+errOut, say) {
					t.Errorf("exit code %d, want %d; printed\n%s\n--\n%s\nwant %q in it", code, tt.code, out, errOut, say)
				}
			}
		})
	}
	_, out, _ := run(t, "skills", liar.URL, "--era", "legacy", "--verify", "--json")
	var got skillsReport
	if err := json.Unmarshal([]byte(out), &got); err != nil || len(got.Skills) != 1 || got.Skills[0].Files[0].Read == nil || got.Skills[0].Files[0].Read.OK {
		t.Errorf("as JSON: %v\n%s", err, out)
	}
}
