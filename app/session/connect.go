package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/transport"
)

// giveUpTime is how long a failed connect may take to close what it opened.
const giveUpTime = 3 * time.Second

// Connect opens a path, finds the era and the version and returns a session ready for calls. It tries what
// [Config.Era] allows, shows each step through OnSteps, and can be cancelled at any moment. Its errors name the step
// and what to do; after one nothing is left running.
func Connect(ctx context.Context, cfg Config) (*Session, error) {
	s := newSession(cfg)
	if f := s.unusable(); f != nil {
		return nil, f
	}
	began := time.Now()
	limit := cfg.ConnectTimeout
	if limit == 0 {
		limit = DefaultConnectTimeout
	}
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, limit, &stop{fault.Timeout, limit.String()})
		defer cancel()
	}
	s.wg.Add(1)
	go s.dispatch()
	c := &connector{s: s, steps: &s.steps}
	if f := c.run(ctx); f != nil {
		s.note("Connect failed at " + f.Step + ": " + f.Message)
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveUpTime)
		defer cancel()
		_ = s.Close(closing) // the reason of the failure is what counts
		return nil, f
	}
	s.info.Took = time.Since(began)
	s.note("Connected. " + s.info.How)
	s.attend()
	s.resumeTasks()
	return s, nil
}

func newSession(cfg Config) *Session {
	s := &Session{
		cfg: cfg, traffic: newIncoming(), done: make(chan struct{}),
		calls: map[string]*flight{}, tokens: map[string]*flight{},
		book: cfg.Tasks, polls: make(chan struct{}, pollAtOnce), taskTokens: map[string]*task{},
	}
	if s.book == nil {
		s.book = NewTaskBook(nil)
	}
	s.book.Limit(cfg.Limits.Tasks)
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	s.inbox = newInbox(cfg.Conn, cfg.Limits.questions())
	s.inbox.change, s.inbox.release = func() { s.tell(QuestionsChanged) }, s.released
	s.info.Client = cfg.Answerers.declared()
	s.set.Store(&settings{Settings: Settings{Every: cfg.Every, Answerers: cfg.Answerers}, declared: s.info.Client})
	return s
}

// unusable says what is wrong with the config.
func (s *Session) unusable() *fault.CallError {
	c := s.cfg
	known := LegacyVersions()
	switch {
	case c.Dial == nil || c.Log == nil:
		return s.input("connect", "The connection has no way to dial or no log.")
	case c.Transport != Stdio && c.Transport != HTTP && c.Transport != SSE:
		return s.input("connect", fmt.Sprintf("The transport %q is unknown.", clip(string(c.Transport), 40)))
	case c.Era != "" && c.Era != Auto && c.Era != Legacy && c.Era != Modern:
		return s.input("connect", fmt.Sprintf("The era %q is unknown.", clip(string(c.Era), 40)))
	case c.Era == Modern && c.Transport == SSE:
		return s.input("connect", "HTTP+SSE belongs to the legacy era: choose Streamable HTTP or the era auto.")
	case c.Era == Legacy && c.Version != "" && !slices.Contains(known, c.Version):
		return s.input("connect", fmt.Sprintf("The version %q is no legacy version: choose one of %s.", clip(c.Version, 40), strings.Join(known, ", ")))
	}
	return nil
}

// connector is a connect under way. It runs on one goroutine.
type connector struct {
	s      *Session
	steps  *[]Step
	kind   Transport
	turned bool // a modern error in answer to initialize sent us back once
	hunch  bool // the legacy era was assumed, not asked for
}

func (c *connector) run(ctx context.Context) *fault.CallError {
	cfg := c.s.cfg
	if f := c.open(ctx, cfg.Transport, ""); f != nil {
		return f
	}
	switch {
	case cfg.Transport == SSE:
		return c.handshake(ctx, c.legacyVersion(), "HTTP+SSE belongs to the legacy era")
	case cfg.Era == Legacy:
		return c.handshake(ctx, c.legacyVersion(), "the legacy era is set for this server")
	case cfg.Era != Modern && cfg.Remembered == Legacy:
		return c.assume(ctx)
	}
	return c.ask(ctx)
}

// ask finds the era by the probe and connects accordingly.
func (c *connector) ask(ctx context.Context) *fault.CallError {
	v, f := c.probe(ctx, c.modernVersion())
	if f != nil {
		return f
	}
	c.s.info.Costly = v.silent || v.died
	if v.modern {
		return c.settle(v)
	}
	if c.s.cfg.Era == Modern {
		return c.notModern(v)
	}
	if v.died {
		if f := c.reopen(ctx); f != nil {
			return f
		}
	}
	version := v.version
	if version == "" {
		version = c.legacyVersion()
	}
	return c.handshake(ctx, version, v.text)
}

