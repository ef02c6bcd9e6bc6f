package core

// Offer says what a server's capabilities say of a feature (resources, prompts, completions) and what asking for it
// found: what is not offered is no error.
type Offer struct {
	Declared    bool   `json:"declared"`    // the capability is there
	Subscribe   bool   `json:"subscribe"`   // resources: updates of single ones can be asked for
	ListChanged bool   `json:"listChanged"` // changes of the list are told
	Asked       bool   `json:"asked"`       // the server was asked; false: nothing was sent, since nothing is declared
	Served      bool   `json:"served"`      // it answered the last time it was asked
	Text        string `json:"text"`        // what is remarkable, a sentence: not offered, declared but not served, served but not declared
}

// CacheHint is how long the server says that an answer stays fresh (2026-07-28/server/utilities/caching). It is told,
// and nothing is polled; a refresh always asks the server.
type CacheHint struct {
	TTL   int64  `json:"ttl"`   // milliseconds; a negative ttlMs counts as 0
	Scope string `json:"scope"` // cacheScope as it came: public, private; empty: not given
	Until int64  `json:"until"` // Unix microseconds: fresh before
	Stale string `json:"stale"` // why it is not fresh although there is time left: changed (the server said so), token (another one is in use)
}

// Icon is one of icons[] (2025-11-25). Src is a server's text: only https and data URLs may be shown, https without
// credentials.
type Icon struct {
	Src      string   `json:"src"`
	MIMEType string   `json:"mimeType"`
	Sizes    []string `json:"sizes"`
	Theme    string   `json:"theme"`
	Problem  string   `json:"problem,omitempty"` // why it must not be shown
}

// Annotations are the hints a server gives with a resource or a content item: untrusted.
type Annotations struct {
	Audience     []string `json:"audience"`
	Priority     *float64 `json:"priority,omitempty"` // 0 to 1
	LastModified string   `json:"lastModified"`       // ISO 8601, as it came
}

// Resource is one row of resources/list.
type Resource struct {
	Index       int         `json:"index"` // its place in the list: URIs may repeat
	URI         string      `json:"uri"`
	Name        string      `json:"name"`
	Title       string      `json:"title"`
	Summary     string      `json:"summary"` // first 200 characters of the description
	MIMEType    string      `json:"mimeType"`
	Size        *int64      `json:"size,omitempty"` // bytes, as the server says
	Icons       []Icon      `json:"icons"`
	Annotations Annotations `json:"annotations"`
	Problem     string      `json:"problem,omitempty"` // what is malformed about it
}

// ResourceList is the answer to resources/list.
type ResourceList struct {
	Resources []Resource `json:"resources"`
	ListRead
	Offer Offer `json:"offer"`
}

// ResourceDetail is one resource of the list, whole.
type ResourceDetail struct {
	Resource    Resource `json:"resource"`
	Description string   `json:"description"`
	Meta        string   `json:"meta"` // _meta, JSON text, or empty
	Raw         string   `json:"raw"`  // the whole item
}

// Template is one row of resources/templates/list.
type Template struct {
	Index       int                `json:"index"`
	URITemplate string             `json:"uriTemplate"`
	Name        string             `json:"name"`
	Title       string             `json:"title"`
	Summary     string             `json:"summary"` // first 200 characters of the description
	MIMEType    string             `json:"mimeType"`
	Icons       []Icon             `json:"icons"`
	Annotations Annotations        `json:"annotations"`
	Variables   []TemplateVariable `json:"variables"` // in order, each once
	Problem     string             `json:"problem,omitempty"`
}

// TemplateVariable is one variable of a URI template (RFC 6570).
type TemplateVariable struct {
	Name     string `json:"name"`
	Operator string `json:"operator"` // of its first expression: "", +, #, ., /, ;, ?, &
	Explode  bool   `json:"explode"`  // {name*}: a list or pairs are expanded one by one
	Prefix   int    `json:"prefix"`   // {name:n}: only the first n characters count; 0: all
}

