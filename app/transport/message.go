package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// message is the JSON-RPC envelope of one frame. Its slices point into the frame. Members are matched by their exact
// names: encoding/json would take "ID" for "id", which other implementations do not.
type message struct {
	kind     wire.Message
	id       json.RawMessage // as it stands; nil when absent
	method   string
	params   json.RawMessage
	result   json.RawMessage
	err      *fault.RPCError
	parts    []json.RawMessage // of a batch
	findings []string          // what is wrong with a message that can be used all the same
	why      string            // of MsgInvalid: why it is no JSON-RPC message
	rule     string            // of MsgInvalid: the rule that it breaks; empty: a limit of ours
	notJSON  bool              // of MsgInvalid: it is not even JSON
}

// isResponse tells answers, good or bad.
func (m *message) isResponse() bool { return m.kind == wire.MsgResponse || m.kind == wire.MsgError }

// nullID tells an id that is absent or null.
func (m *message) nullID() bool { return len(m.id) == 0 || string(m.id) == "null" }

// parseMessage reads one frame. It never fails: what is no message comes back as MsgInvalid with the reason.
func parseMessage(frame []byte) message {
	b := bytes.TrimSpace(frame)
	if len(b) == 0 {
		return message{kind: wire.MsgInvalid, why: "it is empty", rule: ruleJSON, notJSON: true}
	}
	if !json.Valid(b) {
		return message{kind: wire.MsgInvalid, why: "it is not JSON: " + syntaxProblem(b), rule: ruleJSON, notJSON: true}
	}
	var m message
	switch b[0] {
	case '{':
		m = parseObject(b)
	case '[':
		m = parseBatch(b)
	default:
		m = message{kind: wire.MsgInvalid, why: "it is JSON but not an object", rule: ruleEither}
	}
	if !utf8.Valid(b) {
		m.findings = append(m.findings, "It is not valid UTF-8; JSON-RPC messages must be UTF-8 ("+ruleUTF8+").")
	}
	return m
}

// syntaxProblem says where and why b is not JSON.
func syntaxProblem(b []byte) string {
	var v json.RawMessage
	err := json.Unmarshal(b, &v)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Sprintf("%s at byte %d", syntax.Error(), syntax.Offset)
	}
	return "it ends early"
}

// maxParts bounds the messages of a batch that are looked at: each becomes an entry.
const maxParts = 10_000

func parseBatch(b []byte) message {
	m := message{kind: wire.MsgBatch}
	n := 0
	eachElement(b, func(part []byte) {
		if n++; n <= maxParts {
			m.parts = append(m.parts, part)
		}
	})
	if n > maxParts {
		m.findings = append(m.findings, fmt.Sprintf("The batch has %d messages; those past %d are not looked at.", n, maxParts))
	}
	if len(m.parts) == 0 {
		m.kind, m.why, m.rule = wire.MsgInvalid, "it is an empty batch", ruleBatch
	}
	return m
}

// members are the top-level members of an envelope as they stand.
type members struct {
	version, id, method, params, result, err []byte
	findings                                 []string
}

func (s *members) slot(name string) *[]byte {
	switch name {
	case "jsonrpc":
		return &s.version
	case "id":
		return &s.id
	case "method":
		return &s.method
	case "params":
		return &s.params
	case "result":
		return &s.result
	case "error":
		return &s.err
	}
	return nil
}

// maxMemberFindings bounds what is said about the members of one message.
const maxMemberFindings = 16

func (s *members) find(format string, args ...any) {
	if len(s.findings) < maxMemberFindings {
		s.findings = append(s.findings, fmt.Sprintf(format, args...))
	}
}

func readMembers(b []byte) members {
	var s members
	eachMember(b, func(key, value []byte) {
		slot := s.slot(string(key))
		if slot == nil {
			if len(key) <= len("jsonrpc") && s.slot(string(bytes.ToLower(key))) != nil {
				s.find("It has a member %q; JSON-RPC member names are case-sensitive, %q was meant (JSON-RPC 2.0 section 2).", key, bytes.ToLower(key))
			}
			return
		}
		if *slot != nil {
			s.find("The member %q stands twice; the last one counts (%s).", key, ruleNames)
		}
		*slot = value
	})
	return s
}

func parseObject(b []byte) message {
	s := readMembers(b)
	m := message{id: s.id, params: s.params, findings: s.findings}
	if string(s.version) != `"2.0"` {
		m.findings = append(m.findings, versionFinding(s.version))
	}
	if why := checkID(s.id); why != "" {
		return m.invalid(why, ruleRequest)
	}
	if s.method != nil {
		return m.asCall(s)
	}
	return m.asResponse(s)
}

func (m message) invalid(why, rule string) message {
	m.kind, m.why, m.rule = wire.MsgInvalid, why, rule
	return m
}

func versionFinding(version []byte) string {
	if version == nil {
		return `The member "jsonrpc" is missing; it must be "2.0" (` + ruleEither + ")."
	}
	return fmt.Sprintf(`The member "jsonrpc" is %s; it must be "2.0" (%s).`, clip(version, 40), ruleEither)
}

func checkID(id []byte) string {
	if len(id) == 0 {
		return ""
	}
	switch c := id[0]; {
	case c == '"', c == '-', c >= '0' && c <= '9', string(id) == "null":
		return ""
	}
	return fmt.Sprintf("its id is %s; an id is a string or a number", clip(id, 40))
}

