package auth

import (
	"context"
	"crypto"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/challenge"
	"github.com/sightglass-dev/sightglass/app/fault"
)

// tokenRequest is one request to a token endpoint.
type tokenRequest struct {
	Endpoint, Issuer, Revocation    string
	AuthMethods, AuthAlgs, DPoPAlgs []string // of the metadata; nil: not given
	Client                          Client
	Form                            url.Values // without client authentication
	Purpose                         string     // "token", "refresh", "exchange"
	Requested                       []string   // scopes asked for
	Resource                        string     // resource parameter; it is in Form already where it is sent
	Grant                           Grant
	DPoP                            bool
	DPoPKey                         string  // PEM; empty and DPoP: one is made
	To                              Actor   // empty: the authorization server
	Nonces                          *nonces // DPoP nonces kept over requests; may be nil
	IDJAG                           bool    // the answer is that of a token exchange for an ID-JAG: token_type is N_A
}

// tokenCall is a token request under way.
type tokenCall struct {
	cfg  *Config
	in   tokenRequest
	hide hider
	key  crypto.Signer
	msg  Message
	list []challenge.Finding
}

// requestToken sends a token request and checks the answer (RFC 6749 sections 5.1 and 5.2, RFC 9449 section 5). It
// returns the arrow of the sequence picture and what is worth knowing in any case; errors are [fault.CallError] with
// an [OAuthError] as cause when the server sent one. A redirect is an answer: credentials never follow one.
func requestToken(ctx context.Context, cfg *Config, in tokenRequest) (*Token, Message, []challenge.Finding, error) {
	c := &tokenCall{cfg: cfg, in: in, hide: hider{cfg: cfg}}
	if c.in.To == "" {
		c.in.To = ActorAuth
	}
	if c.in.Nonces == nil {
		c.in.Nonces = &nonces{}
	}
	c.list = []challenge.Finding{}
	c.msg = Message{
		From: ActorClient, To: c.in.To, Label: "POST " + pathOf(in.Endpoint), Method: http.MethodPost, URL: in.Endpoint,
		Entries: []uint64{}, State: Failed, Sent: []Fact{}, Got: []Fact{},
	}
	token, err := c.run(ctx)
	if err != nil {
		f := fault.From(err)
		if f.Server == "" {
			f.Server = cfg.Server
		}
		if f.Step == "" {
			f.Step = stepText(in.Purpose)
		}
		if c.msg.Text == "" {
			c.msg.Text = f.Message
		}
		return nil, c.msg, c.list, f
	}
	return token, c.msg, c.list, nil
}

func stepText(purpose string) string {
	switch purpose {
	case "refresh":
		return "refresh the token"
	case "exchange":
		return "exchange the token"
	case "revoke":
		return "revoke the token"
	}
	return "get a token"
}

func pathOf(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil || u.EscapedPath() == "" {
		return "/"
	}
	return u.EscapedPath()
}

func (c *tokenCall) run(ctx context.Context) (*Token, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.in.DPoP {
		if err := c.makeKey(); err != nil {
			return nil, err
		}
	}
	resp, err := c.send(ctx)
	if err != nil {
		return nil, err
	}
	if c.wantsNonce(resp) {
		if resp, err = c.send(ctx); err != nil {
			return nil, err
		}
		c.note("info", "The server asked for a DPoP nonce: the request was sent once more with it.", "RFC 9449 section 8", "")
	}
	return c.read(resp)
}

func (c *tokenCall) note(severity, text, source, fix string) {
	c.list = append(c.list, challenge.Finding{Severity: severity, Text: text, Source: source, Fix: fix})
}

func (c *tokenCall) check() error {
	switch u, err := url.Parse(c.in.Endpoint); {
	case c.in.Endpoint == "":
		return &fault.CallError{
			Kind: fault.Protocol, Message: "The authorization server names no token endpoint.",
			Hint: "Put token_endpoint into its metadata (RFC 8414 section 2), or set the endpoint in the sign-in settings.",
		}
	case err != nil || originOfURL(u) == "":
		return &fault.CallError{
			Kind: fault.Protocol, Message: fmt.Sprintf("The token endpoint %q is no http or https URL.", cutText(c.in.Endpoint, 200)),
			Hint: "Correct token_endpoint in the authorization server's metadata, or set the endpoint in the sign-in settings.",
		}
	case u.Fragment != "":
		c.note("warning", "The token endpoint has a fragment, which is not sent.", "RFC 6749 section 3.2", "Remove the fragment from token_endpoint.")
	}
	return nil
}

