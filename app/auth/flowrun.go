package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sightglass-dev/sightglass/app/challenge"
	"github.com/sightglass-dev/sightglass/app/fault"
)

// Prepare runs what may run without asking: it reads the refusal and looks up the metadata, by guarded GETs only.
// Steps that are done stay. Errors are [fault.CallError].
func (f *Flow) Prepare(ctx context.Context) error {
	if err := f.enter(ctx); err != nil {
		return err
	}
	defer f.leave()
	return f.through(ctx, StepServer)
}

// Run runs every step that is not done, in order, up to the token. The browser is opened and waited for; a client is
// registered where that is needed. The listener is closed when it returns. Errors are [fault.CallError]; the steps show
// more. A call that waited for another one shares its result: the browser is not opened once more for it.
func (f *Flow) Run(ctx context.Context) (*Token, error) {
	before, _ := f.lastRun()
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.leave()
	if runs, err := f.lastRun(); runs != before && err != nil && !fault.Is(err, fault.Cancelled) {
		return nil, err
	}
	defer f.unlisten()
	err := f.through(ctx, StepToken)
	f.giveTurn(f.Token())
	f.mu.Lock()
	f.runs, f.ran = f.runs+1, err
	f.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return f.Token(), nil
}

// lastRun is how many calls of Run have ended, and how the last one did.
func (f *Flow) lastRun() (runs int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.runs, f.ran
}

// through runs the steps that are not done, up to last.
func (f *Flow) through(ctx context.Context, last StepID) error {
	for _, id := range f.order {
		if !f.state(id).over() {
			if err := f.step(ctx, id); err != nil {
				return err
			}
		}
		if id == last {
			return nil
		}
	}
	return nil
}

// RunStep runs one step alone, done or not. The inputs replace what the rules would choose, for this flow, and stay:
// a value equal to its default, or an empty one where the rule has nothing else, means the rule again. What came of the
// steps after it is dropped: they wait. A callback URL for the step "browser" or "callback" that arrives while the
// browser is waited for is handed to that wait. The replay is not run here. Errors are [fault.CallError].
func (f *Flow) RunStep(ctx context.Context, id StepID, inputs map[string]string) error {
	if f.steps[id] == nil || id == StepReplay {
		return &fault.CallError{
			Server: f.cfg.Server, Kind: fault.Input, Step: "run a step", Message: fmt.Sprintf("The step %q is not one of this sign-in.", cutText(string(id), 40)),
			Hint: "Choose one of the steps listed.",
		}
	}
	if raw := inputs[inputCallback]; raw != "" && (id == StepBrowser || id == StepCallback) {
		if done, err := f.paste(raw); done || err != nil {
			return err
		}
	}
	if err := f.enter(ctx); err != nil {
		return err
	}
	defer f.leave()
	f.edit(id, inputs)
	f.dropFrom(id)
	f.takePasted(id, inputs[inputCallback])
	defer func() { f.giveTurn(f.Token()) }()
	return f.step(ctx, id)
}

func (f *Flow) state(id StepID) StepState {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.steps[id].State
}

// edit keeps the inputs of a step that were changed. A secret never comes back from a reader: an empty one stays.
func (f *Flow) edit(id StepID, inputs map[string]string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, in := range f.inputsOf(id) {
		v, there := inputs[in.Name]
		switch {
		case !there || in.Name == inputCallback:
		case v == in.Value: // unchanged; a secret's is always empty
		case v == in.Default && in.Kind != InputSecret:
			delete(f.edits[id], in.Name)
		default:
			if f.edits[id] == nil {
				f.edits[id] = map[string]string{}
			}
			f.edits[id][in.Name] = v
		}
	}
}

// takePasted makes a pasted URL the callback, without a wait for the browser.
func (f *Flow) takePasted(id StepID, raw string) {
	if raw == "" || id != StepBrowser && id != StepCallback {
		return
	}
	c := readCallback(raw, clock(&f.cfg))
	f.mu.Lock()
	defer f.mu.Unlock()
	f.back = &c
	if b := f.steps[StepBrowser]; id == StepCallback && !b.State.over() {
		b = emptyStep(StepBrowser)
		b.State, b.Verdict = Skipped, "The callback URL was pasted."
		f.steps[StepBrowser] = b
	}
}

// dropFrom makes a step and all after it wait, and drops what they made. The callback stays when its check is run
// again.
func (f *Flow) dropFrom(id StepID) {
	f.update(func() {
		from := slices.Index(f.order, id)
		for _, later := range f.order[from:] {
			f.steps[later] = emptyStep(later)
			f.drop(later)
		}
	})
}

