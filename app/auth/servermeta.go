package auth

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// server finds and checks the authorization server's metadata.
func (d *draft) server(ctx context.Context) error {
	if err := d.needs(d.f.issuer != "", StepIssuer); err != nil {
		return err
	}
	as, err := d.findServer(ctx)
	if err != nil {
		return err
	}
	d.override(as)
	if err := d.checkServer(as); err != nil {
		return err
	}
	d.serverFacts(as)
	d.f.update(func() { d.f.as = as })
	switch {
	case as.Fallback:
		d.s.Verdict = "No metadata: the default endpoints of 2025-03-26 are used."
	case as.URL == "":
		d.s.Verdict = "No metadata: the endpoints set by hand are used."
	default:
		d.s.Verdict = "Found, of the right issuer, and fit for a sign-in."
	}
	return nil
}

// serverTries are the URLs to try, in the order of "authorization server metadata discovery". The root is never asked
// for an issuer with a path: there could be another one's.
func (d *draft) serverTries(issuer *url.URL) []lookup {
	base := lookup{to: ActorAuth, purpose: "server metadata", what: "authorization server metadata", source: "RFC 8414 section 3.2", guess: true}
	if raw, ok := d.edited("metadata_url"); ok && raw != "" {
		base.url, base.why, base.guess = raw, "entered by hand", false
		return []lookup{base}
	}
	list := issuerTries(base, issuer)
	if d.fallback() {
		return list[:1] // 2025-03-26 knows this one only
	}
	return list
}

// fallback says whether the server is one of 2025-03-26: no metadata by any route, and no authorization server set.
func (d *draft) fallback() bool { return d.f.noPRM && d.set.Issuer == "" }

func (d *draft) findServer(ctx context.Context) (*ServerMetadata, error) {
	issuer, err := url.Parse(d.f.issuer)
	if err != nil {
		return nil, d.checkIssuer(d.f.issuer)
	}
	tries := d.serverTries(issuer)
	page := false
	for _, l := range tries {
		if !d.fallback() || !l.guess { // in the fallback it is the server's own origin, as the user gave it
			if _, err := d.checkURL("URL of the authorization server's metadata", l.url, "authorization_servers", "RFC 8414 section 3"); err != nil {
				return nil, err
			}
		}
		doc, none, err := d.look(ctx, l)
		if err != nil {
			return nil, err
		}
		if none != nil {
			page = page || none.page
			continue
		}
		return d.takeServer(doc, l.url)
	}
	return d.noMetadata(len(tries), page)
}

// takeServer reads metadata and compares the issuer. "If these values are not identical, the data contained in the
// response MUST NOT be used" (RFC 8414 section 3.3): nothing else is tried then.
func (d *draft) takeServer(doc *document, at string) (*ServerMetadata, error) {
	as, findings := parseServerMetadata(doc.m)
	as.URL, as.Raw = at, doc.resp.Body
	d.s.Findings = append(d.s.Findings, findings...)
	d.lastArrow().Got = append(d.lastArrow().Got, Fact{Name: "issuer", Value: cutText(as.Issuer, 300)})
	want := d.f.issuer
	switch {
	case as.Issuer == want:
	case d.fallback() && as.Issuer == want+"/":
		// Nobody named an issuer here: the origin with its slash is as good a name of it.
		d.warn("The issuer is the server's origin with a slash at the end; it is taken as the metadata write it.", "RFC 8414 section 3.3", "")
	default:
		d.lastArrow().State, d.lastArrow().Text = Failed, "The issuer is another one."
		return nil, explainIssuer(want, as.Issuer, at)
	}
	return as, nil
}

// noMetadata goes on with endpoints that the user set, or with the defaults of 2025-03-26 ("if a server does not
// implement OAuth 2.0 Authorization Server Metadata, clients MUST use the default endpoint paths").
func (d *draft) noMetadata(tried int, page bool) (*ServerMetadata, error) {
	as := &ServerMetadata{Issuer: d.f.issuer}
	byHand := d.set.TokenEndpoint != "" && (d.set.AuthorizationEndpoint != "" || d.set.Grant != AuthorizationCode)
	switch {
	case byHand:
		d.warn("The authorization server publishes no metadata; the endpoints are those set by hand.", "RFC 8414 section 3", "Publish metadata.")
		return as, nil
	case d.fallback() && !page:
		as.Fallback = true
		as.AuthorizationEndpoint, as.TokenEndpoint, as.RegistrationEndpoint = as.Issuer+"/authorize", as.Issuer+"/token", as.Issuer+"/register"
		d.warn("There are no metadata at all; the default endpoints /authorize, /token and /register are used.", "MCP 2025-03-26 authorization, fallbacks for servers without metadata discovery",
			"Serve protected resource metadata (RFC 9728) and authorization server metadata (RFC 8414).")
		return as, nil
	}
	return nil, explainNoServer(d.f.issuer, tried, page)
}

// override puts the user's endpoints in place of the metadata's.
func (d *draft) override(as *ServerMetadata) {
	set := func(name string, to *string, v string) {
		if v != "" && v != *to {
			found := *to
			*to = v
			if found != "" && originOf(found) != originOf(v) {
				d.warn(fmt.Sprintf("%s is set by hand, and on another host than the metadata's: what is sent there goes to %s.", name, cutText(hostOf(v), 100)), "RFC 8414 section 2", "")
				return
			}
			d.info(name+" is set by hand.", "", "")
		}
	}
	set("authorization_endpoint", &as.AuthorizationEndpoint, d.set.AuthorizationEndpoint)
	set("token_endpoint", &as.TokenEndpoint, d.set.TokenEndpoint)
	set("registration_endpoint", &as.RegistrationEndpoint, d.set.RegistrationEndpoint)
	set("revocation_endpoint", &as.RevocationEndpoint, d.set.RevocationEndpoint)
}

