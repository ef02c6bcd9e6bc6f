package session

import (
	"context"
	"encoding/json"
	"time"

	"github.com/sightglass-dev/sightglass/app/transport"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// Transport is how the server is reached. The words are those of a profile.
type Transport string

// The transports.
const (
	Stdio Transport = "stdio" // a child process, newline-delimited JSON
	HTTP  Transport = "http"  // Streamable HTTP
	SSE   Transport = "sse"   // HTTP+SSE of 2024-11-05
)

// Era is a generation of the protocol: how a connection starts and what every request carries.
type Era string

// The eras. Auto and the empty string ask the server.
const (
	Auto   Era = "auto"
	Legacy Era = "legacy" // initialize handshake, 2024-11-05 to 2025-11-25
	Modern Era = "modern" // no handshake, _meta in every request, from 2026-07-28
)

// The protocol versions spoken, newest first.
const (
	LatestModern = "2026-07-28"
	LatestLegacy = "2025-11-25"
)

// LegacyVersions are the versions accepted from an initialize result, newest first. Do not change the slice.
func LegacyVersions() []string {
	return []string{LatestLegacy, "2025-06-18", "2025-03-26", "2024-11-05"}
}

// ModernVersions are the versions spoken without a handshake, newest first.
func ModernVersions() []string { return []string{LatestModern} }

// Defaults of [Config].
const (
	DefaultConnectTimeout = 30 * time.Second
	DefaultProbeTimeout   = 3 * time.Second // a silent legacy server costs this once
)

// Config is what a connection needs. Server, Conn, Transport, Dial and Log must be set.
type Config struct {
	Server    string    // the profile's name, for messages
	Conn      string    // id of the connection, for entries and question ids
	Transport Transport // the profile's; SSE means legacy only

	// Dial opens a byte path of the given kind with these handlers. It is called once, and again for a legacy attempt
	// after a stdio server died of the probe, or with SSE when Streamable HTTP was refused. The path must outlive ctx,
	// which bounds the opening alone.
	Dial func(ctx context.Context, kind Transport, h transport.Handlers) (transport.Link, error)

	Era     Era    // "" or Auto asks the server; Legacy and Modern never try the other
	Version string // pinned version of that era; empty: its latest
	// Remembered is the era that an earlier connect to the same server found, if finding it was costly (see
	// [Info].Costly; a server that answers the probe is better asked again, as its author may have changed it). With
	// Auto, Legacy is tried without the probe; when initialize is refused the server is asked after all. Modern changes
	// nothing: the probe is the first request of that era.
	Remembered Era

	ConnectTimeout time.Duration // whole connect; 0: DefaultConnectTimeout, negative: none
	ProbeTimeout   time.Duration // server/discover on stdio; 0: DefaultProbeTimeout, half of a short ConnectTimeout at most
	RequestTimeout time.Duration // one request without progress; 0: none, the user cancels

	Limits    Limits // what a server that misbehaves can make us hold or do
	Client    ClientInfo
	Answerers Answerers // with Every, what Session.Apply changes later
	Every     Every
	NoStream  bool      // legacy Streamable HTTP: no GET stream is opened for what the server sends unasked
	Tasks     *TaskBook // of this server, from session to session; nil: one of its own
	Log       *wire.Log // lifecycle entries: verdicts, violations
	// Mask replaces credentials in what is written to Log. Nil: it is written as it is.
	Mask func(string) string

	// OnSteps gets a copy of the steps after each change while Connect runs, from its goroutines, never twice at once.
	OnSteps func([]Step)
	// OnChange tells that something readable changed. It is called from any goroutine, must return at once and must
	// not call Close; coalescing is its own matter.
	OnChange func(Change)
	// OnFault gets what fails outside of any call: the GET stream refused, a posted answer or notification refused.
	// Every one is a *fault.CallError, with the Challenge for 401 and 403. As OnChange, it must return at once.
	OnFault func(error)
	// OnNotification gets every notification of the server, in wire order. It must return at once.
	OnNotification func(transport.Incoming)
}

// Change is what an OnChange is about.
type Change string

// The changes.
const (
	CallsChanged     Change = "calls"     // Calls: one began, progressed, waits or ended
	QuestionsChanged Change = "questions" // Questions
	StateChanged     Change = "state"     // Done, Err, ToolsChanged, Latency
)

// ClientInfo is sent as clientInfo. Empty members are left out, name and version excepted.
type ClientInfo struct {
	Name    string `json:"name"`
	Title   string `json:"title,omitempty"`
	Version string `json:"version"`
}

// Answerers says which questions of a server somebody answers: only those are declared as capabilities. A question
// that is not declared is refused at once and visibly.
type Answerers struct {
	Form     bool // elicitation in form mode
	URL      bool // elicitation in URL mode
	Sampling bool // sampling/createMessage
	Roots    bool // roots/list

	SamplingTools bool // sampling.tools: the questions may bring tools (2025-11-25 client/sampling)
	Tasks         bool // tasks of 2025-11-25: tools/call as a task, tasks/list, tasks/cancel
	// Extensions are the extensions declared, by id, each with its settings object (SEP-2133).
	Extensions map[string]json.RawMessage

	// Rule says what answers a question in the user's place; ok false leaves it to the user (Session.Reply). It is
	// called in wire order and must return at once: the work is the Deed's. Nil: every question waits for the user.
	Rule func(Question) (Deed, bool)
}

// Step is one step of a connect, as a person reads it.
type Step struct {
	Name    string    // "start process", "probe server/discover", "initialize"
	State   StepState //
	Text    string    // what came of it, one sentence
	Started time.Time //
	Took    time.Duration
	Entries []uint64 // entries of the log that show it
}

// StepState is the state of a [Step].
type StepState string

// The states of a step.
const (
	StepRunning StepState = "running"
	StepDone    StepState = "done"
	StepFailed  StepState = "failed"
	StepSkipped StepState = "skipped"
)
