// Package app is the API bound to the window: thin methods over core, events as nudges, bulk data by fetch. With
// window.go it is the only importer of Wails.
package app

import (
	"context"

	"github.com/sightglass-dev/sightglass/app/core"
)

// App is what window.go binds.
type App struct {
	core *core.Core
	ctx  context.Context //nolint:containedctx // Wails hands it to OnStartup and wants it back in every runtime call

	Servers     *Servers
	Connections *Connections
	Tools       *Tools
	Traffic     *Traffic
	Window      *Window
}

// New builds the bound API over c.
func New(c *core.Core) *App {
	a := &App{core: c}
	a.Servers = &Servers{app: a}
	a.Connections = &Connections{app: a}
	a.Tools = &Tools{app: a}
	a.Traffic = &Traffic{app: a}
	a.Window = &Window{app: a}
	return a
}

// Bound lists the structs whose methods the window may call.
func (a *App) Bound() []any {
	return []any{a.Servers, a.Connections, a.Tools, a.Traffic, a.Window}
}
