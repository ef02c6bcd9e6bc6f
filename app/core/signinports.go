package core

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/sightglass-dev/sightglass/app/auth"
	"github.com/sightglass-dev/sightglass/app/keychain"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/transport"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// What auth needs of its owner: HTTP through the tap, the keychain, a lock between processes, the browser.

// lockRetry is how often a lock held by another process is tried again.
const lockRetry = 50 * time.Millisecond

// signInScope is what a profile's sign-in secrets belong to in the masker: they outlive a connection.
func signInScope(id string) string { return "signin/" + id }

// authConfig is all that auth needs to know of a server. Entries go to conn.
func (c *Core) authConfig(ctx context.Context, p profile.Profile, conn string) (auth.Config, error) {
	// A sign-in outlives the connection that was refused: what is secret in the profile has to be known as long.
	t, err := c.target(ctx, p, signInScope(p.ID))
	if err != nil {
		return auth.Config{}, err
	}
	t.Conn = conn
	return c.authConfigOf(ctx, p, t)
}

func (c *Core) authConfigOf(ctx context.Context, p profile.Profile, t transport.Target) (auth.Config, error) {
	if err := c.seen(p); err != nil {
		return auth.Config{}, err
	}
	settings, err := c.authSettings(ctx, p)
	if err != nil {
		return auth.Config{}, err
	}
	scope, owner := signInScope(p.ID), c.owner(p.ID)
	return auth.Config{
		Profile: owner, Server: p.Name, Resource: t.URL, Version: p.Era.Version, Settings: settings,
		HTTP: c.authHTTP(p, t), Store: &secretStore{core: c, profile: owner},
		Lock:    c.processLock,
		Turns:   &c.turns,
		Browser: c.openBrowser,
		Mask:    func(kind, value string) string { return c.masker().Hide(scope, kind, value) },
		Note:    func(step auth.StepID, text string) { c.authNote(t.Conn, step, text) },
	}, nil
}

// credentials gives a connection the stored tokens, nil where there can be none.
func (cn *connection) credentials(p profile.Profile, t transport.Target) (*auth.Source, error) {
	if t.Transport == profile.Stdio || whyNoSignIn(p) != nil {
		return nil, nil
	}
	cfg, err := cn.core.authConfigOf(cn.ctx, p, t)
	if err != nil {
		return nil, err
	}
	s := cn.core.signIn(p.ID)
	cfg.Changed = s.changed
	return auth.NewSource(cfg, s.vault), nil
}

// closeSource finishes a refresh that is under way: its refresh token is spent.
func (cn *connection) closeSource() {
	cn.mu.Lock()
	defer cn.mu.Unlock()
	if cn.source != nil {
		cn.source.Close()
		cn.source = nil
	}
}

// authorizer is the source as transport wants it.
func (cn *connection) authorizer() transport.Authorizer {
	cn.mu.Lock()
	defer cn.mu.Unlock()
	if cn.source == nil {
		return nil
	}
	return cn.source
}

// authHTTP is the tapped client: what a sign-in sends is recorded as everything else is.
func (c *Core) authHTTP(p profile.Profile, t transport.Target) auth.HTTP {
	guard := transport.Guard{AllowPrivate: p.Auth.AllowPrivate, AllowHTTP: p.Auth.AllowHTTP}
	client := transport.NewSignInClient(t, transport.Options{Log: c.log, Mask: c.masker(), MaskScope: signInScope(p.ID)}, guard)
	s := c.signIn(p.ID)
	s.mu.Lock()
	before := s.client
	s.client = client
	s.mu.Unlock()
	if before != nil {
		before.Close() // what it has under way goes on
	}
	return tappedHTTP{client}
}

func (c *Core) authNote(conn string, step auth.StepID, text string) {
	text = string(c.masker().Text(conn, []byte(text)))
	c.log.Append(wire.Draft{Entry: wire.Entry{Conn: conn, Kind: wire.KindAuth, Name: string(step), Note: text}})
}

