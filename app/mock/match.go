package mock

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// keys are what a request is matched by, the closest first.
func keys(method, name string, params json.RawMessage) []string {
	out := []string{"=" + method + "\x00" + canonical(params, false), "-" + method + "\x00" + canonical(params, true)}
	return append(out, "~"+method+"\x00"+name+"\x00"+string(member(params, "cursor")))
}

func how(key string) string {
	return map[byte]string{'=': Exactly, '-': WithoutMeta, '~': ByName}[key[0]]
}

// canonical is a JSON value with sorted members, without white space: equal values are equal texts. What is no JSON
// stands as it is.
func canonical(raw json.RawMessage, withoutMeta bool) string {
	if len(raw) == 0 {
		return "{}" // no params and empty ones are the same
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return string(raw)
	}
	if m, ok := v.(map[string]any); ok && withoutMeta {
		delete(m, "_meta")
	}
	b, err := json.Marshal(v)
	if err != nil {
		return string(raw)
	}
	return string(b)
}

// cursor says how far each sequence of equal requests was played.
type cursor map[string]int

// find is the recorded call that answers a request, and the how manieth of its like it is. Nil: there is none.
func (t *Tape) find(at cursor, method, name string, params json.RawMessage) (c *call, key string, times int) {
	if method == "initialize" || method == "server/discover" {
		params = nil // a client's name and version are its own
		name = ""
	}
	all := keys(method, name, params)
	for i, k := range all {
		list := t.byKey[k]
		counted := k
		if i == 0 && len(list) > 0 { // it is one of those that differ in _meta alone: they are one sequence
			counted = all[1]
			list = t.byKey[counted]
		}
		if method == "initialize" || method == "server/discover" {
			list = t.handshakes(method)
		}
		if len(list) == 0 {
			continue
		}
		n := min(at[counted], len(list)-1)
		at[counted] = n + 1
		return list[n], k, n + 1
	}
	return nil, "", 0
}

// handshakes are the recorded calls of a method whatever their params.
func (t *Tape) handshakes(method string) (out []*call) {
	for _, c := range t.calls {
		if c.method == method && c.status != 401 && c.status != 403 {
			out = append(out, c)
		}
	}
	return out
}

// maxNear is how many recorded requests an error names.
const maxNear = 5

// unmatched is the error for a request that was never recorded.
func (t *Tape) unmatched(method, name string) failure {
	var methods, names []string
	for _, c := range t.calls {
		if !slices.Contains(methods, c.method) {
			methods = append(methods, c.method)
		}
		if c.method == method && c.name != "" && !slices.Contains(names, c.name) {
			names = append(names, c.name)
		}
	}
	if slices.Contains(methods, method) {
		near := nearest(name, names)
		text := fmt.Sprintf("no %s of %q was recorded", method, name)
		if name == "" || len(names) == 0 {
			text = fmt.Sprintf("no %s with these params was recorded", method)
		}
		return failure{-32602, text + list("; recorded: ", near), map[string]any{"recorded": near}}
	}
	near := nearest(method, methods)
	return failure{-32601, fmt.Sprintf("%s was never recorded", method) + list("; recorded: ", near), map[string]any{"recorded": near}}
}

func list(before string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return before + strings.Join(names, ", ")
}

// nearest are the names that need the fewest changes.
func nearest(to string, names []string) []string {
	out := slices.Clone(names)
	slices.SortStableFunc(out, func(a, b string) int { return distance(to, a) - distance(to, b) })
	out = append([]string{}, out[:min(len(out), maxNear)]...)
	for i := range out {
		if len(out[i]) > 200 {
			out[i] = strings.ToValidUTF8(out[i][:200], "") + "…"
		}
	}
	return out
}

// distance is how many letters have to change, of the first 100.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	x, y = x[:min(len(x), 100)], y[:min(len(y), 100)]
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		before := row[0]
		row[0] = i + 1
		for j := range y {
			cost := before
			if x[i] != y[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}
