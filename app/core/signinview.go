package core

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sightglass-dev/sightglass/app/auth"
)

// snapshot is the sign-in as it is now.
func (s *signin) snapshot() SignIn {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := SignIn{
		Profile: s.id, Rev: s.rev, Phase: s.phase, Why: s.why, Challenge: s.challenge, StepUp: s.stepUp, Replay: s.replay,
		Steps: []auth.Step{}, Identities: slices.Clone(s.identities), Active: s.active, Checks: s.checks, Err: s.err,
	}
	v.Store, v.InMemory, v.Prompt = s.place()
	f := s.flow
	if f == nil {
		return v
	}
	v.Steps, v.Next = f.Steps(), f.Next()
	as := f.ServerMetadata()
	v.Guess = as != nil && as.Fallback
	s.maskSteps(v.Steps)
	w := f.Browser()
	if w != nil {
		v.Browser = &BrowserWait{
			URL: w.URL, RedirectURI: w.RedirectURI, Since: w.Since.UnixMicro(), Until: w.Until.UnixMicro(), Opened: w.OpenError, Strays: w.Strays,
		}
		if v.Browser.Strays == nil {
			v.Browser.Strays = []auth.Stray{}
		}
	}
	switch {
	case s.stop == nil:
	case w != nil:
		v.Phase = SignInBrowser
	case f.Asking():
		v.Phase = SignInAsking
	case v.Phase == SignInPaused: // the next order would be refused yet: a token is being stored, metadata looked up
		v.Phase = SignInRunning
	}
	return v
}

// place says where tokens are kept, and whether the keychain waits for its user. The lock is held.
func (s *signin) place() (text string, inMemory, prompt bool) {
	s.core.mu.Lock()
	k := s.core.keychain
	_, temporary := s.core.temporary[s.id]
	_, kept := s.core.owners[s.id] // KeepTokens
	s.core.mu.Unlock()
	if temporary && !kept {
		return "This server is not saved: its tokens are kept in memory until Sightglass is closed.", true, false
	}
	return k.Text, k.State == "unavailable", k.State == "prompt"
}

// readOnce reads the identities when nobody has yet: the keychain may be slow, or ask its user.
func (s *signin) readOnce() {
	s.mu.Lock()
	asked := s.asked
	s.asked = true
	s.mu.Unlock()
	if !asked {
		s.changed()
	}
}

// read reads the identities from the keychain.
func (s *signin) read(ctx context.Context) {
	stored, err := s.vault.Identities(ctx)
	if err != nil && len(stored) == 0 {
		s.mu.Lock()
		if s.err == nil && s.stop == nil {
			s.err = AsError(s.masked(err))
		}
		s.mu.Unlock()
		s.touch()
		return
	}
	active, _ := s.vault.Active(ctx) // the same read: its error is the one above
	server := ""
	if len(stored) > 0 {
		server = s.serverURL(ctx)
	}
	list := make([]Identity, 0, len(stored))
	for _, st := range stored {
		list = append(list, s.identity(st, server))
	}
	s.mu.Lock()
	s.identities, s.active, s.asked = list, active, true
	s.mu.Unlock()
	s.touch()
}

// serverURL is where the server is, with the placeholders filled in: a sample's URL is known to this run only. It is
// what the profile says where that cannot be done. A key in it is in the tokens too, and is known from then on.
func (s *signin) serverURL(ctx context.Context) string {
	p, err := s.core.profile(s.id)
	if err != nil {
		return ""
	}
	if t, err := s.core.target(ctx, p, signInScope(s.id)); err == nil {
		return t.URL
	}
	return p.URL
}

// identity is a stored token as it is shown: judged, without the secrets.
func (s *signin) identity(st auth.Stored, server string) Identity {
	t := st.Token
	m, scope := s.core.masker(), signInScope(s.id)
	for _, secret := range []string{t.RefreshToken, t.IDToken, t.Client.Secret, t.Client.RegistrationToken} {
		m.Add(scope, "token", secret)
	}
	var prm *auth.ResourceMetadata
	if f := s.current(); f != nil {
		prm = f.ResourceMetadata()
	}
	claims, judged := auth.Judge(&t, server, t.Resource, prm, time.Now())
	if st.Problem != "" {
		claims, judged = nil, []auth.Verdict{{What: "stored token", State: "error", Text: st.Problem, Fix: "Sign out, then sign in again."}}
	}
	for i := range judged {
		s.mask(&judged[i].Text, &judged[i].Fix)
	}
	s.mask(&t.Issuer, &t.Resource)
	if claims != nil {
		s.mask(&claims.Header, &claims.Payload, &claims.Note)
	}
	return Identity{
		ID: st.ID, Name: st.Name, Issuer: t.Issuer, Resource: t.Resource, Client: t.Client.ID, Kind: string(t.Client.Kind), Grant: string(t.Grant),
		Type: t.TokenType, Token: m.Hide(scope, "token", t.AccessToken), Refresh: t.RefreshToken != "", Revoke: t.Revocation != "",
		Expires: t.Expires, Issued: t.Issued, Wanted: orEmpty(t.Requested), Granted: orEmpty(t.Granted), Place: st.Place,
		Claims: claims, Judged: orEmpty(judged),
	}
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// settleTokens moves a server's tokens from memory into the keychain, now that it is saved.
func (s *signin) settleTokens() error {
	ctx, cancel := context.WithTimeout(s.core.life, tokenWait)
	defer cancel()
	stored, err := s.vault.Identities(ctx)
	if err != nil {
		return s.masked(err)
	}
	active, err := s.vault.Active(ctx)
	for _, st := range stored {
		if _, _, saveErr := s.vault.Save(ctx, st.Token); saveErr != nil {
			err = errors.Join(err, saveErr)
		}
	}
	if active != "" {
		err = errors.Join(err, s.vault.Use(ctx, active))
	}
	s.read(ctx)
	return s.masked(err)
}

// signOutAll revokes and deletes every token of a server that is being deleted. What cannot be revoked is deleted all
// the same.
func (s *signin) signOutAll() {
	s.cancel()
	ctx, cancel := context.WithTimeout(s.core.life, keychainWait)
	defer cancel()
	stored, err := s.vault.Identities(ctx)
	if err == nil && len(stored) > 0 {
		if source, done, err := s.source(ctx); err == nil {
			defer done()
			for _, st := range stored {
				_, _ = source.SignOut(ctx, st.ID) // Wipe takes what stays
			}
		}
	}
	_ = s.vault.Wipe(ctx) // a keychain that cannot be asked keeps items that nothing names any more
}
