package session

import (
	"context"
	"fmt"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
)

const (
	codeURLRequired = -32042 // URLElicitationRequired (2025-11-25 client/elicitation#url-elicitation-required-error)
	maxURLRetries   = 5      // retries of one call after that error; a server that asks on and on is stopped
)

// opened lets the user go through the URLs of an error -32042; true: the call is to be sent again.
func (s *Session) opened(ctx context.Context, f *flight, in CallInput, r *Result) (bool, error) {
	list, ok := elements(field(r.RPC.Data, "elicitations"))
	if r.RPC.Code != codeURLRequired || in.Manual || !ok || len(list) == 0 || !s.accepts(in).URL {
		return false, nil
	}
	if f.urls >= maxURLRetries {
		r.Findings = append(r.Findings, fmt.Sprintf("The server asked for URLs to be opened (-32042) after %d retries again: the call was given up.", maxURLRetries))
		return false, nil
	}
	f.urls++
	var questions []Question
	for _, params := range list[:min(len(list), maxInputs)] {
		if mode, _ := text(field(params, "mode")); mode != "url" {
			r.Findings = append(r.Findings, "An elicitation of the error -32042 is not of mode url: it was left out.")
			continue
		}
		questions = append(questions, Question{
			Source: FromError, Call: f.id, Round: f.urls, Method: methodElicit, Params: params, Entry: r.Response,
		})
	}
	if len(questions) == 0 {
		return false, nil
	}
	if err := s.through(ctx, f, questions, r); err != nil {
		return false, err
	}
	r.Findings = append(r.Findings, fmt.Sprintf("The server asked for %d URLs to be opened first (-32042). The call was sent again after that.", len(questions)))
	select { // a server that is asked at once may not know yet
	case <-time.After(restInterval):
	case <-ctx.Done():
		return false, s.stopped(ctx, f.step)
	}
	return true, nil
}

// through waits until every question is settled.
func (s *Session) through(ctx context.Context, f *flight, questions []Question, r *Result) error {
	came := make(chan outcome, len(questions))
	for _, q := range questions {
		if ok, refused := s.ask(q, nil, func(o outcome) { came <- o }); !ok {
			s.noteRefused(q.Method, q.Entry, refused)
			s.inbox.cancelCall(f.id, "too many questions")
			return s.refusal(f.step, r)
		}
	}
	for range questions {
		select {
		case <-ctx.Done():
			return s.stopped(ctx, f.step)
		case o := <-came:
			if ctx.Err() != nil {
				return s.stopped(ctx, f.step)
			}
			if o.state != Answered {
				s.inbox.cancelCall(f.id, "another URL of this call was declined")
				e := s.refusal(f.step, r)
				e.Kind, e.Hint = fault.RPC, "An URL was "+string(o.state)+", so the call was not sent again. Run it again to be asked again."
				return e
			}
		}
	}
	return nil
}
