package core

import (
	"github.com/sightglass-dev/sightglass/app/drift"
	"github.com/sightglass-dev/sightglass/app/snapshots"
)

// DriftCount says in figures how the present interface of a server differs from its baseline.
type DriftCount struct {
	Since  int64        `json:"since"`          // Unix microseconds of the baseline
	Name   string       `json:"name,omitempty"` // of the baseline, given by the user
	Counts drift.Counts `json:"counts"`
}

// Drift is how the present interface of a server differs from an earlier one, and what is kept of it.
type Drift struct {
	Present   *drift.About     `json:"present,omitempty"` // nil while it is not known; without an id it is not kept
	Against   *drift.About     `json:"against,omitempty"` // nil when there is nothing to compare with
	Later     *drift.About     `json:"later,omitempty"`   // what is compared with it: the present interface, or the snapshot asked for
	Reading   bool             `json:"reading"`           // its lists are being read
	Partial   bool             `json:"partial"`           // a list was not read to its end: the interface is not kept
	Unread    bool             `json:"unread"`            // a list is declared and was not read
	Snapshots []snapshots.Head `json:"snapshots"`         // the newest first
	Problems  []string         `json:"problems"`          // of what is kept
	Result    drift.Result     `json:"result"`
}

// DriftInput asks for something about the drift of a server. Against names an earlier snapshot: an id, a name, "last",
// or nothing for the baseline. Later names what is compared with it in the same way; nothing is the present interface.
type DriftInput struct {
	Profile string     `json:"profile"`
	Against string     `json:"against"`
	Later   string     `json:"later"`
	Kind    drift.Kind `json:"kind"` // of an item; empty: the whole interface
	Name    string     `json:"name"`
	Nth     int        `json:"nth"`
	To      string     `json:"to"`   // its name now, where that is another one
	Form    string     `json:"form"` // of a report: markdown, json
}

// DriftItem is one item as it was and as it is, JSON; empty where it is not there.
type DriftItem struct {
	Was string `json:"was"`
	Now string `json:"now"`
}

// DriftCheck is what the command line asks for.
type DriftCheck struct {
	Against string // as in a DriftInput, or a file
	Keep    bool   // the interface is kept
	Name    string // what it is called from now on
	Accept  bool   // it is the baseline from now on
	Save    string // file that it is written to
}

// DriftReport is what came of it. Report.Was has no time when there was nothing to compare with.
type DriftReport struct {
	Report drift.Report
	Kept   string // id of the snapshot, empty when it is not kept
	Err    error  // why a list could not be read
}
