package app

import (
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/internal/atomicfile"
)

// Collections is the bound noun for saved calls. Files and runs travel by fetch: /api/collections, /api/collection,
// /api/collection-save, /api/collection-add, /api/collection-sent, /api/collection-run.
type Collections struct{ app *App }

// Open asks for files with saved calls and takes them among the known ones; their paths come back.
func (c *Collections) Open() (paths []string, err error) {
	defer guard(&err, "open saved calls")
	paths, err = runtime.OpenMultipleFilesDialog(c.app.ctx, runtime.OpenDialogOptions{
		Title: "Open saved calls", Filters: []runtime.FileFilter{{DisplayName: "Saved calls (*.json)", Pattern: "*.json"}},
	})
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		if err := c.app.core.OpenCollection(path); err != nil {
			return nil, err
		}
	}
	return append([]string{}, paths...), nil
}

// Export asks where to and writes a copy of a file there, which becomes one of the known ones; empty: given up.
func (c *Collections) Export(path string) (to string, err error) {
	defer guard(&err, "copy saved calls")
	data, name, err := c.app.core.CollectionBytes(path)
	if err != nil {
		return "", err
	}
	to, err = runtime.SaveFileDialog(c.app.ctx, runtime.SaveDialogOptions{Title: "Copy saved calls to", DefaultFilename: name})
	if err != nil || to == "" {
		return "", err
	}
	if err := atomicfile.Replace(to, data); err != nil {
		return "", err
	}
	return to, c.app.core.OpenCollection(to)
}

// Delete removes a file of the data folder, or takes another off the list.
func (c *Collections) Delete(path string) (err error) {
	defer guard(&err, "delete saved calls")
	return c.app.core.DeleteCollection(path)
}

// SetVariable keeps the value of a secret variable in the keychain; an empty value forgets it.
func (c *Collections) SetVariable(path, name, value string) (err error) {
	defer guard(&err, "keep the variable")
	return c.app.core.SetVariable(path, name, value)
}

// Run starts a run and returns at once.
func (c *Collections) Run(in core.CollectionRunInput) (err error) {
	defer guard(&err, "run the calls")
	return c.app.core.RunCollection(in)
}

// Stop ends a run.
func (c *Collections) Stop(run string) (err error) {
	defer guard(&err, "stop the run")
	c.app.core.StopCollection(run)
	return nil
}

// collections answers the fetches about saved calls.
func (f *fetcher) collections(name string, q ask) (any, error) {
	switch name {
	case "collection":
		return f.core.Collection(q.Text), nil
	case "collection-save":
		return f.core.SaveCollection(q.Saved), nil
	case "collection-add":
		return f.core.AddCalls(q.Add), nil
	case "collection-sent":
		return f.core.SentCalls(q.Add.Seqs), nil
	case "collection-run":
		return f.core.CollectionRun(q.Text)
	}
	return f.core.Collections(), nil
}
