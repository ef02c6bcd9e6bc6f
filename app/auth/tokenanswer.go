package auth

import (
	"encoding/json"
	"fmt"
	"math"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// Bounds of a token answer. A token goes into a header of each request, and with everything else into the keychain.
const (
	maxTokenSize = 64 << 10                // bytes of one token
	maxLifetime  = 10 * 365 * 24 * 60 * 60 // seconds; more is taken for this
	maxSkew      = time.Minute             // between two clocks: less is usual
	maxMembers   = 60                      // of the answer, listed
)

// members reads a token answer: JSON by rule, form-encoded from servers that predate it. form tells which.
func members(body []byte) (m map[string]json.RawMessage, form bool) {
	body = trimBOM(body)
	if json.Unmarshal(body, &m) == nil && m != nil {
		return m, false
	}
	text := string(body)
	if len(text) == 0 || strings.ContainsAny(text, "<{[ \r\n") || !strings.Contains(text, "=") {
		return nil, false
	}
	values, err := url.ParseQuery(text)
	if err != nil {
		return nil, false
	}
	m = map[string]json.RawMessage{}
	for name := range values {
		v, _ := json.Marshal(values.Get(name))
		m[name] = v
	}
	return m, true
}

func trimBOM(b []byte) []byte {
	return []byte(strings.TrimSpace(strings.TrimPrefix(string(b), "\ufeff")))
}

// bodyKind says what a body that is not JSON looks like, as the end of a sentence.
func bodyKind(resp *Response) string {
	body := strings.ToLower(strings.TrimSpace(string(resp.Body[:min(len(resp.Body), 200)])))
	switch kind := mediaTypeOf(resp.Header.Get("Content-Type")); {
	case len(body) == 0:
		return ", with an empty body"
	case kind == "text/html" || strings.HasPrefix(body, "<!doctype html") || strings.HasPrefix(body, "<html"):
		return ", with a web page (HTML)"
	case !utf8.Valid(resp.Body[:min(len(resp.Body), 100)]):
		return ", with bytes that are no text"
	}
	return ""
}

func mediaTypeOf(contentType string) string {
	t, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		t, _, _ = strings.Cut(contentType, ";")
	}
	return strings.ToLower(strings.TrimSpace(t))
}

// accept reads a successful answer (RFC 6749 section 5.1).
func (c *tokenCall) accept(resp *Response) (*Token, error) {
	m, form := members(resp.Body)
	kind := mediaTypeOf(resp.Header.Get("Content-Type"))
	switch {
	case m == nil:
		return nil, c.fault(resp, fmt.Sprintf("The token endpoint answered with status %d, but not with a JSON object%s.", resp.Status, bodyKind(resp)),
			"Answer with application/json (RFC 6749 section 5.1). A web page here means that the URL is not the token endpoint, or that something stands before it.")
	case form:
		c.note("warning", "The answer is form-encoded, not JSON.", "RFC 6749 section 5.1", "Answer with application/json.")
	case kind != "application/json" && !strings.HasSuffix(kind, "+json"):
		c.note("warning", fmt.Sprintf("The answer is JSON, but its content type is %q.", cutText(kind, 60)), "RFC 6749 section 5.1", "Send Content-Type: application/json.")
	}
	if resp.Status != 200 {
		c.note("warning", fmt.Sprintf("The answer's status is %d, not 200.", resp.Status), "RFC 6749 section 5.1", "Answer with 200.")
	}
	c.skew(resp)
	t := &Token{
		Issued: clock(c.cfg).Unix(), Requested: c.in.Requested, Issuer: c.in.Issuer, Server: c.cfg.Resource, Resource: c.in.Resource, Grant: c.in.Grant,
		Client: c.in.Client, Endpoint: c.in.Endpoint, Revocation: c.in.Revocation, DPoPKey: c.in.DPoPKey,
	}
	var why string
	if t.AccessToken, why = tokenMember(m, "access_token"); why != "" {
		return nil, c.fault(resp, "The answer holds no usable access token: "+why+".", "Answer with access_token, token_type and expires_in (RFC 6749 section 5.1).")
	}
	c.hide.add("token", t.AccessToken)
	for name, to := range map[string]*string{"refresh_token": &t.RefreshToken, "id_token": &t.IDToken} {
		if _, there := m[name]; !there {
			continue
		}
		if *to, why = tokenMember(m, name); why != "" {
			c.note("warning", "It is left out: "+why+".", "RFC 6749 section 5.1", "Send "+name+" as a string, or leave it out.")
		}
		c.hide.add("token", *to)
	}
	if f := c.tokenType(resp, t, m); f != nil {
		return nil, f
	}
	c.lifetime(t, m)
	c.scope(t, m)
	c.msg.Got, c.msg.State, c.msg.Text = c.got(t, m), Done, tokenText(t)
	for _, f := range c.list {
		if f.Severity != "info" {
			c.msg.State = Warned
		}
	}
	return t, nil
}

