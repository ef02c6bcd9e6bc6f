package app

import (
	"context"

	"github.com/sightglass-dev/sightglass/app/core"
)

// Tools is the bound noun for tools. The list and the details travel by fetch: /api/tools, /api/tool.
type Tools struct{ app *App }

// Check validates arguments against a tool's schema.
func (t *Tools) Check(in core.RunInput) (out []core.Problem, err error) {
	defer guard(&err, "check arguments")
	return t.app.core.Check(in), nil
}

// Run calls a tool and waits for its result; Cancel ends it.
func (t *Tools) Run(in core.RunInput) (out core.RunOutput, err error) {
	defer guard(&err, "call tool")
	return t.app.core.Run(context.Background(), in)
}

// SendRound sends a round of questions that waits to be sent by hand.
func (t *Tools) SendRound(in core.HandRetry) (err error) {
	defer guard(&err, "send the round")
	return t.app.core.SendRound(in)
}

// Mirror says in which headers a tool's call would repeat a part of itself. Nothing is sent.
func (t *Tools) Mirror(in core.RunInput) (out core.Mirrors, err error) {
	defer guard(&err, "look at the headers")
	return t.app.core.Mirror(in)
}

// Request sends a request of any method and waits for its result; Cancel ends it.
func (t *Tools) Request(in core.RequestInput) (out core.RunOutput, err error) {
	defer guard(&err, "send request")
	return t.app.core.Request(context.Background(), in)
}

// Cancel cancels a call in flight.
func (t *Tools) Cancel(call string) (err error) {
	defer guard(&err, "cancel call")
	t.app.core.Cancel(call)
	return nil
}

// Calls returns the calls in flight of a profile.
func (t *Tools) Calls(profile string) (out []core.CallState, err error) {
	defer guard(&err, "list calls")
	return t.app.core.Calls(profile), nil
}
