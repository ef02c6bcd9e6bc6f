package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// maxPretty bounds what is collected of a message printed over several lines, in bytes.
const maxPretty = 4 << 20

var (
	bom           = []byte("\xEF\xBB\xBF")
	contentLength = regexp.MustCompile(`(?i)^Content-(Length|Type)\s*:`)
)

// framing reads a child's stdout line by line and says what is wrong with each line that is no frame. Only frames
// that stand on a line of their own go on to the engine.
type framing struct {
	link  *link
	calls func(*call) // an answered call
	begun bool        // the first line was read
	read  time.Time   // when the chunk that is taken apart was read
	crlf  bool        // the finding about CRLF was made

	pretty []byte // lines collected of a message printed over several lines
	lines  int
	depth  depth
	junk   string // the first line that was no frame, quoted
}

// line takes one line of stdout.
func (f *framing) line(l line) {
	text := l.text
	var findings []string
	if !f.begun {
		f.begun = true
		if bytes.HasPrefix(text, bom) {
			text = text[len(bom):]
			findings = append(findings, "The stream starts with a byte order mark (BOM), which JSON does not allow: other clients drop this message ("+ruleBOM+").")
		}
	}
	if bytes.HasSuffix(text, []byte("\r")) {
		text = text[:len(text)-1]
		if !f.crlf {
			f.crlf = true
			findings = append(findings, "Lines end in CRLF; MCP separates messages by LF ("+ruleStdio+"). It is harmless.")
		}
	}
	if l.size > int64(len(l.text)) {
		m := message{kind: wire.MsgInvalid, why: fmt.Sprintf("the line is %d bytes long; more than %d are not read", l.size, len(l.text))}
		f.link.tooLong(f.reject(text, &m, l.size, findings, nil), nil, text, l.tail)
		return
	}
	m := parseMessage(text)
	if !l.newline && m.kind != wire.MsgInvalid {
		findings = append(findings, "The output ended without a newline behind this message: other clients lose it ("+ruleStdio+").")
	}
	switch {
	case len(f.pretty) > 0 && m.notJSON && f.collect(text):
	case m.kind == wire.MsgInvalid:
		f.invalid(text, &m, l.size, findings)
	case m.kind == wire.MsgBatch:
		f.pretty = nil
		f.link.batch(text, &m, frameInfo{findings: findings, read: f.read}, nil, nil, f.calls)
	default:
		f.pretty = nil
		if c := f.link.receive(text, &m, frameInfo{findings: findings, read: f.read}, nil, nil); c != nil {
			f.calls(c)
		}
	}
}

// invalid names what a line that is no message is.
func (f *framing) invalid(text []byte, m *message, size int64, findings []string) {
	var inner []byte
	switch trimmed := bytes.TrimSpace(text); {
	case len(trimmed) == 0:
		m.why = "it is an empty line"
	case contentLength.Match(trimmed):
		m.why = "it is a Content-Length header: the server frames its messages as the Language Server Protocol does, MCP over stdio has one JSON message a line"
		defer f.failAll(m.why, trimmed)
	case m.notJSON && (trimmed[0] == '{' || trimmed[0] == '[') && f.startPretty(text):
		m.why = "it is not a whole JSON message; perhaps one printed over several lines"
	case m.notJSON:
		inner = f.embedded(trimmed, m)
	}
	f.reject(text, m, size, findings, inner)
}

// embedded looks for a message with other text before or behind it on the line.
func (f *framing) embedded(text []byte, m *message) []byte {
	start := bytes.IndexAny(text, "{[")
	for tries := 0; start >= 0 && tries < 8; tries++ {
		d := json.NewDecoder(bytes.NewReader(text[start:]))
		var value json.RawMessage
		if d.Decode(&value) == nil && value[0] == '{' {
			if im := parseMessage(value); im.kind != wire.MsgInvalid {
				rest := bytes.TrimSpace(text[start+int(d.InputOffset()):])
				m.why = sharing(start > 0, rest)
				return value
			}
		}
		next := bytes.IndexAny(text[start+1:], "{[")
		if next < 0 {
			break
		}
		start += 1 + next
	}
	return nil
}

func sharing(before bool, rest []byte) string {
	switch {
	case before:
		return "other text stands before the JSON message on the same line"
	case contentLength.Match(rest):
		return "a Content-Length header stands behind the message: the server frames its messages as the Language Server Protocol does"
	case len(rest) > 0 && rest[0] == '{':
		return "several messages stand on one line"
	}
	return "other text stands behind the JSON message on the same line"
}

