package auth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// chooseClient finds out who we are to the authorization server: pre-registered, client ID metadata document, dynamic
// registration, else the user is asked ("client registration approaches", in this order). The listener is bound first:
// its port is part of what is registered.
func (d *draft) chooseClient(ctx context.Context) error {
	if err := d.needs(d.f.as != nil, StepServer); err != nil {
		return err
	}
	as := d.f.as
	kind, why := d.clientKind(as)
	var c *Client
	var err error
	switch kind {
	case PreRegistered:
		c, err = d.preRegistered(ctx, as)
	case MetadataDocument:
		c, err = d.metadataClient(ctx)
	case Dynamic:
		c, err = d.dynamicClient(ctx, as)
	default:
		err = explainNoClient(as, d.set.ClientMetadataURL)
	}
	if err != nil {
		return err
	}
	d.clientFacts(c, why)
	d.f.update(func() { d.f.client = c })
	if d.s.Verdict == "" {
		d.s.Verdict = fmt.Sprintf("%s: %s.", clientKinds[c.Kind], why)
	}
	return nil
}

var clientKinds = map[ClientKind]string{
	PreRegistered: "A pre-registered client", MetadataDocument: "A client ID metadata document", Dynamic: "A dynamically registered client",
}

func (d *draft) clientKind(as *ServerMetadata) (kind ClientKind, why string) {
	switch {
	case d.set.ClientKind != "":
		return d.set.ClientKind, "chosen by hand"
	case d.set.ClientID != "":
		return PreRegistered, "a client id is set for this server"
	case as.MetadataDocuments && d.set.ClientMetadataURL != "":
		return MetadataDocument, "the server takes such documents, and one is set"
	case as.RegistrationEndpoint != "":
		return Dynamic, "the server registers clients by itself"
	}
	return "", ""
}

// preRegistered takes the user's client, for its issuer only: "clients MUST NOT use client credentials with another
// authorization server" (SEP-2352).
func (d *draft) preRegistered(ctx context.Context, as *ServerMetadata) (*Client, error) {
	if d.set.ClientID == "" {
		return nil, &problem{kind: fault.Input, ask: true, text: "There is no client id.", fix: "Enter the id of a client registered with the authorization server."}
	}
	if err := d.boundTo(ctx, as); err != nil {
		return nil, err
	}
	if err := d.takeTurn(ctx, d.set.ClientID); err != nil {
		return nil, err
	}
	uri, err := d.bindListener(ctx, d.set.RedirectHost, d.set.RedirectPort)
	if err != nil {
		return nil, err
	}
	if d.set.RedirectPort == 0 {
		d.info("The redirect URI has a port of the moment: the client's registration has to allow any port of the loopback address.", "RFC 8252 section 7.3",
			"Allow any port for loopback redirect URIs, or set a fixed port here and register "+uri+".")
	}
	return &Client{
		Kind: PreRegistered, Issuer: as.Issuer, ID: d.set.ClientID, Secret: d.set.ClientSecret, AuthMethod: d.set.ClientAuth,
		RedirectURI: uri, Created: clock(&d.cfg).Unix(),
	}, nil
}

// boundTo checks that the user's client belongs to this issuer: by the settings, else by what it was used with before.
func (d *draft) boundTo(ctx context.Context, as *ServerMetadata) error {
	if d.set.ClientIssuer != "" {
		if d.set.ClientIssuer != as.Issuer {
			return explainForeignClient(d.set.ClientIssuer, as.Issuer)
		}
		return nil
	}
	other, err := d.f.vault.boundTo(ctx, d.set.ClientID)
	switch {
	case err != nil:
		d.info("What is stored could not be read, so it is not known with which issuer the client was used before: "+fault.From(err).Message, "", "")
	case other == as.Issuer:
		return nil
	case other != "":
		return explainForeignClient(other, as.Issuer)
	}
	d.info("The settings do not say which issuer the client is registered with: it is taken to be this one from now on.", "SEP-2352", "")
	return nil
}

