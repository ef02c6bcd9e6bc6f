package capture

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// undoFor is how long a deleted capture can be had back.
	undoFor = 30 * time.Second
	// MaxName bounds the name that the user gives, in bytes.
	MaxName = 200
	// MaxComment bounds a comment, in bytes.
	MaxComment = 16 << 10
)

// Capture is what one connection left. Times are Unix microseconds.
type Capture struct {
	ID        string `json:"id"` // "run:conn"
	Run       uint32 `json:"run"`
	Conn      string `json:"conn"`    // id of the connection in its run
	Profile   string `json:"profile"` // id of the server's profile then
	Server    string `json:"server"`  // its name then
	Transport string `json:"transport"`
	Target    string `json:"target"` // URL or command as shown, credentials masked
	Began     int64  `json:"began"`
	Last      int64  `json:"last"`    // time of the newest entry
	Ended     int64  `json:"ended"`   // 0: connected, in this window or another
	Entries   int64  `json:"entries"` //
	Bytes     int64  `json:"bytes"`   // true length of its bodies
	Errors    int64  `json:"errors"`  // entries that tell of something gone wrong
	Name      string `json:"name"`    // given by the user
	Comment   string `json:"comment"` // given by the user
	Pinned    bool   `json:"pinned"`  // retention leaves it alone
	Current   bool   `json:"current"` // of this run of the program
	File      string `json:"file"`    // opened from this file, read-only; else empty
}

func (c *Capture) fill(run uint32) {
	c.ID = fmt.Sprintf("%d:%s", c.Run, c.Conn)
	c.Current = c.File == "" && c.Run == run
}

// ParseID reads "run:conn".
func ParseID(id string) (run uint32, conn string, err error) {
	n, conn, ok := strings.Cut(id, ":")
	v, err := strconv.ParseUint(n, 10, 32)
	if !ok || err != nil {
		return 0, "", fmt.Errorf("find capture %q: it has no such form", id)
	}
	return uint32(v), conn, nil
}

// Run is the number of this run of the program in the file; 0 while it has none.
func (s *Store) Run() uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.run
}

// State is what the window says about the store.
func (s *Store) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Begin records a connection of this run. Its counts are the store's.
func (s *Store) Begin(c Capture) { s.edit(c.Conn, func(now *Capture) { c.Run, *now = now.Run, c }) }

// Describe changes what is known of a connection of this run.
func (s *Store) Describe(conn string, change func(*Capture)) { s.edit(conn, change) }

// End notes that a connection of this run is over.
func (s *Store) End(conn string, at time.Time) {
	s.edit(conn, func(c *Capture) { c.Ended = at.UnixMicro() })
}

func (s *Store) edit(conn string, change func(*Capture)) {
	s.mu.Lock()
	c := s.captures[conn]
	if c == nil {
		c = &Capture{Conn: conn, Run: s.run, Began: time.Now().UnixMicro()}
		s.captures[conn] = c
	}
	entries, bytes, errors, last := c.Entries, c.Bytes, c.Errors, c.Last
	change(c)
	c.Conn, c.Run, c.Entries, c.Bytes, c.Errors, c.Last = conn, s.run, entries, bytes, errors, max(last, c.Began)
	s.dirty[conn] = true
	s.mu.Unlock()
	s.ring()
}

func (s *Store) anyDirty() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.dirty) > 0
}

