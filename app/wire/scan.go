package wire

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// maxDepth is how deep JSON may be nested, as in encoding/json: the reader recurses.
const maxDepth = 10_000

// scanner reads JSON in one pass without building anything. It stops at the first byte that is not JSON and keeps
// the reason; bytes that are not UTF-8 inside of strings do not stop it.
type scanner struct {
	b     []byte
	i     int
	depth int
	err   string
}

func (s *scanner) fail(expected string) bool {
	if s.err != "" {
		return false
	}
	if s.i >= len(s.b) {
		s.err = fmt.Sprintf("ends at byte %d where %s was expected", s.i, expected)
	} else {
		r, n := utf8.DecodeRune(s.b[s.i:])
		what := strconv.QuoteRune(r)
		if r == utf8.RuneError && n == 1 {
			what = fmt.Sprintf("byte 0x%02x", s.b[s.i])
		}
		s.err = fmt.Sprintf("has %s at byte %d where %s was expected", what, s.i, expected)
	}
	return false
}

func (s *scanner) space() {
	for s.i < len(s.b) && (s.b[s.i] == ' ' || s.b[s.i] == '\n' || s.b[s.i] == '\r' || s.b[s.i] == '\t') {
		s.i++
	}
}

// peek skips white space and gives the next byte, 0 at the end.
func (s *scanner) peek() byte {
	s.space()
	if s.i < len(s.b) {
		return s.b[s.i]
	}
	return 0
}

func (s *scanner) eat(c byte, expected string) bool {
	if s.peek() != c || s.i >= len(s.b) {
		return s.fail(expected)
	}
	s.i++
	return true
}

// value skips one value.
func (s *scanner) value() bool {
	switch c := s.peek(); {
	case c == '{':
		return s.skipObject()
	case c == '[':
		return s.skipArray()
	case c == '"':
		_, ok := s.str("a string")
		return ok
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n':
		return s.word("null")
	}
	if n := placeholderLen(s.b[s.i:]); n > 0 { // a number that the masker replaced
		s.i += n
		return true
	}
	return s.fail("a value")
}

// span skips one value and gives its bytes.
func (s *scanner) span() ([]byte, bool) {
	s.space()
	from := s.i
	if !s.value() {
		return nil, false
	}
	return s.b[from:s.i:s.i], true
}

// enter goes into an object or array whose opening bracket comes next.
func (s *scanner) enter() bool {
	s.i++
	s.depth++
	if s.depth > maxDepth {
		s.err = fmt.Sprintf("is nested deeper than %d levels at byte %d", maxDepth, s.i)
		return false
	}
	return true
}

// member goes to the next member of the object that was entered and reads its key, without quotes, escapes as they
// stand. ok is false behind the last member, which leaves the object, and on an error.
func (s *scanner) member(first bool) (key []byte, ok bool) {
	c := s.peek()
	if c == '}' {
		s.i++
		s.depth--
		return nil, false
	}
	if !first {
		if !s.eat(',', "',' or '}'") {
			return nil, false
		}
		s.space()
	}
	key, ok = s.str("a member name in quotes")
	return key, ok && s.eat(':', "':'")
}

func (s *scanner) skipObject() bool {
	if !s.enter() {
		return false
	}
	for first := true; ; first = false {
		if _, ok := s.member(first); !ok {
			return s.err == ""
		}
		if !s.value() {
			return false
		}
	}
}

func (s *scanner) skipArray() bool {
	_, ok := s.array()
	return ok
}

// array skips an array and counts its elements.
func (s *scanner) array() (n int, ok bool) {
	if !s.enter() {
		return 0, false
	}
	for ; ; n++ {
		if s.peek() == ']' && n == 0 {
			break
		}
		if n > 0 {
			if s.peek() == ']' {
				break
			}
			if !s.eat(',', "',' or ']'") {
				return n, false
			}
		}
		if !s.value() {
			return n, false
		}
	}
	s.i++
	s.depth--
	return n, true
}

// str reads a string and gives what stands between its quotes.
func (s *scanner) str(expected string) ([]byte, bool) {
	if s.i >= len(s.b) || s.b[s.i] != '"' {
		return nil, s.fail(expected)
	}
	from := s.i + 1
	if end := bytes.IndexByte(s.b[from:min(from+shortString, len(s.b))], '"'); end >= 0 && plain(s.b[from:from+end]) {
		s.i = from + end + 1
		return s.b[from : from+end], true
	}
	for i := from; i < len(s.b); i++ {
		switch c := s.b[i]; {
		case c == '"':
			s.i = i + 1
			return s.b[from:i:i], true
		case c == '\\':
			s.i = i
			n := escapeLen(s.b[i:])
			if n == 0 {
				return nil, s.fail("a valid escape in a string")
			}
			i += n - 1
		case c < 0x20:
			s.i = i
			return nil, s.fail("an escaped control character")
		}
	}
	s.i = len(s.b)
	return nil, s.fail("the end of a string")
}

// shortString is how far the quick look for a closing quote goes.
const shortString = 64

// plain says whether a string's bytes stand for themselves.
func plain(b []byte) bool {
	for _, c := range b {
		if c < 0x20 || c == '\\' {
			return false
		}
	}
	return true
}

// escapeLen is the length of the escape at the start of b, 0 if it is none.
func escapeLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(b) >= 6 && isHex(b[2]) && isHex(b[3]) && isHex(b[4]) && isHex(b[5]) {
			return 6
		}
	}
	return 0
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

func (s *scanner) word(w string) bool {
	for k := range len(w) {
		if s.i >= len(s.b) || s.b[s.i] != w[k] {
			return s.fail(w)
		}
		s.i++
	}
	return true
}

// number skips a number: -? int frac? exp?
func (s *scanner) number() bool {
	if s.b[s.i] == '-' {
		s.i++
	}
	zero := s.i < len(s.b) && s.b[s.i] == '0'
	if zero {
		s.i++
	} else if !s.digits() {
		return false
	}
	if s.i < len(s.b) && s.b[s.i] == '.' {
		s.i++
		if !s.digits() {
			return false
		}
	}
	if s.i < len(s.b) && s.b[s.i]|0x20 == 'e' {
		s.i++
		if s.i < len(s.b) && (s.b[s.i] == '+' || s.b[s.i] == '-') {
			s.i++
		}
		return s.digits()
	}
	return true
}

func (s *scanner) digits() bool {
	from := s.i
	for s.i < len(s.b) && s.b[s.i] >= '0' && s.b[s.i] <= '9' {
		s.i++
	}
	if s.i == from {
		return s.fail("a digit")
	}
	return true
}
