package core

import "github.com/sightglass-dev/sightglass/app/export"

// ExportWhat says which entries are handed on: the numbered ones, or what a view lists, or a connection of this run, or
// all of this run.
type ExportWhat struct {
	Seqs []uint64 `json:"seqs"`
	View string   `json:"view"`
	Conn string   `json:"conn"`
	// From and To bound the time, in Unix microseconds; 0: no bound.
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

// The formats of an export.
const (
	FormatHAR     = "har"
	FormatLines   = "jsonl"
	FormatCapture = "sightglass"
	FormatReport  = "report"
)

// ExportInput is one export.
type ExportInput struct {
	What   ExportWhat `json:"what"`
	Format string     `json:"format"`
	About  string     `json:"about"` // what the user says of a report
	Words  []string   `json:"words"` // strings that are replaced by placeholders
	Leave  []string   `json:"leave"` // files of a report that are left out
}

// ExportLook is what an export would write.
type ExportLook struct {
	Entries int            `json:"entries"`
	Bytes   int64          `json:"bytes"` // of their messages and bodies
	First   int64          `json:"first"` // time of the first entry, Unix microseconds
	Last    int64          `json:"last"`
	Text    string         `json:"text"` // the start of the file
	More    bool           `json:"more"` // it goes on
	Report  export.Preview `json:"report"`
	Hits    []export.Hit   `json:"hits"` // what looks like a secret
}

// ExportState is how an export stands.
type ExportState struct {
	Running bool  `json:"running"`
	Entries int   `json:"entries"` // read so far
	Total   int   `json:"total"`   // 0: not known
	Bytes   int64 `json:"bytes"`   // written so far
}

// SpansInput sends spans.
type SpansInput struct {
	What     ExportWhat `json:"what"`
	Endpoint string     `json:"endpoint"`
	Headers  string     `json:"headers"` // "Name: value", a line each; kept nowhere
}

// SpansSent is what came of it. Error tells beside what the collector said.
type SpansSent struct {
	Sent  export.Sent `json:"sent"`
	Error string      `json:"error"`
}

// MockInput starts a mock of what was captured.
type MockInput struct {
	What       ExportWhat `json:"what"` // Conn: the connection that is served
	Timing     bool       `json:"timing"`
	Challenges bool       `json:"challenges"`
}

// CopyForm is one way to copy an entry as code.
type CopyForm = export.Form

// CopyCode is an entry as code.
type CopyCode = export.Code
