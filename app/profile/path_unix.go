//go:build !windows

package profile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

func hasSlash(command string) bool { return strings.ContainsRune(command, '/') }

func sameVariable(a, b string) bool { return a == b }

func candidates(path string, _ []string) []string { return []string{path} }

func executable(path string, info fs.FileInfo) bool {
	return info.Mode()&0o111 != 0 && unix.Access(path, unix.X_OK) == nil
}

// maxShellOutput bounds what is read from the shell, in bytes: rc files may print.
const maxShellOutput = 1 << 20

// LoginShellPath asks the user's login shell ($SHELL) for its PATH: programs started from a desktop do not get what
// the user's rc files add. It takes 3 s at most. Interactive, since many tools write to .bashrc and .zshrc only.
func LoginShellPath(ctx context.Context) (string, error) {
	shell := os.Getenv("SHELL")
	if shell == "" {
		shell = "/bin/sh"
		if runtime.GOOS == "darwin" {
			shell = "/bin/zsh"
		}
	}
	return shellPath(ctx, shell, shellWait)
}

func shellPath(ctx context.Context, shell string, wait time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	mark := "sightglass-" + newID()
	// env, not $PATH: fish and csh print theirs otherwise.
	script := fmt.Sprintf("echo %s; /usr/bin/env; echo %s", mark, mark)
	args := []string{"-l", "-i", "-c", script}
	if base := filepath.Base(shell); base == "csh" || base == "tcsh" {
		args = []string{"-i", "-c", script} // they take -l alone only
	}
	cmd := exec.CommandContext(ctx, shell, args...)
	cmd.Env = append(os.Environ(), "DISABLE_AUTO_UPDATE=true", "ZSH_TMUX_AUTOSTART=false", "TERM=dumb")
	out := &limited{max: maxShellOutput}
	cmd.Stdout = out
	// Its own session: an interactive shell would otherwise take our terminal, or be stopped by it.
	cmd.SysProcAttr = &unix.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return unix.Kill(-cmd.Process.Pid, unix.SIGKILL) }
	cmd.WaitDelay = 200 * time.Millisecond // a background child may keep the pipe
	err := cmd.Run()
	if path := pathBetween(out.String(), mark); path != "" {
		return path, nil
	}
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return "", fmt.Errorf("login shell %s did not tell its PATH within %v", shell, wait)
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return "", fmt.Errorf("login shell %s: %w", shell, err)
	}
	return "", fmt.Errorf("login shell %s told no PATH", shell)
}

// pathBetween finds PATH= in the output of env between two marks.
func pathBetween(out, mark string) string {
	_, out, ok := strings.Cut(out, mark)
	out, _, end := strings.Cut(out, mark)
	if !ok || !end {
		return ""
	}
	for line := range strings.Lines(out) {
		if path, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "PATH="); ok {
			return path
		}
	}
	return ""
}

// limited keeps the first max bytes and takes the rest without complaint.
type limited struct {
	bytes.Buffer
	max int
}

func (l *limited) Write(p []byte) (int, error) {
	l.Buffer.Write(p[:max(0, min(len(p), l.max-l.Len()))])
	return len(p), nil
}
