package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"github.com/sightglass-dev/sightglass/app/core"
)

// mockServer serves a file of captured traffic. Standard output belongs to the protocol; what is said goes to standard
// error.
func mockServer(ctx context.Context, s streams, args []string) error {
	f := bareFlags("mock", "mock FILE [flags]", "FILE is a capture (.sightglass) or a HAR (.har).", s)
	http := f.String("http", "", "serve Streamable HTTP on this `ADDRESS` of this machine, as 127.0.0.1:8080 (port 0: any); default: standard input and output")
	conn := f.String("conn", "", "serve this connection of the file; default: the one with the most answers")
	timing := f.Bool("timing", false, "answer as slowly as recorded")
	challenges := f.Bool("challenges", false, "refuse requests without Authorization as recorded")
	if err := parseBare(f, args); err != nil {
		return err
	}
	if f.NArg() != 1 {
		return usagef("mock wants one FILE; `sightglass mock --help` says more")
	}
	m := core.MockFile{Path: f.Arg(0), Conn: *conn, Address: *http, Timing: *timing, Challenges: *challenges, Version: s.program.Version}
	say := func(format string, a ...any) { _, _ = fmt.Fprintf(s.err, format+"\n", a...) }
	return m.Serve(ctx, s.in, s.out, func(url string) {
		say("serving %s as it was recorded at %s", clean(f.Arg(0)), url)
	}, func(r core.MockServed) {
		say("%s", strings.TrimSpace(fmt.Sprintf("%s %s: %s", word(r.Method), word(r.Name), r.How)))
	})
}

// convert writes a file of captured traffic in another format.
func convert(_ context.Context, s streams, args []string) error {
	f := bareFlags("convert", "convert FILE FILE", "From a capture (.sightglass) or a HAR (.har) to a .har, .jsonl or .sightglass: the names say which.", s)
	if err := parseBare(f, args); err != nil {
		return err
	}
	if f.NArg() != 2 {
		return usagef("convert wants two FILEs; `sightglass convert --help` says more")
	}
	n, err := core.ConvertFile(f.Arg(0), f.Arg(1), s.program.Version)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%d entries\n", n)
	return err
}

// bareFlags are the flags of a command that takes files and no server.
func bareFlags(name, usage, about string, s streams) *pflag.FlagSet {
	f := pflag.NewFlagSet(name, pflag.ContinueOnError)
	f.SetOutput(s.err)
	f.Usage = func() {
		_, _ = fmt.Fprintf(s.out, "Usage: sightglass %s\n\n%s\n", usage, about)
		if f.HasFlags() {
			_, _ = fmt.Fprintf(s.out, "\nFlags\n%s", f.FlagUsages())
		}
	}
	return f
}

func parseBare(f *pflag.FlagSet, args []string) error {
	err := f.Parse(args)
	if err == nil || err == pflag.ErrHelp { //nolint:errorlint // pflag returns it bare
		return err
	}
	return usagef("%v; `sightglass %s --help` lists the flags", err, f.Name())
}

// saveTraffic writes the traffic of this run into the file that --save names, whatever came of the command.
func (f *flags) saveTraffic(ctx context.Context, s streams, c *core.Core, err error) error {
	if f.save == "" {
		return err
	}
	saveErr := c.SaveExport(context.WithoutCancel(ctx), core.ExportInput{Format: core.FormatOf(f.save)}, f.save)
	if saveErr != nil && err == nil {
		return f.fail(s, saveErr)
	}
	if saveErr != nil {
		_, _ = io.WriteString(s.err, "sightglass: "+clean(saveErr.Error())+"\n")
	}
	return err
}
