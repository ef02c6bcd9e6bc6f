package capture

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"modernc.org/sqlite" // registers the driver
	sqlitelib "modernc.org/sqlite/lib"
)

const (
	// appID marks the file as Sightglass' ("SGLS"), so that another program's database is never taken for a capture.
	appID = 0x53474c53
	// schemaVersion is what this program reads and writes. A later one is left alone.
	schemaVersion = 1
	// busyWait is how long a write waits for that of another window, in milliseconds.
	busyWait = 5000
	// readers are how many connections for reading stay open: the window's rows beside a search and an export.
	readers = 4
	// pageCache is what SQLite keeps of the file for each connection, in KiB.
	pageCache = 1024
)

// The numbers of segments and blocks are run<<32 | n, n counted by the run's own program: so two windows never want the
// same one, and what a run wrote lies together.
const schema = `
CREATE TABLE run (run INTEGER PRIMARY KEY AUTOINCREMENT, began INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0);
CREATE TABLE capture (
	run INTEGER NOT NULL, conn TEXT NOT NULL, profile TEXT NOT NULL, server TEXT NOT NULL, transport TEXT NOT NULL, target TEXT NOT NULL,
	began INTEGER NOT NULL, last INTEGER NOT NULL, ended INTEGER NOT NULL, entries INTEGER NOT NULL, bytes INTEGER NOT NULL, errors INTEGER NOT NULL,
	name TEXT NOT NULL DEFAULT '', comment TEXT NOT NULL DEFAULT '', pinned INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (run, conn)) WITHOUT ROWID;
CREATE TABLE segment (id INTEGER PRIMARY KEY, run INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, zone BLOB NOT NULL);
CREATE INDEX segment_place ON segment (run, first, last);
CREATE TABLE summary (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE patch (run INTEGER NOT NULL, seq INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (run, seq)) WITHOUT ROWID;
CREATE TABLE block (id INTEGER PRIMARY KEY, conn TEXT NOT NULL, data BLOB NOT NULL);
CREATE TABLE setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE mark (run INTEGER NOT NULL, seq INTEGER NOT NULL, conn TEXT NOT NULL, comment TEXT NOT NULL, pinned INTEGER NOT NULL, PRIMARY KEY (run, seq)) WITHOUT ROWID;
`

// database is one file, or memory, with one writer and readers beside it.
type database struct {
	path string
	file os.FileInfo // as it was opened
	w, r *sql.DB

	mu    sync.Mutex
	stmts map[string]*sql.Stmt // of r
}

// query reads by a statement that is prepared once: preparing one takes longer than most reads.
func (d *database) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	st, err := d.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}

// row is query for one row.
func (d *database) row(ctx context.Context, query string, args ...any) oneRow {
	st, err := d.prepared(ctx, query)
	if err != nil {
		return noRow{err}
	}
	return st.QueryRowContext(ctx, args...)
}

func (d *database) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if st := d.stmts[query]; st != nil {
		return st, nil
	}
	st, err := d.r.PrepareContext(ctx, query)
	if err == nil {
		if d.stmts == nil {
			d.stmts = map[string]*sql.Stmt{}
		}
		d.stmts[query] = st
	}
	return st, err
}

// errNewer is a database of a later version of the program.
var errNewer = errors.New("the file was written by a newer Sightglass")

// errForeign is a database of another program.
var errForeign = errors.New("the file is no capture of Sightglass")

// openDatabase opens the file, which is made when missing. maxPages bounds its size for tests; 0: no bound.
func openDatabase(ctx context.Context, path string, maxPages int) (*database, error) {
	// SQLite would let everybody read it. A file that is there is not opened here: closing it would end the locks that
	// another store of this process holds on it (POSIX).
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_ = f.Close()
	} else if !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	if err := inspect(ctx, path); err != nil {
		return nil, err
	}
	// auto_vacuum counts only before the first table and before WAL.
	pragmas := []string{
		fmt.Sprintf("busy_timeout(%d)", busyWait), "auto_vacuum(incremental)", "journal_mode(wal)", "synchronous(normal)",
		fmt.Sprintf("cache_size(-%d)", pageCache), "temp_store(memory)",
	}
	if maxPages > 0 {
		pragmas = append(pragmas, fmt.Sprintf("max_page_count(%d)", maxPages))
	}
	d := &database{path: path}
	if d.w, err = connect(path, "immediate", pragmas, "rw"); err != nil {
		return nil, err
	}
	d.w.SetMaxOpenConns(1)
	if err = d.prepare(ctx); err != nil {
		return nil, errors.Join(err, d.close())
	}
	if d.r, err = connect(path, "deferred", []string{fmt.Sprintf("busy_timeout(%d)", busyWait), fmt.Sprintf("cache_size(-%d)", pageCache), "query_only(1)"}, "rw"); err != nil {
		return nil, errors.Join(err, d.close())
	}
	d.r.SetMaxIdleConns(readers) // no more than that stay; a scan whose reader reads on needs a further one, so none waits
	d.file, err = os.Stat(path)
	return d, err
}

