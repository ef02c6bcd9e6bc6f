package core

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/collection"
	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/session"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// keptRuns is how many runs of saved calls are remembered.
const keptRuns = 20

// callRuns are the runs of saved calls of this run of the program.
type callRuns struct {
	mu   sync.Mutex
	runs []*callRun // oldest first
}

type callRun struct {
	mu   sync.Mutex
	view CollectionRun
	stop context.CancelFunc
	done chan struct{}
}

func (r *callRuns) find(id string) *callRun {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.runs, func(one *callRun) bool { return one.view.Run == id })
	if i < 0 {
		return nil
	}
	return r.runs[i]
}

func (r *callRuns) add(run *callRun) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.ContainsFunc(r.runs, func(one *callRun) bool { return one.view.Run == run.view.Run }) {
		return fmt.Errorf("there is a run %q already", run.view.Run)
	}
	r.runs = append(r.runs, run)
	if n := len(r.runs) - keptRuns; n > 0 && r.runs[0].over() {
		r.runs = slices.Delete(r.runs, 0, 1)
	}
	return nil
}

func (r *callRun) over() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// CollectionRun is how a run stands.
func (c *Core) CollectionRun(id string) (CollectionRun, error) {
	r := c.callRuns.find(id)
	if r == nil {
		return CollectionRun{}, input("show the run", "there is no run "+id, "Run the calls again.")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.view
	out.Results = slices.Clone(r.view.Results)
	return out, nil
}

// StopCollection ends a run: the call under way is cancelled, those after it are skipped.
func (c *Core) StopCollection(id string) {
	if r := c.callRuns.find(id); r != nil {
		r.stop()
	}
}

// RunCollection starts a run and returns at once. How it goes is told by [Core.CollectionRun] and NudgeCollections.
func (c *Core) RunCollection(in CollectionRunInput) error {
	if in.Path != "" {
		if err := c.known(in.Path); err != nil {
			return err
		}
	}
	_, err := c.startRun(c.life, in)
	return err
}

// RunCollectionWait runs calls and waits for the end of the run. A ctx that ends stops it. The path may be of any file.
func (c *Core) RunCollectionWait(ctx context.Context, in CollectionRunInput) (CollectionRun, error) {
	r, err := c.startRun(ctx, in)
	if err != nil {
		return CollectionRun{}, err
	}
	<-r.done
	return c.CollectionRun(in.Run)
}

func (c *Core) startRun(ctx context.Context, in CollectionRunInput) (*callRun, error) {
	cn, _, err := c.live(in.Profile)
	if err != nil {
		return nil, err
	}
	col, entries, values, err := c.planned(ctx, in)
	if err != nil {
		return nil, err
	}
	for _, v := range in.Values {
		raw := rawText(v.Value)
		if !json.Valid(raw) {
			return nil, input("run the calls", "the value of "+v.Name+" is no JSON", "Texts stand in quotes.")
		}
		values[v.Name] = raw
	}
	c.maskValues(cn, col, values)
	ctx, stop := context.WithCancel(ctx)
	total := len(col.Calls)
	if len(in.Only) > 0 {
		total = len(in.Only)
	}
	r := &callRun{stop: stop, done: make(chan struct{}), view: CollectionRun{
		Run: in.Run, Profile: in.Profile, Name: col.Name, Replay: in.Path == "", Began: time.Now().UnixMicro(), Total: total, Results: []CallResult{},
	}}
	if err := c.callRuns.add(r); err != nil {
		stop()
		return nil, input("run the calls", err.Error(), "")
	}
	c.signing.Go(func() {
		defer stop()
		c.runCalls(ctx, r, cn, col, entries, values, in)
	})
	return r, nil
}

// maskValues makes the values of secret variables known to a connection: each masks what it was told, and forgets it
// at its end.
func (c *Core) maskValues(cn *connection, col *collection.Collection, values map[string]json.RawMessage) {
	for name, raw := range values {
		if !col.Variables[name].Secret {
			continue
		}
		text := string(raw) // a number is as secret as a text
		_ = json.Unmarshal(raw, &text)
		c.masker().Add(cn.id, "variable", text)
	}
}

// planned is what a run is to do: a file's calls, or those of entries to be sent again.
func (c *Core) planned(ctx context.Context, in CollectionRunInput) (col *collection.Collection, entries []wire.Entry, values map[string]json.RawMessage, err error) {
	if in.Path == "" {
		col = &collection.Collection{Name: "Replay"}
		if col.Calls, entries = c.callsOf(in.Seqs, false); len(col.Calls) == 0 {
			err = input("send again", "there is no request among what was chosen", "Choose requests to the server.")
		}
		return col, entries, map[string]json.RawMessage{}, err
	}
	f, err := collection.Read(in.Path)
	if err != nil {
		return nil, nil, nil, input("run the calls", err.Error(), "Mend the file.")
	}
	values, err = c.secretValues(ctx, in.Path, f.Collection)
	return f.Collection, nil, values, err
}

func (c *Core) runCalls(ctx context.Context, r *callRun, cn *connection, col *collection.Collection, entries []wire.Entry, values map[string]json.RawMessage, in CollectionRunInput) {
	var last RunOutput
	runner := collection.Runner{
		Stop: in.Stop,
		Schema: func(schema, value json.RawMessage) (wrong []string) {
			for _, p := range session.CheckValue(schema, value) {
				wrong = append(wrong, cn.text(p.Path+" "+p.Message))
			}
			return wrong
		},
		Do: func(ctx context.Context, i int, method string, params json.RawMessage, timeout time.Duration) (o collection.Outcome) {
			send := savedRequest{fmt.Sprintf("%s/%d", in.Run, i), method, params, timeout}
			o, last = c.makeCall(ctx, in.Profile, send, func(now *connection) {
				if now != cn { // it was connected anew: that one knows no variable
					cn = now
					c.maskValues(cn, col, values)
				}
			})
			return o
		},
		On: func(res collection.Result) {
			one := CallResult{
				Index: res.Index, Name: res.Name, State: res.State, Took: res.Took, Problem: res.Problem, Verdicts: []CallVerdict{},
				Method: col.Calls[res.Index].Method,
			}
			for _, v := range res.Verdicts {
				one.Verdicts = append(one.Verdicts, CallVerdict(v))
			}
			if res.State != "" && res.State != collection.Skipped {
				one.Request, one.Answer = last.Request, last.Seq
			}
			last = RunOutput{}
			if entries != nil {
				c.compare(&one, entries[res.Index])
			}
			r.put(one)
			c.nudge(NudgeCollections)
		},
	}
	var only func(int) bool
	if len(in.Only) > 0 {
		only = func(i int) bool { return slices.Contains(in.Only, i) }
	}
	runner.Run(ctx, col, values, only)
	r.mu.Lock()
	r.view.Ended = time.Now().UnixMicro()
	r.mu.Unlock()
	close(r.done)
	c.nudge(NudgeCollections)
}

// put notes a result: it replaces the one that said that the call is under way.
func (r *callRun) put(one CallResult) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.view.Results); n > 0 && r.view.Results[n-1].Index == one.Index {
		r.view.Results[n-1] = one
	} else {
		r.view.Results = append(r.view.Results, one)
	}
	switch one.State {
	case collection.Passed:
		r.view.Counts.Passed++
	case collection.Failed:
		r.view.Counts.Failed++
	case collection.Broken:
		r.view.Counts.Broken++
	case collection.Skipped:
		r.view.Counts.Skipped++
	}
}

