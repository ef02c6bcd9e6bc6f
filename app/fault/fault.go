// Package fault is the one error shape of Sightglass: what failed, on which server, with the status, headers and
// challenge of the recorded exchange and what to do next. The window and the command line encode it alike.
package fault

import (
	"encoding/json"
	"net/http"

	"github.com/sightglass-dev/sightglass/app/challenge"
)

// Kind is the class of a [CallError].
type Kind string

// The kinds of errors.
const (
	Auth      Kind = "auth"      // refused with 401 or 403: Challenge is set
	HTTP      Kind = "http"      // an HTTP answer that is no MCP answer
	Session   Kind = "session"   // the server ended or does not know the session
	Protocol  Kind = "protocol"  // the server broke the protocol
	Closed    Kind = "closed"    // the connection ended: process exit, stream lost, disconnect
	Timeout   Kind = "timeout"   // nothing came in time: Message says what was waited for
	Cancelled Kind = "cancelled" // the user cancelled
	RPC       Kind = "rpc"       // the server answered with a JSON-RPC error: RPC is set
	Connect   Kind = "connect"   // the server could not be reached or started
	Input     Kind = "input"     // what the user gave is wrong: nothing was sent
	Internal  Kind = "internal"  // a fault of Sightglass itself
)

// RPCError is a JSON-RPC error object as it came.
type RPCError struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// CallError says why a connect or a call failed. Its fields come from the recorded exchange, never from the text
// of another error. It carries no credential: what it quotes was masked by the tap.
type CallError struct {
	Server      string               // the profile's name
	Kind        Kind                 //
	Step        string               // what was being done: "start process", "probe server/discover", "tools/call echo"
	Message     string               // what went wrong, one sentence
	Hint        string               // what to do, one or two sentences
	Detail      string               // quoted evidence: last stderr lines, body, first junk line, searched PATH
	Status      int                  // HTTP status, 0 if none
	Header      http.Header          // response headers, masked, nil if none
	Challenge   *challenge.Challenge // set for Auth
	RPC         *RPCError            // set for RPC
	Fingerprint string               // SHA-256 (hex) of a certificate that is not trusted, when trusting it would help
	Entries     []uint64             // the entries of the log that show it
	Cause       error                //
}
