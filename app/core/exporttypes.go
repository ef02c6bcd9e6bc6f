package core

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
	Entries int         `json:"entries"`
	Bytes   int64       `json:"bytes"` // of their messages and bodies
	First   int64       `json:"first"` // time of the first entry, Unix microseconds
	Last    int64       `json:"last"`
	Text    string      `json:"text"` // the start of the file
	More    bool        `json:"more"` // it goes on
	Report  ReportLook  `json:"report"`
	Hits    []ExportHit `json:"hits"` // what looks like a secret
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
	Sent  SpansAnswer `json:"sent"`
	Error string      `json:"error"`
}

// MockInput starts a mock of what was captured.
type MockInput struct {
	What       ExportWhat `json:"what"` // Conn: the connection that is served
	Timing     bool       `json:"timing"`
	Challenges bool       `json:"challenges"`
}

// The types of package export as the window sees them: `export` is a word of TypeScript and cannot name their place in
// the bindings. Their fields are those of their namesakes.

// CopyForm is one way to copy an entry as code.
type CopyForm struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	About string `json:"about"`
}

// CopyCode is an entry as code.
type CopyCode struct {
	Text    string       `json:"text"`
	Secrets []CopySecret `json:"secrets"`
	Notes   []string     `json:"notes"`
}

// CopySecret is a credential that code takes from an environment variable.
type CopySecret struct {
	Env         string `json:"env"`
	Placeholder string `json:"placeholder"`
}

// ExportHit is something that looks as if it should not be handed on.
type ExportHit struct {
	Seq   uint64 `json:"seq"`
	Where string `json:"where"`
	Kind  string `json:"kind"`
	Text  string `json:"text"`
	Count int    `json:"count"`
}

// ReportFile is one file of a bug report.
type ReportFile struct {
	Name  string `json:"name"`
	About string `json:"about"`
	Bytes int64  `json:"bytes"`
	Text  string `json:"text"`
	Cut   bool   `json:"cut"`
	Left  bool   `json:"left"`
}

// ReportLook is everything in a bug report before it is saved.
type ReportLook struct {
	Files []ReportFile `json:"files"`
	Hits  []ExportHit  `json:"hits"`
	Count int          `json:"count"`
}

// SpansAnswer is what came of spans that were sent.
type SpansAnswer struct {
	URL      string `json:"url"`
	Spans    int    `json:"spans"`
	Rejected int    `json:"rejected"`
	Message  string `json:"message"`
	Status   int    `json:"status"`
	Answer   string `json:"answer"`
	Sample   string `json:"sample"`
}
