package wire

import (
	"slices"
	"sync"
	"time"
)

// Bounds of a log. Bodies are bounded by [Config].MaxBytes as a whole.
const (
	// DefaultMaxBytes bounds the stored bodies of all connections together.
	DefaultMaxBytes = 256 << 20
	// DefaultMaxEntries bounds the summaries: they take about 400 bytes each, so 200 MB at the worst.
	DefaultMaxEntries = 500_000
	// MaxBody bounds one body: what is beyond is not kept. A 50 MB tool result stays whole.
	MaxBody = 128 << 20
	// smallBody is how long a body may be to be copied with the lock held.
	smallBody = 64 << 10
)

// Log is the live log of one run of the program: every connection's entries on one sequence, bodies bounded.
// All methods are safe for concurrent use; Append never blocks on a reader.
type Log struct {
	maxBytes, maxEntries    int64
	keepStored, keepEntries int64

	mu      sync.Mutex // guards all below; never held while a body is read or a callback runs
	records run[record]
	revs    revs
	bodies  run[uint64] // Seq of each record in the order its bodies were stored: the order in which they leave
	bytes   int64       // stored bodies and exchanges
	stored  Cursor      // what a follower has stored
	pairs   pairs
	gap     gap
	subs    []*subscriber
}

// record is a draft as it is kept. Its slices and its exchange are never changed in place, only replaced, so that a
// reader may go on with them after the lock was released.
type record struct {
	Draft
	stored uint64 // number in bodies of its latest storing; 0: nothing stored
	size   int64  // bytes it stands for in Log.bytes
	bodies uint64 // revision at which its bodies were set last
	away   bool   // bodies left for the store
}

// Config of a Log; the zero value is the documented default.
type Config struct {
	MaxBytes    int64 // stored bodies; default 256 MiB
	MaxEntries  int64 // entries; default 500,000
	KeepStored  int64 // bodies that stay although a follower stored them; default 8 MiB
	KeepEntries int64 // the same for entries; default 10,000
}

// NewLog makes an empty log.
func NewLog(c Config) *Log {
	if c.MaxBytes <= 0 {
		c.MaxBytes = DefaultMaxBytes
	}
	if c.MaxEntries <= 0 {
		c.MaxEntries = DefaultMaxEntries
	}
	if c.KeepStored <= 0 {
		c.KeepStored = DefaultKeepStored
	}
	if c.KeepEntries <= 0 {
		c.KeepEntries = DefaultKeepEntries
	}
	return &Log{
		keepStored:  c.KeepStored,
		keepEntries: max(c.KeepEntries, 2),
		maxBytes:    c.MaxBytes,
		maxEntries:  max(c.MaxEntries, 2), // the newest entry and the gap
		records:     newRun[record](),
		bodies:      newRun[uint64](),
		pairs:       newPairs(),
	}
}

// Append records d and returns its number. It pairs responses with requests of the same connection and id.
//
// Of a frame whose Message is empty the JSON-RPC fields are read from the body ([ParseFrame]). Bytes and ReqBytes
// are the lengths of the bodies unless they are set; Time is now unless it is set. A request has to be appended
// before its bytes are written, or its answer may come first and find nothing to pair with. A draft may carry Took
// when the tap measured it better than the difference of the two times.
func (l *Log) Append(d Draft) uint64 {
	e := &d.Entry
	if e.Time == 0 {
		e.Time = time.Now().UnixMicro()
	}
	if (e.Kind == KindFrame || e.Kind == KindApp) && e.Message == "" {
		ParseFrame(d.Message).fill(e)
	}
	d.measure()
	l.fit(&d, MaxBody)

	l.mu.Lock()
	seq, r := l.records.push()
	r.Draft = d
	r.Entry.Seq = seq
	r.Entry.Pair = 0
	l.pair(r)
	r.Entry.Rev = l.revs.push(seq)
	r.bodies = r.Entry.Rev
	l.store(r)
	over, subs := l.over(), l.subs
	l.mu.Unlock()

	if over {
		l.trim()
	}
	nudge(subs)
	return seq
}

