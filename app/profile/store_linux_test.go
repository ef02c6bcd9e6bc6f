package profile

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// asNobody runs fn without root's right to write everywhere.
func asNobody(fn func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // not unlocked: the thread ends with the goroutine
		if os.Geteuid() == 0 {
			_, _ = unix.SetfsuidRetUid(65534)
		}
		fn()
	}()
	<-done
}

func TestReadOnlyFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	s := openStore(t, dir)
	a := put(t, s, server("a"))
	text := readText(t, s.Path())
	for path, mode := range map[string]os.FileMode{s.Path(): 0o444, filepath.Join(dir, lockName): 0o666, dir: 0o555} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	asNobody(func() {
		if err := s.Delete(a.ID); !errors.Is(err, ErrReadOnly) || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("Delete: %v", err)
		}
		if _, err := s.Put(server("b")); !errors.Is(err, ErrReadOnly) {
			t.Errorf("Put: %v", err)
		}
		if _, err := s.Restore(""); !errors.Is(err, ErrNotFound) {
			t.Errorf("Restore of what was not deleted: %v", err)
		}
	})
	if names(s) != "a" || readText(t, s.Path()) != text {
		t.Errorf("list %q", names(s))
	}
	if err := os.Chmod(s.Path(), 0o000); err != nil {
		t.Fatal(err)
	}
	asNobody(func() {
		_, err := s.Put(server("b"))
		var fe *FileError
		if !errors.As(err, &fe) || fe.Reason != "read: permission denied" || names(s) != "a" {
			t.Errorf("unreadable: %v", err)
		}
	})
}
