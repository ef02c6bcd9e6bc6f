package challenge

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Severities of a [Finding].
const (
	severe  = "error"
	warning = "warning"
	info    = "info"
)

// maxFindings bounds the list: a hostile header can hold a problem per byte.
const maxFindings = 40

// reviewer collects what is wrong with one refusal.
type reviewer struct {
	c    *Challenge
	in   Input
	list []Finding
}

func findings(c *Challenge, in Input) []Finding {
	r := &reviewer{c: c, in: in, list: []Finding{}}
	r.presence()
	r.status()
	r.params()
	r.metadata()
	r.errorCode()
	r.body()
	r.syntax()
	return r.list
}

func (r *reviewer) add(severity, text, source, fix string) {
	f := Finding{severity, text, source, fix}
	if len(r.list) < maxFindings && !slices.Contains(r.list, f) {
		r.list = append(r.list, f)
	}
}

const fixHeader = `Send WWW-Authenticate: Bearer resource_metadata="https://…/.well-known/oauth-protected-resource".`

// presence looks at whether there is a challenge where there has to be one.
func (r *reviewer) presence() {
	c := r.c
	switch {
	case c.Status == http.StatusUnauthorized && len(c.Raw) == 0:
		r.add(severe, "The server answered 401 without a WWW-Authenticate header, which it must send.", "RFC 9110 section 15.5.2", fixHeader)
	case c.Status == http.StatusUnauthorized && len(c.Schemes) == 0:
		r.add(severe, "The WWW-Authenticate header is empty.", "RFC 9110 section 11.6.1", fixHeader)
	case c.Status == http.StatusUnauthorized && !slices.ContainsFunc(c.Schemes, func(s Scheme) bool { return s.isOAuth() }):
		r.add(warning, "No challenge has the scheme Bearer or DPoP, so there is no OAuth sign-in.", "MCP authorization, token usage", fixHeader)
	case c.Status != http.StatusUnauthorized && c.Status != http.StatusForbidden && len(c.Raw) > 0:
		r.add(info, fmt.Sprintf("A WWW-Authenticate header came with status %d: it is shown and starts nothing.", c.Status), "RFC 9110 section 11.6.1", "")
	}
	for _, s := range c.Schemes {
		if s.Name == "" {
			r.add(severe, "No scheme stands before the parameters.", "RFC 9110 section 11.3", "Put Bearer and a space before them.")
		}
	}
	if c.Status == http.StatusProxyAuthRequired {
		r.add(info, "A proxy on the way wants credentials, not the server.", "RFC 9110 section 15.5.8", "")
	}
}

// status compares the status with what the challenge says.
func (r *reviewer) status() {
	c := r.c
	switch {
	case c.Status == http.StatusForbidden && len(c.Raw) == 0:
		r.add(info, "A 403 without a challenge: signing in again does not help. The server refuses this user or this request, perhaps for its Origin or Host header.", "RFC 9110 section 15.5.4", "")
	case c.Status == http.StatusForbidden && c.Error != "insufficient_scope" && c.Error != "insufficient_user_authentication":
		r.add(info, "A 403 whose challenge does not say insufficient_scope: more scopes will not help.", "RFC 6750 section 3.1", `If a scope is missing, send error="insufficient_scope" and scope.`)
	case c.Status == http.StatusForbidden && c.Error == "insufficient_scope" && len(c.Scopes) == 0:
		r.add(warning, "insufficient_scope without a scope parameter: the client cannot know what to ask for.", "MCP authorization, scope challenge handling", "Add the scope parameter.")
	}
	want := map[string]int{"invalid_token": 401, "insufficient_scope": 403, "invalid_request": 400}[c.Error]
	if want != 0 && c.Status != want && (c.Status == 401 || c.Status == 403) {
		r.add(warning, fmt.Sprintf("The error %s belongs to status %d, not %d.", c.Error, want, c.Status), "RFC 6750 section 3.1", fmt.Sprintf("Answer %d.", want))
	}
}

// params looks at repeated parameters and at the scopes.
func (r *reviewer) params() {
	for _, s := range r.c.Schemes {
		for i, p := range s.Params {
			if slices.ContainsFunc(s.Params[:i], func(o Param) bool { return strings.EqualFold(o.Name, p.Name) }) {
				r.add(warning, fmt.Sprintf("The parameter %s occurs more than once in one challenge; the first counts.", clip(p.Name)), "RFC 9110 section 11.2", "Send it once.")
			}
			if strings.EqualFold(p.Name, "scope") && s.isOAuth() && !isScope(p.Value) {
				r.add(warning, fmt.Sprintf("The scope %q holds characters that no scope may have; scopes are divided by single spaces.", clip(p.Value)), "RFC 6749 section 3.3", "Divide scopes by spaces, without quotes and commas.")
			}
		}
	}
}

