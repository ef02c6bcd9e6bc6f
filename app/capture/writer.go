package capture

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/gofrs/flock"

	"github.com/sightglass-dev/sightglass/app/wire"
)

const (
	// segmentLen is how many entries a sealed segment holds: decoding one takes about a millisecond.
	segmentLen = 4096
	// maxLoose is how many short segments may wait to be sealed into one: a quiet connection writes one for each batch.
	maxLoose = 64
	// batchEntries and batchBytes bound one batch, so that a crash in a flood loses little and memory stays bounded.
	batchEntries = 4096
	batchBytes   = 16 << 20
	// told is how often the window hears of growing captures, at most.
	told = 500 * time.Millisecond
)

// writer is what the store's goroutine knows of the file.
type writer struct {
	at             wire.Cursor // what is stored
	next           uint32      // number for the next block or segment of this run
	tail           []item      // entries that are stored but not sealed
	loose          []int64     // the segments they are in
	codec          *codec
	enc            []byte
	pack           packer
	fails          int       // attempts that failed since the last that did not
	told           time.Time // when the window heard last
	lock           *flock.Flock
	fresh, changed []wire.Changed // reused
	items          []item         // of the batch under way; reused
	damaged        os.FileInfo    // the file that turned out to be
	swept          bool           // runs that crashed were ended
}

// letGo lets the bodies go that a batch held.
func (w *writer) letGo() {
	clear(w.fresh[:cap(w.fresh)])
	clear(w.changed[:cap(w.changed)])
}

// backOff is how long to wait before the next attempt.
func (w *writer) backOff() time.Duration {
	return min(retryLeast<<min(w.fails, 8), retryMost)
}

// broken says that the file is to be tried again.
func (s *Store) broken() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.Mode != ModeDisk
}

// begin opens the file and takes a number for this run, unless both is done. A damaged file is put aside.
func (s *Store) begin(ctx context.Context) {
	s.mu.Lock()
	open := s.db != nil
	s.mu.Unlock()
	if open {
		return
	}
	db, aside, err := s.openFile(ctx)
	if err != nil {
		s.fail(err)
		return
	}
	s.w.tail, s.w.loose = nil, nil
	s.mu.Lock()
	s.db = db
	if aside != "" {
		s.state.Aside = aside
		s.run, s.w.next = 0, 0 // the new file knows nothing of this run
		s.hidden = map[uint32]map[string]bool{}
	}
	run := s.run
	s.mu.Unlock()
	if run == 0 {
		if run, err = s.newRun(ctx, db); err != nil {
			s.fail(err)
			return
		}
		s.w.next = 1
		s.w.at = wire.Cursor{} // what of it the log still has is stored again
	} else if err := s.findPlace(ctx, db, run); err != nil {
		s.fail(err)
		return
	}
	if err := s.recall(ctx, db); err != nil {
		s.fail(err)
		return
	}
	s.mu.Lock()
	s.run = run
	for conn := range s.captures {
		c := s.captures[conn]
		if c.Run != run {
			c.Run, c.Entries, c.Bytes, c.Errors = run, 0, 0, 0
		}
		s.dirty[conn] = true
	}
	s.mu.Unlock()
	s.healthy()
	s.measure(ctx)
	s.changed()
}

// recall reads what is kept in memory of the file.
func (s *Store) recall(ctx context.Context, db *database) error {
	hidden, err := readHidden(ctx, db)
	if err != nil {
		return err
	}
	marks, err := readMarks(ctx, db)
	if err != nil {
		return err
	}
	var limit int64
	if err := db.r.QueryRowContext(ctx, "SELECT value FROM setting WHERE name = ?", settingMaxBytes).Scan(&limit); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hidden, s.marks = hidden, marks
	if limit > 0 {
		s.maxBytes = limit
	}
	return nil
}

// openFile opens the database under a lock, so that two windows never put the same damaged file aside, one of them the
// file that the other has just begun.
func (s *Store) openFile(ctx context.Context) (db *database, aside string, err error) {
	lock := flock.New(s.path + ".lock")
	if _, err := lock.TryLockContext(ctx, 20*time.Millisecond); err == nil {
		defer func() { _ = lock.Close() }()
	} // a folder that cannot be written tells of itself below
	if !s.isDamaged() {
		db, err = openDatabase(ctx, s.path, s.cfg.maxPages)
		if !damaged(err) {
			return db, "", err
		}
	}
	s.w.damaged = nil
	aside = asideName(s.path, time.Now())
	for _, suffix := range []string{"-wal", "-shm", ""} { // the file last: the others mean nothing without it
		if moved := os.Rename(s.path+suffix, aside+suffix); moved != nil && !errors.Is(moved, os.ErrNotExist) {
			return nil, "", fmt.Errorf("it is damaged; put it aside: %w", errors.Join(moved, err))
		}
	}
	db, err = openDatabase(ctx, s.path, s.cfg.maxPages)
	return db, aside, err
}