// TemplateList is the answer to resources/templates/list.
type TemplateList struct {
	Templates []Template `json:"templates"`
	ListRead
	Offer Offer `json:"offer"`
}

// TemplateDetail is one template of the list, whole.
type TemplateDetail struct {
	Template    Template `json:"template"`
	Description string   `json:"description"`
	Meta        string   `json:"meta"`
	Raw         string   `json:"raw"`
}

// TemplateValue is the value of one variable: the first of Pairs, List and Text that is not empty counts. One that is
// not given at all is undefined and expands to nothing; one with all three empty is the empty string.
type TemplateValue struct {
	Name  string         `json:"name"`
	Text  string         `json:"text"`
	List  []string       `json:"list"`
	Pairs []TemplatePair `json:"pairs"`
}

// TemplatePair is one pair of an associative value.
type TemplatePair struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Expansion is a URI template with values put in. It needs no server.
type Expansion struct {
	URI     string          `json:"uri"`   // by RFC 6570: undefined variables expand to nothing
	Parts   []ExpansionPart `json:"parts"` // the preview, in order
	Missing []string        `json:"missing"`
	Problem string          `json:"problem"` // why the template or a value is malformed; URI is empty then
}

// ExpansionPart is a piece of the preview.
type ExpansionPart struct {
	Raw       string   `json:"raw"`       // of the template: literal text, or the expression with its braces
	Text      string   `json:"text"`      // what it expands to
	Variables []string `json:"variables"` // of an expression; empty: literal text
	Missing   []string `json:"missing"`   // those of Variables without a value
}

// ReadInput is one resources/read.
type ReadInput struct {
	Call    string `json:"call"` // as RunInput.Call
	Profile string `json:"profile"`
	URI     string `json:"uri"`
	Index   int    `json:"index"` // of the list when the URI was chosen there, else -1: a URI that was masked is whole again

	Extra *CallExtras `json:"extra,omitempty"`
}

// ReadOutput is the outcome of a read. What it read travels by fetch: /api/contents, /api/content with Seq.
type ReadOutput struct {
	Call     string     `json:"call"`
	URI      string     `json:"uri"`      // masked
	Seq      uint64     `json:"seq"`      // entry of the answer, 0: none came
	Request  uint64     `json:"request"`  // entry of the request
	Previous uint64     `json:"previous"` // entry of the answer before, of the same URI: what to compare with
	Changed  bool       `json:"changed"`  // contents differ from those of Previous
	Bytes    int64      `json:"bytes"`    // of the answer
	Took     int64      `json:"took"`     // microseconds on the wire
	At       int64      `json:"at"`       // Unix microseconds
	Rounds   int        `json:"rounds"`   // input_required rounds
	Count    int        `json:"count"`    // contents
	Findings []string   `json:"findings"`
	Cache    *CacheHint `json:"cache,omitempty"`
	Offer    Offer      `json:"offer"`
	Err      *Error     `json:"err,omitempty"`
}

// Contents is the typed view of a recorded answer to resources/read, prompts/get or tools/call, beside the raw one.
type Contents struct {
	Seq         uint64    `json:"seq"`
	Method      string    `json:"method"`
	Description string    `json:"description"` // of prompts/get
	Items       []Content `json:"items"`
	Total       int       `json:"total"` // there are: Items holds at most 1,000
	Bytes       int64     `json:"bytes"` // of the answer
	State       string    `json:"state"` // "" whole; "dropped", "cut": as Bytes.State, Items is empty then
	Findings    []string  `json:"findings"`
}

