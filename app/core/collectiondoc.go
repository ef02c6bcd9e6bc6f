package core

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/sightglass-dev/sightglass/app/collection"
)

// shownCalls is a collection for the window.
func shownCalls(c *collection.Collection) SavedCalls {
	out := SavedCalls{Name: c.Name, Comment: c.Comment, Variables: []SavedVariable{}, Calls: []SavedCall{}}
	for _, name := range slices.Sorted(maps.Keys(c.Variables)) {
		v := c.Variables[name]
		out.Variables = append(out.Variables, SavedVariable{Name: name, Value: string(v.Value), Secret: v.Secret, Comment: v.Comment})
	}
	for _, call := range c.Calls {
		one := SavedCall{
			Name: call.Name, Comment: call.Comment, Method: call.Method, Params: indented(call.Params), Timeout: call.Timeout, Skip: call.Skip,
			Expect: []SavedExpectation{}, Keep: []SavedKeep{},
		}
		for _, e := range call.Expect {
			one.Expect = append(one.Expect, shownExpectation(e))
		}
		for _, name := range slices.Sorted(maps.Keys(call.Keep)) {
			one.Keep = append(one.Keep, SavedKeep{Name: name, Path: call.Keep[name]})
		}
		out.Calls = append(out.Calls, one)
	}
	return out
}

func shownExpectation(e collection.Expectation) SavedExpectation {
	out := SavedExpectation{Path: e.Path, In: e.In}
	switch {
	case len(e.Equals) > 0:
		out.Kind, out.Value = "equals", indented(e.Equals)
	case e.Matches != "":
		out.Kind, out.Value = "matches", e.Matches
	case e.Exists != nil && *e.Exists:
		out.Kind = "exists"
	case e.Exists != nil:
		out.Kind = "missing"
	case e.Count != nil:
		out.Kind, out.Value = "count", strconv.Itoa(*e.Count)
	case len(e.Schema) > 0:
		out.Kind, out.Value = "schema", indented(e.Schema)
	case e.Within != "":
		out.Kind, out.Value = "within", e.Within
	case e.Error != nil:
		out.Kind, out.Value, out.Code = "error", e.Error.Message, e.Error.Code
	}
	return out
}

func indented(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return string(raw)
	}
	return b.String()
}

// keptCalls is a collection as the window has it, for the file. An error names the place.
func keptCalls(in SavedCalls) (*collection.Collection, error) {
	out := &collection.Collection{Name: in.Name, Comment: in.Comment, Calls: []collection.Call{}}
	for _, v := range in.Variables {
		if _, twice := out.Variables[v.Name]; twice {
			return nil, fmt.Errorf("there are two variables named %q", v.Name)
		}
		if out.Variables == nil {
			out.Variables = map[string]collection.Variable{}
		}
		out.Variables[v.Name] = collection.Variable{Value: rawText(v.Value), Secret: v.Secret, Comment: v.Comment}
	}
	for i, call := range in.Calls {
		one := collection.Call{
			Name: call.Name, Comment: call.Comment, Method: call.Method, Params: rawText(call.Params), Timeout: call.Timeout, Skip: call.Skip,
		}
		for j, e := range call.Expect {
			kept, err := keptExpectation(e)
			if err != nil {
				return nil, fmt.Errorf("call %d (%s), expectation %d: %w", i+1, call.Name, j+1, err)
			}
			one.Expect = append(one.Expect, kept)
		}
		for _, k := range call.Keep {
			if one.Keep == nil {
				one.Keep = map[string]string{}
			}
			one.Keep[k.Name] = k.Path
		}
		out.Calls = append(out.Calls, one)
	}
	return out, out.Check()
}

func keptExpectation(e SavedExpectation) (collection.Expectation, error) {
	out := collection.Expectation{Path: e.Path, In: e.In}
	yes, no := true, false
	switch e.Kind {
	case "equals":
		out.Equals = rawText(e.Value)
	case "matches":
		out.Matches = e.Value
	case "exists":
		out.Exists = &yes
	case "missing":
		out.Exists = &no
	case "count":
		n, err := strconv.Atoi(e.Value)
		if err != nil {
			return out, fmt.Errorf("%q is no count", e.Value)
		}
		out.Count = &n
	case "schema":
		out.Schema = rawText(e.Value)
	case "within":
		out.Within = e.Value
	case "error":
		out.Error = &collection.ExpectedError{Code: e.Code, Message: e.Value}
	default:
		return out, fmt.Errorf("there is no kind %q", e.Kind)
	}
	for _, raw := range []json.RawMessage{out.Equals, out.Schema} {
		if len(raw) > 0 && !json.Valid(raw) {
			return out, fmt.Errorf("%s is no JSON: texts stand in quotes", firstRunes(string(raw), 60))
		}
	}
	return out, nil
}

// rawText is JSON as it was typed; blank is none.
func rawText(s string) json.RawMessage {
	if raw := bytes.TrimSpace([]byte(s)); len(raw) > 0 {
		return raw
	}
	return nil
}
