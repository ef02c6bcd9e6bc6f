package profile

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Found is a value that looks like a credential or, for env and headers, could be one.
type Found struct {
	Name   string // as the keychain knows it within the profile: "env:TOKEN", "header:Authorization", "secret:name"
	Value  string `json:"-"`
	Secret bool   // pre-marked: it looks like a credential. The user may change it.
	Why    string // why it was marked: "the name holds TOKEN"; empty when it was not
}

// String leaves the value out: a Found may end up in a message.
func (f Found) String() string { return f.Name }

// GoString is String for %#v.
func (f Found) GoString() string { return f.Name }

// nameParts are found anywhere in a name, but for the words in harmless.
var nameParts = []string{
	"TOKEN", "SECRET", "PASSW", "PASSPHRASE", "CREDENTIAL", "COOKIE", "AUTHORIZATION", "AUTH", "KEY", "BEARER",
}

// nameWords must be a whole word of a name: PAT is not PATH.
var nameWords = []string{"PAT", "PASS", "PWD", "JWT", "PIN", "OTP", "SIG", "SIGNATURE", "DSN"}

// harmless words hold one of nameParts without being about a credential.
var harmless = []string{
	"AUTHOR", "AUTHORS", "AUTHORITY", "KEYBOARD", "KEYWORD", "KEYWORDS", "MONKEY", "TURKEY", "HOTKEY", "KEYMAP",
	"KEYCLOAK", "TOKENIZER", "TOKENIZERS", "OAUTH2CALLBACK",
}

// placeWords at the end of a name say that the value is where the credential is, or what tells it, not the
// credential.
var placeWords = []string{
	"FILE", "PATH", "DIR", "FOLDER", "URL", "URI", "ENDPOINT", "HOST", "SOCK", "SOCKET", "TYPE", "METHOD", "MODE", "LIMIT",
	"TTL", "TIMEOUT", "ISSUER", "AUDIENCE", "SERVER", "ENABLED", "REQUIRED", "NAME", "LENGTH", "COUNT",
	"COMMAND", "CMD", "HELPER", "PROGRAM", "SCRIPT",
}

// known are values that say themselves what they are. Each begins at a word border; group 1 is what may be named.
var known = regexp.MustCompile(`(?:^|[^A-Za-z0-9_-])(` + strings.Join([]string{
	`(?:sk|rk)[-_](?:live|test|ant|proj|or)[-_][A-Za-z0-9_-]{8,}`, `sk-[A-Za-z0-9_-]{12,}`,
	`gh[pousr]_[A-Za-z0-9]{10,}`, `github_pat_[A-Za-z0-9_]{10,}`, `glpat-[A-Za-z0-9_-]{10,}`,
	`xox[abeprs]-[A-Za-z0-9-]{8,}`, `xapp-[A-Za-z0-9-]{8,}`,
	`(?:AKIA|ASIA)[A-Z0-9]{16}`, `AIza[A-Za-z0-9_-]{30,}`, `ya29\.[A-Za-z0-9_-]{10,}`,
	`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)*`,
	`npm_[A-Za-z0-9]{20,}`, `pypi-[A-Za-z0-9_-]{20,}`, `hf_[A-Za-z0-9]{20,}`, `SG\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`,
	`shpat_[A-Za-z0-9]{16,}`, `dop_v1_[a-f0-9]{20,}`, `lin_api_[A-Za-z0-9]{16,}`, `ntn_[A-Za-z0-9]{16,}`,
	`figd_[A-Za-z0-9_-]{16,}`, `tvly-[A-Za-z0-9_-]{10,}`, `gsk_[A-Za-z0-9]{16,}`, `pat-[a-z0-9]+-[A-Za-z0-9-]{16,}`,
	`fc-[a-f0-9]{24,}`, `ATATT[A-Za-z0-9_=-]{16,}`,
}, "|") + `)`)

