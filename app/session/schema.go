package session

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
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

// check runs in a goroutine of its own, which the clock inside the schema ends soon after checkTime.
func check(name string, schema, value json.RawMessage, formats bool) []Problem {
	if len(bytes.TrimSpace(schema)) == 0 {
		return nil
	}
	end := time.Now().Add(checkTime)
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
	compiled, p := compile(name, schema, formats, end)
	if p != nil {
		return []Problem{*p}
	}
	v, err := decodeChecked(value, maxCheckBytes, 0)
	if err != nil {
		return []Problem{{Message: "the value cannot be checked: " + err.Error(), Keyword: "json"}}
	}
	err = compiled.Validate(v)
	var invalid *jsonschema.ValidationError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &invalid):
		return explain(invalid)
	}
	return []Problem{{Message: err.Error(), Keyword: "schema"}}
}

// compile reads a schema. The problem says why it cannot be used.
func compile(name string, raw json.RawMessage, formats bool, end time.Time) (*jsonschema.Schema, *Problem) {
	bad := func(keyword, format string, a ...any) (*jsonschema.Schema, *Problem) {
		owner := "tool"
		switch name {
		case "requestedSchema":
			owner = "question"
		case "schema":
			owner = "expectation"
		}
		return nil, &Problem{Message: "the " + owner + "'s " + name + " " + fmt.Sprintf(format, a...), Keyword: keyword}
	}
	doc, err := decodeChecked(raw, maxSchemaBytes, maxSchemaNodes)
	if err != nil {
		return bad("schema", "cannot be used: %v", err)
	}
	switch doc.(type) {
	case map[string]any, bool:
	default:
		return bad("schema", "is no schema: it must be an object or a boolean")
	}
	url := "tool:///" + name + ".json" // a base of its own: relative references lead nowhere else
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.UseLoader(noLoader{})
	c.UseRegexpEngine(lenientRegexp)
	c.RegisterVocabulary(clock(end))
	c.AssertVocabs()
	if formats {
		c.AssertFormat()
	}
	if err := c.AddResource(url, doc); err != nil {
		return bad("schema", "cannot be used: %v", err)
	}
	s, err := c.Compile(url)
	if err == nil {
		return s, nil
	}
	var load *jsonschema.LoadURLError
	var invalid *jsonschema.SchemaValidationError
	switch {
	case errors.As(err, &load):
		if dialect, _ := text(field(raw, "$schema")); strings.HasPrefix(dialect, load.URL) {
			return bad("$schema", "asks for the dialect %q, which is not supported (draft-04 to 2020-12 are)", clip(dialect, 120))
		}
		return bad("$ref", "refers to %q outside of itself, and Sightglass fetches no schema", clip(load.URL, 200))
	case errors.As(err, &invalid):
		return bad("schema", "is no valid schema: %s", schemaReason(invalid))
	}
	return bad("schema", "cannot be used: %s", clip(strings.ReplaceAll(err.Error(), url, ""), 300))
}

// schemaReason is the first concrete reason of an invalid schema.
func schemaReason(err *jsonschema.SchemaValidationError) string {
	var v *jsonschema.ValidationError
	if !errors.As(err.Err, &v) {
		return clip(err.Err.Error(), 300)
	}
	for _, p := range explain(v) {
		return fmt.Sprintf("at %q: %s", p.Path, p.Message)
	}
	return "it does not match its meta-schema"
}

// noLoader refuses to load: 2026-07-28 "MUST NOT automatically dereference network $ref".
type noLoader struct{}

var errNoFetch = errors.New("schemas are never fetched")

func (noLoader) Load(string) (any, error) { return nil, errNoFetch }

// anyText stands for a pattern that cannot be expressed here (ECMA-262 look-around, back references).
type anyText string

func (a anyText) String() string        { return string(a) }
func (anyText) MatchString(string) bool { return true }

func lenientRegexp(pattern string) (jsonschema.Regexp, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return anyText(pattern), nil //nolint:nilerr // the server checks what we cannot
	}
	return re, nil
}

var errSlow = errors.New("out of time")

// clock is a vocabulary without keywords: each subschema looks at the time before it is applied, because the
// validator cannot be stopped from outside and a small schema can ask for exponential work.
func clock(end time.Time) *jsonschema.Vocabulary {
	tick := ticker{end: end}
	return &jsonschema.Vocabulary{
		URL:     "tool:clock",
		Compile: func(*jsonschema.CompilerContext, map[string]any) (jsonschema.SchemaExt, error) { return tick, nil },
	}
}

type ticker struct{ end time.Time }

func (t ticker) Validate(*jsonschema.ValidatorContext, any) {
	if time.Now().After(t.end) {
		panic(errSlow) // recovered in checkNow
	}
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
