package core

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/auth"
	"github.com/sightglass-dev/sightglass/app/challenge"
	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/transport"
)

const (
	grantNone = "none"
	// tokenWait bounds what is done with a stored token: a refresh, a revocation, a keychain that asks its user.
	tokenWait = 2 * time.Minute
)

// signin is one profile's way in: the flow, what was refused and is to be sent again, the stored identities as they
// were read last. One thing runs at a time.
type signin struct {
	core  *Core
	id    string // of the profile
	vault *auth.Vault

	client *transport.SignInClient // the newest; its idle connections are closed with it

	mu         sync.Mutex
	rev        uint64
	phase      SignInPhase
	why        string
	flow       *auth.Flow
	challenge  *challenge.Challenge
	stepUp     *StepUp
	tries      map[string]int // step-ups by operation
	refused    *refusal
	replay     *Replay
	since      uint64 // the last entry of the log when the token in use was got
	replaying  bool   // what is refused now is the replay's matter
	err        *Error
	checks     *Checks
	stop       context.CancelFunc // of what runs, nil: nothing does
	preparing  bool               // what runs only looks up metadata
	next       func(context.Context) error
	ended      chan struct{} // closed at the end of what runs or ran last
	identities []Identity
	active     string
	asked      bool                 // the identities were asked for
	autos      []time.Time          // when the browser was opened without asking
	autoFailed bool                 // the last sign-in without asking failed
	lookedFor  *challenge.Challenge // the refusal whose metadata were looked up last
	lookedAt   time.Time
	made       profile.Profile // the settings that the flow goes by
	outdated   bool            // a secret was changed since
}

func (c *Core) signIn(id string) *signin {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.signIns[id]
	if s == nil {
		s = &signin{core: c, id: id, phase: SignInNone, tries: map[string]int{}, identities: []Identity{}}
		owner := c.ownerLocked(id)
		s.vault = auth.NewVault(&secretStore{core: c, profile: owner}, owner)
		s.vault.Lock = c.processLock
		c.signIns[id] = s
	}
	return s
}

// ownerLocked is whose tokens a server uses: a temporary copy uses those of the server it was made of. The lock is held.
func (c *Core) ownerLocked(id string) string {
	if o, ok := c.owners[id]; ok {
		return o
	}
	return id
}

func (c *Core) owner(id string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ownerLocked(id)
}

// KeepTokens lets a temporary server of the command line use, and keep, the tokens of the saved server of that URL, or
// those that an earlier command got for it.
func (c *Core) KeepTokens(id string) error {
	p, err := c.profile(id)
	if err != nil {
		return err
	}
	owner := "url-" + hex.EncodeToString(sum(string(p.Transport) + " " + p.URL))[:32]
	for _, saved := range c.store.List() {
		if saved.URL == p.URL && saved.Transport == p.Transport && saved.Sample == "" {
			owner = saved.ID
			break
		}
	}
	c.mu.Lock()
	c.owners[id] = owner
	c.mu.Unlock()
	return nil
}

func sum(s string) []byte {
	h := sha256.Sum256([]byte(s))
	return h[:]
}

// pinned says whether the user gave an Authorization header: it wins over any token.
func pinned(p profile.Profile) bool {
	for _, h := range p.Headers {
		if strings.EqualFold(h.Name, "Authorization") {
			return true
		}
	}
	return false
}

func (c *Core) autoSignIn(p profile.Profile) bool { return p.Auth.Auto || c.opts.AutoSignIn }

// connOf is the connection whose traffic a sign-in belongs to.
func (c *Core) connOf(id string) string {
	if cn := c.connection(id); cn != nil {
		return cn.id
	}
	return "signin-" + id
}

// touch tells that something changed.
func (s *signin) touch() {
	s.mu.Lock()
	s.rev = s.core.rev.Add(1)
	rev := s.rev
	s.mu.Unlock()
	s.core.send(NudgeSignIn, rev)
}

func (s *signin) current() *auth.Flow {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.flow
}

func (s *signin) settle(p SignInPhase) {
	s.mu.Lock()
	s.phase = p
	s.mu.Unlock()
	s.touch()
}

// begin runs work behind the caller's back. It refuses while something runs; only the look-up of a refusal's metadata
// is waited for.
func (s *signin) begin(work func(context.Context) error) error {
	s.mu.Lock()
	if s.stop != nil {
		defer s.mu.Unlock()
		if !s.preparing || s.next != nil {
			return input("sign in", "a sign-in is under way", "Wait for its end, or cancel it.")
		}
		s.next = work
		return nil
	}
	if s.core.life.Err() != nil {
		s.mu.Unlock()
		return &fault.CallError{Kind: fault.Closed, Step: "sign in", Message: "the program is ending"}
	}
	ctx, cancel := context.WithCancel(s.core.life)
	ended := make(chan struct{})
	s.stop, s.ended, s.err, s.phase, s.preparing = cancel, ended, nil, SignInRunning, false
	s.mu.Unlock()
	s.touch()
	s.core.signing.Go(func() {
		err := work(ctx)
		if next := s.follow(); next != nil && ctx.Err() == nil {
			err = next(ctx)
		}
		cancel()
		s.finish(err)
		close(ended)
	})
	return nil
}

// follow is what was asked for while the metadata was looked up, or nil.
func (s *signin) follow() func(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.next
	s.next, s.preparing = nil, false
	if next != nil {
		s.phase = SignInRunning
	}
	return next
}

// finish says what came of a run.
func (s *signin) finish(err error) {
	e := AsError(s.masked(err))
	s.mu.Lock()
	s.stop = nil
	switch {
	case e == nil && s.phase == SignInRunning:
		s.phase, s.autoFailed = SignInDone, false
	case e == nil:
	case e.Kind == string(fault.Cancelled):
		s.phase = SignInCanceled
	default:
		s.phase, s.err = SignInFailed, e
	}
	s.mu.Unlock()
	s.touch()
}

// cancel ends what runs, and waits for its end.
func (s *signin) cancel() {
	s.mu.Lock()
	stop, ended := s.stop, s.ended
	s.mu.Unlock()
	if stop == nil {
		return
	}
	stop()
	<-ended
}

// wait waits for the end of what runs.
func (s *signin) wait(ctx context.Context) error {
	s.mu.Lock()
	ended := s.ended
	s.mu.Unlock()
	if ended == nil {
		return nil
	}
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		s.cancel()
		return &fault.CallError{Kind: fault.Cancelled, Step: "sign in", Message: "the sign-in was cancelled", Cause: ctx.Err()}
	}
}

// masked is err as it may be shown.
func (s *signin) masked(err error) error {
	e := AsError(err)
	if e == nil {
		return nil
	}
	m := s.core.masker()
	for _, p := range []*string{&e.Step, &e.Message, &e.Detail, &e.Hint, &e.RPC} {
		*p = string(m.Text("", []byte(*p)))
	}
	e.Headers = m.Header(signInScope(s.id), e.Headers)
	return e
}
