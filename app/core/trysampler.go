package core

import (
	"context"
	"encoding/json"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// tryDraft is the id under which [Core.CancelDraft] ends a TrySampler.
const tryDraft = "try"

// trySamplerTokens is the limit that a tried conversation is sent with: a sampling request has to name one.
const trySamplerTokens = 2000

// TrySampler puts the messages of a recorded answer to prompts/get to the endpoint, as a sampling request of the server
// would. No server is asked or told anything.
func (c *Core) TrySampler(ctx context.Context, seq uint64) SamplerDraft {
	e, ok := c.entryOf(seq)
	b, _, _, kept := c.bodyOf(seq, wire.PartMessage, 0, -1)
	if !ok || !kept || e.Cut || e.Method != "prompts/get" {
		return noDraft(input(samplerStep, "the prompt's answer has left memory, or is none", "Get the prompt again."))
	}
	var answer struct {
		Result struct {
			Messages json.RawMessage `json:"messages"`
		} `json:"result"`
	}
	if err := json.Unmarshal(b, &answer); err != nil || len(answer.Result.Messages) == 0 {
		return noDraft(input(samplerStep, "the prompt's answer has no messages", "Look at the raw answer."))
	}
	params, err := json.Marshal(map[string]any{"messages": answer.Result.Messages, "maxTokens": trySamplerTokens})
	if err != nil {
		return noDraft(input(samplerStep, "the prompt's messages are no JSON", "Look at the raw answer."))
	}
	return c.draft(ctx, tryDraft, e.Conn, params)
}
