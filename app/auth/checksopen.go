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

// seenText says in words how a request without a good token was answered.
func seenText(what string, s *checkSeen) string {
	text := fmt.Sprintf("%s was answered with %d", what, s.status)
	if name := http.StatusText(s.status); name != "" {
		text += " " + name
	}
	if s.endless {
		text += " and a stream that stayed open"
	}
	return text + "."
}

// judgeRefusal judges the answer to a request without a good token, apart from 2xx.
func (c *Check) judgeRefusal(what string, s *checkSeen) {
	text := seenText(what, s)
	switch {
	case s.refused():
		c.is(checkPass, text)
	case s.let():
		c.is(checkFail, text+" It was let in.")
	case s.status >= 300 && s.status < 400:
		c.is(checkFail, text+" A program cannot sign in on a page: it needs 401.")
	case s.status == http.StatusForbidden:
		c.is(checkWarning, text+" Nothing got in, but 403 says that a good token lacks rights: clients do not begin to sign in on it.")
	case s.status >= 500:
		c.is(checkFail, text+" The server broke down over it.")
	default:
		c.is(checkWarning, text+" Nothing got in, but the refusal is not about authorization: clients do not begin to sign in on it.")
	}
}

// try remembers the first kind of request that the server refuses without a token: the later checks use it.
func (r *checkRun) try(call checkCall, seen *checkSeen) {
	if r.probe == nil && seen.refused() {
		r.probe, r.refusal = &call, seen
	}
}

func (r *checkRun) noToken(ctx context.Context, c *Check) {
	call := r.first()
	seen, err := r.send(ctx, call, r.cfg.Resource, nil)
	if !c.answered(seen, err) {
		return
	}
	r.post = seen
	r.try(call, seen)
	c.judgeRefusal(call.what, seen)
	switch {
	case seen.refused() && len(seen.challenge.Raw) == 0:
		c.is(checkFail, c.Text+" It has no WWW-Authenticate header, which a 401 must have (RFC 9110 section 15.5.2).")
	case seen.refused() && seen.challenge.Error != "":
		c.note("Its challenge has an error code although no token was sent; that should not be (" + sourceBearer + ").")
	case seen.let():
		c.is(checkWarning, seenText(call.what, seen)+" The server lets anybody begin; what matters is whether the next requests are refused.")
	case seen.status == http.StatusMethodNotAllowed || seen.status == http.StatusNotFound:
		c.is(checkWarning, seenText(call.what, seen)+" This address takes no POST: with HTTP+SSE, GET is what counts.")
	}
}

func (r *checkRun) noTokenList(ctx context.Context, c *Check) {
	seen, err := r.send(ctx, checkList, r.cfg.Resource, nil)
	if !c.answered(seen, err) {
		return
	}
	r.try(checkList, seen)
	c.judgeRefusal(checkList.what, seen)
	if r.post != nil && r.post.status == seen.status && (seen.status == http.StatusMethodNotAllowed || seen.status == http.StatusNotFound) {
		c.is(checkPass, seenText(checkList.what, seen)+" This address takes no POST at all.")
	}
}

func (r *checkRun) noTokenGet(ctx context.Context, c *Check) { r.method(ctx, c, checkStream) }

func (r *checkRun) noTokenDelete(ctx context.Context, c *Check) { r.method(ctx, c, checkDelete) }

func (r *checkRun) method(ctx context.Context, c *Check, call checkCall) {
	seen, err := r.send(ctx, call, r.cfg.Resource, nil)
	if !c.answered(seen, err) {
		return
	}
	if call == checkStream {
		r.try(call, seen)
	}
	c.judgeRefusal(call.what, seen)
	if seen.status == http.StatusMethodNotAllowed {
		c.is(checkPass, seenText(call.what, seen)+" The server does not have this method.")
	}
}

// pointer looks at the challenge of the refusal that came, and at the metadata that it names.
func (r *checkRun) pointer(ctx context.Context, c *Check) {
	if r.refusal == nil {
		c.skip("The server refused nothing with 401, so there is no challenge to look at.")
		return
	}
	ch := &r.refusal.challenge
	c.add(r.refusal.entries...)
	if r.prm == nil {
		r.prm = r.find(ctx, c, ch.ResourceMetadata)
	}
	switch {
	case ch.ResourceMetadata == "" && r.prm == nil:
		c.is(checkFail, "The challenge has no resource_metadata, and no metadata were found at the well-known places: a client cannot find out where to sign in.")
	case ch.ResourceMetadata == "":
		c.is(checkWarning, "The challenge has no resource_metadata. The metadata were found at a well-known place, but clients of 2025-06-18 look at the header only.")
	case r.prm == nil:
		c.is(checkFail, "The challenge names "+cutText(ch.ResourceMetadata, 200)+", but no usable metadata were found there.")
	case !resourceCovers(r.prm.Resource, r.cfg.Resource):
		c.is(checkFail, "The metadata are for the resource "+cutText(r.prm.Resource, 200)+", which is not this server (RFC 9728 section 3.3).")
	case ch.ResourceMetadata != r.prm.URL:
		c.is(checkWarning, "The challenge names "+cutText(ch.ResourceMetadata, 200)+", but the metadata in use were found at "+cutText(r.prm.URL, 200)+".")
	default:
		c.is(checkPass, "The challenge names "+cutText(ch.ResourceMetadata, 200)+", and the metadata there are those of this server.")
	}
	for _, f := range ch.Findings {
		if f.Severity == "error" && c.State == checkPass {
			c.is(checkWarning, c.Text+" "+f.Text)
		}
	}
}

