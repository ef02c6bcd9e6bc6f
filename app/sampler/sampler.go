// Package sampler puts a server's sampling question to an OpenAI-compatible endpoint: it words the question as a chat
// completion, and its answer as the result that MCP wants. It sends nothing itself and imports no sibling but question.
package sampler

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"github.com/sightglass-dev/sightglass/app/question"
)

const (
	completions = "/chat/completions"
	maxStops    = 4        // stop sequences that the API takes
	maxBody     = 32 << 20 // bytes of a request
)

// URL is where chat completions of an endpoint are asked for; base is the API's base, or the whole URL. Plain HTTP is
// for this machine only, unless allowHTTP.
func URL(base string, allowHTTP bool) (string, error) {
	u, err := url.Parse(strings.TrimSpace(base))
	switch {
	case base == "":
		return "", errors.New("no endpoint is set")
	case err != nil, u.Host == "", u.Scheme != "https" && u.Scheme != "http":
		return "", errors.New("the endpoint is no https or http URL")
	case u.User != nil:
		return "", errors.New("the endpoint's URL holds a user name: the key goes into the keychain instead")
	case u.Scheme == "http" && !allowHTTP && !local(u.Hostname()):
		return "", errors.New("plain http leads to another machine: use https, or allow it")
	}
	if !strings.HasSuffix(u.Path, completions) {
		u.Path = strings.TrimRight(u.Path, "/") + completions
	}
	u.Fragment = ""
	return u.String(), nil
}

func local(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback()
	}
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}

// Request words a sampling/createMessage as the body of a chat completion. findings say what could not be handed on.
func Request(params json.RawMessage, model string) (body []byte, findings []string, err error) {
	s := question.ReadSampling(params)
	findings = []string{}
	b := builder{params: params, findings: &findings}
	if model == "" && s.Preferences != nil && len(s.Preferences.Hints) > 0 {
		model = s.Preferences.Hints[0]
	}
	if model == "" {
		return nil, findings, errors.New("no model is set, and the question names none")
	}
	r := chatRequest{Model: model, MaxTokens: s.MaxTokens, Temperature: s.Temperature, Stop: s.StopSequences}
	if len(r.Stop) > maxStops {
		b.note("Only the first %d of %d stop sequences are handed on.", maxStops, len(r.Stop))
		r.Stop = r.Stop[:maxStops]
	}
	if prompt := question.SystemPrompt(params); prompt != "" {
		r.Messages = append(r.Messages, chatMessage{Role: "system", Content: prompt})
	}
	for _, m := range s.Messages {
		r.Messages = append(r.Messages, b.message(m)...)
	}
	for _, t := range s.Tools {
		f := chatTool{Type: "function"}
		f.Function.Name, f.Function.Description = t.Name, t.Description
		if t.InputSchema != "" {
			f.Function.Parameters = json.RawMessage(t.InputSchema)
		}
		r.Tools = append(r.Tools, f)
	}
	if len(r.Tools) > 0 {
		r.ToolChoice = s.ToolChoice
	}
	if s.Metadata != "" {
		b.note("The metadata of the question are not handed on.")
	}
	body, err = json.Marshal(r)
	switch {
	case err != nil:
		return nil, findings, fmt.Errorf("word the question: %w", err)
	case len(body) > maxBody:
		return nil, findings, fmt.Errorf("the question is longer than %d MiB", maxBody>>20)
	}
	return body, findings, nil
}

type chatRequest struct {
	Model       string        `json:"model"`
	Messages    []chatMessage `json:"messages"`
	MaxTokens   *float64      `json:"max_tokens,omitempty"`
	Temperature *float64      `json:"temperature,omitempty"`
	Stop        []string      `json:"stop,omitempty"`
	Tools       []chatTool    `json:"tools,omitempty"`
	ToolChoice  string        `json:"tool_choice,omitempty"`
	Stream      bool          `json:"stream"`
}

type chatTool struct {
	Type     string `json:"type"`
	Function struct {
		Name        string          `json:"name"`
		Description string          `json:"description,omitempty"`
		Parameters  json.RawMessage `json:"parameters,omitempty"`
	} `json:"function"`
}

type chatMessage struct {
	Role       string     `json:"role"`
	Content    any        `json:"content"` // a text, parts, or null beside tool calls
	ToolCalls  []chatCall `json:"tool_calls,omitempty"`
	ToolCallID string     `json:"tool_call_id,omitempty"`
}

type chatCall struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Function struct {
		Name      string `json:"name"`
		Arguments string `json:"arguments"`
	} `json:"function"`
}

// builder words messages.
type builder struct {
	params   json.RawMessage
	findings *[]string
}

func (b builder) note(format string, a ...any) {
	*b.findings = append(*b.findings, fmt.Sprintf(format, a...))
}

// message words one message: tool results become messages of their own.
func (b builder) message(m question.Message) []chatMessage {
	var out []chatMessage
	var parts []any
	var calls []chatCall
	plain := true
	for i := range m.Contents {
		c := &m.Contents[i]
		switch c.Kind {
		case "text":
			parts = append(parts, map[string]any{"type": "text", "text": question.FullText(b.params, c)})
		case "image", "audio":
			if p := b.media(c); p != nil {
				parts, plain = append(parts, p), false
			}
		case "tool_use":
			call := chatCall{ID: c.ToolUseID, Type: "function"}
			call.Function.Name, call.Function.Arguments = c.ToolName, orEmpty(question.FullInput(b.params, c))
			calls = append(calls, call)
		case "tool_result":
			out = append(out, chatMessage{Role: "tool", ToolCallID: c.ToolUseID, Content: b.result(c)})
		default:
			b.note("Content of the type %q is not handed on.", c.Kind)
		}
	}
	if len(parts) == 0 && len(calls) == 0 {
		return out
	}
	msg := chatMessage{Role: m.Role, ToolCalls: calls}
	switch {
	case len(parts) == 0:
	case plain && len(parts) == 1:
		msg.Content = parts[0].(map[string]any)["text"]
	default:
		msg.Content = parts
	}
	return append(out, msg)
}

func orEmpty(s string) string {
	if s == "" {
		return "{}"
	}
	return s
}

func (b builder) media(c *question.Content) any {
	data, mime, ok := question.MediaText(b.params, c.At)
	if !ok {
		b.note("An %s without data is not handed on.", c.Kind)
		return nil
	}
	if c.Kind == "image" {
		return map[string]any{"type": "image_url", "image_url": map[string]any{"url": "data:" + mime + ";base64," + data}}
	}
	format, ok := map[string]string{"audio/wav": "wav", "audio/x-wav": "wav", "audio/wave": "wav", "audio/mpeg": "mp3", "audio/mp3": "mp3"}[strings.ToLower(mime)]
	if !ok {
		b.note("Audio of the type %s is not handed on: only wav and mp3 are.", mime)
		return nil
	}
	return map[string]any{"type": "input_audio", "input_audio": map[string]any{"data": data, "format": format}}
}

// result is the text of a tool result.
func (b builder) result(c *question.Content) string {
	var out []string
	for i := range c.Contents {
		if one := &c.Contents[i]; one.Kind == "text" {
			out = append(out, question.FullText(b.params, one))
		} else {
			b.note("Content of the type %q in a tool result is not handed on.", one.Kind)
		}
	}
	text := strings.Join(out, "\n")
	if c.IsError {
		text = "Error: " + text
	}
	return text
}
