package core

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/session"
)

const (
	summaryRunes = 200     // characters of a description in a row of the list
	inlineResult = 4 << 10 // bytes of a result that still cross the bridge; larger ones are fetched
	checkedBytes = 8 << 20 // bytes of structured content that are still checked against outputSchema
)

// Tools returns the tools of a connected server: the list read last, or every page anew.
func (c *Core) Tools(ctx context.Context, id string, refresh bool) (ToolList, error) {
	if refresh {
		return c.ToolPages(ctx, id, AllPages)
	}
	return c.ToolPages(ctx, id, KeptList)
}

// ToolPages returns the tools of a connected server as [Core.Resources] does its resources.
func (c *Core) ToolPages(ctx context.Context, id string, want ReadList) (ToolList, error) {
	k, err := c.toolList(ctx, id, want)
	list := k.list
	if list == nil {
		return ToolList{Tools: []Tool{}, Seqs: []uint64{}, Findings: []string{}, Err: AsError(err)}, nil
	}
	cn := c.connection(id)
	out := ToolList{
		Tools: make([]Tool, 0, len(list.Tools)), Pages: list.Pages, More: list.More, Cursor: cn.text(list.Cursor), Seqs: list.Entries,
		At: k.at.UnixMicro(), Findings: []string{}, Cache: k.cache, Err: AsError(cn.masked(err)),
	}
	for i := range list.Tools {
		out.Tools = append(out.Tools, cn.row(i, &list.Tools[i]))
	}
	for _, f := range list.Findings {
		out.Findings = append(out.Findings, cn.text(f))
	}
	if out.Seqs == nil {
		out.Seqs = []uint64{}
	}
	return out, nil
}

// row is a tool as the list shows it. A server may say what it was told: its words are masked.
func (cn *connection) row(i int, t *session.Tool) Tool {
	return Tool{
		Index: i, Name: cn.text(t.Name), Title: cn.text(t.Title), Summary: firstRunes(cn.text(t.Description), summaryRunes), ReadOnly: t.ReadOnly,
		Icons:       cn.icons(t.Icons),
		Destructive: t.Destructive, Idempotent: t.Idempotent, OpenWorld: t.OpenWorld, Tasks: cn.taskMode(t), Excluded: cn.text(t.Excluded), Problem: cn.text(t.Problem),
		UI: cn.text(t.UI.URI), AppOnly: !t.UI.Model, ModelOnly: !t.UI.App,
	}
}

// text is s with the known secrets masked.
func (cn *connection) text(s string) string {
	if s == "" {
		return s
	}
	return string(cn.core.masker().Text(cn.id, []byte(s)))
}

func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i] + "…"
		}
		n--
	}
	return s
}

// toolList returns the list kept, or reads it. What was read before an error is returned beside it.
func (c *Core) toolList(ctx context.Context, id string, want ReadList) (kept[session.ToolList], error) {
	cn, s, err := c.live(id)
	if err != nil {
		return kept[session.ToolList]{}, err
	}
	cn.mu.Lock()
	was := cn.tools
	cn.mu.Unlock()
	if was.list != nil {
		was.cache = cn.hint(was.list.Cache, was.token, s.ToolsChanged())
	}
	switch {
	case want == KeptList && was.list != nil && was.cache.fresh():
		return was, nil
	case want == KeptList && cn.paged():
		want = FirstPage
	}
	now, err := cn.readTools(ctx, s, was.list, want)
	f := fault.As(err)
	if f == nil || f.Challenge == nil {
		return now, err
	}
	c.refusedAt(cn.profile, f, &refusal{what: "tools/list", again: func(ctx context.Context) (Replay, error) {
		now, err := cn.readTools(ctx, s, was.list, want)
		if n := len(now.list.Entries); err == nil && n > 0 {
			return Replay{Seq: now.list.Entries[n-1]}, nil
		}
		return Replay{}, err
	}})
	if !c.autoSignIn(cn.profile) || c.signIn(id).wait(ctx) != nil {
		return now, err
	}
	cn.mu.Lock()
	defer cn.mu.Unlock()
	if cn.tools.list != nil && cn.tools.at.After(now.at) {
		return cn.tools, nil
	}
	return now, err
}

// readTools reads pages of the list and keeps it.
func (cn *connection) readTools(ctx context.Context, s *session.Session, was *session.ToolList, want ReadList) (kept[session.ToolList], error) {
	before, pages := (*session.ToolList)(nil), 0
	switch want {
	case FirstPage:
		pages = 1
	case NextPage:
		before, pages = was, 1
	default:
	}
	now := kept[session.ToolList]{token: cn.token()}
	var err error
	now.list, err = s.ToolPages(ctx, before, pages)
	now.at, now.cache = time.Now(), cn.hint(now.list.Cache, now.token, s.ToolsChanged())
	cn.mu.Lock()
	if err == nil {
		cn.tools = now
	}
	cn.mu.Unlock()
	cn.touch()
	return now, err
}

// Tool returns one tool of the list read last, whole.
func (c *Core) Tool(id string, index int) (ToolDetail, error) {
	t, err := c.tool(id, index, "")
	if err != nil {
		return ToolDetail{}, err
	}
	cn := c.connection(id)
	return ToolDetail{
		Tool: cn.row(index, t), Description: cn.text(t.Description), InputSchema: cn.text(string(t.InputSchema)),
		OutputSchema: cn.text(string(t.OutputSchema)), Raw: cn.text(string(t.Raw)),
	}, nil
}

// tool finds a tool of the list kept by its place; name guards against a list that was read anew. An index below
// zero finds the first of that name.
func (c *Core) tool(id string, index int, name string) (*session.Tool, error) {
	cn := c.connection(id)
	if cn == nil {
		_, err := (&connection{}).live()
		return nil, err
	}
	cn.mu.Lock()
	defer cn.mu.Unlock()
	if cn.tools.list != nil {
		tools := cn.tools.list.Tools
		if index >= 0 && index < len(tools) && (name == "" || tools[index].Name == name || cn.text(tools[index].Name) == name) {
			return &tools[index], nil
		}
		for i := range tools {
			if name != "" && tools[i].Name == name {
				return &tools[i], nil
			}
		}
	}
	return nil, input("find tool", fmt.Sprintf("the list read last has no tool %q", name), "Refresh the list.")
}

// Check validates arguments against a tool's schema. A tool that is not in the list has none.
func (c *Core) Check(in RunInput) []Problem {
	t, err := c.tool(in.Profile, in.Index, in.Tool)
	if err != nil {
		if !json.Valid([]byte(in.Args)) {
			return []Problem{{Message: "the arguments are not JSON", Keyword: "type"}}
		}
		return []Problem{}
	}
	found := problems(session.CheckArgs(t.InputSchema, json.RawMessage(in.Args)))
	if t.Excluded != "" {
		// "Clients MUST reject tool definitions" with a bad x-mcp-header (transports/streamable-http): only the user may.
		found = append(found, Problem{Message: "this tool may not be called: " + t.Excluded, Keyword: "x-mcp-header"})
	}
	return found
}

func problems(in []session.Problem) []Problem {
	out := make([]Problem, 0, len(in))
	for _, p := range in {
		out = append(out, Problem{Path: p.Path, Message: p.Message, Keyword: p.Keyword})
	}
	return out
}
