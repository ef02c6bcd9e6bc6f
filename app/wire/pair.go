package wire

import (
	"fmt"
	"slices"
)

// maxOpen bounds the unanswered requests that are remembered although their entries left the log.
const maxOpen = 10_000

// pairKey names a request: ids are unique per connection and sender. The messages of an app are a connection of their
// own.
type pairKey struct {
	conn, app string
	dir       Dir // of the request
	id        string
}

// keyOf is the key of the request that e is, or with its direction turned around answers.
func keyOf(e *Entry, dir Dir) pairKey {
	k := pairKey{conn: e.Conn, dir: dir, id: e.ID}
	if e.Kind == KindApp {
		k.app = e.Call
	}
	return k
}

// asked is what an answer takes over from its request. It is kept apart from the entry, so that the answer to a long
// call is told from a stray one, and timed, after the log was cleared or the request left it.
type asked struct {
	seq                uint64
	time               int64
	method, name, call string
}

// pairs are the requests that answers can belong to.
type pairs struct {
	open     map[pairKey]asked
	answered map[pairKey]uint64 // Seq of the request; leaves with its entry
}

func newPairs() pairs { return pairs{map[pairKey]asked{}, map[pairKey]uint64{}} }

// pair files a request for its answer, and an answer with its request. The caller holds the lock and gives the
// entry its revision afterwards.
func (l *Log) pair(r *record) {
	e := &r.Entry
	if e.Kind != KindFrame && e.Kind != KindApp || e.ID == "" || e.ID == "null" {
		return
	}
	switch e.Message {
	case MsgRequest:
		l.ask(e)
	case MsgResponse, MsgError:
		l.answer(e)
	default: // the others have no other half
	}
}

func (l *Log) ask(e *Entry) {
	e.Open = true
	k := keyOf(e, e.Dir)
	before := l.pairs.answered[k]
	if q, ok := l.pairs.open[k]; ok {
		before = q.seq
		if e.Purpose == PurposeRaw { // written by hand: it must not take the answer of a call in flight
			e.Open = false
			e.find(fmt.Sprintf("id %s is in use by entry %d, which waits for its answer: this one is not paired", shorten(e.ID, quoteLen), before))
			return
		}
	}
	// "The request ID MUST NOT have been previously used by the requestor within the same session"
	// (MCP, basic, requests). A replay repeats its id on purpose.
	if before != 0 && e.Purpose != "replay" {
		e.find(fmt.Sprintf("id %s was used before, by entry %d", shorten(e.ID, quoteLen), before))
	}
	delete(l.pairs.answered, k)
	l.pairs.open[k] = asked{e.Seq, e.Time, e.Method, e.Name, e.Call}
}

func (l *Log) answer(e *Entry) {
	k := keyOf(e, e.Dir.opposite())
	q, ok := l.pairs.open[k]
	if !ok {
		l.stray(e, k)
		return
	}
	delete(l.pairs.open, k)
	setIfEmpty(&e.Method, q.method)
	setIfEmpty(&e.Name, q.name)
	setIfEmpty(&e.Call, q.call)
	if e.Took == 0 {
		e.Took = max(e.Time-q.time, 0)
	}
	if !l.records.has(q.seq) || l.records.at(q.seq).Entry.Kind == KindGap {
		return
	}
	l.pairs.answered[k] = q.seq
	e.Pair = q.seq
	r := l.records.at(q.seq)
	r.Entry.Pair, r.Entry.Took, r.Entry.Open = e.Seq, e.Took, false
	l.touch(r)
}

// stray is an answer that nothing waits for.
func (l *Log) stray(e *Entry, k pairKey) {
	seq, ok := l.pairs.answered[k]
	if !ok {
		e.find(fmt.Sprintf("answers no request: no open one has the id %s", shorten(e.ID, quoteLen)))
		return
	}
	q := &l.records.at(seq).Entry
	e.Pair = seq
	setIfEmpty(&e.Method, q.Method)
	setIfEmpty(&e.Name, q.Name)
	setIfEmpty(&e.Call, q.Call)
	e.find(fmt.Sprintf("a second answer to entry %d, which entry %d had answered", seq, q.Pair))
}

// unpair forgets a request that leaves the log, unless its answer may still come.
func (l *Log) unpair(r *record) {
	e := &r.Entry
	if e.Kind != KindFrame && e.Kind != KindApp || e.Message != MsgRequest || e.ID == "" {
		return
	}
	k := keyOf(e, e.Dir)
	if l.pairs.answered[k] == e.Seq {
		delete(l.pairs.answered, k)
	}
	if l.pairs.open[k].seq == e.Seq && (!e.Open || len(l.pairs.open) > maxOpen) {
		delete(l.pairs.open, k)
	}
}

// find adds a finding. Pages that went out share the slice, so it is never appended to in place.
func (e *Entry) find(text string) {
	e.Findings = append(slices.Clip(e.Findings), text)
}

func (d Dir) opposite() Dir {
	if d == Out {
		return In
	}
	return Out
}
