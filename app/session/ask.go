package session

import (
	"bytes"
	"context"
	"encoding/json"
	"time"
)

// ask queues a question. A rule that takes it answers on a goroutine of its own. refused is as inbox.add has it.
func (s *Session) ask(q Question, request json.RawMessage, settle func(outcome)) (ok bool, refused int) {
	a := &asked{Question: q, request: bytes.TrimSpace(request), settle: settle}
	if request == nil {
		a.request = nil
	}
	a.ID, a.n = s.inbox.next()
	a.State, a.Asked, a.Template = Pending, time.Now(), template(q.Method, q.Params)
	a.elicitation, _ = text(field(q.Params, "elicitationId"))
	if a.Tool == "" {
		a.Tool = s.toolOf(q)
	}
	var ctx context.Context
	if rule := s.settings().Answerers.Rule; rule != nil {
		if deed, takes := rule(a.Question); takes {
			a.Deed = &deed
			ctx, a.stop = context.WithCancel(s.ctx)
		}
	}
	deed, id := a.Deed, a.ID // a is the inbox's from here on
	if ok, refused = s.inbox.add(a); !ok {
		if a.stop != nil {
			a.stop()
		}
		return false, refused
	}
	s.tell(QuestionsChanged)
	if deed != nil {
		s.spawn(func(context.Context) { s.do(ctx, id, *deed) })
	}
	return true, 0
}

// toolOf is the tool, prompt or resource whose call asks. stdio and the GET stream do not tell the call: with one call
// in flight it is that.
func (s *Session) toolOf(q Question) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.calls[q.Call]; f != nil {
		return f.state.Name
	}
	if q.Call == "" && len(s.order) == 1 {
		return s.order[0].state.Name
	}
	return ""
}

// do lets a rule answer.
func (s *Session) do(ctx context.Context, id string, deed Deed) {
	r, ok := deed.Do(ctx)
	switch {
	case ctx.Err() != nil: // settled or taken over meanwhile
	case !ok:
		s.inbox.hold(id)
	default:
		if r.By == "" {
			r.By = deed.By
		}
		if err := s.Reply(id, r); err != nil && ctx.Err() == nil {
			s.note("The answer of a rule was not taken: " + err.Error())
			s.inbox.hold(id)
		}
	}
}
