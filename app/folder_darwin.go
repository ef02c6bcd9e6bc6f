package app

import (
	"os/exec"
	"syscall"
)

const (
	folderOpener  = "open"
	openerMayFail = false
)

// detach keeps a Ctrl+C in this program's terminal from the file manager.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
