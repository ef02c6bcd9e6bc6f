package session

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// This file holds the API that is being filled in; it goes away with the next commits.

var errPending = errors.New("not built yet")

type (
	ids       struct{}
	inbox     struct{}
	incoming  struct{}
	toolCache struct{}
	flight    struct{}
)

// Connect opens a path, finds the era and the version and returns a session ready for calls. It tries what
// [Config.Era] allows, shows each step through OnSteps, and can be cancelled at any moment. Its errors name the step
// and what to do; after one nothing is left running.
func Connect(ctx context.Context, cfg Config) (*Session, error) { return nil, errPending }

// Call sends a request and waits for its result; input_required results are answered through the inbox and the call
// repeated. A JSON-RPC error is an error of kind rpc, beside the Result that holds it. When ctx ends the call
// returns at once with kind cancelled (or timeout) and the server is told.
func (s *Session) Call(ctx context.Context, in CallInput) (*Result, error) { return nil, errPending }

// Calls returns the calls in flight, oldest first.
func (s *Session) Calls() []CallState { return nil }

// Cancel ends a call in flight; reason goes to the server. It reports whether there was one.
func (s *Session) Cancel(call, reason string) bool { return false }

// Ping asks the server whether it is there: ping in the legacy era, server/discover in the modern one, which has no
// ping.
func (s *Session) Ping(ctx context.Context) (*Result, error) { return nil, errPending }

// ListAll reads every page of a list method; member is the array in its results ("tools"). What was read before an
// error is in the List beside it, which is never nil.
func (s *Session) ListAll(ctx context.Context, method, member string) (*List, error) {
	return &List{}, errPending
}

// Tools reads tools/list, every page. What was read before an error is in the ToolList beside it, which is never nil.
func (s *Session) Tools(ctx context.Context) (*ToolList, error) { return &ToolList{}, errPending }

// Questions returns the pending questions and the last settled ones, in order of asking.
func (s *Session) Questions() []Question { return nil }

// Answer answers a pending question with a result object.
func (s *Session) Answer(id string, result json.RawMessage) error { return errPending }

// Decline refuses a pending question: an elicitation is answered with action decline, a request with the error -1,
// and a call that asked for anything else ends without a retry.
func (s *Session) Decline(id string) error { return errPending }

// Reject answers a pending request with an error of the caller's choice. A call that asked ends without a retry.
func (s *Session) Reject(id string, e fault.RPCError) error { return errPending }

// Close cancels every call and question and closes the path. It may be called twice.
func (s *Session) Close(ctx context.Context) error { return errPending }

