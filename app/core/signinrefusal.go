package core

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/auth"
	"github.com/sightglass-dev/sightglass/app/challenge"
	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// maxStepUps is how often one operation may ask for more scopes: "Clients SHOULD implement retry limits" (step-up
// authorization flow).
const maxStepUps = 3

const insufficientScope = "insufficient_scope"

// refusal is what was refused and is sent again after the sign-in. Only the last one is kept: an older click is not
// acted on minutes later.
type refusal struct {
	what  string // "connect", "tools/call echo"
	call  string // id of the call, or empty
	again func(context.Context) (Replay, error)
}

// refusedAt takes a refusal: what the user may do about it is looked up, and done at once where the user wants no
// questions. r is nil when nothing is to be sent again.
func (c *Core) refusedAt(p profile.Profile, f *fault.CallError, r *refusal) {
	if f == nil || f.Challenge == nil || p.Transport == profile.Stdio {
		return
	}
	s := c.signIn(p.ID)
	s.mu.Lock()
	if s.replaying {
		s.mu.Unlock()
		return
	}
	if r != nil {
		s.refused = r
	}
	busy := s.stop != nil
	known := s.known(f.Challenge)
	stale := f.Challenge.Status == 401 && f.Challenge.Exchange != 0 && f.Challenge.Exchange <= s.since
	s.mu.Unlock()
	if stale { // refused before the token was there: it only has to be sent again
		return
	}
	if busy || known || whyNoSignIn(p) != nil || !mendable(f.Challenge) {
		return
	}
	_ = s.begin(func(ctx context.Context) error { return s.prepare(ctx, p, f.Challenge) }) // refused: another run takes care
}

// mendable says whether signing in could change the answer.
func mendable(ch *challenge.Challenge) bool {
	return ch.Status == 401 || ch.Error == insufficientScope
}

// prepare looks up the metadata of a refusal, and goes on by itself where it may.
func (s *signin) prepare(ctx context.Context, p profile.Profile, ch *challenge.Challenge) error {
	if err := s.take(ctx, ch); err != nil {
		return err
	}
	if err := s.renew(ctx, p); err != nil {
		return err
	}
	if s.byItself(p) {
		return s.auto(s.complete(ctx, p))
	}
	s.mu.Lock()
	s.phase, s.preparing = SignInRefused, true
	s.mu.Unlock()
	s.touch()
	err := s.current().Prepare(ctx)
	s.looked(ch)
	if err != nil && ctx.Err() == nil {
		return nil // the step that failed says so; the user decides
	}
	return err
}

