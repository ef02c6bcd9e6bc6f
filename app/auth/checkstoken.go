package auth

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// elsewhere is the resource, and the origin, that made-up requests come with: it is nobody's (RFC 6761 section 6.4).
const elsewhere = "https://elsewhere.invalid"

// tokenChecks are those that send a token which cannot be good.
func tokenChecks(refused string) []planned {
	signature := "RFC 9068 section 4, RFC 7515 section 5.2"
	return []planned{
		{Check{ID: "garbage", Title: "Garbage token", Expected: refused, Source: sourceToken, Fix: "Answer 401 with error=\"invalid_token\" to whatever is not a token of yours."}, (*checkRun).garbage},
		{Check{ID: "expired", Title: "Expired token", Expected: refused, Source: "RFC 6750 section 3.1, RFC 9068 section 4", Fix: "Compare exp with the clock, allowing for a minute or so."}, (*checkRun).old},
		{Check{ID: "signature", Title: "Altered signature", Expected: refused, Source: signature, Fix: "Verify the signature with the keys of the issuer's jwks_uri, or ask its introspection endpoint."}, (*checkRun).signature},
		{Check{ID: "payload", Title: "Altered payload", Expected: refused, Source: signature, Fix: "Verify the signature over header and payload before any claim is believed."}, (*checkRun).payload},
		{Check{ID: "unsigned", Title: "Unsigned token (alg none)", Expected: refused, Source: "RFC 8725 sections 3.1 and 3.2, RFC 9068 section 4", Fix: "Let the server accept only the algorithms that the issuer uses; never take alg from the token."}, (*checkRun).unsigned},
		{Check{ID: "foreign-key", Title: "Signed by somebody else", Expected: refused, Source: signature, Fix: "Verify with the issuer's keys only, whatever the token's header says (kid, jwk, jku, x5u)."}, (*checkRun).foreignKey},
		{Check{ID: "audience", Title: "Token for another audience", Expected: refused, Source: "MCP basic/authorization, token handling; RFC 8707 section 2", Fix: "Accept a token only when aud names this server."}, (*checkRun).audience},
	}
}

// badToken sends a token that must be refused and judges the answer.
func (r *checkRun) badToken(ctx context.Context, c *Check, token string) {
	seen, err := r.sendToken(ctx, token)
	if !c.answered(seen, err) {
		return
	}
	c.judgeRefusal(r.probe.what, seen)
	if seen.refused() && len(seen.challenge.Raw) == 0 {
		c.warn("There is no WWW-Authenticate header.", "RFC 9110 section 15.5.2")
	} else if seen.refused() && seen.challenge.Error == "" {
		c.note("Its challenge should say error=\"invalid_token\" (" + sourceBearer + "): a client cannot tell that the token is at fault.")
	}
	if seen.repeats(token) {
		c.warn("The answer repeats the token.", "RFC 6750 section 5.3")
		c.Fix = "Do not write tokens into answers or logs."
	}
}

func (r *checkRun) garbage(ctx context.Context, c *Check) {
	if !r.needsProbe(c) {
		return
	}
	r.badToken(ctx, c, "sightglass-check-"+rand.Text())
}

// expired says whether the real token's time is up, with a margin for a server's leniency.
func (r *checkRun) expired() bool {
	exp := r.token.Expires
	if r.jwt != nil {
		if at, ok := r.jwt.time("exp"); ok {
			exp = at.Unix()
		}
	}
	return exp != 0 && clock(r.cfg).Unix() > exp
}

// leniency is the clock skew that servers commonly allow for.
const leniency = 5 * time.Minute

