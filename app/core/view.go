package core

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

const (
	followStep = 1000                   // changed entries taken from the log in one hold of its lock
	followWait = 40 * time.Millisecond  // one pull follows no longer: the rest is left to the next
	headStart  = 150 * time.Millisecond // a search that is done within it is told whole at once
)

// view is one window on the traffic: which entries of a scope pass a filter. It holds no entry, only their numbers.
//
// Every pull follows the log first, by revision, so that what is told is never older than the pull. Entries that were
// there before are looked at by one goroutine, from the newest down, while there are any left to look at.
type view struct {
	name   string
	host   viewHost
	source query.Source
	log    *wire.Log
	nudge  func()

	running *sync.WaitGroup // of the searches of all views

	mu      sync.Mutex
	scope   ViewScope
	text    string        // of the filter
	filter  *query.Filter // the last right one
	matcher *query.Matcher
	problem *FilterProblem
	off     [len(viewGroups)]bool
	stopped bool        // by the user: what hitsLeft of the parts says stays left
	parts   []*viewPart // earlier runs by number, this run last
	rev     uint64
	logRev  uint64          // revision of the log that was followed
	logLast uint64          // highest seq of the log that was followed
	first   uint64          // lowest seq of the log when it was followed last
	floor   uint64          // lowest seq of this run that can be read
	touched map[uint64]bool // of this run: followed while the search reads a slice, which may be older. Nil: none reads

	search  *search // nil: nothing is left to look at
	timed   bool    // the timeline was asked for
	timeRev uint64  // grows with every change of it
	words   query.Vocabulary
	wordsAt time.Time
	closed  bool
	used    time.Time // by the page, last; of core.views
}

// viewHost is what a view asks the core.
type viewHost interface {
	connNames(run uint32, conn string) []string
	marks(run uint32, seq uint64) (comment string, pinned bool)
	thisRun() uint32   // the number of this run in the store, 0 while it has none
	clearedTo() uint64 // entries of this run up to it were cleared by the user
}

// viewPart is what a view lists of one run.
type viewPart struct {
	run    uint32
	all    bool
	conns  map[string]bool
	groups [len(viewGroups)]rowset // the scope
	hits   rowset                  // of the scope, what passes the filter; not used without one
	rows   rowset                  // of both, what the toggles show
	open   rowset                  // what was open when it was looked at last
	// What is not looked at yet: for the scope, for the filter, which needs the scope, and for the timeline.
	scopeLeft, hitsLeft, timeLeft []stretch

	time timeIndex // while view.timed
	last uint64    // highest seq of an earlier run when it was begun with
}

// stretch is the numbers from..to.
type stretch struct{ from, to uint64 }

func (p *viewPart) holds(e *wire.Entry) bool {
	return p.all || p.conns[e.Conn] || e.Conn == "" && p.run == 0
}

// holder is holds for many entries of one goroutine: most have the connection of the one before.
func (p *viewPart) holder() func(e *wire.Entry) bool {
	if p.all {
		return p.holds
	}
	last, was := "", p.run == 0
	return func(e *wire.Entry) bool {
		if e.Conn != last {
			last, was = e.Conn, p.holds(e)
		}
		return was
	}
}

func (p *viewPart) total() int {
	n := 0
	for i := range p.groups {
		n += p.groups[i].len()
	}
	return n
}

func (p *viewPart) groupOf(seq uint64) int {
	for i := range p.groups {
		if p.groups[i].has(seq) {
			return i
		}
	}
	return -1
}

// filtered says whether a filter decides. The caller holds the lock, as for all below.
func (v *view) filtered() bool { return !v.filter.Empty() }

// setScope begins anew with a scope. It says whether it is another.
func (v *view) setScope(s ViewScope) bool {
	if v.parts != nil && s.All == v.scope.All && slices.Equal(s.Conns, v.scope.Conns) && slices.Equal(s.Captures, v.scope.Captures) {
		return false
	}
	v.scope = s
	v.parts = partsOfScope(s, v.host.thisRun())
	v.first, v.logLast, v.logRev = v.log.Bounds()
	v.touched = nil
	for _, p := range v.parts {
		v.beginPart(p)
	}
	v.rev++
	v.resetHits()
	return true
}