// take notes what a refusal asks for. A step-up that cannot help is an error.
func (s *signin) take(ctx context.Context, ch *challenge.Challenge) error {
	t := s.token(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.challenge, s.stepUp, s.why = ch, nil, "refused"
	if ch.Status == 401 {
		if t != nil {
			s.why = "expired"
		}
		return nil
	}
	s.why = "step-up"
	up := &StepUp{Operation: s.operation(ch), Have: []string{}, New: []string{}, Union: []string{}}
	s.stepUp = up
	if t != nil {
		up.Have = union(t.Requested, t.Granted)
	}
	asked, known := ch.Scopes, len(ch.Scopes) > 0
	if !known && s.flow != nil && s.flow.ResourceMetadata() != nil {
		// The refusal does not say which: then all that the metadata list, as for a first sign-in (step-up
		// authorization flow, scope selection strategy).
		asked, known = s.flow.ResourceMetadata().Scopes, true
	}
	up.Union = union(up.Have, asked)
	for _, scope := range up.Union {
		if !slices.Contains(up.Have, scope) {
			up.New = append(up.New, scope)
		}
	}
	up.Attempt = s.tries[up.Operation] + 1
	switch {
	case len(up.New) == 0 && known:
		up.Stopped = "Every scope that the server asks for was asked for already: signing in again would bring nothing new."
	case up.Attempt > maxStepUps:
		up.Stopped = fmt.Sprintf("The server asked for more scopes %d times for this operation: it is not asked again.", maxStepUps)
	}
	if up.Stopped != "" {
		return &fault.CallError{Kind: fault.Auth, Step: "scopes", Message: up.Stopped, Hint: "The server has to accept the scopes it asks for, or name others.", Challenge: ch, Entries: []uint64{ch.Exchange}}
	}
	s.tries[up.Operation]++
	return nil
}

// operation is what was refused, for counting. The lock is held.
func (s *signin) operation(ch *challenge.Challenge) string {
	if s.refused != nil {
		return s.refused.what
	}
	return ch.Where
}

func union(a, b []string) []string {
	out := []string{}
	for _, s := range slices.Concat(a, b) {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// refusedAgain takes the refusal of a replay. Only a step-up is worth another round: "a second 401 is permanent".
func (s *signin) refusedAgain(ctx context.Context, ch *challenge.Challenge) error {
	if ch.Status != 401 && ch.Error == insufficientScope {
		return s.take(ctx, ch)
	}
	s.mu.Lock()
	s.challenge = ch
	s.mu.Unlock()
	return &fault.CallError{
		Kind: fault.Auth, Step: "send the call again", Status: ch.Status, Challenge: ch, Cause: errRefusedAgain, Entries: []uint64{ch.Exchange},
		Message: fmt.Sprintf("The server refused the token that was just issued for it (%d).", ch.Status),
		Hint:    "Look at the token's audience, issuer and scopes, under Sign-in, Identities: the server and its authorization server do not agree.",
	}
}

// replayed sends what was refused again. It returns the challenge when that is refused once more.
func (s *signin) replayed(ctx context.Context) (*challenge.Challenge, error) {
	s.mu.Lock()
	r, f := s.refused, s.flow
	s.replaying = true
	if r != nil {
		s.replay = &Replay{What: r.what, Call: r.call, State: "running"}
	}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.replaying = false
		s.mu.Unlock()
		s.touch()
	}()
	if r == nil {
		f.Replayed(auth.Skipped, "Nothing was refused: the token is used from now on.", nil)
		s.core.listenAgain(s.id)
		return nil, nil
	}
	f.Replayed(auth.Running, "", nil)
	s.touch()
	out, err := r.again(ctx)
	out.What, out.Call, out.State = r.what, r.call, "done"
	if err == nil {
		s.core.listenAgain(s.id)
		out.Text = "It came through."
		s.endReplay(f, &out, auth.Done)
		return nil, nil
	}
	e := AsError(s.masked(err))
	out.State, out.Text = "failed", e.Message
	state := auth.Failed
	if e.Challenge == nil && e.Kind != string(fault.Cancelled) {
		state = auth.Warned // the token was taken: what failed is another matter
	}
	s.endReplay(f, &out, state)
	switch {
	case e.Kind == string(fault.Cancelled):
		return nil, err
	case e.Challenge != nil:
		return e.Challenge, nil
	}
	return nil, nil
}

func (s *signin) endReplay(f *auth.Flow, r *Replay, state auth.StepState) {
	var entries []uint64
	if r.Seq != 0 {
		entries = []uint64{r.Seq}
	}
	f.Replayed(state, r.Text, entries)
	s.mu.Lock()
	s.replay = r
	if state == auth.Done {
		s.refused = nil
		delete(s.tries, r.What)
	}
	s.mu.Unlock()
	s.touch()
}

// listenAgain opens the GET stream that was refused, if any.
func (c *Core) listenAgain(id string) {
	if _, s, err := c.live(id); err == nil {
		s.Listen()
	}
}

// connectAgain is a refused connect, sent again as a new one.
func (cn *connection) connectAgain(p profile.Profile) *refusal {
	return &refusal{what: "connect", again: func(ctx context.Context) (Replay, error) {
		select {
		case <-cn.ended:
		case <-ctx.Done():
			return Replay{}, &fault.CallError{Kind: fault.Cancelled, Message: "cancelled", Cause: ctx.Err()}
		}
		c := cn.core
		if err := c.Connect(p.ID); err != nil {
			return Replay{}, err
		}
		again := c.connection(p.ID)
		select {
		case <-again.settled:
		case <-ctx.Done():
			again.cancel()
			<-again.settled
		}
		return Replay{}, again.err
	}}
}

// callAgain is a refused call, to be sent again as it was.
func callAgain(call, what string, fill func(ctx context.Context, out *RunOutput) error) *refusal {
	return &refusal{what: strings.TrimSpace(what), call: call, again: func(ctx context.Context) (Replay, error) {
		out := &RunOutput{Call: call, Problems: []Problem{}, Output: []Problem{}, Findings: []string{}}
		err := fill(ctx, out)
		if err == nil && out.Err != nil {
			err = out.Err
		}
		return Replay{Seq: out.Seq, Output: out}, err
	}}
}
