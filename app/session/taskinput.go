package session

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// taskMoved does what a new state of a task asks for. No lock is held.
func (s *Session) taskMoved(t *task, obj json.RawMessage, entry uint64) {
	s.book.mu.Lock()
	state, waiting, tired := t.State, t.waiting, t.refused >= pollFails
	s.book.mu.Unlock()
	switch {
	case state != TaskInput:
	case t.Form == ExtensionTasks:
		s.askInputs(t, field(obj, memberRequests), entry)
	case !waiting && !tired:
		// "When the requestor encounters the input_required status, it SHOULD preemptively call tasks/result."
		s.spawn(func(ctx context.Context) { s.fetchResult(ctx, t) })
	}
}

// fetchResult gets the result of a task of the core form; the server answers when the task is over, and may ask its
// questions meanwhile.
func (s *Session) fetchResult(ctx context.Context, t *task) {
	b, busy := s.book, false
	b.edit(t, func() { busy, t.waiting = t.waiting, true })
	if busy {
		return
	}
	r, err := s.Call(ctx, CallInput{Method: methodTaskResult, Params: taskParams(t.ID), Timeout: -1, sent: quiet})
	b.edit(t, func() {
		t.waiting = false
		if r != nil {
			t.saw(r.Request, r.Response)
			s.tellFindings(t, r.Findings)
		}
		f := fault.As(err)
		switch {
		case err == nil || f != nil && f.RPC != nil && r != nil:
			s.takeResult(t, r)
		case f != nil && (f.Kind == fault.Closed || f.Kind == fault.Session) || s.ctx.Err() != nil:
		default:
			t.refused++
			t.found(s.masked("The result could not be read: " + err.Error()))
			if t.State.Final() {
				t.Err = err
			}
		}
		t.poke()
	})
	if f := fault.As(err); f != nil && f.Challenge != nil {
		s.report(err, methodTaskResult)
	}
}

// takeResult takes the answer to tasks/result. One that came before the task is over waits for its end. The lock is held.
func (s *Session) takeResult(t *task, r *Result) {
	if r.RPC != nil && !t.State.Final() && r.RPC.Code == codeBadParams {
		t.refused++
		t.found(s.masked("The result was refused: " + r.RPC.Error()))
		t.due = true
		return
	}
	if id := related(join([]byte(`{"_meta":`), orNull(field(r.Result, "_meta")), []byte(`}`))); r.RPC == nil && id != t.ID {
		// "The tasks/result operation MUST include this metadata in its response".
		if id == "" {
			t.found("The result does not name its task in _meta (io.modelcontextprotocol/related-task).")
		} else {
			t.found(s.masked(fmt.Sprintf("The result names another task in _meta: %q.", clip(id, 80))))
		}
	}
	out := &TaskResult{
		Raw: r.Result, RPC: r.RPC, Entry: r.Response, At: "/result", Request: r.Request, Bytes: int64(len(r.Raw)), Took: r.Took,
	}
	if out.RPC != nil {
		out.At = "/error"
	}
	s.showResult(out)
	if t.State.Final() {
		t.Result, t.Err = out, nil
		return
	}
	t.early, t.due = out, true
}

func orNull(raw json.RawMessage) json.RawMessage {
	if raw == nil {
		return json.RawMessage("null")
	}
	return raw
}

// askInputs puts what a task of the extension form asks into the inbox, each key once. "Clients SHOULD deduplicate
// inputRequests keys across consecutive polls".
func (s *Session) askInputs(t *task, raw json.RawMessage, entry uint64) {
	list, err := members(raw)
	var ask []Question
	send := false
	s.book.edit(t, func() {
		if err != nil {
			t.found("The task needs input, but has no inputRequests object.")
			return
		}
		for _, m := range list {
			q, again := s.takeInput(t, m, entry)
			if send = send || again; q != nil {
				ask = append(ask, *q)
			}
		}
	})
	for _, q := range ask {
		if s.askTask(q, func(result json.RawMessage, state State) { s.inputSettled(t, q.Key, result, state) }) {
			continue
		}
		s.book.edit(t, func() {
			t.forgetInput(q.Key)
			t.found(fmt.Sprintf("%q was not asked yet: %d questions are waiting already.", clip(q.Key, 80), s.inbox.limit))
		})
	}
	if send {
		s.spawn(func(ctx context.Context) { s.updateTask(ctx, t) })
	}
}

