package core

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// CallExtras are what one call has of its own. The zero value is nothing.
type CallExtras struct {
	Meta     string        `json:"meta,omitempty"`     // members of params._meta, JSON text of an object: they win over everything else
	Headers  []wire.Header `json:"headers,omitempty"`  // HTTP headers: they win over those that would be sent
	Timeout  int64         `json:"timeout,omitempty"`  // milliseconds without progress; 0: the server's, negative: none
	Declare  string        `json:"declare,omitempty"`  // modern: capabilities instead of those of the settings, JSON text of an object
	LogLevel string        `json:"logLevel,omitempty"` // modern: instead of that of the settings; "none": none
	Hand     bool          `json:"hand,omitempty"`     // modern: each input_required round waits for SendRound
}

// noLevel is the LogLevel of a call that wants no log messages.
const noLevel = "none"

// into gives a call its extras. The error names the field.
func (e *CallExtras) into(in *session.CallInput) error {
	if e == nil {
		return nil
	}
	bad := func(field, why string) error {
		return input("send the call", field+" "+why, "Mend it under “More for this call”: nothing was sent.")
	}
	if meta := bytes.TrimSpace([]byte(e.Meta)); len(meta) > 0 {
		if !isObject(meta) {
			return bad("_meta", "is no JSON object")
		}
		params, err := session.WithMeta(in.Params, meta)
		if err != nil {
			return bad("_meta", "cannot be added: the params are no JSON object")
		}
		in.Params = params
	}
	if caps := bytes.TrimSpace([]byte(e.Declare)); len(caps) > 0 {
		if !isObject(caps) {
			return bad("the capabilities", "are no JSON object")
		}
		in.Declare = slices.Clone(caps)
	}
	if e.LogLevel != "" {
		level := strings.TrimPrefix(e.LogLevel, noLevel)
		if level != "" && !slices.Contains(profile.LogLevels(), level) {
			return bad("the log level", "is none of "+strings.Join(profile.LogLevels(), ", "))
		}
		in.LogLevel = &level
	}
	for _, h := range e.Headers {
		if why := profile.HeaderProblem(h.Name, h.Value); why != "" {
			return bad("the header "+h.Name, why)
		}
		if in.Header == nil {
			in.Header = http.Header{}
		}
		in.Header.Add(h.Name, h.Value)
	}
	in.Timeout, in.Hand = ms(e.Timeout), e.Hand
	return nil
}

// withExtras is a call with its extras.
func (e *CallExtras) withExtras(in session.CallInput) (session.CallInput, error) {
	err := e.into(&in)
	return in, err
}

// Mirror says in which headers a tool's call would repeat a part of itself (2026-07-28 over HTTP). Nothing is sent.
func (c *Core) Mirror(in RunInput) (Mirrors, error) {
	out := Mirrors{Headers: []Mirror{}, Findings: []string{}}
	cn, s, err := c.live(in.Profile)
	if err != nil {
		return out, nil
	}
	out.Used = s.Info().Era == session.Modern && s.Info().Transport != session.Stdio
	args := bytes.TrimSpace([]byte(in.Args))
	if len(args) == 0 || !json.Valid(args) {
		args = []byte("{}")
	}
	tool, err := c.tool(in.Profile, in.Index, in.Tool)
	if err != nil {
		tool = &session.Tool{Name: in.Tool}
	}
	call, err := in.Extra.withExtras(session.CallInput{Method: "tools/call", Params: callParams(tool.Name, args), Schema: tool.InputSchema})
	if err != nil {
		return out, err
	}
	list, findings := s.Mirrored(call)
	for _, m := range list {
		value, cut := clipped(cn.text(m.Value))
		text, cut2 := clipped(cn.text(m.Text))
		out.Headers = append(out.Headers, Mirror{Header: m.Header, Value: value, Text: text, From: cn.text(m.From), Own: m.Own, Cut: cut || cut2})
	}
	out.Findings = cn.texts(findings)
	return out, nil
}

// mirrorBytes are those of one value that cross the bridge.
const mirrorBytes = 300

func clipped(s string) (string, bool) {
	if len(s) <= mirrorBytes {
		return s, false
	}
	return strings.ToValidUTF8(s[:mirrorBytes], ""), true
}

// Mirrors are the headers of a call.
type Mirrors struct {
	Used     bool     `json:"used"` // the connection mirrors: modern over HTTP
	Headers  []Mirror `json:"headers"`
	Findings []string `json:"findings"`
}

// Mirror is one header of a call.
type Mirror struct {
	Header string `json:"header"`
	Value  string `json:"value"` // as it is sent
	Text   string `json:"text"`  // what it stands for, where Value is encoded; else empty
	From   string `json:"from"`  // JSON Pointer into the params, "method", "_meta"; empty: from nothing
	Own    bool   `json:"own"`   // set for this call by the user
	Cut    bool   `json:"cut"`   // longer than what is given here
}
