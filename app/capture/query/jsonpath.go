package query

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

const (
	maxPath = 16      // steps of a json: path
	maxJSON = 4 << 20 // bytes of a body that json: reads: one that is longer never passes
)

// jsonTest is a condition on one place of a JSON body.
type jsonTest struct {
	steps []step
	last  []byte // a member name that has to stand in the body, in quotes; nil when there is none that can be looked for
	value func(raw json.RawMessage) bool
}

// step goes one level down.
type step struct {
	name  string
	index int // of an array, when name is empty; -1: any
}

// newJSONTest reads $.a.b[0].c, followed by nothing (the place is there), =text (with * and ?), or a comparison with a
// number. [*] is any element of an array or member of an object.
func newJSONTest(s string, quoted bool) (*jsonTest, error) {
	t := &jsonTest{}
	rest, err := t.path(s)
	if err != nil {
		return nil, err
	}
	if t.value, err = jsonValue(rest, quoted); err != nil {
		return nil, err
	}
	for _, st := range t.steps {
		if st.name != "" && !strings.ContainsFunc(st.name, func(r rune) bool { return r < 0x20 || r > 0x7e || r == '"' || r == '\\' || r == '/' }) {
			t.last = []byte(st.name)
		}
	}
	return t, nil
}

func pathError(at, why string) error {
	return &badValue{fmt.Sprintf("%s in the path at %q", why, shorten(at)), "write it as $.params.name or $.content[0].text"}
}

func (t *jsonTest) path(s string) (rest string, err error) {
	rest, ok := strings.CutPrefix(s, "$")
	if !ok {
		return "", pathError(s, "there is no $")
	}
	for rest != "" && (rest[0] == '.' || rest[0] == '[') {
		if len(t.steps) == maxPath {
			return "", pathError(rest, fmt.Sprintf("there are more than %d steps", maxPath))
		}
		at := rest
		var st step
		if rest[0] == '.' {
			n := strings.IndexAny(rest[1:], ".[=<>")
			if n < 0 {
				n = len(rest) - 1
			}
			st.name, rest = rest[1:1+n], rest[1+n:]
			if st.name == "" {
				return "", pathError(at, "a name is missing")
			}
		} else {
			end := strings.IndexByte(rest, ']')
			if end < 0 {
				return "", pathError(at, "] is missing")
			}
			if st, err = bracket(rest[1:end]); err != nil {
				return "", pathError(at, err.Error())
			}
			rest = rest[end+1:]
		}
		t.steps = append(t.steps, st)
	}
	return rest, nil
}

func bracket(s string) (step, error) {
	if s == "*" {
		return step{index: -1}, nil
	}
	if len(s) > 2 && (s[0] == '\'' || s[0] == '"') && s[len(s)-1] == s[0] {
		return step{name: s[1 : len(s)-1]}, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return step{}, fmt.Errorf("%q is no index", shorten(s))
	}
	return step{index: n}, nil
}

func jsonValue(s string, quoted bool) (func(json.RawMessage) bool, error) {
	switch {
	case s == "":
		return func(json.RawMessage) bool { return true }, nil
	case s[0] == '=':
		p, err := newPattern(s[1:], quoted)
		return func(raw json.RawMessage) bool {
			text, ok := scalar(raw)
			return ok && p.match(text)
		}, err
	case s[0] == '<' || s[0] == '>':
		op, number := s[:1], s[1:]
		if strings.HasPrefix(number, "=") {
			op, number = s[:2], s[2:]
		}
		want, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return nil, &badValue{message: fmt.Sprintf("%q is no number", shorten(number))}
		}
		return func(raw json.RawMessage) bool { return compareNumber(raw, op, want) }, nil
	}
	return nil, pathError(s, "there is something unexpected")
}

// scalar is the text of a string, number, true, false or null.
func scalar(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 || raw[0] == '{' || raw[0] == '[' {
		return "", false
	}
	if raw[0] == '"' {
		var s string
		err := json.Unmarshal(raw, &s)
		return s, err == nil
	}
	return string(raw), true
}

func compareNumber(raw json.RawMessage, op string, want float64) bool {
	v, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		return false
	}
	switch op {
	case "<":
		return v < want
	case "<=":
		return v <= want
	case ">":
		return v > want
	default:
		return v >= want
	}
}

// holds implements bodyTest.
func (t *jsonTest) holds(body []byte) bool {
	if len(body) > maxJSON || t.last != nil && !bytes.Contains(body, t.last) && !bytes.Contains(body, []byte(`\u`)) {
		return false // the name is nowhere, nor an escape that it could be written with
	}
	return t.walk(bytes.TrimSpace(body), t.steps)
}

func (t *jsonTest) walk(raw json.RawMessage, steps []step) bool {
	if len(steps) == 0 {
		return t.value(raw)
	}
	if len(raw) == 0 {
		return false
	}
	st, rest := steps[0], steps[1:]
	switch raw[0] {
	case '{':
		var members map[string]json.RawMessage
		if st.name == "" && st.index >= 0 || json.Unmarshal(raw, &members) != nil {
			return false
		}
		if st.name != "" {
			kid, ok := members[st.name]
			return ok && t.walk(kid, rest)
		}
		for _, kid := range members {
			if t.walk(kid, rest) {
				return true
			}
		}
	case '[':
		var list []json.RawMessage
		if st.name != "" || json.Unmarshal(raw, &list) != nil {
			return false
		}
		if st.index >= 0 {
			return st.index < len(list) && t.walk(list[st.index], rest)
		}
		for _, kid := range list {
			if t.walk(kid, rest) {
				return true
			}
		}
	}
	return false
}
