package challenge

import "strings"

// explained is what is known about a scheme, a parameter or an error code.
type explained struct{ meaning, source string }

// schemes of IANA's registry of HTTP authentication schemes, in lower case. Never changed.
var schemes = map[string]explained{
	"bearer":        {"An OAuth 2.0 access token is wanted in the Authorization header.", "RFC 6750 section 3"},
	"dpop":          {"An OAuth 2.0 access token bound to a key is wanted, with a DPoP proof for each request.", "RFC 9449 section 7.1"},
	"basic":         {"A user name and a password are wanted.", "RFC 7617 section 2"},
	"digest":        {"A user name and a password are wanted, sent as a hash.", "RFC 7616 section 3.3"},
	"negotiate":     {"Kerberos or NTLM through the operating system is wanted.", "RFC 4559 section 4"},
	"ntlm":          {"Windows NTLM is wanted.", "MS-NTHT section 2"},
	"mutual":        {"A password is wanted, by an exchange that proves the server's knowledge of it too.", "RFC 8120 section 4"},
	"hoba":          {"A signature by a key of this origin is wanted.", "RFC 7486 section 3"},
	"scram-sha-1":   {"A user name and a password are wanted, by SCRAM with SHA-1.", "RFC 7804 section 5"},
	"scram-sha-256": {"A user name and a password are wanted, by SCRAM with SHA-256.", "RFC 7804 section 5"},
	"vapid":         {"A signed web push token is wanted.", "RFC 8292 section 3"},
	"gnap":          {"A GNAP access token is wanted.", "RFC 9635 section 9.1"},
	"privatetoken":  {"A Privacy Pass token is wanted.", "RFC 9577 section 2.1"},
	"concealed":     {"A signature over the TLS connection is wanted.", "RFC 9729 section 3"},
}

// common are parameters that any scheme may have, and the ones of OAuth, in lower case. Never changed.
var common = map[string]explained{
	"realm":             {"The area of the server that this protection covers, as the server calls it.", "RFC 9110 section 11.5"},
	"scope":             {"The scopes that the access token needs, divided by spaces.", "RFC 6750 section 3"},
	"error":             {"Why the request was refused, as a code.", "RFC 6750 section 3.1"},
	"error_description": {"Why the request was refused, in words for the developer.", "RFC 6750 section 3"},
	"error_uri":         {"A page that explains the error to people.", "RFC 6750 section 3"},
	"resource_metadata": {"Where the protected resource metadata is: it names the authorization servers.", "RFC 9728 section 5.1"},
	"algs":              {"The signature algorithms that the server accepts for DPoP proofs.", "RFC 9449 section 7.1"},
	"acr_values":        {"The authentication context classes, one of which the sign-in has to reach.", "RFC 9470 section 3"},
	"max_age":           {"How many seconds ago the user may have signed in at most.", "RFC 9470 section 3"},
	"authorization_uri": {"The authorization endpoint. Not standardized (Microsoft and others send it); not used for sign-in.", ""},
	"as_uri":            {"The authorization server. Standardized for UMA and ACE only; not used for sign-in.", "UMA 2.0 Grant section 3.2.1"},
	"as":                {"The authorization server. Not standardized for Bearer; not used for sign-in.", ""},
	"resource_id":       {"The resource as its authorization server calls it. Not standardized (Microsoft sends it).", ""},
	"client_id":         {"An application's id. Not standardized here (Microsoft sends it).", ""},
	"resource":          {"The resource's identifier. Not standardized in a challenge.", ""},
	"claims":            {"Claims that the token has to carry, in base64. Not standardized (Microsoft sends it).", ""},
	"ticket":            {"The permission ticket of this refusal.", "UMA 2.0 Grant section 3.2.1"},
}

