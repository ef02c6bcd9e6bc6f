package session

import (
	"context"
	"encoding/json"
	"fmt"
)

// maxValues is how many completions one answer may hold (2025-11-25/server/utilities/completion: "maximum 100 items").
const maxValues = 100

// CompleteInput asks what could stand for one argument of a prompt or one variable of a template.
type CompleteInput struct {
	Call     string // as CallInput.Call
	Prompt   string // name of a prompt, or
	Template string // a URI template
	Argument string
	Value    string            // typed so far
	Context  map[string]string // the other arguments that are given
}

// Completion is what came of it.
type Completion struct {
	*Result
	Values  []string
	Total   *int64 // nil: the server does not say
	HasMore bool
}

// Complete sends completion/complete. The Completion is never nil, but its Result is when no answer came.
func (s *Session) Complete(ctx context.Context, in CompleteInput) (*Completion, error) {
	out := &Completion{}
	ref := map[string]string{"type": "ref/prompt", "name": in.Prompt}
	if in.Template != "" {
		ref = map[string]string{"type": "ref/resource", "uri": in.Template}
	}
	params := map[string]any{"ref": ref, "argument": map[string]string{"name": in.Argument, "value": in.Value}}
	left := false
	if len(in.Context) > 0 {
		// 2025-06-18 changelog: "Add context field to CompletionRequest"; versions are dates
		if left = s.info.Version < "2025-06-18"; !left {
			params["context"] = map[string]any{"arguments": in.Context}
		}
	}
	raw, err := json.Marshal(params)
	if err != nil { // cannot happen: strings only
		return out, s.input(methodComplete, err.Error())
	}
	out.Result, err = s.Call(ctx, CallInput{Call: in.Call, Method: methodComplete, Params: raw})
	if err != nil {
		return out, err
	}
	if left {
		out.Findings = append(out.Findings, "The other arguments were not sent: protocol version "+s.info.Version+" has no context in completions.")
	}
	return out, s.completed(out)
}

// completed reads the answer, as far as that goes.
func (s *Session) completed(out *Completion) error {
	body := field(out.Result.Result, "completion")
	var list []json.RawMessage
	if raw := field(body, "values"); raw == nil || json.Unmarshal(raw, &list) != nil {
		return s.broken(methodComplete, "Look at the raw message.", out.Response, "The answer has no completion with an array of values.")
	}
	find := func(format string, a ...any) { out.Findings = append(out.Findings, fmt.Sprintf(format, a...)) }
	if len(list) > maxValues {
		find("The server sent %d values; at most %d are allowed, and only those are shown.", len(list), maxValues)
		list = list[:maxValues]
	}
	out.Values = make([]string, 0, len(list))
	for i, raw := range list {
		if v, ok := text(raw); ok {
			out.Values = append(out.Values, v)
		} else {
			find("Value %d is no string but %s.", i+1, clip(string(raw), 60))
		}
	}
	if raw := field(body, "hasMore"); raw != nil && json.Unmarshal(raw, &out.HasMore) != nil {
		find("hasMore is no boolean.")
	}
	if raw := field(body, "total"); raw != nil && json.Unmarshal(raw, &out.Total) != nil {
		out.Total = nil
		find("total is no whole number.")
	}
	if out.Total != nil && *out.Total < int64(len(list)) {
		find("total is %d, which is less than the %d values.", *out.Total, len(list))
	}
	return nil
}
