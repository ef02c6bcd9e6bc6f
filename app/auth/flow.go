package auth

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/challenge"
)

// Start is why a sign-in begins and what it begins with.
type Start struct {
	Challenge *challenge.Challenge // the refusal; nil when nothing was refused and the user asked for it
	Why       string               // "refused", "step-up", "expired", "asked": for texts
	Scopes    []string             // step-up: the union to ask for; nil: by the rule
	Fresh     bool                 // ignore the stored client: register anew
	Previous  *Token               // what was in use before; nil: nothing
}

// Flow is one sign-in: its steps, their products and the redirect listener. All methods are safe for concurrent use.
// One step runs at a time; who comes second waits for it. Everything that runs ends with its context. A flow that was
// begun is ended with [Flow.Close].
type Flow struct {
	cfg   Config
	start Start
	vault *Vault
	busy  chan struct{} // holds one element while steps run

	// Of the turn with other flows, guarded by busy; endTurn is nil while it is not held.
	turnKey string
	endTurn func(*Token)
	shared  *Token // got by the flow that was waited for

	mu       sync.Mutex
	closed   bool
	runs     int   // calls of Run that ended
	ran      error // how the last of them ended
	steps    map[StepID]*Step
	order    []StepID
	edits    map[StepID]map[string]string
	wait     *Wait
	pasted   chan Callback // while the browser step waits
	listener *listener
	products
}

// products are what the steps made, each by its step.
type products struct {
	prm     *ResourceMetadata // resource
	noPRM   bool              // resource: there is none by any route
	issuer  string            // issuer
	as      *ServerMetadata   // server
	client  *Client           // client
	scopes  []string          // scopes; nil: none are asked for
	scoped  bool              // scopes: done
	pending *Pending          // authorize
	back    *Callback         // browser
	code    string            // callback
	idp     *ServerMetadata   // identity
	jag     *Token            // exchange
	token   *Token            // token
	adopted *Token            // authorize: another flow's, instead of a request
}

// Wait is the wait for the browser.
type Wait struct {
	URL         string // of the authorization request, whole: to be copied
	RedirectURI string
	Since       time.Time
	Until       time.Time
	OpenError   string // why the browser could not be opened, or empty
	Strays      []Stray
}

// NewFlow makes a sign-in of which nothing has run.
func NewFlow(cfg Config, start Start) *Flow {
	f := &Flow{
		cfg: cfg, start: start, vault: NewVault(cfg.Store, cfg.Profile), busy: make(chan struct{}, 1),
		steps: map[StepID]*Step{}, edits: map[StepID]map[string]string{}, order: stepsOf(cfg.Settings.Grant),
	}
	f.vault.Lock = cfg.Lock
	for _, id := range f.order {
		f.steps[id] = emptyStep(id)
	}
	return f
}

// stepsOf are the steps of a grant, in order.
func stepsOf(g Grant) []StepID {
	switch g {
	case ClientCredentials, Workload:
		return []StepID{StepChallenge, StepResource, StepIssuer, StepServer, StepClient, StepScopes, StepToken, StepReplay}
	case Enterprise:
		return []StepID{StepChallenge, StepResource, StepIssuer, StepServer, StepClient, StepScopes, StepIdentity, StepExchange, StepToken, StepReplay}
	case AuthorizationCode:
	}
	return []StepID{
		StepChallenge, StepResource, StepIssuer, StepServer, StepClient, StepScopes,
		StepAuthorize, StepBrowser, StepCallback, StepToken, StepReplay,
	}
}

func emptyStep(id StepID) *Step {
	return &Step{
		ID: id, Title: titles[id], State: Waiting, Expected: []Rule{}, Messages: []Message{}, Facts: []Fact{}, Inputs: []Input{},
		Findings: []challenge.Finding{},
	}
}

