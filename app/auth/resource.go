package auth

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/sightglass-dev/sightglass/app/fault"
)

const (
	resourceWellKnown = "oauth-protected-resource"
	fallbackVersion   = "2025-03-26"
)

// resource looks for the protected-resource metadata: the URL of the refusal, the path's well-known address, the
// root's, in this order ("MCP clients MUST support both discovery mechanisms and use the resource metadata URL from the
// parsed WWW-Authenticate headers when present; otherwise, they MUST fall back to constructing and requesting the
// well-known URIs in the order listed", authorization server discovery).
func (d *draft) resource(ctx context.Context) error {
	server, err := url.Parse(d.cfg.Resource)
	if err != nil || originOfURL(server) == "" {
		return &problem{kind: fault.Input, text: fmt.Sprintf("The server's URL %q is no http or https URL.", cutText(d.cfg.Resource, 200)), fix: "Correct the URL in the server's settings."}
	}
	if how, _ := d.edited("lookup"); how == "none" {
		d.f.update(func() { d.f.noPRM = true })
		d.s.State, d.s.Verdict = Skipped, "Left out by hand: the server is taken for one without metadata (2025-03-26)."
		return nil
	}
	tries, err := d.resourceTries(server)
	if err != nil {
		return err
	}
	page := false
	for i, l := range tries {
		doc, none, err := d.look(ctx, l)
		if err != nil {
			return err
		}
		if none != nil {
			page = page || none.page
			if i == 0 && !l.guess {
				d.warn(fmt.Sprintf("There is nothing at the URL that the server names (%d).", none.status), "RFC 9728 section 5.1", "Name the URL where the metadata are as resource_metadata in WWW-Authenticate.")
			}
			continue
		}
		return d.takeResource(doc, l.url)
	}
	if page {
		return explainNoResource(len(tries))
	}
	d.f.update(func() { d.f.noPRM = true })
	d.warn("The server has no protected resource metadata: a client cannot know which authorization server it trusts.", "MCP authorization, protected resource metadata discovery; RFC 9728",
		"Serve /.well-known/oauth-protected-resource with resource and authorization_servers, and name it as resource_metadata in WWW-Authenticate.")
	d.s.Verdict = fmt.Sprintf("None found at %d addresses. An authorization server on the server's own origin is tried, as in 2025-03-26.", len(tries))
	if d.set.Issuer != "" {
		d.s.Verdict = fmt.Sprintf("None found at %d addresses. The authorization server of the settings is used.", len(tries))
	}
	d.s.Fix = "Serve protected resource metadata (RFC 9728)."
	return nil
}

// resourceTries are the URLs to try, in order.
func (d *draft) resourceTries(server *url.URL) ([]lookup, error) {
	base := lookup{to: ActorServer, purpose: "resource metadata", what: "protected resource metadata", source: "RFC 9728 section 3.2"}
	var list []lookup
	add := func(raw, why string, guess bool) {
		for _, l := range list {
			if l.url == raw {
				return
			}
		}
		l := base
		l.url, l.why, l.guess = raw, why, guess
		list = append(list, l)
	}
	if raw, ok := d.edited("metadata_url"); ok && raw != "" {
		_, err := d.checkURL("URL of the resource metadata", raw, "this step", "RFC 9728 section 3")
		add(raw, "entered by hand", false)
		return list, err
	}
	switch c := d.f.start.Challenge; {
	case c == nil || c.ResourceMetadata == "":
	case originOf(c.ResourceMetadata) == "":
		d.warn(fmt.Sprintf("resource_metadata in WWW-Authenticate is no absolute https URL and leads nowhere: %q.", cutText(c.ResourceMetadata, 200)), "RFC 9728 section 5.1", "Name an absolute https URL.")
	default:
		u, err := d.checkURL("resource_metadata URL in WWW-Authenticate", c.ResourceMetadata, "resource_metadata", "RFC 9728 section 5.1")
		if err != nil {
			return nil, err
		}
		u.Fragment = ""
		add(u.String(), "resource_metadata of the refusal (RFC 9728 section 5.1)", false)
	}
	path := wellKnown(server, resourceWellKnown, true)
	root := server.Scheme + "://" + server.Host + "/.well-known/" + resourceWellKnown
	if server.RawQuery != "" {
		path += "?" + server.RawQuery // "path and/or query components" stay behind the well-known name
	}
	add(path, "well-known address of the server's path (RFC 9728 section 3.1)", true)
	add(root, "well-known address of the server's root", true)
	return list, nil
}

