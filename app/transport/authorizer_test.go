package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// fakeSource is an authorizer with a token, and a proof for each attempt.
type fakeSource struct {
	mu      sync.Mutex
	token   string
	proofs  int
	fail    error
	observe func(*http.Response) bool
}

func (s *fakeSource) Authorize(r *http.Request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return s.fail
	}
	if s.token != "" {
		s.proofs++
		r.Header.Set("Authorization", "Bearer "+s.token)
		r.Header.Set("DPoP", fmt.Sprintf("proof-%d-0123456789", s.proofs))
	}
	return nil
}

func (s *fakeSource) Observe(r *http.Response) bool { return s.observe != nil && s.observe(r) }

func (s *fakeSource) HasToken(context.Context) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token != ""
}

func (s *fakeSource) set(token string) { s.mu.Lock(); s.token = token; s.mu.Unlock() }

// renewing gives the new token when the old one is refused.
func renewing() *fakeSource {
	s := &fakeSource{token: "old-0123456789"}
	s.observe = func(r *http.Response) bool {
		if r.StatusCode != 401 || r.Request.Header.Get("Authorization") != "Bearer old-0123456789" {
			return false
		}
		s.set("new-0123456789")
		return true
	}
	return s
}

// arrival is a request as a server saw it.
type arrival struct {
	what string // method and JSON-RPC method
	head http.Header
	body string
}

// watcher notes what reaches a server.
type watcher struct {
	mu   sync.Mutex
	seen []arrival
}

func (w *watcher) over(h http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		var m struct{ Method string }
		_ = json.Unmarshal(body, &m)
		w.mu.Lock()
		w.seen = append(w.seen, arrival{strings.TrimSpace(r.Method + " " + m.Method), r.Header.Clone(), string(body)})
		w.mu.Unlock()
		h.ServeHTTP(rw, r)
	})
}

func (w *watcher) of(what string) (out []arrival) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.seen {
		if a.what == what {
			out = append(out, a)
		}
	}
	return out
}

// twice checks that a request came twice, the same but for its credentials.
func (w *watcher) twice(t *testing.T, what string) {
	t.Helper()
	got := w.of(what)
	if len(got) != 2 {
		t.Errorf("%s came %d times, want 2", what, len(got))
		return
	}
	a, b := got[0], got[1]
	if a.head.Get("Authorization") != "Bearer old-0123456789" || b.head.Get("Authorization") != "Bearer new-0123456789" || a.head.Get("Dpop") == b.head.Get("Dpop") {
		t.Errorf("%s: credentials %q %q, then %q %q", what, a.head["Authorization"], a.head["Dpop"], b.head["Authorization"], b.head["Dpop"])
	}
	same(t, what, a, b)
}

func same(t *testing.T, what string, a, b arrival) {
	t.Helper()
	for _, h := range []http.Header{a.head, b.head} {
		h.Del("Authorization")
		h.Del("Dpop")
	}
	if a.body != b.body || !maps.EqualFunc(a.head, b.head, slices.Equal) {
		t.Errorf("%s differs:\n%v\n%s\n%v\n%s", what, a.head, a.body, b.head, b.body)
	}
}

