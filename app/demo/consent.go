package demo

import (
	"crypto/rand"
	"crypto/subtle"
	_ "embed" // the consent page
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// user is somebody to be: there is no password, it is a sample.
type user struct{ ID, Name, About string }

func users() []user {
	return []user{{"ada", "Ada Lovelace", "ada@sample.test"}, {"grace", "Grace Hopper", "grace@sample.test"}}
}

func userOf(id string) user {
	for _, u := range users() {
		if u.ID == id {
			return u
		}
	}
	return user{ID: id, Name: id}
}

// consent is a question put to the user, until it is answered.
type consent struct {
	grant   grant // as it will be when the user allows it
	state   string
	csrf    string // in the form
	browser string // in a cookie: the page is answered by the browser that asked for it
	expires time.Time
}

// csrfCookie ties a consent page to its browser. It is worth nothing elsewhere.
const csrfCookie = "sightglass_sample"

//go:embed consent.html
var consentHTML string

// scopeWords are the scopes in words.
func scopeWords() map[string]string {
	return map[string]string{scopeRead: "Read your note", scopeWrite: "Replace your note"}
}

// ask is the authorization endpoint (RFC 6749 section 4.1.1): it shows the consent page.
func (l *login) ask(w http.ResponseWriter, r *http.Request) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	var c client
	switch known := l.keys.open("client", q.Get("client_id"), &c); {
	case err != nil || !known:
		// RFC 6749 section 4.1.2.1: the user is told, and nobody is sent anywhere
		l.page(w, http.StatusBadRequest, pageData{Problem: "This client is not registered with the sample. Register it first: POST " + l.issuer + "/register."}, "")
		return
	case !c.takes(q.Get("redirect_uri")):
		l.page(w, http.StatusBadRequest, pageData{Problem: "The redirect URI of this request is not one that the client registered.", Detail: plain(q.Get("redirect_uri"), maxURI)}, "")
		return
	}
	if code, text := l.judge(q); code != "" {
		l.back(w, r, q.Get("redirect_uri"), q.Get("state"), url.Values{"error": {code}, "error_description": {text}})
		return
	}
	scope := strings.Join(strings.Fields(q.Get("scope")), " ")
	if scope == "" {
		scope = scopeRead // RFC 6749 section 3.3: a default, told in the token response
	}
	browser := rand.Text()
	if cookie, err := r.Cookie(csrfCookie); err == nil && len(cookie.Value) == len(browser) {
		browser = cookie.Value // several pages may be open
	} else {
		http.SetCookie(w, &http.Cookie{Name: csrfCookie, Value: browser, Path: loginPath, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	}
	ask := &consent{
		state: q.Get("state"), csrf: rand.Text(), browser: browser, expires: l.now().Add(consentLife),
		grant: grant{client: q.Get("client_id"), redirect: q.Get("redirect_uri"), challenge: q.Get("code_challenge"), scope: scope, refresh: c.Refresh},
	}
	id := rand.Text()
	l.mu.Lock()
	l.pending.put(id, ask)
	l.mu.Unlock()
	data := pageData{Ask: id, CSRF: ask.csrf, Client: orElse(c.Name, "A client without a name"), Redirect: ask.grant.redirect, Resource: l.resource, Issuer: l.issuer, Users: users()}
	for _, s := range strings.Fields(scope) {
		data.Scopes = append(data.Scopes, scopeRow{s, scopeWords()[s]})
	}
	l.page(w, http.StatusOK, data, ask.grant.redirect)
}

// judge says what is wrong with an authorization request, empty when nothing is.
func (l *login) judge(q url.Values) (code, text string) {
	for name, v := range q {
		if len(v) > 1 {
			return "invalid_request", "The parameter " + plain(name, 40) + " is given twice (RFC 6749 section 3.1)."
		}
	}
	for _, s := range strings.Fields(q.Get("scope")) {
		if scopeWords()[s] == "" {
			return "invalid_scope", "The scopes are " + scopeRead + " and " + scopeWrite + "."
		}
	}
	switch {
	case q.Get("response_type") != "code":
		return "unsupported_response_type", "response_type has to be code."
	case len(q.Get("code_challenge")) != 43 || q.Get("code_challenge_method") != "S256":
		return "invalid_request", "PKCE with S256 is required (OAuth 2.1 section 4.1.1)."
	case q.Get("resource") != l.resource:
		return "invalid_target", "resource has to be " + l.resource + " (RFC 8707 section 2)."
	}
	return "", ""
}

// decide takes the user's answer.
func (l *login) decide(w http.ResponseWriter, r *http.Request) {
	f, err := form(r)
	if err != nil {
		l.page(w, http.StatusBadRequest, pageData{Problem: "This is not an answer to the consent page."}, "")
		return
	}
	cookie, _ := r.Cookie(csrfCookie) // nil: no cookie, refused below
	l.mu.Lock()
	ask, ok := l.pending.get(f.Get("ask"))
	same := ok && cookie != nil && equal(ask.csrf, f.Get("csrf")) && equal(ask.browser, cookie.Value)
	if same {
		_, _ = l.pending.take(f.Get("ask"))
	}
	l.mu.Unlock()
	if !same || l.now().After(ask.expires) {
		l.page(w, http.StatusForbidden, pageData{Problem: "This page was answered already, is too old, or was not opened by this browser. Start the sign-in again."}, "")
		return
	}
	if f.Get("answer") != "allow" {
		l.back(w, r, ask.grant.redirect, ask.state, url.Values{"error": {"access_denied"}, "error_description": {"The user said no."}})
		return
	}
	g := ask.grant
	g.user, g.expires = userOf(f.Get("user")), l.now().Add(codeLife)
	if !slices.Contains(users(), g.user) {
		l.page(w, http.StatusBadRequest, pageData{Problem: "There is no such user."}, "")
		return
	}
	code := rand.Text()
	l.mu.Lock()
	l.codes.put(code, &g)
	l.mu.Unlock()
	l.back(w, r, ask.grant.redirect, ask.state, url.Values{"code": {code}})
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// back sends the browser to the client, with state and iss (RFC 9207 section 2), errors too.
func (l *login) back(w http.ResponseWriter, r *http.Request, redirect, state string, answer url.Values) {
	to, err := url.Parse(redirect)
	if err != nil { // takes has parsed it
		http.Error(w, "bad redirect URI", http.StatusBadRequest)
		return
	}
	q := to.Query()
	for name, v := range answer {
		q[name] = v
	}
	if state != "" {
		q.Set("state", state)
	}
	q.Set("iss", l.issuer)
	to.RawQuery = q.Encode()
	guardPage(w, "", "")
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
}

type scopeRow struct{ Name, Words string }

type pageData struct {
	Nonce, Problem, Detail                        string
	Ask, CSRF, Client, Redirect, Resource, Issuer string
	Scopes                                        []scopeRow
	Users                                         []user
}

// page shows the consent page, or what is wrong. Everything in it is text: html/template escapes it.
func (l *login) page(w http.ResponseWriter, status int, data pageData, redirect string) {
	data.Nonce = rand.Text()
	t, err := template.New("consent").Parse(consentHTML)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	guardPage(w, data.Nonce, redirect)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = t.Execute(w, data) // the browser went away: nobody to tell
}

// guardPage sets the headers of a page that loads nothing, is framed by nobody and tells nobody where it was.
func guardPage(w http.ResponseWriter, nonce, redirect string) {
	csp := "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
	if nonce != "" {
		csp += fmt.Sprintf("; style-src 'nonce-%s'; img-src data:", nonce)
	}
	if to, err := url.Parse(redirect); err == nil && to.Host != "" {
		csp += "; form-action 'self' " + formTarget(to) // browsers hold the redirect after the form to it too
	} else {
		csp += "; form-action 'none'"
	}
	h := w.Header()
	h.Set("Content-Security-Policy", csp)
	h.Set("Referrer-Policy", "same-origin") // "no-referrer" would make the form's Origin null
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cache-Control", "no-store")
}

// formTarget is a redirect URI's origin as a CSP source. CSP knows no IPv6 addresses.
func formTarget(to *url.URL) string {
	if strings.Contains(to.Hostname(), ":") {
		return "http:"
	}
	return "http://" + to.Host
}

// icon is a data URL: with it no browser asks for one.
func icon() template.URL {
	svg := `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="none" stroke="#2f6fdb" stroke-width="2"/></svg>`
	return template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(svg)))
}

// Icon is for the page's template.
func (pageData) Icon() template.URL { return icon() }