func (m message) asCall(s members) message {
	if json.Unmarshal(s.method, &m.method) != nil || s.method[0] != '"' {
		return m.invalid(fmt.Sprintf("its method is %s; a method is a string", clip(s.method, 40)), ruleRequest)
	}
	m.kind = wire.MsgNotification
	if s.id != nil {
		m.kind = wire.MsgRequest
		if m.nullID() {
			m.findings = append(m.findings, "The request's id is null; MCP requires a string or an integer ("+ruleMessages+").")
		}
	}
	if s.result != nil || s.err != nil {
		m.findings = append(m.findings, "It has a method and also a result or an error; it is taken as a "+string(m.kind)+" ("+ruleEither+").")
	}
	if len(s.params) > 0 && s.params[0] != '{' {
		m.findings = append(m.findings, "The params are not an object ("+ruleParams+"; MCP allows no list).")
	}
	return m
}

func (m message) asResponse(s members) message {
	switch {
	case s.result != nil && s.err != nil:
		return m.invalid("it has both a result and an error", ruleResponse)
	case s.err != nil:
		rpc, why := parseError(s.err)
		if why != "" {
			return m.invalid(why, ruleError)
		}
		m.kind, m.err = wire.MsgError, rpc
	case s.result != nil:
		m.kind, m.result = wire.MsgResponse, s.result
		if m.nullID() {
			return m.invalid("it is a result without an id", ruleResponse)
		}
	default:
		return m.invalid("it has neither a method nor a result nor an error", ruleEither)
	}
	return m
}

func parseError(b []byte) (*fault.RPCError, string) {
	if b[0] != '{' {
		return nil, fmt.Sprintf("its error is %s; an error is an object with code and message", clip(b, 40))
	}
	rpc := &fault.RPCError{}
	why := "its error has no code"
	eachMember(b, func(key, value []byte) {
		switch string(key) {
		case "code":
			code, err := strconv.ParseFloat(string(value), 64)
			if why = ""; err != nil || code != float64(int(code)) {
				why = fmt.Sprintf("its error code is %s; a code is an integer", clip(value, 40))
			}
			rpc.Code = int(code)
		case "message":
			_ = json.Unmarshal(value, &rpc.Message) // another type leaves it empty: the raw frame shows it
		case "data":
			rpc.Data = value
		}
	})
	return rpc, why
}

// eachMember calls f for each top-level member of a valid JSON object, with the key unquoted.
func eachMember(b []byte, f func(key, value []byte)) {
	for i := skipSpace(b, 1); i < len(b) && b[i] == '"'; {
		end := skipValue(b, i)
		key := b[i+1 : end-1]
		if bytes.IndexByte(key, '\\') >= 0 {
			var s string
			_ = json.Unmarshal(b[i:end], &s)
			key = []byte(s)
		}
		i = skipSpace(b, skipSpace(b, end)+1) // over the colon
		end = skipValue(b, i)
		f(key, b[i:end:end])
		if i = skipSpace(b, end); i < len(b) && b[i] == ',' {
			i = skipSpace(b, i+1)
		}
	}
}

// eachElement calls f for each element of a valid JSON array.
func eachElement(b []byte, f func(value []byte)) {
	for i := skipSpace(b, 1); i < len(b) && b[i] != ']'; {
		end := skipValue(b, i)
		f(b[i:end:end])
		if i = skipSpace(b, end); i < len(b) && b[i] == ',' {
			i = skipSpace(b, i+1)
		}
	}
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// skipValue returns the offset behind the value that starts at i. b is valid JSON.
func skipValue(b []byte, i int) int {
	if i >= len(b) {
		return i
	}
	switch b[i] {
	case '"':
		return skipString(b, i)
	case '{', '[':
		for depth := 0; i < len(b); i++ {
			switch b[i] {
			case '"':
				i = skipString(b, i) - 1
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
		}
		return i
	}
	for i < len(b) && b[i] != ',' && b[i] != '}' && b[i] != ']' && b[i] > ' ' {
		i++
	}
	return i
}

func skipString(b []byte, i int) int {
	for i++; i < len(b); {
		next := bytes.IndexByte(b[i:], '"')
		if next < 0 {
			return len(b)
		}
		i += next
		back := 0
		for b[i-1-back] == '\\' {
			back++
		}
		if i++; back%2 == 0 {
			return i
		}
	}
	return i
}

// nameOf is what a request or notification is about, for a table row: the tool or prompt, the resource URI.
func nameOf(params []byte) (name string) {
	if len(params) == 0 || params[0] != '{' {
		return ""
	}
	eachMember(params, func(key, value []byte) {
		if k := string(key); (k == "name" || (k == "uri" || k == "taskId") && name == "") && value[0] == '"' {
			_ = json.Unmarshal(value, &name)
		}
	})
	return name
}

// toolError tells a result with isError true.
func toolError(result []byte) (is bool) {
	if len(result) == 0 || result[0] != '{' {
		return false
	}
	eachMember(result, func(key, value []byte) {
		if string(key) == "isError" {
			is = string(value) == "true"
		}
	})
	return is
}

// clip quotes at most n bytes of b for a sentence.
func clip(b []byte, n int) string {
	if len(b) <= n {
		return string(bytes.ToValidUTF8(b, []byte("\uFFFD")))
	}
	return string(bytes.ToValidUTF8(b[:n], []byte("\uFFFD"))) + "…"
}