var titles = map[StepID]string{
	StepChallenge: "The refusal", StepResource: "Resource metadata", StepIssuer: "Authorization server",
	StepServer: "Server metadata", StepClient: "Client", StepScopes: "Scopes", StepAuthorize: "Authorization request",
	StepBrowser: "Browser", StepCallback: "Callback", StepIdentity: "Identity provider", StepExchange: "Token exchange", StepToken: "Token", StepReplay: "Replay",
}

// Steps lists the steps in order, with what is known of each.
func (f *Flow) Steps() []Step {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := make([]Step, 0, len(f.order))
	for _, id := range f.order {
		s := *f.steps[id]
		s.Messages, s.Facts, s.Findings = slices.Clone(s.Messages), slices.Clone(s.Facts), slices.Clone(s.Findings)
		s.Expected, s.Inputs = f.rulesOf(id), f.inputsOf(id)
		list = append(list, s)
	}
	return list
}

// Next is the first step that is not done, the replay too; empty when all are.
func (f *Flow) Next() StepID {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range f.order {
		if !f.steps[id].State.over() {
			return id
		}
	}
	return ""
}

// over says whether a step needs nothing more.
func (s StepState) over() bool { return s == Done || s == Warned || s == Skipped }

// Asking says whether a step needs an input of the user; the wait for the browser is none.
func (f *Flow) Asking() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for id, s := range f.steps {
		if s.State == Asking && id != StepBrowser {
			return true
		}
	}
	return false
}

// Token is the token, nil until there is one. It holds secrets.
func (f *Flow) Token() *Token {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.token == nil {
		return nil
	}
	t := *f.token
	return &t
}

// ResourceMetadata are those that were found, nil without. They are not to be changed.
func (f *Flow) ResourceMetadata() *ResourceMetadata {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.prm
}

// ServerMetadata are those of the chosen authorization server, nil until they are there. They are not to be changed.
func (f *Flow) ServerMetadata() *ServerMetadata {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.as
}

// Browser is the wait for the browser, nil while none is waited for.
func (f *Flow) Browser() *Wait {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.wait == nil {
		return nil
	}
	w := *f.wait
	w.Strays = []Stray{}
	if f.listener != nil {
		w.Strays = f.listener.Strays()
	}
	return &w
}

// Replayed reports how the refused call went when it was sent again: the last step, which the flow's owner does.
func (f *Flow) Replayed(state StepState, text string, entries []uint64) {
	now := clock(&f.cfg).UnixMicro()
	f.mu.Lock()
	s := f.steps[StepReplay]
	if state == Running || s.Started == 0 {
		s.Started = now
	}
	s.State, s.Verdict, s.Took = state, text, now-s.Started
	s.Messages = []Message{}
	if state != Running && state != Waiting && state != Skipped {
		s.Messages = append(s.Messages, Message{
			From: ActorClient, To: ActorServer, Label: "the refused call, again", State: state, Text: text,
			Entries: append([]uint64{}, entries...), Sent: []Fact{}, Got: []Fact{},
		})
	}
	f.mu.Unlock()
	f.changed()
}

// Close ends the redirect listener. A wait for the browser under way fails; nothing can be run afterwards. It may be
// called twice.
func (f *Flow) Close() error {
	f.mu.Lock()
	f.closed = true
	l := f.listener
	f.listener = nil
	f.mu.Unlock()
	if l != nil {
		_ = l.Close()
	}
	return nil
}

func (f *Flow) changed() {
	if f.cfg.Changed != nil {
		f.cfg.Changed()
	}
}

// update changes what readers can see.
func (f *Flow) update(change func()) {
	f.mu.Lock()
	change()
	f.mu.Unlock()
	f.changed()
}

// enter waits until no step runs.
func (f *Flow) enter(ctx context.Context) error {
	select {
	case f.busy <- struct{}{}:
		return nil
	case <-ctx.Done():
		return cancelled(&f.cfg, "sign in", ctx.Err())
	}
}

func (f *Flow) leave() { <-f.busy }