// takeResource checks metadata that were found and keeps them.
func (d *draft) takeResource(doc *document, at string) error {
	prm, findings := parseResourceMetadata(doc.m)
	prm.URL, prm.Raw = at, doc.resp.Body
	d.s.Findings = append(d.s.Findings, findings...)
	d.lastArrow().Got = append(d.lastArrow().Got, resourceFacts(prm)...)
	d.fact("found at", at, "")
	d.fact("resource", prm.Resource, "whom a token is for: sent as it is (RFC 8707 section 2)")
	d.fact("authorization_servers", strings.Join(prm.AuthorizationServers, " "), "")
	if prm.Scopes != nil {
		d.fact("scopes_supported", strings.Join(prm.Scopes, " "), "")
	}
	if prm.DPoPRequired {
		d.fact("dpop_bound_access_tokens_required", "true", "tokens are bound to a key (RFC 9449)")
	}
	warning, err := matchResource(d.cfg.Resource, prm.Resource)
	if err != nil && d.set.Resource != "" {
		d.warn(err.Error()+" It is used since a resource is set by hand.", "RFC 9728 section 3.3", "")
		err = nil
	}
	if err != nil {
		return err
	}
	if warning != "" {
		d.warn(warning, "RFC 9728 section 3.3", fmt.Sprintf("Set resource to %q.", cutText(d.cfg.Resource, 200)))
	}
	if len(prm.AuthorizationServers) == 0 {
		d.warn("The metadata name no authorization server.", "MCP authorization server location: authorization_servers MUST have at least one; RFC 9728 section 2", "Put the issuer of the authorization server into authorization_servers.")
	}
	d.f.update(func() { d.f.prm, d.f.noPRM = prm, false })
	d.s.Verdict = "Found, and they are of this server."
	return nil
}

func resourceFacts(p *ResourceMetadata) []Fact {
	return []Fact{
		{Name: "resource", Value: cutText(p.Resource, 300)},
		{Name: "authorization_servers", Value: cutText(strings.Join(p.AuthorizationServers, " "), 500)},
		{Name: "scopes_supported", Value: cutText(strings.Join(p.Scopes, " "), 500)},
	}
}

// matchResource compares the resource of metadata with the server's URL. RFC 9728 section 3.3: "The resource value
// returned MUST be identical to the protected resource's resource identifier value into which the well-known URI path
// suffix was inserted". Many servers name their origin or a parent path: that is taken, with a warning.
func matchResource(server, resource string) (warning string, err error) {
	plain, _, _ := strings.Cut(server, "#")
	if resource == plain {
		return "", nil
	}
	s, serr := url.Parse(plain)
	r, rerr := url.Parse(resource)
	switch {
	case resource == "":
		return "", &problem{
			text: "The metadata have no resource, which is required: it cannot be known whom they are for.", source: "RFC 9728 sections 2 and 3.3",
			fix: fmt.Sprintf("Put \"resource\": %q into the metadata.", cutText(plain, 200)),
		}
	case serr != nil || rerr != nil || originOfURL(r) == "":
		return "", explainForeignResource(resource, plain, "it is no http or https URL")
	case r.Fragment != "" || strings.Contains(resource, "#"):
		return "", explainForeignResource(resource, plain, "a resource has no fragment")
	case r.User != nil:
		return "", explainForeignResource(resource, plain, "it holds a user name")
	case originOfURL(r) != originOfURL(s):
		return "", explainForeignResource(resource, plain, "scheme, host or port differ")
	case !segmentPrefix(r.EscapedPath(), s.EscapedPath()):
		return "", explainForeignResource(resource, plain, "its path is not that of the server nor a part of it")
	case r.RawQuery != "" && r.RawQuery != s.RawQuery:
		return "", explainForeignResource(resource, plain, "the query differs")
	}
	if r.EscapedPath() == s.EscapedPath() && r.RawQuery == s.RawQuery {
		return "", nil // only the writing of scheme, host or port differs
	}
	if strings.TrimRight(r.EscapedPath(), "/") == strings.TrimRight(s.EscapedPath(), "/") && r.RawQuery == s.RawQuery {
		return fmt.Sprintf("resource is %q and differs from the server's URL by a slash at the end: a strict client refuses it.", cutText(resource, 200)), nil
	}
	return fmt.Sprintf("resource is %q, a parent of the server's URL: a strict client refuses it, and the token is good for everything below.", cutText(resource, 200)), nil
}

// segmentPrefix says whether a path is another one or a parent of it, by whole segments.
func segmentPrefix(parent, path string) bool {
	parent, path = strings.TrimRight(parent, "/"), strings.TrimRight(path, "/")
	return parent == path || strings.HasPrefix(path, parent+"/")
}
