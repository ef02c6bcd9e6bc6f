package auth

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// States of a [Verdict].
const (
	judgedOK      = "ok"
	judgedWarning = "warning"
	judgedError   = "error"
	judgedUnknown = "unknown"
)

// Judge says why a server would, or would not, take a token: audience, issuer, scope, expiry, not before, clock, type
// and binding, each against this server. server is the MCP server's URL, resource the resource parameter that stands
// for it (empty: the token's own), prm its metadata (may be nil). The claims are for display only: no signature is
// checked, and a token is opaque to its client.
func Judge(t *Token, server, resource string, prm *ResourceMetadata, now time.Time) (*Claims, []Verdict) {
	j := judge{t: t, server: server, resource: firstOf(resource, t.Resource), prm: prm, now: now, list: []Verdict{}}
	claims := &Claims{}
	var err error
	if j.jwt, err = decodeJWT(t.AccessToken); err != nil {
		claims.Note = err.Error()
	} else {
		claims.Header, claims.Payload = pretty(j.jwt.header), pretty(j.jwt.payload)
		claims.Note = "Claims as they stand in the token; the signature is not checked here."
	}
	j.home()
	j.audience()
	j.issuer()
	j.scope()
	j.expiry()
	if j.jwt != nil {
		j.notBefore()
		j.clock()
		j.kind()
		j.client()
	}
	j.binding()
	return claims, j.list
}

type judge struct {
	t                *Token
	jwt              *jwtParts // nil: opaque
	server, resource string
	prm              *ResourceMetadata
	now              time.Time
	list             []Verdict
}

func (j *judge) add(what, state, text, source, fix string) {
	j.list = append(j.list, Verdict{What: what, State: state, Text: text, Source: source, Fix: fix})
}

func quoted(s string) string { return fmt.Sprintf("%q", cutText(s, 200)) }

// home is whether the token may go to this server at all.
func (j *judge) home() {
	if j.t.Server != "" && originOf(j.t.Server) != originOf(j.server) {
		j.add("server", judgedError, "It was got for "+quoted(j.t.Server)+", another server: Sightglass does not send it to this one.", "MCP authorization, token handling", "Sign in to this server.")
	}
}

// audience: "MCP servers MUST validate that access tokens were issued specifically for them as the intended audience".
func (j *judge) audience() {
	const what, source = "audience", "RFC 8707 section 2, RFC 9068 section 4"
	if j.jwt == nil {
		j.add(what, judgedUnknown, "It cannot be read; it was asked for with resource "+quoted(j.resource)+".", source, "")
		return
	}
	aud := j.jwt.texts("aud")
	fix := "Make the authorization server put " + quoted(j.resource) + ", the resource parameter, into aud."
	switch {
	case len(aud) == 0:
		j.add(what, judgedWarning, "There is no aud: the server cannot see that the token is meant for it, and a strict one refuses it.", source, fix)
	case slices.Contains(aud, j.resource) && j.resource != "":
		j.add(what, judgedOK, "It is meant for "+quoted(j.resource)+".", source, "")
	case slices.ContainsFunc(aud, func(a string) bool { return sameButSlash(a, j.resource) || sameButSlash(a, j.server) }):
		j.add(what, judgedWarning, "It is meant for "+quoted(aud[0])+", which differs from "+quoted(j.resource)+" by a slash at the end or by case: a strict server refuses it.", source, fix)
	case slices.ContainsFunc(aud, func(a string) bool { return resourceCovers(a, j.server) }):
		j.add(what, judgedWarning, "It is meant for "+quoted(aud[0])+", which covers this server but is not "+quoted(j.resource)+": a strict server refuses it.", source, fix)
	default:
		j.add(what, judgedError, "It is meant for "+quoted(strings.Join(aud, ", "))+", not for "+quoted(j.resource)+": the server must refuse it.", source, fix)
	}
}

func sameButSlash(a, b string) bool {
	return b != "" && strings.EqualFold(strings.TrimSuffix(a, "/"), strings.TrimSuffix(b, "/"))
}

func (j *judge) issuer() {
	const what, source = "issuer", "RFC 9068 section 4, RFC 8414 section 2"
	iss := ""
	if j.jwt != nil {
		iss = j.jwt.text("iss")
	}
	switch {
	case j.prm != nil && len(j.prm.AuthorizationServers) > 0 && !slices.Contains(j.prm.AuthorizationServers, j.t.Issuer):
		j.add(what, judgedError, "It is of "+quoted(j.t.Issuer)+", but the server's metadata now names "+quoted(strings.Join(j.prm.AuthorizationServers, ", "))+".", "RFC 9728 section 2", "Sign in again, with that authorization server.")
	case j.jwt == nil:
		j.add(what, judgedUnknown, "It cannot be read; the token came from "+quoted(j.t.Issuer)+".", source, "")
	case iss == "":
		j.add(what, judgedUnknown, "There is no iss; the token came from "+quoted(j.t.Issuer)+".", source, "Put the issuer into iss.")
	case iss == j.t.Issuer:
		j.add(what, judgedOK, "It was issued by "+quoted(iss)+", as the metadata says.", source, "")
	case sameButSlash(iss, j.t.Issuer):
		j.add(what, judgedWarning, "iss is "+quoted(iss)+", the metadata's issuer "+quoted(j.t.Issuer)+": issuers are compared letter by letter.", source, "Use one spelling in metadata and tokens.")
	default:
		j.add(what, judgedError, "iss is "+quoted(iss)+", but the token came from "+quoted(j.t.Issuer)+".", source, "Make the authorization server use its issuer in tokens, and the server trust that issuer.")
	}
}

