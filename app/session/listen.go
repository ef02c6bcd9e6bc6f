package session

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// How a stream that was lost is opened again.
const (
	listenPause = 500 * time.Millisecond // before the first try, doubled for each further one
	listenMost  = 30 * time.Second       // the longest pause
	listenTries = 10                     // in a row without an acknowledgement; then the user decides
	acceptTime  = 10 * time.Second       // for the acknowledgement, until whoever asked is told that it is missing
)

// Filter is what a subscriptions/listen stream is asked to tell (2026-07-28/basic/patterns/subscriptions).
type Filter struct {
	Tools     bool     `json:"toolsListChanged,omitempty"`
	Prompts   bool     `json:"promptsListChanged,omitempty"`
	Resources bool     `json:"resourcesListChanged,omitempty"`
	URIs      []string `json:"resourceSubscriptions,omitempty"`
	TaskIDs   []string `json:"taskIds,omitempty"` // of the tasks extension

	lists bool // changes of lists are wanted, whichever are declared
}

func (f *Filter) set(uris []string, on bool) {
	kept := slices.DeleteFunc(slices.Clone(f.URIs), func(uri string) bool { return slices.Contains(uris, uri) })
	if on {
		for _, uri := range uris {
			if !slices.Contains(kept, uri) {
				kept = append(kept, uri)
			}
		}
	}
	f.URIs = kept
}

func (f *Filter) empty() bool {
	return !f.Tools && !f.Prompts && !f.Resources && len(f.URIs) == 0 && len(f.TaskIDs) == 0
}

// StreamState is the state of a subscriptions/listen stream.
type StreamState string

// The states of a stream.
const (
	StreamOff     StreamState = ""
	StreamOpening StreamState = "opening" // asked for, not acknowledged
	StreamOpen    StreamState = "open"
	StreamWaiting StreamState = "waiting" // lost; it is opened again after a pause
	StreamClosed  StreamState = "closed"  // the server ended it, or nothing is wanted any more
	StreamFailed  StreamState = "failed"  // see Err
)

// Stream is the state of a subscriptions/listen stream of a modern session.
type Stream struct {
	Name     string // within the session; OwnStream is the session's own
	Want     Filter
	State    StreamState
	Since    time.Time
	Lists    bool            // changes of lists are wanted
	Request  json.RawMessage // the filter asked for
	Accepted json.RawMessage // the filter acknowledged, as it came
	Refused  []string        // what was asked for and is not in Accepted
	Opened   int             // times that it was acknowledged
	Text     string          // why it waits, closed or failed
	Entry    uint64          // of the last acknowledgement
	Err      error

	ID        string    // of its request, which is the subscriptionId of its messages; empty while it is not open
	Events    int       // messages that came, acknowledgements aside
	Last      time.Time // of the last of them
	LastEntry uint64
	Tries     int       // in a row without an acknowledgement
	Retry     time.Time // when it is opened again, while it waits
}

// stream keeps one subscriptions/listen stream open as long as something is wanted. A change of what is wanted closes
// it and opens it with the new filter: servers need not tell two streams of one client apart.
type stream struct {
	name string // empty: the session's own
	call string // of the request that is open; both are guarded by mu once the stream runs

	mu      sync.Mutex
	want    Filter
	gen     int // of want
	told    int // the gen whose first outcome is known,
	outcome error
	running bool
	stopped bool   // for good
	id      string // of the request that is open
	cancel  context.CancelCauseFunc
	now     Stream
	changed chan struct{} // closed and replaced with every change of now
	wake    chan struct{} // closed and replaced to try at once
}

var errRefilter = &stop{fault.Cancelled, "what is listened for changed"}

// Stream returns the state of the session's own subscriptions/listen stream.
func (s *Session) Stream() Stream {
	return s.stream.snapshot()
}

