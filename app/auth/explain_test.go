package auth

import (
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/internal/authtest"
)

// Each common failure has a plain sentence, the rule with its section, and the fix on the server's side.
func TestExplained(t *testing.T) {
	html := authtest.HTML()
	for _, c := range []struct {
		name   string
		o      authtest.Options
		step   StepID
		text   string
		source string
		fix    string
		goesOn bool
	}{
		{name: "no resource metadata", o: authtest.Options{Resource: authtest.ResourceOptions{PRM: authtest.Nowhere}, AS: authtest.ServerOptions{AtResource: true, AnyResource: true}}, step: StepResource, text: "no protected resource metadata", source: "RFC 9728", fix: "/.well-known/oauth-protected-resource", goesOn: true},
		{name: "metadata of another resource", o: authtest.Options{Resource: authtest.ResourceOptions{Identifier: "https://other.example/mcp"}}, step: StepResource, text: "of another resource", source: "RFC 9728 section 3.3", fix: "Set resource"},
		{name: "metadata as HTML", o: authtest.Options{Resource: authtest.ResourceOptions{Faults: map[string]authtest.Fault{authtest.PRM: html}}}, step: StepResource, text: "web page (HTML)", source: "RFC 9728 section 3.2", fix: "Serve JSON"},
		{name: "issuer mismatch", o: authtest.Options{AS: authtest.ServerOptions{MetadataIssuer: "https://evil.example"}}, step: StepServer, text: "must not be used", source: "RFC 8414 section 3.3", fix: "the same string"},
		{name: "no PKCE", o: authtest.Options{AS: authtest.ServerOptions{NoPKCE: true}}, step: StepServer, text: "must be refused", source: "RFC 7636", fix: `["S256"]`},
		{name: "http for an endpoint", o: authtest.Options{AS: authtest.ServerOptions{Extra: map[string]any{"authorization_endpoint": "http://as.example/authorize"}}}, step: StepServer, text: "anyone on the way", source: "communication security", fix: "over https"},
		{name: "registration refused", o: authtest.Options{AS: authtest.ServerOptions{RegisterError: &authtest.Refusal{Status: 403, Code: "access_denied", Description: "Ask the portal."}}}, step: StepClient, text: `"Ask the portal."`, source: "RFC 7591 section 3.2.2", fix: "register a client by hand"},
		{name: "redirect URI refused", o: authtest.Options{AS: authtest.ServerOptions{RegisterError: &authtest.Refusal{Code: "invalid_redirect_uri"}}}, step: StepClient, text: "invalid_redirect_uri", source: "RFC 7591 section 3.2.2", fix: "RFC 8252 section 7.3"},
		{name: "iss missing", o: authtest.Options{AS: authtest.ServerOptions{Iss: authtest.IssMissing}}, step: StepCallback, text: "iss is missing", source: "RFC 9207 section 2.4", fix: "Send iss"},
		{name: "401 without WWW-Authenticate", o: authtest.Options{Resource: authtest.ResourceOptions{Bare: true}}, step: StepChallenge, text: "without WWW-Authenticate", source: "RFC 9110 section 15.5.2", fix: "WWW-Authenticate", goesOn: true},
		{name: "header that breaks the grammar", o: authtest.Options{Resource: authtest.ResourceOptions{Challenge: `Bearer realm="x" resource_metadata={prm}`}}, step: StepChallenge, text: "breaks the grammar", source: "RFC 9110 section 11.6.1", goesOn: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, r := worldRig(t, c.o, Settings{})
			f, _, err := r.run(Start{Challenge: r.refused()})
			if (err == nil) != c.goesOn {
				t.Errorf("error %v", err)
			}
			s := stepOf(t, f, c.step)
			if !strings.Contains(s.Verdict, c.text) && !hasFinding(s, c.text) {
				t.Errorf("verdict %q", s.Verdict)
			}
			if !strings.Contains(s.Fix, c.fix) && !c.goesOn || err != nil && !strings.Contains(err.Error(), s.Title) {
				t.Errorf("fix %q, error %v", s.Fix, err)
			}
			found := false
			for _, finding := range s.Findings {
				found = found || strings.Contains(finding.Source, c.source) && (finding.Fix == "") == (c.fix == "")
			}
			if !found {
				t.Errorf("no finding with %q and a fix: %+v", c.source, s.Findings)
			}
		})
	}
}
