package question

// Elicitation is an elicitation/create as far as it could be read.
type Elicitation struct {
	Mode          string `json:"mode"`    // form or url; form when the server names none
	Message       string `json:"message"` // the server's words: untrusted
	Schema        string `json:"schema"`  // requestedSchema, JSON text as it came; empty in URL mode
	ElicitationID string `json:"elicitationID"`
	URL           *URL   `json:"url,omitempty"`
}

// URL is the URL of an elicitation, taken apart so that the host can be seen for what it is. Before + HostText +
// After is the URL as it came.
type URL struct {
	URL      string    `json:"url"` // as it came, whole: what Reply.URL has to repeat
	Before   string    `json:"before"`
	HostText string    `json:"hostText"` // the host as it stands in the URL, without the port
	After    string    `json:"after"`
	Scheme   string    `json:"scheme"`   // lower case
	Host     string    `json:"host"`     // what is looked up: ASCII, punycode for international names
	Unicode  string    `json:"unicode"`  // the same in Unicode, equal to Host for plain names
	Site     string    `json:"site"`     // the registrable domain: the end of Host that somebody owns; empty for addresses
	Port     string    `json:"port"`     // empty: the scheme's own
	Warnings []Warning `json:"warnings"` // the worst first
	Problem  string    `json:"problem"`  // why the browser is not opened with it; empty: it may be
}

// Warning is one thing to look at before the browser is opened.
type Warning struct {
	Code  string `json:"code"`  // userinfo, http, ip, punycode, mixed-script, port, local, path-host, control, long
	Text  string `json:"text"`  // one sentence
	Grave bool   `json:"grave"` // it is a known way to mislead
}

// Sampling is a sampling/createMessage as far as it could be read. Texts are cut to 64 KiB each, and say so; the
// bytes of media are fetched by ContentAt.
type Sampling struct {
	SystemPrompt   string            `json:"systemPrompt"`
	Messages       []Message         `json:"messages"`
	Preferences    *ModelPreferences `json:"preferences,omitempty"`
	MaxTokens      *float64          `json:"maxTokens,omitempty"`
	StopSequences  []string          `json:"stopSequences"`
	Temperature    *float64          `json:"temperature,omitempty"`
	IncludeContext string            `json:"includeContext"` // none, thisServer, allServers, or empty
	Tools          []Tool            `json:"tools"`
	ToolChoice     string            `json:"toolChoice"`     // auto, required, none, or empty
	ToolChoiceJSON string            `json:"toolChoiceJSON"` // as it came, or empty
	Metadata       string            `json:"metadata"`       // JSON text as it came, or empty
	Unknown        string            `json:"unknown"`        // JSON object of the members the specification does not name, or empty
}

// Message is one message of a conversation.
type Message struct {
	Role     string    `json:"role"`
	Contents []Content `json:"contents"` // one item, or the list of 2025-11-25
}

// Content is one content item of a message.
type Content struct {
	At        string    `json:"at"`        // JSON Pointer into the params
	Kind      string    `json:"kind"`      // text, image, audio, tool_use, tool_result, resource, resource_link, or what the server wrote
	Text      string    `json:"text"`      // of a text
	Cut       bool      `json:"cut"`       // Text is not the whole
	MIMEType  string    `json:"mimeType"`  // of image and audio
	Size      int64     `json:"size"`      // decoded bytes of image and audio
	ToolName  string    `json:"toolName"`  // of a tool_use
	ToolUseID string    `json:"toolUseID"` // of a tool_use and a tool_result
	Input     string    `json:"input"`     // of a tool_use, JSON text
	IsError   bool      `json:"isError"`   // of a tool_result
	Contents  []Content `json:"contents"`  // of a tool_result
	Raw       string    `json:"raw"`       // the item as it came, for kinds that are not known here, JSON text cut to 64 KiB
	Problem   string    `json:"problem"`   // what is wrong with it
}

// ModelPreferences are what a server wishes of the model. Priorities are from 0 to 1, nil where it said nothing.
type ModelPreferences struct {
	Hints        []string `json:"hints"`
	Cost         *float64 `json:"cost,omitempty"`
	Speed        *float64 `json:"speed,omitempty"`
	Intelligence *float64 `json:"intelligence,omitempty"`
}

// Tool is a tool the model may use: the server runs it.
type Tool struct {
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
	InputSchema string `json:"inputSchema"` // JSON text as it came
}
