package session

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/transport"
)

// Bounds of the streams of one session.
const (
	maxStreams = 20  // besides the session's own; each is a connection of HTTP
	maxForeign = 100 // subscription ids that are of no stream; a server can invent them without end
	maxOldSubs = 1000
)

// OwnStream is the [Stream.Name] of the stream that the session opens for what it wants itself.
const OwnStream = "own"

// streams are those that the user opened, and what came for none.
type streams struct {
	mu      sync.Mutex
	list    []*stream
	made    int
	old     []string // subscription ids of streams that ended
	foreign map[string]*Foreign
	left    int // messages of ids that found no room
}

// Foreign is what came with a subscription id that is of no open stream.
type Foreign struct {
	ID     string
	Count  int
	Last   time.Time
	Method string // of the last one
	Entry  uint64
	Ended  bool // it is of a stream that has ended
}

// OpenStream opens a further subscriptions/listen stream and keeps it open until CloseStream. It waits for the
// acknowledgement; the error is why there is none, and the stream is listed all the same.
func (s *Session) OpenStream(ctx context.Context, f Filter) (name string, err error) {
	switch {
	case s.era() != Modern:
		return "", s.input(methodListen, "Only the modern era has streams to listen on.")
	case f.empty():
		return "", s.input(methodListen, "Nothing is to be listened for.")
	}
	s.streams.mu.Lock()
	if len(s.streams.list) >= maxStreams {
		s.streams.mu.Unlock()
		return "", s.input(methodListen, fmt.Sprintf("%d streams are open already: close one.", maxStreams))
	}
	s.streams.made++
	t := &stream{name: fmt.Sprintf("s%d", s.streams.made)}
	s.streams.list = append(s.streams.list, t)
	s.streams.mu.Unlock()
	return t.name, t.change(ctx, s, func(want *Filter) { *want = f })
}

// ResumeStreams opens what another session of the same server listened for: a client opens its subscriptions again when
// the server was started again (2026-07-28/basic/transports/stdio). What came of it is in Streams.
func (s *Session) ResumeStreams(ctx context.Context, from []Stream) {
	var wg sync.WaitGroup
	for _, st := range from {
		want := st.Want
		wg.Go(func() {
			switch {
			case want.empty() && !want.lists:
			case st.Name == OwnStream:
				_ = s.stream.change(ctx, s, func(f *Filter) { *f = want })
			default:
				_, _ = s.OpenStream(ctx, want)
			}
		})
	}
	wg.Wait()
}

// CloseStream ends a stream; false: there is none of that name.
func (s *Session) CloseStream(name string) bool {
	t := s.streamNamed(name)
	if t == nil {
		return false
	}
	t.stop(s)
	s.streams.mu.Lock()
	s.streams.list = slices.DeleteFunc(s.streams.list, func(o *stream) bool { return o == t })
	s.streams.mu.Unlock()
	s.updates.touch()
	s.tell(StateChanged)
	return true
}

// ReopenStream tries at once to open a stream that is lost, failed or was ended by the server.
func (s *Session) ReopenStream(name string) bool {
	t := s.streamNamed(name)
	if t != nil {
		t.again(true)
	}
	return t != nil
}

func (s *Session) streamNamed(name string) *stream {
	for _, t := range s.everyStream() {
		if t.name == name && name != "" || t.name == "" && name == OwnStream {
			return t
		}
	}
	return nil
}

// everyStream is the session's own stream and those that the user opened.
func (s *Session) everyStream() []*stream {
	s.streams.mu.Lock()
	defer s.streams.mu.Unlock()
	return append([]*stream{&s.stream}, s.streams.list...)
}

// Streams returns the streams there are, the session's own first if anything is or was wanted of it, and what came
// with ids of none of them, by id.
func (s *Session) Streams() (list []Stream, foreign []Foreign) {
	for _, t := range s.everyStream() {
		if st := t.snapshot(); st.State != StreamOff {
			list = append(list, st)
		}
	}
	s.streams.mu.Lock()
	defer s.streams.mu.Unlock()
	for _, f := range slices.SortedFunc(maps.Values(s.streams.foreign), func(a, b *Foreign) int { return strings.Compare(a.ID, b.ID) }) {
		foreign = append(foreign, *f)
	}
	return list, foreign
}

