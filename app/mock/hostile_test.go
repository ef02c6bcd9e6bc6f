package mock

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

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

// lines are what a mock writes, as they come.
func (p *peer) lines() <-chan string {
	out := make(chan string, 4096)
	go func() {
		defer close(out)
		for {
			line, err := p.out.ReadString('\n')
			if err != nil {
				return
			}
			out <- strings.TrimSpace(line)
		}
	}()
	return out
}

// within runs do, which must come to an end.
func within(t *testing.T, what string, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	select {
	case <-done:
	case <-time.After(60 * time.Second):
		t.Fatalf("%s does not come to an end", what)
	}
}

func countServed(m *Mock, how string) (n int) {
	list, _ := m.Served()
	for _, s := range list {
		if s.How == how {
			n++
		}
	}
	return n
}

// Subscriptions that stay open take no place from other requests, and there are only so many.
func TestSubscriptionsOverStdioAreBounded(t *testing.T) {
	m := New(load(t, recorded(
		`>{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{}}`,
		`>{"jsonrpc":"2.0","id":2,"method":"tools/list"}`, `<{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}`,
	)), Options{})
	p := pipeTo(t, m)
	within(t, "a flood of subscriptions", func() {
		for i := range maxListens {
			_, _ = fmt.Fprintf(p.in, `{"jsonrpc":"2.0","id":%d,"method":"subscriptions/listen","params":{}}`+"\n", i)
		}
		_, _ = fmt.Fprintln(p.in, `{"jsonrpc":"2.0","id":"one more","method":"subscriptions/listen","params":{}}`)
		p.hear(`{"jsonrpc":"2.0","id":"one more","error":{"code":-32000,"message":"the mock refuses this: 256 subscriptions are open already"}}`)
		_, _ = fmt.Fprintln(p.in, `{"jsonrpc":"2.0","id":"t","method":"tools/list"}`)
		p.hear(`{"jsonrpc":"2.0","id":"t","result":{"tools":[]}}`)
	})
	if n := countServed(m, Crowded); n != 1 {
		t.Errorf("%d are told as too many", n)
	}
}

// Calls that wait for the answer to a question do not keep that answer from being read, and those that wait are bounded.
func TestQuestionsOverStdioAreBounded(t *testing.T) {
	const more = 10
	m := New(load(t, recorded(
		`>{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ask"}}`,
		`<{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"who?"}}`,
		`>{"jsonrpc":"2.0","id":"q","result":{"action":"accept"}}`,
		`<{"jsonrpc":"2.0","id":1,"result":{"content":[]}}`,
	)), Options{})
	p := pipeTo(t, m)
	lines := p.lines()
	within(t, "a flood of questions", func() {
		for i := range maxAsked + more {
			_, _ = fmt.Fprintf(p.in, `{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"ask"}}`+"\n", i)
		}
		questions, answers := []string{}, 0
		for len(questions) < maxAsked || answers < more {
			f := wire.ParseFrame([]byte(<-lines))
			if f.Message == wire.MsgRequest {
				questions = append(questions, string(f.RawID))
			} else {
				answers++
			}
		}
		if len(questions) != maxAsked || answers != more {
			t.Errorf("%d questions and %d answers without one, want %d and %d", len(questions), answers, maxAsked, more)
		}
		for _, id := range questions {
			_, _ = fmt.Fprintf(p.in, `{"jsonrpc":"2.0","id":%s,"result":{}}`+"\n", id)
		}
		for range maxAsked {
			if f := wire.ParseFrame([]byte(<-lines)); f.Message != wire.MsgResponse {
				t.Errorf("got %s", f.Message)
			}
		}
	})
	if n := countServed(m, Crowded); n != more {
		t.Errorf("%d questions are told as left out, want %d", n, more)
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	m := New(load(t, session1()), Options{})
	s, err := m.ListenHTTP(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	address := strings.TrimSuffix(strings.TrimPrefix(s.URL, "http://"), path)
	dial := func() net.Conn {
		c, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	first := dial()
	for range maxConns - 1 {
		dial()
	}
	over := dial()
	_ = over.SetReadDeadline(time.Now().Add(5 * time.Second)) // less than headerWait, which would end it too
	if _, err := over.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a connection above the limit stays open: %v", err)
	}
	if n := countServed(m, Crowded); n != 1 {
		t.Errorf("%d are told as too many", n)
	}
	_ = first.Close()
	deadline := time.Now().Add(30 * time.Second)
	for { // the place is free when the server has noticed
		resp, err := http.Post(s.URL, "application/json", strings.NewReader(`{"jsonrpc":"2.0","id":7,"method":"ping"}`))
		if err == nil {
			_ = resp.Body.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
