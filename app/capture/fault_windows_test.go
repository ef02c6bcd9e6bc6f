package capture

import (
	"os/exec"
	"testing"
)

func nobodyDir(t *testing.T) string { return t.TempDir() }

func asNobody(*testing.T, string) func(*exec.Cmd) { return nil }