// scope compares what is in the token, or was granted, with what was asked for.
func (j *judge) scope() {
	const what, source = "scope", "RFC 6749 section 3.3, RFC 9068 section 2.2.3"
	// offline_access asks for a refresh token (OpenID Connect Core section 11): servers leave it out of access tokens.
	granted, asked := without(j.t.Granted, []string{offlineAccess}), without(j.t.Requested, []string{offlineAccess})
	if len(asked) < len(j.t.Requested) && j.t.RefreshToken == "" {
		j.add("refresh", judgedWarning, "offline_access was asked for, and no refresh token came: when this token ends, you have to sign in again.", "OpenID Connect Core section 11", "Issue a refresh token to this client.")
	}
	have := granted
	if j.jwt != nil {
		in := without(append(j.jwt.words("scope"), j.jwt.words("scp")...), []string{offlineAccess})
		if len(in) > 0 {
			if missing := without(granted, in); len(missing) > 0 {
				j.add(what, judgedWarning, "The token endpoint granted "+quoted(strings.Join(missing, " "))+", which is not in the token.", source, "Put every granted scope into the token's scope claim.")
			}
			have = in
		}
	}
	switch missing := without(asked, have); {
	case len(have) == 0 && len(asked) == 0:
		j.add(what, judgedUnknown, "No scope was asked for, and none is named.", source, "")
	case len(missing) > 0:
		j.add(what, judgedWarning, "Asked for and not granted: "+quoted(strings.Join(missing, " "))+". Calls that need it are refused with insufficient_scope.", source, "Grant the scope to this user or client.")
	default:
		j.add(what, judgedOK, "It has "+quoted(strings.Join(have, " "))+".", source, "")
	}
}

func (j *judge) expiry() {
	const what, source = "expiry", "RFC 7519 section 4.1.4, RFC 6749 section 5.1"
	end, said := time.Unix(j.t.Expires, 0), j.t.Expires != 0
	if j.jwt != nil {
		if exp, ok := j.jwt.time("exp"); ok {
			if said && exp.Sub(end).Abs() > maxSkew {
				j.add(what, judgedWarning, fmt.Sprintf("exp is %s, but expires_in meant %s: the clocks or the lifetimes differ.", shownTime(exp.Unix()), shownTime(end.Unix())), source, "Make expires_in and exp the same end, and set the clocks by NTP.")
			}
			end, said = exp, true
		} else if _, there := j.jwt.p["exp"]; there {
			j.add(what, judgedError, "exp is no number of seconds.", source, "Write exp as a NumericDate.")
		}
	}
	fix := ""
	if j.t.RefreshToken != "" {
		fix = "Refresh the token."
	}
	switch {
	case !said:
		j.add(what, judgedUnknown, "Nobody said when it ends.", source, "")
	case !j.now.Before(end):
		j.add(what, judgedError, "It ended at "+shownTime(end.Unix())+".", source, firstOf(fix, "Sign in again."))
	default:
		j.add(what, judgedOK, fmt.Sprintf("It is good until %s, for %s.", shownTime(end.Unix()), spanText(end.Sub(j.now))), source, "")
	}
}

// spanText is a time span for people, in its two largest units: "1 h", "2 d 3 h", "4 min 5 s".
func spanText(d time.Duration) string {
	d = max(d.Round(time.Second), 0)
	units := []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}}
	for i, u := range units {
		n := d / u.size
		if n == 0 && i+1 < len(units) {
			continue
		}
		text := fmt.Sprintf("%d %s", n, u.name)
		if i+1 < len(units) {
			if rest := (d - n*u.size) / units[i+1].size; rest > 0 {
				text += fmt.Sprintf(" %d %s", rest, units[i+1].name)
			}
		}
		return text
	}
	return ""
}

func (j *judge) notBefore() {
	nbf, ok := j.jwt.time("nbf")
	switch {
	case ok && j.now.Before(nbf):
		j.add("not before", judgedError, fmt.Sprintf("It is not valid before %s, in %s by this machine's clock.", shownTime(nbf.Unix()), spanText(nbf.Sub(j.now))), "RFC 7519 section 4.1.5", "Set the clocks by NTP, and allow for some seconds of difference.")
	case ok:
		j.add("not before", judgedOK, "It is valid since "+shownTime(nbf.Unix())+".", "RFC 7519 section 4.1.5", "")
	}
}

