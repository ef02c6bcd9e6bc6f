package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// maxRequestURI bounds the request_uri of a pushed request, in bytes: it goes into the browser's address.
const maxRequestURI = 2048

// pushes says whether the authorization request is pushed (RFC 9126): by the user's word, else where the server demands
// it ("require_pushed_authorization_requests", section 5).
func (d *draft) pushes(as *ServerMetadata) bool {
	switch v, _ := d.edited("push"); v {
	case "always":
		return true
	case "never":
		if as.PushRequired {
			d.warn("The server takes pushed authorization requests only, and this one is not: it will be refused.", "RFC 9126 section 5", "")
		}
		return false
	}
	return as.PushRequired
}

// push sends the parameters of the authorization request to the server itself and gives those that are left for the
// browser (RFC 9126 sections 2 and 4).
func (d *draft) push(ctx context.Context, as *ServerMetadata, c Client, params []Param) ([]Param, error) {
	if as.PushEndpoint == "" {
		return nil, &problem{
			kind: fault.Protocol, text: "The authorization server takes pushed authorization requests only, and names no endpoint for them.", source: "RFC 9126 section 5",
			fix: "Publish pushed_authorization_request_endpoint, or do not require pushed requests.",
		}
	}
	form, header := url.Values{}, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}}
	sent := []Fact{}
	for _, p := range params {
		form.Set(p.Name, p.Value)
		f := Fact{Name: p.Name, Value: cutText(p.Value, 500), Note: requestNotes[p.Name]}
		if p.Name == "state" {
			f.Value, f.Secret = hide(&d.cfg, "state", p.Value), true
		}
		sent = append(sent, f)
	}
	h := &hider{cfg: &d.cfg}
	proof, err := addClient(&d.cfg, c, as.Issuer, as.TokenAuthMethods, as.TokenAuthAlgs, header, form, h, clock(&d.cfg))
	d.s.Findings = append(d.s.Findings, proof.findings...)
	if err != nil {
		return nil, err
	}
	d.arrow(Message{
		From: ActorClient, To: ActorAuth, Label: "POST " + pathOf(as.PushEndpoint), Method: http.MethodPost, URL: as.PushEndpoint, State: Running,
		Text: "The authorization request, pushed.", Sent: append(sent, Fact{Name: "client authentication", Value: proof.method, Note: proof.rule}),
	})
	resp, err := d.cfg.HTTP.Do(ctx, Request{Method: http.MethodPost, URL: as.PushEndpoint, Header: header, Body: []byte(form.Encode()), Purpose: "token"})
	m := d.lastArrow()
	m.State = Failed
	defer d.show()
	if err != nil {
		f := *fault.From(err)
		m.Text = cutText(f.Message, 500)
		m.Entries = append(m.Entries, f.Entries...)
		return nil, &f
	}
	m.Status = resp.Status
	m.Entries = append(m.Entries, resp.Entries...)
	uri, err := pushedURI(resp, h)
	if err != nil {
		m.Text = err.Error()
		return nil, err
	}
	m.State, m.Text = Done, "Taken: the browser gets a reference to it."
	m.Got = append(m.Got, Fact{Name: "request_uri", Value: cutText(uri, 300)})
	return []Param{{"client_id", c.ID}, {"request_uri", uri}}, nil
}

// pushedURI reads the answer: 201 with request_uri (RFC 9126 section 2.2), or an OAuth error (section 2.3).
func pushedURI(resp *Response, h *hider) (string, error) {
	const source = "RFC 9126 section 2.2"
	var answer struct {
		URI string `json:"request_uri"`
	}
	e := readOAuthError(resp.Status, resp.Body)
	switch {
	case e != nil:
		text := fmt.Sprintf("The authorization server refused the pushed request with %q", cutText(e.Code, 100))
		if e.Description != "" {
			text += fmt.Sprintf(": %q", h.text(e.Description, 300))
		}
		return "", &problem{kind: fault.HTTP, resp: resp, text: text + ".", source: "RFC 9126 section 2.3", fix: "Its description says what it minds: the client, its redirect URI, a scope or the resource."}
	case resp.Status != http.StatusCreated && resp.Status != http.StatusOK:
		return "", &problem{
			kind: fault.HTTP, resp: resp, source: source, text: fmt.Sprintf("The pushed request was answered with status %d%s, not with 201.", resp.Status, bodyKind(resp)),
			fix: "Look at what pushed_authorization_request_endpoint is.",
		}
	case json.Unmarshal(trimBOM(resp.Body), &answer) != nil || answer.URI == "" || len(answer.URI) > maxRequestURI || strings.ContainsFunc(answer.URI, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "", &problem{kind: fault.Protocol, resp: resp, source: source, text: "The answer to the pushed request names no usable request_uri.", fix: "Answer with 201 and JSON: request_uri and expires_in."}
	}
	return answer.URI, nil
}

// bindCode makes the key of a DPoP flow before the code is asked for, so that the code can be used with it only (RFC
// 9449 section 10).
func (d *draft) bindCode(p *Pending) ([]Param, error) {
	if !d.f.needsDPoP(d.set) {
		return nil, nil
	}
	c := &tokenCall{cfg: &d.cfg, in: tokenRequest{Client: p.Client, AuthMethods: d.f.as.TokenAuthMethods, DPoPAlgs: d.f.as.DPoPAlgs}}
	if err := c.makeKey(); err != nil {
		return nil, err
	}
	p.DPoPKey = c.in.DPoPKey
	return []Param{{"dpop_jkt", thumbprint(c.key)}}, nil
}
