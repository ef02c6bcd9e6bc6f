package auth

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/sightglass-dev/sightglass/app/challenge"
)

// Turns lets one sign-in at a time go through the browser for each client of an issuer, over all servers: a person has
// one browser, a client may have one redirect port, and who waited for the same token takes it. The zero value is ready
// for use; it is safe for concurrent use.
type Turns struct {
	mu   sync.Mutex
	held map[string]*turn
}

type turn struct {
	server string
	done   chan struct{} // closed when it is over
	token  *Token        // what came of it
}

// take waits for the turn of key. waiting is told whose turn it is, each time before the wait. shared is what the last
// one waited for got, nil without. end gives the turn back with what came of it; it may be called twice.
func (t *Turns) take(ctx context.Context, key, server string, waiting func(server string)) (end func(*Token), shared *Token, err error) {
	for {
		t.mu.Lock()
		now := t.held[key]
		if now == nil {
			mine := &turn{server: server, done: make(chan struct{})}
			if t.held == nil {
				t.held = map[string]*turn{}
			}
			t.held[key] = mine
			t.mu.Unlock()
			return func(token *Token) { t.end(key, mine, token) }, shared, nil
		}
		t.mu.Unlock()
		waiting(now.server)
		select {
		case <-now.done:
			shared = now.token
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}

func (t *Turns) end(key string, mine *turn, token *Token) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held[key] != mine {
		return
	}
	delete(t.held, key)
	mine.token = token
	close(mine.done)
}

// takeTurn waits until no other server's sign-in uses this client of this issuer. A flow that has the turn keeps it
// until what runs has ended.
func (d *draft) takeTurn(ctx context.Context, client string) error {
	f, turns := d.f, d.cfg.Turns
	if turns == nil || d.f.as == nil {
		return nil
	}
	key := f.as.Issuer + "\n" + client
	if f.endTurn != nil && f.turnKey == key {
		return nil
	}
	f.giveTurn(nil)
	before := d.s.Verdict
	end, shared, err := turns.take(ctx, key, d.cfg.Server, func(server string) {
		d.s.Verdict = "Waiting for the sign-in to " + cutText(server, 100) + ", which uses the same client."
		d.show()
	})
	d.s.Verdict = before
	if err != nil {
		return err
	}
	f.turnKey, f.endTurn, f.shared = key, end, shared
	return nil
}

// giveTurn gives the turn back, if it is held, with what came of it. The caller holds busy.
func (f *Flow) giveTurn(token *Token) {
	if f.endTurn != nil {
		f.endTurn(token)
	}
	f.endTurn, f.shared = nil, nil
}

// adopt takes the token of the sign-in that was waited for when it is the very one that this flow would ask for: of the
// same server, resource and scopes. Its refresh token stays where it is: two who spend one would lose both (RFC 9700
// section 4.14.2).
func (d *draft) adopt() bool {
	f, t := d.f, d.f.shared
	if t == nil || f.start.Scopes != nil || f.start.Why == "step-up" || originOf(t.Server) != originOf(d.cfg.Resource) ||
		t.Resource != f.resourceParam(d.set) || t.Resource == "" || slices.ContainsFunc(f.scopes, func(s string) bool { return !slices.Contains(t.Granted, s) }) ||
		f.start.Previous != nil && f.start.Previous.AccessToken == t.AccessToken {
		return false
	}
	own := *t
	own.RefreshToken = ""
	own.Requested = f.scopes
	f.update(func() {
		f.adopted = &own
		for _, id := range []StepID{StepBrowser, StepCallback} {
			s := emptyStep(id)
			s.State, s.Verdict = Skipped, "Not needed: another sign-in just got this token."
			f.steps[id] = s
		}
	})
	d.s.State, d.s.Verdict = Skipped, "Not needed: another sign-in with this client, for this resource and these scopes, just got the token."
	return true
}

// takeAdopted makes the token that was taken over this flow's.
func (d *draft) takeAdopted() {
	d.takeToken(d.f.adopted, nil, []challenge.Finding{{
		Severity: severityInfo, Text: "The token is shared with the sign-in that got it, which keeps the refresh token: when this one expires, sign in again.",
		Source: "RFC 9700 section 4.14.2",
	}})
	d.s.Verdict = strings.TrimSuffix(d.s.Verdict, ".") + ", shared."
}
