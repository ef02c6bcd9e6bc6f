package app

import (
	"context"

	"github.com/sightglass-dev/sightglass/app/core"
)

// Raw is the bound noun for frames written by hand. Requests of any method are Tools.Request; Tools.Cancel ends both.
type Raw struct{ app *App }

// Draft makes the frame that a request or notification would be. Nothing is sent.
func (r *Raw) Draft(in core.RawDraftInput) (out core.RawDraft, err error) {
	defer guard(&err, "draft a frame")
	return r.app.core.RawDraft(in), nil
}

// Headers are those with which a frame is posted by itself; none on stdio.
func (r *Raw) Headers(profile, frame string) (out []core.RawHeader, err error) {
	defer guard(&err, "list headers")
	return r.app.core.RawHeaders(profile, frame), nil
}

// Send sends a frame as it is and waits for what it brings.
func (r *Raw) Send(in core.RawInput) (out core.RawOutput, err error) {
	defer guard(&err, "send a frame")
	return r.app.core.SendRaw(context.Background(), in), nil
}
