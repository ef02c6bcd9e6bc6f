//go:build production || dev || bindings

package main

import (
	"embed"
	"fmt"
	"os"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"

	"github.com/sightglass-dev/sightglass/app"
)

//go:embed all:frontend/dist
var assets embed.FS

func run(_ []string) int {
	a := app.New(version)
	err := wails.Run(&options.App{
		Title: "Sightglass", Width: 1280, Height: 800, MinWidth: 900, MinHeight: 600,
		AssetServer:    &assetserver.Options{Assets: assets, Handler: a.Handler()},
		OnStartup:      a.Startup,
		OnShutdown:     a.Shutdown,
		ErrorFormatter: app.FormatError,
		Bind:           a.Bound(),
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "sightglass:", err)
		return 1
	}
	return 0
}
