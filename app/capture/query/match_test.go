package query

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		filter string
		want   string // seqs
	}{
		{"", "1 2 3 4 5 6 7 8 9 10 11 12"},
		{"method:tools/call", "2 3"},
		{"method:TOOLS/*", "2 3"},
		{"method:tools/c?ll,ping", "2 3 12"},
		{"method:tools", ""},
		{"method:/^tools|ping$/", "2 3 12"},
		{`method:"tools/*"`, ""},
		{"method:*", "2 3 4 5 6 7 8 12"},
		{"name:search*", "2 3"},
		{"name:SEARCH_DOCS", "2 3"},
		{`name:"file:///a b"`, "4"},
		{"tool:search*", "2 3"},
		{"resource:file://*", "4"},
		{"status:error", "3 4 6 8 10"},
		{"status:ok", ""},
		{"status:waiting", "7 12"},
		{"status:failed", "8"},
		{"status:401", "6"},
		{"status:4xx,-32601", "4 6"},
		{"status:tool-error", "3"},
		{"dir:in -kind:stderr", "3 4 5 10 11"},
		{"kind:notification", "5"},
		{"kind:http,sse", "6 7 8 11"},
		{"type:message", "2 3 4 5 10 12"},
		{"ms:>500", "2 3"},
		{"ms>500", "2 3"},
		{"took:>=1.5ms took:<2ms", "4"},
		{"ms:1.5", "4"},
		{"ms:1..100", "4 6"},
		{"ms:90", "6"},
		{"ms:..0.1s", "4 6"},
		{"ms:>0.7s", "2 3"},
		{"reqbytes:20kb", "6"},
		{"bytes:>60", "2 3"},
		{"http:401", "6"},
		{"http:4xx", "6"},
		{"http:>=400", "6"},
		{"code:-32601", "4"},
		{"header:www-authenticate", "6"},
		{"header:content-type=*JSON*", "6"},
		{"header:content-type=text/html*", "6"},
		{"header:content-type=text/plain", ""},
		{"-header:www-authenticate kind:http", "7 8"},
		{`body:"NOTHING found"`, "3"},
		{"body:grüSSe", ""},
		{"body:GRÜßE", "2"},
		{"body:/disk\\s+full/", "5"},
		{`body:"(really)"`, "5"},
		{"body:(really)", "5"},
		{"json:$.params.arguments.n=12", "2"},
		{"json:$.params.arguments.n>11", "2"},
		{"json:$.params.arguments.n<=11", ""},
		{"json:$.result.content[*].type=im*", "3"},
		{"json:$.result.content[1].type", "3"},
		{`json:"$['result'].content[0].text=nothing found"`, "3"},
		{"json:$.result.isError=true", "3"},
		{"since:5m", "8 9 10 11 12"},
		{"until:5m", "1 2 3 4 5 6 7 8"},
		{"since:13:58", "11 12"},
		{"since:2026-11-21T13:59", "12"},
		{"since:2026-11-21T13:59:00Z", "12"},
		{"since:today until:13:49", "1 2"},
		{"time:13:58..13:59", "11 12"},
		{"time:..13:49", "1 2"},
		{"time:2026-11-21T13:59..", "12"},
		{"time:1795269540000000..1795269600000000", "12"},
		{"since:1795269540000000", "12"},
		{"conn:c2", "6 7 8"},
		{`conn:"everything server"`, "1 2 3 4 5 9 10 11 12"},
		{"server:example", "6 7 8"},
		{"has:finding", "10"},
		{"finding:request", "10"},
		{"finding:*", "10"},
		{"is:pinned", "6"},
		{"has:comment", "6"},
		{"comment:SLOW", "6"},
		{"is:withheld", "10"},
		{"is:cut", "11"},
		{"purpose:resource* OR purpose:\"server metadata\"", "6"},
		{"id:7", "2 3"},
		{`id:"8"`, "4"},
		{"call:k1", "2 3"},
		{"seq:3..5", "3 4 5"},
		{"seq:>=11", "11 12"},
		{"exchange:6", "6 11"},
		{"note:refused", "8"},
		{"url:/MCP", "6 7"},
		{"panic", "9"},
		{`"oh no"`, "9"},
		{"unauthorized", "6"},
		{"realm", "6"},
		{"www-authenticate: bearer", "6"}, // a name with a minus is no field: two words
		{`"www-authenticate: bearer"`, "6"},
		{"-32601", "1 2 3 5 6 7 8 9 10 11 12"}, // a minus is NOT
		{`"-32601"`, "4"},
		{"search OR ping", "2 3 12"},
		{"search AND nothing", "3"},
		{"NOT dir:in NOT dir:out", "1"},
		{"(ping OR panic) dir:in", "9"},
		{"-(dir:in OR dir:out)", "1"},
		{"kind:http -(http:401 OR is:waiting)", "8"},
		{"dir:in AND status:error OR kind:lifecycle", "1 3 4 10"},
		{"https://example.com/x", "8"},
		{"12:30", ""},
	} {
		s, list := sample()
		f, err := Parse(c.filter)
		if err != nil {
			t.Errorf("%s: %v", c.filter, err)
			continue
		}
		m := f.Bind(s.context())
		var got []string
		for _, it := range list {
			if m.Match(0, &it.Entry, s) {
				got = append(got, fmt.Sprint(it.Seq))
			}
		}
		if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s: -want +got\n%s", c.filter, diff)
		}
	}
}

