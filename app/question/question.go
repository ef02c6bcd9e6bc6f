// Package question reads what servers ask of a client: elicitations, sampling, URLs to open. Its views show what could
// be read of params that may hold anything, beside what is wrong with them; it sends and stores nothing. It imports no
// sibling.
package question

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// The methods a server asks with.
const (
	MethodElicit = "elicitation/create"
	MethodSample = "sampling/createMessage"
	MethodRoots  = "roots/list"
)

// The modes of an elicitation.
const (
	ModeForm = "form"
	ModeURL  = "url"
)

const (
	maxText     = 64 << 10 // bytes of one text in a view: what is longer is in the raw params
	maxItems    = 1000     // messages, tools, content items of a view
	maxFindings = 50       // of one question
	summaryLen  = 200      // characters
)

// object reads the members of a JSON object, the last of repeated ones; nil when it is none.
func object(raw json.RawMessage) map[string]json.RawMessage {
	var m map[string]json.RawMessage
	if json.Unmarshal(raw, &m) != nil {
		return nil
	}
	return m
}

// text reads a JSON string; anything else is empty.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

func list(raw json.RawMessage) []json.RawMessage {
	var l []json.RawMessage
	if json.Unmarshal(raw, &l) != nil {
		return nil
	}
	return l
}

func number(raw json.RawMessage) *float64 {
	var n *float64
	if json.Unmarshal(raw, &n) != nil {
		return nil
	}
	return n
}

func texts(raw json.RawMessage) []string {
	out := []string{}
	for _, one := range list(raw) {
		if len(out) < maxItems {
			out = append(out, text(one))
		}
	}
	return out
}

// cut shortens s to n bytes at most, at a character.
func cut(s string, n int) (string, bool) {
	if len(s) <= n {
		return s, false
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n], true
}

func short(s string) string {
	s, more := cut(s, maxText)
	if more {
		s += fmt.Sprintf("… (cut to %d KiB; the params hold the rest)", maxText>>10)
	}
	return s
}

// Mode is the mode of an elicitation: form when the server names none ("clients MUST default to form mode",
// 2025-11-25 client/elicitation), else what it wrote. Other methods have none.
func Mode(method string, params json.RawMessage) string {
	if method != MethodElicit {
		return ""
	}
	if mode := text(object(params)["mode"]); mode != "" {
		return mode
	}
	return ModeForm
}

// Summary is the beginning of what is asked, in one line.
func Summary(method string, params json.RawMessage) string {
	p := object(params)
	var s string
	switch method {
	case MethodElicit:
		s = text(p["message"])
	case MethodSample:
		if s = lastText(p["messages"]); s == "" {
			s = text(p["systemPrompt"])
		}
	case MethodRoots:
		s = "Which folders may the server work in?"
	}
	s, _ = cut(s, 4*summaryLen*utf8.UTFMax)
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > summaryLen {
		return string(r[:summaryLen]) + "…"
	}
	return string(r)
}

// Words are the texts of a question that a rule's expression is looked for in.
func Words(method string, params json.RawMessage) []string {
	p := object(params)
	switch method {
	case MethodElicit:
		return []string{text(p["message"])}
	case MethodSample:
		out := []string{text(p["systemPrompt"])}
		for _, m := range list(p["messages"]) {
			for _, c := range contents(object(m)["content"]) {
				if s := text(object(c)["text"]); s != "" && len(out) < maxItems {
					out = append(out, s)
				}
			}
		}
		return out
	}
	return nil
}

func lastText(messages json.RawMessage) string {
	all := list(messages)
	for i := len(all) - 1; i >= 0; i-- {
		for _, c := range contents(object(all[i])["content"]) {
			if s := text(object(c)["text"]); s != "" {
				return s
			}
		}
	}
	return ""
}

// contents are the items of a message's content: one object, or a list of them (2025-11-25).
func contents(raw json.RawMessage) []json.RawMessage {
	if l := list(raw); l != nil {
		return l
	}
	if len(raw) == 0 {
		return nil
	}
	return []json.RawMessage{raw}
}
