package query

import (
	"slices"
	"time"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// Verdict is whether a filter holds, as far as that is known.
type Verdict int8

// The verdicts, in the order in which AND takes the least and OR the greatest.
const (
	No      Verdict = iota
	Unknown         // headers or bodies decide
	Yes
)

// Context is what a filter cannot know by itself. Every field may be zero.
type Context struct {
	Now   time.Time                                               // what since:5m is counted from; zero: the time of Bind
	Conn  func(run uint32, id string) []string                    // the names a connection is known by, besides its id
	Marks func(run uint32, seq uint64) (comment string, pin bool) // what the user put on an entry
}

// Bodies gives the HTTP side and the bodies of the entry that is looked at, when they are asked for.
type Bodies interface {
	Exchange(seq uint64) (wire.Exchange, bool)
	Body(seq uint64, part wire.Part) []byte // nil: there is none, or it is not kept
}

// Found is which of a filter's body conditions hold for the bodies of an entry: the answers of [Matcher.Look], joined
// by OR.
type Found uint64

// maxBodyTerms is how many body conditions a filter has at most: one bit of Found each.
const maxBodyTerms = 64

// Matcher decides for entries. It belongs to one goroutine at a time.
type Matcher struct {
	need  Need
	root  *bound // nil: every entry passes
	tests []bodyTest
	look  look
	ctx   Context
}

// bound is a node whose leaves know their context, children in the order in which they are cheap.
type bound struct {
	op   op
	kids []*bound
	leaf leaf
	cost int
}

// leaf decides for one term.
type leaf interface {
	need() Need
	// cost is about how many nanoseconds eval takes.
	cost() int
	// bind gives the leaf as it is used by m.
	bind(m *Matcher) leaf
	// eval decides as far as l lets it.
	eval(e *wire.Entry, l *look) Verdict
	// zone is No when no entry of z can pass, Yes when every one does, else Unknown.
	zone(z *Zone) Verdict
}

// bodyTest is a condition on one body.
type bodyTest interface{ holds(body []byte) bool }

// stage is how much of an entry may be looked at.
type stage int8

const (
	stageFields  stage = iota
	stageHeaders       // and the HTTP side
	stageFound         // and what Look told of the bodies
	stageAll           // and the bodies
)

// look is what a leaf sees besides the entry.
type look struct {
	m      *Matcher
	stage  stage
	run    uint32
	found  Found
	bodies Bodies
	x      wire.Exchange
	hasX   bool
	askedX bool
}

// exchange is the HTTP side of e, asked for once.
func (l *look) exchange(e *wire.Entry) (*wire.Exchange, bool) {
	if !l.askedX {
		l.askedX = true
		l.x, l.hasX = l.bodies.Exchange(e.Seq)
	}
	return &l.x, l.hasX
}

// Bind makes a matcher.
func (f *Filter) Bind(ctx Context) *Matcher {
	if ctx.Now.IsZero() {
		ctx.Now = time.Now()
	}
	m := &Matcher{need: f.Needs(), ctx: ctx}
	m.look.m = m
	if !f.Empty() {
		m.root = m.bind(f.root)
	}
	return m
}

func (m *Matcher) bind(n *node) *bound {
	b := &bound{op: n.op}
	if n.op == opTerm {
		b.leaf = n.term.leaf.bind(m)
		b.cost = b.leaf.cost()
		return b
	}
	for _, k := range n.kids {
		kid := m.bind(k)
		b.kids = append(b.kids, kid)
		b.cost += kid.cost
	}
	slices.SortStableFunc(b.kids, func(x, y *bound) int { return x.cost - y.cost })
	return b
}

// test files a body condition and gives its bit.
func (m *Matcher) test(t bodyTest) int {
	m.tests = append(m.tests, t)
	return len(m.tests) - 1
}

// Needs says what is looked at.
func (m *Matcher) Needs() Need { return m.need }

// Match decides. b is asked only when the fields of e leave it open.
func (m *Matcher) Match(run uint32, e *wire.Entry, b Bodies) bool {
	return m.eval(run, e, stageAll, b, 0) == Yes
}

// Early decides by the fields alone.
func (m *Matcher) Early(run uint32, e *wire.Entry) Verdict {
	return m.eval(run, e, stageFields, nil, 0)
}

// Headers decides by the fields and the HTTP side.
func (m *Matcher) Headers(run uint32, e *wire.Entry, b Bodies) Verdict {
	return m.eval(run, e, stageHeaders, b, 0)
}

// Look says which body conditions hold for one body.
func (m *Matcher) Look(body []byte) Found {
	var f Found
	for i, t := range m.tests {
		if t.holds(body) {
			f |= 1 << i
		}
	}
	return f
}

// Decide decides by the fields, the HTTP side and what Look told of all bodies of the entry.
func (m *Matcher) Decide(run uint32, e *wire.Entry, b Bodies, found Found) bool {
	return m.eval(run, e, stageFound, b, found) == Yes
}

// eval uses the one look of the matcher: one on the heap for every entry would cost more than the fields do.
func (m *Matcher) eval(run uint32, e *wire.Entry, s stage, b Bodies, found Found) Verdict {
	if m.root == nil {
		return Yes
	}
	l := &m.look
	l.stage, l.run, l.found, l.bodies = s, run, found, b
	v := m.root.eval(e, l)
	if l.askedX {
		l.x, l.hasX, l.askedX = wire.Exchange{}, false, false
	}
	l.bodies = nil
	return v
}

func (b *bound) eval(e *wire.Entry, l *look) Verdict {
	switch b.op {
	case opTerm:
		return b.leaf.eval(e, l)
	case opNot:
		return Yes - b.kids[0].eval(e, l)
	case opAnd:
		v := Yes
		for _, k := range b.kids {
			if v = min(v, k.eval(e, l)); v == No {
				break
			}
		}
		return v
	default:
		v := No
		for _, k := range b.kids {
			if v = max(v, k.eval(e, l)); v == Yes {
				break
			}
		}
		return v
	}
}

// Skip says that no entry of a zone can pass.
func (m *Matcher) Skip(z Zone) bool { return m.root != nil && m.root.zone(&z) == No }

func (b *bound) zone(z *Zone) Verdict {
	switch b.op {
	case opTerm:
		return b.leaf.zone(z)
	case opNot:
		return Yes - b.kids[0].zone(z)
	case opAnd:
		v := Yes
		for _, k := range b.kids {
			v = min(v, k.zone(z))
		}
		return v
	default:
		v := No
		for _, k := range b.kids {
			v = max(v, k.zone(z))
		}
		return v
	}
}

// namesOf are the names of a connection.
func (m *Matcher) namesOf(run uint32, conn string) []string {
	names := []string{conn}
	if m.ctx.Conn != nil {
		names = append(names, m.ctx.Conn(run, conn)...)
	}
	return names
}

// known says what a list of a zone means for a condition on its values: No when none of them can hold.
func known[T any](list []T, holds func(T) bool) Verdict {
	if list == nil || slices.ContainsFunc(list, holds) {
		return Unknown
	}
	return No
}

// possible is Unknown or No.
func possible(can bool) Verdict {
	if can {
		return Unknown
	}
	return No
}

func verdict(yes bool) Verdict {
	if yes {
		return Yes
	}
	return No
}
