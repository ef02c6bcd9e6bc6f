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

// scanRoom is what the segments of a scan are decoded into: four megabytes that the next scan needs again.
type scanRoom struct {
	items   []item
	entries []wire.Entry
}

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
	room, _ := s.room.Get().(*scanRoom) // New makes no other
	defer s.room.Put(room)
	return s.segments(ctx, p, room, from, to, need, skip, func(items []item) error {
		room.entries = slices.Grow(room.entries[:0], len(items))
		for i := range items {
			room.entries = append(room.entries, items[i].Entry)
		}
		return yield(room.entries)
	})
}

// segments calls yield with the entries of each segment within the bounds, which it decodes into room.
func (s *Store) segments(ctx context.Context, p place, room *scanRoom, from, to uint64, need query.Need, skip func(query.Zone) bool, yield func([]item) error) error {
	to = min(to, math.MaxInt64)
	items := room.items
	defer func() { room.items = items[:0] }()
	var gone int64 // the segment that was not there when it was read last, so many times
	tries := 0
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
			if to-from < segmentLen { // rows of a table: the next ones are near
				items, err = s.shownSegment(ctx, p, l, items)
			} else {
				items, err = s.segment(ctx, p, l, need, items)
			}
			if errors.Is(err, sql.ErrNoRows) {
				if gone != l.id {
					gone, tries = l.id, 0
				}
				if tries++; tries < sealTries {
					break // it was sealed meanwhile: what took its place is listed anew
				}
				items, err = append(items[:0], unreadable(l, errDamaged)), nil
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
	rows, err := p.db.query(ctx, `SELECT id, first, last, zone FROM segment WHERE run = ? AND first <= ? AND last >= ?
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

// shownSegment is segment for all fields, decoded once for several calls.
func (s *Store) shownSegment(ctx context.Context, p place, l listed, buf []item) ([]item, error) {
	late, err := s.patched(ctx, p, l, needItem)
	if err != nil {
		return nil, err
	}
	items, err := s.whole(ctx, p.db, l.id)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, err
	case damaged(err):
		return []item{unreadable(l, err)}, nil
	case err != nil:
		return nil, err
	}
	items = append(buf[:0], items...) // those in the cache are shared
	apply(items, late)
	return items, nil
}

// apply puts late changes in the place of what they change.
func apply(items, late []item) {
	for _, it := range late {
		if i, ok := search(items, it.Seq); ok {
			items[i] = it
		}
	}
}

// search finds an entry among some that rise.
func search(items []item, seq uint64) (int, bool) {
	return slices.BinarySearchFunc(items, seq, func(it item, seq uint64) int { return compare(it.Seq, seq) })
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
	apply(items, late)
	return items, nil
}

// patched are the entries of a segment that changed after it was written.
func (s *Store) patched(ctx context.Context, p place, l listed, need query.Need) ([]item, error) {
	rows, err := p.db.query(ctx, "SELECT data FROM patch WHERE run = ? AND seq BETWEEN ? AND ?", p.run, l.first, l.last)
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
