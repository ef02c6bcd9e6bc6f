package auth

// rulesOf is what the specification expects of a step. The caller holds the lock.
func (f *Flow) rulesOf(id StepID) []Rule {
	var list []Rule
	switch id {
	case StepChallenge:
		list = challengeRules
	case StepResource:
		list = resourceRules
	case StepIssuer:
		list = issuerRules
	case StepServer:
		list = serverRules
	case StepClient:
		list = clientRules
		if f.cfg.Settings.Grant != AuthorizationCode {
			list = clientRules[:1]
		}
	case StepScopes:
		list = scopeRules
	case StepAuthorize:
		list = authorizeRules
	case StepBrowser:
		list = browserRules
	case StepCallback:
		list = callbackRules
	case StepIdentity:
		list = identityRules
	case StepExchange:
		list = exchangeRules
	case StepToken:
		list = tokenRules[f.cfg.Settings.Grant]
	case StepReplay:
		list = replayRules
	}
	return append([]Rule{}, list...)
}

// The rules, never changed.
var (
	challengeRules = []Rule{
		{"A server refuses a request without a good token with 401 and a WWW-Authenticate header.", "RFC 9110 section 11.6.1; RFC 6750 section 3"},
		{"The header names the resource metadata (resource_metadata) and should name the scopes needed.", "RFC 9728 section 5.1; MCP authorization, scope challenges"},
		{"A token without enough scope is refused with 403 and error insufficient_scope.", "RFC 6750 section 3.1"},
	}
	resourceRules = []Rule{
		{"The URL in WWW-Authenticate is used when there is one; else the well-known address of the server's path, then of its root.", "MCP authorization, protected resource metadata discovery"},
		{"The answer is 200 with a JSON object as application/json.", "RFC 9728 section 3.2"},
		{"resource is identical to the URL of the server; a parent of it is taken with a warning.", "RFC 9728 section 3.3"},
		{"authorization_servers names at least one.", "MCP authorization server location"},
	}
	issuerRules = []Rule{
		{"The client chooses among the authorization servers that the resource names.", "RFC 9728 section 7.6"},
		{"An issuer is an https URL without query and fragment.", "RFC 8414 section 2"},
	}
	serverRules = []Rule{
		{"The metadata are looked for as OAuth's and as OpenID Connect's, the well-known name before the issuer's path and behind it; never at the root for an issuer with a path.", "MCP authorization server metadata discovery; RFC 8414 section 3.1"},
		{"issuer in the metadata is identical, letter by letter, to the one looked up; else they must not be used.", "RFC 8414 section 3.3"},
		{"code_challenge_methods_supported lists S256; else the client refuses.", "MCP authorization, authorization code protection"},
		{"All endpoints are https URLs; http only on this machine.", "MCP authorization, communication security"},
	}
	clientRules = []Rule{
		{"A client's credentials are bound to their issuer and used with no other.", "SEP-2352"},
		{"The client is pre-registered, or has a metadata document, or is registered dynamically, or the user is asked: in this order.", "MCP authorization, client registration approaches"},
		{"The redirect URI is a loopback address; its listener is bound before it is registered.", "RFC 8252 section 7.3"},
		{"A dynamic registration names application_type native.", "SEP-837; RFC 7591"},
	}
	scopeRules = []Rule{
		{"The scopes of the refusal; else all of scopes_supported in the resource metadata; else none.", "MCP authorization, scope selection strategy"},
		{"offline_access only where the authorization server lists it.", "SEP-2207"},
		{"A step-up asks for what was requested before and what is new.", "SEP-2350"},
	}
	authorizeRules = []Rule{
		{"PKCE with S256.", "RFC 7636 section 4.2; OAuth 2.1 section 7.5.1"},
		{"state is random, at least 128 bits.", "RFC 6749 section 10.10"},
		{"resource is sent, exactly as the metadata have it.", "RFC 8707 section 2; MCP resource parameter implementation"},
		{"The endpoint's own query is kept.", "RFC 6749 section 3.1"},
		{"Where the server demands it, the request is pushed to it first.", "RFC 9126 section 5"},
		{"The issuer is recorded before the browser is sent anywhere.", "MCP authorization response validation"},
	}
	browserRules = []Rule{
		{"The user's own browser is used, never one inside the program.", "RFC 8252 section 8.12"},
		{"Only http and https URLs are opened.", "MCP security best practices"},
		{"The listener is on the loopback interface, for one callback, for a limited time.", "RFC 8252 section 8.3"},
	}
	callbackRules = []Rule{
		{"state is the one that was sent.", "RFC 6749 section 4.1.2"},
		{"iss is the recorded issuer, letter by letter; when the metadata promise it, it must be there.", "RFC 9207 section 2.4"},
		{"An error is acted on and shown only after both.", "MCP authorization response validation"},
		{"No parameter is there twice.", "RFC 6749 section 3.1"},
	}
	identityRules = []Rule{
		{"The identity provider is found by its issuer, as an authorization server is; issuer in its metadata is identical, letter by letter.", "RFC 8414 section 3; OpenID Connect Discovery section 4"},
		{"Its client is another one than the authorization server's: nothing of one goes to the other.", "SEP-990"},
	}
	exchangeRules = []Rule{
		{"The client authenticates by a method that the identity provider lists.", "RFC 8414 section 2, token_endpoint_auth_methods_supported"},
		{"The identity provider exchanges the user's ID token for an ID-JAG, whose audience is the authorization server's issuer.", "RFC 8693 section 2.1; SEP-990"},
	}
	replayRules = []Rule{
		{"The refused call is sent again once, byte for byte, with the token in the Authorization header.", "RFC 6750 section 2.1"},
	}
	tokenRules = map[Grant][]Rule{
		AuthorizationCode: {
			{"The code goes to the token endpoint with the same redirect_uri, the code_verifier and resource.", "RFC 6749 section 4.1.3; RFC 7636 section 4.5; RFC 8707 section 2.2"},
			{"The client authenticates as it was registered; nothing secret is in a query.", "RFC 6749 section 2.3.1"},
			{"The answer is JSON with access_token and token_type Bearer or DPoP.", "RFC 6749 section 5.1"},
		},
		ClientCredentials: {
			{"The client authenticates with its secret or with a signed assertion whose audience is the issuer.", "RFC 6749 section 4.4; RFC 7523 section 2.2; SEP-1046"},
			{"The answer is JSON with access_token and token_type Bearer or DPoP.", "RFC 6749 section 5.1"},
		},
		Enterprise: {{"The ID-JAG is handed over with the jwt-bearer grant.", "RFC 7523 section 2.1; SEP-990"}},
		Workload:   {{"The workload's JWT is handed over with the jwt-bearer grant, once.", "RFC 7523 section 2.1; SEP-1933"}},
	}
)
