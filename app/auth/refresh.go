package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
)

const (
	// renewTimeout bounds the wait for the lock, the metadata and the token endpoint together.
	renewTimeout = 90 * time.Second
	// spendTimeout bounds the token request and the store of its answer: it runs to its end even when nobody waits.
	spendTimeout = 60 * time.Second
)

// renewal says why a token is renewed.
type renewal struct {
	why     string // "it is about to expire"
	refused bool   // the server answered 401 to it
	hint    string // resource_metadata of that 401
}

// Refresh renews an identity's token now, whatever is left of its life. Errors are [fault.CallError]; after an
// invalid_grant the refresh token is gone.
func (s *Source) Refresh(ctx context.Context, id string) error {
	t, err := s.latest(ctx, id)
	if err != nil {
		return err
	}
	if !renewable(&s.cfg, t) {
		return s.notRenewable()
	}
	return s.refresh(ctx, id, t.AccessToken, renewal{why: "you asked for it"})
}

// refresh replaces the access token spent, once for all who ask.
func (s *Source) refresh(ctx context.Context, id, spent string, r renewal) error {
	s.mu.Lock()
	h := s.cur
	s.mu.Unlock()
	if r.refused && h != nil && h.id == id && (!renewable(&s.cfg, &h.token) || clock(&s.cfg).Before(h.nextTry)) {
		return s.notRenewable()
	}
	return s.once(ctx, "refresh "+id, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, renewTimeout)
		defer cancel()
		err := s.renew(ctx, id, spent, r)
		if err != nil {
			s.postpone(id)
			s.note("The token was not refreshed: " + fault.From(err).Message)
		}
		return err
	})
}

// notRenewable is the error of a token that only a new sign-in replaces.
func (s *Source) notRenewable() error {
	return &fault.CallError{
		Server: s.cfg.Server, Kind: fault.Input, Step: "refresh the token", Message: "There is no refresh token for this identity.",
		Hint: "Sign in again. Servers that know the scope offline_access give refresh tokens for it.",
	}
}

// postpone keeps a refresh that failed from being tried with every request.
func (s *Source) postpone(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cur != nil && s.cur.id == id {
		h := *s.cur
		h.nextTry = clock(&s.cfg).Add(retryPause)
		s.cur = &h
	}
}

// lock holds an identity's refresh token over processes.
func (s *Source) lock(ctx context.Context, id string) (unlock func(), err error) {
	if s.cfg.Lock == nil {
		return func() {}, nil
	}
	unlock, err = s.cfg.Lock(ctx, "refresh/"+s.cfg.Profile+"/"+id)
	if err != nil {
		return nil, &fault.CallError{
			Server: s.cfg.Server, Kind: fault.Timeout, Step: "refresh the token", Cause: err,
			Message: "Another window of Sightglass holds this identity.", Hint: "Try again; if it stays, close the other window.",
		}
	}
	return unlock, nil
}

// renew is one refresh: the authorization server is looked up again when the token was refused, the lock is taken,
// the store is read again, and only then is the refresh token spent.
func (s *Source) renew(ctx context.Context, id, spent string, r renewal) error {
	unlock, err := s.lock(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	t, err := s.latest(ctx, id)
	if err != nil {
		return err
	}
	if t.AccessToken != spent && !expiring(t, clock(&s.cfg)) {
		s.note("Another window has refreshed the token already: that one is used.")
		return s.take(id, *t, held{})
	}
	if why := s.misfit(t); why != "" {
		return &fault.CallError{Server: s.cfg.Server, Kind: fault.Input, Step: "refresh the token", Message: why, Hint: "Sign in again."}
	}
	if !renewable(&s.cfg, t) {
		return s.notRenewable()
	}
	if r.refused {
		if err := s.stillThere(ctx, t, r.hint); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), spendTimeout)
	defer cancel()
	fresh, err := s.spend(ctx, t)
	if err != nil {
		return s.refusedRefresh(ctx, id, t, err)
	}
	// The new refresh token is stored before the new access token is used: a crash in between loses nothing.
	if _, err = s.vault.write(ctx, id, *fresh); err != nil {
		_, err = s.vault.write(ctx, id, *fresh)
	}
	if err != nil {
		s.note("The refreshed token could not be stored and lasts for this run only: " + fault.From(err).Message)
		// The stored refresh token is spent: nobody may try it again, or the server may end the whole sign-in.
		_ = s.vault.store.Delete(ctx, s.vault.itemName(id))
	}
	s.note("The token was refreshed, because " + r.why + ".")
	return s.take(id, *fresh, held{unsaved: err != nil, reactive: r.refused})
}

