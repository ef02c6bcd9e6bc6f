package capture

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// listed is a segment as the file lists it.
type listed struct {
	id          int64
	first, last uint64
	zone        []byte
}

// maxListed bounds how many segments are listed at once: 8 million entries; a scan lists on when it comes to their end.
const maxListed = 2048

var _ query.Source = (*Store)(nil)

// Scan implements [query.Source]. Entries that cannot be read any more, as the file is damaged, are one gap entry.
func (s *Store) Scan(ctx context.Context, run uint32, from, to uint64, need query.Need, skip func(query.Zone) bool, yield func([]wire.Entry) error) error {
	p, ok := s.place(run)
	if !ok {
		return nil
	}
	if len(p.hidden) > 0 {
		need |= query.NeedConn
	}
	var entries []wire.Entry
	return s.segments(ctx, p, from, to, need, skip, func(items []item) error {
		entries = slices.Grow(entries[:0], len(items))
		for i := range items {
			entries = append(entries, items[i].Entry)
		}
		return yield(entries)
	})
}

// segments calls yield with the entries of each segment within the bounds.
func (s *Store) segments(ctx context.Context, p place, from, to uint64, need query.Need, skip func(query.Zone) bool, yield func([]item) error) error {
	to = min(to, math.MaxInt64)
	var items []item
	for from <= to {
		list, err := listSegments(ctx, p, from, to)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, l := range list {
			if skips(skip, p.run, l) {
				from = l.last + 1
				continue
			}
			items, err = s.segment(ctx, p, l, need, items)
			if errors.Is(err, sql.ErrNoRows) {
				break // it was sealed meanwhile: what took its place is listed anew
			}
			if err != nil {
				return err
			}
			if got := within(items, from, to, p.hidden); len(got) > 0 {
				if err := yield(got); err != nil {
					return err
				}
			}
			from = l.last + 1
		}
	}
	return nil
}

func skips(skip func(query.Zone) bool, run uint32, l listed) bool {
	if skip == nil {
		return false
	}
	z, err := parseZone(l.zone)
	z.Run = run
	return err == nil && skip(z)
}

// within cuts items to the bounds and takes out those of deleted captures.
func within(items []item, from, to uint64, hidden map[string]bool) []item {
	for len(items) > 0 && items[0].Seq < from {
		items = items[1:]
	}
	for n := len(items); n > 0 && items[n-1].Seq > to; n-- {
		items = items[:n-1]
	}
	if len(hidden) > 0 {
		items = slices.DeleteFunc(items, func(it item) bool { return hidden[it.Conn] })
	}
	return items
}

func listSegments(ctx context.Context, p place, from, to uint64) ([]listed, error) {
	rows, err := p.db.r.QueryContext(ctx, `SELECT id, first, last, zone FROM segment WHERE run = ? AND first <= ? AND last >= ?
		AND first >= ifnull((SELECT max(first) FROM segment WHERE run = ? AND first <= ?), 0) ORDER BY first LIMIT ?`,
		p.run, to, from, p.run, from, maxListed)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []listed
	for rows.Next() {
		var l listed
		if err := rows.Scan(&l.id, &l.first, &l.last, &l.zone); err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	return list, rows.Err()
}

// segment reads a segment with its late changes.
func (s *Store) segment(ctx context.Context, p place, l listed, need query.Need, buf []item) ([]item, error) {
	late, err := s.patched(ctx, p, l, need)
	if err != nil {
		return nil, err
	}
	raw, err := summary(ctx, p.db, l.id)
	if err != nil {
		if !damaged(err) {
			return nil, err
		}
		return []item{unreadable(l, err)}, nil
	}
	items, err := s.decode(buf, raw, need)
	if err != nil {
		return []item{unreadable(l, err)}, nil
	}
	for _, it := range late {
		if i, ok := slices.BinarySearchFunc(items, it.Seq, func(it item, seq uint64) int { return compare(it.Seq, seq) }); ok {
			items[i] = it
		}
	}
	return items, nil
}

// patched are the entries of a segment that changed after it was written.
func (s *Store) patched(ctx context.Context, p place, l listed, need query.Need) ([]item, error) {
	rows, err := p.db.r.QueryContext(ctx, "SELECT data FROM patch WHERE run = ? AND seq BETWEEN ? AND ?", p.run, l.first, l.last)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var late []item
	for rows.Next() {
		var raw sql.RawBytes
		if err := rows.Scan(&raw); err != nil {
			return nil, err
		}
		items, err := s.decode(nil, raw, need)
		if err != nil {
			continue // the entry is shown as it was before
		}
		late = append(late, items...)
	}
	return late, rows.Err()
}

// unreadable stands for the entries of a segment that is damaged.
func unreadable(l listed, err error) item {
	return item{Entry: wire.Entry{
		Seq: l.first, Kind: wire.KindGap,
		Note: fmt.Sprintf("entries %d to %d cannot be read: the file is damaged there (%v)", l.first, l.last, err),
	}}
}

// ScanBodies implements [query.Source].
func (s *Store) ScanBodies(ctx context.Context, run uint32, from, to uint64, want func(seq uint64) bool, yield func(seq uint64, part wire.Part, body []byte) error) error {
	p, ok := s.place(run)
	if !ok {
		return nil
	}
	need := needRefs
	if len(p.hidden) > 0 {
		need |= query.NeedConn
	}
	b := bodies{s: s, ctx: ctx, p: p, yield: yield}
	return s.segments(ctx, p, from, to, need, nil, func(items []item) error {
		b.found = b.found[:0]
		for i := range items {
			if !want(items[i].Seq) {
				continue
			}
			for part, name := range parts() {
				if r := items[i].refs[part]; r.block != 0 {
					b.found = append(b.found, found{r, items[i].Seq, name})
				}
			}
		}
		return b.each()
	})
}

// found is a body to be read.
type found struct {
	ref
	seq  uint64
	part wire.Part
}

// bodies reads bodies in the order of their blocks, each block once.
type bodies struct {
	s     *Store
	ctx   context.Context
	p     place
	yield func(seq uint64, part wire.Part, body []byte) error
	found []found
	block uint32 // the one in raw
	raw   []byte
	buf   []byte
}

func (b *bodies) each() error {
	slices.SortFunc(b.found, func(x, y found) int {
		if x.block != y.block {
			return compare(uint64(x.block), uint64(y.block))
		}
		return compare(uint64(x.off), uint64(y.off))
	})
	for _, f := range b.found {
		body, err := b.read(f)
		if b.ctx.Err() != nil {
			return b.ctx.Err()
		}
		if err != nil {
			continue // damaged or gone: the entry says so when it is opened
		}
		if err := b.yield(f.seq, f.part, body); err != nil {
			return err
		}
	}
	return nil
}

func (b *bodies) read(f found) ([]byte, error) {
	if f.size > pieceLen {
		return b.s.bytes(b.ctx, b.p, f.ref, 0, -1)
	}
	if b.block != f.block {
		raw, err := readBlock(b.ctx, b.p, f.block, b.buf)
		if err != nil {
			b.block = 0
			return nil, err
		}
		b.block, b.raw, b.buf = f.block, raw, raw
	}
	if int64(f.off)+f.size > int64(len(b.raw)) {
		return nil, errDamaged
	}
	return b.raw[f.off : int64(f.off)+f.size], nil
}