// authSettings are a profile's settings with its secrets filled in.
func (c *Core) authSettings(ctx context.Context, p profile.Profile) (auth.Settings, error) {
	a := p.Auth
	s := auth.Settings{
		Grant: auth.Grant(a.Grant), Issuer: a.Issuer, AuthorizationEndpoint: a.AuthorizationEndpoint, TokenEndpoint: a.TokenEndpoint,
		RegistrationEndpoint: a.RegistrationEndpoint, RevocationEndpoint: a.RevocationEndpoint, Resource: a.Resource, Scopes: a.Scopes,
		ClientKind: auth.ClientKind(a.ClientKind), ClientID: a.ClientID, ClientIssuer: a.ClientIssuer, ClientAuth: a.ClientAuth,
		ClientMetadataURL: a.ClientMetadataURL, KeyID: a.KeyID, SigningAlg: a.SigningAlg,
		RedirectHost: a.RedirectHost, RedirectPort: a.RedirectPort, BrowserWait: ms(a.BrowserWait),
		IDPIssuer: a.IDPIssuer, IDPTokenEndpoint: a.IDPTokenEndpoint, IDPClientID: a.IDPClientID, IDPTokenType: a.IDPTokenType,
		IDPClientAuth: a.IDPClientAuth, IDPKeyID: a.IDPKeyID,
		DPoP: auth.DPoPMode(a.DPoP), AllowHTTP: a.AllowHTTP, AllowNoPKCE: a.AllowNoPKCE,
	}
	for _, e := range a.Extra {
		s.Extra = append(s.Extra, auth.Param{Name: e.Name, Value: e.Value})
	}
	if reflect.DeepEqual(a, profile.Auth{}) {
		return s, nil
	}
	for _, secret := range []struct {
		name, kind string
		into       *string
	}{
		{profile.SecretClient, "secret", &s.ClientSecret},
		{profile.SecretKey, "key", &s.PrivateKey},
		{profile.SecretAssertion, "token", &s.Assertion},
		{profile.SecretIDPClient, "secret", &s.IDPClientSecret},
		{profile.SecretIDPKey, "key", &s.IDPKey},
		{profile.SecretIDPSubject, "token", &s.IDPToken},
	} {
		v, err := c.keys.Get(ctx, secretItem(p.ID, secret.name))
		switch {
		case err == nil:
			c.masker().Add(signInScope(p.ID), secret.kind, v)
			*secret.into = v
		case errors.Is(err, keychain.ErrNotFound), errors.Is(err, keychain.ErrUnavailable):
		default:
			return s, keyError("read "+secret.name, err)
		}
	}
	return s, nil
}

// tappedHTTP is transport's client as auth wants it.
type tappedHTTP struct{ client *transport.SignInClient }

// Do implements auth.HTTP.
func (h tappedHTTP) Do(ctx context.Context, r auth.Request) (*auth.Response, error) {
	a, err := h.client.Do(ctx, transport.SignInRequest{Method: r.Method, URL: r.URL, Header: r.Header, Body: r.Body, Purpose: r.Purpose, Follow: r.Follow})
	if err != nil {
		return nil, err
	}
	if a.Header == nil {
		a.Header = http.Header{}
	}
	return &auth.Response{Status: a.Status, Header: a.Header, Body: a.Body, Cut: a.Cut, URL: a.URL, Entries: a.Entries, Unchecked: a.Unchecked}, nil
}

// secretStore is the keychain as auth wants it. What belongs to a server that is not saved stays in memory.
type secretStore struct {
	core    *Core
	profile string
}

// Get implements auth.Store.
func (s *secretStore) Get(ctx context.Context, name string) (string, bool, error) {
	// A keychain that has no such item is not unlocked for it: nobody wants a prompt for a server without sign-in.
	if s.core.keys.Where(ctx, name) == keychain.Nowhere {
		return "", false, nil
	}
	defer s.core.promptTold()()
	v, err := s.core.keys.Get(ctx, name)
	switch {
	case err == nil:
		return v, true, nil
	case errors.Is(err, keychain.ErrNotFound), errors.Is(err, keychain.ErrUnavailable):
		return "", false, nil
	}
	return "", false, keyError("read the tokens", err)
}

// Set implements auth.Store.
func (s *secretStore) Set(ctx context.Context, name, value string) (string, error) {
	if s.core.isTemporary(s.profile) {
		if err := s.core.keys.Hold(name, value); err != nil {
			return "", keyError("keep the tokens", err)
		}
		return string(keychain.InMemory), nil
	}
	defer s.core.promptTold()()
	place, err := s.core.keys.Set(ctx, name, value)
	if err != nil {
		return "", keyError("keep the tokens", err)
	}
	return string(place), nil
}

// Delete implements auth.Store.
func (s *secretStore) Delete(ctx context.Context, name string) error {
	defer s.core.promptTold()()
	if err := s.core.forget(ctx, name); err != nil {
		return keyError("delete the tokens", err)
	}
	return nil
}

// promptLook is how long a call of the keychain is silent until the window is told what it waits for: a prompt.
const promptLook = 500 * time.Millisecond

// promptTold tells the window when the keychain asks its user, and what came of it once the returned function is
// called.
func (c *Core) promptTold() (ended func()) {
	slow := time.AfterFunc(promptLook, c.readKeychainState)
	return func() {
		if !slow.Stop() {
			go c.readKeychainState()
		}
	}
}

// Forget implements auth.Store.
func (s *secretStore) Forget(name string) { s.core.keys.Forget(name) }

// processLock is held over every window of this user: a refresh token is spent once. It waits until ctx ends.
func (c *Core) processLock(ctx context.Context, name string) (func(), error) {
	dir := filepath.Join(c.dir, "locks")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for locks: %w", err)
	}
	l := flock.New(filepath.Join(dir, lockName(name)))
	ok, err := l.TryLockContext(ctx, lockRetry)
	if err != nil || !ok {
		return nil, fmt.Errorf("wait for another window to finish with the token: %w", err)
	}
	return func() { _ = l.Unlock() }, nil
}

// lockName makes a file name of a lock's name.
func lockName(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-':
			return r
		}
		return '_'
	}, name) + ".lock"
}
