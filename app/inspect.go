package app

import (
	"context"
	"fmt"
	"strings"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/internal/atomicfile"
)

// Inspect is the bound noun for what is asked of a connection besides its features: pings, checks, logging. What it
// finds travels by fetch: /api/overview, /api/logs, /api/icon, /api/changes.
type Inspect struct{ app *App }

// Ping asks the server whether it is there, and says how long that took.
func (i *Inspect) Ping(profile string) (out core.PingResult, err error) {
	defer guard(&err, "ping")
	return i.app.core.Ping(context.Background(), profile)
}

// Check asks for each list that the server declares, or for every list there is, and waits for the last; StopCheck
// ends it. What came of it is in the overview.
func (i *Inspect) Check(profile string, undeclared bool) (err error) {
	defer guard(&err, "check what is served")
	return i.app.core.CheckServed(context.Background(), profile, undeclared)
}

// StopCheck ends a check under way.
func (i *Inspect) StopCheck(profile string) (err error) {
	defer guard(&err, "stop the check")
	i.app.core.StopCheck(profile)
	return nil
}

// SetLogLevel asks for log messages from this level on, and keeps it with the server.
func (i *Inspect) SetLogLevel(profile, level string) (err error) {
	defer guard(&err, "set the log level")
	return i.app.core.SetLogLevel(context.Background(), profile, level)
}

// SaveLog asks where to and writes what a question finds there, as text, or as JSON Lines when the file is called so;
// it returns the path, empty when cancelled.
func (i *Inspect) SaveLog(in core.LogInput) (path string, err error) {
	defer guard(&err, "save the log")
	return i.app.saveLog(in)
}

// DismissChanges takes the present list as the one the user saw.
func (i *Inspect) DismissChanges(profile, of string) (err error) {
	defer guard(&err, "dismiss the changes")
	_, err = i.app.core.DismissChanges(profile, of)
	return err
}

func (a *App) saveLog(in core.LogInput) (path string, err error) {
	path, err = runtime.SaveFileDialog(a.ctx, runtime.SaveDialogOptions{
		Title: "Save log", DefaultFilename: "server.log",
		Filters: []runtime.FileFilter{
			{DisplayName: "Text (*.log)", Pattern: "*.log"}, {DisplayName: "JSON Lines (*.jsonl)", Pattern: "*.jsonl"},
		},
	})
	if err != nil || path == "" {
		return "", err
	}
	if err := atomicfile.Replace(path, a.core.LogText(in, strings.HasSuffix(strings.ToLower(path), ".jsonl"))); err != nil {
		return "", fmt.Errorf("save the log: %w", err)
	}
	return path, nil
}

// inspected answers for what is known of a connection.
func (f *fetcher) inspected(ctx context.Context, name string, q ask) (any, error) {
	switch name {
	case "overview":
		return f.core.Overview(q.Profile), nil
	case "logs":
		return f.core.Logs(q.Log), nil
	case "icon":
		return f.core.Icon(ctx, q.Icon)
	case "changes":
		return f.core.Changes(q.Profile, q.Text)
	}
	return f.drifted(name, q.Drift)
}
