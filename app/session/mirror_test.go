package session

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMirrored(t *testing.T) {
	p := modernPeer(t)
	cfg := config(p)
	cfg.Transport = HTTP
	s := connect(t, cfg)
	in := CallInput{
		Method: "tools/call",
		Params: json.RawMessage(`{"name":"wetter","arguments":{"city":"Köln","at":{"n":7},"list":[1]}}`),
		Schema: json.RawMessage(`{"type":"object","properties":{"city":{"type":"string","x-mcp-header":"City"},"at":{"type":"object","properties":{"n":{"type":"integer","x-mcp-header":"N"}}},"list":{"type":"string","x-mcp-header":"List"}}}`),
		Header: http.Header{"Mcp-Method": {"lie"}, "X-Own": {"1"}},
	}
	list, findings := s.Mirrored(in)
	want := []Mirror{
		{Header: "Mcp-Protocol-Version", Value: "2026-07-28", From: "_meta"},
		{Header: "Mcp-Method", Value: "lie", From: "method", Own: true},
		{Header: "Mcp-Name", Value: "wetter", From: "/name"},
		{Header: "Mcp-Param-City", Value: "=?base64?S8O2bG4=?=", Text: "Köln", From: "/arguments/city"},
		{Header: "Mcp-Param-N", Value: "7", From: "/arguments/at/n"},
		{Header: "X-Own", Value: "1", Own: true},
	}
	if d := cmp.Diff(want, list); d != "" {
		t.Error(d)
	}
	if len(findings) != 1 {
		t.Errorf("findings %q", findings)
	}
	if list, _ := connect(t, config(modernPeer(t))).Mirrored(in); list != nil {
		t.Errorf("stdio mirrors %+v", list)
	}
	if got := decodeHeader("=?base64?!?="); got != "=?base64?!?=" {
		t.Errorf("what is no base64 became %q", got)
	}
}
