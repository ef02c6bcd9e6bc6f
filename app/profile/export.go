package profile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Export writes servers as JSON in the form "mcpServers" or "servers" (VS Code), in the given order, without any
// value of a secret: those become ${input:name}, described in "inputs". Built-in samples are left out.
func Export(ps []Profile, form string) (string, error) {
	if form != FormMCPServers && form != FormServers {
		return "", fmt.Errorf("export: form %q is neither %s nor %s", form, FormMCPServers, FormServers)
	}
	e := exporter{form: form, ids: map[string]string{}}
	ps = slices.Clone(ps)
	for i := range ps { // no other client has these: how to sign in and to speak, and the files and proxy of this machine
		ps[i].Auth, ps[i].Network, ps[i].Protocol = Auth{}, Network{}, Protocol{}
	}
	for _, p := range ps { // names of inputs that are asked for as they are stay theirs
		for _, n := range Names(p) {
			if id, ok := strings.CutPrefix(n, inputPrefix); ok && e.ids[id] == "" {
				e.ids[id] = n
				e.inputs = append(e.inputs, exportInput{Type: "promptString", ID: id, Description: id})
			}
		}
	}
	var servers []member
	for n, p := range ps {
		if p.Sample != "" && p.Command == "" && p.URL == "" {
			continue
		}
		raw, err := e.server(n, p)
		if err != nil {
			return "", fmt.Errorf("export server %q: %w", p.Name, err)
		}
		servers = append(servers, member{key: freeKey(servers, p.Name), raw: raw})
	}
	list, err := joinMembers(servers)
	if err != nil {
		return "", err
	}
	top := []member{{key: form, raw: list}}
	if len(e.inputs) > 0 {
		raw, err := marshal(e.inputs)
		if err != nil {
			return "", err
		}
		top = append(top, member{key: "inputs", raw: raw})
	}
	raw, err := joinMembers(top)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return "", err
	}
	return out.String() + "\n", nil
}

func freeKey(taken []member, name string) string {
	key := name
	for n := 2; slices.ContainsFunc(taken, func(m member) bool { return m.key == key }); n++ {
		key = fmt.Sprintf("%s (%d)", name, n)
	}
	return key
}

// exportInput is one of VS Code's inputs.
type exportInput struct {
	Type        string `json:"type"`
	ID          string `json:"id"`
	Description string `json:"description"`
	Password    bool   `json:"password,omitempty"`
}

type exporter struct {
	form   string
	inputs []exportInput
	ids    map[string]string // input id -> whose it is
}

// input gives a secret of the n-th profile its input, the same one for the same secret.
func (e *exporter) input(n int, p Profile, name string) string {
	_, short, _ := strings.Cut(name, ":")
	owner := fmt.Sprintf("%d:%s", n, name)
	slug := strings.Trim(notInName.ReplaceAllString(strings.ToLower(p.Name), "-"), "-")
	for try := 1; ; try++ {
		id := short
		switch try {
		case 1:
		case 2:
			id = slug + "-" + short
		default:
			id = fmt.Sprintf("%s-%s-%d", slug, short, try-1)
		}
		if e.ids[id] == "" {
			e.ids[id] = owner
			e.inputs = append(e.inputs, exportInput{"promptString", id, p.Name + ": " + short, true})
		}
		if e.ids[id] == owner {
			return "${" + inputPrefix + id + "}"
		}
	}
}

func (e *exporter) server(n int, p Profile) (json.RawMessage, error) {
	p = p.Clone()
	for _, vs := range []struct {
		prefix string
		values []Value
	}{{envPrefix, p.Env}, {headerPrefix, p.Headers}} {
		for i, v := range vs.values {
			if v.Secret { // its value, if it has one here, is dropped
				vs.values[i] = Value{Name: v.Name, Value: e.input(n, p, vs.prefix+v.Name)}
			}
		}
	}
	p.texts(func(_, text string) string {
		return mapPlaceholders(text, func(inside string) string {
			switch {
			case strings.HasPrefix(inside, secretPrefix):
				return e.input(n, p, inside)
			case e.form == FormServers && variable.MatchString(inside) && !strings.Contains(inside, ":") &&
				!slices.Contains(editorOnly, inside) && inside != "userHome" && inside != "pathSeparator":
				return "${env:" + inside + "}" // VS Code does not know ${VAR}
			}
			return "${" + inside + "}"
		})
	})
	return e.object(p)
}

// object writes the members of one server whose secrets are replaced.
func (e *exporter) object(p Profile) (json.RawMessage, error) {
	var members []member
	var failed error
	add := func(key string, value any) {
		raw, err := marshal(value)
		if err != nil {
			failed = err
		}
		members = append(members, member{key: key, raw: raw})
	}
	if p.Transport != Stdio || e.form == FormServers {
		add("type", string(p.Transport))
	}
	if p.Transport == Stdio {
		add("command", p.Command)
		if len(p.Args) > 0 {
			add("args", p.Args)
		}
		if p.Cwd != "" {
			add("cwd", p.Cwd)
		}
	} else {
		add("url", p.URL)
	}
	key, values := "env", p.Env
	if p.Transport != Stdio {
		key, values = "headers", p.Headers
	}
	if len(values) > 0 {
		raw, err := objectOf(values)
		if err != nil {
			return nil, err
		}
		members = append(members, member{key: key, raw: raw})
	}
	if failed != nil {
		return nil, failed
	}
	return joinMembers(members)
}

// objectOf writes values as an object in their order.
func objectOf(vs []Value) (json.RawMessage, error) {
	members := make([]member, len(vs))
	for i, v := range vs {
		raw, err := marshal(v.Value)
		if err != nil {
			return nil, err
		}
		members[i] = member{key: v.Name, raw: raw}
	}
	return joinMembers(members)
}
