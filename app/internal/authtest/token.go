package authtest

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// issued is a token and what it was given for.
type issued struct {
	client, subject, scope, resource, thumbprint string
	family                                       int
	refresh                                      bool // a refresh token goes with it
	expires                                      time.Time
}

// token is the token endpoint.
func (s *Server) token(w http.ResponseWriter, r *http.Request, rec *Record) {
	o := s.options()
	if r.Method != http.MethodPost {
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	}
	if len(rec.Form) == 0 {
		s.w.violate("%s token: the body is no form (RFC 6749 section 4.1.3)", s.Name)
		refuse(w, Refusal{Code: "invalid_request", Description: "the body is no form"})
		return
	}
	id, bad := s.authenticate(rec, &o)
	if bad.Code != "" {
		if bad.Status == http.StatusUnauthorized && rec.Header.Get("Authorization") != "" {
			w.Header().Set("WWW-Authenticate", `Basic realm="`+s.Name+`"`)
		}
		refuse(w, bad)
		return
	}
	thumbprint, err := s.w.proof(r, s.URL(Token), "", o.DPoPNonce)
	if err != nil {
		if o.DPoPNonce {
			w.Header().Set("DPoP-Nonce", s.w.nonce())
		}
		if errors.Is(err, errNonce) {
			refuse(w, Refusal{Code: "use_dpop_nonce", Description: "the proof has to hold our nonce"})
			return
		}
		s.w.violate("%s token: DPoP: %v (RFC 9449 section 4.3)", s.Name, err)
		refuse(w, Refusal{Code: "invalid_dpop_proof", Description: err.Error()})
		return
	}
	t, bad := s.grant(rec.Form, id, thumbprint, &o)
	if bad.Code != "" {
		refuse(w, bad)
		return
	}
	t.client, t.thumbprint = id, thumbprint
	s.answer(w, t, rec.Form, &o)
}

// grant runs the grant that was asked for.
func (s *Server) grant(form url.Values, client, thumbprint string, o *ServerOptions) (*issued, Refusal) {
	kind := form.Get("grant_type")
	if kind != "authorization_code" && kind != "refresh_token" && !slices.Contains(o.Grants, kind) {
		return nil, Refusal{Code: "unsupported_grant_type", Description: fmt.Sprintf("grant %q is not offered", kind)}
	}
	if !o.AnyResource && kind != GrantExchange && !slices.Contains(form["resource"], s.w.Resource()) {
		s.w.violate("%s token: resource is %q in a %s request, the metadata say %q (RFC 8707 section 2)", s.Name, form.Get("resource"), kind, s.w.Resource())
		return nil, Refusal{Code: "invalid_target", Description: "resource is missing or unknown"}
	}
	switch kind {
	case "authorization_code":
		return s.redeem(form, client, thumbprint, o)
	case "refresh_token":
		return s.rotate(form, client, thumbprint, o)
	case GrantClientCredentials:
		return &issued{subject: client, scope: form.Get("scope"), resource: form.Get("resource")}, Refusal{}
	case GrantJWTBearer:
		return s.assertion(form, client)
	case GrantExchange:
		return s.exchange(form, client)
	}
	return nil, Refusal{Code: "unsupported_grant_type"}
}

// redeem changes a code for tokens, once.
func (s *Server) redeem(form url.Values, client, thumbprint string, o *ServerOptions) (*issued, Refusal) {
	bad := func(format string, args ...any) (*issued, Refusal) {
		text := fmt.Sprintf(format, args...)
		s.w.violate("%s token: %s", s.Name, text)
		return nil, Refusal{Code: "invalid_grant", Description: text}
	}
	s.w.mu.Lock()
	c := s.codes[form.Get("code")]
	var given code
	if c != nil {
		given = *c
		if c.family != 0 {
			s.revoked[c.family] = true // RFC 6749 section 4.1.2: tokens of a code used twice go
		} else {
			s.families++
			c.family = s.families
		}
	}
	family := s.families
	s.w.mu.Unlock()
	switch verifier := form.Get("code_verifier"); {
	case c == nil:
		return bad("the code is unknown")
	case given.family != 0:
		return bad("the code was used before")
	case given.client != client:
		return bad("the code was given to another client")
	case !s.w.now().Before(given.expires):
		return nil, Refusal{Code: "invalid_grant", Description: "the code is expired"}
	case given.jkt != "" && given.jkt != thumbprint:
		return bad("the code is bound to another key (RFC 9449 section 10)")
	case given.redirect != form.Get("redirect_uri"):
		return bad("redirect_uri is %q, it was %q", form.Get("redirect_uri"), given.redirect)
	case given.challenge != "" && given.challenge != hash(verifier):
		return bad("code_verifier does not match (RFC 7636 section 4.6)")
	case given.challenge != "" && (len(verifier) < 43 || len(verifier) > 128):
		return bad("code_verifier has %d characters, not 43 to 128", len(verifier))
	case given.resource != form.Get("resource") && !o.AnyResource:
		return bad("resource is %q, it was %q", form.Get("resource"), given.resource)
	}
	offline := slices.Contains(strings.Fields(given.scope), "offline_access")
	return &issued{
		subject: o.subject(), scope: given.scope, resource: given.resource, family: family,
		refresh: !o.NoRefresh && (!o.OfflineOnly || offline),
	}, Refusal{}
}

