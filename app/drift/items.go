package drift

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Why some kinds of change matter, wherever they stand.
const (
	whyWords   = "A model acts by these words: a server that is trusted can slip in instructions this way (tool poisoning)."
	whyTitle   = "People choose and allow by what they are shown."
	whyDefault = "Calls that leave it out may act differently."
	whyHints   = "Hosts ask or do not ask for consent by it, and it is only the server's own word."
)

// likeness is what a tool is besides its names: a new one that is like one that is gone is the same, renamed. A tool
// of which little is said is like many.
func likeness(it *item) string {
	rest := without(it.val, "name", "title")
	schema, _ := rest["inputSchema"].(map[string]any)
	if props, _ := schema["properties"].(map[string]any); text(rest["description"]) == "" && len(props) == 0 {
		return ""
	}
	return word(rest)
}

func (c *collector) tool(was, now *item) {
	if was.key != now.key {
		c.add(Breaking, "tool-renamed", "/name", "The tool "+named(was.key)+" is now called "+named(now.key)+".", "Whoever calls it by its name gets an error.", was.key, now.key)
	}
	for _, k := range keysOf(was.val, now.val) {
		a, b := member(was.val, k), member(now.val, k)
		if same(a, b) {
			continue
		}
		path := pointer("", k)
		switch k {
		case "name":
		case "inputSchema":
			c.schemas(path, true, a, b)
		case "outputSchema":
			c.outputSchema(path, a, b)
		case "annotations":
			c.hints(path, a, b)
		case "execution":
			c.execution(path, a, b)
		default:
			c.words(k, path, "tool", a, b)
		}
	}
}

// words judges the members that every kind of item has. what names the item in a sentence.
func (c *collector) words(k, path, what string, a, b any) {
	switch k {
	case "description", "instructions":
		c.add(Risky, k+"-changed", path, "The "+k+" of the "+what+" "+happened(a, b)+".", whyWords, a, b)
	case "title":
		c.add(Risky, "title-changed", path, "The title of the "+what+" "+happened(a, b)+".", whyTitle, a, b)
	case "icons":
		c.add(Minor, "icons-changed", path, "The icons of the "+what+" "+happened(a, b)+".", "It looks different, and is the same.", a, b)
	case "_meta":
		c.meta(path, what, a, b)
	default:
		c.add(Minor, "member-changed", path, "The member "+named(k)+" of the "+what+" "+happened(a, b)+".", "No rule says that it matters.", a, b)
	}
}

func happened(a, b any) string {
	switch {
	case a == nothing:
		return "is new"
	case b == nothing:
		return "is gone"
	}
	return "changed"
}

func (c *collector) meta(path, what string, a, b any) {
	x, _ := a.(map[string]any)
	y, _ := b.(map[string]any)
	for _, k := range keysOf(x, y) {
		v, w := member(x, k), member(y, k)
		if same(v, w) {
			continue
		}
		s, why := Minor, "It is metadata: clients that know it go by it."
		if k == "ui" || strings.HasPrefix(k, "ui/") {
			s, why = Risky, "It says which app a host shows for it."
		}
		c.add(s, "meta-changed", pointer(path, k), "The metadata "+named(k)+" of the "+what+" "+happened(v, w)+".", why, v, w)
	}
	if x == nil || y == nil {
		if a != nothing && b != nothing {
			c.add(Minor, "meta-changed", path, "The metadata of the "+what+" changed.", "It is no object, or was none.", a, b)
		}
	}
}

func (c *collector) outputSchema(path string, a, b any) {
	switch {
	case a == nothing:
		c.add(Additive, "output-added", path, "The tool declares an output schema now.", "Its results are told to be structured.", a, b)
	case b == nothing:
		c.add(Breaking, "output-removed", path, "The tool declares no output schema any more.", "Clients that read its structured results rely on it.", a, b)
	default:
		c.schemas(path, false, a, b)
	}
}

