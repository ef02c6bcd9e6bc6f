package auth

import "github.com/sightglass-dev/sightglass/app/challenge"

// StepID names a step of a sign-in.
type StepID string

// The steps, in order. Grants without a browser leave some out.
const (
	StepChallenge StepID = "challenge" // the refusal, read
	StepResource  StepID = "resource"  // protected-resource metadata
	StepIssuer    StepID = "issuer"    // choice of the authorization server
	StepServer    StepID = "server"    // its metadata
	StepClient    StepID = "client"    // who we are to it
	StepScopes    StepID = "scopes"    // what to ask for
	StepAuthorize StepID = "authorize" // the authorization request, built
	StepBrowser   StepID = "browser"   // the user's browser and the loopback callback
	StepCallback  StepID = "callback"  // state and iss, checked
	StepIdentity  StepID = "identity"  // enterprise: the identity provider, found
	StepExchange  StepID = "exchange"  // enterprise: the identity provider's token for an ID-JAG
	StepToken     StepID = "token"     // the token request
	StepReplay    StepID = "replay"    // the refused call, sent again: done by the owner of the flow
)

// StepState is how a step stands.
type StepState string

// The states.
const (
	Waiting StepState = "waiting" // not begun, or stale since an earlier step changed
	Running StepState = "running" //
	Asking  StepState = "asking"  // it needs the user: the browser, or an input
	Done    StepState = "done"    //
	Warned  StepState = "warned"  // done, with something that a strict client or server would mind
	Failed  StepState = "failed"  //
	Skipped StepState = "skipped" //
)

// Actor is a party of the flow, for the sequence picture.
type Actor string

// The actors.
const (
	ActorClient   Actor = "client" // Sightglass
	ActorServer   Actor = "server" // the MCP server
	ActorAuth     Actor = "auth"   // the authorization server
	ActorIdentity Actor = "idp"    // the enterprise's identity provider
	ActorBrowser  Actor = "browser"
)

// Step is one step of a sign-in as it is shown. It holds no secret: those are placeholders.
type Step struct {
	ID       StepID              `json:"id"`
	Title    string              `json:"title"`
	State    StepState           `json:"state"`
	Expected []Rule              `json:"expected"` // what the specification asks of this step; never nil
	Messages []Message           `json:"messages"` // who told whom what, every URL tried; never nil
	Facts    []Fact              `json:"facts"`    // what was learnt or decided; never nil
	Inputs   []Input             `json:"inputs"`   // what the user may edit before running it (again); never nil
	Verdict  string              `json:"verdict"`  // one or two sentences
	Fix      string              `json:"fix"`      // what to do, when something is wrong
	Findings []challenge.Finding `json:"findings"` // what is wrong or worth knowing; never nil
	Started  int64               `json:"started"`  // Unix microseconds, 0: not begun
	Took     int64               `json:"took"`     // microseconds
}

// Rule is one expectation with its source.
type Rule struct {
	Text   string `json:"text"`
	Source string `json:"source"` // "RFC 9728 section 3.3"
}

// Message is one arrow of the sequence picture.
type Message struct {
	From    Actor     `json:"from"`
	To      Actor     `json:"to"`
	Label   string    `json:"label"`  // "GET /.well-known/oauth-protected-resource/mcp"
	Method  string    `json:"method"` // HTTP method, empty when it is no exchange of ours
	URL     string    `json:"url"`
	Status  int       `json:"status"`  // 0: no answer, or no exchange
	Entries []uint64  `json:"entries"` // of the log; never nil
	State   StepState `json:"state"`   // done, warned, failed, skipped
	Text    string    `json:"text"`    // its result in one sentence
	Sent    []Fact    `json:"sent"`    // parameters; never nil
	Got     []Fact    `json:"got"`     // members of the answer; never nil
}

// Fact is one named value as shown.
type Fact struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Secret bool   `json:"secret"` // Value is a placeholder
	Note   string `json:"note"`   // what it means, or why it has this value
	State  string `json:"state"`  // "", ok, warning, error
}

// InputKind says how an input is edited.
type InputKind string

// The kinds.
const (
	InputText   InputKind = "text"
	InputURL    InputKind = "url"
	InputChoice InputKind = "choice" // one of Options, or with Free any text
	InputScopes InputKind = "scopes" // blank-separated
	InputParams InputKind = "params" // lines of name=value
	InputSecret InputKind = "secret" // never comes back: Value is empty, Set says whether there is one
)

// Input is one editable value of a step. Its value replaces what the rule would choose, for this flow.
type Input struct {
	Name    string    `json:"name"`
	Label   string    `json:"label"`
	Kind    InputKind `json:"kind"`
	Value   string    `json:"value"` // in force
	Default string    `json:"default"`
	Options []Option  `json:"options"` // never nil
	Free    bool      `json:"free"`
	Set     bool      `json:"set"`  // of a secret
	Help    string    `json:"help"` //
}

// Option is one choice.
type Option struct {
	Value string `json:"value"`
	Label string `json:"label"`
	Note  string `json:"note"`
}