// renewed refuses the old token wherever it comes.
func renewed(h http.Handler, when func(*http.Request) bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer new-0123456789" && when(r) {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			http.Error(w, "expired", http.StatusUnauthorized)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// TestAuthorizerOnStreamable: every kind of request carries the token, and is sent once more, the same to the byte, when
// it was refused and the authorizer has a new one.
func TestAuthorizerOnStreamable(t *testing.T) {
	ctx := context.Background()
	header := http.Header{"Mcp-Name": {"echo"}}
	for what, act := range map[string]func(r *rig){
		"POST initialize":      func(r *rig) { r.mustCall("initialize", initParams) },
		"POST go":              func(r *rig) { _, _ = r.call("go", `{ "a" : 1e400, "b":"é<>" }`, header) },
		"POST notifications/x": func(r *rig) { _ = r.link.Notify(ctx, "notifications/x", json.RawMessage(`{"n":1}`), header) },
		"POST":                 func(r *rig) { _ = r.link.Reply(ctx, json.RawMessage(`"q"`), json.RawMessage(`{"ok":true}`), nil) },
		"GET":                  func(r *rig) { r.link.Listen(nil) },
		"DELETE":               func(r *rig) { r.close() },
	} {
		t.Run(what, func(t *testing.T) {
			leakless(t)
			source := renewing()
			w := &watcher{}
			server := mcptest.Scripted(func(p mcptest.Post) {
				if p.ID == "" || p.Method == "" {
					p.W.WriteHeader(202)
					return
				}
				p.W.Header().Set("Mcp-Session-Id", "session-0123456789")
				p.JSON(200, p.OK())
			}, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					w.Header().Set("Content-Type", "text/event-stream")
					_ = http.NewResponseController(w).Flush()
					<-r.Context().Done()
				}
			})
			method, rpc, _ := strings.Cut(what, " ")
			h := w.over(renewed(server, func(r *http.Request) bool {
				body, _ := io.ReadAll(r.Body)
				r.Body = io.NopCloser(bytes.NewReader(body))
				var m struct{ Method string }
				_ = json.Unmarshal(body, &m)
				return r.Method == method && m.Method == rpc
			}))
			r := newRig(t).must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, h) + "/mcp"}, func(o *Options) { o.Auth = source })
			if what != "POST initialize" {
				r.initialize()
			}
			act(r)
			eventually(t, what+" twice", func() bool { return len(w.of(what)) == 2 })
			r.close()
			w.twice(t, what)
			if retries := r.find(func(e wire.Entry) bool { return e.Purpose == "retry" }); len(retries) != 1 || retries[0].Method != method {
				t.Errorf("retries %+v", retries)
			}
			if all := r.everything(); strings.Contains(all, "old-01") || strings.Contains(all, "new-01") || strings.Contains(all, "proof-") {
				t.Error("a credential stands in the log")
			}
			for _, a := range w.seen {
				if a.head.Get("Authorization") == "" && !strings.HasPrefix(a.what, what) { // those of what were stripped
					t.Errorf("%s without a token", a.what)
				}
			}
		})
	}
}

// TestAuthorizerOnSSE: the same for the stream and the posts of HTTP+SSE.
func TestAuthorizerOnSSE(t *testing.T) {
	ctx := context.Background()
	for what, act := range map[string]func(r *rig){
		"GET":                  func(*rig) {},
		"POST go":              func(r *rig) { r.mustCall("go", `{"a":1}`) },
		"POST notifications/x": func(r *rig) { _ = r.link.Notify(ctx, "notifications/x", nil, nil) },
		"POST":                 func(r *rig) { _ = r.link.Reply(ctx, json.RawMessage(`"q"`), json.RawMessage(`{}`), nil) },
	} {
		t.Run(what, func(t *testing.T) {
			leakless(t)
			w := &watcher{}
			method, _, _ := strings.Cut(what, " ")
			s := &mcptest.SSEServer{Post: mcptest.Accept}
			t.Cleanup(s.Drop)
			h := w.over(renewed(s, func(r *http.Request) bool { return r.Method == method }))
			r := newRig(t).must(Target{Transport: profile.SSE, URL: mcptest.Serve(t, h) + "/sse"}, func(o *Options) { o.Auth = renewing() })
			act(r)
			eventually(t, what+" twice", func() bool { return len(w.of(what)) == 2 })
			r.close()
			w.twice(t, what)
		})
	}
}

// TestAuthorizerGivesUp: a request is sent three times at most, whatever the authorizer asks for.
func TestAuthorizerGivesUp(t *testing.T) {
	source := &fakeSource{token: "old-0123456789", observe: func(r *http.Response) bool { return r.StatusCode == 401 }}
	w := &watcher{}
	h := w.over(mcptest.Scripted(func(p mcptest.Post) { p.Text(401, "no") }, nil))
	r := newRig(t).must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, h)}, func(o *Options) { o.Auth = source })
	_, err := r.call("go", "")
	f := fault.As(err)
	if f == nil || f.Kind != fault.Auth || len(w.of("POST go")) != maxAuthorized {
		t.Errorf("%d attempts, %s", len(w.of("POST go")), explain(err))
	}
}

