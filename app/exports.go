package app

import (
	"context"
	"fmt"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/fault"
)

// Exports is the bound noun for traffic that is handed on, and for mocks. Code and previews travel by fetch:
// /api/export-forms, /api/export-code, /api/export-look, /api/export-state, /api/export-mocks.
type Exports struct{ app *App }

// Save asks where to and writes the export there; it returns the path, empty when cancelled. Stop ends it.
func (e *Exports) Save(in core.ExportInput) (path string, err error) {
	defer guard(&err, "export")
	return e.app.saveExport(in)
}

// Stop ends the export under way; no part of it stays.
func (e *Exports) Stop() (err error) {
	defer guard(&err, "stop the export")
	e.app.core.StopExport()
	return nil
}

// OpenFile asks for a capture file or a HAR and opens it beside the kept captures; it returns the ids of what is in it,
// none when cancelled.
func (e *Exports) OpenFile() (ids []string, err error) {
	defer guard(&err, "open a capture file")
	path, err := runtime.OpenFileDialog(e.app.ctx, runtime.OpenDialogOptions{
		Title: "Open traffic", Filters: []runtime.FileFilter{{DisplayName: "Captures and HARs (*.sightglass, *.har)", Pattern: "*.sightglass;*.har"}, {DisplayName: "All files", Pattern: "*"}},
	})
	if err != nil || path == "" {
		return []string{}, err
	}
	return e.app.core.OpenCapture(e.app.ctx, path)
}

// CloseFile closes an opened file by the id of anything in it.
func (e *Exports) CloseFile(id string) (err error) {
	defer guard(&err, "close a capture file")
	return e.app.core.CloseCapture(id)
}

// SendSpans sends spans to a collector that the user named.
func (e *Exports) SendSpans(in core.SpansInput) (out core.SpansSent, err error) {
	defer guard(&err, "export spans")
	return e.app.core.SendSpans(context.Background(), in)
}

// StartMock serves what was captured on a connection as a server on this machine.
func (e *Exports) StartMock(in core.MockInput) (out core.Mock, err error) {
	defer guard(&err, "serve as mock")
	return e.app.core.StartMock(context.Background(), in)
}

// StopMock ends a mock.
func (e *Exports) StopMock(id string) (err error) {
	defer guard(&err, "stop the mock")
	e.app.core.StopMock(id)
	return nil
}

func (a *App) saveExport(in core.ExportInput) (path string, err error) {
	files := map[string]runtime.SaveDialogOptions{
		core.FormatHAR:     {DefaultFilename: "traffic.har", Filters: []runtime.FileFilter{{DisplayName: "HTTP archive (*.har)", Pattern: "*.har"}}},
		core.FormatLines:   {DefaultFilename: "traffic.jsonl", Filters: []runtime.FileFilter{{DisplayName: "JSON Lines (*.jsonl)", Pattern: "*.jsonl"}}},
		core.FormatCapture: {DefaultFilename: "traffic.sightglass", Filters: []runtime.FileFilter{{DisplayName: "Capture (*.sightglass)", Pattern: "*.sightglass"}}},
		core.FormatReport:  {DefaultFilename: "mcp-bug-report.zip", Filters: []runtime.FileFilter{{DisplayName: "Bug report (*.zip)", Pattern: "*.zip"}}},
	}
	ask, ok := files[in.Format]
	if !ok {
		return "", &fault.CallError{Kind: fault.Input, Message: fmt.Sprintf("there is no format %q", in.Format)}
	}
	ask.Title = "Export traffic"
	path, err = runtime.SaveFileDialog(a.ctx, ask)
	if err != nil || path == "" {
		return "", err
	}
	return path, a.core.SaveExport(a.ctx, in, path)
}

// exported answers for what is handed on.
func (f *fetcher) exported(ctx context.Context, name string, q ask) (any, error) {
	switch name {
	case "export-forms":
		return f.core.CopyForms(ctx, q.Seq)
	case "export-code":
		return f.core.CopyAs(ctx, q.Seq, q.Text)
	case "export-look":
		return f.core.LookAtExport(ctx, q.Export)
	case "export-state":
		return f.core.ExportState(), nil
	}
	return f.core.Mocks(), nil
}
