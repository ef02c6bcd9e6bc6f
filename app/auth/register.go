package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// maxRegistrations bounds how often a registration is sent, adjusted to what the server refuses.
const maxRegistrations = 4

// registration is a client's metadata as they are sent (RFC 7591 section 2).
type registration struct {
	Name     string              `json:"client_name"`
	URI      string              `json:"client_uri,omitempty"`
	Redirect []string            `json:"redirect_uris"`
	Grants   []string            `json:"grant_types"`
	Response []string            `json:"response_types"`
	Auth     string              `json:"token_endpoint_auth_method"`
	Type     string              `json:"application_type,omitempty"`
	Keys     *jose.JSONWebKeySet `json:"jwks,omitempty"` // public keys of a private_key_jwt client (RFC 7591 section 2)
}

// register registers a client (RFC 7591). A refusal that says what is minded is answered once with that changed.
func (d *draft) register(ctx context.Context, as *ServerMetadata) (*Client, error) {
	r := d.registration(as)
	tried := map[string]bool{}
	for n := 1; ; n++ {
		resp, refusal, err := d.sendRegistration(ctx, as.RegistrationEndpoint, r, tried)
		if err != nil {
			return nil, err
		}
		if refusal == nil {
			return d.registered(as, r, resp)
		}
		what, aerr := d.adjust(ctx, as, &r, refusal, tried)
		if aerr != nil {
			return nil, aerr
		}
		if what == "" || n == maxRegistrations {
			return nil, explainRegistration(resp, refusal, r)
		}
		tried[what] = true
		d.warn(fmt.Sprintf("The registration was refused (%s) and sent again with another %s.", cutText(refusal.Error(), 300), what), "RFC 7591 section 3.2.2", "")
	}
}

func (d *draft) registration(as *ServerMetadata) registration {
	r := registration{
		Name: clientName, URI: clientURI, Redirect: []string{d.f.redirectURI()}, Grants: []string{"authorization_code", "refresh_token"},
		Response: []string{"code"}, Auth: registrationAuth(d.set, as), Type: "native",
	}
	if r.Auth == authKeyJWT {
		keys, err := publicKeys(d.set)
		if err != nil {
			d.warn("The private key of private_key_jwt cannot be read, so its public half is not registered: "+err.Error()+".", "RFC 7591 section 2", "Set the private key in the server's sign-in settings.")
		} else {
			r.Keys = keys
		}
	}
	if name, ok := d.edited("client_name"); ok && name != "" {
		r.Name = name
	}
	if kind, ok := d.edited("application_type"); ok && kind != "" {
		r.Type = kind
		if kind == "none" {
			r.Type = ""
		}
	}
	return r
}

func (f *Flow) redirectURI() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.listener == nil {
		return ""
	}
	return f.listener.RedirectURI()
}

// registrationAuth chooses the token_endpoint_auth_method to ask for: none where the server allows it, since a desktop
// program keeps no secret from its user (RFC 8252 section 8.4).
func registrationAuth(s *Settings, as *ServerMetadata) string {
	if s.ClientAuth != "" {
		return s.ClientAuth
	}
	for _, m := range []string{authNone, authBasic, authPost} {
		if slices.Contains(as.TokenAuthMethods, m) {
			return m
		}
	}
	return authNone
}

