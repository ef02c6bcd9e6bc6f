package profile

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of one profile and of the file. They are far above what anybody saves by hand and keep a hostile or
// broken file from eating memory.
const (
	MaxFile    = 8 << 20           // bytes of profiles.json
	MaxServers = 1000              // in the file
	MaxName    = 200               // characters of a name or group
	MaxItems   = 1000              // args, env variables or headers of one server
	MaxText    = 128 << 10         // bytes of one arg, value or URL: the kernel's own limit of one argument on Linux
	MaxTimeout = 24 * 3600 * 1000  // milliseconds: a day
	maxID      = 64                // characters of an id written by hand
	tokenChars = "!#$%&'*+-.^_`|~" // RFC 9110 section 5.6.2, besides letters and digits
)

var (
	colors    = []string{"", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink"}
	samples   = []string{"", "open", "protected"}
	legacy    = []string{"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}
	modern    = []string{"2026-07-28"}
	printForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
	idForm    = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
)

// Validate checks one profile. The error is a [*FieldError]: it names the server and the field, never a value.
func Validate(p Profile) error { return validate(p, p.Name) }

func validate(p Profile, label string) error {
	if strings.TrimSpace(label) == "" {
		label = "unnamed"
	}
	v := validator{server: label}
	v.identity(p)
	switch p.Transport {
	case Stdio:
		v.command(p)
	case HTTP, SSE:
		v.address(p)
	case "":
		v.fail("transport", "is missing: stdio, http or sse")
	default:
		v.fail("transport", "is none of stdio, http, sse")
	}
	v.values("env", p.Env, envName)
	v.values("headers", p.Headers, headerName)
	v.era(p.Era)
	v.access(p.Auth)
	v.network(p.Network)
	v.protocol(p.Protocol)
	for i, f := range p.Trust {
		if !printForm.MatchString(f) {
			v.fail(fmt.Sprintf("trust[%d]", i), "is not a SHA-256 fingerprint of 64 lower-case hex digits")
		}
	}
	if len(p.Trust) > MaxItems {
		v.fail("trust", fmt.Sprintf("holds more than %d fingerprints", MaxItems))
	}
	if len(p.Watch) > MaxText || strings.ContainsRune(p.Watch, 0) {
		v.fail("watch", "is not a path")
	}
	for _, t := range []struct {
		field string
		ms    int64
	}{{"connect", p.Timeouts.Connect}, {"probe", p.Timeouts.Probe}, {"request", p.Timeouts.Request}} {
		if t.ms < 0 || t.ms > MaxTimeout {
			v.fail("timeouts."+t.field, fmt.Sprintf("is not between 0 and %d milliseconds", MaxTimeout))
		}
	}
	return v.err()
}

// validator keeps the first fault.
type validator struct {
	server string
	first  *FieldError
}

func (v *validator) err() error {
	if v.first == nil {
		return nil
	}
	return v.first
}

func (v *validator) fail(field, reason string) {
	if v.first == nil {
		v.first = &FieldError{Server: v.server, Field: field, Reason: reason}
	}
}

func (v *validator) identity(p Profile) {
	if p.ID != "" && (len(p.ID) > maxID || !idForm.MatchString(p.ID)) {
		v.fail("id", fmt.Sprintf("is not 1 to %d letters, digits, - or _", maxID))
	}
	if strings.TrimSpace(p.Name) == "" {
		v.fail("name", "is empty")
	}
	v.label("name", p.Name)
	v.label("group", p.Group)
	if !slices.Contains(colors, p.Color) {
		v.fail("color", "is none of "+strings.Join(colors[1:], ", "))
	}
	if !slices.Contains(samples, p.Sample) {
		v.fail("sample", "is none of open, protected")
	}
}

// label checks a text that is shown as a name: one line, and nothing that makes it read as another one.
func (v *validator) label(field, text string) {
	if utf8.RuneCountInString(text) > MaxName {
		v.fail(field, fmt.Sprintf("is longer than %d characters", MaxName))
	}
	v.line(field, text)
}

// line checks a text that must stay on one line.
func (v *validator) line(field, text string) {
	if len(text) > MaxText {
		v.fail(field, fmt.Sprintf("is longer than %d bytes", MaxText))
	}
	for _, r := range text {
		switch {
		case unicode.IsControl(r):
			v.fail(field, fmt.Sprintf("holds the control character U+%04X", r))
		case r == '\u2028' || r == '\u2029' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069':
			v.fail(field, fmt.Sprintf("holds the invisible character U+%04X, which changes how text reads", r))
		case r == utf8.RuneError:
			v.fail(field, "is not valid UTF-8")
		}
	}
}

func (v *validator) command(p Profile) {
	if p.Command == "" && p.Sample == "" {
		v.fail("command", "is empty")
	}
	v.line("command", p.Command)
	v.line("cwd", p.Cwd)
	if len(p.Args) > MaxItems {
		v.fail("args", fmt.Sprintf("are more than %d", MaxItems))
	}
	for i, a := range p.Args {
		v.text(fmt.Sprintf("args[%d]", i), a)
	}
}

// text checks what may span lines.
func (v *validator) text(field, s string) {
	if strings.ContainsRune(s, 0) {
		v.fail(field, "holds a NUL character, which no program can be given")
	}
	if len(s) > MaxText {
		v.fail(field, fmt.Sprintf("is longer than %d bytes", MaxText))
	}
	if !utf8.ValidString(s) {
		v.fail(field, "is not valid UTF-8")
	}
}

func (v *validator) address(p Profile) {
	if p.URL == "" {
		if p.Sample == "" {
			v.fail("url", "is empty")
		}
		return
	}
	v.line("url", p.URL)
	if reason := urlProblem(p.URL); reason != "" {
		v.fail("url", reason)
	}
}

// urlProblem says what is wrong with a URL that may hold placeholders, or "".
func urlProblem(raw string) string {
	if strings.HasPrefix(raw, "${") {
		return "" // the scheme comes from a variable: checked when filled
	}
	if strings.ContainsAny(raw, " \t") {
		return "holds a space"
	}
	// A digit stands in well everywhere, as a port too.
	u, err := url.Parse(replacePlaceholders(raw, func(string) string { return "1" }))
	switch {
	case err != nil:
		return "is no URL" // the error of url.Parse quotes it, and a URL may hold a password
	case u.Scheme == "ws" || u.Scheme == "wss":
		return "has the scheme of WebSocket, which MCP does not have: use http:// or https://"
	case u.Scheme != "http" && u.Scheme != "https":
		return "does not start with http:// or https://"
	case u.Hostname() == "":
		return "has no host"
	}
	return ""
}

func (v *validator) values(field string, vs []Value, name func(string) string) {
	if len(vs) > MaxItems {
		v.fail(field, fmt.Sprintf("are more than %d", MaxItems))
	}
	seen := map[string]int{}
	for i, x := range vs {
		at := fmt.Sprintf("%s[%d]", field, i)
		if reason := name(x.Name); reason != "" {
			v.fail(at+".name", reason)
		}
		key := x.Name
		if field == "headers" {
			key = strings.ToLower(key)
			v.headerValue(at+".value", x.Value)
		}
		if first, ok := seen[key]; ok {
			v.fail(at+".name", fmt.Sprintf("is the same as %s[%d].name", field, first))
		}
		seen[key] = i
		v.text(at+".value", x.Value)
	}
}

// headerValue: "Field values containing CR, LF, or NUL characters are invalid and dangerous" (RFC 9110 section 5.5).
func (v *validator) headerValue(field, value string) {
	for _, r := range value {
		if unicode.IsControl(r) && r != '\t' {
			v.fail(field, fmt.Sprintf("holds the control character U+%04X", r))
		}
	}
}

func envName(name string) string {
	switch {
	case name == "":
		return "is empty"
	case strings.ContainsRune(name, '='):
		return "holds ="
	case strings.ContainsFunc(name, unicode.IsControl):
		return "holds a control character"
	case !utf8.ValidString(name):
		return "is not valid UTF-8"
	}
	return ""
}

// HeaderProblem says why a header cannot be sent: an empty string, or what is wrong with its name or value.
func HeaderProblem(name, value string) string {
	if why := headerName(name); why != "" {
		return why
	}
	var v validator
	if v.headerValue("", value); v.first != nil {
		return v.first.Reason
	}
	return ""
}

func headerName(name string) string {
	if name == "" {
		return "is empty"
	}
	for _, r := range name {
		if r < 'a' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && !strings.ContainsRune(tokenChars, r) ||
			r > 'z' && !strings.ContainsRune(tokenChars, r) {
			return "holds a character that header names cannot have (RFC 9110 section 5.6.2)"
		}
	}
	return ""
}

func (v *validator) era(e Era) {
	var versions []string
	switch e.Mode {
	case "", "auto":
		versions = nil // dropped by normalize
	case "legacy":
		versions = legacy
	case "modern":
		versions = modern
	default:
		v.fail("era.mode", "is none of auto, legacy, modern")
		return
	}
	if e.Version != "" && !slices.Contains(versions, e.Version) {
		v.fail("era.version", fmt.Sprintf("is no %s version: %s", e.Mode, strings.Join(versions, ", ")))
	}
}

// normalize makes a deep copy without secret values and without what has no meaning.
func normalize(p Profile) Profile {
	p = p.Clone()
	for _, vs := range [][]Value{p.Env, p.Headers} {
		for i := range vs {
			if vs[i].Secret {
				vs[i].Value = ""
			}
		}
	}
	if p.Era.Mode == "" || p.Era.Mode == "auto" {
		p.Era.Version = "" // a version is pinned within a mode only
	}
	return p
}

// Clone returns a copy that shares nothing with p.
func (p Profile) Clone() Profile {
	p.Args = slices.Clone(p.Args)
	p.Env = slices.Clone(p.Env)
	p.Headers = slices.Clone(p.Headers)
	p.Auth.Scopes = slices.Clone(p.Auth.Scopes)
	p.Auth.Extra = slices.Clone(p.Auth.Extra)
	p.Auth.AllowHTTP = slices.Clone(p.Auth.AllowHTTP)
	p.Protocol = p.Protocol.clone()
	if p.LoginShellPath != nil {
		b := *p.LoginShellPath
		p.LoginShellPath = &b
	}
	return p
}