// Content is one content item. Its bytes travel by fetch, /api/content with Seq and At.
type Content struct {
	At          string      `json:"at"`      // JSON Pointer of the item in the result: "/contents/0"
	Message     int         `json:"message"` // of prompts/get: place of its message, else -1
	Role        string      `json:"role"`    // of prompts/get: user, assistant, or what came
	Kind        string      `json:"kind"`    // text, blob, image, audio, resource_link, resource, another type as it came, or invalid
	MIMEType    string      `json:"mimeType"`
	Sniffed     string      `json:"sniffed"` // what the first bytes say, empty: nothing certain
	IsText      bool        `json:"isText"`  // the bytes are valid UTF-8 without NUL
	Size        int64       `json:"size"`    // decoded bytes
	Text        string      `json:"text"`    // the first 4 KiB of a text; Cut: there is more
	Cut         bool        `json:"cut"`
	URI         string      `json:"uri"`
	Name        string      `json:"name"`
	Title       string      `json:"title"`
	Description string      `json:"description"`
	Icons       []Icon      `json:"icons"`
	Annotations Annotations `json:"annotations"`
	Meta        string      `json:"meta"` // _meta, JSON text up to 4 KiB, or empty
	Problem     string      `json:"problem,omitempty"`
}

// WatchInput asks for updates of resources, or for no more of them.
type WatchInput struct {
	Profile string   `json:"profile"`
	URIs    []string `json:"uris"`
	Index   []int    `json:"index"` // beside each URI its place in the list, or -1; may be empty
	On      bool     `json:"on"`
}

// Watches is what is known of updates on one connection.
type Watches struct {
	Mode    string        `json:"mode"`             // subscribe (legacy), listen (modern), empty: not connected
	Lists   bool          `json:"lists"`            // modern: changes of the lists are asked for; legacy servers tell them unasked
	Items   []Watch       `json:"items"`            // by URI, those with a subscription, a read or an update
	Stream  *ListenStream `json:"stream,omitempty"` // modern: the one subscriptions/listen stream
	Offer   Offer         `json:"offer"`
	Changed ListsChanged  `json:"changed"`
}

// ListsChanged says which lists changed since they were read last.
type ListsChanged struct {
	Tools     bool `json:"tools"`
	Resources bool `json:"resources"`
	Prompts   bool `json:"prompts"`
}

// Watch is what is known of one resource's updates.
type Watch struct {
	URI     string `json:"uri"`     // masked
	State   string `json:"state"`   // "" not subscribed, asking, on, refused (the server did not take it), failed, lost
	Since   int64  `json:"since"`   // Unix microseconds of State
	Updates int    `json:"updates"` // notifications/resources/updated in all
	Last    int64  `json:"last"`    // Unix microseconds of the last one
	Entry   uint64 `json:"entry"`   // of the last one
	Updated bool   `json:"updated"` // it was updated since it was read last
	ReadAt  int64  `json:"readAt"`  // Unix microseconds of the last read; 0: never
	ReadSeq uint64 `json:"readSeq"` // entry of that answer
	Err     *Error `json:"err,omitempty"`
}

// ListenStream is the subscriptions/listen stream of a modern connection.
type ListenStream struct {
	Name     string   `json:"name"`  // "own": the connection's; else of one that the user opened
	ID       string   `json:"id"`    // subscriptionId of its messages; empty while it is not open
	State    string   `json:"state"` // opening, open, waiting (to try again), closed, failed
	Since    int64    `json:"since"`
	Request  string   `json:"request"`  // the filter asked for, JSON text
	Accepted string   `json:"accepted"` // the filter acknowledged, JSON text
	Refused  []string `json:"refused"`  // what was asked for and not acknowledged
	Opened   int      `json:"opened"`   // how often it was opened
	Text     string   `json:"text"`     // why it waits, closed or failed
	Entries  []uint64 `json:"entries"`  // the last request and acknowledgement
	Err      *Error   `json:"err,omitempty"`

	Want    StreamInput `json:"want"`
	Events  int         `json:"events"` // messages that came, acknowledgements aside
	Last    int64       `json:"last"`   // Unix microseconds of the last of them
	LastSeq uint64      `json:"lastSeq"`
	Tries   int         `json:"tries"` // in a row without an acknowledgement
	Retry   int64       `json:"retry"` // Unix microseconds: when it is opened again, while it waits
}