// captures writes the rows of the captures that a batch adds to or that changed, and returns them.
func (b *batch) captures() (map[string]Capture, error) {
	b.s.mu.Lock()
	out := map[string]Capture{}
	for conn := range b.s.dirty {
		out[conn] = *b.s.captures[conn]
	}
	for conn, n := range b.counts {
		c := Capture{Conn: conn, Run: b.run, Began: n.first}
		if now := b.s.captures[conn]; now != nil {
			c = *now
		}
		if c.Began == 0 { // what a file tells of a connection does not say when
			c.Began = n.first
		}
		c.Entries, c.Bytes, c.Errors, c.Last = c.Entries+n.entries, c.Bytes+n.bytes, c.Errors+n.errors, max(c.Last, n.last)
		out[conn] = c
	}
	b.s.mu.Unlock()
	for _, c := range out {
		// The user's words are another window's to change: they are written once.
		err := b.exec(`INSERT INTO capture (run, conn, profile, server, transport, target, began, last, ended, entries, bytes, errors, name, comment, pinned)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET profile = excluded.profile, server = excluded.server,
			transport = excluded.transport, target = excluded.target, last = excluded.last, ended = excluded.ended, entries = excluded.entries,
			bytes = excluded.bytes, errors = excluded.errors`,
			b.run, c.Conn, c.Profile, c.Server, c.Transport, c.Target, c.Began, c.Last, c.Ended, c.Entries, c.Bytes, c.Errors, c.Name, c.Comment, c.Pinned)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

const captureFields = "run, conn, profile, server, transport, target, began, last, ended, entries, bytes, errors, name, comment, pinned"

func scanCapture(row oneRow) (c Capture, err error) {
	err = row.Scan(&c.Run, &c.Conn, &c.Profile, &c.Server, &c.Transport, &c.Target, &c.Began, &c.Last, &c.Ended, &c.Entries, &c.Bytes, &c.Errors, &c.Name, &c.Comment, &c.Pinned)
	return c, err
}

// List returns every capture that was not deleted, the newest first: those of this run, of earlier ones, of other
// windows, and of opened files. While the file cannot be read it has those of this run alone.
func (s *Store) List(ctx context.Context) []Capture {
	select {
	case <-s.opened:
	case <-ctx.Done():
	}
	s.mu.Lock()
	db, run := s.db, s.run
	mine := map[string]Capture{}
	for conn, c := range s.captures {
		if !s.hidden[run][conn] {
			mine[conn] = *c
		}
	}
	files := maps.Clone(s.files)
	s.mu.Unlock()
	var out []Capture
	if db != nil {
		out, _ = listCaptures(ctx, db.r) // what cannot be read is not listed: the writer meets the same error and tells
	}
	for i, c := range out {
		if c.Run != run {
			continue
		}
		if now, ok := mine[c.Conn]; ok {
			now.Name, now.Comment, now.Pinned = c.Name, c.Comment, c.Pinned
			out[i] = now
			delete(mine, c.Conn)
		}
	}
	out = slices.AppendSeq(out, maps.Values(mine))
	for run, f := range files {
		more, _ := listCaptures(ctx, f.db.r)
		for i := range more {
			more[i].File, more[i].Run = f.file, run
		}
		out = append(out, more...)
	}
	for i := range out {
		out[i].fill(run)
	}
	slices.SortFunc(out, func(a, b Capture) int { return cmp.Or(cmp.Compare(b.Began, a.Began), cmp.Compare(a.ID, b.ID)) })
	return out
}

func listCaptures(ctx context.Context, db *sql.DB) ([]Capture, error) {
	rows, err := db.QueryContext(ctx, "SELECT "+captureFields+" FROM capture WHERE deleted = 0")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []Capture
	for rows.Next() {
		c, err := scanCapture(rows)
		if err != nil {
			return out, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// SetName names a capture; an empty name takes it away.
func (s *Store) SetName(ctx context.Context, id, name string) error {
	if len(name) > MaxName {
		return fmt.Errorf("name capture: %d bytes are more than %d", len(name), MaxName)
	}
	return s.set(ctx, id, "name", name, func(c *Capture) { c.Name = name })
}

// SetComment sets the comment of a capture.
func (s *Store) SetComment(ctx context.Context, id, comment string) error {
	if len(comment) > MaxComment {
		return fmt.Errorf("comment capture: %d bytes are more than %d", len(comment), MaxComment)
	}
	return s.set(ctx, id, "comment", comment, func(c *Capture) { c.Comment = comment })
}

// SetPinned keeps a capture from being deleted to make room.
func (s *Store) SetPinned(ctx context.Context, id string, pinned bool) error {
	return s.set(ctx, id, "pinned", pinned, func(c *Capture) { c.Pinned = pinned })
}

// set changes one of the user's fields of a capture.
func (s *Store) set(ctx context.Context, id, field string, value any, mine func(*Capture)) error {
	return s.onCapture(ctx, id, func(ctx context.Context, db *database, run uint32, conn string) error {
		s.mu.Lock()
		c := s.captures[conn]
		current := run == s.run && c != nil
		if current {
			mine(c)
		}
		s.mu.Unlock()
		if db == nil && current {
			return nil // it is written with the capture
		}
		if db == nil {
			return s.trouble()
		}
		res, err := db.w.ExecContext(ctx, "UPDATE capture SET "+field+" = ? WHERE run = ? AND conn = ?", value, run, conn)
		if err != nil {
			return fmt.Errorf("change capture %s: %w", id, err)
		}
		if n, _ := res.RowsAffected(); n == 0 && !current {
			return fmt.Errorf("change capture %s: it is not there any more", id)
		}
		s.changed()
		return nil
	})
}

// onCapture runs do on the store's goroutine; the run of an id that says 0 is this one.
func (s *Store) onCapture(ctx context.Context, id string, do func(ctx context.Context, db *database, run uint32, conn string) error) error {
	run, conn, err := ParseID(id)
	if err != nil {
		return err
	}
	return s.ask(ctx, func(ctx context.Context) error {
		s.mu.Lock()
		db := s.db
		if run == 0 {
			run = s.run
		}
		_, file := s.files[run]
		s.mu.Unlock()
		if file {
			return fmt.Errorf("change capture %s: it was opened from a file, which is only read", id)
		}
		return do(ctx, db, run, conn)
	})
}
