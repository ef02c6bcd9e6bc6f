package question

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// findings gathers sentences, as many as a person reads.
type findings struct{ list []string }

func (f *findings) add(format string, a ...any) {
	if len(f.list) < maxFindings {
		f.list = append(f.list, fmt.Sprintf(format, a...))
	}
}

// Findings says what is wrong with a question, or worth knowing before it is answered. Each is one sentence.
func Findings(method string, params json.RawMessage) []string {
	f := &findings{list: []string{}}
	if len(params) > 0 && object(params) == nil {
		f.add("The params are no JSON object.")
		return f.list
	}
	switch method {
	case MethodElicit:
		f.elicitation(params)
	case MethodSample:
		f.sampling(params)
	}
	return f.list
}

func (f *findings) elicitation(params json.RawMessage) {
	p := object(params)
	mode := Mode(MethodElicit, params)
	if text(p["message"]) == "" {
		f.add("It has no message: nothing says what is asked for.")
	}
	switch mode {
	case ModeForm:
		if p["url"] != nil {
			f.add("It is in form mode and brings a URL: the URL is not used.")
		}
		f.schema(p["requestedSchema"])
	case ModeURL:
		f.url(p)
	default:
		f.add("The mode %q is unknown.", mode)
	}
}

func (f *findings) url(p map[string]json.RawMessage) {
	if p["requestedSchema"] != nil {
		f.add("It is in URL mode and brings a schema: no content goes back.")
	}
	u := ReadURL(text(p["url"]))
	if u.Problem != "" {
		f.add("%s", u.Problem)
	}
	for _, w := range u.Warnings {
		f.add("%s", w.Text)
	}
}

// primitives are the types of a property (2025-11-25 client/elicitation#requested-schema).
var primitives = []string{"string", "number", "integer", "boolean"}

// formKeywords are the keywords that the specification gives a property.
var formKeywords = []string{
	"type", "title", "description", "default", "minLength", "maxLength", "format", "pattern", "minimum", "maximum",
	"enum", "enumNames", "oneOf", "items", "minItems", "maxItems",
}

// schema checks a requestedSchema against what the specification allows: a flat object of primitives.
func (f *findings) schema(raw json.RawMessage) {
	o := object(raw)
	if o == nil {
		f.add("It has no requestedSchema: there is no form to fill in.")
		return
	}
	if text(o["type"]) != "object" {
		f.add("The requestedSchema is not of type object.")
	}
	props := object(o["properties"])
	if props == nil {
		f.add("The requestedSchema has no properties.")
	}
	for _, key := range sortedKeys(o) {
		switch key {
		case "type", "properties", "required", "$schema", "title", "description":
		default:
			f.add("The requestedSchema has the keyword %q, which the specification does not allow here.", clip(key))
		}
	}
	for _, name := range texts(o["required"]) {
		if props[name] == nil {
			f.add("The property %q is required, but not described.", clip(name))
		}
	}
	for _, name := range sortedKeys(props) {
		f.property(name, object(props[name]))
	}
}

// secretName finds names of what must not be asked for in form mode.
var secretName = regexp.MustCompile(`(?i)pass(word|wd|phrase)|\bpin\b|secret|token|api[-_ ]?key|credential|credit[-_ ]?card|card[-_ ]?number|\bcvv\b|\bcvc\b|\bssn\b|private[-_ ]?key|\botp\b`)

func (f *findings) property(name string, p map[string]json.RawMessage) {
	if p == nil {
		f.add("The property %q is no schema.", clip(name))
		return
	}
	if secretName.MatchString(strings.ReplaceAll(name, "_", " ")) || secretName.MatchString(text(p["title"])) || text(p["format"]) == "password" {
		// 2025-11-25 client/elicitation: "Servers MUST NOT use form mode elicitation to request sensitive information"
		f.add("The property %q looks like a secret: a server must not ask for one in a form.", clip(name))
	}
	kind := text(p["type"])
	switch {
	case kind == "array":
		f.choices(name, object(p["items"]), "items", "anyOf")
	case !slices.Contains(primitives, kind):
		f.add("The property %q has the type %s: only strings, numbers, booleans and lists of choices are allowed.", clip(name), orNone(p["type"]))
	}
	for _, key := range sortedKeys(p) {
		if !slices.Contains(formKeywords, key) {
			f.add("The property %q has the keyword %q, which the specification does not allow here.", clip(name), clip(key))
		}
	}
	if n, m := len(list(p["enumNames"])), len(list(p["enum"])); n > 0 && n != m {
		f.add("The property %q has %d enumNames for %d values.", clip(name), n, m)
	}
	if format := text(p["format"]); format != "" && !slices.Contains([]string{"email", "uri", "date", "date-time"}, format) {
		f.add("The property %q has the format %q, which the specification does not name.", clip(name), clip(format))
	}
	if d := p["default"]; d != nil && !fits(kind, d) {
		f.add("The default of the property %q is not of its type.", clip(name))
	}
}

// choices checks the items of a list of choices.
func (f *findings) choices(name string, items map[string]json.RawMessage, what, union string) {
	if items == nil || len(list(items["enum"])) == 0 && len(list(items[union])) == 0 && len(list(items["oneOf"])) == 0 {
		f.add("The list %q does not name its choices in %s.", clip(name), what)
	}
}

// fits reports whether a value is of a type.
func fits(kind string, v json.RawMessage) bool {
	var x any
	if json.Unmarshal(v, &x) != nil {
		return false
	}
	switch kind {
	case "string":
		_, ok := x.(string)
		return ok
	case "boolean":
		_, ok := x.(bool)
		return ok
	case "number":
		_, ok := x.(float64)
		return ok
	case "integer":
		n, ok := x.(float64)
		return ok && n == float64(int64(n))
	case "array":
		_, ok := x.([]any)
		return ok
	}
	return true
}

func orNone(raw json.RawMessage) string {
	if len(raw) == 0 {
		return "of none"
	}
	return clip(string(raw))
}

// clip shortens untrusted text for a sentence.
func clip(s string) string {
	r := []rune(s)
	if len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}

func sortedKeys(m map[string]json.RawMessage) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys[:min(len(keys), maxItems)]
}
