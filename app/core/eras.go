package core

import (
	"encoding/json"
	"sync"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
)

// eras remembers for this run of which era a server is that let the question for it unanswered, so that it costs its
// wait once. Its zero value is empty; it is safe for concurrent use.
type eras struct {
	mu    sync.Mutex
	known map[string]string // profile id -> what was started or reached
}

// of is what to assume about a server; nothing when its command, URL or era were changed since.
func (e *eras) of(p profile.Profile) session.Era {
	e.mu.Lock()
	defer e.mu.Unlock()
	if at, ok := e.known[p.ID]; ok && at == address(p) {
		return session.Legacy
	}
	return ""
}

// learn takes what a connect found. A refusal or a cancelled connect says nothing.
func (e *eras) learn(p profile.Profile, in session.Info, err error) {
	if fault.Is(err, fault.Auth) || fault.Is(err, fault.Cancelled) {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if err != nil || in.Era != session.Legacy || !in.Costly {
		delete(e.known, p.ID)
		return
	}
	if e.known == nil {
		e.known = map[string]string{}
	}
	e.known[p.ID] = address(p)
}

// address is what makes a server another one.
func address(p profile.Profile) string {
	b, _ := json.Marshal([]any{p.Transport, p.Command, p.Args, p.Env, p.Cwd, p.URL, p.Era}) // strings only: it always encodes
	return string(b)
}
