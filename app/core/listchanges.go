package core

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// Bounds of what is told of a change.
const (
	maxChangedFields = 20        // of one item
	maxFieldDepth    = 6         // of a member's path: "inputSchema.properties.city.type"
	maxFieldValue    = 120       // characters of a value
	maxComparedItem  = 256 << 10 // bytes of an item whose members are compared one by one
	maxGoneShown     = 1000
)

// ListChanges is how a list differs from the one the user saw last: the first that was read in this run, or the one of
// the last dismissal. It outlives a connection, so that a server that was changed and started again shows what is new.
type ListChanges struct {
	Of    string       `json:"of"`    // tools, resources, templates, prompts, skills
	Since int64        `json:"since"` // Unix microseconds of the list that is compared with
	At    int64        `json:"at"`    // of the present one
	Items []ItemChange `json:"items"` // new and changed, by place
	Gone  []GoneItem   `json:"gone"`  // at most 1,000; of a list whose pages were not all read none is
}

// ItemChange is one item that is new or changed.
type ItemChange struct {
	Index  int           `json:"index"` // its place in the list
	Mark   string        `json:"mark"`  // new, changed
	Fields []FieldChange `json:"fields"`
}

// FieldChange is one member that is not what it was. An empty value: it was not there, or is no more.
type FieldChange struct {
	Path string `json:"path"` // "inputSchema.properties.city.type"
	Was  string `json:"was"`  // JSON, shortened
	Now  string `json:"now"`
}

// GoneItem is an item that is in the list no more.
type GoneItem struct {
	Key   string `json:"key"` // its name or URI
	Title string `json:"title"`
}

// baselines are the lists that the present ones are compared with, by profile and kind.
type baselines struct {
	mu sync.Mutex
	by map[[2]string]*baseline
}

type baseline struct {
	at    time.Time
	order []itemKey
	items map[itemKey]json.RawMessage
	more  bool // further pages were not read
}

// itemKey names an item: names repeat.
type itemKey struct {
	name string
	nth  int
}

// present is a list as it was read last.
type present struct {
	at    time.Time
	names []string
	items []json.RawMessage
	more  bool
}

// Changes compares a list read last with the one the user saw.
func (c *Core) Changes(id, of string) (ListChanges, error) {
	return c.changes(id, of, false)
}

// DismissChanges takes the present list as the one the user saw.
func (c *Core) DismissChanges(id, of string) (ListChanges, error) {
	return c.changes(id, of, true)
}

func (c *Core) changes(id, of string, dismiss bool) (ListChanges, error) {
	out := ListChanges{Of: of, Items: []ItemChange{}, Gone: []GoneItem{}}
	if !slices.Contains([]string{"tools", "resources", "templates", "prompts", "skills"}, of) {
		return out, input("compare lists", fmt.Sprintf("there is no list of %q", of), "")
	}
	cn := c.connection(id)
	if cn == nil {
		return out, nil
	}
	now, ok := cn.present(of)
	if !ok {
		return out, nil
	}
	c.baselines.mu.Lock()
	defer c.baselines.mu.Unlock()
	if c.baselines.by == nil {
		c.baselines.by = map[[2]string]*baseline{}
	}
	key := [2]string{id, of}
	base := c.baselines.by[key]
	if base == nil || dismiss {
		base = now.baseline()
		c.baselines.by[key] = base
	}
	out.Since, out.At = base.at.UnixMicro(), now.at.UnixMicro()
	cn.differences(base, &now, &out)
	return out, nil
}

// present reads what is kept of a list.
func (cn *connection) present(of string) (p present, ok bool) {
	cn.mu.Lock()
	defer cn.mu.Unlock()
	switch of {
	case "tools":
		return presentOf(cn, toolCatalog())
	case "resources":
		return presentOf(cn, resourceCatalog())
	case "templates":
		return presentOf(cn, templateCatalog())
	case "prompts":
		return presentOf(cn, promptCatalog())
	case "skills":
		return presentOf(cn, skillCatalog())
	}
	return p, false
}

