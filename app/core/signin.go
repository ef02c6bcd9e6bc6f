package core

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/sightglass-dev/sightglass/app/auth"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// NudgeSignIn says that a sign-in changed.
const NudgeSignIn = "signin"

// SignIn returns a profile's sign-in. The identities are read from the keychain behind it: a nudge tells when they
// are there.
func (c *Core) SignIn(id string) SignIn {
	s := c.signIn(id)
	s.readOnce()
	return s.snapshot()
}

// StartSignIn signs in: every step that waits, then the refused call again. It returns at once; the state follows by
// nudge. With again it begins anew.
func (c *Core) StartSignIn(id string, again bool) error {
	p, err := c.signsIn(id)
	if err != nil {
		return err
	}
	s := c.signIn(id)
	return s.begin(func(ctx context.Context) error {
		if err := s.ready(ctx, p, again); err != nil {
			return err
		}
		return s.complete(ctx, p)
	})
}

// SignInWait signs in and waits for the outcome: nil when there is a token and what was refused was sent again,
// whatever came of that.
func (c *Core) SignInWait(ctx context.Context, id string) (SignIn, error) {
	if err := c.StartSignIn(id, false); err != nil {
		return c.SignIn(id), err
	}
	s := c.signIn(id)
	if err := s.wait(ctx); err != nil {
		return s.snapshot(), err
	}
	v := s.snapshot()
	if v.Err != nil {
		return v, v.Err
	}
	return v, nil
}

// BeginSignIn prepares a sign-in step by step: the metadata is looked up, nothing else.
func (c *Core) BeginSignIn(id string) error {
	p, err := c.signsIn(id)
	if err != nil {
		return err
	}
	s := c.signIn(id)
	return s.begin(func(ctx context.Context) error {
		if err := s.ready(ctx, p, true); err != nil {
			return err
		}
		s.settle(SignInPaused)
		return s.current().Prepare(ctx)
	})
}

// SignInStep runs one step, with edited inputs, and the ones behind it unless Only.
func (c *Core) SignInStep(in SignInStep) error {
	p, err := c.signsIn(in.Profile)
	if err != nil {
		return err
	}
	s := c.signIn(in.Profile)
	if f := s.current(); f != nil && f.Browser() != nil && (in.Step == auth.StepBrowser || in.Step == auth.StepCallback) {
		// The user pastes the callback's URL: it goes to the wait that is under way.
		return s.masked(f.RunStep(c.life, in.Step, in.Inputs))
	}
	return s.begin(func(ctx context.Context) error {
		if s.current() == nil || !s.upToDate(p) {
			if err := s.renew(ctx, p); err != nil {
				return err
			}
		}
		return s.step(ctx, p, in)
	})
}

// CancelSignIn ends a sign-in under way, and waits for its end.
func (c *Core) CancelSignIn(id string) { c.signIn(id).cancel() }

// OpenSignIn opens the browser once more with the request that waits.
func (c *Core) OpenSignIn(id string) error {
	f := c.signIn(id).current()
	if f == nil || f.Browser() == nil {
		return input("open the browser", "no sign-in waits for the browser", "Begin a sign-in.")
	}
	ctx, cancel := context.WithTimeout(c.life, keychainWait)
	defer cancel()
	return f.OpenAgain(ctx)
}

// UseIdentity makes an identity the one whose token is sent; an empty one sends none.
func (c *Core) UseIdentity(id, identity string) error {
	return c.withIdentity(id, func(ctx context.Context, s *signin) error { return s.vault.Use(ctx, identity) })
}

// RenameIdentity names an identity.
func (c *Core) RenameIdentity(id, identity, name string) error {
	return c.withIdentity(id, func(ctx context.Context, s *signin) error { return s.vault.Rename(ctx, identity, name) })
}

// RefreshIdentity spends the refresh token now.
func (c *Core) RefreshIdentity(id, identity string) error {
	return c.withIdentity(id, func(ctx context.Context, s *signin) error {
		source, done, err := s.source(ctx)
		if err != nil {
			return err
		}
		defer done()
		return source.Refresh(ctx, identity)
	})
}

// SignOut revokes a token where the server offers it and deletes it. The sentence says what was done.
func (c *Core) SignOut(id, identity string) (string, error) {
	var text string
	was := c.signIn(id).snapshot().Active
	err := c.withIdentity(id, func(ctx context.Context, s *signin) error {
		source, done, err := s.source(ctx)
		if err != nil { // the profile cannot be reached: its tokens are deleted all the same
			text = "Deleted here. It could not be revoked: " + AsError(err).Message
			return s.vault.Delete(ctx, identity)
		}
		defer done()
		text, err = source.SignOut(ctx, identity)
		return err
	})
	return text + c.heir(id, identity, was), err
}

