package collection

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// looks takes what is called token, and what begins with sk-, for a credential.
func looks(name, value string) (bool, string) {
	switch {
	case strings.HasPrefix(value, "sk-"):
		return true, "the value begins with sk-"
	case name == "token" && value != "${x}":
		return true, "the name is token"
	}
	return false, ""
}

func suspected() *Collection {
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	return &Collection{
		Format: Format, Name: "x",
		Variables: map[string]Variable{"word": {Value: raw(`"plain"`)}, "token": {Value: raw(`"v1"`)}, "list": {Value: raw(`{"a":["sk-inner"]}`)}},
		Calls: []Call{
			{Name: "one", Method: "m", Params: raw(`{"token":"t1", "n":1.50,"deep":{"token":["t2",{"other":"sk-3"}]},"same":"sk-3"}`)},
			{Method: "m", Params: raw(`{"token":"{{given}}","text":"sk-{{word}}"}`), Expect: []Expectation{
				{Path: "$.a['token']", Equals: raw(`"t1"`)}, {Path: "$.b", Equals: raw(`{"x":"{{$braces}}"}`)}, {Path: "$.c", Matches: "sk-.*"},
			}},
		},
	}
}

func TestSuspects(t *testing.T) {
	got := suspected().Suspects(looks, nil)
	name, begins := "the name is token", "the value begins with sk-"
	want := []Suspect{
		{"variable list", begins},
		{"variable token", name},
		{"call 1 (one), params, token", name},
		{"call 1 (one), params, token", name},
		{"call 1 (one), params, other", begins},
		{"call 1 (one), params, same", begins},
		{"call 2, params, text", begins},
		{"call 2, expectation 1, token", name},
		{"call 2, expectation 3, c", begins},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	more := suspected()
	more.Calls[0].Params = json.RawMessage(`{"token":"t1","token2":"sk-new"}`)
	if d := cmp.Diff([]Suspect{{"call 1 (one), params, token2", begins}}, more.Suspects(looks, suspected())); d != "" {
		t.Error("what is new:", d)
	}
}

func TestHide(t *testing.T) {
	c := suspected()
	values := c.Hide(looks)
	if d := cmp.Diff(map[string]string{"token": "v1", "token-2": "t1", "token-3": "t2", "other": "sk-3", "c": "sk-.*"}, values); d != "" {
		t.Error(d)
	}
	data, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range values {
		if !c.Variables[name].Secret || strings.Contains(string(data), `"`+value+`"`) {
			t.Errorf("%s is no secret variable, or stands in the file:\n%s", name, data)
		}
	}
	if got, want := string(c.Calls[0].Params), `{"token":"{{token-2}}", "n":1.50,"deep":{"token":["{{token-3}}",{"other":"{{other}}"}]},"same":"{{other}}"}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := string(c.Calls[1].Params), `{"token":"{{given}}","text":"sk-{{word}}"}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	// With their values the calls send what they sent.
	var v Variables
	for name, value := range values {
		v.Set(name, quote(value))
	}
	sent, err := v.JSON(c.Calls[0].Params)
	if err != nil || string(sent) != string(suspected().Calls[0].Params) {
		t.Errorf("sent %s, %v", sent, err)
	}
	if left := c.Suspects(looks, nil); len(left) != 2 {
		t.Errorf("left: %v", left)
	}
}

// A value that became a secret variable is compared with what came, and one that was saved as a placeholder with that.
func TestSecretsAreCompared(t *testing.T) {
	var v Variables
	v.Set("key", quote("sk-3"))
	o := Outcome{Result: json.RawMessage(`{"a":"‹variable #12ab›"}`), Whole: json.RawMessage(`{"a":"sk-3"}`)}
	for _, c := range []struct {
		equals string
		got    string
	}{{`"{{key}}"`, ""}, {`"‹variable #12ab›"`, ""}, {`"other"`, `"‹variable #12ab›"`}} {
		call := Call{Method: "m", Expect: []Expectation{{Path: "$.a", Equals: json.RawMessage(c.equals)}}}
		verdicts, pass, _ := call.Judge(o, &v, nil)
		if pass != (c.got == "") || verdicts[0].Got != c.got {
			t.Errorf("%s: %+v", c.equals, verdicts)
		}
	}
}
