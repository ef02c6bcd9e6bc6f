package auth

import "golang.org/x/sys/windows"

// errInUse is what binding a port that somebody has fails with.
const errInUse = windows.WSAEADDRINUSE
