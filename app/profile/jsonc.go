package profile

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tailscale/hujson"
)

// maxDepth bounds nesting: the parser recurses, and a stack overflow cannot be recovered from.
const maxDepth = 200

// parseJSONC reads JSON with comments and trailing commas. The error is a [*TextError] about text, where body
// starts at offset; it quotes one character at most.
func parseJSONC(text string, offset int, body string) (hujson.Value, error) {
	fail := func(at int, reason string) error {
		line, column := position([]byte(text), offset+at)
		return &TextError{Line: line, Column: column, Reason: reason}
	}
	if at := tooDeep(body); at >= 0 {
		return hujson.Value{}, fail(at, fmt.Sprintf("is nested deeper than %d levels", maxDepth))
	}
	v, err := hujson.Parse([]byte(body))
	if err == nil {
		return v, nil
	}
	at, reason := 0, "is no JSON"
	if cause := errors.Unwrap(err); cause != nil {
		reason = cause.Error()
		var line, column int
		if _, serr := fmt.Sscanf(err.Error(), "hujson: line %d, column %d:", &line, &column); serr == nil {
			at = offsetOf(body, line, column)
		}
	}
	switch { // a literal may be a secret without its quotes
	case strings.HasPrefix(reason, "invalid literal: \""):
		reason = "the string holds a line break, a bad escape or bytes that are not UTF-8"
	case strings.HasPrefix(reason, "invalid literal"):
		reason = "is no value: strings need double quotes"
	case strings.HasSuffix(reason, "unexpected EOF"):
		reason = "the text ends too early: a bracket or quote is not closed"
	}
	return hujson.Value{}, fail(at, reason)
}

// offsetOf is the reverse of position.
func offsetOf(text string, line, column int) int {
	at := 0
	for ; line > 1; line-- {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			break
		}
		at += i + 1
	}
	return min(at+column-1, len(text))
}

// tooDeep finds where brackets nest deeper than maxDepth, -1 when nowhere. It reads strings and comments as the
// parser does.
func tooDeep(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '{', '[':
			if depth++; depth > maxDepth {
				return i
			}
		case '}', ']':
			depth--
		case '"':
			for i++; i < len(s) && s[i] != '"'; i++ {
				if s[i] == '\\' {
					i++
				}
			}
		case '/':
			var end string
			switch {
			case strings.HasPrefix(s[i:], "//"):
				end = "\n"
			case strings.HasPrefix(s[i:], "/*"):
				end = "*/"
			default:
				continue
			}
			j := strings.Index(s[i+2:], end)
			if j < 0 {
				return -1
			}
			i += 2 + j + len(end) - 1
		}
	}
	return -1
}

// field is one member of an object.
type field struct {
	name  string
	value hujson.Value
}

// fieldsOf lists an object's members in order, nil when v is no object. Of equal names the last one counts, as in
// every other client.
func fieldsOf(v hujson.Value) []field {
	o, ok := v.Value.(*hujson.Object)
	if !ok {
		return nil
	}
	var out []field
	place := map[string]int{}
	for _, m := range o.Members {
		name := literal(m.Name)
		if i, ok := place[name]; ok {
			out[i].value = m.Value
			continue
		}
		place[name] = len(out)
		out = append(out, field{name, m.Value})
	}
	return out
}

func member1(fields []field, names ...string) (hujson.Value, bool) {
	for _, n := range names {
		for _, f := range fields {
			if f.name == n {
				return f.value, true
			}
		}
	}
	return hujson.Value{}, false
}

func elementsOf(v hujson.Value) []hujson.Value {
	if a, ok := v.Value.(*hujson.Array); ok {
		return a.Elements
	}
	return nil
}

func literal(v hujson.Value) string {
	if l, ok := v.Value.(hujson.Literal); ok && l.Kind() == '"' {
		return l.String()
	}
	return ""
}

// kindOf names a value in JSON's words.
func kindOf(v hujson.Value) string {
	switch v.Value.Kind() {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case 't', 'f':
		return "true or false"
	}
	return "null"
}

// shortName quotes a member's name of a foreign text: one line, not long.
func shortName(s string) string {
	if utf8.RuneCountInString(s) > 60 {
		s = string([]rune(s)[:60]) + "…"
	}
	return strconv.Quote(s)
}