// makeKey reads the key that a proof is made with, or makes one. The key of the settings is taken when it is not the
// client's own for private_key_jwt.
func (c *tokenCall) makeKey() error {
	if c.in.DPoPKey == "" && c.cfg.Settings.PrivateKey != "" {
		method, _ := clientAuth(c.cfg.Settings.ClientAuth, c.in.Client, c.in.AuthMethods, c.cfg.Settings.ClientID == c.in.Client.ID)
		if method != authKeyJWT {
			c.in.DPoPKey = c.cfg.Settings.PrivateKey
		}
	}
	var err error
	if c.in.DPoPKey != "" {
		c.key, err = parseKey(c.in.DPoPKey)
	} else if c.key, err = newDPoPKey(c.in.DPoPAlgs); err == nil {
		c.in.DPoPKey, err = writeKey(c.key)
	}
	if err != nil {
		return &fault.CallError{
			Kind: fault.Input, Message: "The key for DPoP cannot be used: " + err.Error() + ".",
			Hint: "Remove the key from the sign-in settings, so that one is made, or set another.", Cause: err,
		}
	}
	hide(c.cfg, "key", c.in.DPoPKey)
	return nil
}

// formSecrets are the parameters of token requests that are credentials, with the kind of their placeholder.
var formSecrets = map[string]string{
	"code": "code", "code_verifier": "code", "refresh_token": "token", "assertion": "token", "client_assertion": "token",
	"subject_token": "token", "actor_token": "token", "client_secret": "secret", "token": "token",
}

func (c *tokenCall) send(ctx context.Context) (*Response, error) {
	now := clock(c.cfg)
	form, header := maps.Clone(c.in.Form), http.Header{}
	if form == nil {
		form = url.Values{}
	}
	header.Set("Content-Type", "application/x-www-form-urlencoded")
	header.Set("Accept", "application/json")
	first := c.msg.Status == 0
	proof, err := addClient(c.cfg, c.in.Client, c.in.Issuer, c.in.AuthMethods, c.in.AuthAlgs, header, form, &c.hide, now)
	if first {
		c.list = append(c.list, proof.findings...)
	}
	if err != nil {
		return nil, err
	}
	for name, kind := range formSecrets {
		for _, v := range form[name] {
			c.hide.add(kind, v)
		}
	}
	if c.key != nil {
		jwt, err := dpopProof(c.key, nil, http.MethodPost, c.in.Endpoint, c.in.Nonces.get(c.in.Endpoint), "", now)
		if err != nil {
			return nil, err
		}
		header.Set("DPoP", jwt)
		c.hide.pairs = append(c.hide.pairs, jwt, "‹proof›") // good for one request: not worth remembering
	}
	c.msg.Sent = c.sent(form, header, proof)
	c.in.Client.AuthMethod, c.in.Client.AuthAlg = proof.method, proof.alg // a refresh does the same
	resp, err := c.cfg.HTTP.Do(ctx, Request{
		Method: http.MethodPost, URL: c.in.Endpoint, Header: header, Body: []byte(form.Encode()), Purpose: c.in.Purpose,
	})
	if err != nil {
		if f := fault.As(err); f != nil {
			c.msg.Entries = append(c.msg.Entries, f.Entries...)
		}
		return nil, err
	}
	c.msg.Status = resp.Status
	c.msg.Entries = append(c.msg.Entries, resp.Entries...)
	if resp.Unchecked {
		c.note("info", "The request went through a proxy: where the name of the token endpoint leads could not be checked here.", "", "")
	}
	return resp, nil
}

