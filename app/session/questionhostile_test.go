package session

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/fault"
)

func TestRootsTellOfChangesInTheLegacyEraAlone(t *testing.T) {
	p := legacyPeer(t)
	cfg := config(p)
	cfg.Answerers = Answerers{Roots: true}
	s := connect(t, cfg)
	if got := string(field(p.sent("initialize")[0].Params, "capabilities")); got != `{"roots":{"listChanged":true}}` || string(s.Info().Client) != got || string(s.Declared()) != got {
		t.Errorf("declared %s, %s, %s", got, s.Info().Client, s.Declared())
	}
	if told, err := s.RootsChanged(t.Context()); !told || err != nil {
		t.Error(told, err)
	}
	wait(t, "the notification", func() bool { return len(p.sent("notifications/roots/list_changed")) == 1 })

	p = modernPeer(t)
	cfg = config(p)
	cfg.Answerers = Answerers{Roots: true}
	s = connect(t, cfg)
	if got := string(s.Declared()); got != `{"roots":{}}` {
		t.Error(got)
	}
	if told, err := s.RootsChanged(t.Context()); told || err != nil || len(p.sent("notifications/roots/list_changed")) != 0 {
		t.Error(told, err)
	}
}

// An answer to the second request would be taken for that of the first.
func TestSameIDTwice(t *testing.T) {
	p := legacyPeer(t)
	cfg := config(p)
	cfg.Answerers = everyAnswerer
	s := connect(t, cfg)
	p.send(`{"jsonrpc":"2.0","id":"a","method":"elicitation/create","params":{"message":"first"}}`)
	first := pending(t, s, 1)[0]
	p.send(`{"jsonrpc":"2.0","id":"a","method":"elicitation/create","params":{"message":"second"}}`)
	p.send(`{"jsonrpc":"2.0","id":"b","method":"ping"}`)
	answers(t, p, 1)
	if err := s.Answer(first.ID, json.RawMessage(`{"action":"cancel"}`)); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{`"a" {"action":"cancel"}`, `"b" {}`}, answers(t, p, 2)); d != "" {
		t.Error(d)
	}
	p.send(`{"jsonrpc":"2.0","id":"a","method":"elicitation/create","params":{"message":"again"}}`) // it is free now
	pending(t, s, 1)
	notes := 0
	for _, e := range cfg.Log.Page(0, 1000).Entries {
		if strings.Contains(e.Note, "waits for its answer") {
			notes++
		}
	}
	if notes != 1 {
		t.Errorf("%d notes", notes)
	}
}

// Whoever comes first settles it: nothing is answered twice, and nothing after it was taken back.
func TestCancelRacesWithAnswer(t *testing.T) {
	p := legacyPeer(t)
	cfg := config(p)
	cfg.Answerers = everyAnswerer
	s := connect(t, cfg)
	const n = 300
	answered := map[string]bool{}
	for i := range n {
		p.send(`{"jsonrpc":"2.0","id":%d,"method":"roots/list"}`, i)
		q := pending(t, s, 1)[0]
		var wg sync.WaitGroup
		wg.Go(func() {
			p.send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":%d}}`, i)
		})
		wg.Go(func() { _ = s.Answer(q.ID, json.RawMessage(`{"roots":[]}`)) })
		wg.Go(func() { _ = s.Decline(q.ID) })
		wg.Wait()
		pending(t, s, 0)
		got, ok := s.Question(q.ID)
		if !ok || got.State == Pending || got.By == "" {
			t.Fatalf("%+v, %v", got, ok)
		}
		answered[fmt.Sprint(i)] = got.State != Cancelled
	}
	want := 0
	for _, yes := range answered {
		if yes {
			want++
		}
	}
	for _, m := range p.sent("") {
		if !answered[string(m.ID)] {
			t.Errorf("%s was answered after it was taken back", m.ID)
		}
	}
	if got := len(answers(t, p, want)); got != want {
		t.Errorf("%d answers, want %d", got, want)
	}
}

func TestQuestionAfterClose(t *testing.T) {
	p := legacyPeer(t)
	cfg := config(p)
	cfg.Answerers = everyAnswerer
	s := connect(t, cfg)
	closeSession(t, s)
	if s.askTask(Question{Task: "t", Method: "roots/list"}, func(json.RawMessage, State) {}) {
		t.Error("a question was taken after Close")
	}
	s.onRequest(arrival{request: true}) // a message that was on its way
	if len(s.Questions()) != 0 {
		t.Errorf("%+v", s.Questions())
	}
}

func TestHostileSchemas(t *testing.T) {
	deep := strings.Repeat(`{"properties":{"a":`, 5000) + `{}` + strings.Repeat(`}}`, 5000)
	for name, schema := range map[string]string{
		"deep":     deep,
		"external": `{"type":"object","properties":{"a":{"$ref":"http://127.0.0.1:1/x.json"}}}`,
		"loop":     `{"$ref":"#"}`,
		"no JSON":  `{"type":`,
		"number":   `5`,
	} {
		began := time.Now()
		problems := CheckElicited(json.RawMessage(schema), json.RawMessage(`{"a":{}}`))
		if took := time.Since(began); took > checkTime+2*time.Second {
			t.Errorf("%s took %s", name, took)
		}
		if len(problems) == 0 && name != "loop" {
			t.Errorf("%s: no problem", name)
		}
		for _, p := range problems {
			if len(p.Message) > 2000 {
				t.Errorf("%s: a message of %d bytes", name, len(p.Message))
			}
		}
	}
}

