package auth

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// SignOut revokes an identity's tokens where the server offers it (RFC 7009), the refresh token first since that may
// end the others too, and deletes them here in any case. text says what was done, also when err is not nil: err is
// that of the deletion.
func (s *Source) SignOut(ctx context.Context, id string) (text string, err error) {
	unlock, err := s.lock(ctx, id)
	if err != nil {
		return "", err
	}
	defer unlock()
	t, err := s.latest(ctx, id)
	var said []string
	if err != nil {
		said = []string{"The tokens could not be read, so they were not revoked: " + fault.From(err).Message}
	} else {
		said = s.revoke(ctx, t)
	}
	if err = s.vault.Delete(ctx, id); err != nil {
		said = append(said, "They could not be deleted here: "+fault.From(err).Message)
	} else {
		said = append(said, "They were deleted here.")
	}
	s.mu.Lock()
	if s.cur != nil && s.cur.id == id {
		s.replace(nil)
	}
	s.loaded = false
	s.mu.Unlock()
	text = strings.Join(said, " ")
	s.note("Signed out. " + text)
	return text, err
}

// revoke ends the tokens at the server, and says in sentences what became of each.
func (s *Source) revoke(ctx context.Context, t *Token) []string {
	// The tokens go where they came from. An endpoint that was set since is taken when it is at the same place.
	endpoint := t.Revocation
	if set := s.cfg.Settings.RevocationEndpoint; endpoint == "" && originOf(set) == originOf(t.Endpoint) {
		endpoint = set
	}
	switch {
	case endpoint == "" && t.Expires == 0:
		return []string{"The server offers no revocation (RFC 7009): the tokens stay valid there until it ends them."}
	case endpoint == "":
		return []string{fmt.Sprintf("The server offers no revocation (RFC 7009): the access token stays valid there until %s.", shownTime(t.Expires))}
	case originOf(endpoint) == "":
		return []string{"The revocation endpoint is no http or https URL: the tokens were not revoked."}
	}
	var said []string
	for _, x := range []struct{ what, value, hint string }{
		{"refresh token", t.RefreshToken, "refresh_token"}, {"access token", t.AccessToken, "access_token"},
	} {
		if x.value == "" {
			continue
		}
		if why := s.revokeOne(ctx, t, endpoint, x.value, x.hint); why != "" {
			said = append(said, "The "+x.what+" could not be revoked: "+why)
		} else {
			said = append(said, "The "+x.what+" was revoked.")
		}
	}
	return said
}

// revokeOne sends one revocation (RFC 7009 section 2.1); why is empty when it was accepted.
func (s *Source) revokeOne(ctx context.Context, t *Token, endpoint, value, kind string) (why string) {
	h := hider{cfg: &s.cfg}
	h.add("token", value)
	form := url.Values{"token": {value}, "token_type_hint": {kind}}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}}
	if _, err := addClient(&s.cfg, t.Client, t.Issuer, nil, nil, header, form, &h, clock(&s.cfg)); err != nil {
		return fault.From(err).Message
	}
	resp, err := s.cfg.HTTP.Do(ctx, Request{Method: http.MethodPost, URL: endpoint, Header: header, Body: []byte(form.Encode()), Purpose: "revoke"})
	switch {
	case err != nil:
		return fault.From(err).Message
	case resp.Status == http.StatusOK || resp.Status == http.StatusNoContent:
		return ""
	}
	if e := readOAuthError(resp.Status, resp.Body); e != nil {
		if e.Code == "unsupported_token_type" {
			return "the server does not revoke tokens of this kind (RFC 7009 section 2.2.1)."
		}
		return fmt.Sprintf("the server answered %d, %q.", resp.Status, h.text(e.Error(), 300))
	}
	return fmt.Sprintf("the server answered with status %d.", resp.Status)
}
