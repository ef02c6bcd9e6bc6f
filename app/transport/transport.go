// Package transport turns a profile into a byte path: child processes and HTTP clients with taps under mcp-go's
// transports, so that everything that crosses the wire is recorded as it crossed. It speaks no MCP of its own:
// versions, eras, questions and calls belong to package session.
//
// Two taps see everything: the pipes of a child (stdio.go) and one http.RoundTripper (tap.go). What they read is
// masked, recorded, then judged (message.go, framing.go, stream.go): answers go to their calls, a server's requests and
// notifications to [Handlers], raw; what is neither stays on its entry with the reason.
//
// mcp-go carries stdio (transport.NewIO registers requests, waits and pairs answers) and HTTP+SSE (transport.NewSSE
// opens the stream, awaits the endpoint, posts and pairs). Below them stands a filter that gives them a receipt for
// each answer that is well-formed and awaited; the exact bytes stay with the call.
// Streamable HTTP is written here behind mcp-go's transport.Interface. Of the 44 answers in which NewStreamableHTTP
// misleads (a 404 is a lost session, a 4xx on initialize an SSE server, any JSON body of a refusal JSON-RPC, any id
// the right one) each would have to be kept from it; it stops reading at the answer, cannot resume a stream that
// broke, and has no place for a byte-exact reply, a stoppable GET stream or a DELETE with headers. Nothing but the
// POST itself would have been left to it.
package transport

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// Target is a server ready to be reached: every placeholder of its profile is filled.
type Target struct {
	Server    string            // the profile's name, for messages
	Conn      string            // id of the connection, for entries
	Transport profile.Transport //
	Command   string            // as configured; looked up in PATH of Env
	Args      []string          //
	Env       []string          // the child's whole environment, "NAME=value"
	Dir       string            // working directory, empty: the user's home
	URL       string            //
	Headers   http.Header       // sent with every request to the origin of URL, never elsewhere
	Trust     []string          // SHA-256 fingerprints (hex) of certificates that are accepted besides what the system trusts
	Network   Network           //
	// MaxMessage bounds one message in bytes: a child's line, an answer's body, an event. 0: DefaultMaxMessage.
	MaxMessage int64
}

// DefaultMaxMessage bounds one message, in bytes: far above any sane one, far below what kills a desktop.
const DefaultMaxMessage = 256 << 20

// Network says how a server's host is reached. Its files are read when the link is opened.
type Network struct {
	CA         string // PEM file of certificate authorities trusted besides the system's; empty: none
	ClientCert string // PEM file of the client certificate, its chain behind it; empty: none
	ClientKey  string // PEM file of its key; empty: ClientCert holds it
	// ClientCertAll shows the client certificate to authorization servers too, not to the MCP server's origin alone.
	ClientCertAll bool
	Proxy         string // http, https or socks5 URL; "none": no proxy; empty: the environment's
}

// Options are what a link needs from its owner.
type Options struct {
	Log  *wire.Log    // where everything is recorded; never nil
	Mask *wire.Masker // masks credentials before they are recorded; never nil
	// MaskScope owns the secrets that are learnt on the way, until Mask.Forget of it. Empty: Target.Conn does. A
	// sign-in has a scope of its own, "signin/<profile>": its tokens are in use after the connection ended on
	// which it ran.
	MaskScope string
	Auth      Authorizer // nil: requests go out as the profile has them
	Handlers  Handlers
	// Refused, when not nil, is told of each 401 or 403 for which no caller waits: the GET stream, a posted reply, the
	// session DELETE. It is called from the link's goroutines and must return at once.
	Refused func(*fault.CallError)
	// Noise gets the first line on a child's stdout that is no message, masked and quoted. As a handler, it must
	// return at once. Nil: it is only recorded.
	Noise func(line string)
}

// Authorizer adds credentials to the requests that go to the target's origin: every POST, GET, DELETE and stream, and
// each attempt of them anew, as a DPoP proof needs. A request whose Authorization header the user set goes out
// without it. Its methods are safe for concurrent use. One that also has the method
// HasToken(context.Context) bool is asked whether a header that the user set stands in the way of a token, which is
// then told.
type Authorizer interface {
	// Authorize adds credentials to a request about to be sent.
	Authorize(*http.Request) error
	// Observe sees each response, its body unread and its Request as sent, and may ask for a retry: after a refresh, or
	// with a DPoP nonce. A request is sent three times at most.
	Observe(*http.Response) (retry bool)
}

// Handlers receive what the server sends unasked. They are called in wire order from a reader that waits for them:
// they must return at once and must not call the link. A nil one means nobody is interested.
type Handlers struct {
	Request      func(Incoming) // a server's request, to be answered with Link.Reply
	Notification func(Incoming)
}

// Incoming is one request or notification by the server.
type Incoming struct {
	Raw    json.RawMessage // the whole frame, unmasked
	ID     json.RawMessage // of a request
	Method string
	Params json.RawMessage
	Entry  uint64 // its entry in the log
	Call   string // the call on whose stream it came (HTTP), or empty
}

// Request is one JSON-RPC request of ours.
type Request struct {
	ID      string          // unique on this link; sent as a JSON string
	Method  string          //
	Params  json.RawMessage // nil: no params member
	Header  http.Header     // extra HTTP headers (Mcp-Method, Mcp-Name, Mcp-Param-…, MCP-Protocol-Version); ignored on stdio
	Call    string          // id of the session call, for the log
	Purpose string          // wire.Entry.Purpose
}

// Answer is the response to a [Request].
type Answer struct {
	Raw      json.RawMessage // the whole frame, unmasked
	Result   json.RawMessage // nil when Error is set
	Error    *fault.RPCError //
	Request  uint64          // entry of our request
	Response uint64          // entry of the answer
	Status   int             // HTTP status, 0 on stdio
	Header   http.Header     // HTTP response headers, credentials masked; nil on stdio
	Took     time.Duration   // from the request's last byte written to the answer's last byte read, as the tap saw it
}

// Link is one open byte path to one server. Its methods are safe for concurrent use. Every error is a
// [fault.CallError].
type Link interface {
	// Call sends a request and waits for its answer. A JSON-RPC error is an answer, not an error. When ctx ends the
	// call returns at once; on HTTP the response stream is closed. Telling the server is the caller's matter.
	Call(ctx context.Context, r Request) (*Answer, error)
	// Notify sends a notification; header as in Request.
	Notify(ctx context.Context, method string, params json.RawMessage, header http.Header) error
	// Reply answers a server's request: result or err, with id as it came.
	Reply(ctx context.Context, id, result json.RawMessage, err *fault.RPCError) error
	// SetVersion gives the negotiated version: legacy HTTP sends it as MCP-Protocol-Version from then on.
	// An empty one (modern era) leaves the header to each Request.
	SetVersion(version string)
	// SessionID is the Mcp-Session-Id of legacy Streamable HTTP, or empty.
	SessionID() string
	// Listen opens the standalone GET stream of legacy Streamable HTTP and keeps it open (Last-Event-ID, back-off,
	// stops on 401, 403, 404 and 405; a refusal reaches refused). Elsewhere, and while it is open, it does nothing:
	// after a refusal it may be called again, and goes on behind the last event.
	Listen(refused func(error))
	// Done is closed when the path ended by itself or by Close: the child exited, the SSE stream was lost.
	Done() <-chan struct{}
	// Err says why Done was closed, nil after Close.
	Err() error
	// Close ends the path: session DELETE (its refusal is an entry), stdin closed, TERM, KILL. It may be called
	// twice, and frees every blocked Call.
	Close(ctx context.Context) error
}
