package drift

import "strconv"

// members compares the properties of an object.
func (w *walker) members(path, label string, a, b map[string]any, depth int) {
	was, _ := a["properties"].(map[string]any)
	now, _ := b["properties"].(map[string]any)
	needed, needs := setOf(a["required"]), setOf(b["required"])
	for _, k := range keysOf(was, now) {
		x, had := was[k]
		y, has := now[k]
		at, name := pointer(path+"/properties", k), joined(label, k)
		if !had || !has {
			w.member(at, name, x, y, had, needed[k], needs[k])
			continue
		}
		if needed[k] != needs[k] {
			w.required(path+"/required", name, needs[k])
		}
		w.schema(at, name, x, y, depth+1)
	}
	for _, k := range keysOf(asMap(needed), asMap(needs)) {
		_, had := was[k]
		if _, has := now[k]; !had && !has && needed[k] != needs[k] { // required, and not described
			w.required(path+"/required", joined(label, k), needs[k])
		}
	}
	w.additional(path, label, a, b, depth)
}

func joined(label, name string) string {
	if label == "" {
		return name
	}
	return label + "." + name
}

func setOf(v any) map[string]bool {
	list, _ := v.([]any)
	out := make(map[string]bool, len(list))
	for _, e := range list {
		if s, ok := e.(string); ok {
			out[s] = true
		}
	}
	return out
}

func asMap(set map[string]bool) map[string]any {
	out := make(map[string]any, len(set))
	for k := range set {
		out[k] = true
	}
	return out
}

// member tells of a property that is new or gone.
func (w *walker) member(at, name string, was, now any, had, needed, needs bool) {
	subject := w.subject(name)
	switch {
	case had && w.input:
		w.c.add(Breaking, "parameter-removed", at, sentence(subject+" is gone"), "Calls that send it may be refused, or it is ignored.", was, nothing)
	case had && needed:
		w.c.add(Breaking, "field-removed", at, sentence(subject+" is gone"), "It was promised in every result.", was, nothing)
	case had:
		w.c.add(Risky, "field-removed", at, sentence(subject+" is gone"), "It was not promised, and clients may read it.", was, nothing)
	case w.input && needs:
		w.c.add(Breaking, "parameter-required", at, sentence(subject+" is new, and required"), "Calls without it are refused.", nothing, now)
	case w.input:
		w.c.add(Additive, "parameter-added", at, sentence(subject+" is new, and optional"), whyStill, nothing, now)
	default:
		w.c.add(Additive, "field-added", at, sentence(subject+" is new"), whyPromised, nothing, now)
	}
}

func (w *walker) required(at, name string, needs bool) {
	subject := w.subject(name)
	switch {
	case w.input && needs:
		w.c.add(Breaking, "parameter-required", at, sentence(subject+" is required now"), "Calls without it are refused.", false, true)
	case w.input:
		w.c.add(Additive, "parameter-optional", at, sentence(subject+" is not required any more"), whyStill, true, false)
	case needs:
		w.c.add(Additive, "field-promised", at, sentence(subject+" is in every result now"), whyPromised, false, true)
	default:
		w.c.add(Breaking, "field-optional", at, sentence(subject+" may be missing now"), "It was promised in every result.", true, false)
	}
}

// additional compares what is said of members that are not named. Without a word of it everything is accepted.
func (w *walker) additional(path, label string, a, b map[string]any, depth int) {
	x, y := or(a, "additionalProperties", true), or(b, "additionalProperties", true)
	if same(x, y) {
		return
	}
	at, of := pointer(path, "additionalProperties"), " of "+w.subject(label)
	_, open := object(x)
	_, opens := object(y)
	switch {
	case open && y == false:
		w.narrower("closed", at, "Further members"+of+" are not accepted any more.", member(a, "additionalProperties"), y)
	case x == false && opens && w.input:
		w.wider("opened", at, "Further members"+of+" are accepted now.", x, member(b, "additionalProperties"))
	case x == false && opens:
		w.c.add(Risky, "opened", at, "There may be further members"+of+" now.", "Clients that take only what they know may refuse it.", x, member(b, "additionalProperties"))
	default:
		w.schema(at, joined(label, "*"), x, y, depth+1)
	}
}

func or(m map[string]any, key string, usual any) any {
	if v, ok := m[key]; ok {
		return v
	}
	return usual
}

// items compares the items of an array.
func (w *walker) items(path, label string, a, b map[string]any, depth int) {
	x, y := or(a, "items", true), or(b, "items", true)
	_, had := x.([]any)
	_, has := y.([]any)
	switch {
	case had || has: // before 2020-12 a list of schemas stood here
		w.unjudged(path, label, "items", a, b)
	case x != true || y != true:
		w.schema(pointer(path, "items"), label+"[]", x, y, depth+1)
	}
	was, _ := a["prefixItems"].([]any)
	now, _ := b["prefixItems"].([]any)
	if len(was) != len(now) {
		w.unjudged(path, label, "prefixItems", a, b)
		return
	}
	for i := range was {
		at := path + "/prefixItems/" + strconv.Itoa(i)
		w.schema(at, label+"["+strconv.Itoa(i)+"]", was[i], now[i], depth+1)
	}
}

