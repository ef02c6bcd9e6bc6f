package session

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The examples of RFC 6570 section 1.2 and 3.2, all four levels.
func TestExpandTemplate(t *testing.T) {
	values := map[string]Value{
		"var": {Text: "value"}, "hello": {Text: "Hello World!"}, "path": {Text: "/foo/bar"}, "empty": {}, "x": {Text: "1024"}, "y": {Text: "768"},
		"list": {List: []string{"red", "green", "blue"}}, "keys": {Pairs: []string{"semi", ";", "dot", ".", "comma", ","}}, "half": {Text: "50%"},
	}
	for template, want := range map[string]string{
		"{var}": "value", "{hello}": "Hello%20World%21", "{half}": "50%25", "O{empty}X": "OX", "O{undef}X": "OX",
		"{+hello}": "Hello%20World!", "{+path}/here": "/foo/bar/here", "here?ref={+path}": "here?ref=/foo/bar",
		"X{#hello}": "X#Hello%20World!", "map?{x,y}": "map?1024,768", "{x,hello,y}": "1024,Hello%20World%21,768",
		"{#path,x}/here": "#/foo/bar,1024/here", "X{.var}": "X.value", "X{.empty}": "X.", "{/var,x}/here": "/value/1024/here",
		"{;x,y,empty}": ";x=1024;y=768;empty", "{?x,y,undef}": "?x=1024&y=768", "{?x,y,empty}": "?x=1024&y=768&empty=", "?fixed=yes{&x}": "?fixed=yes&x=1024",
		"{var:3}": "val", "{var:30}": "value", "{+path:6}/here": "/foo/b/here", "{list}": "red,green,blue", "{list*}": "red,green,blue",
		"{keys}": "semi,%3B,dot,.,comma,%2C", "{keys*}": "semi=%3B,dot=.,comma=%2C", "{/list*,path:4}": "/red/green/blue/%2Ffoo",
		"{?list*}": "?list=red&list=green&list=blue", "{;keys*}": ";semi=%3B;dot=.;comma=%2C", "{&keys*}": "&semi=%3B&dot=.&comma=%2C", "{#keys*}": "#semi=;,dot=.,comma=,",
		"": "", "plain://no/variables": "plain://no/variables", "{?undef}": "", "x:{/undef,var}": "x:/value",
	} {
		got, parts, err := ExpandTemplate(template, values)
		if err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", template, got, err, want)
		}
		var raw, text strings.Builder
		for _, p := range parts {
			raw.WriteString(p.Raw)
			text.WriteString(p.Text)
		}
		if raw.String() != template || text.String() != got {
			t.Errorf("%s: the parts are %q and %q", template, raw.String(), text.String())
		}
	}
}

func TestTemplateParts(t *testing.T) {
	_, parts, err := ExpandTemplate("a://{host}/{?q,page*}", map[string]Value{"q": {Text: "x"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []Part{
		{Raw: "a://", Text: "a://"},
		{Raw: "{host}", Variables: []string{"host"}, Missing: []string{"host"}},
		{Raw: "/", Text: "/"},
		{Raw: "{?q,page*}", Text: "?q=x", Variables: []string{"q", "page"}, Missing: []string{"page"}},
	}
	if d := cmp.Diff(want, parts); d != "" {
		t.Error(d)
	}
	vars, err := Variables("{+a:12}{?b*,a}")
	if d := cmp.Diff([]Variable{{Name: "a", Operator: "+", Prefix: 12}, {Name: "b", Operator: "?", Explode: true}}, vars); d != "" || err != nil {
		t.Error(d, err)
	}
}

func TestMalformedTemplates(t *testing.T) {
	for _, template := range []string{"{", "a{b", "a}b", "{}", "{a b}", "{a:0}", "{a:99999}", "{!a}", "{a,}", "{{a}}", "{a*b}", "\xff", strings.Repeat("a", maxTemplate+1)} {
		if _, _, err := ExpandTemplate(template, nil); err == nil {
			t.Errorf("%.20q passed", template)
		}
		if _, err := Variables(template); err == nil {
			t.Errorf("the variables of %.20q passed", template)
		}
	}
	if _, _, err := ExpandTemplate("{a}", map[string]Value{"a": {Text: strings.Repeat("x", maxTemplate+1)}}); err == nil {
		t.Error("a URI without end passed")
	}
	if _, _, err := ExpandTemplate("{a:3}", map[string]Value{"a": {List: []string{"x"}}}); err == nil {
		t.Error("a prefix of a list passed: RFC 6570 section 2.4.1 has none")
	}
}

func FuzzExpandTemplate(f *testing.F) {
	f.Add("a{?b*,c:3}", "v")
	f.Fuzz(func(t *testing.T, template, value string) {
		vars, err := Variables(template)
		values := map[string]Value{}
		for _, v := range vars {
			values[v.Name] = Value{Text: value}
		}
		uri, parts, err2 := ExpandTemplate(template, values)
		if err != nil && err2 == nil {
			t.Errorf("%q expands to %q although %v", template, uri, err)
		}
		for _, p := range parts {
			if len(p.Missing) > 0 {
				t.Errorf("%q: missing %v", template, p.Missing)
			}
		}
	})
}
