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

// PromptList is prompts/list as far as it was read.
type PromptList struct {
	List
	Prompts []Prompt // one per item, in order; names may repeat
}

// maxArguments bounds the arguments of one prompt that are looked at.
const maxArguments = 1000

// Prompts reads prompts/list as [Session.Resources] does resources/list.
func (s *Session) Prompts(ctx context.Context, before *PromptList, pages int) (*PromptList, error) {
	out := &PromptList{}
	if before != nil {
		out.List, out.Prompts = before.clone(), append(out.Prompts, before.Prompts...)
	} else {
		s.changes.seen(methodPromptsNew)
	}
	restarts := out.Restarts
	err := s.extend(ctx, CallInput{Method: methodPromptsList}, "prompts", &out.List, pages)
	if out.Restarts > restarts {
		out.Prompts = nil
	}
	names := map[string]int{}
	for _, p := range out.Prompts {
		names[p.Name]++
	}
	for _, raw := range out.Items[len(out.Prompts):] {
		p := readPrompt(raw)
		if names[p.Name]++; names[p.Name] == 2 && p.Name != "" {
			out.found("The name %q is used by more than one prompt.", clip(p.Name, 80))
		}
		out.Prompts = append(out.Prompts, p)
	}
	return out, err
}

func readPrompt(raw json.RawMessage) Prompt {
	out := Prompt{Raw: raw}
	var r itemReader
	for _, m := range r.members(raw) {
		switch m.key {
		case "name":
			r.text(m, &out.Name)
		case "title":
			r.text(m, &out.Title)
		case "description":
			r.text(m, &out.Description)
		case "icons":
			out.Icons = r.icons(m)
		case "_meta":
			out.Meta = m.val
		case "arguments":
			out.Arguments = r.arguments(m)
		}
	}
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
		for _, m := range one.members(raw) {
			switch m.key {
			case "name":
				one.text(m, &a.Name)
			case "title":
				one.text(m, &a.Title)
			case "description":
				one.text(m, &a.Description)
			case "required":
				one.bool(m, &a.Required)
			}
		}
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
