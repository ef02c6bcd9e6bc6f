package core

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
)

// overviewOf waits until an overview is as wanted.
func overviewOf(t *testing.T, c *Core, id, what string, ok func(Overview) bool) Overview {
	t.Helper()
	var v Overview
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if v = c.Overview(id); ok(v) {
			return v
		}
	}
	t.Fatalf("no overview with %s: %+v", what, v)
	return v
}

func (v Overview) method(name string) ServedMethod {
	for _, m := range v.Served {
		if m.Method == name {
			return m
		}
	}
	return ServedMethod{}
}

// byMethod connects to a server over legacy Streamable HTTP that answers by method; "" is a GET.
func byMethod(t *testing.T, capabilities string, change func(*profile.Profile), on map[string]func(p mcptest.Post), get http.HandlerFunc) (*Core, string) {
	t.Helper()
	post := func(p mcptest.Post) {
		switch do := on[p.Method]; {
		case do != nil:
			do(p)
		case p.Method == "initialize":
			p.JSON(200, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":%s,"serverInfo":{"name":"scripted","version":"1"}}}`, p.ID, capabilities))
		case p.ID == "" || p.Method == "":
			p.W.WriteHeader(http.StatusAccepted)
		default:
			p.JSON(200, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no such method"}}`, p.ID))
		}
	}
	if get == nil {
		get = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusMethodNotAllowed) }
	}
	c := start(t)
	p := profile.Profile{Name: "scripted", Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.Scripted(post, get)), Era: profile.Era{Mode: "legacy"}}
	if change != nil {
		change(&p)
	}
	id, err := c.UseProfile(p, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	connect(t, c, id)
	return c, id
}

func TestOverviewOfTheSample(t *testing.T) {
	bothEras(t, func(t *testing.T, era session.Era) {
		c, id := sample(t, era)
		if l, err := c.Tools(t.Context(), id, true); err != nil || l.Err != nil {
			t.Fatal(err, l.Err)
		}
		v := c.Overview(id)
		if v.Process == nil || v.Process.PID == 0 || v.Process.Exit != "" || v.Process.Started == 0 {
			t.Errorf("process %+v", v.Process)
		}
		if m := v.method("tools/list"); !m.Declared || m.Verdict != VerdictServed || m.Problem != "" || m.Seq == 0 {
			t.Errorf("tools/list: %+v", m)
		}
		if m := v.method("prompts/list"); !m.Declared || m.Verdict != VerdictUnknown {
			t.Errorf("prompts/list was not asked: %+v", m)
		}
		want := map[session.Era]string{session.Legacy: "initialize 2025-11-25 2025-11-25", session.Modern: "server/discover 2026-07-28"}[era]
		if len(v.Attempts) != 1 || !strings.HasPrefix(fmt.Sprint(v.Attempts[0].Method, " ", v.Attempts[0].Asked, " ", v.Attempts[0].Answer), want) || v.Attempts[0].Open || v.Attempts[0].Reply == 0 {
			t.Errorf("attempts %+v", v.Attempts)
		}
		if v.Sent.Requests < 2 || v.Received.Results < 2 || v.Sent.Bytes == 0 || v.Received.Bytes < 1000 || v.LastIn.Seq == 0 || v.LastIn.Method != "tools/list" || v.Latency.Count < 2 || v.WaitingAll != 0 {
			t.Errorf("counts %+v", v)
		}
		// A second look counts nothing twice.
		if again := c.Overview(id); again.Sent != v.Sent || again.Received != v.Received || again.Latency != v.Latency {
			t.Errorf("again: %+v, before %+v", again, v)
		}
		if err := c.CheckServed(t.Context(), id, false); err != nil {
			t.Fatal(err)
		}
		v = c.Overview(id)
		for _, name := range []string{"tools/list", "resources/list", "resources/templates/list", "prompts/list"} {
			if m := v.method(name); m.Verdict != VerdictServed || m.Problem != "" {
				t.Errorf("after the check: %+v", m)
			}
		}
		if v.CheckError != nil || v.Checking != "" {
			t.Errorf("check: %+v", v.CheckError)
		}
	})
}

