package auth

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/oauth2"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// reserved are parameters of the authorization request that the flow itself sets, or that would undo what it sets:
// extra ones of these names are refused.
var reserved = []string{
	"response_type", "response_mode", "client_id", "client_secret", "redirect_uri", "scope", "state", "code_challenge",
	"code_challenge_method", "code_verifier", "code", "resource", "request", "request_uri", "dpop_jkt",
}

// IsReservedParam says whether a parameter of the authorization request cannot be set as an extra one.
func IsReservedParam(name string) bool { return slices.Contains(reserved, strings.TrimSpace(name)) }

// authorize builds the authorization request and records what its answer is checked against.
func (d *draft) authorize(ctx context.Context) error {
	if err := d.needs(d.f.client != nil, StepClient); err != nil {
		return err
	}
	if err := d.needs(d.f.scoped, StepScopes); err != nil {
		return err
	}
	if err := d.takeTurn(ctx, d.f.client.ID); err != nil {
		return err
	}
	if d.adopt() {
		return nil
	}
	extra, err := d.extraParams()
	if err != nil {
		return err
	}
	p := &Pending{
		State: rand.Text(), Verifier: oauth2.GenerateVerifier(), Issuer: d.f.as.Issuer, IssRequired: d.f.as.IssParameter,
		RedirectURI: d.f.client.RedirectURI, Client: *d.f.client, Scopes: d.f.scopes, Resource: d.f.resourceParam(d.set),
	}
	d.editPending(p)
	params := []Param{
		{"response_type", "code"},
		{"client_id", p.Client.ID},
		{"redirect_uri", p.RedirectURI},
		{"scope", strings.Join(p.Scopes, " ")},
		{"state", p.State},
		{"code_challenge", oauth2.S256ChallengeFromVerifier(p.Verifier)},
		{"code_challenge_method", "S256"},
		{"resource", p.Resource},
		{"prompt", d.prompt(p.Scopes)},
	}
	bound, err := d.bindCode(p)
	if err != nil {
		return err
	}
	params = append(params, bound...)
	for _, e := range extra {
		params = slices.DeleteFunc(params, func(p Param) bool { return p.Name == e.Name })
	}
	params = slices.DeleteFunc(append(params, extra...), func(p Param) bool { return p.Value == "" })
	whole := params
	if d.pushes(d.f.as) {
		if params, err = d.push(ctx, d.f.as, p.Client, params); err != nil {
			return err
		}
	}
	target, dropped, err := requestURL(d.f.as.AuthorizationEndpoint, params)
	if err != nil {
		return err
	}
	if len(dropped) > 0 {
		d.warn("The authorization endpoint's own query has parameters of this request; the request's are sent: "+cutText(strings.Join(dropped, ", "), 200)+".", "RFC 6749 section 3.1: parameters must not be included more than once", "Leave them out of authorization_endpoint.")
	}
	p.URL = target
	d.showRequest(p, whole)
	d.f.update(func() { d.f.pending = p })
	d.s.Verdict = "Built; state, verifier and issuer are recorded for the answer."
	if len(params) != len(whole) {
		d.s.Verdict = "Pushed to the server; the browser gets a reference. State, verifier and issuer are recorded for the answer."
	}
	return nil
}

// resourceParam is the resource parameter: the user's, the metadata's verbatim, or the server's own URL; none for a
// server of 2025-03-26, which does not know it. "MCP clients MUST send this parameter regardless of whether
// authorization servers support it" (resource parameter implementation, RFC 8707 section 2).
func (f *Flow) resourceParam(s *Settings) string {
	switch {
	case s.Resource != "":
		return s.Resource
	case f.prm != nil && f.prm.Resource != "":
		return f.prm.Resource
	case f.noPRM && s.Issuer == "":
		return ""
	}
	plain, _, _ := strings.Cut(f.cfg.Resource, "#")
	return plain
}

// editPending puts the user's values into a request: to see what a server does with them.
func (d *draft) editPending(p *Pending) {
	for name, to := range map[string]*string{"state": &p.State, "code_verifier": &p.Verifier, "resource": &p.Resource, "redirect_uri": &p.RedirectURI, "client_id": &p.Client.ID} {
		v, ok := d.edited(name)
		if !ok || v == "" && name != "resource" {
			continue
		}
		*to = v
		d.info(name+" is set by hand.", "", "")
	}
	if len(p.State) < 22 { // 128 bits in base64url
		d.warn("state is short: it could be guessed.", "RFC 6749 section 10.10", "")
	}
}

