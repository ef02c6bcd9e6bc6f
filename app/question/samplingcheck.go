package question

import (
	"encoding/json"
	"fmt"
	"slices"
)

// sampling checks a sampling/createMessage (2025-11-25 client/sampling).
func (f *findings) sampling(params json.RawMessage) {
	p := object(params)
	messages := list(p["messages"])
	if len(messages) == 0 {
		f.add("It has no messages.")
	}
	if number(p["maxTokens"]) == nil {
		f.add("It has no maxTokens, which is required.")
	}
	if c := text(p["includeContext"]); c == "thisServer" || c == "allServers" {
		f.add("It asks for context (includeContext %s): this client declares no sampling.context and adds none.", c)
	}
	names := map[string]bool{}
	for _, t := range list(p["tools"]) {
		name := text(object(t)["name"])
		switch {
		case name == "":
			f.add("One of the tools has no name.")
		case names[name]:
			f.add("The tool %q is there twice.", clip(name))
		}
		names[name] = true
	}
	if mode := text(object(p["toolChoice"])["mode"]); p["toolChoice"] != nil {
		switch {
		case len(names) == 0:
			f.add("It has a toolChoice, but no tools.")
		case mode != "" && !slices.Contains([]string{"auto", "required", "none"}, mode):
			f.add("The toolChoice %q is unknown.", clip(mode))
		}
	}
	f.preferences(object(p["modelPreferences"]))
	f.balance(messages)
}

func (f *findings) preferences(m map[string]json.RawMessage) {
	for _, key := range []string{"costPriority", "speedPriority", "intelligencePriority"} {
		if raw := m[key]; raw != nil {
			if n := number(raw); n == nil || *n < 0 || *n > 1 {
				f.add("The %s is not between 0 and 1.", key)
			}
		}
	}
}

// balance checks roles, contents and that each use of a tool has its result: "every assistant message with tool_use
// blocks MUST be followed by a user message that consists entirely of tool_result blocks, each matched by toolUseId"
// (2025-11-25 client/sampling#message-content-constraints).
func (f *findings) balance(messages []json.RawMessage) {
	open := []string{} // tool uses of the message before
	for i, raw := range messages[:min(len(messages), maxItems)] {
		m := object(raw)
		role := text(m["role"])
		if role != "user" && role != "assistant" {
			f.add("Message %d has the role %q; only user and assistant are allowed.", i+1, clip(role))
		}
		uses, results, others := f.kinds(i, m)
		if len(open) > 0 {
			f.answered(i, open, results)
		}
		switch {
		case len(results) > 0 && len(open) == 0:
			f.add("Message %d brings tool results, but the message before used no tool.", i+1)
		case len(results) > 0 && others+len(uses) > 0:
			f.add("Message %d mixes tool results with other content.", i+1)
		}
		if len(results) > 0 && role == "assistant" {
			f.add("Message %d is the assistant's and brings tool results.", i+1)
		}
		if len(uses) > 0 && role == "user" {
			f.add("Message %d is the user's and uses tools.", i+1)
		}
		open = uses
	}
	if len(open) > 0 {
		f.add("The last message uses tools whose results are missing.")
	}
}

// kinds are the ids of the tool uses and results in a message, and how many other items there are.
func (f *findings) kinds(i int, m map[string]json.RawMessage) (uses, results []string, others int) {
	items := contents(m["content"])
	if len(items) == 0 {
		f.add("Message %d has no content.", i+1)
	}
	for _, c := range items[:min(len(items), maxItems)] {
		o := object(c)
		switch kind := text(o["type"]); kind {
		case "tool_use":
			uses = append(uses, text(o["id"]))
		case "tool_result":
			results = append(results, text(o["toolUseId"]))
		case "text", "image", "audio":
			others++
		default:
			others++
			f.add("Message %d holds content of the type %q, which sampling does not know.", i+1, clip(kind))
		}
	}
	return uses, results, others
}

func (f *findings) answered(i int, open, results []string) {
	for _, id := range open {
		if !slices.Contains(results, id) {
			f.add("Message %d has no result for the tool use %q.", i+1, clip(id))
		}
	}
	for _, id := range results {
		if !slices.Contains(open, id) {
			f.add("Message %d has a result for %q, which is no tool use of the message before.", i+1, clip(id))
		}
	}
}

// Problem is one thing that is wrong with an answer.
type Problem struct {
	Path    string // JSON Pointer into the answer
	Message string
	Keyword string
}

type problems struct{ list []Problem }

func (p *problems) add(path, keyword, format string, a ...any) {
	if len(p.list) < maxFindings {
		p.list = append(p.list, Problem{path, fmt.Sprintf(format, a...), keyword})
	}
}

