package app

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/internal/atomicfile"
)

// Apps is the bound noun for MCP Apps and for HTML in the sandbox. Messages, requests and files of apps travel by
// fetch: /api/app-record, /api/app-ask, /api/app-save.
type Apps struct{ app *App }

// Open reads the app of a tool and makes it available to a frame; Tools.Cancel ends it.
func (a *Apps) Open(in core.AppInput) (out core.App, err error) {
	defer guard(&err, "open app")
	return a.app.core.OpenApp(context.Background(), in), nil
}

// Show makes HTML of a recorded answer available to a frame.
func (a *Apps) Show(in core.HTMLInput) (out core.HTMLPage, err error) {
	defer guard(&err, "show HTML")
	return a.app.core.ShowHTML(in)
}

// ShowPDF makes an empty PDF viewer available to a frame.
func (a *Apps) ShowPDF() (out core.HTMLPage, err error) {
	defer guard(&err, "show PDF")
	return a.app.core.ShowPDF()
}

// Close takes an app or a page of HTML away.
func (a *Apps) Close(id string) (err error) {
	defer guard(&err, "close app")
	a.app.core.CloseApp(id)
	return nil
}

// Reports returns what the browser blocked of an app or a page of HTML.
func (a *Apps) Reports(id string) (out core.AppReports, err error) {
	defer guard(&err, "list what was blocked")
	return a.app.core.AppReports(id)
}

// Alive is the page's answer to the event "alive".
func (a *Apps) Alive() (err error) {
	defer guard(&err, "tell that the page is there")
	a.app.alive.answer()
	return nil
}

// appFile is a file that an app hands to the user.
type appFile struct {
	Name string `json:"name"`
	Data []byte `json:"data"` // base64 in JSON
}

// saveAppFile asks where to and writes a file of an app there. The name is the app's wish: its last segment is offered.
func (a *App) saveAppFile(f appFile) (path string, err error) {
	path, err = runtime.SaveFileDialog(a.ctx, runtime.SaveDialogOptions{Title: "Save the app's file", DefaultFilename: offeredName(f.Name)})
	if err != nil || path == "" {
		return "", err
	}
	if err := atomicfile.Replace(path, f.Data); err != nil {
		return "", fmt.Errorf("save the app's file: %w", err)
	}
	return path, nil
}

// offeredName is the name of a file as it may be offered: one segment of what file systems take, not hidden.
func offeredName(name string) string {
	name = path.Base(strings.ReplaceAll(name, "\\", "/"))
	name = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || strings.ContainsRune(`<>:"/\|?*`, r) {
			return '_'
		}
		return r
	}, name)
	if name = strings.Trim(name, ". "); name == "" {
		return "download"
	}
	return name[:min(len(name), 120)]
}
