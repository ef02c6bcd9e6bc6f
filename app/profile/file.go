package profile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// fileVersion is the version of profiles.json that this program reads and writes.
const fileVersion = 1

// document is profiles.json, read: every member it does not know is kept as it stands.
type document struct {
	members []member
	servers []saved
	plain   []Plain
}

type member struct {
	key string
	raw json.RawMessage
	at  int // offset of raw in the text it was read from
}

type saved struct {
	raw json.RawMessage // the object as it stands in the file
	p   Profile
}

func (d document) index(id string) int {
	return slices.IndexFunc(d.servers, func(s saved) bool { return s.p.ID == id })
}

func (d document) clone() document {
	d.members, d.servers = slices.Clone(d.members), slices.Clone(d.servers)
	return d
}

// parseDocument reads the file. With an error whose place is a single server, or one about the version, the
// document still holds every server that can be read.
func parseDocument(path string, data []byte) (document, *FileError) {
	var d document
	fail := func(offset int, reason string) *FileError {
		line, column := position(data, offset)
		return &FileError{
			Path: path, Line: line, Column: column, Reason: reason,
			Hint: "mend the file or move it away; until then it is left as it is and nothing is saved",
		}
	}
	body := bytes.TrimPrefix(data, []byte("\ufeff"))
	skipped := len(data) - len(body)
	if len(bytes.TrimSpace(body)) == 0 {
		return d, fail(0, "the file is empty")
	}
	top, at, err := objectMembers(body)
	if err != nil {
		return d, fail(skipped+at, reasonOf(err))
	}
	d.members = top
	version, servers, base, ferr := topLevel(top)
	if ferr != "" {
		return d, fail(skipped+base, ferr)
	}
	var first *FileError
	for _, s := range servers[:min(len(servers), MaxServers)] {
		item, reason, offset := readServer(s, len(d.servers))
		if reason == "" {
			if i := d.index(item.p.ID); i >= 0 {
				reason = fmt.Sprintf("server %q: id: is the same as that of server %q", item.p.Name, d.servers[i].p.Name)
			}
		}
		if reason != "" {
			if first == nil {
				first = fail(skipped+s.at+offset, reason)
			}
			continue
		}
		d.plain = append(d.plain, plainOf(item.p)...)
		item.p = normalize(item.p)
		d.servers = append(d.servers, item)
	}
	if len(servers) > MaxServers {
		first = fail(skipped+servers[MaxServers].at, fmt.Sprintf("the file holds more than %d servers", MaxServers))
	}
	if version > fileVersion {
		first = &FileError{
			Path: path, Reason: fmt.Sprintf("the file is of version %d, this program knows version %d", version, fileVersion),
			Hint: "update Sightglass; until then its servers are shown and can be used, and nothing is saved",
		}
	}
	return d, first
}

type placed struct {
	raw json.RawMessage
	at  int // offset in the text
}

// topLevel reads version and servers. reason is empty when both are well-formed.
func topLevel(top []member) (version int64, servers []placed, at int, reason string) {
	for _, m := range top {
		switch m.key {
		case "version":
			if err := json.Unmarshal(m.raw, &version); err != nil || version < 0 {
				return 0, nil, m.at, "version: is no whole number"
			}
		case "servers":
			dec := json.NewDecoder(bytes.NewReader(m.raw))
			base := m.at
			if t, err := dec.Token(); err != nil || t != json.Delim('[') {
				return 0, nil, base, "servers: is no list"
			}
			for dec.More() {
				var raw json.RawMessage
				if err := dec.Decode(&raw); err != nil {
					return 0, nil, base + int(dec.InputOffset()), reasonOf(err)
				}
				servers = append(servers, placed{raw, base + int(dec.InputOffset()) - len(raw)})
			}
		}
	}
	return version, servers, 0, ""
}

// objectMembers splits a JSON object into its members, which alias data. at is where it is broken.
func objectMembers(data []byte) (members []member, at int, err error) {
	var whole json.RawMessage
	if err := json.Unmarshal(data, &whole); err != nil { // the only check that names the true place
		var syn *json.SyntaxError
		if errors.As(err, &syn) {
			return nil, max(0, int(syn.Offset)-1), err
		}
		return nil, 0, err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, 0, errors.New("is no object")
	}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, int(dec.InputOffset()), err
		}
		key, _ := t.(string)
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return nil, int(dec.InputOffset()), err
		}
		end := int(dec.InputOffset())
		members = append(members, member{key, data[end-len(raw) : end], end - len(raw)})
	}
	return members, 0, nil
}