var (
	scheme     = regexp.MustCompile(`(?i)^(bearer|basic|token|digest|negotiate|apikey|dpop)\s+(\S.*)$`)
	privateKey = regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----`)
	userinfo   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://[^/?#@\s]*:[^/?#@\s]+@`)
	number     = regexp.MustCompile(`^\d+(\.\d+)?$`)
)

// LooksSecret guesses from a name (of a variable, header, flag or query parameter; may be empty) and a value
// whether the value is a credential, and says why. The reason never quotes more of the value than a well-known
// prefix. An empty value, and one that is all placeholders, is none.
func LooksSecret(name, value string) (bool, string) {
	bare := strings.TrimSpace(mapPlaceholders(value, func(string) string { return "" }))
	if m := scheme.FindStringSubmatch(bare + " x"); m != nil && strings.TrimSpace(m[2]) == "x" && hasPlaceholder(value) {
		return false, "" // "Bearer ${TOKEN}"
	}
	if bare == "" {
		return false, ""
	}
	if why := valueReason(bare); why != "" {
		return true, why
	}
	if part := nameReason(name, bare); part != "" {
		return true, "the name holds " + part
	}
	return false, ""
}

func valueReason(value string) string {
	if m := known.FindStringSubmatch(value); m != nil {
		return "the value starts like a known kind of token (" + prefixOf(m[1]) + "…)"
	}
	if m := scheme.FindStringSubmatch(value); m != nil && !strings.ContainsFunc(m[2], unicode.IsSpace) && len(m[2]) >= 8 {
		return "the value is an Authorization value (" + strings.ToLower(m[1]) + ")"
	}
	if privateKey.MatchString(value) {
		return "the value is a private key"
	}
	if userinfo.MatchString(value) {
		return "the value is a URL with a password"
	}
	return ""
}

// prefixOf is the public part of a token: up to its first separator, three characters otherwise.
func prefixOf(token string) string {
	if i := strings.IndexAny(token[:min(len(token), 11)], "-_."); i > 0 {
		return token[:i+1]
	}
	return token[:min(len(token), 3)]
}

// nameReason is the part of a name that speaks of a credential, or "".
func nameReason(name, value string) string {
	words := nameParted(name)
	if len(words) == 0 {
		return ""
	}
	last := words[len(words)-1]
	if slices.Contains(placeWords, last) {
		return ""
	}
	switch strings.ToLower(value) {
	case "true", "false", "yes", "no", "on", "off", "none", "null", "0", "1":
		return ""
	}
	if number.MatchString(value) && slices.Contains(words, "TOKENS") {
		return "" // MAX_TOKENS=4096
	}
	for _, w := range words {
		if slices.Contains(harmless, w) {
			continue
		}
		for _, part := range nameParts {
			if strings.Contains(w, part) {
				if part == "KEY" && (last == "ID" || slices.Contains(words, "PUBLIC")) && w == "KEY" {
					break // ACCESS_KEY_ID and PUBLIC_KEY are no secrets
				}
				return part
			}
		}
		if slices.Contains(nameWords, w) && (w != "PWD" || len(words) > 1) {
			return w
		}
	}
	for _, part := range []string{"APIKEY", "ACCESSKEY"} { // api_key, split by camel case or by signs
		if strings.Contains(strings.Join(words, ""), part) && last != "ID" {
			return "KEY"
		}
	}
	return ""
}

// nameParted splits api-key, API_KEY, apiKey and X-Api-Key into upper-case words.
func nameParted(name string) []string {
	var words []string
	var w []rune
	flush := func() {
		if len(w) > 0 {
			words = append(words, strings.ToUpper(string(w)))
			w = nil
		}
	}
	prev := ' '
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
		case unicode.IsUpper(r) && unicode.IsLower(prev):
			flush()
			w = append(w, r)
		default:
			w = append(w, r)
		}
		prev = r
	}
	flush()
	return words
}
