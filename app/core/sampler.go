package core

import (
	"context"

	"github.com/sightglass-dev/sightglass/app/rules"
	"github.com/sightglass-dev/sightglass/app/session"
)

// Sampler returns the sampler as it is set.
func (c *Core) Sampler() SamplerState {
	return SamplerState{Key: "missing", Problem: "No endpoint is set."}
}

// SetSampler changes the sampler.
func (c *Core) SetSampler(SamplerInput) (SamplerState, error) {
	return c.Sampler(), input("save the sampler", "the sampler is not built yet", "")
}

// TestSampler asks the endpoint for a word.
func (c *Core) TestSampler(context.Context) SamplerDraft {
	return SamplerDraft{Problems: []Problem{}, Findings: []string{}, Err: AsError(input("ask the sampler", "no endpoint is set", "Set one in the sampler's settings."))}
}

// Draft asks the endpoint for an answer to a sampling question. Nothing is sent to the server.
func (c *Core) Draft(ctx context.Context, _ string) SamplerDraft { return c.TestSampler(ctx) }

// CancelDraft ends a Draft under way.
func (c *Core) CancelDraft(string) {}

func (cn *connection) sampled(context.Context, *session.Question, rules.Rule) (session.Reply, bool) {
	return session.Reply{}, false
}