func (d *draft) sendRegistration(ctx context.Context, endpoint string, r registration, tried map[string]bool) (*Response, *OAuthError, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return nil, nil, err
	}
	why := "register a client"
	if len(tried) > 0 {
		why = "register a client, adjusted"
	}
	d.arrow(Message{
		From: ActorClient, To: ActorAuth, Label: "POST " + pathOf(endpoint), Method: http.MethodPost, URL: endpoint, State: Running, Text: why,
		Sent: []Fact{
			{Name: "client_name", Value: r.Name},
			{Name: "redirect_uris", Value: strings.Join(r.Redirect, " "), Note: "the listener is bound already"},
			{Name: "application_type", Value: r.Type, Note: "native: a program on the user's machine (SEP-837)"},
			{Name: "grant_types", Value: strings.Join(r.Grants, " ")},
			{Name: "response_types", Value: strings.Join(r.Response, " ")},
			{Name: "token_endpoint_auth_method", Value: r.Auth},
		},
	})
	if r.Keys != nil {
		m := d.lastArrow()
		m.Sent = append(m.Sent, Fact{Name: "jwks", Value: "the public key", Note: "of the private key in the settings (RFC 7591 section 2)"})
	}
	h := http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}}
	resp, err := d.cfg.HTTP.Do(ctx, Request{Method: http.MethodPost, URL: endpoint, Header: h, Body: body, Purpose: "register"})
	m := d.lastArrow()
	if err != nil {
		f := *fault.From(err)
		m.State, m.Text = Failed, cutText(f.Message, 500)
		m.Entries = append(m.Entries, f.Entries...)
		d.show()
		return nil, nil, &f
	}
	m.Status, m.State, m.Text = resp.Status, Done, "Registered."
	m.Entries = append(m.Entries, resp.Entries...)
	defer d.show()
	if resp.Status == http.StatusCreated || resp.Status == http.StatusOK {
		return resp, nil, nil
	}
	m.State = Failed
	refusal := readOAuthError(resp.Status, resp.Body)
	if refusal == nil || resp.Status < 400 || resp.Status > 499 {
		m.Text = fmt.Sprintf("Refused with status %d.", resp.Status)
		return nil, nil, explainRegistration(resp, nil, r)
	}
	refusal.Code, refusal.Description, refusal.URI = cutText(refusal.Code, 100), cutText(refusal.Description, 500), cutText(refusal.URI, 300)
	m.Text = "Refused: " + cutText(refusal.Error(), 300)
	m.Got = append(m.Got, Fact{Name: "error", Value: refusal.Code, State: "error"}, Fact{Name: "error_description", Value: refusal.Description})
	return resp, refusal, nil
}

// adjust changes what the server minds, each thing once, and says which; empty when there is nothing to change.
func (d *draft) adjust(ctx context.Context, as *ServerMetadata, r *registration, e *OAuthError, tried map[string]bool) (string, error) {
	says := strings.ToLower(e.Description)
	mentions := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(says, w) })
	}
	redirect := e.Code == "invalid_redirect_uri" || mentions("redirect")
	switch {
	case redirect && !tried["redirect host"] && d.set.RedirectHost == "":
		if _, err := d.bindListener(ctx, "localhost", d.set.RedirectPort); err != nil {
			return "", err
		}
		r.Redirect = []string{d.f.redirectURI()}
		return "redirect host", nil
	case e.Code != "invalid_client_metadata" && e.Code != "invalid_request" && !redirect:
		return "", nil
	case mentions("application_type", "application type") && r.Type != "" && !tried["application type"]:
		r.Type = ""
		return "application type", nil
	case mentions("grant") && len(r.Grants) > 1 && !tried["grant type"]:
		r.Grants = []string{"authorization_code"}
		return "grant type", nil
	case mentions("auth_method", "auth method", "authentication method") && !tried["client authentication"] && d.set.ClientAuth == "":
		for _, m := range []string{authPost, authBasic} {
			if m != r.Auth && (as.TokenAuthMethods == nil || slices.Contains(as.TokenAuthMethods, m)) {
				r.Auth = m
				return "client authentication", nil
			}
		}
	}
	return "", nil
}

// registered reads the answer (RFC 7591 section 3.2.1). What the server registered counts, not what was asked for.
func (d *draft) registered(as *ServerMetadata, r registration, resp *Response) (*Client, error) {
	var m map[string]json.RawMessage
	l := lookup{what: "registration's answer", source: "RFC 7591 section 3.2.1", url: as.RegistrationEndpoint}
	shown := *resp
	shown.Body = nil // it can hold a secret: the log shows it masked
	switch err := json.Unmarshal(trimBOM(resp.Body), &m); {
	case resp.Cut:
		return nil, explainHuge(l, &shown)
	case isPage(resp):
		return nil, explainPage(l, &shown)
	case err != nil || m == nil:
		return nil, explainNoJSON(l, &shown, nil)
	}
	rd := &reader{m: m, source: "RFC 7591 section 3.2.1"}
	c := &Client{
		Kind: Dynamic, Issuer: as.Issuer, ID: rd.text("client_id"), Secret: rd.text("client_secret"), AuthMethod: rd.text("token_endpoint_auth_method"),
		RedirectURI: r.Redirect[0], RegistrationURI: rd.text("registration_client_uri"), RegistrationToken: rd.text("registration_access_token"),
		Created: clock(&d.cfg).Unix(),
	}
	uris := rd.list("redirect_uris")
	d.s.Findings = append(d.s.Findings, rd.findings...)
	hide(&d.cfg, "secret", c.Secret)
	hide(&d.cfg, "token", c.RegistrationToken)
	if c.ID == "" {
		return nil, &problem{kind: fault.Protocol, text: "The answer to the registration has no client_id.", source: "RFC 7591 section 3.2.1", fix: "Answer with 201 and the client's metadata, client_id among them."}
	}
	if resp.Status != http.StatusCreated {
		d.warn(fmt.Sprintf("The registration was answered with %d, not 201.", resp.Status), "RFC 7591 section 3.2.1", "Answer with 201 Created.")
	}
	if uris != nil && !slices.Contains(uris, r.Redirect[0]) {
		d.warn(fmt.Sprintf("The server registered other redirect URIs than asked for: %s.", cutText(strings.Join(uris, " "), 300)), "RFC 7591 section 3.2.1", "Register "+r.Redirect[0]+" as it was sent, or refuse it.")
	}
	d.registeredSecret(c, r, m)
	d.lastArrow().Got = append(d.lastArrow().Got, Fact{Name: "client_id", Value: cutText(c.ID, 300)}, Fact{Name: "token_endpoint_auth_method", Value: c.AuthMethod})
	return c, nil
}

