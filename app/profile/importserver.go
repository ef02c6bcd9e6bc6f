package profile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/tailscale/hujson"
)

// passed are members of other clients that have no counterpart here and need no mention.
var passed = []string{
	"name", "title", "id", "description", "gallery", "version", "$schema", "icon", "source", "enabled", "metadata",
	"command", "args", "env", "environment", "cwd", "workingDirectory", "url", "serverUrl", "httpUrl", "headers",
	"http_headers", "type", "transport", "transportType", "disabled", "timeout", "inputs", "dev",
}

// server reads one server into an Item.
func (r *reader) server(key string, v hujson.Value) {
	s := serverReader{fields: fieldsOf(v), inputs: r.inputs, item: Item{Key: key}}
	s.item.Profile.Name = cleanName(key)
	if !isObject(v) {
		s.refuse("it is " + kindOf(v) + ", not an object")
	} else {
		s.read()
	}
	r.items = append(r.items, s.item)
}

// cleanName makes a name of a key: shown as a label, so one line without invisible characters.
func cleanName(key string) string {
	name := strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' {
			return -1
		}
		return r
	}, key))
	if r := []rune(name); len(r) > MaxName {
		name = string(r[:MaxName])
	}
	return cmpOr(name, "server")
}

type serverReader struct {
	fields []field
	inputs map[string]input
	item   Item
}

func (s *serverReader) note(format string, args ...any) {
	s.item.Problems = append(s.item.Problems, fmt.Sprintf(format, args...))
}

func (s *serverReader) refuse(reason string) {
	if !s.item.Invalid {
		s.item.Invalid = true
		s.note("not added: %s", reason)
	}
}

func (s *serverReader) read() {
	p := &s.item.Profile
	s.command(p)
	p.URL = s.text("url", "serverUrl", "httpUrl")
	p.Cwd = s.text("cwd", "workingDirectory")
	p.Env = s.values("env", "environment")
	p.Headers = s.values("headers", "http_headers")
	s.transport(p)
	s.timeout(p)
	s.flags()
	s.placeholders(p)
	extracted, found := ExtractSecrets(*p)
	*p, s.item.Secrets = extracted, found
	if err := Validate(*p); err != nil && !s.item.Invalid {
		fe, _ := err.(*FieldError) //nolint:errorlint // Validate returns no other
		s.refuse(fe.Field + " " + fe.Reason)
	}
}

// text reads the first of the named members as a string.
func (s *serverReader) text(names ...string) string {
	for _, n := range names {
		v, ok := member1(s.fields, n)
		if !ok || v.Value.Kind() == 'n' {
			continue
		}
		if v.Value.Kind() != '"' {
			s.refuse(n + " is " + kindOf(v) + ", not a string")
			return ""
		}
		return strings.TrimSpace(literal(v))
	}
	return ""
}

// command reads command and args. Some clients have the program and its arguments in one list, or in an object.
func (s *serverReader) command(p *Profile) {
	fields := s.fields
	v, ok := member1(fields, "command")
	switch {
	case ok && hasCommand(v):
		fields = fieldsOf(v)
		path, _ := member1(fields, "path")
		p.Command = literal(path)
	case ok && v.Value.Kind() == '[':
		if words := s.list("command", v); len(words) > 0 {
			p.Command, p.Args = words[0], words[1:]
		}
	default:
		p.Command = s.text("command")
	}
	args, ok := member1(fields, "args")
	switch {
	case !ok || args.Value.Kind() == 'n':
	case args.Value.Kind() == '"':
		s.note("args is a string: it is taken as one argument")
		p.Args = append(p.Args, literal(args))
	case args.Value.Kind() == '[':
		p.Args = append(p.Args, s.list("args", args)...)
	default:
		s.refuse("args is " + kindOf(args) + ", not a list")
	}
}

func (s *serverReader) list(name string, v hujson.Value) []string {
	var out []string
	for i, e := range elementsOf(v) {
		text, ok := scalar(e)
		if !ok {
			s.refuse(fmt.Sprintf("%s[%d] is %s, not a string", name, i, kindOf(e)))
			return nil
		}
		out = append(out, text)
	}
	return out
}

// scalar is a string, number or boolean as text.
func scalar(v hujson.Value) (string, bool) {
	l, ok := v.Value.(hujson.Literal)
	switch {
	case !ok || l.Kind() == 'n':
		return "", false
	case l.Kind() == '"':
		return l.String(), true
	}
	return string(l), true
}

