package capture

import (
	"context"
	"fmt"
)

// maxMarks bounds the marked entries: all are in memory.
const maxMarks = 10_000

// Mark is what the user put on an entry. A pinned entry keeps its capture from being deleted to make room.
type Mark struct {
	Seq     uint64 `json:"seq"`
	Conn    string `json:"-"`
	Comment string `json:"comment"`
	Pinned  bool   `json:"pinned"`
}

// markKey names an entry.
type markKey struct {
	run uint32
	seq uint64
}

// Marked says whether any entry has a mark.
func (s *Store) Marked() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.marks) > 0
}

// Mark is the mark of an entry, zero when it has none. Run 0 is this run.
func (s *Store) Mark(run uint32, seq uint64) Mark {
	s.mu.Lock()
	defer s.mu.Unlock()
	if run == 0 {
		run = s.run
	}
	return s.marks[markKey{run, seq}]
}

// SetMark marks an entry; without comment and pin the mark is taken away.
func (s *Store) SetMark(ctx context.Context, run uint32, m Mark) error {
	if len(m.Comment) > MaxComment {
		return fmt.Errorf("mark entry: %d bytes are more than %d", len(m.Comment), MaxComment)
	}
	return s.ask(ctx, func(ctx context.Context) error {
		s.mu.Lock()
		db := s.db
		if run == 0 {
			run = s.run
		}
		_, file := s.files[run]
		count := len(s.marks)
		s.mu.Unlock()
		k := markKey{run, m.Seq}
		var err error
		switch {
		case file:
			return fmt.Errorf("mark entry: its capture was opened from a file, which is only read")
		case db == nil:
			return s.trouble()
		case m.Comment == "" && !m.Pinned:
			_, err = db.w.ExecContext(ctx, "DELETE FROM mark WHERE run = ? AND seq = ?", run, m.Seq)
		case count >= maxMarks:
			return fmt.Errorf("mark entry: %d entries are marked, and no more can be", count)
		default:
			_, err = db.w.ExecContext(ctx, "INSERT OR REPLACE INTO mark (run, seq, conn, comment, pinned) VALUES (?, ?, ?, ?, ?)", run, m.Seq, m.Conn, m.Comment, m.Pinned)
		}
		if err != nil {
			return fmt.Errorf("mark entry: %w", err)
		}
		s.mu.Lock()
		if m.Comment == "" && !m.Pinned {
			delete(s.marks, k)
		} else {
			s.marks[k] = m
		}
		s.mu.Unlock()
		s.changed()
		return nil
	})
}

// readMarks reads all marks.
func readMarks(ctx context.Context, db *database) (map[markKey]Mark, error) {
	rows, err := db.r.QueryContext(ctx, "SELECT run, seq, conn, comment, pinned FROM mark LIMIT ?", maxMarks)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := map[markKey]Mark{}
	for rows.Next() {
		var k markKey
		var m Mark
		if err := rows.Scan(&k.run, &m.Seq, &m.Conn, &m.Comment, &m.Pinned); err != nil {
			return nil, err
		}
		k.seq = m.Seq
		out[k] = m
	}
	return out, rows.Err()
}
