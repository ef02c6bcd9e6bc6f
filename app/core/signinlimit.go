package core

import (
	"slices"
	"time"

	"github.com/sightglass-dev/sightglass/app/challenge"
	"github.com/sightglass-dev/sightglass/app/profile"
)

const (
	// maxAutos is how often the browser is opened by itself for one server within autoSpan: a server that takes a
	// token and refuses it soon after must not keep opening it.
	maxAutos = 5
	autoSpan = 10 * time.Minute
	// lookPause is how long the metadata behind a refusal are not looked up again for one that says the same.
	lookPause = 10 * time.Second
)

// byItself says whether a sign-in may go on without asking now, and counts it. It may not when the last one that did
// failed: the next is the user's decision.
func (s *signin) byItself(p profile.Profile) bool {
	if !s.core.autoSignIn(p) {
		return false
	}
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.autos = slices.DeleteFunc(s.autos, func(at time.Time) bool { return now.Sub(at) > autoSpan })
	if s.autoFailed || len(s.autos) >= maxAutos {
		return false
	}
	s.autos = append(s.autos, now)
	return true
}

// auto notes how a sign-in without asking ended.
func (s *signin) auto(err error) error {
	s.mu.Lock()
	s.autoFailed = err != nil
	s.mu.Unlock()
	return err
}

// looked notes what was looked up.
func (s *signin) looked(ch *challenge.Challenge) {
	s.mu.Lock()
	s.lookedFor, s.lookedAt = ch, time.Now()
	s.mu.Unlock()
}

// known says whether a refusal says what the last one said whose look-up is still shown. The lock is held.
func (s *signin) known(ch *challenge.Challenge) bool {
	was := s.lookedFor
	return was != nil && s.phase == SignInRefused && time.Since(s.lookedAt) < lookPause &&
		was.Status == ch.Status && was.Resource == ch.Resource && slices.Equal(was.Raw, ch.Raw)
}

// settingsOf is what of a profile a flow goes by.
func settingsOf(p profile.Profile) profile.Profile {
	return profile.Profile{
		ID: p.ID, Name: p.Name, Transport: p.Transport, URL: p.URL, Headers: p.Headers, Trust: p.Trust, Era: p.Era, Auth: p.Auth, Network: p.Network,
		Sample: p.Sample,
	}
}
