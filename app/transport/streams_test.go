package transport

import (
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// stream waits until the first stream of a kind is as wanted.
func (r *rig) stream(kind StreamKind, what string, ok func(StreamStatus) bool) StreamStatus {
	r.t.Helper()
	var got StreamStatus
	eventually(r.t, what, func() bool {
		for _, s := range r.link.(*link).Streams() {
			if got = s; s.Kind == kind {
				return ok(s)
			}
		}
		return false
	})
	return got
}

// The GET stream tells what it was sent and when it is asked for again.
func TestGetStreamStatus(t *testing.T) {
	leakless(t)
	var asked atomic.Int32
	get := func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		if asked.Add(1) == 1 {
			fmt.Fprint(w, "id: a7\nretry: 60000\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}\n\n")
			return
		}
		<-r.Context().Done()
	}
	post := func(p mcptest.Post) {
		if p.ID == "" {
			p.W.WriteHeader(http.StatusAccepted)
			return
		}
		p.JSON(200, p.OK())
	}
	r := newRig(t).must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.Scripted(post, get))})
	r.initialize()
	if got := r.link.(*link).Streams(); len(got) != 0 {
		t.Errorf("before it was asked for: %+v", got)
	}
	r.link.Listen(nil)
	s := r.stream(StreamGet, "a stream that waits", func(s StreamStatus) bool { return s.State == StreamWaiting })
	if s.LastID != "a7" || !s.HasRetry || s.Retry != time.Minute || s.Opened != 1 || s.Events != 1 || s.Entry == 0 || s.LastEvent.IsZero() {
		t.Errorf("status %+v", s)
	}
	if left := time.Until(s.Next); left < 30*time.Second || left > time.Minute {
		t.Errorf("asked for again in %v, the server asks to wait a minute", left)
	}
}

// A server without a GET stream, and one that refuses it, are told apart.
func TestGetStreamRefused(t *testing.T) {
	for status, want := range map[int]StreamState{405: StreamAbsent, 400: StreamRefused, 401: StreamRefused} {
		get := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
		r := newRig(t).must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.Scripted(func(p mcptest.Post) { p.JSON(200, p.OK()) }, get))})
		r.initialize()
		r.link.Listen(nil)
		if s := r.stream(StreamGet, fmt.Sprint(status), func(s StreamStatus) bool { return s.State == want }); s.Text == "" || s.Entry == 0 {
			t.Errorf("%d: %+v", status, s)
		}
	}
}

// The stream of a call is there while it is read, tells its resumption, and goes with the answer.
func TestCallStreamStatus(t *testing.T) {
	leakless(t)
	let := make(chan string, 1)
	post := func(p mcptest.Post) {
		if p.Method != "go" {
			p.JSON(200, p.OK())
			return
		}
		let <- p.Event()
		p.Stream("id: e1\nretry: 50\ndata: ")
	}
	open := make(chan struct{})
	get := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		<-open
		_, _ = io.WriteString(w, "id: e2\n"+<-let+"\n\n")
	}
	r := newRig(t).must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.Scripted(post, get))})
	r.initialize()
	done := make(chan error, 1)
	go func() {
		_, err := r.call("go", "")
		done <- err
	}()
	s := r.stream(StreamCall, "a resumed stream", func(s StreamStatus) bool { return s.State == StreamOpen && s.Opened == 2 })
	if s.Of != "go" || s.LastID != "e1" || s.Retry != 50*time.Millisecond {
		t.Errorf("status %+v", s)
	}
	close(open)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	eventually(t, "no stream of the call", func() bool { return len(r.link.(*link).Streams()) == 0 })
}

// The one stream of HTTP+SSE.
func TestSSEStreamStatus(t *testing.T) {
	leakless(t)
	r := newRig(t).must(Target{Transport: profile.SSE, URL: mcptest.SSE(t)})
	r.initialize()
	s := r.stream(StreamSSE, "an open stream", func(s StreamStatus) bool { return s.State == StreamOpen && s.Events >= 2 })
	if s.Opened != 1 || s.Entry == 0 {
		t.Errorf("status %+v", s)
	}
	r.close()
}

// What is known of a child, while it runs and after.
func TestProcessFacts(t *testing.T) {
	leakless(t)
	r := openStdioRig(t, "good")
	facts, ok := r.link.(*link).Process()
	if !ok || facts.PID == 0 || facts.Exit != "" || time.Since(facts.Started) > time.Hour {
		t.Errorf("running: %+v", facts)
	}
	r.initialize()
	_, _ = r.call("tools/call", `{"name":"exit","arguments":{"code":7}}`)
	eventually(t, "its exit", func() bool {
		facts, _ = r.link.(*link).Process()
		return facts.Exit == "exited with status 7"
	})
}
