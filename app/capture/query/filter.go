package query

import (
	"strings"
)

// Term is one part of a filter that can be shown and taken out by itself: what stands between the ANDs at its top.
// Offsets are UTF-16 code units of the filter's text.
type Term struct {
	From    int    `json:"from"`
	To      int    `json:"to"`
	CutFrom int    `json:"cutFrom"` // what to take out of the text to remove the term, with the space or AND beside it
	CutTo   int    `json:"cutTo"`   //
	Text    string `json:"text"`    // as String would write it
	Field   string `json:"field"`   // of a single term; empty: free text, or a group
	Value   string `json:"value"`   // of a single term, without quotes
	Not     bool   `json:"not"`     // it is negated
}

// Empty says whether every entry passes.
func (f *Filter) Empty() bool { return f == nil || f.root == nil }

// Text is what was parsed.
func (f *Filter) Text() string {
	if f == nil {
		return ""
	}
	return f.text
}

// String writes the filter so that Parse reads the same from it: fields by their own names, a minus for NOT, no AND.
func (f *Filter) String() string {
	if f.Empty() {
		return ""
	}
	var b strings.Builder
	f.root.print(&b, opTerm)
	return b.String()
}

func (n *node) print(b *strings.Builder, in op) {
	switch n.op {
	case opTerm:
		n.term.print(b)
	case opNot:
		b.WriteByte('-')
		n.kids[0].print(b, opNot)
	case opAnd, opOr:
		// An OR in an AND needs brackets, and so does a chain in a chain of its kind: it would become one with it.
		bracket := in == opNot || in == opAnd || in == n.op
		if bracket {
			b.WriteByte('(')
		}
		for i, k := range n.kids {
			switch {
			case i == 0:
			case n.op == opOr:
				b.WriteString(" OR ")
			default:
				b.WriteByte(' ')
			}
			k.print(b, n.op)
		}
		if bracket {
			b.WriteByte(')')
		}
	}
}

func (t *term) print(b *strings.Builder) {
	if t.field != nil {
		b.WriteString(t.field.name)
		b.WriteByte(':')
	}
	if t.quoted {
		b.WriteString(quote(t.value))
	} else {
		b.WriteString(t.value)
	}
}

// Terms returns the parts of the filter that can be taken out one by one.
func (f *Filter) Terms() []Term {
	out := []Term{}
	if f.Empty() {
		return out
	}
	kids := []*node{f.root}
	if f.root.op == opAnd && f.root.from == f.root.kids[0].from {
		kids = f.root.kids
	}
	for i, k := range kids {
		var b strings.Builder
		k.print(&b, opAnd)
		t := Term{From: utf16Len(f.text[:k.from]), To: utf16Len(f.text[:k.to]), Text: b.String()}
		cutFrom, cutTo := k.from, len(f.text)
		switch {
		case i+1 < len(kids):
			cutTo = kids[i+1].from
		case i > 0:
			cutFrom = kids[i-1].to
		default:
			cutFrom = 0
		}
		t.CutFrom, t.CutTo = utf16Len(f.text[:cutFrom]), utf16Len(f.text[:cutTo])
		for k.op == opNot {
			t.Not, k = !t.Not, k.kids[0]
		}
		if k.op == opTerm {
			t.Value = k.term.value
			if k.term.field != nil {
				t.Field = k.term.field.name
			}
		}
		out = append(out, t)
	}
	return out
}

// Needs says what is looked at to decide.
func (f *Filter) Needs() Need {
	if f.Empty() {
		return 0
	}
	return f.root.need()
}

func (n *node) need() Need {
	if n.op == opTerm {
		return n.term.leaf.need()
	}
	var need Need
	for _, k := range n.kids {
		need |= k.need()
	}
	return need
}