// skew compares the clocks: one that is wrong makes valid tokens look expired, or not valid yet.
func (c *tokenCall) skew(resp *Response) {
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return
	}
	if off := date.Sub(clock(c.cfg)).Round(time.Second); off.Abs() > maxSkew {
		c.note("warning", fmt.Sprintf("The server's clock differs from this machine's by %s (its Date header): tokens may look expired or not valid yet.", spanText(off.Abs())), "RFC 9110 section 6.6.1", "Set both clocks by NTP.")
	}
}

func tokenText(t *Token) string {
	what := "A " + t.TokenType + " token"
	if t.TokenType == "N_A" {
		what = "An ID-JAG"
	}
	if t.Expires == 0 {
		return what + "."
	}
	return fmt.Sprintf("%s for %d s.", what, t.Expires-t.Issued)
}

// tokenMember reads a member that is a token: a string that may stand in a header (RFC 6749 appendix A.12: VSCHAR).
func tokenMember(m map[string]json.RawMessage, name string) (value, why string) {
	raw, there := m[name]
	switch {
	case !there:
		return "", name + " is missing"
	case json.Unmarshal(raw, &value) != nil || string(raw) == "null":
		return "", name + " is " + jsonKind(raw) + ", not a string"
	case value == "":
		return "", name + " is empty"
	case len(value) > maxTokenSize:
		return "", fmt.Sprintf("%s has %d bytes, more than %d", name, len(value), maxTokenSize)
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }):
		return "", name + " holds characters that may not stand in a header"
	}
	return value, ""
}

