package sampler

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/question"
)

func TestURL(t *testing.T) {
	for _, tt := range []struct {
		base string
		http bool
		want string
	}{
		{"https://api.example/v1", false, "https://api.example/v1/chat/completions"},
		{"https://api.example/v1/chat/completions", false, "https://api.example/v1/chat/completions"},
		{"http://127.0.0.1:11434/v1/", false, "http://127.0.0.1:11434/v1/chat/completions"},
		{"http://localhost:1/", false, "http://localhost:1/chat/completions"},
		{"http://[::1]/v1?x=1#y", false, "http://[::1]/v1/chat/completions?x=1"},
		{"http://box.example/v1", false, ""},
		{"http://box.example/v1", true, "http://box.example/v1/chat/completions"},
		{"http://127.0.0.1.example/", false, ""},
		{"ftp://x/", true, ""},
		{"https://u:p@x.example/", true, ""},
		{"", true, ""},
	} {
		if got, err := URL(tt.base, tt.http); got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%q: %q, %v", tt.base, got, err)
		}
	}
}

func TestRequest(t *testing.T) {
	params := `{"maxTokens":5,"metadata":{},"stopSequences":["a","b","c","d","e"],"modelPreferences":{"hints":[{"name":"hinted"}]},"messages":[
		{"role":"user","content":[{"type":"text","text":"See"},{"type":"image","mimeType":"image/png","data":"aGk="},{"type":"audio","mimeType":"audio/ogg","data":"aGk="},{"type":"audio","mimeType":"audio/wav","data":"aGk="},{"type":"video"}]}]}`
	body, findings, err := Request(json.RawMessage(params), "")
	want := `{"model":"hinted","messages":[{"role":"user","content":[{"text":"See","type":"text"},{"image_url":{"url":"data:image/png;base64,aGk="},"type":"image_url"},{"input_audio":{"data":"aGk=","format":"wav"},"type":"input_audio"}]}],"max_tokens":5,"stop":["a","b","c","d"],"stream":false}`
	if d := cmp.Diff(want, string(body)); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
	if got := strings.Join(findings, " "); len(findings) != 4 || !strings.Contains(got, "4 of 5 stop sequences") || !strings.Contains(got, "audio/ogg") || !strings.Contains(got, `"video"`) || !strings.Contains(got, "metadata") {
		t.Errorf("%q", findings)
	}
	if _, _, err := Request(json.RawMessage(`{"messages":[]}`), ""); err == nil {
		t.Error("no model, and no error")
	}
}

func TestResult(t *testing.T) {
	for _, tt := range []struct {
		status             int
		answer, want, fail string
	}{
		{200, `{"model":"m","choices":[{"finish_reason":"stop","message":{"content":"hi"}}]}`, `{"content":{"text":"hi","type":"text"},"model":"m","role":"assistant","stopReason":"endTurn"}`, ""},
		{200, `{"choices":[{"finish_reason":"length","message":{"content":[{"type":"text","text":"a"},{"text":"b"}]}}]}`, `{"content":{"text":"a\nb","type":"text"},"model":"unknown","role":"assistant","stopReason":"maxTokens"}`, ""},
		{200, `{"model":"m","choices":[{"finish_reason":"content_filter","message":{"refusal":"no"}}]}`, `{"content":{"text":"no","type":"text"},"model":"m","role":"assistant","stopReason":"content_filter"}`, ""},
		{200, `{"model":"m","choices":[{"message":{"content":"x","tool_calls":[{"function":{"name":"f","arguments":""}}]}}]}`, `{"content":[{"text":"x","type":"text"},{"id":"call_1","input":{},"name":"f","type":"tool_use"}],"model":"m","role":"assistant","stopReason":"toolUse"}`, ""},
		{200, `{"model":"m","choices":[{"message":{"tool_calls":[{"function":{"name":"f","arguments":"[1]"}}]}}]}`, "", "no JSON object"},
		{200, `{"model":"m","choices":[{"finish_reason":"tool_calls","message":{"content":"x"}}]}`, `{"content":{"text":"x","type":"text"},"model":"m","role":"assistant","stopReason":"endTurn"}`, ""},
		{200, `{"choices":[]}`, "", "no choice"},
		{200, `<html>`, "", "no JSON"},
		{500, `oops`, "", "status 500: oops"},
		{401, `{"error":{"message":"bad key"}}`, "", "status 401: bad key"},
		{200, `{"error":"broken"}`, "", "broken"},
	} {
		got, _, err := Result(tt.status, []byte(tt.answer))
		if string(got) != tt.want || (err == nil) != (tt.fail == "") || err != nil && !strings.Contains(err.Error(), tt.fail) {
			t.Errorf("%s: %s, %v", tt.answer, got, err)
		}
	}
}

// Whatever an endpoint says: a result is one that MCP takes, or there is an error.
func FuzzResult(f *testing.F) {
	f.Add(200, `{"model":"m","choices":[{"finish_reason":"tool_calls","message":{"content":null,"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]}}]}`)
	f.Add(500, "x")
	f.Fuzz(func(t *testing.T, status int, answer string) {
		result, _, err := Result(status, []byte(answer))
		if err != nil {
			return
		}
		for _, p := range question.CheckSampled(json.RawMessage(`{}`), result) {
			switch p.Keyword {
			case "enum", "uniqueItems", "required": // a tool nobody named, an id that is there twice: the server's question decides
			default:
				t.Fatalf("%s: %+v", result, p)
			}
		}
	})
}
