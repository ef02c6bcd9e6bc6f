package session

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// CallInput is one request of ours. Only Method is needed.
type CallInput struct {
	Call       string          // id of the call, unique in this run of the program; empty: made here
	Method     string          //
	Params     json.RawMessage // a JSON object, or nil; its own _meta members are kept byte for byte
	Header     http.Header     // extra HTTP headers; they win over the ones made here
	Schema     json.RawMessage // tools/call: the tool's inputSchema for x-mcp-header; nil: the one last listed under its name
	Timeout    time.Duration   // without progress; 0: Config.RequestTimeout, negative: none
	Cap        time.Duration   // hard, progress or not; 0: ten times the timeout, if there is one
	Purpose    string          // wire.Entry.Purpose
	OnProgress func(Progress)  // called in wire order, must return at once; nil: no progress is asked for
}

// Progress is one notifications/progress of a call.
type Progress struct {
	Progress float64
	Total    *float64 // nil: unknown
	Message  string
	Entry    uint64
}

// Result is what came of a call. It is returned beside an error too when an answer came.
type Result struct {
	Call      string          // id of the call
	Raw       json.RawMessage // the last answer, the whole frame
	Result    json.RawMessage // its result member; nil beside an error
	RPC       *fault.RPCError // its error member as it came; Call then returns an error of kind RPC too
	Request   uint64          // entry of the last request
	Response  uint64          // entry of the last answer
	Entries   []uint64        // of every round, requests and answers in order
	Status    int             // HTTP status of the last answer, 0 on stdio
	Header    http.Header     // its HTTP headers, nil on stdio
	Took      time.Duration   // the last round on the wire
	Rounds    int             // input_required rounds answered
	Findings  []string        // what is wrong or worth knowing, one sentence each
	Cancelled bool            // the server was told (or saw its stream closed) that nobody waits any more
}

// CallState is one call in flight.
type CallState struct {
	Call     string
	Method   string
	Name     string // tool or prompt name, resource URI
	Started  time.Time
	Progress *Progress // the last one
	Waiting  int       // its questions that wait for an answer
	Round    int       // input_required rounds so far
}
