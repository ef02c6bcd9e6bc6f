package wire

import (
	"bytes"
	"fmt"
	"strconv"
)

// parser reads the top level of a message.
type parser struct {
	s       scanner
	f       Frame
	known   uint // bit per known key that was seen
	other   [8][]byte
	nOther  int
	version []byte
	isError bool // "error" is there
	isRes   bool // "result" is there
	isMeth  bool // "method" is there and a string
}

func (p *parser) find(format string, a ...any) {
	if len(p.f.Findings) < maxFindings {
		p.f.Findings = append(p.f.Findings, fmt.Sprintf(format, a...))
	}
}

var envelope = [...]string{"jsonrpc", "id", "method", "params", "result", "error"}

func (p *parser) object() {
	p.s.enter()
	for first := true; ; first = false {
		key, ok := p.s.member(first)
		if !ok {
			break
		}
		if bytes.IndexByte(key, '\\') >= 0 {
			key = []byte(unescape(key))
		}
		p.repeated(key)
		p.s.space()
		if !p.field(key) {
			break
		}
	}
	p.classify()
}

// repeated looks for duplicate and wrong-case keys: encoding/json, Go's and so many a server's reader, takes
// "Method" for "method" and the last of two.
func (p *parser) repeated(key []byte) {
	for i, k := range envelope {
		if string(key) == k {
			if p.known&(1<<i) != 0 {
				p.find("has the member %q twice", k)
			}
			p.known |= 1 << i
			return
		}
	}
	for _, k := range envelope {
		if len(key) == len(k) && bytes.EqualFold(key, []byte(k)) {
			p.find("has the member %s, which is not %q: names are case-sensitive", quote(key), k)
		}
	}
	for _, k := range p.other[:p.nOther] {
		if bytes.Equal(k, key) {
			p.find("has the member %s twice", quote(key))
			return
		}
	}
	if p.nOther < len(p.other) {
		p.other[p.nOther] = key
		p.nOther++
	}
}

// field reads the value of one top-level member.
func (p *parser) field(key []byte) bool {
	from := p.s.i
	var ok bool
	switch string(key) {
	case "jsonrpc":
		p.version, ok = p.s.span()
		return ok
	case "id":
		p.f.RawID, ok = p.s.span()
		return ok
	case "method":
		return p.method()
	case "params":
		ok = p.params()
		p.f.Params = p.s.b[from:p.s.i:p.s.i]
		return ok
	case "result":
		p.isRes = true
		ok = p.result()
		p.f.Result = p.s.b[from:p.s.i:p.s.i]
		return ok
	case "error":
		p.isError = true
		ok = p.error()
		p.f.Error = p.s.b[from:p.s.i:p.s.i]
		return ok
	}
	return p.s.value()
}

func (p *parser) method() bool {
	if p.s.peek() != '"' {
		raw, ok := p.s.span()
		p.find("method is not a string: %s", quote(raw))
		return ok
	}
	raw, ok := p.s.str("a string")
	if ok {
		p.isMeth = true
		p.f.Method = text(raw)
	}
	return ok
}

// params reads {"name": …}, {"uri": …}, {"taskId": …} or {"ref": {"name" or "uri": …}}.
func (p *parser) params() bool {
	switch c := p.s.peek(); c {
	case '{':
		return p.target(true)
	case '[':
		p.find("params is an array: MCP allows only an object")
	default:
		p.find("params is not an object")
	}
	return p.s.value()
}

func (p *parser) target(ref bool) bool {
	if !p.s.enter() {
		return false
	}
	for first := true; ; first = false {
		key, ok := p.s.member(first)
		if !ok {
			return p.s.err == ""
		}
		c := p.s.peek()
		switch {
		case p.f.Name == "" && c == '"' && (string(key) == "name" || string(key) == "uri" || string(key) == "taskId"):
			raw, ok := p.s.str("a string")
			if !ok {
				return false
			}
			p.f.Name = text(raw)
		case ref && c == '{' && string(key) == "ref":
			if !p.target(false) {
				return false
			}
		default:
			if !p.s.value() {
				return false
			}
		}
	}
}

func (p *parser) result() bool {
	if p.s.peek() != '{' {
		p.find("result is not an object")
		return p.s.value()
	}
	p.s.enter()
	for first := true; ; first = false {
		key, ok := p.s.member(first)
		if !ok {
			return p.s.err == ""
		}
		if string(key) == "isError" && p.s.peek() == 't' {
			p.f.ToolErr = true
		}
		if !p.s.value() {
			return false
		}
	}
}

func (p *parser) error() bool {
	if p.s.peek() != '{' {
		p.find("error is not an object")
		return p.s.value()
	}
	p.s.enter()
	var code, message []byte
	for first := true; ; first = false {
		key, ok := p.s.member(first)
		if !ok {
			break
		}
		raw, ok := p.s.span()
		if !ok {
			return false
		}
		switch string(key) {
		case "code":
			code = raw
		case "message":
			message = raw
		}
	}
	if p.s.err != "" {
		return false
	}
	p.code(code)
	if len(message) == 0 || message[0] != '"' {
		p.find("error.message is not a string")
	}
	return true
}

// code reads error.code: "This MUST be an integer" (JSON-RPC 2.0 section 5.1).
func (p *parser) code(raw []byte) {
	if raw == nil {
		p.find("error has no code")
		return
	}
	n, err := strconv.Atoi(string(raw))
	if err != nil {
		p.find("error.code is not an integer: %s", quote(raw))
		if n, err = strconv.Atoi(string(bytes.Trim(raw, `"`))); err != nil {
			return
		}
	}
	p.f.Code = n
}

// classify says what the members make of the message and what is wrong with them.
func (p *parser) classify() {
	f := &p.f
	f.ID = shortID(f.RawID)
	switch {
	case p.isMeth && f.RawID != nil:
		f.Message = MsgRequest
	case p.isMeth:
		f.Message = MsgNotification
	case p.isError:
		f.Message = MsgError
	case p.isRes:
		f.Message = MsgResponse
	default:
		f.Message = MsgInvalid
		f.Note = "an object with neither method, result nor error: no JSON-RPC message"
		return
	}
	if p.s.err != "" {
		return
	}
	switch {
	case p.version == nil:
		p.find(`has no "jsonrpc": "2.0"`)
	case string(p.version) != `"2.0"`:
		p.find(`jsonrpc is %s, not "2.0"`, quote(p.version))
	}
	if p.isMeth && (p.isRes || p.isError) {
		p.find("has a method and a result or error: it is neither a request nor a response")
	}
	if p.isRes && p.isError {
		p.find("has both result and error")
	}
	p.checkID()
}

// checkID looks at the id: "a string or integer", and "Unlike base JSON-RPC, the ID MUST NOT be null" (MCP, basic).
func (p *parser) checkID() {
	raw := p.f.RawID
	switch {
	case raw == nil:
		if !p.isMeth {
			p.find("answers without an id: it cannot be paired")
		}
	case raw[0] == '"':
	case raw[0] == 'n':
		p.find("id is null")
	case raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9':
		if bytes.ContainsAny(raw, ".eE") {
			p.find("id is %s: not an integer", quote(raw))
		}
	default:
		p.find("id is %s: neither a string nor an integer", quote(raw))
	}
}

func (p *parser) batch() {
	n, ok := p.s.array()
	if !ok {
		return
	}
	p.f.Message = MsgBatch
	p.f.Name = fmt.Sprintf("%d messages", n)
	p.find("is a batch, which only protocol version 2025-03-26 has")
	if n == 0 {
		p.find("is an empty batch (JSON-RPC 2.0 section 6: an invalid request)")
	}
}
