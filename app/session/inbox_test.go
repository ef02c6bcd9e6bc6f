package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/fault"
)

var everyAnswerer = Answerers{Form: true, URL: true, Sampling: true, Roots: true}

// AtOnce is an Answerers.Rule that asks answer, which says false for what it leaves to the user.
func AtOnce(answer func(Question) (json.RawMessage, bool)) func(Question) (Deed, bool) {
	return func(q Question) (Deed, bool) {
		return Deed{By: "rule", At: q.Asked, Do: func(context.Context) (Reply, bool) {
			result, ok := answer(q)
			return Reply{Result: result}, ok
		}}, true
	}
}

// pending waits for n pending questions.
func pending(t *testing.T, s *Session, n int) []Question {
	t.Helper()
	var list []Question
	wait(t, fmt.Sprintf("%d questions", n), func() bool {
		list = nil
		for _, q := range s.Questions() {
			if q.State == Pending {
				list = append(list, q)
			}
		}
		return len(list) == n
	})
	return list
}

// answers waits for n responses of the client and returns them, sorted, as "id result" or "id error code": each goes
// out on its own, so that a slow one holds up no other.
func answers(t *testing.T, p *peer, n int) []string {
	t.Helper()
	wait(t, "the answers", func() bool { return len(p.sent("")) >= n })
	var list []string
	for _, m := range p.sent("") {
		if m.Error != nil {
			list = append(list, fmt.Sprintf("%s error %s", m.ID, field(m.Error, "code")))
			continue
		}
		list = append(list, fmt.Sprintf("%s %s", m.ID, m.Result))
	}
	slices.Sort(list)
	return list
}

func TestServerRequestsRefused(t *testing.T) {
	p := legacyPeer(t)
	cfg := config(p)
	cfg.Answerers = Answerers{Form: true}
	s := connect(t, cfg)
	for i, m := range []string{
		`"method":"ping"`, `"method":"roots/list"`, `"method":"sampling/createMessage"`, `"method":"no/such"`,
		`"method":"elicitation/create","params":{"mode":"url","url":"https://x.example"}`,
	} {
		p.send(`{"jsonrpc":"2.0","id":%d,%s}`, i, m)
		answers(t, p, i+1)
	}
	want := []string{"0 {}", "1 error -32601", "2 error -32601", "3 error -32601", "4 error -32602"}
	if d := cmp.Diff(want, answers(t, p, 5)); d != "" {
		t.Error(d)
	}
	if q := s.Questions(); len(q) != 0 {
		t.Errorf("questions %+v", q)
	}
}

func TestServerRequestInModernEra(t *testing.T) {
	p := modernPeer(t)
	cfg := config(p)
	cfg.Answerers = everyAnswerer
	s := connect(t, cfg)
	p.send(`{"jsonrpc":"2.0","id":1,"method":"roots/list"}`)
	wait(t, "the note", func() bool {
		for _, e := range cfg.Log.Page(0, 100).Entries {
			if strings.Contains(e.Note, `sent the request "roots/list", which 2026-07-28 does not allow`) {
				return true
			}
		}
		return false
	})
	if len(p.sent("")) != 0 || len(s.Questions()) != 0 {
		t.Error("a modern client answers no requests")
	}
}