// setFilter begins anew with a filter, unless the text is wrong or the same.
func (v *view) setFilter(text string) {
	f, problem := readFilter(text)
	v.problem = problem
	if problem != nil || v.filter != nil && text == v.text {
		if v.filter == nil {
			v.filter, v.matcher = &query.Filter{}, (&query.Filter{}).Bind(query.Context{})
		}
		return
	}
	v.text, v.filter = text, f
	v.matcher = f.Bind(v.context())
	v.resetHits()
}

// context is what filters are told of connections and marks.
func (v *view) context() query.Context {
	return query.Context{Now: time.Now(), Conn: v.host.connNames, Marks: v.host.marks}
}

// beginPart has everything of a run looked at.
func (v *view) beginPart(p *viewPart) {
	p.scopeLeft = v.whole(p.run)
	_, p.last = v.source.Bounds(p.run)
	if v.filtered() {
		p.hitsLeft = v.whole(p.run)
	}
	if v.timed {
		p.timeLeft = v.whole(p.run)
	}
}

// beginLate begins with earlier runs that could not be read before: the store was being opened.
func (v *view) beginLate() {
	for _, p := range v.parts {
		if p.run == 0 || p.last != 0 {
			continue
		}
		if _, last := v.source.Bounds(p.run); last != 0 {
			v.beginPart(p)
			v.rev++
		}
	}
}

// whole is all that can be read of a run.
func (v *view) whole(run uint32) []stretch {
	if first, last := v.source.Bounds(run); last > 0 {
		return []stretch{{first, last}}
	}
	return nil
}

// resetHits forgets what passed, and has everything that is in scope looked at again.
func (v *view) resetHits() {
	for _, p := range v.parts {
		p.hits = rowset{}
		p.hitsLeft = nil
		if v.filtered() {
			p.hitsLeft = v.whole(p.run)
		}
	}
	v.rebuild()
}

func (v *view) setOff(off []string) {
	var now [len(viewGroups)]bool
	for i, g := range viewGroups[:otherGroup] {
		now[i] = slices.Contains(off, g)
	}
	if now != v.off {
		v.off = now
		v.rebuild()
	}
}

// setStop stops looking for what passes the filter, or goes on. It says whether a search that runs has to end for it.
func (v *view) setStop(stop bool) (ends bool) {
	ends = stop && !v.stopped
	v.stopped = stop
	return ends
}

// rebuild makes the rows anew from the scope, the hits and the toggles.
func (v *view) rebuild() {
	for _, p := range v.parts {
		var on []*rowset
		for i := range p.groups {
			if !v.off[i] {
				on = append(on, &p.groups[i])
			}
		}
		var within *rowset
		if v.filtered() {
			within = &p.hits
		}
		p.rows = joined(on, within)
	}
	v.rev++
}

// looked is how many entries in scope the filter looked at.
func (p *viewPart) looked() int {
	n := p.total()
	for _, s := range p.hitsLeft {
		for i := range p.groups {
			n -= p.groups[i].rank(s.to+1) - p.groups[i].rank(s.from)
		}
	}
	return n
}

// rowsDone says that everything in scope was looked at for the rows, as far as it is to be.
func (v *view) rowsDone() bool {
	return !slices.ContainsFunc(v.parts, func(p *viewPart) bool { return len(p.scopeLeft) > 0 }) && (v.stopped || !v.hitsOpen())
}

// hitsOpen says that the filter did not look at everything.
func (v *view) hitsOpen() bool {
	return slices.ContainsFunc(v.parts, func(p *viewPart) bool { return len(p.hitsLeft) > 0 })
}

