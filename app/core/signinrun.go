package core

import (
	"context"
	"errors"
	"math"
	"reflect"

	"github.com/sightglass-dev/sightglass/app/auth"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// ready makes the flow when there is none to go on with.
func (s *signin) ready(ctx context.Context, p profile.Profile, again bool) error {
	if f := s.current(); f != nil && !again && f.Token() == nil && s.upToDate(p) {
		return nil
	}
	return s.renew(ctx, p)
}

// upToDate says whether the flow goes by the settings of now.
func (s *signin) upToDate(p profile.Profile) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.outdated && reflect.DeepEqual(s.made, settingsOf(p))
}

// renew begins a flow anew from the refusal that is known.
func (s *signin) renew(ctx context.Context, p profile.Profile) error {
	cfg, err := s.core.authConfig(ctx, p, s.core.connOf(s.id))
	if err != nil {
		return err
	}
	cfg.Changed = s.touch
	s.mu.Lock()
	ch, why, up := s.challenge, s.why, s.stepUp
	s.mu.Unlock()
	start := auth.Start{Challenge: s.trueChallenge(ch, cfg.Resource), Why: why, Previous: s.token(ctx)}
	if up != nil {
		start.Scopes = up.Union
	}
	f := auth.NewFlow(cfg, start)
	s.mu.Lock()
	before := s.flow
	s.flow, s.replay, s.made, s.outdated = f, nil, settingsOf(p), false
	s.mu.Unlock()
	if before != nil {
		_ = before.Close()
	}
	s.touch()
	return nil
}

// token is the one in use, or nil.
func (s *signin) token(ctx context.Context) *auth.Token {
	id, err := s.vault.Active(ctx)
	if err != nil || id == "" {
		return nil
	}
	t, err := s.vault.Token(ctx, id)
	if err != nil {
		return nil
	}
	return t
}

// complete runs the flow to its token, keeps it and sends the refused call again. A step-up that the replay needs is
// made at once only where the user wants no questions.
func (s *signin) complete(ctx context.Context, p profile.Profile) error {
	for {
		t, err := s.current().Run(ctx)
		if err != nil {
			return err
		}
		if err := s.keep(ctx, t); err != nil {
			return err
		}
		again, err := s.replayed(ctx)
		if err != nil || again == nil {
			return err
		}
		if err := s.refusedAgain(ctx, again); err != nil {
			return err
		}
		if err := s.renew(ctx, p); err != nil {
			return err
		}
		if !s.byItself(p) {
			s.settle(SignInRefused)
			return s.current().Prepare(ctx)
		}
	}
}

// step runs one step by the user's order.
func (s *signin) step(ctx context.Context, p profile.Profile, in SignInStep) error {
	f := s.current()
	if in.Step == auth.StepReplay {
		return s.replayOnly(ctx)
	}
	had := f.Token()
	if err := f.RunStep(ctx, in.Step, s.trueInputs(f, in.Step, in.Inputs)); err != nil {
		return err
	}
	if !in.Only {
		return s.complete(ctx, p)
	}
	s.settle(SignInPaused)
	if t := f.Token(); t != nil && t != had {
		return s.keep(ctx, t)
	}
	return nil
}

func (s *signin) replayOnly(ctx context.Context) error {
	again, err := s.replayed(ctx)
	if err != nil || again == nil {
		return err
	}
	return s.refusedAgain(ctx, again)
}

// keep stores a token and makes it the one in use.
func (s *signin) keep(ctx context.Context, t *auth.Token) error {
	id, _, err := s.vault.Save(ctx, *t)
	if err == nil {
		err = s.vault.Use(ctx, id)
	}
	s.mu.Lock()
	s.since = s.core.log.Page(math.MaxUint64, 1).Last
	s.mu.Unlock()
	s.read(ctx)
	return err
}

// source gives the stored tokens to requests: that of the live connection, which may hold a token that could not be
// stored, or a new one. done gives it back.
func (s *signin) source(ctx context.Context) (source *auth.Source, done func(), err error) {
	if cn := s.core.connection(s.id); cn != nil {
		cn.mu.Lock()
		source = cn.source
		cn.mu.Unlock()
		if source != nil {
			return source, func() {}, nil
		}
	}
	p, err := s.core.overHTTP(s.id)
	if err != nil {
		return nil, nil, err
	}
	cfg, err := s.core.authConfig(ctx, p, s.core.connOf(s.id))
	if err != nil {
		return nil, nil, err
	}
	cfg.Changed = s.changed
	source = auth.NewSource(cfg, s.vault)
	return source, source.Close, nil
}

// changed is a source's word that a token was refreshed or dropped.
func (s *signin) changed() {
	s.core.signing.Go(func() {
		ctx, cancel := context.WithTimeout(s.core.life, tokenWait)
		defer cancel()
		s.read(ctx)
	})
}

// errRefusedAgain is the cause of a replay that was refused with the token just got.
var errRefusedAgain = errors.New("refused with the new token")
