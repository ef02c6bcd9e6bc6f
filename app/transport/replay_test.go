package transport

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// TestReplay: a refused request that is sent again is the same to the byte, but for the credentials, and its entries say
// that it is a replay.
func TestReplay(t *testing.T) {
	request := Request{
		ID: "r7", Method: "tools/call", Call: "call-7", Params: json.RawMessage(`{ "name":"echo", "arguments":{"n":1.50,"s":"é<&>","big":12345678901234567890} }`),
		Header: http.Header{"Mcp-Method": {"tools/call"}, "Mcp-Name": {"echo"}, "Mcp-Param-X": {"=?base64?w6k=?="}},
	}
	for _, kind := range []profile.Transport{profile.HTTP, profile.SSE} {
		t.Run(string(kind), func(t *testing.T) {
			leakless(t)
			w := &watcher{}
			source := &fakeSource{}
			var h http.Handler = mcptest.Scripted(func(p mcptest.Post) {
				if p.ID == "" {
					p.W.WriteHeader(202)
					return
				}
				p.W.Header().Set("Mcp-Session-Id", "session-0123456789")
				p.JSON(200, p.OK())
			}, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(405) })
			if kind == profile.SSE {
				s := &mcptest.SSEServer{Post: mcptest.Accept}
				t.Cleanup(s.Drop)
				h = s
			}
			server := mcptest.Serve(t, w.over(renewed(h, func(r *http.Request) bool { return r.Header.Get("Mcp-Name") == "echo" || isCall(r) })))
			r := newRig(t).must(Target{Transport: kind, URL: server + "/mcp"}, func(o *Options) { o.Auth = source })
			r.initialize()
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			if _, err := r.link.Call(ctx, request); !fault.Is(err, fault.Auth) {
				t.Fatalf("first: %s", explain(err))
			}
			source.set("new-0123456789")
			again := request
			again.Purpose = "replay"
			a, err := r.link.Call(ctx, again)
			if err != nil || a.Error != nil {
				t.Fatalf("again: %s", explain(err))
			}
			got := w.of("POST tools/call")
			if len(got) != 2 || !strings.Contains(got[0].body, `"id":"r7"`) || got[0].head.Get("Mcp-Param-X") == "" {
				t.Fatalf("arrived %+v", got)
			}
			same(t, "the replay", got[0], got[1])
			replays := r.find(func(e wire.Entry) bool { return e.Purpose == "replay" && e.Dir == wire.Out })
			if len(replays) != 2 || replays[0].Kind == replays[1].Kind || replays[0].Call != "call-7" || replays[1].Call != "call-7" {
				t.Errorf("entries %+v", replays)
			}
			if e, ok := r.log.Entry(a.Request); !ok || e.Purpose != "replay" || e.Pair != a.Response {
				t.Errorf("the answer belongs to %+v", e)
			}
		})
	}
}

func isCall(r *http.Request) bool { return r.Header.Get("Mcp-Method") == "tools/call" }

// TestListenAgain: a GET stream that was refused is opened again after a sign-in, behind the last event that came.
func TestListenAgain(t *testing.T) {
	leakless(t)
	var mu sync.Mutex
	var ids []string
	source := &fakeSource{token: "old-0123456789"}
	get := func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			return
		}
		mu.Lock()
		ids = append(ids, r.Header.Get("Last-Event-ID")+" "+r.Header.Get("Authorization"))
		n := len(ids)
		mu.Unlock()
		if n == 2 { // expired while the stream was down
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			w.WriteHeader(401)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprintf(w, "id: g%d\nretry: 20\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/n%d\"}\n\n", n, n)
		_ = http.NewResponseController(w).Flush()
		if n == 3 {
			<-r.Context().Done()
		}
	}
	r := newRig(t).must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.Scripted(func(p mcptest.Post) { p.JSON(200, p.OK()) }, get))},
		func(o *Options) { o.Auth = source })
	refused := make(chan error, 2)
	var told func(error)
	told = func(err error) {
		refused <- err
		source.set("new-0123456789")
		r.link.Listen(told) // at once, from where it is told
	}
	r.link.Listen(told)
	if err := <-refused; !fault.Is(err, fault.Auth) {
		t.Fatal(explain(err))
	}
	eventually(t, "the stream again", func() bool { return len(r.incoming()) == 2 })
	mu.Lock()
	defer mu.Unlock()
	if got, want := strings.Join(ids, ", "), " Bearer old-0123456789, g1 Bearer old-0123456789, g1 Bearer new-0123456789"; got != want {
		t.Errorf("asked %q, want %q", got, want)
	}
	if len(r.refused()) != 1 || len(refused) != 0 {
		t.Errorf("told %d times", len(r.refused()))
	}
}
