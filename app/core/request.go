package core

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"github.com/sightglass-dev/sightglass/app/session"
)

// Request sends a request of any method and waits for its result, as Run does for tools.
func (c *Core) Request(ctx context.Context, in RequestInput) (RunOutput, error) {
	out := RunOutput{Call: in.Call, Problems: []Problem{}, Output: []Problem{}, Findings: []string{}}
	method := strings.TrimSpace(in.Method)
	params := bytes.TrimSpace([]byte(in.Params))
	switch {
	case method == "":
		out.Err = AsError(input("send request", "the method is missing", "Write one, such as resources/list."))
	case len(params) > 0 && !isObject(params):
		out.Problems = []Problem{{Message: "the params are not a JSON object", Keyword: "type"}}
	}
	cn, s, err := c.live(in.Profile)
	if err != nil {
		out.Err = AsError(err)
	}
	if out.Err != nil || len(out.Problems) > 0 {
		return out, nil
	}
	var raw json.RawMessage
	if len(params) > 0 {
		raw = params
	}
	cn.begin(in.Call, method)
	res, err := s.Call(ctx, session.CallInput{
		Call: in.Call, Method: method, Params: raw, Purpose: "raw", OnProgress: func(session.Progress) {},
	})
	cn.finish(in.Call)
	c.fill(&out, cn, &session.Tool{}, res, err)
	return c.signedIn(ctx, cn, out, err, method, &session.Tool{Name: method}), nil
}

// begin notes what a call in flight is about, for Calls; finish forgets it.
func (cn *connection) begin(call, about string) {
	cn.mu.Lock()
	cn.runs[call] = about
	cn.mu.Unlock()
}

func (cn *connection) finish(call string) {
	cn.mu.Lock()
	delete(cn.runs, call)
	cn.mu.Unlock()
}
