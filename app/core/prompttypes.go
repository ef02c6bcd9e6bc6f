package core

// Prompt is one row of prompts/list.
type Prompt struct {
	Index     int    `json:"index"` // its place in the list: names may repeat
	Name      string `json:"name"`
	Title     string `json:"title"`
	Summary   string `json:"summary"` // first 200 characters of the description
	Icons     []Icon `json:"icons"`
	Arguments int    `json:"arguments"`
	Required  int    `json:"required"` // of them
	Problem   string `json:"problem,omitempty"`
}

// PromptList is the answer to prompts/list.
type PromptList struct {
	Prompts []Prompt `json:"prompts"`
	ListRead
	Offer Offer `json:"offer"`
}

// PromptDetail is one prompt of the list, whole.
type PromptDetail struct {
	Prompt      Prompt           `json:"prompt"`
	Description string           `json:"description"`
	Arguments   []PromptArgument `json:"arguments"`
	Meta        string           `json:"meta"` // _meta, JSON text, or empty
	Raw         string           `json:"raw"`  // the whole item
}

// PromptArgument is one argument of a prompt. All arguments are text.
type PromptArgument struct {
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Required    bool   `json:"required"`
	Problem     string `json:"problem,omitempty"`
}

// PromptInput is one prompts/get.
type PromptInput struct {
	Call    string     `json:"call"` // as RunInput.Call
	Profile string     `json:"profile"`
	Name    string     `json:"name"`
	Index   int        `json:"index"` // its place in the list, or -1: the first of that name
	Args    []Argument `json:"args"`  // those that are given; an empty value is sent as such
	Force   bool       `json:"force"` // send although a required argument is missing

	Extra *CallExtras `json:"extra,omitempty"`
}

// Argument is a name with its value.
type Argument struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// PromptOutput is the outcome of prompts/get. Its messages travel by fetch: /api/contents with Seq.
type PromptOutput struct {
	Call     string    `json:"call"`
	Seq      uint64    `json:"seq"`     // entry of the answer, 0: none came
	Request  uint64    `json:"request"` // entry of the request
	Bytes    int64     `json:"bytes"`   // of the answer
	Took     int64     `json:"took"`    // microseconds on the wire
	Rounds   int       `json:"rounds"`  // input_required rounds
	Messages int       `json:"messages"`
	Problems []Problem `json:"problems"` // required arguments that are missing: nothing was sent
	Findings []string  `json:"findings"`
	Offer    Offer     `json:"offer"`
	Err      *Error    `json:"err,omitempty"`
}

// CompleteInput is one completion/complete: what could stand for one argument, given the others.
type CompleteInput struct {
	Call     string     `json:"call"` // as RunInput.Call
	Profile  string     `json:"profile"`
	Prompt   string     `json:"prompt"`   // name of a prompt, or
	Template string     `json:"template"` // a URI template
	Index    int        `json:"index"`    // its place in the list, or -1
	Argument string     `json:"argument"` // name of the argument or variable
	Value    string     `json:"value"`    // typed so far
	Context  []Argument `json:"context"`  // the others that are given (2025-06-18 and later)
}

// CompleteOutput is the outcome of a completion.
type CompleteOutput struct {
	Call     string   `json:"call"`
	Values   []string `json:"values"` // the first 100
	Total    *int64   `json:"total,omitempty"`
	HasMore  bool     `json:"hasMore"`
	Stale    bool     `json:"stale"` // a later one of the same argument took its place, or it was cancelled: show nothing
	Seq      uint64   `json:"seq"`   // entry of the answer, 0: none came
	Took     int64    `json:"took"`  // microseconds on the wire
	Findings []string `json:"findings"`
	Offer    Offer    `json:"offer"`
	Err      *Error   `json:"err,omitempty"`
}