// prompt is consent where offline_access is asked for (OpenID Connect Core section 11), else the user's.
func (d *draft) prompt(scopes []string) string {
	if v, ok := d.edited("prompt"); ok {
		return v
	}
	if slices.Contains(scopes, offlineAccess) {
		return "consent"
	}
	return ""
}

// extraParams are the parameters added by the settings or by hand.
func (d *draft) extraParams() ([]Param, error) {
	list := slices.Clone(d.set.Extra)
	if text, ok := d.edited("extra"); ok {
		list = readParams(text)
	}
	for i, p := range list {
		list[i].Name = strings.TrimSpace(p.Name)
		if list[i].Name == "" || IsReservedParam(p.Name) {
			return nil, &problem{
				kind: fault.Input, text: fmt.Sprintf("The extra parameter %q cannot be set: the sign-in itself sets it, or it would undo what it sets.", cutText(p.Name, 60)),
				source: "RFC 6749 section 3.1", fix: "Remove it from the extra parameters; the inputs of this flow set client, scope, resource and state.",
			}
		}
	}
	return list, nil
}

// readParams reads lines of name=value.
func readParams(text string) []Param {
	list := []Param{}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			name, value, _ := strings.Cut(line, "=")
			list = append(list, Param{strings.TrimSpace(name), strings.TrimSpace(value)})
		}
	}
	return list
}

func writeParams(list []Param) string {
	var b strings.Builder
	for _, p := range list {
		b.WriteString(p.Name + "=" + p.Value + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// requestURL adds parameters to an endpoint. Its own query stays as it is ("the endpoint URI MAY include a query
// component, which MUST be retained when adding additional query parameters", RFC 6749 section 3.1), but what would be
// there twice.
func requestURL(endpoint string, params []Param) (target string, dropped []string, err error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return "", nil, &problem{kind: fault.Protocol, text: "The authorization endpoint is no https URL: it is not opened.", source: "RFC 8414 section 2", fix: "Publish an absolute https URL as authorization_endpoint."}
	}
	if strings.Contains(endpoint, "#") { // the parameters would be part of it
		return "", nil, &problem{kind: fault.Protocol, text: "The authorization endpoint has a fragment.", source: "RFC 6749 section 3.1", fix: "Remove it from authorization_endpoint."}
	}
	base, query, _ := strings.Cut(endpoint, "?")
	var parts []string
	for _, part := range strings.Split(query, "&") {
		name, _, _ := strings.Cut(part, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		switch {
		case part == "":
		case slices.ContainsFunc(params, func(p Param) bool { return p.Name == name }):
			dropped = append(dropped, name)
		default:
			parts = append(parts, part)
		}
	}
	for _, p := range params {
		parts = append(parts, queryEscape(p.Name)+"="+queryEscape(p.Value))
	}
	return base + "?" + strings.Join(parts, "&"), dropped, nil
}

// queryEscape writes a blank as %20, which every server reads as one.
func queryEscape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func (d *draft) showRequest(p *Pending, params []Param) {
	state := hide(&d.cfg, "state", p.State)
	for _, q := range params {
		value := q.Value
		if q.Name == "state" {
			value = state
		}
		d.s.Facts = append(d.s.Facts, Fact{Name: q.Name, Value: cutText(value, 1000), Secret: q.Name == "state", Note: requestNotes[q.Name]})
	}
	d.secret("code_verifier", "code", p.Verifier, "kept here; code_challenge is BASE64URL(SHA256(code_verifier)) (RFC 7636 section 4.2)")
	d.fact("issuer", p.Issuer, "recorded: the callback must come from it (RFC 9207)")
	d.fact("URL", strings.ReplaceAll(p.URL, queryEscape(p.State), state), "what the browser is sent to")
}

var requestNotes = map[string]string{
	"response_type":         "a code (RFC 6749 section 4.1.1)",
	"client_id":             "who asks",
	"redirect_uri":          "where the code is to go: this computer only",
	"scope":                 "what is asked for (RFC 6749 section 3.3)",
	"state":                 "ties the answer to this request (RFC 6749 section 10.12)",
	"code_challenge":        "only who holds the verifier can use the code (RFC 7636)",
	"code_challenge_method": "SHA-256 (RFC 7636 section 4.2)",
	"resource":              "whom the token is for (RFC 8707 section 2)",
	"dpop_jkt":              "the code can be used with this key only (RFC 9449 section 10)",
	"prompt":                "ask the user again (OpenID Connect Core section 3.1.2.1)",
}
