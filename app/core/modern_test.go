package core

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// modern is a core connected to a scripted modern server, by a profile that edit may change.
func modern(t *testing.T, ttl int, edit func(*profile.Profile)) (c *Core, id string, peer *mcptest.Modern) {
	t.Helper()
	peer = mcptest.NewModern(ttl)
	c = New(Options{Dir: t.TempDir(), Version: "test", Answers: true})
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	p := profile.Profile{Name: "modern", Transport: profile.HTTP, URL: mcptest.Serve(t, peer)}
	if edit != nil {
		edit(&p)
	}
	saved, err := c.Save(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if v := connect(t, c, saved.ID); v.Era != "modern" {
		t.Fatalf("%+v", v)
	}
	return c, saved.ID, peer
}

// runTool calls a tool by name.
func runTool(t *testing.T, c *Core, id, name string, extra *CallExtras) RunOutput {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	out, err := c.Run(ctx, RunInput{Call: newID(), Profile: id, Tool: name, Index: -1, Args: `{"n":9007199254740993}`, Force: true, Extra: extra})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRoundsByHandOverHTTP(t *testing.T) {
	c, id, _ := modern(t, 0, func(p *profile.Profile) { p.Protocol.Trace = true })
	ended := make(chan RunOutput, 1)
	go func() {
		out, _ := c.Run(context.WithoutCancel(t.Context()), RunInput{Call: "c", Profile: id, Tool: "ask", Index: -1, Args: `{}`, Extra: &CallExtras{Hand: true}})
		ended <- out
	}()
	hand := func(n int) *HandRound {
		var h *HandRound
		until(t, "the round", func() bool { h = c.Rounds(id, "c").Hand; return h != nil && h.Round == n })
		return h
	}
	h := hand(1)
	if h.State != mcptest.WildState || !h.HasState || len(h.Questions) != 1 || h.Questions[0].Item.Key != "name" || !strings.Contains(h.Result, "What is your name?") {
		t.Errorf("%+v", h)
	}
	if calls := c.Calls(id); len(calls) != 1 || !calls[0].Hand || calls[0].Round != 1 {
		t.Errorf("%+v", calls)
	}
	if err := c.SendRound(HandRetry{Profile: id, Call: "c", Round: 1, Responses: `{"name":`}); err == nil {
		t.Error("answers that are no JSON were taken")
	}
	if err := c.SendRound(HandRetry{Profile: id, Call: "c", Round: 1, Responses: `{"name":{"action":"accept","content":{"answer":"Ada"}}}`}); err != nil {
		t.Fatal(err)
	}
	hand(2)
	same, other := h.Params, h.State
	if err := c.SendRound(HandRetry{Profile: id, Call: "c", Round: 2, Responses: `{"colour":{"action":"decline"}}`, Params: &same, State: &other}); err != nil {
		t.Fatal(err)
	}
	out := <-ended
	if out.Err != nil || out.Rounds != 2 || !strings.Contains(out.Result, "the state is the same") {
		t.Errorf("%+v, %+v", out, out.Err)
	}
	all := c.Rounds(id, "c")
	if len(all.Rounds) != 3 || all.Hand != nil || all.Limit != 20 {
		t.Fatalf("%+v", all)
	}
	for i, r := range all.Rounds {
		if r.Request == 0 || r.Response == 0 || r.Hand != (i > 0) || r.Edited != "" || len(r.Trace) != 55 {
			t.Errorf("round %d: %+v", i, r)
		}
	}
	if out.Trace != all.Rounds[2].Trace {
		t.Errorf("the trace of the call is %q", out.Trace)
	}
}

func TestExtrasOfACall(t *testing.T) {
	c, id, _ := modern(t, 0, func(p *profile.Profile) {
		p.Protocol.Meta, p.Protocol.LogLevel = `{"com.example/a":"settings","com.example/b":1}`, "warning"
	})
	out := runTool(t, c, id, "echo", &CallExtras{
		Meta: `{"com.example/a":"call"}`, LogLevel: "none", Declare: `{"roots":{}}`, Headers: []wire.Header{{Name: "X-Mine", Value: "1"}}, Timeout: 60_000,
	})
	for _, want := range []string{`com.example/a\":\"call`, `com.example/b\":1`, `clientCapabilities\":{\"roots\":{}}`, "9007199254740993"} {
		if !strings.Contains(out.Result, want) {
			t.Errorf("%s is not in %s", want, out.Result)
		}
	}
	if strings.Contains(out.Result, "logLevel") {
		t.Errorf("a log level was sent: %s", out.Result)
	}
	until(t, "the header in the exchange", func() bool {
		for _, e := range c.Page(0, 1000).Entries {
			if x, err := c.Exchange(e.Seq); err == nil && slices.ContainsFunc(x.RequestHeaders, func(h wire.Header) bool { return h.Name == "X-Mine" && h.Value == "1" }) {
				return true
			}
		}
		return false
	})
	for name, bad := range map[string]CallExtras{
		"_meta": {Meta: "7"}, "capabilities": {Declare: "[]"}, "level": {LogLevel: "loud"}, "header": {Headers: []wire.Header{{Name: "a b"}}},
		"value": {Headers: []wire.Header{{Name: "a", Value: "x\ny"}}},
	} {
		if out := runTool(t, c, id, "echo", &bad); out.Err == nil || out.Err.Kind != "input" || out.Request != 0 {
			t.Errorf("%s: %+v", name, out)
		}
	}
}

// A capability that is switched off is not declared, and can be for one call.
func TestSwitchesAndWhatACallDeclares(t *testing.T) {
	c, id, _ := modern(t, 0, func(p *profile.Profile) { p.Protocol.Off = []string{profile.SwitchSampling} })
	out := runTool(t, c, id, "needs", nil)
	if out.Err == nil || out.Err.RPCCode != -32021 || !strings.Contains(out.Err.RPC, "requiredCapabilities") {
		t.Fatalf("%+v", out.Err)
	}
	if out = runTool(t, c, id, "needs", &CallExtras{Declare: `{"sampling":{}}`}); out.Err != nil || !strings.Contains(out.Result, "declared") {
		t.Errorf("%+v, %s", out.Err, out.Result)
	}
	p, err := c.profile(id)
	if err != nil {
		t.Fatal(err)
	}
	p.Protocol.Off = nil
	if _, err := c.Save(p, nil); err != nil {
		t.Fatal(err)
	}
	if out = runTool(t, c, id, "needs", nil); out.Err != nil {
		t.Errorf("the changed settings are not in force: %+v", out.Err)
	}
	if v, _ := c.Connection(id); !strings.Contains(v.Client, "sampling") {
		t.Errorf("the connection still says %s", v.Client)
	}
}

func TestToolsFollowTheirHints(t *testing.T) {
	c, id, peer := modern(t, 60_000, func(p *profile.Profile) { p.Protocol.Paged = true })
	list := func(want ReadList) ToolList {
		l, err := c.ToolPages(t.Context(), id, want)
		if err != nil || l.Err != nil {
			t.Fatal(err, l.Err)
		}
		return l
	}
	first := list(KeptList)
	if len(first.Tools) != 2 || !first.More || first.Cursor != "" || first.Cache == nil || first.Cache.Stale != "" || first.Cache.Scope != "private" {
		t.Fatalf("%+v, %+v", first, first.Cache)
	}
	if again := list(KeptList); len(again.Tools) != 2 || peer.Count("tools/list") != 1 {
		t.Error("a fresh list was asked for again")
	}
	list(NextPage)
	if all := list(NextPage); len(all.Tools) != 7 || all.More || all.Pages != 3 {
		t.Errorf("%+v", all)
	}
	broken := slices.IndexFunc(list(KeptList).Tools, func(tool Tool) bool { return tool.Excluded != "" && tool.Name == "broken" })
	if broken != 6 {
		t.Errorf("the excluded tool is at %d", broken)
	}
	if _, err := c.OpenStream(t.Context(), StreamInput{Profile: id, Tools: true}); err != nil {
		t.Fatal(err)
	}
	peer.Tell("notifications/tools/list_changed", "")
	until(t, "the change", func() bool { v, _ := c.Connection(id); return v.ToolsChanged })
	asked := peer.Count("tools/list")
	if now := list(KeptList); peer.Count("tools/list") != asked+1 || len(now.Tools) != 2 {
		t.Error("a list that changed was not asked for again")
	}
}

func TestStaleListsAreAskedForAgain(t *testing.T) {
	c, id, peer := modern(t, 1, nil)
	if l := c.Resources(t.Context(), id, KeptList); l.Err != nil || l.Cache == nil || l.Cache.TTL != 1 {
		t.Fatalf("%+v", l)
	}
	until(t, "the hint to run out", func() bool {
		return c.Resources(t.Context(), id, KeptList).Err == nil && peer.Count("resources/list") > 1
	})
	out := c.Read(t.Context(), ReadInput{Call: newID(), Profile: id, URI: "test://note", Index: -1, Extra: &CallExtras{Meta: `{"com.example/a":1}`}})
	if out.Err != nil || out.Cache == nil {
		t.Errorf("%+v", out)
	}
	if b, err := c.Body(out.Request, wire.PartMessage, 0, -1); err != nil || !strings.Contains(string(b.Bytes), `"com.example/a":1`) {
		t.Errorf("%v: %s", err, b.Bytes)
	}
}

func TestStreamsOfAConnection(t *testing.T) {
	c, id, peer := modern(t, 0, nil)
	if _, err := c.WatchLists(t.Context(), id, true); err != nil {
		t.Fatal(err)
	}
	name, err := c.OpenStream(t.Context(), StreamInput{Profile: id, Tools: true, Prompts: true, URIs: []string{" ", "test://note"}})
	if err != nil {
		t.Fatal(err)
	}
	peer.Tell("notifications/tools/list_changed", "")
	until(t, "messages on both, and one for none", func() bool {
		v := c.Streams(id)
		return len(v.Streams) == 2 && v.Streams[0].Events > 0 && v.Streams[1].Events > 0 && len(v.Foreign) == 1
	})
	v := c.Streams(id)
	if st := v.Streams[1]; st.Name != name || !slices.Equal(st.Refused, []string{"promptsListChanged"}) || !slices.Equal(st.Want.URIs, []string{"test://note"}) || st.LastSeq == 0 {
		t.Errorf("%+v", st)
	}
	if v.Streams[0].Name != "own" || v.Foreign[0].ID != "nobody" || !v.Offer.Tools || !v.Offer.Subscribe || v.Offer.Tasks {
		t.Errorf("%+v", v)
	}
	peer.Cut()
	until(t, "both to be opened again", func() bool {
		v := c.Streams(id)
		return len(v.Streams) == 2 && v.Streams[0].Opened == 2 && v.Streams[1].Opened == 2
	})
	// The next connection listens for the same.
	if err := c.Restart(id); err != nil {
		t.Fatal(err)
	}
	until(t, "the streams of the next connection", func() bool {
		v := c.Streams(id)
		return len(v.Streams) == 2 && v.Streams[0].State == "open" && v.Streams[1].State == "open" && v.Streams[1].Want.Prompts
	})
	if err := c.CloseStream(id, c.Streams(id).Streams[1].Name); err != nil {
		t.Error(err)
	}
	if err := c.CloseStream(id, "x"); err == nil {
		t.Error("a stream that is not there was closed")
	}
	if err := c.ReopenStream(id, "own"); err != nil {
		t.Error(err)
	}
}

func TestMirroredHeadersOfACall(t *testing.T) {
	c, id, _ := modern(t, 0, nil)
	list, err := c.ToolPages(t.Context(), id, AllPages)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(list.Tools, func(tool Tool) bool { return tool.Name == "mirrored" })
	m, err := c.Mirror(RunInput{Profile: id, Tool: "mirrored", Index: at, Args: `{"city":"Köln ` + strings.Repeat("x", 400) + `"}`})
	if err != nil || !m.Used || len(m.Headers) != 4 {
		t.Fatalf("%v, %+v", err, m)
	}
	city := m.Headers[3]
	if city.Header != "Mcp-Param-City" || !strings.HasPrefix(city.Text, "Köln ") || !city.Cut || city.From != "/arguments/city" {
		t.Errorf("%+v", city)
	}
	var schema map[string]any
	if d, err := c.Tool(id, at); err != nil || json.Unmarshal([]byte(d.InputSchema), &schema) != nil {
		t.Error(err)
	}
}

// What is too long to be edited is shown in part and goes back whole.
func TestLongStateIsNotEdited(t *testing.T) {
	cn := &connection{core: start(t)}
	long := json.RawMessage(`"` + strings.Repeat("é", editedText) + `"`)
	h := cn.handRound(session.HandRound{State: long, Params: json.RawMessage(`{}`), Result: long})
	if !h.StateCut || h.ParamsCut || !h.Cut || len(h.State) > editedText || h.Bytes != len(long) || len(h.Result) > shownResult {
		t.Errorf("%d bytes of the state, %d of the result: %+v", len(h.State), len(h.Result), h.StateCut)
	}
}
