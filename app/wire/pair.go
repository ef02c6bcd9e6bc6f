package wire

import (
	"fmt"
	"slices"
)

// pairKey names a request: ids are unique per connection and sender.
type pairKey struct {
	conn string
	dir  Dir // of the request
	id   string
}

// asked is a request that was seen, and whether it was answered.
type asked struct {
	seq      uint64
	answered bool
}

// pair files a request for its answer, and an answer with its request. The caller holds the lock and gives the
// entry its revision afterwards.
func (l *Log) pair(r *record) {
	e := &r.Entry
	if e.Kind != KindFrame || e.ID == "" || e.ID == "null" {
		return
	}
	switch e.Message {
	case MsgRequest:
		l.ask(e)
	case MsgResponse, MsgError:
		l.answer(e)
	}
}

func (l *Log) ask(e *Entry) {
	e.Open = true
	k := pairKey{e.Conn, e.Dir, e.ID}
	// "The request ID MUST NOT have been previously used by the requestor within the same session"
	// (MCP, basic, requests). A replay repeats its id on purpose.
	if before, ok := l.waiting[k]; ok && e.Purpose != "replay" {
		e.find(fmt.Sprintf("id %s was used before, by entry %d", shorten(e.ID, quoteLen), before.seq))
	}
	l.waiting[k] = asked{seq: e.Seq}
}

func (l *Log) answer(e *Entry) {
	k := pairKey{e.Conn, e.Dir.opposite(), e.ID}
	q, ok := l.waiting[k]
	if !ok || !l.records.has(q.seq) {
		e.find(fmt.Sprintf("answers no request: id %s was not asked", shorten(e.ID, quoteLen)))
		return
	}
	r := l.records.at(q.seq)
	e.Pair = q.seq
	if e.Method == "" {
		e.Method = r.Entry.Method
	}
	if e.Name == "" {
		e.Name = r.Entry.Name
	}
	if e.Call == "" {
		e.Call = r.Entry.Call
	}
	if q.answered {
		e.find(fmt.Sprintf("a second answer to entry %d, which entry %d had answered", q.seq, r.Entry.Pair))
		return
	}
	if e.Took == 0 {
		e.Took = max(e.Time-r.Entry.Time, 0)
	}
	l.waiting[k] = asked{q.seq, true}
	r.Entry.Pair, r.Entry.Took, r.Entry.Open = e.Seq, e.Took, false
	l.touch(r)
}

// unpair forgets a request that leaves the log.
func (l *Log) unpair(r *record) {
	e := &r.Entry
	if e.Kind != KindFrame || e.Message != MsgRequest || e.ID == "" {
		return
	}
	k := pairKey{e.Conn, e.Dir, e.ID}
	if l.waiting[k].seq == e.Seq {
		delete(l.waiting, k)
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
