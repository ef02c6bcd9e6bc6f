package core

import (
	"context"
	"slices"
	"time"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// A search goes on in slices: each is as long as it takes about sliceTime, so that rows show early and a changed
// filter waits for nothing.
const (
	sliceTime  = 40 * time.Millisecond
	firstSlice = 4096
	leastSlice = 512
	mostSlice  = 1 << 18
	mostBodies = 1 << 14 // entries of a slice that is searched for text: those that may pass are held
	mostTimes  = 1 << 16 // entries of a slice for the timeline
)

// search is the one goroutine of a view that looks at what was there before it.
type search struct {
	stop context.CancelFunc
	done chan struct{}
	size [3]uint64 // entries of the next slice, by what it looks for
}

// begin starts a search when something is left to look at; one that runs is ended when anew is set. The caller holds
// the lock.
func (v *view) begin(anew bool) {
	if v.search != nil {
		if !anew {
			return
		}
		v.search.stop()
		v.search = nil
	}
	if v.closed {
		return
	}
	if _, ok := v.next([3]uint64{1, 1, 1}); !ok {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &search{stop: cancel, done: make(chan struct{}), size: [3]uint64{firstSlice, firstSlice, firstSlice}}
	v.search = s
	v.touched = map[uint64]bool{}
	v.running.Go(func() {
		defer close(s.done)
		defer cancel()
		v.run(ctx, s)
	})
}

// lookFor is what a slice looks for.
type lookFor int

const (
	forScope lookFor = iota
	forHits          // what passes the filter
	forTimes         // the timeline
)

// slice is a stretch to look at.
type slice struct {
	part    *viewPart
	at      stretch
	what    lookFor
	matcher *query.Matcher // of the search
	room    *searchRoom
}

// searchRoom is what a search's slices are read into, one after the other: new room for each would be gigabytes for a
// million entries.
type searchRoom struct {
	found []finding
	times []timed
	open  []wire.Entry
	at    []int32
	bits  []query.Found
}

// next is what to look at next, from the newest down: the rows before the timeline, which would make them wait several
// times as long. The caller holds the lock.
func (v *view) next(size [3]uint64) (slice, bool) {
	for i := len(v.parts) - 1; i >= 0; i-- {
		p := v.parts[i]
		scope, hits := top(p.scopeLeft), top(p.hitsLeft)
		if v.stopped {
			hits = stretch{}
		}
		switch {
		case scope.to > 0 && scope.to >= hits.to:
			return slice{part: p, at: scope.upper(size[forScope]), what: forScope}, true
		case hits.to > 0:
			hits.from = max(hits.from, scope.to+1)
			return slice{part: p, at: hits.upper(size[forHits]), what: forHits}, true
		}
	}
	for i := len(v.parts) - 1; i >= 0; i-- {
		p := v.parts[i]
		if times := top(p.timeLeft); times.to > 0 {
			return slice{part: p, at: times.upper(size[forTimes]), what: forTimes}, true
		}
	}
	return slice{}, false
}

// top is the stretch that reaches highest.
func top(list []stretch) stretch {
	var best stretch
	for _, s := range list {
		if s.to > best.to {
			best = s
		}
	}
	return best
}

// upper is the upper end of a stretch.
func (s stretch) upper(size uint64) stretch {
	if s.to-s.from >= size {
		s.from = s.to - size + 1
	}
	return s
}

// without takes the upper end of a stretch out of a list.
func without(list []stretch, done stretch) []stretch {
	out := list[:0]
	for _, s := range list {
		if s.to == done.to {
			s.to = done.from - 1
		}
		if s.from <= s.to && s.to > 0 {
			out = append(out, s)
		}
	}
	return out
}

// run looks at one slice after the other until nothing is left or the search is replaced.
func (v *view) run(ctx context.Context, s *search) {
	v.mu.Lock()
	m := v.filter.Bind(v.context()) // one of its own: a matcher belongs to one goroutine
	room := &searchRoom{}
	v.mu.Unlock()
	for {
		v.mu.Lock()
		if v.search != s {
			v.mu.Unlock()
			return
		}
		sl, ok := v.next(s.size)
		if !ok {
			v.search, v.touched = nil, nil
			v.mu.Unlock()
			v.nudge()
			return
		}
		clear(v.touched)
		v.mu.Unlock()

		began := time.Now()
		sl.matcher, sl.room = m, room
		found, err := v.read(ctx, sl)
		if err != nil && ctx.Err() != nil {
			return
		}
		v.mu.Lock()
		if v.search != s {
			v.mu.Unlock()
			return
		}
		v.apply(sl, found)
		v.mu.Unlock()
		v.nudge()
		s.adapt(sl.what, time.Since(began), m.Needs()&query.NeedBody != 0)
	}
}

func (s *search) adapt(what lookFor, took time.Duration, bodies bool) {
	size, most := &s.size[what], uint64(mostSlice)
	switch {
	case what == forTimes:
		most = mostTimes
	case what == forHits && bodies:
		most = mostBodies
	}
	switch {
	case took < sliceTime/2:
		*size *= 2
	case took > sliceTime*2:
		*size /= 2
	}
	*size = min(max(*size, leastSlice), most)
}

// finding is what a slice tells of one entry.
type finding struct {
	seq   uint64
	group int8
	open  bool
}

// sliceTold is what a slice tells.
type sliceTold struct {
	found []finding
	times []timed
}

// read looks at a slice. It holds no lock.
func (v *view) read(ctx context.Context, s slice) (t sliceTold, err error) {
	switch s.what {
	case forScope:
		t.found, err = v.readScope(ctx, s)
	case forHits:
		t.found, err = v.readHits(ctx, s)
	case forTimes:
		t.times, err = v.readTimes(ctx, s)
	}
	return t, err
}

func (v *view) readTimes(ctx context.Context, s slice) ([]timed, error) {
	out := s.room.times[:0]
	holds := s.part.holder()
	err := v.source.Scan(ctx, s.part.run, s.at.from, s.at.to, needTime, s.part.skip, func(batch []wire.Entry) error {
		for i := range batch {
			if e := &batch[i]; holds(e) {
				out = append(out, timedOf(e))
			}
		}
		return nil
	})
	s.room.times = out
	return out, err
}

func (v *view) readScope(ctx context.Context, s slice) ([]finding, error) {
	need := query.NeedKind | query.NeedOpen
	if !s.part.all {
		need |= query.NeedConn
	}
	out := s.room.found[:0]
	holds := s.part.holder()
	err := v.source.Scan(ctx, s.part.run, s.at.from, s.at.to, need, s.part.skip, func(batch []wire.Entry) error {
		for i := range batch {
			if e := &batch[i]; holds(e) {
				out = append(out, finding{seq: e.Seq, group: int8(groupOf(e)), open: e.Open})
			}
		}
		return nil
	})
	s.room.found = out
	return out, err
}

// skip says that a zone holds nothing of the scope. Entries of no connection are in the scope of this run.
func (p *viewPart) skip(z query.Zone) bool {
	if p.all || p.run == 0 || z.Conns == nil {
		return false
	}
	for _, c := range z.Conns {
		if p.conns[c] {
			return false
		}
	}
	return true
}

func (v *view) readHits(ctx context.Context, s slice) ([]finding, error) {
	m, p := s.matcher, s.part
	need := m.Needs() & query.NeedEntry
	if !p.all {
		need |= query.NeedConn
	}
	out, open := s.room.found[:0], s.room.open[:0] // open: its fields do not decide
	holds := p.holder()
	skip := func(z query.Zone) bool { return p.skip(z) || m.Skip(z) }
	err := v.source.Scan(ctx, p.run, s.at.from, s.at.to, need, skip, func(batch []wire.Entry) error {
		for i := range batch {
			e := &batch[i]
			if !holds(e) {
				continue
			}
			switch m.Early(p.run, e) {
			case query.Yes:
				out = append(out, finding{seq: e.Seq})
			case query.Unknown:
				open = append(open, *e)
			default:
			}
		}
		return nil
	})
	if s.room.open = open; err == nil && len(open) > 0 {
		out, err = v.readBodies(ctx, s, open, out)
	}
	s.room.found = out
	return out, err
}

// readBodies decides for entries whose fields did not: their bodies are read block by block, then their headers.
func (v *view) readBodies(ctx context.Context, s slice, open []wire.Entry, out []finding) ([]finding, error) {
	m, p := s.matcher, s.part
	at := cleared(&s.room.at, int(s.at.to-s.at.from+1)) // place in open + 1
	for i := range open {
		at[open[i].Seq-s.at.from] = int32(i + 1)
	}
	of := func(seq uint64) int {
		if seq < s.at.from || seq > s.at.to {
			return -1
		}
		return int(at[seq-s.at.from]) - 1
	}
	from, to := open[0].Seq, open[len(open)-1].Seq
	found := cleared(&s.room.bits, len(open))
	if m.Needs()&query.NeedBody != 0 {
		// What cannot be read does not pass: the store says itself what is wrong with it.
		_ = v.source.ScanBodies(ctx, p.run, from, to, func(seq uint64) bool { return of(seq) >= 0 },
			func(seq uint64, _ wire.Part, body []byte) error {
				found[of(seq)] |= m.Look(body)
				return ctx.Err()
			})
	}
	decide := func(i int, x *wire.Exchange) {
		if i >= 0 && at[open[i].Seq-s.at.from] > 0 {
			at[open[i].Seq-s.at.from] = 0 // decided
			if m.Decide(p.run, &open[i], httpSide{x}, found[i]) {
				out = append(out, finding{seq: open[i].Seq})
			}
		}
	}
	if m.Needs()&query.NeedHeaders != 0 {
		_ = scanExchanges(ctx, v.source, p.run, from, to,
			func(seq uint64) bool { i := of(seq); return i >= 0 && open[i].Kind == wire.KindHTTP },
			func(seq uint64, x *wire.Exchange) error {
				decide(of(seq), x)
				return ctx.Err()
			})
	}
	for i := range open {
		decide(i, nil)
	}
	return out, ctx.Err()
}

// cleared is room for n zeros.
func cleared[T any](room *[]T, n int) []T {
	*room = slices.Grow((*room)[:0], n)[:n]
	clear(*room)
	return *room
}

// apply takes in what a slice told, but for entries that were followed meanwhile. The caller holds the lock.
func (v *view) apply(s slice, t sliceTold) {
	p := s.part
	changed := false
	stale := func(seq uint64) bool { return p.run == 0 && (v.touched[seq] || seq < v.floor) }
	for _, f := range t.found {
		if stale(f.seq) {
			continue
		}
		if s.what == forScope {
			p.groups[f.group].add(f.seq)
			p.open.put(f.seq, f.open)
			changed = !v.filtered() && !v.off[f.group] && p.rows.add(f.seq) || changed
			continue
		}
		p.hits.add(f.seq)
		g := p.groupOf(f.seq)
		changed = g >= 0 && !v.off[g] && p.rows.add(f.seq) || changed
	}
	for _, x := range t.times {
		if !stale(x.seq) {
			p.time.put(x)
		}
	}
	switch s.what {
	case forScope:
		p.scopeLeft = without(p.scopeLeft, s.at)
	case forHits:
		p.hitsLeft = without(p.hitsLeft, s.at)
	case forTimes:
		p.timeLeft = without(p.timeLeft, s.at)
		v.timeRev++
	}
	if changed {
		v.rev++
	}
}
