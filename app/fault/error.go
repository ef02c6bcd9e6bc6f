package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Error says what was being done, on which server and what went wrong, in one line without evidence.
func (e *CallError) Error() string {
	if e == nil {
		return "no error"
	}
	var parts []string
	for _, p := range []string{e.Server, e.Step, e.text()} {
		if p != "" {
			parts = append(parts, oneLine(p))
		}
	}
	return strings.Join(parts, ": ")
}

// text is the message, or the best that can be said without one.
func (e *CallError) text() string {
	switch {
	case e.Message != "":
		return e.Message
	case e.RPC != nil:
		return e.RPC.Error()
	case e.Challenge != nil:
		return fmt.Sprintf("refused with HTTP status %d", e.Challenge.Status)
	case e.Status != 0:
		return fmt.Sprintf("HTTP status %d", e.Status)
	case e.Cause != nil:
		return e.Cause.Error()
	}
	return string(e.Kind)
}

// Unwrap gives the cause, so that errors.Is finds context.Canceled and the like.
func (e *CallError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Cause
}

// Error is "message (code)".
func (e *RPCError) Error() string {
	if e.Message == "" {
		return fmt.Sprintf("JSON-RPC error %d", e.Code)
	}
	return fmt.Sprintf("%s (%d)", oneLine(e.Message), e.Code)
}

// As finds the CallError in err's chain; nil when there is none.
func As(err error) *CallError {
	var e *CallError
	if errors.As(err, &e) && e != nil {
		return e
	}
	return nil
}

// Is says whether err is a CallError of this kind.
func Is(err error, k Kind) bool {
	e := As(err)
	return e != nil && e.Kind == k
}

// From makes a CallError of any error: the one in its chain, or a new one of kind Internal. It gives nil for nil.
func From(err error) *CallError {
	if err == nil {
		return nil
	}
	if e := As(err); e != nil {
		return e
	}
	return &CallError{Kind: Internal, Message: err.Error(), Hint: hintInternal, Cause: err}
}

const hintInternal = "This is a fault of Sightglass itself, not of the server: please report it."

// FromRPC makes the CallError of a JSON-RPC error answer, with the hint of its code.
func FromRPC(server, step string, rpc *RPCError) *CallError {
	return &CallError{
		Server: server, Kind: RPC, Step: step, RPC: rpc,
		Message: "the server answered with an error: " + rpc.Error(),
		Hint:    Hint(rpc.Code),
	}
}

// oneLine keeps a hostile message from looking like several lines of a log.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029 }), " ")
}