// metadataClient is a client whose id is the URL of its metadata (client ID metadata documents).
func (d *draft) metadataClient(ctx context.Context) (*Client, error) {
	if err := checkDocumentURL(d.set.ClientMetadataURL); err != nil {
		return nil, err
	}
	if !d.f.as.MetadataDocuments {
		d.warn("The server does not say that it takes client ID metadata documents.", "MCP authorization, client ID metadata documents", "Publish client_id_metadata_document_supported: true.")
	}
	if err := d.takeTurn(ctx, d.set.ClientMetadataURL); err != nil {
		return nil, err
	}
	port := d.set.RedirectPort
	if port == 0 {
		port = documentPort
	}
	uri, err := d.bindListener(ctx, d.set.RedirectHost, port)
	if err != nil && d.set.RedirectPort == 0 && ctx.Err() == nil {
		d.warn(fmt.Sprintf("Port %d of the document is in use: another one is taken, which a server that compares redirect URIs exactly refuses.", port), "RFC 8252 section 7.3", "")
		uri, err = d.bindListener(ctx, d.set.RedirectHost, 0)
	}
	if err != nil {
		return nil, err
	}
	c := &Client{Kind: MetadataDocument, Issuer: d.f.as.Issuer, ID: d.set.ClientMetadataURL, AuthMethod: authNone, RedirectURI: uri, Created: clock(&d.cfg).Unix()}
	if d.set.ClientAuth == authKeyJWT {
		c.AuthMethod = authKeyJWT
	}
	return c, nil
}

// dynamicClient takes the client registered with this issuer before, or registers one.
func (d *draft) dynamicClient(ctx context.Context, as *ServerMetadata) (*Client, error) {
	if c, err := d.storedClient(ctx, as); c != nil || err != nil {
		return c, err
	}
	if as.RegistrationEndpoint == "" {
		return nil, explainNoClient(as, d.set.ClientMetadataURL)
	}
	if _, err := d.bindListener(ctx, d.set.RedirectHost, d.set.RedirectPort); err != nil {
		return nil, err
	}
	c, err := d.register(ctx, as)
	if err != nil {
		return nil, err
	}
	if err := d.f.vault.SaveClient(ctx, *c); err != nil {
		d.warn("The client could not be stored, so the next sign-in registers another: "+fault.From(err).Message, "", "")
	}
	d.s.Verdict = "Registered."
	return c, nil
}

// storedClient is the client of an earlier sign-in when it is still good and its port is free.
func (d *draft) storedClient(ctx context.Context, as *ServerMetadata) (*Client, error) {
	again, _ := d.edited("register")
	if d.f.start.Fresh || again == "anew" {
		return nil, nil
	}
	c, err := d.f.vault.Client(ctx, as.Issuer)
	switch {
	case err != nil:
		d.warn("The client registered before could not be read, so another is registered: "+fault.From(err).Message, "", "")
		return nil, nil
	case c == nil || c.Kind != Dynamic:
		return nil, nil
	case c.SecretExpires != 0 && !time.Unix(c.SecretExpires, 0).After(clock(&d.cfg)):
		d.info(fmt.Sprintf("The secret of the client %q has expired: another client is registered.", cutText(c.ID, 100)), "RFC 7591 section 3.2.1", "")
		return nil, nil
	}
	host, port, why := d.registeredPlace(c)
	if why != "" {
		d.info(why+" Another client is registered.", "RFC 6749 section 3.1.2.3", "")
		return nil, nil
	}
	if err := d.takeTurn(ctx, c.ID); err != nil {
		return nil, err
	}
	if _, err := d.bindListener(ctx, host, port); err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		d.info("The redirect URI of the registered client cannot be used now: "+fault.From(err).Message+" Another client is registered.", "RFC 6749 section 3.1.2.3", "")
		return nil, nil
	}
	d.s.Verdict = "The client registered before is used again, with its redirect URI."
	return c, nil
}

// registeredPlace is host and port that a client was registered with, or why they do not fit the wishes of now.
func (d *draft) registeredPlace(c *Client) (host string, port int, why string) {
	u, err := url.Parse(c.RedirectURI)
	if err != nil || u.Port() == "" {
		return "", 0, "The redirect URI of the registered client cannot be read."
	}
	host = u.Hostname()
	port, err = strconv.Atoi(u.Port())
	path := d.set.RedirectPath
	if path == "" {
		path = "/callback"
	}
	switch {
	case err != nil:
		return "", 0, "The port of the registered client cannot be read."
	case d.set.RedirectHost != "" && d.set.RedirectHost != host, d.set.RedirectPort != 0 && d.set.RedirectPort != port, u.EscapedPath() != path:
		return "", 0, fmt.Sprintf("The client is registered for %s, and the settings want another redirect URI.", c.RedirectURI)
	case d.set.ClientAuth != "" && d.set.ClientAuth != c.AuthMethod:
		return "", 0, fmt.Sprintf("The client is registered with %s, and the settings want %s.", c.AuthMethod, cutText(d.set.ClientAuth, 60))
	}
	return host, port, ""
}

