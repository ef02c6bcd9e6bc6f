package app

import (
	"sync"
	"time"
)

// nudgeEvery is the least time between two nudges of one name: at most 30 a second reach the page, which repaints
// at 60.
const nudgeEvery = 33 * time.Millisecond

// nudger is the only emitter of events. An event says "pull again" and carries one number, the revision. It is sent
// at once when none of its name was sent for nudgeEvery; else the last one waits for that time to pass.
type nudger struct {
	emit func(name string, rev uint64)

	mu     sync.Mutex
	sent   map[string]time.Time
	queued map[string]uint64
	closed bool
}

func newNudger(emit func(name string, rev uint64)) *nudger {
	return &nudger{emit: emit, sent: map[string]time.Time{}, queued: map[string]uint64{}}
}

// Nudge may be called from any goroutine and never waits for the page.
func (n *nudger) Nudge(name string, rev uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return
	}
	if _, waiting := n.queued[name]; waiting {
		n.queued[name] = max(rev, n.queued[name])
		return
	}
	n.queued[name] = rev
	time.AfterFunc(nudgeEvery-time.Since(n.sent[name]), func() { n.send(name) })
}

func (n *nudger) send(name string) {
	n.mu.Lock()
	rev := n.queued[name]
	delete(n.queued, name)
	n.sent[name] = time.Now()
	closed := n.closed
	n.mu.Unlock()
	if !closed {
		n.emit(name, rev)
	}
}

// Close stops sending; a nudge under way may still be sent.
func (n *nudger) Close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closed = true
}
