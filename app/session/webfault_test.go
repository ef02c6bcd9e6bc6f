package session

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// webSession is a legacy session over HTTP with a scripted server.
func webSession(t *testing.T, change func(*web, *Config)) (*Session, *web) {
	t.Helper()
	w := &web{on: map[string]http.HandlerFunc{"initialize": func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Mcp-Session-Id", "abc")
		initResult(LatestLegacy)(rw, r)
	}}, hdr: map[string]http.Header{}}
	srv := httptest.NewServer(w)
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	cfg := webConfig(srv.URL + "/mcp")
	cfg.Era, cfg.Answerers = Legacy, everyAnswerer
	change(w, &cfg)
	return connect(t, cfg), w
}

func TestForgottenSession(t *testing.T) {
	s, _ := webSession(t, func(w *web, _ *Config) { w.on["tools/call"] = plain(404, "text/plain", "no session") })
	_, err := s.Call(t.Context(), CallInput{Method: "tools/call"})
	if kindOf(err) != fault.Session {
		t.Fatalf("error %v", err)
	}
	<-s.Done()
	if kindOf(s.Err()) != fault.Session {
		t.Errorf("Err %v", s.Err())
	}
	if _, err := s.Call(t.Context(), CallInput{Method: "tools/list"}); kindOf(err) != fault.Session {
		t.Errorf("later call: %v", err)
	}
}

// A refusal where no caller waits reaches OnFault with its challenge.
func TestRefusedReply(t *testing.T) {
	faults := make(chan error, 10)
	s, w := webSession(t, func(w *web, c *Config) {
		c.OnFault = func(err error) { faults <- err }
		w.get = func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(rw, "data: {\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"roots/list\"}\n\n")
			rw.(http.Flusher).Flush()
			<-r.Context().Done()
		}
		w.on[""] = func(rw http.ResponseWriter, _ *http.Request) { // a response has no method
			rw.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			rw.WriteHeader(401)
		}
	})
	q := pending(t, s, 1)[0]
	if err := s.Answer(q.ID, q.Template); err != nil {
		t.Fatal(err)
	}
	err := <-faults
	if f := fault.As(err); f == nil || f.Kind != fault.Auth || f.Challenge == nil || f.Challenge.Error != "invalid_token" {
		t.Errorf("fault %+v", err)
	}
	_ = w
}

// What the GET stream was answered with is told by its step; a refusal reaches OnFault too, once.
func TestGetStreamAnswers(t *testing.T) {
	for _, tt := range []struct {
		status int
		state  StepState
		text   string
	}{
		{200, StepDone, "It is open."},
		{401, StepFailed, "The server refused it (HTTP 401)"},
		{403, StepFailed, "The server refused it (HTTP 403)"},
		{404, StepSkipped, "The server has none (HTTP 404)."},
		{405, StepSkipped, "The server has none (HTTP 405)."},
		{500, StepSkipped, "It could not be opened (HTTP 500)"},
	} {
		t.Run(fmt.Sprint(tt.status), func(t *testing.T) {
			faults := make(chan error, 10)
			s, _ := webSession(t, func(w *web, c *Config) {
				c.OnFault = func(err error) { faults <- err }
				w.get = func(rw http.ResponseWriter, r *http.Request) {
					if tt.status >= 400 {
						plain(tt.status, "text/plain", "no")(rw, r)
						return
					}
					plain(tt.status, "text/event-stream", ": hello\n\n")(rw, r)
					rw.(http.Flusher).Flush()
					<-r.Context().Done()
				}
			})
			steps := s.Steps()
			last := steps[len(steps)-1]
			if last.Name != "open GET stream" || last.State != tt.state || !strings.HasPrefix(last.Text, tt.text) {
				t.Errorf("step %+v, want %s %q", last, tt.state, tt.text)
			}
			if tt.state == StepFailed {
				f := fault.As(<-faults)
				if f == nil || f.Kind != fault.Auth || f.Challenge == nil || f.Challenge.Where != "the GET stream" {
					t.Errorf("fault %+v", f)
				}
			}
			closeSession(t, s)
			if len(faults) > 0 {
				t.Errorf("one more fault: %v", <-faults)
			}
		})
	}
}

func TestCancelOverLegacyHTTP(t *testing.T) {
	told := make(chan json.RawMessage, 1)
	s, w := webSession(t, func(w *web, _ *Config) {
		w.on["tools/call"] = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
		w.on["notifications/cancelled"] = func(rw http.ResponseWriter, r *http.Request) {
			m, _ := r.Context().Value(webKey{}).(msg)
			rw.WriteHeader(http.StatusAccepted)
			told <- m.Params
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := s.Call(ctx, CallInput{Method: "tools/call"})
		ended <- err
	}()
	wait(t, "the call", func() bool { return strings.Contains(fmt.Sprint(w.requests()), "tools/call") })
	cancel()
	if err := <-ended; kindOf(err) != fault.Cancelled {
		t.Errorf("error %v", err)
	}
	if p := <-told; field(p, "requestId") == nil || field(p, "reason") == nil {
		t.Errorf("params %s", p)
	}
}

// The answer to a call may come on the GET stream while the call's own stream stays silent.
func TestAnswerOnGetStream(t *testing.T) {
	answer := make(chan string, 1)
	s, _ := webSession(t, func(w *web, _ *Config) {
		w.get = func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Type", "text/event-stream")
			rw.(http.Flusher).Flush()
			select {
			case a := <-answer:
				_, _ = io.WriteString(rw, "data: "+a+"\n\n")
				rw.(http.Flusher).Flush()
			case <-r.Context().Done():
			}
			<-r.Context().Done()
		}
		w.on["tools/call"] = func(rw http.ResponseWriter, r *http.Request) {
			m, _ := r.Context().Value(webKey{}).(msg)
			rw.Header().Set("Content-Type", "text/event-stream")
			rw.(http.Flusher).Flush()
			answer <- fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"content":[]}}`, m.ID)
			<-r.Context().Done()
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := s.Call(ctx, CallInput{Method: "tools/call"}); err != nil {
		t.Error(err)
	}
}
