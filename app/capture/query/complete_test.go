package query

import (
	"strings"
	"testing"
)

func TestComplete(t *testing.T) {
	v := Vocabulary{
		"method": {{Text: "tools/list", Count: 2}, {Text: "tools/call", Count: 9}, {Text: "ping", Count: 100}},
		"tool":   {{Text: "search docs", Count: 3}, {Text: "call_all", Count: 1}},
		"header": {{Text: "content-type", Count: 7}},
		"kind":   {{Text: "http", Count: 5}},
	}
	for _, c := range []struct{ text, want, whole string }{ // | is the cursor; want: the first inserts; whole: the text with the first
		{"me|", "method:", "method:"},
		{"a st|", "status:", "a status:"},
		{"method:|", "ping tools/call tools/list", "method:ping"},
		{"method:to|", "tools/call tools/list", "method:tools/call"},
		{"method:TO|", "tools/call tools/list", "method:tools/call"},
		{"method:li|", "tools/list", "method:tools/list"},
		{"-method:li|st", "tools/list", "-method:tools/list"},
		{"(method:li|)", "tools/list", "(method:tools/list)"},
		{"method:ping,li|", "tools/list", "method:ping,tools/list"},
		{"tool:|", `"search docs" call_all`, `tool:"search docs"`},
		{`tool:"sea|`, `"search docs"`, `tool:"search docs"`},
		{"header:con|", "content-type", "header:content-type"},
		{"status:t|", "tool-error", "status:tool-error"},
		{"http:4|", "4xx", "http:4xx"},
		{"kind:|", "http", "kind:http"},
		{"ca|", "call:", "call:"},
		{"cal| x", "call:", "call: x"},
		{"a O|", "OR", "a OR"},
		{"tools/c|", "method:tools/call", "method:tools/call"},
		{"a ) b ho|", "", ""},
		{"|", "method:", "method:"},
		{"a |", "method:", "a method:"},
		{"😀 me|", "method:", "😀 method:"},
	} {
		text := strings.Replace(c.text, "|", "", 1)
		got := Complete(text, utf16Len(c.text[:strings.IndexByte(c.text, '|')]), v)
		if c.want == "" {
			continue
		}
		want := strings.Split(c.want, " ")
		if strings.Contains(c.want, `"`) {
			want = []string{`"search docs"`}
		}
		if len(got) < len(want) {
			t.Errorf("%s: got %+v, want %s", c.text, got, c.want)
			continue
		}
		for i, w := range want {
			if got[i].Insert != w {
				t.Errorf("%s: proposal %d is %q, want %q", c.text, i, got[i].Insert, w)
			}
		}
		g := got[0]
		if whole := text[:byteOffset(text, g.From)] + g.Insert + text[byteOffset(text, g.To):]; whole != c.whole {
			t.Errorf("%s: the first makes %q, want %q", c.text, whole, c.whole)
		}
	}
}

// Every proposal is read without error and says what it shows.
func TestCompletionsAreRight(t *testing.T) {
	v := Vocabulary{}
	odd := []string{"a b", `qu"ote`, "(x", "y)", "a,b", "s*r", "/re/", "-x", "é", "\u00a0", "a\\b", "AND"}
	for _, f := range fields {
		if f.values == nil && f.suggest == nil && f.name != "json" && f.name != "time" && !f.number && f.name != "header" {
			for _, o := range odd {
				v[f.name] = append(v[f.name], Word{Text: o})
			}
		}
	}
	for _, f := range fields {
		for _, c := range Complete(f.name+":", len(f.name)+1, v) {
			text := f.name + ":" + c.Insert
			made, err := Parse(text)
			if err != nil {
				t.Errorf("%s: %v", text, err)
			} else if terms := made.Terms(); len(terms) != 1 || terms[0].Value != c.Label {
				t.Errorf("%s: read as %+v, want the value %q", text, terms, c.Label)
			}
		}
		if _, err := Parse(f.example); err != nil {
			t.Errorf("example of %s: %v", f.name, err)
		}
	}
}
