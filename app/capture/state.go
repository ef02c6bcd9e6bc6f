package capture

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// Mode says where entries go.
type Mode string

// The modes.
const (
	ModeDisk   Mode = "disk"
	ModeMemory Mode = "memory" // the log alone, which is bounded
)

// State is what the window says about the store.
type State struct {
	Mode     Mode   `json:"mode"`
	Path     string `json:"path"`
	Problem  string `json:"problem"`  // what is wrong, one sentence; empty: nothing
	Hint     string `json:"hint"`     // what to do about it
	Aside    string `json:"aside"`    // where a damaged file was put
	Bytes    int64  `json:"bytes"`    // on disk, exactly
	Used     int64  `json:"used"`     // of it holding something: the rest is filled before the file grows
	MaxBytes int64  `json:"maxBytes"` // above it the oldest captures leave
	// Overfull says that more is kept than that: what is left is pinned, or belongs to connections that are alive.
	Overfull bool `json:"overfull"`
}

func filePath(dir string) string { return filepath.Join(dir, FileName) }

// trouble is the problem as an error, nil when entries go to the file.
func (s *Store) trouble() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.Mode == ModeDisk {
		return nil
	}
	if s.state.Problem == "" {
		return errors.New("the capture store is not open yet")
	}
	return fmt.Errorf("%s %s", s.state.Problem, s.state.Hint)
}

// explain says in the window's words why the file cannot be used.
func explain(path string, err error) (problem, hint string) {
	const stays = "New entries are kept in memory until then."
	switch {
	case errors.Is(err, errNewer):
		return fmt.Sprintf("The captures in %s were written by a newer Sightglass.", path),
			"Update Sightglass, or move the file away. It is left as it is, and the entries of this run stay in memory."
	case errors.Is(err, errForeign):
		return fmt.Sprintf("%s is not a capture database of Sightglass.", path),
			"Move the file away. It is left as it is, and the entries of this run stay in memory."
	case damaged(err):
		return fmt.Sprintf("The captures in %s are damaged.", path), "The file is put aside, and a new one begun. " + stays
	case full(err):
		return fmt.Sprintf("The disk with %s is full.", path), "Make room on it, or delete captures: storing goes on by itself. " + stays
	case refused(err):
		return fmt.Sprintf("%s cannot be written.", path), "Give yourself write access to the folder: storing goes on by itself. " + stays
	}
	return fmt.Sprintf("The captures in %s cannot be used: %v.", path, err), "It is tried again by itself. " + stays
}

// asideName is where a damaged file goes: beside its place, with the time.
func asideName(path string, now time.Time) string {
	ext := filepath.Ext(path)
	return path[:len(path)-len(ext)] + "-damaged-" + now.Format("2006-01-02T150405.000") + ext
}
