package core

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/sightglass-dev/sightglass/app/session"
)

// Request sends a request of any method and waits for its result, as Run does for tools. The params may be any JSON
// value: what MCP does not allow is sent too.
func (c *Core) Request(ctx context.Context, in RequestInput) (RunOutput, error) {
	out := RunOutput{Call: in.Call, Problems: []Problem{}, Output: []Problem{}, Findings: []string{}}
	method, params, problem := readRequest(in.Method, in.Params)
	switch {
	case method == "":
		out.Err = AsError(noMethod())
	case problem != nil:
		out.Problems = []Problem{*problem}
	}
	cn, s, err := c.live(in.Profile)
	if err != nil {
		out.Err = AsError(err)
	}
	if out.Err != nil || len(out.Problems) > 0 {
		return out, nil
	}
	call, err := in.Extra.withExtras(session.CallInput{
		Call: in.Call, Method: method, Params: params, Header: rawHeader(in.Headers), Purpose: "raw", OnProgress: func(session.Progress) {},
	})
	if err != nil {
		out.Err = AsError(err)
		return out, nil
	}
	cn.begin(in.Call, method)
	res, err := s.Call(ctx, call)
	cn.finish(in.Call)
	c.fill(&out, cn, &session.Tool{}, res, err)
	return c.signedIn(ctx, cn, out, err, method, &session.Tool{Name: method}), nil
}

func noMethod() error {
	return input("send request", "the method is missing", "Write one, such as resources/list.")
}

// readRequest reads a method and params as they were typed; nil params are none.
func readRequest(method, params string) (string, json.RawMessage, *Problem) {
	method = strings.TrimSpace(method)
	raw := bytes.TrimSpace([]byte(params))
	switch {
	case len(raw) == 0:
		return method, nil, nil
	case !json.Valid(raw):
		return method, nil, &Problem{Message: "the params are no JSON", Keyword: "type"}
	}
	return method, raw, nil
}

// rawHeader are headers as typed; one that is left out wins over one that the transport sets.
func rawHeader(in []RawHeader) http.Header {
	h := http.Header{}
	for _, one := range in {
		name := http.CanonicalHeaderKey(strings.TrimSpace(one.Name))
		switch {
		case name == "":
		case one.Leave:
			h[name] = nil
		default:
			h[name] = append(h[name], one.Value)
		}
	}
	return h
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
