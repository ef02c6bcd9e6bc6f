package transport

import (
	"encoding/json"
	"fmt"
)

// Limits of looking into results: a large one is shown as fast as a small one, and says no more than a reader takes in.
const (
	maxCheckedResult  = 1 << 20 // bytes
	maxResultFindings = 8
)

// must is a member that an object must have, or that must be of a kind where it is there.
type must struct {
	name     string
	kind     string // "string", "object", "array" or "boolean"
	optional bool
	items    []must // of each object in the array
	inner    []must // of the object
}

// resultShape is what the specification asks of the result of a method.
type resultShape struct {
	rule    string
	members []must
}

// resultShapes holds for every version: only what all of them ask for.
var resultShapes = map[string]resultShape{
	"initialize": {"MCP, Lifecycle: Initialization", []must{
		text("protocolVersion"), object("capabilities"), {name: "serverInfo", kind: "object", inner: []must{text("name"), text("version")}},
	}},
	"tools/list": {"MCP, Tools: Listing Tools", []must{
		list("tools", text("name"), object("inputSchema")), maybe("nextCursor", "string"),
	}},
	"tools/call": {"MCP, Tools: Tool Result", []must{list("content", text("type")), maybe("isError", "boolean")}},
	"resources/list": {"MCP, Resources: Listing Resources", []must{
		list("resources", text("uri"), text("name")), maybe("nextCursor", "string"),
	}},
	"resources/templates/list": {"MCP, Resources: Resource Templates", []must{
		list("resourceTemplates", text("uriTemplate"), text("name")), maybe("nextCursor", "string"),
	}},
	"resources/read": {"MCP, Resources: Reading Resources", []must{list("contents", text("uri"))}},
	"prompts/list":   {"MCP, Prompts: Listing Prompts", []must{list("prompts", text("name")), maybe("nextCursor", "string")}},
	"prompts/get":    {"MCP, Prompts: Getting a Prompt", []must{list("messages", text("role"), object("content"))}},
	"completion/complete": {"MCP, Completion: Completion Results", []must{
		{name: "completion", kind: "object", inner: []must{list("values")}},
	}},
}

func text(name string) must                { return must{name: name, kind: "string"} }
func object(name string) must              { return must{name: name, kind: "object"} }
func list(name string, items ...must) must { return must{name: name, kind: "array", items: items} }
func maybe(name, kind string) must         { return must{name: name, kind: kind, optional: true} }
func kindOf(value []byte) string {
	switch value[0] {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	}
	return "number"
}

// resultFindings says what the result of a method lacks. It says nothing of methods that it does not know, of results
// over maxCheckedResult, and of those that are not final: a task, or a round that asks for input.
func resultFindings(method string, result json.RawMessage) []string {
	shape, ok := resultShapes[method]
	if !ok || len(result) == 0 || len(result) > maxCheckedResult {
		return nil
	}
	c := resultCheck{rule: shape.rule}
	if result[0] != '{' {
		c.find("The result of %s is no object but of type %s", method, kindOf(result))
		return c.found
	}
	final := true
	eachMember(result, func(key, value []byte) {
		switch string(key) {
		case "resultType":
			final = final && string(value) == `"complete"`
		case "task": // 2025-11-25: CreateTaskResult
			final = final && value[0] != '{'
		}
	})
	if final {
		c.object(spot{index: -1}, result, shape.members)
	}
	return c.found
}

type resultCheck struct {
	rule  string
	found []string
}

func (c *resultCheck) find(format string, a ...any) {
	if len(c.found) < maxResultFindings {
		c.found = append(c.found, cited(fmt.Sprintf(format, a...)+".", c.rule))
	}
}

// spot is where an object stands in the result; its words are made when something is found there.
type spot struct {
	name  string // of the member; empty: the result itself
	index int    // in the array, or -1
}

func (p spot) member(name string) string {
	switch {
	case p.name == "":
		return name
	case p.index < 0:
		return p.name + "." + name
	}
	return fmt.Sprintf("%s[%d].%s", p.name, p.index, name)
}

// object checks the members of an object.
func (c *resultCheck) object(at spot, raw []byte, members []must) {
	var values [4][]byte
	eachMember(raw, func(key, value []byte) {
		for i := range members {
			if string(key) == members[i].name {
				values[i] = value
			}
		}
	})
	for i, m := range members {
		value := values[i]
		switch {
		case value == nil && m.optional:
		case value == nil:
			c.find("The result has no %s", at.member(m.name))
		case kindOf(value) != m.kind:
			c.find("The result's %s must be of type %s and is of type %s", at.member(m.name), m.kind, kindOf(value))
		case m.inner != nil:
			c.object(spot{m.name, -1}, value, m.inner)
		case m.items != nil:
			c.items(m.name, value, m.items)
		}
	}
}

func (c *resultCheck) items(name string, raw []byte, members []must) {
	n := -1
	eachElement(raw, func(value []byte) {
		if n++; len(c.found) == maxResultFindings {
			return
		}
		if kindOf(value) != "object" {
			c.find("The result's %s[%d] must be of type object and is of type %s", name, n, kindOf(value))
			return
		}
		c.object(spot{name, n}, value, members)
	})
}
