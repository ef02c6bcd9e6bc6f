package query

import (
	"errors"
	"fmt"
	"strings"
)

// op is what a node does with its children.
type op int

const (
	opTerm op = iota
	opAnd
	opOr
	opNot
)

// node is a filter as a tree. from and to are bytes of the text.
type node struct {
	op       op
	kids     []*node
	term     *term
	from, to int
}

// term is one condition.
type term struct {
	field  *field // nil: free text
	value  string
	quoted bool
	leaf   leaf
}

// Filter is a filter that was read. It is never changed, and safe for concurrent use.
type Filter struct {
	text string
	root *node // nil: every entry passes
}

// Parse reads a filter. An empty one lets every entry pass. The error is a [*SyntaxError].
//
// A filter is terms that all have to hold. A term is field:value, a word, or a "phrase"; words and phrases are looked
// for in fields, headers and bodies. AND, OR and NOT are operators in capitals; a minus in front of a term is NOT, and
// AND binds closer than OR. Everything is compared without regard to case. [Fields] lists the fields.
func Parse(text string) (*Filter, error) {
	p := parser{lex: lexer{text: text}}
	if len(text) > maxText {
		return nil, p.lex.fail(0, len(text), fmt.Sprintf("a filter has at most %d characters", maxText), "leave some of it out")
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	f := &Filter{text: text}
	if p.tok.kind == tokEnd {
		return f, nil
	}
	root, err := p.or(0)
	if err != nil {
		return nil, err
	}
	f.root = root
	return f, nil
}

type parser struct {
	lex   lexer
	tok   token // read, not yet taken
	was   int   // where the last one taken ended
	terms int
	heavy int // terms that look into bodies
}

func (p *parser) advance() (err error) {
	p.was = p.tok.to
	p.tok, err = p.lex.next()
	return err
}

func (p *parser) or(depth int) (*node, error) { return p.chain(opOr, tokOr, depth, p.and) }

func (p *parser) and(depth int) (*node, error) { return p.chain(opAnd, tokAnd, depth, p.unary) }

// chain reads operands with the same operator between them, which for AND may be left out.
func (p *parser) chain(o op, between tokenKind, depth int, operand func(int) (*node, error)) (*node, error) {
	first, err := operand(depth)
	if err != nil {
		return nil, err
	}
	n := &node{op: o, kids: []*node{first}, from: first.from}
	for {
		switch {
		case p.tok.kind == between:
			at := p.tok
			if err := p.advance(); err != nil {
				return nil, err
			}
			if p.tok.kind == tokEnd || p.tok.kind == tokClose {
				return nil, p.dangling(at)
			}
		case o == opAnd && (p.tok.kind == tokTerm || p.tok.kind == tokNot || p.tok.kind == tokOpen):
		default:
			if n.to = p.was; len(n.kids) == 1 {
				return first, nil
			}
			return n, nil
		}
		next, err := operand(depth)
		if err != nil {
			return nil, err
		}
		n.kids = append(n.kids, next)
	}
}

// dangling is an operator without what it needs on a side.
func (p *parser) dangling(t token) error {
	word := strings.TrimSpace(p.lex.text[t.from:t.to])
	return p.lex.fail(t.from, t.to, word+" needs a term on both sides", fmt.Sprintf("put it in quotes to look for the word: %q", word))
}

func (p *parser) unary(depth int) (*node, error) {
	if depth > maxDepth {
		return nil, p.lex.fail(p.tok.from, p.tok.to, fmt.Sprintf("brackets and negations go at most %d deep", maxDepth), "write it flatter")
	}
	t := p.tok
	switch t.kind {
	case tokNot:
		if err := p.advance(); err != nil {
			return nil, err
		}
		if p.tok.kind == tokEnd || p.tok.kind == tokClose || p.tok.kind == tokAnd || p.tok.kind == tokOr {
			return nil, p.lex.fail(t.from, t.to, p.lex.text[t.from:t.to]+" needs a term behind it", `put it in quotes to look for the word: "NOT"`)
		}
		kid, err := p.unary(depth + 1)
		if err != nil {
			return nil, err
		}
		return &node{op: opNot, kids: []*node{kid}, from: t.from, to: kid.to}, nil
	case tokOpen:
		return p.group(depth)
	case tokTerm:
		return p.leaf()
	default:
		return nil, p.dangling(t)
	}
}

func (p *parser) group(depth int) (*node, error) {
	t := p.tok
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind == tokClose {
		return nil, p.lex.fail(t.from, p.tok.to, "there is nothing in these brackets", `put them in quotes to look for them: "()"`)
	}
	n, err := p.or(depth + 1)
	if err != nil {
		return nil, err
	}
	if p.tok.kind != tokClose {
		return nil, p.lex.fail(t.from, t.to, "this bracket is never closed", "write ) where the group ends")
	}
	n.from, n.to = t.from, p.tok.to
	return n, p.advance()
}

func (p *parser) leaf() (*node, error) {
	t := p.tok
	if p.terms++; p.terms > maxTerms {
		return nil, p.lex.fail(t.from, t.to, fmt.Sprintf("a filter has at most %d terms", maxTerms), "leave some out")
	}
	made, err := p.term(t)
	if err != nil {
		return nil, err
	}
	if made.leaf.need()&NeedBody != 0 {
		if p.heavy++; p.heavy > maxBodyTerms {
			return nil, p.lex.fail(t.from, t.to, fmt.Sprintf("a filter looks for at most %d texts", maxBodyTerms), "leave some out")
		}
	}
	return &node{op: opTerm, term: made, from: t.from, to: t.to}, p.advance()
}

func (p *parser) term(t token) (*term, error) {
	out := &term{value: t.value, quoted: t.quoted}
	if t.field == "" {
		if t.value == "" {
			return nil, p.lex.fail(t.from, t.to, "there is nothing between these quotes", "write what to look for, or leave them out")
		}
		out.leaf = newTextLeaf(t.value)
		return out, nil
	}
	f := fieldNamed(t.field)
	if f == nil {
		return nil, p.unknownField(t)
	}
	out.field = f
	if t.value == "" {
		return nil, p.lex.fail(t.from, t.to, f.name+": has no value", f.hint())
	}
	made, err := f.read(input{value: t.value, quoted: t.quoted})
	if err != nil {
		message, hint := err.Error(), f.hint()
		var bad *badValue
		if errors.As(err, &bad) && bad.hint != "" {
			hint = bad.hint
		}
		return nil, p.lex.fail(t.valueAt, t.to, f.name+": "+message, hint)
	}
	out.leaf = made
	return out, nil
}

// unknownField says which field may have been meant.
func (p *parser) unknownField(t token) error {
	whole := p.lex.text[t.from:t.to]
	hint := "put it in quotes to look for it: " + quote(whole)
	if near := nearest(strings.ToLower(t.field), fieldNames()); near != "" {
		hint = fmt.Sprintf("did you mean %s:? To look for it as text, put it in quotes: %s", near, quote(whole))
	}
	return p.lex.fail(t.from, t.from+len(t.field)+1, "there is no field "+t.field+":", hint)
}

// badValue is what a field says about a value it cannot take.
type badValue struct{ message, hint string }

func (e *badValue) Error() string { return e.message }

// quote writes s so that the lexer reads it as one phrase.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// nearest finds the word of a list that is most like s, if any is like it at all.
func nearest(s string, list []string) string {
	best, at := "", 3
	for _, w := range list {
		if d := distance(s, w); d < at && d < len(s) {
			best, at = w, d
		}
	}
	if best != "" || len(s) < 2 {
		return best
	}
	for _, w := range list {
		if strings.HasPrefix(w, s) {
			return w
		}
	}
	return ""
}

// distance is how many letters have to be changed, added or left out (Levenshtein); words longer than any field's name
// are far from all.
func distance(a, b string) int {
	if len(a) > 24 || len(b) > 24 {
		return 24
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := last
			if a[i] != b[j] {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, last+1, row[j]+1)
		}
	}
	return row[len(b)]
}
