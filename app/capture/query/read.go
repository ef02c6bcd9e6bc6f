package query

import (
	"errors"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// readText reads a field whose whole text is compared, with * and ?, commas between alternatives.
func readText(needs Need, of func(*wire.Entry) string, zone func(*Zone, func(string) bool) Verdict) func(input) (leaf, error) {
	return func(in input) (leaf, error) {
		list, err := readPatterns(in)
		if err != nil {
			return nil, err
		}
		f := &fieldLeaf{needs: needs, costs: 10 + 10*len(list), holds: func(e *wire.Entry) bool { return matchAny(list, of(e)) }}
		if zone != nil && !matchAny(list, "") { // what has no value is not listed in a zone
			f.can = func(z *Zone) Verdict { return zone(z, func(s string) bool { return matchAny(list, s) }) }
		}
		return f, nil
	}
}

// readPatterns reads alternatives with commas between them; a regular expression and quotes may hold commas.
func readPatterns(in input) ([]pattern, error) {
	parts := []string{in.value}
	if _, re := regexpBody(in.value); !in.quoted && !re {
		parts = strings.Split(in.value, ",")
	}
	var list []pattern
	for _, s := range parts {
		if s == "" {
			return nil, &badValue{message: "there is nothing beside the comma"}
		}
		p, err := newPattern(s, in.quoted)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

func matchAny(list []pattern, s string) bool {
	for i := range list {
		if list[i].match(s) {
			return true
		}
	}
	return false
}

// readNameOf reads the name that messages of one method have.
func readNameOf(method string) func(input) (leaf, error) {
	return func(in input) (leaf, error) {
		p, err := newPattern(in.value, in.quoted)
		return &fieldLeaf{
			needs: NeedMethod | NeedName, costs: 15,
			holds: func(e *wire.Entry) bool { return e.Method == method && p.match(e.Name) },
			can:   func(z *Zone) Verdict { return known(z.Methods, func(s string) bool { return s == method }) },
		}, err
	}
}

// contains makes the test of a field that holds text somewhere.
func contains(in input) (func(string) bool, error) {
	if body, ok := regexpBody(in.value); ok && !in.quoted {
		re, err := compile(body)
		if err != nil {
			return nil, err
		}
		return re.MatchString, nil
	}
	if in.value == "*" && !in.quoted {
		return func(s string) bool { return s != "" }, nil
	}
	n := newNeedle(in.value)
	return n.inText, nil
}

func readHolds(needs Need, of func(*wire.Entry) string) func(input) (leaf, error) {
	return func(in input) (leaf, error) {
		holds, err := contains(in)
		return &fieldLeaf{needs: needs, costs: 60, holds: func(e *wire.Entry) bool { return holds(of(e)) }}, err
	}
}

func readHoldsOf(kind wire.Kind, needs Need, of func(*wire.Entry) string) func(input) (leaf, error) {
	return func(in input) (leaf, error) {
		holds, err := contains(in)
		return &fieldLeaf{
			needs: needs | NeedKind, costs: 60,
			holds: func(e *wire.Entry) bool { return e.Kind == kind && holds(of(e)) },
			can:   func(z *Zone) Verdict { return known(z.Kinds, func(k wire.Kind) bool { return k == kind }) },
		}, err
	}
}

func readFinding(in input) (leaf, error) {
	holds, err := contains(in)
	return &fieldLeaf{
		needs: NeedFindings, costs: 30,
		holds: func(e *wire.Entry) bool { return slices.ContainsFunc(e.Findings, holds) },
		can:   func(z *Zone) Verdict { return possible(z.Findings > 0) },
	}, err
}

func readComment(in input) (leaf, error) {
	holds, err := contains(in)
	return &markLeaf{holds: func(comment string, _ bool) bool { return comment != "" && holds(comment) }}, err
}

// readQuantity reads a number with a unit. What has none (0) passes no such term.
func readQuantity(needs Need, units []unit, of func(*wire.Entry) int64, most func(*Zone) int64) func(input) (leaf, error) {
	return func(in input) (leaf, error) {
		spans, err := readSpans(in.value, func(s string) (span, error) { return readSpan(s, units) })
		if err != nil {
			return nil, err
		}
		least := int64(math.MaxInt64)
		for _, s := range spans {
			least = min(least, s.lo)
		}
		return &fieldLeaf{
			needs: needs, costs: 3,
			holds: func(e *wire.Entry) bool { v := of(e); return v > 0 && holdsAny(spans, v) },
			can:   func(z *Zone) Verdict { v := most(z); return possible(v > 0 && v >= least) },
		}, nil
	}
}

func readHTTP(in input) (leaf, error) {
	spans, err := readSpans(in.value, readStatus)
	if err != nil {
		return nil, err
	}
	return &fieldLeaf{
		needs: NeedStatus, costs: 3,
		holds: func(e *wire.Entry) bool { return e.Status != 0 && holdsAny(spans, int64(e.Status)) },
		can:   func(z *Zone) Verdict { return known(z.Statuses, func(s int) bool { return holdsAny(spans, int64(s)) }) },
	}, nil
}

func readCode(in input) (leaf, error) {
	spans, err := readSpans(in.value, func(s string) (span, error) { return readSpan(s, plainUnits) })
	if err != nil {
		return nil, err
	}
	return &fieldLeaf{
		needs: NeedCode, costs: 3,
		holds: func(e *wire.Entry) bool { return e.Code != 0 && holdsAny(spans, int64(e.Code)) },
		can:   func(z *Zone) Verdict { return known(z.Codes, func(c int) bool { return holdsAny(spans, int64(c)) }) },
	}, nil
}

func readSeq(in input) (leaf, error) {
	spans, err := readSpans(in.value, func(s string) (span, error) { return readSpan(s, plainUnits) })
	if err != nil {
		return nil, err
	}
	return &fieldLeaf{
		costs: 3,
		holds: func(e *wire.Entry) bool { return holdsAny(spans, plainSeq(e.Seq)) },
		can: func(z *Zone) Verdict {
			return possible(slices.ContainsFunc(spans, func(s span) bool { return s.lo <= plainSeq(z.Last) && s.hi >= plainSeq(z.First) }))
		},
	}, nil
}

func readExchange(in input) (leaf, error) {
	spans, err := readSpans(in.value, func(s string) (span, error) { return readSpan(s, plainUnits) })
	if err != nil {
		return nil, err
	}
	return &fieldLeaf{needs: NeedExchange | NeedKind, costs: 5, holds: func(e *wire.Entry) bool {
		return e.Exchange != 0 && holdsAny(spans, plainSeq(e.Exchange)) || e.Kind == wire.KindHTTP && holdsAny(spans, plainSeq(e.Seq))
	}}, nil
}

// plainSeq is a number within its run: of an earlier run it stands in the lower half.
func plainSeq(seq uint64) int64 { return int64(seq & (1<<32 - 1)) }

// readID compares the JSON of the id; a string may be written without its quotes.
func readID(in input) (leaf, error) {
	list, err := readPatterns(in)
	return &fieldLeaf{needs: NeedID, costs: 20, holds: func(e *wire.Entry) bool {
		if e.ID == "" {
			return false
		}
		id := e.ID
		if n := len(id); n >= 2 && id[0] == '"' && id[n-1] == '"' && matchAny(list, id[1:n-1]) {
			return true
		}
		return matchAny(list, id)
	}}, err
}

func readHeader(in input) (leaf, error) {
	name, value, hasValue := strings.Cut(in.value, "=")
	h := &headerLeaf{anyValue: !hasValue}
	var err error
	if h.name, err = newPattern(strings.TrimSpace(name), in.quoted); err != nil {
		return nil, err
	}
	if name == "" {
		return nil, &badValue{message: "the name of the header is missing"}
	}
	h.value, err = newPattern(strings.TrimSpace(value), in.quoted)
	return h, err
}

func readBody(in input) (leaf, error) {
	if body, ok := regexpBody(in.value); ok && !in.quoted {
		re, err := compile(body)
		if err != nil {
			return nil, err
		}
		return &bodyLeaf{test: regexpTest{re}}, nil
	}
	n := newNeedle(in.value)
	return &bodyLeaf{test: &n}, nil
}

type regexpTest struct{ re *regexp.Regexp }

func (t regexpTest) holds(body []byte) bool { return t.re.Match(body) }

func readJSON(in input) (leaf, error) {
	t, err := newJSONTest(in.value, in.quoted)
	return &bodyLeaf{test: t}, err
}

func readTime(since bool) func(input) (leaf, error) {
	return func(in input) (leaf, error) {
		at, err := readMoment(in.value)
		if err != nil {
			var bad *badValue
			if errors.As(err, &bad) {
				bad.hint = "write 5m, 2h, 3d, 10:30, today, or 2026-11-21T10:30"
			}
			return nil, err
		}
		return &boundLeaf{needs: NeedTime, costs: 2, make: func(m *Matcher) fieldLeaf { return timeLeaf(since, at.unix(m.ctx.Now)) }}, nil
	}
}

// readTimeRange reads two times with .. between them; one of them may be missing.
func readTimeRange(in input) (leaf, error) {
	from, to, ok := strings.Cut(in.value, "..")
	if !ok || from == "" && to == "" {
		return nil, &badValue{"it takes two times", "write time:10:30..10:45, or since: or until: for one"}
	}
	var ends [2]moment
	for i, s := range []string{from, to} {
		if s == "" {
			continue
		}
		var err error
		if ends[i], err = readMoment(s); err != nil {
			return nil, err
		}
	}
	return &boundLeaf{needs: NeedTime, costs: 3, make: func(m *Matcher) fieldLeaf {
		lo, hi := int64(math.MinInt64), int64(math.MaxInt64)
		if from != "" {
			lo = ends[0].unix(m.ctx.Now)
		}
		if to != "" {
			hi = ends[1].unix(m.ctx.Now)
		}
		return fieldLeaf{
			holds: func(e *wire.Entry) bool { return e.Time >= lo && e.Time <= hi },
			can:   func(z *Zone) Verdict { return possible(z.MaxTime >= lo && z.MinTime <= hi) },
		}
	}}, nil
}

func timeLeaf(since bool, at int64) fieldLeaf {
	all := func(inside, touched bool) Verdict {
		if inside {
			return Yes
		}
		return possible(touched)
	}
	if since {
		return fieldLeaf{
			holds: func(e *wire.Entry) bool { return e.Time >= at },
			can:   func(z *Zone) Verdict { return all(z.MinTime >= at, z.MaxTime >= at) },
		}
	}
	return fieldLeaf{
		holds: func(e *wire.Entry) bool { return e.Time <= at },
		can:   func(z *Zone) Verdict { return all(z.MaxTime <= at, z.MinTime <= at) },
	}
}

func readConn(in input) (leaf, error) {
	list, err := readPatterns(in)
	if err != nil {
		return nil, err
	}
	return &connLeaf{list: list}, nil
}
