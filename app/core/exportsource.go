package core

import (
	"context"
	"fmt"
	"slices"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/export"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// exportStep is how many numbers are read from the traffic at once.
const exportStep = 4096

// maxJoined bounds the entries of a choice that are looked at for the halves they lack: HTTP exchanges and answers. A
// larger choice is taken as it is.
const maxJoined = 200_000

// exported is a part of the traffic as export reads it. Its numbers rise: those of its first run are plain, those of
// each further run go on behind the last of the run before.
type exported struct {
	ctx   context.Context
	core  *Core
	parts []exportPart
	what  ExportWhat
}

// exportPart is what of a run is handed on: some numbers, or a range of them.
type exportPart struct {
	run      uint32
	seqs     []uint64 // nil: all from first to last
	from, to uint64
	base     uint64 // added to the numbers of the run
}

// numbered gives each part its base.
func (s *exported) numbered() {
	var base uint64
	for i := range s.parts {
		p := &s.parts[i]
		p.base = base
		_, last := s.core.traffic.Bounds(p.run)
		base += max(last, p.to)
	}
}

// place is the run and the plain number of an entry.
func (s *exported) place(number uint64) (run uint32, seq uint64) {
	for i := len(s.parts) - 1; i >= 0; i-- {
		if p := s.parts[i]; number > p.base {
			return p.run, number - p.base
		}
	}
	return 0, number
}

func (p exportPart) rebased(e wire.Entry) wire.Entry {
	for _, n := range []*uint64{&e.Seq, &e.Pair, &e.Exchange} {
		if *n != 0 {
			*n += p.base
		}
	}
	if p.run != 0 && e.Conn != "" { // c1 of another run is another connection: it is known by the id of its capture
		e.Conn = fmt.Sprintf("%d:%s", p.run, e.Conn)
	}
	return e
}

// exportSource is the part of the traffic that what names, as it is now.
func (c *Core) exportSource(ctx context.Context, what ExportWhat) (*exported, error) {
	s := &exported{ctx: ctx, core: c, what: what}
	var rows []partRows
	switch {
	case len(what.Seqs) > 0:
		rows = partsOf(what.Seqs)
	case what.View != "":
		v, err := c.pull(what.View)
		if err != nil {
			return nil, err
		}
		rows = v.rowsFrom(0, v.state().Rows)
		v.mu.Unlock()
	default:
		first, last := c.traffic.Bounds(0)
		s.parts = []exportPart{{from: first, to: last}}
		return s, nil
	}
	for _, p := range rows {
		s.parts = append(s.parts, exportPart{run: p.run, seqs: slices.Clone(p.seqs), from: p.seqs[0], to: p.seqs[len(p.seqs)-1]})
	}
	if err := s.join(); err != nil {
		return nil, err
	}
	s.numbered()
	return s, nil
}

// partsOf sorts numbers by run.
func partsOf(numbers []uint64) (out []partRows) {
	sorted := slices.Compact(slices.Sorted(slices.Values(numbers)))
	runs := map[uint32][]uint64{}
	var order []uint32
	for _, n := range sorted {
		run, seq := inside(n)
		if runs[run] == nil {
			order = append(order, run)
		}
		runs[run] = append(runs[run], seq)
	}
	slices.SortFunc(order, func(a, b uint32) int { // this run, 0, comes last
		if (a == 0) != (b == 0) {
			return int(b) - int(a)
		}
		return int(a) - int(b)
	})
	for _, r := range order {
		out = append(out, partRows{r, runs[r]})
	}
	return out
}

// join adds the exchanges that carried chosen messages, and the other halves of chosen pairs: a HAR of answers alone
// would be empty.
func (s *exported) join() error {
	for i := range s.parts {
		p := &s.parts[i]
		if len(p.seqs) > maxJoined {
			continue
		}
		in := map[uint64]bool{}
		for _, q := range p.seqs {
			in[q] = true
		}
		err := s.part(*p, func(e wire.Entry) error {
			for _, q := range []uint64{e.Pair, e.Exchange} {
				if q != 0 && !in[q] {
					in[q] = true
					p.seqs = append(p.seqs, q)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		slices.Sort(p.seqs)
		p.from, p.to = p.seqs[0], p.seqs[len(p.seqs)-1]
	}
	return nil
}

// Entries implements [export.Source]. Earlier runs come first.
func (s *exported) Entries(yield func(wire.Entry) error) error {
	for _, p := range s.parts {
		if p.from == 0 && p.to == 0 {
			continue
		}
		err := s.part(p, func(e wire.Entry) error {
			if s.what.From != 0 && e.Time < s.what.From || s.what.To != 0 && e.Time > s.what.To {
				return nil
			}
			if s.what.View == "" && len(s.what.Seqs) == 0 && s.what.Conn != "" && e.Conn != s.what.Conn {
				return nil
			}
			return yield(p.rebased(e))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// part reads the entries of a part, plain. None is handed on while the traffic is being scanned: who gets one reads its
// bodies there.
func (s *exported) part(p exportPart, yield func(wire.Entry) error) error {
	for from := p.from; from <= p.to; from += exportStep {
		to := min(p.to, from+exportStep-1)
		wanted := p.seqs
		if wanted != nil {
			i, _ := slices.BinarySearch(wanted, from)
			j, _ := slices.BinarySearch(wanted, to+1)
			if wanted = wanted[i:j]; len(wanted) == 0 {
				continue
			}
		}
		var batch []wire.Entry
		err := s.core.traffic.Scan(s.ctx, p.run, from, to, query.NeedEntry, nil, func(list []wire.Entry) error {
			for i := range list {
				if wanted == nil {
					batch = append(batch, list[i])
				} else if _, ok := slices.BinarySearch(wanted, list[i].Seq); ok {
					batch = append(batch, list[i])
				} else {
					continue
				}
				batch[len(batch)-1].Findings = slices.Clone(list[i].Findings)
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("read entries: %w", err)
		}
		for _, e := range batch {
			if err := s.ctx.Err(); err != nil {
				return err
			}
			if err := yield(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// Entry finds one entry, chosen or not.
func (s *exported) Entry(number uint64) (wire.Entry, bool) {
	run, seq := s.place(number)
	e, ok := s.core.traffic.Entry(run, seq)
	for _, p := range s.parts {
		if p.run == run {
			return p.rebased(e), ok
		}
	}
	return e, ok
}

// Exchange implements [export.Source].
func (s *exported) Exchange(number uint64) (*wire.Exchange, error) {
	run, seq := s.place(number)
	x, ok := s.core.traffic.Exchange(run, seq)
	if !ok {
		return nil, nil
	}
	return &x, nil
}

// Body implements [export.Source].
func (s *exported) Body(number uint64, part wire.Part, offset, length int64) ([]byte, int64, error) {
	run, seq := s.place(number)
	b, kept, _, _ := s.core.traffic.Body(run, seq, part, offset, length)
	return b, kept, nil
}

var _ export.Source = (*exported)(nil)
