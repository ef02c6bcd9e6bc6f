package session

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Problem is one place where a value does not match its schema.
type Problem struct {
	Path    string // JSON Pointer into the value, empty: the whole
	Message string // plain English, one sentence
	Keyword string // of the schema; "$schema", "$ref" or "schema" when the schema itself cannot be used
}

// Limits of a check. Schemas and values come from servers: each bound keeps one of them from taking the program down
// (2026-07-28/basic/index#json-schema-usage: "bound schema depth, subschemas and validation time").
const (
	maxSchemaBytes = 2 << 20
	maxSchemaNodes = 100_000 // JSON values in a schema
	maxCheckDepth  = 200     // nesting of schema and value
	maxCheckBytes  = 16 << 20
	maxExponent    = 400 // of a number: 1e999999999 as an exact number would fill the memory
	maxProblems    = 100
	checkTime      = 2 * time.Second
)

// CheckArgs checks the arguments of a tool against its inputSchema, formats included. It returns nil when they match.
// The dialect is the schema's $schema (draft-04 to 2020-12), else 2020-12. Nothing is ever fetched: a $ref that leaves
// the schema is a problem. A pattern this program's regular expressions cannot express is not checked.
func CheckArgs(schema, args json.RawMessage) []Problem {
	if len(bytes.TrimSpace(args)) == 0 {
		args = json.RawMessage("{}")
	}
	if err := jsonSyntax(args); err != nil {
		return []Problem{{Message: "the arguments are no JSON: " + err.Error(), Keyword: "json"}}
	}
	if !isObject(args) {
		return []Problem{{Message: "the arguments must be a JSON object", Keyword: "type"}}
	}
	return check("inputSchema", schema, args, true)
}

// CheckOutput checks structuredContent against a tool's outputSchema. It returns nil when it matches. Formats are
// annotations here, as 2020-12 has it: a server's answer is not wrong for them.
func CheckOutput(schema, value json.RawMessage) []Problem {
	if len(bytes.TrimSpace(value)) == 0 {
		return []Problem{{Message: "the tool has an outputSchema, but the result has no structuredContent", Keyword: "required"}}
	}
	return check("outputSchema", schema, value, false)
}

// CheckElicited checks the content of an accepted elicitation against its requestedSchema, formats included. It
// returns nil when it matches.
func CheckElicited(schema, content json.RawMessage) []Problem {
	if err := jsonSyntax(content); err != nil {
		return []Problem{{Message: "the content is no JSON: " + err.Error(), Keyword: "json"}}
	}
	if !isObject(content) {
		return []Problem{{Message: "the content must be a JSON object", Keyword: "type"}}
	}
	return check("requestedSchema", schema, content, true)
}

// smallCheck is what schema and value may come to, in bytes, to be checked where it is asked for: the clock inside the
// schema ends it, and nothing beside the schema's own branches takes long with so little.
const smallCheck = 16 << 10

// check checks large schemas and values in a goroutine of its own, which the clock inside the schema ends soon after
// checkTime.
func check(name string, schema, value json.RawMessage, formats bool) []Problem {
	if len(bytes.TrimSpace(schema)) == 0 {
		return nil
	}
	end := time.Now().Add(checkTime)
	if len(schema)+len(value) <= smallCheck {
		return checkNow(name, schema, value, formats, end)
	}
	answer := make(chan []Problem, 1)
	go func() { answer <- checkNow(name, schema, value, formats, end) }()
	select {
	case p := <-answer:
		return p
	case <-time.After(checkTime + time.Second):
		return []Problem{slow(name)}
	}
}

func slow(name string) Problem {
	return Problem{Message: fmt.Sprintf("the %s takes more than %s to check: it was not checked", name, checkTime), Keyword: "schema"}
}

func checkNow(name string, schema, value json.RawMessage, formats bool, end time.Time) (problems []Problem) {
	defer func() {
		switch r := recover(); r {
		case nil:
		case errSlow:
			problems = []Problem{slow(name)}
		default: // a bug of the validator must not end the program
			problems = []Problem{{Message: fmt.Sprintf("the %s cannot be checked: %v", name, r), Keyword: "schema"}}
		}
	}()
	use := schemaUse{name, string(schema), formats}
	compiled, p := schemas.take(use)
	if p != nil {
		return []Problem{*p}
	}
	v, err := decodeChecked(value, maxCheckBytes, 0)
	if err != nil {
		return []Problem{{Message: "the value cannot be checked: " + err.Error(), Keyword: "json"}}
	}
	compiled.clock.end = end
	err = compiled.Validate(v)
	schemas.put(use, compiled)
	var invalid *jsonschema.ValidationError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &invalid):
		return explain(invalid)
	}
	return []Problem{{Message: err.Error(), Keyword: "schema"}}
}

// decodeChecked decodes JSON with exact numbers, within bounds. nodes 0 means any number of values.
func decodeChecked(raw json.RawMessage, size, nodes int) (any, error) {
	if len(raw) > size {
		return nil, fmt.Errorf("it has %d bytes, more than %d", len(raw), size)
	}
	if err := bounds(raw, nodes); err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	return v, nil
}

// bounds walks the tokens of raw before it is decoded.
func bounds(raw json.RawMessage, nodes int) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	depth, count := 0, 0
	for {
		tok, err := dec.Token()
		if err != nil {
			if depth == 0 && count > 0 {
				return nil // the end
			}
			return err
		}
		count++
		switch t := tok.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				depth++
			} else {
				depth--
			}
		case json.Number:
			if bigExponent(t.String()) {
				return fmt.Errorf("the number %s is too large", clip(t.String(), 40))
			}
		}
		if depth > maxCheckDepth {
			return fmt.Errorf("it is nested deeper than %d levels", maxCheckDepth)
		}
		if nodes > 0 && count > nodes {
			return fmt.Errorf("it has more than %d values", nodes)
		}
	}
}

// bigExponent reports whether a number's exponent is beyond maxExponent.
func bigExponent(n string) bool {
	_, exp, ok := strings.Cut(strings.ToLower(n), "e")
	if !ok {
		return false
	}
	e, err := strconv.Atoi(exp)
	return err != nil || e > maxExponent || e < -maxExponent
}

// jsonSyntax says where raw stops being JSON.
func jsonSyntax(raw json.RawMessage) error {
	var v json.RawMessage
	err := json.Unmarshal(raw, &v)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		before := raw[:min(int(syntax.Offset), len(raw))]
		line := bytes.Count(before, []byte{'\n'}) + 1
		column := len(before) - (bytes.LastIndexByte(before, '\n') + 1)
		return fmt.Errorf("line %d, column %d: %w", line, column, err)
	}
	return err
}

// CheckValue checks any value against any schema, as [CheckOutput] does. It returns nil when it matches.
func CheckValue(schema, value json.RawMessage) []Problem { return check("schema", schema, value, true) }
