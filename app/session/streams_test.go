package session

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// told sends a notification with a subscription id, as JSON text; empty: without one.
func told(p *peer, id, method, params string) {
	if id != "" {
		params = `"_meta":{"io.modelcontextprotocol/subscriptionId":` + id + `}` + params
	} else {
		params = strings.TrimPrefix(params, ",")
	}
	p.send(`{"jsonrpc":"2.0","method":%q,"params":{%s}}`, method, params)
}

func streamNamed(s *Session, name string) Stream {
	list, _ := s.Streams()
	for _, st := range list {
		if st.Name == name {
			return st
		}
	}
	return Stream{}
}

// Several streams at once: each has its own acknowledgement and its own messages, told apart by subscriptionId.
func TestSeveralStreams(t *testing.T) {
	p := modernPeer(t)
	p.handle("subscriptions/listen", func(p *peer, m msg) {
		accept(p, m, `{"toolsListChanged":true,"resourceSubscriptions":["a:1"],"taskIds":["t1"]}`)
	})
	s := connect(t, config(p))
	if err := s.Subscribe(t.Context(), []string{"a:1"}, true); err != nil {
		t.Fatal(err)
	}
	one, err := s.OpenStream(t.Context(), Filter{Tools: true, Prompts: true, URIs: []string{"a:2"}})
	if err != nil {
		t.Fatal(err)
	}
	two, err := s.OpenStream(t.Context(), Filter{TaskIDs: []string{"t1", "t2"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := streamNamed(s, one).Refused; !slices.Equal(got, []string{"promptsListChanged", "a:2"}) {
		t.Errorf("refused of the first: %q", got)
	}
	if st := streamNamed(s, two); !slices.Equal(st.Refused, []string{"t2"}) || string(st.Request) != `{"taskIds":["t1","t2"]}` {
		t.Errorf("the second: %+v", st)
	}
	if w := stateOf(s, "a:2"); w.State != NotWatched {
		t.Errorf("a stream of the user's changed what is watched: %+v", w)
	}
	asked := p.sent("subscriptions/listen")
	told(p, string(asked[1].ID), "notifications/tools/list_changed", "")
	told(p, string(asked[2].ID), "notifications/tasks", `,"taskId":"t1"`)
	told(p, string(asked[2].ID), "notifications/tasks", `,"taskId":"t1"`)
	told(p, `"nobody"`, "notifications/tools/list_changed", "")
	told(p, `7`, "notifications/tools/list_changed", "")
	told(p, "", "notifications/message", `"level":"info"`)
	wait(t, "the last message", func() bool { _, f := s.Streams(); return len(f) == 2 })
	list, foreign := s.Streams()
	var counts []string
	for _, st := range list {
		counts = append(counts, fmt.Sprint(st.Name, " ", st.State, " ", st.Events))
	}
	if want := []string{"own open 0", "s1 open 1", "s2 open 2"}; !slices.Equal(counts, want) {
		t.Errorf("%q, want %q", counts, want)
	}
	if foreign[0].ID != "7" || foreign[1].ID != "nobody" || foreign[1].Ended || foreign[1].Entry == 0 {
		t.Errorf("%+v", foreign)
	}
	if !s.ToolsChanged() {
		t.Error("the change itself was lost")
	}
	closing(t, s, p, one, asked[1])
}

// closing closes the first stream of the user's; what comes for it later is told.
func closing(t *testing.T, s *Session, p *peer, name string, asked msg) {
	t.Helper()
	if !s.CloseStream(name) || s.CloseStream(name) || s.CloseStream("x") {
		t.Error("CloseStream")
	}
	wait(t, "the cancellation", func() bool { return len(p.sent("notifications/cancelled")) == 1 })
	if got := field(p.sent("notifications/cancelled")[0].Params, "requestId"); string(got) != string(asked.ID) {
		t.Errorf("cancelled %s, not %s", got, asked.ID)
	}
	told(p, string(asked.ID), "notifications/tools/list_changed", "")
	id, _ := text(asked.ID)
	wait(t, "the late message", func() bool {
		_, foreign := s.Streams()
		return slices.ContainsFunc(foreign, func(f Foreign) bool { return f.ID == id && f.Ended })
	})
	if list, _ := s.Streams(); len(list) != 2 {
		t.Errorf("%+v", list)
	}
}

func TestStreamIsOpenedAgainByHand(t *testing.T) {
	p := modernPeer(t)
	p.handle("subscriptions/listen", func(p *peer, m msg) {
		accept(p, m, `{"toolsListChanged":true}`)
		if len(p.sent("subscriptions/listen")) == 1 {
			p.result(m, `{"resultType":"complete"}`)
		}
	})
	s := connect(t, config(p))
	name, err := s.OpenStream(t.Context(), Filter{Tools: true})
	if err != nil {
		t.Fatal(err)
	}
	wait(t, "the server's end of it", func() bool { return streamNamed(s, name).State == StreamClosed })
	if !s.ReopenStream(name) || s.ReopenStream("x") {
		t.Error("ReopenStream")
	}
	wait(t, "the second opening", func() bool { st := streamNamed(s, name); return st.State == StreamOpen && st.Opened == 2 })
}

// A stream that the server does not take stays listed with the reason.
func TestStreamThatIsNotTaken(t *testing.T) {
	p := modernPeer(t)
	s := connect(t, config(p))
	name, err := s.OpenStream(t.Context(), Filter{Tools: true})
	if kindOf(err) != fault.RPC || streamNamed(s, name).State != StreamFailed {
		t.Errorf("%v, %+v", err, streamNamed(s, name))
	}
	if _, err := s.OpenStream(t.Context(), Filter{}); kindOf(err) != fault.Input {
		t.Errorf("an empty filter: %v", err)
	}
	for range maxStreams - 1 {
		_, _ = s.OpenStream(t.Context(), Filter{Tools: true})
	}
	if _, err := s.OpenStream(t.Context(), Filter{Tools: true}); kindOf(err) != fault.Input || !strings.Contains(err.Error(), "close one") {
		t.Errorf("one too many: %v", err)
	}
	if _, err := connect(t, config(legacyPeer(t))).OpenStream(t.Context(), Filter{Tools: true}); kindOf(err) != fault.Input {
		t.Errorf("legacy: %v", err)
	}
}

// A server can invent subscription ids without end.
func TestForeignMessagesAreBounded(t *testing.T) {
	p := modernPeer(t)
	s := connect(t, config(p))
	for i := range maxForeign + 50 {
		told(p, fmt.Sprintf(`"x%d"`, i), "notifications/tools/list_changed", "")
	}
	p.on["x/echo"] = echo
	wait(t, "the last of them", func() bool {
		s.streams.mu.Lock()
		defer s.streams.mu.Unlock()
		return s.streams.left == 50
	})
	if _, foreign := s.Streams(); len(foreign) != maxForeign {
		t.Errorf("%d are kept", len(foreign))
	}
	if f := (Filter{Resources: true}); len(func() []string { _, r := f.accepted(json.RawMessage(`7`)); return r }()) != 1 {
		t.Error("an acknowledgement that is no object accepts something")
	}
}
