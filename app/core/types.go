// Package core is the composition root: it builds and owns every part below, and is what the window and the
// command line are two faces of. Its types are plain values that cross the bridge as JSON; raw JSON crosses as text.
package core

import (
	"github.com/sightglass-dev/sightglass/app/challenge"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// Error is a fault.CallError as the window sees it.
type Error struct {
	Server      string               `json:"server"`
	Kind        string               `json:"kind"`
	Step        string               `json:"step"`
	Message     string               `json:"message"`
	Hint        string               `json:"hint"`
	Detail      string               `json:"detail"`
	Status      int                  `json:"status"`
	Headers     []wire.Header        `json:"headers"`
	Challenge   *challenge.Challenge `json:"challenge,omitempty"`
	RPCCode     int                  `json:"rpcCode"`
	RPC         string               `json:"rpc"` // the JSON-RPC error object as it came, JSON text
	Entries     []uint64             `json:"entries"`
	Fingerprint string               `json:"fingerprint"` // of a certificate that Servers.Trust can accept for this server, or empty
}

// ServerList is the rail: saved servers in order, temporary ones (typed into the box) last.
type ServerList struct {
	Profiles  []profile.Profile `json:"profiles"`
	Temporary []string          `json:"temporary"` // ids in Profiles that are not saved
	File      string            `json:"file"`      // path of the profile file
	FileError string            `json:"fileError"` // why it could not be read; while set, nothing is written
	Keychain  KeychainState     `json:"keychain"`
}

// KeychainState says where secrets go.
type KeychainState struct {
	State string `json:"state"` // available, locked, prompt, unavailable; empty until it was looked at
	Name  string `json:"name"`  // "Secret Service (gnome-keyring)"
	Text  string `json:"text"`  // what that means for the user, one sentence
}

// SecretInput carries a secret's value to the keychain: it never comes back. Empty Value keeps what is stored.
type SecretInput struct {
	Name  string `json:"name"`  // "env:TOKEN", "header:Authorization", "secret:name" for ${secret:name}
	Value string `json:"value"` //
	Clear bool   `json:"clear"` // forget the stored value
	// In is an argument or the URL, "args[2]" or "url", as in Suspect: Save takes the credentials out of it, and the rest
	// of this says nothing.
	In string `json:"in,omitempty"`
}

// Suspect is a place of a server that is being edited which looks like a credential.
type Suspect struct {
	Field string `json:"field"` // "env[0]", "headers[1]", "args[2]", "url"
	Why   string `json:"why"`   // "the name holds TOKEN"
	Text  string `json:"text"`  // of an argument or the URL: with ${secret:name} in place of each value
}

// SecretState says whether a secret named by a profile has a value.
type SecretState struct {
	Name   string `json:"name"`
	Stored string `json:"stored"` // keychain, memory, missing
}

// Launch is what starting a profile would do, shown before it is confirmed.
type Launch struct {
	Profile   string         `json:"profile"`
	Hash      string         `json:"hash"`      // over command, args, env names and cwd as shown; over HTTP, over Settings
	Confirmed bool           `json:"confirmed"` // this hash was confirmed before; a plain URL needs none
	Since     string         `json:"since"`     // why it is not: "new"; "changed" since it was allowed; "unverified": what was allowed cannot be told for sure
	Changes   []LaunchChange `json:"changes"`   // the fields that changed; empty and "changed": a secret in the arguments
	Command   string         `json:"command"`   // as configured
	Program   string         `json:"program"`   // absolute path found, empty when not found
	Searched  []string       `json:"searched"`  // PATH folders searched
	Args      []string       `json:"args"`      // placeholders unfilled, what looks like a credential masked
	EnvNames  []string       `json:"envNames"`
	Cwd       string         `json:"cwd"`
	URL       string         `json:"url"`
	Settings  []LaunchChange `json:"settings"` // over HTTP: what is set of URL, headers, sign-in and network, where it has to be confirmed
	Missing   []SecretState  `json:"missing"`  // secrets and inputs without a value: Connect asks for them
	Problem   string         `json:"problem"`  // why it cannot start
}

// LaunchChange is one field of a launch that is not what the user allowed last.
type LaunchChange struct {
	Field string       `json:"field"` // command, args, env, cwd; over HTTP url, headers, trust, auth.issuer, network.proxy, …
	Lines []ChangeLine `json:"lines"` // old and new, in one list
}

// ChangeLine is one line of a LaunchChange: an argument, a variable's name.
type ChangeLine struct {
	Mark string `json:"mark"` // "-" was, "+" is new, empty: as before
	Text string `json:"text"` // credentials masked
}

// Typed is what the box above the list understood.
type Typed struct {
	Kind    string          `json:"kind"` // url, command, invalid
	Profile profile.Profile `json:"profile"`
	Secrets []SecretInput   `json:"secrets"` // what was pre-marked secret; values stay in the page until saved
	Launch  Launch          `json:"launch"`
	Problem string          `json:"problem"`
}

// ImportItem is one server found in a pasted or opened file.
type ImportItem struct {
	Key      string          `json:"key"` // its name in the file
	Profile  profile.Profile `json:"profile"`
	Secrets  []ImportSecret  `json:"secrets"`
	Problems []string        `json:"problems"` // what was not understood
	Conflict string          `json:"conflict"` // id of a saved profile of that name, or empty
	Skip     bool            `json:"skip"`     // set by the user
	Replace  bool            `json:"replace"`  // set by the user: overwrite the conflicting one, else a new name is made
}

// ImportSecret is a value that looks like a credential, or could be one.
type ImportSecret struct {
	Name   string `json:"name"`   // as SecretInput.Name
	Hint   string `json:"hint"`   // first characters and length, never the value
	Secret bool   `json:"secret"` // pre-marked; the user may change it
	Why    string `json:"why"`    // "the name holds TOKEN"
}

// ImportPreview is a pasted or opened file, read. Values stay in Go under Token until Accept or a new preview.
type ImportPreview struct {
	Token   string       `json:"token"`
	Form    string       `json:"form"` // mcpServers, servers (VS Code), single
	Items   []ImportItem `json:"items"`
	Problem string       `json:"problem"` // the text could not be read: line, column, reason
}

// Phase of a connection.
type Phase string

// The phases.
const (
	Disconnected Phase = "disconnected"
	Connecting   Phase = "connecting"
	Connected    Phase = "connected"
	Refused      Phase = "refused" // Err.Challenge is set
	Failed       Phase = "failed"
	Closing      Phase = "closing"
)

// Step is one step of a connect.
type Step struct {
	Name    string   `json:"name"`    // "start process", "probe server/discover", "initialize"
	State   string   `json:"state"`   // running, done, failed, skipped
	Text    string   `json:"text"`    // what came of it
	Started int64    `json:"started"` // Unix microseconds
	Took    int64    `json:"took"`    // microseconds
	Entries []uint64 `json:"entries"`
}

// Connection is the state of one profile's connection.
type Connection struct {
	Profile      string `json:"profile"`
	Conn         string `json:"conn"` // id in the log; a new one for each connect
	Rev          uint64 `json:"rev"`
	Phase        Phase  `json:"phase"`
	Steps        []Step `json:"steps"`
	Started      int64  `json:"started"`      // Unix microseconds of the click on Connect
	Since        int64  `json:"since"`        // Unix microseconds of the last change of phase
	Took         int64  `json:"took"`         // microseconds the connect took
	Transport    string `json:"transport"`    // the one in use: stdio, http, sse
	Era          string `json:"era"`          // legacy, modern
	Version      string `json:"version"`      // negotiated protocol version
	SessionID    string `json:"sessionID"`    // masked
	ServerInfo   string `json:"serverInfo"`   // JSON text as it came
	Capabilities string `json:"capabilities"` // JSON text as it came
	Client       string `json:"client"`       // our capabilities, JSON text as sent
	Instructions string `json:"instructions"`
	How          string `json:"how"` // how era and version were found, one or two sentences
	PID          int    `json:"pid"`
	Latency      int64  `json:"latency"`      // microseconds of the last answered request
	Questions    int    `json:"questions"`    // pending in the inbox
	Calls        int    `json:"calls"`        // in flight
	ToolsChanged bool   `json:"toolsChanged"` // list_changed came since the list was read

	ResourcesChanged bool   `json:"resourcesChanged"`  // as ToolsChanged; templates too
	PromptsChanged   bool   `json:"promptsChanged"`    // as ToolsChanged
	Tasks            int    `json:"tasks"`             // known, and
	ActiveTasks      int    `json:"activeTasks"`       // those not over
	TaskForm         string `json:"taskForm"`          // core or extension, when the server declares tasks; else empty
	Logged           bool   `json:"logged"`            // a notifications/message came
	WatchRev         uint64 `json:"watchRev"`          // grows with every change of what Resources.Watches and Streams return
	Streams          int    `json:"streams,omitempty"` // modern: subscriptions/listen streams that are or are to be open

	Paged       bool       `json:"paged,omitempty"`       // its settings: lists page by page
	AutoRefresh bool       `json:"autoRefresh,omitempty"` // its settings: lists that changed are read again by themselves
	Cache       *CacheHint `json:"cache,omitempty"`       // modern: how long the answer to server/discover stays fresh

	Drift *DriftCount `json:"drift,omitempty"` // how the interface differs from its baseline, once that is known

	Noise  string `json:"noise"`            // the first line on stdout that is no message, quoted: the server logs where it must not
	Err    *Error `json:"err,omitempty"`    // why Failed or Refused, or why it ended
	Banner *Error `json:"banner,omitempty"` // a refusal on the live connection, or of its end
}

// Tool is one row of the tool list.
type Tool struct {
	Index       int    `json:"index"` // its place in the list: names may repeat
	Name        string `json:"name"`
	Title       string `json:"title"`
	Summary     string `json:"summary"` // first 200 characters of the description
	Icons       []Icon `json:"icons,omitempty"`
	ReadOnly    *bool  `json:"readOnly,omitempty"`
	Destructive *bool  `json:"destructive,omitempty"`
	Idempotent  *bool  `json:"idempotent,omitempty"`
	OpenWorld   *bool  `json:"openWorld,omitempty"`
	Tasks       string `json:"tasks,omitempty"`     // as a task: required, optional (2025-11-25), allowed (the extension: the server decides), or empty
	Excluded    string `json:"excluded,omitempty"`  // why it may not be called (x-mcp-header)
	UI          string `json:"ui,omitempty"`        // URI of its app's resource
	AppOnly     bool   `json:"appOnly,omitempty"`   // _meta.ui.visibility lacks "model": for the server's apps alone
	ModelOnly   bool   `json:"modelOnly,omitempty"` // _meta.ui.visibility lacks "app": apps may not call it
	Problem     string `json:"problem,omitempty"`   // what is malformed about it
}

// ListRead is how far a list was read: every page, or the pages read so far.
type ListRead struct {
	Pages    int        `json:"pages"`
	More     bool       `json:"more"`   // a further page was not read yet: ask for "next"
	Cursor   string     `json:"cursor"` // of that page, as it came; an empty string is a cursor too
	Seqs     []uint64   `json:"seqs"`   // entries of the answers
	At       int64      `json:"at"`     // Unix microseconds; 0: never asked
	Findings []string   `json:"findings"`
	Cache    *CacheHint `json:"cache,omitempty"`
	Err      *Error     `json:"err,omitempty"` // what came before it is in the list
}

// ToolList is the answer to tools/list.
type ToolList struct {
	Tools []Tool `json:"tools"`
	ListRead
}

// ToolDetail is one tool, whole.
type ToolDetail struct {
	Tool         Tool   `json:"tool"`
	Description  string `json:"description"`
	InputSchema  string `json:"inputSchema"`  // JSON text as it came
	OutputSchema string `json:"outputSchema"` // JSON text, or empty
	Raw          string `json:"raw"`          // the whole item
}

// RunInput is one tool call.
type RunInput struct {
	Call    string `json:"call"` // id chosen by the caller, unique in this run of the program
	Profile string `json:"profile"`
	Tool    string `json:"tool"`
	Index   int    `json:"index"`
	Args    string `json:"args"`  // JSON text of the arguments object
	Force   bool   `json:"force"` // send although the arguments do not match the schema
	// Task says whether the call is to become a task: yes, no, or empty: as the tool requires and the connection declares.
	Task string `json:"task,omitempty"`
	TTL  int64  `json:"ttl,omitempty"`  // milliseconds that the task is to be kept (2025-11-25); 0: the server decides
	Once bool   `json:"once,omitempty"` // the end of the connection ends the wait for its task

	Extra *CallExtras `json:"extra,omitempty"`
}

// RequestInput is one request of any method.
type RequestInput struct {
	Call    string `json:"call"` // as RunInput.Call
	Profile string `json:"profile"`
	Method  string `json:"method"`
	Params  string `json:"params"` // JSON text of any value, or empty: no params
	// Headers are extra ones over HTTP, which win over those of the protocol.
	Headers []RawHeader `json:"headers,omitempty"`
	Extra   *CallExtras `json:"extra,omitempty"`
}

// RunOutput is the outcome of a call. Result and Raw are empty above 4 KiB: fetch them by Seq.
type RunOutput struct {
	Call     string    `json:"call"`
	Seq      uint64    `json:"seq"`      // entry of the answer
	Request  uint64    `json:"request"`  // entry of the request
	Bytes    int64     `json:"bytes"`    // of the answer
	Took     int64     `json:"took"`     // microseconds on the wire
	Result   string    `json:"result"`   // result object, masked JSON text
	IsError  bool      `json:"isError"`  // the tool's own error
	Problems []Problem `json:"problems"` // arguments that do not match: nothing was sent
	Output   []Problem `json:"output"`   // structuredContent that does not match outputSchema
	Findings []string  `json:"findings"`
	Rounds   int       `json:"rounds"`           // input_required rounds
	Task     string    `json:"task,omitempty"`   // key of the task that it became
	At       string    `json:"at,omitempty"`     // JSON Pointer of the result in the message; empty: /result
	Waited   int64     `json:"waited,omitempty"` // microseconds that the task took, as seen from here
	Trace    string    `json:"trace,omitempty"`  // the traceparent of the last request, or empty
	Err      *Error    `json:"err,omitempty"`
}

// Problem is one place where a value does not match its schema.
type Problem struct {
	Path    string `json:"path"` // JSON Pointer into the arguments
	Message string `json:"message"`
	Keyword string `json:"keyword"` // of the schema
}

// CallState is one call in flight, with its progress.
type CallState struct {
	Call     string   `json:"call"`
	Profile  string   `json:"profile"`
	Tool     string   `json:"tool"`
	Started  int64    `json:"started"` // Unix microseconds
	Progress *float64 `json:"progress,omitempty"`
	Total    *float64 `json:"total,omitempty"`
	Message  string   `json:"message"`
	Waiting  int      `json:"waiting"`           // questions of this call waiting for an answer
	Task     string   `json:"task,omitempty"`    // key of its task
	Status   string   `json:"status,omitempty"`  // of the task, the server's word
	Follows  bool     `json:"follows,omitempty"` // the task is asked about; else there is no connection
	Round    int      `json:"round,omitempty"`   // input_required rounds so far
	Hand     bool     `json:"hand,omitempty"`    // a round waits to be sent by hand: see Rounds
}
