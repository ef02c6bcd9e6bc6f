package collection

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

const smoke = `{
  "sightglass": "collection/1",
  "name": "Smoke",
  "variables": {
    "city": {"value": "Paris"},
    "limit": {"value": 3},
    "key": {"secret": true, "comment": "of the weather service"}
  },
  "calls": [
    {"name": "list", "method": "tools/list", "expect": [{"path": "$.tools[*].name", "count": 2}]},
    {
      "name": "weather in {{city}}", "method": "tools/call", "timeout": "30s",
      "params": {"name": "weather", "arguments": {"city": "{{city}}", "max": "{{limit}}", "about": "{{city}}: {{limit}}", "key": "{{key}}"}},
      "expect": [
        {"path": "$.content[0].text", "matches": "^It is .* in {{city}}"},
        {"path": "$.structuredContent.degrees", "equals": 21.50},
        {"in": "$.content[1].text", "path": "$.ok", "equals": true},
        {"within": "500ms"}
      ],
      "keep": {"place": "$.structuredContent.id"}
    },
    {"name": "forget", "method": "tools/call", "params": {"name": "forget", "arguments": {"id": "{{place}}"}}, "expect": [{"error": {"code": -32602, "message": "unknown"}}]}
  ]
}`

func parse(t *testing.T, text string) *Collection {
	t.Helper()
	c, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRun(t *testing.T) {
	c := parse(t, smoke)
	var sent []string
	r := Runner{
		Schema: func(json.RawMessage, json.RawMessage) []string { return nil },
		Do: func(_ context.Context, i int, method string, params json.RawMessage, timeout time.Duration) Outcome {
			sent = append(sent, fmt.Sprintf("%s %s %s", method, params, timeout))
			return []Outcome{
				{Result: json.RawMessage(`{"tools":[{"name":"a"},{"name":"b"}]}`)},
				{Took: 20 * time.Millisecond, Result: json.RawMessage(`{"content":[{"text":"It is mild in Paris"},{"text":"{\"ok\":true}"}],"structuredContent":{"degrees":2.15e1,"id":9007199254740993}}`)},
				{RPC: true, Code: -32602, Message: "unknown place"},
			}[i]
		},
	}
	out := r.Run(t.Context(), c, map[string]json.RawMessage{"key": json.RawMessage(`"k"`)}, nil)
	for _, res := range out {
		if res.State != Passed {
			t.Errorf("%s: %+v", res.Name, res)
		}
	}
	want := []string{
		`tools/list  0s`,
		`tools/call {"name": "weather", "arguments": {"city": "Paris", "max": 3, "about": "Paris: 3", "key": "k"}} 30s`,
		`tools/call {"name": "forget", "arguments": {"id": 9007199254740993}} 0s`,
	}
	if !slices.Equal(sent, want) {
		t.Errorf("sent:\n%s\nwant:\n%s", strings.Join(sent, "\n"), strings.Join(want, "\n"))
	}
}

func TestRunStops(t *testing.T) {
	c := parse(t, smoke)
	ctx, cancel := context.WithCancel(t.Context())
	r := Runner{Do: func(context.Context, int, string, json.RawMessage, time.Duration) Outcome {
		return Outcome{Result: json.RawMessage(`{}`)}
	}}
	states := func(out []Result) (s string) {
		for _, res := range out {
			s += res.State + " "
		}
		return s
	}
	if got := states(r.Run(ctx, c, nil, nil)); got != "failed broken broken " {
		t.Errorf("without the key: %s", got)
	}
	r.Stop = true
	if got := states(r.Run(ctx, c, nil, nil)); got != "failed skipped skipped " {
		t.Errorf("stopped at the first failure: %s", got)
	}
	r.Stop = false
	if got := states(r.Run(ctx, c, nil, func(i int) bool { return i == 0 })); got != "failed " {
		t.Errorf("one call: %s", got)
	}
	r.On = func(res Result) {
		if res.State == Failed {
			cancel()
		}
	}
	if got := states(r.Run(ctx, c, nil, nil)); got != "failed skipped skipped " {
		t.Errorf("cancelled: %s", got)
	}
}

func TestJudge(t *testing.T) {
	result := json.RawMessage(`{"content":[{"type":"text","text":"a b"}],"n":1.0,"big":12345678901234567890,"o":{"a":1,"b":[true,null]}}`)
	for _, tt := range []struct {
		expect string
		got    string // a part of what was there instead; empty: passed
	}{
		{`{"path":"$.n","equals":1}`, ""},
		{`{"path":"$.n","equals":2}`, "1.0"},
		{`{"path":"$.big","equals":12345678901234567890}`, ""},
		{`{"path":"$.big","equals":12345678901234567891}`, "12345678901234567890"},
		{`{"path":"$.o","equals":{"b":[true,null],"a":1}}`, ""},
		{`{"path":"$.o","equals":{"a":1}}`, `{"a":1,"b":[true,null]}`},
		{`{"path":"$.content[0].text","matches":"^a"}`, ""},
		{`{"path":"$.content[0].text","matches":"^b"}`, `"a b"`},
		{`{"path":"$.none","equals":1}`, "there is nothing"},
		{`{"path":"$.none","exists":false}`, ""},
		{`{"path":"$.n","exists":false}`, "there is 1.0"},
		{`{"path":"$.content[*]","count":1}`, ""},
		{`{"path":"$.content[*]","count":2}`, "there are 1"},
		{`{"path":"$.o","schema":{"type":"object"}}`, "the schema was asked"},
		{`{"in":"$.content[0].text","path":"$.x","exists":true}`, "is no JSON"},
		{`{"in":"$.n","path":"$.x","exists":true}`, "there is no text at $.n"},
		{`{"within":"1s"}`, "it took 2s"},
		{`{"error":{"code":-1}}`, "it was answered with a result"},
		{`{"path":"$.n","equals":"{{none}}"}`, "has no value"},
	} {
		var e Expectation
		if err := json.Unmarshal([]byte(tt.expect), &e); err != nil {
			t.Fatal(err)
		}
		call := Call{Method: "m", Expect: []Expectation{e}}
		if err := call.check(0); err != nil {
			t.Errorf("%s: %v", tt.expect, err)
		}
		verdicts, pass, why := call.Judge(Outcome{Result: result, Took: 2 * time.Second}, &Variables{},
			func(json.RawMessage, json.RawMessage) []string { return []string{"the schema was asked"} })
		if pass != (tt.got == "") || why != "" || !strings.Contains(verdicts[0].Got, tt.got) || verdicts[0].Text == "" {
			t.Errorf("%s: %v %q %+v", tt.expect, pass, why, verdicts)
		}
	}
}

// A value that is filled into an expression is not quoted by the complaint about it: it may be secret.
func TestAWrongExpressionTellsNoValue(t *testing.T) {
	vars := &Variables{}
	vars.Set("key", json.RawMessage(`"hunter(2"`))
	call := Call{Method: "m", Expect: []Expectation{{Path: "$.a", Matches: "^{{key}}$"}}}
	verdicts, pass, why := call.Judge(Outcome{Result: json.RawMessage(`{"a":"b"}`)}, vars, nil)
	if pass || len(verdicts) != 1 || verdicts[0].Got == "" || strings.Contains(verdicts[0].Got+verdicts[0].Text+why, "hunter") {
		t.Errorf("%v %q", verdicts, why)
	}
}

func TestUnexpectedErrors(t *testing.T) {
	failed := Outcome{Result: json.RawMessage(`{"isError":true,"content":[{"type":"text","text":"no such city"}]}`)}
	if _, pass, why := (&Call{Method: "m"}).Judge(failed, nil, nil); pass || !strings.Contains(why, "no such city") {
		t.Errorf("the tool's error: %v %q", pass, why)
	}
	named := Call{Method: "m", Expect: []Expectation{{Path: "$.isError", Equals: json.RawMessage("true")}}}
	if v, pass, why := named.Judge(failed, &Variables{}, nil); !pass {
		t.Errorf("the tool's error, expected: %q %+v", why, v)
	}
	if _, pass, why := (&Call{Method: "m"}).Judge(Outcome{RPC: true, Code: -32601, Message: "no such method"}, nil, nil); pass || !strings.Contains(why, "-32601: no such method") {
		t.Errorf("a JSON-RPC error: %v %q", pass, why)
	}
}

func TestParseProblems(t *testing.T) {
	for text, want := range map[string]string{
		"{\n  \"sightglass\": ":              "line 2, column",
		`[]`:                                 "a array is at the wrong place",
		`{"name":"x"}`:                       "is missing",
		`{"sightglass":"collection/2"}`:      "another version",
		`{"sightglass":"capture/1"}`:         "it is no collection",
		`{"sightglass":"collection/1"}`:      "it has no name",
		head(`{"name":"a"}`):                 "call 1 (a): it has no method",
		head(`{"method":"m","expct":[]}`):    `call 1: there is no member "expct"`,
		head(`{"method":"m","expect":[{}]}`): "call 1, expectation 1: it expects nothing",
		head(`{"method":"m","expect":[{"within":"1s","count":1}]}`):                                         "it expects several things",
		head(`{"method":"m","expect":[{"path":"$[","exists":true}]}`):                                       "is no JSONPath",
		head(`{"method":"m","expect":[{"path":"$..a..b..c","exists":true}]}`):                               "has .. more than 2 times",
		head(`{"method":"m","expect":[{"matches":"("}]}`):                                                   "is no regular expression",
		head(`{"method":"m","expect":[{"within":"soon"}]}`):                                                 "is no duration",
		head(`{"method":"m","timeout":"-1s"}`):                                                              "is not between",
		head(`{"method":"m","keep":{"1":"$"}}`):                                                             "a name begins with a letter",
		head(`{"method":"m","params":` + strings.Repeat("[", 300) + strings.Repeat("]", 300) + `}`):         "nested deeper",
		`{"sightglass":"collection/1","name":"x","variables":{"k":{"secret":true,"value":"v"}},"calls":[]}`: "it is secret",
	} {
		_, err := Parse([]byte(text))
		var p *Problem
		if !errors.As(err, &p) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", cut(text, 100), err, want)
		}
	}
}

