package auth

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/sightglass-dev/sightglass/app/challenge"
	"github.com/sightglass-dev/sightglass/app/fault"
)

const tokenTypeID = "urn:ietf:params:oauth:token-type:id_token"

// grantRun is a grant without a browser under way.
type grantRun struct {
	cfg      *Config
	as       *ServerMetadata
	prm      *ResourceMetadata // may be nil
	idp      *ServerMetadata   // enterprise: the identity provider; nil: as the settings say
	resource string
	scopes   []string
	key      string // PEM of the DPoP key to go on with; empty: a new one
	nonces   *nonces
	messages []Message
	findings []challenge.Finding
}

// runGrant gets a token by the grant of the settings: client credentials (SEP-1046), enterprise-managed authorization
// (SEP-990) or workload identity (SEP-1933). No client is registered and no browser opened. prm may be nil. The
// messages and findings are those made up to an error; errors are [fault.CallError].
func runGrant(ctx context.Context, cfg *Config, as *ServerMetadata, prm *ResourceMetadata, scopes []string) (*Token, []Message, []challenge.Finding, error) {
	g := newGrantRun(cfg, as, prm, scopes)
	t, err := g.run(ctx)
	return t, g.messages, g.findings, err
}

func newGrantRun(cfg *Config, as *ServerMetadata, prm *ResourceMetadata, scopes []string) *grantRun {
	return &grantRun{
		cfg: cfg, as: as, prm: prm, resource: grantResource(cfg, prm), scopes: scopes, nonces: &nonces{},
		messages: []Message{}, findings: []challenge.Finding{},
	}
}

// grantResource is the resource parameter: the user's, the metadata's verbatim, or the server's own URL.
func grantResource(cfg *Config, prm *ResourceMetadata) string {
	switch {
	case cfg.Settings.Resource != "":
		return cfg.Settings.Resource
	case prm != nil && prm.Resource != "":
		return prm.Resource
	}
	plain, _, _ := strings.Cut(cfg.Resource, "#")
	return plain
}

func (g *grantRun) run(ctx context.Context) (*Token, error) {
	switch g.cfg.Settings.Grant {
	case ClientCredentials:
		return g.clientCredentials(ctx)
	case Enterprise:
		jag, err := g.exchange(ctx)
		if err != nil {
			return nil, err
		}
		return g.bearerOf(ctx, jag)
	case Workload:
		if g.cfg.Settings.Assertion == "" {
			return nil, g.missing("The workload's JWT is missing.", "Put it into the sign-in settings: the platform's workload identity gives it.")
		}
		g.note(assertionProblem(g.cfg))
		return g.bearer(ctx, g.cfg.Settings.Assertion, Workload)
	case AuthorizationCode:
	}
	return nil, g.missing("This way in needs the browser.", "Sign in with the browser, or choose another grant in the sign-in settings.")
}

func (g *grantRun) missing(message, hint string) error {
	return &fault.CallError{Server: g.cfg.Server, Kind: fault.Input, Step: "get a token", Message: message, Hint: hint}
}

func (g *grantRun) note(f challenge.Finding) {
	if f.Text != "" {
		g.findings = append(g.findings, f)
	}
}

// client is the pre-registered client, for this issuer only (SEP-2352).
func (g *grantRun) client() (Client, error) {
	s := &g.cfg.Settings
	if s.ClientIssuer != "" && s.ClientIssuer != g.as.Issuer {
		return Client{}, g.missing(
			fmt.Sprintf("The client in the settings belongs to the issuer %q, but the server's is %q: its credentials are not sent there.", cutText(s.ClientIssuer, 200), cutText(g.as.Issuer, 200)),
			"Register a client with the new issuer and set both in the sign-in settings.")
	}
	return Client{
		Kind: PreRegistered, Issuer: g.as.Issuer, ID: s.ClientID, Secret: s.ClientSecret, AuthMethod: s.ClientAuth,
		Created: clock(g.cfg).Unix(),
	}, nil
}

