package session

import (
	"encoding/json"
	"time"
)

// Question is one thing the server asks: a request of the legacy era, one of the inputRequests of a modern result,
// later one of a task. A copy: it does not change.
type Question struct {
	ID       string          // unique in this run of the program
	Source   Source          //
	Call     string          // the call it belongs to, or empty: the transport does not tell
	Round    int             // input_required round, from 1; 0 for a request
	Key      string          // in inputRequests
	Method   string          // elicitation/create, sampling/createMessage, roots/list
	Params   json.RawMessage // as they came
	State    State           //
	Reason   string          // why it was cancelled, or how it was answered
	Asked    time.Time       //
	Entry    uint64          // the entry that holds it
	Template json.RawMessage // an answer to start from
}

// Source is where a [Question] came from and how its answer goes back.
type Source string

// The sources.
const (
	FromRequest Source = "request"        // a JSON-RPC request; answered with a response
	FromInput   Source = "input_required" // an input request of a result; answered with the retry of the call
	FromTask    Source = "task"           // an input request of a task
)

// State of a [Question].
type State string

// The states. All but Pending are final.
const (
	Pending   State = "pending"
	Answered  State = "answered"
	Declined  State = "declined"
	Cancelled State = "cancelled"
)
