package profile

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// errMoved: the file was changed between reading and writing.
var errMoved = errors.New("the file changed while it was written")

// change applies fn to the list as it is in the file now and writes it. known is the list as this store last
// showed it. An error of fn, a file that cannot be read and a failed write leave everything as it was.
func (s *Store) change(what string, fn func(fresh *document, known document) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	known := s.doc
	if s.fileErr != nil && s.refresh() { // it may be mended by now
		s.tell()
	}
	if s.fileErr != nil {
		return s.fileErr
	}
	unlock, err := lockFile(filepath.Join(s.dir, lockName), lockWait)
	if err != nil {
		return fmt.Errorf("%s: %w: %w", what, ErrReadOnly, err)
	}
	defer unlock()
	for range writeTries {
		err = s.tryChange(known, fn)
		if !errors.Is(err, errMoved) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func (s *Store) tryChange(known document, fn func(fresh *document, known document) error) error {
	if s.refresh() {
		s.tell()
	}
	if s.fileErr != nil {
		return s.fileErr
	}
	deleted := slices.Clone(s.deleted)
	fresh := s.doc.clone()
	err := fn(&fresh, known)
	if err == nil {
		err = s.store(fresh)
	}
	if err != nil {
		s.deleted = deleted
	}
	return err
}

// store writes a list and makes it the current one. What is written is read first as any file would be.
func (s *Store) store(fresh document) error {
	if len(fresh.servers) > MaxServers {
		return fmt.Errorf("the list would hold more than %d servers", MaxServers)
	}
	data, err := fresh.encode()
	if err != nil {
		return err
	}
	if len(data) > MaxFile {
		return fmt.Errorf("the file would be larger than %d MiB", MaxFile>>20)
	}
	doc, ferr := parseDocument(s.path, data)
	if ferr != nil {
		return fmt.Errorf("the list would not be readable: %s", ferr.Reason)
	}
	if err := s.write(data); err != nil {
		if errors.Is(err, errMoved) {
			return err
		}
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	s.doc, s.sum, s.exists = doc, sha256.Sum256(data), true
	return nil
}

// write replaces the file: a crash leaves the old one or the new one, never a part. A symbolic link stays one.
func (s *Store) write(data []byte) error {
	target := s.path
	if real, err := filepath.EvalSymlinks(s.path); err == nil {
		target = real
	}
	tmp, err := os.CreateTemp(filepath.Dir(target), ".profiles-*.tmp") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // fails after the rename, as it should
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Sync()
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	// Other programs do not take our lock: look once more, as late as possible.
	now, exists, err := s.read()
	if err != nil {
		return err
	}
	if exists != s.exists || exists && sha256.Sum256(now) != s.sum {
		return errMoved
	}
	return replaceFile(tmp.Name(), target)
}

// tell has the watcher's goroutine call OnChange.
func (s *Store) tell() {
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// lockWait bounds the wait for another process that is writing: writes take milliseconds.
const lockWait = 3 * time.Second

// pollLock tries until the lock is taken or lockWait is over.
func pollLock(wait time.Duration, try func() (bool, error)) error {
	for deadline := time.Now().Add(wait); ; time.Sleep(10 * time.Millisecond) {
		ok, err := try()
		if ok || err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("another process has held %s for %v", lockName, wait)
		}
	}
}
