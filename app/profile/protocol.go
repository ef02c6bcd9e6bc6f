package profile

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Protocol says what the client declares of itself and how it speaks to a server. The zero value declares everything
// that is answered here and speaks as the specification says.
type Protocol struct {
	Off         []string `json:"off,omitempty"`         // switches of capabilities that are not declared: see [Switches]
	Roots       []Root   `json:"roots,omitempty"`       // what roots/list is answered with
	Meta        string   `json:"meta,omitempty"`        // JSON object: members added to every request's params._meta
	LogLevel    string   `json:"logLevel,omitempty"`    // one of [LogLevels]; empty: the server's own choice
	Trace       bool     `json:"trace,omitempty"`       // a W3C traceparent in every request's _meta
	Paged       bool     `json:"paged,omitempty"`       // lists are read page by page, the first one by itself
	AutoRefresh bool     `json:"autoRefresh,omitempty"` // a list that changed is read again by itself
	NoStream    bool     `json:"noStream,omitempty"`    // legacy Streamable HTTP: no GET stream is opened
	Limits      Limits   `json:"limits,omitempty,omitzero"`
}

// Root is one root of a client (2025-11-25 client/roots).
type Root struct {
	URI  string `json:"uri"` // file://
	Name string `json:"name,omitempty"`
}

// Limits contain a server that misbehaves. Zero is the default of each.
type Limits struct {
	Rounds       int   `json:"rounds,omitempty"`       // input_required results of one call
	Questions    int   `json:"questions,omitempty"`    // questions that wait for an answer at once
	Pages        int   `json:"pages,omitempty"`        // of one list
	MessageBytes int64 `json:"messageBytes,omitempty"` // of one message
	Tasks        int   `json:"tasks,omitempty"`        // tasks that are known of the server
	Followed     int   `json:"followed,omitempty"`     // tasks asked about by themselves at once
	TaskInputs   int   `json:"taskInputs,omitempty"`   // questions of one task in its life
}

// The switches of [Protocol.Off]; an extension's switch is its id.
const (
	SwitchForm          = "elicitation.form"
	SwitchURL           = "elicitation.url"
	SwitchSampling      = "sampling"
	SwitchSamplingTools = "sampling.tools"
	SwitchRoots         = "roots"
	SwitchTasks         = "tasks" // the tasks of 2025-11-25; those of the extension have its id
	ExtensionTasks      = "io.modelcontextprotocol/tasks"
	ExtensionUI         = "io.modelcontextprotocol/ui"
	ExtensionSkills     = "io.modelcontextprotocol/skills"
)

// Switches are the names that [Protocol.Off] may hold.
func Switches() []string {
	return []string{
		SwitchForm, SwitchURL, SwitchSampling, SwitchSamplingTools, SwitchRoots, SwitchTasks,
		ExtensionTasks, ExtensionUI, ExtensionSkills,
	}
}

// LogLevels are the levels of a log message, the least severe first (RFC 5424 section 6.2.1, as MCP writes them).
func LogLevels() []string {
	return []string{"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"}
}

// Declares reports whether a switch is on.
func (p Protocol) Declares(name string) bool { return !slices.Contains(p.Off, name) }

// Most of each limit that a profile may set.
const (
	maxRoots        = 1000
	maxLimit        = 1_000_000
	maxMessageBytes = 4 << 30
)

func (p Protocol) clone() Protocol {
	p.Off, p.Roots = slices.Clone(p.Off), slices.Clone(p.Roots)
	return p
}

// protocol checks how a server is spoken to.
func (v *validator) protocol(p Protocol) {
	for i, name := range p.Off {
		if !slices.Contains(Switches(), name) {
			v.fail(fmt.Sprintf("protocol.off[%d]", i), "is none of "+strings.Join(Switches(), ", "))
		}
	}
	v.roots(p.Roots)
	v.meta(p.Meta)
	if p.LogLevel != "" && !slices.Contains(LogLevels(), p.LogLevel) {
		v.fail("protocol.logLevel", "is none of "+strings.Join(LogLevels(), ", "))
	}
	for _, l := range []struct {
		name  string
		value int64
		most  int64
	}{
		{"rounds", int64(p.Limits.Rounds), maxLimit},
		{"questions", int64(p.Limits.Questions), maxLimit},
		{"pages", int64(p.Limits.Pages), maxLimit},
		{"tasks", int64(p.Limits.Tasks), maxLimit},
		{"followed", int64(p.Limits.Followed), maxLimit},
		{"taskInputs", int64(p.Limits.TaskInputs), maxLimit},
		{"messageBytes", p.Limits.MessageBytes, maxMessageBytes},
	} {
		if l.value < 0 || l.value > l.most {
			v.fail("protocol.limits."+l.name, fmt.Sprintf("is not between 0 and %d", l.most))
		}
	}
}

func (v *validator) roots(roots []Root) {
	if len(roots) > maxRoots {
		v.fail("protocol.roots", fmt.Sprintf("holds more than %d roots", maxRoots))
	}
	for i, r := range roots {
		field := fmt.Sprintf("protocol.roots[%d]", i)
		v.line(field+".uri", r.URI)
		v.line(field+".name", r.Name)
		if u, err := url.Parse(r.URI); err != nil || u.Scheme != "file" {
			v.fail(field+".uri", "is no file:// URI (2025-11-25 client/roots)")
		}
	}
}

func (v *validator) meta(text string) {
	if text == "" {
		return
	}
	var object map[string]json.RawMessage
	switch err := json.Unmarshal([]byte(text), &object); {
	case len(text) > MaxText:
		v.fail("protocol.meta", fmt.Sprintf("is longer than %d bytes", MaxText))
	case err != nil || object == nil:
		v.fail("protocol.meta", "is no JSON object")
	}
}
