package core

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/rules"
)

// What a round by hand asks is read, checked and opened like a question of the inbox, and answered by its round alone.
func TestQuestionsOfARoundByHand(t *testing.T) {
	browsed := make(chan string, 10)
	c := New(Options{Dir: t.TempDir(), Version: "test", Answers: true, Memory: true, Browser: func(_ context.Context, url string) error {
		browsed <- url
		return nil
	}})
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	p, err := c.Save(profile.Profile{Name: "all", Transport: profile.HTTP, URL: mcptest.Serve(t, http.HandlerFunc(mcptest.EveryKind))}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.SetRoots(p.ID, []RootEntry{{URI: "file:///home/a", Name: "a"}}); err != nil {
		t.Fatal(err)
	}
	connect(t, c, p.ID)
	ended := make(chan RunOutput, 1)
	go func() {
		out, _ := c.Run(context.WithoutCancel(t.Context()), RunInput{Call: "c", Profile: p.ID, Tool: "survey", Index: -1, Args: `{}`, Extra: &CallExtras{Hand: true}})
		ended <- out
	}()
	var h *HandRound
	until(t, "the round", func() bool { h = c.Rounds(p.ID, "c").Hand; return h != nil })
	byKey := map[string]QuestionDetail{}
	for _, q := range h.Questions {
		d, err := c.Question(q.Item.ID)
		if err != nil || q.Problem != "" || d.Item.Tool != "survey" || d.Item.State != "pending" || d.Item.Entry != h.Seq {
			t.Fatalf("%+v, %+v, %v", q, d, err)
		}
		byKey[q.Item.Key] = d
	}
	if len(byKey) != 4 || byKey["guest"].Elicitation == nil || byKey["payment"].Elicitation.URL.Host != "pay.example" || byKey["greeting"].Sampling == nil ||
		!strings.Contains(byKey["folders"].Template, "file:///home/a") {
		t.Fatalf("%+v", byKey)
	}
	if in := c.Inbox(); in.Pending != 0 || len(in.Questions) != 0 {
		t.Errorf("a round by hand stands in the inbox too: %+v", in)
	}
	form, url := byKey["guest"].Item.ID, byKey["payment"].Item.ID
	if found := c.CheckReply(Reply{ID: form, Kind: rules.KindAccept, Content: `{"name":"a","nights":"x"}`}); len(found) != 1 || found[0].Path != "/nights" {
		t.Errorf("%+v", found)
	}
	for _, kind := range []rules.Kind{rules.KindAccept, rules.KindDecline, rules.KindError, rules.KindMalformed} {
		if out, err := c.Reply(t.Context(), Reply{ID: form, Kind: kind, Content: `{"name":"a","nights":1}`}); err == nil || out.Sent {
			t.Errorf("%s was sent on its own", string(kind))
		}
	}
	if out, err := c.Reply(t.Context(), Reply{ID: url, Kind: rules.KindOpen, URL: "https://pay.example/2"}); err == nil || out.Sent {
		t.Error("a URL was opened that is not the one shown")
	}
	if out, err := c.Reply(t.Context(), Reply{ID: url, Kind: rules.KindOpen, URL: "https://pay.example/deposit?id=7"}); err != nil || !out.Sent || <-browsed != "https://pay.example/deposit?id=7" {
		t.Errorf("%+v, %v", out, err)
	}
	if d, _ := c.Question(url); d.Item.Opened == 0 || d.Item.State != "pending" {
		t.Errorf("%+v", d.Item)
	}
	if r := c.Rounds(p.ID, "c").Hand; r == nil || r.Questions[1].Item.Opened == 0 {
		t.Errorf("%+v", r)
	}
	if err := c.SendRound(HandRetry{Profile: p.ID, Call: "c", Round: 1, Responses: `{"guest":{"action":"accept","content":{"nights":1e2}}}`}); err != nil {
		t.Fatal(err)
	}
	out := <-ended
	text := textOf(t, func() <-chan RunOutput { one := make(chan RunOutput, 1); one <- out; return one }())
	if !strings.Contains(text, "the state is the same") || !strings.Contains(text, `{"nights":1e2}`) {
		t.Errorf("the retry carried %s", text)
	}
	if _, err := c.Question(form); err == nil {
		t.Error("a question of a round that is over is still there")
	}
}

// A raw request has the same of its own as a tool's call: what it declares, _meta, a level, rounds by hand.
func TestExtrasOfARawRequest(t *testing.T) {
	c, id, _ := modern(t, 0, nil)
	request := func(in RequestInput) RunOutput {
		t.Helper()
		in.Profile = id
		out, err := c.Request(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	out := request(RequestInput{Call: "echo", Method: "tools/call", Params: `{"name":"echo","arguments":{}}`, Extra: &CallExtras{
		Meta: `{"com.example/a":"call"}`, LogLevel: "debug", Declare: `{"roots":{}}`, Timeout: 60_000,
	}})
	for _, want := range []string{`com.example/a\":\"call`, `logLevel\":\"debug`, `clientCapabilities\":{\"roots\":{}}`} {
		if !strings.Contains(out.Result, want) {
			t.Errorf("%s is not in %s", want, out.Result)
		}
	}
	for what, bad := range map[string]RequestInput{
		"capabilities": {Params: `{}`, Extra: &CallExtras{Declare: "[]"}},
		"_meta":        {Params: `[1]`, Extra: &CallExtras{Meta: `{"a":1}`}},
	} {
		bad.Method = "tools/call"
		if out := request(bad); out.Err == nil || out.Err.Kind != "input" || out.Request != 0 || !strings.Contains(out.Err.Message, what) {
			t.Errorf("%s: %+v", what, out)
		}
	}
	if out := request(RequestInput{Call: "meta", Method: "server/discover", Extra: &CallExtras{Meta: `{"com.example/a":1}`}}); out.Err != nil {
		t.Errorf("a request without params got _meta: %+v", out.Err)
	}
	ended := make(chan RunOutput, 1)
	go func() {
		out, _ := c.Request(context.WithoutCancel(t.Context()), RequestInput{
			Call: "ask", Profile: id, Method: "tools/call", Params: `{"name":"ask","arguments":{}}`, Extra: &CallExtras{Hand: true},
		})
		ended <- out
	}()
	for round, responses := range []string{`{"name":{"action":"cancel"}}`, `{"colour":{"action":"decline"}}`} {
		until(t, "the round", func() bool { h := c.Rounds(id, "ask").Hand; return h != nil && h.Round == round+1 })
		if err := c.SendRound(HandRetry{Profile: id, Call: "ask", Round: round + 1, Responses: responses}); err != nil {
			t.Fatal(err)
		}
	}
	if out := <-ended; out.Err != nil || out.Rounds != 2 || !strings.Contains(out.Result, "the state is the same") {
		t.Errorf("%+v", out)
	}
}
