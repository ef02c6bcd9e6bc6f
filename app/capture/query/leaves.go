package query

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// fieldLeaf is a condition on fields alone.
type fieldLeaf struct {
	needs Need
	costs int
	holds func(e *wire.Entry) bool
	can   func(z *Zone) Verdict // nil: not told by a zone
}

func (f *fieldLeaf) need() Need         { return f.needs }
func (f *fieldLeaf) cost() int          { return f.costs }
func (f *fieldLeaf) bind(*Matcher) leaf { return f }

func (f *fieldLeaf) eval(e *wire.Entry, _ *look) Verdict { return verdict(f.holds(e)) }

func (f *fieldLeaf) zone(z *Zone) Verdict {
	if f.can == nil {
		return Unknown
	}
	return f.can(z)
}

// boundLeaf becomes a fieldLeaf once its context is known.
type boundLeaf struct {
	needs Need
	costs int
	make  func(m *Matcher) fieldLeaf
}

func (b *boundLeaf) need() Need                      { return b.needs }
func (b *boundLeaf) cost() int                       { return b.costs }
func (b *boundLeaf) eval(*wire.Entry, *look) Verdict { return Unknown }
func (b *boundLeaf) zone(*Zone) Verdict              { return Unknown }
func (b *boundLeaf) bind(m *Matcher) leaf {
	f := b.make(m)
	f.needs, f.costs = b.needs, b.costs
	return &f
}

// markLeaf is a condition on what the user put on an entry.
type markLeaf struct {
	holds func(comment string, pinned bool) bool
}

func (k *markLeaf) need() Need         { return 0 }
func (k *markLeaf) cost() int          { return 60 }
func (k *markLeaf) bind(*Matcher) leaf { return k }
func (k *markLeaf) zone(*Zone) Verdict { return Unknown }
func (k *markLeaf) eval(e *wire.Entry, l *look) Verdict {
	if l.m.ctx.Marks == nil {
		return No
	}
	return verdict(k.holds(l.m.ctx.Marks(l.run, e.Seq)))
}

// headerLeaf is a condition on the header fields of an exchange.
type headerLeaf struct {
	name, value pattern
	anyValue    bool
}

func (h *headerLeaf) need() Need         { return NeedKind | NeedHeaders }
func (h *headerLeaf) cost() int          { return 2000 }
func (h *headerLeaf) bind(*Matcher) leaf { return h }

func (h *headerLeaf) zone(z *Zone) Verdict {
	return known(z.Kinds, func(k wire.Kind) bool { return k == wire.KindHTTP })
}

func (h *headerLeaf) eval(e *wire.Entry, l *look) Verdict {
	if e.Kind != wire.KindHTTP {
		return No
	}
	if l.stage == stageFields {
		return Unknown
	}
	x, ok := l.exchange(e)
	return verdict(ok && (h.in(x.RequestHeaders) || h.in(x.ResponseHeaders) || h.in(x.Trailers)))
}

func (h *headerLeaf) in(list []wire.Header) bool {
	for i := range list {
		if h.name.match(list[i].Name) && (h.anyValue || h.value.match(strings.TrimSpace(list[i].Value))) {
			return true
		}
	}
	return false
}

// bodyLeaf is a condition on the bodies of an entry.
type bodyLeaf struct {
	test bodyTest
	bit  int
}

func (b *bodyLeaf) need() Need           { return NeedKind | NeedBytes | NeedReqBytes | NeedBody }
func (b *bodyLeaf) cost() int            { return 5000 }
func (b *bodyLeaf) bind(m *Matcher) leaf { return &bodyLeaf{b.test, m.test(b.test)} }

func (b *bodyLeaf) zone(z *Zone) Verdict { return Unknown }

func (b *bodyLeaf) eval(e *wire.Entry, l *look) Verdict {
	if e.Bytes == 0 && e.ReqBytes == 0 {
		return No
	}
	switch l.stage {
	case stageFound:
		return verdict(l.found&(1<<b.bit) != 0)
	case stageAll:
		for _, part := range partsOf(e) {
			if body := l.bodies.Body(e.Seq, part); len(body) > 0 && b.test.holds(body) {
				return Yes
			}
		}
		return No
	default:
		return Unknown
	}
}

var (
	exchangeParts = []wire.Part{wire.PartRequest, wire.PartResponse}
	messageParts  = []wire.Part{wire.PartMessage}
)

