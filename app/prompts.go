package app

import (
	"context"

	"github.com/sightglass-dev/sightglass/app/core"
)

// Prompts is the bound noun for prompts. The list, details and messages travel by fetch: /api/prompts, /api/prompt,
// /api/contents. Completion is Resources.Complete.
type Prompts struct{ app *App }

// Get gets a prompt's messages and waits for them; Tools.Cancel ends it.
func (p *Prompts) Get(in core.PromptInput) (out core.PromptOutput, err error) {
	defer guard(&err, "get prompt")
	return p.app.core.GetPrompt(context.Background(), in), nil
}
