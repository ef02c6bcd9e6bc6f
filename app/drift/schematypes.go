package drift

import (
	"maps"
	"slices"
	"strings"
)

// typesOf are the types a schema accepts; nil for all of them. Those of an enum or const go without saying.
func typesOf(s map[string]any) map[string]bool {
	out := map[string]bool{}
	switch t := s["type"].(type) {
	case string:
		out[t] = true
	case []any:
		for _, v := range t {
			out[text(v)] = true
		}
	default:
		values := valuesOf(s)
		if values == nil {
			return nil
		}
		for _, v := range values {
			out[typeOf(v)] = true
		}
	}
	return out
}

func typeOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	if r, ok := rational(v); ok && r.IsInt() {
		return "integer"
	}
	return "number"
}

// accepts says whether one of the types holds every value of t: an integer is a number.
func accepts(types map[string]bool, t string) bool {
	return types == nil || types[t] || t == "integer" && types["number"]
}

func (w *walker) types(path, label string, a, b map[string]any) {
	was, now := typesOf(a), typesOf(b)
	if valuesOf(a) != nil && valuesOf(b) != nil {
		return // the values say it
	}
	var lost, won []string
	for _, t := range typeNames(was) {
		if !accepts(now, t) {
			lost = append(lost, t)
		}
	}
	for _, t := range typeNames(now) {
		if !accepts(was, t) {
			won = append(won, t)
		}
	}
	at, x, y := pointer(path, "type"), member(a, "type"), member(b, "type")
	subject := w.subject(label)
	switch {
	case now == nil && was != nil:
		w.wider("type-widened", at, sentence(subject+" may be of any type now"), x, y)
	case was == nil && now != nil:
		w.narrower("type-narrowed", at, sentence(subject+" must be "+anyOf(now)+" now"), x, y)
	case len(lost) > 0 && len(won) > 0:
		// Neither the calls nor the results of before are what they were.
		w.c.add(Breaking, "type-changed", at, sentence("the type of "+subject+" changed from "+anyOf(was)+" to "+anyOf(now)), why(w.input), x, y)
	case len(lost) > 0:
		w.narrower("type-narrowed", at, sentence(subject+" may not be "+strings.Join(lost, " or ")+" any more"), x, y)
	case len(won) > 0:
		w.wider("type-widened", at, sentence(subject+" may be "+strings.Join(won, " or ")+" too"), x, y)
	}
}

func why(input bool) string {
	if input {
		return whyRefused
	}
	return whyUnseen
}

const maxTypes = 8 // of a schema, in a sentence: there are seven

func typeNames(t map[string]bool) []string {
	names := slices.Sorted(maps.Keys(t))
	for i := range names {
		names[i] = clip(names[i], 20)
	}
	return names[:min(len(names), maxTypes)]
}

func anyOf(t map[string]bool) string { return strings.Join(typeNames(t), " or ") }

// valuesOf are the values a schema names; nil when it names none.
func valuesOf(s map[string]any) []any {
	if v, ok := s["const"]; ok {
		return []any{v}
	}
	list, ok := s["enum"].([]any)
	if !ok {
		return nil
	}
	if list == nil {
		list = []any{}
	}
	return list
}

// allowed compares the values that an enum or const names.
func (w *walker) allowed(path, label string, a, b map[string]any) {
	was, now := valuesOf(a), valuesOf(b)
	subject := w.subject(label)
	at := pointer(path, "enum")
	if _, one := b["const"]; one {
		at = pointer(path, "const")
	}
	switch {
	case was == nil && now == nil:
		return
	case was == nil:
		w.narrower("values-limited", at, sentence(subject+" must be one of "+some(now)+" now"), nothing, now)
		return
	case now == nil:
		w.wider("values-free", at, sentence(subject+" is not limited to "+some(was)+" any more"), was, nothing)
		return
	}
	if lost := missing(was, now); len(lost) > 0 {
		w.narrower("value-removed", at, sentence(subject+" may not be "+some(lost)+" any more"), was, now)
	}
	if won := missing(now, was); len(won) > 0 {
		w.wider("value-added", at, sentence(subject+" may be "+some(won)+" too"), was, now)
	}
}

// missing are the values of all that are not among others.
func missing(all, others []any) []any {
	has := make(map[string]bool, len(others))
	for _, v := range others {
		has[word(v)] = true
	}
	var out []any
	for _, v := range all {
		if !has[word(v)] {
			out = append(out, v)
		}
	}
	return out
}

const maxSome = 5 // values in a sentence

func some(values []any) string {
	var words []string
	for i, v := range values {
		if i == maxSome {
			words = append(words, "…")
			break
		}
		words = append(words, clip(shown(v), 40))
	}
	if len(words) == 0 {
		return "no value"
	}
	return strings.Join(words, ", ")
}

// bounds compares the keywords that limit a value by a number, a pattern or a switch.
func (w *walker) bounds(path, label string, a, b map[string]any) {
	for _, k := range []string{"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"} {
		w.bound(path, label, k, a, b, -1)
	}
	for _, k := range []string{"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"} {
		w.bound(path, label, k, a, b, 1)
	}
	w.limit(path, label, "multipleOf", a, b)
	w.limit(path, label, "pattern", a, b)
	if x, y := a["uniqueItems"] == true, b["uniqueItems"] == true; x != y {
		at, text := pointer(path, "uniqueItems"), "the items of "+w.subject(label)
		if y {
			w.narrower("bound-narrowed", at, sentence(text+" must differ from each other now"), x, y)
		} else {
			w.wider("bound-widened", at, sentence(text+" may be alike now"), x, y)
		}
	}
}

// bound compares an upper (sign -1) or lower (sign 1) limit.
func (w *walker) bound(path, label, key string, a, b map[string]any, sign int) {
	x, y := member(a, key), member(b, key)
	if same(x, y) {
		return
	}
	at, subject := pointer(path, key), w.subject(label)
	m, had := rational(x)
	n, has := rational(y)
	switch {
	case x == nothing && has:
		w.narrower("bound-narrowed", at, sentence(subject+" has a limit now: "+key+" "+clip(shown(y), 40)), x, y)
	case y == nothing && had:
		w.wider("bound-widened", at, sentence("the limit "+key+" of "+subject+" is gone"), x, y)
	case had && has && n.Cmp(m) == sign:
		w.narrower("bound-narrowed", at, sentence("the limit "+key+" of "+subject+" is tighter"), x, y)
	case had && has:
		w.wider("bound-widened", at, sentence("the limit "+key+" of "+subject+" is looser"), x, y)
	default:
		w.c.add(Risky, "not-judged", at, "The limit "+key+" of "+w.subject(label)+" "+happened(x, y)+".", "It is no number that could be compared.", x, y)
	}
}

// limit compares a keyword whose values cannot be ordered.
func (w *walker) limit(path, label, key string, a, b map[string]any) {
	x, y := member(a, key), member(b, key)
	if same(x, y) {
		return
	}
	at, subject := pointer(path, key), w.subject(label)
	switch {
	case y == nothing:
		w.wider(key+"-gone", at, sentence("the "+key+" of "+subject+" is gone"), x, y)
	case x == nothing:
		w.narrower(key+"-new", at, sentence(subject+" has a "+key+" now"), x, y)
	default: // it may accept more, less, or other things
		w.c.add(Breaking, key+"-changed", at, "The "+key+" of "+subject+" changed.", why(w.input), x, y)
	}
}
