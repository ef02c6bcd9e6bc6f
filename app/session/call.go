package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/transport"
)

// CallInput is one request of ours. Only Method is needed.
type CallInput struct {
	Call       string          // id of the call, unique in this run of the program; empty: made here
	Method     string          //
	Params     json.RawMessage // a JSON object, or nil; its own _meta members are kept byte for byte
	Header     http.Header     // extra HTTP headers; they win over the ones made here
	Schema     json.RawMessage // tools/call: the tool's inputSchema for x-mcp-header; nil: the one last listed under its name
	Timeout    time.Duration   // without progress; 0: Config.RequestTimeout, negative: none
	Cap        time.Duration   // hard, progress or not; 0: ten times the timeout, if there is one
	Purpose    string          // wire.Entry.Purpose
	Manual     bool            // an input_required result is returned as it is: its questions are the caller's matter
	Hand       bool            // each input_required result waits for Session.SendRound
	Declare    json.RawMessage // modern: the capabilities that this call declares instead of the session's; a JSON object
	LogLevel   *string         // modern: the log level of this call instead of the session's, empty for none; nil: that
	OnProgress func(Progress)  // called in wire order, must return at once; nil: no progress is asked for
	Task       TaskWish        // tools/call: whether it is to become a task
	TTL        time.Duration   // how long the task is to be kept (core form); 0: the server decides

	sent func(id string, params json.RawMessage) // the request is about to go out; it is a stream, and no call of the user's
}

// Progress is one notifications/progress of a call.
type Progress struct {
	Progress float64
	Total    *float64 // nil: unknown
	Message  string
	Entry    uint64
}

// Result is what came of a call. It is returned beside an error too when an answer came.
type Result struct {
	Call     string          // id of the call
	Raw      json.RawMessage // the last answer, the whole frame
	Result   json.RawMessage // its result member; nil beside an error
	RPC      *fault.RPCError // its error member as it came; Call then returns an error of kind RPC too
	Request  uint64          // entry of the last request
	Response uint64          // entry of the last answer
	Entries  []uint64        // of every round, requests and answers in order
	Status   int             // HTTP status of the last answer, 0 on stdio
	Header   http.Header     // its HTTP headers, nil on stdio
	Took     time.Duration   // the last round on the wire
	Rounds   int             // input_required rounds answered
	Task     string          // key of the task that it became, in Config.Tasks
	Log      []Round         // every request of the call with its answer, in order
	Findings []string        // what is wrong or worth knowing, one sentence each
}

// capFactor times the timeout is the hard end of a call that keeps making progress (2025-11-25/basic/lifecycle#timeouts:
// "SHOULD always enforce a maximum timeout, regardless of progress notifications").
const capFactor = 10

// cancelTime is how long telling the server of a cancellation may take.
const cancelTime = 5 * time.Second

// Call sends a request and waits for its result; input_required results are answered through the inbox and the call
// repeated. A JSON-RPC error is an error of kind rpc, beside the Result that holds it. When ctx ends the call
// returns at once with kind cancelled (or timeout) and the server is told.
func (s *Session) Call(ctx context.Context, in CallInput) (*Result, error) {
	if in.Method == "" {
		return nil, s.input("send a request", "The request has no method.")
	}
	if in.Params != nil {
		if err := jsonSyntax(in.Params); err != nil {
			return nil, s.input(in.Method, "The params are no JSON: "+err.Error()+".")
		}
	}
	in, err := s.wished(in)
	if err != nil {
		return nil, s.input(in.Method, "The params are no JSON object: "+err.Error()+".")
	}
	return s.run(ctx, in, func(ctx context.Context, f *flight) (*Result, error) {
		return s.rounds(ctx, f, in, in.Params, &Result{Call: f.id})
	})
}

// run does the work of a call in flight.
func (s *Session) run(ctx context.Context, in CallInput, work func(context.Context, *flight) (*Result, error)) (*Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	f, err := s.begin(in, cancel)
	if err != nil {
		return nil, err
	}
	defer s.finish(f)
	defer context.AfterFunc(s.ctx, func() { cancel(context.Cause(s.ctx)) })()
	defer s.watch(ctx, f, in)()
	return work(ctx, f)
}

