package core

import "github.com/sightglass-dev/sightglass/app/wire"

// StatsInput asks for the figures of a view's rows.
type StatsInput struct {
	View string `json:"view"`
	From int64  `json:"from"` // Unix microseconds; both 0: all the time
	To   int64  `json:"to"`   // not in it any more
	// Against is what to compare with: the same filter over another scope, at all times. Nil: nothing.
	Against *ViewScope `json:"against,omitempty"`
}

// Stats are figures of calls.
type Stats struct {
	Tools   []StatsRow  `json:"tools"`   // tools/call by tool, the most calls first
	Methods []StatsRow  `json:"methods"` // by method and who asked
	HTTP    []StatsRow  `json:"http"`    // exchanges by method and URL, without its query
	Slowest []SlowCall  `json:"slowest"` // the slowest calls and exchanges, at most 50
	All     CallFigures `json:"all"`     // of all calls
	Looked  int         `json:"looked"`  // rows looked at
	First   int64       `json:"first"`   // when the first of them was, 0: there is none
	Last    int64       `json:"last"`    //
	More    bool        `json:"more"`    // there are more different names than are told: the rest is under "others"
}

// StatsRow is one tool, method or address.
type StatsRow struct {
	Name string   `json:"name"`
	Dir  wire.Dir `json:"dir"` // out: we asked, in: the server did
	CallFigures
	Before *CallFigures `json:"before,omitempty"` // the same in what is compared with; nil: it is not there
}

// CallFigures of a number of calls. Times are microseconds, exact.
type CallFigures struct {
	Count    int   `json:"count"`    // calls, or notifications
	Answered int   `json:"answered"` // of them, with a time: those the percentiles are of
	Errors   int   `json:"errors"`   // error responses, tool errors, HTTP 400 and up or no answer
	Open     int   `json:"open"`     // still waiting
	P50      int64 `json:"p50"`
	P95      int64 `json:"p95"`
	P99      int64 `json:"p99"`
	Max      int64 `json:"max"`
	Sum      int64 `json:"sum"`
	BytesOut int64 `json:"bytesOut"` // to the server
	BytesIn  int64 `json:"bytesIn"`  // from it
}

// SlowCall is one of the slowest.
type SlowCall struct {
	Seq    uint64 `json:"seq"` // of the answer, or of the exchange
	Pair   uint64 `json:"pair"`
	Conn   string `json:"conn"`
	Method string `json:"method"`
	Name   string `json:"name"`
	Time   int64  `json:"time"` // when it began
	Took   int64  `json:"took"`
	Failed bool   `json:"failed"`
}
