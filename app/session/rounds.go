package session

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// Bounds of multi round-trip requests (2026-07-28/basic/patterns/mrtr).
const (
	maxInputs    = 50                     // inputRequests of one result
	restInterval = 250 * time.Millisecond // before a retry that carries nothing but state
)

// Members of a result and of the retry that answers it.
const (
	memberType      = "resultType"
	memberRequests  = "inputRequests"
	memberResponses = "inputResponses"
	memberState     = "requestState"
)

// rounds sends the call until its result is complete, from the round with these params on.
func (s *Session) rounds(ctx context.Context, f *flight, in CallInput, params json.RawMessage, r *Result) (*Result, error) {
	for {
		err := s.once(ctx, f, in, params, r)
		if r.Raw != nil {
			r.Findings = append(r.Findings, s.takeFindings(f)...)
		}
		if err != nil {
			return r.orNil(), err
		}
		if r.RPC != nil {
			if again, err := s.opened(ctx, f, in, r); again {
				continue
			} else if err != nil {
				return r, err
			}
			return r, s.refusal(f.step, r)
		}
		more, err := s.unfinished(in, f, r)
		if err == nil && !more {
			s.adopt(f, in, r)
		}
		if err != nil || !more {
			return r, err
		}
		if in.Hand {
			params, err = s.byHand(ctx, f, in, r)
		} else {
			params, err = s.answerRound(ctx, f, in, r)
		}
		if err != nil {
			return r, err
		}
	}
}

// orNil is r when an answer came.
func (r *Result) orNil() *Result {
	if r.Raw == nil {
		return nil
	}
	return r
}

func (s *Session) takeFindings(f *flight) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := f.findings
	f.findings = nil
	return list
}

// refusal is a JSON-RPC error as an error of ours.
func (s *Session) refusal(step string, r *Result) *fault.CallError {
	f := fault.FromRPC(s.cfg.Server, step, r.RPC)
	f.Status, f.Header, f.Entries = r.Status, r.Header, append([]uint64(nil), r.Entries...)
	f.Hint = rpcHint(r.RPC)
	return f
}

// rpcHint says what to do about an error code, with what its data names.
func rpcHint(e *fault.RPCError) string {
	hint := fault.Hint(e.Code)
	if need := field(e.Data, "requiredCapabilities"); e.Code == codeCapability && need != nil {
		hint += " It asks for " + clip(string(need), 200) + "."
	}
	return hint
}

// unfinished reads resultType. It reports true when the result asks for input.
//
// "Clients receiving a result without resultType MUST treat it as complete … unrecognised values MUST be treated as
// invalid" (2026-07-28/basic/index#results).
func (s *Session) unfinished(in CallInput, f *flight, r *Result) (bool, error) {
	if !isObject(r.Result) {
		r.Findings = append(r.Findings, "The result is no JSON object.")
		return false, nil
	}
	if s.era() != Modern {
		return false, nil
	}
	raw := field(r.Result, memberType)
	kind, ok := text(raw)
	switch {
	case raw == nil || kind == "complete":
		return false, nil
	case kind == typeTask && in.Method == methodToolsCall:
		return false, nil
	case kind == typeTask && strings.HasPrefix(in.Method, "tasks/"):
		r.Findings = append(r.Findings, `The result's type is "task": in answer to `+in.Method+` it must be "complete".`)
		return false, nil
	case kind == typeTask:
		return false, s.broken(f.step, "Only tools/call may be answered with a task.", r.Response,
			"The server answered %s with a task.", clip(in.Method, 80))
	case !ok || kind != "input_required":
		return false, s.broken(f.step, "Look at the raw message. The server may speak an extension that was not agreed on.",
			r.Response, "The result's type %s is unknown.", clip(string(raw), 80))
	case in.Method != methodToolsCall && in.Method != methodPrompt && in.Method != methodRead:
		return false, s.broken(f.step, "Only tools/call, prompts/get and resources/read may ask for input.",
			r.Response, "The server asked for input in answer to %s.", clip(in.Method, 80))
	case in.Manual:
		return false, nil
	case r.Rounds >= s.cfg.Limits.rounds() && !in.Hand:
		return false, s.broken(f.step, "Look at the questions of the last rounds: the server repeats itself. A call by hand has no limit. "+raise,
			r.Response, "The server asked for input in more than %d rounds. The call was given up.", s.cfg.Limits.rounds())
	}
	r.Rounds++
	s.mu.Lock()
	f.state.Round = r.Rounds
	s.mu.Unlock()
	s.tell(CallsChanged)
	return true, nil
}

