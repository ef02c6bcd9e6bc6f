package profile

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// ExtractSecrets takes credentials out of a profile. Env and header values that look like one are marked Secret
// and emptied; in args and the URL they become ${secret:name}. Every env and header value that could be a secret is
// listed, the pre-marked ones with Secret set; values that were marked Secret before are listed too. Unmark undoes
// one of them, Mark does one by hand.
func ExtractSecrets(p Profile) (Profile, []Found) {
	e := extractor{p: p.Clone(), taken: map[string]bool{}, last: map[string]int{}}
	if len(p.Args) > MaxItems || len(p.Env) > MaxItems || len(p.Headers) > MaxItems {
		return p, nil // Validate refuses it
	}
	for _, n := range Names(p) {
		e.taken[n] = true
	}
	e.values(e.p.Env, envPrefix)
	e.values(e.p.Headers, headerPrefix)
	e.args()
	e.p.URL = e.url(e.p.URL)
	return e.p, e.found
}

// Unmark puts a found value back into the profile in clear.
func Unmark(p Profile, f Found) Profile {
	p = p.Clone()
	if v := p.named(f.Name); v != nil {
		v.Secret, v.Value = false, escapePlaceholders(f.Value)
		return p
	}
	put := func(value string) func(string) string {
		return func(inside string) string {
			if inside == f.Name {
				return value
			}
			return "${" + inside + "}"
		}
	}
	for i, a := range p.Args {
		p.Args[i] = mapPlaceholders(a, put(argValue(a, f)))
	}
	p.URL = scanPlaceholders(p.URL, "$${", func(at int, inside string) string {
		return put(escapePlaceholders(escapeInURL(p.URL, at, f.Value)))(inside)
	})
	return p
}

// argValue is the value as it stood in an arg: encoded when the arg is a URL.
func argValue(arg string, f Found) string {
	if i := strings.Index(arg, "${"+f.Name+"}"); i >= 0 && strings.Contains(arg[:i], "://") {
		return escapePlaceholders(escapeInURL(arg, i, f.Value))
	}
	return escapePlaceholders(f.Value)
}

// Mark makes an env or header value secret that was not pre-marked. Placeholder names have nothing to mark.
func Mark(p Profile, f Found) Profile {
	p = p.Clone()
	if v := p.named(f.Name); v != nil {
		v.Secret, v.Value = true, ""
	}
	return p
}

// MaskArgs returns args with each value that looks like a credential replaced by mask's answer: for showing. The
// placeholders of args stay as they are.
func MaskArgs(args []string, mask func(value string) string) []string {
	p, found := ExtractSecrets(Profile{Args: args})
	values := make(map[string]string, len(found))
	for _, f := range found {
		values[f.Name] = f.Value
	}
	for i, a := range p.Args {
		p.Args[i] = mapPlaceholders(a, func(inside string) string {
			if v, ok := values[inside]; ok {
				return mask(v)
			}
			return "${" + inside + "}"
		})
	}
	return p.Args
}

// named finds the value an "env:" or "header:" name speaks of.
func (p *Profile) named(name string) *Value {
	vs, rest := p.Env, strings.TrimPrefix(name, envPrefix)
	if strings.HasPrefix(name, headerPrefix) {
		vs, rest = p.Headers, strings.TrimPrefix(name, headerPrefix)
	} else if rest == name {
		return nil
	}
	if i := slices.IndexFunc(vs, func(v Value) bool { return v.Name == rest }); i >= 0 {
		return &vs[i]
	}
	return nil
}

type extractor struct {
	p     Profile
	found []Found
	taken map[string]bool // names of the profile and of found
	last  map[string]int  // number given last to a name
}

func (e *extractor) values(vs []Value, prefix string) {
	for i, v := range vs {
		if v.Value == "" {
			continue
		}
		yes, why := LooksSecret(v.Name, v.Value)
		if v.Secret {
			yes, why = true, cmpOr(why, "it is marked as a secret")
		}
		if !yes && hasPlaceholder(v.Value) {
			continue // it is asked for or looked up: nothing to keep
		}
		e.found = append(e.found, Found{Name: prefix + v.Name, Value: unescapePlaceholders(v.Value), Secret: yes, Why: why})
		if yes {
			vs[i].Secret, vs[i].Value = true, ""
		}
	}
}

// take moves a value into the keychain's hands and returns its placeholder.
func (e *extractor) take(name, value, why string) string {
	f := Found{Name: secretPrefix + e.unique(name), Value: unescapePlaceholders(value), Secret: true, Why: why}
	e.found = append(e.found, f)
	return "${" + f.Name + "}"
}

var notInName = regexp.MustCompile(`[^a-z0-9]+`)

// unique makes a name for a placeholder that the profile does not use yet.
func (e *extractor) unique(name string) string {
	base := strings.Trim(notInName.ReplaceAllString(strings.ToLower(name), "-"), "-")
	if len(base) > 40 {
		base = base[:40]
	}
	base = cmpOr(base, "secret")
	for n := e.last[base] + 1; ; n++ {
		try := base
		if n > 1 {
			try = fmt.Sprintf("%s-%d", base, n)
		}
		if !e.taken[secretPrefix+try] {
			e.taken[secretPrefix+try], e.last[base] = true, n
			return try
		}
	}
}

