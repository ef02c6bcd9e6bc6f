package authtest

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// authenticate finds out which client sends a form, by the method it is registered with (RFC 6749 section 2.3).
func (s *Server) authenticate(rec *Record, o *ServerOptions) (id string, bad Refusal) {
	id, secret, method, problem := credentials(rec)
	if problem != "" {
		s.w.violate("%s %s: %s", s.Name, rec.Endpoint, problem)
		return "", Refusal{Status: http.StatusUnauthorized, Code: "invalid_client", Description: problem}
	}
	if method == "private_key_jwt" {
		return s.assertedClient(rec, o)
	}
	invalid := func(text string) (string, Refusal) {
		return "", Refusal{Status: http.StatusUnauthorized, Code: "invalid_client", Description: text}
	}
	c, known := s.client(id)
	switch {
	case id == "" && rec.Form.Get("grant_type") == GrantJWTBearer:
		return "", Refusal{} // a workload is who its assertion says (SEP-1933)
	case !known:
		return invalid("the client is unknown")
	case c.method() != method:
		s.w.violate("%s %s: client authentication by %s, registered is %s", s.Name, rec.Endpoint, method, c.method())
		return invalid("authenticate with " + c.method())
	case !slices.Contains(o.methods(), method):
		s.w.violate("%s %s: client authentication by %s, which is not offered: %v", s.Name, rec.Endpoint, method, o.methods())
		return invalid(method + " is not offered")
	case c.Secret != "" && method != "none" && c.Secret != secret:
		return invalid("the secret is not right")
	case !c.expires.IsZero() && !s.w.now().Before(c.expires):
		return invalid("the secret is expired")
	}
	return id, Refusal{}
}

// credentials reads what the request says of its client.
func credentials(rec *Record) (id, secret, method, problem string) {
	id, secret, method = rec.Form.Get("client_id"), rec.Form.Get("client_secret"), "none"
	ways := 0
	if secret != "" {
		method = "client_secret_post"
		ways++
	}
	if rec.Form.Get("client_assertion") != "" {
		method = "private_key_jwt"
		ways++
	}
	if kind, value, _ := strings.Cut(rec.Header.Get("Authorization"), " "); strings.EqualFold(kind, "Basic") {
		ways++
		method = "client_secret_basic"
		basicID, basicSecret, err := basic(value)
		switch {
		case err != nil:
			problem = err.Error()
		case id != "" && id != basicID:
			problem = "client_id differs between header and body"
		}
		id, secret = basicID, basicSecret
	}
	if ways > 1 {
		problem = "more than one way of client authentication (RFC 6749 section 2.3)"
	}
	return id, secret, method, problem
}

// basic decodes credentials: they are form-encoded inside (RFC 6749 section 2.3.1).
func basic(value string) (id, secret string, err error) {
	raw, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		return "", "", fmt.Errorf("the Basic credentials are no base64: %w", err)
	}
	before, after, ok := strings.Cut(string(raw), ":")
	if !ok {
		return "", "", fmt.Errorf("the Basic credentials have no colon")
	}
	if id, err = url.QueryUnescape(before); err != nil {
		return "", "", fmt.Errorf("the client id is not form-encoded (RFC 6749 section 2.3.1): %w", err)
	}
	if secret, err = url.QueryUnescape(after); err != nil {
		return "", "", fmt.Errorf("the client secret is not form-encoded (RFC 6749 section 2.3.1): %w", err)
	}
	return id, secret, nil
}

// assertedClient checks a client assertion (RFC 7523 section 3, audience by RFC 7523bis).
func (s *Server) assertedClient(rec *Record, _ *ServerOptions) (string, Refusal) {
	bad := func(format string, args ...any) (string, Refusal) {
		text := fmt.Sprintf(format, args...)
		s.w.violate("%s %s: client assertion: %s", s.Name, rec.Endpoint, text)
		return "", Refusal{Status: http.StatusUnauthorized, Code: "invalid_client", Description: text}
	}
	if got := rec.Form.Get("client_assertion_type"); got != TypeAssertion {
		return bad("client_assertion_type is %q", got)
	}
	token := rec.Form.Get("client_assertion")
	id := unverified(token, "sub")
	c, known := s.client(id)
	if !known || c.Key == nil {
		return bad("the client %q has no key here", id)
	}
	claims, err := readJWT(token, c.Key)
	if err != nil {
		return bad("%v", err)
	}
	if err := checkTimes(claims, s.w.now()); err != nil {
		return bad("%v", err)
	}
	jti := str(claims, "jti")
	s.w.mu.Lock()
	again := jti == "" || s.w.proofs["assertion "+jti]
	s.w.proofs["assertion "+jti] = true
	s.w.mu.Unlock()
	switch {
	case str(claims, "iss") != id:
		return bad("iss is %q, sub is %q", str(claims, "iss"), id)
	case !slices.Equal(audiences(claims), []string{s.Issuer}):
		return bad("aud is %v, not the issuer %s", claims["aud"], s.Issuer)
	case again:
		return bad("jti is missing or was used before")
	case rec.Form.Has("client_id") && rec.Form.Get("client_id") != id:
		return bad("client_id is another")
	}
	return id, Refusal{}
}
