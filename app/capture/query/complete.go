package query

import (
	"slices"
	"strings"
	"unicode"
)

// maxCompletions is how many are proposed: a list that is longer is not read.
const maxCompletions = 50

// Word is a value that occurs, and how often.
type Word struct {
	Text  string
	Note  string // what it is, or empty
	Count int    // entries; 0: not counted
}

// Vocabulary is the values that occur, by the name of the field.
type Vocabulary map[string][]Word

// Completion is something that could stand where the cursor is. From and To, in UTF-16 units, are what it replaces.
type Completion struct {
	Insert string `json:"insert"`
	Label  string `json:"label"`
	Note   string `json:"note"`
	From   int    `json:"from"`
	To     int    `json:"to"`
	Count  int    `json:"count"` // entries; 0: not counted
	Field  bool   `json:"field"` // a field's name, which wants a value
}

// Complete proposes what could stand at the cursor (in UTF-16 units): the names of fields, the values that fit one,
// those that occur first. The filter need not be right.
func Complete(text string, cursor int, v Vocabulary) []Completion {
	if len(text) > maxText {
		return []Completion{}
	}
	at := byteOffset(text, cursor)
	from, to := wordAt(text, at)
	c := completer{text: text, from: from, to: to, words: v, out: []Completion{}}
	part := text[from:at]
	if n := nameLen(part); n > 0 && n < len(part) && part[n] == ':' {
		if f := fieldNamed(part[:n]); f != nil {
			c.values(f, part[n+1:], from+n+1)
			return c.done()
		}
	}
	c.names(part)
	c.everywhere(part)
	return c.done()
}

// wordAt is the term around byte at, from its beginning; empty between terms.
func wordAt(text string, at int) (from, to int) {
	l := lexer{text: text[:at]}
	for {
		l.space()
		from = l.at
		t, err := l.next()
		if err != nil && l.at == from && from < at && text[from] == ')' {
			l.at++ // a bracket too many
			continue
		}
		if err != nil {
			return from, at // a phrase that is being written
		}
		if t.kind == tokEnd {
			return at, at
		}
		if t.to == at && t.kind != tokOpen && t.kind != tokClose && t.kind != tokNot {
			l.text = text
			if strings.HasSuffix(text[:at], `"`) {
				return from, at
			}
			return from, max(l.bare(at), at)
		}
	}
}

type completer struct {
	text     string
	from, to int
	words    Vocabulary
	out      []Completion
}

func (c *completer) add(x Completion, from int) {
	x.From, x.To = utf16Len(c.text[:from]), utf16Len(c.text[:c.to])
	c.out = append(c.out, x)
}

func (c *completer) done() []Completion {
	return c.out[:min(len(c.out), maxCompletions)]
}

// names proposes fields and operators.
func (c *completer) names(part string) {
	low := strings.ToLower(part)
	for _, f := range fields {
		if strings.HasPrefix(f.name, low) || low != "" && slices.ContainsFunc(f.aliases, func(a string) bool { return strings.HasPrefix(a, low) }) {
			c.add(Completion{Insert: f.name + ":", Label: f.name + ":", Note: f.says, Field: true}, c.from)
		}
	}
	for _, o := range []Completion{
		{Insert: "AND", Label: "AND", Note: "both have to hold; the same without it"},
		{Insert: "OR", Label: "OR", Note: "one of both has to hold"},
		{Insert: "NOT", Label: "NOT", Note: "must not hold; also a minus in front"},
	} {
		if part != "" && strings.HasPrefix(o.Insert, part) {
			c.add(o, c.from)
		}
	}
}

// everywhere proposes values of the fields that are filtered by most, whole with their field.
func (c *completer) everywhere(part string) {
	if len(part) < 2 {
		return
	}
	for _, name := range []string{"method", "tool", "prompt", "status", "kind", "conn"} {
		f := fieldNamed(name)
		for _, w := range c.fitting(f, part) {
			c.add(Completion{Insert: name + ":" + asValue(w.Text), Label: name + ":" + w.Text, Note: w.Note, Count: w.Count}, c.from)
		}
	}
}

// values proposes values of a field.
func (c *completer) values(f *field, part string, from int) {
	quoted := strings.HasPrefix(part, `"`)
	if i := strings.LastIndexByte(part, ','); i >= 0 && !quoted {
		from, part = from+i+1, part[i+1:]
	}
	for _, w := range c.fitting(f, strings.TrimPrefix(part, `"`)) {
		c.add(Completion{Insert: asValue(w.Text), Label: w.Text, Note: w.Note, Count: w.Count}, from)
	}
}

// fitting is what occurs in a field and what it always takes, by how well it fits what is written.
func (c *completer) fitting(f *field, part string) []Word {
	counts := map[string]int{}
	var list []Word
	for _, w := range c.words[f.name] {
		counts[w.Text] = w.Count
		if findChoice(f.values, w.Text) == nil {
			list = append(list, w)
		}
	}
	for _, v := range f.values {
		list = append(list, Word{Text: v.name, Note: v.says, Count: counts[v.name]})
	}
	for _, s := range f.suggest {
		if _, seen := counts[s]; !seen {
			list = append(list, Word{Text: s})
		}
	}
	n := newNeedle(part)
	list = slices.DeleteFunc(list, func(w Word) bool { return !n.inText(w.Text) })
	begins := func(w Word) int {
		if strings.HasPrefix(strings.ToLower(w.Text), n.text) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(list, func(a, b Word) int {
		if d := begins(a) - begins(b); d != 0 {
			return d
		}
		return b.Count - a.Count
	})
	return list
}

// asValue writes a value so that it is read as it stands.
func asValue(s string) string {
	odd := func(r rune) bool {
		return r < 0x20 || r == 0x7f || unicode.IsSpace(r) || strings.ContainsRune(`"(),`, r)
	}
	if s == "" || strings.ContainsFunc(s, odd) {
		return quote(s)
	}
	if _, re := regexpBody(s); re || strings.ContainsAny(s, "*?") {
		return quote(s)
	}
	return s
}