var (
	flag       = regexp.MustCompile(`^(--?|/)([A-Za-z][A-Za-z0-9_.-]*)$`)
	flagValue  = regexp.MustCompile(`^(--?|/)([A-Za-z][A-Za-z0-9_.-]*)([=:])(.*)$`)
	assignment = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_.-]*)=(.*)$`)
	headerLine = regexp.MustCompile(`^(-H)?([A-Za-z][A-Za-z0-9-]*):(\s*)(.*)$`)
	switches   = []string{"no-", "with-", "use-", "enable-", "disable-", "skip-", "allow-", "require-"}
)

// args looks at each argument and, for --token X, at the one before it.
func (e *extractor) args() {
	before := ""
	for i, a := range e.p.Args {
		e.p.Args[i] = e.arg(before, a)
		before = ""
		if flag.MatchString(a) {
			before = a
		}
	}
}

// arg is one argument with its credentials taken out; before is the flag in front of it, or "".
func (e *extractor) arg(before, a string) string {
	forHeader := false
	if m := flag.FindStringSubmatch(before); m != nil && !strings.HasPrefix(a, "-") && !isSwitch(m[2]) {
		if out, ok := e.named(m[2], a); ok {
			return out
		}
		forHeader = isHeaderFlag(m[2])
	}
	if m := flagValue.FindStringSubmatch(a); m != nil {
		if out, ok := e.named(m[2], m[4]); ok {
			return m[1] + m[2] + m[3] + out
		}
		if m[3] == "=" {
			return m[1] + m[2] + m[3] + e.arg(m[1]+m[2], m[4]) // --env=TOKEN=x, --header=Authorization: x
		}
	}
	if strings.Contains(a, "://") && !scriptLike(strings.ReplaceAll(a, "&", "")) { // & parts a query
		return e.inText(e.url(a))
	}
	if m := assignment.FindStringSubmatch(a); m != nil && !scriptLike(m[2]) {
		if out, ok := e.named(m[1], m[2]); ok {
			return m[1] + "=" + out
		}
	}
	if m := headerLine.FindStringSubmatch(a); m != nil && (forHeader || m[1] != "" || !scriptLike(m[4])) {
		if out, ok := e.named(m[2], m[4]); ok {
			return m[1] + m[2] + ":" + m[3] + out
		}
	}
	return e.inText(a)
}

func isHeaderFlag(name string) bool {
	return name == "H" || strings.Contains(strings.ToLower(name), "header")
}

// scriptLike says that an argument may be a piece of a script, as in sh -c 'TOKEN=x; …'. What starts must be seen
// before it does: none of it may go where only its placeholder is shown.
func scriptLike(value string) bool {
	value = strings.TrimSpace(value)
	if m := scheme.FindStringSubmatch(value); m != nil {
		value = m[2] // the space after Bearer
	}
	return strings.HasPrefix(value, "!") || strings.ContainsAny(value, " \t\r\n;|&<>`") || strings.Contains(value, "$(")
}

func isSwitch(flag string) bool {
	return slices.ContainsFunc(switches, func(s string) bool { return strings.HasPrefix(strings.ToLower(flag), s) })
}

// named takes a value whose name or look speaks for a credential. The word before a token, as Bearer, stays.
func (e *extractor) named(name, value string) (string, bool) {
	if strings.Contains(value, "://") && !strings.ContainsAny(value, " \t") {
		return "", false // its parts are looked at
	}
	if isHeaderFlag(name) && headerLine.MatchString(value) {
		return "", false // its value is looked at
	}
	yes, why := LooksSecret(name, value)
	if !yes || hasPlaceholder(value) {
		return "", false
	}
	lead := ""
	if m := scheme.FindStringSubmatch(value); m != nil {
		lead, value = strings.TrimSuffix(value, m[2]), m[2]
	}
	return lead + e.take(name, value, why), true
}

// inText takes tokens of well-known kinds wherever they stand.
func (e *extractor) inText(text string) string {
	var b strings.Builder
	done := 0
	for _, m := range known.FindAllStringSubmatchIndex(text, -1) {
		token := text[m[2]:m[3]]
		b.WriteString(text[done:m[2]] + e.take("token", token, valueReason(token)))
		done = m[3]
	}
	return b.String() + text[done:]
}

// url takes the password of the userinfo and token-like query values out of a URL that may hold placeholders.
func (e *extractor) url(raw string) string {
	i := strings.Index(raw, "://")
	if i < 0 {
		return raw
	}
	head, rest := raw[:i+3], raw[i+3:]
	authority, tail := rest, ""
	if j := strings.IndexAny(rest, "/?#"); j >= 0 {
		authority, tail = rest[:j], rest[j:]
	}
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		user, pass, has := strings.Cut(authority[:at], ":")
		if has && pass != "" {
			pass = e.part("password", pass, "it is the password in a URL", url.PathUnescape)
		} else {
			user = e.part("user", user, "it stands before the @ of a URL", url.PathUnescape)
		}
		if has {
			user += ":"
		}
		authority = user + pass + authority[at:]
	}
	path, query, hasQuery := strings.Cut(tail, "?")
	path = e.inText(path)
	if !hasQuery {
		return head + authority + path
	}
	query, fragment, hasFragment := strings.Cut(query, "#")
	if hasFragment {
		fragment = "#" + fragment
	}
	pairs := strings.Split(query, "&")
	for n, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(key)
		if !ok || err != nil {
			continue
		}
		plain, err := url.QueryUnescape(value)
		if err != nil {
			plain = value
		}
		if yes, why := LooksSecret(name, plain); yes || (strings.EqualFold(name, "code") || strings.EqualFold(name, "key")) && plain != "" {
			pairs[n] = key + "=" + e.part(name, value, cmpOr(why, "the name is that of a credential"), url.QueryUnescape)
		}
	}
	return head + authority + path + "?" + strings.Join(pairs, "&") + fragment
}

// part takes one piece of a URL. A piece that holds a placeholder already is left.
func (e *extractor) part(name, raw, why string, decode func(string) (string, error)) string {
	if raw == "" || hasPlaceholder(raw) {
		return raw
	}
	value, err := decode(raw)
	if err != nil {
		value = raw
	}
	return e.take(name, value, why)
}
