package app

import "github.com/sightglass-dev/sightglass/app/core"

// Connections is the bound noun for live connections.
type Connections struct{ app *App }

// List returns the connections changed after revision after, all with 0.
func (c *Connections) List(after uint64) (out []core.Connection, err error) {
	defer guard(&err, "list connections")
	return c.app.core.Connections(after), nil
}

// Connect starts connecting and returns at once; the states follow by nudge.
func (c *Connections) Connect(profile string) (err error) {
	defer guard(&err, "connect")
	return c.app.core.Connect(profile)
}

// Disconnect ends a connection, or a connect under way, and waits for its end.
func (c *Connections) Disconnect(profile string) (err error) {
	defer guard(&err, "disconnect")
	c.app.core.Disconnect(profile)
	return nil
}
