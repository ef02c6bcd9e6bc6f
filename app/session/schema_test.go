package session

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCheckArgs(t *testing.T) {
	for _, tt := range []struct {
		name, schema, args string
		want               []Problem
	}{
		{"match", `{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}`, `{"a":1}`, nil},
		{"no schema", ``, `{"a":1}`, nil},
		{"no arguments", `{"type":"object","required":["a","b"]}`, ``, []Problem{{"", `"a" is missing`, "required"}, {"", `"b" is missing`, "required"}}},
		{"no JSON", `{}`, "{\n \"a\": x}", []Problem{{"", `the arguments are no JSON: line 2, column 7: invalid character 'x' looking for beginning of value`, "json"}}},
		{"no object", `{}`, `[1]`, []Problem{{"", "the arguments must be a JSON object", "type"}}},
		{"type", `{"properties":{"a":{"type":"string"}}}`, `{"a":1}`, []Problem{{"/a", "must be a string, not a number", "type"}}},
		{
			"integers beyond 2^53 are exact", `{"properties":{"a":{"type":"integer","maximum":9007199254740992}}}`, `{"a":9007199254740993}`,
			[]Problem{{"/a", "must be 9007199254740992 or less", "maximum"}},
		},
		{"big integers match", `{"properties":{"a":{"const":9007199254740993}}}`, `{"a":9007199254740993}`, nil},
		{"big integers differ", `{"properties":{"a":{"const":9007199254740993}}}`, `{"a":9007199254740992}`, []Problem{{"/a", "must be 9007199254740993", "const"}}},
		{"1.0 is an integer", `{"properties":{"a":{"type":"integer"}}}`, `{"a":1.0}`, nil},
		{"enum", `{"properties":{"a":{"enum":["x","y"]}}}`, `{"a":"z"}`, []Problem{{"/a", `must be one of "x", "y"`, "enum"}}},
		{"format", `{"properties":{"a":{"type":"string","format":"email"}}}`, `{"a":"nope"}`, []Problem{{"/a", "must be a valid e-mail address", "format"}}},
		{"additional", `{"properties":{"a":true},"additionalProperties":false}`, `{"b/c":1}`, []Problem{{"", `"b/c" is not allowed here`, "additionalProperties"}}},
		{"pointer", `{"properties":{"a/b":{"items":{"type":"string"}}}}`, `{"a/b":["x",2]}`, []Problem{{"/a~1b/1", "must be a string, not a number", "type"}}},
		{"local ref", `{"$defs":{"n":{"type":"number","minimum":1.5}},"properties":{"a":{"$ref":"#/$defs/n"}}}`, `{"a":1}`, []Problem{{"/a", "must be 1.5 or more", "minimum"}}},
		{"anchor", `{"$defs":{"n":{"$anchor":"n","type":"number"}},"properties":{"a":{"$ref":"#n"}}}`, `{"a":""}`, []Problem{{"/a", "must be a number, not a string", "type"}}},
		{
			"oneOf names the near variant", `{"properties":{"a":{"oneOf":[{"type":"string","minLength":3},{"type":"null"}]}}}`, `{"a":"x"}`,
			[]Problem{{"/a", "must have at least 3 characters, has 1", "minLength"}},
		},
		{"anyOf none", `{"properties":{"a":{"anyOf":[{"type":"string"},{"type":"null"}]}}}`, `{"a":1}`, []Problem{{"/a", "matches none of the allowed forms", "anyOf"}}},
		{"if then", `{"if":{"required":["a"]},"then":{"required":["b"]}}`, `{"a":1}`, []Problem{{"", `"b" is missing`, "required"}}},
		{"draft-04", `{"$schema":"http://json-schema.org/draft-04/schema#","properties":{"a":{"type":"number","minimum":1,"exclusiveMinimum":true}}}`, `{"a":1}`, []Problem{{"/a", "must be more than 1", "exclusiveMinimum"}}},
		{"draft-07 tuple", `{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"items":[{"type":"string"}]}}}`, `{"a":[1]}`, []Problem{{"/a/0", "must be a string, not a number", "type"}}},
		{"2019-09", `{"$schema":"https://json-schema.org/draft/2019-09/schema","dependentRequired":{"a":["b"]}}`, `{"a":1}`, []Problem{{"", `needs "b" when "a" is given`, "dependentRequired"}}},
		{
			"unknown dialect", `{"$schema":"https://example.com/my-dialect","type":"object"}`, `{}`,
			[]Problem{{"", `the tool's inputSchema asks for the dialect "https://example.com/my-dialect", which is not supported (draft-04 to 2020-12 are)`, "$schema"}},
		},
		{
			"network ref", `{"properties":{"a":{"$ref":"https://example.com/a.json"}}}`, `{}`,
			[]Problem{{"", `the tool's inputSchema refers to "https://example.com/a.json" outside of itself, and Sightglass fetches no schema`, "$ref"}},
		},
		{
			"file ref", `{"properties":{"a":{"$ref":"file:///etc/passwd"}}}`, `{}`,
			[]Problem{{"", `the tool's inputSchema refers to "file:///etc/passwd" outside of itself, and Sightglass fetches no schema`, "$ref"}},
		},
		{
			"relative ref", `{"properties":{"a":{"$ref":"a.json"}}}`, `{}`,
			[]Problem{{"", `the tool's inputSchema refers to "tool:///a.json" outside of itself, and Sightglass fetches no schema`, "$ref"}},
		},
		{"invalid schema", `{"type":"strnig"}`, `{}`, []Problem{{"", `the tool's inputSchema is no valid schema: at "/type": matches none of the allowed forms`, "schema"}}},
		{"schema is a list", `[]`, `{}`, []Problem{{"", "the tool's inputSchema is no schema: it must be an object or a boolean", "schema"}}},
		{"boolean schema", `true`, `{"a":1}`, nil},
		{"pattern of ECMA only", `{"properties":{"a":{"pattern":"^(?!x)"}}}`, `{"a":"x"}`, nil},
		{"huge exponent", `{"properties":{"a":{"type":"integer"}}}`, `{"a":1e999999999}`, []Problem{{"", "the value cannot be checked: the number 1e999999999 is too large", "json"}}},
		{"deep", `{}`, `{"a":` + strings.Repeat("[", 300) + strings.Repeat("]", 300) + `}`, []Problem{{"", "the value cannot be checked: it is nested deeper than 200 levels", "json"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := CheckArgs(json.RawMessage(tt.schema), json.RawMessage(tt.args))
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestCheckOutput(t *testing.T) {
	if p := CheckOutput(json.RawMessage(`{"type":"object"}`), nil); len(p) != 1 || p[0].Keyword != "required" {
		t.Errorf("missing structuredContent: %v", p)
	}
	if p := CheckOutput(json.RawMessage(`{"type":"array","items":{"format":"email"}}`), json.RawMessage(`["nope"]`)); p != nil {
		t.Errorf("a format is an annotation in an output: %v", p)
	}
}

// A schema of a few hundred bytes can ask for 2^n work.
func TestCheckStops(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"$ref":"#/$defs/d0","$defs":{`)
	for i := range 40 {
		fmt.Fprintf(&b, `"d%d":{"allOf":[{"$ref":"#/$defs/d%d"},{"$ref":"#/$defs/d%d"}]},`, i, i+1, i+1)
	}
	b.WriteString(`"d40":{"type":"object"}}}`)
	start := time.Now()
	p := CheckArgs(json.RawMessage(b.String()), json.RawMessage(`{}`))
	if len(p) != 1 || !strings.Contains(p[0].Message, "takes more than") {
		t.Errorf("problems %v", p)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("took %s", took)
	}
}
