package session

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/transport"
)

// CallState is one call in flight.
type CallState struct {
	Call     string
	Method   string
	Name     string // tool or prompt name, resource URI
	Started  time.Time
	Progress *Progress // the last one
	Waiting  int       // its questions that wait for an answer
	Round    int       // input_required rounds so far
	Hand     bool      // a round waits to be sent by hand, see Session.Hand
}

// ids are the request ids of a session: strings, so that no other user of the link can mean the same.
type ids struct {
	last  atomic.Uint64
	taken sync.Map // ids that stood in frames written by hand: no request of the session may mean the same
}

func (i *ids) next() string {
	for {
		id := idOf(i.last.Add(1))
		if _, taken := i.taken.LoadAndDelete(id); !taken {
			return id
		}
	}
}

func idOf(n uint64) string { return "s" + strconv.FormatUint(n, 10) }

// used is the id given out last.
func (i *ids) used() string { return idOf(i.last.Load()) }

// avoid keeps the ids in a frame written by hand from being given out.
func (i *ids) avoid(frame []byte) {
	parts, many := elements(frame)
	if !many {
		parts = []json.RawMessage{frame}
	}
	for _, p := range parts {
		id, ok := text(field(p, "id"))
		n, err := strconv.ParseUint(strings.TrimPrefix(id, "s"), 10, 64)
		if ok && err == nil && id == idOf(n) && n > i.last.Load() {
			i.taken.Store(id, true)
		}
	}
}

// flight is one call in flight. Its fields are guarded by Session.mu, but for the constant first five.
type flight struct {
	id     string
	step   string
	cancel context.CancelCauseFunc
	bump   chan struct{} // progress came: the timeout starts anew
	notify func(Progress)
	replay *transport.Request // the refused request to be sent as it was; only the call's own goroutine looks

	trace  string // of all its requests, empty: none; with the next two only the call's own goroutine's
	byHand bool   // the next request is sent by hand,
	edited string // and in what it leaves the protocol

	urls  int          // retries after the error -32042; only the call's own goroutine looks
	extra atomic.Int64 // nanoseconds that questions waited: they do not count

	state    CallState
	token    string
	findings []string
	hand     *HandRound
	retry    chan Retry
	rounds   []Round
}

// begin registers a call.
func (s *Session) begin(in CallInput, cancel context.CancelCauseFunc) (*flight, error) {
	f := &flight{
		id: in.Call, step: stepOf(in.Method, in.Params), cancel: cancel,
		bump: make(chan struct{}, 1), notify: in.OnProgress,
	}
	if s.settings().Every.Trace {
		f.trace = newTrace()
	}
	if err := s.enter(f, in); err != nil {
		return nil, err
	}
	s.tell(CallsChanged)
	return f, nil
}

func (s *Session) enter(f *flight, in CallInput) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return s.over(f.step)
	}
	if f.id == "" {
		s.made++
		f.id = fmt.Sprintf("%s-c%d", s.cfg.Conn, s.made)
	}
	if s.calls[f.id] != nil {
		return s.input(f.step, fmt.Sprintf("A call with the id %q is running already.", clip(f.id, 80)))
	}
	name, _ := text(field(in.Params, nameMember(in.Method)))
	f.state = CallState{Call: f.id, Method: in.Method, Name: name, Started: time.Now()}
	s.calls[f.id] = f
	if in.sent == nil {
		s.order = append(s.order, f)
	}
	return nil
}

// finish takes a call out and cancels what it still asked.
func (s *Session) finish(f *flight) {
	s.mu.Lock()
	delete(s.calls, f.id)
	delete(s.tokens, f.token)
	s.order = slices.DeleteFunc(s.order, func(o *flight) bool { return o == f })
	s.mu.Unlock()
	s.inbox.cancelCall(f.id, "the call it belongs to ended")
	s.tell(CallsChanged)
}

// Calls returns the calls in flight, oldest first.
func (s *Session) Calls() []CallState {
	s.mu.Lock()
	list := make([]CallState, len(s.order))
	for i, f := range s.order {
		list[i] = f.state
	}
	s.mu.Unlock()
	_, waiting := s.inbox.pending()
	for i := range list {
		list[i].Waiting = waiting[list[i].Call]
	}
	return list
}

