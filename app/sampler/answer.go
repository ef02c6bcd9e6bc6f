package sampler

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Result words the answer of an endpoint as a result of sampling/createMessage. An answer that is none is an error
// that quotes what the endpoint said.
func Result(status int, answer []byte) (result json.RawMessage, model string, err error) {
	var a chatAnswer
	jsonErr := json.Unmarshal(answer, &a)
	if why := refusal(a.Error); why != "" {
		return nil, "", fmt.Errorf("the endpoint answered with status %d: %s", status, why)
	}
	switch {
	case status < 200 || status > 299:
		return nil, "", fmt.Errorf("the endpoint answered with status %d: %s", status, clip(string(answer)))
	case jsonErr != nil:
		return nil, "", errors.New("the endpoint's answer is no JSON: " + clip(string(answer)))
	case len(a.Choices) == 0:
		return nil, "", errors.New("the endpoint's answer holds no choice: " + clip(string(answer)))
	}
	choice := a.Choices[0]
	items, err := choice.contents()
	if err != nil {
		return nil, "", err
	}
	out := map[string]any{"role": "assistant", "model": a.Model, "content": items}
	if a.Model == "" {
		out["model"] = "unknown"
	}
	if len(items) == 1 {
		out["content"] = items[0] // one item stands alone: versions before 2025-11-25 know nothing else
	}
	switch choice.FinishReason {
	case "", "stop", "tool_calls", "function_call", "toolUse": // of tools the tool calls tell
		out["stopReason"] = "endTurn"
	case "length":
		out["stopReason"] = "maxTokens"
	default:
		out["stopReason"] = choice.FinishReason
	}
	if len(choice.Message.ToolCalls) > 0 {
		out["stopReason"] = "toolUse"
	}
	result, err = json.Marshal(out)
	if err != nil {
		return nil, "", fmt.Errorf("word the answer: %w", err)
	}
	return result, a.Model, nil
}

type chatAnswer struct {
	Model   string          `json:"model"`
	Choices []chatChoice    `json:"choices"`
	Error   json.RawMessage `json:"error"`
}

type chatChoice struct {
	FinishReason string `json:"finish_reason"`
	Message      struct {
		Content   json.RawMessage `json:"content"`
		Refusal   string          `json:"refusal"`
		ToolCalls []chatCall      `json:"tool_calls"`
	} `json:"message"`
}

// refusal is what an endpoint says of an error: {"message": …} or a text.
func refusal(raw json.RawMessage) string {
	var e struct{ Message string }
	var s string
	switch {
	case json.Unmarshal(raw, &e) == nil && e.Message != "":
		return clip(e.Message)
	case json.Unmarshal(raw, &s) == nil:
		return clip(s)
	}
	return ""
}

func (c chatChoice) contents() ([]any, error) {
	items := []any{}
	text := c.text()
	if text == "" && c.Message.Refusal != "" {
		text = c.Message.Refusal
	}
	if text != "" || len(c.Message.ToolCalls) == 0 {
		items = append(items, map[string]any{"type": "text", "text": text})
	}
	for i, t := range c.Message.ToolCalls {
		var input map[string]json.RawMessage
		if err := json.Unmarshal([]byte(orEmpty(strings.TrimSpace(t.Function.Arguments))), &input); err != nil || input == nil {
			return nil, fmt.Errorf("the model used the tool %q with an input that is no JSON object: %s", clip(t.Function.Name), clip(t.Function.Arguments))
		}
		id := t.ID
		if id == "" {
			id = fmt.Sprintf("call_%d", i+1)
		}
		items = append(items, map[string]any{"type": "tool_use", "id": id, "name": t.Function.Name, "input": input})
	}
	return items, nil
}

// text is the content: a text, or parts with texts.
func (c chatChoice) text() string {
	var s string
	if json.Unmarshal(c.Message.Content, &s) == nil {
		return s
	}
	var parts []struct{ Text string }
	if json.Unmarshal(c.Message.Content, &parts) != nil {
		return ""
	}
	var out []string
	for _, p := range parts {
		if p.Text != "" {
			out = append(out, p.Text)
		}
	}
	return strings.Join(out, "\n")
}

// clip shortens an endpoint's words for a message.
func clip(s string) string {
	r := []rune(strings.ToValidUTF8(strings.Join(strings.Fields(s), " "), ""))
	if len(r) > 300 {
		return string(r[:300]) + "…"
	}
	return string(r)
}
