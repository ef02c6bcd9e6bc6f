package session

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"
)

// Round is one request of a call with its answer: the first, and one for each input_required result that was answered.
type Round struct {
	Request  uint64 // entries
	Response uint64
	Took     time.Duration
	Trace    string  // the traceparent that was sent, empty: none
	Asked    []Asked // what its result asks for
	State    int     // bytes of its requestState as JSON text, -1: it has none
	Hand     bool    // the request was sent by hand,
	Edited   string  // and in what it leaves the protocol; empty: in nothing
}

// Asked is one of the inputRequests of a result.
type Asked struct {
	Key    string
	Method string
}

// HandRound is an input_required result that waits for a retry by hand.
type HandRound struct {
	Call      string
	Round     int             // of these results, from 1
	Entry     uint64          // of the answer
	Result    json.RawMessage // as it came
	Params    json.RawMessage // of the call, without answers and state
	State     json.RawMessage // requestState as it came, nil: none
	Questions []Question      // not in the inbox, see Question.Hand; Reason says what is wrong with one
	Problem   string          // what is wrong with the result
}

// Retry answers a [HandRound].
type Retry struct {
	Responses json.RawMessage // a JSON object, the answers by the key of their question; nil: none
	State     json.RawMessage // sent instead of the requestState that came; nil: that, byte for byte
	NoState   bool            // no requestState is sent although one came
	Params    json.RawMessage // sent instead of the call's own; nil: those
}

// byHand waits for the retry of a round and builds its params.
func (s *Session) byHand(ctx context.Context, f *flight, in CallInput, r *Result) (json.RawMessage, error) {
	h := s.handRound(f, in, r)
	retry := make(chan Retry, 1)
	s.mu.Lock()
	f.hand, f.retry, f.state.Hand = h, retry, true
	s.mu.Unlock()
	s.tell(CallsChanged)
	defer func() {
		s.mu.Lock()
		f.hand, f.retry, f.state.Hand = nil, nil, false
		s.mu.Unlock()
		select { // the time that the user took does not count
		case f.bump <- struct{}{}:
		default:
		}
	}()
	select {
	case <-ctx.Done():
		return nil, s.stopped(ctx, f.step)
	case to := <-retry:
		params, edited, err := h.params(to)
		if err != nil {
			return nil, s.input(f.step, "The params of the call are no JSON object, so it cannot be repeated with the answers.")
		}
		f.byHand, f.edited = true, edited
		return params, nil
	}
}

// handRound reads what a result asks for, however malformed it is.
func (s *Session) handRound(f *flight, in CallInput, r *Result) *HandRound {
	h := &HandRound{
		Call: f.id, Round: r.Rounds, Entry: r.Response, Result: r.Result, Params: in.Params, State: field(r.Result, memberState),
	}
	raw := field(r.Result, memberRequests)
	list, err := members(raw)
	switch {
	case raw == nil && h.State == nil:
		h.Problem = "The server asked for input, but sent neither inputRequests nor requestState."
	case raw != nil && err != nil:
		h.Problem = "The server asked for input, but inputRequests is no JSON object."
	case len(list) > maxInputs:
		h.Problem = "The server asks for more inputs at once than are shown: see the raw result."
		list = list[:maxInputs]
	}
	for _, m := range list {
		method, ok := text(field(m.val, "method"))
		params := field(m.val, "params")
		q := Question{
			Source: FromInput, Call: f.id, Round: r.Rounds, Key: m.key, Method: method, Params: params, Entry: r.Response,
			State: Pending, Asked: time.Now(), Template: template(method, params), Hand: true,
		}
		q.ID, _ = s.inbox.next()
		if q.Tool = s.toolOf(q); !ok {
			q.Reason = "It has no method."
		} else if code, why := s.accepts(in).refuses(method, params); code != 0 {
			q.Reason = "The server may not ask this: " + why + "."
		}
		h.Questions = append(h.Questions, q)
	}
	return h
}

// params are those of the retry, and in what they leave the protocol.
func (h *HandRound) params(to Retry) (out json.RawMessage, edited string, err error) {
	out, state := h.Params, h.State
	var what []string
	if to.Params != nil && !bytes.Equal(to.Params, h.Params) {
		out, what = to.Params, append(what, "other params")
	}
	switch {
	case to.NoState && h.State != nil:
		state, what = nil, append(what, "no requestState")
	case to.State != nil && !bytes.Equal(to.State, h.State):
		state, what = to.State, append(what, "another requestState")
	}
	if d := h.unanswered(to.Responses); d != "" {
		what = append(what, d)
	}
	if out, err = setField(out, memberResponses, to.Responses); err == nil {
		out, err = setField(out, memberState, state)
	}
	return out, joined(what), err
}

