package mock

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// Each message of a file looks at the requests that are unanswered: they are bounded.
func TestUnansweredRequestsAreBounded(t *testing.T) {
	l := loader{tapes: map[string]*builder{}}
	for i := range uint64(maxFlying + 500) {
		text := fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"subscriptions/listen"}`, i)
		if err := l.add(wire.Draft{Entry: wire.Entry{Seq: i + 1, Conn: "c1", Kind: wire.KindFrame, Dir: wire.Out}, Message: []byte(text)}); err != nil {
			t.Fatal(err)
		}
	}
	b := l.tapes["c1"]
	if len(b.flying) != maxFlying || len(b.listening) != maxFlying || len(b.tape.calls) != maxFlying+500 {
		t.Errorf("%d unanswered, %d listening of %d", len(b.flying), len(b.listening), len(b.tape.calls))
	}
}

// A status that cannot be sent is another.
func TestAnImpossibleStatusIsServedAsAnother(t *testing.T) {
	list := recorded(`>{"jsonrpc":"2.0","id":1,"method":"ping"}`, `<{"jsonrpc":"2.0","id":1,"result":{}}`, `>{"jsonrpc":"2.0","id":2,"method":"tools/list"}`)
	list[2].Entry.Exchange = 9
	list = append(list, wire.Draft{
		Entry: wire.Entry{Seq: 9, Conn: "c1", Kind: wire.KindHTTP}, Exchange: &wire.Exchange{Method: "POST", Status: 12345}, Response: []byte("no"),
	})
	s := httpMock(t, load(t, list), Options{})
	resp, err := http.Post(s.URL, "application/json", strings.NewReader(`{"jsonrpc":"2.0","id":7,"method":"tools/list"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusBadGateway {
		t.Errorf("status %d", resp.StatusCode)
	}
}
