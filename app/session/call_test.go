package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/transport"
)

func echo(p *peer, m msg) {
	if m.Params == nil {
		m.Params = json.RawMessage("null")
	}
	p.result(m, `{"content":[],"echo":`+string(m.Params)+`}`)
}

func TestCallKeepsBytes(t *testing.T) {
	for _, tt := range []struct{ name, params, want string }{
		{"big numbers and order", `{"z":9007199254740993,"a":1e400}`, `{"z":9007199254740993,"a":1e400}`},
		{"own _meta", `{"_meta":{"b":1,"a":2},"name":"x"}`, `{"_meta":{"b":1,"a":2},"name":"x"}`},
	} {
		t.Run("legacy "+tt.name, func(t *testing.T) {
			p := legacyPeer(t)
			p.on["x/echo"] = echo
			s := connect(t, config(p))
			r, err := s.Call(t.Context(), CallInput{Method: "x/echo", Params: json.RawMessage(tt.params)})
			if err != nil {
				t.Fatal(err)
			}
			if got := string(field(r.Result, "echo")); got != tt.want {
				t.Errorf("got %s", got)
			}
		})
	}
	p := modernPeer(t)
	p.on["x/echo"] = echo
	s := connect(t, config(p))
	r, err := s.Call(t.Context(), CallInput{
		Method: "x/echo", OnProgress: func(Progress) {},
		Params: json.RawMessage(`{"n":9007199254740993,"_meta":{"mine":[1, 2],"io.modelcontextprotocol/clientInfo":{"name":"other"}}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"n":9007199254740993,"_meta":{"mine":[1,2],"io.modelcontextprotocol/clientInfo":{"name":"other"},` +
		`"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"progressToken":"s2"}}`
	if got := string(field(r.Result, "echo")); got != want { // the pipe compacts, nothing else changes
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestCallErrors(t *testing.T) {
	p := legacyPeer(t)
	p.on["tools/call"] = func(p *peer, m msg) { p.fail(m, -32602, `{"n":9007199254740993}`) }
	s := connect(t, config(p))
	r, err := s.Call(t.Context(), CallInput{Method: "tools/call", Params: json.RawMessage(`{"name":"echo"}`)})
	var f *fault.CallError
	if !errors.As(err, &f) || f.Kind != fault.RPC || f.Step != "tools/call echo" || string(f.RPC.Data) != `{"n":9007199254740993}` || len(f.Entries) != 2 {
		t.Fatalf("error %+v", err)
	}
	if r == nil || r.RPC != f.RPC || r.Raw == nil {
		t.Errorf("result %+v", r)
	}
	for name, in := range map[string]CallInput{
		"no method": {},
		"no JSON":   {Method: "x", Params: json.RawMessage(`{`)},
	} {
		if _, err := s.Call(t.Context(), in); kindOf(err) != fault.Input {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCancelTellsTheServer(t *testing.T) {
	for _, tt := range []struct {
		name      string
		peer      func(*testing.T) *peer
		transport Transport
		told      bool
	}{
		{"legacy stdio", legacyPeer, Stdio, true},
		{"legacy HTTP", legacyPeer, HTTP, true},
		{"modern stdio", modernPeer, Stdio, true},
		{"modern HTTP", modernPeer, HTTP, false}, // the closed stream tells it
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := tt.peer(t)
			p.on["tools/call"] = func(*peer, msg) {}
			cfg := config(p)
			cfg.Transport = tt.transport
			s := connect(t, cfg)
			ended := make(chan error)
			go func() {
				_, err := s.Call(context.WithoutCancel(t.Context()), CallInput{Call: "c", Method: "tools/call", Params: json.RawMessage(`{"name":"slow"}`)})
				ended <- err
			}()
			wait(t, "the call", func() bool { return len(p.sent("tools/call")) == 1 })
			if calls := s.Calls(); len(calls) != 1 || calls[0].Name != "slow" {
				t.Errorf("calls %+v", calls)
			}
			if _, err := s.Call(t.Context(), CallInput{Call: "c", Method: "x"}); kindOf(err) != fault.Input {
				t.Errorf("the id of a call in flight: %v", err)
			}
			if !s.Cancel("c", "changed my mind") || s.Cancel("d", "") {
				t.Error("Cancel")
			}
			if err := <-ended; kindOf(err) != fault.Cancelled || !strings.Contains(err.Error(), "changed my mind") {
				t.Errorf("error %v", err)
			}
			if !tt.told {
				return
			}
			wait(t, "the notification", func() bool { return len(p.sent("notifications/cancelled")) == 1 })
			params := p.sent("notifications/cancelled")[0].Params
			if string(field(params, "requestId")) != string(p.sent("tools/call")[0].ID) || !strings.Contains(string(params), "changed my mind") {
				t.Errorf("params %s", params)
			}
			// The late answer is ignored; the next call gets its own.
			p.result(p.sent("tools/call")[0], `{"late":true}`)
			p.handle("x/echo", echo)
			if r, err := s.Call(t.Context(), CallInput{Method: "x/echo"}); err != nil || field(r.Result, "late") != nil {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

func TestTimeoutAndProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := legacyPeer(t)
		cfg := config(p)
		cfg.RequestTimeout = time.Second
		s, err := Connect(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		token := func(m msg) string { return string(field(field(m.Params, "_meta"), "progressToken")) }
		var mu sync.Mutex
		var seen []float64
		call := func(method string) (*Result, time.Duration, error) {
			began := time.Now()
			r, err := s.Call(t.Context(), CallInput{Method: method, OnProgress: func(p Progress) {
				mu.Lock()
				defer mu.Unlock()
				seen = append(seen, p.Progress)
			}})
			return r, time.Since(began), err
		}
		progress := func(p *peer, m msg, list ...float64) {
			for _, v := range list {
				time.Sleep(800 * time.Millisecond)
				p.send(`{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":%s,"progress":%v,"total":10,"message":"m"}}`, token(m), v)
			}
		}
		p.handle("silent", func(*peer, msg) {})
		if _, took, err := call("silent"); kindOf(err) != fault.Timeout || took != time.Second || !strings.Contains(err.Error(), "No answer to silent came within 1s.") {
			t.Errorf("silent: %s, %v", took, err)
		}
		p.handle("busy", func(p *peer, m msg) {
			go func() { progress(p, m, 1, 2, 2); p.result(m, `{}`) }()
		})
		r, took, err := call("busy")
		if err != nil || took != 2400*time.Millisecond {
			t.Fatalf("busy: %s, %v", took, err)
		}
		if d := cmp.Diff([]float64{1, 2, 2}, seen); d != "" {
			t.Error(d) // the last one came before the answer and was told before it
		}
		if len(r.Findings) != 1 || !strings.Contains(r.Findings[0], "Progress did not increase: 2 after 2") {
			t.Errorf("findings %v", r.Findings)
		}
		p.handle("endless", func(p *peer, m msg) {
			go progress(p, m, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
		})
		if _, took, err := call("endless"); kindOf(err) != fault.Timeout || took != 10*time.Second || !strings.Contains(err.Error(), "made progress, but no answer came within 10s") {
			t.Errorf("endless: %s, %v", took, err)
		}
		time.Sleep(5 * time.Second) // the peer's last notifications
		closeSession(t, s)
		synctest.Wait()
	})
}

func TestSessionEndsByItself(t *testing.T) {
	p := legacyPeer(t)
	p.on["crash"] = func(p *peer, _ msg) { p.die() }
	s := connect(t, config(p))
	if _, err := s.Call(t.Context(), CallInput{Method: "crash"}); kindOf(err) != fault.Closed || !strings.Contains(err.Error(), "exit code 3") {
		t.Errorf("call: %v", err)
	}
	<-s.Done()
	if err := s.Err(); kindOf(err) != fault.Closed || !strings.Contains(err.Error(), "exit code 3") {
		t.Errorf("Err: %v", err)
	}
	if _, err := s.Call(t.Context(), CallInput{Method: "x"}); kindOf(err) != fault.Closed {
		t.Errorf("later call: %v", err)
	}
}

func TestCloseFreesCalls(t *testing.T) {
	p := legacyPeer(t)
	p.on["hang"] = func(*peer, msg) {}
	s, err := Connect(t.Context(), config(p))
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 20)
	for range cap(ended) {
		go func() {
			_, err := s.Call(context.WithoutCancel(t.Context()), CallInput{Method: "hang"})
			ended <- err
		}()
	}
	wait(t, "the calls", func() bool { return len(s.Calls()) == cap(ended) })
	closeSession(t, s)
	for range cap(ended) {
		if err := <-ended; kindOf(err) != fault.Closed {
			t.Errorf("error %v", err)
		}
	}
	if s.Err() != nil {
		t.Errorf("Err after Close: %v", s.Err())
	}
	closeSession(t, s)
}

// A handler that calls back must not deadlock: the link's reader only queues.
func TestCallFromNotification(t *testing.T) {
	p := legacyPeer(t)
	p.on["x/echo"] = echo
	cfg := config(p)
	done := make(chan error, 1)
	var s *Session
	ready := make(chan struct{})
	cfg.OnNotification = func(transport.Incoming) {
		<-ready
		_, err := s.Call(context.WithoutCancel(t.Context()), CallInput{Method: "x/echo"})
		done <- err
	}
	s = connect(t, cfg)
	close(ready)
	p.send(`{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if !s.ToolsChanged() {
		t.Error("ToolsChanged")
	}
}

func TestPing(t *testing.T) {
	p := legacyPeer(t)
	p.on["ping"] = func(p *peer, m msg) { p.result(m, `{}`) }
	if _, err := connect(t, config(p)).Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := connect(t, config(modernPeer(t))).Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestList(t *testing.T) {
	page := func(items, next string) string {
		if next != "" {
			next = `,"nextCursor":` + next
		}
		return fmt.Sprintf(`{"tools":%s%s}`, items, next)
	}
	for _, tt := range []struct {
		name    string
		pages   map[string]string // by raw cursor, "" the first
		items   int
		n       int
		finding string
		err     string
	}{
		{"one page", map[string]string{"": page(`[1,2]`, "")}, 2, 1, "", ""},
		{"empty cursor is a cursor", map[string]string{"": page(`[1]`, `""`), `""`: page(`[2]`, `"b"`), `"b"`: page(`[]`, "")}, 2, 3, "", ""},
		{"loop", map[string]string{"": page(`[1]`, `"a"`), `"a"`: page(`[2]`, `"a"`)}, 2, 2, `The cursor "a" came twice`, ""},
		{"null cursor", map[string]string{"": page(`[1]`, `null`)}, 1, 1, "nextCursor is null", ""},
		{"number cursor", map[string]string{"": page(`[1]`, `2`)}, 1, 1, "nextCursor is no string but 2", ""},
		{"no array", map[string]string{"": page(`[1]`, `"a"`), `"a"`: `{"tools":{}}`}, 1, 2, "", `The member "tools" of the answer is no array.`},
		{"no member", map[string]string{"": `{}`}, 0, 1, "", `The answer has no member "tools".`},
		{"error on page two", map[string]string{"": page(`[1]`, `"a"`)}, 1, 1, "", "-32601"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := legacyPeer(t)
			p.on["tools/list"] = func(p *peer, m msg) {
				if r, ok := tt.pages[string(field(m.Params, "cursor"))]; ok {
					p.result(m, r)
					return
				}
				p.fail(m, -32601, "")
			}
			l, err := connect(t, config(p)).ListAll(t.Context(), "tools/list", "tools")
			if len(l.Items) != tt.items || l.Pages != tt.n {
				t.Errorf("%d items on %d pages", len(l.Items), l.Pages)
			}
			if got := strings.Join(l.Findings, " "); !strings.Contains(got, tt.finding) || (tt.finding == "") != (got == "") {
				t.Errorf("findings %q", got)
			}
			if (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestTools(t *testing.T) {
	p := legacyPeer(t)
	p.on["tools/list"] = func(p *peer, m msg) {
		p.result(m, `{"tools":[{"name":"a","title":"A","description":"d","inputSchema":{"type":"object","x":9007199254740993},"outputSchema":{"type":"object"},"annotations":{"readOnlyHint":true,"title":"no"},"extra":1},`+
			`{"name":"a","inputSchema":{"type":"object"},"annotations":{"title":"T","destructiveHint":"yes"}},{"name":7},"junk",{"name":"c","inputSchema":true}]}`)
	}
	l, err := connect(t, config(p)).Tools(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	yes := true
	a := l.Decoded[0]
	if a.Title != "A" || a.Description != "d" || a.Problem != "" || cmp.Diff(a.ReadOnly, &yes) != "" || string(a.InputSchema) != `{"type":"object","x":9007199254740993}` {
		t.Errorf("first %+v", a)
	}
	var got []string
	for _, tool := range l.Decoded {
		got = append(got, tool.Name+"|"+tool.Title+"|"+tool.Problem)
	}
	want := []string{
		"a|A|", "a|T|DestructiveHint is no boolean.", "||Name is no string; it has no inputSchema; it has no name.",
		"||The item is no JSON object.", "c||InputSchema is no object.",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{`The name "a" is used by more than one tool.`}, l.Findings); d != "" {
		t.Error(d)
	}
}