// old sends the real token when it is expired, else one with an altered exp, which says less.
func (r *checkRun) old(ctx context.Context, c *Check) {
	if !r.needsToken(c) || !r.needsProbe(c) {
		return
	}
	if r.expired() {
		r.badToken(ctx, c, r.token.AccessToken)
		c.note("It was your own token, whose time is up.")
		if at, ok := r.expiry(); ok && c.State == checkFail && clock(r.cfg).Sub(at) < leniency {
			c.State = checkWarning
			c.note("It is expired for less than five minutes: the server may allow for clocks that differ.")
		}
		return
	}
	if !r.needsJWT(c) {
		return
	}
	r.alter(ctx, c, func(p map[string]any) { p["exp"] = clock(r.cfg).Add(-24 * time.Hour).Unix() })
	if c.State == checkPass {
		c.is(checkWarning, c.Text+" This shows little: an expired token can only be had by waiting, so exp was set back and the signature is broken too. Run the checks again when your token has expired.")
		c.Fix = "Nothing, until your own token has expired and is let in."
	}
}

func (r *checkRun) expiry() (time.Time, bool) {
	if r.jwt != nil {
		if at, ok := r.jwt.time("exp"); ok {
			return at, true
		}
	}
	return time.Unix(r.token.Expires, 0), r.token.Expires != 0
}

// needsJWT skips a check when the token is opaque.
func (r *checkRun) needsJWT(c *Check) bool {
	if r.jwt == nil {
		c.skip("Your token is opaque: there is nothing in it to alter.")
	}
	return r.jwt != nil
}

func (r *checkRun) signature(ctx context.Context, c *Check) {
	if !r.needsToken(c) || !r.needsProbe(c) || !r.needsJWT(c) {
		return
	}
	head, payload, signature := r.parts()
	raw, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil || len(raw) == 0 {
		c.skip("The token has no signature that could be altered.")
		return
	}
	_, _ = rand.Read(raw) // never fails; nothing of the true one is left
	r.badToken(ctx, c, head+"."+payload+"."+base64.RawURLEncoding.EncodeToString(raw))
}

func (r *checkRun) payload(ctx context.Context, c *Check) {
	if !r.needsToken(c) || !r.needsProbe(c) || !r.needsJWT(c) {
		return
	}
	r.alter(ctx, c, func(p map[string]any) { p["sub"] = "sightglass-check" })
}

// alter sends the token with changed claims under its old signature.
func (r *checkRun) alter(ctx context.Context, c *Check, change func(map[string]any)) {
	head, _, signature := r.parts()
	claims := maps.Clone(r.jwt.p)
	change(claims)
	payload, err := json.Marshal(claims)
	if err != nil {
		c.skip("The token's claims could not be written again.")
		return
	}
	r.badToken(ctx, c, head+"."+base64.RawURLEncoding.EncodeToString(payload)+"."+signature)
}

func (r *checkRun) parts() (head, payload, signature string) {
	p := strings.Split(r.token.AccessToken, ".")
	return p[0], p[1], p[2] // decodeJWT has counted them
}