// reject records a line that is no frame. inner is a message found in it: the call it answers is told at once,
// because no client will ever take that answer.
func (f *framing) reject(text []byte, m *message, size int64, findings []string, inner []byte) (seq uint64) {
	rec := f.link.rec
	quoted := fmt.Sprintf("%q", rec.text(clip(text, 200)))
	empty := len(bytes.TrimSpace(text)) == 0
	if f.junk == "" && !empty && !f.link.expectsAnything() {
		f.junk = quoted
		if f.link.noise != nil {
			f.link.noise(quoted)
		}
	}
	info := frameInfo{dir: wire.In, size: size, findings: append(findings, m.findings...), withheld: "Not a message on a line of its own."}
	if m.notJSON || inner != nil {
		m.rule = ruleStdio // nothing but messages, each on a line of its own
	}
	info.findings = append(info.findings, m.finding())
	info.note = "Not a JSON-RPC message: " + quoted
	seq = rec.frame(text, m, info)
	if empty {
		return seq
	}
	f.link.strange(seq, "First line on stdout that is no JSON-RPC message: "+quoted)
	f.link.evidence(seq, "On stdout came "+quoted+": "+m.why+".")
	if inner != nil {
		f.blame(inner, m.why, seq)
		return seq
	}
	f.link.blame(m, text, seq)
	return seq
}

// blame fails the call that a misframed message answers.
func (f *framing) blame(inner []byte, why string, seq uint64) {
	m := parseMessage(inner)
	if !m.isResponse() {
		return
	}
	c, _, _ := f.link.match(&m)
	if c == nil {
		return
	}
	e := f.link.rec.fault(fault.Protocol, c.step, "The server's answer cannot be read: "+why+".",
		"Each message has to be one line of JSON on stdout, and nothing else may be written there. Log to stderr.")
	e.Entries = []uint64{seq}
	c.fail(e)
}

// failAll fails every pending call: no frame can be read from this server.
func (f *framing) failAll(why string, text []byte) {
	f.link.mu.Lock()
	calls := make([]*call, 0, len(f.link.pending))
	for _, c := range f.link.pending {
		calls = append(calls, c)
	}
	f.link.mu.Unlock()
	for _, c := range calls {
		e := f.link.rec.fault(fault.Protocol, c.step, "The server's output cannot be read: "+why+".", "Write each message as one line of JSON, ended by a newline.")
		e.Detail = f.link.rec.quote(text)
		c.fail(e)
	}
}

// startPretty begins to collect a message printed over several lines.
func (f *framing) startPretty(text []byte) bool {
	var value json.RawMessage
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&value); !errors.Is(err, io.ErrUnexpectedEOF) {
		return false // broken JSON, not the beginning of some
	}
	f.depth = depth{}
	f.depth.feed(text)
	f.pretty, f.lines = append([]byte(nil), text...), 1
	return true
}

// collect adds a line to the message printed over several lines. It reports whether the line belongs to it.
func (f *framing) collect(text []byte) bool {
	f.pretty = append(append(f.pretty, '\n'), text...)
	f.lines++
	open := f.depth.feed(text)
	if open && len(f.pretty) < maxPretty {
		m := message{kind: wire.MsgInvalid, why: "it is a part of a message printed over several lines", notJSON: true}
		f.reject(text, &m, int64(len(text)), nil, nil)
		return true
	}
	whole := f.pretty
	f.pretty = nil
	if open || !json.Valid(whole) {
		return false
	}
	m := message{kind: wire.MsgInvalid, notJSON: true, why: fmt.Sprintf("these %d lines are one message printed over several lines (pretty-printed JSON)", f.lines)}
	f.reject(text, &m, int64(len(text)), nil, whole)
	return true
}

// depth counts open brackets across lines.
type depth struct {
	open     int
	inString bool
	escaped  bool
}

// feed reads a line and reports whether a bracket is still open behind it.
func (d *depth) feed(text []byte) bool {
	for _, c := range text {
		switch {
		case d.escaped:
			d.escaped = false
		case d.inString:
			d.escaped = c == '\\'
			d.inString = c != '"'
		case c == '"':
			d.inString = true
		case c == '{' || c == '[':
			d.open++
		case c == '}' || c == ']':
			d.open--
		}
	}
	return d.open > 0 && !d.inString // JSON strings hold no newline
}

// upper makes a clause a sentence's beginning.
func upper(s string) string {
	if s == "" {
		return s
	}
	return string(bytes.ToUpper([]byte(s[:1]))) + s[1:]
}