// TestAuthorizerStaysAtHome: no credentials go to another origin, by redirect or by endpoint; a redirect that stays on
// the origin gets a proof of its own.
func TestAuthorizerStaysAtHome(t *testing.T) {
	leakless(t)
	far := &watcher{}
	other := mcptest.Serve(t, far.over(mcptest.Scripted(func(p mcptest.Post) { p.JSON(200, p.OK()) }, nil)))
	near := &watcher{}
	server := mcptest.Serve(t, near.over(mcptest.Scripted(func(p mcptest.Post) {
		switch p.R.URL.Path {
		case "/away":
			http.Redirect(p.W, p.R, other, http.StatusTemporaryRedirect)
		case "/home":
			http.Redirect(p.W, p.R, "/there", http.StatusPermanentRedirect)
		default:
			p.JSON(200, p.OK())
		}
	}, nil)))
	source := &fakeSource{token: "token-0123456789"}
	with := func(o *Options) { o.Auth = source }
	r := newRig(t).must(Target{Transport: profile.HTTP, URL: server + "/away"}, with)
	if _, err := r.call("go", ""); !fault.Is(err, fault.HTTP) || len(far.seen) != 0 {
		t.Errorf("the other origin got %+v; %s", far.seen, explain(err))
	}
	r = newRig(t).must(Target{Transport: profile.HTTP, URL: server + "/home"}, with)
	near.seen = nil
	r.mustCall("go", "")
	if got := near.of("POST go"); len(got) != 2 || got[0].head.Get("Dpop") == got[1].head.Get("Dpop") || got[1].head.Get("Authorization") != "Bearer token-0123456789" {
		t.Errorf("at home %+v", got)
	}
	s := &mcptest.SSEServer{Endpoint: other + "/message"}
	if err := newRig(t).open(sseTarget(t, s), with); !fault.Is(err, fault.Protocol) || len(far.seen) != 0 {
		t.Errorf("the other origin got %+v; %s", far.seen, explain(err))
	}
}

// TestPinnedAuthorization: a header that the user set is sent as it is, and nothing is retried behind the user's back.
// That a token is passed over is told once.
func TestPinnedAuthorization(t *testing.T) {
	leakless(t)
	w := &watcher{}
	server := mcptest.Serve(t, w.over(mcptest.Scripted(func(p mcptest.Post) { p.Text(401, "no") }, nil)))
	mine := http.Header{"Authorization": {"Bearer mine-0123456789"}}
	for _, c := range []struct {
		name           string
		source         *fakeSource
		profile, extra http.Header
		told           int
	}{
		{"profile", renewing(), mine, nil, 1},
		{"profile, no token", &fakeSource{}, mine, nil, 0},
		{"request", renewing(), nil, mine, 0},
	} {
		w.seen = nil
		r := newRig(t).must(Target{Transport: profile.HTTP, URL: server, Headers: c.profile}, func(o *Options) { o.Auth = c.source })
		for range 2 {
			_, _ = r.call("go", "", c.extra)
		}
		for _, a := range w.seen {
			if a.head.Get("Authorization") != "Bearer mine-0123456789" || a.head.Get("Dpop") != "" {
				t.Errorf("%s: sent %v", c.name, a.head)
			}
		}
		r.close()
		told := r.find(func(e wire.Entry) bool {
			return strings.Contains(fmt.Sprint(e.Findings), "have an Authorization header")
		})
		if len(w.seen) != 2 || len(told) != c.told {
			t.Errorf("%s: %d requests, told %d times", c.name, len(w.seen), len(told))
		}
	}
}

// TestAuthorizerFails: why there are no credentials is the call's error; nothing is sent.
func TestAuthorizerFails(t *testing.T) {
	w := &watcher{}
	server := mcptest.Serve(t, w.over(mcptest.Scripted(func(p mcptest.Post) { p.JSON(200, p.OK()) }, nil)))
	for _, c := range []struct {
		fail          error
		kind          fault.Kind
		message, hint string
	}{
		{errors.New("no key"), fault.Connect, "The credentials for the request could not be made: no key.", "Sign in again."},
		{&fault.CallError{Kind: fault.Timeout, Step: "refresh", Message: "The token endpoint is silent.", Hint: "Wait.", Entries: []uint64{7}}, fault.Timeout, "The token endpoint is silent.", "Wait."},
	} {
		r := newRig(t).must(Target{Transport: profile.HTTP, URL: server}, func(o *Options) { o.Auth = &fakeSource{fail: c.fail} })
		_, err := r.call("go", "")
		f := fault.As(err)
		if f == nil || f.Kind != c.kind || f.Message != c.message || f.Hint != c.hint || f.Step != "go" || len(w.seen) != 0 {
			t.Errorf("got %s", explain(err))
		}
	}
}
