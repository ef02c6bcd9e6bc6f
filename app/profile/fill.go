package profile

import (
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Prefixes of names: what Names lists, and what a Lookup is asked.
const (
	envPrefix    = "env:"
	headerPrefix = "header:"
	secretPrefix = "secret:"
	inputPrefix  = "input:"
	varPrefix    = "var:"
)

// variable is ${VAR} and, as Claude Code has it, ${VAR:-default}.
var variable = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]*)(:-(.*))?$`)

// homeFields are paths: a leading ~ is the home folder.
var homeFields = []string{"cwd", "command", "network.ca", "network.clientCert", "network.clientKey"}

// editorOnly are VS Code's variables that mean nothing outside an editor with an open folder.
var editorOnly = []string{
	"workspaceFolder", "workspaceRoot", "workspaceFolderBasename", "file", "fileBasename", "fileBasenameNoExtension",
	"fileDirname", "fileExtname", "fileWorkspaceFolder", "relativeFile", "relativeFileDirname", "lineNumber",
	"selectedText", "cwd", "execPath", "defaultBuildTask",
}

// Lookup gives values to Fill.
type Lookup struct {
	Secret  func(name string) (string, bool) // by a name of Names; nil: no value is known
	Environ func(name string) (string, bool) // process variables for ${VAR} and ${env:VAR}; nil: os.LookupEnv
	Home    string                           // for ${userHome} and a leading ~/; empty: os.UserHomeDir
}

// Names lists what a profile needs values for, in order, each once: "env:NAME" and "header:Name" for secret
// values, "secret:name" and "input:id" for placeholders. Process variables (${VAR}) are not among them.
func Names(p Profile) []string {
	var names []string
	seen := map[string]bool{}
	add := func(name string) {
		if !seen[name] {
			names = append(names, name)
		}
		seen[name] = true
	}
	for _, v := range p.Env {
		if v.Secret {
			add(envPrefix + v.Name)
		}
	}
	for _, v := range p.Headers {
		if v.Secret {
			add(headerPrefix + v.Name)
		}
	}
	p = p.Clone()
	p.texts(func(_, text string) string {
		return mapPlaceholders(text, func(inside string) string {
			if strings.HasPrefix(inside, secretPrefix) || strings.HasPrefix(inside, inputPrefix) {
				add(inside)
			}
			return "x"
		})
	})
	return names
}

// Fill replaces every placeholder of a profile and gives secret values their value. missing holds names of Names
// without a value and "var:NAME" for process variables that are not set: nothing becomes silently empty, their
// placeholders stay. A value is taken as it is, never searched for placeholders again; that of a ${secret:…} is
// percent-encoded where it stands in a URL's userinfo, path or query. The error is a [*FieldError]: a placeholder
// that has no meaning here, such as ${workspaceFolder}, or a value that cannot stand in its field.
func Fill(p Profile, l Lookup) (filled Profile, missing []string, err error) {
	f := filler{Lookup: l, p: p.Clone()}
	if f.Secret == nil {
		f.Secret = func(string) (string, bool) { return "", false }
	}
	if f.Environ == nil {
		f.Environ = os.LookupEnv
	}
	f.secrets(f.p.Env, envPrefix)
	f.secrets(f.p.Headers, headerPrefix)
	f.p.texts(f.text)
	if f.err == nil {
		err = Validate(f.p.filled())
	} else {
		err = f.err
	}
	return f.p, f.missing, err
}

type filler struct {
	Lookup
	p       Profile
	missing []string
	err     *FieldError
}

func (f *filler) miss(name string) {
	if !slices.Contains(f.missing, name) {
		f.missing = append(f.missing, name)
	}
}

func (f *filler) fail(field, reason string) {
	if f.err == nil {
		f.err = &FieldError{Server: f.p.Name, Field: field, Reason: reason}
	}
}

func (f *filler) secrets(vs []Value, prefix string) {
	for i, v := range vs {
		if !v.Secret {
			continue
		}
		value, ok := f.Secret(prefix + v.Name)
		if !ok {
			f.miss(prefix + v.Name)
		}
		vs[i].Value = value
	}
}

func (f *filler) text(field, text string) string {
	out := scanPlaceholders(text, "${", func(at int, inside string) string {
		value, ok := f.value(field, inside)
		if !ok {
			return "${" + inside + "}"
		}
		if (field == "url" || field == proxyField) && strings.HasPrefix(inside, secretPrefix) {
			return escapeInURL(text, at, value)
		}
		return value
	})
	if rest, ok := strings.CutPrefix(out, "~"); ok && slices.Contains(homeFields, field) && (rest == "" || os.IsPathSeparator(rest[0])) {
		return f.home(field) + rest
	}
	return out
}

func (f *filler) home(field string) string {
	if f.Home != "" {
		return f.Home
	}
	home, err := os.UserHomeDir()
	if err != nil {
		f.fail(field, "the home folder is not known: "+err.Error())
	}
	return home
}

// value is what one placeholder stands for; false when it is missing or has no meaning.
func (f *filler) value(field, inside string) (string, bool) {
	prefix, rest, hasPrefix := strings.Cut(inside, ":")
	switch {
	case inside == "userHome":
		return f.home(field), true
	case inside == "pathSeparator" || inside == "/":
		return string(os.PathSeparator), true
	case slices.Contains(editorOnly, prefix) && !strings.HasPrefix(rest, "-"):
		f.fail(field, fmt.Sprintf("${%s} has a meaning in an editor only: write the path itself", prefix))
		return "", false
	case hasPrefix && (prefix == "secret" || prefix == "input"):
		value, ok := f.Secret(inside)
		if !ok {
			f.miss(inside)
		}
		return value, ok
	case hasPrefix && prefix == "env":
		return f.environ(rest, "", false)
	}
	if m := variable.FindStringSubmatch(inside); m != nil {
		return f.environ(m[1], m[3], m[2] != "")
	}
	f.fail(field, "holds a placeholder that is not understood (${secret:name}, ${input:id}, ${env:VAR} and ${VAR} are); write $${ for the text ${")
	return "", false
}

func (f *filler) environ(name, otherwise string, hasDefault bool) (string, bool) {
	value, ok := f.Environ(name)
	if hasDefault && value == "" { // as a shell's :-
		return otherwise, true
	}
	if !ok {
		f.miss(varPrefix + name)
	}
	return value, ok
}

// escapeInURL encodes a value for its place in a URL whose placeholders are not filled yet. A host, and a URL that
// starts with the placeholder, take it as it is.
func escapeInURL(text string, at int, value string) string {
	plain := scanPlaceholders(text, "$${", func(_ int, inside string) string { return strings.Repeat("x", len(inside)+3) })
	start := strings.Index(plain, "://") + 3
	end := len(plain)
	if i := strings.IndexAny(plain[start:], "/?#"); i >= 0 && start > 2 {
		end = start + i
	}
	switch query := strings.IndexByte(plain, '?'); {
	case start < 3 || at < start:
		return value
	case query >= 0 && at > query:
		return url.QueryEscape(value)
	case at < end && at > strings.LastIndexByte(plain[:end], '@'):
		return value
	default:
		return strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
	}
}

func indexed(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }
