package core

// AppInput opens the app of a tool.
type AppInput struct {
	Call        string   `json:"call"` // of the resources/read, as RunInput.Call
	Profile     string   `json:"profile"`
	Tool        string   `json:"tool"`
	Index       int      `json:"index"`       // as RunInput.Index
	Permissions []string `json:"permissions"` // that the user grants: camera, microphone, geolocation, clipboardWrite
}

// App is an MCP App (io.modelcontextprotocol/ui) that is open, or why it is not.
type App struct {
	ID        string       `json:"id"`      // empty: it is not open
	Conn      string       `json:"conn"`    // of its messages in the log
	URL       string       `json:"url"`     // of its frame
	Sandbox   string       `json:"sandbox"` // the frame's attribute of that name
	Allow     string       `json:"allow"`   // the frame's attribute of that name
	Policy    string       `json:"policy"`  // its content security policy
	URI       string       `json:"uri"`     // of its resource
	MIMEType  string       `json:"mimeType"`
	Bytes     int64        `json:"bytes"`   // of its HTML
	Seq       uint64       `json:"seq"`     // entry of the answer it came with
	Request   uint64       `json:"request"` // entry of the request
	ToolRaw   string       `json:"toolRaw"` // the tool as listed, JSON text
	Refused   []AppRefusal `json:"refused"` // of what its server declared for it
	Asked     []string     `json:"asked"`   // permissions
	Granted   []string     `json:"granted"`
	Domain    string       `json:"domain"` // a dedicated origin it asks for; none is given
	Border    *bool        `json:"border,omitempty"`
	Findings  []string     `json:"findings"`
	Err       *Error       `json:"err,omitempty"`
	MaxChars  int          `json:"maxChars"`  // of one message, the limit
	PerSecond int          `json:"perSecond"` // messages, the limit
}

// AppRefusal is something a server declared for its app that is not let through.
type AppRefusal struct {
	List  string `json:"list"`
	Value string `json:"value"`
	Why   string `json:"why"`
}

// AppMessage is one message between an app and the window, or with an empty Dir a note about one.
type AppMessage struct {
	Dir  string `json:"dir"`  // in: from the app; out: to it
	Text string `json:"text"` // JSON text
	Note string `json:"note"` // why it was not delivered, or the note
	At   int64  `json:"at"`   // Unix microseconds
}

// AppRecord are messages to be recorded, in order.
type AppRecord struct {
	App      string       `json:"app"`
	Messages []AppMessage `json:"messages"`
}

// AppRequest is one request to the server that an app asked for, or the window on its behalf.
type AppRequest struct {
	App    string `json:"app"`
	Call   string `json:"call"`   // as RunInput.Call
	Method string `json:"method"` // tools/call, resources/read, resources/list, resources/templates/list, prompts/list
	Params string `json:"params"` // JSON text of an object
	Host   bool   `json:"host"`   // the user asked for it: visibility does not matter
}

// AppAnswer is what came of an AppRequest. The texts are those of the server, unmasked, for the app that it sent.
type AppAnswer struct {
	Result  string `json:"result"` // JSON text
	RPC     string `json:"rpc"`    // the JSON-RPC error object, JSON text
	Seq     uint64 `json:"seq"`
	Request uint64 `json:"request"`
	Took    int64  `json:"took"` // microseconds on the wire
	Err     *Error `json:"err,omitempty"`
}

// AppReports is what the browser blocked of an app, or of a page of HTML.
type AppReports struct {
	Blocked []AppBlocked `json:"blocked"`
	More    int          `json:"more"` // further ones that are not kept
}

// AppBlocked is one thing that was blocked, and how often.
type AppBlocked struct {
	Directive string `json:"directive"`
	Blocked   string `json:"blocked"`
	Source    string `json:"source"`
	Count     int    `json:"count"`
	At        int64  `json:"at"` // Unix microseconds of the last one
}

// HTMLInput shows a content item that is HTML.
type HTMLInput struct {
	Seq     uint64 `json:"seq"` // entry of the answer it stands in
	At      string `json:"at"`  // JSON Pointer of it in the result
	Scripts bool   `json:"scripts"`
}

// HTMLPage is HTML of a server that can be shown in a frame.
type HTMLPage struct {
	ID      string `json:"id"`
	URL     string `json:"url"`
	Sandbox string `json:"sandbox"`
	Policy  string `json:"policy"`
}
