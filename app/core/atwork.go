package core

import (
	"context"
	"fmt"
	"time"

	"github.com/sightglass-dev/sightglass/app/question"
	"github.com/sightglass-dev/sightglass/app/rules"
	"github.com/sightglass-dev/sightglass/app/session"
)

// Who settles a question in the user's place, as InboxItem.By.
const (
	byRule    = "rule"
	byRoots   = "roots"
	bySampler = "sampler"
)

// rule says what answers a question of the server: a rule, or the server's roots. It returns at once.
func (cn *connection) rule(q session.Question) (session.Deed, bool) {
	c := cn.core
	if q.Method == question.MethodRoots {
		cn.asked.mu.Lock()
		cn.asked.rootsAsked = time.Now()
		cn.asked.mu.Unlock()
	}
	r, ok := c.book().Match(rules.Asked{Profile: cn.profile.ID, Method: q.Method, Params: q.Params, Tool: q.Tool})
	switch {
	case ok && r.Action == rules.DoAsk:
		return session.Deed{}, false
	case ok:
		return cn.deed(q, r), true
	case q.Method == question.MethodRoots:
		return session.Deed{By: byRoots, Name: "The roots of this server", At: q.Asked, Do: func(context.Context) (session.Reply, bool) {
			return session.Reply{Result: c.rootsResult(cn.profile.ID), Reason: "answered with the roots of the server's settings"}, true
		}}, true
	}
	return session.Deed{}, false
}

// deed is what a rule does with a question.
func (cn *connection) deed(q session.Question, r rules.Rule) session.Deed {
	wait := time.Duration(r.Delay) * time.Millisecond
	d := session.Deed{By: byRule, Rule: r.ID, Name: r.Name, Action: string(r.Action), At: q.Asked.Add(wait)}
	if r.Action == rules.DoSampler {
		d.By = bySampler
	}
	d.Do = func(ctx context.Context) (session.Reply, bool) {
		if wait > 0 {
			timer := time.NewTimer(wait)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-ctx.Done():
				return session.Reply{}, false
			}
		}
		reply, ok := cn.ruled(ctx, &q, r)
		if reply.Reason == "" {
			reply.Reason = fmt.Sprintf("answered by the rule %q", r.Name)
		} else if ok {
			reply.Reason += fmt.Sprintf(" (rule %q)", r.Name)
		}
		return reply, ok
	}
	return d
}

// ruled is a rule's answer; false leaves the question to the user.
func (cn *connection) ruled(ctx context.Context, q *session.Question, r rules.Rule) (session.Reply, bool) {
	switch r.Action {
	case rules.DoAnswer:
		return replyOf(q, Reply{Kind: rules.KindResult, Content: r.Content}), true
	case rules.DoDefaults:
		return session.Reply{Result: q.Template}, true
	case rules.DoDecline, rules.DoCancel:
		state := session.Declined
		if r.Action == rules.DoCancel {
			state = session.Cancelled
		}
		reply := session.Refusal(*q, state)
		reply.Reason = ""
		return reply, true
	case rules.DoError:
		return errorReply(r.Code, r.Message, r.Data), true
	case rules.DoMalformed:
		if problems := checkReply(q, Reply{Kind: rules.KindMalformed, Text: r.Raw}); len(problems) > 0 {
			cn.note(fmt.Sprintf("The rule %q could not answer the question in entry %d: %s.", r.Name, q.Entry, problems[0].Message))
			return session.Reply{}, false
		}
		return malformedReply(q, r.Raw), true
	case rules.DoSampler:
		return cn.sampled(ctx, q, r)
	case rules.DoAsk:
	}
	return session.Reply{}, false
}