// clock compares iat with our clock when the token came.
func (j *judge) clock() {
	iat, ok := j.jwt.time("iat")
	if !ok || j.t.Issued == 0 {
		return
	}
	off := iat.Sub(time.Unix(j.t.Issued, 0))
	switch {
	case off > maxSkew:
		j.add("clock", judgedWarning, fmt.Sprintf("iat lies %s after the moment when the token came: the server's clock is ahead of this machine's.", spanText(off)), "RFC 7519 section 4.1.6", "Set both clocks by NTP.")
	case off < -maxSkew:
		j.add("clock", judgedWarning, fmt.Sprintf("iat lies %s before the moment when the token came: the server's clock is behind this machine's, or the token is an older one.", spanText(-off)), "RFC 7519 section 4.1.6", "Set both clocks by NTP.")
	default:
		j.add("clock", judgedOK, "Both clocks agree.", "RFC 7519 section 4.1.6", "")
	}
}

// kind looks for tokens that are no access tokens.
func (j *judge) kind() {
	const what, source = "type", "RFC 9068 section 2.1"
	typ, _ := j.jwt.h["typ"].(string)
	alg, _ := j.jwt.h["alg"].(string)
	plain := strings.TrimPrefix(strings.ToLower(typ), "application/")
	_, hash := j.jwt.p["at_hash"]
	_, nonce := j.jwt.p["nonce"]
	switch {
	case strings.EqualFold(alg, "none"):
		j.add(what, judgedError, "It is not signed (alg none): anybody could have made it.", "RFC 8725 section 3.2", "Sign tokens, and refuse unsigned ones.")
	case plain == "at+jwt":
		j.add(what, judgedOK, "It is an access token (typ at+jwt).", source, "")
	case hash || nonce:
		j.add(what, judgedWarning, "It looks like an ID token (at_hash or nonce), which is for the client and not for a server.", "OpenID Connect Core section 2", "Issue an access token for the resource.")
	case plain == "" || plain == "jwt":
		j.add(what, judgedOK, "It is a JWT; its typ does not say that it is an access token (at+jwt).", source, "")
	default:
		j.add(what, judgedWarning, "Its typ is "+quoted(typ)+", not at+jwt.", source, "Use typ at+jwt for access tokens.")
	}
}

func (j *judge) client() {
	id := firstOf(j.jwt.text("client_id"), j.jwt.text("azp"))
	if id != "" && j.t.Client.ID != "" && id != j.t.Client.ID {
		j.add("client", judgedWarning, "It was issued to the client "+quoted(id)+", not to "+quoted(j.t.Client.ID)+".", "RFC 9068 section 2.2", "")
	}
}

// binding compares the key in the token with ours (RFC 9449 section 6).
func (j *judge) binding() {
	const what, source = "binding", "RFC 9449 section 6.1"
	dpop := strings.EqualFold(j.t.TokenType, "DPoP")
	jkt, mtls := "", false
	if j.jwt != nil {
		cnf, _ := j.jwt.p["cnf"].(map[string]any)
		jkt, _ = cnf["jkt"].(string)
		_, mtls = cnf["x5t#S256"]
	}
	switch {
	case dpop && j.jwt != nil && jkt == "":
		j.add(what, judgedWarning, "It is a DPoP token, but names no key (cnf.jkt): the server cannot see that it is bound.", source, "Put cnf.jkt into the token, or answer it in introspection.")
	case dpop && jkt != "":
		if key, err := parseKey(j.t.DPoPKey); err != nil || thumbprint(key) != jkt {
			j.add(what, judgedError, "It is bound to another key than the one here: every proof is refused.", source, "Sign in again.")
		} else {
			j.add(what, judgedOK, "It is bound to the key here.", source, "")
		}
	case dpop:
		j.add(what, judgedUnknown, "It is a DPoP token; the server knows the key.", source, "")
	case jkt != "":
		j.add(what, judgedError, "It is bound to a key (cnf.jkt), but was issued as a Bearer token: the server refuses it without a proof.", source, `Answer with "token_type": "DPoP".`)
	case mtls:
		j.add(what, judgedWarning, "It is bound to a client certificate: it works only over a connection that presents it.", "RFC 8705 section 3", "Set the client certificate in the server's network settings.")
	}
}

// texts is a claim that is a string or an array of strings.
func (j *jwtParts) texts(name string) []string {
	if s := j.text(name); s != "" {
		return []string{s}
	}
	raw, err := json.Marshal(j.p[name])
	if err != nil {
		return nil
	}
	return textList(raw)
}

// words is a claim that is a blank-separated string or an array.
func (j *jwtParts) words(name string) []string {
	var out []string
	for _, s := range j.texts(name) {
		out = append(out, strings.Fields(s)...)
	}
	return out
}
