package auth

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// issuerChoice is one authorization server that may be taken, with why.
type issuerChoice struct{ issuer, why string }

// chooseIssuer chooses the authorization server: "the MCP client is responsible for selecting which authorization
// server to use, following RFC 9728 section 7.6".
func (d *draft) chooseIssuer(ctx context.Context) error {
	if err := d.needs(d.f.prm != nil || d.f.noPRM, StepResource); err != nil {
		return err
	}
	if d.set.Issuer == "" && d.f.noPRM {
		u, err := url.Parse(d.cfg.Resource)
		if err != nil {
			return &problem{kind: fault.Input, text: "The server's URL cannot be read.", fix: "Correct the URL in the server's settings."}
		}
		base := u.Scheme + "://" + u.Host
		d.f.update(func() { d.f.issuer = base })
		d.fact("issuer", base, "the server's origin: 2025-03-26, authorization base URL")
		d.warn("The server's own origin is taken for the authorization server: compatibility with 2025-03-26.", "MCP 2025-03-26 authorization, authorization base URL", "Serve protected resource metadata (RFC 9728).")
		d.s.Verdict = "The server's origin, since there are no metadata (2025-03-26)."
		return nil
	}
	list := issuersOf(d.f.prm)
	c, err := d.pickIssuer(ctx, list)
	if err != nil {
		return err
	}
	if err := d.checkIssuer(c.issuer); err != nil {
		return err
	}
	for _, other := range list {
		note := "named by the resource metadata"
		if other == c.issuer {
			note += "; chosen: " + c.why
		}
		d.fact("authorization server", other, note)
	}
	if !slices.Contains(list, c.issuer) {
		d.fact("authorization server", c.issuer, c.why)
		if d.f.prm != nil {
			d.warn("The authorization server set by hand is not one that the server names: it may refuse its tokens.", "RFC 9728 section 2", "")
		}
	}
	d.f.update(func() { d.f.issuer = c.issuer })
	d.s.Verdict = fmt.Sprintf("%s: %s.", cutText(c.issuer, 200), c.why)
	return nil
}

func issuersOf(prm *ResourceMetadata) []string {
	list := []string{}
	if prm == nil {
		return list
	}
	for _, s := range prm.AuthorizationServers {
		if s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// pickIssuer takes the user's, then one with stored credentials (the one used last before others), then the first.
func (d *draft) pickIssuer(ctx context.Context, list []string) (issuerChoice, error) {
	switch {
	case d.set.Issuer != "":
		return issuerChoice{d.set.Issuer, "set by hand"}, nil
	case len(list) == 0:
		return issuerChoice{}, &problem{
			kind: fault.Protocol, ask: true, text: "The resource metadata name no authorization server.", source: "MCP authorization server location; RFC 9728 section 2",
			fix: "Put the issuer of the authorization server into authorization_servers, or enter it in this step.",
		}
	case len(list) == 1:
		return issuerChoice{list[0], "the only one named"}, nil
	}
	if p := d.f.start.Previous; p != nil && slices.Contains(list, p.Issuer) {
		return issuerChoice{p.Issuer, "it was used last"}, nil
	}
	stored, err := d.f.vault.Identities(ctx)
	if err != nil {
		d.info("What is stored could not be read, so the first authorization server is taken: "+fault.From(err).Message, "", "")
		return issuerChoice{list[0], "the first of those named"}, nil
	}
	active, _ := d.f.vault.Active(ctx)
	best := ""
	for _, s := range stored {
		if slices.Contains(list, s.Token.Issuer) && (best == "" || s.ID == active) {
			best = s.Token.Issuer
		}
	}
	if best != "" {
		return issuerChoice{best, "there are stored credentials for it"}, nil
	}
	known, _ := d.f.vault.issuers(ctx) // read in one piece: the list can be long, and is a server's
	for _, issuer := range list {
		if slices.Contains(known, issuer) {
			return issuerChoice{issuer, "a client is registered with it"}, nil
		}
	}
	return issuerChoice{list[0], "the first of those named"}, nil
}

// checkIssuer judges an issuer identifier: "a URL that uses the "https" scheme and has no query or fragment components"
// (RFC 8414 section 2).
func (d *draft) checkIssuer(issuer string) error {
	u, err := d.checkURL("issuer", issuer, "authorization_servers of the resource metadata", "RFC 8414 section 2")
	if err != nil {
		return err
	}
	if u.RawQuery != "" || u.ForceQuery || strings.Contains(issuer, "#") {
		return &problem{
			kind: fault.Protocol, text: fmt.Sprintf("The issuer %q has a query or a fragment.", cutText(issuer, 200)), source: "RFC 8414 section 2",
			fix: "Name the issuer without them in authorization_servers.",
		}
	}
	return nil
}

// needs refuses a step that was called before what it builds on.
func (d *draft) needs(have bool, id StepID) error {
	if have {
		return nil
	}
	return &problem{kind: fault.Input, text: fmt.Sprintf("The step \"%s\" has to be run before this one.", titles[id]), fix: "Run it first."}
}