// hints are the annotations of a tool. An absent hint has the default of 2025-11-25/server/tools, so that saying it is
// no change of meaning.
func (c *collector) hints(path string, a, b any) {
	x, _ := a.(map[string]any)
	y, _ := b.(map[string]any)
	for _, k := range keysOf(x, y) {
		v, w := member(x, k), member(y, k)
		if same(v, w) {
			continue
		}
		at := pointer(path, k)
		usual, known := map[string]bool{"readOnlyHint": false, "destructiveHint": true, "idempotentHint": false, "openWorldHint": true}[k]
		switch {
		case k == "title":
			c.add(Risky, "title-changed", at, "The title of the tool "+happened(v, w)+".", whyTitle, v, w)
		case known && meant(v, usual) == meant(w, usual):
			c.add(Minor, "hint-said", at, "The hint "+k+" means what it meant without being said.", "Its default is the same.", v, w)
		case known:
			c.add(Risky, "hint-changed", at, "The hint "+k+" "+happened(v, w)+".", whyHints, v, w)
		default:
			c.add(Minor, "hint-changed", at, "The annotation "+named(k)+" "+happened(v, w)+".", "No rule says that it matters.", v, w)
		}
	}
	if (x == nil && a != nothing) || (y == nil && b != nothing) {
		c.add(Risky, "hint-changed", path, "The annotations are no object, or were none.", whyHints, a, b)
	}
}

func meant(v any, usual bool) any {
	if v == nothing || v == nil {
		return usual
	}
	return v
}

// execution says whether a tool runs as a task (2025-11-25: execution.taskSupport, forbidden when absent).
func (c *collector) execution(path string, a, b any) {
	support := func(v any) string {
		m, _ := v.(map[string]any)
		if s := text(m["taskSupport"]); s != "" {
			return s
		}
		return "forbidden"
	}
	was, now := support(a), support(b)
	switch at := path + "/taskSupport"; {
	case was == now:
		c.add(Minor, "execution-changed", path, "What is said of the execution of the tool changed.", "No rule says that it matters.", a, b)
	case now == "optional":
		c.add(Additive, "task-support", at, "The tool may be run as a task, and need not.", "Calls that were valid still are.", was, now)
	case now == "required":
		c.add(Breaking, "task-support", at, "The tool must be run as a task.", "Clients without tasks cannot call it any more.", was, now)
	default:
		c.add(Breaking, "task-support", at, "The tool may not be run as a task any more.", "Clients that ask for a task are refused.", was, now)
	}
}

func (c *collector) resource(was, now *item) {
	c.readable(was, now, "resource", "Clients read its content by it.")
}

// readable tells what changed of a resource or a template but for its address; why says what its media type is for.
func (c *collector) readable(was, now *item, what, why string) {
	for _, k := range keysOf(was.val, now.val) {
		a, b := member(was.val, k), member(now.val, k)
		if same(a, b) || k == "uriTemplate" && what == "template" {
			continue
		}
		path := pointer("", k)
		switch k {
		case "mimeType":
			c.add(Risky, "mime-type", path, "The media type of the "+what+" "+happened(a, b)+".", why, a, b)
		case "name":
			c.add(Risky, "name-changed", path, "The name of the "+what+" "+happened(a, b)+".", whyTitle, a, b)
		case "annotations":
			c.annotations(path, what, a, b)
		default:
			c.words(k, path, what, a, b)
		}
	}
}

func (c *collector) annotations(path, what string, a, b any) {
	c.add(Minor, "annotations-changed", path, "The annotations of the "+what+" "+happened(a, b)+".", "They say for whom it is, and how important.", a, b)
}

func (c *collector) template(was, now *item) {
	if was.key != now.key {
		c.variables(was.key, now.key)
	}
	c.readable(was, now, "template", "Clients read its resources by it.")
}

// expression is one of a URI template (RFC 6570 section 2.2).
var expression = regexp.MustCompile(`\{[+#./;?&=,!@|]?([^{}]*)\}`)

const maxTemplate = 8 << 10 // bytes of a URI template whose variables are told apart

