package transport

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"
)

// StreamKind says what an event stream of a link is for.
type StreamKind string

// The kinds of streams.
const (
	StreamGet  StreamKind = "get"  // the standalone GET stream of legacy Streamable HTTP
	StreamSSE  StreamKind = "sse"  // the one stream of HTTP+SSE
	StreamCall StreamKind = "call" // the answer to a POST, and what comes before it
)

// StreamState is the state of a stream.
type StreamState string

// The states of a stream.
const (
	StreamOpening StreamState = "opening" // asked for, no head of an answer yet
	StreamOpen    StreamState = "open"
	StreamWaiting StreamState = "waiting" // it ended; asked for again at Next
	StreamAbsent  StreamState = "absent"  // the server has none (404, 405), which is allowed
	StreamRefused StreamState = "refused" // not asked for again, see Text
	StreamEnded   StreamState = "ended"
)

// StreamStatus is one event stream of a link as it is now. What a server chose is masked.
type StreamStatus struct {
	Kind      StreamKind
	Of        string // the call that a StreamCall answers, "tools/call echo"
	State     StreamState
	Since     time.Time     // of State
	Opened    int           // how often it was opened, resumptions counted
	Events    int           // with data, over all openings
	LastEvent time.Time     // zero: none yet
	LastID    string        // the last event id, sent as Last-Event-ID when the stream is resumed
	Retry     time.Duration // what the server asks to wait before a resumption
	HasRetry  bool          //
	Next      time.Time     // when it is asked for again; zero unless StreamWaiting
	Text      string        // why it waits, is absent, refused or ended
	Entry     uint64        // exchange of its last opening
}

// streams are the event streams of a link.
type streams struct {
	mu   sync.Mutex
	last int
	all  map[int]*StreamStatus
}

// streamHandle is one of them; a nil one takes every word and keeps none.
type streamHandle struct {
	of  *streams
	key int
}

func (s *streams) add(kind StreamKind, of string) *streamHandle {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[int]*StreamStatus{}
	}
	s.last++
	s.all[s.last] = &StreamStatus{Kind: kind, Of: of, State: StreamOpening, Since: time.Now()}
	return &streamHandle{s, s.last}
}

func (h *streamHandle) edit(change func(*StreamStatus)) {
	if h == nil {
		return
	}
	h.of.mu.Lock()
	defer h.of.mu.Unlock()
	if now := h.of.all[h.key]; now != nil {
		was := now.State
		change(now)
		if now.State != was {
			now.Since = time.Now()
		}
	}
}

// asked tells that the stream is being opened, or opened again.
func (h *streamHandle) asked() {
	h.edit(func(s *StreamStatus) { s.State, s.Next, s.Text = StreamOpening, time.Time{}, "" })
}

// opened tells of the head of a good answer.
func (h *streamHandle) opened(entry uint64) {
	h.edit(func(s *StreamStatus) {
		s.State, s.Entry, s.Next, s.Text = StreamOpen, entry, time.Time{}, ""
		s.Opened++
	})
}

// waits tells that the stream is asked for again after a pause.
func (h *streamHandle) waits(pause time.Duration, why string) {
	h.edit(func(s *StreamStatus) { s.State, s.Next, s.Text = StreamWaiting, time.Now().Add(pause), why })
}

// over tells that the stream is not asked for again.
func (h *streamHandle) over(state StreamState, entry uint64, why string) {
	h.edit(func(s *StreamStatus) {
		s.State, s.Next, s.Text = state, time.Time{}, why
		if entry != 0 {
			s.Entry = entry
		}
	})
}

// came tells of one event.
func (h *streamHandle) came(e event, shownID string) {
	h.edit(func(s *StreamStatus) {
		if e.data != nil {
			s.Events++
			s.LastEvent = time.Now()
		}
		if e.hasID {
			s.LastID = shownID
		}
		if e.hasRetry {
			s.Retry, s.HasRetry = e.retry, true
		}
	})
}

// remove forgets a stream that is over for good.
func (h *streamHandle) remove() {
	if h == nil {
		return
	}
	h.of.mu.Lock()
	defer h.of.mu.Unlock()
	delete(h.of.all, h.key)
}

// list returns the streams in the order in which they were first asked for.
func (s *streams) list() []StreamStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]StreamStatus, 0, len(s.all))
	for _, key := range slices.SortedFunc(maps.Keys(s.all), cmp.Compare[int]) {
		out = append(out, *s.all[key])
	}
	return out
}

// Streams returns the event streams of a link that has any: the GET stream since it was first asked for, the stream of
// HTTP+SSE, and the answers to calls that are being read. It is safe for concurrent use.
func (l *link) Streams() []StreamStatus { return l.streams.list() }
