package auth

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// maxCallback bounds a pasted callback URL, in bytes.
const maxCallback = 64 << 10

// readCallback takes a callback from a URL, a request target or a query alone. What cannot be read is left out: the
// checks then find it missing.
func readCallback(raw string, at time.Time) Callback {
	raw = strings.TrimSpace(raw)
	if len(raw) > maxCallback {
		raw = raw[:maxCallback]
	}
	target, _, _ := strings.Cut(raw, "#")
	query := target
	if _, q, has := strings.Cut(target, "?"); has {
		query = q
	}
	if !strings.Contains(query, "=") { // a code alone would be taken for a name, and names are shown
		query = ""
	}
	values, _ := url.ParseQuery(query)
	return Callback{Raw: raw, Query: values, At: at}
}

// callback checks the authorization response, everything before the code goes anywhere.
func (d *draft) callback(context.Context) error {
	p, c := d.f.pending, d.f.back
	if err := d.needs(p != nil, StepAuthorize); err != nil {
		return err
	}
	if err := d.needs(c != nil, StepBrowser); err != nil {
		return err
	}
	d.callbackFacts(p, c)
	if err := d.checkCallback(p, c.Query); err != nil {
		return err
	}
	// Only now may an error be acted on or shown: "clients MUST NOT act on or display the error parameters" before
	// (authorization response validation).
	if c.Query.Has("error") {
		return d.explainDenied(p, c.Query)
	}
	code := c.Query.Get("code")
	if code == "" {
		return &problem{
			kind: fault.Protocol, text: "The callback has neither code nor error.", source: "RFC 6749 section 4.1.2",
			fix: "Send the code as a query parameter (response_mode query), not in the fragment or in a form.",
		}
	}
	d.f.update(func() { d.f.code = code })
	d.s.Verdict = "state and iss are right; there is a code."
	return nil
}

// few is the beginning of a parameter's values: one is right, and a peer may send thousands.
func few(values []string) []string { return values[:min(len(values), 5)] }

// checkCallback is the validation before anything of a response is used.
func (d *draft) checkCallback(p *Pending, q url.Values) error {
	for _, name := range []string{"state", "iss", "code", "error"} {
		if len(q[name]) > 1 {
			d.mark(name, "error")
			return &problem{
				kind: fault.Protocol, text: fmt.Sprintf("The callback has %s %d times: which one counts cannot be known.", name, len(q[name])), source: "RFC 6749 section 3.1: parameters must not be included more than once",
				fix: "Send each parameter once.",
			}
		}
	}
	if subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(p.State)) != 1 {
		d.mark("state", "error")
		return &problem{
			kind: fault.Protocol, text: stateText(q), source: "RFC 6749 sections 4.1.2 and 10.12",
			fix: "Return state exactly as it was sent. If the URL was pasted: it is of another attempt.",
		}
	}
	d.mark("state", "ok")
	return d.checkIss(p, q)
}

func stateText(q url.Values) string {
	if !q.Has("state") {
		return "The callback has no state: it cannot be told from a forged one, and nothing of it is used."
	}
	return "The callback's state is not the one that was sent: it belongs to another attempt or is forged, and nothing of it is used."
}

// checkIss is the table of RFC 9207 section 2.4: "simple string comparison", no normalization.
func (d *draft) checkIss(p *Pending, q url.Values) error {
	iss, there := q.Get("iss"), q.Has("iss")
	const source = "RFC 9207 section 2.4; MCP authorization response validation"
	switch {
	case !there && p.IssRequired:
		d.judged("iss", "(missing)", "the metadata promise it", "error")
		return &problem{
			kind: fault.Protocol, source: source,
			text: "iss is missing in the callback, although the metadata promise it: the answer may come from another authorization server, and nothing of it is used.",
			fix:  "Send iss with each authorization response, errors too, or take authorization_response_iss_parameter_supported out of the metadata.",
		}
	case !there:
		d.judged("iss", "(missing)", "the metadata do not promise it", "")
		d.info("The callback does not name its issuer, and the metadata do not promise it: a mix-up of servers could not be seen.", "RFC 9207 section 2", "Send iss and announce it with authorization_response_iss_parameter_supported.")
		return nil
	case iss != p.Issuer:
		d.mark("iss", "error")
		why := ""
		if strings.EqualFold(strings.TrimRight(iss, "/"), strings.TrimRight(p.Issuer, "/")) {
			why = " They differ in writing only, and that counts."
		}
		return &problem{
			kind: fault.Protocol, source: source,
			text: fmt.Sprintf("The callback comes from the issuer %q, but the request went to %q: nothing of it is used.%s", cutText(iss, 200), cutText(p.Issuer, 200), why),
			fix:  "Send iss exactly as issuer stands in the metadata.",
		}
	}
	d.mark("iss", "ok")
	if !p.IssRequired {
		d.info("iss is sent, but the metadata do not announce it.", "RFC 9207 section 3", "Publish authorization_response_iss_parameter_supported: true.")
	}
	return nil
}