// latest is the identity's token set as it is now, whichever window wrote it.
func (s *Source) latest(ctx context.Context, id string) (*Token, error) {
	s.mu.Lock()
	h := s.cur
	s.mu.Unlock()
	if h != nil && h.id == id && h.unsaved {
		return &h.token, nil
	}
	return s.vault.fresh(ctx, id)
}

// take uses a token from now on, when its identity is the one in use.
func (s *Source) take(id string, t Token, flags held) error {
	h, err := s.hold(id, t)
	if err != nil {
		return err
	}
	h.unsaved, h.reactive = flags.unsaved, flags.reactive
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cur != nil && s.cur.id == id {
		s.replace(h)
	}
	return nil
}

// spend gets a new token set: by the refresh token (RFC 6749 section 6), or by the grant once more.
func (s *Source) spend(ctx context.Context, t *Token) (*Token, error) {
	if t.Grant != AuthorizationCode {
		return s.again(ctx, t)
	}
	client := t.Client
	if set := &s.cfg.Settings; client.Kind == PreRegistered && set.ClientID == client.ID && set.ClientSecret != "" {
		client.Secret = set.ClientSecret // changed since the sign-in
	}
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {t.RefreshToken}}
	if t.Resource != "" {
		form.Set("resource", t.Resource)
	}
	fresh, _, _, err := requestToken(ctx, &s.cfg, tokenRequest{
		Endpoint: t.Endpoint, Issuer: t.Issuer, Revocation: t.Revocation, Client: client, Form: form, Purpose: "refresh",
		Requested: t.Granted, Resource: t.Resource, Grant: t.Grant, DPoP: t.DPoPKey != "", DPoPKey: t.DPoPKey, Nonces: s.nonces,
	})
	if err != nil {
		return nil, err
	}
	fresh.Requested = t.Requested
	// RFC 6749 section 6: the server "MAY issue a new refresh token"; otherwise the old one stays.
	fresh.RefreshToken = firstOf(fresh.RefreshToken, t.RefreshToken)
	fresh.IDToken = firstOf(fresh.IDToken, t.IDToken)
	return fresh, nil
}

// again runs a grant that needs no user once more: at the same endpoints, with the same client and key. Nobody looks
// on, so settings that were edited since get nothing of it: they need a sign-in.
func (s *Source) again(ctx context.Context, t *Token) (*Token, error) {
	cfg := s.cfg
	set := &cfg.Settings
	if set.ClientID != t.Client.ID || t.Grant == Enterprise && !sameExchange(set, t.Exchange) {
		return nil, &fault.CallError{
			Server: s.cfg.Server, Kind: fault.Input, Step: "refresh the token", Message: "The sign-in settings name another client or identity provider than this token was got with.",
			Hint: "Sign in again.",
		}
	}
	set.TokenEndpoint, set.RevocationEndpoint = "", ""
	as := &ServerMetadata{Issuer: t.Issuer, TokenEndpoint: t.Endpoint, RevocationEndpoint: t.Revocation}
	if t.Client.AuthMethod != "" {
		as.TokenAuthMethods = []string{t.Client.AuthMethod}
	}
	if t.Client.AuthAlg != "" {
		as.TokenAuthAlgs = []string{t.Client.AuthAlg}
	}
	g := newGrantRun(&cfg, as, &ResourceMetadata{Resource: t.Resource, DPoPRequired: t.DPoPKey != ""}, t.Requested)
	g.key, g.nonces = t.DPoPKey, s.nonces
	if x := t.Exchange; x != nil {
		g.idp = &ServerMetadata{Issuer: x.Issuer, TokenEndpoint: x.Endpoint}
		if x.AuthMethod != "" {
			g.idp.TokenAuthMethods = []string{x.AuthMethod}
		}
		if x.AuthAlg != "" {
			g.idp.TokenAuthAlgs = []string{x.AuthAlg}
		}
	}
	return g.run(ctx)
}