// drop forgets what a step made.
func (f *Flow) drop(id StepID) {
	p := &f.products
	switch id {
	case StepChallenge, StepReplay:
	case StepResource:
		p.prm, p.noPRM = nil, false
	case StepIssuer:
		p.issuer = ""
	case StepServer:
		p.as = nil
	case StepClient:
		p.client = nil
	case StepScopes:
		p.scopes, p.scoped = nil, false
	case StepAuthorize:
		p.pending, p.adopted = nil, nil
	case StepBrowser:
		p.back = nil
	case StepCallback:
		p.code = ""
	case StepIdentity:
		p.idp = nil
	case StepExchange:
		p.jag = nil
	case StepToken:
		p.token = nil
	}
}

type stepFunc func(*draft, context.Context) error

func (f *Flow) funcOf(id StepID) stepFunc {
	browser := f.cfg.Settings.Grant == AuthorizationCode
	switch id {
	case StepChallenge:
		return (*draft).challenge
	case StepResource:
		return (*draft).resource
	case StepIssuer:
		return (*draft).chooseIssuer
	case StepServer:
		return (*draft).server
	case StepClient:
		if browser {
			return (*draft).chooseClient
		}
		return (*draft).grantClient
	case StepScopes:
		return (*draft).chooseScopes
	case StepAuthorize:
		return (*draft).authorize
	case StepBrowser:
		return (*draft).browser
	case StepCallback:
		return (*draft).callback
	case StepIdentity:
		return (*draft).identity
	case StepExchange:
		return (*draft).exchange
	case StepToken:
		if browser {
			return (*draft).codeToken
		}
		return (*draft).grantToken
	case StepReplay:
	}
	return func(*draft, context.Context) error { return nil }
}

// step runs one step and shows how it went. The caller holds busy.
func (f *Flow) step(ctx context.Context, id StepID) error {
	f.mu.Lock()
	closed := f.closed
	f.mu.Unlock()
	if err := ctx.Err(); err != nil || closed {
		return cancelled(&f.cfg, titles[id], err)
	}
	d := f.begin(id)
	return d.end(ctx, f.funcOf(id)(d, ctx))
}

// problem is why a step failed: what is wrong, the rule, and the fix on the server's side.
type problem struct {
	kind   fault.Kind
	text   string
	source string
	fix    string
	ask    bool      // the step needs an input
	resp   *Response // the answer that shows it
	detail string
	cause  error
}

func (p *problem) Error() string { return p.text }

func (p *problem) Unwrap() error { return p.cause }

// end closes a step: its state, its verdict, its error.
func (d *draft) end(ctx context.Context, err error) error {
	if err == nil {
		d.s.State = d.outcome()
		d.finish()
		return nil
	}
	var p *problem
	if ctx.Err() != nil {
		d.s.State, d.s.Verdict, d.s.Fix = Waiting, "Cancelled.", ""
		d.finish()
		return cancelled(&d.f.cfg, d.s.Title, ctx.Err())
	}
	d.s.State = Failed
	out := &fault.CallError{}
	if errors.As(err, &p) {
		out = p.fault()
		d.s.Findings = append(d.s.Findings, challenge.Finding{Severity: "error", Text: p.text, Source: p.source, Fix: p.fix})
		if p.ask {
			d.s.State = Asking
		}
	} else {
		*out = *fault.From(err)
		if out.Hint != "" && !d.told(out.Message) {
			d.s.Findings = append(d.s.Findings, challenge.Finding{Severity: "error", Text: out.Message, Fix: out.Hint})
		}
	}
	out.Server, out.Step = d.f.cfg.Server, d.s.Title
	if len(out.Entries) == 0 {
		out.Entries = d.entries()
	}
	d.s.Verdict, d.s.Fix = out.Message, out.Hint
	d.finish()
	return out
}

func (p *problem) fault() *fault.CallError {
	out := &fault.CallError{Kind: p.kind, Message: p.text, Hint: p.fix, Detail: p.detail, Cause: p.cause}
	if p.kind == "" {
		out.Kind = fault.Protocol
	}
	if p.resp != nil {
		out.Status, out.Header, out.Entries = p.resp.Status, shownHeader(p.resp.Header), p.resp.Entries
		if out.Detail == "" {
			out.Detail = cutText(string(p.resp.Body), 300)
		}
	}
	return out
}

func cancelled(cfg *Config, step string, cause error) error {
	kind, text := fault.Cancelled, "Signing in was cancelled."
	if errors.Is(cause, context.DeadlineExceeded) {
		kind, text = fault.Timeout, "Signing in took too long."
	}
	return &fault.CallError{Server: cfg.Server, Kind: kind, Step: step, Message: text, Hint: "Sign in again when you are ready.", Cause: cause}
}
