package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestLicencesAreUpToDate fails after a change of go.mod without `make licences`.
func TestLicencesAreUpToDate(t *testing.T) {
	t.Chdir("../..")
	want, err := collect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(out)
	if err != nil || !bytes.Equal(bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n")), want) {
		t.Fatalf("%s is not what the modules say (%v): run make licences", out, err)
	}
	// The modules of go.mod that are linked somewhere, and what they bring along.
	for _, name := range []string{"Go\n", "modernc.org/sqlite v", "github.com/wailsapp/wails/v2 v", "github.com/danieljoos/wincred v", "github.com/klauspost/compress v"} {
		if !strings.Contains(string(got), "\n"+name) {
			t.Errorf("%q is missing", name)
		}
	}
	if n := len(regexp.MustCompile(`(?m)^Copyright`).FindAll(got, -1)); n < 20 {
		t.Errorf("%d copyright lines", n)
	}
}
