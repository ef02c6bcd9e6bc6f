package session

import (
	"bytes"
	"encoding/json"
	"errors"
)

// member is one member of a JSON object, its value as it stands in the text.
type member struct {
	key        string
	val        json.RawMessage
	start, end int // of the value, byte offsets
}

var errNotObject = errors.New("not a JSON object")

// members reads the members of a JSON object in order, repeated keys too. The values alias raw. It walks the bytes
// once and decodes nothing but keys, because results of 50 MB pass here; raw is valid JSON or an error is likely but
// not certain.
func members(raw json.RawMessage) ([]member, error) {
	i := space(raw, 0)
	if i >= len(raw) || raw[i] != '{' {
		return nil, errNotObject
	}
	var list []member
	for i = space(raw, i+1); i < len(raw) && raw[i] != '}'; {
		end := value(raw, i)
		if raw[i] != '"' || end < 0 {
			return nil, errNotObject
		}
		key, ok := text(raw[i:end])
		if i = space(raw, end); !ok || i >= len(raw) || raw[i] != ':' {
			return nil, errNotObject
		}
		start := space(raw, i+1)
		if end = value(raw, start); end < 0 {
			return nil, errNotObject
		}
		list = append(list, member{key, raw[start:end:end], start, end})
		if i = space(raw, end); i < len(raw) && raw[i] == ',' {
			i = space(raw, i+1)
		}
	}
	if i >= len(raw) {
		return nil, errNotObject
	}
	return list, nil
}

// elements are the values of a JSON array, which alias raw; ok is false when it is none.
func elements(raw json.RawMessage) (list []json.RawMessage, ok bool) {
	i := space(raw, 0)
	if i >= len(raw) || raw[i] != '[' {
		return nil, false
	}
	for i = space(raw, i+1); i < len(raw) && raw[i] != ']'; {
		end := value(raw, i)
		if end < 0 {
			return nil, false
		}
		list = append(list, raw[i:end:end])
		if i = space(raw, end); i < len(raw) && raw[i] == ',' {
			i = space(raw, i+1)
		}
	}
	return list, i < len(raw)
}

// space returns the offset of the first byte from i on that is no white space.
func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// value returns the offset behind the JSON value that begins at i, -1 when it has no end.
func value(b []byte, i int) int {
	for depth := 0; i < len(b); {
		switch b[i] {
		case '"':
			if i = quoted(b, i); i < 0 {
				return -1
			}
		case '{', '[':
			depth++
			i++
			continue
		case '}', ']':
			depth--
			i++
		default:
			n := bytes.IndexAny(b[i:], `"{}[]`)
			if depth == 0 {
				n = bytes.IndexAny(b[i:], ",:]} \t\r\n")
			}
			if n == 0 && depth == 0 || n < 0 && depth > 0 {
				return -1
			}
			if i += n; n < 0 {
				i = len(b)
			}
		}
		if depth <= 0 {
			if depth < 0 {
				return -1
			}
			return i
		}
	}
	return -1
}

// quoted returns the offset behind the string that begins at i, -1 when it has no end. It looks for the quote first and
// then for what escapes it: JSON inside of a string is full of both.
func quoted(b []byte, i int) int {
	start := i + 1
	for i = start; i < len(b); i++ {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return -1
		}
		i += n
		back := i
		for back > start && b[back-1] == '\\' {
			back--
		}
		if (i-back)%2 == 0 {
			return i + 1
		}
	}
	return -1
}

// field returns the value of the last member named key, nil when there is none or raw is no object. The last one
// counts because that is what most readers take.
func field(raw json.RawMessage, key string) json.RawMessage {
	list, err := members(raw)
	if err != nil {
		return nil
	}
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].key == key {
			return list[i].val
		}
	}
	return nil
}

// text returns the string in raw; ok is false when raw holds anything else.
func text(raw json.RawMessage) (s string, ok bool) {
	if plainText(raw) {
		return string(raw[1 : len(raw)-1]), true
	}
	if len(raw) < 2 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return "", false
	}
	return s, true
}

// withField returns obj with the member set, every other byte kept. A nil obj stands for {}.
func withField(obj json.RawMessage, key string, val json.RawMessage) (json.RawMessage, error) {
	if obj == nil {
		obj = json.RawMessage("{}")
	}
	list, err := members(obj)
	if err != nil {
		return nil, err
	}
	for i := len(list) - 1; i >= 0; i-- {
		if m := list[i]; m.key == key {
			return join(obj[:m.start], val, obj[m.end:]), nil
		}
	}
	end := bytes.LastIndexByte(obj, '}')
	comma := []byte{}
	if len(list) > 0 {
		comma = []byte{','}
	}
	return join(obj[:end], comma, quoteJSON(key), []byte{':'}, val, obj[end:]), nil
}

func join(parts ...[]byte) json.RawMessage { return bytes.Join(parts, nil) }

// isObject reports whether raw begins like a JSON object.
func isObject(raw json.RawMessage) bool {
	i := space(raw, 0)
	return i < len(raw) && raw[i] == '{'
}

// quoteJSON is s as a JSON string.
func quoteJSON(s string) json.RawMessage {
	b, err := json.Marshal(s)
	if err != nil { // cannot happen for a string
		return json.RawMessage(`""`)
	}
	return b
}

// plainText tells of a JSON string that stands for its own bytes, as nearly every key does: decoding those took a tenth
// of what Sightglass adds to a call.
func plainText(raw json.RawMessage) bool {
	n := len(raw)
	if n < 2 || raw[0] != '"' || raw[n-1] != '"' {
		return false
	}
	for _, c := range raw[1 : n-1] {
		if c < 0x20 || c >= 0x80 || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
