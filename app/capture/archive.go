package capture

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/wire"
)

const (
	// fileRuns is the first number for the runs of opened files: far above those of a file that is written.
	fileRuns = 1 << 20
	// maxFiles is how many files may be open at once.
	maxFiles = 64
	// maxFileEntries, maxFileBytes and maxFileConns bound what is read from a file: it may come from anybody.
	maxFileEntries = 20_000_000
	maxFileBytes   = 16 << 30
	maxFileConns   = 10_000
	// maxFileMicros bounds times and durations, in microseconds: the page's numbers are exact up to it. maxFileLen bounds
	// the lengths that an entry tells, in bytes: those of all entries add up.
	maxFileMicros = 1 << 53
	maxFileLen    = 1 << 38
	// maxFileText bounds each text of an entry and of a connection, in bytes, maxFileFindings and maxFileFinding what is
	// told of its message: those of a whole segment are held in memory. Longer ones are cut; bodies are whole.
	maxFileText     = 2 << 10
	maxFileFindings = 16
	maxFileFinding  = 512
)

// archive is an opened capture file: a database of its own, in a folder that goes with it.
type archive struct {
	db   *database
	dir  *folder
	run  uint32 // in it
	file string
}

func (a *archive) close() {
	_ = a.db.close()
	a.dir.remove()
}

// Import opens traffic from elsewhere, read-only, as a run of its own whose number it returns. next gives one entry
// with its bodies after the other, by rising Seq, and io.EOF at the end; Pair and Exchange name entries of the same
// file. about tells of the connections; one that it does not tell of is known by its id. The file is named in the
// captures. CloseFile ends it, and so does Close: nothing of it stays.
func (s *Store) Import(ctx context.Context, file string, about []Capture, next func() (wire.Draft, error)) (run uint32, err error) {
	s.mu.Lock()
	open := len(s.files)
	s.mu.Unlock()
	if open >= maxFiles {
		return 0, fmt.Errorf("open %s: %d files are open, close one first", file, open)
	}
	dir, err := newFolder()
	if err != nil {
		return 0, fmt.Errorf("open %s: %w", file, err)
	}
	db, err := openDatabase(ctx, filepath.Join(dir.path, FileName), 0)
	if err != nil {
		dir.remove()
		return 0, fmt.Errorf("open %s: %w", file, err)
	}
	a := &archive{db: db, dir: dir, run: 1, file: file}
	if err := fillArchive(ctx, db, about, next); err != nil {
		a.close()
		return 0, fmt.Errorf("read %s: %w", file, err)
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		a.close()
		return 0, ErrClosed
	}
	s.nextFile++
	run = fileRuns + s.nextFile
	s.files[run] = a
	s.mu.Unlock()
	s.cfg.Changed()
	return run, nil
}

// CloseFile closes what Import opened; another run is left alone.
func (s *Store) CloseFile(run uint32) {
	s.mu.Lock()
	a := s.files[run]
	delete(s.files, run)
	s.mu.Unlock()
	if a != nil {
		a.close()
		s.cfg.Changed()
	}
}

// fillArchive writes the entries of a file as run 1 of a database.
func fillArchive(ctx context.Context, db *database, about []Capture, next func() (wire.Draft, error)) error {
	in := &Store{
		db: db, run: 1, cfg: Config{Log: wire.NewLog(wire.Config{})},
		captures: map[string]*Capture{}, dirty: map[string]bool{},
	}
	in.codec.New = func() any { return newCodec() }
	in.w.codec, in.w.next = newCodec(), 1
	for _, c := range about[:min(len(about), maxFileConns)] {
		c.Run, c.Entries, c.Bytes, c.Errors = 1, 0, 0, 0
		cutCapture(&c)
		in.captures[c.Conn] = &c
		in.dirty[c.Conn] = true
	}
	var sum int64
	for entries, end := 0, false; !end; {
		b, err := in.newBatch(ctx, db, 1)
		if err != nil {
			return err
		}
		b.verbatim = true
		for len(b.fresh) < segmentLen && b.bytes < batchBytes && !end {
			d, err := next()
			if end = errors.Is(err, io.EOF); end {
				break
			}
			if err == nil {
				err = b.accept(d)
			}
			if err != nil {
				_ = b.tx.Rollback()
				return err
			}
			entries++
			sum += int64(len(d.Message) + len(d.Request) + len(d.Response))
			if entries > maxFileEntries || sum > maxFileBytes || len(in.captures)+len(b.counts) > maxFileConns {
				_ = b.tx.Rollback()
				return fmt.Errorf("it has more than %d entries, %d bytes or %d connections", maxFileEntries, int64(maxFileBytes), maxFileConns)
			}
		}
		if err := b.end(); err != nil {
			return err
		}
	}
	return endRun(ctx, db, 1)
}

// cut is the beginning of a text, with a mark when it is longer.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// cutCapture bounds what a file says of a connection: it is written once for each.
func cutCapture(c *Capture) {
	for _, s := range []*string{&c.Conn, &c.Profile, &c.Server, &c.Transport, &c.Target} {
		*s = cut(*s, maxFileText)
	}
	c.Name, c.Comment = cut(c.Name, MaxName), cut(c.Comment, MaxComment)
}

// cutEntry bounds the texts of an entry.
func cutEntry(e *wire.Entry, columns []textColumn) {
	for _, t := range columns {
		s := t.at(e)
		*s = cut(*s, maxFileText)
	}
	e.Findings = slices.Clone(e.Findings[:min(len(e.Findings), maxFileFindings)])
	for i := range e.Findings {
		e.Findings[i] = cut(e.Findings[i], maxFileFinding)
	}
}

// accept takes in an entry of a file.
func (b *batch) accept(d wire.Draft) error {
	e := &d.Entry
	if e.Seq <= b.at.Seq || e.Seq >= 1<<32 {
		return fmt.Errorf("entry %d follows entry %d", e.Seq, b.at.Seq)
	}
	within := func(n, most int64) bool { return n >= 0 && n <= most }
	if !within(e.Time, maxFileMicros) || !within(e.Took, maxFileMicros) || !within(e.Bytes, maxFileLen) || !within(e.ReqBytes, maxFileLen) ||
		e.Pair >= 1<<32 || e.Exchange >= 1<<32 {
		return fmt.Errorf("entry %d has impossible numbers", e.Seq)
	}
	cutEntry(e, b.s.w.codec.texts)
	err := b.take([]wire.Changed{{Draft: d}}, nil)
	b.at.Seq = e.Seq
	return err
}

// newBatch begins a batch.
func (s *Store) newBatch(ctx context.Context, db *database, run uint32) (*batch, error) {
	tx, err := db.w.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	w := &s.w
	b := &batch{
		s: s, ctx: ctx, tx: tx, run: run, at: w.at, changed: map[uint64]item{}, tail: w.tail, loose: w.loose,
		counts: map[string]count{}, stmts: map[string]*sql.Stmt{}, fresh: w.items[:0],
	}
	w.pack.next, w.pack.open, w.pack.write = w.next, map[packing]*pack{}, b.writeBlock
	return b, nil
}

// end writes what a batch took in, and makes it count.
func (b *batch) end() error {
	defer func() { _ = b.tx.Rollback() }() // does nothing after Commit
	if err := b.write(); err != nil {
		return err
	}
	saved, err := b.captures()
	if err != nil {
		return err
	}
	if err := b.tx.Commit(); err != nil {
		return err
	}
	b.s.commit(b, saved)
	b.s.w.items = b.fresh
	clear(b.fresh)
	return nil
}
