package drift

// walker compares two JSON Schemas (2020-12) of one tool. A schema of arguments must go on accepting what it accepted;
// a schema of results must go on promising what it promised.
type walker struct {
	c        *collector
	input    bool
	was, now any             // the whole schemas, for $ref
	seen     map[string]bool // pairs of references that were compared
}

// schemas compares the inputSchema or outputSchema of a tool.
func (c *collector) schemas(path string, input bool, was, now any) {
	w := &walker{c: c, input: input, was: was, now: now, seen: map[string]bool{}}
	before := c.res.Counts.Total()
	w.schema(path, "", was, now, 0)
	if c.res.Counts.Total() == before {
		c.add(Minor, "schema-written", path, "The schema is written otherwise, and accepts the same.", "No rule says that it matters.", nothing, nothing)
	}
}

// Why a schema that accepts more or less matters.
const (
	whyRefused  = "Calls that were valid may be refused."
	whyStill    = "Calls that were valid still are."
	whyUnseen   = "Clients may get what they never got before."
	whyPromised = "Results are still what clients expect."
)

// narrower tells that less is valid than was.
func (w *walker) narrower(rule, path, text string, was, now any) {
	if w.input {
		w.c.add(Breaking, rule, path, text, whyRefused, was, now)
		return
	}
	w.c.add(Additive, rule, path, text, whyPromised, was, now)
}

// wider tells that more is valid than was.
func (w *walker) wider(rule, path, text string, was, now any) {
	if w.input {
		w.c.add(Additive, rule, path, text, whyStill, was, now)
		return
	}
	w.c.add(Breaking, rule, path, text, whyUnseen, was, now)
}

// subject names a place of the schema within a sentence.
func (w *walker) subject(label string) string {
	switch {
	case label == "" && w.input:
		return "the arguments"
	case label == "":
		return "the result"
	case w.input:
		return "the parameter " + named(label)
	}
	return "the result field " + named(label)
}

// schema compares two schemas at one place.
func (w *walker) schema(path, label string, was, now any, depth int) {
	if w.c.nodes--; w.c.nodes < 0 || depth > maxDepth {
		if !same(was, now) {
			w.c.add(Risky, "not-judged", path, "The schema of "+w.subject(label)+" changed, too deep or too large to be judged.", "Compare it by eye.", was, now)
		}
		return
	}
	was, from := follow(w.was, was)
	now, to := follow(w.now, now)
	if from != "" || to != "" {
		key := from + "\n" + to
		if from == "" || to == "" {
			key += "\n" + path // the other side is written out there, and ends
		}
		if w.seen[key] {
			return
		}
		w.seen[key] = true
	}
	if w.whole(path, label, was, now) {
		return
	}
	a, _ := object(was)
	b, _ := object(now)
	if w.split(path, label, a, b, depth) {
		return
	}
	w.annotations(path, label, a, b)
	w.types(path, label, a, b)
	w.allowed(path, label, a, b)
	w.bounds(path, label, a, b)
	w.members(path, label, a, b, depth)
	w.items(path, label, a, b, depth)
	w.branches(path, label, a, b, depth)
	w.others(path, label, a, b)
}

// object is a schema as an object; true accepts all.
func object(v any) (map[string]any, bool) {
	if v == true {
		return map[string]any{}, true
	}
	m, ok := v.(map[string]any)
	return m, ok
}

// whole compares schemas of which one is no object: true when there is no more to compare.
func (w *walker) whole(path, label string, was, now any) bool {
	_, aok := object(was)
	_, bok := object(now)
	switch {
	case aok && bok:
		return false
	case same(was, now):
	case was == false && bok:
		w.wider("schema-opened", path, sentence(w.subject(label)+" may be there now"), was, now)
	case now == false && aok:
		w.narrower("schema-closed", path, sentence(w.subject(label)+" may not be there any more"), was, now)
	default:
		w.c.add(Risky, "malformed", path, "The schema of "+w.subject(label)+" is no schema, or was none.", "Clients may not read it.", was, now)
	}
	return true
}

// sentence begins with a capital letter and ends with a full stop. What it begins with is a word of ours.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:] + "."
}

// annotations compares what is said about a place, and does not decide what is valid.
func (w *walker) annotations(path, label string, a, b map[string]any) {
	for _, k := range []string{"title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment", "format", "contentEncoding", "contentMediaType", "contentSchema", "x-mcp-header"} {
		x, y := member(a, k), member(b, k)
		if same(x, y) {
			continue
		}
		at, of := pointer(path, k), " of "+w.subject(label)+" "+happened(x, y)+"."
		switch k {
		case "title":
			w.c.add(Risky, "title-changed", at, "The title"+of, whyTitle, x, y)
		case "description":
			w.c.add(Risky, "description-changed", at, "The description"+of, whyWords, x, y)
		case "default":
			w.c.add(Risky, "default-changed", at, "The default"+of, whyDefault, x, y)
		case "examples":
			w.c.add(Risky, "examples-changed", at, "The examples"+of, whyWords, x, y)
		case "deprecated":
			w.c.add(Minor, "deprecated", at, "The mark as deprecated"+of, "It works, and may not for long.", x, y)
		case "x-mcp-header":
			w.c.add(Risky, "header-changed", at, "The header"+of, "Clients repeat the value in it, and servers may refuse calls without it.", x, y)
		case "format":
			w.c.add(Risky, "format-changed", at, "The format"+of, "Who checks it may refuse what was valid.", x, y)
		case "readOnly", "writeOnly", "$comment":
			w.c.add(Minor, "annotation-changed", at, "The annotation "+k+of, "It decides nothing.", x, y)
		default:
			w.c.add(Risky, "content-changed", at, "The keyword "+k+of, "The text is read in another way.", x, y)
		}
	}
}

// judged are the keywords that are compared one by one.
func judged(k string) bool {
	switch k {
	case "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment", "format", "contentEncoding", "contentMediaType", "contentSchema", "x-mcp-header",
		"type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems",
		"minProperties", "maxProperties", "pattern", "uniqueItems", "properties", "required", "additionalProperties", "items", "prefixItems", "anyOf", "oneOf", "allOf",
		"$ref", "$defs", "definitions", "$schema", "$id":
		return true
	}
	return false
}

// others tells of the keywords no rule knows.
func (w *walker) others(path, label string, a, b map[string]any) {
	for _, k := range keysOf(a, b) {
		if x, y := member(a, k), member(b, k); !judged(k) && !same(x, y) {
			w.c.add(Risky, "not-judged", pointer(path, k), "The keyword "+named(k)+" of "+w.subject(label)+" "+happened(x, y)+".", "What that means was not judged: compare it by eye.", x, y)
		}
	}
	if x, y := member(a, "$ref"), member(b, "$ref"); !same(x, y) && (x != nothing || y != nothing) {
		w.c.add(Risky, "not-judged", pointer(path, "$ref"), "The schema of "+w.subject(label)+" refers to another one, which is not in it.", "What that means was not judged: compare it by eye.", x, y)
	}
}
