package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// separator ends the words of a stdio command when more arguments of ours follow it.
const separator = "::"

// flags are what every command that connects understands.
type flags struct {
	set       *pflag.FlagSet
	json      bool
	yes       bool
	transport string
	headers   []string
	era       string
	timeout   time.Duration
	traffic   bool // the command prints the wire, of a refused connect too
}

func newFlags(name, usage string, s streams) *flags {
	f := &flags{set: pflag.NewFlagSet(name, pflag.ContinueOnError)}
	f.set.SetOutput(s.err)
	f.set.BoolVar(&f.json, "json", false, "print JSON for machines")
	f.set.BoolVar(&f.yes, "yes", false, "start a saved stdio server whose command was not confirmed yet")
	f.set.StringVar(&f.transport, "transport", "http", "how to reach a URL: http or sse")
	f.set.StringArrayVar(&f.headers, "header", nil, "`'Name: value'` sent to a URL; may be repeated")
	f.set.StringVar(&f.era, "era", "auto", "auto, modern, legacy, or legacy:VERSION")
	f.set.DurationVar(&f.timeout, "timeout", 30*time.Second, "for the connect, and for each request")
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
		return nil, nil, asUsage(err)
	}
	return command, f.set.Args(), nil
}

func asUsage(err error) error {
	if err == pflag.ErrHelp { //nolint:errorlint // pflag returns it bare
		return err
	}
	return usageError{err.Error()}
}

// target makes the profile to connect to and returns its id and what is left of the positional arguments.
func (f *flags) target(c *core.Core, command, rest []string) (id string, more []string, err error) {
	era, err := parseEra(f.era)
	if err != nil {
		return "", nil, err
	}
	if command != nil {
		id, err = c.UseProfile(profile.Profile{Name: command[0], Transport: profile.Stdio, Command: command[0], Args: command[1:], Era: era, Timeouts: f.timeouts()}, true)
		return id, rest, err
	}
	if len(rest) == 0 {
		return "", nil, usagef("a TARGET is missing: a saved server's name, a URL, or -- COMMAND")
	}
	if strings.Contains(rest[0], "://") {
		p, err := f.urlProfile(rest[0], era)
		if err != nil {
			return "", nil, err
		}
		id, err = c.UseProfile(p, true)
		return id, rest[1:], err
	}
	id, err = c.UseSaved(rest[0], f.yes, func(p *profile.Profile) {
		if f.set.Changed("era") {
			p.Era = era
		}
		if f.set.Changed("timeout") {
			p.Timeouts = f.timeouts()
		}
	})
	return id, rest[1:], err
}

func (f *flags) timeouts() profile.Timeouts {
	ms := f.timeout.Milliseconds()
	return profile.Timeouts{Connect: ms, Request: ms}
}

func (f *flags) urlProfile(url string, era profile.Era) (profile.Profile, error) {
	p := profile.Profile{Name: url, URL: url, Era: era, Timeouts: f.timeouts()}
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
			return p, usagef("--header wants 'Name: value': there is no colon in one of them")
		}
		p.Headers = append(p.Headers, profile.Value{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
	}
	return p, nil
}

func parseEra(s string) (profile.Era, error) {
	mode, version, _ := strings.Cut(s, ":")
	switch mode {
	case "auto", "modern", "legacy":
		return profile.Era{Mode: mode, Version: version}, nil
	}
	return profile.Era{}, usagef("--era %q: want auto, modern, legacy or legacy:VERSION", s)
}
