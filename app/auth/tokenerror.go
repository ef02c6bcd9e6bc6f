package auth

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// OAuthError is the error answer of a token or revocation endpoint (RFC 6749 section 5.2). Its texts are the peer's:
// cut to one line, our secrets replaced, to be shown as text only.
type OAuthError struct {
	Code        string // error
	Description string // error_description
	URI         string // error_uri, never to be opened by itself
	Status      int    // HTTP status
}

// Error is the code and the description.
func (e *OAuthError) Error() string {
	if e.Description == "" {
		return e.Code
	}
	return e.Code + ": " + e.Description
}

// readOAuthError finds the error in an answer of any status; nil when there is none.
func readOAuthError(status int, body []byte) *OAuthError {
	m, _ := members(body)
	e := &OAuthError{Status: status}
	if m == nil || json.Unmarshal(m["error"], &e.Code) != nil || e.Code == "" {
		return nil
	}
	_ = json.Unmarshal(m["error_description"], &e.Description)
	_ = json.Unmarshal(m["error_uri"], &e.URI)
	return e
}

// refused explains an error answer.
func (c *tokenCall) refused(resp *Response, e *OAuthError) *fault.CallError {
	e.Code, e.Description, e.URI = c.hide.text(e.Code, 100), c.hide.text(e.Description, 500), c.hide.text(e.URI, 300)
	if resp.Status == http.StatusOK {
		c.note("warning", "The error came with status 200.", "RFC 6749 section 5.2", "Answer errors with 400, invalid_client with 401.")
	}
	text, fix := explainTokenError(e.Code, c.in.Form.Get("grant_type"), c.in.Resource)
	f := c.fault(resp, fmt.Sprintf("The token endpoint refused with %q: %s", e.Code, text), fix)
	if e.Description != "" {
		f.Message += fmt.Sprintf(" It says: %q.", e.Description)
	}
	f.Cause = e
	c.msg.Got = []Fact{{Name: "error", Value: e.Code, State: "error"}}
	if e.Description != "" {
		c.msg.Got = append(c.msg.Got, Fact{Name: "error_description", Value: e.Description})
	}
	if e.URI != "" {
		c.msg.Got = append(c.msg.Got, Fact{Name: "error_uri", Value: e.URI, Note: "not opened"})
	}
	c.msg.Text = "Refused: " + e.Error()
	return f
}

// explainTokenError says in plain words what a token endpoint's error code means for this grant, and what to do.
func explainTokenError(code, grant, resource string) (text, fix string) {
	switch code {
	case "invalid_grant":
		return explainInvalidGrant(grant)
	case "invalid_client":
		return "the client is unknown here, or did not authenticate as it has to (RFC 6749 section 5.2).",
			"Compare client id, secret and client authentication with the registration. A client that was deleted or has expired must be registered again."
	case "invalid_request":
		return "a parameter is missing, repeated or malformed (RFC 6749 section 5.2).",
			"Compare the parameters sent with what the server's documentation asks for; some servers do not know the resource parameter and should ignore it (RFC 6749 section 3.2)."
	case "unauthorized_client":
		return "this client may not use this grant (RFC 6749 section 5.2).",
			"Allow the grant for the client at the authorization server (grant_types of its registration)."
	case "unsupported_grant_type":
		return "the server does not know this grant (RFC 6749 section 5.2).",
			"Enable the grant " + cutText(grant, 80) + " at the authorization server, or choose another way in."
	case "invalid_scope":
		return "a scope is unknown, malformed, or more than may be asked for (RFC 6749 section 5.2).",
			"Correct the scopes in the sign-in settings, or scopes_supported in the resource metadata."
	case "invalid_target":
		return fmt.Sprintf("the server issues no tokens for the resource %q (RFC 8707 section 2).", cutText(resource, 200)),
			"Make this resource known to the authorization server, or correct resource in the resource metadata: both must be the same text."
	case "invalid_dpop_proof":
		return "the DPoP proof was not accepted (RFC 9449 section 5).",
			"Compare the clocks of both machines, the algorithm, and htm and htu of the proof with the request; behind a proxy the server must know its public URL."
	case "use_dpop_nonce":
		return "the server wants a nonce in the DPoP proof and did not accept the one that it gave (RFC 9449 section 8).",
			"Send the nonce in DPoP-Nonce and accept it in the next request."
	case "access_denied":
		return "the request was denied.", "Ask whoever runs the authorization server why this user or client is denied."
	case "interaction_required", "login_required", "consent_required":
		return "the user has to do something in the browser.", "Sign in again."
	case "temporarily_unavailable", "server_error", "slow_down":
		return "the server cannot answer now.", "Try again later."
	}
	return "this code is not one of RFC 6749 section 5.2.", "The server's documentation or log says what it means."
}

func explainInvalidGrant(grant string) (text, fix string) {
	switch grant {
	case "authorization_code":
		return "the code is not valid for this request: it has expired, was used before, belongs to another client, or redirect_uri or code_verifier differ from the authorization request (RFC 6749 section 5.2, RFC 7636 section 4.6).",
			"Sign in again without waiting. If it stays: compare redirect_uri of both requests letter by letter, and the clocks of the server's machines."
	case "refresh_token":
		return "the refresh token is not valid any more: it has expired, was revoked, was spent already (rotation), or belongs to another client or resource (RFC 6749 section 5.2).",
			"Sign in again. If it happens often, look whether another program uses the same sign-in: with rotation a token spent twice ends them all."
	case grantTokenExchange:
		return "the identity provider does not accept the token that is to be exchanged: it has expired, or was issued for another client (RFC 8693 section 2.2.2).",
			"Get a new ID token from the identity provider for the client set there, and put it into the sign-in settings."
	case grantJWTBearer:
		return "the assertion is not accepted: it has expired, its audience is not this server, or its issuer is not trusted here (RFC 7523 section 3.1).",
			"Compare iss, aud and exp of the assertion with what the authorization server expects, and the clocks of both machines."
	}
	return "the grant is not valid, has expired or was revoked (RFC 6749 section 5.2).", "Sign in again."
}

func statusHint(status int) string {
	switch {
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed:
		return "Nothing at this URL takes token requests: compare token_endpoint of the metadata with the server's routes."
	case status == http.StatusUnauthorized:
		return "Answer a client that cannot authenticate with the JSON error invalid_client (RFC 6749 section 5.2). Compare client id and secret with the registration."
	case status == http.StatusForbidden:
		return "Something before the token endpoint may refuse the request: a firewall or a gateway. Errors are answered as JSON (RFC 6749 section 5.2)."
	case status == http.StatusTooManyRequests:
		return "Too many requests: try again later."
	case status >= 500:
		return "The authorization server failed: its log says more."
	}
	return "Answer errors as JSON with the member error (RFC 6749 section 5.2)."
}

// The grant types of RFC 8693 and RFC 7523.
const (
	grantTokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
	grantJWTBearer     = "urn:ietf:params:oauth:grant-type:jwt-bearer"
)
