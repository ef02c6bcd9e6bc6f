package demo

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// grant is what a user allowed: what a code stands for.
type grant struct {
	client, redirect, challenge, scope string
	user                               user
	refresh                            bool
	expires                            time.Time
	session                            string // of the tokens that it was changed for; empty: unused
}

// refreshed is what a refresh token says: it is sealed, so that it outlives the process.
type refreshed struct {
	Session    string `json:"s"`
	Generation int    `json:"g"`
	Client     string `json:"c"` // digest
	Subject    string `json:"u"`
	Scope      string `json:"p"`
	Resource   string `json:"r"`
	Expires    int64  `json:"e"`
}

// token is the token endpoint.
func (l *login) token(w http.ResponseWriter, r *http.Request) {
	f, err := form(r)
	if err != nil {
		oauthError(w, "invalid_request", "The body is not a form, or a parameter is given twice.")
		return
	}
	if r.Header.Get("Authorization") != "" || f.Has("client_secret") || f.Has("client_assertion") {
		oauthError(w, "invalid_client", "Clients are public here: send client_id alone.")
		return
	}
	var c client
	if !l.keys.open("client", f.Get("client_id"), &c) {
		oauthError(w, "invalid_client", "This client is not registered here.")
		return
	}
	// RFC 8707 section 2: a token is for the resource that was named
	if f.Get("resource") != l.resource {
		oauthError(w, "invalid_target", "resource has to be "+l.resource+".")
		return
	}
	switch f.Get("grant_type") {
	case "authorization_code":
		l.redeem(w, f)
	case "refresh_token":
		l.rotate(w, f)
	default:
		oauthError(w, "unsupported_grant_type", "Only authorization_code and refresh_token are offered.")
	}
}

// redeem changes a code for tokens, once.
func (l *login) redeem(w http.ResponseWriter, f url.Values) {
	l.mu.Lock()
	g, ok := l.codes.get(f.Get("code"))
	if ok && g.session != "" { // RFC 6749 section 4.1.2: what a code used twice gave is revoked
		l.revokeSession(g.session)
		ok = false
	}
	sum := sha256.Sum256([]byte(f.Get("code_verifier")))
	challenge := base64.RawURLEncoding.EncodeToString(sum[:])
	var wrong string
	switch {
	case !ok:
		wrong = "The code is unknown or was used before."
	case l.now().After(g.expires):
		wrong = "The code expired."
	case g.client != f.Get("client_id"):
		wrong = "The code was given to another client."
	case g.redirect != f.Get("redirect_uri"):
		wrong = "redirect_uri is not the one of the authorization request."
	case subtle.ConstantTimeCompare([]byte(g.challenge), []byte(challenge)) != 1:
		wrong = "code_verifier does not match the code_challenge (RFC 7636 section 4.6)."
	}
	if wrong != "" {
		l.mu.Unlock()
		oauthError(w, "invalid_grant", wrong)
		return
	}
	g.session = rand.Text()
	l.sessions.put(g.session, &session{generation: 1})
	l.mu.Unlock()
	t := refreshed{Session: g.session, Client: clientDigest(g.client), Subject: g.user.ID, Scope: g.scope}
	if g.refresh {
		t.Generation = 1
	}
	l.answer(w, t, g.client)
}

// rotate changes a refresh token for the next one. The use of an old one ends the whole sign-in: somebody else may
// have it (OAuth 2.1 section 4.3.1).
func (l *login) rotate(w http.ResponseWriter, f url.Values) {
	var t refreshed
	if !l.keys.open("refresh token", f.Get("refresh_token"), &t) {
		oauthError(w, "invalid_grant", "The refresh token is not of this sample.")
		return
	}
	for _, scope := range strings.Fields(f.Get("scope")) {
		if !slices.Contains(strings.Fields(t.Scope), scope) {
			oauthError(w, "invalid_scope", "A refresh cannot ask for more than was granted (RFC 6749 section 6).")
			return
		}
	}
	wrong := ""
	l.mu.Lock()
	s, known := l.sessions.get(t.Session)
	if !known { // of an earlier run
		s = &session{generation: t.Generation}
	}
	switch {
	case t.Client != clientDigest(f.Get("client_id")):
		wrong = "The refresh token was given to another client."
	case t.Resource != l.resource:
		wrong = "The refresh token is for another server: this run of the sample has another address."
	case l.now().Unix() >= t.Expires:
		wrong = "The refresh token expired."
	case s.revoked:
		wrong = "The sign-in was revoked."
	case t.Generation != s.generation:
		s.revoked = true
		wrong = "The refresh token was used before: the whole sign-in is revoked."
	default:
		s.generation++
		t.Generation = s.generation
		l.sessions.put(t.Session, s)
	}
	l.mu.Unlock()
	if wrong != "" {
		oauthError(w, "invalid_grant", wrong)
		return
	}
	l.answer(w, t, f.Get("client_id"))
}

// answer is the token response of RFC 6749 section 5.1.
func (l *login) answer(w http.ResponseWriter, t refreshed, client string) {
	now := l.now()
	access, err := l.keys.sign(claims{
		Issuer: l.issuer, Subject: t.Subject, Name: userOf(t.Subject).Name, Audience: l.resource, Client: client, Scope: t.Scope,
		Issued: now.Unix(), Expires: now.Add(accessLife).Unix(), ID: rand.Text(), Session: t.Session,
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	out := map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": int(accessLife.Seconds()), "scope": t.Scope}
	if t.Generation > 0 {
		t.Resource, t.Expires = l.resource, now.Add(refreshLife).Unix()
		sealed, err := l.keys.seal("refresh token", t)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		out["refresh_token"] = sealed
	}
	noStore(w)
	writeJSON(w, http.StatusOK, out)
}

// revoke is RFC 7009: either token ends the sign-in. The answer is 200 "if the token has been revoked successfully or if
// the client submitted an invalid token" (section 2.2).
func (l *login) revoke(w http.ResponseWriter, r *http.Request) {
	f, err := form(r)
	if err != nil || f.Get("token") == "" {
		oauthError(w, "invalid_request", "A form with token is needed.")
		return
	}
	var c client
	if !l.keys.open("client", f.Get("client_id"), &c) {
		oauthError(w, "invalid_client", "This client is not registered here.")
		return
	}
	var t refreshed
	if l.keys.open("refresh token", f.Get("token"), &t) {
		if t.Client == clientDigest(f.Get("client_id")) {
			l.mu.Lock()
			l.revokeSession(t.Session)
			l.mu.Unlock()
		}
	} else if access, err := l.keys.read(f.Get("token")); err == nil && access.Client == f.Get("client_id") {
		l.mu.Lock()
		l.revokeSession(access.Session)
		l.mu.Unlock()
	}
	noStore(w)
	w.WriteHeader(http.StatusOK)
}

// revokeSession ends a sign-in, of an earlier run too. The mutex is held.
func (l *login) revokeSession(id string) {
	s, ok := l.sessions.get(id)
	if !ok {
		s = &session{}
	}
	s.revoked = true
	l.sessions.put(id, s)
}
