package session

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/transport"
)

// maxWatched bounds the resources whose updates are kept; a server may name as many as it likes.
const maxWatched = 10_000

// changes are the lists that changed since they were read last, by the notification that says so.
type changes struct {
	mu  sync.Mutex
	has map[string]bool
}

func (c *changes) came(method string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.has == nil {
		c.has = map[string]bool{}
	}
	c.has[method] = true
}

// seen is called when a list begins to be read: a change that comes while it is read counts.
func (c *changes) seen(method string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.has, method)
}

func (c *changes) is(method string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.has[method]
}

// WatchState says whether a server is to tell of a resource's updates.
type WatchState string

// The states of a watch.
const (
	NotWatched   WatchState = ""
	WatchAsking  WatchState = "asking"  // the server was asked and has not answered
	WatchOn      WatchState = "on"      // the server agreed
	WatchRefused WatchState = "refused" // modern: the acknowledgement leaves it out
	WatchFailed  WatchState = "failed"  // the request failed, see Err
	WatchLost    WatchState = "lost"    // modern: the stream ended
)

// Watched is what is known of one resource's updates.
type Watched struct {
	URI     string
	State   WatchState
	Since   time.Time // of State
	Updates int       // notifications/resources/updated, in all
	Last    time.Time // of the last of them
	Entry   uint64
	Updated bool // since the last read, or ever without one
	ReadAt  time.Time
	Read    uint64 // entry of the last read's answer, 0: never
	Err     error  // of WatchFailed
}

// updates are the resources that were read, watched, or named by an update.
type updates struct {
	mu   sync.Mutex
	rev  uint64
	by   map[string]*Watched
	left int // updates that found no room
}

// edit changes one resource's state; it reports false when there is no room for a further one.
func (u *updates) edit(uri string, change func(*Watched)) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	w := u.by[uri]
	if w == nil {
		if len(u.by) >= maxWatched {
			u.left++
			return false
		}
		if u.by == nil {
			u.by = map[string]*Watched{}
		}
		w = &Watched{URI: uri}
		u.by[uri] = w
	}
	change(w)
	u.rev++
	return true
}

func (u *updates) set(uri string, state WatchState, err error) {
	u.edit(uri, func(w *Watched) { w.State, w.Since, w.Err = state, time.Now(), err })
}

// touch tells that something beside the resources changed.
func (u *updates) touch() {
	u.mu.Lock()
	u.rev++
	u.mu.Unlock()
}

func (u *updates) count(uri string) int {
	u.mu.Lock()
	defer u.mu.Unlock()
	if w := u.by[uri]; w != nil {
		return w.Updates
	}
	return 0
}

// read notes a read that began when there had been so many updates.
func (u *updates) read(uri string, updates int, entry uint64) {
	u.edit(uri, func(w *Watched) {
		w.ReadAt, w.Read = time.Now(), entry
		w.Updated = w.Updates > updates
	})
}

// Watched returns the resources that were read, watched, or named by an update, by URI. rev grows with every change
// of it and of [Session.Stream].
func (s *Session) Watched() (list []Watched, rev uint64) {
	u := &s.updates
	u.mu.Lock()
	defer u.mu.Unlock()
	list = make([]Watched, 0, len(u.by))
	for _, w := range slices.SortedFunc(maps.Values(u.by), func(a, b *Watched) int { return cmp.Compare(a.URI, b.URI) }) {
		list = append(list, *w)
	}
	return list, u.rev
}

// WatchRev is the rev of [Session.Watched].
func (s *Session) WatchRev() uint64 {
	s.updates.mu.Lock()
	defer s.updates.mu.Unlock()
	return s.updates.rev
}

// onUpdated takes notifications/resources/updated. Its URI may be that of a part of what was subscribed to.
func (s *Session) onUpdated(in transport.Incoming) {
	uri, ok := text(field(in.Params, "uri"))
	if !ok {
		s.note("An update of a resource names no uri.", in.Entry)
		return
	}
	fits := s.updates.edit(uri, func(w *Watched) {
		w.Updates++
		w.Last, w.Entry, w.Updated = time.Now(), in.Entry, true
	})
	if !fits {
		s.updates.mu.Lock()
		first := s.updates.left == 1
		s.updates.mu.Unlock()
		if first {
			s.note("The server names more resources in updates than the 10,000 that are kept: further ones are in the log only.", in.Entry)
		}
		return
	}
	s.tell(StateChanged)
}