func (r *checkRun) unsigned(ctx context.Context, c *Check) {
	if !r.needsToken(c) || !r.needsProbe(c) || !r.needsJWT(c) {
		return
	}
	head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`))
	_, payload, _ := r.parts()
	r.badToken(ctx, c, head+"."+payload+".")
}

func (r *checkRun) foreignKey(ctx context.Context, c *Check) {
	if !r.needsToken(c) || !r.needsProbe(c) || !r.needsJWT(c) {
		return
	}
	r.forge(ctx, c, maps.Clone(r.jwt.p))
}

// audience sends a JWT for somebody else. A real one of the same issuer cannot be had without signing in elsewhere.
func (r *checkRun) audience(ctx context.Context, c *Check) {
	if !r.needsToken(c) || !r.needsProbe(c) || !r.needsJWT(c) {
		return
	}
	claims := maps.Clone(r.jwt.p)
	claims["aud"] = elsewhere
	r.forge(ctx, c, claims)
	if c.State == checkPass {
		c.is(checkWarning, c.Text+" This shows little: only the issuer could sign a token for somebody else, so this one is signed by a key made up for the check, and may have been refused for that. Test it with a token that your issuer gave for another resource.")
		c.Fix = "Nothing, unless a token of your issuer for another resource is let in."
	}
}

// forge sends claims signed by a key made for it, under the header of the real token.
func (r *checkRun) forge(ctx context.Context, c *Check, claims map[string]any) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		c.skip("No key could be made: " + err.Error())
		return
	}
	options := &jose.SignerOptions{}
	if typ, ok := r.jwt.h["typ"].(string); ok {
		options = options.WithType(jose.ContentType(typ))
	}
	if kid, ok := r.jwt.h["kid"].(string); ok {
		options = options.WithHeader("kid", kid)
	}
	token, err := signJWT(key, jose.ES256, options, claims)
	if err != nil {
		c.skip("No token could be made: " + err.Error())
		return
	}
	r.badToken(ctx, c, token)
}

// query sends a made-up token in the query. The real one must never be there, so that only a careless server shows
// itself: one that lets it in, or answers otherwise than to a request without a token.
func (r *checkRun) query(ctx context.Context, c *Check) {
	if !r.needsProbe(c) {
		return
	}
	target, err := url.Parse(r.cfg.Resource)
	if err != nil {
		c.skip("The server's URL cannot be read.")
		return
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		c.skip("No key could be made: " + err.Error())
		return
	}
	token, err := signJWT(key, jose.ES256, (&jose.SignerOptions{}).WithType("JWT"), map[string]any{
		"iss": elsewhere, "aud": elsewhere, "sub": "sightglass-check", "exp": clock(r.cfg).Add(time.Hour).Unix(),
	})
	if err != nil {
		c.skip("No token could be made: " + err.Error())
		return
	}
	q := target.Query()
	q.Set("access_token", token)
	target.RawQuery = q.Encode()
	seen, err := r.send(ctx, *r.probe, target.String(), nil)
	if !c.answered(seen, err) {
		return
	}
	c.judgeRefusal(r.probe.what, seen)
	before, after := &r.refusal.challenge, &seen.challenge
	if seen.refused() && (before.Error != after.Error || before.ErrorDescription != after.ErrorDescription) {
		c.is(checkWarning, fmt.Sprintf("%s But the challenge is another than without a token (error %q): the server seems to read the query.", c.Text, cutText(after.Error, 60)))
	} else if seen.refused() {
		c.note("It was a made-up token: your own is never put into a query.")
	}
}

// cors looks at what pages of other origins may do.
func (r *checkRun) cors(ctx context.Context, c *Check) {
	origin := http.Header{"Origin": {elsewhere}}
	pre := origin.Clone()
	pre.Set("Access-Control-Request-Method", http.MethodPost)
	pre.Set("Access-Control-Request-Headers", "authorization, content-type")
	calls := []struct {
		call checkCall
		h    http.Header
	}{{checkCall{"The preflight (OPTIONS)", http.MethodOptions, ""}, pre}, {r.first(), origin}}
	c.is(checkPass, "No page of another origin may send credentials.")
	for _, one := range calls {
		seen, err := r.send(ctx, one.call, r.cfg.Resource, one.h)
		if err != nil {
			c.answered(nil, err)
			return
		}
		c.add(seen.entries...)
		allowed := seen.header.Get("Access-Control-Allow-Origin")
		credentials := strings.EqualFold(seen.header.Get("Access-Control-Allow-Credentials"), "true")
		switch {
		case credentials && (allowed == elsewhere || allowed == "*" || allowed == "null"):
			c.is(checkFail, fmt.Sprintf("%s, sent from %s, was answered with Access-Control-Allow-Origin: %s and Access-Control-Allow-Credentials: true: any page can use the browser's credentials for this server.", one.call.what, elsewhere, allowed))
			return
		case allowed != "" && c.State == checkPass:
			c.Text = fmt.Sprintf("Pages of other origins may call without credentials (Access-Control-Allow-Origin: %s). A program needs none of it; tokens still guard the server.", cutText(allowed, 100))
		}
	}
}