func (d *draft) registeredSecret(c *Client, r registration, m map[string]json.RawMessage) {
	if raw, there := m["client_secret_expires_at"]; there && json.Unmarshal(raw, &c.SecretExpires) != nil {
		var seconds float64
		if json.Unmarshal(raw, &seconds) == nil && seconds > 0 && seconds < 1e12 {
			c.SecretExpires = int64(seconds)
		} else {
			d.warn("client_secret_expires_at is "+jsonKind(raw)+", not a number of seconds: it is left out.", "RFC 7591 section 3.2.1", "Send it as a number, 0 for never.")
		}
	}
	switch {
	case c.AuthMethod == authKeyJWT && r.Auth != authKeyJWT:
		d.warn("The client was registered with private_key_jwt, which was not asked for: the key of the settings signs nothing for it.", "RFC 7591 section 3.2.1", "Register the token_endpoint_auth_method that was asked for, or refuse it.")
		c.AuthMethod = authNone
	case c.AuthMethod == "" && c.Secret == "":
		c.AuthMethod = authNone
	case c.AuthMethod == "" && r.Auth != authNone:
		c.AuthMethod = r.Auth
	case c.AuthMethod != authNone && c.AuthMethod != authKeyJWT && c.AuthMethod != "" && c.Secret == "":
		d.warn(fmt.Sprintf("The client was registered with %s, but without a secret: it is used without.", cutText(c.AuthMethod, 60)), "RFC 7591 section 3.2.1", "Send client_secret, or register it with token_endpoint_auth_method none.")
		c.AuthMethod = authNone
	}
	if r.Auth != c.AuthMethod && c.AuthMethod != "" {
		d.info(fmt.Sprintf("Registered with %s, not with %s as asked for: what was registered counts.", cutText(c.AuthMethod, 60), r.Auth), "RFC 7591 section 3.2.1", "")
	}
}

// explainRegistration is for a refused registration, with the server's own error.
func explainRegistration(resp *Response, e *OAuthError, r registration) error {
	p := &problem{
		kind: fault.HTTP, resp: resp, source: "RFC 7591 section 3.2.2", ask: true,
		text: fmt.Sprintf("The authorization server refused to register a client: it answered with status %d and no error code%s.", resp.Status, bodyKind(resp)),
		fix:  "Allow dynamic registration for native applications with loopback redirect URIs, or register a client by hand and enter its id in this step.",
	}
	switch {
	case e == nil:
		if resp.Status == http.StatusUnauthorized || resp.Status == http.StatusForbidden {
			p.text = fmt.Sprintf("The authorization server registers no clients without credentials of its own (status %d).", resp.Status)
		}
		return p
	case e.Code == "invalid_redirect_uri":
		p.fix = fmt.Sprintf("Allow the loopback redirect URI %s for native applications, with any port (RFC 8252 section 7.3).", r.Redirect[0])
	case e.Code == "invalid_client_metadata":
		p.fix = "Its description says what it minds: change it in this step, or allow it at the server."
	}
	p.cause = e
	p.text = fmt.Sprintf("The authorization server refused to register a client with %q", e.Code)
	if e.Description != "" {
		p.text += fmt.Sprintf(": %q", e.Description)
	}
	p.text += "."
	return p
}