// takeInput takes one of the inputRequests: the question to be asked, or whether its answer is to be sent again. The lock is
// held.
func (s *Session) takeInput(t *task, m member, entry uint64) (q *Question, again bool) {
	method, ok := text(field(m.val, "method"))
	params := field(m.val, "params")
	name := s.masked(clip(m.key, 80))
	known := t.input(m.key)
	switch {
	case !ok:
		t.found(fmt.Sprintf("The input request %q has no method.", name))
		return nil, false
	case known != nil && (known.Method != method || !bytes.Equal(known.params, params)):
		// "Each request key in inputRequests MUST be unique over the lifetime of a single task."
		t.found(fmt.Sprintf("The key %q was used for two different requests: the second one is not answered.", name))
		return nil, false
	case known != nil && known.State == TaskAnswered:
		return nil, known.tries < updateTries
	case known != nil && known.State == TaskAcknowledged:
		if known.again++; known.again == askedAgain {
			known.Text = fmt.Sprintf("The server acknowledged the answer, and asked for it in %d more polls.", known.again)
			t.found(fmt.Sprintf("%q is still asked for, although its answer was acknowledged.", name))
		}
		return nil, false
	case known != nil:
		return nil, false
	case len(t.Inputs) >= s.cfg.Limits.taskInputs():
		t.found(fmt.Sprintf("The task asked more than %d questions: further ones are left alone. "+raise, s.cfg.Limits.taskInputs()))
		return nil, false
	}
	in := TaskQuestion{Key: m.key, Method: method, State: TaskAsked, Entry: entry, params: slices.Clone(params)}
	if code, why := s.settings().Answerers.refuses(method, params); code != 0 {
		in.State, in.Text = TaskRefused, "It is not answered: "+why+"."
		t.found(fmt.Sprintf("The input request %q cannot be answered: %s.", name, why))
		t.Inputs = append(t.Inputs, in)
		return nil, false
	}
	t.Inputs = append(t.Inputs, in)
	return &Question{
		Task: t.ID, Call: t.Call, Tool: t.Tool, Key: m.key, Method: method, Params: in.params, Entry: entry,
	}, false
}

func (t *task) forgetInput(key string) {
	t.Inputs = slices.DeleteFunc(t.Inputs, func(in TaskQuestion) bool { return in.Key == key })
}

// inputSettled takes what became of a question in the inbox.
func (s *Session) inputSettled(t *task, key string, result json.RawMessage, state State) {
	send := false
	s.book.edit(t, func() {
		in := t.input(key)
		switch {
		case in == nil:
		case result != nil:
			in.State, in.answer, send = TaskAnswered, result, true
		case state == Cancelled && !t.State.Final():
			t.forgetInput(key) // the next poll asks again, if it is still wanted
		case state == Cancelled:
			in.State, in.Text = TaskUnanswered, "The task was over before it was answered."
		default:
			in.State, in.Text = TaskUnanswered, "It was declined, and there is no answer that says so: nothing was sent. Cancel the task if it is not to go on."
		}
	})
	if send {
		s.spawn(func(ctx context.Context) { s.updateTask(ctx, t) })
	}
}

// updateTask sends the answers that the server does not have yet.
func (s *Session) updateTask(ctx context.Context, t *task) {
	responses, keys := json.RawMessage("{}"), []string{}
	s.book.edit(t, func() {
		for i := range t.Inputs {
			in := &t.Inputs[i]
			if in.State != TaskAnswered || in.tries >= updateTries || in.sending {
				continue
			}
			if out, err := withField(responses, in.Key, in.answer); err == nil {
				in.tries++
				in.sending = true
				responses, keys = out, append(keys, in.Key)
			}
		}
	})
	if len(keys) == 0 {
		return
	}
	params := join([]byte(`{"taskId":`), quoteJSON(t.ID), []byte(`,"inputResponses":`), responses, []byte(`}`))
	r, err := s.Call(ctx, CallInput{Method: methodTaskUpdate, Params: params, Timeout: pollTime, sent: quiet})
	s.book.edit(t, func() {
		if r != nil {
			t.saw(r.Request, r.Response)
		}
		for _, key := range keys {
			in := t.input(key)
			if in == nil {
				continue
			}
			if in.sending = false; err == nil {
				in.State, in.Text = TaskAcknowledged, ""
			} else {
				in.Text = s.masked("The answer was not taken: " + s.fault(err, methodTaskUpdate).Message)
			}
		}
	})
	if f := fault.As(err); f != nil && f.Challenge != nil {
		s.report(err, methodTaskUpdate)
	}
}

// AskAgain asks a question of a task once more that was declined, refused or answered, if the task still asks it.
func (s *Session) AskAgain(key, input string) error {
	t := s.taskOf(key)
	if t == nil {
		return s.noTask()
	}
	s.book.edit(t, func() {
		if in := t.input(input); in != nil && in.State != TaskAsked {
			t.forgetInput(input)
		}
	})
	return s.CheckTask(key)
}
