// Package drift tells how the interface of a server differs from what it was: its tools with their schemas, resources,
// templates, prompts, instructions and capabilities, and what each difference means for whoever relies on it. It reads
// no file and asks no server: package snapshots keeps what is compared, core fills it.
package drift

import (
	"encoding/json"
	"fmt"
)

// Severity is what a change means for a client, or a model, that relied on the interface as it was.
type Severity string

// The severities, the worst first.
const (
	Breaking Severity = "breaking" // what worked may not work any more
	Risky    Severity = "risky"    // it works, and may mean something else: words that a model follows, hints, defaults
	Additive Severity = "additive" // what worked still does, and there is more
	Minor    Severity = "minor"    // nothing that a call or a model goes by
)

// Severities are all of them, the worst first.
func Severities() []Severity { return []Severity{Breaking, Risky, Additive, Minor} }

// Bounds on what is told: a server chooses how much it changes.
const (
	maxChanges = 2000    // told one by one; further ones are counted
	maxPerItem = 100     // of one tool, resource, template or prompt; further ones are counted
	maxNodes   = 1 << 18 // places of schemas that are looked at; what differs behind them is told as a whole
	maxDepth   = 64      // of a schema, likewise
	maxValue   = 200     // characters of a value as it was or is
	maxName    = 80      // characters of a name within a sentence
)

// Kind says what a change is a change of.
type Kind string

// The kinds.
const (
	OfServer   Kind = "server" // serverInfo, protocol version, instructions, capabilities, a list as a whole
	OfTool     Kind = "tool"
	OfResource Kind = "resource"
	OfTemplate Kind = "template"
	OfPrompt   Kind = "prompt"
)

// Change is one difference, judged.
type Change struct {
	Severity Severity `json:"severity"`
	Rule     string   `json:"rule"`          // which rule judged it: "parameter-required"
	Kind     Kind     `json:"kind"`          //
	Name     string   `json:"name"`          // key of the item as it was, or as it is when it is new; empty for the server
	Nth      int      `json:"nth,omitempty"` // which of several items of that name
	Path     string   `json:"path"`          // JSON Pointer within the item, or within the snapshot
	Text     string   `json:"text"`          // what changed, a sentence
	Why      string   `json:"why"`           // why it matters, a sentence
	Was      string   `json:"was,omitempty"` // JSON, shortened
	Now      string   `json:"now,omitempty"`
	To       string   `json:"to,omitempty"` // key of the item as it is, when that is another one
}

// Counts are the changes by severity.
type Counts struct {
	Breaking int `json:"breaking"`
	Risky    int `json:"risky"`
	Additive int `json:"additive"`
	Minor    int `json:"minor"`
}

// Total is the number of all changes.
func (c Counts) Total() int { return c.Breaking + c.Risky + c.Additive + c.Minor }

// AtLeast is the number of changes that are as bad as s, or worse.
func (c Counts) AtLeast(s Severity) int {
	n := c.Breaking
	if s == Breaking {
		return n
	}
	if n += c.Risky; s == Risky {
		return n
	}
	if n += c.Additive; s == Additive {
		return n
	}
	return n + c.Minor
}

func (c *Counts) add(s Severity) {
	switch s {
	case Breaking:
		c.Breaking++
	case Risky:
		c.Risky++
	case Additive:
		c.Additive++
	case Minor:
		c.Minor++
	}
}

// Result is how a snapshot differs from an earlier one.
type Result struct {
	Changes     []Change `json:"changes"` // the worst first; never nil
	Counts      Counts   `json:"counts"`  // of all, also those that are not told
	Cut         int      `json:"cut"`     // changes that are counted and not told
	NotCompared []string `json:"notCompared"`
}

// collector gathers changes.
type collector struct {
	res   Result
	nodes int // places of schemas that may still be looked at
	item  itemAt
	told  int // of the item
}

// itemAt is the item that changes are told of.
type itemAt struct {
	kind Kind
	name string
	nth  int
	to   string
}

func (c *collector) at(i itemAt) { c.item, c.told = i, 0 }

// add tells a change of the present item. Values are as decoded, [nothing] for what is not there.
func (c *collector) add(s Severity, rule, path, text, why string, was, now any) {
	c.res.Counts.add(s)
	if c.told++; c.told > maxPerItem || len(c.res.Changes) >= maxChanges {
		c.res.Cut++
		return
	}
	c.res.Changes = append(c.res.Changes, Change{
		Severity: s, Rule: rule, Kind: c.item.kind, Name: c.item.name, Nth: c.item.nth, To: c.item.to,
		Path: path, Text: text, Why: why, Was: shown(was), Now: shown(now),
	})
}

func (c *collector) notCompared(format string, a ...any) {
	c.res.NotCompared = append(c.res.NotCompared, fmt.Sprintf(format, a...))
}

// absent is the value of what is not there.
type absent struct{}

var nothing any = absent{}

// shown is a value as JSON, shortened.
func shown(v any) string {
	if v == nothing {
		return ""
	}
	b, err := json.Marshal(v)
	if raw, ok := v.(json.RawMessage); ok {
		b, err = raw, nil
	}
	if err != nil {
		return ""
	}
	return clip(string(b), maxValue)
}

func clip(s string, most int) string {
	for i := range s {
		if most == 0 {
			return s[:i] + "…"
		}
		most--
	}
	return s
}

// named is a server's word within a sentence.
func named(s string) string { return fmt.Sprintf("%q", clip(s, maxName)) }
