package core

import (
	"slices"
	"sync"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// Bounds on what a digest keeps of one connection: a server chooses names and numbers.
const (
	maxNames    = 500    // methods told apart; further ones are counted together
	maxOpen     = 10_000 // unanswered requests
	maxAttempts = 50     // requests of a connect
	maxTimes    = 200    // latencies of which the figures are made
)

// otherNames stands for the methods beyond maxNames.
const otherNames = "…"

// digest sums up what the log holds of each live connection. It reads the log when it is asked, so that recording
// pays nothing for it.
type digest struct {
	mu     sync.Mutex
	cursor uint64 // revision up to which the log was read
	last   uint64 // highest Seq of what was read
	missed uint64 // entries that left the log before they were read
	by     map[string]*summary
}

// summary is what the log says of one connection.
type summary struct {
	sent, received tally
	exchanges      int
	events         int
	stray          int    // answers nobody waited for
	straySeq       uint64 // the last of them
	lastOut        moment
	lastIn         moment
	open           map[uint64]wire.Entry // requests without an answer, both ways
	answers        map[string]*evidence  // to our requests, by method
	unasked        map[string]*unasked   // the server's requests and notifications, by method
	attempts       []uint64              // requests of the connect
	times          []int64               // microseconds of the last answers
	book           logbook
}

// tally counts the messages of one direction.
type tally struct {
	requests, results, errors, notifications, invalid, lines int
	bytes                                                    int64
}

// moment is one message.
type moment struct {
	at  int64
	seq uint64
	wire.Entry
}

// evidence is how requests of one method were answered.
type evidence struct {
	served, missing, failed moment // the last of each: a result, -32601, another error
}

// unasked counts what a server sends of one method.
type unasked struct {
	count int
	last  moment
}

// read brings the digest up to date with the log and hands out the summary of a connection, with the lock held.
func (d *digest) read(c *Core, conn string, use func(*summary)) {
	live := c.liveConns()
	d.mu.Lock()
	defer d.mu.Unlock()
	for id := range d.by {
		if !live[id] {
			delete(d.by, id)
		}
	}
	seen := map[uint64]bool{}
	for {
		p := c.log.Page(d.cursor, wire.MaxPage)
		if p.FirstAvailable > d.last+1 {
			d.missed += p.FirstAvailable - d.last - 1
			d.last = p.FirstAvailable - 1
		}
		for i := range p.Entries {
			if e := &p.Entries[i]; live[e.Conn] {
				fresh := e.Seq > d.last && !seen[e.Seq]
				seen[e.Seq] = true
				d.of(e.Conn).take(c, e, fresh)
			}
		}
		d.cursor = p.Next
		if len(p.Entries) < wire.MaxPage {
			d.last = max(d.last, p.Last)
			break
		}
	}
	use(d.of(conn))
}

func (d *digest) of(conn string) *summary {
	if d.by == nil {
		d.by = map[string]*summary{}
	}
	s := d.by[conn]
	if s == nil {
		s = &summary{open: map[uint64]wire.Entry{}, answers: map[string]*evidence{}, unasked: map[string]*unasked{}}
		d.by[conn] = s
	}
	return s
}

// liveConns are the ids in the log of the connections there are.
func (c *Core) liveConns() map[string]bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make(map[string]bool, len(c.connections))
	for _, cn := range c.connections {
		out[cn.id] = true
	}
	return out
}

// take counts an entry that is new, and notes what became of one that is known.
func (s *summary) take(c *Core, e *wire.Entry, fresh bool) {
	if e.Kind == wire.KindFrame && e.Message == wire.MsgRequest {
		switch {
		case !e.Open || e.Purpose == wire.PurposeListen:
			delete(s.open, e.Seq)
		case len(s.open) < maxOpen:
			s.open[e.Seq] = *e
		}
	}
	if !fresh {
		return
	}
	switch e.Kind {
	case wire.KindFrame:
		s.frame(c, e)
	case wire.KindHTTP:
		s.exchanges++
	case wire.KindSSE:
		s.events++
	case wire.KindStderr:
		s.received.lines++
		s.book.line(e)
	default:
	}
}

func (s *summary) frame(c *Core, e *wire.Entry) {
	now := moment{e.Time, e.Seq, *e}
	side, last := &s.sent, &s.lastOut
	if e.Dir == wire.In {
		side, last = &s.received, &s.lastIn
	}
	*last = now
	side.bytes += e.Bytes
	switch e.Message {
	case wire.MsgRequest:
		side.requests++
		s.request(e, now)
	case wire.MsgNotification:
		side.notifications++
		if e.Dir == wire.In {
			s.note(e.Method, now)
			s.book.message(c, e)
		}
	case wire.MsgResponse:
		side.results++
		s.answer(e, now)
	case wire.MsgError:
		side.errors++
		s.answer(e, now)
	case wire.MsgBatch: // its parts have entries of their own
		side.bytes -= e.Bytes
	default:
		side.invalid++
	}
}

func (s *summary) request(e *wire.Entry, now moment) {
	if e.Dir == wire.In {
		s.note(e.Method, now)
		return
	}
	s.book.call(e)
	if (e.Purpose == wire.PurposeProbe || e.Purpose == wire.PurposeInitialize) && len(s.attempts) < maxAttempts {
		s.attempts = append(s.attempts, e.Seq)
	}
}

func (s *summary) note(method string, now moment) {
	u := s.unasked[method]
	if u == nil {
		if len(s.unasked) >= maxNames {
			method = otherNames
		}
		if u = s.unasked[method]; u == nil {
			u = &unasked{}
			s.unasked[method] = u
		}
	}
	u.count++
	u.last = now
}

// answer takes the server's answer to a request of ours.
func (s *summary) answer(e *wire.Entry, now moment) {
	if e.Dir != wire.In {
		return
	}
	if e.Withheld != "" {
		s.stray++
		s.straySeq = e.Seq
		return
	}
	if e.Took > 0 && e.Purpose != wire.PurposeListen {
		if len(s.times) == maxTimes {
			s.times = slices.Delete(s.times, 0, 1)
		}
		s.times = append(s.times, e.Took)
	}
	v := s.answers[e.Method]
	if v == nil {
		if len(s.answers) >= maxNames {
			return
		}
		v = &evidence{}
		s.answers[e.Method] = v
	}
	switch {
	case e.Message == wire.MsgResponse:
		v.served = now
	case e.Code == codeNoMethod:
		v.missing = now
	default:
		v.failed = now
	}
}