// sameExchange says whether the settings still name the identity provider that a token came by way of.
func sameExchange(set *Settings, x *Exchange) bool {
	return x != nil && set.IDPIssuer == x.Issuer && set.IDPClientID == x.Client && (set.IDPTokenEndpoint == "" || set.IDPTokenEndpoint == x.Endpoint)
}

// refusedRefresh keeps the refresh token for another try, unless the server says that it is worth nothing any more.
func (s *Source) refusedRefresh(ctx context.Context, id string, t *Token, err error) error {
	var e *OAuthError
	if t.RefreshToken == "" || t.Grant != AuthorizationCode || !errors.As(err, &e) || e.Code != "invalid_grant" {
		return err
	}
	left := *t
	left.RefreshToken = ""
	if _, werr := s.vault.write(ctx, id, left); werr != nil {
		s.note("The refresh token is not valid any more, and could not be removed: " + fault.From(werr).Message)
	} else {
		s.note("The refresh token is not valid any more: it was removed.")
	}
	_ = s.take(id, left, held{})
	return err
}

// stillThere looks up the resource metadata again after a 401: when the server has moved to another authorization
// server, the refresh token of the old one is not spent and the challenge comes through, so that the user signs in
// there (client-registration, authorization server migration).
func (s *Source) stillThere(ctx context.Context, t *Token, hint string) error {
	if s.cfg.Settings.Issuer != "" {
		return nil // chosen by hand, whatever the metadata says
	}
	servers, where, err := s.servers(ctx, hint)
	switch {
	case err != nil:
		return err
	case where == "":
		return nil // no metadata (2025-03-26), or none just now: the issuer is the one that gave the token
	case !slices.Contains(servers, t.Issuer):
		return &fault.CallError{
			Server: s.cfg.Server, Kind: fault.HTTP, Step: "refresh the token",
			Message: fmt.Sprintf("The resource metadata (%s) does not name the issuer %q any more, but %s: its refresh token is not spent.",
				cutText(where, 200), cutText(t.Issuer, 200), cutText(strings.Join(servers, ", "), 300)),
			Hint: "Sign in again: that registers with the new authorization server.",
		}
	}
	return nil
}

// servers reads authorization_servers of the first resource metadata found (RFC 9728 section 3).
func (s *Source) servers(ctx context.Context, hint string) (servers []string, where string, err error) {
	for _, u := range metadataURLs(s.cfg.Resource, hint) {
		header := http.Header{"Accept": {"application/json"}}
		if s.cfg.Version != "" {
			header.Set("MCP-Protocol-Version", s.cfg.Version)
		}
		resp, err := s.cfg.HTTP.Do(ctx, Request{Method: http.MethodGet, URL: u, Header: header, Purpose: "resource metadata", Follow: true})
		switch {
		case ctx.Err() != nil:
			return nil, "", ctx.Err()
		case err == nil && resp.Status >= 400 && resp.Status < 500:
			continue // not here
		case err != nil || resp.Status != http.StatusOK || resp.Cut:
			return nil, "", nil // it is ill: what stands elsewhere is not asked instead
		}
		m, _ := members(resp.Body)
		var resource string
		_ = json.Unmarshal(m["resource"], &resource)
		if list := textList(m["authorization_servers"]); len(list) > 0 && resourceCovers(resource, s.cfg.Resource) {
			return list, u, nil
		}
		return nil, "", nil
	}
	return nil, "", nil
}

// metadataURLs are the places of a server's resource metadata, in order (RFC 9728 section 3.1).
func metadataURLs(server, hint string) []string {
	var list []string
	add := func(at string) {
		if !slices.Contains(list, at) {
			list = append(list, at)
		}
	}
	if originOf(hint) != "" {
		add(hint)
	}
	u, err := url.Parse(server)
	if err != nil {
		return list
	}
	root := url.URL{Scheme: u.Scheme, Host: u.Host}
	const wellKnown = "/.well-known/oauth-protected-resource"
	if path := u.EscapedPath(); path != "" && path != "/" {
		at := root.String() + wellKnown + path
		if u.RawQuery != "" {
			at += "?" + u.RawQuery
		}
		add(at)
	}
	add(root.String() + wellKnown)
	return list
}
