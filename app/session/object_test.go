package session

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMembers(t *testing.T) {
	for _, tt := range []struct {
		name, raw string
		want      [][2]string // nil: an error
	}{
		{"empty", " {} ", [][2]string{}},
		{"scalars", `{"a":1,"b":"x","c":null,"d":true}`, [][2]string{{"a", "1"}, {"b", `"x"`}, {"c", "null"}, {"d", "true"}}},
		{"nested", `{ "a" : {"b":[1,{"c":"}]"}]} , "d":[ ] }`, [][2]string{{"a", `{"b":[1,{"c":"}]"}]}`}, {"d", "[ ]"}}},
		{"escapes", `{"\u0061\"":"\\","b":"\\\""}`, [][2]string{{`a"`, `"\\"`}, {"b", `"\\\""`}}},
		{"repeated keys", `{"a":1,"a":9007199254740993}`, [][2]string{{"a", "1"}, {"a", "9007199254740993"}}},
		{"array", `[1]`, nil},
		{"no end", `{"a":[1`, nil},
		{"no end of string", `{"a":"x`, nil},
		{"no value", `{"a":}`, nil},
		{"null", `null`, nil},
		{"nothing", ``, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list, err := members(json.RawMessage(tt.raw))
			if (err != nil) != (tt.want == nil) {
				t.Fatalf("error %v", err)
			}
			if tt.want == nil {
				return
			}
			got := [][2]string{}
			for _, m := range list {
				got = append(got, [2]string{m.key, string(m.val)})
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func FuzzMembers(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":1}`, `{"a":"\\\"","b":[{}]}`, `{"a":{"b":"}"}}`, "{\"\x80\":0}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		list, err := members(raw)
		if !json.Valid(raw) || !isObject(raw) {
			return // anything but a panic
		}
		if err != nil {
			t.Fatal(err)
		}
		var want map[string]json.RawMessage
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Skip(err)
		}
		got := map[string]json.RawMessage{}
		for _, m := range list {
			got[m.key] = m.val
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		out, err := withField(raw, "_meta", json.RawMessage(`{"x":1}`))
		if err != nil || !json.Valid(out) {
			t.Fatalf("%s, %v", out, err)
		}
	})
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		raw, want string
		ok        bool
	}{
		{`""`, "", true},
		{`"plain text"`, "plain text", true},
		{`"über"`, "über", true},
		{`"a\"b\\c\u0041"`, `a"b\cA`, true},
		{"\"\xff\"", "\ufffd", true}, // as encoding/json has it
		{"\"a\nb\"", "", false},
		{`"a"b"`, "", false},
		{`"a\"`, "", false},
		{`"`, "", false},
		{`1`, "", false},
		{`{"a":"b"}`, "", false},
		{``, "", false},
	} {
		if got, ok := text([]byte(c.raw)); got != c.want || ok != c.ok {
			t.Errorf("text(%q) = %q, %v, want %q, %v", c.raw, got, ok, c.want, c.ok)
		}
	}
}