// state is how the view stands. The caller holds the lock.
func (v *view) state() ViewState {
	s := ViewState{
		View: v.name, Counts: map[string]int{}, Done: v.rowsDone(), Stopped: v.stopped && v.hitsOpen(), Rev: v.rev,
		Problem: v.problem, Terms: v.filter.Terms(),
	}
	for i, g := range viewGroups[:otherGroup] {
		for _, p := range v.parts {
			s.Counts[g] += p.groups[i].len()
		}
	}
	for _, p := range v.parts {
		s.Rows += p.rows.len()
		s.Total += p.total()
		s.Looked += p.looked()
		last := uint64(0)
		for i := range p.groups {
			last = max(last, p.groups[i].highest())
		}
		if last > 0 {
			s.Last = outside(p.run, last)
		}
	}
	if p := v.live(); p != nil && v.floor > 1 && v.floor > v.host.clearedTo()+1 {
		s.ListedFrom = v.floor
	}
	return s
}

// rowsFrom gives the numbers of up to limit rows from an index, by part.
func (v *view) rowsFrom(index, limit int) []partRows {
	var out []partRows
	for _, p := range v.parts {
		n := p.rows.len()
		if index >= n {
			index -= n
			continue
		}
		seqs := p.rows.from(index, limit, nil)
		if len(seqs) == 0 {
			break
		}
		out = append(out, partRows{p.run, seqs})
		index, limit = 0, limit-len(seqs)
	}
	return out
}

// partRows are rows of one run.
type partRows struct {
	run  uint32
	seqs []uint64
}

// rowOf is the row an entry stands in, -1 when it stands in none.
func (v *view) rowOf(run uint32, seq uint64) int {
	before := 0
	for _, p := range v.parts {
		if p.run == run {
			if !p.rows.has(seq) {
				return -1
			}
			return before + p.rows.rank(seq)
		}
		before += p.rows.len()
	}
	return -1
}

// outside is the number by which an entry is known outside of its run: those of this run keep theirs.
func outside(run uint32, seq uint64) uint64 { return uint64(run)<<32 | seq }

// inside takes such a number apart.
func inside(number uint64) (run uint32, seq uint64) {
	return uint32(number >> 32 & (1<<21 - 1)), number & (1<<32 - 1)
}

// partsOfScope are the runs that a scope is about: earlier ones by number, this one last.
func partsOfScope(s ViewScope, thisRun uint32) []*viewPart {
	byRun := map[uint32]*viewPart{}
	for _, id := range s.Captures[:min(len(s.Captures), maxScope)] {
		run, conn, ok := captureOf(id)
		if !ok {
			continue
		}
		if run == thisRun {
			run = 0
		}
		p := byRun[run]
		if p == nil {
			p = &viewPart{run: run, conns: map[string]bool{}}
			byRun[run] = p
		}
		p.conns[conn] = true
	}
	if s.All || len(s.Conns) > 0 || len(s.Captures) == 0 {
		p := byRun[0]
		if p == nil {
			p = &viewPart{conns: map[string]bool{}}
			byRun[0] = p
		}
		p.all = s.All
		for _, c := range s.Conns[:min(len(s.Conns), maxScope)] {
			p.conns[c] = true
		}
	}
	parts := slices.Collect(maps.Values(byRun))
	slices.SortFunc(parts, func(a, b *viewPart) int { return int(int64(a.run-1) - int64(b.run-1)) }) // 0 wraps around to the end
	return parts
}

// captureOf takes the id of a capture apart: run and connection.
func captureOf(id string) (run uint32, conn string, ok bool) {
	n, conn, found := strings.Cut(id, ":")
	r, err := strconv.ParseUint(n, 10, 21)
	return uint32(r), conn, found && err == nil
}

// readFilter reads a filter, or says what is wrong with it.
func readFilter(text string) (*query.Filter, *FilterProblem) {
	f, err := query.Parse(text)
	var bad *query.SyntaxError
	switch {
	case errors.As(err, &bad):
		return nil, &FilterProblem{bad.From, bad.To, bad.Message, bad.Hint}
	case err != nil:
		return nil, &FilterProblem{Message: err.Error()}
	}
	return f, nil
}
