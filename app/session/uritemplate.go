package session

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/yosida95/uritemplate/v3"
)

// maxTemplate bounds a URI template and its expansion, in bytes.
const maxTemplate = 64 << 10

// Variable is one variable of a URI template (RFC 6570), as its first expression has it.
type Variable struct {
	Name     string
	Operator string // "", +, #, ., /, ;, ?, &
	Explode  bool   // {name*}
	Prefix   int    // {name:n}; 0: all of it
}

// Value is the value of a variable: the first of Pairs, List and Text that is not empty counts.
type Value struct {
	Text  string
	List  []string
	Pairs []string // key, value, key, value, …
}

// Part is a piece of a template with its expansion.
type Part struct {
	Raw       string // of the template: literal text, or an expression with its braces
	Text      string // what it expands to
	Variables []string
	Missing   []string // those of Variables without a value
}

// Variables returns the variables of a template, each once.
func Variables(template string) ([]Variable, error) {
	parts, err := split(template)
	if err != nil {
		return nil, err
	}
	var out []Variable
	seen := map[string]bool{}
	for _, p := range parts {
		for _, v := range variablesOf(p) {
			if !seen[v.Name] {
				seen[v.Name] = true
				out = append(out, v)
			}
		}
	}
	return out, nil
}

// ExpandTemplate puts values into a template (RFC 6570, level 4). A variable without a value expands to nothing: the
// parts say which. The URI is that of the parts in order.
func ExpandTemplate(template string, values map[string]Value) (uri string, parts []Part, err error) {
	pieces, err := split(template)
	if err != nil {
		return "", nil, err
	}
	given := uritemplate.Values{}
	for name, v := range values {
		given.Set(name, v.value())
	}
	var whole strings.Builder
	for _, raw := range pieces {
		p := Part{Raw: raw}
		for _, v := range variablesOf(raw) {
			p.Variables = append(p.Variables, v.Name)
			val, ok := values[v.Name]
			if !ok {
				p.Missing = append(p.Missing, v.Name)
			}
			if v.Prefix > 0 && len(val.List)+len(val.Pairs) > 0 { // RFC 6570 section 2.4.1
				return "", nil, fmt.Errorf("the expression %s cannot take a list: a prefix needs text", clip(raw, 60))
			}
		}
		t, err := uritemplate.New(raw)
		if err != nil {
			return "", nil, fmt.Errorf("the template is malformed at %q", clip(raw, 60))
		}
		if p.Text, err = t.Expand(given); err != nil {
			return "", nil, fmt.Errorf("expand %s: %w", clip(raw, 60), err)
		}
		if whole.Len()+len(p.Text) > maxTemplate {
			return "", nil, fmt.Errorf("the URI is longer than %d KiB", maxTemplate>>10)
		}
		whole.WriteString(p.Text)
		parts = append(parts, p)
	}
	return whole.String(), parts, nil
}

func (v Value) value() uritemplate.Value {
	switch {
	case len(v.Pairs) > 1:
		return uritemplate.KV(v.Pairs[:len(v.Pairs)&^1]...)
	case len(v.List) > 0:
		return uritemplate.List(v.List...)
	}
	return uritemplate.String(v.Text)
}

// split cuts a template into literals and expressions and checks it.
func split(template string) ([]string, error) {
	switch {
	case len(template) > maxTemplate:
		return nil, fmt.Errorf("the template is longer than %d KiB", maxTemplate>>10)
	case !utf8.ValidString(template):
		return nil, fmt.Errorf("the template is no valid UTF-8")
	}
	var parts []string
	for rest := template; rest != ""; {
		open := strings.IndexByte(rest, '{')
		if open != 0 {
			if open < 0 {
				open = len(rest)
			}
			parts, rest = append(parts, rest[:open]), rest[open:]
			continue
		}
		end := strings.IndexByte(rest, '}')
		if end < 0 {
			return nil, fmt.Errorf("the template has a brace that is not closed: %q", clip(rest, 60))
		}
		parts, rest = append(parts, rest[:end+1]), rest[end+1:]
	}
	for _, p := range parts {
		if _, err := uritemplate.New(p); err != nil {
			return nil, fmt.Errorf("the template is malformed at %q (RFC 6570)", clip(p, 60))
		}
	}
	return parts, nil
}

// variablesOf are the variables of an expression, none of a literal.
func variablesOf(part string) []Variable {
	if !strings.HasPrefix(part, "{") {
		return nil
	}
	body, op := strings.Trim(part, "{}"), ""
	if body != "" && strings.IndexByte("+#./;?&", body[0]) >= 0 {
		op, body = body[:1], body[1:]
	}
	var out []Variable
	for spec := range strings.SplitSeq(body, ",") {
		v := Variable{Operator: op}
		spec, v.Explode = strings.CutSuffix(spec, "*")
		name, prefix, cut := strings.Cut(spec, ":")
		if v.Name = name; cut {
			_, _ = fmt.Sscanf(prefix, "%d", &v.Prefix) // digits: the template was checked
		}
		out = append(out, v)
	}
	return out
}
