package capture

import (
	"context"
	"errors"
	"fmt"
	"os"
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
		if trimmed, err := s.trim(ctx, db); trimmed || err != nil {
			return trimmed, err
		}
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
