// Package wire holds what crossed the wire: entries in true order, request and response paired, bodies kept
// within a byte bound. It is a leaf: it knows neither transports nor sessions, and it interprets nothing beyond
// the JSON-RPC envelope.
package wire

// Kind says what an [Entry] is.
type Kind string

// The kinds of entries. New kinds may be added; a reader shows an unknown one as it came.
const (
	KindFrame     Kind = "frame"     // one JSON-RPC message (or what stood where one was expected)
	KindHTTP      Kind = "http"      // one HTTP exchange: appended when the request is sent, updated when it is answered
	KindSSE       Kind = "sse"       // one server-sent event (comments, retry and endpoint events too)
	KindStderr    Kind = "stderr"    // one line of a child's standard error
	KindLifecycle Kind = "lifecycle" // a state change, a child's start or exit, a probe's verdict
	KindAuth      Kind = "auth"      // a step of a sign-in
	KindApp       Kind = "app"       // one JSON-RPC message between the window and an MCP App in it: Out is to the app; Call is the app's id
	KindGap       Kind = "gap"       // entries that were dropped: see Note for range, count and bytes
)

// Dir is the direction of an entry as the client sees it.
type Dir string

// The directions. Entries that have none (lifecycle, gap) leave it empty.
const (
	Out Dir = "out" // client to server
	In  Dir = "in"  // server to client
)

// Message is the JSON-RPC kind of a frame.
type Message string

// The JSON-RPC kinds. MsgInvalid is a frame that is not a JSON-RPC message: Note says why.
const (
	MsgRequest      Message = "request"
	MsgResponse     Message = "response"
	MsgError        Message = "error"
	MsgNotification Message = "notification"
	MsgBatch        Message = "batch"
	MsgInvalid      Message = "invalid"
)

// Entry is the summary of one thing that crossed the wire: what a table row needs and no body.
//
// Seq is its identity and its place in the true order. Rev grows with every change of any entry of the log; an
// entry is changed after it was appended only to pair it, to finish an exchange, or to drop its body.
type Entry struct {
	Seq      uint64   `json:"seq"`
	Rev      uint64   `json:"rev"`
	Conn     string   `json:"conn"`               // id of the connection
	Time     int64    `json:"time"`               // Unix time in microseconds
	Kind     Kind     `json:"kind"`               //
	Dir      Dir      `json:"dir,omitempty"`      //
	Message  Message  `json:"message,omitempty"`  // frames only
	Method   string   `json:"method,omitempty"`   // JSON-RPC method, or HTTP method; on a response the request's
	Name     string   `json:"name,omitempty"`     // tool or prompt name, resource URI; URL of an exchange; event name
	ID       string   `json:"id,omitempty"`       // the JSON-RPC id as it stands in the frame (raw JSON)
	Call     string   `json:"call,omitempty"`     // id of the session call this belongs to
	Pair     uint64   `json:"pair,omitempty"`     // Seq of the other half: request <-> response
	Exchange uint64   `json:"exchange,omitempty"` // Seq of the HTTP exchange that carried this frame or event
	Status   int      `json:"status,omitempty"`   // HTTP status; 0 while unanswered
	Code     int      `json:"code,omitempty"`     // JSON-RPC error code of an error response
	ToolErr  bool     `json:"toolErr,omitempty"`  // a result with isError true
	Took     int64    `json:"took,omitempty"`     // microseconds from request to response, on both halves; an exchange's whole time
	Open     bool     `json:"open,omitempty"`     // the exchange or request is still unanswered
	Bytes    int64    `json:"bytes"`              // true length of the frame, event, line or response body
	ReqBytes int64    `json:"reqBytes,omitempty"` // true length of an exchange's request body
	Dropped  bool     `json:"dropped,omitempty"`  // the body left memory: the bound was reached
	Cut      bool     `json:"cut,omitempty"`      // the body is longer than what is kept
	Purpose  string   `json:"purpose,omitempty"`  // see the Purpose constants; empty: an ordinary call
	Withheld string   `json:"withheld,omitempty"` // why the tap kept or diverted this from the protocol engine
	Findings []string `json:"findings,omitempty"` // what is wrong with it, one sentence each
	Note     string   `json:"note,omitempty"`     // text of a lifecycle entry or stderr line's first 300 bytes
}