// values reads env or headers.
func (s *serverReader) values(names ...string) []Value {
	var out []Value
	for _, n := range names {
		v, ok := member1(s.fields, n)
		if !ok || v.Value.Kind() == 'n' {
			continue
		}
		if !isObject(v) {
			s.refuse(n + " is " + kindOf(v) + ", not an object")
			return nil
		}
		for _, f := range fieldsOf(v) {
			text, ok := scalar(f.value)
			if !ok {
				s.note("%s %s is %s and was left out", n, shortName(f.name), kindOf(f.value))
				continue
			}
			out = append(out, Value{Name: f.name, Value: text})
		}
	}
	return out
}

// transport decides how the server is reached, from its type or from what it has.
func (s *serverReader) transport(p *Profile) {
	kind := s.text("type", "transport", "transportType")
	switch strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(kind)) {
	case "stdio", "local":
		p.Transport = Stdio
	case "sse":
		p.Transport = SSE
	case "http", "streamablehttp", "streamable", "remote":
		p.Transport = HTTP
	case "ws", "websocket":
		p.Transport = HTTP
		s.refuse("WebSocket is no transport of MCP: use the server's http or sse address")
	case "":
		s.guess(p)
	default:
		s.note("type %s is not known: it is taken from command and url", shortName(kind))
		s.guess(p)
	}
	switch {
	case p.Transport == Stdio && p.Command == "" && p.URL != "":
		s.refuse("type is stdio but there is a url and no command")
	case p.Transport == Stdio && p.URL != "":
		s.note("url is left out: this server is started by its command")
		p.URL = ""
	case p.Transport != Stdio && p.Command != "":
		s.note("command and args are left out: this server is reached by its url")
		p.Command, p.Args, p.Cwd = "", nil, ""
	}
}

func (s *serverReader) guess(p *Profile) {
	if p.Command != "" || p.URL == "" {
		p.Transport = Stdio
		return
	}
	p.Transport = HTTP
	s.note("no type is given: Streamable HTTP is tried first, then the older HTTP+SSE, by itself")
}

// timeout: Cline and Roo count seconds, Gemini and others milliseconds.
func (s *serverReader) timeout(p *Profile) {
	v, ok := member1(s.fields, "timeout")
	if !ok {
		return
	}
	text, _ := scalar(v)
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0 || n > MaxTimeout {
		s.note("timeout is not understood and was left out")
		return
	}
	if n > 0 && n < 1000 {
		n *= 1000
		s.note("timeout is taken as seconds")
	}
	p.Timeouts.Request = int64(n)
}

// flags mentions what changes how the server behaves elsewhere and not here.
func (s *serverReader) flags() {
	if v, ok := member1(s.fields, "disabled"); ok && v.Value.Kind() == 't' {
		s.note("it is disabled there; here nothing starts by itself")
	}
	if v, ok := member1(s.fields, "enabled"); ok && v.Value.Kind() == 'f' {
		s.note("it is disabled there; here nothing starts by itself")
	}
	var unknown []string
	for _, f := range s.fields {
		switch {
		case f.name == "envFile":
			s.note("envFile is not read: add its variables by hand")
		case f.name == "oauth" || f.name == "auth" || f.name == "authorization":
			s.note("%s is left out: sign in here on the first refusal", f.name)
		case !slices.Contains(passed, f.name) && len(unknown) < 12:
			unknown = append(unknown, shortName(f.name))
		}
	}
	if len(unknown) > 0 {
		s.note("not used here: %s", strings.Join(unknown, ", "))
	}
}

// placeholders turns password inputs into secrets and names what will be asked for.
func (s *serverReader) placeholders(p *Profile) {
	for _, vs := range [][]Value{p.Env, p.Headers} {
		for i, v := range vs {
			id, ok := strings.CutPrefix(v.Value, "${input:")
			if id, end := strings.CutSuffix(id, "}"); ok && end && s.inputs[id].password {
				vs[i] = Value{Name: v.Name, Secret: true}
			}
		}
	}
	asked := map[string]bool{}
	p.texts(func(name, text string) string {
		return mapPlaceholders(text, func(inside string) string {
			id, isInput := strings.CutPrefix(inside, inputPrefix)
			in := s.inputs[id]
			switch {
			case isInput && in.password:
				return "${" + secretPrefix + id + "}"
			case isInput && in.kind == "command" && !asked[id]:
				s.note("input %s runs a command of the editor there; here it is asked for", shortName(id))
				asked[id] = true
			case strings.HasPrefix(inside, "workspaceFolder") || strings.HasPrefix(inside, "workspaceRoot"):
				if !asked[inside] {
					s.note("%s holds ${workspaceFolder}, which has a meaning in an editor only: write the path itself", name)
				}
				asked[inside] = true
			}
			return "${" + inside + "}"
		})
	})
}