// rotate changes a refresh token. One that was spent before ends its whole family (OAuth 2.1 section 4.3.1).
func (s *Server) rotate(form url.Values, client, thumbprint string, o *ServerOptions) (*issued, Refusal) {
	value := form.Get("refresh_token")
	s.w.mu.Lock()
	t := s.refresh[value]
	spent := s.used[value]
	gone := t != nil && s.revoked[t.family]
	if spent != nil {
		s.revoked[spent.family] = true
	}
	if t != nil && !o.KeepRefresh {
		delete(s.refresh, value)
		s.used[value] = t
	}
	s.w.mu.Unlock()
	switch {
	case spent != nil:
		s.w.violate("%s token: a refresh token was used twice", s.Name)
		return nil, Refusal{Code: "invalid_grant", Description: "this refresh token was used before: all its tokens are revoked"}
	case t == nil || gone:
		return nil, Refusal{Code: "invalid_grant", Description: "the refresh token is unknown, expired or revoked"}
	case t.client != client:
		s.w.violate("%s token: a refresh token of another client", s.Name)
		return nil, Refusal{Code: "invalid_grant", Description: "the refresh token was given to another client"}
	case t.thumbprint != thumbprint && t.thumbprint != "":
		s.w.violate("%s token: the refresh token is bound to another key (RFC 9449 section 5)", s.Name)
		return nil, Refusal{Code: "invalid_dpop_proof", Description: "bound to another key"}
	}
	fresh := *t
	for _, scope := range strings.Fields(form.Get("scope")) {
		if !slices.Contains(strings.Fields(t.scope), scope) {
			s.w.violate("%s token: a refresh asked for the further scope %s (RFC 6749 section 6)", s.Name, scope)
			return nil, Refusal{Code: "invalid_scope", Description: "a refresh cannot widen the scope"}
		}
	}
	return &fresh, Refusal{}
}

func (o *ServerOptions) subject() string {
	if o.Subject == "" {
		return "ada"
	}
	return o.Subject
}

func (o *ServerOptions) life() time.Duration {
	if o.Life == 0 {
		return time.Hour
	}
	return o.Life
}

// answer issues the tokens (RFC 6749 section 5.1).
func (s *Server) answer(w http.ResponseWriter, t *issued, form url.Values, o *ServerOptions) {
	if form.Get("grant_type") == GrantExchange {
		s.answerExchange(w, t)
		return
	}
	t.expires = s.w.now().Add(o.life())
	access := s.accessToken(t, o)
	doc := map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": int(o.life().Seconds()), "scope": t.scope}
	if t.thumbprint != "" {
		doc["token_type"] = "DPoP"
	}
	if o.TokenType != "" {
		doc["token_type"] = o.TokenType
	}
	if o.OmitLife {
		delete(doc, "expires_in")
	}
	if o.OmitScope || t.scope == "" {
		delete(doc, "scope")
	}
	s.w.mu.Lock()
	s.access[access] = t
	if t.refresh {
		if kept := form.Get("refresh_token"); o.KeepRefresh && kept != "" {
			s.refresh[kept] = t
		} else {
			value := "rt-" + rand.Text()
			s.refresh[value] = t
			doc["refresh_token"] = value
		}
	}
	s.w.mu.Unlock()
	reply(w, http.StatusOK, doc)
}

func (s *Server) accessToken(t *issued, o *ServerOptions) string {
	if o.Opaque {
		return "at-" + rand.Text()
	}
	aud := t.resource
	if o.Audience != "" {
		aud = o.Audience
	}
	claims := map[string]any{
		"iss": s.Issuer, "aud": aud, "sub": t.subject, "client_id": t.client, "scope": t.scope, "jti": rand.Text(),
		"iat": s.w.now().Unix(), "exp": t.expires.Unix(),
	}
	if t.thumbprint != "" {
		claims["cnf"] = map[string]any{"jkt": t.thumbprint}
	}
	return s.sign("at+jwt", claims)
}

// revoke is RFC 7009: it answers 200 to anything.
func (s *Server) revoke(w http.ResponseWriter, r *http.Request, rec *Record) {
	o := s.options()
	if o.NoRevocation || r.Method != http.MethodPost {
		http.NotFound(w, r)
		return
	}
	if _, bad := s.authenticate(rec, &o); bad.Code != "" {
		refuse(w, bad)
		return
	}
	value := rec.Form.Get("token")
	if value == "" {
		s.w.violate("%s revoke: no token (RFC 7009 section 2.1)", s.Name)
	}
	s.w.mu.Lock()
	for _, t := range []*issued{s.access[value], s.refresh[value], s.used[value]} {
		if t != nil {
			s.revoked[t.family] = true
		}
	}
	s.w.mu.Unlock()
	w.WriteHeader(http.StatusOK)
}
