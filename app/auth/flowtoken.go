package auth

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/sightglass-dev/sightglass/app/challenge"
	"github.com/sightglass-dev/sightglass/app/fault"
)

// codeToken changes the code for a token (RFC 6749 section 4.1.3).
func (d *draft) codeToken(ctx context.Context) error {
	f := d.f
	if f.adopted != nil {
		d.takeAdopted()
		return nil
	}
	if err := d.needs(f.pending != nil, StepAuthorize); err != nil {
		return err
	}
	code := f.code
	if v, ok := d.edited("code"); ok && v != "" {
		code = v
	}
	if err := d.needs(code != "", StepCallback); err != nil {
		return err
	}
	p := *f.pending
	for name, to := range map[string]*string{"code_verifier": &p.Verifier, "redirect_uri": &p.RedirectURI, "resource": &p.Resource} {
		if v, ok := d.edited(name); ok && (v != "" || name == "resource") {
			*to = v
			d.info(name+" is set by hand.", "", "")
		}
	}
	endpoint, err := d.tokenEndpoint()
	if err != nil {
		return err
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {p.RedirectURI}, "code_verifier": {p.Verifier}}
	if p.Resource != "" {
		form.Set("resource", p.Resource)
	}
	client := *f.client
	if v, ok := d.edited("client_auth"); ok && v != "" {
		client.AuthMethod, d.set.ClientAuth = v, v
	}
	as := f.as
	token, m, findings, err := requestToken(ctx, &d.cfg, tokenRequest{
		Endpoint: endpoint, Issuer: as.Issuer, Revocation: as.RevocationEndpoint, AuthMethods: as.TokenAuthMethods, AuthAlgs: as.TokenAuthAlgs,
		DPoPAlgs: as.DPoPAlgs, Client: client, Form: form, Purpose: "token", Requested: p.Scopes, Resource: p.Resource, Grant: AuthorizationCode,
		DPoP: f.needsDPoP(d.set) || p.DPoPKey != "", DPoPKey: p.DPoPKey,
	})
	d.takeToken(token, []Message{m}, findings)
	if err != nil {
		d.forgetClient(ctx, &client, err)
		return err
	}
	return nil
}

// tokenEndpoint is the metadata's, or the user's for this request alone.
func (d *draft) tokenEndpoint() (string, error) {
	v, ok := d.edited("token_endpoint")
	if !ok || v == "" {
		return d.f.as.TokenEndpoint, nil
	}
	d.info("token_endpoint is set by hand.", "", "")
	return v, d.checkEndpoint("token endpoint", v)
}

// forgetClient drops a registered client that the server does not know any more, so that the next sign-in registers.
func (d *draft) forgetClient(ctx context.Context, c *Client, err error) {
	var e *OAuthError
	if c.Kind != Dynamic || !errors.As(err, &e) || e.Code != "invalid_client" {
		return
	}
	if err := d.f.vault.DeleteClient(ctx, c.Issuer); err != nil {
		d.warn("The registered client could not be forgotten: "+fault.From(err).Message, "", "")
		return
	}
	d.info("The registered client is forgotten: the next sign-in registers another.", "", "")
}

// takeToken keeps what a token request gave.
func (d *draft) takeToken(t *Token, messages []Message, findings []challenge.Finding) {
	d.s.Messages = append(d.s.Messages, messages...)
	d.s.Findings = append(d.s.Findings, findings...)
	if t == nil {
		return
	}
	d.secret("access_token", "token", t.AccessToken, "goes to "+hostOf(t.Server)+" only")
	d.secret("refresh_token", "token", t.RefreshToken, "kept in the keychain")
	d.fact("scopes granted", strings.Join(t.Granted, " "), "")
	d.f.update(func() { d.f.token = t })
	d.s.Verdict = tokenText(t)
}

// grantConfig is the configuration for the grants without a browser, with what the flow has found out.
func (d *draft) grantConfig() *Config {
	cfg := d.cfg
	if d.f.needsDPoP(d.set) {
		cfg.Settings.DPoP = DPoPAlways
	}
	return &cfg
}

// grantToken gets a token without a browser.
func (d *draft) grantToken(ctx context.Context) error {
	if err := d.needs(d.f.as != nil, StepServer); err != nil {
		return err
	}
	if err := d.needs(d.f.scoped, StepScopes); err != nil {
		return err
	}
	f := d.f
	endpoint, err := d.tokenEndpoint()
	if err != nil {
		return err
	}
	d.set.TokenEndpoint = endpoint
	if d.set.Grant == Enterprise {
		if err := d.needs(f.jag != nil, StepExchange); err != nil {
			return err
		}
		t, messages, findings, err := bearerIDJAG(ctx, d.grantConfig(), f.as, f.prm, f.scopes, f.jag)
		d.takeToken(t, messages, findings)
		return err
	}
	t, messages, findings, err := runGrant(ctx, d.grantConfig(), f.as, f.prm, f.scopes)
	d.takeToken(t, messages, findings)
	return err
}
