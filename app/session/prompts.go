package session

import (
	"context"
	"encoding/json"
)

// Prompt is one item of prompts/list, decoded beside its raw form as far as that goes.
type Prompt struct {
	Raw         json.RawMessage // the whole item as it came
	Name        string
	Title       string
	Description string
	Arguments   []PromptArgument
	Icons       []Icon
	Meta        json.RawMessage // _meta, nil when absent
	Problem     string          // what is malformed about it
}

// PromptArgument is one argument of a prompt; all of them are text.
type PromptArgument struct {
	Name        string
	Title       string
	Description string
	Required    bool
	Problem     string
}

// PromptList is prompts/list as far as it was read; names may repeat.
type PromptList = ListOf[Prompt]

// maxArguments bounds the arguments of one prompt that are looked at.
const maxArguments = 1000

var promptListing = listing[Prompt]{
	method: methodPromptsList, member: "prompts", changed: methodPromptsNew,
	read:   func(_ *List, item json.RawMessage) Prompt { return readPrompt(item) },
	unique: []unique[Prompt]{{func(p *Prompt) string { return p.Name }, 80, "The name %q is used by more than one prompt."}},
}

// Prompts reads prompts/list as [Session.Resources] does resources/list.
func (s *Session) Prompts(ctx context.Context, before *PromptList, pages int) (*PromptList, error) {
	return promptListing.ahead(ctx, s, before, pages)
}

func readPrompt(raw json.RawMessage) Prompt {
	out := Prompt{Raw: raw}
	var r itemReader
	r.fields(raw, map[string]any{
		"name": &out.Name, "title": &out.Title, "description": &out.Description, "icons": &out.Icons, "_meta": &out.Meta,
		"arguments": func(m member) { out.Arguments = r.arguments(m) },
	})
	if len(r.problems) == 0 || out.Title != "" || out.Description != "" {
		r.needs("name", out.Name)
	}
	out.Problem = r.said()
	return out
}

func (r *itemReader) arguments(m member) []PromptArgument {
	var list []json.RawMessage
	if json.Unmarshal(m.val, &list) != nil {
		r.problem("arguments is no array")
		return nil
	}
	if len(list) > maxArguments {
		r.problem("it has %d arguments, of which %d are looked at", len(list), maxArguments)
		list = list[:maxArguments]
	}
	out := make([]PromptArgument, len(list))
	names := map[string]bool{}
	for i, raw := range list {
		a := &out[i]
		var one itemReader
		one.fields(raw, map[string]any{"name": &a.Name, "title": &a.Title, "description": &a.Description, "required": &a.Required})
		if len(one.problems) == 0 {
			one.needs("name", a.Name)
		}
		if names[a.Name] && a.Name != "" {
			one.problem("another argument has this name too")
		}
		names[a.Name] = true
		if a.Problem = one.said(); a.Problem != "" {
			r.problem("argument %d is malformed", i+1)
		}
	}
	return out
}

// GetPrompt gets a prompt's messages; args is a JSON object, nil: no arguments member.
func (s *Session) GetPrompt(ctx context.Context, call, name string, args json.RawMessage) (*Result, error) {
	return s.GetPromptWith(ctx, CallInput{Call: call}, name, args)
}

// GetPromptWith is [Session.GetPrompt] with what else the call has of its own: everything but method, name and
// arguments, which are set here.
func (s *Session) GetPromptWith(ctx context.Context, in CallInput, name string, args json.RawMessage) (*Result, error) {
	params, err := setField(in.Params, "name", quoteJSON(name))
	if err == nil && args != nil {
		params, err = setField(params, "arguments", args)
	}
	if err != nil {
		return nil, s.input(methodPrompt, "The params are no JSON object.")
	}
	in.Method, in.Params, in.OnProgress = methodPrompt, params, func(Progress) {}
	return s.Call(ctx, in)
}
