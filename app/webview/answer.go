package webview

import (
	"net/http"
	"syscall"
)

// answer begins an answer while no process is started. Wails makes a pipe for each answer on Linux that children would
// inherit until pipes_linux.c has marked it, which happens within WriteHeader.
type answer struct {
	http.ResponseWriter
	begun bool
}

// Unwrap is for [http.ResponseController].
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// WriteHeader implements [http.ResponseWriter].
func (a *answer) WriteHeader(code int) {
	a.begun = true
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	a.ResponseWriter.WriteHeader(code)
}

// Write implements [http.ResponseWriter]. The lock is not held while it waits for the page to read.
func (a *answer) Write(b []byte) (int, error) {
	if !a.begun {
		if h := a.Header(); h.Get("Content-Type") == "" {
			h.Set("Content-Type", http.DetectContentType(b))
		}
		a.WriteHeader(http.StatusOK)
	}
	return a.ResponseWriter.Write(b)
}
