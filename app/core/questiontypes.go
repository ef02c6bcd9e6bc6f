package core

import (
	"github.com/sightglass-dev/sightglass/app/question"
	"github.com/sightglass-dev/sightglass/app/rules"
)

// Inbox is what the servers of all connections ask, oldest first: what waits for an answer and what was settled last.
// Params, parsed views and the answer are in [QuestionDetail].
type Inbox struct {
	Questions []InboxItem    `json:"questions"`
	Pending   int            `json:"pending"` // those that wait for the user, listed or not
	Ruled     int            `json:"ruled"`   // those that a rule is going to answer, listed or not
	Hidden    int            `json:"hidden"`  // questions that are not listed: a list holds 2,000
	Refused   []InboxRefusal `json:"refused"` // connections whose questions were refused because too many wait
}

// InboxRefusal counts what one connection's server asked beyond the limit.
type InboxRefusal struct {
	Profile string `json:"profile"`
	Conn    string `json:"conn"`
	Server  string `json:"server"`
	Count   int    `json:"count"` // questions refused since the connection began
	Limit   int    `json:"limit"` // questions that may wait at once; Protocol.limits.questions raises it
	Last    int64  `json:"last"`  // Unix microseconds
}

// InboxItem is one question of a server, without its params.
type InboxItem struct {
	ID       string `json:"id"` // unique in this run of the program
	Profile  string `json:"profile"`
	Conn     string `json:"conn"`
	Server   string `json:"server"`   // the profile's name
	Method   string `json:"method"`   // elicitation/create, sampling/createMessage, roots/list
	Mode     string `json:"mode"`     // of an elicitation: form, url, or what the server wrote; empty for others
	Source   string `json:"source"`   // request (legacy), input_required (modern), task, error (-32042)
	Call     string `json:"call"`     // the call it belongs to, or empty: the transport does not tell
	Tool     string `json:"tool"`     // tool or prompt name, or URI, of that call
	Round    int    `json:"round"`    // input_required round, from 1
	Key      string `json:"key"`      // in inputRequests
	Task     string `json:"task"`     // the task it belongs to, or empty
	Summary  string `json:"summary"`  // first 200 characters of what is asked
	Asked    int64  `json:"asked"`    // Unix microseconds
	Settled  int64  `json:"settled"`  // Unix microseconds, 0 while pending
	State    string `json:"state"`    // pending, answered, declined, cancelled
	Reason   string `json:"reason"`   // why it was cancelled, or how it was answered; one sentence
	By       string `json:"by"`       // who settled it: user, rule, roots (those of the server's settings), sampler, server, program; empty while pending
	Entry    uint64 `json:"entry"`    // the entry that holds it
	Findings int    `json:"findings"` // what is wrong or worth knowing about the question itself; the words are in the detail
	// Rule is going to answer it; nil: the user is asked.
	Rule *RuleAtWork `json:"rule,omitempty"`
	// Opened is when the browser was opened with the URL of an elicitation in URL mode (Unix microseconds), 0: it was not.
	Opened int64 `json:"opened"`
	// Completed is when the server told that the elicitation in URL mode is over (Unix microseconds), 0: it did not.
	Completed int64 `json:"completed"`
}

// RuleAtWork is a rule that is going to answer a question.
type RuleAtWork struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Action string `json:"action"`
	At     int64  `json:"at"` // Unix microseconds at which it answers; in the past: the sampler is at work
}

// QuestionDetail is one question, whole. Exactly one of the parsed views is set for a known method; each shows what
// could be read of the params, and the params stand beside it as they came.
type QuestionDetail struct {
	Item        InboxItem             `json:"item"`
	Params      string                `json:"params"`      // JSON text as it came, credentials masked; cut to 1 MiB
	ParamsBytes int64                 `json:"paramsBytes"` // of the whole
	Template    string                `json:"template"`    // a result to start from: accept with the defaults, an empty message, the server's roots
	Findings    []string              `json:"findings"`    // what is wrong or worth knowing about the question, one sentence each
	Elicitation *question.Elicitation `json:"elicitation,omitempty"`
	Sampling    *question.Sampling    `json:"sampling,omitempty"`
	Roots       *RootsView            `json:"roots,omitempty"`
	Answer      string                `json:"answer"` // what was sent: the result, the error or the raw text; empty while pending
}

// RootsView is what a roots/list would be answered with.
type RootsView struct {
	Roots []RootEntry `json:"roots"`
}

// Reply is the user's answer to a question.
type Reply struct {
	ID      string     `json:"id"`
	Kind    rules.Kind `json:"kind"`
	Content string     `json:"content"` // JSON text of an object
	URL     string     `json:"url"`
	Code    int        `json:"code"`
	Message string     `json:"message"`
	Data    string     `json:"data"` // JSON text, or empty
	Text    string     `json:"text"`
	Force   bool       `json:"force"` // send it in spite of its problems; what is no JSON object never goes out as a result
}

// ReplyOutput says what came of a Reply. With Problems nothing was sent.
type ReplyOutput struct {
	Sent     bool      `json:"sent"`
	Problems []Problem `json:"problems"` // paths into Content
}

// AnswerTemplates are the saved answers, in order of their names.
type AnswerTemplates struct {
	Templates []rules.Template `json:"templates"`
	File      string           `json:"file"`      // path
	FileError string           `json:"fileError"` // it could not be read and was set aside, or could not be written
}

// SavedTemplate says what came of saving a template. With Suspects nothing was saved, unless it was forced.
type SavedTemplate struct {
	Template rules.Template `json:"template"`
	Saved    bool           `json:"saved"`
	Suspects []string       `json:"suspects"` // what looks like a credential: it would stand in a file
}
