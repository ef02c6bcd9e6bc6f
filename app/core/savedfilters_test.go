package core

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSavedFilters(t *testing.T) {
	dir := t.TempDir()
	open := func() *Core {
		c := New(Options{})
		c.dir = dir
		return c
	}
	c := open()
	for _, f := range []SavedFilter{{"slow", "ms:>500"}, {"Errors", "status:error"}, {"SLOW", "ms:>1s"}} {
		if err := c.SaveFilter(f.Name, f.Text); err != nil {
			t.Fatal(err)
		}
	}
	want := SavedFilters{Filters: []SavedFilter{{"Errors", "status:error"}, {"SLOW", "ms:>1s"}}, File: filepath.Join(dir, "filters.json")}
	if diff := cmp.Diff(want, open().SavedFilters()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for name, err := range map[string]error{
		"no name":          c.SaveFilter(" ", "ms:>500"),
		"wrong":            c.SaveFilter("x", "mss:>500"),
		"empty":            c.SaveFilter("x", " "),
		"taken":            c.RenameFilter("Errors", "slow"),
		"not there":        c.RenameFilter("nobody", "y"),
		"a credential":     c.SaveFilter("x", `body:"ghp_abcdefghijklmnopqrstuvwxyz0123456789"`),
		"a long name":      c.SaveFilter(strings.Repeat("x", 101), "ms:>500"),
		"renamed to blank": c.RenameFilter("Errors", " "),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := c.RenameFilter("Errors", "errors"); err != nil {
		t.Error(err)
	}
	if err := c.DeleteFilter("SLOW"); err != nil {
		t.Error(err)
	}
	if got := open().SavedFilters().Filters; len(got) != 1 || got[0].Name != "errors" {
		t.Errorf("got %+v", got)
	}
}

// A file that cannot be read is shown with why, and not written over.
func TestSavedFiltersLeaveAFileAlone(t *testing.T) {
	for _, text := range []string{"{", `{"version":2,"filters":[]}`} {
		c := New(Options{})
		c.dir = t.TempDir()
		path := filepath.Join(c.dir, "filters.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if c.SavedFilters().FileError == "" {
			t.Errorf("%s: no problem is told", text)
		}
		if err := c.SaveFilter("x", "ms:>5"); err == nil {
			t.Errorf("%s: saved over it", text)
		}
		if got, _ := os.ReadFile(path); string(got) != text {
			t.Errorf("%s became %s", text, got)
		}
	}
}
