package auth

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/challenge"
	"github.com/sightglass-dev/sightglass/app/fault"
)

// identity finds the enterprise's identity provider, which exchanges the user's identity for an ID-JAG (SEP-990): by
// its issuer, as an authorization server is found, or by a token endpoint set by hand.
func (d *draft) identity(ctx context.Context) error {
	issuer, endpoint := d.set.IDPIssuer, d.set.IDPTokenEndpoint
	idp := &ServerMetadata{Issuer: issuer}
	switch {
	case issuer == "" && endpoint == "":
		return d.noIdentity()
	case issuer == "":
		d.s.State, d.s.Verdict = Skipped, "No issuer is set, so nothing is looked up: the token endpoint is the one set by hand."
	default:
		found, err := d.findIdentity(ctx, issuer)
		if err != nil {
			return err
		}
		idp, d.s.Verdict = found, "Found, of the right issuer."
		if found.URL == "" {
			d.s.Verdict = "No metadata: the token endpoint set by hand is used."
		}
	}
	if endpoint != "" {
		d.overrideIdentity(idp, endpoint)
	}
	if _, err := d.checkURL("identity provider's token endpoint", idp.TokenEndpoint, "the identity provider's metadata, or set it in the sign-in settings", "RFC 6749 section 3.2"); err != nil {
		return err
	}
	if idp.Grants != nil && !slices.Contains(idp.Grants, grantTokenExchange) {
		d.warn("grant_types_supported of the identity provider does not list the token exchange.", "RFC 8414 section 2; RFC 8693 section 2.1", "Allow the grant "+grantTokenExchange+" at the identity provider, and list it.")
	}
	d.subject(idp.Issuer)
	d.identityFacts(idp)
	d.f.update(func() { d.f.idp = idp })
	return nil
}

// noIdentity asks which identity provider it is. The token to exchange names its issuer: that is said, and not taken
// unasked, since the token then goes there.
func (d *draft) noIdentity() error {
	p := &problem{
		kind: fault.Input, ask: true, text: "It is not known which identity provider exchanges the token.", source: "RFC 8693 section 2.1; SEP-990",
		fix: "Enter its issuer: its metadata say the rest. Or enter its token endpoint.",
	}
	if iss := issuerOfToken(d.set.IDPToken); iss != "" {
		p.fix = fmt.Sprintf("The token to exchange was issued by %q: enter that, if it is your identity provider.", cutText(iss, 200))
	}
	return p
}

// issuerOfToken is the iss of a JWT, empty for what is none.
func issuerOfToken(token string) string {
	j, err := decodeJWT(token)
	if err != nil {
		return ""
	}
	return j.text("iss")
}

// findIdentity looks the identity provider up as any issuer (RFC 8414 section 3, OpenID Connect Discovery section 4):
// its metadata must be of the issuer asked for, letter by letter. Without metadata a token endpoint set by hand does.
func (d *draft) findIdentity(ctx context.Context, issuer string) (*ServerMetadata, error) {
	const owner = "the sign-in settings"
	u, err := d.checkURL("identity provider's issuer", issuer, owner, "RFC 8414 section 2")
	if err != nil {
		return nil, err
	}
	if u.RawQuery != "" || u.ForceQuery || strings.Contains(issuer, "#") {
		return nil, &problem{
			kind: fault.Input, ask: true, text: "The identity provider's issuer has a query or a fragment.", source: "RFC 8414 section 2", fix: "Enter the issuer without them.",
		}
	}
	base := lookup{to: ActorIdentity, purpose: "server metadata", what: "identity provider's metadata", source: "RFC 8414 section 3.2", guess: true}
	tries := issuerTries(base, u)
	if raw, ok := d.edited("metadata_url"); ok && raw != "" {
		base.url, base.why, base.guess = raw, "entered by hand", false
		tries = []lookup{base}
	}
	page := false
	for _, l := range tries {
		if _, err := d.checkURL("URL of the identity provider's metadata", l.url, owner, "RFC 8414 section 3"); err != nil {
			return nil, err
		}
		doc, none, err := d.look(ctx, l)
		switch {
		case err != nil:
			return nil, err
		case none != nil:
			page = page || none.page
			continue
		}
		return d.takeIdentity(doc, issuer, l.url)
	}
	if d.set.IDPTokenEndpoint != "" {
		d.warn("The identity provider publishes no metadata; the token endpoint is the one set by hand.", "RFC 8414 section 3", "Publish metadata.")
		return &ServerMetadata{Issuer: issuer}, nil
	}
	return nil, explainNoIdentity(issuer, len(tries), page)
}

