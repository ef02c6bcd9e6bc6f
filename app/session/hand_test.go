package session

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// wild is a requestState that a client which reads and writes it anew would spoil.
const wild = `{"s":"\u00e9é\/\ud83d\ude00 \"","n":123456789012345678901234567890,"f":1.0,"e":1E+2,"dup":1,"dup":2}`

// asker asks for a name until it has it as often as rounds says, each time with the state.
func asker(rounds int, state string) func(*peer, msg) {
	return func(p *peer, m msg) {
		if n := len(p.sent("tools/call")); n <= rounds {
			p.result(m, fmt.Sprintf(`{"resultType":"input_required","inputRequests":{"who %d":{"method":"elicitation/create","params":{"message":"Who?","requestedSchema":{"type":"object","properties":{"name":{"type":"string"}}}}}},"requestState":%s}`, n, state))
			return
		}
		p.result(m, `{"resultType":"complete","content":[]}`)
	}
}

type outcomeOf struct {
	r   *Result
	err error
}

// callByHand starts a call by hand.
func callByHand(t *testing.T, s *Session, in CallInput) <-chan outcomeOf {
	t.Helper()
	in.Call, in.Method, in.Hand = "c", "tools/call", true
	if in.Params == nil {
		in.Params = json.RawMessage(`{"name":"t","arguments":{"n":9007199254740993}}`)
	}
	ended := make(chan outcomeOf, 1)
	go func() {
		r, err := s.Call(context.WithoutCancel(t.Context()), in)
		ended <- outcomeOf{r, err}
	}()
	return ended
}

func handOf(t *testing.T, s *Session, round int) HandRound {
	t.Helper()
	var h HandRound
	wait(t, fmt.Sprintf("round %d", round), func() bool {
		var ok bool
		h, ok = s.Hand("c")
		return ok && h.Round == round
	})
	return h
}

