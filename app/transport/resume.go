package transport

import (
	"math/rand/v2"
	"time"
)

const (
	// defaultRetry is the pause before a stream is resumed when the server named none.
	defaultRetry = time.Second
	// minRetry keeps a server that asks for no pause from being asked in a tight loop.
	minRetry = 10 * time.Millisecond
	// maxBackoff is the longest pause between attempts that bring nothing.
	maxBackoff = 30 * time.Second
	// maxFruitless is how many attempts to resume a call's stream may fail in a row.
	maxFruitless = 5
)

// resume is where a stream broke off and how long to wait.
type resume struct {
	lastID    string
	retry     time.Duration
	hasRetry  bool
	fruitless int // attempts in a row that brought no event
}

func (r *resume) note(st *stream) {
	if st.lastID != "" {
		r.lastID = st.lastID
	}
	if st.hasRetry {
		r.retry, r.hasRetry = st.retry, true
	}
	r.fruitless++
	if st.events > 0 {
		r.fruitless = 0
	}
}

// pause is how long to wait before the next attempt: what the server asked for, longer while nothing comes.
func (r *resume) pause() time.Duration {
	d := defaultRetry
	if r.hasRetry {
		d = max(r.retry, minRetry)
	}
	if r.fruitless > 1 {
		slow := min(time.Second<<min(r.fruitless-2, 5), maxBackoff)
		d = max(d, slow/2+rand.N(slow/2+1)) //nolint:gosec // jitter needs no secrecy
	}
	return d
}
