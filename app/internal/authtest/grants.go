package authtest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// unverified is a claim of a JWT whose signature was not looked at.
func unverified(token, name string) string {
	return str(unverifiedClaims(token), name)
}

func unverifiedClaims(token string) map[string]any {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	var claims map[string]any
	_ = json.Unmarshal(raw, &claims) // nil is "no claims"
	return claims
}

// assertion is the jwt-bearer grant (RFC 7523 section 2.1): with an ID-JAG of the identity provider (SEP-990), or with
// a workload's JWT (SEP-1933).
func (s *Server) assertion(form url.Values, client string) (*issued, Refusal) {
	bad := func(format string, args ...any) (*issued, Refusal) {
		return nil, Refusal{Code: "invalid_grant", Description: fmt.Sprintf(format, args...)}
	}
	token := form.Get("assertion")
	workload := unverified(token, "iss") == WorkloadIssuer
	var claims map[string]any
	var err error
	switch {
	case workload:
		claims, err = readJWT(token, s.w.workload.Public())
	case s.w.IDP != nil:
		claims, err = readJWT(token, s.w.IDP.key.Public())
	default:
		return bad("the assertion's issuer is not trusted")
	}
	if err != nil {
		return bad("the assertion: %v", err)
	}
	if err := checkTimes(claims, s.w.now()); err != nil {
		return bad("the assertion: %v", err)
	}
	t := &issued{subject: str(claims, "sub"), scope: form.Get("scope"), resource: form.Get("resource")}
	switch {
	case !hasAudience(claims, s.Issuer) && (!workload || !hasAudience(claims, s.URL(Token))):
		return bad("the assertion's aud is %v, not %s", claims["aud"], s.Issuer)
	case !workload && str(claims, "iss") != s.w.IDP.Issuer:
		return bad("the assertion's iss is %q", str(claims, "iss"))
	case !workload && str(claims, "client_id") != client:
		return bad("the ID-JAG was given to the client %q", str(claims, "client_id"))
	case !workload && str(claims, "resource") != s.w.Resource():
		return bad("the ID-JAG is for the resource %q", str(claims, "resource"))
	}
	if !workload {
		t.scope = str(claims, "scope")
	}
	return t, Refusal{}
}

// exchange is RFC 8693 at the identity provider: an ID token for an ID-JAG.
func (s *Server) exchange(form url.Values, client string) (*issued, Refusal) {
	bad := func(code, format string, args ...any) (*issued, Refusal) {
		text := fmt.Sprintf(format, args...)
		s.w.violate("%s token: exchange: %s", s.Name, text)
		return nil, Refusal{Code: code, Description: text}
	}
	claims, err := readJWT(form.Get("subject_token"), s.key.Public())
	switch {
	case form.Get("requested_token_type") != TypeIDJAG:
		return bad("invalid_request", "requested_token_type is %q", form.Get("requested_token_type"))
	case form.Get("subject_token_type") != TypeIDToken:
		return bad("invalid_request", "subject_token_type is %q", form.Get("subject_token_type"))
	case form.Get("audience") != s.w.Current().Issuer:
		return bad("invalid_target", "audience is %q, not the issuer %q", form.Get("audience"), s.w.Current().Issuer)
	case form.Get("resource") != s.w.Resource():
		return bad("invalid_target", "resource is %q, the metadata say %q", form.Get("resource"), s.w.Resource())
	case err != nil:
		return bad("invalid_grant", "the subject token: %v", err)
	case !hasAudience(claims, client):
		return bad("invalid_grant", "the ID token was given to %v, not to %q", claims["aud"], client)
	}
	if err := checkTimes(claims, s.w.now()); err != nil {
		return nil, Refusal{Code: "invalid_grant", Description: "the subject token: " + err.Error()}
	}
	return &issued{subject: str(claims, "sub"), scope: form.Get("scope"), resource: form.Get("resource")}, Refusal{}
}

// jagLife is how long an ID-JAG is good.
const jagLife = 5 * time.Minute

func (s *Server) answerExchange(w http.ResponseWriter, t *issued) {
	as := s.w.Current()
	client := t.client
	for id := range as.options().Clients { // the enterprise knows its clients' names on both sides: tests have one
		client = id
	}
	jag := s.sign("oauth-id-jag+jwt", map[string]any{
		"iss": s.Issuer, "aud": as.Issuer, "sub": t.subject, "client_id": client, "resource": t.resource, "scope": t.scope,
		"jti": rand.Text(), "iat": s.w.now().Unix(), "exp": s.w.now().Add(jagLife).Unix(),
	})
	reply(w, http.StatusOK, map[string]any{
		"access_token": jag, "issued_token_type": TypeIDJAG, "token_type": "N_A", "expires_in": int(jagLife.Seconds()), "scope": t.scope,
	})
}