// The purposes of entries that are no ordinary call. New ones may be added; a reader shows an unknown one as it came.
const (
	PurposeProbe      = "probe"      // which protocol generation does the server speak
	PurposeInitialize = "initialize" // the handshake of a legacy session
	PurposeListen     = "listen"     // the stream on which a server sends unasked
	PurposeDelete     = "delete"     // the end of a session
	PurposeRaw        = "raw"        // a request written by hand
	PurposeReplay     = "replay"     // a refused request, sent again as it was
	PurposeRetry      = "retry"      // the same at once, with new credentials
	PurposeRedirect   = "redirect"   // where a redirect led
	PurposeIcon       = "icon"       // a picture that the server names for itself or for an item
	PurposeSampler    = "sampler"    // a sampling question put to the user's own endpoint: no MCP
	PurposeApp        = "app"        // asked for by an MCP App, or on its behalf

	// Of a sign-in.
	PurposeResourceMetadata = "resource metadata"
	PurposeServerMetadata   = "server metadata"
	PurposeRegister         = "register"
	PurposeToken            = "token"
	PurposeRefresh          = "refresh"
	PurposeRevoke           = "revoke"
	PurposeExchange         = "exchange" // an identity provider's token for another
	PurposeCheck            = "check"    // a negative check of the user's own server
)

// Header is one HTTP header field as it stood on the wire, credentials masked.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Timing is how long the phases of an exchange took, in microseconds; a phase that did not happen is 0.
type Timing struct {
	DNS      int64 `json:"dns"`
	Connect  int64 `json:"connect"`
	TLS      int64 `json:"tls"`
	Wait     int64 `json:"wait"`     // last byte of the request to first byte of the response
	Transfer int64 `json:"transfer"` // first to last byte of the response
	Total    int64 `json:"total"`
	Reused   bool  `json:"reused"` // the connection was used before
}

// Exchange is the HTTP side of a KindHTTP entry, credentials masked.
type Exchange struct {
	Method          string   `json:"method"`
	URL             string   `json:"url"`
	Proto           string   `json:"proto"`  // "HTTP/1.1", "HTTP/2.0"
	Status          int      `json:"status"` // 0: no answer
	StatusText      string   `json:"statusText"`
	RequestHeaders  []Header `json:"requestHeaders"`
	ResponseHeaders []Header `json:"responseHeaders"`
	Trailers        []Header `json:"trailers,omitempty"`
	RemoteAddr      string   `json:"remoteAddr,omitempty"`
	TLS             string   `json:"tls,omitempty"` // version, cipher and certificate subject in one line
	Uncompressed    bool     `json:"uncompressed,omitempty"`
	Timing          Timing   `json:"timing"`
	Err             string   `json:"err,omitempty"` // why there is no (whole) answer
}

// Part names one body of an entry.
type Part string

// The parts. A frame, event or line has PartMessage; an exchange has the other two.
const (
	PartMessage  Part = "message"
	PartRequest  Part = "request"
	PartResponse Part = "response"
)

// Draft is what a tap hands to [Log.Append]: an entry without numbers, and its bodies, already masked.
// The log takes ownership of the slices.
type Draft struct {
	Entry    Entry
	Exchange *Exchange
	Message  []byte // frame, event data or line
	Request  []byte // request body of an exchange
	Response []byte // response body of an exchange
}

// Page is an answer to [Log.Page].
type Page struct {
	Entries        []Entry `json:"entries"`        // by rising Rev; never nil
	FirstAvailable uint64  `json:"firstAvailable"` // lowest Seq still in the log
	Next           uint64  `json:"next"`           // cursor for the next call: the Rev up to which this page tells
	Last           uint64  `json:"last"`           // highest Seq given so far
}
