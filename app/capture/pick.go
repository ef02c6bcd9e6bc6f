package capture

import (
	"context"
	"database/sql"
	"errors"
	"math"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// worthWhole is how many entries of one segment are wanted at once when it is worth to decode and keep all of it.
const worthWhole = 64

// Entries implements [query.Source].
func (s *Store) Entries(ctx context.Context, run uint32, seqs []uint64) ([]wire.Entry, error) {
	p, ok := s.place(run)
	if !ok {
		return nil, nil
	}
	out := make([]wire.Entry, 0, len(seqs))
	tries := 0
	for rest := seqs; len(rest) > 0 && rest[0] <= math.MaxInt64; {
		var l listed
		err := p.db.row(ctx, "SELECT id, first, last FROM segment WHERE run = ? AND first <= ? AND last >= ? ORDER BY first DESC LIMIT 1",
			p.run, rest[0], rest[0]).Scan(&l.id, &l.first, &l.last)
		if errors.Is(err, sql.ErrNoRows) {
			rest = rest[1:]
			continue
		}
		if err != nil {
			return out, err
		}
		n := 1
		for n < len(rest) && rest[n] <= l.last {
			n++
		}
		items, err := s.picked(ctx, p, l, rest[:n])
		if errors.Is(err, sql.ErrNoRows) && tries < sealTries {
			tries++ // it was sealed meanwhile
			continue
		}
		if err != nil && ctx.Err() != nil {
			return out, ctx.Err()
		}
		if err != nil { // the place of its first entry tells it, as in a scan
			items = nil
			if rest[0] == l.first {
				items = []item{unreadable(l, err)}
			}
		}
		for i := range items {
			if !p.hidden[items[i].Conn] {
				out = append(out, items[i].Entry)
			}
		}
		rest, tries = rest[n:], 0
	}
	return out, nil
}

// picked reads some entries of a segment, with their late changes.
func (s *Store) picked(ctx context.Context, p place, l listed, seqs []uint64) ([]item, error) {
	late, err := s.patched(ctx, p, listed{first: seqs[0], last: seqs[len(seqs)-1]}, query.NeedEntry)
	if err != nil {
		return nil, err
	}
	items, err := s.some(ctx, p.db, l.id, seqs)
	if err != nil {
		return nil, err
	}
	apply(items, late)
	return items, nil
}

// some reads entries of a segment: out of all of it where that is kept, or worth to be.
func (s *Store) some(ctx context.Context, db *database, id int64, seqs []uint64) ([]item, error) {
	if _, kept := s.cache.items(cacheKey{db, id}); !kept && len(seqs) < worthWhole {
		raw, err := summary(ctx, db, id)
		if err != nil {
			return nil, err
		}
		return s.parsed(raw, func(c *codec, seg *segment) ([]item, error) { return c.pick(seg, seqs) })
	}
	all, err := s.whole(ctx, db, id)
	if err != nil {
		return nil, err
	}
	var items []item
	for _, seq := range seqs {
		if i, ok := search(all, seq); ok {
			items = append(items, all[i])
		}
	}
	return items, nil
}

// pick decodes some entries of a segment, without the places of their bodies: a tenth of the work of decoding all,
// which is mostly setting what nobody asked for.
func (c *codec) pick(s *segment, seqs []uint64) ([]item, error) {
	r, ok, err := c.open(s, colSeq)
	if err != nil || !ok && s.count > 0 {
		return nil, errDamaged
	}
	var items []item
	var pos []int // in the segment
	var last int64
	for i := 0; i < s.count && len(seqs) > 0; i++ {
		last += r.int()
		for len(seqs) > 0 && seqs[0] < uint64(last) {
			seqs = seqs[1:] // it has no such entry
		}
		if len(seqs) > 0 && seqs[0] == uint64(last) {
			items, pos = append(items, item{Entry: wire.Entry{Seq: uint64(last)}}), append(pos, i)
		}
	}
	if r.bad {
		return nil, errDamaged
	}
	if len(pos) == 0 {
		return nil, nil
	}
	if r, _, err = c.open(s, colTime); err != nil {
		return nil, err
	}
	last = 0
	for i, k := 0, 0; k < len(pos); i++ {
		if last += r.int(); i == pos[k] {
			items[k].Time = last
			k++
		}
	}
	for _, t := range c.texts {
		r, ok, err := c.open(s, t.id)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		c.dict = r.texts(c.dict)
		r.at(pos, func(k int, v uint64) {
			if v < uint64(len(c.dict)) {
				*t.at(&items[k].Entry) = c.dict[v]
			} else {
				r.fail()
			}
		})
		if r.bad {
			return nil, errDamaged
		}
	}
	clear(c.dict)
	for _, n := range c.numbers {
		r, ok, err := c.open(s, n.id)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		r.at(pos, func(k int, v uint64) {
			if v := unzigzag(v); v != 0 {
				n.set(&items[k].Entry, v)
			}
		})
		if r.bad {
			return nil, errDamaged
		}
	}
	return items, c.pickFindings(items, s, pos)
}

func (c *codec) pickFindings(items []item, s *segment, pos []int) error {
	texts, which, err := c.findings(s)
	if err != nil || which == nil {
		return err
	}
	counts, _, err := c.open(s, colFindings|0x80)
	if err != nil {
		return err
	}
	for i, k := 0, 0; k < len(pos); i++ {
		n := counts.length(len(which))
		if i == pos[k] {
			for _, w := range which[:n] {
				if w >= len(texts) {
					return errDamaged
				}
				items[k].Findings = append(items[k].Findings, texts[w])
			}
			k++
		}
		which = which[n:]
	}
	if counts.bad {
		return errDamaged
	}
	return nil
}

// at reads a column up to the last of the positions, which rise, and tells the values there.
func (r *columnReader) at(pos []int, tell func(k int, v uint64)) {
	i := 0
	for k, p := range pos {
		for ; i < p; i++ {
			r.uint()
		}
		tell(k, r.uint())
		i++
	}
}
