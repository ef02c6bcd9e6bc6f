package snapshots

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/sightglass-dev/sightglass/app/drift"
)

const key = "0123456789abcdef"

func snap(at int64, tools ...string) *drift.Snapshot {
	s := &drift.Snapshot{At: at * 1e6, Protocol: "2025-11-25", Server: json.RawMessage(`{"version":"1.2"}`), Tools: drift.Part{State: drift.Complete}}
	for _, t := range tools {
		s.Tools.Items = append(s.Tools.Items, json.RawMessage(`{"name":"`+t+`"}`))
	}
	s.Tidy()
	return s
}

func keep(t *testing.T, s *Shelf, snap *drift.Snapshot) Head {
	t.Helper()
	h, _, err := s.Keep(key, snap)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func list(t *testing.T, s *Shelf) []Head {
	t.Helper()
	heads, _, err := s.List(key)
	if err != nil {
		t.Fatal(err)
	}
	return heads
}

func TestKeep(t *testing.T) {
	s := New(filepath.Join(t.TempDir(), "snapshots"))
	if got := list(t, s); len(got) != 0 {
		t.Errorf("nothing is kept: %v", got)
	}
	first := keep(t, s, snap(100, "a", "b"))
	again, fresh, err := s.Keep(key, snap(200, "b", "a"))
	if err != nil || fresh || again.ID != first.ID {
		t.Errorf("the same interface: %+v, %v, %v", again, fresh, err)
	}
	second := keep(t, s, snap(300, "a"))
	got := list(t, s)
	if len(got) != 2 || got[0].ID != second.ID || !got[1].Baseline || got[0].Baseline || got[0].Version != "1.2" || got[1].Items != 2 || got[1].At != 100e6 {
		t.Errorf("%+v", got)
	}
	if err := s.Accept(key, second.ID); err != nil || !list(t, s)[0].Baseline {
		t.Errorf("accepted: %v", err)
	}
	if err := s.Delete(key, second.ID); err == nil {
		t.Error("the baseline was deleted")
	}
	if err := s.Name(key, first.ID, "  before\nthe  rewrite "); err != nil || list(t, s)[1].Name != "before the rewrite" {
		t.Errorf("named: %v, %+v", err, list(t, s))
	}
	if err := s.Name(key, second.ID, "before the rewrite"); err == nil {
		t.Error("two have one name")
	}
	if err := errors.Join(s.Delete(key, first.ID)); err != nil || len(list(t, s)) != 1 {
		t.Errorf("deleted: %v", err)
	}
	if _, _, err := s.Load(key, first.ID); !errors.Is(err, ErrNone) {
		t.Errorf("deleted, and read: %v", err)
	}
	loaded, h, err := s.Load(key, second.ID)
	if err != nil || h.Digest != loaded.Digest() || loaded.Items() != 1 {
		t.Errorf("%+v, %v", h, err)
	}
}

// A list that was refused is not lost: what was known of it is carried along.
func TestKeepRefused(t *testing.T) {
	s := New(t.TempDir())
	first := keep(t, s, snap(100, "a"))
	refused := snap(200)
	refused.Tools = drift.Part{State: drift.Unread, Why: "401"}
	if h, fresh, err := s.Keep(key, refused); err != nil || fresh || h.ID != first.ID {
		t.Errorf("%+v, %v, %v", h, fresh, err)
	}
	if refused.Tools.State != drift.Unread {
		t.Error("the caller's snapshot was changed")
	}
}

func TestPrune(t *testing.T) {
	s := New(t.TempDir())
	var named Head
	for i := range MaxKept + 10 {
		h := keep(t, s, snap(int64(1000+i), fmt.Sprint("t", i)))
		if i == 3 {
			named = h
			if err := s.Name(key, h.ID, "third"); err != nil {
				t.Fatal(err)
			}
		}
	}
	got := list(t, s)
	if len(got) != MaxKept || !got[len(got)-1].Baseline || got[len(got)-2].ID != named.ID || got[0].At != (1000+MaxKept+9)*1e6 {
		t.Errorf("%d kept, the oldest %+v", len(got), got[len(got)-2:])
	}
}

// A file that is damaged is set aside and told; one of a newer version is left alone; both are in nobody's way.
func TestFaults(t *testing.T) {
	dir := t.TempDir()
	s := New(dir)
	first, second, third := keep(t, s, snap(100, "a")), keep(t, s, snap(200, "b")), keep(t, s, snap(300, "c"))
	place := func(h Head) string { return filepath.Join(dir, key, h.ID+".json") }
	data, err := os.ReadFile(place(third))
	if err != nil {
		t.Fatal(err)
	}
	write := func(h Head, data []byte) {
		t.Helper()
		if err := os.WriteFile(place(h), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(second, data[:40]) // a part of a head
	write(third, bytes.Replace(data, []byte(`"formatVersion": 1`), []byte(`"formatVersion": 99`), 1))
	heads, problems, err := s.List(key)
	if err != nil || len(heads) != 2 || heads[0].ID != third.ID || !strings.Contains(heads[0].Problem, "newer version") || heads[1].ID != first.ID {
		t.Errorf("%+v, %v", heads, err)
	}
	if len(problems) != 1 || !strings.Contains(problems[0], "set aside as "+second.ID+".json.broken-") {
		t.Errorf("problems: %q", problems)
	}
	if _, _, err := s.Load(key, third.ID); err == nil || s.Delete(key, third.ID) == nil || s.Name(key, third.ID, "x") == nil {
		t.Errorf("a newer file was touched: %v", err)
	}
	after, err := os.ReadFile(place(third))
	if err != nil || !bytes.Contains(after, []byte(`"formatVersion": 99`)) {
		t.Errorf("the newer file: %v", err)
	}
	// The head is good, the rest is not.
	write(first, data[:len(data)-20])
	h, fresh, err := s.Keep(key, snap(400, "d"))
	if err != nil || !fresh {
		t.Fatalf("%+v, %v", h, err)
	}
	if _, problems, _ := s.List(key); len(problems) != 2 {
		t.Errorf("problems: %q", problems)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, key, "*.broken-*")); len(left) != 2 {
		t.Errorf("set aside: %v", left)
	}
}

func TestReadOnly(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "in the way"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := New(filepath.Join(dir, "in the way"))
	if _, _, err := s.Keep(key, snap(1, "a")); err == nil {
		t.Error("kept in a file")
	}
	for _, bad := range []string{"", "..", "a/b", "A", strings.Repeat("a", 81)} {
		if _, _, err := s.List(bad); err == nil {
			t.Errorf("a folder called %q", bad)
		}
		if _, _, err := New(dir).Load(key, bad); err == nil {
			t.Errorf("a snapshot called %q", bad)
		}
	}
}

func TestLarge(t *testing.T) {
	s := New(t.TempDir())
	if _, _, err := s.Keep(key, snap(1, strings.Repeat("a", MaxSnapshot))); err == nil || !strings.Contains(err.Error(), "larger than 16 MiB") {
		t.Errorf("%v", err)
	}
}

// Two windows at once.
func TestTwo(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for n := range 2 {
		s := New(dir)
		wg.Go(func() {
			for i := range 20 {
				if _, _, err := s.Keep(key, snap(int64(1000+2*i+n), fmt.Sprint(n, "-", i))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	s := New(dir)
	heads, problems, err := s.List(key)
	if err != nil || len(problems) > 0 || len(heads) != 40 {
		t.Errorf("%d, %q, %v", len(heads), problems, err)
	}
	for _, h := range heads {
		if _, _, err := s.Load(key, h.ID); err != nil {
			t.Error(err)
		}
	}
}

func TestAdopt(t *testing.T) {
	s := New(t.TempDir())
	h := keep(t, s, snap(1, "a"))
	if err := s.Adopt(key, "saved"); err != nil {
		t.Fatal(err)
	}
	if got, _, err := s.List("saved"); err != nil || len(got) != 1 || got[0].ID != h.ID || !got[0].Baseline {
		t.Errorf("%+v, %v", got, err)
	}
	_ = filepath.WalkDir(filepath.Join(s.dir, "saved"), func(path string, d fs.DirEntry, err error) error {
		if st, serr := os.Stat(path); err != nil || serr != nil || runtime.GOOS != "windows" && st.Mode().Perm()&0o077 != 0 {
			t.Errorf("others may read %s: %v, %v, %v", d.Name(), st.Mode(), err, serr)
		}
		return nil
	})
	if err := errors.Join(s.Adopt("nothing", "other"), s.Adopt(key, "saved")); err != nil {
		t.Error(err)
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "interface.json")
	if err := WriteFile(path, snap(5, "a")); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(data), "\n        {\n          \"name\": \"a\"\n        }\n") {
		t.Errorf("not readable: %s, %v", data, err)
	}
	got, h, err := ReadFile(path)
	if err != nil || got.Items() != 1 || h.At != 5e6 {
		t.Errorf("%+v, %v", h, err)
	}
	if _, _, err := ReadFile(path + "x"); !errors.Is(err, ErrNone) {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	good, err := Encode(snap(5, "a"), "x")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"format":"sightglass snapshot","formatVersion":1,"interface":{"tools":{"items":[null,7]}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, _, err := Decode(data)
		if err != nil {
			return
		}
		again, err := Encode(got, "")
		if err != nil {
			return // larger than it was
		}
		back, _, err := Decode(again)
		if err != nil || back.Digest() != got.Digest() {
			t.Errorf("read again: %v", err)
		}
	})
}
