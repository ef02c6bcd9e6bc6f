package export

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/wire"
)

func spanSource() []wire.Draft {
	const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	return []wire.Draft{
		{
			Entry:    wire.Entry{Seq: 1, Conn: "c1", Time: 1000, Kind: wire.KindHTTP},
			Exchange: &wire.Exchange{URL: "https://h.example/mcp", Proto: "HTTP/2.0", Status: 200, RequestHeaders: []wire.Header{{Name: "Mcp-Session-Id", Value: "‹session #aaaa›"}}},
		},
		{Entry: wire.Entry{Seq: 2, Conn: "c1", Time: 1001, Kind: wire.KindFrame, Dir: wire.Out, Message: wire.MsgRequest, Method: "tools/call", Name: "echo", ID: `"s1"`, Exchange: 1, Pair: 3, Took: 5}, Message: []byte(`{"params":{"_meta":{"traceparent":"` + parent + `"}}}`)},
		{Entry: wire.Entry{Seq: 3, Conn: "c1", Time: 1006, Kind: wire.KindFrame, Dir: wire.In, Message: wire.MsgError, Code: -32001, Exchange: 1, Pair: 2}},
		{Entry: wire.Entry{Seq: 4, Conn: "c2", Time: 2000, Kind: wire.KindFrame, Dir: wire.In, Message: wire.MsgRequest, Method: "ping", ID: "7", Pair: 5, Took: 1}},
		{Entry: wire.Entry{Seq: 5, Conn: "c2", Time: 2001, Kind: wire.KindFrame, Dir: wire.Out, Message: wire.MsgResponse, Pair: 4}},
		{Entry: wire.Entry{Seq: 6, Conn: "c2", Time: 2002, Kind: wire.KindFrame, Dir: wire.Out, Message: wire.MsgRequest, Method: "tools/list", Open: true}},
	}
}

func value(s otlpSpan, key string) string {
	for _, a := range s.Attributes {
		switch {
		case a.Key != key:
		case a.Value.String != nil:
			return *a.Value.String
		case a.Value.Int != nil:
			return "int " + *a.Value.Int
		}
	}
	return ""
}

func TestSpansGoToACollector(t *testing.T) {
	var got otlpRequest
	var header http.Header
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		header = r.Header
		if r.URL.Path != "/v1/traces" || json.Unmarshal(b, &got) != nil {
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = io.WriteString(w, `{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}`)
	}))
	t.Cleanup(s.Close)
	sent, err := SendSpans(context.Background(), Memory(spanSource()), Creator{"Sightglass", "1"}, []ConnInfo{{Conn: "c1", Version: "2025-06-18"}}, s.URL, http.Header{"Authorization": {"Bearer x"}})
	must(t, err)
	if sent.Spans != 2 || sent.Rejected != 1 || sent.Message != "too old" || sent.Status != 200 || !strings.Contains(sent.Sample, "tools/call echo") {
		t.Errorf("got %+v", sent)
	}
	if header.Get("Authorization") != "Bearer x" || header.Get("Content-Type") != "application/json" {
		t.Errorf("headers: %v", header)
	}
	list := got.Resources[0].Scopes[0].Spans
	if len(list) != 2 {
		t.Fatalf("%d spans", len(list))
	}
	a, b := list[0], list[1]
	if a.TraceID != "0af7651916cd43dd8448eb211c80319c" || a.Parent != "b7ad6b7169203331" || a.Name != "tools/call echo" || a.Kind != spanClient || a.Start != "1001000" || a.End != "1006000" || a.Status.Code != 2 {
		t.Errorf("call: %+v", a)
	}
	for key, want := range map[string]string{
		"mcp.method.name": "tools/call", "gen_ai.tool.name": "echo", "jsonrpc.request.id": "s1", "mcp.protocol.version": "2025-06-18", "server.address": "h.example",
		"server.port": "int 443", "error.type": "-32001", "rpc.response.status_code": "-32001", "network.transport": "tcp", "http.response.status_code": "int 200",
	} {
		if g := value(a, key); g != want {
			t.Errorf("%s: got %q, want %q", key, g, want)
		}
	}
	if id := value(a, "mcp.session.id"); len(id) != 16 || strings.Contains(id, "aaaa›") {
		t.Errorf("session: %q", id)
	}
	if b.Kind != spanServer || value(b, "network.transport") != "pipe" || b.Status.Code != 0 || len(b.TraceID) != 32 || len(b.SpanID) != 16 || b.Parent != "" {
		t.Errorf("ping: %+v", b)
	}
}

func TestACollectorThatDoesNotTakeSpans(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	t.Cleanup(elsewhere.Close)
	status := http.StatusTemporaryRedirect
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", elsewhere.URL)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "no thanks")
	}))
	t.Cleanup(s.Close)
	send := func(url string, list []wire.Draft) (Sent, error) {
		return SendSpans(context.Background(), Memory(list), Creator{}, nil, url, nil)
	}
	if _, err := send(s.URL, spanSource()); err == nil || !strings.Contains(err.Error(), "a redirect is not followed") {
		t.Errorf("redirect: %v", err)
	}
	status = http.StatusServiceUnavailable
	if sent, err := send(s.URL, spanSource()); err == nil || sent.Answer != "no thanks" || sent.Status != 503 || sent.Spans != 0 {
		t.Errorf("refused: %+v %v", sent, err)
	}
	for _, bad := range []string{"", "ftp://x", "http://u:p@h", "://", "file:///etc/passwd"} {
		if _, err := send(bad, spanSource()); err == nil || !strings.Contains(err.Error(), "http or https URL") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := send(s.URL, nil); err == nil || !strings.Contains(err.Error(), "no request") {
		t.Errorf("nothing: %v", err)
	}
}
