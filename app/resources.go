package app

import (
	"context"

	"github.com/sightglass-dev/sightglass/app/core"
)

// Resources is the bound noun for resources. Lists, details and contents travel by fetch: /api/resources,
// /api/resource, /api/templates, /api/template, /api/contents, /api/content.
type Resources struct{ app *App }

// Read reads a resource and waits for it; Tools.Cancel ends it.
func (r *Resources) Read(in core.ReadInput) (out core.ReadOutput, err error) {
	defer guard(&err, "read resource")
	return r.app.core.Read(context.Background(), in), nil
}

// Expand puts values into a URI template. Nothing is sent.
func (r *Resources) Expand(template string, values []core.TemplateValue) (out core.Expansion, err error) {
	defer guard(&err, "expand template")
	return core.Expand(template, values), nil
}

// Complete asks what could stand for an argument of a prompt or a variable of a template. A later one of the same
// argument cancels it.
func (r *Resources) Complete(in core.CompleteInput) (out core.CompleteOutput, err error) {
	defer guard(&err, "complete")
	return r.app.core.Complete(context.Background(), in), nil
}

// Watch asks for updates of resources, or for no more of them. What came of each is in the answer.
func (r *Resources) Watch(in core.WatchInput) (out core.Watches, err error) {
	defer guard(&err, "watch resources")
	return r.app.core.Watch(context.Background(), in)
}

// WatchLists asks a modern server to tell of changes of its lists, or not to. Legacy servers tell them unasked.
func (r *Resources) WatchLists(profile string, on bool) (out core.Watches, err error) {
	defer guard(&err, "watch lists")
	return r.app.core.WatchLists(context.Background(), profile, on)
}

// Watches returns what is known of updates; Connection.watchRev says when to ask again.
func (r *Resources) Watches(profile string) (out core.Watches, err error) {
	defer guard(&err, "list watches")
	return r.app.core.Watches(profile), nil
}

// Save asks where to and writes the bytes of a content item there; it returns the path, empty when cancelled.
func (r *Resources) Save(seq uint64, at string) (path string, err error) {
	defer guard(&err, "save resource")
	return r.app.saveContent(seq, at)
}