func (c *connector) legacyVersion() string {
	if v := c.s.cfg.Version; slices.Contains(LegacyVersions(), v) {
		return v
	}
	return LatestLegacy
}

func (c *connector) modernVersion() string {
	if c.s.cfg.Era == Modern && c.s.cfg.Version != "" {
		return c.s.cfg.Version
	}
	return LatestModern
}

// open dials. name replaces the step's own.
func (c *connector) open(ctx context.Context, kind Transport, name string) *fault.CallError {
	if name == "" {
		name = map[Transport]string{Stdio: "start process", HTTP: "open connection", SSE: "open SSE stream"}[kind]
	}
	i := c.begin(name)
	p := newPath()
	link, err := c.s.cfg.Dial(ctx, kind, c.s.handlers(p))
	if err != nil {
		p.set(nil)
		return c.fail(ctx, i, err)
	}
	p.set(link)
	c.kind = kind
	c.s.link, c.s.info.Transport = link, kind
	done := map[Transport]string{
		Stdio: "The process was started.", HTTP: "Ready; the first request opens the connection.", SSE: "The stream is open.",
	}[kind]
	c.end(i, StepDone, done)
	return nil
}

// close closes the present link before another one is opened.
func (c *connector) close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveUpTime)
	defer cancel()
	_ = c.s.link.Close(ctx) // its end is in the log
	c.s.link = nil
}

// reopen starts the process anew: some servers exit when the first message is not initialize.
func (c *connector) reopen(ctx context.Context) *fault.CallError {
	c.close(ctx)
	return c.open(ctx, Stdio, "start process again")
}

// call sends one request of the connect.
func (c *connector) call(ctx context.Context, method, purpose string, params json.RawMessage, version string) (*transport.Answer, error) {
	r := transport.Request{ID: c.s.ids.next(), Method: method, Params: params, Purpose: purpose}
	if c.kind != Stdio && version != "" {
		r.Header = standardHeaders(method, params, version)
	}
	a, err := c.s.link.Call(ctx, r)
	if err == nil {
		c.s.answered(a)
	}
	return a, err
}

// trace is a trace of its own for each request of the connect, empty when none is wanted.
func (c *connector) trace() string {
	if c.s.settings().Every.Trace {
		return newTrace()
	}
	return ""
}

// begin starts a step and returns its place.
func (c *connector) begin(name string) int {
	*c.steps = append(*c.steps, Step{Name: name, State: StepRunning, Started: time.Now()})
	c.show()
	return len(*c.steps) - 1
}

func (c *connector) end(i int, state StepState, text string, entries ...uint64) {
	st := &(*c.steps)[i]
	st.State, st.Text, st.Took = state, text, time.Since(st.Started)
	for _, e := range entries {
		if e != 0 && !slices.Contains(st.Entries, e) {
			st.Entries = append(st.Entries, e)
		}
	}
	c.show()
}

func (c *connector) show() {
	if c.s.cfg.OnSteps == nil {
		return
	}
	list := slices.Clone(*c.steps)
	for i := range list {
		list[i].Entries = slices.Clone(list[i].Entries)
	}
	c.s.cfg.OnSteps(list)
}

// fail ends a step with the reason the connect fails.
func (c *connector) fail(ctx context.Context, i int, err error) *fault.CallError {
	name := (*c.steps)[i].Name
	f := c.s.fault(err, name)
	if ctx.Err() != nil {
		var why *stop
		switch cause := context.Cause(ctx); {
		case errors.As(cause, &why) && why.kind == fault.Timeout:
			f.Kind = fault.Timeout
			f.Message = fmt.Sprintf("The connect took longer than %s; it was waiting for: %s.", why.text, name)
			f.Hint = "The server may be slow or silent: look at its log lines, or give it more time in the server's settings."
		case errors.Is(cause, context.DeadlineExceeded):
			f.Kind, f.Message = fault.Timeout, "The connect took too long; it was waiting for: "+name+"."
		default:
			f.Kind, f.Message, f.Hint = fault.Cancelled, "The connect was cancelled.", ""
		}
		f.Cause = context.Cause(ctx)
	}
	c.end(i, StepFailed, f.Message, f.Entries...)
	return f
}
