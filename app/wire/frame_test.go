package wire

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestParseFrame(t *testing.T) {
	tests := []struct {
		name, in string
		want     Frame // without the parts
	}{
		{
			"request", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":{"name":"x"},"name":"echo"}}`,
			Frame{Message: MsgRequest, Method: "tools/call", Name: "echo", ID: "1"},
		},
		{"string id stays as it stands", `{"jsonrpc":"2.0","id":"a\u0062","method":"ping"}`, Frame{Message: MsgRequest, Method: "ping", ID: `"a\u0062"`}},
		{"big id", `{"jsonrpc":"2.0","id":90071992547409931,"method":"ping"}`, Frame{Message: MsgRequest, Method: "ping", ID: "90071992547409931"}},
		{
			"uri", `{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"file:\/\/a"}}`,
			Frame{Message: MsgRequest, Method: "resources/read", Name: "file://a", ID: "1"},
		},
		{
			"task", `{"jsonrpc":"2.0","id":1,"method":"tasks/get","params":{"taskId":"T1"}}`,
			Frame{Message: MsgRequest, Method: "tasks/get", Name: "T1", ID: "1"},
		},
		{
			"ref", `{"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"p"},"argument":{"name":"a"}}}`,
			Frame{Message: MsgRequest, Method: "completion/complete", Name: "p", ID: "1"},
		},
		{"notification", `{"jsonrpc":"2.0","method":"notifications/initialized"}`, Frame{Message: MsgNotification, Method: "notifications/initialized"}},
		{"response", ` {"jsonrpc":"2.0","id":1,"result":{"isError":false,"content":[{"isError":true}]}} `, Frame{Message: MsgResponse, ID: "1"}},
		{"tool error", `{"jsonrpc":"2.0","id":1,"result":{"content":[],"isError":true}}`, Frame{Message: MsgResponse, ID: "1", ToolErr: true}},
		{"error", `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}`, Frame{Message: MsgError, ID: "1", Code: -32601}},
		{"own method", `{"jsonrpc":"2.0","method":"x/\u00e9\ud83d\ude00"}`, Frame{Message: MsgNotification, Method: "x/é😀"}},
		{"no jsonrpc", `{"id":1,"method":"ping"}`, Frame{Message: MsgRequest, Method: "ping", ID: "1", Findings: []string{`has no "jsonrpc": "2.0"`}}},
		{
			"jsonrpc 1.0", `{"jsonrpc":"1.0","id":1,"method":"ping"}`,
			Frame{Message: MsgRequest, Method: "ping", ID: "1", Findings: []string{`jsonrpc is "\"1.0\"", not "2.0"`}},
		},
		{
			"result and error", `{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}}`,
			Frame{Message: MsgError, ID: "1", Code: 1, Findings: []string{"has both result and error"}},
		},
		{
			"method and result", `{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}`,
			Frame{Message: MsgRequest, Method: "ping", ID: "1", Findings: []string{"has a method and a result or error: it is neither a request nor a response"}},
		},
		{
			"id null", `{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}}`,
			Frame{Message: MsgError, ID: "null", Code: 1, Findings: []string{"id is null"}},
		},
		{"id missing", `{"jsonrpc":"2.0","result":{}}`, Frame{Message: MsgResponse, Findings: []string{"answers without an id: it cannot be paired"}}},
		{
			"id object", `{"jsonrpc":"2.0","id":{},"result":{}}`,
			Frame{Message: MsgResponse, ID: "{}", Findings: []string{`id is "{}": neither a string nor an integer`}},
		},
		{
			"id fraction", `{"jsonrpc":"2.0","id":1.5,"method":"ping"}`,
			Frame{Message: MsgRequest, Method: "ping", ID: "1.5", Findings: []string{`id is "1.5": not an integer`}},
		},
		{"wrong case", `{"jsonrpc":"2.0","id":1,"Method":"ping"}`, Frame{
			Message: MsgInvalid, ID: "1", Note: "an object with neither method, result nor error: no JSON-RPC message",
			Findings: []string{`has the member "Method", which is not "method": names are case-sensitive`},
		}},
		{
			"duplicate", `{"jsonrpc":"2.0","id":1,"x":1,"method":"ping","\u0069d":2,"x":2}`,
			Frame{Message: MsgRequest, Method: "ping", ID: "2", Findings: []string{`has the member "id" twice`, `has the member "x" twice`}},
		},
		{
			"error code a string", `{"jsonrpc":"2.0","id":1,"error":{"code":"-3","message":1}}`,
			Frame{Message: MsgError, ID: "1", Code: -3, Findings: []string{`error.code is not an integer: "\"-3\""`, "error.message is not a string"}},
		},
		{"error a string", `{"jsonrpc":"2.0","id":1,"error":"no"}`, Frame{Message: MsgError, ID: "1", Findings: []string{"error is not an object"}}},
		{
			"params an array", `{"jsonrpc":"2.0","id":1,"method":"x","params":[1]}`,
			Frame{Message: MsgRequest, Method: "x", ID: "1", Findings: []string{"params is an array: MCP allows only an object"}},
		},
		{
			"params a number", `{"jsonrpc":"2.0","id":1,"method":"x","params":1}`,
			Frame{Message: MsgRequest, Method: "x", ID: "1", Findings: []string{"params is not an object"}},
		},
		{"result a string", `{"jsonrpc":"2.0","id":1,"result":"x"}`, Frame{Message: MsgResponse, ID: "1", Findings: []string{"result is not an object"}}},
		{"method a number", `{"jsonrpc":"2.0","id":1,"method":7}`, Frame{
			Message: MsgInvalid, ID: "1", Note: "an object with neither method, result nor error: no JSON-RPC message",
			Findings: []string{`method is not a string: "7"`},
		}},
		{
			"trailing bytes", `{"jsonrpc":"2.0","method":"x"} {}`,
			Frame{Message: MsgNotification, Method: "x", Findings: []string{`has more behind its end, at byte 31: "{}"`}},
		},
		{
			"BOM", "\xef\xbb\xbf" + `{"jsonrpc":"2.0","method":"x"}`,
			Frame{Message: MsgNotification, Method: "x", Findings: []string{"starts with a byte order mark (RFC 8259 section 8.1: it must not)"}},
		},
		{
			"not UTF-8", `{"jsonrpc":"2.0","method":"x","params":{"a":"` + "\xff" + `"}}`,
			Frame{Message: MsgNotification, Method: "x", Findings: []string{"is not UTF-8 from byte 45"}},
		},
		{
			"batch", `[{"jsonrpc":"2.0","method":"x"}, 1]`,
			Frame{Message: MsgBatch, Name: "2 messages", Findings: []string{"is a batch, which only protocol version 2025-03-26 has"}},
		},
		{"empty batch", `[]`, Frame{Message: MsgBatch, Name: "0 messages", Findings: []string{
			"is a batch, which only protocol version 2025-03-26 has", "is an empty batch (JSON-RPC 2.0 section 6: an invalid request)",
		}}},
		{"empty", "", Frame{Message: MsgInvalid, Note: "empty: no JSON-RPC message"}},
		{"blank", " \r\n", Frame{Message: MsgInvalid, Note: "empty: no JSON-RPC message"}},
		{"a string", `"x"`, Frame{Message: MsgInvalid, Note: "JSON, but neither an object nor a batch: no JSON-RPC message"}},
		{"a log line", `Server started on port 3000`, Frame{Message: MsgInvalid, Note: `not JSON: has 'S' at byte 0 where a value was expected`}},
		{"text before", `INFO {"jsonrpc":"2.0"}`, Frame{Message: MsgInvalid, Note: `not JSON: has 'I' at byte 0 where a value was expected`}},
		{"header framing", `Content-Length: 12`, Frame{Message: MsgInvalid, Note: `not JSON: has 'C' at byte 0 where a value was expected`}},
		{
			"breaks off in a string", `{"jsonrpc":"2.0","id":1,"method":"pi`,
			Frame{Message: MsgInvalid, ID: "1", Note: "not JSON: ends at byte 36 where the end of a string was expected"},
		},
		{
			"breaks off behind the method", `{"jsonrpc":"2.0","id":1,"method":"ping"`,
			Frame{Message: MsgInvalid, ID: "1", Method: "ping", Note: `not JSON: ends at byte 39 where ',' or '}' was expected`},
		},
		{
			"trailing comma", `{"jsonrpc":"2.0","id":1,"method":"ping",}`,
			Frame{Message: MsgInvalid, ID: "1", Method: "ping", Note: `not JSON: has '}' at byte 40 where a member name in quotes was expected`},
		},
		{"masked number", `{"jsonrpc":"2.0","method":"x","params":{"pin":‹secret #12ab›}}`, Frame{Message: MsgNotification, Method: "x"}},
		{"too deep", strings.Repeat("[", 20_000), Frame{Message: MsgInvalid, Note: "not JSON: is nested deeper than 10000 levels at byte 10001"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ParseFrame([]byte(tt.in))
			got.RawID, got.Params, got.Result, got.Error = nil, nil, nil, nil
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("frame (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseFrameParts(t *testing.T) {
	f := ParseFrame([]byte(`{"id" : "x" , "params": {"a": 1} ,"result":[ 2 ], "error" :3 }`))
	got := []string{string(f.RawID), string(f.Params), string(f.Result), string(f.Error)}
	if diff := cmp.Diff([]string{`"x"`, `{"a": 1}`, `[ 2 ]`, `3`}, got); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
}

func TestParseFrameBounds(t *testing.T) {
	long := strings.Repeat("é", 5000)
	f := ParseFrame([]byte(`{"jsonrpc":"2.0","id":"` + long + `","method":"\n` + long + `","params":{"name":"` + long + `"}}`))
	for _, s := range []string{f.ID, f.Method, f.Name} {
		if len(s) > maxField+8 || !utf8.ValidString(s) {
			t.Errorf("%d bytes: %q", len(s), s)
		}
	}
	other := ParseFrame([]byte(`{"jsonrpc":"2.0","id":"` + long + `x","method":"x"}`))
	if f.ID == other.ID {
		t.Error("two long ids look alike")
	}
	if f := ParseFrame([]byte(`{` + strings.Repeat(`"ID":1,`, 100) + `"x":1}`)); len(f.Findings) > maxFindings {
		t.Errorf("%d findings", len(f.Findings))
	}
}

func FuzzParseFrame(f *testing.F) {
	for _, s := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}`, `[1,{}]`, `{"a":[{"b":null}],"c":-1.5e+3}`,
		`{"jsonrpc":"2.0","id":"\u0000","error":{"code":1,"message":"\\"}}`, "\xef\xbb\xbf{}", `{"result":{"isError":true}} x`, `"‹`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		fr := ParseFrame(b)
		if _, err := json.Marshal(fr.Findings); err != nil {
			t.Fatal(err)
		}
		if fr.Message == "" {
			t.Fatal("no kind")
		}
		if strings.Contains(string(b), "‹") || strings.HasPrefix(string(b), string(bom)) {
			return
		}
		// What encoding/json takes for one JSON value is one here, and the other way round.
		whole := !strings.HasPrefix(fr.Note, "not JSON") && !strings.HasPrefix(fr.Note, "empty")
		for _, s := range fr.Findings {
			if strings.HasPrefix(s, "has more behind its end") {
				whole = false
			}
		}
		if len(fr.Findings) < maxFindings && whole != json.Valid(b) {
			t.Fatalf("JSON: %v, encoding/json says %v: %+v", whole, json.Valid(b), fr)
		}
		if len(fr.Method) > maxField+8 || len(fr.Name) > maxField+8 || len(fr.ID) > maxField+8 {
			t.Fatal("a field is too long")
		}
	})
}