func jsonKind(raw json.RawMessage) string {
	if len(raw) == 0 {
		return "empty"
	}
	switch raw[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}

// tokenType checks token_type: "The client MUST NOT use an access token if it does not understand the token type"
// (RFC 6749 section 7.1).
func (c *tokenCall) tokenType(resp *Response, t *Token, m map[string]json.RawMessage) *fault.CallError {
	raw, there := m["token_type"]
	if c.in.IDJAG {
		return c.issuedType(resp, t, m)
	}
	if json.Unmarshal(raw, &t.TokenType) != nil || t.TokenType == "" {
		why := "missing"
		if there {
			why = jsonKind(raw)
		}
		t.TokenType = "Bearer"
		c.note("warning", "token_type, which is required, is "+why+": Bearer is assumed.", "RFC 6749 section 5.1", `Send "token_type": "Bearer".`)
	}
	switch {
	case strings.EqualFold(t.TokenType, "Bearer"):
		if c.key != nil && c.cfg.Settings.DPoP == DPoPAlways {
			return c.fault(resp, "The token is a Bearer token, and this server is set to DPoP always.", "Bind tokens to the key of the DPoP proof (RFC 9449 section 5), or set DPoP to automatic.")
		}
		if c.key != nil {
			c.note("warning", "A DPoP proof was sent, but the token is a Bearer token: whoever has it can use it.", "RFC 9449 section 5", `Bind the token to the proof's key and answer with "token_type": "DPoP".`)
		}
		t.DPoPKey = ""
	case strings.EqualFold(t.TokenType, "DPoP"):
		if c.key == nil {
			return c.fault(resp, "The token is a DPoP token, but no proof was sent: it is bound to no key of ours.", "Set DPoP to always for this server.")
		}
	default:
		return c.fault(resp, fmt.Sprintf("The token's type is %q, which is not known here: such a token must not be used.", cutText(t.TokenType, 60)), "Issue Bearer (RFC 6750) or DPoP (RFC 9449) tokens.")
	}
	return nil
}

// tokenTypeIDJAG is the token type of an identity assertion authorization grant.
const tokenTypeIDJAG = "urn:ietf:params:oauth:token-type:id-jag"

// issuedType checks the answer of a token exchange (RFC 8693 section 2.2.1): what came must be an ID-JAG, which is no
// access token.
func (c *tokenCall) issuedType(resp *Response, t *Token, m map[string]json.RawMessage) *fault.CallError {
	var issued string
	_ = json.Unmarshal(m["issued_token_type"], &issued)
	switch issued {
	case tokenTypeIDJAG:
	case "":
		c.note("warning", "issued_token_type, which is required, is missing: an ID-JAG is assumed.", "RFC 8693 section 2.2.1", "Send issued_token_type "+tokenTypeIDJAG+".")
	default:
		return c.fault(resp, fmt.Sprintf("The identity provider issued %q where an ID-JAG was asked for.", cutText(issued, 100)),
			"Enable identity assertion grants (ID-JAG) for this client at the identity provider.")
	}
	t.TokenType = "N_A"
	return nil
}

// lifetime reads expires_in: seconds, a number by rule, a string from some servers.
func (c *tokenCall) lifetime(t *Token, m map[string]json.RawMessage) {
	raw, there := m["expires_in"]
	if !there || string(raw) == "null" {
		c.note("info", "The answer does not say how long the token is good: it is used until it is refused.", "RFC 6749 section 5.1", "Send expires_in.")
		return
	}
	var seconds float64
	if json.Unmarshal(raw, &seconds) != nil {
		var text string
		var err error
		if json.Unmarshal(raw, &text) == nil {
			seconds, err = strconv.ParseFloat(strings.TrimSpace(text), 64)
		}
		if text == "" || err != nil || math.IsNaN(seconds) || math.IsInf(seconds, 0) {
			c.note("warning", "expires_in is "+jsonKind(raw)+" that is no number of seconds: it is left out.", "RFC 6749 section 5.1", "Send expires_in as a number.")
			return
		}
		c.note("warning", "expires_in is a string, not a number.", "RFC 6749 section 5.1", "Send expires_in as a number.")
	}
	switch {
	case seconds < 1:
		c.note("warning", fmt.Sprintf("expires_in is %v: the token is used until it is refused.", seconds), "RFC 6749 section 5.1", "Send the lifetime in seconds.")
		return
	case seconds > maxLifetime:
		c.note("warning", "expires_in is more than ten years.", "RFC 6749 section 5.1", "Send the lifetime in seconds, not in milliseconds or as a date.")
		seconds = maxLifetime
	}
	t.Expires = t.Issued + int64(seconds)
}

// scope reads what was granted. RFC 6749 section 5.1: scope is "OPTIONAL, if identical to the scope requested by the
// client; otherwise, REQUIRED".
func (c *tokenCall) scope(t *Token, m map[string]json.RawMessage) {
	t.Granted = slices.Clone(t.Requested)
	raw, there := m["scope"]
	if !there || string(raw) == "null" {
		return
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		var list []string
		if json.Unmarshal(raw, &list) != nil {
			c.note("warning", "scope is "+jsonKind(raw)+", not a string: it is left out.", "RFC 6749 section 3.3", "Send scope as a blank-separated string.")
			return
		}
		c.note("warning", "scope is an array, not a string.", "RFC 6749 section 3.3", "Send scope as a blank-separated string.")
		text = strings.Join(list, " ")
	}
	granted := strings.Fields(text)
	if len(granted) == 0 {
		c.note("info", "scope is empty.", "RFC 6749 section 3.3", "Leave scope out when it is as requested.")
		return
	}
	t.Granted = granted
	if missing := without(t.Requested, granted); len(missing) > 0 {
		c.note("warning", "Not granted: "+cutText(strings.Join(missing, " "), 300)+".", "RFC 6749 section 3.3", "Grant the scopes to this user or client, if it is to have them.")
	}
	if more := without(granted, t.Requested); len(more) > 0 && len(t.Requested) > 0 {
		c.note("info", "Granted besides what was asked for: "+cutText(strings.Join(more, " "), 300)+".", "RFC 6749 section 3.3", "")
	}
}

// without is what of a is not in b.
func without(a, b []string) []string {
	var out []string
	for _, s := range a {
		if !slices.Contains(b, s) && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// got lists the answer's members. What is not of the standard is named, not shown: it can be a credential.
func (c *tokenCall) got(t *Token, m map[string]json.RawMessage) []Fact {
	facts := []Fact{{Name: "access_token", Value: hide(c.cfg, "token", t.AccessToken), Secret: true}, {Name: "token_type", Value: cutText(t.TokenType, 60)}}
	for _, name := range []string{"expires_in", "scope"} {
		if raw, there := m[name]; there {
			facts = append(facts, Fact{Name: name, Value: cutText(strings.Trim(string(raw), `"`), 500)})
		}
	}
	for _, f := range []Fact{{Name: "refresh_token", Value: t.RefreshToken}, {Name: "id_token", Value: t.IDToken}} {
		if f.Value != "" {
			facts = append(facts, Fact{Name: f.Name, Value: hide(c.cfg, "token", f.Value), Secret: true})
		}
	}
	known := []string{"access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token"}
	for _, name := range sortedNames(m) {
		if slices.Contains(known, name) || len(facts) >= maxMembers {
			continue
		}
		facts = append(facts, Fact{Name: cutText(name, 100), Value: "(" + jsonKind(m[name]) + ")", Note: "not used by Sightglass; the exchange shows it"})
	}
	return facts
}

func sortedNames(m map[string]json.RawMessage) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
