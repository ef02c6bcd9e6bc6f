package auth

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/fault"
)

const offlineAccess = "offline_access"

// UnionScopes is what a step-up asks for: what was requested before and what the challenge names, each once, in this
// order ("clients SHOULD compute the union of previously requested and newly challenged scopes", step-up authorization
// flow, SEP-2350).
func UnionScopes(previous, asked []string) []string {
	union, has := []string{}, map[string]bool{"": true}
	for _, s := range slices.Concat(previous, asked) {
		if !has[s] {
			has[s] = true
			union = append(union, s)
		}
	}
	return union
}

// chooseScopes decides what to ask for.
func (d *draft) chooseScopes(context.Context) error {
	if err := d.needs(d.f.as != nil, StepServer); err != nil {
		return err
	}
	scopes, why := d.f.ruleScopes(d.set)
	if text, ok := d.edited("scope"); ok {
		scopes, why = strings.Fields(text), "entered by hand"
	}
	if before := d.f.start.Previous; before != nil && d.f.start.Scopes != nil && why != "entered by hand" && len(without(scopes, UnionScopes(before.Requested, before.Granted))) == 0 {
		return &problem{
			kind: fault.Auth, ask: true, text: "The server wants more scopes, and every one that could be asked for was asked for before: signing in again would bring nothing new.",
			source: "MCP authorization, step-up authorization flow", fix: "Name the scopes that are missing as scope in WWW-Authenticate, or enter them in this step.",
		}
	}
	for _, s := range scopes {
		if !isScope(s) {
			return &problem{
				kind: fault.Input, text: fmt.Sprintf("The scope %q has characters that a scope may not have.", cutText(s, 100)), source: "RFC 6749 section 3.3",
				fix: "Correct the scope where it comes from: " + why + ".",
			}
		}
	}
	if why != "entered by hand" {
		scopes = d.offline(scopes)
	}
	for _, s := range scopes {
		d.fact("scope", s, d.scopeNote(s))
	}
	if unknown := without(scopes, d.f.as.Scopes); d.f.as.Scopes != nil && len(unknown) > 0 {
		d.info("Not in scopes_supported of the authorization server: "+cutText(strings.Join(unknown, " "), 300)+". It need not list all.", "RFC 8414 section 2", "")
	}
	d.f.update(func() { d.f.scopes, d.f.scoped = scopes, true })
	switch {
	case len(scopes) == 0:
		d.s.Verdict = "No scope is sent: " + why + "."
	default:
		d.s.Verdict = fmt.Sprintf("%d asked for: %s.", len(scopes), why)
	}
	return nil
}

// ruleScopes are the scopes by the rule: a step-up's union, the settings, the challenge, the metadata, none ("scope
// selection strategy").
func (f *Flow) ruleScopes(s *Settings) (scopes []string, why string) {
	c := f.start.Challenge
	switch {
	case f.start.Scopes != nil && f.prm != nil && c != nil && c.Error == "insufficient_scope" && len(c.Scopes) == 0:
		return UnionScopes(f.start.Scopes, f.prm.Scopes), "what was requested before and all that the resource metadata list, since the refusal names none (step-up)"
	case f.start.Scopes != nil:
		return UnionScopes(f.start.Scopes, nil), "what was requested before and what the refusal names (step-up)"
	case c != nil && c.Error == "insufficient_scope" && f.start.Previous != nil && len(c.Scopes) > 0:
		return UnionScopes(f.start.Previous.Requested, c.Scopes), "what was requested before and what the refusal names (step-up)"
	case s.Scopes != nil:
		return UnionScopes(s.Scopes, nil), "set for this server"
	case c != nil && len(c.Scopes) > 0:
		return UnionScopes(c.Scopes, nil), "the refusal names them (scope in WWW-Authenticate)"
	case f.prm != nil && len(f.prm.Scopes) > 0:
		return UnionScopes(f.prm.Scopes, nil), "all that the resource metadata list (scopes_supported)"
	}
	return nil, "neither the refusal nor the resource metadata name any"
}

// offline adds offline_access where the authorization server lists it, and drops it from the metadata's list where it
// does not (SEP-2207: "clients MAY add offline_access to the scope when the authorization server metadata contains it in
// scopes_supported"). Alone it would change what a server grants by default, so it is not sent alone.
func (d *draft) offline(scopes []string) []string {
	listed := slices.Contains(d.f.as.Scopes, offlineAccess)
	has := slices.Contains(scopes, offlineAccess)
	fromMetadata := d.f.start.Scopes == nil && d.set.Scopes == nil && (d.f.start.Challenge == nil || len(d.f.start.Challenge.Scopes) == 0)
	switch {
	case d.set.Grant != AuthorizationCode || d.set.Scopes != nil && d.f.start.Scopes == nil:
		return scopes
	case listed && !has && len(scopes) > 0:
		d.info("offline_access is asked for too, since the authorization server lists it: it is what a refresh token needs. Whether one comes is the server's decision.", "MCP authorization, refresh tokens (SEP-2207)", "")
		return append(scopes, offlineAccess)
	case has && !listed && fromMetadata:
		d.warn("The resource metadata list offline_access, but the authorization server does not: it is left out.", "MCP authorization, refresh tokens (SEP-2207)", "Take offline_access out of scopes_supported of the resource metadata: it is no scope of a resource.")
		return slices.DeleteFunc(scopes, func(s string) bool { return s == offlineAccess })
	}
	return scopes
}

func (d *draft) scopeNote(s string) string {
	switch {
	case s == offlineAccess:
		return "for a refresh token"
	case d.f.start.Previous != nil && slices.Contains(d.f.start.Previous.Requested, s):
		return "requested before"
	case d.f.start.Scopes != nil:
		return "new"
	}
	return ""
}

// isScope checks a scope-token: %x21 / %x23-5B / %x5D-7E (RFC 6749 section 3.3).
func isScope(s string) bool {
	return s != "" && len(s) <= maxMember && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' })
}
