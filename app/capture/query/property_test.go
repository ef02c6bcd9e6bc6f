package query

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// randomFilter writes a filter of the language, most of them right.
func randomFilter(r *rand.Rand, depth int) string {
	if depth > 0 && r.IntN(3) > 0 {
		a, b := randomFilter(r, depth-1), randomFilter(r, depth-1)
		switch r.IntN(5) {
		case 0:
			return a + " OR " + b
		case 1:
			return "(" + a + " OR " + b + ")"
		case 2:
			return "-(" + a + ")"
		case 3:
			return a + " AND NOT " + b
		}
		return a + " " + b
	}
	return terms[r.IntN(len(terms))]
}

var terms = []string{
	"method:tools/*", "method:ping,tools/list", "method:/^t/", "name:search*", "name:ärger", `name:"a*b"`, "tool:s*", "name:*b*a?a*",
	"status:error", "status:ok", "status:waiting", "status:4xx", "status:failed,tool-error", "status:unanswered",
	"kind:notification", "kind:http", "kind:message", "dir:in", "dir:out", "ms:>500", "ms:1..100", "ms:<10ms", "bytes:>20", "bytes:<=20",
	"http:401", "http:>=400", "http:4xx,200", "code:-32601", "code:>0", "header:www-authenticate", "header:content-type=*html*", "header:*=*json",
	"body:found", `body:"NOTHING found"`, "body:/fo+u/", "json:$.a.b[1]=two", "json:$.a>2", "json:$.params", "since:5m", "until:3m", "time:5m..2m",
	"conn:c1", "conn:exam*", "has:finding", "is:pinned", "has:comment", "comment:slow", "is:pair", "is:cut", "finding:answers", "seq:2..6",
	"exchange:6", "note:panic", "url:example", "id:7", "call:k1", "found", "tools", "ÄRGER", `"disk full"`, "401", "purpose:*metadata",
}

// printed says what is to hold for every text: what Parse reads, String writes so that Parse reads the same.
func printed(t *testing.T, text string) *Filter {
	t.Helper()
	f, err := Parse(text)
	if err != nil {
		var bad *SyntaxError
		if !errors.As(err, &bad) || bad.From < 0 || bad.From > bad.To || bad.To > utf16Len(text) || bad.Message == "" {
			t.Fatalf("%q: a wrong filter says where: got %#v", text, err)
		}
		return nil
	}
	s := f.String()
	again, err := Parse(s)
	if err != nil {
		if len(s) > maxText {
			return f // an alias was written with its longer name
		}
		t.Fatalf("%q is printed as %q: %v", text, s, err)
	}
	if got := again.String(); got != s {
		t.Fatalf("%q is printed as %q, and that as %q", text, s, got)
	}
	if !same(f.root, again.root) {
		t.Fatalf("%q is printed as %q, which means something else", text, s)
	}
	if f.root != nil && f.root.op == opAnd && f.root.from != f.root.kids[0].from {
		// All of it stands in brackets, which are taken out whole: they are one term, and are not printed.
		if n := len(f.Terms()); n != 1 {
			t.Fatalf("%q has %d terms, want its brackets alone", text, n)
		}
	} else if len(f.Terms()) != len(again.Terms()) {
		t.Fatalf("%q has %d terms, %q has %d", text, len(f.Terms()), s, len(again.Terms()))
	}
	return f
}

func same(a, b *node) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.op != b.op || len(a.kids) != len(b.kids) {
		return false
	}
	if a.op == opTerm {
		return a.term.field == b.term.field && a.term.value == b.term.value && a.term.quoted == b.term.quoted
	}
	return slices.EqualFunc(a.kids, b.kids, same)
}

func TestPrintedIsRead(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		if printed(t, randomFilter(r, 4)) == nil {
			t.Fatal("a filter of right terms was not read")
		}
	}
}

// All ways to decide agree: at once, by stages, and the plain reading of the terms below.
func TestWaysToDecideAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	yes := 0
	for range 4000 {
		text := randomFilter(r, 3)
		f, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		it := randomItem(r)
		s := &items{list: map[uint64]*item{it.Seq: it}}
		m := f.Bind(s.context())
		want := plainly(f.root, it, m)
		if got := m.Match(0, &it.Entry, s); got != want {
			t.Fatalf("%s on %+v: Match says %v, read plainly it is %v", text, it, got, want)
		}
		if early := m.Early(0, &it.Entry); early != Unknown && (early == Yes) != want {
			t.Fatalf("%s on %+v: its fields say %v, it is %v", text, it, early, want)
		}
		if v := m.Headers(0, &it.Entry, s); v != Unknown && (v == Yes) != want {
			t.Fatalf("%s on %+v: its headers say %v, it is %v", text, it, v, want)
		}
		var found Found
		for _, part := range partsOf(&it.Entry) {
			if b := s.Body(it.Seq, part); len(b) > 0 {
				found |= m.Look(b)
			}
		}
		if got := m.Decide(0, &it.Entry, s, found); got != want {
			t.Fatalf("%s on %+v: by what was found it is %v, want %v", text, it, got, want)
		}
		if want {
			yes++
		}
	}
	if yes < 400 || yes > 3600 {
		t.Errorf("%d of 4000 pass: the test says little", yes)
	}
}

