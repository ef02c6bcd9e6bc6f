package app

import (
	"context"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/rules"
)

// Questions is the bound noun for what servers ask. The inbox and the questions travel by fetch: /api/inbox,
// /api/question (text: the id), /api/questionmedia (text: the id, at: Content.at); so do /api/rules and
// /api/answers, which hold answers of any length, and /api/draft (text: the id) and /api/trysampler (seq: an answer to
// prompts/get), which wait for the sampler.
type Questions struct{ app *App }

// Check says what is wrong with an answer. Nothing is sent.
func (q *Questions) Check(r core.Reply) (out []core.Problem, err error) {
	defer guard(&err, "check the answer")
	return q.app.core.CheckReply(r), nil
}

// Reply answers a question.
func (q *Questions) Reply(r core.Reply) (out core.ReplyOutput, err error) {
	defer guard(&err, "answer the question")
	return q.app.core.Reply(context.Background(), r)
}

// Hold keeps a rule from answering a question: it is the user's from then on.
func (q *Questions) Hold(id string) (err error) {
	defer guard(&err, "hold the rule")
	return q.app.core.HoldRule(id)
}

// SaveAnswer keeps an answer as a template.
func (q *Questions) SaveAnswer(t rules.Template, force bool) (out core.SavedTemplate, err error) {
	defer guard(&err, "save the answer")
	return q.app.core.SaveTemplate(t, force)
}

// DeleteAnswer removes a template.
func (q *Questions) DeleteAnswer(id string) (err error) {
	defer guard(&err, "delete the answer")
	return q.app.core.DeleteTemplate(id)
}

// SaveRule adds (empty id) or changes a rule.
func (q *Questions) SaveRule(r rules.Rule, force bool) (out core.SavedRule, err error) {
	defer guard(&err, "save the rule")
	return q.app.core.SaveRule(r, force)
}

// DeleteRule removes a rule.
func (q *Questions) DeleteRule(id string) (err error) {
	defer guard(&err, "delete the rule")
	return q.app.core.DeleteRule(id)
}

// EnableRule switches a rule on or off.
func (q *Questions) EnableRule(id string, on bool) (err error) {
	defer guard(&err, "change the rule")
	return q.app.core.EnableRule(id, on)
}

// ReorderRules puts the rules into the given order.
func (q *Questions) ReorderRules(ids []string) (err error) {
	defer guard(&err, "reorder the rules")
	return q.app.core.ReorderRules(ids)
}

// TryRule returns the ids of the questions in the inbox that a rule would have taken.
func (q *Questions) TryRule(r rules.Rule) (out []string, err error) {
	defer guard(&err, "try the rule")
	return q.app.core.TryRule(r), nil
}

// Roots returns the roots of a server's settings.
func (q *Questions) Roots(profile string) (out core.RootList, err error) {
	defer guard(&err, "list roots")
	return q.app.core.Roots(profile), nil
}

// SetRoots replaces the roots of a server's settings and tells a live legacy server.
func (q *Questions) SetRoots(profile string, roots []core.RootEntry) (out core.RootList, err error) {
	defer guard(&err, "change roots")
	return q.app.core.SetRoots(profile, roots)
}

// Sampler returns the settings of the endpoint that answers sampling questions.
func (q *Questions) Sampler() (out core.SamplerState, err error) {
	defer guard(&err, "read the sampler's settings")
	return q.app.core.Sampler(), nil
}

// SetSampler changes them.
func (q *Questions) SetSampler(in core.SamplerInput) (out core.SamplerState, err error) {
	defer guard(&err, "save the sampler's settings")
	return q.app.core.SetSampler(in)
}

// TestSampler asks the endpoint for a word.
func (q *Questions) TestSampler() (out core.SamplerDraft, err error) {
	defer guard(&err, "test the sampler")
	return q.app.core.TestSampler(context.Background()), nil
}

// PickFolder asks for a folder by the system's dialog and returns its file URI, empty when the user cancelled.
func (q *Questions) PickFolder() (uri string, err error) {
	defer guard(&err, "choose a folder")
	path, err := runtime.OpenDirectoryDialog(q.app.ctx, runtime.OpenDialogOptions{Title: "Choose a root"})
	if err != nil || path == "" {
		return "", err
	}
	return core.FolderURI(path), nil
}

// CancelDraft ends a Draft under way, the test with an empty id, or what /api/trysampler asks with "try".
func (q *Questions) CancelDraft(id string) (err error) {
	defer guard(&err, "cancel the draft")
	q.app.core.CancelDraft(id)
	return nil
}
