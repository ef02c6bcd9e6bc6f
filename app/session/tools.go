package session

import (
	"context"
	"encoding/json"
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

	mirrored []binding // what its calls repeat in headers
}

// ToolList is tools/list as far as it was read; names may repeat.
type ToolList = ListOf[Tool]

// Tools reads tools/list, every page. What was read before an error is in the ToolList beside it, which is never nil.
func (s *Session) Tools(ctx context.Context) (*ToolList, error) { return s.ToolPages(ctx, nil, 0) }

// ToolPages reads tools/list as [Session.Resources] does resources/list.
func (s *Session) ToolPages(ctx context.Context, before *ToolList, pages int) (*ToolList, error) {
	read := func(_ *List, item json.RawMessage) Tool { return readTool(item) }
	if s.era() == Modern && s.info.Transport != Stdio { // 2026-07-28: stdio MAY ignore x-mcp-header
		read = readMirrored
	}
	out, err := listing[Tool]{
		method: methodToolsList, member: "tools", changed: methodToolsNew, read: read,
		unique: []unique[Tool]{{func(t *Tool) string { return t.Name }, 80, "The name %q is used by more than one tool."}},
	}.ahead(ctx, s, before, pages)
	if err == nil || len(out.Items) > 0 {
		s.tools.put(out.Decoded)
	}
	return out, err
}

// readMirrored is readTool where x-mcp-header counts.
func readMirrored(l *List, raw json.RawMessage) Tool {
	t := readTool(raw)
	var err error
	if t.mirrored, err = headerBindings(t.InputSchema); err != nil {
		t.Excluded = sentenceOf(err.Error())
		l.found("The tool %q may not be called: %s.", clip(t.Name, 80), err)
	}
	return t
}

// readTool decodes one item; what does not fit is named and left out, and the rest is kept.
func readTool(raw json.RawMessage) Tool {
	t := Tool{Raw: raw, UI: ReadToolUI(nil)}
	var r itemReader
	r.fields(raw, map[string]any{
		"name": &t.Name, "title": &t.Title, "description": &t.Description, "icons": &t.Icons,
		"inputSchema": &t.InputSchema, "outputSchema": &t.OutputSchema,
		"annotations": func(m member) { t.annotate(&r, m.val) },
		"_meta":       func(m member) { t.UI = ReadToolUI(m.val) },
	})
	if isObject(raw) {
		t.schemas(&r)
		r.needs("name", t.Name)
	}
	if t.UI.Problem != "" {
		r.problem("_meta.ui: %s", t.UI.Problem)
	}
	t.Problem = r.said()
	return t
}

func (t *Tool) schemas(r *itemReader) {
	switch {
	case t.InputSchema == nil:
		r.problem("it has no inputSchema")
	case !isObject(t.InputSchema):
		r.problem("inputSchema is no object")
	default:
		// 2025-11-25/server/tools: the root of inputSchema has type object
		if kind, _ := text(field(t.InputSchema, "type")); kind != "object" {
			r.problem(`the type of inputSchema is not "object"`)
		}
	}
	if t.OutputSchema != nil && !isObject(t.OutputSchema) && string(t.OutputSchema) != "true" && string(t.OutputSchema) != "false" {
		r.problem("outputSchema is no schema")
	}
}

func (t *Tool) annotate(r *itemReader, raw json.RawMessage) {
	list, err := members(raw)
	if err != nil {
		r.problem("annotations is no object")
		return
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
			r.problem("%s is no boolean", m.key)
			continue
		}
		*into = v
	}
}

// toolCache keeps the x-mcp-header bindings of the last list.
type toolCache struct {
	mu     sync.Mutex
	byName map[string][]binding
}

// put keeps those of a list; of tools of one name the first counts that may be called.
func (c *toolCache) put(tools []Tool) {
	m := map[string][]binding{}
	for i := range tools {
		if _, known := m[tools[i].Name]; !known && tools[i].Excluded == "" {
			m[tools[i].Name] = tools[i].mirrored
		}
	}
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
