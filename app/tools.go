package app

import "github.com/sightglass-dev/sightglass/app/core"

// Tools is the bound noun for tools. The list and the details travel by fetch: /api/tools, /api/tool.
type Tools struct{ app *App }

// Check validates arguments against a tool's schema.
func (t *Tools) Check(in core.RunInput) ([]core.Problem, error) { return nil, nil }

// Run calls a tool and waits for its result.
func (t *Tools) Run(in core.RunInput) (core.RunOutput, error) { return core.RunOutput{}, nil }

// Cancel cancels a call in flight.
func (t *Tools) Cancel(call string) error { return nil }

// Calls returns the calls in flight of a profile.
func (t *Tools) Calls(profile string) ([]core.CallState, error) { return nil, nil }
