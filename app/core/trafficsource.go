package core

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// rangeStep is how many entries are copied out of the log in one hold of its lock.
const rangeStep = 512

// trafficSource is the traffic as one source: the live log, and behind it the store, which has what left memory and
// the earlier runs.
type trafficSource struct {
	log     *wire.Log
	store   query.Source  // nil: there is none
	cleared atomic.Uint64 // entries of this run up to it were cleared by the user
}

// Bounds implements [query.Source].
func (t *trafficSource) Bounds(run uint32) (first, last uint64) {
	if run != 0 {
		if t.store == nil {
			return 0, 0
		}
		return t.store.Bounds(run)
	}
	first, last, _ = t.log.Bounds()
	if t.store != nil {
		if f, l := t.store.Bounds(0); l > 0 {
			first, last = min(first, f), max(last, l)
		}
	}
	if first = max(first, t.cleared.Load()+1); first > last {
		return 0, 0
	}
	return first, last
}

// Scan implements [query.Source].
func (t *trafficSource) Scan(ctx context.Context, run uint32, from, to uint64, need query.Need, skip func(query.Zone) bool, yield func([]wire.Entry) error) error {
	if run != 0 {
		if t.store == nil {
			return nil
		}
		return t.store.Scan(ctx, run, from, to, need, skip, yield)
	}
	from = max(from, t.cleared.Load()+1)
	stored := func(from, to uint64) error {
		if t.store == nil || from > to {
			return nil
		}
		return t.store.Scan(ctx, 0, from, to, need, skip, yield)
	}
	buf := make([]wire.Entry, 0, rangeStep)
	for from <= to {
		if err := ctx.Err(); err != nil {
			return err
		}
		first, _, _ := t.log.Bounds()
		if first > from {
			until := min(first-1, to)
			if err := stored(from, until); err != nil {
				return err
			}
			from = until + 1
			continue
		}
		buf = t.log.Range(from, to, buf)
		if len(buf) == 0 {
			if first, _, _ = t.log.Bounds(); first > from {
				continue // they left in between
			}
			return nil
		}
		if buf[0].Seq > from {
			if err := stored(from, buf[0].Seq-1); err != nil {
				return err
			}
		}
		from = buf[len(buf)-1].Seq + 1
		if buf[0].Kind == wire.KindGap && t.store != nil {
			if e, ok := t.store.Entry(0, buf[0].Seq); ok {
				buf[0] = e
			}
		}
		if err := yield(buf); err != nil {
			return err
		}
	}
	return nil
}

// ScanBodies implements [query.Source].
func (t *trafficSource) ScanBodies(ctx context.Context, run uint32, from, to uint64, want func(uint64) bool, yield func(uint64, wire.Part, []byte) error) error {
	if run != 0 {
		if t.store == nil {
			return nil
		}
		return t.store.ScanBodies(ctx, run, from, to, want, yield)
	}
	from = max(from, t.cleared.Load()+1)
	first, last, _ := t.log.Bounds()
	away := map[uint64]bool{} // left memory: the store has them
	for seq := max(from, first); seq <= min(to, last); seq++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !want(seq) {
			continue
		}
		here, err := t.logBodies(seq, yield)
		if err != nil {
			return err
		}
		if !here {
			away[seq] = true
		}
	}
	if t.store == nil || from >= first && len(away) == 0 {
		return nil
	}
	return t.store.ScanBodies(ctx, 0, from, to, func(seq uint64) bool {
		return away[seq] || seq < first && want(seq)
	}, yield)
}

// logBodies hands out the bodies that are in the log; here is false when any left it for the store.
func (t *trafficSource) logBodies(seq uint64, yield func(uint64, wire.Part, []byte) error) (here bool, err error) {
	away := false
	for _, part := range []wire.Part{wire.PartMessage, wire.PartRequest, wire.PartResponse} {
		b, _, total, ok := t.log.Body(seq, part, 0, -1)
		here = here || ok
		away = away || !ok && total > 0
		if len(b) == 0 {
			continue
		}
		if err := yield(seq, part, b); err != nil {
			return true, err
		}
	}
	return here && !away, nil
}

// Entry implements [query.Source].
func (t *trafficSource) Entry(run uint32, seq uint64) (wire.Entry, bool) {
	if run == 0 {
		if seq <= t.cleared.Load() {
			return wire.Entry{}, false
		}
		if e, ok := t.log.Entry(seq); ok && (e.Kind != wire.KindGap || t.store == nil) {
			return e, true
		}
	}
	if t.store == nil {
		return wire.Entry{}, false
	}
	e, ok := t.store.Entry(run, seq)
	if !ok && run == 0 {
		return t.log.Entry(seq) // a gap of which the store knows no more
	}
	return e, ok
}

