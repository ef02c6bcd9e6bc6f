package capture

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/gofrs/flock"
)

const (
	// tidyFirst is when the file is first put in order: after the window is up.
	tidyFirst = 3 * time.Second
	// tidyEvery is how often it is looked at after that, tidySoon when there is more to do.
	tidyEvery = 5 * time.Second
	tidySoon  = 20 * time.Millisecond
	// deleteStep is how many blocks one transaction deletes, vacuumStep how many pages go back to the disk at once: so
	// new entries never wait for long.
	deleteStep = 64
	vacuumStep = 2048
	// vacuumLeast is from how many free bytes on they go back: fewer are filled again soon.
	vacuumLeast = 1 << 20
)

// tidy ends runs that crashed, purges deleted captures, and deletes the oldest while the file is too large: a little at
// a time. It returns when to come again.
func (s *Store) tidy(ctx context.Context) time.Duration {
	s.mu.Lock()
	db := s.db
	s.mu.Unlock()
	if db == nil {
		return tidyEvery
	}
	more, err := s.tidyStep(ctx, db)
	if err != nil && ctx.Err() == nil {
		s.fail(err)
		return tidyEvery
	}
	s.measure(ctx)
	if more {
		return tidySoon
	}
	return tidyEvery
}

func (s *Store) tidyStep(ctx context.Context, db *database) (more bool, err error) {
	if !s.w.swept {
		if err := s.sweep(ctx, db); err != nil {
			return false, err
		}
		s.w.swept = true
	}
	v, err := s.victim(ctx, db)
	if err != nil {
		return false, err
	}
	if v == nil {
		return s.giveBack(ctx, db)
	}
	// What has begun to leave is out of sight, and goes on leaving whatever happens.
	if _, err := db.w.ExecContext(ctx, "UPDATE capture SET deleted = 1 WHERE run = ? AND conn = ? AND deleted = 0", v.run, v.conn); err != nil {
		return false, fmt.Errorf("delete capture: %w", err)
	}
	s.hide(*v)
	done, err := s.purge(ctx, db, *v)
	if err == nil && done {
		s.changed()
	}
	return true, err
}

// hide keeps the entries of a capture from being read.
func (s *Store) hide(v victim) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hidden[v.run][v.conn] {
		return
	}
	hidden := map[string]bool{v.conn: true} // readers hold the one before
	for conn := range s.hidden[v.run] {
		hidden[conn] = true
	}
	s.hidden[v.run] = hidden
}

// sweep ends the runs of programs that are gone.
func (s *Store) sweep(ctx context.Context, db *database) error {
	runs, err := numbers(ctx, db, "SELECT run FROM run WHERE ended = 0")
	if err != nil {
		return err
	}
	for _, run := range runs {
		if s.lives(uint32(run)) {
			continue
		}
		if err := endRun(ctx, db, uint32(run)); err != nil {
			return err
		}
		_ = os.Remove(runLock(s.path, uint32(run)))
	}
	return nil
}

func numbers(ctx context.Context, db *database, query string, args ...any) ([]int64, error) {
	rows, err := db.r.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, rows.Err()
}

// lives says whether the program of a run still runs, this one or another: it holds the run's lock.
func (s *Store) lives(run uint32) bool {
	s.mu.Lock()
	mine := run == s.run
	s.mu.Unlock()
	if mine {
		return true
	}
	path := runLock(s.path, run)
	if _, err := os.Stat(path); err != nil {
		return false
	}
	lock := flock.New(path)
	ok, err := lock.TryLock()
	if err == nil && ok {
		_ = lock.Close()
		return false
	}
	return true
}