// CheckSampled checks a result of sampling/createMessage against its shape and what was asked. Nil: all is well.
func CheckSampled(params, result json.RawMessage) []Problem {
	p := &problems{}
	r := object(result)
	if r == nil {
		p.add("", "type", "the answer is no JSON object")
		return p.list
	}
	if role := text(r["role"]); role != "assistant" && role != "user" {
		p.add("/role", "enum", "the role must be assistant")
	} else if role == "user" {
		p.add("/role", "enum", "the role is user: an answer of a model is the assistant's")
	}
	if text(r["model"]) == "" {
		p.add("/model", "required", "the model has no name")
	}
	if raw := r["stopReason"]; raw != nil && text(raw) == "" {
		p.add("/stopReason", "type", "the stopReason must be a text")
	}
	p.sampledContent(params, r)
	return p.list
}

func (p *problems) sampledContent(params json.RawMessage, r map[string]json.RawMessage) {
	asked := object(params)
	choice, tools := text(object(asked["toolChoice"])["mode"]), map[string]bool{}
	for _, t := range list(asked["tools"]) {
		tools[text(object(t)["name"])] = true
	}
	items, single := contents(r["content"]), len(list(r["content"])) == 0
	if len(items) == 0 {
		p.add("/content", "required", "there is no content")
	}
	uses, ids := 0, map[string]bool{}
	for i, raw := range items[:min(len(items), maxItems)] {
		at := "/content"
		if !single {
			at = fmt.Sprintf("/content/%d", i)
		}
		o := object(raw)
		switch kind := text(o["type"]); kind {
		case "text":
			if o["text"] == nil || !fits("string", o["text"]) {
				p.add(at+"/text", "required", "the text is missing")
			}
		case "image", "audio":
			p.media(at, o)
		case "tool_use":
			uses++
			p.use(at, o, tools, ids)
		default:
			p.add(at+"/type", "enum", "the type %q is no content of an answer: text, image, audio or tool_use", clip(kind))
		}
	}
	stop := text(r["stopReason"])
	switch {
	case uses > 0 && choice == "none":
		p.add("/content", "toolChoice", "the server asked for no tool use (toolChoice none)")
	case uses == 0 && choice == "required" && len(tools) > 0:
		p.add("/content", "toolChoice", "the server requires a tool use (toolChoice required)")
	case uses > 0 && stop != "toolUse":
		p.add("/stopReason", "const", "with a tool use the stopReason is toolUse")
	case uses == 0 && stop == "toolUse":
		p.add("/stopReason", "const", "the stopReason is toolUse, but no tool is used")
	}
}

func (p *problems) media(at string, o map[string]json.RawMessage) {
	if text(o["mimeType"]) == "" {
		p.add(at+"/mimeType", "required", "the mimeType is missing")
	}
	if _, err := decode64(text(o["data"])); err != nil || text(o["data"]) == "" {
		p.add(at+"/data", "contentEncoding", "the data is no base64")
	}
}

func (p *problems) use(at string, o map[string]json.RawMessage, tools, ids map[string]bool) {
	name, id := text(o["name"]), text(o["id"])
	switch {
	case name == "":
		p.add(at+"/name", "required", "the tool's name is missing")
	case !tools[name]:
		p.add(at+"/name", "enum", "the server named no tool %q", clip(name))
	}
	switch {
	case id == "":
		p.add(at+"/id", "required", "the id of the tool use is missing")
	case ids[id]:
		p.add(at+"/id", "uniqueItems", "the id %q is there twice", clip(id))
	}
	ids[id] = true
	if object(o["input"]) == nil {
		p.add(at+"/input", "type", "the input must be a JSON object")
	}
}

// CheckRoots checks a result of roots/list. Nil: all is well.
func CheckRoots(result json.RawMessage) []Problem {
	p := &problems{}
	r := object(result)
	roots := list(r["roots"])
	if r == nil || roots == nil {
		p.add("/roots", "required", "there is no list of roots")
		return p.list
	}
	for i, raw := range roots[:min(len(roots), maxItems)] {
		o := object(raw)
		if why := RootProblem(text(o["uri"])); why != "" {
			p.add(fmt.Sprintf("/roots/%d/uri", i), "format", "%s", why)
		}
		if n := o["name"]; n != nil && !fits("string", n) {
			p.add(fmt.Sprintf("/roots/%d/name", i), "type", "the name must be a text")
		}
	}
	return p.list
}

// CheckContent checks the content of an accepted elicitation in form mode beyond its schema: "content … limited to
// flat objects with primitive properties".
func CheckContent(content json.RawMessage) []Problem {
	p := &problems{}
	o := object(content)
	if o == nil {
		p.add("", "type", "the content is no JSON object")
		return p.list
	}
	for _, name := range sortedKeys(o) {
		var v any
		_ = json.Unmarshal(o[name], &v) // it is part of valid JSON
		switch x := v.(type) {
		case string, float64, bool:
		case []any:
			for _, one := range x {
				if _, ok := one.(string); !ok {
					p.add("/"+name, "type", "a list may hold texts only")
					break
				}
			}
		default:
			p.add("/"+name, "type", "only texts, numbers, booleans and lists of texts go back")
		}
	}
	return p.list
}
