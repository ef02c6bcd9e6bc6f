package profile

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/tailscale/hujson"
)

// MaxImport is the largest text ReadImport takes, in bytes: settings files of editors are far smaller.
const MaxImport = 4 << 20

// Forms of an import, and of an export but for the last.
const (
	FormMCPServers = "mcpServers" // Claude, Cursor, Cline, Windsurf and most others
	FormServers    = "servers"    // VS Code
	FormSingle     = "single"     // one bare server object
)

// Import is a text with other clients' servers, read.
type Import struct {
	Form  string // mcpServers, servers (VS Code), single
	Items []Item
}

// Item is one server of an Import. Profile has no id and no secret value: those are in Secrets.
type Item struct {
	Key      string // its name in the text, empty for a single server without one
	Profile  Profile
	Secrets  []Found
	Problems []string // what was not understood or needs to be known, one sentence each; they quote no value
	Invalid  bool     // it cannot be added: the last problem says why
}

// ReadImport reads servers from JSON with comments and trailing commas: {"mcpServers": …}, VS Code's {"servers": …,
// "inputs": …} (also nested in its settings), a bare map of servers, one bare server, with a byte order mark, in a
// ``` fence or without the outer braces. Its error is a [*TextError]; one bad server is an Item with problems and
// does not hide the others.
func ReadImport(text string) (Import, error) {
	switch {
	case len(text) > MaxImport:
		return Import{}, &TextError{Reason: fmt.Sprintf("the text is larger than %d MiB", MaxImport>>20)}
	case !utf8.ValidString(text):
		return Import{}, &TextError{Reason: "the text is not UTF-8"}
	}
	offset, body := trimWrapping(text)
	if body == "" {
		return Import{}, &TextError{Reason: "the text is empty"}
	}
	if body[0] == '"' { // "name": {…}, as many READMEs show it
		if v, err := parseJSONC(text, offset-1, "{"+body+"}"); err == nil {
			return readRoot(text, offset-1, v)
		}
	}
	v, err := parseJSONC(text, offset, body)
	if err != nil {
		return Import{}, err
	}
	return readRoot(text, offset, v)
}

// trimWrapping finds the JSON within a byte order mark, blank lines and a Markdown fence.
func trimWrapping(text string) (offset int, body string) {
	body = strings.TrimPrefix(text, "\ufeff")
	offset = len(text) - len(body)
	trim := func() {
		t := strings.TrimLeft(body, " \t\r\n")
		offset += len(body) - len(t)
		body = strings.TrimRight(t, " \t\r\n")
	}
	trim()
	start := strings.Index(body, "```")
	if start < 0 || strings.ContainsAny(body[:start], "{[") {
		return offset, body
	}
	line := strings.IndexByte(body[start:], '\n')
	if line < 0 {
		return offset, body
	}
	offset += start + line + 1
	body = body[start+line+1:]
	if end := strings.Index(body, "\n```"); end >= 0 {
		body = body[:end]
	} else {
		body = strings.TrimSuffix(body, "```")
	}
	trim()
	return offset, body
}

// readRoot finds the servers in the parsed text.
func readRoot(text string, offset int, v hujson.Value) (Import, error) {
	fail := func(at int, reason string) (Import, error) {
		line, column := position([]byte(text), offset+at)
		return Import{}, &TextError{Line: line, Column: column, Reason: reason}
	}
	root := fieldsOf(v)
	if v.Value.Kind() != '{' {
		return fail(v.StartOffset, "is "+kindOf(v)+`, not an object such as {"mcpServers": {…}}`)
	}
	if mcp, ok := member1(root, "mcp"); ok && isObject(mcp) && !isServer(fieldsOf(mcp)) { // VS Code settings
		root = append(fieldsOf(mcp), root...)
	}
	r := reader{inputs: readInputs(root)}
	for _, place := range []struct {
		form  string
		names []string
	}{{FormMCPServers, []string{"mcpServers", "mcp_servers"}}, {FormServers, []string{"servers", "mcp.servers"}}} {
		for _, name := range place.names {
			servers, ok := member1(root, name)
			if !ok || isServer(root) {
				continue
			}
			if !isObject(servers) && elementsOf(servers) == nil {
				return fail(servers.StartOffset, name+": is "+kindOf(servers)+", not an object of servers")
			}
			r.form = cmpOr(r.form, place.form)
			r.servers(servers)
		}
	}
	switch {
	case r.form != "":
	case isServer(root):
		r.form = FormSingle
		name, _ := member1(root, "name", "title", "id")
		r.server(literal(name), v)
	default:
		r.bareMap(root)
	}
	switch {
	case r.form == "":
		return fail(v.StartOffset, `holds no servers: expected "mcpServers", "servers", or an object with "command" or "url"`)
	case len(r.items) == 0:
		return fail(v.StartOffset, r.form+": holds no server")
	case len(r.items) > MaxServers:
		return fail(v.StartOffset, fmt.Sprintf("holds more than %d servers", MaxServers))
	}
	return Import{Form: r.form, Items: r.items}, nil
}

func isObject(v hujson.Value) bool { return v.Value != nil && v.Value.Kind() == '{' }

// isServer tells a server from a map of servers.
func isServer(fields []field) bool {
	if _, ok := member1(fields, "mcpServers"); ok {
		return false
	}
	v, ok := member1(fields, "command", "url", "serverUrl", "httpUrl")
	return ok && (!isObject(v) || hasCommand(v))
}

// hasCommand: Zed nests {"command": {"path": …, "args": …}}.
func hasCommand(v hujson.Value) bool {
	path, ok := member1(fieldsOf(v), "path")
	return ok && literal(path) != ""
}

type reader struct {
	form   string
	inputs map[string]input
	items  []Item
}

func (r *reader) servers(v hujson.Value) {
	for _, f := range fieldsOf(v) {
		r.server(f.name, f.value)
	}
	for _, e := range elementsOf(v) { // a list of servers with names
		name, _ := member1(fieldsOf(e), "name", "id")
		r.server(literal(name), e)
	}
}

// bareMap takes {"name": {"command": …}, …}.
func (r *reader) bareMap(root []field) {
	any := false
	for _, f := range root {
		any = any || isServer(fieldsOf(f.value))
	}
	if !any {
		return
	}
	r.form = FormMCPServers
	for _, f := range root {
		if isObject(f.value) {
			r.server(f.name, f.value)
		}
	}
}

// input is one of VS Code's inputs.
type input struct {
	kind     string // promptString, pickString, command
	password bool
}

func readInputs(root []field) map[string]input {
	inputs := map[string]input{}
	v, _ := member1(root, "inputs")
	for _, e := range elementsOf(v) {
		fields := fieldsOf(e)
		id, _ := member1(fields, "id")
		kind, _ := member1(fields, "type")
		pw, _ := member1(fields, "password")
		l, ok := pw.Value.(hujson.Literal)
		if name := literal(id); name != "" {
			inputs[name] = input{kind: literal(kind), password: ok && l.Kind() == 't'}
		}
	}
	return inputs
}
