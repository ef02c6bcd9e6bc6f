package app

import "github.com/sightglass-dev/sightglass/app/core"

// Connections is the bound noun for live connections.
type Connections struct{ app *App }

// List returns the connections changed after revision after, all with 0.
func (c *Connections) List(after uint64) ([]core.Connection, error) { return nil, nil }

// Connect starts connecting and returns at once; the states follow by nudge.
func (c *Connections) Connect(profile string) error { return nil }

// Disconnect ends a connection, or a connect under way, and waits for its end.
func (c *Connections) Disconnect(profile string) error { return nil }

// Questions returns the questions of a profile that wait for an answer, and the last ones ended.
func (c *Connections) Questions(profile string) ([]core.Question, error) { return nil, nil }

// Answer answers a question.
func (c *Connections) Answer(a core.Answer) error { return nil }
