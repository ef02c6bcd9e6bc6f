package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/fault"
)

// reply is what a JSON error looks like: the shape of fault.CallError for machines.
type reply struct {
	Server    string              `json:"server"`
	Kind      string              `json:"kind"`
	Step      string              `json:"step,omitempty"`
	Status    int                 `json:"status"`
	Headers   map[string][]string `json:"headers"`
	Challenge any                 `json:"challenge"`
	RPC       json.RawMessage     `json:"rpc"`
	Message   string              `json:"message"`
	Hint      string              `json:"hint"`
	Detail    string              `json:"detail,omitempty"`
}

func errorReply(err error) reply {
	e := core.AsError(err)
	r := reply{
		Server: e.Server, Kind: e.Kind, Step: e.Step, Status: e.Status, Headers: map[string][]string{},
		Message: e.Message, Hint: e.Hint, Detail: e.Detail, RPC: json.RawMessage("null"),
	}
	for _, h := range e.Headers {
		r.Headers[h.Name] = append(r.Headers[h.Name], h.Value)
	}
	if e.Challenge != nil {
		r.Challenge = e.Challenge
	}
	if e.RPC != "" {
		r.RPC = json.RawMessage(e.RPC)
	}
	return r
}

func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// fail prints err for the reader asked for and returns its exit code as an error. JSON goes to standard output: that
// is where a machine reads. The entries of traffic are there already, one a line: its error goes beside them.
func (f *flags) fail(s streams, err error) error {
	if !f.json {
		return err
	}
	var u usageError
	if errors.As(err, &u) {
		err = &fault.CallError{Kind: fault.Input, Step: "read the arguments", Message: u.text, Hint: fmt.Sprintf("`sightglass %s --help` says what they are.", f.name)}
	}
	to := s.out
	if f.traffic {
		to = s.err
	}
	if jsonErr := printJSON(to, errorReply(err)); jsonErr != nil {
		return jsonErr
	}
	return outcome{codeOf(err)}
}

// printError writes an error for people, the challenge in full.
func printError(s streams, err error) {
	e := core.AsError(err)
	var b strings.Builder
	b.WriteString("sightglass: ")
	if e.Server != "" {
		b.WriteString(clean(e.Server) + ": ")
	}
	if e.Step != "" && !strings.HasPrefix(e.Message, e.Step) {
		b.WriteString(clean(e.Step) + ": ")
	}
	b.WriteString(clean(e.Message) + "\n")
	if e.Hint != "" && (e.Challenge == nil || e.Challenge.Next != e.Hint) {
		b.WriteString("  " + clean(e.Hint) + "\n") // before the evidence: it speaks of "below"
	}
	if e.Detail != "" {
		b.WriteString(indent(clean(e.Detail)))
	}
	if e.Challenge != nil {
		writeChallenge(&b, e)
	}
	if e.RPC != "" {
		b.WriteString("  JSON-RPC error: " + clean(e.RPC) + "\n")
	}
	_, _ = io.WriteString(s.err, b.String())
}

func writeChallenge(b *strings.Builder, e *core.Error) {
	c := e.Challenge
	fmt.Fprintf(b, "  %d to %s %s (%s)\n", c.Status, clean(c.Method), clean(c.URL), clean(c.Where))
	if len(c.Raw) == 0 {
		b.WriteString("  WWW-Authenticate: none\n")
	}
	for _, raw := range c.Raw {
		fmt.Fprintf(b, "  WWW-Authenticate: %s\n", clean(raw))
	}
	for _, s := range c.Schemes {
		fmt.Fprintf(b, "    %s  (%s)\n", clean(s.Name), s.Source)
		for _, p := range s.Params {
			fmt.Fprintf(b, "      %-20s %s\n", clean(p.Name), clean(p.Value))
			fmt.Fprintf(b, "      %-20s %s [%s]\n", "", p.Meaning, p.Source)
		}
		if s.Problem != nil {
			fmt.Fprintf(b, "      at byte %d: %s\n", s.Problem.Offset, clean(s.Problem.Message))
		}
	}
	for _, f := range c.Findings {
		fmt.Fprintf(b, "  %s: %s", f.Severity, clean(f.Text))
		if f.Source != "" {
			fmt.Fprintf(b, " [%s]", f.Source)
		}
		b.WriteString("\n")
	}
	if c.Next != "" {
		b.WriteString("  Next: " + clean(c.Next) + "\n")
	}
}

// clean keeps a server's words from driving the terminal: control characters but line feed and tab become escapes.
func clean(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || turns(r) {
			fmt.Fprintf(&b, "\\u%04x", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// turns says whether r breaks the line or changes its direction.
func turns(r rune) bool {
	return r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0x061c
}

func indent(s string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n    ") + "\n"
}