// savedRequest is what a saved call sends.
type savedRequest struct {
	call, method string
	params       json.RawMessage
	timeout      time.Duration
}

// makeCall sends a request on the connection of a server as it is now, which on is told first: one that ended during
// the run breaks the calls until the next one is there.
func (c *Core) makeCall(ctx context.Context, id string, send savedRequest, on func(*connection)) (collection.Outcome, RunOutput) {
	out := RunOutput{Call: send.call, Problems: []Problem{}, Output: []Problem{}, Findings: []string{}}
	cn, s, err := c.live(id)
	if err != nil {
		return collection.Outcome{Failed: AsError(err).Message}, out
	}
	on(cn)
	cn.begin(send.call, cn.text(send.method))
	res, err := s.Call(ctx, session.CallInput{
		Call: send.call, Method: send.method, Params: send.params, Timeout: send.timeout, OnProgress: func(session.Progress) {},
	})
	cn.finish(send.call)
	tool := &session.Tool{Name: send.method}
	c.fill(&out, cn, tool, res, err)
	if err == nil && res.Task != "" {
		out = c.followTask(ctx, cn, tool, res.Task, out, true)
		o := collection.Outcome{Result: c.ResultOf(out), Took: time.Duration(out.Waited) * time.Microsecond}
		if out.Err != nil {
			o.Failed = out.Err.Message
		}
		return o, out
	}
	return cn.cameTo(out, res, err), out
}

// cameTo is what a call came to, of which out tells already.
func (cn *connection) cameTo(out RunOutput, res *session.Result, err error) collection.Outcome {
	o := collection.Outcome{Took: time.Duration(out.Took) * time.Microsecond}
	f := fault.As(err)
	switch {
	case f != nil && f.Kind == fault.RPC && f.RPC != nil:
		o.RPC, o.Code, o.Message = true, f.RPC.Code, cn.shownMessage(res, f.RPC.Message)
	case err != nil:
		o.Failed = out.Err.Message
	default:
		o.Result, o.Whole = cn.shownResult(res), res.Result
	}
	return o
}

// shownResult is the result of a call, masked. A connection forgets its secrets at its end: of one that is over, what
// was recorded is taken, which was masked while it knew them.
func (cn *connection) shownResult(res *session.Result) []byte {
	text := cn.core.masker().Text(cn.id, bytes.Clone(res.Result))
	if _, err := cn.live(); err == nil { // it was not over when the text was masked
		return text
	}
	if raw := cn.core.ResultOf(RunOutput{Seq: res.Response}); raw != nil {
		return raw
	}
	return text
}

// shownMessage is shownResult for the message of a JSON-RPC error.
func (cn *connection) shownMessage(res *session.Result, message string) string {
	text := cn.text(message)
	if _, err := cn.live(); err == nil || res == nil {
		return text
	}
	var recorded string
	if json.Unmarshal(cn.core.ResultOf(RunOutput{Seq: res.Response, At: "/error/message"}), &recorded) == nil {
		return recorded
	}
	return text
}

// compare says in a result of a replay whether the answer is the one of before.
func (c *Core) compare(one *CallResult, was wire.Entry) {
	one.WasRequest, one.WasAnswer, one.WasTook = was.Seq, was.Pair, was.Took
	switch {
	case one.State == "" || one.State == collection.Skipped || one.State == collection.Broken:
		return
	case was.Pair == 0:
		one.State, one.Problem = collection.Failed, "The request of before was not answered: there is nothing to compare with."
	case collection.SameAnswer(c.wholeBody(was.Pair), c.wholeBody(one.Answer)):
		one.State, one.Problem = collection.Passed, ""
	default:
		one.State, one.Problem = collection.Failed, "The answer is another."
	}
}
