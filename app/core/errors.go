package core

import (
	"encoding/json"
	"errors"
	"net/http"
	"sort"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// Error makes a failure that crossed a seam as a value an error again.
func (e *Error) Error() string { return e.Message }

// AsError is err as the window sees it, nil for nil. An error that is no fault.CallError is shown as internal.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var shown *Error
	if errors.As(err, &shown) {
		return shown
	}
	var ce *fault.CallError
	if !errors.As(err, &ce) {
		return &Error{Kind: string(fault.Internal), Message: err.Error(), Headers: []wire.Header{}, Entries: []uint64{}}
	}
	e := &Error{
		Server: ce.Server, Kind: string(ce.Kind), Step: ce.Step, Message: ce.Message, Hint: ce.Hint, Detail: ce.Detail,
		Status: ce.Status, Headers: headers(ce.Header), Challenge: ce.Challenge, Entries: ce.Entries,
	}
	if e.Entries == nil {
		e.Entries = []uint64{}
	}
	if ce.RPC != nil {
		e.RPCCode = ce.RPC.Code
		if b, err := json.Marshal(ce.RPC); err == nil {
			e.RPC = string(b)
		}
	}
	if e.Message == "" {
		e.Message = ce.Error()
	}
	return e
}

// headers lists h by name, so that it reads the same each time.
func headers(h http.Header) []wire.Header {
	out := []wire.Header{}
	for name, values := range h {
		for _, v := range values {
			out = append(out, wire.Header{Name: name, Value: v})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// input is an error in what the user gave: nothing was done.
func input(doing, message, hint string) error {
	return &fault.CallError{Kind: fault.Input, Step: doing, Message: message, Hint: hint}
}