func (t *stream) snapshot() Stream {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := t.now
	out.Name, out.Want, out.ID, out.Lists = t.name, t.want, t.id, t.want.lists
	if out.Name == "" {
		out.Name = OwnStream
	}
	out.Want.URIs, out.Want.TaskIDs, out.Refused = slices.Clone(t.want.URIs), slices.Clone(t.want.TaskIDs), slices.Clone(out.Refused)
	return out
}

// watches tells whether the states of resources follow this stream.
func (t *stream) watches() bool { return t.name == "" }

// change edits what is wanted and waits until the server acknowledged it, or is known not to.
func (t *stream) change(ctx context.Context, s *Session, edit func(*Filter)) error {
	t.mu.Lock()
	if t.changed == nil {
		t.changed, t.wake = make(chan struct{}), make(chan struct{})
	}
	before := t.want.URIs
	edit(&t.want)
	t.gen++
	gen, want, start := t.gen, t.want.URIs, !t.running
	t.running = true
	if t.watches() {
		for _, uri := range before {
			if !slices.Contains(want, uri) {
				s.updates.set(uri, NotWatched, nil)
			}
		}
		for _, uri := range want {
			s.updates.set(uri, WatchAsking, nil)
		}
	}
	if t.cancel != nil {
		t.cancel(errRefilter)
	}
	t.poke()
	t.mu.Unlock()
	if start {
		s.spawn(func(ctx context.Context) { t.run(ctx, s) })
	}
	return t.settled(ctx, s, gen)
}

// poke wakes a stream that waits. The lock is held.
func (t *stream) poke() {
	close(t.wake)
	t.wake = make(chan struct{})
}

// again tries once more after a failure: the client has signed in, or, with ended, the user wants it whatever ended it.
func (t *stream) again(ended bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.running && (t.now.State == StreamFailed || t.now.State == StreamWaiting || ended && t.now.State == StreamClosed) {
		t.poke()
	}
}

// stop ends the stream for good.
func (t *stream) stop(s *Session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.want, t.stopped = Filter{}, t.name != ""
	t.gen++
	if t.cancel != nil {
		t.cancel(errRefilter)
	}
	if t.changed != nil {
		t.poke()
	}
	if list, _ := s.Watched(); t.watches() {
		for _, w := range list {
			s.updates.set(w.URI, NotWatched, nil)
		}
	}
}

// over ends the stream with this id for the server, which 2026-07-28/basic/patterns/cancellation lets say so by
// notifications/cancelled, while patterns/subscriptions has it send a result.
func (t *stream) over(id json.RawMessage, why string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if key, ok := text(id); ok && t.cancel != nil && key == t.id {
		t.cancel(&stop{fault.Closed, why + "."})
	}
}

// settled waits until the outcome of this generation is known.
func (t *stream) settled(ctx context.Context, s *Session, gen int) error {
	late := time.NewTimer(acceptTime)
	defer late.Stop()
	for {
		t.mu.Lock()
		err, changed := t.outcome, t.changed
		done := t.gen != gen || t.told == gen
		t.mu.Unlock()
		if done {
			return err
		}
		select {
		case <-changed:
		case <-late.C:
			return &fault.CallError{
				Server: s.cfg.Server, Kind: fault.Timeout, Step: methodListen, Message: "The server has not acknowledged the stream yet.",
				Hint: "The stream stays open, and what comes on it is taken. A server must begin it with " + methodAccepted + ".",
			}
		case <-ctx.Done():
			return s.ended(ctx, methodListen, nil)
		case <-s.ctx.Done():
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.over(methodListen)
		}
	}
}

// settle keeps the first outcome of a generation: a stream that is lost later was open once. The lock is held.
func (t *stream) settle(gen int, err error) {
	if t.told != gen {
		t.told, t.outcome = gen, err
	}
}

