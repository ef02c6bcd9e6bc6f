package core

import (
	"github.com/sightglass-dev/sightglass/app/auth"
	"github.com/sightglass-dev/sightglass/app/challenge"
)

// SignInPhase is how a profile's sign-in stands.
type SignInPhase string

// The phases.
const (
	SignInNone     SignInPhase = "none"     // nothing was refused and nobody asked for it
	SignInRefused  SignInPhase = "refused"  // a refusal is there, its metadata looked up; the user decides
	SignInRunning  SignInPhase = "running"  // steps are being run
	SignInBrowser  SignInPhase = "browser"  // the browser is open, the listener waits
	SignInAsking   SignInPhase = "asking"   // a step needs an input
	SignInPaused   SignInPhase = "paused"   // step by step: the next step waits for the user
	SignInDone     SignInPhase = "done"     // a token is there
	SignInFailed   SignInPhase = "failed"   // a step failed
	SignInCanceled SignInPhase = "canceled" //
)

// SignIn is a profile's sign-in as the window sees it: the flow, the identities, what may be done. Secrets are
// placeholders.
type SignIn struct {
	Profile    string               `json:"profile"`
	Rev        uint64               `json:"rev"`
	Phase      SignInPhase          `json:"phase"`
	Why        string               `json:"why"`  // refused, step-up, expired, asked; empty with none
	Next       auth.StepID          `json:"next"` // first step that waits; empty when all are done
	Steps      []auth.Step          `json:"steps"`
	Guess      bool                 `json:"guess"` // there are no metadata by any route: the endpoints are those that servers of 2025-03-26 have
	Challenge  *challenge.Challenge `json:"challenge,omitempty"`
	StepUp     *StepUp              `json:"stepUp,omitempty"`
	Browser    *BrowserWait         `json:"browser,omitempty"` // while the listener waits
	Replay     *Replay              `json:"replay,omitempty"`  // the refused call
	Identities []Identity           `json:"identities"`        // stored; never nil
	Active     string               `json:"active"`            // id of the identity in use, empty: none
	Store      string               `json:"store"`             // where tokens are kept, one sentence
	Prompt     bool                 `json:"prompt"`            // the keychain waits for an answer to its prompt
	InMemory   bool                 `json:"inMemory"`          // they last for this run only
	Checks     *Checks              `json:"checks,omitempty"`  // the last run of the negative checks
	Err        *Error               `json:"err,omitempty"`     // why it failed
}

// StepUp is a refusal for lack of scope.
type StepUp struct {
	Operation string   `json:"operation"` // "tools/call write_note"
	Have      []string `json:"have"`      // requested before
	New       []string `json:"new"`       // asked for by the challenge and not had
	Union     []string `json:"union"`     // what will be requested
	Attempt   int      `json:"attempt"`   // of at most 3 for this operation
	Stopped   string   `json:"stopped"`   // why it is not tried again, or empty
}

// BrowserWait is the wait for the browser.
type BrowserWait struct {
	URL         string       `json:"url"` // of the authorization request, as it was opened: to be copied and opened by hand. It holds no secret but state and the PKCE challenge
	RedirectURI string       `json:"redirectURI"`
	Since       int64        `json:"since"`  // Unix microseconds
	Until       int64        `json:"until"`  // Unix microseconds
	Opened      string       `json:"opened"` // why the browser could not be opened, or empty
	Strays      []auth.Stray `json:"strays"` // requests that reached the listener and are not the callback; never nil
}

// Replay is the call that was refused and is sent again.
type Replay struct {
	What   string     `json:"what"`  // "tools/call echo", "connect"
	Call   string     `json:"call"`  // id of the call, empty for a connect or a list
	State  string     `json:"state"` // running, done, failed
	Seq    uint64     `json:"seq"`   // entry of the answer
	Text   string     `json:"text"`
	Output *RunOutput `json:"output,omitempty"` // of a call: what Run would have answered
}

// Identity is one stored token set as shown.
type Identity struct {
	ID       string         `json:"id"`
	Name     string         `json:"name"` // given by the user; empty: the window shows the subject or issuer instead
	Issuer   string         `json:"issuer"`
	Resource string         `json:"resource"`
	Client   string         `json:"client"` // client id
	Kind     string         `json:"kind"`   // of the client: registered, metadata, dynamic
	Grant    string         `json:"grant"`
	Type     string         `json:"type"`    // Bearer, DPoP
	Token    string         `json:"token"`   // placeholder
	Refresh  bool           `json:"refresh"` // there is a refresh token
	Revoke   bool           `json:"revoke"`  // the server offers revocation
	Expires  int64          `json:"expires"` // Unix seconds, 0: not said
	Issued   int64          `json:"issued"`  // Unix seconds
	Wanted   []string       `json:"wanted"`  // scopes requested
	Granted  []string       `json:"granted"` // scopes granted
	Place    string         `json:"place"`   // keychain, memory
	Claims   *auth.Claims   `json:"claims,omitempty"`
	Judged   []auth.Verdict `json:"judged"` // audience, issuer, scope, expiry, … against this server; never nil
}

// Checks is a run of the negative checks.
type Checks struct {
	Running bool         `json:"running"`
	At      int64        `json:"at"` // Unix microseconds
	Results []auth.Check `json:"results"`
	Err     *Error       `json:"err,omitempty"`
}

// SignInStep is the order to run one step alone, with edited inputs.
type SignInStep struct {
	Profile string            `json:"profile"`
	Step    auth.StepID       `json:"step"`
	Inputs  map[string]string `json:"inputs"`
	Only    bool              `json:"only"` // this step alone; otherwise the ones after it follow
}
