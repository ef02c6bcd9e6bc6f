package app

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestOpenFolder(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Explorer cannot be put in the way of")
	}
	bin, dir := t.TempDir(), filepath.Join(t.TempDir(), "-a folder;x")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	told := filepath.Join(bin, "told")
	opener := func(script string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(bin, folderOpener), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin)

	if err := openFolder(dir); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("without an opener: %v, want an error that names the folder", err)
	}
	opener(`printf '%s|' "$#" "$@" >` + told)
	if err := openFolder(dir); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(told); string(b) != "1|"+dir+"|" {
		t.Errorf("the opener was told %q", b)
	}
	opener("exit 3")
	if err := openFolder(dir); err == nil || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("an opener that fails: %v", err)
	}
	if err := openFolder("relative"); err == nil {
		t.Error("a relative path was opened")
	}
}