func variablesOf(template string) map[string]bool {
	out := map[string]bool{}
	if len(template) > maxTemplate {
		return out
	}
	for _, m := range expression.FindAllStringSubmatch(template, -1) {
		for _, v := range strings.Split(m[1], ",") {
			name, _, _ := strings.Cut(strings.TrimSuffix(v, "*"), ":")
			out[name] = true
		}
	}
	return out
}

func (c *collector) variables(was, now string) {
	a, b := variablesOf(was), variablesOf(now)
	told := false
	for _, v := range slices.Sorted(maps.Keys(a)) {
		if !b[v] {
			told = true
			c.add(Breaking, "variable-removed", "/uriTemplate", "The variable "+named(v)+" of the template is gone.", "URIs made with it are not the server's any more.", was, now)
		}
	}
	for _, v := range slices.Sorted(maps.Keys(b)) {
		if !a[v] {
			told = true
			c.add(Breaking, "variable-added", "/uriTemplate", "The template has a new variable "+named(v)+".", "URIs made without it may not be the server's any more.", was, now)
		}
	}
	if !told {
		c.add(Breaking, "template-changed", "/uriTemplate", "The template is another one with the same variables.", "URIs made by the old one may not be the server's any more.", was, now)
	}
}

func (c *collector) prompt(was, now *item) {
	for _, k := range keysOf(was.val, now.val) {
		a, b := member(was.val, k), member(now.val, k)
		if same(a, b) {
			continue
		}
		if k == "arguments" {
			c.arguments(pointer("", k), a, b)
			continue
		}
		c.words(k, pointer("", k), "prompt", a, b)
	}
}

// arguments compares those of a prompt, by their names.
func (c *collector) arguments(path string, a, b any) {
	was, now := byName(a), byName(b)
	names := make(map[string]bool, len(was)+len(now))
	for n := range was {
		names[n] = true
	}
	for n := range now {
		names[n] = true
	}
	before := c.res.Counts.Total()
	for _, n := range slices.Sorted(maps.Keys(names)) {
		x, had := was[n]
		y, has := now[n]
		at := pointer(path, n)
		switch {
		case !has:
			c.add(Breaking, "argument-removed", at, "The argument "+named(n)+" is gone.", "Whoever sends it may be refused, or it is ignored.", x, nothing)
		case !had && y["required"] == true:
			c.add(Breaking, "argument-required", at, "The argument "+named(n)+" is new, and required.", "Whoever gets the prompt without it is refused.", nothing, y)
		case !had:
			c.add(Additive, "argument-added", at, "The argument "+named(n)+" is new, and optional.", "Nothing that was there changes by it.", nothing, y)
		default:
			c.argument(n, at, x, y)
		}
	}
	if c.res.Counts.Total() == before {
		c.add(Minor, "arguments-changed", path, "The arguments are written otherwise, or in another order.", "They are told by their names.", nothing, nothing)
	}
}

func (c *collector) argument(name, at string, was, now map[string]any) {
	for _, k := range keysOf(was, now) {
		a, b := member(was, k), member(now, k)
		if same(a, b) {
			continue
		}
		if k != "required" {
			c.words(k, pointer(at, k), "argument "+named(name), a, b)
			continue
		}
		switch needed := b == true; {
		case needed == (a == true):
			c.add(Minor, "argument-said", pointer(at, k), "The argument "+named(name)+" is as optional as it was.", "Its default is the same.", a, b)
		case needed:
			c.add(Breaking, "argument-required", pointer(at, k), "The argument "+named(name)+" is required now.", "Whoever gets the prompt without it is refused.", a, b)
		default:
			c.add(Additive, "argument-optional", pointer(at, k), "The argument "+named(name)+" is not required any more.", "Calls that were valid still are.", a, b)
		}
	}
}

func byName(v any) map[string]map[string]any {
	list, _ := v.([]any)
	out := map[string]map[string]any{}
	for _, e := range list {
		m, _ := e.(map[string]any)
		if n := text(m["name"]); out[n] == nil && m != nil {
			out[n] = m
		}
	}
	return out
}
