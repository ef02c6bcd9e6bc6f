package question

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestFindings(t *testing.T) {
	for _, tt := range []struct {
		method, params string
		want           []string // parts of the findings, in order
	}{
		{MethodElicit, `{"message":"m","requestedSchema":{"type":"object","properties":{"a":{"type":"string","default":"x"},"b":{"type":"array","items":{"type":"string","enum":["x"]}},"c":{"type":"integer","default":3}},"required":["a"]}}`, nil},
		{MethodElicit, `[]`, []string{"no JSON object"}},
		{MethodElicit, `{"requestedSchema":{"type":"object"}}`, []string{"no message", "no properties"}},
		{MethodElicit, `{"message":"m"}`, []string{"no requestedSchema"}},
		{MethodElicit, `{"message":"m","mode":"dance"}`, []string{`mode "dance" is unknown`}},
		{
			MethodElicit, `{"message":"m","requestedSchema":{"type":"array","allOf":[],"properties":{"password":{"type":"string"},"o":{"type":"object"},"r":{"$ref":"#/x"},"n":{"type":"integer","default":"x"},"e":{"type":"string","enum":["a"],"enumNames":["A","B"]},"l":{"type":"array"}},"required":["gone"]}}`,
			[]string{"not of type object", `"allOf"`, `"gone" is required`, `"e" has 2 enumNames for 1`, `"l" does not name its choices`, `default of the property "n"`, `"o" has the type "object"`, `"password" looks like a secret`, `"r" has the type of none`, `"r" has the keyword "$ref"`},
		},
		{MethodElicit, `{"message":"m","mode":"url","url":"http://example.com/","requestedSchema":{}}`, []string{"brings a schema", "not encrypted"}},
		{MethodElicit, `{"message":"m","mode":"url"}`, []string{"no URL"}},
		{MethodSample, `{"messages":[{"role":"user","content":{"type":"text","text":"x"}}],"maxTokens":1}`, nil},
		{MethodSample, `{}`, []string{"no messages", "no maxTokens"}},
		{
			MethodSample, `{"messages":[{"role":"system","content":{"type":"text","text":"x"}}],"maxTokens":1,"includeContext":"allServers","toolChoice":{"mode":"perhaps"},"tools":[{"name":"a"},{"name":"a"},{}],"modelPreferences":{"costPriority":2}}`,
			[]string{"includeContext allServers", `"a" is there twice`, "has no name", `toolChoice "perhaps"`, "costPriority", `role "system"`},
		},
		{MethodSample, `{"messages":[{"role":"user","content":[]}],"maxTokens":1,"toolChoice":{}}`, []string{"toolChoice, but no tools", "Message 1 has no content"}},
		{
			MethodSample, `{"maxTokens":1,"messages":[
				{"role":"assistant","content":[{"type":"tool_use","id":"a"},{"type":"tool_use","id":"b"}]},
				{"role":"user","content":[{"type":"tool_result","toolUseId":"a"},{"type":"text","text":"x"},{"type":"tool_result","toolUseId":"c"}]},
				{"role":"user","content":{"type":"tool_result","toolUseId":"d"}},
				{"role":"assistant","content":{"type":"tool_use","id":"e"}}]}`,
			[]string{`Message 2 has no result for the tool use "b"`, `Message 2 has a result for "c"`, "Message 2 mixes", "Message 3 brings tool results, but", "last message uses tools"},
		},
		{MethodRoots, `{}`, nil},
	} {
		got := Findings(tt.method, json.RawMessage(tt.params))
		if len(got) != len(tt.want) {
			t.Errorf("%s: %q, want %q", tt.params, got, tt.want)
			continue
		}
		for i, part := range tt.want {
			if !strings.Contains(got[i], part) {
				t.Errorf("%s: %q, want %q in it", tt.params, got[i], part)
			}
		}
	}
}