// answerRound gets every answer of a round and builds the params of the retry.
func (s *Session) answerRound(ctx context.Context, f *flight, in CallInput, r *Result) (json.RawMessage, error) {
	state := field(r.Result, memberState)
	raw := field(r.Result, memberRequests)
	if raw == nil && state == nil {
		return nil, s.broken(f.step, "A result of type input_required needs at least one of them.",
			r.Response, "The server asked for input, but sent neither inputRequests nor requestState.")
	}
	inputs, err := s.inputs(f, in, raw, r)
	if err != nil {
		return nil, err
	}
	if len(inputs) == 0 {
		select {
		case <-time.After(restInterval):
		case <-ctx.Done():
			return nil, s.stopped(ctx, f.step)
		}
	}
	responses, err := s.gather(ctx, f, inputs, r)
	if err != nil {
		return nil, err
	}
	params := in.Params
	for _, m := range []struct {
		key string
		val json.RawMessage
	}{{memberResponses, responses}, {memberState, state}} {
		if params, err = setField(params, m.key, m.val); err != nil {
			return nil, s.input(f.step, "The params of the call are no JSON object, so it cannot be repeated with the answers.")
		}
	}
	return params, nil
}

// setField sets a member, or takes it out when val is nil: "requestState absent: MUST NOT send one".
func setField(obj json.RawMessage, key string, val json.RawMessage) (json.RawMessage, error) {
	if val != nil {
		return withField(obj, key, val)
	}
	if field(obj, key) == nil {
		return obj, nil
	}
	list, err := members(obj)
	if err != nil {
		return nil, err
	}
	out := json.RawMessage("{}")
	for _, m := range list {
		if m.key != key {
			if out, err = withField(out, m.key, m.val); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// inputs reads inputRequests, in order, and refuses what was not declared.
func (s *Session) inputs(f *flight, in CallInput, raw json.RawMessage, r *Result) ([]Question, error) {
	if raw == nil {
		return nil, nil
	}
	hint := "Look at the raw message: inputRequests maps names to requests with method and params."
	list, err := members(raw)
	if err != nil {
		return nil, s.broken(f.step, hint, r.Response, "The server asked for input, but inputRequests is no JSON object.")
	}
	if len(list) > maxInputs {
		return nil, s.broken(f.step, hint, r.Response, "The server asked for %d inputs at once; at most %d are answered.", len(list), maxInputs)
	}
	questions := make([]Question, 0, len(list))
	for _, m := range list {
		method, ok := text(field(m.val, "method"))
		if !ok {
			return nil, s.broken(f.step, hint, r.Response, "The input request %q has no method.", clip(m.key, 80))
		}
		params := field(m.val, "params")
		if code, why := s.accepts(in).refuses(method, params); code != 0 {
			return nil, s.broken(f.step, "A server may only ask for what the client declares in its capabilities.",
				r.Response, "The input request %q cannot be answered: %s.", clip(m.key, 80), why)
		}
		questions = append(questions, Question{
			Source: FromInput, Call: f.id, Round: r.Rounds, Key: m.key, Method: method, Params: params, Entry: r.Response,
		})
	}
	return questions, nil
}

type settled struct {
	key     string
	outcome outcome
}

// gather asks every question of a round and waits for all: "MUST construct all responses before the retry". It
// returns nil when there is none.
func (s *Session) gather(ctx context.Context, f *flight, questions []Question, r *Result) (json.RawMessage, error) {
	if len(questions) == 0 {
		return nil, nil
	}
	came := make(chan settled, len(questions))
	for _, q := range questions {
		if ok, refused := s.ask(q, nil, func(o outcome) { came <- settled{q.Key, o} }); !ok {
			s.noteRefused(q.Method, q.Entry, refused)
			s.inbox.cancelCall(f.id, "too many questions")
			return nil, s.broken(f.step, "Answer or decline the waiting questions first. "+raise, r.Response,
				"The server asks too much: %d questions are waiting already.", s.inbox.limit)
		}
	}
	answers := map[string]json.RawMessage{}
	for range questions {
		select {
		case <-ctx.Done():
			return nil, s.stopped(ctx, f.step)
		case one := <-came:
			if one.outcome.result == nil {
				return nil, s.notAnswered(ctx, f, r, one)
			}
			answers[one.key] = one.outcome.result
		}
	}
	out := json.RawMessage("{}")
	for _, q := range questions { // in the server's order
		var err error
		if out, err = withField(out, q.Key, answers[q.Key]); err != nil {
			return nil, s.input(f.step, "The answers could not be put together: "+err.Error()+".")
		}
	}
	return out, nil
}

// notAnswered ends a call whose question was declined: sampling and roots have no answer that says no.
func (s *Session) notAnswered(ctx context.Context, f *flight, r *Result, one settled) error {
	if ctx.Err() != nil {
		return s.stopped(ctx, f.step)
	}
	s.inbox.cancelCall(f.id, "another question of this round was declined")
	e := &fault.CallError{
		Server: s.cfg.Server, Kind: fault.Cancelled, Step: f.step,
		Message: fmt.Sprintf("The input request %q was not answered (%s), so the call was not repeated.",
			clip(one.key, 80), one.outcome.state),
		Hint:    "Run the call again and answer its questions.",
		Entries: append([]uint64(nil), r.Entries...),
	}
	return e
}

// stopped is the error of a call that ended while no request of it was on its way.
func (s *Session) stopped(ctx context.Context, step string) error {
	return s.ended(ctx, step, nil)
}
