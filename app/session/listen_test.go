package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/transport"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// accept acknowledges a stream with a filter.
func accept(p *peer, m msg, filter string) {
	p.send(`{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":%s},"notifications":%s}}`, m.ID, filter)
}

func stateOf(s *Session, uri string) Watched {
	list, _ := s.Watched()
	for _, w := range list {
		if w.URI == uri {
			return w
		}
	}
	return Watched{}
}

// The acknowledgement may leave out what was asked for; a change of the filter ends the stream and opens another.
func TestStreamIsAcknowledgedInPart(t *testing.T) {
	p := modernPeer(t)
	p.handle("subscriptions/listen", func(p *peer, m msg) {
		p.send(`{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"another"},"notifications":{}}}`)
		accept(p, m, `{"resourceSubscriptions":["a:1",7]}`)
	})
	s := connect(t, config(p))
	if err := s.Subscribe(t.Context(), []string{"a:1", "a:2"}, true); err != nil {
		t.Fatal(err)
	}
	st := s.Stream()
	if st.State != StreamOpen || st.Opened != 1 || st.Entry == 0 || !slices.Equal(st.Refused, []string{"a:2"}) {
		t.Errorf("%+v", st)
	}
	if one, two := stateOf(s, "a:1"), stateOf(s, "a:2"); one.State != WatchOn || two.State != WatchRefused {
		t.Errorf("%+v, %+v", one, two)
	}
	p.send(`{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:1/part"}}`)
	p.send(`{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{}}`)
	wait(t, "the update of a part", func() bool { return stateOf(s, "a:1/part").Updated })
	if err := s.Subscribe(t.Context(), []string{"a:2"}, false); err != nil || stateOf(s, "a:2").State != NotWatched {
		t.Errorf("%v, %+v", err, stateOf(s, "a:2"))
	}
	asked := p.sent("subscriptions/listen")
	wait(t, "the end of the first stream", func() bool { return len(p.sent("notifications/cancelled")) == 1 })
	if got := field(p.sent("notifications/cancelled")[0].Params, "requestId"); len(asked) != 2 || string(got) != string(asked[0].ID) {
		t.Errorf("cancelled %s, of %d streams", got, len(asked))
	}
	if got := field(asked[1].Params, "notifications"); string(got) != `{"resourceSubscriptions":["a:1"]}` {
		t.Errorf("second filter: %s", got)
	}
	if err := s.Subscribe(t.Context(), []string{"a:1"}, false); err != nil || s.Stream().State != StreamClosed {
		t.Errorf("%v, %+v", err, s.Stream())
	}
	if s.Latency() > 5*time.Second || len(s.Calls()) > 0 {
		t.Errorf("the stream counts as a call: %v, %+v", s.Latency(), s.Calls())
	}
}

// 2026-07-28 lets a server end a stream by a result or by notifications/cancelled; neither is a failure.
func TestServerEndsTheStream(t *testing.T) {
	for name, end := range map[string]func(p *peer, m msg){
		"result": func(p *peer, m msg) { p.result(m, `{"resultType":"complete"}`) },
		"cancelled": func(p *peer, m msg) {
			p.send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":%s,"reason":"bye"}}`, m.ID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := modernPeer(t)
			p.handle("subscriptions/listen", func(p *peer, m msg) {
				accept(p, m, `{"resourceSubscriptions":["a:1"]}`)
				end(p, m)
			})
			s := connect(t, config(p))
			if err := s.Subscribe(t.Context(), []string{"a:1"}, true); err != nil {
				t.Fatal(err)
			}
			wait(t, "the end", func() bool { return s.Stream().State == StreamClosed })
			if st := s.Stream(); st.Err != nil || !strings.HasPrefix(st.Text, "The server ended the stream") || stateOf(s, "a:1").State != WatchLost {
				t.Errorf("%+v", st)
			}
			if n := len(p.sent("notifications/cancelled")); n > 0 {
				t.Errorf("what the server ended was cancelled %d times", n)
			}
		})
	}
}

func TestStreamIsNotServed(t *testing.T) {
	p := modernPeer(t)
	s := connect(t, config(p))
	err := s.Subscribe(t.Context(), []string{"a:1"}, true)
	var f *fault.CallError
	if !errors.As(err, &f) || f.RPC == nil || f.RPC.Code != -32601 {
		t.Fatal(err)
	}
	if w := stateOf(s, "a:1"); w.State != WatchFailed || w.Err == nil || s.Stream().State != StreamFailed {
		t.Errorf("%+v, %+v", w, s.Stream())
	}
}

