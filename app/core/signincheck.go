package core

import (
	"context"
	"slices"
	"time"

	"github.com/sightglass-dev/sightglass/app/auth"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// check runs the negative checks behind the caller's back.
func (s *signin) check(p profile.Profile) error {
	s.mu.Lock()
	if s.checks != nil && s.checks.Running {
		s.mu.Unlock()
		return input("check the server", "the checks are running", "Wait for their end.")
	}
	s.checks = &Checks{Running: true, At: time.Now().UnixMicro(), Results: []auth.Check{}}
	s.mu.Unlock()
	s.touch()
	s.core.signing.Go(func() {
		ctx, cancel := context.WithTimeout(s.core.life, tokenWait)
		defer cancel()
		results, err := s.runChecks(ctx, p)
		s.showChecks(false, results, AsError(s.masked(err)))
	})
	return nil
}

func (s *signin) runChecks(ctx context.Context, p profile.Profile) ([]auth.Check, error) {
	cfg, err := s.core.authConfig(ctx, p, s.core.connOf(s.id))
	if err != nil {
		return []auth.Check{}, err
	}
	var prm *auth.ResourceMetadata
	if f := s.current(); f != nil {
		prm = f.ResourceMetadata()
	}
	return auth.RunChecks(ctx, cfg, s.token(ctx), prm, func(now []auth.Check) { s.showChecks(true, now, nil) }), nil
}

func (s *signin) showChecks(running bool, results []auth.Check, err *Error) {
	results = slices.Clone(results)
	for i := range results {
		s.mask(&results[i].Text, &results[i].Fix)
	}
	s.mu.Lock()
	s.checks = &Checks{Running: running, At: s.checks.At, Results: results, Err: err}
	s.mu.Unlock()
	s.touch()
}
