package auth

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/challenge"
)

// challenge reads the refusal.
func (d *draft) challenge(context.Context) error {
	c := d.f.start.Challenge
	if c == nil {
		d.s.State, d.s.Verdict = Skipped, "Nothing was refused: the sign-in was asked for."
		if d.f.start.Why == "expired" {
			d.s.Verdict = "The token has expired and cannot be refreshed."
		}
		return nil
	}
	d.arrow(Message{
		From: ActorClient, To: ActorServer, Label: strings.TrimSpace(c.Method + " " + targetOf(c.URL)), Method: c.Method, URL: c.URL, Status: c.Status,
		Entries: exchangeEntries(c), State: Done, Text: "Refused: " + c.Where, Got: challengeFacts(c),
	})
	d.s.Findings = append(d.s.Findings, c.Findings...)
	d.fact("status", fmt.Sprint(c.Status), http.StatusText(c.Status))
	if c.ResourceMetadata != "" {
		d.fact("resource_metadata", c.ResourceMetadata, "where the metadata are (RFC 9728 section 5.1)")
	}
	if len(c.Scopes) > 0 {
		d.fact("scope", strings.Join(c.Scopes, " "), "what the request needs (RFC 6750 section 3)")
	}
	if c.Error != "" {
		d.fact("error", c.Error, cutText(c.ErrorDescription, 500))
	}
	if d.f.start.Scopes != nil {
		var had []string
		if d.f.start.Previous != nil {
			had = d.f.start.Previous.Requested
		}
		d.fact("new scopes", strings.Join(without(c.Scopes, had), " "), "asked for now and not before")
	}
	d.s.Verdict = challengeVerdict(c)
	d.s.Fix = challengeFix(c)
	return nil
}

func exchangeEntries(c *challenge.Challenge) []uint64 {
	if c.Exchange == 0 {
		return []uint64{}
	}
	return []uint64{c.Exchange}
}

func challengeFacts(c *challenge.Challenge) []Fact {
	facts := []Fact{}
	for _, raw := range c.Raw {
		facts = append(facts, Fact{Name: "WWW-Authenticate", Value: cutText(raw, 1000)})
	}
	if len(facts) == 0 {
		facts = append(facts, Fact{Name: "WWW-Authenticate", Value: "(missing)", State: "error", Note: "RFC 9110 section 11.6.1: a 401 must have it"})
	}
	return facts
}

// oauthSchemes are the challenges that OAuth's sign-in serves, in lower case.
func oauthSchemes(c *challenge.Challenge) []string {
	var names []string
	if c == nil {
		return nil
	}
	for _, s := range c.Schemes {
		if n := strings.ToLower(s.Name); (n == "bearer" || n == "dpop") && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}

func challengeVerdict(c *challenge.Challenge) string {
	switch {
	case c.Error == "insufficient_scope":
		return "The token is good, but it lacks scopes: a new one with more has to be asked for in the browser."
	case len(c.Raw) == 0:
		return fmt.Sprintf("Refused with %d and without WWW-Authenticate: the server does not say how to get in. The well-known addresses are tried.", c.Status)
	case len(oauthSchemes(c)) == 0:
		return "Refused, but no OAuth scheme (Bearer or DPoP) is asked for: signing in may not help. The well-known addresses are tried."
	case slices.ContainsFunc(c.Schemes, func(s challenge.Scheme) bool { return len(s.Problems) > 0 }):
		return "Refused. The WWW-Authenticate header breaks the grammar in places; what could be read is used."
	case c.ResourceMetadata != "":
		return "Refused: an access token is wanted, and the header says where the metadata are."
	}
	return "Refused: an access token is wanted. The header does not say where the metadata are, so the well-known addresses are tried."
}

func challengeFix(c *challenge.Challenge) string {
	for _, f := range c.Findings {
		if f.Fix != "" && f.Severity != severityInfo {
			return f.Fix
		}
	}
	return ""
}

// needsDPoP says whether tokens have to be bound to a key: the metadata demand it, or the refusal offers nothing else.
func (f *Flow) needsDPoP(s *Settings) bool {
	if wantsDPoP(s.DPoP, f.prm) {
		return true
	}
	schemes := oauthSchemes(f.start.Challenge)
	return s.DPoP == DPoPAuto && len(schemes) == 1 && schemes[0] == "dpop"
}
