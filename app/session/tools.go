package session

import "encoding/json"

// Tool is one item of tools/list, decoded beside its raw form as far as that goes.
type Tool struct {
	Raw          json.RawMessage // the whole item as it came
	Name         string
	Title        string // title, else annotations.title
	Description  string
	InputSchema  json.RawMessage // nil when absent
	OutputSchema json.RawMessage // nil when absent
	ReadOnly     *bool           // annotations: untrusted hints
	Destructive  *bool
	Idempotent   *bool
	OpenWorld    *bool
	Excluded     string // why it may not be called (a bad x-mcp-header), empty: it may
	Problem      string // what is malformed about it
}

// List is a list of the server, every page of it.
type List struct {
	Items    []json.RawMessage // as they came, in order
	Pages    int
	Entries  []uint64 // of the answers
	Findings []string // what is wrong or worth knowing, one sentence each
}

// ToolList is tools/list, every page of it.
type ToolList struct {
	List
	Tools []Tool // one per item, in order; names may repeat
}
