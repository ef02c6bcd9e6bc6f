package core

import (
	"context"
	"encoding/json"
	"fmt"

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

// ToolPages returns the tools of a connected server as [Core.Resources] does its resources. It is asked for them
// whatever it declares.
func (c *Core) ToolPages(ctx context.Context, id string, want ReadList) (ToolList, error) {
	cn, k, err := toolCatalog().get(ctx, c, id, want)
	return ToolList{Tools: rows(k, cn.row), ListRead: k.told(cn, err)}, nil
}

func toolCatalog() *catalog[session.Tool] {
	return &catalog[session.Tool]{
		method: "tools/list", capability: "tools", always: true, read: (*session.Session).ToolPages, changed: (*session.Session).ToolsChanged,
		place: func(cn *connection) *kept[session.Tool] { return &cn.tools },
		key:   func(t *session.Tool) string { return t.Name },
	}
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

// tool finds a tool of the list kept by its place and name.
func (c *Core) tool(id string, index int, name string) (*session.Tool, error) {
	cn, t := toolCatalog().find(c, id, index, name)
	switch {
	case cn == nil:
		_, err := (&connection{}).live()
		return nil, err
	case t == nil:
		return nil, input("find tool", fmt.Sprintf("the list read last has no tool %q", name), "Refresh the list.")
	}
	return t, nil
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