// unanswered says how the keys of the answers differ from those of the questions.
func (h *HandRound) unanswered(responses json.RawMessage) string {
	list, _ := members(responses)
	given := make([]string, 0, len(list))
	for _, m := range list {
		given = append(given, m.key)
	}
	for _, q := range h.Questions {
		if !slices.Contains(given, q.Key) {
			return "not every answer"
		}
	}
	if len(given) > len(h.Questions) {
		return "more answers than questions"
	}
	return ""
}

func joined(list []string) string {
	var b bytes.Buffer
	for i, s := range list {
		switch {
		case i > 0 && i == len(list)-1:
			b.WriteString(" and ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(s)
	}
	return b.String()
}

// Hand returns the round of a call that waits for a retry by hand.
func (s *Session) Hand(call string) (HandRound, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.calls[call]
	if f == nil || f.hand == nil {
		return HandRound{}, false
	}
	return *f.hand, true
}

// handQuestion returns a question of a round that waits to be sent by hand.
func (s *Session) handQuestion(id string) (Question, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.calls {
		if f.hand == nil {
			continue
		}
		for _, q := range f.hand.Questions {
			if q.ID == id {
				return q, true
			}
		}
	}
	return Question{}, false
}

// handOpened notes that the browser was opened with the URL of such a question.
func (s *Session) handOpened(id string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.calls {
		if f.hand == nil {
			continue
		}
		if i := slices.IndexFunc(f.hand.Questions, func(q Question) bool { return q.ID == id }); i >= 0 {
			h := *f.hand // copies of it are held elsewhere
			h.Questions = slices.Clone(h.Questions)
			h.Questions[i].Opened, f.hand = now, &h
		}
	}
}

// SendRound sends the retry of a round that waits for it.
func (s *Session) SendRound(call string, round int, to Retry) error {
	for name, raw := range map[string]json.RawMessage{"answers": to.Responses, "params": to.Params, "requestState": to.State} {
		if raw == nil {
			continue
		}
		if err := jsonSyntax(raw); err != nil {
			return s.input("send the round", "The "+name+" are no JSON: "+err.Error()+".")
		}
		if name != "requestState" && !isObject(raw) {
			return s.input("send the round", "The "+name+" are no JSON object.")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.calls[call]
	if f == nil || f.hand == nil || f.hand.Round != round {
		return s.input("send the round", "This round does not wait any more.")
	}
	select {
	case f.retry <- to:
		return nil
	default:
		return s.input("send the round", "This round was sent already.")
	}
}

// Rounds returns the requests of a call in flight that were answered so far.
func (s *Session) Rounds(call string) []Round {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.calls[call]; f != nil {
		return slices.Clone(f.rounds)
	}
	return nil
}

// logRound notes a request with its answer; params are those that were sent.
func (s *Session) logRound(f *flight, r *Result, params json.RawMessage) {
	one := Round{Request: r.Request, Response: r.Response, Took: r.Took, State: -1, Hand: f.byHand, Edited: f.edited}
	one.Trace, _ = text(field(field(params, "_meta"), metaTrace))
	if kind, _ := text(field(r.Result, memberType)); kind == "input_required" {
		if state := field(r.Result, memberState); state != nil {
			one.State = len(state)
		}
		list, _ := members(field(r.Result, memberRequests)) // what is malformed is told elsewhere
		for i, m := range list {
			if i == maxInputs {
				break
			}
			method, _ := text(field(m.val, "method"))
			one.Asked = append(one.Asked, Asked{clip(m.key, 200), clip(method, 200)})
		}
	}
	f.byHand, f.edited = false, ""
	r.Log = append(r.Log, one)
	s.mu.Lock()
	f.rounds = slices.Clone(r.Log)
	s.mu.Unlock()
}

// busy reports whether somebody is being waited for on this side: no time limit runs then.
func (s *Session) busy(f *flight) bool {
	s.mu.Lock()
	hand := f.hand != nil
	s.mu.Unlock()
	return hand || s.inbox.waitingFor(f.id) > 0
}
