package session

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEncodeHeader(t *testing.T) {
	for in, want := range map[string]string{
		"us-west1":         "us-west1",
		"us west 1":        "us west 1",
		"":                 "",
		" padded ":         "=?base64?IHBhZGRlZCA=?=",
		"tab\tinside":      "=?base64?dGFiCWluc2lkZQ==?=",
		"line1\r\nline2":   "=?base64?bGluZTENCmxpbmUy?=",
		"Hello, 世界":        "=?base64?SGVsbG8sIOS4lueVjA==?=",
		"=?base64?aGk=?=":  "=?base64?PT9iYXNlNjQ/YUdrPT89?=",
		"=?base64?no end":  "=?base64?no end",
		"\x7f":             "=?base64?fw==?=",
		"a=?base64?aGk=?=": "a=?base64?aGk=?=",
	} {
		if got := encodeHeader(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestHeaderBindings(t *testing.T) {
	prop := func(p string) string { return `{"type":"object","properties":{"a":` + p + `}}` }
	for _, tt := range []struct{ name, schema, err string }{
		{"good", prop(`{"type":"string","x-mcp-header":"Region"}`), ""},
		{"nested", prop(`{"type":"object","properties":{"b":{"type":"integer","x-mcp-header":"B"}}}`), ""},
		{"nullable", prop(`{"type":["string","null"],"x-mcp-header":"A"}`), ""},
		{"a property of that name", prop(`{"type":"object","properties":{"x-mcp-header":{"type":"number"}}}`), ""},
		{"an example is no schema", prop(`{"type":"object","examples":[{"x-mcp-header":7}],"default":{"x-mcp-header":7}}`), ""},
		{"empty", prop(`{"type":"string","x-mcp-header":""}`), "no non-empty string"},
		{"no string", prop(`{"type":"string","x-mcp-header":7}`), "no non-empty string"},
		{"object", prop(`{"type":"object","x-mcp-header":"A"}`), "only string, integer and boolean"},
		{"array", prop(`{"type":"array","x-mcp-header":"A"}`), "only string, integer and boolean"},
		{"null", prop(`{"type":"null","x-mcp-header":"A"}`), "only string, integer and boolean"},
		{"number", prop(`{"type":"number","x-mcp-header":"A"}`), "only string, integer and boolean"},
		{"no type", prop(`{"x-mcp-header":"A"}`), "only string, integer and boolean"},
		{"same twice", `{"properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"}}}`, `"a" at /properties/b stands at /properties/a already`},
		{"space", prop(`{"type":"string","x-mcp-header":"My Region"}`), "RFC 9110 token"},
		{"colon", prop(`{"type":"string","x-mcp-header":"A:B"}`), "RFC 9110 token"},
		{"not ASCII", prop(`{"type":"string","x-mcp-header":"Rég"}`), "RFC 9110 token"},
		{"control", prop(`{"type":"string","x-mcp-header":"A\tB"}`), "RFC 9110 token"},
		{"root", `{"type":"string","x-mcp-header":"A"}`, "reached through properties alone"},
		{"items", prop(`{"type":"array","items":{"type":"string","x-mcp-header":"A"}}`), "at /properties/a/items: only properties reached"},
		{"oneOf", prop(`{"oneOf":[{"type":"string","x-mcp-header":"A"}]}`), "reached through properties alone"},
		{"$defs", `{"$defs":{"d":{"type":"string","x-mcp-header":"A"}},"properties":{"a":{"$ref":"#/$defs/d"}}}`, "reached through properties alone"},
		{"escaped key", prop(`{"type":"number","x-mcp-\u0068eader":"A"}`), "only string, integer and boolean"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := headerBindings(json.RawMessage(tt.schema))
			if (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestParamHeaders(t *testing.T) {
	b, err := headerBindings(json.RawMessage(`{"properties":{
		"s":{"type":"string","x-mcp-header":"S"},"n":{"type":"integer","x-mcp-header":"N"},"t":{"type":"boolean","x-mcp-header":"T"},
		"z":{"type":"string","x-mcp-header":"Z"},"e":{"type":"string","x-mcp-header":"E"},"gone":{"type":"string","x-mcp-header":"Gone"},
		"f":{"type":"integer","x-mcp-header":"F"},"big":{"type":"integer","x-mcp-header":"Big"},"x":{"type":"integer","x-mcp-header":"X"},
		"o":{"type":"object","properties":{"in":{"type":"string","x-mcp-header":"In"}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	h, findings := paramHeaders(b, json.RawMessage(`{"s":"ä","n":42,"t":false,"z":null,"e":"","f":1.5,"big":9007199254740993,"x":1e2,"o":{"in":"deep"}}`))
	got := map[string]string{}
	for k, v := range h {
		got[k] = v[0]
	}
	want := map[string]string{
		"Mcp-Param-S": "=?base64?w6Q=?=", "Mcp-Param-N": "42", "Mcp-Param-T": "false", "Mcp-Param-E": "",
		"Mcp-Param-Big": "9007199254740993", "Mcp-Param-X": "100", "Mcp-Param-In": "deep",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if len(findings) != 2 {
		t.Errorf("findings %v", findings)
	}
}

// -32020 is mended once: the tools are listed again and the call goes out with the headers they ask for.
func TestHeaderMismatch(t *testing.T) {
	p := modernPeer(t)
	p.on["tools/list"] = func(p *peer, m msg) {
		p.result(m, `{"tools":[{"name":"x","inputSchema":{"type":"object","properties":{"r":{"type":"string","x-mcp-header":"Region"}}}},`+
			`{"name":"bad","inputSchema":{"type":"object","properties":{"r":{"type":"number","x-mcp-header":"R"}}}}]}`)
	}
	p.on["tools/call"] = func(p *peer, m msg) {
		if m.Header.Get("Mcp-Param-Region") == "" {
			p.fail(m, -32020, "")
			return
		}
		p.result(m, `{"content":[]}`)
	}
	cfg := config(p)
	cfg.Transport = HTTP
	s := connect(t, cfg)
	r, err := s.Call(t.Context(), CallInput{Method: "tools/call", Params: json.RawMessage(`{"name":"x","arguments":{"r":"eu"}}`)})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Findings) != 1 || !strings.Contains(r.Findings[0], "-32020") || len(p.sent("tools/call")) != 2 {
		t.Errorf("findings %v", r.Findings)
	}
	h := p.sent("tools/call")[1].Header
	want := []string{"2026-07-28", "tools/call", "x", "eu"}
	got := []string{h.Get("MCP-Protocol-Version"), h.Get("Mcp-Method"), h.Get("Mcp-Name"), h.Get("Mcp-Param-Region")}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	l, err := s.Tools(t.Context())
	if err != nil || l.Decoded[0].Excluded != "" || !strings.Contains(l.Decoded[1].Excluded, "only string, integer and boolean") {
		t.Errorf("tools %+v, %v", l, err)
	}
	if _, err := s.Call(t.Context(), CallInput{Method: "tools/call", Params: json.RawMessage(`{"name":"y"}`)}); err == nil || len(p.sent("tools/call")) != 4 {
		t.Errorf("the second mismatch is final: %v", err)
	}
}