func TestToolsInSamplingNeedTheirDeclaration(t *testing.T) {
	p := legacyPeer(t)
	cfg := config(p)
	cfg.Answerers = Answerers{Sampling: true}
	connect(t, cfg)
	p.send(`{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage","params":{"messages":[],"tools":[]}}`)
	if d := cmp.Diff([]string{"1 error -32602"}, answers(t, p, 1)); d != "" {
		t.Error(d)
	}
}

// A rule's answer may be any JSON in place of an input request's; a question it gives back is the user's.
func TestRulesOfARound(t *testing.T) {
	p := modernPeer(t)
	var got string
	p.on["tools/call"] = func(p *peer, m msg) {
		if r := field(m.Params, "inputResponses"); r != nil {
			got = string(r)
			p.result(m, `{"resultType":"complete","content":[]}`)
			return
		}
		p.result(m, needs(`{"odd":{"method":"elicitation/create","params":{"message":"odd"}},"user":{"method":"elicitation/create","params":{"message":"user"}},"rule":{"method":"roots/list"}}`, ""))
	}
	cfg := config(p)
	cfg.Answerers = everyAnswerer
	cfg.Answerers.Rule = func(q Question) (Deed, bool) {
		if q.Tool != "x" || q.Source != FromInput {
			t.Errorf("%+v", q)
		}
		return Deed{By: "test", Do: func(context.Context) (Reply, bool) {
			switch q.Key {
			case "odd":
				return Reply{Result: json.RawMessage(` [1, "two"]`), Odd: true}, true
			case "rule":
				return Reply{Result: q.Template}, true
			}
			return Reply{}, false
		}}, true
	}
	s := connect(t, cfg)
	done := make(chan error, 1)
	go func() {
		_, err := s.Call(context.WithoutCancel(t.Context()), CallInput{Method: "tools/call", Params: json.RawMessage(`{"name":"x"}`)})
		done <- err
	}()
	wait(t, "the user's question", func() bool { return s.Waiting() == 1 && s.inbox.count() == 1 })
	q := pending(t, s, 1)[0]
	if q.Key != "user" || q.Deed != nil {
		t.Errorf("%+v", q)
	}
	if err := s.Reply(q.ID, Reply{Raw: []byte("{")}); err != nil {
		t.Fatal(err) // there is no place for it: the call ends without a retry
	}
	if err := <-done; kindOf(err) != fault.Cancelled || got != "" {
		t.Errorf("%v, %s", err, got)
	}
	go func() {
		_, err := s.Call(context.WithoutCancel(t.Context()), CallInput{Method: "tools/call", Params: json.RawMessage(`{"name":"x"}`)})
		done <- err
	}()
	wait(t, "the user's question", func() bool { return s.Waiting() == 1 && s.inbox.count() == 1 })
	if err := s.Decline(pending(t, s, 1)[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil || got != `{"odd":[1,"two"],"user":{"action":"decline"},"rule":{"roots":[]}}` {
		t.Errorf("%v, %s", err, got)
	}
}

func TestQuestionsOfATask(t *testing.T) {
	p := modernPeer(t)
	cfg := config(p)
	cfg.Answerers = everyAnswerer
	s := connect(t, cfg)
	type answer struct {
		result string
		state  State
	}
	came := make(chan answer, 4)
	settle := func(result json.RawMessage, state State) { came <- answer{string(result), state} }
	ask := func(task, key string) bool {
		return s.askTask(Question{Task: task, Key: key, Method: "elicitation/create", Params: json.RawMessage(`{"message":"?"}`)}, settle)
	}
	if !ask("a", "1") || !ask("a", "2") || !ask("b", "1") {
		t.Fatal("not asked")
	}
	list := pending(t, s, 3)
	if q := list[0]; q.Source != FromTask || q.Task != "a" || q.Key != "1" {
		t.Errorf("%+v", q)
	}
	if n := s.inbox.waitingFor("some call"); n != 0 {
		t.Errorf("%d questions of tasks hold up a call", n)
	}
	if err := s.Answer(list[0].ID, json.RawMessage(`{"action":"accept","content":{}}`)); err != nil {
		t.Fatal(err)
	}
	if got := <-came; got.result != `{"action":"accept","content":{}}` || got.state != Answered {
		t.Errorf("%+v", got)
	}
	s.endTask("a", "the task ended")
	if got := <-came; got.result != "" || got.state != Cancelled {
		t.Errorf("%+v", got)
	}
	if q := pending(t, s, 1)[0]; q.Task != "b" {
		t.Errorf("%+v", q)
	}
	closeSession(t, s)
	if got := <-came; got.state != Cancelled {
		t.Errorf("%+v", got)
	}
	if s.askTask(Question{Task: "a", Method: "no/such"}, settle) {
		t.Error("an unknown method was asked")
	}
}
