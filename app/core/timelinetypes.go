package core

import "github.com/sightglass-dev/sightglass/app/wire"

// The lanes of a connection's timeline, in the order in which they are drawn. A call is drawn once, where it was made
// and as long as it took: the request while it waits, then its answer in its place.
const (
	LaneClient        = "client"        // client to server: calls of ours
	LaneServer        = "server"        // server to client: its requests of us
	LaneNotifications = "notifications" // of both sides
	LaneHTTP          = "http"          // exchanges
	LaneTasks         = "tasks"         // tasks/* and what servers tell of tasks
	LaneStreams       = "streams"       // streams that stay open, and events on them
	LaneSignIn        = "signin"        // steps of sign-ins and their exchanges
	LaneStderr        = "stderr"
	LaneState         = "state" // state changes, starts and exits
)

// TimelineInput asks for a stretch of time of a view's scope. Times are Unix microseconds.
type TimelineInput struct {
	View   string `json:"view"`
	From   int64  `json:"from"`   // both 0: all there is
	To     int64  `json:"to"`     // not in it any more
	Pixels int    `json:"pixels"` // buckets wanted: 1 to 4,000
}

// Timeline is a stretch of time, summed up by lanes.
type Timeline struct {
	From  int64  `json:"from"`  // as asked, or all
	To    int64  `json:"to"`    //
	Step  int64  `json:"step"`  // microseconds of a bucket: the first begins at from
	First int64  `json:"first"` // when the first entry in scope began, 0: there is none
	Last  int64  `json:"last"`  // when the last did
	Done  bool   `json:"done"`  // all in scope is in it; else ask again after the nudge "views"
	Rev   uint64 `json:"rev"`   // grows with every change of what is in it or of the rows
	Lanes []Lane `json:"lanes"` // those with anything in the whole scope, by connection
	// Spans are the single entries when there are few enough in the stretch, else empty. What began before the stretch and
	// was under way in it is among them, and in no bucket.
	Spans []Span `json:"spans"`
	Whole bool   `json:"whole"` // spans has all of them
}

// Lane is one line of a timeline: its buckets that hold anything, as columns of equal length.
type Lane struct {
	Conn   string  `json:"conn"` // id of the connection; of an earlier run the id of the capture; empty: of several
	Lane   string  `json:"lane"`
	At     []int   `json:"at"`     // number of the bucket, rising
	N      []int   `json:"n"`      // entries that began in it
	Errors []int   `json:"errors"` // of them, that failed
	Took   []int64 `json:"took"`   // the longest took about that many microseconds (within a tenth)
	Hits   []int   `json:"hits"`   // of them, rows of the view; empty: all are
}

// Span is one entry on the timeline.
type Span struct {
	Seq    uint64       `json:"seq"`
	Conn   string       `json:"conn"` // as in Lane
	Lane   string       `json:"lane"`
	Time   int64        `json:"time"` // when it began
	Took   int64        `json:"took"` // microseconds, 0: a moment
	Open   bool         `json:"open"` // it goes on
	Failed bool         `json:"failed"`
	Row    bool         `json:"row"` // it is a row of the view
	Kind   wire.Kind    `json:"kind"`
	Method string       `json:"method"`
	Name   string       `json:"name"`
	Status int          `json:"status"`           // HTTP
	Phases *wire.Timing `json:"phases,omitempty"` // of an exchange
}