// send makes the request that ends in a token.
func (g *grantRun) send(ctx context.Context, form url.Values, grant Grant, c Client) (*Token, error) {
	if len(g.scopes) > 0 {
		form.Set("scope", strings.Join(g.scopes, " "))
	}
	if g.resource != "" {
		form.Set("resource", g.resource)
	}
	s := &g.cfg.Settings
	endpoint, revocation := g.as.TokenEndpoint, g.as.RevocationEndpoint
	if s.TokenEndpoint != "" {
		endpoint = s.TokenEndpoint
	}
	if s.RevocationEndpoint != "" {
		revocation = s.RevocationEndpoint
	}
	t, m, findings, err := requestToken(ctx, g.cfg, tokenRequest{
		Endpoint: endpoint, Issuer: g.as.Issuer, Revocation: revocation,
		AuthMethods: g.as.TokenAuthMethods, AuthAlgs: g.as.TokenAuthAlgs, DPoPAlgs: g.as.DPoPAlgs,
		Client: c, Form: form, Purpose: "token", Requested: g.scopes, Resource: g.resource, Grant: grant,
		DPoP: wantsDPoP(s.DPoP, g.prm), DPoPKey: g.key, Nonces: g.nonces,
	})
	g.messages = append(g.messages, m)
	g.findings = append(g.findings, findings...)
	if err == nil && t.RefreshToken != "" && grant == ClientCredentials {
		// RFC 6749 section 4.4.3: "A refresh token SHOULD NOT be included."
		g.note(challenge.Finding{Severity: "info", Text: "A refresh token came with client credentials; it is not needed.", Source: "RFC 6749 section 4.4.3"})
	}
	return t, err
}

// wantsDPoP says whether tokens are to be bound to a key: a server that only knows DPoP does not make every MCP server
// behind it accept such tokens, so the metadata of the resource decides. A flow that saw a DPoP challenge sets the mode
// to always.
func wantsDPoP(mode DPoPMode, prm *ResourceMetadata) bool {
	return mode == DPoPAlways || mode == DPoPAuto && prm != nil && prm.DPoPRequired
}

func (g *grantRun) clientCredentials(ctx context.Context) (*Token, error) {
	s := &g.cfg.Settings
	switch {
	case s.ClientID == "":
		return nil, g.missing("Client credentials need a client id.", "Register a client with the authorization server and put its id and secret, or key, into the sign-in settings.")
	case s.ClientSecret == "" && s.PrivateKey == "":
		return nil, g.missing("Client credentials need a client secret or a private key.", "Put one of them into the sign-in settings.")
	}
	c, err := g.client()
	if err != nil {
		return nil, err
	}
	if c.AuthMethod == "" && c.Secret == "" {
		c.AuthMethod = authKeyJWT
	}
	return g.send(ctx, url.Values{"grant_type": {"client_credentials"}}, ClientCredentials, c)
}

// bearer hands an assertion over, once (RFC 7523 section 2.1).
func (g *grantRun) bearer(ctx context.Context, assertion string, grant Grant) (*Token, error) {
	c, err := g.client()
	if err != nil {
		return nil, err
	}
	return g.send(ctx, url.Values{"grant_type": {grantJWTBearer}, "assertion": {assertion}}, grant, c)
}

// assertionProblem looks at a workload's JWT before its one attempt: what is wrong is said, and the server decides.
func assertionProblem(cfg *Config) challenge.Finding {
	j, err := decodeJWT(cfg.Settings.Assertion)
	if err != nil {
		return challenge.Finding{Severity: "warning", Text: "The workload's assertion is no JWT that can be read here.", Source: "RFC 7523 section 2.1", Fix: "Put the JWT of the workload into the sign-in settings, nothing around it."}
	}
	if exp, ok := j.time("exp"); ok && clock(cfg).After(exp) {
		return challenge.Finding{Severity: "warning", Text: fmt.Sprintf("The workload's JWT expired at %s.", exp.UTC().Format("2006-01-02 15:04:05 MST")), Source: "RFC 7523 section 3", Fix: "Get a new one from the platform."}
	}
	return challenge.Finding{}
}