// Cancel ends a call in flight; reason goes to the server. It reports whether there was one.
func (s *Session) Cancel(call, reason string) bool {
	s.mu.Lock()
	f := s.calls[call]
	s.mu.Unlock()
	if f == nil {
		return false
	}
	f.cancel(&stop{fault.Cancelled, clip(reason, 500)})
	return true
}

// Ping asks the server whether it is there: ping in the legacy era, server/discover in the modern one, which has no
// ping.
func (s *Session) Ping(ctx context.Context) (*Result, error) {
	method := methodPing
	if s.era() == Modern {
		method = methodDiscover
	}
	return s.Call(ctx, CallInput{Method: method})
}

// once sends one request of the call and returns what was answered. A header mismatch is mended once.
func (s *Session) once(ctx context.Context, f *flight, in CallInput, params json.RawMessage, r *Result) error {
	err := s.send(ctx, f, in, params, r)
	if err != nil || r.RPC == nil || r.RPC.Code != codeHeader || s.era() != Modern || in.Method != methodToolsCall {
		return err
	}
	// 2026-07-28/basic/index#error-codes: on HeaderMismatch a client SHOULD list the tools again and retry.
	if _, err := s.Tools(ctx); err != nil {
		return s.fault(err, "tools/list, because the server says that the headers do not match")
	}
	r.Findings = append(r.Findings, "The server said that headers and body do not match (-32020): the tools were listed again and the call was repeated once.")
	in.Schema = nil
	return s.send(ctx, f, in, params, r)
}

// send sends one request and fills r with its answer.
func (s *Session) send(ctx context.Context, f *flight, in CallInput, params json.RawMessage, r *Result) error {
	req, findings := s.dressed(f, in, params)
	answer, err := s.link.Call(ctx, req)
	if ctx.Err() != nil && answer == nil {
		return s.abandoned(ctx, req.ID, f.step, err)
	}
	if err != nil {
		ff := s.fault(err, f.step)
		switch ff.Kind {
		case fault.Session:
			s.end(ff)
		case fault.Auth:
			s.keepRefused(f, in, params, req, r)
		default:
		}
		return ff
	}
	s.traffic.settle(settleTime)
	if in.sent == nil {
		s.answered(answer)
	}
	r.Raw, r.Result, r.RPC = answer.Raw, answer.Result, answer.Error
	r.Request, r.Response, r.Took = answer.Request, answer.Response, answer.Took
	r.Status, r.Header = answer.Status, answer.Header
	r.Entries = append(r.Entries, answer.Request, answer.Response)
	r.Findings = append(r.Findings, findings...)
	s.logRound(f, r, req.Params)
	return nil
}

// settleTime is how long an answer waits for progress that came before it to be told.
const settleTime = 50 * time.Millisecond

// envelope is what a request of this session carries in _meta.
func (s *Session) envelope(in CallInput, trace string) envelope {
	set := s.settings()
	env := envelope{more: set.Every.Meta}
	if trace != "" {
		env.trace = traceparent(trace)
	}
	if s.era() != Modern {
		return env
	}
	env.version, env.client, env.logLevel = s.info.Version, s.client(), set.Every.LogLevel
	if env.capabilities = set.declared; in.Declare != nil {
		env.capabilities = in.Declare
	}
	if in.LogLevel != nil {
		env.logLevel = *in.LogLevel
	}
	return env
}

// dress adds _meta and headers to a request.
func (s *Session) dress(in CallInput, params json.RawMessage, token, trace string) (json.RawMessage, http.Header, []string) {
	env := s.envelope(in, trace)
	env.progress = token
	modern := s.era() == Modern
	out, version, finding := env.apply(params)
	var findings []string
	if finding != "" {
		findings = append(findings, "The "+finding+".")
	}
	if !modern || s.info.Transport == Stdio {
		return out, in.Header, findings
	}
	h := standardHeaders(in.Method, out, version)
	if in.Method == methodToolsCall {
		name, _ := text(field(out, "name"))
		extra, notes := paramHeaders(s.tools.bindings(name, in.Schema), field(out, "arguments"))
		maps.Copy(h, extra)
		findings = append(findings, notes...)
	}
	for name, values := range in.Header {
		h[http.CanonicalHeaderKey(name)] = values
	}
	return out, h, findings
}