func (d *draft) takeIdentity(doc *document, issuer, at string) (*ServerMetadata, error) {
	idp, findings := parseServerMetadata(doc.m)
	idp.URL, idp.Raw = at, doc.resp.Body
	d.s.Findings = append(d.s.Findings, findings...)
	d.lastArrow().Got = append(d.lastArrow().Got, Fact{Name: "issuer", Value: cutText(idp.Issuer, 300)})
	if idp.Issuer != issuer {
		d.lastArrow().State, d.lastArrow().Text = Failed, "The issuer is another one."
		return nil, explainForeignIdentity(issuer, idp.Issuer)
	}
	return idp, nil
}

func (d *draft) overrideIdentity(idp *ServerMetadata, endpoint string) {
	found := idp.TokenEndpoint
	idp.TokenEndpoint = endpoint
	switch {
	case found == "" || found == endpoint:
	case originOf(found) != originOf(endpoint):
		d.warn(fmt.Sprintf("The identity provider's token endpoint is set by hand, and on another host than the metadata's: your identity goes to %s.", cutText(hostOf(endpoint), 100)), "RFC 8414 section 2", "")
	default:
		d.info("The identity provider's token endpoint is set by hand.", "", "")
	}
}

// subject looks at the token that is to be exchanged before it goes out: what is wrong is said, and the identity
// provider decides.
func (d *draft) subject(issuer string) {
	j, err := decodeJWT(d.set.IDPToken)
	if err != nil {
		return // a token that is no JWT is for the identity provider to read
	}
	if iss := j.text("iss"); iss != "" && issuer != "" && iss != issuer {
		d.warn(fmt.Sprintf("The token to exchange was issued by %q, not by this identity provider.", cutText(iss, 200)), "OpenID Connect Core section 2", "Take an ID token of this identity provider, or enter the issuer that gave it.")
	}
	if exp, ok := j.time("exp"); ok && clock(&d.cfg).After(exp) {
		d.warn(fmt.Sprintf("The token to exchange expired at %s.", exp.UTC().Format("2006-01-02 15:04:05 MST")), "OpenID Connect Core section 2", "Sign in at the identity provider again and put the new ID token into the sign-in settings.")
	}
}

func (d *draft) identityFacts(idp *ServerMetadata) {
	for _, f := range []struct{ name, value, note string }{
		{"issuer", idp.Issuer, "compared letter by letter (RFC 8414 section 3.3)"},
		{"found at", idp.URL, ""},
		{"token_endpoint", idp.TokenEndpoint, "where the user's identity is sent"},
		{"token_endpoint_auth_methods_supported", strings.Join(idp.TokenAuthMethods, " "), ""},
		{"subject", issuerOfToken(d.set.IDPToken), "the issuer that the token to exchange names"},
	} {
		if f.value != "" {
			d.fact(f.name, f.value, f.note)
		}
	}
}

func explainNoIdentity(issuer string, tried int, page bool) error {
	text := fmt.Sprintf("The identity provider %q publishes no metadata: %d addresses were tried.", cutText(issuer, 200), tried)
	if page {
		text += " A web page (HTML) answered where JSON was due."
	}
	return &problem{
		kind: fault.Protocol, ask: true, text: text, source: "RFC 8414 section 3.1; OpenID Connect Discovery section 4.1",
		fix: "Compare the issuer with what the identity provider names it, letter by letter. Or enter its token endpoint.",
	}
}

func explainForeignIdentity(asked, got string) error {
	return &problem{
		kind: fault.Protocol, ask: true, source: "RFC 8414 section 3.3; OpenID Connect Discovery section 4.3",
		text: fmt.Sprintf("The metadata found for the identity provider %q are of the issuer %q and must not be used.", cutText(asked, 200), cutText(got, 200)),
		fix:  "Enter the issuer exactly as the identity provider writes it; a slash at its end counts.",
	}
}

