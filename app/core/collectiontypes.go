package core

// CollectionFile is a file with saved calls, as a list shows it.
type CollectionFile struct {
	Path    string `json:"path"`
	Name    string `json:"name"` // of the collection; of the file when it cannot be read
	Calls   int    `json:"calls"`
	Own     bool   `json:"own"` // it lies in the data folder; else the user opened it
	Problem string `json:"problem"`
}

// CollectionList is the files with saved calls that are known, by name.
type CollectionList struct {
	Files  []CollectionFile `json:"files"`
	Folder string           `json:"folder"` // of those that are Own
}

// CollectionDoc is a file with saved calls, whole.
type CollectionDoc struct {
	Path       string     `json:"path"`
	Sum        string     `json:"sum"` // of its bytes: saving wants it, so that nobody's change is written over
	Collection SavedCalls `json:"collection"`
	// Suspects are values that look like credentials: those that stand in the file, or, when Unsaved is set, those for
	// which nothing was written.
	Suspects []CallSuspect `json:"suspects"`
	Unsaved  bool          `json:"unsaved,omitempty"`
	Err      *Error        `json:"err,omitempty"`
}

// CallSuspect is a [collection.Suspect].
type CallSuspect struct {
	Where string `json:"where"`
	Why   string `json:"why"`
}

// What is done when values that look like credentials would come into a file: nothing is written and they are told,
// they become secret variables, or they are written.
const (
	SecretsTell = ""
	SecretsHide = "hide"
	SecretsKeep = "keep"
)

// SavedCalls is a [collection.Collection] for the window: JSON stands in texts, which keeps numbers as they were
// written.
type SavedCalls struct {
	Name      string          `json:"name"`
	Comment   string          `json:"comment"`
	Variables []SavedVariable `json:"variables"`
	Calls     []SavedCall     `json:"calls"`
}

// SavedVariable is a [collection.Variable].
type SavedVariable struct {
	Name    string `json:"name"`
	Value   string `json:"value"` // JSON text, or empty
	Secret  bool   `json:"secret"`
	Given   bool   `json:"given"` // a secret one: its value is kept in the keychain or for this run
	Comment string `json:"comment"`
}

// SavedCall is a [collection.Call].
type SavedCall struct {
	Name    string             `json:"name"`
	Comment string             `json:"comment"`
	Method  string             `json:"method"`
	Params  string             `json:"params"` // JSON text, or empty: none
	Timeout string             `json:"timeout"`
	Skip    bool               `json:"skip"`
	Expect  []SavedExpectation `json:"expect"`
	Keep    []SavedKeep        `json:"keep"`
}

// SavedExpectation is a [collection.Expectation].
type SavedExpectation struct {
	Kind  string `json:"kind"` // equals, matches, exists, missing, count, schema, within, error
	Path  string `json:"path"`
	In    string `json:"in"`
	Value string `json:"value"` // JSON text (equals, schema), expression (matches; error: of the message), number (count), duration (within)
	Code  int    `json:"code"`  // of an error; 0: any
}

// SavedKeep is a variable that a call's result sets.
type SavedKeep struct {
	Name string `json:"name"`
	Path string `json:"path"`
}

// SaveCollectionInput writes a file with saved calls.
type SaveCollectionInput struct {
	Path       string     `json:"path"` // empty: a new file in the data folder
	Sum        string     `json:"sum"`  // of the file as it was read; empty: it is new
	Collection SavedCalls `json:"collection"`
	Secrets    string     `json:"secrets"` // see [SecretsTell]
}

// AddCallsInput saves requests of the traffic as calls.
type AddCallsInput struct {
	Path    string   `json:"path"`    // of a known file; empty: a new one in the data folder
	Name    string   `json:"name"`    // of the new one
	Seqs    []uint64 `json:"seqs"`    // requests; anything else is left out
	Expect  bool     `json:"expect"`  // each is to be answered as it was
	Secrets string   `json:"secrets"` // see [SecretsTell]
}

// CollectionRunInput starts a run. It has a Path, or Seqs: requests of the traffic, to be sent again and compared.
type CollectionRunInput struct {
	Run     string          `json:"run"` // id chosen by the caller, unique in this run of the program
	Profile string          `json:"profile"`
	Path    string          `json:"path"`
	Seqs    []uint64        `json:"seqs"`
	Only    []int           `json:"only"`   // indexes of calls, in any order; empty: all
	Stop    bool            `json:"stop"`   // at the first call that is not passed
	Values  []SavedVariable `json:"values"` // over those of the file; only name and value count
}

// CollectionRun is a run under way or over.
type CollectionRun struct {
	Run     string       `json:"run"`
	Profile string       `json:"profile"`
	Name    string       `json:"name"`
	Replay  bool         `json:"replay"` // of requests of the traffic
	Began   int64        `json:"began"`  // Unix microseconds
	Ended   int64        `json:"ended"`  // the same, 0 while it runs
	Total   int          `json:"total"`
	Counts  RunCounts    `json:"counts"`
	Results []CallResult `json:"results"` // in order; the last one may be under way, with an empty state
	Err     *Error       `json:"err,omitempty"`
}

// RunCounts is how many calls of a run came to what.
type RunCounts struct {
	Passed  int `json:"passed"`
	Failed  int `json:"failed"`
	Broken  int `json:"broken"`
	Skipped int `json:"skipped"`
}

// CallResult is one call of a run.
type CallResult struct {
	Index    int           `json:"index"`
	Name     string        `json:"name"`
	State    string        `json:"state"`    // passed, failed, broken, skipped; empty: under way
	Took     int64         `json:"took"`     // microseconds on the wire
	Problem  string        `json:"problem"`  // why it is broken, failed for no expectation, or was skipped
	Verdicts []CallVerdict `json:"verdicts"` // one for each expectation; empty when there was no answer
	Method   string        `json:"method"`
	Request  uint64        `json:"request"` // entries, 0: none
	Answer   uint64        `json:"answer"`
	// Of a replay: the entries sent again and compared with, the time then, and whether the answers are the same but
	// for _meta.
	WasRequest uint64 `json:"wasRequest,omitempty"`
	WasAnswer  uint64 `json:"wasAnswer,omitempty"`
	WasTook    int64  `json:"wasTook,omitempty"` // microseconds
}

// CallVerdict is an expectation looked at.
type CallVerdict struct {
	Text string `json:"text"` // the expectation in words
	Pass bool   `json:"pass"`
	Got  string `json:"got"` // what was there instead, at most 500 characters; empty when it passed
}