// readServer reads one server; reason says what is wrong with it, at offset in its text.
func readServer(s placed, n int) (item saved, reason string, offset int) {
	item.raw = s.raw
	label := fmt.Sprintf("servers[%d]", n)
	if err := json.Unmarshal(s.raw, &item.p); err != nil {
		var te *json.UnmarshalTypeError
		if errors.As(err, &te) {
			if item.p.Name != "" {
				label = item.p.Name
			}
			field, _, _ := strings.Cut(te.Value, " ") // "number 12": the value itself is not quoted
			return item, fmt.Sprintf("server %q: %s: is a %s, not %s", label, cmpOr(te.Field, "the entry"), field, wanted(te.Type)), int(te.Offset)
		}
		return item, fmt.Sprintf("server %q: %s", label, reasonOf(err)), 0
	}
	if item.p.Name != "" {
		label = item.p.Name
	}
	if err := validate(item.p, label); err != nil {
		return item, err.Error(), 0
	}
	if item.p.ID == "" {
		// Written by hand: an id that stays the same from one read to the next.
		sum := sha256.Sum256([]byte("id of " + item.p.Name))
		item.p.ID = hex.EncodeToString(sum[:8])
	}
	return item, "", 0
}

func cmpOr(s, or string) string {
	if s == "" {
		return or
	}
	return s
}

// wanted names a Go type in JSON's words.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Slice:
		return "a list"
	case reflect.Struct:
		return "an object"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	}
	return "what belongs there"
}

// reasonOf words an error of encoding/json; these quote one character at most.
func reasonOf(err error) string {
	return strings.TrimPrefix(err.Error(), "json: ")
}

// position is the 1-based line and column (bytes) of an offset.
func position(data []byte, offset int) (line, column int) {
	offset = max(0, min(offset, len(data)))
	before := data[:offset]
	return 1 + bytes.Count(before, []byte("\n")), offset - bytes.LastIndexByte(before, '\n')
}

func plainOf(p Profile) []Plain {
	var out []Plain
	for prefix, vs := range map[string][]Value{"env:": p.Env, "header:": p.Headers} {
		for _, v := range vs {
			if v.Secret && v.Value != "" {
				out = append(out, Plain{ID: p.ID, Name: prefix + v.Name, Value: v.Value})
			}
		}
	}
	return out
}

// encode writes the document, unknown members where they were.
func (d document) encode() ([]byte, error) {
	raws := make([]json.RawMessage, len(d.servers))
	for i, s := range d.servers {
		raws[i] = s.raw
	}
	list, err := marshal(raws)
	if err != nil {
		return nil, err
	}
	members := slices.Clone(d.members)
	set := func(key string, raw json.RawMessage) {
		for i := range members {
			if members[i].key == key {
				members[i].raw = raw
				return
			}
		}
		members = append(members, member{key: key, raw: raw})
	}
	set("version", json.RawMessage(fmt.Sprint(fileVersion)))
	set("servers", list)
	raw, err := joinMembers(members)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// encodeServer writes one server, keeping the unknown members of old (nil: none).
func encodeServer(p Profile, old json.RawMessage) (json.RawMessage, error) {
	raw, err := marshal(p)
	if err != nil {
		return nil, err
	}
	return keepUnknown(raw, old, reflect.TypeFor[Profile]())
}

// keepUnknown adds the members of old that t does not know to fresh, also within known objects.
func keepUnknown(fresh, old json.RawMessage, t reflect.Type) (json.RawMessage, error) {
	was, _, err := objectMembers(old)
	if old == nil || err != nil {
		return fresh, nil
	}
	members, _, err := objectMembers(fresh)
	if err != nil {
		return nil, err
	}
	for _, o := range was {
		f, known := fieldOf(t, o.key)
		i := slices.IndexFunc(members, func(m member) bool { return m.key == o.key })
		switch {
		case !known:
			members = append(members, o)
		case f.Kind() == reflect.Struct && i >= 0:
			if members[i].raw, err = keepUnknown(members[i].raw, o.raw, f); err != nil {
				return nil, err
			}
		}
	}
	return joinMembers(members)
}

func fieldOf(t reflect.Type, key string) (reflect.Type, bool) {
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if strings.EqualFold(name, key) { // as encoding/json matches
			return f.Type, true
		}
	}
	return nil, false
}

func joinMembers(members []member) (json.RawMessage, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := marshal(m.key)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(m.raw)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// marshal is json.Marshal without HTML escapes: the file is read by people.
func marshal(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