// What a server declares and does not serve, and what it serves and does not declare.
func TestDeclaredAndServed(t *testing.T) {
	list := func(name string) func(p mcptest.Post) {
		return func(p mcptest.Post) {
			p.JSON(200, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{%q:[]}}`, p.ID, name))
		}
	}
	c, id := byMethod(t, `{"tools":{},"resources":{},"logging":{}}`, nil, map[string]func(p mcptest.Post){
		"tools/list": list("tools"), "prompts/list": list("prompts"),
		"resources/list": func(p mcptest.Post) {
			p.Stream("data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n\ndata: " + fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":-32000,"message":"not today"}}`, p.ID) + "\n\n")
		},
	}, nil)
	if err := c.CheckServed(t.Context(), id, false); err != nil {
		t.Fatal(err)
	}
	v := c.Overview(id)
	if m := v.method("prompts/list"); m.Verdict != VerdictUnknown {
		t.Errorf("what is not declared was asked for: %+v", m)
	}
	if err := c.CheckServed(t.Context(), id, true); err != nil {
		t.Fatal(err)
	}
	v = overviewOf(t, c, id, "the notification", func(v Overview) bool {
		return v.method("notifications/tools/list_changed").Count == 2
	})
	for name, want := range map[string]struct {
		verdict Verdict
		problem string
	}{
		"tools/list":                       {VerdictServed, ""},
		"prompts/list":                     {VerdictServed, "Served, but not declared."},
		"resources/list":                   {VerdictFailed, ""},
		"resources/templates/list":         {VerdictMissing, "Declared, but not served."},
		"logging/setLevel":                 {VerdictUnknown, ""},
		"notifications/tools/list_changed": {VerdictServed, "Sent, but not declared."},
	} {
		if m := v.method(name); m.Verdict != want.verdict || m.Problem != want.problem || want.verdict != VerdictUnknown && m.Seq == 0 {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

// A check ends when the user stops it, and the server is told.
func TestCheckStops(t *testing.T) {
	var cancelled atomic.Int32
	asked := make(chan struct{}, 1)
	c, id := byMethod(t, `{"tools":{},"prompts":{}}`, nil, map[string]func(p mcptest.Post){
		"tools/list":              func(p mcptest.Post) { asked <- struct{}{}; <-p.R.Context().Done() },
		"notifications/cancelled": func(p mcptest.Post) { cancelled.Add(1); p.W.WriteHeader(202) },
	}, nil)
	done := make(chan error, 1)
	go func() { done <- c.CheckServed(context.Background(), id, false) }()
	<-asked
	if v := c.Overview(id); v.Checking != "tools/list" || v.WaitingAll != 1 || !v.Waiting[0].Ours || v.Waiting[0].Method != "tools/list" {
		t.Errorf("while it runs: %+v", v)
	}
	c.StopCheck(id)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	v := overviewOf(t, c, id, "the cancellation", func(Overview) bool { return cancelled.Load() == 1 })
	if v.Checking != "" || v.CheckError != nil || v.method("prompts/list").Verdict != VerdictUnknown {
		t.Errorf("stopped: %+v", v)
	}
}

// Both ways of finding the era leave their attempts, HTTP status and all; a late answer is counted as such.
func TestOverviewOverHTTP(t *testing.T) {
	late := make(chan string, 1)
	get := func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "id: g1\nretry: 1234\ndata: {\"jsonrpc\":\"2.0\",\"id\":77,\"method\":\"ping\"}\n\n")
		w.(http.Flusher).Flush()
		select {
		case answer := <-late:
			fmt.Fprintf(w, "data: %s\n\n", answer)
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
		}
		<-r.Context().Done()
	}
	c, id := byMethod(t, `{}`, func(p *profile.Profile) { p.Era = profile.Era{} }, map[string]func(p mcptest.Post){
		"server/discover": func(p mcptest.Post) {
			p.JSON(400, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":-32000,"message":"Bad Request: no session"}}`, p.ID))
		},
		"slow": func(p mcptest.Post) { <-p.R.Context().Done(); late <- p.OK() },
		"ping": func(p mcptest.Post) { p.JSON(200, p.OK()) },
	}, get)
	v := overviewOf(t, c, id, "the GET stream and the answered ping", func(v Overview) bool {
		return len(v.Streams) == 1 && v.Streams[0].Events == 1 && v.Sent.Results == 1
	})
	if a := v.Attempts; len(a) != 2 || a[0].Status != 400 || a[0].Code != -32000 || a[0].Answer != "Bad Request: no session" || a[1].Method != "initialize" || a[1].Status != 200 {
		t.Errorf("attempts %+v", a)
	}
	if s := v.Streams[0]; s.Kind != "get" || s.State != "open" || s.LastID != "g1" || s.Retry != 1234 || s.Entry == 0 {
		t.Errorf("stream %+v", s)
	}
	if u := v.Asked[len(v.Asked)-1]; u.Method != "ping" || u.Count != 1 || !u.Declared {
		t.Errorf("asked %+v", v.Asked)
	}
	for range 3 {
		if p, err := c.Ping(t.Context(), id); err != nil || p.Err != nil || p.Took <= 0 || p.Seq == 0 || p.Method != "ping" {
			t.Fatalf("ping %+v, %v", p, err)
		}
	}
	call := newID()
	go func() { _, _ = c.Request(context.Background(), RequestInput{Call: call, Profile: id, Method: "slow"}) }()
	overviewOf(t, c, id, "the slow request", func(v Overview) bool { return v.WaitingAll == 1 })
	c.Cancel(call)
	v = overviewOf(t, c, id, "the late answer", func(v Overview) bool { return v.Stray == 1 })
	if f := v.PingFigures; f.Count != 3 || f.Min <= 0 || f.Min > f.Median || f.Median > f.Max || v.StraySeq == 0 {
		t.Errorf("figures %+v", f)
	}
}

func TestFigures(t *testing.T) {
	if got, want := figures([]int64{5, 1, 9, 3}), (Figures{Count: 4, Last: 3, Min: 1, Median: 4, Max: 9}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := figures(nil); got != (Figures{}) {
		t.Errorf("of nothing: %+v", got)
	}
}
