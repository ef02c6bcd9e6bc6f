package cli

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/fault"
)

// called is what call prints for machines.
type called struct {
	Result   json.RawMessage `json:"result"`
	IsError  bool            `json:"isError"`
	TookMS   float64         `json:"tookMs"`
	Problems []core.Problem  `json:"outputProblems"`
	Findings []string        `json:"findings"`
	Answered []answered      `json:"questions,omitempty"`
	Banner   *reply          `json:"banner,omitempty"` // a refusal outside of any call
}

// mismatch is what call prints for machines when nothing was sent.
type mismatch struct {
	reply
	Problems []core.Problem `json:"problems"`
}

func call(ctx context.Context, s streams, args []string) error {
	f := newFlags("call", "call TARGET TOOL [flags]\n       sightglass call -- COMMAND ARGS… :: TOOL [flags]", s)
	pairs := f.set.StringArray("arg", nil, "`NAME=VALUE`: VALUE is taken as JSON when it is JSON, else as text; may be repeated")
	whole := f.set.String("json-args", "", "the arguments as one JSON `object`")
	force := f.set.Bool("force", false, "send arguments that do not match the tool's schema")
	task := f.set.Bool("task", false, "run the tool as a task, and tell on standard error how it stands")
	ttl := f.set.Duration("task-ttl", 0, "how long the task is to be kept, such as `10m` (2025-11-25)")
	f.call = true
	var tool, arguments string
	check := func(more []string) (err error) {
		switch len(more) {
		case 0:
			return usagef("the TOOL to call is missing: it comes behind the target, for a command behind ::")
		case 1:
		default:
			return usagef("call takes one TOOL: %q is too much; arguments are given by --arg NAME=VALUE", more[1])
		}
		tool = more[0]
		arguments, err = makeArgs(*whole, *pairs)
		return err
	}
	return connected(ctx, s, f, args, check, func(c *core.Core, v core.Connection) error {
		listCtx, cancel := context.WithTimeout(ctx, defaultWait)
		list, err := c.Tools(listCtx, v.Profile, true)
		cancel()
		if err != nil {
			return f.fail(s, err)
		}
		in := core.RunInput{Call: "cli-1", Profile: v.Profile, Tool: tool, Index: -1, Args: arguments, Force: *force, TTL: ttl.Milliseconds(), Once: true}
		if *task {
			in.Task = "yes"
		}
		out, err := runTold(ctx, s, c, in)
		if err != nil {
			return f.fail(s, err)
		}
		if list.Err != nil {
			out.Findings = append(out.Findings, "The arguments were not checked, because the list of tools could not be read: "+list.Err.Message)
		}
		banner := hangUp(c, v.Profile)
		return f.printCall(s, c, out, banner)
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

func (f *flags) printCall(s streams, c *core.Core, out core.RunOutput, banner *core.Error) error {
	if len(out.Problems) > 0 {
		return printProblems(s, out.Problems, f.json)
	}
	if out.Err != nil {
		return f.fail(s, out.Err)
	}
	result := c.ResultOf(out)
	var err error
	if f.json {
		err = printJSON(s.out, called{
			Result: result, IsError: out.IsError, TookMS: float64(out.Took) / 1000, Problems: out.Output, Findings: out.Findings, Answered: f.answers(c), Banner: maybeReply(banner),
		})
	} else {
		f.printAnswers(s, c)
		err = printResult(s.out, result, out)
		printBanner(s, banner)
	}
	if err == nil && out.IsError {
		return outcome{ExitToolError}
	}
	return err
}

func printProblems(s streams, problems []core.Problem, asJSON bool) error {
	if asJSON {
		e := &fault.CallError{Kind: fault.Input, Step: "check the arguments", Message: "the arguments do not match the tool's schema", Hint: "Mend them, or repeat with --force."}
		if err := printJSON(s.out, mismatch{errorReply(e), problems}); err != nil {
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

// block is one piece of a result's content.
type block struct {
	Type, Text, MimeType, URI, Name, Data string

	Resource struct {
		MimeType, URI, Text, Blob string
	}
}

// line is a block for people: text as it is, of the others what they are and how large.
func (b block) line() string {
	size := func(s string) string {
		return fmt.Sprintf("%d bytes", base64.StdEncoding.DecodedLen(len(s))-strings.Count(s, "="))
	}
	words := []string{b.Type, b.Name, b.MimeType, b.URI}
	switch r := b.Resource; b.Type {
	case "text":
		return clean(b.Text)
	case "image", "audio":
		words = append(words, size(b.Data))
	case "resource":
		words = append(words, r.MimeType, r.URI)
		if r.Text != "" {
			return "[" + word(strings.Join(words, " ")) + "]\n" + clean(r.Text)
		}
		words = append(words, size(r.Blob))
	}
	return "[" + word(strings.Join(words, " ")) + "]"
}

// printResult prints text blocks as they are and tells of the others; the raw result is what --json prints.
func printResult(w io.Writer, result json.RawMessage, out core.RunOutput) error {
	var r struct {
		Content    []block         `json:"content"`
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
		b.WriteString(block.line() + "\n")
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
