package core

import (
	"time"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// follow takes in what changed in the log since it was followed last. It says whether all was, until a time.
func (v *view) follow(until time.Time) (all bool) {
	p := v.live()
	if p == nil {
		return true
	}
	changed := false
	for all = false; !all; {
		page := v.log.Page(v.logRev, followStep)
		for i := range page.Entries {
			changed = v.followOne(p, &page.Entries[i]) || changed
		}
		changed = v.followLeft(p, page) || changed
		v.logRev, v.logLast, v.first = page.Next, max(v.logLast, page.Last), page.FirstAvailable
		all = len(page.Entries) < followStep
		if !all && time.Now().After(until) {
			break
		}
	}
	if v.dropGone(p) || changed {
		v.rev++
	}
	return all
}

func (v *view) followOne(p *viewPart, e *wire.Entry) bool {
	if v.touched != nil {
		v.touched[e.Seq] = true
	}
	if e.Kind == wire.KindGap { // where entries left the log, not the store
		if kept, ok := v.source.Entry(0, e.Seq); ok {
			*e = kept
		}
	}
	if !p.holds(e) {
		return false
	}
	if v.timed {
		p.time.put(timedOf(e))
		v.timeRev++
	}
	return v.take(p, e, v.passes(p, e))
}

// followLeft sees to what left the log for the store before it was followed: entries that nobody saw, and the end of
// what was open.
func (v *view) followLeft(p *viewPart, page wire.Page) bool {
	first := page.FirstAvailable
	if first <= v.first {
		return false
	}
	if from := max(v.logLast+1, v.first); from < first {
		p.scopeLeft = append(p.scopeLeft, stretch{from, first - 1})
		if v.filtered() {
			p.hitsLeft = append(p.hitsLeft, stretch{from, first - 1})
		}
		if v.timed {
			p.timeLeft = append(p.timeLeft, stretch{from, first - 1})
		}
		v.logLast = first - 1
	}
	changed := false
	skip := p.open.rank(v.first)
	for _, seq := range p.open.from(skip, p.open.rank(first)-skip, nil) {
		if e, ok := v.source.Entry(0, seq); ok && !e.Open {
			changed = v.followOne(p, &e) || changed
		}
	}
	return changed
}

// dropGone removes what cannot be read any more.
func (v *view) dropGone(p *viewPart) bool {
	first, last := v.source.Bounds(0)
	if last == 0 {
		first = v.logLast + 1
	}
	if first <= v.floor {
		return false
	}
	v.floor = first
	for i := range p.groups {
		p.groups[i].dropBelow(first)
	}
	p.hits.dropBelow(first)
	p.open.dropBelow(first)
	p.time.dropBelow(first)
	return p.rows.dropBelow(first)
}

// look again decides anew for one entry: what the user put on it changed.
func (v *view) lookAgain(run uint32, seq uint64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, p := range v.parts {
		if p.run != run || p.groupOf(seq) < 0 {
			continue
		}
		if e, ok := v.source.Entry(run, seq); ok {
			v.take(p, &e, v.passes(p, &e))
			v.rev++
		}
	}
}

// take puts an entry where it belongs now and says whether a row is or was there.
func (v *view) take(p *viewPart, e *wire.Entry, passes bool) bool {
	seq, group := e.Seq, groupOf(e)
	for i := range p.groups {
		p.groups[i].put(seq, i == group)
	}
	p.open.put(seq, e.Open)
	if v.filtered() {
		p.hits.put(seq, passes)
	}
	was, is := p.rows.has(seq), passes && !v.off[group]
	p.rows.put(seq, is)
	return was || is
}

// passes decides for an entry that came or changed.
func (v *view) passes(p *viewPart, e *wire.Entry) bool {
	switch v.matcher.Early(p.run, e) {
	case query.Yes:
		return true
	case query.No:
		return false
	default:
	}
	// A body that left memory for good cannot be looked at again: what it decided stays.
	if e.Dropped && p.hits.has(e.Seq) {
		return true
	}
	return v.matcher.Match(p.run, e, bodiesOf{v.source, p.run})
}

// live is the part of this run, nil when the view is not about it.
func (v *view) live() *viewPart {
	if n := len(v.parts); n > 0 && v.parts[n-1].run == 0 {
		return v.parts[n-1]
	}
	return nil
}
