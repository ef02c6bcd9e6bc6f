package capture

import (
	"context"
	"fmt"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// trim deletes the oldest segment of this run while the file is too large and no capture is left to make room: a
// connection that floods for days must not fill the disk. A gap stands in its place. It says whether it did.
func (s *Store) trim(ctx context.Context, db *database) (bool, error) {
	s.mu.Lock()
	limit, run := s.maxBytes, s.run
	s.mu.Unlock()
	_, used, err := db.size(ctx)
	if err != nil || used <= limit {
		s.overfull(false)
		return false, err
	}
	var pinned int
	if err := db.r.QueryRowContext(ctx, "SELECT (SELECT count(*) FROM capture WHERE run = ?1 AND pinned <> 0) + (SELECT count(*) FROM mark WHERE run = ?1 AND pinned <> 0)", run).Scan(&pinned); err != nil {
		return false, err
	}
	p := place{db: db, run: run}
	list, err := listSegments(ctx, p, 1, 1<<62)
	if err != nil {
		return false, err
	}
	gap := item{Entry: wire.Entry{Kind: wire.KindGap}}
	from := uint64(1)
	if len(list) > 0 && list[0].first == list[0].last { // the gap that stands there
		if items, err := s.segment(ctx, p, list[0], needItem, nil); err == nil && len(items) == 1 && items[0].Kind == wire.KindGap {
			list = list[1:]
		}
	}
	if pinned > 0 || len(list) < trimLeast {
		s.overfull(true)
		return false, nil
	}
	items, err := s.segment(ctx, p, list[0], query.NeedTime|query.NeedConn, nil)
	if err != nil {
		return false, err
	}
	last := items[len(items)-1]
	gap.Seq, gap.Time, gap.Conn = list[0].last, last.Time, last.Conn
	gap.Note = fmt.Sprintf("entries %d to %d were deleted: the captures reached their limit of %d MiB", from, gap.Seq, limit>>20)
	keep, err := s.segment(ctx, p, list[1], needRefs, nil)
	if err != nil {
		return false, err
	}
	return true, s.cutFront(ctx, p, gap, firstBlock(keep))
}

// trimLeast is how many segments of the run that is written always stay.
const trimLeast = 4

// firstBlock is the lowest block that entries use, 0 when they use none.
func firstBlock(items []item) (block uint32) {
	for i := range items {
		for _, r := range items[i].refs {
			if r.block != 0 && (block == 0 || r.block < block) {
				block = r.block
			}
		}
	}
	return block
}

// cutFront puts a gap in the place of everything up to it, and deletes the blocks below keep.
func (s *Store) cutFront(ctx context.Context, p place, gap item, keep uint32) error {
	b, err := s.newBatch(ctx, p.db, p.run)
	if err != nil {
		return err
	}
	defer func() { _ = b.tx.Rollback() }() // does nothing after Commit
	for _, q := range []string{
		"DELETE FROM summary WHERE id IN (SELECT id FROM segment WHERE run = ? AND last <= ?)",
		"DELETE FROM segment WHERE run = ? AND last <= ?",
		"DELETE FROM patch WHERE run = ? AND seq <= ?",
	} {
		if err := b.exec(q, p.run, gap.Seq); err != nil {
			return err
		}
	}
	if err := b.exec("DELETE FROM block WHERE id >= ? AND id < ?", blobID(p.run, 0), blobID(p.run, keep)); err != nil {
		return err
	}
	if _, err := b.segment([]item{gap}); err != nil {
		return err
	}
	if err := b.tx.Commit(); err != nil {
		return err
	}
	s.w.next = s.w.pack.next
	return nil
}

// overfull notes that the file is above its limit and that nothing may be deleted, or that this is over.
func (s *Store) overfull(is bool) {
	s.mu.Lock()
	was := s.state.Overfull
	s.state.Overfull = is
	s.mu.Unlock()
	if was != is {
		s.changed()
	}
}
