//go:build unix

package capture

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
)

const nobody = 65534

// nobodyDir is a folder that a user without rights reaches.
func nobodyDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "capture") //nolint:usetesting // that one is reached by its owner alone
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // a folder of a test
		t.Fatal(err)
	}
	return dir
}

// asNobody lets a child run without root's rights, for whom no folder is read-only.
func asNobody(t *testing.T, dir string) func(*exec.Cmd) {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	if err := os.Chown(dir, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	copied := dir + ".test"
	raw, err := os.ReadFile(os.Args[0])
	if err == nil {
		err = os.WriteFile(copied, raw, 0o755) //nolint:gosec // the test binary, where nobody reaches it
	}
	if err != nil {
		t.Fatal(err)
	}
	return func(cmd *exec.Cmd) {
		cmd.Path, cmd.Args[0], cmd.Dir = copied, copied, dir
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
}
