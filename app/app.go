// Package app is the API bound to the window: thin methods over core, events as nudges, bulk data by fetch. With
// window.go it is the only importer of Wails.
package app

import (
	"context"
	"io/fs"
	"net/http"
	"os"

	"github.com/mattn/go-isatty"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"github.com/sightglass-dev/sightglass/app/core"
)

// App is what window.go binds.
type App struct {
	core    *core.Core
	fetch   *fetcher
	nudges  *nudger
	version string
	alive   *aliveWatch
	given   givenFiles
	ended   chan struct{}   // closed by Shutdown
	ctx     context.Context // Wails hands it to OnStartup and wants it back in every runtime call
	started error

	// Page holds the page's files. It is set before Startup.
	Page fs.FS
	// RestartPage ends the page and loads it anew. It is set before Startup, and called from any goroutine.
	RestartPage func()

	Servers     *Servers
	Connections *Connections
	Tools       *Tools
	Tasks       *Tasks
	Resources   *Resources
	Streams     *Streams
	Prompts     *Prompts
	Questions   *Questions
	Raw         *Raw
	Collections *Collections
	Skills      *Skills
	Traffic     *Traffic
	Captures    *Captures
	SignIn      *SignIn
	Apps        *Apps
	Inspect     *Inspect
	Drift       *Drift
	Exports     *Exports
	Window      *Window
}

// New builds the bound API. It touches no file and no network: Startup does.
func New(version string) *App {
	a := &App{version: version, ended: make(chan struct{}), RestartPage: func() {}}
	a.nudges = newNudger(func(name string, rev uint64) { runtime.EventsEmit(a.ctx, name, rev) })
	a.core = core.New(core.Options{
		Version: version, Answers: true, Seed: true, Capture: true, Snapshots: true, Desktop: !isatty.IsTerminal(os.Stderr.Fd()), Nudge: a.nudges.Nudge,
		PDFViewer: func() ([]byte, error) { return fs.ReadFile(a.Page, "frames/pdf.js") },
	})
	a.fetch = newFetcher(a.core)
	a.fetch.saveAppFile = a.saveAppFile
	a.alive = &aliveWatch{
		needed: a.core.ShowsScripts,
		ask:    func() { a.nudges.Nudge("alive", 0) },
		stuck:  func() { a.core.AppsStuck(); a.RestartPage() },
	}
	a.Servers = &Servers{app: a}
	a.Connections = &Connections{app: a}
	a.Tools = &Tools{app: a}
	a.Tasks = &Tasks{app: a}
	a.Resources = &Resources{app: a}
	a.Streams = &Streams{app: a}
	a.Prompts = &Prompts{app: a}
	a.Questions = &Questions{app: a}
	a.Raw = &Raw{app: a}
	a.Collections = &Collections{app: a}
	a.Skills = &Skills{app: a}
	a.Traffic = &Traffic{app: a}
	a.Captures = &Captures{app: a}
	a.SignIn = &SignIn{app: a}
	a.Apps = &Apps{app: a}
	a.Inspect = &Inspect{app: a}
	a.Drift = &Drift{app: a}
	a.Exports = &Exports{app: a}
	a.Window = &Window{app: a}
	return a
}

// Bound lists the structs whose methods the window may call.
func (a *App) Bound() []any {
	return []any{a.Servers, a.Connections, a.Tools, a.Tasks, a.Resources, a.Streams, a.Prompts, a.Questions, a.Raw, a.Collections, a.Skills, a.Traffic, a.Captures, a.SignIn, a.Apps, a.Inspect, a.Drift, a.Exports, a.Window}
}

// Handler answers the window's fetches.
func (a *App) Handler() http.Handler { return a.fetch }

// FrameOrigin is the one origin that frames of the window may show, or why there is none.
func (a *App) FrameOrigin() (string, error) { return a.core.SandboxOrigin() }

// Startup opens the data folder. What goes wrong is shown in the window: Hello returns it.
func (a *App) Startup(ctx context.Context) {
	a.ctx = ctx
	go a.alive.run(a.ended)
	a.started = a.core.Start()
	a.given.listen()
}

// Shutdown ends every connection and waits for their ends.
func (a *App) Shutdown(context.Context) {
	close(a.ended)
	a.nudges.Close()
	_ = a.core.Close() // the window is gone: nobody to tell
}