// bindListener opens the redirect listener, or keeps the one that fits.
func (d *draft) bindListener(ctx context.Context, host string, port int) (string, error) {
	if host == "" {
		host = "127.0.0.1"
	}
	path := d.set.RedirectPath
	if path == "" {
		path = "/callback"
	}
	d.f.mu.Lock()
	old := d.f.listener
	d.f.mu.Unlock()
	if old != nil {
		u, err := url.Parse(old.RedirectURI())
		if err == nil && u.Hostname() == host && u.Path == path && (port == 0 || u.Port() == strconv.Itoa(port)) {
			return old.RedirectURI(), nil
		}
		d.f.unlisten()
	}
	l, err := listen(ctx, host, port, path, d.cfg.Now)
	if err != nil {
		return "", err
	}
	l.OnStray(d.f.changed)
	d.f.mu.Lock()
	closed := d.f.closed
	if !closed {
		d.f.listener = l
	}
	d.f.mu.Unlock()
	if closed {
		_ = l.Close()
		return "", cancelled(&d.cfg, d.s.Title, context.Canceled)
	}
	return l.RedirectURI(), nil
}

// unlisten closes the listener.
func (f *Flow) unlisten() {
	f.mu.Lock()
	l := f.listener
	f.listener = nil
	f.mu.Unlock()
	if l != nil {
		_ = l.Close()
	}
}

// grantClient is who we are where no browser is used: nothing is registered.
func (d *draft) grantClient(ctx context.Context) error {
	if err := d.needs(d.f.as != nil, StepServer); err != nil {
		return err
	}
	as := d.f.as
	switch {
	case d.set.ClientID == "" && d.set.Grant == Workload:
		d.s.State, d.s.Verdict = Skipped, "The workload's JWT stands for itself; no client is set."
		return nil
	case d.set.ClientID == "":
		return &problem{
			kind: fault.Input, ask: true, text: "This way in needs a client registered beforehand.", source: "MCP extension oauth-client-credentials; RFC 6749 section 4.4",
			fix: "Register a client with the authorization server and enter its id, and its secret or key.",
		}
	}
	if err := d.boundTo(ctx, as); err != nil {
		return err
	}
	c := &Client{Kind: PreRegistered, Issuer: as.Issuer, ID: d.set.ClientID, Secret: d.set.ClientSecret, AuthMethod: d.set.ClientAuth}
	d.clientFacts(c, "set for this server")
	d.f.update(func() { d.f.client = c })
	d.s.Verdict = "The client set for this server."
	return nil
}

func (d *draft) clientFacts(c *Client, why string) {
	d.fact("client_id", c.ID, clientKinds[c.Kind]+": "+why)
	d.secret("client_secret", "secret", c.Secret, "kept in the keychain, sent to this issuer only")
	if c.SecretExpires != 0 {
		d.fact("client_secret_expires_at", time.Unix(c.SecretExpires, 0).UTC().Format(time.RFC3339), "")
	}
	if c.AuthMethod != "" {
		d.fact("token_endpoint_auth_method", c.AuthMethod, "how it authenticates at the token endpoint")
	}
	d.fact("issuer", c.Issuer, "used with this one only (SEP-2352)")
	if c.RedirectURI != "" {
		d.fact("redirect_uri", c.RedirectURI, "where the browser comes back to; the listener is bound")
		if host, _, err := net.SplitHostPort(strings.TrimPrefix(strings.TrimPrefix(c.RedirectURI, "http://"), "https://")); err == nil && host == "localhost" {
			d.info("The redirect URI has the name localhost; the literal address is recommended.", "RFC 8252 section 8.3", "")
		}
	}
}

// errNoListener is a browser step without a bound listener.
var errNoListener = errors.New("the redirect listener is not open")
