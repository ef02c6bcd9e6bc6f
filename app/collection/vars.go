package collection

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// placeholder is {{name}}; names that begin with $ are the program's own.
var placeholder = regexp.MustCompile(`\{\{\s*(\$?[\pL_][\pL\pN_.-]*)\s*\}\}`)

// variableName is what a variable may be called.
var variableName = regexp.MustCompile(`^[\pL_][\pL\pN_.-]*$`)

// Variables are the values of one run. The zero value has none.
type Variables struct {
	values map[string]json.RawMessage
	now    func() time.Time
}

// Set gives a variable a value, any JSON.
func (v *Variables) Set(name string, value json.RawMessage) {
	if v.values == nil {
		v.values = map[string]json.RawMessage{}
	}
	v.values[name] = value
}

// value is what a name stands for.
func (v *Variables) value(name string) (json.RawMessage, error) {
	switch name {
	case "$uuid":
		return quote(uuid()), nil
	case "$now":
		now := time.Now
		if v.now != nil {
			now = v.now
		}
		return quote(now().UTC().Format(time.RFC3339)), nil
	case "$braces":
		return quote("{{"), nil
	}
	if raw, ok := v.values[name]; ok {
		return raw, nil
	}
	if strings.HasPrefix(name, "$") {
		return nil, fmt.Errorf("{{%s}} is no value of this program: there are $uuid, $now and $braces", name)
	}
	return nil, fmt.Errorf("the variable %s has no value: give it one, or keep it from a call before", name)
}

// Text fills in the placeholders of a text. A value that is no string stands there as compact JSON.
func (v *Variables) Text(s string) (string, error) {
	var problem error
	out := placeholder.ReplaceAllStringFunc(s, func(found string) string {
		raw, err := v.value(placeholder.FindStringSubmatch(found)[1])
		if err != nil {
			problem = err
			return found
		}
		return plain(raw)
	})
	return out, problem
}

// JSON fills in the placeholders of every string of a JSON value, keys apart. A string that is one placeholder becomes
// the value, whatever its type. Everything else stays byte for byte.
func (v *Variables) JSON(raw json.RawMessage) (json.RawMessage, error) {
	if !bytes.Contains(raw, []byte("{{")) {
		return raw, nil
	}
	var out bytes.Buffer
	var problem error
	walkStrings(raw, func(before, str []byte, key bool) {
		out.Write(before)
		filled, err := v.fill(str, key)
		if err != nil {
			problem = err
		}
		out.Write(filled)
	}, func(rest []byte) { out.Write(rest) })
	return out.Bytes(), problem
}

// fill fills in one string as it stands in JSON, quotes included.
func (v *Variables) fill(str []byte, key bool) ([]byte, error) {
	var s string
	if key || !bytes.Contains(str, []byte("{{")) || json.Unmarshal(str, &s) != nil {
		return str, nil
	}
	if m := placeholder.FindStringSubmatch(s); m != nil && m[0] == s {
		return v.value(m[1])
	}
	text, err := v.Text(s)
	if text == s {
		return str, err
	}
	return quote(text), err
}

// walkStrings calls fn for each string of valid JSON, with the bytes before it since the last one, and rest with what
// follows the last.
func walkStrings(raw []byte, fn func(before, str []byte, key bool), rest func([]byte)) {
	from := 0
	for i := 0; i < len(raw); i++ {
		if raw[i] != '"' {
			continue
		}
		end := i + 1
		for end < len(raw) && raw[end] != '"' {
			if raw[end] == '\\' {
				end++
			}
			end++
		}
		end = min(end+1, len(raw))
		after := bytes.TrimLeft(raw[end:], " \t\r\n")
		fn(raw[from:i], raw[i:end], len(after) > 0 && after[0] == ':')
		from, i = end, end-1
	}
	rest(raw[from:])
}

// Names lists the variables that a text or JSON names, without the program's own, each once.
func Names(texts ...string) []string {
	var out []string
	for _, text := range texts {
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			if !strings.HasPrefix(m[1], "$") && !slices.Contains(out, m[1]) {
				out = append(out, m[1])
			}
		}
	}
	return out
}

// Literal makes params that were sent into params of a [Call] that send the same: what looks like a placeholder there
// is none.
func Literal(raw json.RawMessage) json.RawMessage {
	var out bytes.Buffer
	walkStrings(raw, func(before, str []byte, key bool) {
		out.Write(before)
		if !key {
			str = bytes.ReplaceAll(str, []byte("{{"), []byte("{{$braces}}"))
		}
		out.Write(str)
	}, func(rest []byte) { out.Write(rest) })
	return out.Bytes()
}

func plain(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return string(raw)
	}
	return b.String()
}

func quote(s string) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string has no error
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// uuid is a random UUID (RFC 9562 section 5.4).
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
