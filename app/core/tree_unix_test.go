//go:build !windows

package core

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/sightglass-dev/sightglass/app/profile"
)

// A server that starts helpers, as npx does: a disconnect leaves none of them, even when they ignore TERM.
func TestDisconnectEndsTheWholeTree(t *testing.T) {
	c := start(t)
	file := filepath.Join(t.TempDir(), "pids")
	script := `(trap "" TERM; echo $$ >>"$1"; exec sleep 600) <&- >&- 2>&- & echo $! >>"$1"; exec "$0" demo-server`
	id, err := c.UseProfile(profile.Profile{Name: "tree", Transport: profile.Stdio, Command: "/bin/sh", Args: []string{"-c", profile.Literal(script), self(t), file}}, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	connect(t, c, id)
	var pids []string
	until(t, "two process ids", func() bool {
		b, _ := os.ReadFile(file)
		pids = strings.Fields(string(b))
		return len(pids) >= 2
	})
	c.Disconnect(id)
	for _, s := range pids {
		pid, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		until(t, "the end of process "+s, func() bool { return syscall.Kill(pid, 0) != nil || zombie(s) })
	}
}

// zombie: where nobody reaps orphans, an ended process keeps its id.
func zombie(pid string) bool {
	b, err := os.ReadFile("/proc/" + pid + "/stat")
	_, after, ok := strings.Cut(string(b), ") ")
	return err == nil && ok && strings.HasPrefix(after, "Z")
}