func TestReadSampling(t *testing.T) {
	long := strings.Repeat("é", 40<<10)
	params := json.RawMessage(`{"systemPrompt":"Be brief","maxTokens":100,"temperature":0.5,"stopSequences":["END",5],"includeContext":"none","metadata":{"a":1},"own":true,
		"modelPreferences":{"hints":[{"name":"small"},{}],"costPriority":0.1},"toolChoice":{"mode":"auto"},"tools":[{"name":"look","title":"Look","description":"d","inputSchema":{"type":"object"}}],
		"messages":[{"role":"user","content":[{"type":"text","text":"` + long + `"},{"type":"image","mimeType":"image/png","data":"aGk="},{"type":"audio","mimeType":"audio/wav"},{"type":"video","x":1},7]},
			{"role":"assistant","content":{"type":"tool_use","id":"t","name":"look","input":{"n":9007199254740993}}},
			{"role":"user","content":[{"type":"tool_result","toolUseId":"t","isError":true,"content":[{"type":"text","text":"seen"}]}]}]}`)
	s := ReadSampling(params)
	if s.SystemPrompt != "Be brief" || *s.MaxTokens != 100 || *s.Temperature != 0.5 || !cmp.Equal(s.StopSequences, []string{"END", ""}) || s.Metadata != `{"a":1}` || s.Unknown != `{"own":true}` {
		t.Errorf("%+v", s)
	}
	if s.ToolChoice != "auto" || len(s.Tools) != 1 || s.Tools[0].InputSchema != `{"type":"object"}` || !cmp.Equal(s.Preferences.Hints, []string{"small"}) || *s.Preferences.Cost != 0.1 || s.Preferences.Speed != nil {
		t.Errorf("%+v", s)
	}
	c := s.Messages[0].Contents
	if len(c) != 5 || !c[0].Cut || len(c[0].Text) > maxText || !utf8.ValidString(c[0].Text) || FullText(params, &c[0]) != long {
		t.Errorf("a long text: %v, %d bytes", c[0].Cut, len(c[0].Text))
	}
	if c[1].Size != 2 || c[1].At != "/messages/0/content/1" || c[2].Problem == "" || c[3].Raw != `{"type":"video","x":1}` || c[4].Problem == "" {
		t.Errorf("%+v", c[1:])
	}
	if data, mime, ok := Media(params, c[1].At); !ok || string(data) != "hi" || mime != "image/png" {
		t.Errorf("media %q, %s, %v", data, mime, ok)
	}
	for _, at := range []string{"", "/", "/messages/9/content/0", "/messages/0/content/0", "/messages/-1", "/tools/x"} {
		if _, _, ok := Media(params, at); ok {
			t.Errorf("%q has media", at)
		}
	}
	if u := s.Messages[1].Contents[0]; u.ToolName != "look" || u.Input != `{"n":9007199254740993}` || u.At != "/messages/1/content" {
		t.Errorf("%+v", u)
	}
	if r := s.Messages[2].Contents[0]; !r.IsError || r.Contents[0].Text != "seen" {
		t.Errorf("%+v", r)
	}
}

func TestCheckSampled(t *testing.T) {
	tools := `{"tools":[{"name":"look"}]}`
	for _, tt := range []struct{ params, result, want string }{
		{`{}`, `{"role":"assistant","model":"m","content":{"type":"text","text":"x"},"stopReason":"endTurn"}`, ""},
		{tools, `{"role":"assistant","model":"m","content":[{"type":"tool_use","id":"1","name":"look","input":{}}],"stopReason":"toolUse"}`, ""},
		{`{}`, `[]`, ""},
		{`{}`, `{"role":"robot","content":{"type":"text"}}`, "/role /model /content/text"},
		{`{}`, `{"role":"assistant","model":"m","content":[],"stopReason":5}`, "/stopReason /content"},
		{`{}`, `{"role":"assistant","model":"m","content":[{"type":"image","data":"%"},{"type":"song"}]}`, "/content/0/mimeType /content/0/data /content/1/type"},
		{tools, `{"role":"assistant","model":"m","content":[{"type":"tool_use","id":"1","name":"look","input":{}},{"type":"tool_use","id":"1","name":"x","input":5}],"stopReason":"toolUse"}`, "/content/1/name /content/1/id /content/1/input"},
		{tools, `{"role":"assistant","model":"m","content":[{"type":"tool_use","id":"1","name":"look","input":{}}]}`, "/stopReason"},
		{tools, `{"role":"assistant","model":"m","content":{"type":"text","text":"x"},"stopReason":"toolUse"}`, "/stopReason"},
		{`{"toolChoice":{"mode":"none"},"tools":[{"name":"look"}]}`, `{"role":"assistant","model":"m","content":[{"type":"tool_use","id":"1","name":"look","input":{}}],"stopReason":"toolUse"}`, "/content"},
	} {
		var paths []string
		for _, p := range CheckSampled(json.RawMessage(tt.params), json.RawMessage(tt.result)) {
			paths = append(paths, p.Path)
		}
		if got := strings.Join(paths, " "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.result, got, tt.want)
		}
	}
	if len(CheckSampled(nil, json.RawMessage(`[]`))) != 1 {
		t.Error("an array was taken")
	}
}

// Params of a server never take the program down, and what is kept of them is bounded.
func FuzzRead(f *testing.F) {
	f.Add(`{"message":"m","requestedSchema":{"properties":{"a":{"type":"string"}}}}`)
	f.Add(`{"messages":[{"role":"user","content":[{"type":"tool_result","content":[{"type":"tool_result","content":[]}]}]}]}`)
	f.Add(`{"mode":"url","url":"https://x.example"}`)
	f.Fuzz(func(t *testing.T, s string) {
		raw := json.RawMessage(s)
		for _, method := range []string{MethodElicit, MethodSample, MethodRoots, "x"} {
			if got := Findings(method, raw); len(got) > maxFindings {
				t.Fatalf("%d findings", len(got))
			}
			if n := utf8.RuneCountInString(Summary(method, raw)); n > summaryLen+1 {
				t.Fatalf("a summary of %d characters", n)
			}
			Words(method, raw)
		}
		ReadElicitation(raw)
		for i, m := range ReadSampling(raw).Messages {
			for _, c := range m.Contents {
				if len(c.Text) > maxText || !strings.HasPrefix(c.At, fmt.Sprintf("/messages/%d/content", i)) {
					t.Fatalf("%+v", c)
				}
				Media(raw, c.At)
			}
		}
		CheckSampled(raw, raw)
		CheckRoots(raw)
		CheckContent(raw)
	})
}
