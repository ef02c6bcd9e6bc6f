package session

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// gate refuses a method until it is opened, and keeps the bodies it got.
type gate struct {
	mu     sync.Mutex
	open   bool
	bodies []string
}

func (g *gate) handler(result string) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		g.mu.Lock()
		defer g.mu.Unlock()
		g.bodies = append(g.bodies, string(b))
		if !g.open {
			rw.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		var m struct{ ID json.RawMessage }
		_ = json.Unmarshal(b, &m)
		rw.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(rw, `{"jsonrpc":"2.0","id":`+string(m.ID)+`,"result":`+result+`}`)
	}
}

func (g *gate) let(open bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open = open
}

func TestReplayIsByteIdentical(t *testing.T) {
	g := &gate{}
	s, _ := webSession(t, func(w *web, _ *Config) { w.on["tools/call"] = g.handler(`{"content":[]}`) })
	in := CallInput{
		Call: "mine", Method: "tools/call", OnProgress: func(Progress) {},
		Params: json.RawMessage(`{"name":"x","arguments":{"n":12345678901234567890,"a":1,"a":2}}`),
	}
	if _, err := s.Call(t.Context(), in); kindOf(err) != fault.Auth {
		t.Fatalf("error %v", err)
	}
	if _, err := s.Replay(t.Context(), "mine"); kindOf(err) != fault.Auth {
		t.Fatalf("refused again: %v", err)
	}
	g.let(true)
	r, err := s.Replay(t.Context(), "mine")
	if err != nil {
		t.Fatal(err)
	}
	if r.Call != "mine" || string(r.Result) != `{"content":[]}` {
		t.Errorf("result %+v", r)
	}
	if len(g.bodies) != 3 || g.bodies[0] != g.bodies[1] || g.bodies[0] != g.bodies[2] {
		t.Errorf("bodies differ: %q", g.bodies)
	}
	if _, err := s.Replay(t.Context(), "mine"); kindOf(err) != fault.Input {
		t.Errorf("a call that came through was replayed: %v", err)
	}
	var purposes []string
	for _, e := range s.cfg.Log.Page(0, 0).Entries {
		if e.Kind == wire.KindFrame && e.Dir == wire.Out && e.Method == "tools/call" {
			purposes = append(purposes, e.Purpose)
		}
	}
	if d := cmp.Diff([]string{"", purposeReplay, purposeReplay}, purposes); d != "" {
		t.Error(d)
	}
}

// A page of a list that was refused is asked for again as it was; the pages before it are read anew.
func TestReplayOfAList(t *testing.T) {
	g := &gate{}
	s, _ := webSession(t, func(w *web, _ *Config) { w.on["tools/list"] = g.handler(`{"tools":[]}`) })
	if _, err := s.Tools(t.Context()); kindOf(err) != fault.Auth {
		t.Fatalf("error %v", err)
	}
	g.let(true)
	for range 2 {
		if _, err := s.Tools(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(g.bodies) != 3 || g.bodies[0] != g.bodies[1] || g.bodies[1] == g.bodies[2] {
		t.Errorf("bodies %q", g.bodies)
	}
}