// expect makes token the progress token of f.
func (s *Session) expect(f *flight, token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tokens, f.token)
	f.token, f.state.Progress = token, nil
	s.tokens[token] = f
}

// onProgress hands a progress notification to its call. One without a call is in the log; that is enough.
func (s *Session) onProgress(in transport.Incoming) {
	token, ok := text(field(in.Params, "progressToken"))
	if !ok {
		return
	}
	var p struct {
		Progress float64
		Total    *float64
		Message  string
	}
	s.mu.Lock()
	f := s.tokens[token]
	if f == nil {
		s.mu.Unlock()
		_ = json.Unmarshal(in.Params, &p) // what does not fit is left out
		s.taskProgress(token, Progress{p.Progress, p.Total, p.Message, in.Entry})
		return
	}
	if err := json.Unmarshal(in.Params, &p); err != nil {
		f.found(fmt.Sprintf("A progress notification is malformed (entry %d).", in.Entry))
	}
	if last := f.state.Progress; last != nil && p.Progress <= last.Progress {
		// 2025-11-25/basic/utilities/progress: "The progress value MUST increase with each notification"
		f.found(fmt.Sprintf("Progress did not increase: %v after %v (entry %d).", p.Progress, last.Progress, in.Entry))
	}
	now := Progress{p.Progress, p.Total, p.Message, in.Entry}
	f.state.Progress = &now
	s.mu.Unlock()
	select {
	case f.bump <- struct{}{}:
	default:
	}
	f.notify(now)
	s.tell(CallsChanged)
}

// maxFindings bounds what one call keeps to say.
const maxFindings = 20

// found keeps a finding. The lock is held.
func (f *flight) found(text string) {
	if len(f.findings) < maxFindings {
		f.findings = append(f.findings, text)
	}
}

// watch ends the call when it takes too long. Progress starts the timeout anew, the cap goes on; neither ends a call
// while a question waits for the user. The function returned stops it.
func (s *Session) watch(ctx context.Context, f *flight, in CallInput) (stopWatch func()) {
	limit, most := in.Timeout, in.Cap
	if limit == 0 {
		limit = s.cfg.RequestTimeout
	}
	if most == 0 {
		most = limit * capFactor
	}
	if limit <= 0 && most <= 0 {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	s.spawn(func(context.Context) { s.guard(ctx, f, limit, most) })
	return cancel
}

func (s *Session) guard(ctx context.Context, f *flight, limit, most time.Duration) {
	idle, whole := alarm(limit), alarm(most)
	defer idle.Stop()
	defer whole.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.bump:
			if limit > 0 {
				idle.Reset(limit)
			}
		case <-idle.C:
			if !s.busy(f) {
				f.cancel(&stop{fault.Timeout, fmt.Sprintf("No answer to %s came within %s.", f.step, limit)})
				return
			}
			idle.Reset(limit)
		case <-whole.C:
			if extra := f.extra.Swap(0); extra > 0 {
				whole.Reset(time.Duration(extra))
				continue
			}
			if !s.busy(f) {
				f.cancel(&stop{fault.Timeout, fmt.Sprintf("%s made progress, but no answer came within %s.", f.step, most)})
				return
			}
			whole.Reset(max(limit, most/capFactor))
		}
	}
}

// released gives the calls that a question held up the time back that it waited.
func (s *Session) released(call string, waited time.Duration) {
	s.mu.Lock()
	var held []*flight
	for id, f := range s.calls {
		if call == "" || call == id {
			held = append(held, f)
		}
	}
	s.mu.Unlock()
	for _, f := range held {
		f.extra.Add(int64(waited))
		select {
		case f.bump <- struct{}{}:
		default:
		}
	}
}

// alarm is a timer that never fires when d is not positive.
func alarm(d time.Duration) *time.Timer {
	if d > 0 {
		return time.NewTimer(d)
	}
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}
