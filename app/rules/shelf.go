package rules

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/internal/atomicfile"
)

const (
	fileVersion = 1
	maxFile     = 16 << 20               // bytes of a file that is read or written
	lookEvery   = 200 * time.Millisecond // how often the file is looked at for outside edits while its list is in use
)

// shelf is a list kept in one JSON file: read again when somebody else changed it, written whole. Its methods are safe
// for concurrent use.
type shelf[T any] struct {
	path  string
	clean func([]T) []T // what a list may hold: bounds, ids

	mu     sync.Mutex
	items  []T
	sum    [32]byte
	stamp  time.Time // of the file, when it was read or written
	size   int64
	looked time.Time
	rev    uint64 // grows with every change of items
	err    string // why the file is not as shown
}

type document[T any] struct {
	Version int `json:"version"`
	Items   []T `json:"items"`
}

func newShelf[T any](path string, clean func([]T) []T) *shelf[T] {
	return &shelf[T]{path: path, clean: clean}
}

// all returns the list as it is in the file now; rev grows with each change.
func (s *shelf[T]) all() (items []T, rev uint64, problem string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.looked) >= lookEvery {
		s.look()
	}
	return s.items, s.rev, s.err
}

// look reads the file when it changed. The lock is held.
func (s *shelf[T]) look() {
	s.looked = time.Now()
	st, err := os.Stat(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if !s.stamp.IsZero() {
			s.items, s.stamp, s.size, s.sum, s.err = nil, time.Time{}, 0, [32]byte{}, ""
			s.rev++
		}
		return
	case err != nil:
		s.err = fmt.Sprintf("%s cannot be read: %v", s.path, err)
		return
	case st.ModTime().Equal(s.stamp) && st.Size() == s.size:
		return
	}
	if st.Size() > maxFile {
		s.err = fmt.Sprintf("%s is larger than %d MiB: it is not read", s.path, maxFile>>20)
		return
	}
	data, err := os.ReadFile(s.path)
	if err != nil {
		s.err = fmt.Sprintf("%s cannot be read: %v", s.path, err)
		return
	}
	s.stamp, s.size = st.ModTime(), st.Size()
	if sum := sha256.Sum256(data); sum != s.sum {
		s.sum = sum
		s.read(data)
	}
}

// read takes the file's bytes. One that cannot be read is set aside, and the list stays as it was last.
func (s *shelf[T]) read(data []byte) {
	var doc document[T]
	err := json.Unmarshal(data, &doc)
	switch {
	case err == nil && doc.Version == fileVersion:
		s.items, s.err = s.clean(doc.Items), ""
		s.rev++
		return
	case err == nil && doc.Version > fileVersion:
		s.err = fmt.Sprintf("%s was written by a newer version of this program (format %d): it is left alone", s.path, doc.Version)
		return
	case err == nil:
		err = fmt.Errorf("its version is %d, not %d", doc.Version, fileVersion)
	}
	aside := fmt.Sprintf("%s.broken-%s", s.path, time.Now().UTC().Format("20060102-150405.000"))
	if move := os.Rename(s.path, aside); move != nil {
		s.err = fmt.Sprintf("%s cannot be read (%v) nor set aside: nothing is written", s.path, err)
		return
	}
	s.stamp, s.size, s.sum = time.Time{}, 0, [32]byte{}
	s.err = fmt.Sprintf("%s could not be read (%v): it was set aside as %s", s.path, err, filepath.Base(aside))
}

// change applies edit to a copy of the list as it is in the file now and writes it.
func (s *shelf[T]) change(edit func([]T) ([]T, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look()
	if _, err := os.Stat(s.path); err == nil && s.err != "" {
		return errors.New(s.err) // what stands there is not what is shown: it is not written over
	}
	items, err := edit(append([]T(nil), s.items...))
	if err != nil {
		return err
	}
	data, err := encode(document[T]{fileVersion, s.clean(items)})
	if err != nil {
		return fmt.Errorf("write %s: %w", s.path, err)
	}
	if len(data) > maxFile {
		return fmt.Errorf("write %s: it would be larger than %d MiB", s.path, maxFile>>20)
	}
	if err := atomicfile.Replace(s.path, data); err != nil {
		return fmt.Errorf("write %s: %w", s.path, err)
	}
	s.items, s.sum, s.err = s.clean(items), sha256.Sum256(data), ""
	s.rev++
	if st, err := os.Stat(s.path); err == nil {
		s.stamp, s.size = st.ModTime(), st.Size()
	}
	return nil
}

func encode(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return out.Bytes(), err
}
