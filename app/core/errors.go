package core

import (
	"encoding/json"
	"errors"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// Error makes a failure that crossed a seam as a value an error again.
func (e *Error) Error() string { return e.Message }

// AsError is err as the window sees it, nil for nil. It is fault.Encode with raw JSON as text.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var shown *Error
	if errors.As(err, &shown) {
		return shown
	}
	w := fault.Encode(err)
	e := &Error{
		Server: w.Server, Kind: string(w.Kind), Step: w.Step, Message: w.Message, Hint: w.Hint, Detail: w.Detail,
		Status: w.Status, Headers: make([]wire.Header, 0, len(w.Headers)), Challenge: w.Challenge, Entries: w.Entries, Fingerprint: w.Fingerprint,
	}
	for _, h := range w.Headers {
		e.Headers = append(e.Headers, wire.Header(h))
	}
	if w.RPC != nil {
		e.RPCCode = w.RPC.Code
		b, _ := json.Marshal(w.RPC) // Encode made its data sound
		e.RPC = string(b)
	}
	return e
}

// input is an error in what the user gave: nothing was done.
func input(doing, message, hint string) error {
	return &fault.CallError{Kind: fault.Input, Step: doing, Message: message, Hint: hint}
}
