package query

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a filter. It may be pasted, from anywhere.
const (
	maxText  = 8 << 10 // bytes of its text
	maxTerms = 200     // terms: each costs time at every entry
	maxDepth = 32      // brackets and negations in one another: the reader recurses
)

// SyntaxError says what is wrong with a filter, and where.
type SyntaxError struct {
	From, To int    // in UTF-16 code units of the text, as the window counts
	Message  string // "ms: takes a number"
	Hint     string // what to write instead, or empty
}

// Error implements error.
func (e *SyntaxError) Error() string {
	s := fmt.Sprintf("filter, character %d: %s", e.From+1, e.Message)
	if e.Hint != "" {
		s += ": " + e.Hint
	}
	return s
}

// tokenKind is what a token is.
type tokenKind int

const (
	tokEnd tokenKind = iota
	tokOpen
	tokClose
	tokAnd
	tokOr
	tokNot
	tokTerm
)

// token is one piece of a filter; from and to are bytes.
type token struct {
	kind     tokenKind
	from, to int
	field    string // of a term: what stands before the colon, or empty
	value    string // unquoted
	quoted   bool
	valueAt  int // where the value begins
}

// lexer cuts a filter into tokens.
type lexer struct {
	text  string
	at    int
	depth int // open brackets
}

// fail makes an error for the bytes from..to.
func (l *lexer) fail(from, to int, message, hint string) error {
	return &SyntaxError{From: utf16Len(l.text[:from]), To: utf16Len(l.text[:to]), Message: message, Hint: hint}
}

// next reads the next token.
func (l *lexer) next() (token, error) {
	l.space()
	from := l.at
	if from >= len(l.text) {
		return token{kind: tokEnd, from: from, to: from}, nil
	}
	switch c := l.text[from]; {
	case c == '(':
		l.at++
		l.depth++
		return token{kind: tokOpen, from: from, to: l.at}, nil
	case c == ')':
		if l.depth == 0 {
			return token{}, l.fail(from, from+1, "this bracket closes nothing", `put it in quotes to look for it: ")"`)
		}
		l.at++
		l.depth--
		return token{kind: tokClose, from: from, to: l.at}, nil
	case c == '-' && l.wordAfter(from+1):
		l.at++
		return token{kind: tokNot, from: from, to: l.at}, nil
	case c == '"':
		value, err := l.phrase()
		return token{kind: tokTerm, from: from, to: l.at, value: value, quoted: true, valueAt: from}, err
	}
	return l.word()
}

func (l *lexer) space() {
	for l.at < len(l.text) {
		r, n := utf8.DecodeRuneInString(l.text[l.at:])
		if !unicode.IsSpace(r) {
			return
		}
		l.at += n
	}
}

// wordAfter says whether something that a minus can negate begins at i.
func (l *lexer) wordAfter(i int) bool {
	if i >= len(l.text) || l.text[i] == ')' {
		return false
	}
	r, _ := utf8.DecodeRuneInString(l.text[i:])
	return !unicode.IsSpace(r)
}

// phrase reads what stands in quotes. \" is a quotation mark and \\ a backslash; any other backslash is itself.
func (l *lexer) phrase() (string, error) {
	from := l.at
	var b strings.Builder
	for i := from + 1; i < len(l.text); i++ {
		switch c := l.text[i]; {
		case c == '"':
			l.at = i + 1
			return b.String(), nil
		case c == '\\' && i+1 < len(l.text) && (l.text[i+1] == '"' || l.text[i+1] == '\\'):
			i++
			b.WriteByte(l.text[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", l.fail(from, len(l.text), "the quotation mark is never closed", `write " at the end of the phrase`)
}

// bare is the end of a word that begins at from: white space, or a bracket that closes a group. Brackets in a word
// belong to it in pairs.
func (l *lexer) bare(from int) int {
	inner := 0
	for i, r := range l.text[from:] {
		switch {
		case unicode.IsSpace(r):
			return from + i
		case r == '(':
			inner++
		case r == ')' && inner > 0:
			inner--
		case r == ')' && l.depth > 0:
			return from + i
		}
	}
	return len(l.text)
}

// word reads an operator, a bare word or a field with its value.
func (l *lexer) word() (token, error) {
	from := l.at
	end := l.bare(from)
	w := l.text[from:end]
	if kind, ok := operators[w]; ok {
		l.at = end
		return token{kind: kind, from: from, to: end}, nil
	}
	n := nameLen(w)
	if n == 0 || n == len(w) || w[n] != ':' || strings.HasPrefix(w[n:], "://") {
		return l.compared(w, from, end), nil
	}
	t := token{kind: tokTerm, from: from, field: w[:n], valueAt: from + n + 1}
	if t.valueAt < len(l.text) && l.text[t.valueAt] == '"' {
		l.at = t.valueAt
		var err error
		t.value, err = l.phrase()
		t.quoted, t.to = true, l.at
		return t, err
	}
	l.at, t.to, t.value = end, end, l.text[t.valueAt:end]
	return t, nil
}

// operators are the words between terms. In lower case they are words to look for like any other.
var operators = map[string]tokenKind{"AND": tokAnd, "OR": tokOr, "NOT": tokNot}

// compared is a bare word; one like ms>500 is read as ms:>500.
func (l *lexer) compared(w string, from, end int) token {
	l.at = end
	if n := nameLen(w); n > 0 && n < len(w) && (w[n] == '<' || w[n] == '>' || w[n] == '=') {
		if f := fieldNamed(w[:n]); f != nil && f.number {
			return token{kind: tokTerm, from: from, to: end, field: w[:n], value: w[n:], valueAt: from + n}
		}
	}
	return token{kind: tokTerm, from: from, to: end, value: w, valueAt: from}
}

// nameLen is how many bytes at the start of s could be a field's name.
func nameLen(s string) int {
	for i := range len(s) {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return i
		}
	}
	return len(s)
}

// utf16Len is the length of s as the window counts it.
func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// byteOffset is the byte at which the UTF-16 unit n of s begins; the end of s when it is shorter.
func byteOffset(s string, n int) int {
	for i, r := range s {
		if n <= 0 {
			return i
		}
		n--
		if r > 0xffff {
			n--
		}
	}
	return len(s)
}
