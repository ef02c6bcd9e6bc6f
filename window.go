//go:build production || dev || bindings

package main

import (
	"embed"
	"fmt"
	"io/fs"
	"os"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/options/mac"

	"github.com/sightglass-dev/sightglass/app"
	"github.com/sightglass-dev/sightglass/app/assets"
	"github.com/sightglass-dev/sightglass/app/cli"
	"github.com/sightglass-dev/sightglass/app/webview"
)

// packed holds the page's files, compressed by `npm run build`.
//
//go:embed all:frontend/packed
var packed embed.FS

//go:embed build/linux/icon.png
var icon []byte

// openWindow shows the window until the user closes it, and returns the exit code.
func openWindow(args []string) int {
	page, err := fs.Sub(packed, "frontend/packed")
	if err != nil {
		fmt.Fprintln(os.Stderr, "sightglass: read the page:", err)
		return 1
	}
	a := app.New(version)
	a.Page, a.RestartPage = assets.New(page), webview.RestartPage
	a.Give(cli.File(args))
	if err := webview.Run(func() error { return wails.Run(windowOptions(a)) }); err != nil {
		fmt.Fprintln(os.Stderr, "sightglass: open the window:", err)
		return 1
	}
	return 0
}

// licences are those of the page and of the Go modules, as the frontend's build put them together.
func licences() ([]byte, error) { return assets.ReadFile(packed, "frontend/packed/licences.txt") }

func windowOptions(a *app.App) *options.App {
	return &options.App{
		Title:                    "Sightglass",
		Width:                    1280,
		Height:                   800,
		MinWidth:                 900,
		MinHeight:                600,
		BackgroundColour:         options.NewRGB(128, 128, 128), // seen until the page has painted: between light and dark
		AssetServer:              &assetserver.Options{Assets: a.Page, Handler: a.Handler(), Middleware: webview.Guard(a.FrameOrigin)},
		Bind:                     a.Bound(),
		ErrorFormatter:           app.FormatError,
		OnStartup:                a.Startup,
		OnShutdown:               a.Shutdown,
		EnableDefaultContextMenu: true, // copy and paste by mouse
		Mac:                      &mac.Options{OnFileOpen: a.Give},
		Linux: &linux.Options{
			Icon:        icon,
			ProgramName: "sightglass", // as build/linux/sightglass.desktop names it
			// The page is text and tables: the GPU process costs 70 MB and draws it no faster.
			WebviewGpuPolicy: linux.WebviewGpuPolicyNever,
		},
	}
}
