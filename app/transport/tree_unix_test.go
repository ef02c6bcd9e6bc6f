//go:build unix

package transport

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestTree: nothing of a child's tree is left after Close, however stubborn.
func TestTree(t *testing.T) {
	leakless(t)
	r := openStdioRig(t, "family")
	var result struct{ PID int }
	if err := json.Unmarshal(r.mustCall("go", "").Result, &result); err != nil || result.PID == 0 {
		t.Fatalf("pid: %v", err)
	}
	r.close()
	if alive(result.PID) {
		t.Errorf("grandchild %d still runs\n%s", result.PID, r.text())
	}
	for _, step := range []string{"closed the child's standard input", "sending TERM", "killing the whole process tree", "exited with status 0"} {
		if !strings.Contains(r.text(), step) {
			t.Errorf("no entry says %q\n%s", step, r.text())
		}
	}
}

// alive tells a running process from a zombie.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(b), ") Z ")
}
