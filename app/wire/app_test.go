package wire

import "testing"

func TestMessagesOfAnAppArePairedApart(t *testing.T) {
	l := NewLog(Config{})
	add := func(kind Kind, app string, dir Dir, body string) uint64 {
		return l.Append(Draft{Entry: Entry{Conn: "c", Kind: kind, Dir: dir, Call: app}, Message: []byte(body)})
	}
	server := add(KindFrame, "", In, `{"jsonrpc":"2.0","id":1,"method":"roots/list"}`)
	first := add(KindApp, "a", In, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}`)
	second := add(KindApp, "b", In, `{"jsonrpc":"2.0","id":1,"method":"ping"}`)
	answer := add(KindApp, "a", Out, `{"jsonrpc":"2.0","id":1,"result":{}}`)
	entry := func(seq uint64) Entry {
		e, ok := l.Entry(seq)
		if !ok {
			t.Fatalf("entry %d is gone", seq)
		}
		return e
	}
	if e := entry(first); e.Pair != answer || e.Name != "echo" || e.Open || len(e.Findings) > 0 {
		t.Errorf("request of the app: %+v", e)
	}
	if e := entry(answer); e.Pair != first || e.Method != "tools/call" {
		t.Errorf("its answer: %+v", e)
	}
	if !entry(server).Open || !entry(second).Open {
		t.Error("an answer to one app ended a request of another side")
	}
	l.AbandonApp("c", "b", "the app was closed")
	if e := entry(second); e.Open || len(e.Findings) != 1 {
		t.Errorf("request of the closed app: %+v", e)
	}
	if !entry(server).Open {
		t.Error("closing an app ended a request of the server")
	}
}
