//go:build !windows

package profile

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func script(t *testing.T, path, text string, mode os.FileMode) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLookPath(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	script(t, filepath.Join(a, "plain"), "", 0o644)
	script(t, filepath.Join(a, "both"), "", 0o644)
	both := script(t, filepath.Join(b, "both"), "", 0o755)
	script(t, filepath.Join(b, "folder", "x"), "", 0o755)
	env := []string{"PATH=/nowhere", "PATH=" + a + "::rel:" + b}
	for _, c := range []struct {
		command, dir, want, err string
		searched                []string
	}{
		{"both", "", both, "", []string{a, b}},
		{"./both", b, both, "", nil},
		{"b/both", dir, both, "", nil},
		{both, "", both, "", nil},
		{"none", "", "", `command "none" was not found in the 2 folders of PATH`, []string{a, b}},
		{"plain", "", "", `command "plain": ` + a + "/plain is not executable: chmod +x makes it so", []string{a, b}},
		{"folder", "", "", `command "folder": ` + b + "/folder is a folder", []string{a, b}},
		{"./none", b, "", `command "./none": ` + b + "/none was not found", nil},
		{"both/x", b, "", `command "both/x": ` + b + "/both/x was not found", nil},
		{b + "/none", "", "", `command "` + b + `/none" was not found`, nil},
		{"", "", "", `command "" is empty`, nil},
	} {
		got, searched, err := LookPath(c.command, env, c.dir)
		if got != c.want || (err == nil) != (c.err == "") || err != nil && err.Error() != c.err {
			t.Errorf("%q: %q, %v", c.command, got, err)
		}
		var le *LookError
		if err != nil && !errors.As(err, &le) {
			t.Errorf("%q: %T", c.command, err)
		}
		if d := cmp.Diff(c.searched, searched); d != "" {
			t.Errorf("%q searched (-want +got):\n%s", c.command, d)
		}
	}
	if _, _, err := LookPath("x", nil, ""); err == nil || err.Error() != `command "x" was not found: PATH is empty` {
		t.Errorf("without PATH: %v", err)
	}
}

func TestShellPath(t *testing.T) {
	dir := t.TempDir()
	noisy := script(t, filepath.Join(dir, "noisy"), `echo "PATH=/trap"; echo welcome; PATH=/from/rc:/bin; export PATH; eval "$4"; exit 3`, 0o755)
	if got, err := shellPath(t.Context(), noisy, time.Minute); got != "/from/rc:/bin" || err != nil {
		t.Errorf("noisy: %q, %v", got, err)
	}
	// One that leaves a child with the pipe behind: its answer is taken, nobody waits for the child.
	pid := filepath.Join(dir, "pid")
	child := script(t, filepath.Join(dir, "child"), `/bin/sleep 300 & echo $! > `+pid+`; eval "$4"`, 0o755)
	begun := time.Now()
	if got, err := shellPath(t.Context(), child, 2*time.Minute); got == "" || err != nil || time.Since(begun) > 100*time.Second {
		t.Errorf("child: %q, %v after %v", got, err, time.Since(begun))
	}
	if n, err := strconv.Atoi(strings.TrimSpace(readText(t, pid))); err == nil {
		_ = syscall.Kill(n, syscall.SIGKILL)
	}
	hang := script(t, filepath.Join(dir, "hang"), `/bin/sleep 60`, 0o755)
	if _, err := shellPath(t.Context(), hang, 100*time.Millisecond); err == nil || !strings.Contains(err.Error(), "did not tell its PATH within 100ms") {
		t.Errorf("hang: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := shellPath(ctx, hang, time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := shellPath(t.Context(), filepath.Join(dir, "none"), time.Minute); err == nil {
		t.Error("a shell that is not there")
	}
	bad := script(t, filepath.Join(dir, "bad"), `exit 7`, 0o755)
	if _, err := shellPath(t.Context(), bad, time.Minute); err == nil || !strings.Contains(err.Error(), "exit status 7") {
		t.Errorf("bad: %v", err)
	}
	t.Setenv("SHELL", "/bin/sh")
	if got, err := LoginShellPath(t.Context()); err == nil && !strings.Contains(got, "bin") {
		t.Errorf("the real one: %q", got)
	}
}
