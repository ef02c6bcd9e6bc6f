package core

import (
	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// ViewScope says which entries a view is about.
type ViewScope struct {
	All      bool     `json:"all"`      // all of this run of the program
	Conns    []string `json:"conns"`    // else: connections of this run; what belongs to none is in too
	Captures []string `json:"captures"` // and captures of earlier runs, "run:conn"
}

// ViewInput opens a view, or changes one.
type ViewInput struct {
	View   string    `json:"view"` // the page's own name for it
	Scope  ViewScope `json:"scope"`
	Filter string    `json:"filter"` // in the filter language
	Off    []string  `json:"off"`    // groups that are hidden: message, http, sse, stderr, lifecycle
	// Stop has no more of what was there before looked at for the filter: what was found stays, what comes is decided
	// as ever. Opened again without it, the view goes on where it stopped. Another scope or filter begins anew.
	Stop bool `json:"stop"`
}

// ViewState is how a view stands.
type ViewState struct {
	View   string         `json:"view"`
	Rows   int            `json:"rows"`   // entries listed
	Total  int            `json:"total"`  // entries in scope, as far as they were counted
	Counts map[string]int `json:"counts"` // of them by group, whatever the filter
	Done   bool           `json:"done"`   // nothing is being searched any more
	Looked int            `json:"looked"` // entries in scope that the filter looked at
	// Stopped says that the search was stopped before the filter looked at everything.
	Stopped bool   `json:"stopped"`
	Rev     uint64 `json:"rev"`  // grows with every change of the rows or of a listed entry
	Last    uint64 `json:"last"` // highest number in scope, 0: none
	// ListedFrom is the lowest number listed when older entries of this run are gone, else 0.
	ListedFrom uint64         `json:"listedFrom"`
	Problem    *FilterProblem `json:"problem,omitempty"` // the filter is wrong: the rows are those of the last right one
	Terms      []FilterTerm   `json:"terms"`             // of the filter the rows are of
}

// FilterProblem says what is wrong with a filter; from and to are UTF-16 units.
type FilterProblem struct {
	From    int    `json:"from"`
	To      int    `json:"to"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

// FilterTerm is a part of a filter that can be taken out by itself.
type FilterTerm = query.Term

// RowsInput asks for rows of a view.
type RowsInput struct {
	View  string `json:"view"`
	Index int    `json:"index"` // of the first; below 0: the last ones
	Limit int    `json:"limit"` // at most 1,000
}

// Rows are rows of a view as they are now.
type Rows struct {
	Index   int          `json:"index"`
	Entries []wire.Entry `json:"entries"`
	Marks   []Mark       `json:"marks"` // of those entries that have one
	State   ViewState    `json:"state"`
}

// RowOf says where in a view an entry stands.
type RowOf struct {
	Index int       `json:"index"` // -1: nowhere
	State ViewState `json:"state"`
}

// FilterWord is something that could stand at a place of a filter.
type FilterWord = query.Completion

// Related are the entries that belong to the same call or exchange as one.
type Related struct {
	Entries []wire.Entry `json:"entries"`
	More    bool         `json:"more"` // there are more than are given
}

// viewGroups are what the kind toggles of the table switch; the last is what none of them hides.
var viewGroups = [...]string{"message", "http", "sse", "stderr", "lifecycle", ""}

const otherGroup = len(viewGroups) - 1

// groupOf is the place in viewGroups of an entry.
func groupOf(e *wire.Entry) int {
	switch e.Kind {
	case wire.KindFrame, wire.KindApp:
		return 0
	case wire.KindHTTP:
		return 1
	case wire.KindSSE:
		return 2
	case wire.KindStderr:
		return 3
	case wire.KindLifecycle, wire.KindAuth:
		return 4
	default:
		return otherGroup
	}
}
