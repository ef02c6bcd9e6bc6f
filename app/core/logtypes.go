package core

// LogKind says what a LogLine is.
type LogKind string

// The kinds of a LogLine.
const (
	LogMessage LogKind = "message" // notifications/message
	LogStderr  LogKind = "stderr"  // a line on the child's standard error
)

// LogLine is one thing that a server logged, credentials masked. Seq is its entry.
type LogLine struct {
	Seq     uint64  `json:"seq"`
	Time    int64   `json:"time"` // Unix microseconds
	Kind    LogKind `json:"kind"`
	Level   string  `json:"level"` // debug to emergency, or what the server sent in its place; empty on standard error
	Logger  string  `json:"logger"`
	Text    string  `json:"text"` // a string as it is, any other data as JSON
	JSON    bool    `json:"json"` // Text is JSON
	Cut     bool    `json:"cut"`  // Text is not the whole: the entry has it
	Problem string  `json:"problem,omitempty"`
	Call    LogCall `json:"call"` // the request on whose stream it came; Seq 0: none, or not known

	of string // id of that call: its entry may be read after this one
}

// LogCall is a request that a LogLine belongs to.
type LogCall struct {
	Seq    uint64 `json:"seq"` // its entry
	Method string `json:"method"`
	Name   string `json:"name"`
}

// LogInput asks for what a server logged.
type LogInput struct {
	Profile string `json:"profile"`
	After   uint64 `json:"after"` // Seq of the last line known; those after it are wanted
	Limit   int    `json:"limit"` // lines, at most 5,000; 0: that
	// Level hides messages below it; empty: none. A level that is none of the eight is never hidden.
	Level string `json:"level"`
	// Text hides what holds it neither in its text nor in its logger's name; letter case does not count.
	Text   string `json:"text"`
	Stderr bool   `json:"stderr"` // lines on standard error are wanted too
}

// LogPage is the answer to a LogInput.
type LogPage struct {
	Conn  string    `json:"conn"`
	Lines []LogLine `json:"lines"` // by rising Seq
	Next  uint64    `json:"next"`  // After of the next question
	More  bool      `json:"more"`  // there is more behind these
	Gone  uint64    `json:"gone"`  // lines up to this Seq left memory
	Left  int       `json:"left"`  // how many did: no more than 20,000 lines and 32 MiB are kept
	Total int       `json:"total"` // lines kept, whatever is asked for
	Level string    `json:"level"` // that the server was asked for last on this connection, or that every request names
	Kept  string    `json:"kept"`  // that the settings ask for: after a reset Level stays in force at a legacy server until the next connect
	// Declared tells that the server declares logging; Era says how a level is asked for.
	Declared bool   `json:"declared"`
	Era      string `json:"era"`
	Stderr   bool   `json:"stderr"` // there is a standard error to show: the server is a child process
}