// plainly decides without stages, order or needles: every leaf alone, joined as the words say.
func plainly(n *node, it *item, m *Matcher) bool {
	switch n.op {
	case opNot:
		return !plainly(n.kids[0], it, m)
	case opAnd:
		return !slices.ContainsFunc(n.kids, func(k *node) bool { return !plainly(k, it, m) })
	case opOr:
		return slices.ContainsFunc(n.kids, func(k *node) bool { return plainly(k, it, m) })
	default:
		return plainTerm(n.term, it, m)
	}
}

func plainTerm(t *term, it *item, m *Matcher) bool {
	lower := func(s string) string { return strings.ToLower(s) }
	bodies := []string{string(it.message)}
	if it.Kind == wire.KindHTTP {
		bodies = []string{string(it.request), string(it.response)}
	}
	in := func(list []string) bool {
		return slices.ContainsFunc(list, func(s string) bool { return strings.Contains(lower(s), lower(t.value)) })
	}
	switch {
	case t.field == nil:
		texts := append(slices.Clone(it.Findings), it.Method, it.Name, it.Note, it.ID, string(it.Kind), string(it.Message), it.Purpose, it.Withheld)
		for _, n := range []int{it.Status, it.Code} {
			if n != 0 {
				texts = append(texts, strings.TrimSpace(strings.Join(strings.Fields(" "+itoa(n)), "")))
			}
		}
		if it.x != nil && it.Kind == wire.KindHTTP {
			texts = append(texts, it.x.Method, it.x.URL, it.x.StatusText, it.x.Err)
			for _, h := range append(slices.Clone(it.x.RequestHeaders), it.x.ResponseHeaders...) {
				texts = append(texts, h.Name+": "+h.Value)
			}
		}
		if it.Bytes+it.ReqBytes == 0 {
			return in(texts)
		}
		return in(append(texts, bodies...))
	case t.field.name == "body" && !strings.HasPrefix(t.value, "/"):
		return it.Bytes+it.ReqBytes > 0 && in(bodies)
	case t.field.name == "name" && t.quoted:
		return lower(it.Name) == lower(t.value)
	case t.field.name == "name":
		return globbed(lower(t.value), lower(it.Name))
	}
	// The rest has no other way than its leaf: it is told apart by the tables.
	s := &items{list: map[uint64]*item{it.Seq: it}}
	alone := (&Filter{root: &node{op: opTerm, term: t}}).Bind(m.ctx)
	return alone.Match(0, &it.Entry, s)
}

