package core

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/sightglass-dev/sightglass/app/session"
)

func promptCatalog() *catalog[session.Prompt] {
	return &catalog[session.Prompt]{
		method: "prompts/list", capability: "prompts", read: (*session.Session).Prompts, changed: (*session.Session).PromptsChanged,
		place: func(cn *connection) *kept[session.Prompt] { return &cn.prompts },
		key:   func(p *session.Prompt) string { return p.Name },
	}
}

// Prompts returns the prompts of a connected server, as Resources does its resources.
func (c *Core) Prompts(ctx context.Context, id string, want ReadList) PromptList {
	cn, k, err := promptCatalog().get(ctx, c, id, want)
	return PromptList{Prompts: rows(k, cn.promptRow), ListRead: k.told(cn, err), Offer: k.offer}
}

func (cn *connection) promptRow(i int, p *session.Prompt) Prompt {
	out := Prompt{
		Index: i, Name: cn.text(p.Name), Title: cn.text(p.Title), Summary: firstRunes(cn.text(p.Description), summaryRunes),
		Icons: cn.icons(p.Icons), Arguments: len(p.Arguments), Problem: cn.text(p.Problem),
	}
	for _, a := range p.Arguments {
		if a.Required {
			out.Required++
		}
	}
	return out
}

// Prompt returns one prompt of the list read last, whole.
func (c *Core) Prompt(id string, index int) (PromptDetail, error) {
	cn, p := promptCatalog().find(c, id, index, "")
	if p == nil {
		return PromptDetail{}, notListed("prompt", index)
	}
	out := PromptDetail{
		Prompt: cn.promptRow(index, p), Description: cn.text(p.Description), Meta: cn.text(string(p.Meta)), Raw: cn.text(string(p.Raw)),
		Arguments: make([]PromptArgument, 0, len(p.Arguments)),
	}
	for _, a := range p.Arguments {
		out.Arguments = append(out.Arguments, PromptArgument{
			Name: cn.text(a.Name), Title: cn.text(a.Title), Description: cn.text(a.Description), Required: a.Required, Problem: cn.text(a.Problem),
		})
	}
	return out, nil
}

// GetPrompt gets a prompt's messages and waits for them. While a required argument is missing nothing is sent, unless
// Force.
func (c *Core) GetPrompt(ctx context.Context, in PromptInput) PromptOutput {
	out := PromptOutput{Call: in.Call, Problems: []Problem{}, Findings: []string{}}
	cn, s, err := c.live(in.Profile)
	if err != nil {
		out.Err = AsError(err)
		return out
	}
	if _, p := promptCatalog().find(c, in.Profile, in.Index, in.Name); p != nil {
		in.Name = p.Name // a name that was masked in the list is whole again
		if out.Problems = missing(cn, p, in.Args); len(out.Problems) > 0 && !in.Force {
			return out
		}
		out.Problems = []Problem{}
	}
	args := cn.arguments(in.Args)
	call, err := in.Extra.withExtras(session.CallInput{Call: in.Call})
	if err != nil {
		out.Err = AsError(err)
		return out
	}
	cn.begin(in.Call, in.Name)
	res, err := s.GetPromptWith(ctx, call, in.Name, args)
	cn.finish(in.Call)
	var mu sync.Mutex
	take := func(res *session.Result, err error) {
		mu.Lock()
		defer mu.Unlock()
		out = PromptOutput{Call: in.Call, Problems: []Problem{}, Findings: []string{}, Offer: offered(s, "prompts")}
		if err = out.Offer.answered("prompts", "prompts/get", err); err != nil {
			out.Err = cn.callError(err)
		}
		if res == nil {
			return
		}
		out.Seq, out.Request, out.Took, out.Rounds, out.Bytes = res.Response, res.Request, res.Took.Microseconds(), res.Rounds, int64(len(res.Raw))
		cn.keepRounds(res)
		list := session.ReadContents("prompts/get", res.Result, false)
		out.Findings = append(cn.texts(res.Findings), cn.texts(list.Findings)...)
		for _, item := range list.Items {
			out.Messages = max(out.Messages, item.Message+1)
		}
	}
	take(res, err)
	failed := c.sentAgain(ctx, cn, err, "prompts/get "+in.Name, in.Call, take)
	mu.Lock()
	defer mu.Unlock()
	if failed != nil {
		out.Err = AsError(failed)
	}
	return out
}

// missing are the required arguments that are not given.
func missing(cn *connection, p *session.Prompt, args []Argument) []Problem {
	out := []Problem{}
	for _, a := range p.Arguments {
		given := slices.ContainsFunc(args, func(in Argument) bool { return in.Name == a.Name || in.Name == cn.text(a.Name) })
		if a.Required && !given {
			name := cn.text(a.Name)
			out = append(out, Problem{Path: "/" + name, Message: fmt.Sprintf("the argument %q is required", name), Keyword: "required"})
		}
	}
	return out
}

// arguments are those of prompts/get as JSON, nil when there is none.
func (cn *connection) arguments(args []Argument) json.RawMessage {
	if len(args) == 0 {
		return nil
	}
	m := map[string]string{}
	for _, a := range args {
		m[a.Name] = a.Value
	}
	b, err := json.Marshal(m)
	if err != nil { // cannot happen: strings only
		return nil
	}
	return b
}
