package core

import "github.com/sightglass-dev/sightglass/app/rules"

// RuleState is a rule with what it did in this run.
type RuleState struct {
	Rule    rules.Rule `json:"rule"`
	Fired   uint64     `json:"fired"`   // questions it took
	Last    int64      `json:"last"`    // Unix microseconds, 0: never
	Problem string     `json:"problem"` // why it never applies: the expression cannot be read, the server is gone
}

// RuleList are the rules in the order in which they are tried.
type RuleList struct {
	Rules     []RuleState `json:"rules"`
	File      string      `json:"file"`      // path
	FileError string      `json:"fileError"` // as AnswerTemplates.FileError
}

// SavedRule says what came of saving a rule. With Problems or, unless it was forced, Suspects nothing was saved.
type SavedRule struct {
	Rule     rules.Rule `json:"rule"`
	Saved    bool       `json:"saved"`
	Problems []string   `json:"problems"`
	Suspects []string   `json:"suspects"` // what looks like a credential: it would stand in a file
}

// RootEntry is one root.
type RootEntry struct {
	URI     string `json:"uri"`
	Name    string `json:"name"`
	Problem string `json:"problem"` // what a server will make of it: no file:// URI, no such folder here; empty: none
}

// RootList are the roots of one server's settings: roots/list is answered with them at once, unless a rule says
// otherwise.
type RootList struct {
	Profile  string      `json:"profile"`
	Roots    []RootEntry `json:"roots"`
	Declared bool        `json:"declared"` // the live connection declared roots; with none, what its next connect declares
	Live     bool        `json:"live"`     // there is a connection
	Changes  bool        `json:"changes"`  // the server is told of changes: the legacy era has list_changed
	Asked    int64       `json:"asked"`    // when the server last asked on this connection (Unix microseconds), 0: never
	Told     int64       `json:"told"`     // when it was last told of a change (Unix microseconds), 0: never
	Err      *Error      `json:"err,omitempty"`
}

// SamplerState is the sampler as it is set.
type SamplerState struct {
	Settings rules.Sampler `json:"settings"`
	Key      string        `json:"key"`     // where the key is: keychain, memory, missing
	Problem  string        `json:"problem"` // why it cannot be used; empty: it can
	File     string        `json:"file"`
}

// SamplerInput changes the sampler.
type SamplerInput struct {
	Settings rules.Sampler `json:"settings"`
	Key      string        `json:"key"`      // goes to the keychain; empty keeps what is stored
	ClearKey bool          `json:"clearKey"` // forget it
}

// SamplerDraft is what the endpoint said to a question, or to the test. Nothing was sent to the server.
type SamplerDraft struct {
	Result   string    `json:"result"` // a CreateMessageResult, JSON text
	Model    string    `json:"model"`
	Took     int64     `json:"took"`     // microseconds
	Entry    uint64    `json:"entry"`    // of the exchange
	Problems []Problem `json:"problems"` // as Questions.Check finds
	Findings []string  `json:"findings"` // what could not be handed on: an audio, a metadata member
	Err      *Error    `json:"err,omitempty"`
}
