package question

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// samplingMembers are the params of sampling/createMessage that the specification names.
func samplingMembers() []string {
	return []string{
		"systemPrompt", "messages", "modelPreferences", "maxTokens", "stopSequences", "temperature", "includeContext",
		"tools", "toolChoice", "metadata", "_meta", "task",
	}
}

// ReadSampling reads the params of a sampling/createMessage.
func ReadSampling(params json.RawMessage) Sampling {
	p := object(params)
	s := Sampling{
		SystemPrompt: short(text(p["systemPrompt"])), Messages: []Message{}, MaxTokens: number(p["maxTokens"]),
		StopSequences: texts(p["stopSequences"]), Temperature: number(p["temperature"]), IncludeContext: short(text(p["includeContext"])),
		Tools: []Tool{}, ToolChoice: short(text(object(p["toolChoice"])["mode"])), ToolChoiceJSON: string(p["toolChoice"]), Metadata: string(p["metadata"]),
	}
	for i, m := range list(p["messages"]) {
		if i >= maxItems {
			break
		}
		s.Messages = append(s.Messages, readMessage(m, fmt.Sprintf("/messages/%d", i)))
	}
	for _, t := range list(p["tools"]) {
		if len(s.Tools) < maxItems {
			o := object(t)
			s.Tools = append(s.Tools, Tool{Name: text(o["name"]), Title: text(o["title"]), Description: short(text(o["description"])), InputSchema: string(o["inputSchema"])})
		}
	}
	if raw := p["modelPreferences"]; raw != nil {
		s.Preferences = readPreferences(raw)
	}
	for _, known := range samplingMembers() {
		delete(p, known)
	}
	if len(p) > 0 {
		b, err := json.Marshal(p)
		if err == nil {
			s.Unknown = short(string(b))
		}
	}
	return s
}

func readPreferences(raw json.RawMessage) *ModelPreferences {
	o := object(raw)
	m := &ModelPreferences{Hints: []string{}, Cost: number(o["costPriority"]), Speed: number(o["speedPriority"]), Intelligence: number(o["intelligencePriority"])}
	for _, h := range list(o["hints"]) {
		if name := text(object(h)["name"]); name != "" && len(m.Hints) < maxItems {
			m.Hints = append(m.Hints, name)
		}
	}
	return m
}

func readMessage(raw json.RawMessage, place string) Message {
	o := object(raw)
	m := Message{Role: short(text(o["role"])), Contents: []Content{}}
	one := len(list(o["content"])) == 0
	for i, c := range contents(o["content"]) {
		where := place + "/content"
		if !one {
			where += "/" + strconv.Itoa(i)
		}
		if i < maxItems {
			m.Contents = append(m.Contents, readContent(c, where, 0))
		}
	}
	return m
}

// maxNested is how deep contents may stand in tool results: the specification knows one level.
const maxNested = 3

func readContent(raw json.RawMessage, place string, depth int) Content {
	o := object(raw)
	c := Content{At: place, Kind: short(text(o["type"])), Contents: []Content{}}
	if o == nil || c.Kind == "" {
		c.Problem = "It is no content item: an object with a type."
		c.Raw = short(string(raw))
		return c
	}
	switch c.Kind {
	case "text":
		c.Text, c.Cut = cut(text(o["text"]), maxText)
	case "image", "audio":
		c.MIMEType = short(text(o["mimeType"]))
		data := text(o["data"])
		c.Size = int64(base64.RawStdEncoding.DecodedLen(len(strings.TrimRight(data, "="))))
		if data == "" {
			c.Problem = "It has no data."
		}
	case "tool_use":
		c.ToolName, c.ToolUseID, c.Input = short(text(o["name"])), short(text(o["id"])), short(string(o["input"]))
	case "tool_result":
		c.ToolUseID = short(text(o["toolUseId"]))
		_ = json.Unmarshal(o["isError"], &c.IsError) // anything else is no error
		for i, item := range list(o["content"]) {
			if i < maxItems && depth < maxNested {
				c.Contents = append(c.Contents, readContent(item, fmt.Sprintf("%s/content/%d", place, i), depth+1))
			}
		}
	default:
		c.Raw = short(string(raw))
	}
	return c
}

// at follows a JSON Pointer of a view into params. Its steps are the view's own: they hold nothing to unescape.
func at(params json.RawMessage, pointer string) (map[string]json.RawMessage, bool) {
	raw := params
	for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if i, err := strconv.Atoi(step); err == nil {
			l := list(raw)
			if i < 0 || i >= len(l) {
				return nil, false
			}
			raw = l[i]
		} else if raw = object(raw)[step]; raw == nil {
			return nil, false
		}
	}
	o := object(raw)
	return o, o != nil
}

// Media returns the decoded bytes of an image or audio in the params of a sampling question; pointer is [Content].At.
func Media(params json.RawMessage, pointer string) (data []byte, mime string, ok bool) {
	encoded, mime, ok := MediaText(params, pointer)
	if !ok {
		return nil, "", false
	}
	data, err := decode64(encoded)
	if err != nil || len(data) == 0 {
		return nil, "", false
	}
	return data, mime, true
}

// MediaText is [Media] as the base64 text that came.
func MediaText(params json.RawMessage, pointer string) (data, mime string, ok bool) {
	o, ok := at(params, pointer)
	data = text(o["data"])
	return data, text(o["mimeType"]), ok && data != ""
}

// FullText is the whole text of a content item, which a view may cut.
func FullText(params json.RawMessage, c *Content) string {
	if !c.Cut {
		return c.Text
	}
	o, _ := at(params, c.At)
	return text(o["text"])
}

// FullInput is the whole input of a tool use, JSON text.
func FullInput(params json.RawMessage, c *Content) string {
	o, _ := at(params, c.At)
	return string(o["input"])
}

// Use is one use of a tool in a result.
type Use struct {
	At    string // JSON Pointer into the result
	Name  string
	Input json.RawMessage
}

// ToolUses are the tool uses in a result of sampling/createMessage.
func ToolUses(result json.RawMessage) []Use {
	raw := object(result)["content"]
	single := len(list(raw)) == 0
	var out []Use
	for i, c := range contents(raw) {
		o := object(c)
		if i >= maxItems || text(o["type"]) != "tool_use" {
			continue
		}
		u := Use{At: "/content", Name: text(o["name"]), Input: o["input"]}
		if !single {
			u.At += "/" + strconv.Itoa(i)
		}
		out = append(out, u)
	}
	return out
}

// SystemPrompt is the whole system prompt, which a view may cut.
func SystemPrompt(params json.RawMessage) string { return text(object(params)["systemPrompt"]) }
