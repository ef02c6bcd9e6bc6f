package authtest

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// code is one authorization code and what it was given for.
type code struct {
	client, redirect, challenge, scope, resource string
	expires                                      time.Time
	jkt                                          string // of the key that has to be proved with it
	family                                       int    // of the tokens it was changed for; 0: unused
}

// authorize is the authorization endpoint. It consents at once, with a redirect.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request, rec *Record) {
	o := s.options()
	q := s.pulled(rec.Query, &o)
	rec.Query = q
	client, known := s.client(q.Get("client_id"))
	if !known {
		// RFC 6749 section 4.1.2.1: never to an unknown place
		http.Error(w, "unknown client "+q.Get("client_id"), http.StatusBadRequest)
		return
	}
	redirect := q.Get("redirect_uri")
	if !client.takes(redirect) {
		s.w.violate("%s authorize: redirect_uri %q is not registered: %v", s.Name, redirect, client.Redirects)
		http.Error(w, "this redirect_uri is not registered", http.StatusBadRequest)
		return
	}
	back, _ := url.Parse(redirect) // takes has parsed it
	answer := url.Values{}
	if state := q.Get("state"); state != "" {
		answer.Set("state", state)
	}
	if o.BadState {
		answer.Set("state", rand.Text())
	}
	s.addIssuer(answer, o.Iss)
	switch problem := s.judgeAuthorization(rec, &o); {
	case o.AuthorizeRefusal != nil:
		answer.Set("error", o.AuthorizeRefusal.Code)
		answer.Set("error_description", o.AuthorizeRefusal.Description)
	case problem.Code != "":
		answer.Set("error", problem.Code)
		answer.Set("error_description", problem.Description)
	default:
		answer.Set("code", s.newCode(q, &o))
	}
	if o.Hold {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!doctype html><title>Consent</title><p>Nobody is here to consent.</p>"))
		return
	}
	query := back.Query()
	for name, v := range answer {
		query[name] = v
	}
	back.RawQuery = query.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

func (s *Server) newCode(q url.Values, o *ServerOptions) string {
	c := &code{
		client: q.Get("client_id"), redirect: q.Get("redirect_uri"), challenge: q.Get("code_challenge"),
		scope: q.Get("scope"), resource: q.Get("resource"), jkt: q.Get("dpop_jkt"), expires: s.w.now().Add(time.Minute),
	}
	if o.Granted != nil {
		c.scope = strings.Join(o.Granted, " ")
	}
	value := rand.Text()
	s.w.mu.Lock()
	s.codes[value] = c
	s.w.mu.Unlock()
	return value
}

func (s *Server) addIssuer(answer url.Values, how Iss) {
	switch how {
	case IssRight, IssUnadvertised:
		answer.Set("iss", s.Issuer)
	case IssWrong, IssUnexpected:
		answer.Set("iss", "https://another-issuer.test")
	case IssNormalized:
		answer.Set("iss", s.Issuer+"/")
	case IssMissing, IssSilent:
	}
}

// judgeAuthorization says what is wrong with an authorization request, and refuses what a strict server refuses.
func (s *Server) judgeAuthorization(rec *Record, o *ServerOptions) Refusal {
	q := rec.Query
	bad := func(code, format string, args ...any) Refusal {
		text := fmt.Sprintf(format, args...)
		s.w.violate("%s authorize: %s", s.Name, text)
		return Refusal{Code: code, Description: text}
	}
	if q.Get("state") == "" || len(q.Get("state")) < 16 {
		s.w.violate("%s authorize: state %q is missing or short (authorization, step 8)", s.Name, q.Get("state"))
	}
	if q.Has("scope") && strings.TrimSpace(q.Get("scope")) == "" {
		s.w.violate("%s authorize: an empty scope was sent", s.Name)
	}
	if slices.Contains(strings.Fields(q.Get("scope")), "offline_access") && !slices.Contains(o.scopes(), "offline_access") {
		s.w.violate("%s authorize: offline_access was asked for, which the metadata do not list (SEP-2207)", s.Name)
	}
	if keep, _ := url.ParseQuery(o.AuthorizeQuery); o.AuthorizeQuery != "" {
		for name := range keep {
			if q.Get(name) != keep.Get(name) {
				s.w.violate("%s authorize: the endpoint's own parameter %s was lost (RFC 6749 section 3.1)", s.Name, name)
			}
		}
	}
	switch {
	case q.Get("response_type") != "code":
		return bad("unsupported_response_type", "response_type is %q, not code", q.Get("response_type"))
	case !o.NoPKCE && q.Get("code_challenge") == "":
		return bad("invalid_request", "no code_challenge (OAuth 2.1 section 4.1.1)")
	case q.Get("code_challenge") != "" && q.Get("code_challenge_method") != "S256":
		return bad("invalid_request", "code_challenge_method is %q, not S256", q.Get("code_challenge_method"))
	case !o.AnyResource && q.Get("resource") == "":
		return bad("invalid_target", "no resource (RFC 8707 section 2)")
	case !o.AnyResource && !slices.Contains(q["resource"], s.w.Resource()):
		return bad("invalid_target", "resource is %q, the metadata say %q", q.Get("resource"), s.w.Resource())
	}
	return Refusal{}
}

// client finds a client by its id.
func (s *Server) client(id string) (Client, bool) {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	c, ok := s.clients[id]
	if !ok && s.o.MetadataClients && strings.HasPrefix(id, "https://") {
		return Client{Method: "none"}, true
	}
	if ok || id == "" {
		return c, ok
	}
	for _, other := range []*Server{s.w.AS, s.w.Second} {
		if other != nil && other != s {
			if _, theirs := other.clients[id]; theirs {
				s.w.violations = append(s.w.violations, fmt.Sprintf("%s: a client id of %s was used here (client registration, SEP-2352)", s.Name, other.Name))
			}
		}
	}
	return c, false
}

// takes says whether a redirect URI is good: as registered, where the port of a loopback address does not count
// unless it was registered dynamically (RFC 8252 section 7.3 lets any port pass; a strict server compares).
func (c *Client) takes(redirect string) bool {
	if !loopback(redirect) {
		return false
	}
	return len(c.Redirects) == 0 || slices.Contains(c.Redirects, redirect)
}

// method is how the client has to authenticate.
func (c *Client) method() string {
	switch {
	case c.Method != "":
		return c.Method
	case c.Key != nil:
		return "private_key_jwt"
	case c.Secret != "":
		return "client_secret_basic"
	}
	return "none"
}
