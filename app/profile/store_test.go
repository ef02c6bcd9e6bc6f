package profile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func openStore(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func put(t *testing.T, s *Store, p Profile) Profile {
	t.Helper()
	got, err := s.Put(p)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func server(name string) Profile {
	return Profile{Name: name, Transport: HTTP, URL: "https://h.example/mcp"}
}

func names(s *Store) string {
	var out []string
	for _, p := range s.List() {
		out = append(out, p.Name)
	}
	return strings.Join(out, " ")
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not reached: %s", what)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func readText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestStore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	s := openStore(t, dir)
	yes := true
	a := put(t, s, Profile{
		Name: "a", Color: "teal", Group: "g", Transport: Stdio, Command: "npx", Args: []string{"-y", "", "<&>"},
		Env: []Value{{Name: "TOKEN", Value: "hunter2", Secret: true}, {Name: "B", Value: "b"}}, Cwd: "/x", LoginShellPath: &yes,
		Era: Era{Mode: "legacy", Version: "2025-06-18"}, Timeouts: Timeouts{Connect: 1, Probe: 2, Request: 3},
	})
	if len(a.ID) != 16 || a.Env[0].Value != "" {
		t.Errorf("saved %+v", a)
	}
	put(t, s, server("b"))
	c := put(t, s, server("c"))
	if runtime.GOOS != "windows" {
		for path, want := range map[string]os.FileMode{dir: 0o700, s.Path(): 0o600} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %v, %v", path, info.Mode(), err)
			}
		}
	}
	if text := readText(t, s.Path()); strings.Contains(text, "hunter2") || !strings.Contains(text, `"<&>"`) {
		t.Errorf("file: %s", text)
	}
	if d := cmp.Diff(s.List(), openStore(t, dir).List()); d != "" {
		t.Errorf("read again (-want +got):\n%s", d)
	}

	copied, err := s.Duplicate(a.ID)
	if err != nil || copied.Name != "a copy" || copied.ID == a.ID || names(s) != "a a copy b c" {
		t.Errorf("Duplicate: %+v, %v: %s", copied, err, names(s))
	}
	if again, _ := s.Duplicate(a.ID); again.Name != "a copy 2" {
		t.Errorf("second copy: %s", again.Name)
	}
	if err := s.Reorder([]string{c.ID, a.ID}); err != nil || names(s) != "c a a copy 2 a copy b" {
		t.Errorf("Reorder: %v: %s", err, names(s))
	}
	if err := s.Reorder([]string{"none"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("Reorder of an unknown: %v", err)
	}
	if err := errors.Join(s.Delete(a.ID), s.Delete(copied.ID)); err != nil || names(s) != "c a copy 2 b" {
		t.Errorf("Delete: %v: %s", err, names(s))
	}
	if err := s.Delete(a.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("second Delete: %v", err)
	}
	back, err := s.Restore(a.ID)
	if err != nil || names(s) != "c a a copy 2 b" {
		t.Errorf("Restore: %v: %s", err, names(s))
	}
	if d := cmp.Diff(a, back); d != "" {
		t.Errorf("restored (-want +got):\n%s", d)
	}
	if last, err := s.Restore(""); err != nil || last.ID != copied.ID || names(s) != "c a a copy 2 a copy b" {
		t.Errorf("Restore of the last: %v: %s", err, names(s))
	}
	if _, err := s.Restore(""); !errors.Is(err, ErrNotFound) {
		t.Errorf("Restore of nothing: %v", err)
	}
	p, _ := s.Get(a.ID)
	p.Args[0] = "changed" // a copy
	if q, _ := s.Get(a.ID); q.Args[0] != "-y" {
		t.Error("Get hands out its own")
	}
	if _, err := s.PutAll([]Profile{server("x"), {Name: "bad"}}); err == nil || strings.Contains(names(s), "x") {
		t.Errorf("PutAll with a bad one: %v: %s", err, names(s))
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Error(err)
	}
	if _, err := s.Put(server("y")); !errors.Is(err, ErrClosed) {
		t.Errorf("Put after Close: %v", err)
	}
	left, _ := filepath.Glob(filepath.Join(dir, ".*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestOutsideEdit(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	put(t, s, server("a"))
	var calls atomic.Int32
	s.OnChange(func() { calls.Add(1) })
	good := readText(t, s.Path())
	write(t, s.Path(), strings.Replace(good, `"name": "a"`, `"name": "edited"`, 1))
	until(t, "the edit", func() bool { return calls.Load() > 0 && names(s) == "edited" })

	before := calls.Load()
	write(t, s.Path(), good[:len(good)/2])
	until(t, "the broken file", func() bool { return calls.Load() > before && s.FileError() != nil })
	if names(s) != "edited" {
		t.Errorf("the last good list is lost: %q", names(s))
	}
	write(t, s.Path(), good)
	until(t, "the mended file", func() bool { return s.FileError() == nil && names(s) == "a" })

	if err := os.Remove(s.Path()); err != nil {
		t.Fatal(err)
	}
	put(t, s, server("b"))
	if names(openStore(t, dir)) != "a b" {
		t.Errorf("after the file was removed: %q", names(s))
	}
	before = calls.Load()
	put(t, s, server("c"))
	time.Sleep(3 * settle) // nothing to poll for: no call may come
	if calls.Load() != before {
		t.Error("OnChange was called for an own write")
	}
}

func TestStaleChangeIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	a, b := put(t, s, server("a")), put(t, s, server("b"))
	// No watcher between the edit and the change: both happen under the store's eyes.
	edit := func(from, to string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		text := readText(t, s.Path())
		if !strings.Contains(text, from) {
			t.Fatalf("%s is not in %s", from, text)
		}
		write(t, s.Path(), strings.Replace(text, from, to, 1))
	}
	stale := func(change func() error) {
		t.Helper()
		edit(`"name": "a"`, `"name": "outside"`)
		err := change()
		if !errors.Is(err, ErrChanged) && names(s) != "outside b" { // or the watcher was first, then the change is based on the edit
			t.Errorf("err = %v, list %q", err, names(s))
		}
		if err != nil && (!strings.Contains(err.Error(), `server "outside" was changed in the file`) || names(s) != "outside b") {
			t.Errorf("err = %v, list %q", err, names(s))
		}
	}
	stale(func() error { a.Group = "x"; _, err := s.Put(a); return err })
	edit(`"name": "outside"`, `"name": "outside 2"`)
	b.Group = "g"
	if _, err := s.Put(b); err != nil || names(s) != "outside 2 b" { // another server: applied to the fresh list
		t.Errorf("Put of another: %v, %q", err, names(s))
	}
}

func TestTwoStores(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for i := range 3 {
		s := openStore(t, dir)
		wg.Go(func() {
			for n := range 15 {
				if _, err := s.Put(server(fmt.Sprintf("s%d-%d", i, n))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := len(openStore(t, dir).List()); n != 45 {
		t.Errorf("%d servers, want 45", n)
	}
}

func TestFolderThatIsNone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f")
	write(t, file, "x")
	s := openStore(t, filepath.Join(file, "sub"))
	if e := s.FileError(); e == nil || e.Hint == "" {
		t.Fatalf("FileError = %v", e)
	}
	if _, err := s.Put(server("a")); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Put: %v", err)
	}
	if _, err := Open(""); err == nil {
		t.Error("Open of nothing")
	}
}

func TestSymlinkStays(t *testing.T) {
	dir, real := t.TempDir(), filepath.Join(t.TempDir(), "real.json")
	write(t, real, `{"servers":[]}`)
	if err := os.Symlink(real, filepath.Join(dir, fileName)); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	s := openStore(t, dir)
	put(t, s, server("a"))
	if info, err := os.Lstat(s.Path()); err != nil || info.Mode()&os.ModeSymlink == 0 || !strings.Contains(readText(t, real), `"a"`) {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// TestReload: what was edited is in the list when Reload returns, before the watching settles, and is told of.
func TestReload(t *testing.T) {
	s := openStore(t, t.TempDir())
	put(t, s, server("a"))
	var told atomic.Int32
	s.OnChange(func() { told.Add(1) })
	write(t, s.Path(), "{")
	s.Reload()
	if fe := s.FileError(); fe == nil || names(s) != "a" {
		t.Errorf("broken: %v, list %q", fe, names(s))
	}
	write(t, s.Path(), `{"servers": [{"name": "b", "transport": "http", "url": "https://h.example/"}]}`)
	s.Reload()
	if fe := s.FileError(); fe != nil || names(s) != "b" {
		t.Errorf("mended: %v, list %q", fe, names(s))
	}
	until(t, "the change to be told", func() bool { return told.Load() > 0 })
}