// find looks the metadata up where the challenge says, else at the well-known places (RFC 9728 section 3.1); nil: they
// are not there.
func (r *checkRun) find(ctx context.Context, c *Check, named string) *ResourceMetadata {
	places := []string{named}
	if server, err := url.Parse(r.cfg.Resource); named == "" && err == nil {
		root := *server
		root.Path, root.RawPath = "", ""
		places = []string{wellKnown(server, resourceWellKnown, true), wellKnown(&root, resourceWellKnown, true)}
	}
	for _, place := range places {
		short, cancel := context.WithTimeout(ctx, checkTime)
		resp, err := r.cfg.HTTP.Do(short, Request{Method: http.MethodGet, URL: place, Header: http.Header{"Accept": {"application/json"}}, Purpose: "check", Follow: true})
		cancel()
		if err != nil {
			c.add(fault.From(err).Entries...)
			continue
		}
		c.add(resp.Entries...)
		var m map[string]json.RawMessage
		if resp.Status == http.StatusOK && json.Unmarshal(resp.Body, &m) == nil && m != nil {
			prm, _ := parseResourceMetadata(m) // its findings belong to the sign-in
			prm.URL = place
			return prm
		}
	}
	return nil
}

// valid is the control: the real token, in the header, to the server that it was got for.
func (r *checkRun) valid(ctx context.Context, c *Check) {
	if !r.needsToken(c) || !r.needsProbe(c) {
		return
	}
	if r.expired() {
		c.skip("Your token is expired: refresh it, and run the checks again for the control.")
		return
	}
	seen, err := r.sendToken(ctx, r.token.AccessToken)
	if !c.answered(seen, err) {
		return
	}
	text := seenText(r.probe.what, seen)
	switch {
	case seen.refused() || seen.status == http.StatusForbidden:
		c.is(checkFail, text+" "+strings.TrimSpace("Your own token is refused too. "+cutText(seen.challenge.ErrorDescription, 200)))
	case seen.status >= 500:
		c.is(checkWarning, text+" The token was let through, and then the server broke down.")
	case !seen.let():
		c.is(checkPass, text+" The token was let through; what was refused is the message.")
	default:
		c.is(checkPass, text)
	}
}

// sendToken sends the probe with a token, the real one or one that cannot be good, as tokens of its kind are sent. A
// server that asks for a nonce in the proof gets it.
func (r *checkRun) sendToken(ctx context.Context, token string) (*checkSeen, error) {
	h, err := r.carry(*r.probe, token)
	if err != nil {
		return nil, err
	}
	seen, err := r.send(ctx, *r.probe, r.cfg.Resource, h)
	if err != nil || h.Get("DPoP") == "" || seen.challenge.Error != "use_dpop_nonce" {
		return seen, err
	}
	if h, err = r.carry(*r.probe, token); err != nil {
		return nil, err
	}
	again, err := r.send(ctx, *r.probe, r.cfg.Resource, h)
	if err == nil {
		again.entries = append(seen.entries, again.entries...)
	}
	return again, err
}

// carry makes the header with a token (RFC 6750 section 2.1, RFC 9449 section 7.1). The token is masked whatever it is:
// parts of the real one may be in it.
func (r *checkRun) carry(call checkCall, token string) (http.Header, error) {
	if r.cfg.Mask != nil {
		r.cfg.Mask("token", token)
	}
	if r.token == nil || r.token.DPoPKey == "" {
		return http.Header{"Authorization": {"Bearer " + token}}, nil
	}
	key, err := parseKey(r.token.DPoPKey)
	if err != nil {
		return nil, err
	}
	proof, err := dpopProof(key, nil, call.method, r.cfg.Resource, r.nonce, token, clock(r.cfg))
	if err != nil {
		return nil, err
	}
	h := http.Header{}
	h.Set("Authorization", "DPoP "+token)
	h.Set("DPoP", proof)
	return h, nil
}

// needsToken skips a check when there is no token that may be sent.
func (r *checkRun) needsToken(c *Check) bool {
	switch {
	case r.unfit != "":
		c.skip(r.unfit)
	case r.token == nil:
		c.skip("This check needs a token: sign in first.")
	default:
		return true
	}
	return false
}

// needsProbe skips a check when the server refuses nothing.
func (r *checkRun) needsProbe(c *Check) bool {
	if r.probe == nil {
		c.skip("The server refuses no request with 401 when there is no token, so that this would show nothing.")
	}
	return r.probe != nil
}
