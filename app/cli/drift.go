package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/drift"
)

// driftFlags are what drift takes besides a target.
type driftFlags struct {
	in       core.DriftCheck
	failOn   string
	markdown bool
	noKeep   bool
}

// driftReply is what drift prints for machines.
type driftReply struct {
	drift.Report
	Compared bool   `json:"compared"`          // there was something to compare with
	Kept     string `json:"snapshot"`          // id of what is kept; empty: nothing is
	Failed   bool   `json:"failed"`            // changes as --fail-on names them
	Error    *reply `json:"error,omitempty"`   // why a list could not be read
	Banner   *reply `json:"banner,omitempty"`  // a refusal outside of any call
	FailOn   string `json:"failOn,omitempty"`  // as given
	Against  string `json:"against,omitempty"` // as given
}

func driftVerb(ctx context.Context, s streams, args []string) error {
	f := newFlags("drift", "drift TARGET [flags]", s)
	var d driftFlags
	f.set.StringVar(&d.in.Against, "against", "", "what to compare with: the `NAME` or id of a snapshot, last, or a file that ends in .json; the accepted baseline when not given")
	f.set.StringVar(&d.failOn, "fail-on", "", "end with exit code 8 when there are changes that are `breaking`, risky or worse, additive or worse, or any")
	f.set.BoolVar(&d.markdown, "markdown", false, "print the report as Markdown")
	f.set.BoolVar(&d.noKeep, "no-keep", false, "do not keep the interface as a snapshot")
	f.set.StringVar(&d.in.Name, "name", "", "call the snapshot of this interface `NAME`")
	f.set.BoolVar(&d.in.Accept, "accept", false, "accept this interface as the new baseline")
	f.set.StringVar(&d.in.Save, "write", "", "write the interface to a `FILE`, for --against on another machine")
	return connected(ctx, s, f, args, d.check, func(c *core.Core, v core.Connection) error {
		d.in.Keep = !d.noKeep
		r, err := c.CheckDrift(ctx, v.Profile, d.in)
		if err != nil {
			return f.fail(s, err)
		}
		banner := hangUp(c, v.Profile)
		return f.writeDrift(s, d, r, banner)
	})
}

func (d *driftFlags) check(more []string) error {
	if err := noWords("drift")(more); err != nil {
		return err
	}
	switch d.failOn {
	case "", "any", string(drift.Breaking), string(drift.Risky), string(drift.Additive):
	default:
		return usagef("--fail-on %q: want breaking, risky, additive or any", d.failOn)
	}
	if d.noKeep && (d.in.Name != "" || d.in.Accept) {
		return usagef("--no-keep leaves nothing to name or to accept")
	}
	return nil
}

// fails says whether there are changes as bad as asked for.
func (d *driftFlags) fails(n drift.Counts) bool {
	switch d.failOn {
	case "":
		return false
	case "any":
		return n.Total() > 0
	}
	return n.AtLeast(drift.Severity(d.failOn)) > 0
}

// writeDrift prints the report. Changes that were asked about decide the exit code before a list that could not be read.
func (f *flags) writeDrift(s streams, d driftFlags, r core.DriftReport, banner *core.Error) error {
	failed := d.fails(r.Report.Counts)
	var err error
	switch {
	case f.json:
		out := driftReply{Report: r.Report, Compared: r.Report.Was.At != 0, Kept: r.Kept, Failed: failed, FailOn: d.failOn, Against: d.in.Against, Banner: maybeReply(banner)}
		if r.Err != nil {
			e := errorReply(r.Err)
			out.Error = &e
		}
		err = printJSON(s.out, out)
	case d.markdown:
		_, err = io.WriteString(s.out, clean(r.Report.Markdown()))
	default:
		err = printDrift(s.out, r)
	}
	if !f.json {
		printBanner(s, banner)
	}
	switch {
	case err != nil:
		return err
	case r.Err != nil && !f.json:
		printError(s, r.Err)
	}
	switch {
	case failed:
		return outcome{ExitChanged}
	case r.Err != nil:
		return outcome{codeOf(r.Err)}
	}
	return nil
}

func printDrift(w io.Writer, r core.DriftReport) error {
	var b strings.Builder
	rep := r.Report
	switch {
	case rep.Was.At == 0 && r.Kept == "":
		fmt.Fprintf(&b, "%s: nothing to compare with\n", word(rep.Server))
	case rep.Was.At == 0:
		fmt.Fprintf(&b, "%s: nothing to compare with; the interface is kept as %s\n", word(rep.Server), r.Kept)
	default:
		fmt.Fprintf(&b, "%s: %s since %s\n", word(rep.Server), rep.Counts, sinceText(rep.Was))
	}
	for _, n := range rep.NotCompared {
		fmt.Fprintf(&b, "! %s\n", word(n))
	}
	for _, c := range rep.Changes {
		at := word(c.Name)
		if c.Kind == drift.OfServer {
			at = ""
		}
		fmt.Fprintf(&b, "%-8s  %s\n", c.Severity, word(c.Text))
		fmt.Fprintf(&b, "          %s\n", strings.TrimSpace(fmt.Sprintf("%s %s %s", c.Kind, at, word(c.Path))))
		if c.Was != "" || c.Now != "" {
			fmt.Fprintf(&b, "          %s -> %s\n", orNone(word(c.Was)), orNone(word(c.Now)))
		}
		fmt.Fprintf(&b, "          %s\n", word(c.Why))
	}
	if rep.Cut > 0 {
		fmt.Fprintf(&b, "%d further changes are not listed\n", rep.Cut)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func orNone(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

func sinceText(a drift.About) string {
	at := time.UnixMicro(a.At).Format("2 Jan 2006 15:04")
	if a.Name != "" {
		return fmt.Sprintf("%s (%s)", word(a.Name), at)
	}
	return at
}