// sent lists what was sent, secrets replaced.
func (c *tokenCall) sent(form url.Values, header http.Header, p clientProof) []Fact {
	facts := []Fact{}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, v := range form[name] {
			f := Fact{Name: name, Value: cutText(v, 500), Note: paramNotes[name]}
			if kind := formSecrets[name]; kind != "" {
				f.Value, f.Secret = hide(c.cfg, kind, v), true
			}
			facts = append(facts, f)
		}
	}
	facts = append(facts, Fact{Name: "client authentication", Value: p.method, Note: p.rule})
	if header.Get("DPoP") != "" {
		facts = append(facts, Fact{Name: "DPoP", Value: "‹proof›", Secret: true, Note: "proof of the key that the token is to be bound to (RFC 9449 section 5)"})
	}
	return facts
}

var paramNotes = map[string]string{
	"code":                  "from the callback, good once (RFC 6749 section 4.1.2)",
	"code_verifier":         "proves that we began this sign-in (RFC 7636 section 4.5)",
	"redirect_uri":          "must be the one of the authorization request (RFC 6749 section 4.1.3)",
	"resource":              "whom the token is for (RFC 8707 section 2)",
	"refresh_token":         "spent when the server rotates it (RFC 6749 section 6)",
	"client_assertion":      "signed with the client's key (RFC 7523 section 2.2)",
	"assertion":             "stands for the user or the workload (RFC 7523 section 2.1)",
	"subject_token":         "the identity that is exchanged (RFC 8693 section 2.1)",
	"requested_token_type":  "what is asked for (RFC 8693 section 2.1)",
	"client_assertion_type": "RFC 7521 section 4.2",
	"scope":                 "RFC 6749 section 3.3",
}

// wantsNonce keeps a nonce that came and says whether the answer asks for it (RFC 9449 section 8).
func (c *tokenCall) wantsNonce(resp *Response) bool {
	if c.key == nil || !c.in.Nonces.put(c.in.Endpoint, resp.Header.Get("DPoP-Nonce")) {
		return false
	}
	e := readOAuthError(resp.Status, resp.Body)
	return e != nil && e.Code == "use_dpop_nonce"
}

// read judges the answer.
func (c *tokenCall) read(resp *Response) (*Token, error) {
	if c.key != nil {
		c.in.Nonces.put(c.in.Endpoint, resp.Header.Get("DPoP-Nonce"))
	}
	switch e := readOAuthError(resp.Status, resp.Body); {
	case resp.Cut:
		return nil, c.fault(resp, "The answer is larger than 1 MiB.", "A token answer is a small JSON object (RFC 6749 section 5.1): look at what the endpoint sends.")
	case resp.Status >= 300 && resp.Status < 400:
		return nil, c.fault(resp, fmt.Sprintf("The token endpoint redirects (%d) to %s; credentials follow no redirect.", resp.Status, c.place(resp)),
			"Publish the endpoint's own URL as token_endpoint.")
	case e != nil:
		return nil, c.refused(resp, e)
	case resp.Status < 200 || resp.Status > 299:
		return nil, c.fault(resp, fmt.Sprintf("The token endpoint answered with status %d and no OAuth error%s.", resp.Status, bodyKind(resp)), statusHint(resp.Status))
	}
	return c.accept(resp)
}

func (c *tokenCall) place(resp *Response) string {
	to, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || to.Host == "" && to.Path == "" {
		return "nowhere"
	}
	to.RawQuery, to.Fragment, to.User = "", "", nil
	return c.hide.text(to.String(), 200)
}

// shownHeaders of an answer explain a failure and hold no credential.
var shownHeaders = []string{"Content-Type", "Www-Authenticate", "Retry-After", "Date", "Cache-Control"}

// fault makes the error of an answer that cannot be used, with the beginning of its body as evidence.
func (c *tokenCall) fault(resp *Response, message, hint string) *fault.CallError {
	f := &fault.CallError{Kind: fault.HTTP, Message: message, Hint: hint, Status: resp.Status, Header: http.Header{}, Entries: c.msg.Entries}
	for _, name := range shownHeaders {
		for _, v := range resp.Header.Values(name) {
			f.Header.Add(name, c.hide.text(v, 500))
		}
	}
	if resp.Status > 299 || resp.Status < 200 { // a good status can come with a token: the log shows it masked
		f.Detail = c.hide.text(strings.TrimSpace(string(resp.Body)), 300)
	}
	return f
}
