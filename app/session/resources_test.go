package session

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// patienceEnd is a moment for what needs one.
var patienceEnd = time.Date(2026, 8, 22, 10, 0, 0, 0, time.UTC)

func TestReadResource(t *testing.T) {
	for _, tt := range []struct{ item, uri, name, problem string }{
		{`{"uri":"a://b","name":"n","size":0,"extra":{"kept":1}}`, "a://b", "n", ""},
		{`5`, "", "", "The item is no JSON object."},
		{`{"uri":7,"name":"n"}`, "", "n", "Uri is no string; it has no uri."},
		{`{"name":"n"}`, "", "n", "It has no uri."},
		{`{"uri":"relative","name":"n"}`, "relative", "n", "Uri is no absolute URI (RFC 3986)."},
		{`{"uri":"a://b","name":"n","size":-1}`, "a://b", "n", "Size is no number of bytes."},
		{`{"uri":"a://b","name":"n","size":1.5}`, "a://b", "n", "Size is no number of bytes."},
		{`{"uri":"a://b","name":"n","size":"1"}`, "a://b", "n", "Size is no number of bytes."},
		{`{"uri":"a://b","name":"n","icons":7,"annotations":[]}`, "a://b", "n", "Icons is no array; annotations is no object."},
		{`{"uri":"a://b","name":"n","annotations":{"priority":2,"audience":["user",3]}}`, "a://b", "n", "Priority is not between 0 and 1; audience holds what is no string."},
	} {
		r := readResource(json.RawMessage(tt.item))
		if r.URI != tt.uri || r.Name != tt.name || r.Problem != tt.problem || string(r.Raw) != tt.item {
			t.Errorf("%s: %+v", tt.item, r)
		}
	}
}

// 2025-11-25/basic/index#icons: only https and data.
func TestIcons(t *testing.T) {
	r := readResource(json.RawMessage(`{"uri":"a://b","name":"n","icons":[{"src":"https://x/y.png","sizes":["32x32"],"theme":"dark"},{"src":"data:image/png;base64,aGk="},` +
		`{"src":"http://x/y.png"},{"src":"javascript:alert(1)"},{"src":"file:///etc/passwd"},{},{"src":"HTTPS://x/y.png","sizes":"16x16 any"},null]}`))
	var got []string
	for _, i := range r.Icons {
		got = append(got, i.Problem)
	}
	only := "Only https and data URLs are shown."
	if d := cmp.Diff([]string{"", "", only, only, only, "It has no src.", "", "The item is no JSON object; it has no src."}, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"16x16", "any"}, r.Icons[6].Sizes); d != "" || r.Problem != "" {
		t.Error(d, r.Problem)
	}
}

func TestReadPrompt(t *testing.T) {
	p := readPrompt(json.RawMessage(`{"name":"p","title":4,"arguments":[{"name":"a","required":true},{"name":"a"},{"required":"yes","name":"b"},9]}`))
	if len(p.Arguments) != 4 || !p.Arguments[0].Required || p.Arguments[0].Problem != "" {
		t.Fatalf("%+v", p)
	}
	for i, want := range []string{"", "Another argument has this name too.", "Required is no boolean.", "The item is no JSON object."} {
		if p.Arguments[i].Problem != want {
			t.Errorf("argument %d: %q, want %q", i, p.Arguments[i].Problem, want)
		}
	}
	if p.Name != "p" || !strings.Contains(p.Problem, "Title is no string") || !strings.Contains(p.Problem, "argument 4 is malformed") {
		t.Errorf("%q", p.Problem)
	}
}

