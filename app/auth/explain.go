package auth

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// The common failures before the token request: a plain sentence, the rule, and the fix on the server's side.

func explainPlain(what string, u *url.URL, owner string) error {
	return &problem{
		kind:   fault.Protocol,
		text:   fmt.Sprintf("The %s is an http URL of another machine (%s): anyone on the way could read and change what is sent.", what, cutText(u.Host, 100)),
		source: "MCP authorization, communication security; RFC 6749 section 3.1.2.1",
		fix:    fmt.Sprintf("Serve it over https and publish that URL in %s. For a test, allow http for the host %s in the sign-in settings.", owner, cutText(u.Hostname(), 100)),
	}
}

func explainRedirect(l lookup, resp *Response) error {
	to := resp.Header.Get("Location")
	to, _, _ = strings.Cut(to, "?")
	return &problem{
		kind: fault.HTTP, resp: resp, source: l.source,
		text: fmt.Sprintf("The %s redirects (%d) to %q and is not followed there: too many redirects, or an address that is not allowed.", l.what, resp.Status, cutText(to, 200)),
		fix:  "Answer at the well-known URL itself with 200 and JSON; a sign-in page must not stand before it.",
	}
}

func explainStatus(l lookup, resp *Response) error {
	return &problem{
		kind: fault.HTTP, resp: resp, source: l.source,
		text: fmt.Sprintf("The %s could not be read: %s answered with status %d. That is no \"not here\", so nothing else is tried in its place.", l.what, hostOf(l.url), resp.Status),
		fix:  "Look into the server's log and try again. Where there are no metadata, answer 404.",
	}
}

func explainHuge(l lookup, resp *Response) error {
	return &problem{
		kind: fault.HTTP, resp: resp, source: l.source, detail: "(not shown)",
		text: fmt.Sprintf("The %s is larger than 1 MiB and was not read to its end.", l.what),
		fix:  "Look at what this URL sends: metadata are a small JSON object.",
	}
}

// explainPage is for metadata served as HTML.
func explainPage(l lookup, resp *Response) error {
	return &problem{
		kind: fault.HTTP, resp: resp, source: l.source,
		text: fmt.Sprintf("The %s came as a web page (HTML), not as JSON.", l.what),
		fix:  "Serve JSON at " + cutText(l.url, 200) + ": a catch-all route of a web application or a sign-in page before it answers in its place.",
	}
}

func explainNoJSON(l lookup, resp *Response, err error) error {
	why := "it is no JSON object"
	if err != nil {
		why = cutText(err.Error(), 150)
	}
	return &problem{
		kind: fault.Protocol, resp: resp, source: l.source, cause: err,
		text: fmt.Sprintf("The %s cannot be read as a JSON object: %s.", l.what, why),
		fix:  "Send a JSON object with Content-Type: application/json.",
	}
}

func explainNoResource(tried int) error {
	return &problem{
		kind:   fault.Protocol,
		text:   fmt.Sprintf("There are no protected resource metadata: %d addresses were tried, and a web page (HTML) answered where JSON or a 404 was due.", tried),
		source: "RFC 9728 section 3.2",
		fix:    "Serve the metadata as JSON, or answer 404 at the well-known URL: the catch-all route of a web application hides what is there. To go on as with a server of 2025-03-26, choose that in this step.",
	}
}

func explainForeignResource(resource, server, why string) error {
	return &problem{
		kind:   fault.Protocol,
		text:   fmt.Sprintf("The metadata are of another resource: they say %q, but the server is %s (%s). A token for it would not be for this server.", cutText(resource, 200), cutText(server, 200), why),
		source: "RFC 9728 section 3.3",
		fix:    "Set resource in the metadata to the URL that clients connect to, letter by letter; behind a proxy that is the public URL.",
	}
}

func explainIssuer(asked, got, at string) error {
	why := ""
	switch {
	case got == "":
		return &problem{
			text: "The metadata name no issuer, so they cannot be used.", source: "RFC 8414 section 3.3",
			fix: fmt.Sprintf("Put \"issuer\": %q into the metadata at %s.", cutText(asked, 200), cutText(at, 200)),
		}
	case strings.TrimRight(asked, "/") == strings.TrimRight(got, "/"):
		why = " Only a slash at the end differs, and it counts: the comparison is of strings."
	case strings.EqualFold(asked, got):
		why = " Only upper and lower case differ, and they count: the comparison is of strings."
	}
	return &problem{
		kind:   fault.Protocol,
		text:   fmt.Sprintf("The metadata found for the issuer %q are of the issuer %q and must not be used.%s", cutText(asked, 200), cutText(got, 200), why),
		source: "RFC 8414 section 3.3; MCP authorization server discovery",
		fix:    "Make both the same string: issuer in the authorization server's metadata and the entry in authorization_servers of the resource metadata.",
	}
}

func explainNoServer(issuer string, tried int, page bool) error {
	text := fmt.Sprintf("The authorization server %q publishes no metadata: %d addresses were tried.", cutText(issuer, 200), tried)
	if page {
		text += " A web page (HTML) answered where JSON was due."
	}
	return &problem{
		kind: fault.Protocol, ask: true, text: text, source: "RFC 8414 section 3.1; OpenID Connect Discovery section 4.1",
		fix: "Serve the metadata as JSON at one of these addresses; with a path in the issuer the well-known name goes between host and path. Or set the endpoints in this step.",
	}
}

func explainNoPKCE(methods []string) error {
	text := "The authorization server does not say that it knows PKCE: code_challenge_methods_supported is missing, and the sign-in must be refused."
	if methods != nil {
		text = fmt.Sprintf("The authorization server does not say that it knows PKCE with S256: code_challenge_methods_supported is %q.", cutText(strings.Join(methods, " "), 100))
	}
	return &problem{
		kind: fault.Protocol, text: text, source: "MCP authorization, authorization code protection; RFC 7636 section 4.2",
		fix: `Publish "code_challenge_methods_supported": ["S256"] in the metadata (and check the verifier). For a test, allow it without in this step or in the settings: a stolen code is then not protected for sure.`,
	}
}

func explainNoClient(as *ServerMetadata, mdURL string) error {
	text := "The authorization server registers no clients by itself, so it needs to know one from elsewhere."
	if as.MetadataDocuments && mdURL == "" {
		text = "The authorization server takes client ID metadata documents, but no document's URL is set, and it registers no clients by itself."
	}
	return &problem{
		kind: fault.Input, ask: true, text: text, source: "MCP authorization, client registration",
		fix: "Register a client with the authorization server (a native application with this step's redirect URI) and enter its client id; or offer registration_endpoint (RFC 7591) or client_id_metadata_document_supported.",
	}
}

func explainForeignClient(registered, issuer string) error {
	return &problem{
		kind:   fault.Input,
		text:   fmt.Sprintf("The client set for this server is registered with the issuer %q, but the server now names %q: the client's credentials are not sent there.", cutText(registered, 200), cutText(issuer, 200)),
		source: "MCP authorization, client registration; SEP-2352",
		fix:    "If the authorization server has moved, register a client with the new one and enter it with its issuer. If not, the server's metadata are wrong.",
	}
}

func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "the server"
	}
	return cutText(u.Host, 100)
}