// endRun marks a run and its captures as over; one that left nothing is forgotten.
func endRun(ctx context.Context, db *database, run uint32) error {
	tx, err := db.w.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	for _, q := range []string{
		"UPDATE capture SET ended = max(last, began) WHERE run = ?1 AND ended = 0",
		"UPDATE run SET ended = ifnull((SELECT max(ended) FROM capture WHERE run = ?1), began) WHERE run = ?1",
		"DELETE FROM run WHERE run = ?1 AND NOT EXISTS (SELECT 1 FROM capture WHERE run = ?1)",
	} {
		if _, err := tx.ExecContext(ctx, q, run); err != nil {
			return fmt.Errorf("end run %d: %w", run, err)
		}
	}
	return tx.Commit()
}

// victim is a capture to be purged: one that was deleted, or the oldest while the file is too large.
type victim struct {
	run  uint32
	conn string
}

func (s *Store) victim(ctx context.Context, db *database) (*victim, error) {
	s.mu.Lock()
	limit := s.maxBytes
	s.mu.Unlock()
	_, used, err := db.size(ctx)
	if err != nil {
		return nil, err
	}
	// Pinned entries keep their capture.
	const free = "pinned = 0 AND NOT EXISTS (SELECT 1 FROM mark WHERE mark.run = capture.run AND mark.conn = capture.conn AND mark.pinned <> 0)"
	rows, err := db.r.QueryContext(ctx, "SELECT run, conn FROM capture WHERE deleted <> 0 AND deleted < ? OR ? AND deleted = 0 AND ended <> 0 AND "+free+" ORDER BY deleted = 0, began",
		time.Now().Add(-undoFor).UnixMicro(), used > limit)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	s.mu.Lock()
	own := s.run
	s.mu.Unlock()
	for rows.Next() {
		var v victim
		if err := rows.Scan(&v.run, &v.conn); err != nil {
			return nil, err
		}
		// The run of another window is that window's: it knows what is not sealed yet.
		if v.run == own || !s.lives(v.run) {
			return &v, rows.Err()
		}
	}
	return nil, rows.Err()
}

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

// giveBack returns free pages to the disk; more says that there are others.
func (s *Store) giveBack(ctx context.Context, db *database) (more bool, err error) {
	var page, free int64
	for pragma, v := range map[string]*int64{"page_size": &page, "freelist_count": &free} {
		if err := db.r.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(v); err != nil {
			return false, err
		}
	}
	if page*free < vacuumLeast {
		return false, nil
	}
	// The pragma works as long as its rows are read.
	rows, err := db.w.QueryContext(ctx, fmt.Sprintf("PRAGMA incremental_vacuum(%d)", vacuumStep))
	if err != nil {
		return false, err
	}
	for rows.Next() {
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return false, err
	}
	_, err = db.w.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)") // a reader in the way only puts it off
	return err == nil && free > vacuumStep, err
}

// measure looks how large the file is.
func (s *Store) measure(ctx context.Context) {
	s.mu.Lock()
	db := s.db
	s.mu.Unlock()
	if db == nil {
		return
	}
	disk, used, err := db.size(ctx)
	if err != nil {
		return // the next write meets it too, and tells
	}
	s.mu.Lock()
	s.state.Bytes, s.state.Used, s.state.MaxBytes = disk, used, s.maxBytes
	s.mu.Unlock()
}

// settingMaxBytes is the name of the limit in the file.
const settingMaxBytes = "max bytes"

// SetMaxBytes sets the size above which the oldest captures leave, at least [MinBytes], for this run and later ones.
func (s *Store) SetMaxBytes(ctx context.Context, n int64) error {
	if n < MinBytes {
		return fmt.Errorf("limit the captures: %d bytes are less than %d", n, int64(MinBytes))
	}
	return s.ask(ctx, func(ctx context.Context) error {
		s.mu.Lock()
		s.maxBytes, s.state.MaxBytes = n, n
		db := s.db
		s.mu.Unlock()
		if db == nil {
			return s.trouble()
		}
		if _, err := db.w.ExecContext(ctx, "INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", settingMaxBytes, n); err != nil {
			return fmt.Errorf("limit the captures: %w", err)
		}
		s.changed()
		return nil
	})
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
