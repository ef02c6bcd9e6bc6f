package session

import (
	"bytes"
	"encoding/json"
)

// template is an answer to start from, for a person or a rule: an elicitation's defaults, an empty message, no roots.
func template(method string, params json.RawMessage) json.RawMessage {
	switch method {
	case methodElicit:
		if mode, _ := text(field(params, "mode")); mode == "url" {
			// 2025-11-25 client/elicitation: accept is consent to open the URL, so it is never the start
			return json.RawMessage(`{"action":"decline"}`)
		}
		return join([]byte(`{"action":"accept","content":`), defaults(field(params, "requestedSchema")), []byte(`}`))
	case methodSample:
		return json.RawMessage(`{"role":"assistant","content":{"type":"text","text":""},"model":"","stopReason":"endTurn"}`)
	case methodRoots:
		return json.RawMessage(`{"roots":[]}`)
	}
	return json.RawMessage(`{}`)
}

// defaults is an object with the default of every property of a flat schema (SEP-1034), and for required ones without
// a default the first value that fits.
func defaults(schema json.RawMessage) json.RawMessage {
	out := json.RawMessage("{}")
	var required []string
	_ = json.Unmarshal(field(schema, "required"), &required) // a malformed list requires nothing
	props, err := members(field(schema, "properties"))
	if err != nil {
		return out
	}
	for _, p := range props {
		val := field(p.val, "default")
		for _, name := range required {
			if val == nil && name == p.key {
				val = first(p.val)
			}
		}
		if val == nil {
			continue
		}
		if next, err := withField(out, p.key, val); err == nil {
			out = next
		}
	}
	var b bytes.Buffer
	if json.Compact(&b, out) != nil {
		return json.RawMessage("{}")
	}
	return b.Bytes()
}

// first is the first value a primitive schema of an elicitation allows.
func first(schema json.RawMessage) json.RawMessage {
	var one struct {
		Type     string
		Enum     []json.RawMessage
		OneOf    []struct{ Const json.RawMessage }
		Minimum  json.RawMessage
		MinItems int
		Items    struct {
			Enum  []json.RawMessage
			AnyOf []struct{ Const json.RawMessage }
		}
	}
	_ = json.Unmarshal(schema, &one) // what could not be read stays zero
	switch {
	case len(one.Enum) > 0:
		return one.Enum[0]
	case len(one.OneOf) > 0 && one.OneOf[0].Const != nil:
		return one.OneOf[0].Const
	}
	switch one.Type {
	case "boolean":
		return json.RawMessage("true")
	case "number", "integer":
		if one.Minimum != nil {
			return one.Minimum
		}
		return json.RawMessage("0")
	case "array":
		if one.MinItems > 0 && len(one.Items.Enum) > 0 {
			return join([]byte("["), one.Items.Enum[0], []byte("]"))
		}
		if one.MinItems > 0 && len(one.Items.AnyOf) > 0 && one.Items.AnyOf[0].Const != nil {
			return join([]byte("["), one.Items.AnyOf[0].Const, []byte("]"))
		}
		return json.RawMessage("[]")
	}
	return json.RawMessage(`""`)
}