func connect(path, lock string, pragmas []string, mode string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	slash := filepath.ToSlash(abs)
	if !strings.HasPrefix(slash, "/") { // a drive letter
		slash = "/" + slash
	}
	u := url.URL{Scheme: "file", Path: slash, RawQuery: url.Values{"_pragma": pragmas, "_txlock": {lock}, "mode": {mode}}.Encode()}
	return sql.Open("sqlite", u.String())
}

// inspect looks whose file it is, and whether it is whole, without changing a byte of it: to be opened for writing is
// enough to change another program's.
func inspect(ctx context.Context, path string) error {
	st, err := os.Stat(path)
	if err != nil || st.Size() == 0 {
		return err
	}
	wal, _ := os.Stat(path + "-wal")
	db, err := connect(path, "deferred", []string{fmt.Sprintf("busy_timeout(%d)", busyWait), "query_only(1)"}, "ro")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	var app, version, tables, page, pages int64
	for pragma, v := range map[string]*int64{"application_id": &app, "user_version": &version, "page_size": &page, "page_count": &pages} {
		if err := db.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(v); err != nil {
			return err
		}
	}
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master").Scan(&tables); err != nil {
		return err
	}
	switch {
	case tables == 0 && app == 0 && version == 0: // begun and not finished
	case app != appID:
		return errForeign
	case version > schemaVersion:
		return errNewer
	case (wal == nil || wal.Size() == 0) && st.Size() < page*pages:
		return fmt.Errorf("it has %d bytes of %d: %w", st.Size(), page*pages, errDamaged)
	}
	return nil
}

// prepare makes the tables of a new file. It reads a page or two: the size does not matter.
func (d *database) prepare(ctx context.Context) error {
	var tables int
	if err := d.w.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master").Scan(&tables); err != nil {
		return err
	}
	if tables == 0 {
		return d.create(ctx)
	}
	var run sql.NullInt64
	if err := d.w.QueryRowContext(ctx, "SELECT max(run) FROM run").Scan(&run); err != nil {
		return err
	}
	return d.w.QueryRowContext(ctx, "SELECT count(*) FROM capture WHERE run = ?", run.Int64).Scan(&tables)
}

func (d *database) create(ctx context.Context) error {
	tx, err := d.w.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	var tables int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master").Scan(&tables); err != nil || tables > 0 {
		return err // another window was first
	}
	if _, err := tx.ExecContext(ctx, schema+fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;", appID, schemaVersion)); err != nil {
		return err
	}
	return tx.Commit()
}

// close ends the connections; the last one of all programs folds the WAL into the file.
func (d *database) close() error {
	var errs []error
	for _, db := range []*sql.DB{d.r, d.w} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// size is what the file takes on disk with the files beside it, and how much of it is in use; in bytes.
func (d *database) size(ctx context.Context) (disk, used int64, err error) {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if st, err := os.Stat(d.path + suffix); err == nil {
			disk += st.Size()
		} else if suffix == "" {
			return 0, 0, err
		}
	}
	var page, pages, free int64
	for pragma, v := range map[string]*int64{"page_size": &page, "page_count": &pages, "freelist_count": &free} {
		if err := d.r.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(v); err != nil {
			return 0, 0, err
		}
	}
	return disk, (pages - free) * page, nil
}

// damaged says that an error tells of a file that is no (whole) database any more.
func damaged(err error) bool {
	return errors.Is(err, errDamaged) || isCode(err, sqlitelib.SQLITE_CORRUPT, sqlitelib.SQLITE_NOTADB)
}

// full says that there is no room on the disk.
func full(err error) bool {
	return isCode(err, sqlitelib.SQLITE_FULL) || errors.Is(err, syscall.ENOSPC)
}

// refused says that the file or folder may not be written.
func refused(err error) bool {
	return isCode(err, sqlitelib.SQLITE_READONLY, sqlitelib.SQLITE_CANTOPEN, sqlitelib.SQLITE_PERM) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}

func isCode(err error, codes ...int) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	for _, c := range codes {
		if e.Code()&0xff == c {
			return true
		}
	}
	return false
}