// issuerTries are the URLs where an issuer's metadata may be, in the order of "authorization server metadata discovery".
func issuerTries(base lookup, issuer *url.URL) []lookup {
	at := func(raw, why string) lookup { l := base; l.url, l.why = raw, why; return l }
	inserted := wellKnown(issuer, "openid-configuration", false)
	appended := strings.TrimRight(issuer.Scheme+"://"+issuer.Host+issuer.EscapedPath(), "/") + "/.well-known/openid-configuration"
	list := []lookup{
		at(wellKnown(issuer, "oauth-authorization-server", false), "RFC 8414 section 3.1"),
		at(inserted, "OpenID Connect, well-known name before the path"),
	}
	if appended != inserted {
		list = append(list, at(appended, "OpenID Connect Discovery section 4.1, well-known name behind the path"))
	}
	return list
}

// exchange is the first half of enterprise-managed authorization (SEP-990).
func (d *draft) exchange(ctx context.Context) error {
	if err := d.needs(d.f.as != nil, StepServer); err != nil {
		return err
	}
	if err := d.needs(d.f.scoped, StepScopes); err != nil {
		return err
	}
	if err := d.needs(d.f.idp != nil, StepIdentity); err != nil {
		return err
	}
	jag, messages, findings, err := exchangeIDJAG(ctx, d.grantConfig(), d.f.as, d.f.prm, d.f.idp, d.f.scopes)
	d.s.Messages = append(d.s.Messages, messages...)
	d.s.Findings = append(d.s.Findings, findings...)
	if err != nil {
		return err
	}
	d.secret("ID-JAG", "token", jag.AccessToken, "stands for the user at the server's authorization server")
	d.f.update(func() { d.f.jag = jag })
	d.s.Verdict = "The identity provider gave an ID-JAG."
	return nil
}

// identityInputs are those of the step that finds the identity provider. The caller holds the lock.
func (f *Flow) identityInputs() []Input {
	s := f.settings()
	list := []Option{}
	if iss := issuerOfToken(s.IDPToken); iss != "" {
		list = append(list, Option{Value: iss, Label: cutText(iss, 200), Note: "issuer of the token to exchange"})
	}
	endpoint := Input{Name: "idp_token_endpoint", Label: "Token endpoint of the identity provider", Kind: InputURL, Default: f.cfg.Settings.IDPTokenEndpoint}
	if f.idp != nil && f.idp.URL != "" && f.idp.TokenEndpoint != endpoint.Default {
		endpoint.Help = "The metadata say " + cutText(f.idp.TokenEndpoint, 200) + "."
	}
	return []Input{
		{Name: "idp_issuer", Label: "Identity provider (issuer)", Kind: InputChoice, Default: f.cfg.Settings.IDPIssuer, Options: list, Free: true, Help: "Letter by letter."},
		{Name: "metadata_url", Label: "URL of its metadata", Kind: InputURL, Help: "This one URL instead of those of the rule."},
		endpoint,
	}
}

// exchangeInputs are those of the exchange. The caller holds the lock.
func (f *Flow) exchangeInputs() []Input {
	s := f.cfg.Settings
	return []Input{
		{Name: "idp_client_id", Label: "Client id at the identity provider", Kind: InputText, Default: s.IDPClientID},
		{
			Name: "idp_client_auth", Label: "Client authentication there", Kind: InputChoice, Default: s.IDPClientAuth,
			Options: options("", "by the metadata", authNone, authNone, authBasic, authBasic, authPost, authPost, authKeyJWT, authKeyJWT),
		},
		{Name: "idp_client_secret", Label: "Client secret there", Kind: InputSecret, Set: s.IDPClientSecret != ""},
		{Name: "idp_token", Label: "Token to exchange", Kind: InputSecret, Set: s.IDPToken != ""},
	}
}