// Update changes an entry that was appended: change gets a copy of the draft as stored and changes it.
// Seq, Rev, Conn and Time stay. It does nothing when the entry left the log.
//
// change runs with the log locked: it only sets fields, calls nothing of the log, and replaces bodies instead of
// editing them. Bytes and ReqBytes are taken from the bodies where they are still 0. An exchange that is finished
// sets Open to false; so does the owner of a request that will never be answered.
func (l *Log) Update(seq uint64, change func(*Draft)) {
	over, subs := l.update(seq, change)
	if over {
		l.trim()
	}
	nudge(subs)
}

func (l *Log) update(seq uint64, change func(*Draft)) (over bool, subs []*subscriber) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.records.has(seq) || l.records.at(seq).Entry.Kind == KindGap {
		return false, nil
	}
	r := l.records.at(seq)
	old := r.Entry
	d := r.Draft
	d.Exchange = d.Exchange.clone()
	d.Entry.Findings = slices.Clone(d.Entry.Findings)
	change(&d)
	d.Entry.Seq, d.Entry.Rev, d.Entry.Conn, d.Entry.Time = old.Seq, old.Rev, old.Conn, old.Time
	d.measure()
	l.fit(&d, smallBody)
	if old.Dropped && len(d.Message)+len(d.Request)+len(d.Response) > 0 {
		d.Entry.Dropped = len(d.Request) == 0 && d.Entry.ReqBytes > 0
	}
	kept := sameBodies(&r.Draft, &d)
	r.Draft = d
	l.store(r)
	l.touch(r)
	if !kept {
		r.bodies = r.Entry.Rev
	}
	return l.over(), l.subs
}

// touch gives a changed entry its new revision. The caller holds the lock.
func (l *Log) touch(r *record) {
	l.revs.kill(r.Entry.Rev)
	r.Entry.Rev = l.revs.push(r.Entry.Seq)
}

// measure fills the lengths that the tap left open.
func (d *Draft) measure() {
	e := &d.Entry
	if e.Bytes == 0 {
		e.Bytes = int64(len(d.Message) + len(d.Response))
	}
	if e.ReqBytes == 0 {
		e.ReqBytes = int64(len(d.Request))
	}
}

// fit cuts bodies that are longer than one may be and gives back the unused room behind bodies of up to clip bytes.
func (l *Log) fit(d *Draft, clip int) {
	limit := int(min(MaxBody, l.maxBytes))
	for _, b := range []*[]byte{&d.Message, &d.Request, &d.Response} {
		switch {
		case len(*b) > limit:
			*b = exact((*b)[:limit])
			d.Entry.Cut = true
		case len(*b) <= clip && cap(*b)-len(*b) > max(64, len(*b)/2):
			*b = exact(*b)
		}
	}
}

// exact copies b into a slice without room behind it.
func exact(b []byte) []byte {
	c := make([]byte, len(b))
	copy(c, b)
	return c
}

func (x *Exchange) clone() *Exchange {
	if x == nil {
		return nil
	}
	c := *x
	c.RequestHeaders = slices.Clone(x.RequestHeaders)
	c.ResponseHeaders = slices.Clone(x.ResponseHeaders)
	c.Trailers = slices.Clone(x.Trailers)
	return &c
}

// Clear forgets every entry; numbers go on. A reader learns it from [Page].FirstAvailable.
func (l *Log) Clear() {
	l.mu.Lock()
	l.records.clear()
	l.bodies.clear()
	l.revs.clear()
	l.revs.push(0)
	l.bytes, l.gap = 0, gap{}
	l.pairs.answered = map[pairKey]uint64{} // the open ones wait on for their answers
	subs := l.subs
	l.mu.Unlock()
	nudge(subs)
}
