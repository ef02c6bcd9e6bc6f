package app

import (
	"path/filepath"
	"sync"

	"github.com/sightglass-dev/sightglass/app/core"
)

const (
	nudgeGiven = "given"
	// maxGiven bounds the files that wait to be opened: the store opens as many at a time.
	maxGiven = 64
)

// Given is a file of captured traffic that the program was started with, or that the system handed to it.
type Given struct {
	Name string      `json:"name"` // of the file; empty: there is none
	IDs  []string    `json:"ids"`  // of what is in it, which is open read-only
	Err  *core.Error `json:"err,omitempty"`
}

// givenFiles wait until the page asks for them.
type givenFiles struct {
	mu      sync.Mutex
	paths   []string
	running bool // the page can be told
}

// Give has the window show a file of captured traffic. It may be called from any goroutine, before Startup too.
func (a *App) Give(path string) {
	a.given.mu.Lock()
	defer a.given.mu.Unlock()
	if path == "" || len(a.given.paths) == maxGiven {
		return
	}
	a.given.paths = append(a.given.paths, path)
	if a.given.running {
		a.nudges.Nudge(nudgeGiven, 0)
	}
}

// listen says that the page can be told of files from now on.
func (g *givenFiles) listen() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running = true
}

func (g *givenFiles) next() (path string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.paths) > 0 {
		path, g.paths = g.paths[0], g.paths[1:]
	}
	return path
}

// Given opens the next file that the window was given, and says what is in it or what is wrong with it.
func (e *Exports) Given() (out Given, err error) {
	defer guard(&err, "open a capture file")
	out = Given{IDs: []string{}}
	path := e.app.given.next()
	if path == "" {
		return out, nil
	}
	out.Name = filepath.Base(path)
	ids, err := e.app.core.OpenCapture(e.app.ctx, path)
	if err != nil {
		out.Err = core.AsError(err)
		return out, nil
	}
	out.IDs = ids
	return out, nil
}