// isDamaged says that the file is one that broke a write. Another window may have put it aside by now.
func (s *Store) isDamaged() bool {
	now, err := os.Stat(s.path)
	return err == nil && s.w.damaged != nil && os.SameFile(now, s.w.damaged)
}

// newRun takes a number for this run. Its lock is held before anybody can see the number: a run without is over.
func (s *Store) newRun(ctx context.Context, db *database) (uint32, error) {
	tx, err := db.w.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	res, err := tx.ExecContext(ctx, "INSERT INTO run (began) VALUES (?)", time.Now().UnixMicro())
	if err != nil {
		return 0, err
	}
	id, err := res.LastInsertId()
	if err != nil {
		return 0, err
	}
	lock := flock.New(runLock(s.path, uint32(id)))
	if ok, err := lock.TryLock(); err != nil || !ok {
		return 0, fmt.Errorf("lock run %d: %w", id, errors.Join(err, os.ErrExist))
	}
	if err := tx.Commit(); err != nil {
		_ = lock.Close()
		return 0, err
	}
	if s.w.lock != nil {
		_ = s.w.lock.Close()
	}
	s.w.lock = lock
	return uint32(id), nil
}

func runLock(path string, run uint32) string { return fmt.Sprintf("%s.run%d.lock", path, run) }

// findPlace looks in the file how far this run came: an attempt that seemed to fail may have been written.
func (s *Store) findPlace(ctx context.Context, db *database, run uint32) error {
	var last, segment, block int64
	low, high := blobID(run, 0), blobID(run+1, 0)
	err := db.w.QueryRowContext(ctx, `SELECT (SELECT ifnull(max(last), 0) FROM segment WHERE run = ?),
		(SELECT ifnull(max(id), 0) FROM segment WHERE id >= ? AND id < ?), (SELECT ifnull(max(id), 0) FROM block WHERE id >= ? AND id < ?)`,
		run, low, high, low, high).Scan(&last, &segment, &block)
	s.w.at.Seq = max(s.w.at.Seq, uint64(last))
	s.w.next = max(s.w.next, uint32(max(segment, block))+1)
	return err
}

// healthy notes that the file works.
func (s *Store) healthy() {
	s.w.fails = 0
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Mode, s.state.Problem, s.state.Hint = ModeDisk, "", ""
	if s.state.Aside != "" {
		s.state.Problem = fmt.Sprintf("The captures in %s were damaged.", s.path)
		s.state.Hint = fmt.Sprintf("The file was put aside as %s and a new one begun: nothing was deleted.", s.state.Aside)
	}
}

// fail notes why the file does not work. Whatever it was, what this goroutine believes of the file is no longer
// believed: it is opened anew, and entries that were not told as stored are stored then.
func (s *Store) fail(err error) {
	s.w.fails++
	problem, hint := explain(s.path, err)
	s.mu.Lock()
	db := s.db
	again := s.state.Mode == ModeMemory && s.state.Problem == problem
	s.state.Mode, s.state.Problem, s.state.Hint = ModeMemory, problem, hint
	s.db = nil
	for conn := range s.captures {
		s.dirty[conn] = true
	}
	s.mu.Unlock()
	s.w.tail, s.w.loose = nil, nil
	if db != nil {
		if damaged(err) {
			s.w.damaged = db.file
		}
		_ = db.close()
	}
	if !again {
		s.changed()
	}
}

// writeAll stores everything that is new in the log, in batches.
func (s *Store) writeAll(ctx context.Context) {
	for !s.broken() {
		more, err := s.writeBatch(ctx)
		if err != nil {
			if ctx.Err() == nil {
				s.fail(err)
			}
			return
		}
		if !more {
			break
		}
	}
	if time.Since(s.w.told) > told {
		s.changed()
	}
}

// changed tells the window.
func (s *Store) changed() {
	s.w.told = time.Now()
	s.cfg.Changed()
}

// finish stores what is left, marks the run as over and closes the file.
func (s *Store) finish(ctx context.Context) {
	s.writeAll(ctx)
	s.mu.Lock()
	db, run := s.db, s.run
	s.db = nil
	s.closed = true
	files := s.files
	s.files = map[uint32]*archive{}
	s.mu.Unlock()
	if db != nil {
		_ = endRun(ctx, db, run) // the next start ends it when this cannot
		_ = db.close()
	}
	if s.w.lock != nil {
		_ = s.w.lock.Close()
		_ = os.Remove(runLock(s.path, run))
	}
	for _, f := range files {
		f.close()
	}
}