// ofScheme are parameters by "scheme name", in lower case. Never changed.
var ofScheme = map[string]explained{
	"basic charset":    {"The encoding of the user name and password: only UTF-8 is allowed.", "RFC 7617 section 2.1"},
	"digest nonce":     {"A one-time value that goes into the hash.", "RFC 7616 section 3.3"},
	"digest opaque":    {"A value that the client sends back unchanged.", "RFC 7616 section 3.3"},
	"digest qop":       {"What the hash protects: auth, or auth-int for the body too.", "RFC 7616 section 3.3"},
	"digest algorithm": {"The hash.", "RFC 7616 section 3.3"},
	"digest stale":     {"True: only the nonce was too old, the credentials may be right.", "RFC 7616 section 3.3"},
	"digest domain":    {"The addresses for which the same credentials are good.", "RFC 7616 section 3.3"},
	"digest charset":   {"The encoding of the user name and password: only UTF-8 is allowed.", "RFC 7616 section 3.3"},
	"digest userhash":  {"True: the user name may be sent as a hash.", "RFC 7616 section 3.4.4"},
	"dpop nonce":       {"A value for the next proof. The standard has it in the DPoP-Nonce header, not here.", "RFC 9449 section 8"},
	"bearer nonce":     {"Not a parameter of Bearer; a DPoP nonce is sent in the DPoP-Nonce header.", ""},
	"hoba challenge":   {"The value to be signed.", "RFC 7486 section 3"},
	"hoba max-age":     {"For how many seconds the challenge is good.", "RFC 7486 section 3"},
}

// codes are the error codes with a known meaning. Never changed.
var codes = map[string]explained{
	"invalid_request":                  {"The request is malformed: a parameter is missing, repeated or not supported.", "RFC 6750 section 3.1"},
	"invalid_token":                    {"The access token is expired, revoked, malformed or otherwise invalid.", "RFC 6750 section 3.1"},
	"insufficient_scope":               {"The access token is good, but the request needs more scopes than it has.", "RFC 6750 section 3.1"},
	"insufficient_user_authentication": {"The user has to sign in again, in a stronger way or more recently.", "RFC 9470 section 3"},
	"use_dpop_nonce":                   {"The DPoP proof has to carry the nonce of the DPoP-Nonce header.", "RFC 9449 section 9"},
	"invalid_dpop_proof":               {"The DPoP proof is invalid.", "RFC 9449 section 7.1"},
}

func isKnownScheme(name string) bool { _, ok := schemes[strings.ToLower(name)]; return ok }

func isKnownParam(name string) bool { _, ok := common[strings.ToLower(name)]; return ok }

// isOAuth says whether a scheme is one that OAuth's sign-in serves.
func (s *Scheme) isOAuth() bool {
	return strings.EqualFold(s.Name, "Bearer") || strings.EqualFold(s.Name, "DPoP")
}

// get gives the first value of a parameter.
func (s *Scheme) get(name string) (string, bool) {
	for _, p := range s.Params {
		if strings.EqualFold(p.Name, name) {
			return p.Value, true
		}
	}
	return "", false
}

// explain fills in what the schemes and parameters mean.
func explain(found []Scheme) {
	for i := range found {
		s := &found[i]
		switch e, ok := schemes[strings.ToLower(s.Name)]; {
		case ok:
			s.Meaning, s.Source = e.meaning, e.source
		case s.Name == "":
			s.Meaning = "No scheme stands before this, so it belongs to no challenge."
		default:
			s.Meaning = "An authentication scheme that Sightglass does not know."
		}
		for k := range s.Params {
			s.Params[k].explain(s.Name)
		}
	}
}

func (p *Param) explain(scheme string) {
	name := strings.ToLower(p.Name)
	e, ok := ofScheme[strings.ToLower(scheme)+" "+name]
	if !ok {
		e, ok = common[name]
	}
	if !ok {
		e.meaning = "A parameter without a standardized meaning here."
	}
	if name == "error" {
		if c, ok := codes[p.Value]; ok {
			e = c
		} else {
			e.meaning = "Why the request was refused, as a code; this one is not standardized."
		}
	}
	p.Meaning, p.Source = e.meaning, e.source
}
