package profile

import (
	"fmt"
	"net"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxLine is the longest line ParseLine takes, in bytes.
const MaxLine = MaxText

// Kind is what a typed line is.
type Kind string

// The kinds of lines.
const (
	KindURL     Kind = "url"
	KindCommand Kind = "command"
)

// ParseLine reads a URL or a command line as typed, by the quoting rules of this system's shell. Nothing is
// expanded or run: $NAME becomes the placeholder ${NAME}, and pipes, redirections, substitutions and lists are
// refused by name and place. A host without a scheme gets https://, or http:// when it is this machine or an
// address. Credentials are taken out as by ExtractSecrets. The error is a [*TextError].
func ParseLine(text string) (Kind, Profile, []Found, error) {
	return parseLine(text, splitWords)
}

func parseLine(text string, split func(string) ([]string, error)) (Kind, Profile, []Found, error) {
	line := strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
	switch {
	case len(line) > MaxLine:
		return "", Profile{}, nil, &TextError{Reason: fmt.Sprintf("the line is longer than %d bytes", MaxLine)}
	case !utf8.ValidString(line):
		return "", Profile{}, nil, &TextError{Reason: "the line is not UTF-8"}
	case line == "":
		return "", Profile{}, nil, &TextError{Reason: "the line is empty"}
	}
	if address, ok := asURL(line); ok {
		return lineURL(address)
	}
	if line[0] == '{' || line[0] == '[' {
		return "", Profile{}, nil, &TextError{Line: 1, Column: 1, Reason: "this looks like JSON: use Import"}
	}
	return lineCommand(strings.TrimPrefix(line, "$ "), split) // a prompt copied along
}

func lineURL(address string) (Kind, Profile, []Found, error) {
	p := Profile{Name: urlName(address), Transport: HTTP, URL: address}
	p, found := ExtractSecrets(p)
	if err := Validate(p); err != nil {
		fe, _ := err.(*FieldError) //nolint:errorlint // Validate returns no other
		return KindURL, Profile{}, nil, &TextError{Reason: fe.Field + " " + fe.Reason}
	}
	return KindURL, p, found, nil
}

func lineCommand(line string, split func(string) ([]string, error)) (Kind, Profile, []Found, error) {
	words, err := split(line)
	if err != nil {
		return KindCommand, Profile{}, nil, err
	}
	p := Profile{Transport: Stdio}
	for len(words) > 0 {
		m := leadingVariable.FindStringSubmatch(words[0])
		if m == nil {
			break
		}
		p.Env = slices.DeleteFunc(p.Env, func(v Value) bool { return v.Name == m[1] }) // the last one counts
		p.Env = append(p.Env, Value{Name: m[1], Value: m[2]})
		words = words[1:]
	}
	if len(words) == 0 || words[0] == "" {
		return KindCommand, Profile{}, nil, &TextError{Reason: "there is no command"}
	}
	p.Command, p.Args = words[0], words[1:]
	if len(p.Args) == 0 {
		p.Args = nil
	}
	p.Name = commandName(p)
	p, found := ExtractSecrets(p)
	if err := Validate(p); err != nil {
		fe, _ := err.(*FieldError) //nolint:errorlint // Validate returns no other
		return KindCommand, Profile{}, nil, &TextError{Reason: fe.Field + " " + fe.Reason}
	}
	return KindCommand, p, found, nil
}

var (
	leadingVariable = regexp.MustCompile(`(?s)^([A-Za-z_][A-Za-z0-9_]*)=(.*)$`)
	hasScheme       = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)
	hostAndPort     = regexp.MustCompile(`^([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(?:[/?].*)?$`)
	topLevelDomain  = regexp.MustCompile(`\.[A-Za-z]{2,}$`)
)

// asURL tells a URL from a command. Without a scheme it is one when it has a port, or a path after a host that is
// localhost, an address or a dotted name; a lone word such as server.py is a command.
func asURL(line string) (string, bool) {
	bare := strings.Trim(line, `"'<>`)
	if hasScheme.MatchString(bare) {
		return bare, true
	}
	if strings.ContainsFunc(bare, unicode.IsSpace) {
		return "", false
	}
	m := hostAndPort.FindStringSubmatch(bare)
	if m == nil {
		return "", false
	}
	host, port := strings.Trim(m[1], "[]"), m[2]
	hasPath := strings.Contains(bare, "/")
	ip := net.ParseIP(host) != nil
	local := strings.EqualFold(host, "localhost") || strings.HasSuffix(strings.ToLower(host), ".localhost")
	dotted := strings.Count(host, ".") == 3 || strings.Contains(host, ":")
	switch {
	case ip || local || port != "" && !topLevelDomain.MatchString(host):
		return "http://" + bare, ip && dotted || local || port != ""
	case topLevelDomain.MatchString(host) && (port != "" || hasPath):
		return "https://" + bare, true
	}
	return "", false
}

// urlName is the host, with the port where there is one.
func urlName(address string) string {
	u, err := url.Parse(replacePlaceholders(address, func(string) string { return "x" }))
	if err != nil || u.Host == "" {
		return "server"
	}
	return cleanName(u.Host)
}

// runners start another program: the server's name is that of their first argument that is no flag.
var runners = []string{
	"npx", "bunx", "pnpx", "uvx", "pipx", "uv", "bun", "deno", "node", "tsx", "python", "python3", "py", "ruby", "java",
	"go", "pnpm", "yarn", "npm", "docker", "podman", "env", "sudo", "cmd", "sh", "bash",
}

// runWords are subcommands of runners.
var runWords = []string{"run", "exec", "dlx", "tool", "x", "/c"}

func commandName(p Profile) string {
	name := baseName(p.Command)
	if slices.Contains(runners, name) {
		for _, a := range p.Args {
			if strings.HasPrefix(a, "-") || slices.Contains(runWords, a) || strings.Contains(a, "=") {
				continue
			}
			if b := baseName(a); b != "" {
				name = b
				break
			}
		}
	}
	return cleanName(name)
}

// baseName is the last part of a path or package name, without extension, version or tag.
func baseName(s string) string {
	s = path.Base(strings.ReplaceAll(s, `\`, "/"))
	if i := strings.IndexAny(s[min(1, len(s)):], "@:"); i >= 0 {
		s = s[:i+1]
	}
	for _, ext := range []string{".exe", ".cmd", ".bat", ".js", ".mjs", ".cjs", ".ts", ".py", ".rb", ".sh", ".jar"} {
		s = strings.TrimSuffix(s, ext)
	}
	if strings.Contains(s, "${") {
		return ""
	}
	return s
}