// partsOf are the bodies an entry can have.
func partsOf(e *wire.Entry) []wire.Part {
	if e.Kind == wire.KindHTTP {
		return exchangeParts
	}
	return messageParts
}

// textLeaf is free text: in a field, a header or a body.
type textLeaf struct {
	needle needle
	body   *bodyLeaf
}

func newTextLeaf(text string) *textLeaf {
	t := &textLeaf{needle: newNeedle(text)}
	t.body = &bodyLeaf{test: &t.needle}
	return t
}

const needText = NeedKind | NeedMessage | NeedMethod | NeedName | NeedID | NeedNote | NeedPurpose | NeedWithheld | NeedFindings |
	NeedStatus | NeedCode | NeedHeaders

func (t *textLeaf) need() Need         { return needText | t.body.need() }
func (t *textLeaf) cost() int          { return 6000 }
func (t *textLeaf) zone(*Zone) Verdict { return Unknown }

func (t *textLeaf) bind(m *Matcher) leaf {
	return &textLeaf{t.needle, &bodyLeaf{t.body.test, m.test(t.body.test)}}
}

func (t *textLeaf) eval(e *wire.Entry, l *look) Verdict {
	if t.inFields(e) {
		return Yes
	}
	if e.Kind == wire.KindHTTP {
		if l.stage == stageFields {
			return Unknown
		}
		if x, ok := l.exchange(e); ok && t.inExchange(x) {
			return Yes
		}
	}
	return t.body.eval(e, l)
}

func (t *textLeaf) inFields(e *wire.Entry) bool {
	n := &t.needle
	if n.inText(e.Method) || n.inText(e.Name) || n.inText(e.Note) || n.inText(e.ID) || n.inText(string(e.Kind)) ||
		n.inText(string(e.Message)) || n.inText(e.Purpose) || n.inText(e.Withheld) || t.inNumber(e.Status) || t.inNumber(e.Code) {
		return true
	}
	for _, f := range e.Findings {
		if n.inText(f) {
			return true
		}
	}
	return false
}

func (t *textLeaf) inNumber(v int) bool {
	if v == 0 {
		return false
	}
	var b [20]byte
	return t.needle.in(strconv.AppendInt(b[:0], int64(v), 10))
}

func (t *textLeaf) inExchange(x *wire.Exchange) bool {
	n := &t.needle
	return n.inText(x.Method) || n.inText(x.URL) || n.inText(x.StatusText) || n.inText(x.Err) ||
		t.inHeaders(x.RequestHeaders) || t.inHeaders(x.ResponseHeaders) || t.inHeaders(x.Trailers)
}

func (t *textLeaf) inHeaders(list []wire.Header) bool {
	for _, h := range list {
		if t.needle.inText(h.Name) || t.needle.inText(h.Value) || t.needle.inText(h.Name+": "+h.Value) {
			return true
		}
	}
	return false
}

// holds implements bodyTest.
func (n *needle) holds(body []byte) bool { return n.in(body) }

// connLeaf is a condition on the connection, by its id or a name. It keeps what it found: names are looked up.
type connLeaf struct {
	list []pattern
	m    *Matcher
	seen map[connOf]bool
	last connOf // asked last, and
	was  bool   // what it was
}

type connOf struct {
	run  uint32
	conn string
}

func (c *connLeaf) need() Need { return NeedConn }
func (c *connLeaf) cost() int  { return 5 }

func (c *connLeaf) bind(m *Matcher) leaf {
	return &connLeaf{list: c.list, m: m, seen: map[connOf]bool{}}
}

func (c *connLeaf) eval(e *wire.Entry, l *look) Verdict { return verdict(c.holds(l.run, e.Conn)) }

func (c *connLeaf) zone(z *Zone) Verdict {
	return known(z.Conns, func(conn string) bool { return c.holds(z.Run, conn) })
}

func (c *connLeaf) holds(run uint32, conn string) bool {
	if conn == "" {
		return false
	}
	of := connOf{run, conn}
	if of == c.last {
		return c.was
	}
	yes, ok := c.seen[of]
	if !ok {
		yes = slices.ContainsFunc(c.m.namesOf(run, conn), func(s string) bool { return matchAny(c.list, s) })
		c.seen[of] = yes
	}
	c.last, c.was = of, yes
	return yes
}