func TestQuestions(t *testing.T) {
	p := legacyPeer(t)
	cfg := config(p)
	cfg.Answerers = everyAnswerer
	s := connect(t, cfg)
	ask := func(id int, method, params string) Question {
		p.send(`{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`, id, method, params)
		q := pending(t, s, 1)[0]
		if q.Source != FromRequest || q.Method != method || string(q.Params) != params || q.Entry == 0 {
			t.Errorf("question %+v", q)
		}
		return q
	}
	q := ask(1, "elicitation/create", `{"requestedSchema":{"properties":{"a":{"type":"string","default":"x"},"n":{"type":"integer","default":9007199254740993},"b":{"type":"boolean"},"c":{"type":"string"}},"required":["b"]}}`)
	if want := `{"action":"accept","content":{"a":"x","n":9007199254740993,"b":true}}`; string(q.Template) != want {
		t.Errorf("template %s", q.Template)
	}
	for _, bad := range []string{`{`, `[]`, `"x"`} {
		if err := s.Answer(q.ID, json.RawMessage(bad)); kindOf(err) != fault.Input {
			t.Errorf("answer %s: %v", bad, err)
		}
	}
	if err := s.Answer(q.ID, json.RawMessage("{\n \"action\": \"cancel\"\n}")); err != nil {
		t.Fatal(err)
	}
	if err := s.Answer(q.ID, q.Template); kindOf(err) != fault.Input || !strings.Contains(err.Error(), "was answered already") {
		t.Errorf("second answer: %v", err)
	}
	if err := s.Answer("no such", q.Template); kindOf(err) != fault.Input {
		t.Errorf("unknown question: %v", err)
	}
	if err := s.Decline(ask(2, "elicitation/create", `{}`).ID); err != nil {
		t.Error(err)
	}
	if err := s.Decline(ask(3, "sampling/createMessage", `{"messages":[]}`).ID); err != nil {
		t.Error(err)
	}
	if err := s.Reject(ask(4, "roots/list", `{}`).ID, fault.RPCError{Code: -7, Message: "never"}); err != nil {
		t.Error(err)
	}
	q = ask(5, "roots/list", `{}`)
	p.send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5,"reason":"enough"}}`)
	pending(t, s, 0)
	list := s.Questions()
	if last := list[len(list)-1]; last.ID != q.ID || last.State != Cancelled || last.Reason != "the server took it back: enough" {
		t.Errorf("cancelled question %+v", last)
	}
	got := answers(t, p, 4)
	want := []string{`1 {"action":"cancel"}`, `2 {"action":"decline"}`, "3 error -1", "4 error -7"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestTooManyQuestions(t *testing.T) {
	p := legacyPeer(t)
	cfg := config(p)
	cfg.Answerers = everyAnswerer
	s := connect(t, cfg)
	for i := range DefaultQuestions + 1 {
		p.send(`{"jsonrpc":"2.0","id":%d,"method":"roots/list"}`, i)
	}
	pending(t, s, DefaultQuestions)
	if d := cmp.Diff([]string{fmt.Sprintf("%d error -32603", DefaultQuestions)}, answers(t, p, 1)); d != "" {
		t.Error(d)
	}
	closeSession(t, s)
	if q := s.Questions(); q[0].State != Cancelled {
		t.Errorf("after Close: %+v", q[0])
	}
}

func TestRule(t *testing.T) {
	p := legacyPeer(t)
	cfg := config(p)
	cfg.Answerers = everyAnswerer
	cfg.Answerers.Rule = AtOnce(func(q Question) (json.RawMessage, bool) { return q.Template, q.Method == "roots/list" })
	s := connect(t, cfg)
	p.send(`{"jsonrpc":"2.0","id":1,"method":"roots/list"}`)
	p.send(`{"jsonrpc":"2.0","id":2,"method":"sampling/createMessage"}`)
	if d := cmp.Diff([]string{`1 {"roots":[]}`}, answers(t, p, 1)); d != "" {
		t.Error(d)
	}
	pending(t, s, 1)
}

// Nothing times out while the user thinks.
func TestNoTimeoutWhileAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := legacyPeer(t)
		p.on["tools/call"] = func(p *peer, m msg) { p.send(`{"jsonrpc":"2.0","id":1,"method":"roots/list"}`) }
		cfg := config(p)
		cfg.Answerers, cfg.RequestTimeout = everyAnswerer, time.Second
		s, err := Connect(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			time.Sleep(time.Hour)
			_ = s.Answer(s.Questions()[0].ID, json.RawMessage(`{"roots":[]}`))
		}()
		began := time.Now()
		_, err = s.Call(t.Context(), CallInput{Method: "tools/call"})
		if took := time.Since(began); kindOf(err) != fault.Timeout || took < time.Hour || took > time.Hour+2*time.Second {
			t.Errorf("%s, %v", took, err)
		}
		closeSession(t, s)
		synctest.Wait()
	})
}

// needs is an input_required result.
func needs(requests, state string) string {
	out := `{"resultType":"input_required"`
	if requests != "" {
		out += `,"inputRequests":` + requests
	}
	if state != "" {
		out += `,"requestState":` + state
	}
	return out + `}`
}

const oneForm = `{"k":{"method":"elicitation/create","params":{"message":"?"}}}`

func TestRounds(t *testing.T) {
	p := modernPeer(t)
	var rounds []string
	p.on["tools/call"] = func(p *peer, m msg) {
		params := m.Params
		rounds = append(rounds, fmt.Sprintf("%s %s %s", m.ID, field(params, "inputResponses"), field(params, "requestState")))
		switch len(rounds) {
		case 1:
			p.result(m, needs(`{"b":{"method":"roots/list"},"a":{"method":"elicitation/create","params":{}}}`, `"st\u0061te \/ 1"`))
		case 2:
			p.result(m, needs(oneForm, ""))
		case 3:
			p.result(m, needs("", `"only state"`))
		default:
			p.result(m, `{"resultType":"complete","content":[],"args":`+string(field(params, "arguments"))+`}`)
		}
	}
	cfg := config(p)
	cfg.Answerers = everyAnswerer
	s := connect(t, cfg)
	type done struct {
		r   *Result
		err error
	}
	came := make(chan done)
	go func() {
		r, err := s.Call(context.WithoutCancel(t.Context()), CallInput{Call: "c", Method: "tools/call", Params: json.RawMessage(`{"name":"x","arguments":{"n":9007199254740993}}`)})
		came <- done{r, err}
	}()
	list := pending(t, s, 2)
	if list[0].Key != "b" || list[1].Key != "a" || list[0].Round != 1 || list[0].Call != "c" || list[0].Source != FromInput {
		t.Errorf("questions %+v", list)
	}
	if c := s.Calls(); len(c) != 1 || c[0].Waiting != 2 || c[0].Round != 1 {
		t.Errorf("calls %+v", c)
	}
	for _, q := range []Question{list[1], list[0]} { // the order of answering does not matter
		if err := s.Answer(q.ID, q.Template); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Decline(pending(t, s, 1)[0].ID); err != nil { // declining a form is an answer
		t.Fatal(err)
	}
	d := <-came
	if d.err != nil {
		t.Fatal(d.err)
	}
	if d.r.Rounds != 3 || len(d.r.Entries) != 8 || string(field(d.r.Result, "args")) != `{"n":9007199254740993}` {
		t.Errorf("result %+v", d.r)
	}
	want := []string{
		`"s2"  `,
		`"s3" {"b":{"roots":[]},"a":{"action":"accept","content":{}}} "st\u0061te \/ 1"`,
		`"s4" {"k":{"action":"decline"}} `,
		`"s5"  "only state"`,
	}
	if d := cmp.Diff(want, rounds); d != "" {
		t.Error(d)
	}
}

func TestRoundsThatFail(t *testing.T) {
	for _, tt := range []struct {
		name, method, result string
		kind                 fault.Kind
		text                 string
		decline              bool
	}{
		{"sampling declined", "tools/call", needs(`{"k":{"method":"sampling/createMessage"}}`, ""), fault.Cancelled, `"k" was not answered (declined), so the call was not repeated`, true},
		{"not declared", "tools/call", needs(`{"k":{"method":"elicitation/create","params":{"mode":"url"}}}`, ""), fault.Protocol, "was not declared", false},
		{"unknown method", "prompts/get", needs(`{"k":{"method":"no/such"}}`, ""), fault.Protocol, "unknown to this client", false},
		{"other method", "tools/list", needs(oneForm, ""), fault.Protocol, "asked for input in answer to tools/list", false},
		{"neither", "resources/read", needs("", ""), fault.Protocol, "neither inputRequests nor requestState", false},
		{"no object", "tools/call", needs(`[1]`, ""), fault.Protocol, "inputRequests is no JSON object", false},
		{"unknown type", "tools/call", `{"resultType":"tusk","taskId":"1"}`, fault.Protocol, `type "tusk" is unknown`, false},
		{"type is no string", "tools/call", `{"resultType":7}`, fault.Protocol, "type 7 is unknown", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := modernPeer(t)
			n := 0
			p.on[tt.method] = func(p *peer, m msg) { n++; p.result(m, tt.result) }
			cfg := config(p)
			cfg.Answerers = Answerers{Form: true, Sampling: true}
			s := connect(t, cfg)
			if tt.decline {
				go func() {
					wait(t, "the question", func() bool { return len(s.Questions()) == 1 })
					_ = s.Decline(s.Questions()[0].ID)
				}()
			}
			r, err := s.Call(t.Context(), CallInput{Method: tt.method})
			if kindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("error %v", err)
			}
			if r == nil || string(r.Result) != tt.result || n != 1 {
				t.Errorf("result %+v after %d requests", r, n)
			}
		})
	}
}

func TestRoundsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := modernPeer(t)
		n := 0
		p.on["tools/call"] = func(p *peer, m msg) { n++; p.result(m, needs("", `"again"`)) }
		s, err := Connect(t.Context(), config(p))
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		_, err = s.Call(t.Context(), CallInput{Method: "tools/call"})
		if kindOf(err) != fault.Protocol || !strings.Contains(err.Error(), "more than 20 rounds") || n != DefaultRounds+1 {
			t.Errorf("%d requests, %v", n, err)
		}
		if took := time.Since(began); took != DefaultRounds*restInterval {
			t.Errorf("took %s", took)
		}
		r, err := s.Call(t.Context(), CallInput{Method: "tools/call", Manual: true})
		if err != nil || string(field(r.Result, "requestState")) != `"again"` {
			t.Errorf("manual: %+v, %v", r, err)
		}
		closeSession(t, s)
		synctest.Wait()
	})
}

func TestCancelledWhileAsked(t *testing.T) {
	p := modernPeer(t)
	p.on["tools/call"] = func(p *peer, m msg) { p.result(m, needs(oneForm, "")) }
	cfg := config(p)
	cfg.Answerers = everyAnswerer
	s := connect(t, cfg)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := s.Call(ctx, CallInput{Method: "tools/call"})
		ended <- err
	}()
	pending(t, s, 1)
	cancel()
	var f *fault.CallError
	if err := <-ended; !errors.As(err, &f) || f.Kind != fault.Cancelled {
		t.Errorf("error %v", err)
	}
	pending(t, s, 0)
	if q := s.Questions()[0]; q.State != Cancelled {
		t.Errorf("question %+v", q)
	}
}
