package cli

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// separator ends the words of a stdio command when more arguments of ours follow it.
const separator = "::"

// Times without --timeout. A tool call has none: people sit at breakpoints, and an interrupt ends it.
const defaultWait = 30 * time.Second

// flags are what every command that connects understands.
type flags struct {
	set       *pflag.FlagSet
	name      string
	json      bool
	yes       bool
	transport string
	headers   []string
	secrets   []string
	era       string
	timeout   string
	signIn    bool   // a refusal is signed in to, in the browser
	answer    string // how questions of the server are answered; empty: none is declared
	save      string // file that the traffic goes to; empty: none
	call      bool   // the command calls a tool
	traffic   bool   // the command prints the wire, of a refused connect too
}

func newFlags(name, usage string, s streams) *flags {
	f := &flags{set: pflag.NewFlagSet(name, pflag.ContinueOnError), name: name}
	f.set.SetOutput(s.err)
	f.set.BoolVar(&f.json, "json", false, "print JSON for machines")
	f.set.BoolVar(&f.yes, "yes", false, "use a saved server whose command or settings were not confirmed yet")
	f.set.StringVar(&f.transport, "transport", "http", "how to reach a URL: `http` or sse")
	f.set.StringArrayVar(&f.headers, "header", nil, "`'Name: value'` sent to a URL; ${VAR} in it is read from the environment; may be repeated")
	f.set.StringArrayVar(&f.secrets, "secret", nil, "`NAME=value` of a saved server's secret, as env:TOKEN=value, for this run; may be repeated")
	f.set.StringVar(&f.era, "era", "auto", "`auto`, modern, legacy, or legacy:VERSION")
	f.set.StringVar(&f.timeout, "timeout", "", "`time` for the connect and for each request, as 10s (30s when not given; a tool call then waits without limit)")
	f.set.Usage = func() {
		_, _ = fmt.Fprintf(s.out, "Usage: sightglass %s\n\n%s\nFlags\n%s\n%s", usage, targets, f.set.FlagUsages(), exitCodes)
	}
	return f
}

// parse splits args into our own and, behind "--", a stdio command that "::" may end. It returns the command (nil
// when there is none) and the positional arguments.
func (f *flags) parse(args []string) (command, rest []string, err error) {
	own := args
	for i, a := range args {
		if a != "--" {
			continue
		}
		own, command = args[:i:i], args[i+1:]
		for j, w := range command {
			if w == separator {
				own, command = append(own, command[j+1:]...), command[:j]
				break
			}
		}
		if len(command) == 0 {
			return nil, nil, usagef("a command must follow --")
		}
		break
	}
	if err := f.set.Parse(own); err != nil {
		return nil, nil, f.asUsage(err)
	}
	return command, f.set.Args(), nil
}

func (f *flags) asUsage(err error) error {
	if err == pflag.ErrHelp { //nolint:errorlint // pflag returns it bare
		return err
	}
	return usagef("%v; `sightglass %s --help` lists the flags", err, f.name)
}

// aim is what the arguments name, checked as far as it can be before anything is opened.
type aim struct {
	saved   string          // name or id of a saved server; empty: the profile
	profile profile.Profile //
	found   []profile.Found // secrets taken out of the profile
	more    []string        // the words behind the target
	secrets []core.SecretInput
	era     profile.Era
	times   profile.Timeouts
}

func (f *flags) aim(command, rest []string) (a aim, err error) {
	if a.era, err = parseEra(f.era); err != nil {
		return a, err
	}
	if a.times, err = f.times(); err != nil {
		return a, err
	}
	if a.secrets, err = f.secretInputs(); err != nil {
		return a, err
	}
	if command != nil {
		a.more = rest
		a.profile, err = f.commandProfile(command)
	} else {
		if len(rest) == 0 || strings.TrimSpace(rest[0]) == "" {
			return a, usagef("a TARGET is missing: a saved server's name, a URL, or -- COMMAND")
		}
		a.more = rest[1:]
		if strings.Contains(rest[0], "://") {
			a.profile, err = f.urlProfile(rest[0])
		} else {
			a.saved, err = rest[0], f.only("a URL", "transport", "header")
		}
	}
	if err != nil || a.saved != "" {
		return a, err
	}
	if err := f.only("a saved server", "yes", "secret"); err != nil {
		return a, err
	}
	a.profile.Era, a.profile.Timeouts = a.era, a.times
	// What looks like a credential is one: it is masked in all that is printed.
	a.profile, a.found = profile.ExtractSecrets(a.profile)
	a.profile.Name = shortName(a.profile)
	return a, nil
}

