package core

import (
	"context"
	"strings"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/session"
)

// completion is one completion/complete under way.
type completion struct{ cancel context.CancelFunc }

// Complete asks what could stand for an argument, given the others. The latest of the same argument wins: the one
// before is cancelled and ends as stale.
func (c *Core) Complete(ctx context.Context, in CompleteInput) CompleteOutput {
	out := CompleteOutput{Call: in.Call, Values: []string{}, Findings: []string{}}
	cn, s, err := c.live(in.Profile)
	if err != nil {
		out.Err = AsError(err)
		return out
	}
	out.Offer = offered(s, "completions")
	// 2025-03-26 changelog: "Added completions capability"; before, nothing was declared
	if !out.Offer.Declared && s.Info().Version >= "2025-03-26" {
		out.Offer.Text = notOffered("completions")
		return out
	}
	ask := session.CompleteInput{Call: in.Call, Prompt: in.Prompt, Template: in.Template, Argument: in.Argument, Value: in.Value, Context: map[string]string{}}
	if _, p := promptCatalog().find(c, in.Profile, in.Index, in.Prompt); p != nil && in.Template == "" {
		ask.Prompt = p.Name
	}
	if _, t := templateCatalog().find(c, in.Profile, in.Index, in.Template); t != nil && in.Template != "" {
		ask.Template = t.URITemplate
	}
	for _, a := range in.Context {
		if a.Name != in.Argument {
			ask.Context[a.Name] = a.Value
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	key := strings.Join([]string{ask.Prompt, ask.Template, ask.Argument}, "\x00")
	mine := cn.completing(key, cancel)
	cn.begin(in.Call, "completion/complete")
	found, err := s.Complete(ctx, ask)
	cn.finish(in.Call)
	latest := cn.completed(key, mine)
	if r := found.Result; r != nil {
		out.Seq, out.Took, out.Findings = r.Response, r.Took.Microseconds(), cn.texts(r.Findings)
	}
	if f := fault.As(err); !latest || f != nil && f.Kind == fault.Cancelled {
		out.Stale = true
		return out
	}
	out.Values, out.Total, out.HasMore = cn.texts(found.Values), found.Total, found.HasMore
	if err = out.Offer.answered("completions", "completion/complete", err); err != nil {
		out.Err = cn.callError(err)
		if f := fault.As(err); f != nil && f.Challenge != nil {
			c.refusedAt(cn.profile, f, nil) // what was typed goes on: it is not sent again
		}
	}
	return out
}

// completing cancels the completion of the same thing that is under way and takes its place.
func (cn *connection) completing(key string, cancel context.CancelFunc) *completion {
	mine := &completion{cancel}
	cn.mu.Lock()
	defer cn.mu.Unlock()
	if before := cn.completes[key]; before != nil {
		before.cancel()
	}
	if cn.completes == nil {
		cn.completes = map[string]*completion{}
	}
	cn.completes[key] = mine
	return mine
}

// completed reports whether no later one took the place.
func (cn *connection) completed(key string, mine *completion) bool {
	cn.mu.Lock()
	defer cn.mu.Unlock()
	if cn.completes[key] != mine {
		return false
	}
	delete(cn.completes, key)
	return true
}
