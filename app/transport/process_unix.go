//go:build unix

package transport

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
)

// canTerminate: unix has a signal that asks.
const canTerminate = true

// tree is a child's process group: everything it started that did not leave the group on purpose.
type tree struct{ group int }

func (t *tree) prepare(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return nil
}

func (t *tree) adopt(p *os.Process) { t.group = p.Pid }

func (t *tree) terminate() { _ = syscall.Kill(-t.group, syscall.SIGTERM) } // ESRCH: nothing is left, as wanted

func (t *tree) kill() { _ = syscall.Kill(-t.group, syscall.SIGKILL) }

func (t *tree) release() {}

// alive tells whether a process of the group still runs. Zombies do not count: where process 1 does not reap
// orphans (containers) they stay for ever.
func (t *tree) alive() bool {
	if syscall.Kill(-t.group, 0) == syscall.ESRCH {
		return false
	}
	if runtime.GOOS != "linux" {
		return true
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(stats) == 0 {
		return true
	}
	for _, name := range stats {
		b, err := os.ReadFile(name)
		if err != nil {
			continue // it ended meanwhile
		}
		// "pid (comm) state ppid pgrp …"; comm may hold anything, so read from its last bracket.
		fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
		if len(fields) > 2 && string(fields[2]) == strconv.Itoa(t.group) && string(fields[0]) != "Z" && string(fields[0]) != "X" {
			return true
		}
	}
	return false
}

func exitText(s *os.ProcessState) string {
	if s == nil {
		return "ended"
	}
	if ws, ok := s.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		core := ""
		if ws.CoreDump() {
			core = ", core dumped"
		}
		return fmt.Sprintf("was ended by signal %d (%s%s)", int(ws.Signal()), ws.Signal(), core)
	}
	return fmt.Sprintf("exited with status %d", s.ExitCode())
}
