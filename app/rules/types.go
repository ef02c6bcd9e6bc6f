package rules

// Kind is a way to answer a question.
type Kind string

// The ways to answer.
const (
	KindResult    Kind = "result"    // Content is the whole result
	KindAccept    Kind = "accept"    // an elicitation with Content as its content; URL mode: consent without opening the browser here
	KindOpen      Kind = "open"      // URL mode: consent, and the browser is opened with URL, which must repeat what was shown
	KindDone      Kind = "done"      // URL mode after an error -32042: the user is through; the call is sent again
	KindDecline   Kind = "decline"   // an elicitation: action decline; others: the error -1
	KindCancel    Kind = "cancel"    // an elicitation: action cancel; others: the error -1
	KindError     Kind = "error"     // a JSON-RPC error: Code, Message, Data
	KindMalformed Kind = "malformed" // Text is sent as it is, in place of the whole answer; an input request: in place of the value
)

// Template is an answer kept to be used again. It never holds an id, a URL or credentials.
type Template struct {
	ID      string `json:"id"` // empty: a new one
	Name    string `json:"name"`
	Method  string `json:"method"` // it is offered for this method alone
	Kind    Kind   `json:"kind"`   // any but open and done
	Content string `json:"content"`
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    string `json:"data"`
	Text    string `json:"text"`
}

// Action is what a rule does with a question.
type Action string

// The actions.
const (
	DoAsk       Action = "ask"       // leave it to the user; later rules do not apply
	DoAnswer    Action = "answer"    // Content is the whole result
	DoDefaults  Action = "defaults"  // an elicitation in form mode: accept with the defaults of its schema
	DoDecline   Action = "decline"   // as KindDecline
	DoCancel    Action = "cancel"    // as KindCancel
	DoError     Action = "error"     // Code, Message, Data
	DoMalformed Action = "malformed" // Text, as it is
	DoSampler   Action = "sampler"   // sampling: what the configured endpoint says
)

// Rule answers questions by itself. The first enabled one that matches does. Empty conditions match everything.
type Rule struct {
	ID      string `json:"id"` // empty: a new one
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`

	Profile string `json:"profile"` // one server's alone; empty: all servers
	Method  string `json:"method"`  // elicitation/create, sampling/createMessage, roots/list
	Mode    string `json:"mode"`    // of an elicitation: form, url
	Text    string `json:"text"`    // regular expression (RE2) found in the message, or in the system prompt or a text of the messages
	Tool    string `json:"tool"`    // name of the tool whose call asked

	Action  Action `json:"action"`
	Delay   int64  `json:"delay"` // milliseconds before it acts, at most a day
	Content string `json:"content"`
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    string `json:"data"`
	Raw     string `json:"raw"` // of malformed: sent as it is
}

// Sampler names the endpoint that answers sampling questions: chat completions as OpenAI has them. Its key is in the
// keychain.
type Sampler struct {
	URL       string `json:"url"`       // base, such as http://127.0.0.1:11434/v1, or the whole …/chat/completions
	Model     string `json:"model"`     // empty: the first hint of the question
	Timeout   int64  `json:"timeout"`   // milliseconds; 0: 120,000
	AllowHTTP bool   `json:"allowHTTP"` // http to other machines too; without it only https and this machine
}