func head(call string) string {
	return `{"sightglass":"collection/1","name":"x","calls":[` + call + `]}`
}

func TestLiteral(t *testing.T) {
	for _, raw := range []string{
		`{"a":"{{b}}","{{k}}":"x {{{{ y","n":[1,"{{ $uuid }}"]}`, `"{{{x}}"`, `{"q":"\"{{x}}\\"}`, `7`,
	} {
		got, err := (&Variables{}).JSON(Literal(json.RawMessage(raw)))
		if err != nil || string(got) != raw {
			t.Errorf("%s: %s, %v", raw, got, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(smoke))
	f.Add([]byte(head(`{"method":"{{m}}","params":["{{x}}",{"{{k}}":"\u007b{y}}"}],"keep":{"a":"$..b"}}`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse(data)
		if err != nil {
			return
		}
		text, err := c.Encode()
		if err != nil {
			t.Fatalf("read, but cannot be written: %v", err)
		}
		again, err := Parse(text)
		if err != nil {
			t.Fatalf("written, but cannot be read: %v\n%s", err, text)
		}
		once, _ := again.Encode()
		if string(once) != string(text) {
			t.Fatalf("written twice:\n%s\n%s", text, once)
		}
		vars := &Variables{}
		for _, call := range c.Calls {
			if lit := Literal(call.Params); len(lit) > 0 {
				if got, err := vars.JSON(lit); err != nil || string(got) != string(call.Params) {
					t.Fatalf("%s became %s (%v)", call.Params, got, err)
				}
			}
			call.Judge(Outcome{Result: call.Params}, vars, func(json.RawMessage, json.RawMessage) []string { return nil })
		}
	})
}
