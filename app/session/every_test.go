package session

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// metaOf is params._meta of the last request of a method.
func metaOf(t *testing.T, p *peer, method string) json.RawMessage {
	t.Helper()
	list := p.sent(method)
	if len(list) == 0 {
		t.Fatalf("no %s was sent", method)
	}
	return field(list[len(list)-1].Params, "_meta")
}

// What the call says wins over what the protocol wants, and both over what is set for every request.
func TestEveryRequestCarriesTheSettings(t *testing.T) {
	p := modernPeer(t)
	p.on["x"] = echo
	cfg := config(p)
	cfg.Answerers = Answerers{Form: true}
	cfg.Every = Every{
		Meta:     json.RawMessage(`{"com.example/tenant":"a\u00e9","progressToken":"mine","n":9007199254740993,"own":"every","io.modelcontextprotocol/protocolVersion":"1999-01-01"}`),
		LogLevel: "warning", Trace: true,
	}
	s := connect(t, cfg)
	if got := metaOf(t, p, "server/discover"); string(field(got, "com.example/tenant")) != `"a\u00e9"` || string(field(got, metaLogLevel)) != `"warning"` {
		t.Errorf("the probe carries %s", got)
	}
	r, err := s.Call(t.Context(), CallInput{Method: "x", Params: json.RawMessage(`{"_meta":{"own":"call"}}`), OnProgress: func(Progress) {}})
	if err != nil {
		t.Fatal(err)
	}
	got := metaOf(t, p, "x")
	for key, want := range map[string]string{
		"com.example/tenant": `"a\u00e9"`, "n": "9007199254740993", "own": `"call"`, metaVersion: `"2026-07-28"`,
		metaLogLevel: `"warning"`, metaCapabilities: `{"elicitation":{"form":{}}}`,
	} {
		if string(field(got, key)) != want {
			t.Errorf("%s is %s, want %s", key, field(got, key), want)
		}
	}
	if token := string(field(got, metaProgress)); token == `"mine"` || token == "" {
		t.Errorf("the progress token is %s", token)
	}
	trace, _ := text(field(got, metaTrace))
	if !regexp.MustCompile(`^00-[0-9a-f]{32}-[0-9a-f]{16}-01$`).MatchString(trace) || len(r.Log) != 1 || r.Log[0].Trace != trace {
		t.Errorf("traceparent %q, log %+v", trace, r.Log)
	}
	quiet := ""
	if _, err := s.Call(t.Context(), CallInput{Method: "x", Declare: json.RawMessage(`{"roots":{}}`), LogLevel: &quiet}); err != nil {
		t.Fatal(err)
	}
	got = metaOf(t, p, "x")
	again, _ := text(field(got, metaTrace))
	if string(field(got, metaCapabilities)) != `{"roots":{}}` || field(got, metaLogLevel) != nil || again == trace || again == "" {
		t.Errorf("the call's own settings: %s", got)
	}
	s.Apply(Settings{Answerers: Answerers{Roots: true, Extensions: map[string]json.RawMessage{"com.example/x": json.RawMessage(`{}`)}}})
	if _, err := s.Call(t.Context(), CallInput{Method: "x"}); err != nil {
		t.Fatal(err)
	}
	if got = metaOf(t, p, "x"); string(field(got, metaCapabilities)) != `{"extensions":{"com.example/x":{}},"roots":{}}` || field(got, metaTrace) != nil || field(got, "n") != nil {
		t.Errorf("after Apply: %s", got)
	}
}

// A legacy session declared its capabilities once; the rest may change.
func TestEveryInTheLegacyEra(t *testing.T) {
	p := legacyPeer(t)
	p.on["x"] = echo
	cfg := config(p)
	cfg.Answerers = Answerers{Form: true}
	cfg.Every = Every{Meta: json.RawMessage(`{"a":1}`), LogLevel: "debug", Trace: true}
	s := connect(t, cfg)
	if got := metaOf(t, p, "initialize"); string(field(got, "a")) != "1" || field(got, metaTrace) == nil {
		t.Errorf("initialize carries %s", got)
	}
	s.Apply(Settings{Every: Every{Meta: json.RawMessage(`{"b":2}`)}, Answerers: Answerers{}})
	if _, err := s.Call(t.Context(), CallInput{Method: "x"}); err != nil {
		t.Fatal(err)
	}
	if got := metaOf(t, p, "x"); string(got) != `{"b":2}` {
		t.Errorf("a later request carries %s", got)
	}
	if got := string(s.Declared()); got != `{"elicitation":{"form":{}}}` {
		t.Errorf("declared %s", got)
	}
}

func TestNoStream(t *testing.T) {
	p := legacyPeer(t)
	cfg := config(p)
	cfg.Transport, cfg.NoStream = HTTP, true
	s := connect(t, cfg)
	steps := s.Steps()
	if last := steps[len(steps)-1]; last.State != StepSkipped || !strings.Contains(last.Text, "Switched off") {
		t.Errorf("%+v", last)
	}
}

func TestAnswerersOf(t *testing.T) {
	for caps, want := range map[string]string{
		`{"elicitation":{}}`:         `{"elicitation":{"form":{}}}`,
		`{"elicitation":{"url":{}}}`: `{"elicitation":{"url":{}}}`,
		`{"elicitation":{"form":{},"url":{}},"sampling":{"tools":{}},"roots":{},"extensions":{"a/b":{"n":1}}}`: `{"elicitation":{"form":{},"url":{}},"extensions":{"a/b":{"n":1}},"roots":{},"sampling":{"tools":{}}}`,
		`{"sampling":true}`: `{}`,
	} {
		if got := string(answerersOf(json.RawMessage(caps)).declared()); got != want {
			t.Errorf("%s: %s", caps, got)
		}
	}
}
