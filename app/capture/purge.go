package capture

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"
)

// purge deletes a part of a capture; done says that nothing of it is left.
func (s *Store) purge(ctx context.Context, db *database, v victim) (done bool, err error) {
	low, high := blobID(v.run, 0), blobID(v.run+1, 0)
	res, err := db.w.ExecContext(ctx, "DELETE FROM block WHERE id IN (SELECT id FROM block WHERE id >= ? AND id < ? AND conn = ? LIMIT ?)", low, high, v.conn, deleteStep)
	if err != nil {
		return false, fmt.Errorf("delete capture: %w", err)
	}
	if n, _ := res.RowsAffected(); n == deleteStep {
		return false, nil
	}
	left, err := s.purgeSegments(ctx, db, v)
	if err != nil || left {
		return false, err
	}
	tx, err := db.w.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	for _, q := range []string{
		"DELETE FROM capture WHERE run = ?1 AND conn = ?2",
		"DELETE FROM mark WHERE run = ?1 AND conn = ?2",
	} {
		if _, err := tx.ExecContext(ctx, q, v.run, v.conn); err != nil {
			return false, fmt.Errorf("delete capture: %w", err)
		}
	}
	s.mu.Lock()
	own := v.run == s.run
	s.mu.Unlock()
	if !own {
		if err := forgetRun(ctx, tx, v.run, low, high); err != nil {
			return false, err
		}
	}
	if err := tx.Commit(); err != nil {
		return false, err
	}
	s.forgot(v)
	return true, nil
}

// forgetRun deletes what a run without captures still has.
func forgetRun(ctx context.Context, tx *sql.Tx, run uint32, low, high int64) error {
	var n int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM capture WHERE run = ?", run).Scan(&n); err != nil || n > 0 {
		return err
	}
	for _, q := range []string{"DELETE FROM summary WHERE id >= ?2 AND id < ?3", "DELETE FROM segment WHERE run = ?1", "DELETE FROM patch WHERE run = ?1", "DELETE FROM run WHERE run = ?1"} {
		if _, err := tx.ExecContext(ctx, q, run, low, high); err != nil {
			return fmt.Errorf("delete run %d: %w", run, err)
		}
	}
	return nil
}

// forgot takes a purged capture out of memory.
func (s *Store) forgot(v victim) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, m := range s.marks {
		if k.run == v.run && m.Conn == v.conn {
			delete(s.marks, k)
		}
	}
	if v.run == s.run {
		delete(s.captures, v.conn)
		delete(s.dirty, v.conn)
	}
}

// purgeSegments takes the entries of a capture out of one segment; left says that there are others to look at.
func (s *Store) purgeSegments(ctx context.Context, db *database, v victim) (left bool, err error) {
	s.w.tail, s.w.loose = nil, nil // they are read from the file from now on
	p := place{db: db, run: v.run}
	list, err := listSegments(ctx, p, 1, 1<<62)
	if err != nil {
		return false, err
	}
	for i, l := range list {
		z, err := parseZone(l.zone)
		if err == nil && z.Conns != nil && !slices.Contains(z.Conns, v.conn) {
			continue
		}
		if err := s.thin(ctx, p, l, v.conn); err != nil {
			return false, err
		}
		return i+1 < len(list), nil
	}
	return false, nil
}

// thin writes a segment anew without the entries of a connection.
func (s *Store) thin(ctx context.Context, p place, l listed, conn string) error {
	items, err := s.segment(ctx, p, l, needItem, nil)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	items = slices.DeleteFunc(slices.Clone(items), func(it item) bool { return it.Conn == conn })
	tx, err := p.db.w.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	b := &batch{s: s, ctx: ctx, tx: tx, run: p.run, stmts: map[string]*sql.Stmt{}}
	for _, q := range []string{"DELETE FROM segment WHERE id = ?", "DELETE FROM summary WHERE id = ?"} {
		if err := b.exec(q, l.id); err != nil {
			return err
		}
	}
	if err := b.exec("DELETE FROM patch WHERE run = ? AND seq BETWEEN ? AND ?", p.run, l.first, l.last); err != nil {
		return err
	}
	if len(items) > 0 {
		var n int64
		low, high := blobID(p.run, 0), blobID(p.run+1, 0)
		if err := b.row("SELECT max(ifnull((SELECT max(id) FROM segment WHERE id >= ?1 AND id < ?2), 0), ifnull((SELECT max(id) FROM block WHERE id >= ?1 AND id < ?2), 0), ?3)", low, high, l.id).Scan(&n); err != nil {
			return err
		}
		s.w.pack.next = max(uint32(n)+1, s.w.nextOf(p.run, s.Run()))
		if _, err := b.segment(items); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	if p.run == s.Run() && len(items) > 0 {
		s.w.next = s.w.pack.next
	}
	return nil
}

// nextOf is the next number of a run as far as this program gives it.
func (w *writer) nextOf(run, own uint32) uint32 {
	if run == own {
		return w.next
	}
	return 1
}

// Delete takes captures out of every list. They can be had back for half a minute with [Store.Undelete]; then, or at
// the next start, they are purged. A connection that lives cannot be deleted.
func (s *Store) Delete(ctx context.Context, ids []string) error {
	for _, id := range ids {
		if err := s.setDeleted(ctx, id, time.Now().UnixMicro()); err != nil {
			return err
		}
	}
	return nil
}

// Undelete brings deleted captures back.
func (s *Store) Undelete(ctx context.Context, ids []string) error {
	for _, id := range ids {
		if err := s.setDeleted(ctx, id, 0); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) setDeleted(ctx context.Context, id string, at int64) error {
	return s.onCapture(ctx, id, func(ctx context.Context, db *database, run uint32, conn string) error {
		if db == nil {
			return s.trouble()
		}
		s.writeAll(ctx) // the capture may not be in the file yet
		res, err := db.w.ExecContext(ctx, "UPDATE capture SET deleted = ?1 WHERE run = ?2 AND conn = ?3 AND (?1 = 0 OR ended <> 0)", at, run, conn)
		if err != nil {
			return fmt.Errorf("delete capture %s: %w", id, err)
		}
		if n, _ := res.RowsAffected(); n == 0 {
			return fmt.Errorf("delete capture %s: it is connected, or not there any more", id)
		}
		hidden, err := readHidden(ctx, db)
		if err != nil {
			return err
		}
		s.mu.Lock()
		s.hidden = hidden
		s.mu.Unlock()
		s.changed()
		return nil
	})
}

// readHidden reads which captures are deleted and not purged.
func readHidden(ctx context.Context, db *database) (map[uint32]map[string]bool, error) {
	rows, err := db.r.QueryContext(ctx, "SELECT run, conn FROM capture WHERE deleted <> 0")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := map[uint32]map[string]bool{}
	for rows.Next() {
		var run uint32
		var conn string
		if err := rows.Scan(&run, &conn); err != nil {
			return nil, err
		}
		if out[run] == nil {
			out[run] = map[string]bool{}
		}
		out[run][conn] = true
	}
	return out, rows.Err()
}
