package atomicfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	path, link, other := filepath.Join(dir, "new", "a"), filepath.Join(dir, "link"), filepath.Join(dir, "other")
	for _, text := range []string{"one", "two"} {
		if err := Replace(path, []byte(text)); err != nil || read(t, path) != text {
			t.Fatalf("%q: %v", text, err)
		}
	}
	if st, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}
	if err := os.Link(path, other); err != nil {
		t.Skip("no hard links here:", err)
	}
	if err := os.Symlink(path, link); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	if err := Replace(link, []byte("three")); err != nil {
		t.Fatal(err)
	}
	if st, err := os.Lstat(link); err != nil || st.Mode()&os.ModeSymlink == 0 || read(t, path) != "three" {
		t.Errorf("the link: %v, %v; it leads to %q", st.Mode(), err, read(t, path))
	}
	if read(t, other) != "two" {
		t.Error("the old file was written over, not replaced")
	}
}

func TestWhatFailsLeavesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := Replace(path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	err := Write(path, func(w io.Writer) error {
		_, _ = w.Write(make([]byte, 1<<20))
		return broken
	})
	if !errors.Is(err, broken) || read(t, path) != "old" {
		t.Errorf("%v; the file has %d bytes", err, len(read(t, path)))
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