// Over HTTP: a stream that is cut is opened again, one that is refused waits for the sign-in.
func TestStreamOverHTTP(t *testing.T) {
	var opened atomic.Int32
	var refuse atomic.Bool
	url := mcptest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m struct {
			ID     json.RawMessage
			Method string
		}
		if json.NewDecoder(r.Body).Decode(&m) != nil {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		if m.Method != methodListen {
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":%s}`, m.ID, discoverResult(LatestModern))
			return
		}
		if refuse.Load() {
			w.Header().Set("WWW-Authenticate", "Bearer")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		n := opened.Add(1)
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = fmt.Fprintf(w, `data: {"jsonrpc":"2.0","method":%q,"params":{"_meta":{%q:%s},"notifications":{"resourceSubscriptions":["a:1"]}}}`+"\n\n", methodAccepted, metaSubscription, m.ID)
		w.(http.Flusher).Flush()
		if n == 1 {
			refuse.Store(true)
			return // cut
		}
		_, _ = fmt.Fprintf(w, `data: {"jsonrpc":"2.0","method":%q,"params":{"_meta":{%q:%s},"uri":"a:1"}}`+"\n\n: still here\n\n", methodUpdated, metaSubscription, m.ID)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	cfg := overHTTP(url)
	faults := make(chan error, 8)
	cfg.OnFault = func(err error) { faults <- err }
	s := connect(t, cfg)
	if err := s.Subscribe(t.Context(), []string{"a:1"}, true); err != nil {
		t.Fatal(err)
	}
	var f *fault.CallError
	select {
	case err := <-faults:
		if !errors.As(err, &f) || f.Challenge == nil {
			t.Fatal(err)
		}
	case <-time.After(patience):
		t.Fatal("the refusal of the second stream was not told")
	}
	if st := s.Stream(); st.State != StreamFailed || stateOf(s, "a:1").State != WatchFailed {
		t.Errorf("%+v", st)
	}
	refuse.Store(false)
	s.Listen() // the client has signed in
	wait(t, "the update", func() bool { return stateOf(s, "a:1").Updates == 1 })
	if st := s.Stream(); st.State != StreamOpen || st.Opened != 2 || stateOf(s, "a:1").State != WatchOn {
		t.Errorf("%+v", st)
	}
}

// overHTTP is a config for a modern server at a URL.
func overHTTP(url string) Config {
	log, mask := wire.NewLog(wire.Config{}), wire.NewMasker(make([]byte, 32))
	target := transport.Target{Server: "http", Conn: "k1", URL: url}
	return Config{
		Server: "http", Conn: "k1", Transport: HTTP, Era: Modern, Log: log, Client: ClientInfo{Name: "test", Version: "1"}, ProbeTimeout: patience,
		Dial: func(ctx context.Context, kind Transport, h transport.Handlers) (transport.Link, error) {
			target := target
			reach(&target, kind)
			return transport.Open(ctx, target, transport.Options{Log: log, Mask: mask, Handlers: h})
		},
	}
}

// mcp-go's own server over HTTP: the filter is cut to what it declares, and a changed list comes on the stream.
func TestStreamOfARealServer(t *testing.T) {
	cfg := real(t, "http")
	cfg.Era = Modern
	s := connect(t, cfg)
	if err := s.WatchLists(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	st := s.Stream()
	if st.State != StreamOpen || !st.Lists || len(st.Refused) > 0 {
		t.Fatalf("%+v", st)
	}
	var want, got map[string]any
	if json.Unmarshal(st.Request, &want) != nil || json.Unmarshal(st.Accepted, &got) != nil || cmp.Diff(want, got) != "" || want["toolsListChanged"] != true {
		t.Errorf("asked for %s, got %s", st.Request, st.Accepted)
	}
	if _, err := s.Call(t.Context(), CallInput{Method: "tools/call", Params: tool("grow", `{}`)}); err != nil {
		t.Fatal(err)
	}
	wait(t, "the changed list", s.ResourcesChanged)
	if l, err := s.Resources(t.Context(), nil, 0); err != nil || s.ResourcesChanged() || len(l.Decoded) != 2 {
		t.Errorf("%d resources, changed %v, %v", len(l.Decoded), s.ResourcesChanged(), err)
	}
	if err := s.WatchLists(t.Context(), false); err != nil || s.Stream().State != StreamClosed {
		t.Errorf("%v, %+v", err, s.Stream())
	}
}

// A legacy server is asked for each resource; what it refuses is told beside what it takes.
func TestLegacySubscriptions(t *testing.T) {
	p := legacyPeer(t)
	p.handle("resources/subscribe", func(p *peer, m msg) {
		if uri, _ := text(field(m.Params, "uri")); uri == "a:2" {
			p.fail(m, -32002, "")
			return
		}
		p.result(m, `{}`)
	})
	s := connect(t, config(p))
	if err := s.Subscribe(t.Context(), []string{"a:1", "a:2", "a:3"}, true); err == nil {
		t.Error("the refusal was not told")
	}
	for uri, want := range map[string]WatchState{"a:1": WatchOn, "a:2": WatchFailed, "a:3": WatchOn} {
		if got := stateOf(s, uri); got.State != want || (got.Err != nil) != (want == WatchFailed) {
			t.Errorf("%+v, want %q", got, want)
		}
	}
	if err := s.Subscribe(t.Context(), []string{"a:1"}, false); err == nil || stateOf(s, "a:1").State != WatchOn || stateOf(s, "a:1").Err == nil {
		t.Errorf("an unsubscribe that is refused: %v, %+v", err, stateOf(s, "a:1"))
	}
}

// A server can name resources without end.
func TestUpdatesAreBounded(t *testing.T) {
	var u updates
	for i := range maxWatched + 5 {
		u.edit(fmt.Sprint("a:", i), func(w *Watched) { w.Updated = true })
	}
	if len(u.by) != maxWatched || u.left != 5 {
		t.Errorf("%d kept, %d left out", len(u.by), u.left)
	}
}
