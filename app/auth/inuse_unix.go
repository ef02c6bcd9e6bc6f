//go:build !windows

package auth

import "syscall"

// errInUse is what binding a port that somebody has fails with.
const errInUse = syscall.EADDRINUSE