func TestRoundsByHand(t *testing.T) {
	p := modernPeer(t)
	p.on["tools/call"] = asker(3, wild)
	cfg := config(p)
	cfg.Answerers = Answerers{Form: true}
	cfg.Every.Trace = true
	s := connect(t, cfg)
	ended := callByHand(t, s, CallInput{})
	h := handOf(t, s, 1)
	if len(h.Questions) != 1 || h.Questions[0].Key != "who 1" || h.Questions[0].Template == nil || string(h.State) != wild || h.Problem != "" {
		t.Errorf("%+v", h)
	}
	if len(s.Questions()) != 0 {
		t.Error("a round by hand stands in the inbox too")
	}
	if calls := s.Calls(); len(calls) != 1 || !calls[0].Hand || calls[0].Round != 1 {
		t.Errorf("%+v", calls)
	}
	for name, bad := range map[string]Retry{
		"no object": {Responses: json.RawMessage(`[]`)}, "no JSON": {State: json.RawMessage(`{`)}, "params": {Params: json.RawMessage(`1`)},
	} {
		if err := s.SendRound("c", 1, bad); kindOf(err) != fault.Input {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.SendRound("c", 2, Retry{}); kindOf(err) != fault.Input {
		t.Errorf("a round that does not wait: %v", err)
	}
	answer := json.RawMessage(`{"who 1":{"action":"accept","content":{"name":"Ada"}}}`)
	if err := s.SendRound("c", 1, Retry{Responses: answer}); err != nil {
		t.Fatal(err)
	}
	handOf(t, s, 2)
	if err := s.SendRound("c", 2, Retry{State: json.RawMessage(`"mine"`), Params: json.RawMessage(`{"name":"other"}`)}); err != nil {
		t.Fatal(err)
	}
	handOf(t, s, 3)
	if err := s.SendRound("c", 3, Retry{Responses: json.RawMessage(`{"who 3":{"action":"cancel"}}`), NoState: true}); err != nil {
		t.Fatal(err)
	}
	out := <-ended
	if out.err != nil {
		t.Fatal(out.err)
	}
	sent := p.sent("tools/call")
	if got := field(sent[1].Params, memberState); string(got) != wild {
		t.Errorf("requestState came back as\n%s, want\n%s", got, wild)
	}
	if got := field(sent[1].Params, memberResponses); string(got) != string(answer) {
		t.Errorf("answers %s", got)
	}
	if string(field(sent[2].Params, memberState)) != `"mine"` || string(field(sent[2].Params, "name")) != `"other"` || field(sent[2].Params, memberResponses) != nil {
		t.Errorf("edited: %s", sent[2].Params)
	}
	if field(sent[3].Params, memberState) != nil || string(field(sent[3].Params, "name")) != `"t"` {
		t.Errorf("without state: %s", sent[3].Params)
	}
	checkLog(t, out.r)
}

func checkLog(t *testing.T, r *Result) {
	t.Helper()
	if len(r.Log) != 4 || r.Rounds != 3 {
		t.Fatalf("%d rounds, log %+v", r.Rounds, r.Log)
	}
	spans := map[string]bool{}
	for i, one := range r.Log {
		spans[one.Trace] = true
		if one.Request == 0 || one.Response == 0 || one.Trace[:35] != r.Log[0].Trace[:35] || one.Hand != (i > 0) {
			t.Errorf("round %d: %+v", i, one)
		}
	}
	if len(spans) != 4 {
		t.Errorf("spans repeat: %v", spans)
	}
	edited := []string{r.Log[0].Edited, r.Log[1].Edited, r.Log[2].Edited, r.Log[3].Edited}
	want := []string{"", "", "other params, another requestState and not every answer", "no requestState"}
	if strings.Join(edited, "|") != strings.Join(want, "|") {
		t.Errorf("edited %q", edited)
	}
	if r.Log[0].State != len(wild) || r.Log[3].State != -1 || len(r.Log[2].Asked) != 1 || r.Log[2].Asked[0] != (Asked{"who 3", "elicitation/create"}) {
		t.Errorf("%+v", r.Log)
	}
}

// A round by hand waits as long as the user does, shows what is malformed, and ends with its call.
func TestRoundByHandWaits(t *testing.T) {
	p := modernPeer(t)
	p.on["tools/call"] = func(p *peer, m msg) {
		p.result(m, `{"resultType":"input_required","inputRequests":{"a":{"method":"roots/list"},"b":7}}`)
	}
	s := connect(t, config(p))
	ended := callByHand(t, s, CallInput{Timeout: 50 * time.Millisecond})
	h := handOf(t, s, 1)
	if len(h.Questions) != 2 || !strings.Contains(h.Questions[0].Reason, "not declared") || h.Questions[1].Reason != "It has no method." {
		t.Errorf("%+v", h.Questions)
	}
	select {
	case out := <-ended:
		t.Fatalf("the call did not wait: %v", out.err)
	case <-time.After(300 * time.Millisecond): // six times its limit
	}
	if !s.Cancel("c", "enough") {
		t.Error("the call is gone")
	}
	if out := <-ended; kindOf(out.err) != fault.Cancelled || len(out.r.Log) != 1 {
		t.Errorf("%v, %+v", out.err, out.r)
	}
	if _, ok := s.Hand("c"); ok {
		t.Error("the round waits on")
	}
}

// What a call declares for itself is what it may be asked for.
func TestDeclaredForOneCall(t *testing.T) {
	p := modernPeer(t)
	p.on["tools/call"] = asker(1, `"s"`)
	cfg := config(p)
	cfg.Answerers.Rule = AtOnce(func(Question) (json.RawMessage, bool) {
		return json.RawMessage(`{"action":"accept","content":{}}`), true
	})
	s := connect(t, cfg)
	in := CallInput{Method: "tools/call", Params: json.RawMessage(`{"name":"t"}`)}
	if _, err := s.Call(t.Context(), in); kindOf(err) != fault.Protocol || !strings.Contains(err.Error(), "not declared") {
		t.Errorf("undeclared: %v", err)
	}
	p.mu.Lock()
	p.got = nil
	p.mu.Unlock()
	in.Declare = json.RawMessage(`{"elicitation":{}}`)
	r, err := s.Call(t.Context(), in)
	if err != nil || r.Rounds != 1 || len(r.Log) != 2 || r.Log[1].Hand {
		t.Errorf("%v, %+v", err, r)
	}
}

func TestRoundsLimitIsRaised(t *testing.T) {
	p := modernPeer(t)
	p.on["tools/call"] = asker(30, `"s"`)
	cfg := config(p)
	cfg.Limits.Rounds = 30
	cfg.Answerers = Answerers{Form: true, Rule: AtOnce(func(Question) (json.RawMessage, bool) { return json.RawMessage(`{"action":"decline"}`), true })}
	r, err := connect(t, cfg).Call(t.Context(), CallInput{Method: "tools/call", Params: json.RawMessage(`{"name":"t"}`)})
	if err != nil || r.Rounds != 30 || len(r.Log) != 31 {
		t.Errorf("%v, %+v", err, r)
	}
}