func TestCacheHints(t *testing.T) {
	for _, tt := range []struct {
		result, scope string
		ttl           time.Duration
		finding       bool
	}{
		{`{"ttlMs":1500,"cacheScope":"private"}`, "private", 1500 * time.Millisecond, false},
		{`{"ttlMs":-5,"cacheScope":"public"}`, "public", 0, false},
		{`{"ttlMs":1e300}`, "", maxTTL * time.Millisecond, false},
		{`{"cacheScope":"public"}`, "public", 0, false},
		{`{"ttlMs":"soon"}`, "", 0, true},
		{`{"ttlMs":1,"cacheScope":"mine"}`, "mine", time.Millisecond, true},
	} {
		c, finding := CacheOf(json.RawMessage(tt.result), patienceEnd)
		if c == nil || c.TTL != tt.ttl || c.Scope != tt.scope || (finding != "") != tt.finding || !c.Until.Equal(patienceEnd.Add(tt.ttl)) {
			t.Errorf("%s: %+v, %q", tt.result, c, finding)
		}
	}
	if c, _ := CacheOf(json.RawMessage(`{"tools":[]}`), patienceEnd); c != nil {
		t.Errorf("hints out of nothing: %+v", c)
	}
}

// An error on the way leaves the pages before it, and the page that failed can be asked for again.
func TestPageByPage(t *testing.T) {
	p := legacyPeer(t)
	fail := true
	p.handle("prompts/list", func(p *peer, m msg) {
		cursor := field(m.Params, "cursor")
		switch {
		case cursor == nil:
			p.result(m, `{"prompts":[{"name":"a"}],"nextCursor":"\u0032x","ttlMs":5}`)
		case string(cursor) == `"\u0032x"` && fail:
			fail = false
			p.fail(m, -32603, "")
		case string(cursor) == `"\u0032x"`:
			p.result(m, `{"prompts":[{"name":"a"},{"name":"b"}],"nextCursor":"\u0032x","ttlMs":9000}`)
		default:
			t.Errorf("cursor %s", cursor)
		}
	})
	s := connect(t, config(p))
	l, err := s.Prompts(t.Context(), nil, 0)
	if err == nil || len(l.Decoded) != 1 || !l.More || l.Pages != 1 {
		t.Fatalf("%+v, %v", l, err)
	}
	more, err := s.Prompts(t.Context(), l, 1)
	if err != nil || len(more.Decoded) != 3 || more.More || more.Pages != 2 || len(l.Decoded) != 1 || more.Cache.TTL != 5*time.Millisecond {
		t.Fatalf("%+v, %v", more, err)
	}
	if len(more.Findings) != 2 || !strings.Contains(more.Findings[0], "came twice") || !strings.Contains(more.Findings[1], `"a" is used by more than one`) {
		t.Errorf("%v", more.Findings)
	}
	if same, err := s.Prompts(t.Context(), more, 1); err != nil || len(same.Decoded) != 3 || len(p.sent("prompts/list")) != 3 {
		t.Errorf("a list at its end was read on: %+v, %v", same, err)
	}
}

func TestCompletionOfOldVersions(t *testing.T) {
	for version, sent := range map[string]bool{"2024-11-05": false, "2025-03-26": false, "2025-06-18": true, "2025-11-25": true} {
		p := &peer{t: t, on: map[string]func(*peer, msg){
			"initialize": func(p *peer, m msg) {
				p.result(m, `{"protocolVersion":"`+version+`","capabilities":{},"serverInfo":{"name":"peer","version":"1"}}`)
			},
			"completion/complete": func(p *peer, m msg) { p.result(m, `{"completion":{"values":["a"]}}`) },
		}}
		cfg := config(p)
		cfg.Era = Legacy
		s := connect(t, cfg)
		c, err := s.Complete(t.Context(), CompleteInput{Template: "a:{b}{c}", Argument: "b", Value: "v", Context: map[string]string{"c": "1"}})
		if err != nil || len(c.Values) != 1 || (len(c.Findings) == 0) != sent {
			t.Fatalf("%s: %+v, %v", version, c, err)
		}
		got := p.sent("completion/complete")[0].Params
		if has := field(got, "context") != nil; has != sent || !strings.Contains(string(got), `"ref":{"type":"ref/resource","uri":"a:{b}{c}"}`) {
			t.Errorf("%s: %s", version, got)
		}
	}
}
