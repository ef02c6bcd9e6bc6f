package session

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadContents(t *testing.T) {
	for _, tt := range []struct{ method, result, want string }{
		{"resources/read", `{"contents":[{"uri":"a:b","text":"hi","mimeType":"text/plain"}]}`, `/contents/0 text "hi"`},
		{
			"resources/read", `{"contents":[{"uri":"a:b","blob":"aGk="},5,{"uri":"a:c","blob":7},{"uri":"a:d"},{"text":"x"}]}`,
			`/contents/0 blob "hi"; /contents/1 invalid - The item is no JSON object; it has neither text nor blob; it has no uri.; ` +
				`/contents/2 blob - Blob is no string.; /contents/3 invalid - It has neither text nor blob.; /contents/4 text "x" It has no uri.`,
		},
		{"resources/read", `{"contents":[{"uri":"a:b","blob":"aGk t\n_w"}]}`, `/contents/0 blob "hi?" `},
		{"resources/read", `{"contents":[{"uri":"a:b","text":"","blob":"aGk="}]}`, `/contents/0 text "" It has both text and blob: the text is shown.`},
		{"resources/read", `{"contents":{}}`, `! The result has no array "contents".`},
		{"resources/read", `[]`, `! The result has no array "contents".`},
		{
			"tools/call", `{"content":[{"type":"text","text":"a"},{"type":"image","data":"aGk=","mimeType":"image/png"},{"type":"hologram","x":1},{"text":"b"}]}`,
			`/content/0 text "a"; /content/1 image "hi"; /content/2 hologram -; /content/3 invalid - It has no type.`,
		},
		{
			"tools/call", `{"content":[{"type":"resource","resource":{"uri":"a:b","text":"in"}},{"type":"resource_link","uri":"a:b"},{"type":"audio","data":"!"}]}`,
			`/content/0 resource "in"; /content/1 resource_link - It has no name.; /content/2 audio - Data is no base64; it has no mimeType.`,
		},
		{
			"prompts/get", `{"description":"d","messages":[{"role":"user","content":{"type":"text","text":"a"}},{"role":"x","content":[{"type":"text","text":"b"}]},{"role":"user"},null]}`,
			`/messages/0/content text "a"; /messages/1/content/0 text "b"; /messages/2 invalid - It has no type.; /messages/3 invalid - The item is no JSON object; it has no type.` +
				`! The role of message 2 is neither "user" nor "assistant".! The content of message 2 is an array; it should be one block.! The role of message 4 is neither "user" nor "assistant".`,
		},
		{"tools/list", `{}`, `! Answers to tools/list have no content items.`},
	} {
		var parts []string
		c := ReadContents(tt.method, json.RawMessage(tt.result), true)
		for _, item := range c.Items {
			body := "-"
			if item.Body != nil {
				body = fmt.Sprintf("%q", item.Body)
			}
			parts = append(parts, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", item.At, item.Kind, body, item.Problem)))
		}
		got := strings.Join(parts, "; ")
		for _, f := range c.Findings {
			got += "! " + f
		}
		if tt.want == `/contents/0 blob "hi?" ` { // white space and the URL alphabet: read, and said
			if len(c.Items) != 1 || len(c.Items[0].Body) == 0 || !strings.Contains(c.Items[0].Problem, "standard base64") {
				t.Errorf("%s: %s", tt.result, got)
			}
			continue
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s:\n%s", tt.result, d)
		}
		if lean := ReadContents(tt.method, json.RawMessage(tt.result), false); lean.Total != c.Total || len(lean.Items) != len(c.Items) {
			t.Errorf("%s: %d items without their bodies, %d with", tt.result, lean.Total, c.Total)
		}
	}
}

func TestContentsAreBounded(t *testing.T) {
	many := `{"contents":[` + strings.Repeat(`{"uri":"a:b","text":"x"},`, maxContents) + `{"uri":"a:c","text":"y"},{"uri":"a:d","text":"z"}]}`
	c := ReadContents("resources/read", json.RawMessage(many), true)
	if len(c.Items) != maxContents || c.Total != maxContents+2 || len(c.Findings) != 1 {
		t.Errorf("%d of %d items, %v", len(c.Items), c.Total, c.Findings)
	}
}

func FuzzReadContents(f *testing.F) {
	f.Add("resources/read", `{"contents":[{"uri":"a:b","blob":"aGk=","icons":[{"src":"x"}],"annotations":{"priority":2}}]}`)
	f.Add("prompts/get", `{"messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]}`)
	f.Fuzz(func(t *testing.T, method, result string) {
		c := ReadContents(method, json.RawMessage(result), true)
		if len(c.Items) > c.Total || len(c.Items) > maxContents {
			t.Errorf("%d items of %d", len(c.Items), c.Total)
		}
		_, _ = CacheOf(json.RawMessage(result), patienceEnd)
		_ = readResource(json.RawMessage(result))
		_ = readTemplate(json.RawMessage(result))
		_ = readPrompt(json.RawMessage(result))
	})
}
