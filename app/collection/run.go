package collection

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Runner makes the calls of a collection, one after another.
type Runner struct {
	// Do sends one request and waits for its answer. A call that brought none says so in Outcome.Failed.
	Do func(ctx context.Context, index int, method string, params json.RawMessage, timeout time.Duration) Outcome
	// Schema checks values against schemas.
	Schema Checker
	// On is told of each call when it begins (State empty) and when it is over. May be nil.
	On func(Result)
	// Stop ends the run with the first call that is not passed: those after it are skipped.
	Stop bool
}

// Run makes the calls of c, of those picked when only is not nil, with the values of given over those of the file.
// A cancelled ctx ends the call under way and skips the rest.
func (r *Runner) Run(ctx context.Context, c *Collection, given map[string]json.RawMessage, only func(index int) bool) []Result {
	vars := &Variables{}
	for name, v := range c.Variables {
		if len(v.Value) > 0 {
			vars.Set(name, v.Value)
		}
	}
	for name, v := range given {
		vars.Set(name, v)
	}
	out := []Result{}
	over := ""
	for i := range c.Calls {
		if only != nil && !only(i) {
			continue
		}
		if over == "" && ctx.Err() != nil {
			over = "The run was stopped."
		}
		res := r.one(ctx, i, &c.Calls[i], vars, over)
		if r.Stop && over == "" && res.State != Passed && res.State != Skipped {
			over = fmt.Sprintf("The run stopped at call %d.", i+1)
		}
		if r.On != nil {
			r.On(res)
		}
		out = append(out, res)
	}
	return out
}

func (r *Runner) one(ctx context.Context, i int, call *Call, vars *Variables, over string) Result {
	res := Result{Index: i, Name: call.Name, State: Skipped, Problem: over, Verdicts: []Verdict{}}
	switch {
	case over != "":
		return res
	case call.Skip:
		res.Problem = "It is marked to be skipped."
		return res
	}
	if r.On != nil {
		r.On(Result{Index: i, Name: call.Name, Verdicts: []Verdict{}})
	}
	method, err := vars.Text(call.Method)
	if err == nil {
		var params json.RawMessage
		if params, err = vars.JSON(call.Params); err == nil {
			r.judge(&res, call, vars, r.Do(ctx, i, method, params, call.Wait()))
			return res
		}
	}
	res.State, res.Problem = Broken, "Not sent: "+err.Error()+"."
	return res
}

func (r *Runner) judge(res *Result, call *Call, vars *Variables, o Outcome) {
	res.Took = o.Took.Microseconds()
	if o.Failed != "" {
		res.State, res.Problem = Broken, o.Failed
		return
	}
	var pass bool
	res.Verdicts, pass, res.Problem = call.Judge(o, vars, r.Schema)
	res.State = Failed
	if !pass {
		return
	}
	kept, err := call.Kept(o)
	if err != nil {
		res.Problem = err.Error()
		return
	}
	for name, v := range kept {
		vars.Set(name, v)
	}
	res.State = Passed
}