// heir says whose token is sent now that the identity that was in use is gone.
func (c *Core) heir(id, gone, was string) string {
	v := c.signIn(id).snapshot()
	i := slices.IndexFunc(v.Identities, func(i Identity) bool { return i.ID == v.Active })
	switch {
	case gone != was || i < 0 || v.Active == gone:
		return ""
	case v.Identities[i].Name == "":
		return " Another stored identity is in use now."
	}
	return fmt.Sprintf(" In use now: %s.", v.Identities[i].Name)
}

// KeepIdentities tries once more to put what is kept in memory only into the keychain, which may ask its user.
func (c *Core) KeepIdentities(id string) error {
	if _, err := c.overHTTP(id); err != nil {
		return err
	}
	return c.signIn(id).settleTokens()
}

// withIdentity does something with stored tokens and tells what they are then.
func (c *Core) withIdentity(id string, do func(context.Context, *signin) error) error {
	if _, err := c.profile(id); err != nil {
		return err
	}
	s := c.signIn(id)
	ctx, cancel := context.WithTimeout(c.life, tokenWait)
	defer cancel()
	err := do(ctx, s)
	s.read(ctx)
	return s.masked(err)
}

// CheckServer runs the negative checks against a profile's server; the results follow by nudge.
func (c *Core) CheckServer(id string) error {
	p, err := c.overHTTP(id)
	if err == nil {
		err = c.seen(p)
	}
	if err != nil {
		return err
	}
	return c.signIn(id).check(p)
}

// ClientDocument is the client ID metadata document to be hosted at the profile's clientMetadataURL.
func (c *Core) ClientDocument(id string) (string, error) {
	p, err := c.overHTTP(id)
	if err != nil {
		return "", err
	}
	ctx, cancel := c.keyContext()
	defer cancel()
	cfg, err := c.authConfig(ctx, p, c.connOf(id))
	if err != nil {
		return "", err
	}
	return auth.ClientDocument(cfg)
}

// overHTTP is a profile that can be signed in to.
func (c *Core) overHTTP(id string) (profile.Profile, error) {
	p, err := c.profile(id)
	if err == nil && p.Transport == profile.Stdio {
		// basic/authorization: "Implementations using an STDIO transport SHOULD NOT follow this specification, and
		// instead retrieve credentials from the environment."
		err = input("sign in", "a stdio server has no sign-in", "Give it its credentials as environment variables.")
	}
	return p, err
}

// signsIn is a profile whose settings let it be signed in to.
func (c *Core) signsIn(id string) (profile.Profile, error) {
	p, err := c.overHTTP(id)
	if err == nil {
		err = whyNoSignIn(p)
	}
	if err == nil {
		err = c.seen(p)
	}
	return p, err
}

// whyNoSignIn says why a server is not signed in to: the user gave the credentials.
func whyNoSignIn(p profile.Profile) error {
	switch {
	case p.Auth.Grant == grantNone:
		return input("sign in", fmt.Sprintf("%s is set to headers only", p.Name), "Choose another way in in the server's settings.")
	case pinned(p):
		return input("sign in", fmt.Sprintf("%s sends the Authorization header of its settings", p.Name), "Remove that header from the server's settings to sign in.")
	}
	return nil
}

// dropSignIn ends a server's sign-in and gives back its tokens, before the server is deleted.
func (c *Core) dropSignIn(id string) {
	c.mu.Lock()
	s := c.signIns[id]
	_, borrowed := c.owners[id]
	c.mu.Unlock()
	if p, err := c.profile(id); err != nil || p.Transport == profile.Stdio || borrowed {
		return
	}
	if s == nil {
		s = c.signIn(id)
	}
	s.signOutAll()
	if f := s.current(); f != nil {
		_ = f.Close()
	}
	c.mu.Lock()
	delete(c.signIns, id)
	c.mu.Unlock()
	c.masker().Forget(signInScope(id))
}

// Identities reads a profile's stored tokens now; SignIn only tells what was read.
func (c *Core) Identities(ctx context.Context, id string) ([]Identity, error) {
	if _, err := c.overHTTP(id); err != nil {
		return nil, err
	}
	s := c.signIn(id)
	s.read(ctx)
	v := s.snapshot()
	if v.Err != nil {
		return v.Identities, v.Err
	}
	return v.Identities, nil
}

// closeSignIns closes what the sign-ins keep open.
func (c *Core) closeSignIns() {
	c.mu.Lock()
	all := slices.Collect(maps.Values(c.signIns))
	c.mu.Unlock()
	for _, s := range all {
		s.mu.Lock()
		flow, client := s.flow, s.client
		s.mu.Unlock()
		if flow != nil {
			_ = flow.Close()
		}
		if client != nil {
			client.Close()
		}
	}
}
