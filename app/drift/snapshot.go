package drift

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
)

// State says how much of a list a snapshot holds.
type State string

// The states.
const (
	Complete State = "complete" // the whole list
	Partial  State = "partial"  // pages of it
	Unread   State = "unread"   // it was refused, failed or was not asked for: nothing is known of it
	Absent   State = "absent"   // the server does not declare it: it was not asked for
	Unserved State = "unserved" // the server declares it and answers -32601
)

// Part is one list.
type Part struct {
	State State             `json:"state"`
	Why   string            `json:"why,omitempty"`  // it is not complete
	AsOf  int64             `json:"asOf,omitempty"` // Unix microseconds of the snapshot it was carried over from
	Items []json.RawMessage `json:"items"`          // by key, each in canonical form
}

// known says that what is not in the list is not there.
func (p Part) known() bool { return p.State == Complete || p.State == Absent || p.State == Unserved }

// Snapshot is the interface of a server at one time. Its texts must be masked: it is kept on disk.
type Snapshot struct {
	At           int64           `json:"at"`       // Unix microseconds
	Protocol     string          `json:"protocol"` // negotiated version
	Server       json.RawMessage `json:"server"`   // serverInfo
	Capabilities json.RawMessage `json:"capabilities"`
	Instructions string          `json:"instructions"`
	Tools        Part            `json:"tools"`
	Resources    Part            `json:"resources"`
	Templates    Part            `json:"templates"`
	Prompts      Part            `json:"prompts"`
}

// listOf is one list of a snapshot with what its items are.
type listOf struct {
	kind   Kind
	plural string
	key    string // member that names an item
	part   func(*Snapshot) *Part
}

func lists() []listOf {
	return []listOf{
		{OfTool, "tools", "name", func(s *Snapshot) *Part { return &s.Tools }},
		{OfResource, "resources", "uri", func(s *Snapshot) *Part { return &s.Resources }},
		{OfTemplate, "templates", "uriTemplate", func(s *Snapshot) *Part { return &s.Templates }},
		{OfPrompt, "prompts", "name", func(s *Snapshot) *Part { return &s.Prompts }},
	}
}

// Tidy brings a snapshot into the one form in which equal interfaces are equal bytes: objects by key, items by name,
// resources without their size and time, which are of their content and change all the time.
func (s *Snapshot) Tidy() {
	s.Server, s.Capabilities = Canonical(s.Server), Canonical(s.Capabilities)
	for _, l := range lists() {
		p := l.part(s)
		keys := make(map[string]string, len(p.Items)) // canonical text -> key
		items := make([]json.RawMessage, len(p.Items))
		for i, raw := range p.Items {
			items[i] = Canonical(raw)
			if l.kind == OfResource || l.kind == OfTemplate {
				items[i] = lasting(items[i])
			}
			keys[string(items[i])] = keyOf(items[i], l.key)
		}
		slices.SortStableFunc(items, func(a, b json.RawMessage) int {
			return cmp.Or(cmp.Compare(keys[string(a)], keys[string(b)]), bytes.Compare(a, b))
		})
		p.Items = items
	}
}

// lasting is a resource or template without what tells of its content.
func lasting(raw json.RawMessage) json.RawMessage {
	m, ok := decode(raw).(map[string]any)
	if !ok {
		return raw
	}
	delete(m, "size")
	if a, ok := m["annotations"].(map[string]any); ok {
		if delete(a, "lastModified"); len(a) == 0 {
			delete(m, "annotations")
		}
	}
	return encode(m)
}

func keyOf(raw json.RawMessage, key string) string {
	var m map[string]json.RawMessage
	var s string
	if json.Unmarshal(raw, &m) != nil || json.Unmarshal(m[key], &s) != nil {
		return ""
	}
	return s
}

// Canonical is JSON with the members of its objects in order and without spaces; numbers stay as they are written.
// What is no JSON stays as it is, as a string.
func Canonical(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("null")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil || d.More() {
		v = string(raw)
	}
	return encode(v)
}

func encode(v any) json.RawMessage {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // it was decoded from JSON
	return bytes.TrimSpace(out.Bytes())
}

// Digest is the same for two tidy snapshots of the same interface, whenever and however they were read.
func (s *Snapshot) Digest() string {
	same := *s
	same.At = 0
	for _, l := range lists() {
		p := l.part(&same)
		p.AsOf, p.Why = 0, ""
	}
	b, _ := json.Marshal(same) // strings and JSON
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Carry takes from an earlier snapshot the lists that this one could not read, so that they can still be compared with
// when they are read again.
func (s *Snapshot) Carry(before *Snapshot) {
	for _, l := range lists() {
		was, now := l.part(before), l.part(s)
		if now.State != Unread || was.State == Unread {
			continue
		}
		asOf := cmp.Or(was.AsOf, before.At)
		*now = *was
		now.AsOf = asOf
	}
}

// Whole says whether no list was left in the middle.
func (s *Snapshot) Whole() bool {
	for _, l := range lists() {
		if l.part(s).State == Partial {
			return false
		}
	}
	return true
}

// Items is the number of items of all lists.
func (s *Snapshot) Items() (n int) {
	for _, l := range lists() {
		n += len(l.part(s).Items)
	}
	return n
}

// Item finds an item by what a [Change] says of it; nil when there is none. Of the server it is what is no list.
func (s *Snapshot) Item(kind Kind, name string, nth int) json.RawMessage {
	if kind == OfServer {
		b, _ := json.Marshal(map[string]any{
			"protocol": s.Protocol, "serverInfo": s.Server, "capabilities": s.Capabilities, "instructions": s.Instructions,
		})
		return b
	}
	for _, l := range lists() {
		if l.kind != kind {
			continue
		}
		for _, raw := range l.part(s).Items {
			if keyOf(raw, l.key) != name {
				continue
			}
			if nth == 0 {
				return raw
			}
			nth--
		}
	}
	return nil
}