func (w *walker) unjudged(path, label, key string, a, b map[string]any) {
	x, y := member(a, key), member(b, key)
	if !same(x, y) {
		w.c.add(Risky, "not-judged", pointer(path, key), "The keyword "+key+" of "+w.subject(label)+" "+happened(x, y)+".", "What that means was not judged: compare it by eye.", x, y)
	}
}

// choices are the alternatives of a schema, and the keyword that lists them.
func choices(s map[string]any) ([]any, string) {
	for _, k := range []string{"anyOf", "oneOf"} {
		if list, ok := s[k].([]any); ok {
			return list, k
		}
	}
	return nil, ""
}

// beside are the keywords that stand beside alternatives and are no alternative.
func beside() []string {
	return []string{"title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment", "$defs", "definitions", "$schema", "$id", "x-mcp-header"}
}

// split compares a schema with alternatives with one without: that one is the only alternative. Pydantic writes an
// optional string as an anyOf of string and null.
func (w *walker) split(path, label string, a, b map[string]any, depth int) bool {
	was, inWas := choices(a)
	now, inNow := choices(b)
	if (inWas == "") == (inNow == "") {
		return false
	}
	w.annotations(path, label, about(a), about(b))
	key := inNow
	if inWas == "" {
		was = []any{any(without(a, beside()...))}
	} else {
		now, key = []any{any(without(b, beside()...))}, inWas
	}
	w.alternatives(path, label, key, was, now, depth)
	return true
}

// about is what is said beside the alternatives.
func about(s map[string]any) map[string]any {
	out := map[string]any{}
	for _, k := range beside() {
		if v, ok := s[k]; ok {
			out[k] = v
		}
	}
	return out
}

// branches compares alternatives, and what all must hold.
func (w *walker) branches(path, label string, a, b map[string]any, depth int) {
	was, key := choices(a)
	now, inNow := choices(b)
	if key != "" && inNow != "" {
		w.alternatives(path, label, inNow, was, now, depth)
	}
	all, _ := a["allOf"].([]any)
	too, _ := b["allOf"].([]any)
	if len(all) != len(too) {
		w.unjudged(path, label, "allOf", a, b)
		return
	}
	for i := range all {
		w.schema(path+"/allOf/"+strconv.Itoa(i), label, all[i], too[i], depth+1)
	}
}

const maxBranches = 200 // alternatives that are paired

// alternatives pairs alternatives: equal ones, then those of one kind, then the last that are left.
func (w *walker) alternatives(path, label, key string, was, now []any, depth int) {
	if len(was) > maxBranches || len(now) > maxBranches {
		w.unjudged(path, label, key, map[string]any{key: was}, map[string]any{key: now})
		return
	}
	partner := make([]int, len(now)) // place in was + 1
	taken := make([]bool, len(was))
	pairUp := func(like func(x, y any) bool) {
		for i, y := range now {
			for k, x := range was {
				if partner[i] == 0 && !taken[k] && like(x, y) {
					partner[i], taken[k] = k+1, true
				}
			}
		}
	}
	pairUp(same)
	pairUp(func(x, y any) bool {
		a, b := w.feature(w.was, x), w.feature(w.now, y)
		return a != "" && a == b
	})
	if left(taken) == 1 && len(now)-len(was) == 0 {
		pairUp(func(_, _ any) bool { return true })
	}
	for i, y := range now {
		at := path + "/" + key + "/" + strconv.Itoa(i)
		if k := partner[i] - 1; k >= 0 {
			w.schema(at, label, was[k], y, depth+1)
			continue
		}
		w.wider("alternative-added", at, sentence(w.subject(label)+" may be something else too: "+clip(shown(y), 60)), nothing, y)
	}
	for k, x := range was {
		if !taken[k] {
			w.narrower("alternative-removed", path+"/"+key+"/"+strconv.Itoa(k), sentence(w.subject(label)+" may not be this any more: "+clip(shown(x), 60)), x, nothing)
		}
	}
}

func left(taken []bool) (n int) {
	for _, t := range taken {
		if !t {
			n++
		}
	}
	return n
}

// feature is what an alternative is told apart by: the value that a member must have, its title, its type.
func (w *walker) feature(root, v any) string {
	v, _ = follow(root, v)
	s, ok := v.(map[string]any)
	if !ok {
		return ""
	}
	props, _ := s["properties"].(map[string]any)
	for _, k := range keysOf(props, nil) {
		p, _ := props[k].(map[string]any)
		if c, ok := p["const"]; ok {
			return "member " + k + " " + word(c)
		}
	}
	if t := text(s["title"]); t != "" {
		return "title " + t
	}
	if t, ok := s["type"]; ok {
		return "type " + word(t)
	}
	return ""
}
