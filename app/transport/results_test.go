package transport

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestResultFindings(t *testing.T) {
	for _, c := range []struct {
		method, result string
		want           []string // without the rule
	}{
		{"tools/call", `{"content":[{"type":"text","text":"x"}],"isError":false}`, nil},
		{"tools/call", `{"content":[]}`, nil},
		{"tools/call", `{}`, []string{"The result has no content"}},
		{"tools/call", `{"content":"x","isError":"no"}`, []string{
			"The result's content must be of type array and is of type string", "The result's isError must be of type boolean and is of type string",
		}},
		{"tools/call", `{"content":[{"text":"x"},7,{"type":null}]}`, []string{
			"The result has no content[0].type", "The result's content[1] must be of type object and is of type number",
			"The result's content[2].type must be of type string and is of type null",
		}},
		{"tools/call", `7`, []string{"The result of tools/call is no object but of type number"}},
		{"tools/call", `{"resultType":"input_required","inputRequests":{}}`, nil},
		{"tools/call", `{"task":{"taskId":"1"}}`, nil},
		{"tools/call", `{"resultType":"complete"}`, []string{"The result has no content"}},
		{"initialize", `{"protocolVersion":1,"capabilities":{},"serverInfo":{"name":"x"}}`, []string{
			"The result's protocolVersion must be of type string and is of type number", "The result has no serverInfo.version",
		}},
		{"tools/list", `{"tools":[{"name":"a","inputSchema":{}},{"name":"b"}],"nextCursor":null}`, []string{
			"The result has no tools[1].inputSchema", "The result's nextCursor must be of type string and is of type null",
		}},
		{"resources/read", `{"contents":[{"text":"x"}]}`, []string{"The result has no contents[0].uri"}},
		{"prompts/get", `{"messages":[{"role":"user","content":"x"}]}`, []string{"The result's messages[0].content must be of type object and is of type string"}},
		{"completion/complete", `{"completion":{}}`, []string{"The result has no completion.values"}},
		{"ping", `{"any":1}`, nil},
		{"unknown/method", `[]`, nil},
		{"tools/call", ``, nil},
	} {
		got := resultFindings(c.method, []byte(c.result))
		for i, f := range got {
			sentence, rule, ok := strings.Cut(f, " (MCP, ")
			if got[i] = sentence; !ok || !strings.HasSuffix(rule, ").") {
				t.Errorf("%s %s: %q names no rule", c.method, c.result, f)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s %s: %s", c.method, c.result, diff)
		}
	}
	many := resultFindings("tools/list", fmt.Appendf(nil, `{"tools":[%s{}]}`, strings.Repeat(`{},`, 1000)))
	if len(many) != maxResultFindings {
		t.Errorf("%d findings of a thousand bad tools", len(many))
	}
	large := fmt.Appendf(nil, `{"structuredContent":"%s"}`, strings.Repeat("x", maxCheckedResult))
	if got := resultFindings("tools/call", large); got != nil {
		t.Errorf("a large result was looked into: %q", got)
	}
}