func presentOf[T any](cn *connection, k *catalog[T]) (p present, ok bool) {
	has := k.place(cn)
	l := has.list
	if l == nil {
		return p, false
	}
	p = present{at: has.at, items: l.Items[:len(l.Decoded)], more: l.More, names: make([]string, len(l.Decoded))}
	for i := range l.Decoded {
		p.names[i] = k.key(&l.Decoded[i])
	}
	return p, true
}

// keys names each item of a list.
func (p *present) keys() []itemKey {
	count := map[string]int{}
	out := make([]itemKey, len(p.names))
	for i, name := range p.names {
		out[i] = itemKey{name, count[name]}
		count[name]++
	}
	return out
}

func (p *present) baseline() *baseline {
	b := &baseline{at: p.at, order: p.keys(), items: make(map[itemKey]json.RawMessage, len(p.items)), more: p.more}
	for i, k := range b.order {
		b.items[k] = p.items[i]
	}
	return b
}

// differences writes what differs. A page that was not read before belongs to what the user saw.
func (cn *connection) differences(base *baseline, now *present, out *ListChanges) {
	has := make(map[itemKey]bool, len(now.items))
	for i, k := range now.keys() {
		has[k] = true
		was, known := base.items[k]
		switch {
		case !known && base.more:
			base.items[k] = now.items[i]
			base.order = append(base.order, k)
		case !known:
			out.Items = append(out.Items, ItemChange{Index: i, Mark: "new", Fields: []FieldChange{}})
		case !bytes.Equal(was, now.items[i]):
			if fields := cn.fields(was, now.items[i]); len(fields) > 0 {
				out.Items = append(out.Items, ItemChange{Index: i, Mark: "changed", Fields: fields})
			}
		}
	}
	if base.more = base.more && now.more; now.more {
		return
	}
	for _, k := range base.order {
		if !has[k] && len(out.Gone) < maxGoneShown {
			var item struct{ Title string }
			_ = json.Unmarshal(base.items[k], &item) // a malformed one has no title
			out.Gone = append(out.Gone, GoneItem{Key: cn.text(firstRunes(k.name, 4*maxFieldValue)), Title: cn.text(firstRunes(item.Title, maxFieldValue))})
		}
	}
}

// fields are the members that differ: none when only the order or the spaces do.
func (cn *connection) fields(was, now json.RawMessage) []FieldChange {
	d := &differ{text: cn.text}
	a, aok := decodedItem(was)
	b, bok := decodedItem(now)
	if aok && bok {
		d.walk("", a, b, 0)
	} else if !bytes.Equal(was, now) {
		d.add("", was, now)
	}
	return d.out
}

// decodedItem decodes an item that is not too large to be compared in depth.
func decodedItem(raw json.RawMessage) (v any, ok bool) {
	if len(raw) > maxComparedItem {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber() // 1.0 is not 1
	return v, d.Decode(&v) == nil
}

type differ struct {
	text func(string) string
	out  []FieldChange
}

func (d *differ) walk(path string, was, now any, depth int) {
	a, aok := was.(map[string]any)
	b, bok := now.(map[string]any)
	if !aok || !bok || depth >= maxFieldDepth {
		x, y := compactJSON(was), compactJSON(now)
		if !bytes.Equal(x, y) {
			d.add(path, x, y)
		}
		return
	}
	names := slices.Sorted(maps.Keys(a))
	for name := range b {
		if _, both := a[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		at := name
		if path != "" {
			at = path + "." + name
		}
		x, had := a[name]
		y, has := b[name]
		switch {
		case had && has:
			d.walk(at, x, y, depth+1)
		case had:
			d.add(at, compactJSON(x), nil)
		default:
			d.add(at, nil, compactJSON(y))
		}
	}
}

func (d *differ) add(path string, was, now []byte) {
	if len(d.out) < maxChangedFields {
		cut := func(b []byte) string { return d.text(firstRunes(string(b), maxFieldValue)) }
		d.out = append(d.out, FieldChange{Path: d.text(firstRunes(path, 2*maxFieldValue)), Was: cut(was), Now: cut(now)})
	}
}

func compactJSON(v any) []byte {
	b, _ := json.Marshal(v) // it was decoded from JSON
	return b
}