func itoa(n int) string {
	if n < 0 {
		return "-" + itoa(-n)
	}
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

// globbed is globMatch as one would write it without thinking of time.
func globbed(glob, s string) bool {
	switch {
	case glob == "":
		return s == ""
	case glob[0] == '*':
		return globbed(glob[1:], s) || s != "" && globbed(glob, s[1:])
	case s == "":
		return false
	case glob[0] == '?' || glob[0] == s[0]:
		return globbed(glob[1:], s[1:])
	}
	return false
}

// zoneOf sums entries up as a store does.
func zoneOf(list []*item) Zone {
	z := Zone{
		First: 1 << 60, MinTime: 1 << 60, Conns: []string{}, Kinds: []wire.Kind{}, Dirs: []wire.Dir{}, Messages: []wire.Message{},
		Methods: []string{}, Purposes: []string{}, Statuses: []int{}, Codes: []int{},
	}
	for _, it := range list {
		e := &it.Entry
		z.First, z.Last, z.Count = min(z.First, e.Seq), max(z.Last, e.Seq), z.Count+1
		z.MinTime, z.MaxTime = min(z.MinTime, e.Time), max(z.MaxTime, e.Time)
		z.Conns, z.Methods, z.Purposes = put(z.Conns, e.Conn), put(z.Methods, e.Method), put(z.Purposes, e.Purpose)
		z.Kinds, z.Dirs, z.Messages = put(z.Kinds, e.Kind), put(z.Dirs, e.Dir), put(z.Messages, e.Message)
		z.Statuses, z.Codes = put(z.Statuses, e.Status), put(z.Codes, e.Code)
		if Failed(e) {
			z.Errors++
		}
		if e.Open {
			z.Open++
		}
		if len(e.Findings) > 0 {
			z.Findings++
		}
		z.MaxTook, z.MaxBytes, z.MaxReqBytes = max(z.MaxTook, e.Took), max(z.MaxBytes, e.Bytes), max(z.MaxReqBytes, e.ReqBytes)
	}
	return z
}

func put[T comparable](list []T, v T) []T {
	var zero T
	if v == zero || slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}

// A zone that is skipped holds no entry that passes.
func TestSkipsNothingThatPasses(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	skipped := 0
	for range 6000 {
		text := randomFilter(r, 2)
		f, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		s := &items{list: map[uint64]*item{}}
		var list []*item
		for i := range 1 + r.IntN(4) {
			it := randomItem(r)
			it.Seq = uint64(i + 1)
			list = append(list, it)
			s.list[it.Seq] = it
		}
		m := f.Bind(s.context())
		if !m.Skip(zoneOf(list)) {
			continue
		}
		skipped++
		for _, it := range list {
			if m.Match(0, &it.Entry, s) {
				t.Fatalf("%s: skips %+v, which passes", text, it)
			}
		}
	}
	if skipped < 500 {
		t.Errorf("only %d of 6000 zones were skipped", skipped)
	}
}

// Needs names everything that is looked at: with the other fields empty the answer is the same.
func TestNeedsIsEnough(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, text := range terms {
		f, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		for range 200 {
			it := randomItem(r)
			s := &items{list: map[uint64]*item{it.Seq: it}}
			m := f.Bind(s.context())
			bare := only(it.Entry, m.Needs())
			if a, b := m.Match(0, &it.Entry, s), m.Match(0, &bare, s); a != b {
				t.Fatalf("%s needs more than %b of %+v", text, m.Needs(), it)
			}
		}
	}
}

// only keeps the fields that are needed.
func only(e wire.Entry, n Need) wire.Entry {
	out := wire.Entry{Seq: e.Seq}
	for _, c := range []struct {
		bit  Need
		take func()
	}{
		{NeedConn, func() { out.Conn = e.Conn }},
		{NeedTime, func() { out.Time = e.Time }},
		{NeedKind, func() { out.Kind = e.Kind }},
		{NeedDir, func() { out.Dir = e.Dir }},
		{NeedMessage, func() { out.Message = e.Message }},
		{NeedMethod, func() { out.Method = e.Method }},
		{NeedName, func() { out.Name = e.Name }},
		{NeedID, func() { out.ID = e.ID }},
		{NeedCall, func() { out.Call = e.Call }},
		{NeedPair, func() { out.Pair = e.Pair }},
		{NeedExchange, func() { out.Exchange = e.Exchange }},
		{NeedStatus, func() { out.Status = e.Status }},
		{NeedCode, func() { out.Code = e.Code }},
		{NeedToolErr, func() { out.ToolErr = e.ToolErr }},
		{NeedTook, func() { out.Took = e.Took }},
		{NeedOpen, func() { out.Open = e.Open }},
		{NeedBytes, func() { out.Bytes = e.Bytes }},
		{NeedReqBytes, func() { out.ReqBytes = e.ReqBytes }},
		{NeedKept, func() { out.Dropped, out.Cut = e.Dropped, e.Cut }},
		{NeedPurpose, func() { out.Purpose = e.Purpose }},
		{NeedWithheld, func() { out.Withheld = e.Withheld }},
		{NeedFindings, func() { out.Findings = e.Findings }},
		{NeedNote, func() { out.Note = e.Note }},
	} {
		if n&c.bit != 0 {
			c.take()
		}
	}
	return out
}

func FuzzParse(f *testing.F) {
	for _, t := range terms {
		f.Add(t)
	}
	for _, t := range []string{"-(a OR b) c", `"a\"b\\"x`, "--a", "(-)", "- -", "a)b", "((((", "é:é", "ms>5", "a AND NOT -b", "name:(a(b)c)", "(a -)"} {
		f.Add(t)
	}
	f.Fuzz(func(t *testing.T, text string) {
		printed(t, text)
		for i := 0; i <= utf16Len(text) && i < 20; i++ {
			for _, c := range Complete(text, i, Vocabulary{"method": {{Text: "a b"}}}) {
				if c.From > c.To || c.To > utf16Len(text) {
					t.Fatalf("%q at %d: %+v", text, i, c)
				}
			}
		}
	})
}

func FuzzMatch(f *testing.F) {
	for i, t := range terms {
		f.Add(t, uint64(i), []byte(`{"a":[1,{"b":"found"}]}`), "name")
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64, body []byte, name string) {
		made, err := Parse(text)
		if err != nil {
			return
		}
		it := randomItem(rand.New(rand.NewPCG(seed, 1)))
		it.Name, it.message, it.Bytes = name, body, int64(len(body))
		s := &items{list: map[uint64]*item{it.Seq: it}}
		m := made.Bind(s.context())
		got := m.Match(0, &it.Entry, s)
		if v := m.Early(0, &it.Entry); v != Unknown && (v == Yes) != got {
			t.Fatalf("%q: by fields %v, at last %v", text, v, got)
		}
		if got && m.Skip(zoneOf([]*item{it})) {
			t.Fatalf("%q skips what passes", text)
		}
	})
}
