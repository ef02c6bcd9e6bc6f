package session

import (
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"strings"
)

// Icon is one of icons[] (2025-11-25), decoded as far as that goes.
type Icon struct {
	Src      string
	MIMEType string
	Sizes    []string
	Theme    string
	Problem  string // why it must not be shown
}

// Annotations are the untrusted hints of a resource or a content item.
type Annotations struct {
	Audience     []string
	Priority     *float64
	LastModified string
}

// maxIcons bounds the icons of one item that are looked at.
const maxIcons = 32

// itemReader decodes one item member by member. What does not fit is a problem, and the rest is kept.
type itemReader struct{ problems []string }

func (r *itemReader) problem(format string, a ...any) {
	r.problems = append(r.problems, fmt.Sprintf(format, a...))
}

// said is what was found, as a sentence; empty: nothing.
func (r *itemReader) said() string {
	if len(r.problems) == 0 {
		return ""
	}
	return sentenceOf(strings.Join(r.problems, "; "))
}

// members reads the item itself.
func (r *itemReader) members(raw json.RawMessage) []member {
	list, err := members(raw)
	if err != nil {
		r.problem("the item is no JSON object")
	}
	return list
}

// fields reads the members of the item, each into its place: text, a boolean, a size, icons, annotations, the value as
// it stands, or what a function makes of it. What has no place is passed over.
func (r *itemReader) fields(raw json.RawMessage, places map[string]any) {
	for _, m := range r.members(raw) {
		switch place := places[m.key].(type) {
		case *string:
			r.text(m, place)
		case *bool:
			r.bool(m, place)
		case **int64:
			*place = r.size(m)
		case *[]Icon:
			*place = r.icons(m)
		case *Annotations:
			*place = r.annotations(m)
		case *json.RawMessage:
			*place = m.val
		case func(member):
			place(m)
		}
	}
}

func (r *itemReader) text(m member, into *string) {
	s, ok := text(m.val)
	if *into = s; !ok {
		r.problem("%s is no string", m.key)
	}
}

func (r *itemReader) bool(m member, into *bool) {
	if json.Unmarshal(m.val, into) != nil || string(m.val) == "null" {
		r.problem("%s is no boolean", m.key)
	}
}

// size reads a number of bytes.
func (r *itemReader) size(m member) *int64 {
	var f float64
	if json.Unmarshal(m.val, &f) != nil || string(m.val) == "null" || f < 0 || f > math.MaxInt64/2 || f != math.Trunc(f) {
		r.problem("%s is no number of bytes", m.key)
		return nil
	}
	n := int64(f)
	return &n
}

// needs checks what every item must have.
func (r *itemReader) needs(name, value string) {
	if value == "" {
		r.problem("it has no %s", name)
	}
}

func (r *itemReader) icons(m member) []Icon {
	var list []json.RawMessage
	if json.Unmarshal(m.val, &list) != nil {
		r.problem("icons is no array")
		return nil
	}
	if len(list) > maxIcons {
		r.problem("it has %d icons, of which %d are looked at", len(list), maxIcons)
		list = list[:maxIcons]
	}
	out := make([]Icon, len(list))
	for i, raw := range list {
		out[i] = readIcon(raw)
	}
	return out
}

func readIcon(raw json.RawMessage) Icon {
	var icon Icon
	var r itemReader
	r.fields(raw, map[string]any{
		"src": &icon.Src, "mimeType": &icon.MIMEType, "theme": &icon.Theme,
		"sizes": func(m member) {
			if s, ok := text(m.val); ok { // a string in drafts of 2025-11-25
				icon.Sizes = strings.Fields(s)
			} else {
				icon.Sizes = r.texts(m)
			}
		},
	})
	// 2025-11-25/basic/index#icons: "Consumers MUST … reject icon URIs that use unsafe schemes": https and data alone pass.
	u, err := url.Parse(icon.Src)
	switch {
	case icon.Src == "":
		r.problem("it has no src")
	case err != nil && !strings.HasPrefix(icon.Src, "data:"):
		r.problem("src is no URL")
	case err == nil && u.Scheme != "https" && u.Scheme != "data":
		r.problem("only https and data URLs are shown")
	}
	icon.Problem = r.said()
	return icon
}

// texts reads an array of strings and leaves out what is none.
func (r *itemReader) texts(m member) []string {
	var list []json.RawMessage
	if json.Unmarshal(m.val, &list) != nil {
		r.problem("%s is no array", m.key)
		return nil
	}
	var out []string
	for _, raw := range list {
		if s, ok := text(raw); ok {
			out = append(out, s)
		} else {
			r.problem("%s holds what is no string", m.key)
		}
	}
	return out
}

func (r *itemReader) annotations(m member) Annotations {
	var a Annotations
	list, err := members(m.val)
	if err != nil {
		r.problem("annotations is no object")
		return a
	}
	for _, m := range list {
		switch m.key {
		case "audience":
			a.Audience = r.texts(m)
		case "lastModified":
			r.text(m, &a.LastModified)
		case "priority":
			if json.Unmarshal(m.val, &a.Priority) != nil {
				a.Priority = nil
				r.problem("priority is no number")
			} else if p := a.Priority; p != nil && (*p < 0 || *p > 1) {
				r.problem("priority is not between 0 and 1")
			}
		}
	}
	return a
}

// Icons are the server's own (2025-11-25/basic/index#icons), as far as they can be read.
func (s *Session) Icons() []Icon {
	list, err := members(s.info.ServerInfo)
	if err != nil {
		return nil
	}
	var r itemReader
	for _, m := range list {
		if m.key == "icons" {
			return r.icons(m)
		}
	}
	return nil
}
