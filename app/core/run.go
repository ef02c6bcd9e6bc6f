package core

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/session"
)

// Run calls a tool and waits for its result. Arguments that do not match the tool's schema are not sent unless
// Force; arguments that are not a JSON object never are. The outcome of the call, good or bad, is in the output.
func (c *Core) Run(ctx context.Context, in RunInput) (RunOutput, error) {
	out := RunOutput{Call: in.Call, Problems: []Problem{}, Output: []Problem{}, Findings: []string{}}
	cn, s, err := c.live(in.Profile)
	if err != nil {
		out.Err = AsError(err)
		return out, nil
	}
	args := bytes.TrimSpace([]byte(in.Args))
	if len(args) == 0 {
		args = []byte("{}")
	}
	in.Args = string(args)
	if found := c.Check(in); len(found) > 0 && (!in.Force || !isObject(args)) {
		out.Problems = found
		return out, nil
	}
	tool, err := c.tool(in.Profile, in.Index, in.Tool)
	if err != nil {
		tool = &session.Tool{Name: in.Tool}
	}
	in.Tool = tool.Name // a name that was masked in the list is whole again
	call, err := in.Extra.withExtras(session.CallInput{
		Call: in.Call, Method: "tools/call", Params: callParams(in.Tool, args), Schema: tool.InputSchema,
		OnProgress: func(session.Progress) {}, // what matters is that it is asked for: Calls tells it
		Task:       wish(s, in, tool), TTL: time.Duration(in.TTL) * time.Millisecond,
	})
	if err != nil {
		out.Err = AsError(err)
		return out, nil
	}
	cn.begin(in.Call, in.Tool)
	res, err := s.Call(ctx, call)
	cn.finish(in.Call)
	c.fill(&out, cn, tool, res, err)
	if err == nil && res.Task != "" {
		return c.followTask(ctx, cn, tool, res.Task, out, in.Once), nil
	}
	return c.signedIn(ctx, cn, out, err, "tools/call "+in.Tool, tool), nil
}

// signedIn takes a refused call: where the user wants no questions it is sent again after the sign-in, and its outcome
// is that of the call.
func (c *Core) signedIn(ctx context.Context, cn *connection, out RunOutput, err error, what string, tool *session.Tool) RunOutput {
	f := fault.As(err)
	if f == nil || f.Challenge == nil {
		return out
	}
	again := callAgain(out.Call, what, func(ctx context.Context, out *RunOutput) error {
		s, err := cn.live()
		if err != nil {
			return err
		}
		cn.begin(out.Call, tool.Name)
		res, err := s.Replay(ctx, out.Call)
		cn.finish(out.Call)
		c.fill(out, cn, tool, res, err)
		return nil
	})
	c.refusedAt(cn.profile, f, again)
	if !c.autoSignIn(cn.profile) {
		return out
	}
	s := c.signIn(cn.profile.ID)
	if err := s.wait(ctx); err != nil {
		out.Err = AsError(err)
		return out
	}
	switch v := s.snapshot(); {
	case v.Replay != nil && v.Replay.Call == out.Call && v.Replay.Output != nil:
		return *v.Replay.Output
	case v.Err != nil:
		out.Err = v.Err
	case v.Phase == SignInDone: // another refused call brought the sign-in about: this one shares its token
		if r, _ := again.again(ctx); r.Output != nil {
			return *r.Output
		}
	}
	return out
}

func isObject(b []byte) bool { return len(b) > 0 && b[0] == '{' && json.Valid(b) }

// callParams keeps the arguments byte for byte: big numbers and duplicate keys go out as they were typed.
func callParams(tool string, args []byte) json.RawMessage {
	name, _ := json.Marshal(tool) // a string always marshals
	b := append([]byte(`{"name":`), name...)
	b = append(b, `,"arguments":`...)
	b = append(b, args...)
	return append(b, '}')
}

// fill says what came of a call.
func (c *Core) fill(out *RunOutput, cn *connection, tool *session.Tool, res *session.Result, err error) {
	if err != nil {
		out.Err = AsError(cn.masked(err))
		if out.Err.Challenge != nil { // it concerns the connection, not this call alone
			cn.onFault(err)
		}
	}
	if res == nil {
		return
	}
	out.Seq, out.Request, out.Took, out.Rounds = res.Response, res.Request, res.Took.Microseconds(), res.Rounds
	out.Bytes, out.Task = int64(len(res.Raw)), res.Task
	cn.keepRounds(res)
	if n := len(res.Log); n > 0 {
		out.Trace = cn.text(res.Log[n-1].Trace)
	}
	out.Findings = append(out.Findings, res.Findings...)
	if e, ok := c.entryOf(res.Response); ok {
		out.IsError = e.ToolErr
	}
	if len(res.Result) <= inlineResult {
		out.Result = string(cn.shownResult(res))
	}
	if err == nil && !out.IsError && len(tool.OutputSchema) > 0 {
		c.checkOutput(out, tool, res)
	}
}

// checkOutput: "Clients SHOULD validate structured results against this schema" (server/tools#output-schema).
func (c *Core) checkOutput(out *RunOutput, tool *session.Tool, res *session.Result) {
	if len(res.Result) > checkedBytes {
		out.Findings = append(out.Findings, "The result is too large to be checked against the tool's output schema.")
		return
	}
	var r struct {
		StructuredContent json.RawMessage `json:"structuredContent"`
	}
	if json.Unmarshal(res.Result, &r) != nil {
		return
	}
	if r.StructuredContent == nil {
		out.Output = []Problem{{Message: "the tool has an output schema, but the result has no structuredContent", Keyword: "required"}}
		return
	}
	out.Output = problems(session.CheckOutput(tool.OutputSchema, r.StructuredContent))
}

// Cancel cancels a call in flight, or its task; one that has ended is left alone.
func (c *Core) Cancel(call string) {
	if c.cancelFollowed(call) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, cn := range c.connections {
		if s, err := cn.live(); err == nil && s.Cancel(call, "cancelled by the user") {
			return
		}
	}
}

// Calls returns the calls in flight of a profile, oldest first.
func (c *Core) Calls(id string) []CallState {
	out := append([]CallState{}, c.followedCalls(id)...)
	cn, s, err := c.live(id)
	if err != nil {
		return out
	}
	for _, st := range s.Calls() {
		cn.mu.Lock()
		tool := cn.runs[st.Call]
		cn.mu.Unlock()
		v := CallState{Call: st.Call, Profile: id, Tool: tool, Started: st.Started.UnixMicro(), Waiting: st.Waiting, Round: st.Round, Hand: st.Hand}
		if p := st.Progress; p != nil {
			v.Progress, v.Total, v.Message = &p.Progress, p.Total, string(c.masker().Text(cn.id, []byte(p.Message)))
		}
		out = append(out, v)
	}
	return out
}

// ResultOf is the whole result of a call, masked, nil when there is none.
func (c *Core) ResultOf(out RunOutput) json.RawMessage {
	if out.Result != "" || out.Seq == 0 {
		return json.RawMessage(out.Result)
	}
	at, value := out.At, json.RawMessage(c.wholeBody(out.Seq))
	if at == "" {
		at = "/result"
	}
	for name := range strings.SplitSeq(strings.TrimPrefix(at, "/"), "/") {
		var members map[string]json.RawMessage
		if json.Unmarshal(value, &members) != nil || members[name] == nil {
			return nil
		}
		value = members[name]
	}
	return value
}