// only refuses flags that mean nothing for this target: silence would look as if they had worked.
func (f *flags) only(what string, names ...string) error {
	for _, n := range names {
		if f.set.Changed(n) {
			return usagef("--%s is for %s only", n, what)
		}
	}
	return nil
}

// use makes the temporary server of an aim.
func (f *flags) use(c *core.Core, a aim) (id string, err error) {
	if a.saved == "" {
		if id, err = c.UseProfile(a.profile, a.found, true); err == nil {
			err = c.KeepTokens(id)
		}
		return id, err
	}
	return c.UseSaved(a.saved, f.yes, a.secrets, func(p *profile.Profile) {
		if f.set.Changed("era") {
			p.Era = a.era
		}
		if f.timeout != "" {
			p.Timeouts = a.times
		}
	})
}

func (f *flags) times() (profile.Timeouts, error) {
	if f.timeout == "" {
		t := profile.Timeouts{Connect: defaultWait.Milliseconds()}
		if !f.call {
			t.Request = t.Connect
		}
		return t, nil
	}
	d, err := time.ParseDuration(f.timeout)
	if err != nil || d < time.Millisecond || d > profile.MaxTimeout*time.Millisecond {
		return profile.Timeouts{}, usagef("--timeout %q: want a time from 1ms to 24h, as 500ms, 10s or 2m", f.timeout)
	}
	return profile.Timeouts{Connect: d.Milliseconds(), Request: d.Milliseconds()}, nil
}

func (f *flags) secretInputs() ([]core.SecretInput, error) {
	var out []core.SecretInput
	for _, s := range f.secrets {
		name, value, ok := strings.Cut(s, "=")
		if !ok || value == "" || !strings.Contains(name, ":") {
			// The value is not quoted.
			return nil, usagef("--secret wants NAME=value with a name as env:TOKEN, header:Authorization, secret:name or input:id")
		}
		out = append(out, core.SecretInput{Name: name, Value: value})
	}
	return out, nil
}

// commandProfile starts a command as it is given, where it is given.
func (f *flags) commandProfile(command []string) (profile.Profile, error) {
	p := profile.Profile{Name: command[0], Transport: profile.Stdio, Command: profile.Literal(command[0])}
	if err := f.only("a URL", "transport", "header"); err != nil {
		return p, err
	}
	for _, a := range command[1:] {
		p.Args = append(p.Args, profile.Literal(a))
	}
	dir, err := os.Getwd()
	if err != nil {
		return p, fmt.Errorf("find the working folder: %w", err)
	}
	p.Cwd = profile.Literal(dir)
	return p, nil
}

func (f *flags) urlProfile(url string) (profile.Profile, error) {
	p := profile.Profile{URL: url}
	switch f.transport {
	case "http":
		p.Transport = profile.HTTP
	case "sse":
		p.Transport = profile.SSE
	default:
		return p, usagef("--transport %q: want http or sse", f.transport)
	}
	for _, h := range f.headers {
		name, value, ok := strings.Cut(h, ":")
		if !ok || strings.TrimSpace(name) == "" {
			// The value is not quoted: it may be a credential.
			return p, usagef("--header wants 'Name: value': there is no colon in one of them, or no name before it")
		}
		p.Headers = append(p.Headers, profile.Value{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
	}
	return p, nil
}

// shortName is a target as messages name it: a URL without userinfo and query.
func shortName(p profile.Profile) string {
	name := p.Name
	if p.URL != "" {
		name, _, _ = strings.Cut(p.URL, "?")
		name, _, _ = strings.Cut(name, "#")
		scheme, rest, _ := strings.Cut(name, "://")
		host, path, hasPath := strings.Cut(rest, "/")
		name = scheme + "://" + host[strings.LastIndexByte(host, '@')+1:]
		if hasPath {
			name += "/" + path
		}
	}
	if r := []rune(name); len(r) > profile.MaxName {
		name = string(r[:profile.MaxName-1]) + "…"
	}
	return name
}

func parseEra(s string) (profile.Era, error) {
	mode, version, _ := strings.Cut(s, ":")
	switch mode {
	case "auto", "modern", "legacy":
		return profile.Era{Mode: mode, Version: version}, nil
	}
	return profile.Era{}, usagef("--era %q: want auto, modern, legacy or legacy:VERSION", s)
}