// isScope says whether v is scope-token *( SP scope-token ) without commas: RFC 6749 allows a comma in a scope, but
// one in practice is always a wrong divider.
func isScope(v string) bool {
	for i := range len(v) {
		if c := v[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == ',' {
			return false
		}
	}
	return !strings.HasPrefix(v, " ") && !strings.HasSuffix(v, " ") && !strings.Contains(v, "  ")
}

// metadata looks at the resource_metadata URLs.
func (r *reviewer) metadata() {
	c := r.c
	var all []string
	for _, s := range c.Schemes {
		for _, p := range s.Params {
			if strings.EqualFold(p.Name, "resource_metadata") && !slices.Contains(all, p.Value) {
				all = append(all, p.Value)
			}
		}
	}
	if len(all) > 1 {
		r.add(warning, fmt.Sprintf("%d different resource_metadata URLs: the first of a Bearer or DPoP challenge counts.", len(all)), "RFC 9728 section 5.1", "Send one.")
	}
	s := c.counting()
	switch {
	case s == nil:
	case len(all) == 0 && c.Status == http.StatusUnauthorized:
		r.add(warning, "The challenge names no resource_metadata: the client has to try the well-known addresses.", "MCP authorization, protected resource metadata discovery; RFC 9728 section 5.1", `Add resource_metadata="https://…" to the challenge.`)
	case len(all) > 0:
		r.metadataURL(c.ResourceMetadata)
	}
	if c.ResourceMetadataOther {
		r.add(warning, "resource_metadata is on another origin than the server; it is used as the server names it.", "RFC 9728 section 7.3", "")
	}
}

func (r *reviewer) metadataURL(raw string) {
	const source = "RFC 9728 section 3"
	const fix = "Name an absolute https URL."
	u, err := url.Parse(raw)
	switch {
	case raw == "":
		r.add(severe, "resource_metadata is empty.", source, fix)
		return
	case err != nil:
		r.add(severe, fmt.Sprintf("resource_metadata is no URL: %q.", clip(raw)), source, fix)
		return
	case !u.IsAbs() || u.Hostname() == "":
		r.add(severe, "resource_metadata is not an absolute URL, so it leads nowhere.", source, fix)
		return
	case u.Scheme != "https" && u.Scheme != "http":
		r.add(severe, fmt.Sprintf("resource_metadata has the scheme %q, not https.", clip(u.Scheme)), source, fix)
		return
	case u.Scheme == "http" && !isLoopback(u):
		r.add(warning, "resource_metadata is an http URL: anyone on the way can change what it says.", "RFC 9728 section 7.1", fix)
	}
	if u.User != nil {
		r.add(warning, "resource_metadata holds a user name or password.", "RFC 9110 section 4.2.4", "Leave it out.")
	}
	if strings.Contains(raw, "#") {
		r.add(warning, "resource_metadata has a fragment, which is never sent.", "RFC 9728 section 1.2", "Leave it out.")
	}
	if server, err := url.Parse(r.c.Resource); err == nil && server.Hostname() != "" && isLoopback(u) && !isLoopback(server) {
		r.add(warning, "resource_metadata is on this computer, but the server is not: it probably does not know its public address.", "", "Make the server use its public URL, for example from X-Forwarded-Host.")
	}
}

// errorCode looks at the error parameter.
func (r *reviewer) errorCode() {
	c := r.c
	s := c.counting()
	if s == nil {
		return
	}
	_, has := s.get("error")
	switch {
	case has && !r.in.TokenSent && c.Status == http.StatusUnauthorized:
		r.add(info, "The challenge has an error although the request carried no credentials.", "RFC 6750 section 3.1", "Leave the error out when no token came.")
	case !has && r.in.TokenSent && c.Status == http.StatusUnauthorized:
		r.add(info, "The token was refused without a reason.", "RFC 6750 section 3", `Send error="invalid_token".`)
	}
	if _, ok := codes[c.Error]; has && !ok {
		r.add(info, fmt.Sprintf("The error %q is not a standardized code.", clip(c.Error)), "RFC 6750 section 6.2", "")
	}
}

// body looks for who really answered, and for an error that stands in the body only.
func (r *reviewer) body() {
	c := r.c
	kind := strings.ToLower(strings.TrimSpace(c.ContentType))
	start := strings.ToLower(strings.TrimSpace(c.Body[:min(len(c.Body), 100)]))
	if strings.HasPrefix(kind, "text/html") || strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html") {
		r.add(warning, "The body is an HTML page: perhaps a proxy, a firewall or a sign-in page answered, not the MCP server.", "", "")
		return
	}
	var b struct {
		Error       any    `json:"error"`
		Description string `json:"error_description"`
	}
	if c.Error != "" || c.BodyCut || json.Unmarshal([]byte(c.Body), &b) != nil {
		return
	}
	if code, ok := b.Error.(string); ok && code != "" {
		text := code
		if b.Description != "" {
			text += ": " + b.Description
		}
		r.add(info, fmt.Sprintf("Only the body says why: %s", clip(text)), "RFC 6750 section 3", "Put the error into the WWW-Authenticate header.")
	}
}

// syntax tells every place where the header was not as it should be.
func (r *reviewer) syntax() {
	for _, s := range r.c.Schemes {
		for _, p := range s.Problems {
			r.add(warning, fmt.Sprintf("WWW-Authenticate %d, byte %d: %s.", s.Header+1, p.Offset, p.Message), "RFC 9110 section 11.6.1", "")
		}
	}
}

// clip bounds what a finding quotes, in bytes.
func clip(s string) string {
	const limit = 200
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
