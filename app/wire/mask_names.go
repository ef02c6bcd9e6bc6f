package wire

import (
	"slices"
	"strings"
	"unicode"
)

// notCredentials are names that hold a credential's word and no credential.
var notCredentials = map[string]bool{
	"www-authenticate": true, "proxy-authenticate": true, "authentication-info": true,
	"proxy-authentication-info": true, "sec-websocket-key": true, "sec-websocket-accept": true,
	"idempotency-key": true, "surrogate-key": true, "cache-key": true, "x-cache-key": true,
	"token_type": true, "token_type_hint": true, "token_endpoint": true, "token_endpoint_auth_method": true,
	"code_challenge": true, "code_challenge_method": true, "response_code": true, "status_code": true,
	"subject_token_type": true, "actor_token_type": true, "requested_token_type": true, "issued_token_type": true,
	"client_assertion_type": true, "authorization_details": true, "authorization_endpoint": true, "authorization_servers": true,
	"max_tokens": true, "progress_token": true, "page_token": true, "next_page_token": true,
}

// words that make a name a credential's, with the word shown in its placeholder.
var credentialWords = map[string]string{
	"authorization": "auth", "auth": "auth",
	"token": "token", "jwt": "token", "bearer": "token", "assertion": "token", "sig": "key", "signature": "key",
	"accesstoken": "token", "authtoken": "token", "idtoken": "token", "refreshtoken": "token",
	"secret": "secret", "clientsecret": "secret", "credential": "secret", "credentials": "secret",
	"password": "password", "passwd": "password", "passphrase": "password", "pwd": "password", "pass": "password",
	"apikey": "key", "cookie": "cookie",
	"session": "session", "sessionid": "session", "sid": "session", "jsessionid": "session", "phpsessid": "session",
}

// keyWords make "key" a credential when they stand before it.
var keyWords = []string{
	"api", "access", "account", "app", "auth", "functions", "host", "license", "private", "secret", "security",
	"service", "shared", "subscription", "x",
}

// credential says whether a header (lower case) or a query key (lower case, words divided) looks like one that
// carries a credential, and of which kind: "auth" for a header with a scheme word, "" for none. In a query "key"
// alone and "code" alone are taken for credentials, as Google's APIs and OAuth have them.
func credential(name string, query bool) string {
	if notCredentials[name] || strings.Contains(name, "ratelimit") || strings.Contains(name, "rate-limit") {
		return ""
	}
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' || r == '.' || r == '[' || r == ']' })
	for i := range slices.Backward(words) { // "client_secret_id", "x-auth-token": the later word says what it is
		w := words[i]
		if kind := credentialWords[w]; kind != "" {
			if kind == "auth" && !query && w == "auth" {
				kind = "token"
			}
			return kind
		}
		if w == "key" && i > 0 && slices.Contains(keyWords, words[i-1]) {
			return "key"
		}
	}
	switch {
	case query && name == "key":
		return "key"
	case query && (name == "code" || name == "auth_code" || name == "authorization_code" || name == "code_verifier"):
		return "code"
	}
	return ""
}

// snake divides the words of a camelCase name by "_".
func snake(name string) string {
	var out strings.Builder
	lower := false
	for _, r := range name {
		if lower && unicode.IsUpper(r) {
			out.WriteByte('_')
		}
		lower = unicode.IsLower(r) || unicode.IsDigit(r)
		out.WriteRune(r)
	}
	return out.String()
}
