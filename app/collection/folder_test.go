package collection

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "calls")
	if list, err := List(dir); err != nil || list != nil {
		t.Fatalf("a folder that is not there: %v, %v", list, err)
	}
	c := parse(t, smoke)
	path := NewPath(dir, "  Smoke / tests: äß  ")
	if filepath.Base(path) != "smoke-tests-äß"+Ext {
		t.Errorf("path: %s", path)
	}
	f, err := Write(path, "", c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Write(path, "", c); !errors.Is(err, ErrChanged) {
		t.Errorf("a new file over another: %v", err)
	}
	if next := NewPath(dir, "Smoke tests äß"); !strings.HasSuffix(next, "-2"+Ext) {
		t.Errorf("the next free name: %s", next)
	}
	got, err := Read(path)
	if err != nil || got.Sum != f.Sum || len(got.Collection.Calls) != 3 {
		t.Fatalf("read: %+v, %v", got, err)
	}
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(path, f.Sum, c); !errors.Is(err, ErrChanged) {
		t.Errorf("over somebody else's change: %v", err)
	}
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a file that is none: %v", err)
	}
	if list, err := List(dir); err != nil || len(list) != 1 || list[0] != path {
		t.Errorf("list: %v, %v", list, err)
	}
}
