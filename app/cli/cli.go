// Package cli is the command line: the same core as the window, without one. It asks core, and prints; people get
// text, machines get --json.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/pflag"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/demo"
	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/rules"
)

// Exit codes. They are part of the interface: scripts branch on them.
const (
	ExitOK         = 0   // connected; the call's result is no error
	ExitInternal   = 1   // a fault of Sightglass, or of the machine
	ExitUsage      = 2   // the arguments are wrong: nothing was started
	ExitRefused    = 3   // 401 or 403: the challenge was printed
	ExitNotFound   = 4   // the server could not be found, started or reached
	ExitProtocol   = 5   // the server's answer breaks HTTP or MCP, or is a JSON-RPC error
	ExitToolError  = 6   // the tool reported an error of its own
	ExitTimeout    = 7   // nothing came in time
	ExitChanged    = 8   // drift: the interface changed as --fail-on names it
	ExitUnexpected = 9   // a saved call was not answered as expected
	ExitCancelled  = 130 // interrupted
)

type verb struct {
	name, summary string
	run           func(ctx context.Context, io streams, args []string) error
	hidden        bool
}

type streams struct {
	in       io.Reader
	out, err io.Writer
	program  Program
}

// Program is what the command line tells of the program around it.
type Program struct {
	Version  string
	Licences func() ([]byte, error) // the texts of what is linked and carried
}

func verbs() []verb {
	return []verb{
		{name: "inspect", summary: "connect and print how it went, the server, its capabilities and tools", run: inspect},
		{name: "call", summary: "call a tool and print its result", run: call},
		{name: "request", summary: "send a request of any method, a notification, or a frame as it is", run: request},
		{name: "run", summary: "make the calls of a file and check what they are answered with", run: runFile},
		{name: "skills", summary: "list the skills of a server, and verify their files", run: skills},
		{name: "drift", summary: "compare a server's interface with what it was, for people and for CI", run: driftVerb},
		{name: "signin", summary: "sign in to a server in the browser and store the token in the keychain", run: signin},
		{name: "signout", summary: "revoke and delete a server's stored tokens", run: signout},
		{name: "token", summary: "print what a server's stored tokens say, never their values", run: token},
		{name: "traffic", summary: "connect, list the tools and print every entry of the wire", run: traffic},
		{name: "mock", summary: "serve captured traffic as an MCP server that answers as recorded", run: mockServer},
		{name: "convert", summary: "write a capture or a HAR in another format", run: convert},
		{name: "demo-server", summary: "speak MCP on standard input and output as the built-in sample", run: demoServer, hidden: true},
		{name: "version", summary: "print the version", run: printVersion},
		{name: "licences", summary: "print the licences of the works of others in this program", run: printLicences},
		{name: "help", summary: "print this text", run: help},
	}
}

// Known says whether arg is a verb of the command line; anything else opens the window.
func Known(arg string) bool {
	switch arg {
	case "-h", "--help", "--version":
		return true
	}
	for _, v := range verbs() {
		if v.name == arg {
			return true
		}
	}
	return false
}

// Main runs one command and returns its exit code. An interrupt cancels what is under way.
func Main(p Program, args []string, in io.Reader, out, errw io.Writer) int {
	// A terminal that closes and a script that ends us are interrupts too: no child may be left behind.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop) // a second one ends this program at once: the first may wait for a stubborn child
	s := streams{in: in, out: out, err: errw, program: p}
	name, rest := "help", args
	if len(args) > 0 {
		name, rest = args[0], args[1:]
	}
	switch name {
	case "-h", "--help":
		name = "help"
	case "--version":
		name = "version"
	}
	for _, v := range verbs() {
		if v.name == name {
			return finish(s, v.run(ctx, s, rest))
		}
	}
	return finish(s, usagef("there is no command %q; `sightglass help` lists them", name))
}

// outcome is an error that was already printed, with the exit code it stands for.
type outcome struct {
	code int
}

func (o outcome) Error() string { return fmt.Sprintf("exit code %d", o.code) }

// usageError is a mistake in the arguments.
type usageError struct{ text string }

func (u usageError) Error() string { return u.text }

func usagef(format string, a ...any) error { return usageError{fmt.Sprintf(format, a...)} }

func finish(s streams, err error) int {
	var o outcome
	var u usageError
	switch {
	case err == nil, errors.Is(err, pflag.ErrHelp):
		return ExitOK
	case errors.As(err, &o):
		return o.code
	case errors.As(err, &u):
		_, _ = fmt.Fprintln(s.err, "sightglass:", u.text)
		return ExitUsage
	}
	printError(s, err)
	return codeOf(err)
}

// codeOf is the exit code an error stands for.
func codeOf(err error) int {
	switch fault.Kind(core.AsError(err).Kind) {
	case fault.Auth:
		return ExitRefused
	case fault.Connect, fault.Closed:
		return ExitNotFound
	case fault.HTTP, fault.Session, fault.Protocol, fault.RPC:
		return ExitProtocol
	case fault.Timeout:
		return ExitTimeout
	case fault.Cancelled:
		return ExitCancelled
	case fault.Input:
		return ExitUsage
	case fault.Internal:
	}
	return ExitInternal
}

func demoServer(ctx context.Context, s streams, _ []string) error {
	return demo.ServeStdio(ctx, s.in, s.out, s.err)
}

func printVersion(_ context.Context, s streams, _ []string) error {
	_, err := fmt.Fprintln(s.out, "sightglass", s.program.Version)
	return err
}

func printLicences(_ context.Context, s streams, _ []string) error {
	text, err := s.program.Licences()
	if err != nil {
		return fmt.Errorf("read the licences: %w", err)
	}
	_, err = s.out.Write(text)
	return err
}

func help(_ context.Context, s streams, _ []string) error {
	_, err := fmt.Fprint(s.out, overview())
	return err
}

// open starts a core for one command, without the window's conveniences. A browser is opened only when asked for.
func open(s streams, f *flags) (*core.Core, error) {
	o := core.Options{Version: s.program.Version}
	if f.signIn {
		o.Browser, o.AutoSignIn = announce(s), true
	}
	if f.answer != "" {
		list, err := rules.Unattended(f.answer)
		if err != nil {
			return nil, usagef("--answer: %v", err)
		}
		o.Answers, o.Rules = true, list
	}
	c := core.New(o)
	if err := c.Start(); err != nil {
		return nil, err
	}
	c.Warm()
	return c, nil
}
