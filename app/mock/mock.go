// Package mock serves what was captured as an MCP server, over stdio and over Streamable HTTP, so that a bug is
// reproduced without the server it came from. It answers as recorded and thinks nothing up: a request that was never
// recorded gets an error that names the nearest ones.
//
// A request is matched by method and params: first exactly, then without _meta, then by the name of its tool, prompt or
// resource. Equal requests play their recorded answers in order, the last one repeats; a new handshake begins anew.
// Notifications and questions that came during a call come again, before its answer; what came while nothing was asked
// follows the answer before it.
package mock

import (
	"encoding/json"
	"sync"
	"time"
)

// Options of a mock. The zero value is the documented default.
type Options struct {
	Timing     bool   // answer as slowly as recorded, at most maxDelay between two messages; default: at once
	Challenges bool   // over HTTP: a request without Authorization is refused as it was recorded; default: refusals are left out
	Served     func() // called after each request, from any goroutine; must return at once. Nil: nobody listens
}

const (
	maxDelay   = time.Minute      // that a recorded pause is kept
	maxAnswer  = 10 * time.Minute // that a question waits for its answer: a person may be asked
	maxServed  = 1000             // requests that are remembered
	maxMessage = 64 << 20         // bytes of one message that is read
	maxParams  = 2000             // bytes of params that are remembered
)

// How a request was matched.
const (
	Exactly     = "exactly"      // method and params are those recorded
	WithoutMeta = "without meta" // but for params._meta
	ByName      = "by name"      // the tool, prompt or resource is, the rest differs
	Always      = "always"       // a ping is answered, recorded or not
	Refused     = "refused"      // with the recorded challenge
	Unmatched   = "unmatched"    // there is nothing like it: an error was answered
	Crowded     = "too many"     // a limit was reached, which Name tells: it was refused, or left out
)

// Served is one request that was answered.
type Served struct {
	Time   int64  `json:"time"` // Unix microseconds
	Method string `json:"method"`
	Name   string `json:"name"`
	Params string `json:"params"` // the first 2,000 bytes
	How    string `json:"how"`    // see the constants
	Seq    uint64 `json:"seq"`    // of the recorded request it was answered as; 0: none
	Times  int    `json:"times"`  // the how manieth of the recorded answers it got
}

// Mock answers from a tape. Its methods are safe for concurrent use.
type Mock struct {
	tape    *Tape
	options Options
	open    gates

	mu     sync.Mutex
	served []Served
	total  int
}

// New makes a mock of a tape.
func New(t *Tape, o Options) *Mock { return &Mock{tape: t, options: o, open: newGates()} }

// Served lists the last 1,000 requests, and how many there were.
func (m *Mock) Served() (list []Served, total int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Served{}, m.served...), m.total
}

func (m *Mock) serve(s Served) {
	s.Time = time.Now().UnixMicro()
	if len(s.Params) > maxParams {
		s.Params = s.Params[:maxParams]
	}
	m.mu.Lock()
	m.total++
	m.served = append(m.served, s)
	if len(m.served) > maxServed {
		m.served = append([]Served(nil), m.served[len(m.served)-maxServed:]...)
	}
	m.mu.Unlock()
	if m.options.Served != nil {
		m.options.Served()
	}
}

// failure is a JSON-RPC error object.
type failure struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    any    `json:"data,omitempty"`
}

// reply makes an answer of what stands in a recorded one.
func reply(id, result, failed json.RawMessage) []byte {
	if failed != nil {
		return message("id", id, "error", failed)
	}
	if result == nil {
		result = json.RawMessage("{}")
	}
	return message("id", id, "result", result)
}

func refuse(id json.RawMessage, f failure) []byte {
	b, err := json.Marshal(f)
	if err != nil {
		b = []byte(`{"code":-32603,"message":"internal error"}`)
	}
	return message("id", id, "error", b)
}

// message writes members in order, their values as they stand.
func message(members ...any) []byte {
	b := []byte(`{"jsonrpc":"2.0"`)
	for i := 0; i+1 < len(members); i += 2 {
		name, _ := members[i].(string)
		value, _ := members[i+1].(json.RawMessage)
		if raw, ok := members[i+1].([]byte); ok {
			value = raw
		}
		if len(value) == 0 {
			value = json.RawMessage("null")
		}
		b = append(append(append(append(b, `,"`...), name...), `":`...), value...)
	}
	return append(b, '}')
}