// exchangeIDJAG exchanges the enterprise's identity token for an ID-JAG at the identity provider: the first half of
// the enterprise grant. [runGrant] does it by itself; a flow that shows it as a step of its own hands the result to
// bearerIDJAG.
func exchangeIDJAG(ctx context.Context, cfg *Config, as *ServerMetadata, prm *ResourceMetadata, idp *ServerMetadata, scopes []string) (jag *Token, messages []Message, findings []challenge.Finding, err error) {
	g := newGrantRun(cfg, as, prm, scopes)
	g.idp = idp
	jag, err = g.exchange(ctx)
	return jag, g.messages, g.findings, err
}

// bearerIDJAG hands an ID-JAG to the server's authorization server: the second half of the enterprise grant.
func bearerIDJAG(ctx context.Context, cfg *Config, as *ServerMetadata, prm *ResourceMetadata, scopes []string, jag *Token) (*Token, []Message, []challenge.Finding, error) {
	g := newGrantRun(cfg, as, prm, scopes)
	t, err := g.bearerOf(ctx, jag)
	return t, g.messages, g.findings, err
}

// bearerOf hands an ID-JAG over and notes where it came from: the grant is run again there only.
func (g *grantRun) bearerOf(ctx context.Context, jag *Token) (*Token, error) {
	t, err := g.bearer(ctx, jag.AccessToken, Enterprise)
	if err == nil {
		t.Exchange = &Exchange{Issuer: jag.Issuer, Endpoint: jag.Endpoint, Client: jag.Client.ID, AuthMethod: jag.Client.AuthMethod, AuthAlg: jag.Client.AuthAlg}
	}
	return t, err
}

// exchange asks the identity provider, which knows another client: nothing of the authorization server's goes there.
func (g *grantRun) exchange(ctx context.Context) (*Token, error) {
	s := &g.cfg.Settings
	if g.idp == nil {
		g.idp = &ServerMetadata{Issuer: s.IDPIssuer, TokenEndpoint: s.IDPTokenEndpoint}
	}
	switch {
	case g.idp.TokenEndpoint == "":
		return nil, g.missing("The identity provider's token endpoint is not known.", "Put the identity provider's issuer into the sign-in settings, or its token endpoint.")
	case s.IDPToken == "":
		return nil, g.missing("There is no identity token to exchange.", "Sign in at the identity provider and put the ID token into the sign-in settings.")
	}
	kind := s.IDPTokenType
	if kind == "" {
		kind = tokenTypeID
	}
	form := url.Values{
		"grant_type": {grantTokenExchange}, "requested_token_type": {tokenTypeIDJAG}, "audience": {g.as.Issuer},
		"subject_token": {s.IDPToken}, "subject_token_type": {kind},
	}
	if g.resource != "" {
		form.Set("resource", g.resource)
	}
	if len(g.scopes) > 0 {
		form.Set("scope", strings.Join(g.scopes, " "))
	}
	idp := *g.cfg
	idp.Settings.ClientID, idp.Settings.ClientAuth, idp.Settings.DPoP = s.IDPClientID, s.IDPClientAuth, DPoPNever
	idp.Settings.PrivateKey, idp.Settings.KeyID, idp.Settings.SigningAlg = s.IDPKey, s.IDPKeyID, ""
	audience := g.idp.Issuer
	if audience == "" { // of a client assertion: without an issuer the endpoint is the only name of the identity provider
		audience = g.idp.TokenEndpoint
	}
	t, m, findings, err := requestToken(ctx, &idp, tokenRequest{
		Endpoint: g.idp.TokenEndpoint, Issuer: audience, Form: form, Purpose: "exchange", Requested: g.scopes, Resource: g.resource,
		AuthMethods: g.idp.TokenAuthMethods, AuthAlgs: g.idp.TokenAuthAlgs,
		Client: Client{Kind: PreRegistered, Issuer: g.idp.Issuer, ID: s.IDPClientID, Secret: s.IDPClientSecret},
		Grant:  Enterprise, To: ActorIdentity, IDJAG: true,
	})
	g.messages = append(g.messages, m)
	g.findings = append(g.findings, findings...)
	if err != nil {
		return nil, err
	}
	t.Issuer = g.idp.Issuer
	return t, nil
}
