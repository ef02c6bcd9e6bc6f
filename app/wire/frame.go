package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Bounds of what a summary quotes: a hostile method or id must not make every row of a table huge.
const (
	maxField    = 512 // bytes of a method, name or id in an entry
	maxFindings = 16  // findings of one frame
	quoteLen    = 60  // bytes quoted in a finding
)

// Frame is the JSON-RPC envelope of one message, read tolerantly: what could be read is there, what is wrong is in
// Findings. Params, Result and Error are parts of the message itself, not copies.
type Frame struct {
	Message  Message  // never empty
	Method   string   // unescaped, at most 512 bytes
	Name     string   // params.name, params.uri or params.ref; for a batch how many messages it has
	ID       string   // raw JSON; a very long id is cut and carries its hash
	Code     int      // error.code
	ToolErr  bool     // result.isError is true
	Findings []string // what is wrong with it, one sentence each
	Note     string   // of MsgInvalid: why it is no JSON-RPC message
	RawID    []byte   // the id as it stands, whole; nil: none
	Params   []byte   // nil: none
	Result   []byte   // nil: none
	Error    []byte   // nil: none
}

// ParseFrame reads the envelope of one JSON-RPC message (JSON-RPC 2.0 sections 4 to 6) in one pass: it checks the
// whole for being JSON and decodes none of it. A message that breaks off or is otherwise malformed keeps the fields
// that were read before, with Message MsgInvalid.
func ParseFrame(b []byte) Frame {
	p := parser{s: scanner{b: b}}
	if bytes.HasPrefix(b, bom) {
		p.s.i = len(bom)
		p.find("starts with a byte order mark (RFC 8259 section 8.1: it must not)")
	}
	if !utf8.Valid(b) {
		p.find("is not UTF-8 from byte %d", invalidAt(b))
	}
	switch c := p.s.peek(); {
	case p.s.i >= len(b):
		p.f.Note = "empty: no JSON-RPC message"
	case c == '{':
		p.object()
	case c == '[':
		p.batch()
	case p.s.value():
		p.f.Note = "JSON, but neither an object nor a batch: no JSON-RPC message"
	}
	if p.s.err != "" {
		p.f.Message = MsgInvalid
		p.f.Note = "not JSON: " + p.s.err
	} else if p.s.space(); p.s.i < len(b) {
		p.find("has more behind its end, at byte %d: %s", p.s.i, quote(b[p.s.i:]))
	}
	if p.f.Message == "" {
		p.f.Message = MsgInvalid
	}
	return p.f
}

var bom = []byte("\xef\xbb\xbf")

func invalidAt(b []byte) int {
	i := 0
	for i < len(b) {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		i += n
	}
	return i
}

// fill gives a frame's entry the fields of its envelope, except those that the tap has set.
func (f Frame) fill(e *Entry) {
	e.Message = f.Message
	setIfEmpty(&e.Method, f.Method)
	setIfEmpty(&e.Name, f.Name)
	setIfEmpty(&e.ID, f.ID)
	setIfEmpty(&e.Note, f.Note)
	if e.Code == 0 {
		e.Code = f.Code
	}
	e.ToolErr = e.ToolErr || f.ToolErr
	if len(f.Findings) > 0 {
		e.Findings = append(slices.Clip(e.Findings), f.Findings...)
	}
}

func setIfEmpty(s *string, v string) {
	if *s == "" {
		*s = v
	}
}

// text makes a string of what stands between two quotes, without a copy for the common methods.
func text(raw []byte) string {
	if s, ok := methods[string(raw)]; ok {
		return s
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return shorten(string(raw[:min(len(raw), maxField+4)]), maxField)
	}
	if cut := 6 * maxField; len(raw) > cut { // an escape has at most 6 bytes: cut before the last one
		raw = raw[:cut]
		if i := bytes.LastIndexByte(raw, '\\'); i > cut-6 {
			raw = raw[:i]
		}
	}
	return shorten(unescape(raw), maxField)
}

// unescape reads JSON escapes.
func unescape(raw []byte) string {
	var s string
	quoted := append(append([]byte{'"'}, raw...), '"')
	if json.Unmarshal(quoted, &s) != nil {
		return string(raw)
	}
	return s
}

// shortID is the raw id; one that is too long for a summary keeps its start and is told apart by its hash.
func shortID(raw []byte) string {
	if len(raw) <= maxField {
		return string(raw)
	}
	h := sha256.Sum256(raw)
	return fmt.Sprintf("%s… #%x", shorten(string(raw[:quoteLen]), quoteLen-4), h[:8])
}

// shorten cuts s to at most n bytes, at a character.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

func quote(b []byte) string {
	return strconv.Quote(shorten(string(b[:min(len(b), quoteLen+4)]), quoteLen))
}
