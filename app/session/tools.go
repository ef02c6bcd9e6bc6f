package session

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Tool is one item of tools/list, decoded beside its raw form as far as that goes.
type Tool struct {
	Raw          json.RawMessage // the whole item as it came
	Name         string
	Title        string // title, else annotations.title
	Description  string
	Icons        []Icon
	InputSchema  json.RawMessage // nil when absent
	OutputSchema json.RawMessage // nil when absent
	ReadOnly     *bool           // annotations: untrusted hints
	Destructive  *bool
	Idempotent   *bool
	OpenWorld    *bool
	Excluded     string // why it may not be called (a bad x-mcp-header), empty: it may
	UI           ToolUI // of MCP Apps
	Problem      string // what is malformed about it
}

// ToolList is tools/list, every page of it.
type ToolList struct {
	List
	Tools []Tool // one per item, in order; names may repeat
}

// Tools reads tools/list, every page. What was read before an error is in the ToolList beside it, which is never nil.
func (s *Session) Tools(ctx context.Context) (*ToolList, error) { return s.ToolPages(ctx, nil, 0) }

// ToolPages reads tools/list as [Session.Resources] does resources/list.
func (s *Session) ToolPages(ctx context.Context, before *ToolList, pages int) (*ToolList, error) {
	out := &ToolList{}
	if before != nil {
		out.List = before.clone()
	} else {
		s.changes.seen(methodToolsNew)
	}
	err := s.extend(ctx, CallInput{Method: methodToolsList}, "tools", &out.List, pages)
	s.readTools(out, err)
	return out, err
}

// readTools decodes the items of a list and keeps what calls need of them.
func (s *Session) readTools(out *ToolList, err error) {
	out.Tools = make([]Tool, len(out.Items))
	cache := map[string][]binding{}
	names := map[string]int{}
	overHTTP := s.era() == Modern && s.info.Transport != Stdio // 2026-07-28: stdio MAY ignore x-mcp-header
	said := out.Findings
	for i, raw := range out.Items {
		t := readTool(raw)
		if overHTTP {
			b, err := headerBindings(t.InputSchema)
			if err != nil {
				t.Excluded = sentenceOf(err.Error())
				out.tell(said, "The tool %q may not be called: %s.", clip(t.Name, 80), err)
			} else if _, known := cache[t.Name]; !known {
				cache[t.Name] = b
			}
		}
		if names[t.Name]++; names[t.Name] == 2 && t.Name != "" {
			out.tell(said, "The name %q is used by more than one tool.", clip(t.Name, 80))
		}
		out.Tools[i] = t
	}
	if err == nil || len(out.Items) > 0 {
		s.tools.put(cache)
	}
}

// tell keeps a finding unless it was said of an earlier page.
func (l *ToolList) tell(said []string, format string, a ...any) {
	if text := fmt.Sprintf(format, a...); !slices.Contains(said, text) {
		l.found("%s", text)
	}
}

// readTool decodes one item; what does not fit is named and left out, and the rest is kept.
func readTool(raw json.RawMessage) Tool {
	t := Tool{Raw: raw, UI: ReadToolUI(nil)}
	list, err := members(raw)
	if err != nil {
		t.Problem = "The item is no JSON object."
		return t
	}
	var problems []string
	str := func(m member, into *string) {
		s, ok := text(m.val)
		if *into = s; !ok {
			problems = append(problems, m.key+" is no string")
		}
	}
	for _, m := range list {
		switch m.key {
		case "name":
			str(m, &t.Name)
		case "title":
			str(m, &t.Title)
		case "description":
			str(m, &t.Description)
		case "inputSchema":
			t.InputSchema = m.val
		case "outputSchema":
			t.OutputSchema = m.val
		case "annotations":
			problems = append(problems, t.annotate(m.val)...)
		case "_meta":
			t.UI = ReadToolUI(m.val)
		case "icons":
			var r itemReader
			t.Icons = r.icons(m)
			problems = append(problems, r.problems...)
		}
	}
	problems = append(problems, t.schemas()...)
	if t.Name == "" {
		problems = append(problems, "it has no name")
	}
	if t.UI.Problem != "" {
		problems = append(problems, "_meta.ui: "+t.UI.Problem)
	}
	if len(problems) > 0 {
		t.Problem = sentenceOf(strings.Join(problems, "; "))
	}
	return t
}

func (t *Tool) schemas() (problems []string) {
	switch {
	case t.InputSchema == nil:
		problems = append(problems, "it has no inputSchema")
	case !isObject(t.InputSchema):
		problems = append(problems, "inputSchema is no object")
	default:
		// 2025-11-25/server/tools: the root of inputSchema has type object
		if kind, _ := text(field(t.InputSchema, "type")); kind != "object" {
			problems = append(problems, `the type of inputSchema is not "object"`)
		}
	}
	if t.OutputSchema != nil && !isObject(t.OutputSchema) && string(t.OutputSchema) != "true" && string(t.OutputSchema) != "false" {
		problems = append(problems, "outputSchema is no schema")
	}
	return problems
}

func (t *Tool) annotate(raw json.RawMessage) (problems []string) {
	list, err := members(raw)
	if err != nil {
		return []string{"annotations is no object"}
	}
	hints := map[string]**bool{
		"readOnlyHint": &t.ReadOnly, "destructiveHint": &t.Destructive,
		"idempotentHint": &t.Idempotent, "openWorldHint": &t.OpenWorld,
	}
	for _, m := range list {
		if title, ok := text(m.val); m.key == "title" && ok && t.Title == "" {
			t.Title = title
		}
		into, known := hints[m.key]
		if !known {
			continue
		}
		var v *bool
		if json.Unmarshal(m.val, &v) != nil {
			problems = append(problems, m.key+" is no boolean")
			continue
		}
		*into = v
	}
	return problems
}

// toolCache keeps the x-mcp-header bindings of the last list.
type toolCache struct {
	mu     sync.Mutex
	byName map[string][]binding
}

func (c *toolCache) put(m map[string][]binding) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.byName = m
}

// bindings returns those of the schema if there is one, else of the tool last listed under the name.
func (c *toolCache) bindings(name string, schema json.RawMessage) []binding {
	if schema != nil {
		b, err := headerBindings(schema)
		if err != nil {
			return nil // excluded; whoever calls it all the same sends no header
		}
		return b
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.byName[name]
}
