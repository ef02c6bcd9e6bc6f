package profile

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

var errNotRegular = errors.New("it is no regular file")

// read returns the file's content; exists is false when there is none.
func (s *Store) read() (data []byte, exists bool, err error) {
	// Looked at before it is opened: opening a named pipe would wait for ever.
	info, err := os.Stat(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if !info.Mode().IsRegular() {
		return nil, true, errNotRegular
	}
	f, err := os.Open(s.path)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	data, err = io.ReadAll(io.LimitReader(f, MaxFile+1))
	return data, true, err
}

// refresh reads the file when it is not what was last read. It reports whether anything changed. Under mu.
func (s *Store) refresh() bool {
	data, exists, err := s.read()
	before := s.fileErr
	switch {
	case err != nil:
		s.fileErr = s.ioError("read", err)
		return before == nil || before.Error() != s.fileErr.Error()
	case !exists:
		// Gone, or an editor is about to put the new one there: the list stays, the next save writes it again.
		s.fileErr, s.exists, s.sum = s.folderError(), false, [32]byte{}
		return (before == nil) != (s.fileErr == nil)
	case len(data) > MaxFile:
		s.fileErr = &FileError{
			Path: s.path, Reason: fmt.Sprintf("the file is larger than %d MiB", MaxFile>>20),
			Hint: "move it away; until then it is left as it is and nothing is saved",
		}
		return before == nil || before.Error() != s.fileErr.Error()
	}
	sum := sha256.Sum256(data)
	if s.exists && sum == s.sum && (before == nil || before.Err == nil) {
		return false
	}
	s.exists, s.sum = true, sum
	doc, ferr := parseDocument(s.path, data)
	if ferr == nil || doc.servers != nil {
		s.doc = doc
	}
	s.fileErr = ferr
	return true
}

// folderError says that the folder is missing and cannot be made, else nil.
func (s *Store) folderError() *FileError {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return s.ioError("make the folder", err)
	}
	return nil
}

func (s *Store) ioError(what string, err error) *FileError {
	reason := err.Error()
	var pe *fs.PathError
	if errors.As(err, &pe) {
		reason = pe.Err.Error()
	}
	return &FileError{Path: s.path, Reason: what + ": " + reason, Hint: "nothing is saved until that is mended", Err: err}
}