// Entries implements [query.Source].
func (t *trafficSource) Entries(ctx context.Context, run uint32, seqs []uint64) ([]wire.Entry, error) {
	if run != 0 {
		if t.store == nil {
			return nil, nil
		}
		return t.store.Entries(ctx, run, seqs)
	}
	out := make([]wire.Entry, 0, len(seqs))
	gaps := map[uint64]wire.Entry{}
	var away []uint64 // left memory: the store has them
	for _, seq := range seqs {
		e, ok := t.log.Entry(seq)
		switch {
		case seq <= t.cleared.Load():
		case ok && (e.Kind != wire.KindGap || t.store == nil):
			out = append(out, e)
		default:
			away = append(away, seq)
			if ok {
				gaps[seq] = e
			}
		}
	}
	if len(away) == 0 || t.store == nil {
		return out, nil
	}
	stored, err := t.store.Entries(ctx, 0, away)
	if err != nil {
		return nil, err
	}
	for _, e := range stored {
		delete(gaps, e.Seq)
	}
	out = slices.AppendSeq(append(out, stored...), maps.Values(gaps)) // of a gap left, the store knows no more
	slices.SortFunc(out, func(a, b wire.Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	return out, nil
}

// Exchange implements [query.Source].
func (t *trafficSource) Exchange(run uint32, seq uint64) (wire.Exchange, bool) {
	if run == 0 {
		if x, ok := t.log.Exchange(seq); ok {
			return x, true
		}
	}
	if t.store == nil {
		return wire.Exchange{}, false
	}
	return t.store.Exchange(run, seq)
}

// Body implements [query.Source].
func (t *trafficSource) Body(run uint32, seq uint64, part wire.Part, offset, length int64) (b []byte, kept, total int64, ok bool) {
	if run == 0 {
		if b, kept, total, ok = t.log.Body(seq, part, offset, length); ok {
			return b, kept, total, ok
		}
	}
	if t.store == nil {
		return nil, 0, 0, false
	}
	return t.store.Body(run, seq, part, offset, length)
}

// bodiesOf are the bodies of one run, for a filter.
type bodiesOf struct {
	source query.Source
	run    uint32
}

// Exchange implements [query.Bodies].
func (b bodiesOf) Exchange(seq uint64) (wire.Exchange, bool) { return b.source.Exchange(b.run, seq) }

// Body implements [query.Bodies].
func (b bodiesOf) Body(seq uint64, part wire.Part) []byte {
	body, _, _, _ := b.source.Body(b.run, seq, part, 0, -1)
	return body
}

// httpSide is the HTTP side of the one entry that is decided for; its bodies were looked at before.
type httpSide struct{ x *wire.Exchange }

// Exchange implements [query.Bodies].
func (h httpSide) Exchange(uint64) (wire.Exchange, bool) {
	if h.x == nil {
		return wire.Exchange{}, false
	}
	return *h.x, true
}

// Body implements [query.Bodies].
func (httpSide) Body(uint64, wire.Part) []byte { return nil }

// scanExchanges reads the HTTP sides of entries, as one where the source can.
func scanExchanges(ctx context.Context, source query.Source, run uint32, from, to uint64, want func(uint64) bool, yield func(uint64, *wire.Exchange) error) error {
	if all, ok := source.(query.ExchangeScanner); ok {
		return all.ScanExchanges(ctx, run, from, to, want, yield)
	}
	for seq := from; seq <= to; seq++ {
		if !want(seq) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if x, ok := source.Exchange(run, seq); ok {
			if err := yield(seq, &x); err != nil {
				return err
			}
		}
	}
	return nil
}

// ScanExchanges implements [query.ExchangeScanner].
func (t *trafficSource) ScanExchanges(ctx context.Context, run uint32, from, to uint64, want func(uint64) bool, yield func(uint64, *wire.Exchange) error) error {
	here := map[uint64]bool{}
	if run == 0 {
		from = max(from, t.cleared.Load()+1)
		first, last, _ := t.log.Bounds()
		for seq := max(from, first); seq <= min(to, last); seq++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			if !want(seq) {
				continue
			}
			if x, ok := t.log.Exchange(seq); ok {
				here[seq] = true
				if err := yield(seq, &x); err != nil {
					return err
				}
			}
		}
	}
	if t.store == nil {
		return nil
	}
	return scanExchanges(ctx, t.store, run, from, to, func(seq uint64) bool { return !here[seq] && want(seq) }, yield)
}
