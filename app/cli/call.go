package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// called is what call prints for machines.
type called struct {
	Result   json.RawMessage `json:"result"`
	IsError  bool            `json:"isError"`
	TookMS   float64         `json:"tookMs"`
	Problems []core.Problem  `json:"outputProblems"`
	Findings []string        `json:"findings"`
}

func call(ctx context.Context, s streams, args []string) error {
	f := newFlags("call", "call TARGET TOOL [flags]\n       sightglass call -- COMMAND ARGS… :: TOOL [flags]", s)
	pairs := f.set.StringArray("arg", nil, "`NAME=VALUE`: VALUE is taken as JSON when it is JSON, else as text; may be repeated")
	whole := f.set.String("json-args", "", "the arguments as one JSON `object`")
	force := f.set.Bool("force", false, "send arguments that do not match the tool's schema")
	return connected(ctx, s, f, args, func(c *core.Core, v core.Connection, more []string) error {
		if len(more) != 1 {
			return usagef("call wants TARGET and TOOL, got %d words behind the target", len(more))
		}
		arguments, err := makeArgs(*whole, *pairs)
		if err != nil {
			return err
		}
		if _, err := c.Tools(ctx, v.Profile, true); err != nil {
			return fail(s, f.json, err)
		}
		out, err := c.Run(ctx, core.RunInput{Call: "cli-1", Profile: v.Profile, Tool: more[0], Index: -1, Args: arguments, Force: *force})
		if err != nil {
			return fail(s, f.json, err)
		}
		return printCall(s, c, out, f.json)
	})
}

// makeArgs joins --json-args and --arg, the latter winning.
func makeArgs(whole string, pairs []string) (string, error) {
	if len(pairs) == 0 && whole != "" {
		if !json.Valid([]byte(whole)) {
			return "", usagef("--json-args is not JSON")
		}
		return whole, nil // byte for byte: big numbers stay exact
	}
	members := map[string]json.RawMessage{}
	if whole != "" {
		if err := json.Unmarshal([]byte(whole), &members); err != nil {
			return "", usagef("--json-args is not a JSON object: %v", err)
		}
	}
	for _, p := range pairs {
		name, value, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return "", usagef("--arg wants NAME=VALUE")
		}
		if raw := []byte(value); json.Valid(raw) {
			members[name] = raw
			continue
		}
		members[name], _ = json.Marshal(value) // a string always marshals
	}
	b, err := json.Marshal(members)
	return string(b), err
}

func printCall(s streams, c *core.Core, out core.RunOutput, asJSON bool) error {
	if len(out.Problems) > 0 {
		return printProblems(s, out.Problems, asJSON)
	}
	if out.Err != nil {
		return fail(s, asJSON, out.Err)
	}
	result := resultOf(c, out)
	var err error
	if asJSON {
		err = printJSON(s.out, called{Result: result, IsError: out.IsError, TookMS: float64(out.Took) / 1000, Problems: out.Output, Findings: out.Findings})
	} else {
		err = printResult(s.out, result, out)
	}
	if err == nil && out.IsError {
		return outcome{ExitToolError}
	}
	return err
}

func printProblems(s streams, problems []core.Problem, asJSON bool) error {
	if asJSON {
		if err := printJSON(s.out, map[string]any{"kind": "input", "message": "the arguments do not match the tool's schema", "hint": "Mend them, or repeat with --force.", "problems": problems}); err != nil {
			return err
		}
		return outcome{ExitUsage}
	}
	var b strings.Builder
	b.WriteString("the arguments do not match the tool's schema; nothing was sent (--force sends them anyway)")
	for _, p := range problems {
		fmt.Fprintf(&b, "\n  %s: %s", orRoot(p.Path), clean(p.Message))
	}
	return usageError{b.String()}
}

func orRoot(path string) string {
	if path == "" {
		return "arguments"
	}
	return path
}

// resultOf is the result object: inline, or out of the frame in the log when it is large.
func resultOf(c *core.Core, out core.RunOutput) json.RawMessage {
	if out.Result != "" {
		return json.RawMessage(out.Result)
	}
	var frame bytes.Buffer
	for {
		b, err := c.Body(out.Seq, wire.PartMessage, int64(frame.Len()), 0)
		if err != nil || len(b.Bytes) == 0 {
			break
		}
		frame.Write(b.Bytes)
	}
	var f struct {
		Result json.RawMessage `json:"result"`
	}
	if json.Unmarshal(frame.Bytes(), &f) != nil {
		return json.RawMessage("null")
	}
	return f.Result
}

// printResult prints text blocks as they are and tells of the others; the raw result is what --json prints.
func printResult(w io.Writer, result json.RawMessage, out core.RunOutput) error {
	var r struct {
		Content []struct {
			Type, Text, MimeType, URI, Data string
		} `json:"content"`
		Structured json.RawMessage `json:"structuredContent"`
	}
	if json.Unmarshal(result, &r) != nil {
		_, err := fmt.Fprintln(w, clean(string(result)))
		return err
	}
	var b strings.Builder
	if out.IsError {
		b.WriteString("The tool reported an error:\n")
	}
	for _, block := range r.Content {
		if block.Type == "text" {
			b.WriteString(clean(block.Text) + "\n")
			continue
		}
		fmt.Fprintf(&b, "[%s %s %s %d bytes of base64]\n", clean(block.Type), clean(block.MimeType), clean(block.URI), len(block.Data))
	}
	if r.Structured != nil {
		fmt.Fprintf(&b, "structuredContent: %s\n", clean(string(r.Structured)))
	}
	for _, p := range out.Output {
		fmt.Fprintf(&b, "! %s: %s\n", orRoot(p.Path), clean(p.Message))
	}
	for _, f := range out.Findings {
		fmt.Fprintf(&b, "! %s\n", clean(f))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