// checkServer judges endpoints and PKCE.
func (d *draft) checkServer(as *ServerMetadata) error {
	browser := d.set.Grant == AuthorizationCode
	needed := []struct{ name, url string }{{"token_endpoint", as.TokenEndpoint}}
	if browser {
		needed = []struct{ name, url string }{{"authorization_endpoint", as.AuthorizationEndpoint}, needed[0]}
	}
	for _, e := range needed {
		if err := d.checkEndpoint(e.name, e.url); err != nil {
			return err
		}
	}
	if browser {
		if err := d.checkOutside(as.AuthorizationEndpoint); err != nil {
			return err
		}
	}
	for _, e := range []struct {
		name string
		url  *string
	}{{"registration_endpoint", &as.RegistrationEndpoint}, {"revocation_endpoint", &as.RevocationEndpoint}, {"pushed_authorization_request_endpoint", &as.PushEndpoint}} {
		if err := d.checkEndpoint(e.name, *e.url); *e.url != "" && err != nil {
			d.warn(err.Error()+" It is not used.", "RFC 8414 section 2", "Publish an absolute https URL.")
			*e.url = ""
		}
	}
	if !browser {
		return nil
	}
	if as.Grants != nil && !slices.Contains(as.Grants, "authorization_code") {
		d.warn("grant_types_supported does not list authorization_code.", "RFC 8414 section 2", "List it, or leave grant_types_supported out.")
	}
	return d.checkPKCE(as)
}

func (d *draft) checkEndpoint(name, raw string) error {
	owner := "the authorization server's metadata"
	if d.fallback() && originOf(raw) == originOf(d.cfg.Resource) && originOf(raw) != "" {
		return nil // the server's own origin, as the user gave it
	}
	u, err := d.checkURL(name, raw, owner, "RFC 8414 section 2")
	if err != nil {
		return err
	}
	if u.Fragment != "" || strings.Contains(raw, "#") {
		return &problem{text: fmt.Sprintf("The %s has a fragment.", name), source: "RFC 6749 sections 3.1 and 3.2", fix: "Remove it from the metadata."}
	}
	return nil
}

// checkOutside refuses to send the browser to this machine or its network for a server that is elsewhere: nobody but
// the browser would guard what listens there (security best practices, SSRF). What the user set is taken.
func (d *draft) checkOutside(endpoint string) error {
	u, err := url.Parse(endpoint)
	if err != nil || endpoint == d.set.AuthorizationEndpoint || !isInside(u.Hostname()) {
		return err
	}
	for _, known := range []string{d.cfg.Resource, d.f.issuer} {
		if k, err := url.Parse(known); err == nil && isInside(k.Hostname()) {
			return nil
		}
	}
	return &problem{
		kind:   fault.Protocol,
		text:   fmt.Sprintf("The authorization_endpoint %q is on this machine or a private address, and the servers that name it are not: the browser is not sent there.", cutText(endpoint, 200)),
		source: "MCP security best practices, server-side request forgery; RFC 9728 section 7.7",
		fix:    "Publish the public https URL of the authorization endpoint. If this address is meant, set it as the authorization endpoint in the sign-in settings.",
	}
}

// checkPKCE is the gate: "If code_challenge_methods_supported is absent, the authorization server does not support PKCE
// and MCP clients MUST refuse to proceed" (security considerations, authorization code protection). It does not apply
// where there are no metadata.
func (d *draft) checkPKCE(as *ServerMetadata) error {
	switch {
	case as.URL == "":
		d.info("Without metadata it cannot be known whether the server checks PKCE; S256 is sent.", "RFC 7636 section 4.2", "")
		return nil
	case slices.Contains(as.PKCE, "S256"):
		return nil
	case d.set.AllowNoPKCE:
		d.warn(explainNoPKCE(as.PKCE).Error()+" You allowed it.", "MCP authorization, authorization code protection", `Publish "code_challenge_methods_supported": ["S256"].`)
		return nil
	}
	return explainNoPKCE(as.PKCE)
}

func (d *draft) serverFacts(as *ServerMetadata) {
	for _, f := range []struct{ name, value, note string }{
		{"issuer", as.Issuer, "compared letter by letter (RFC 8414 section 3.3)"},
		{"found at", as.URL, ""},
		{"authorization_endpoint", as.AuthorizationEndpoint, ""},
		{"token_endpoint", as.TokenEndpoint, ""},
		{"registration_endpoint", as.RegistrationEndpoint, "dynamic client registration (RFC 7591)"},
		{"revocation_endpoint", as.RevocationEndpoint, "RFC 7009"},
		{"pushed_authorization_request_endpoint", as.PushEndpoint, "RFC 9126"},
		{"code_challenge_methods_supported", strings.Join(as.PKCE, " "), "PKCE (RFC 7636)"},
		{"scopes_supported", strings.Join(as.Scopes, " "), ""},
		{"token_endpoint_auth_methods_supported", strings.Join(as.TokenAuthMethods, " "), ""},
	} {
		if f.value != "" {
			d.fact(f.name, f.value, f.note)
		}
	}
	if as.MetadataDocuments {
		d.fact("client_id_metadata_document_supported", "true", "client ID metadata documents are taken")
	}
	if as.PushRequired {
		d.fact("require_pushed_authorization_requests", "true", "the request goes to the server first, the browser gets a reference (RFC 9126)")
	}
	if as.IssParameter {
		d.fact("authorization_response_iss_parameter_supported", "true", "the callback must name the issuer (RFC 9207)")
	}
}