// streamOf finds the stream that a notification belongs to: by its subscription id, which every message of a stream
// must carry, or by the response that it came on. id is empty when it carries none.
func (s *Session) streamOf(in transport.Incoming) (t *stream, id string) {
	raw := field(field(in.Params, "_meta"), metaSubscription)
	id, isText := text(raw)
	if raw != nil && !isText { // an id of JSON-RPC may be a number; ours never are
		id = clip(string(raw), 80)
	}
	for _, t := range s.everyStream() {
		t.mu.Lock()
		mine := raw != nil && isText && t.id != "" && t.id == id || raw == nil && in.Call != "" && in.Call == t.call
		t.mu.Unlock()
		if mine {
			return t, id
		}
	}
	return nil, id
}

// attribute counts a notification for its stream.
func (s *Session) attribute(in transport.Incoming) {
	t, id := s.streamOf(in)
	switch {
	case t != nil && in.Method != methodAccepted:
		t.mu.Lock()
		t.now.Events++
		t.now.Last, t.now.LastEntry = time.Now(), in.Entry
		t.mu.Unlock()
	case t == nil && id != "":
		s.foreign(id, in)
	default:
		return
	}
	s.updates.touch()
	s.tell(StateChanged)
}

func (s *Session) foreign(id string, in transport.Incoming) {
	g := &s.streams
	g.mu.Lock()
	f := g.foreign[id]
	if f == nil {
		if len(g.foreign) >= maxForeign {
			g.left++
			first := g.left == 1
			g.mu.Unlock()
			if first {
				s.note(fmt.Sprintf("Messages came with more than %d subscription ids of no stream: further ones are in the log only.", maxForeign), in.Entry)
			}
			return
		}
		if g.foreign == nil {
			g.foreign = map[string]*Foreign{}
		}
		f = &Foreign{ID: clip(id, 200), Ended: slices.Contains(g.old, id)}
		g.foreign[id] = f
	}
	f.Count++
	f.Last, f.Method, f.Entry = time.Now(), clip(in.Method, 120), in.Entry
	g.mu.Unlock()
}

// retire remembers the id of a stream that ended.
func (g *streams) retire(id string) {
	if id == "" {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.old = append(g.old, id); len(g.old) > maxOldSubs {
		g.old = g.old[1:]
	}
}

// accepted compares what a server acknowledged with what it was asked for.
func (f Filter) accepted(notifications json.RawMessage) (uris map[string]bool, refused []string) {
	for name, asked := range map[string]bool{"toolsListChanged": f.Tools, "promptsListChanged": f.Prompts, "resourcesListChanged": f.Resources} {
		if asked && string(field(notifications, name)) != "true" {
			refused = append(refused, name)
		}
	}
	slices.Sort(refused)
	uris = textSet(field(notifications, "resourceSubscriptions"))
	ids := textSet(field(notifications, "taskIds"))
	for _, uri := range f.URIs {
		if !uris[uri] {
			refused = append(refused, uri)
		}
	}
	for _, id := range f.TaskIDs {
		if !ids[id] {
			refused = append(refused, id)
		}
	}
	return uris, refused
}

// textSet is an array of strings; a malformed one, and what is no string, accepts nothing.
func textSet(raw json.RawMessage) map[string]bool {
	out := map[string]bool{}
	list, _ := elements(raw)
	for _, one := range list {
		if s, ok := text(one); ok {
			out[s] = true
		}
	}
	return out
}

// onAccepted takes the first message of a stream: what the server will tell of what was asked for.
func (s *Session) onAccepted(in transport.Incoming) {
	t, id := s.streamOf(in)
	if t == nil && id == "" {
		t = s.lone()
	}
	if t == nil {
		return // of a stream that was closed
	}
	if id == "" {
		s.note("The acknowledgement of the stream names no subscriptionId.", in.Entry)
	}
	t.mu.Lock()
	want, gen := t.want, t.gen
	t.mu.Unlock()
	accepted := field(in.Params, "notifications")
	taken, refused := want.accepted(accepted)
	for _, uri := range want.URIs {
		state := WatchRefused
		if taken[uri] {
			state = WatchOn
		}
		if t.watches() {
			s.updates.set(uri, state, nil)
		}
	}
	t.tell(s, func(now *Stream) {
		now.State, now.Accepted, now.Refused, now.Entry, now.Err, now.Text = StreamOpen, accepted, refused, in.Entry, nil, ""
		now.Opened++
		now.Tries = 0
		t.settle(gen, nil)
	})
}

// lone is the stream that waits for its acknowledgement, if there is just one.
func (s *Session) lone() *stream {
	var found *stream
	for _, t := range s.everyStream() {
		t.mu.Lock()
		opening := t.id != "" && t.now.State == StreamOpening
		t.mu.Unlock()
		if opening && found != nil {
			return nil
		}
		if opening {
			found = t
		}
	}
	return found
}