// run keeps the stream until the session ends.
func (t *stream) run(ctx context.Context, s *Session) {
	for tries := 0; ctx.Err() == nil; {
		one, cancel := context.WithCancelCause(ctx)
		t.mu.Lock()
		want, gen, wake, opened := t.want, t.gen, t.wake, t.now.Opened
		want.URIs, want.TaskIDs = slices.Clone(want.URIs), slices.Clone(want.TaskIDs)
		t.cancel, t.id = cancel, ""
		stopped := t.stopped
		t.mu.Unlock()
		if stopped {
			cancel(nil)
			return
		}
		var err error
		if !want.empty() {
			err = t.open(one, s, want)
			s.traffic.settle(settleTime) // an acknowledgement may have come just before the end
		}
		cancel(nil)
		t.mu.Lock()
		s.streams.retire(t.id)
		t.cancel, t.id, t.call = nil, "", ""
		if t.now.Opened > opened {
			tries = 0
		}
		stale := t.gen != gen
		t.mu.Unlock()
		if stale || ctx.Err() != nil {
			continue
		}
		tries++
		pause := t.ended(s, want, gen, tries, err)
		select {
		case <-pause:
		case <-wake:
			tries = 0
		case <-ctx.Done():
		}
	}
}

// open sends the request and waits for the stream's end.
func (t *stream) open(ctx context.Context, s *Session, want Filter) error {
	filter, err := json.Marshal(want)
	if err != nil { // cannot happen: strings and booleans only
		return s.input(methodListen, err.Error())
	}
	call := s.cfg.Conn + "-listen-" + s.ids.next()
	t.mu.Lock()
	t.call = call
	t.mu.Unlock()
	_, err = s.Call(ctx, CallInput{
		Call: call, Method: methodListen, Params: join([]byte(`{"notifications":`), filter, []byte(`}`)), Timeout: -1, Purpose: wire.PurposeListen,
		sent: func(id string, _ json.RawMessage) {
			t.tell(s, func(now *Stream) {
				t.id = id
				now.State, now.Request, now.Accepted, now.Refused, now.Err, now.Text = StreamOpening, filter, nil, nil, nil, ""
				now.Retry = time.Time{}
			})
		},
	})
	return err
}

// ended says what becomes of a stream that ended. A nil channel waits until something is wanted of it.
func (t *stream) ended(s *Session, want Filter, gen, tries int, err error) <-chan time.Time {
	state, words := StreamWaiting, ""
	f := fault.As(err)
	switch {
	case want.empty():
		state, words = StreamClosed, "Nothing is listened for."
	case err == nil:
		state, words = StreamClosed, "The server ended the stream."
	case f == nil:
		words = err.Error()
	case f.Kind == fault.Closed && errors.As(f.Cause, new(*stop)):
		state, words, err = StreamClosed, f.Message, nil
	case f.Kind == fault.RPC, f.Kind == fault.Input, f.Challenge != nil:
		state, words = StreamFailed, f.Message
	default:
		words = f.Message
	}
	if state == StreamWaiting && tries >= listenTries {
		state = StreamFailed
	}
	lost := WatchLost
	if state == StreamFailed {
		lost = WatchFailed
	}
	for _, uri := range want.URIs {
		if t.watches() {
			s.updates.set(uri, lost, err)
		}
	}
	pause := min(listenPause<<min(tries-1, 10), listenMost)
	pause = pause/2 + rand.N(pause) //nolint:gosec // so that many clients do not come back at once
	t.tell(s, func(now *Stream) {
		now.State, now.Text, now.Err, now.Tries, now.Retry = state, words, err, tries, time.Time{}
		if state == StreamWaiting {
			now.Retry = time.Now().Add(pause)
		}
		t.settle(gen, err)
	})
	if f != nil && f.Challenge != nil {
		s.report(err, methodListen)
	}
	if state != StreamWaiting {
		return nil
	}
	return time.After(pause)
}

// tell changes what is known of the stream.
func (t *stream) tell(s *Session, edit func(*Stream)) {
	t.mu.Lock()
	was := t.now.State
	edit(&t.now)
	if t.now.State != was {
		t.now.Since = time.Now()
	}
	close(t.changed)
	t.changed = make(chan struct{})
	t.mu.Unlock()
	s.updates.touch()
	s.tell(StateChanged)
}