// A filter that its fields decide asks for no body.
func TestCheapFirst(t *testing.T) {
	for _, filter := range []string{"body:x kind:lifecycle", "found dir:in kind:request", "header:a OR body:b OR seq:>0", "nothing seq:1"} {
		s, list := sample()
		f, err := Parse(filter)
		if err != nil {
			t.Fatal(err)
		}
		m := f.Bind(s.context())
		m.Match(0, &list[0].Entry, s)
		if s.asked != 0 {
			t.Errorf("%s: asked for %d bodies and headers of an entry that its fields decide", filter, s.asked)
		}
	}
}

func TestSyntaxErrors(t *testing.T) {
	for _, c := range []struct {
		filter   string
		from, to int
		says     string // in message and hint
	}{
		{"metod:tools/call", 0, 6, "did you mean method:"},
		{"time:10:30", 5, 10, "two times"},
		{"time:x..", 5, 8, "no time"},
		{"a xyzzy:1", 2, 8, "there is no field xyzzy"},
		{"status:eror", 7, 11, "did you mean error?"},
		{"kind:notifikation", 5, 17, "did you mean notification?"},
		{"ms:fast", 3, 7, "is no number"},
		{"ms:>5x", 3, 6, "no unit"},
		{"ms:500..100", 3, 11, "100..500"},
		{"ms:", 0, 3, "has no value"},
		{"bytes:", 0, 6, "bytes:>1mb"},
		{"http:abc", 5, 8, "http:4xx"},
		{"since:yesteryear", 6, 16, "10:30"},
		{"é \"open", 2, 7, "never closed"},
		{"😀 (a", 3, 4, "never closed"},
		{"a )", 2, 3, "closes nothing"},
		{"a () b", 2, 4, "nothing in these brackets"},
		{"a OR", 2, 4, "both sides"},
		{"AND b", 0, 3, "both sides"},
		{"a OR OR b", 5, 7, "both sides"},
		{"NOT", 0, 3, "behind it"},
		{"name:/a(/", 5, 9, "regular expression"},
		{"json:params.x", 5, 13, "$"},
		{"json:$.a[x]", 5, 11, "no index"},
		{"method:a,,b", 7, 11, "comma"},
		{`""`, 0, 2, "nothing between"},
		{"is:purple", 3, 9, "write one of pinned"},
		{strings.Repeat("-", 200) + "a", 33, 34, "deep"},
		{strings.Repeat("(", 100) + "a", 33, 34, "deep"},
		{strings.Repeat("a ", 300), 128, 129, "at most 64 texts"},
		{strings.Repeat("ms:1 ", 300), 1000, 1004, "at most 200 terms"},
		{strings.Repeat("x", maxText+1), 0, maxText + 1, "at most"},
		{"name:/" + strings.Repeat("a", 600) + "/", 5, 607, "at most"},
		{"name:" + strings.Repeat("*a", 300), 5, 605, "at most"},
	} {
		_, err := Parse(c.filter)
		var bad *SyntaxError
		if !errors.As(err, &bad) {
			t.Errorf("%.60q: got %v, want a SyntaxError", c.filter, err)
			continue
		}
		if bad.From != c.from || bad.To != c.to || !strings.Contains(bad.Message+" "+bad.Hint, c.says) {
			t.Errorf("%.60q: got %d..%d %q %q, want %d..%d with %q", c.filter, bad.From, bad.To, bad.Message, bad.Hint, c.from, c.to, c.says)
		}
	}
}

