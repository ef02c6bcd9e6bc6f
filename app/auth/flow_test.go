package auth

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/challenge"
	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/authtest"
)

// flowHTTP is [HTTP] over a plain client: redirects are followed by a GET with Follow only, at most three.
type flowHTTP struct {
	client *http.Client
	mu     sync.Mutex
	asked  []string // method and URL
}

func (h *flowHTTP) Do(ctx context.Context, r Request) (*Response, error) {
	h.mu.Lock()
	h.asked = append(h.asked, r.Method+" "+r.URL)
	n := uint64(len(h.asked))
	h.mu.Unlock()
	c := *h.client
	hops := 0
	c.CheckRedirect = func(*http.Request, []*http.Request) error {
		if hops++; !r.Follow || hops > 3 {
			return http.ErrUseLastResponse
		}
		return nil
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return nil, &fault.CallError{Kind: fault.Input, Message: err.Error()}
	}
	req.Header = r.Header.Clone()
	res, err := c.Do(req)
	if err != nil {
		return nil, &fault.CallError{Kind: fault.Connect, Message: "The host could not be reached.", Hint: "Look at the network.", Cause: err, Entries: []uint64{n}}
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20+1))
	if err != nil {
		return nil, &fault.CallError{Kind: fault.Closed, Message: "The answer broke off.", Cause: err, Entries: []uint64{n}}
	}
	out := &Response{Status: res.StatusCode, Header: res.Header, Body: body, URL: res.Request.URL.String(), Entries: []uint64{n}}
	if len(body) > 1<<20 {
		out.Body, out.Cut = body[:1<<20], true
	}
	return out, nil
}

// flowRig is a flow's owner.
type flowRig struct {
	t     *testing.T
	http  *flowHTTP
	store *siteStore
	cfg   Config

	mu     sync.Mutex
	masked map[string]string
}

func newFlowRig(t *testing.T, server string, client *http.Client, s Settings) *flowRig {
	t.Helper()
	r := &flowRig{t: t, http: &flowHTTP{client: client}, store: &siteStore{m: map[string]string{}}, masked: map[string]string{}}
	r.cfg = Config{
		Profile: "p1", Server: "Test server", Resource: server, Version: "2026-07-28", Settings: s, HTTP: r.http, Store: r.store,
		Lock: func(context.Context, string) (func(), error) { return func() {}, nil },
		Mask: func(kind, value string) string {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.masked[value] = kind
			return fmt.Sprintf("‹%s #%d›", kind, len(r.masked))
		},
	}
	return r
}

// worldRig is a flow's owner at a world of authtest, with its browser.
func worldRig(t *testing.T, o authtest.Options, s Settings) (*authtest.World, *flowRig) {
	t.Helper()
	w := authtest.Start(t, o)
	r := newFlowRig(t, w.URL, w.Client(), s)
	r.cfg.Browser = w.Browser
	return w, r
}

// refused makes the challenge of a request without a token.
func (r *flowRig) refused() *challenge.Challenge {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.cfg.Resource, strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := r.http.client.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, _ := io.ReadAll(res.Body)
	c := challenge.Read(challenge.Input{
		Server: "Test server", Resource: r.cfg.Resource, Status: res.StatusCode, Method: http.MethodPost, URL: r.cfg.Resource, Where: "tools/list",
		Exchange: 1, Header: res.Header, Body: body,
	})
	return &c
}

func (r *flowRig) flow(start Start) *Flow {
	f := NewFlow(r.cfg, start)
	r.t.Cleanup(func() { _ = f.Close() })
	return f
}

// run signs in and gives the flow; the steps are checked for what must hold always.
func (r *flowRig) run(start Start) (*Flow, *Token, error) {
	r.t.Helper()
	f := r.flow(start)
	ctx, cancel := context.WithTimeout(r.t.Context(), 30*time.Second)
	defer cancel()
	token, err := f.Run(ctx)
	r.sound(f)
	return f, token, err
}

// sound checks that steps hold no secret and no nil list.
func (r *flowRig) sound(f *Flow) {
	r.t.Helper()
	text := fmt.Sprintf("%+v", f.Steps())
	r.mu.Lock()
	defer r.mu.Unlock()
	for value, kind := range r.masked {
		if len(value) >= 8 && strings.Contains(text, value) {
			r.t.Errorf("a %s stands in the steps: %s", kind, value)
		}
	}
	for _, s := range f.Steps() {
		if s.Expected == nil || s.Messages == nil || s.Facts == nil || s.Inputs == nil || s.Findings == nil {
			r.t.Errorf("step %s has a nil list", s.ID)
		}
		if len(s.Expected) == 0 || s.Title == "" {
			r.t.Errorf("step %s has no rules or no title", s.ID)
		}
	}
}

func stepOf(t *testing.T, f *Flow, id StepID) Step {
	t.Helper()
	for _, s := range f.Steps() {
		if s.ID == id {
			return s
		}
	}
	t.Fatalf("no step %s", id)
	return Step{}
}

func TestFlowSignsIn(t *testing.T) {
	for name, o := range map[string]authtest.Options{
		"plain":       {},
		"TLS":         {TLS: true},
		"SSE":         {Resource: authtest.ResourceOptions{SSE: true}},
		"tenant":      {AS: authtest.ServerOptions{Path: "/tenant1", Metadata: authtest.AppendedOIDC}},
		"custom URL":  {Resource: authtest.ResourceOptions{PRM: authtest.AtCustom}},
		"no pointer":  {Resource: authtest.ResourceOptions{NoPointer: true}},
		"two servers": {Resource: authtest.ResourceOptions{Servers: []string{"{as}", "{as2}"}}, Second: &authtest.ServerOptions{}},
	} {
		t.Run(name, func(t *testing.T) { signsIn(t, o) })
	}
}

func signsIn(t *testing.T, o authtest.Options) {
	w, r := worldRig(t, o, Settings{})
	f, token, err := r.run(Start{Challenge: r.refused(), Why: "refused"})
	if err != nil {
		t.Fatal(err)
	}
	if token == nil || token.AccessToken == "" || token.RefreshToken == "" || token.Resource != w.Resource() || token.Issuer != w.AS.Issuer {
		t.Errorf("token: %+v", token)
	}
	for _, s := range f.Steps() {
		if s.ID != StepReplay && s.State != Done && !(s.ID == StepChallenge && o.Resource.NoPointer) {
			t.Errorf("step %s: %s %q %+v", s.ID, s.State, s.Verdict, s.Findings)
		}
	}
	if v := w.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
	if got := f.Next(); got != StepReplay {
		t.Errorf("next: %q", got)
	}
	f.Replayed(Done, "200", []uint64{7})
	if got := f.Next(); got != "" {
		t.Errorf("next at the end: %q", got)
	}
	if s := stepOf(t, f, StepReplay); s.State != Done || len(s.Messages) != 1 || s.Messages[0].Entries[0] != 7 {
		t.Errorf("replay: %+v", s)
	}
}
