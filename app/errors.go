package app

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/fault"
)

// FormatError is the ErrorFormatter of Wails: a rejected call carries a core.Error as JSON text.
func FormatError(err error) any { return formatError(err) }

func formatError(err error) string {
	b, jsonErr := json.Marshal(core.AsError(err))
	if jsonErr != nil {
		return `{"kind":"internal","message":"an error could not be written as JSON"}`
	}
	return string(b)
}

// guard turns a panic in a bound method into its error: Wails would leave the page's promise unsettled.
func guard(err *error, doing string) {
	if p := recover(); p != nil {
		*err = errors.Join(*err, &fault.CallError{Kind: fault.Internal, Step: doing, Message: fmt.Sprintf("internal error: %v", p), Hint: "Please report this: it is a fault of Sightglass."})
	}
}