func TestString(t *testing.T) {
	for _, c := range []struct{ filter, want string }{
		{"  a   AND b ", "a b"},
		{"a OR (b AND c)", "a OR (b c)"},
		{"(a OR b) c", "(a OR b) c"},
		{"NOT a", "-a"},
		{"NOT (a OR b)", "-(a OR b)"},
		{"took:>5 size:1", "ms:>5 bytes:1"},
		{"ms>500", "ms:>500"},
		{`body:"say \"hi\" \\ \n"`, `body:"say \"hi\" \\ \\n"`},
		{`a"b c"d`, `a"b c"d`},
		{"(a (b c)) d", "(a (b c)) d"},
	} {
		f, err := Parse(c.filter)
		if err != nil {
			t.Errorf("%s: %v", c.filter, err)
			continue
		}
		if got := f.String(); got != c.want && !(c.filter == "a OR (b AND c)" && got == "a OR b c") {
			t.Errorf("%s: got %s, want %s", c.filter, got, c.want)
		}
	}
}

func TestTerms(t *testing.T) {
	text := `method:x AND -kind:stderr "é 😀" (a OR b)`
	f, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	units := []rune(text) // all but one are one unit
	cut := func(from, to int) string {
		over := func(n int) int {
			if n > 30 {
				return n - 1
			}
			return n
		}
		return string(units[:over(from)]) + string(units[over(to):])
	}
	want := []struct{ text, field, value, without string }{
		{"method:x", "method", "x", `-kind:stderr "é 😀" (a OR b)`},
		{"-kind:stderr", "kind", "stderr", `method:x AND "é 😀" (a OR b)`},
		{`"é 😀"`, "", "é 😀", `method:x AND -kind:stderr (a OR b)`},
		{"(a OR b)", "", "", `method:x AND -kind:stderr "é 😀"`},
	}
	terms := f.Terms()
	if len(terms) != len(want) {
		t.Fatalf("got %d terms, want %d: %+v", len(terms), len(want), terms)
	}
	for i, w := range want {
		g := terms[i]
		if g.Text != w.text || g.Field != w.field || g.Value != w.value || g.Not != (i == 1) {
			t.Errorf("term %d: got %+v, want %+v", i, g, w)
		}
		if got := cut(g.CutFrom, g.CutTo); got != w.without {
			t.Errorf("without term %d: got %s, want %s", i, got, w.without)
		}
	}
	if f, _ := Parse("a OR b"); len(f.Terms()) != 1 {
		t.Errorf("an OR at the top is one chip: got %+v", f.Terms())
	}
	if f, _ := Parse("a"); f.Terms()[0].CutTo != 1 {
		t.Errorf("got %+v", f.Terms())
	}
}
