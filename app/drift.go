package app

import (
	"context"
	"fmt"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/fault"
)

// Drift is the bound noun for the kept interfaces of servers. What differs travels by fetch: /api/drift, /api/drift-item,
// /api/drift-text.
type Drift struct{ app *App }

// Name gives a snapshot a name, or takes it away with an empty one.
func (d *Drift) Name(profile, snapshot, name string) (err error) {
	defer guard(&err, "name the snapshot")
	return d.app.core.NameSnapshot(profile, snapshot, name)
}

// Accept makes a snapshot the baseline.
func (d *Drift) Accept(profile, snapshot string) (err error) {
	defer guard(&err, "accept the interface")
	return d.app.core.AcceptSnapshot(profile, snapshot)
}

// Delete removes a snapshot that is not the baseline.
func (d *Drift) Delete(profile, snapshot string) (err error) {
	defer guard(&err, "delete the snapshot")
	return d.app.core.DeleteSnapshot(profile, snapshot)
}

// Read reads every list of a server to its end, and waits for the last.
func (d *Drift) Read(profile string) (err error) {
	defer guard(&err, "read the interface")
	return d.app.core.ReadInterface(context.Background(), profile)
}

// drifted answers for the kept interfaces.
func (f *fetcher) drifted(name string, q core.DriftInput) (any, error) {
	switch name {
	case "drift":
		return f.core.Drift(q)
	case "drift-item":
		return f.core.DriftItem(q)
	case "drift-text":
		return f.core.DriftText(q)
	}
	return nil, &fault.CallError{Kind: fault.Input, Message: fmt.Sprintf("there is no fetch %q", name)}
}
