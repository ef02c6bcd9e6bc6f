package export

import (
	"testing"

	"github.com/sightglass-dev/sightglass/app/wire"
)

func TestMessagesAreReadOutOfExchanges(t *testing.T) {
	header := func(v string) []wire.Header { return []wire.Header{{Name: "Content-Type", Value: v}} }
	got, err := WithMessages([]wire.Draft{
		{Entry: wire.Entry{Seq: 10, Conn: "c", Time: 5, Took: 2, Kind: wire.KindHTTP}, Exchange: &wire.Exchange{Method: "POST", ResponseHeaders: header("application/json")}, Request: []byte(`{"jsonrpc":"2.0","id":1,"method":"ping"}`), Response: []byte(`{"jsonrpc":"2.0","id":1,"result":{}}`)},
		{Entry: wire.Entry{Seq: 20, Conn: "c", Kind: wire.KindHTTP}, Exchange: &wire.Exchange{Method: "POST", ResponseHeaders: header("text/event-stream; charset=utf-8")}, Request: []byte(`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"x"}}`), Response: []byte("event: message\r\ndata: {\"jsonrpc\":\"2.0\",\r\ndata: \"method\":\"a\"}\r\n\r\n: note\n\nid: 4\ndata: {\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\n\n")},
		{Entry: wire.Entry{Seq: 30, Conn: "c", Kind: wire.KindHTTP}, Exchange: &wire.Exchange{Method: "GET", ResponseHeaders: header("text/html")}, Response: []byte(`<p>`)},
		{Entry: wire.Entry{Seq: 31, Conn: "c", Kind: wire.KindHTTP}, Exchange: &wire.Exchange{Method: "POST"}, Request: []byte(`{"jsonrpc":"2.0","id":3,"method":"ping"}`)},
		{Entry: wire.Entry{Seq: 32, Conn: "c", Kind: wire.KindFrame, Exchange: 31, Dir: wire.Out}, Message: []byte(`{"jsonrpc":"2.0","id":3,"method":"ping"}`)},
	})
	must(t, err)
	type row struct {
		kind           wire.Kind
		message        wire.Message
		exchange, pair uint64
	}
	want := []row{
		{wire.KindHTTP, "", 0, 0},
		{wire.KindFrame, wire.MsgRequest, 1, 3},
		{wire.KindFrame, wire.MsgResponse, 1, 2},
		{wire.KindHTTP, "", 0, 0},
		{wire.KindFrame, wire.MsgRequest, 4, 7},
		{wire.KindFrame, wire.MsgNotification, 4, 0},
		{wire.KindFrame, wire.MsgResponse, 4, 5},
		{wire.KindHTTP, "", 0, 0},
		{wire.KindHTTP, "", 0, 0},
		{wire.KindFrame, wire.MsgRequest, 9, 0},
	}
	if len(got) != len(want) {
		t.Fatalf("%d records, want %d", len(got), len(want))
	}
	for i, w := range want {
		if e := got[i].Entry; (row{e.Kind, e.Message, e.Exchange, e.Pair}) != w {
			t.Errorf("record %d: got %+v, want %+v", i+1, e, w)
		}
	}
}
