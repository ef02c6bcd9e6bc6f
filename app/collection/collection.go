// Package collection keeps calls to be made again: files that people read, edit and put under version control, each a
// list of calls with variables and expectations, and the judging of what came back. It sends nothing: who runs a
// collection hands in the function that makes a call.
package collection

import (
	"encoding/json"
	"time"
)

// Format is the first member of every file, with the version of its form.
const Format = "collection/1"

// Bounds of a collection. Files may come from strangers.
const (
	MaxFile      = 16 << 20 // bytes of a file
	MaxCalls     = 2000
	MaxVariables = 500
	MaxExpect    = 200  // expectations of one call
	maxName      = 200  // characters of a name
	maxDepth     = 200  // nesting of params
	maxPath      = 2000 // bytes of a JSONPath
	maxDescents  = 2    // descendant segments (..) of a JSONPath
	// MaxTimeout is how long a call may be given.
	MaxTimeout = time.Hour
)

// Collection is one file of calls, run from the first to the last.
type Collection struct {
	Format    string              `json:"sightglass"` // [Format]
	Name      string              `json:"name"`
	Comment   string              `json:"comment,omitempty"`
	Variables map[string]Variable `json:"variables,omitempty"`
	Calls     []Call              `json:"calls"`
}

// Variable is a value that calls name as {{name}}. The value of a secret one is never in the file: whoever runs the
// collection gives it.
type Variable struct {
	Value   json.RawMessage `json:"value,omitempty"` // any JSON value; none: it has to be given, or a call keeps it
	Secret  bool            `json:"secret,omitempty"`
	Comment string          `json:"comment,omitempty"`
}

// Call is one request and what its answer has to be like.
//
// A string in Params, an expectation's Equals and Matches, and the Method may hold {{name}}; a string that is nothing
// but that stands for the variable's value, whatever its type.
type Call struct {
	Name    string            `json:"name"`
	Comment string            `json:"comment,omitempty"`
	Method  string            `json:"method"`
	Params  json.RawMessage   `json:"params,omitempty"`
	Timeout string            `json:"timeout,omitempty"` // as "30s" or "1m30s"; empty: the server's setting
	Skip    bool              `json:"skip,omitempty"`    // it is not made
	Expect  []Expectation     `json:"expect,omitempty"`
	Keep    map[string]string `json:"keep,omitempty"` // variable -> JSONPath (RFC 9535) into the result: set for the calls after it
}

// Expectation is one thing that has to be true of an answer. Exactly one of Equals, Matches, Exists, Count, Schema,
// Within and Error is set.
//
// A call without an expectation of the kind Error fails when it is answered with an error, and one that names $.isError
// nowhere fails when the tool says that it failed.
type Expectation struct {
	Path    string          `json:"path,omitempty"`    // JSONPath (RFC 9535) into the result; empty: the whole result
	In      string          `json:"in,omitempty"`      // JSONPath of a text that is JSON itself: Path leads into that
	Equals  json.RawMessage `json:"equals,omitempty"`  // each value at Path, and there is one
	Matches string          `json:"matches,omitempty"` // regular expression (RE2) that each text at Path holds, and there is one
	Exists  *bool           `json:"exists,omitempty"`  // whether there is a value at Path
	Count   *int            `json:"count,omitempty"`   // how many values are at Path
	Schema  json.RawMessage `json:"schema,omitempty"`  // JSON Schema that each value at Path matches, and there is one
	Within  string          `json:"within,omitempty"`  // the answer came within this time on the wire, as "500ms"
	Error   *ExpectedError  `json:"error,omitempty"`   // the answer is a JSON-RPC error
}

// ExpectedError is the JSON-RPC error that a call has to be answered with. What is not set is not looked at.
type ExpectedError struct {
	Code    int    `json:"code,omitempty"`
	Message string `json:"message,omitempty"` // regular expression (RE2) that the message holds
}

// Outcome is what a call came to.
type Outcome struct {
	Result  json.RawMessage // result object of a response, nil otherwise; secrets may be masked: verdicts quote it
	Whole   json.RawMessage // the same with every secret, for what is compared and kept; nil: Result
	Code    int             // of a JSON-RPC error
	Message string          // of a JSON-RPC error
	RPC     bool            // it was answered with a JSON-RPC error
	Took    time.Duration   // on the wire
	Failed  string          // no answer: why, one sentence
}

// The states of a [Result].
const (
	Passed  = "passed"
	Failed  = "failed"  // answered, but not as expected
	Broken  = "broken"  // not answered, or not to be sent
	Skipped = "skipped" // not made
)

// Result is how one call of a collection went.
type Result struct {
	Index    int       `json:"index"`
	Name     string    `json:"name"`
	State    string    `json:"state"`
	Took     int64     `json:"took"`     // microseconds on the wire
	Problem  string    `json:"problem"`  // why it is broken, failed for no expectation, or was skipped
	Verdicts []Verdict `json:"verdicts"` // one for each expectation; empty when there was no answer
}

// Verdict is an expectation looked at.
type Verdict struct {
	Text string `json:"text"` // the expectation in words
	Pass bool   `json:"pass"`
	Got  string `json:"got"` // what was there instead, at most 500 characters; empty when it passed
}