// client is our clientInfo as JSON.
func (s *Session) client() json.RawMessage {
	b, err := json.Marshal(s.cfg.Client)
	if err != nil { // cannot happen: strings only
		return json.RawMessage("{}")
	}
	return b
}

// answered keeps what an answer tells about the connection.
func (s *Session) answered(a *transport.Answer) {
	s.mu.Lock()
	s.latency = a.Took
	s.mu.Unlock()
	s.tell(StateChanged)
}

// stop is why a call was ended by us. It is the cause of the call's context.
type stop struct {
	kind fault.Kind
	text string
}

func (s *stop) Error() string { return s.text }

// abandoned is the error of a request that nobody waits for any more; the server is told.
func (s *Session) abandoned(ctx context.Context, id, step string, err error) error {
	f := s.ended(ctx, step, err)
	if f.Kind != fault.Closed {
		s.tellCancelled(id, f.Message)
	}
	return f
}

// ended is the error of a call whose ctx ended; err is the link's, nil when no request was on its way.
func (s *Session) ended(ctx context.Context, step string, err error) *fault.CallError {
	f := s.fault(err, step)
	f.Cause = context.Cause(ctx)
	var why *stop
	var known *fault.CallError
	switch {
	case errors.As(f.Cause, &known): // the session ended by itself
		return s.fault(known, step)
	case errors.As(f.Cause, &why):
		f.Kind, f.Message = why.kind, why.text
		if why.kind == fault.Cancelled {
			f.Message = reason(step+" was cancelled", why.text) + "."
		}
	case errors.Is(f.Cause, context.DeadlineExceeded):
		f.Kind, f.Message = fault.Timeout, "No answer to "+step+" came in time."
	default:
		f.Kind, f.Message = fault.Cancelled, step+" was cancelled."
	}
	if f.Kind == fault.Timeout {
		f.Hint = "The server may be slow, or wait for something: look at its log lines, or give it more time in the server's settings."
	}
	return f
}

// tellCancelled sends notifications/cancelled where the protocol wants it: everywhere but on modern HTTP, where the
// closed response stream says it (2026-07-28/basic/patterns/cancellation).
func (s *Session) tellCancelled(id, why string) {
	if s.era() == Modern && s.info.Transport != Stdio {
		return
	}
	params := join([]byte(`{"requestId":`), quoteJSON(id), []byte(`,"reason":`), quoteJSON(why), []byte(`}`))
	link := s.link
	s.spawn(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, cancelTime)
		defer cancel()
		if err := link.Notify(ctx, methodCancelled, params, nil); err != nil {
			s.report(err, methodCancelled)
		}
	})
}

// stepOf says in words what a request is: "tools/call echo".
func stepOf(method string, params json.RawMessage) string {
	if name, ok := text(field(params, nameMember(method))); ok && name != "" {
		return clip(method, 80) + " " + clip(name, 120)
	}
	return clip(method, 80)
}

// fault makes err a CallError of this server. What it says already stays.
func (s *Session) fault(err error, step string, entries ...uint64) *fault.CallError {
	var known *fault.CallError
	f := &fault.CallError{}
	if errors.As(err, &known) {
		*f = *known
	} else if err != nil {
		f.Kind, f.Message, f.Cause = fault.Protocol, err.Error(), err
	}
	if f.Server == "" {
		f.Server = s.cfg.Server
	}
	f.Step = step
	f.Entries = append(append([]uint64(nil), f.Entries...), entries...)
	return f
}

// input is the error of what the caller gave: nothing was sent.
func (s *Session) input(step, message string) *fault.CallError {
	return &fault.CallError{Server: s.cfg.Server, Kind: fault.Input, Step: step, Message: message}
}

// broken is the error of a server that broke the protocol.
func (s *Session) broken(step, hint string, entry uint64, format string, a ...any) *fault.CallError {
	f := &fault.CallError{
		Server: s.cfg.Server, Kind: fault.Protocol, Step: step, Hint: hint,
		Message: fmt.Sprintf(format, a...),
	}
	if entry != 0 {
		f.Entries = []uint64{entry}
	}
	return f
}
