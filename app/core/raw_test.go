package core

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
)

// byHand sends a frame and waits shortly for what has no id to answer it.
func (c *Core) byHand(t *testing.T, id, frame string, headers ...RawHeader) RawOutput {
	t.Helper()
	return c.SendRaw(t.Context(), RawInput{Call: t.Name() + frame[:min(len(frame), 60)], Profile: id, Frame: frame, Headers: headers, Wait: 700})
}

func TestFramesByHand(t *testing.T) {
	bothEras(t, func(t *testing.T, era session.Era) {
		c, id := sample(t, era)
		d := c.RawDraft(RawDraftInput{Profile: id, Method: "tools/list", Number: 1})
		if d.Err != nil || d.ID != `"hand-1"` || strings.Contains(d.Frame, "_meta") != (era == session.Modern) {
			t.Fatalf("draft: %+v", d)
		}
		out := c.byHand(t, id, d.Frame)
		out.Came = slices.DeleteFunc(out.Came, func(e RawEntry) bool { return e.Kind == "stderr" }) // the sample says that it is ready
		if out.Err != nil || out.Ended != "answered" || out.Took == 0 || len(out.Came) != 1 || !out.Came[0].Own || out.Came[0].Seq != out.Answer {
			t.Fatalf("sent: %+v", out)
		}
		if h := c.RawHeaders(id, d.Frame); len(h) != 0 {
			t.Errorf("headers on stdio: %+v", h)
		}
		out = c.byHand(t, id, `{"jsonrpc":"2.0","id":`)
		if out.Err != nil || out.Ended != "waited" || out.Request == 0 {
			t.Fatalf("bad JSON: %+v", out)
		}
		if list, err := c.Tools(t.Context(), id, true); err != nil || list.Err != nil {
			t.Errorf("the session after that: %v, %+v", err, list.Err)
		}
	})
}

func TestNotificationByHand(t *testing.T) {
	c, id := sample(t, session.Legacy)
	d := c.RawDraft(RawDraftInput{Profile: id, Method: "notifications/roots/list_changed", Notification: true})
	if d.Frame != `{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}` || d.ID != "" {
		t.Fatalf("draft: %+v", d)
	}
	if out := c.SendRaw(t.Context(), RawInput{Call: "n", Profile: id, Frame: d.Frame}); out.Err != nil || out.Request == 0 {
		t.Errorf("sent: %+v", out)
	}
}

func TestFramesByHandOverHTTP(t *testing.T) {
	srv := httptest.NewServer(mcptest.Strict())
	defer srv.Close()
	c := start(t)
	id, err := c.UseProfile(profile.Profile{Name: "strict", Transport: profile.HTTP, URL: srv.URL, Era: profile.Era{Mode: "legacy"}}, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	connect(t, c, id)
	names := ""
	for _, h := range c.RawHeaders(id, `{}`) {
		names += h.Name + " "
		if strings.Contains(h.Value, "strict-session") {
			t.Errorf("the session id is shown: %+v", h)
		}
	}
	if names != "Accept Content-Type Mcp-Protocol-Version Mcp-Session-Id " {
		t.Errorf("headers: %s", names)
	}
	ping := `{"jsonrpc":"2.0","id":"hand-1","method":"ping"}`
	for _, tt := range []struct {
		name   string
		frame  string
		header []RawHeader
		status int
		came   int
		ended  string
	}{
		{"sound", ping, nil, 200, 1, "answered"},
		{"null id", `{"jsonrpc":"2.0","id":null,"method":"ping"}`, nil, 200, 1, "answered"},
		{"batch", `[` + ping + `]`, nil, 200, 2, "response"},
		{"notification", `{"jsonrpc":"2.0","method":"x"}`, nil, 202, 0, "response"},
		{"unknown session", ping, []RawHeader{{Name: "mcp-session-id", Value: "nobody"}}, 404, 1, "answered"},
		{"no session", ping, []RawHeader{{Name: "Mcp-Session-Id", Leave: true}}, 404, 1, "answered"},
		{"content type", ping, []RawHeader{{Name: "Content-Type", Value: "text/plain"}}, 415, 0, "response"},
	} {
		out := c.byHand(t, id, tt.frame, tt.header...)
		if out.Err != nil || out.Status != tt.status || len(out.Came) != tt.came || out.Ended != tt.ended {
			t.Errorf("%s: %+v", tt.name, out)
		}
	}
	out, err := c.Request(t.Context(), RequestInput{Call: "e", Profile: id, Method: "echo", Params: `["a",1]`, Headers: []RawHeader{{Name: "X-Extra", Value: "1"}}})
	if err != nil || out.Err != nil || !strings.Contains(out.Result, `["a",1]`) {
		t.Errorf("array params: %+v, %v", out, err)
	}
	x, err := c.Exchange(c.lastExchange())
	extra := false
	for _, h := range x.RequestHeaders {
		extra = extra || h.Name == "X-Extra" && h.Value == "1"
	}
	if err != nil || !extra {
		t.Errorf("the extra header was not sent: %v, %+v", err, x.RequestHeaders)
	}
}

func (c *Core) lastExchange() (seq uint64) {
	for _, e := range c.Page(0, 1000).Entries {
		if e.Kind == "http" && e.Method == "POST" {
			seq = max(seq, e.Seq)
		}
	}
	return seq
}

func TestStopWaitingForAFrameByHand(t *testing.T) {
	c, id := sample(t, session.Legacy)
	done := make(chan RawOutput, 1)
	go func() {
		done <- c.SendRaw(t.Context(), RawInput{Call: "stop", Profile: id, Frame: `{"jsonrpc":"2.0","method":"x"}`, Wait: time.Hour.Milliseconds()})
	}()
	until(t, "it waits", func() bool { return len(c.Calls(id)) == 1 })
	c.Cancel("stop")
	select {
	case out := <-done:
		if out.Err != nil || out.Ended != "stopped" {
			t.Errorf("stopped: %+v", out)
		}
	case <-time.After(patience):
		t.Fatal("it waits on")
	}
}