// mark judges a fact that is listed.
func (d *draft) mark(name, state string) {
	for i := range d.s.Facts {
		if d.s.Facts[i].Name == name {
			d.s.Facts[i].State = state
		}
	}
}

// callbackFacts lists the raw callback, secrets replaced. Texts of an error stay hidden until its sender is known.
func (d *draft) callbackFacts(p *Pending, c *Callback) {
	known := [][2]string{{"state", p.State}}
	for _, v := range few(c.Query["code"]) {
		known = append(known, [2]string{"code", v}, [2]string{"code", url.QueryEscape(v)})
	}
	names := make([]string, 0, len(c.Query))
	for name := range c.Query {
		names = append(names, name)
	}
	slices.Sort(names)
	d.fact("callback", d.secretText(callbackPlace(c.Raw), 300, known...)+"?"+cutText(strings.Join(names, "&"), 300), "path and names of the parameters")
	for _, name := range names {
		for _, v := range few(c.Query[name]) {
			switch name {
			case "code":
				d.secret(name, "code", v, "good once, for a short time (RFC 6749 section 4.1.2)")
			case "state":
				d.secret(name, "state", v, "must be the one that was sent")
			case "iss":
				d.fact(name, v, "must be "+cutText(p.Issuer, 200))
			default:
				d.fact(name, "(held back)", "shown when state and iss are right")
			}
		}
	}
}

// callbackPlace is where a callback came to: what may hold a secret is left out, and a pasted text may be anything.
func callbackPlace(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Opaque != "" || !strings.HasPrefix(u.EscapedPath(), "/") {
		return ""
	}
	place := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return place.String()
}

// explainDenied is for an error response whose sender is known.
func (d *draft) explainDenied(p *Pending, q url.Values) error {
	known := [][2]string{{"state", p.State}, {"code", p.Verifier}}
	e := &OAuthError{
		Code: d.secretText(q.Get("error"), 100, known...), Description: d.secretText(q.Get("error_description"), 500, known...),
		URI: d.secretText(q.Get("error_uri"), 300, known...),
	}
	d.reveal("error", e.Code)
	d.reveal("error_description", e.Description)
	d.reveal("error_uri", e.URI)
	text, fix := explainAuthorizeError(e.Code, p.Resource)
	text = fmt.Sprintf("The authorization server refused with %q: %s", e.Code, text)
	if e.Description != "" {
		text += fmt.Sprintf(" It says: %q.", e.Description)
	}
	return &problem{kind: fault.Protocol, text: text, source: "RFC 6749 section 4.1.2.1", fix: fix, cause: e}
}

func (d *draft) reveal(name, value string) {
	for i := range d.s.Facts {
		if d.s.Facts[i].Name == name {
			d.s.Facts[i].Value, d.s.Facts[i].Note, d.s.Facts[i].State = value, "", "error"
		}
	}
}

// explainAuthorizeError says what an error code of the authorization endpoint means and what to do.
func explainAuthorizeError(code, resource string) (text, fix string) {
	switch code {
	case "access_denied":
		return "you, or the server, denied the request.", "Sign in again and consent, or ask whoever runs the authorization server why it is denied."
	case "invalid_request":
		return "a parameter is missing, repeated or malformed.", "Compare the parameters of the authorization request with what the server's documentation asks for."
	case "unauthorized_client":
		return "this client may not ask for a code this way.", "Allow the authorization code grant for the client at the authorization server."
	case "unsupported_response_type":
		return "the server does not give codes this way.", "Enable response_type code at the authorization server."
	case "invalid_scope":
		return "a scope is unknown, malformed, or more than may be asked for.", "Correct the scopes in the step before, or scopes_supported in the resource metadata."
	case "invalid_target":
		return fmt.Sprintf("the server issues no tokens for the resource %q (RFC 8707 section 2).", cutText(resource, 200)), "Make this resource known to the authorization server, or correct resource in the resource metadata: both must be the same text."
	case "login_required", "interaction_required", "consent_required", "account_selection_required":
		return "the user has to do something that the request forbids (OpenID Connect Core section 3.1.2.6).", "Remove prompt=none from the extra parameters."
	case "server_error", "temporarily_unavailable":
		return "the server cannot answer now.", "Try again later; the authorization server's log says more."
	}
	return "this code is not one of RFC 6749 section 4.1.2.1.", "The server's documentation or log says what it means."
}
