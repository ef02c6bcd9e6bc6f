package cli

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/collection"
	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/internal/atomicfile"
)

// secretsEnv begins the names of environment variables that give secret variables their values.
const secretsEnv = "SIGHTGLASS_VAR_"

// runFile makes the calls of a file. It ends with the code of a failed call when one of them is not passed.
func runFile(ctx context.Context, s streams, args []string) error {
	f := newFlags("run", "run TARGET FILE [flags]\n       sightglass run -- COMMAND ARGS… :: FILE [flags]", s)
	set := f.set.StringArray("var", nil, "`NAME=VALUE`: JSON, or else a text; secret ones are better given as "+secretsEnv+"NAME; may be repeated")
	stop := f.set.Bool("stop", false, "stop at the first call that is not passed")
	junit := f.set.String("junit", "", "also write the results to `FILE` as JUnit XML")
	f.call = true
	var path string
	var values []core.SavedVariable
	check := func(more []string) (err error) {
		if len(more) != 1 {
			return usagef("run takes one FILE behind the target, for a command behind ::")
		}
		path = more[0]
		file, err := collection.Read(path)
		if err != nil {
			return usagef("%v", err)
		}
		for _, one := range core.CallSuspects(file.Collection) {
			_, _ = fmt.Fprintf(s.err, "sightglass: %s looks like a credential (%s): make it a secret variable\n", clean(one.Where), one.Why)
		}
		values, err = variables(file.Collection, *set)
		return err
	}
	return connected(ctx, s, f, args, check, func(c *core.Core, v core.Connection) error {
		out, err := c.RunCollectionWait(ctx, core.CollectionRunInput{Run: "cli", Profile: v.Profile, Path: path, Stop: *stop, Values: values})
		banner := hangUp(c, v.Profile)
		if err != nil {
			return f.fail(s, err)
		}
		if *junit != "" {
			if err := writeJUnit(*junit, out); err != nil {
				return f.fail(s, err)
			}
		}
		if err := f.printRun(s, out); err != nil {
			return err
		}
		printBanner(s, banner)
		if out.Counts.Failed+out.Counts.Broken > 0 {
			return outcome{ExitUnexpected}
		}
		return nil
	})
}

// variables reads --var and the environment. A value that is no JSON is a text.
func variables(c *collection.Collection, set []string) ([]core.SavedVariable, error) {
	var out []core.SavedVariable
	give := func(name, value string) {
		raw := json.RawMessage(value)
		if !json.Valid(raw) || c.Variables[name].Secret {
			raw, _ = json.Marshal(value) // a string always marshals
		}
		out = append(out, core.SavedVariable{Name: name, Value: string(raw)})
	}
	for name := range c.Variables {
		if value, ok := os.LookupEnv(secretsEnv + name); ok {
			give(name, value)
		}
	}
	for _, one := range set {
		name, value, ok := strings.Cut(one, "=")
		if !ok || name == "" {
			return nil, usagef("--var wants NAME=VALUE") // not quoted: it may be a secret
		}
		if _, known := c.Variables[name]; !known {
			return nil, usagef("--var %s: the file has no variable of that name", name)
		}
		give(name, value)
	}
	return out, nil
}

func (f *flags) printRun(s streams, out core.CollectionRun) error {
	if f.json {
		return printJSON(s.out, out)
	}
	var b strings.Builder
	for _, r := range out.Results {
		fmt.Fprintf(&b, "%-8s %s", r.State, clean(r.Name))
		if r.Took > 0 {
			fmt.Fprintf(&b, "  %s", time.Duration(r.Took*int64(time.Microsecond)).Round(10*time.Microsecond))
		}
		b.WriteByte('\n')
		if r.Problem != "" {
			fmt.Fprintf(&b, "         %s\n", clean(r.Problem))
		}
		for _, v := range r.Verdicts {
			if !v.Pass {
				fmt.Fprintf(&b, "         expected: %s\n         but: %s\n", clean(v.Text), clean(v.Got))
			}
		}
	}
	n := out.Counts
	fmt.Fprintf(&b, "%d passed, %d failed, %d broken, %d skipped\n", n.Passed, n.Failed, n.Broken, n.Skipped)
	_, err := io.WriteString(s.out, b.String())
	return err
}

// The JUnit form, as build servers read it.
type (
	junitSuite struct {
		XMLName  xml.Name    `xml:"testsuite"`
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     string      `xml:"time,attr"` // seconds
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string    `xml:"name,attr"`
		Class   string    `xml:"classname,attr"`
		Time    string    `xml:"time,attr"`
		Failure *junitWhy `xml:"failure"`
		Error   *junitWhy `xml:"error"`
		Skipped *junitWhy `xml:"skipped"`
	}
	junitWhy struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

func writeJUnit(path string, out core.CollectionRun) error {
	n := out.Counts
	suite := junitSuite{
		Name: out.Name, Tests: len(out.Results), Failures: n.Failed, Errors: n.Broken, Skipped: n.Skipped, Time: seconds(out.Ended - out.Began),
	}
	for _, r := range out.Results {
		one := junitCase{Name: r.Name, Class: out.Name, Time: seconds(r.Took)}
		if one.Name == "" {
			one.Name = fmt.Sprintf("call %d: %s", r.Index+1, r.Method)
		}
		why := &junitWhy{Message: r.Problem}
		for _, v := range r.Verdicts {
			if !v.Pass {
				why.Text += "expected: " + v.Text + "\nbut: " + v.Got + "\n"
			}
		}
		if why.Message == "" {
			why.Message, _, _ = strings.Cut(why.Text, "\n")
		}
		switch r.State {
		case collection.Failed:
			one.Failure = why
		case collection.Broken:
			one.Error = why
		case collection.Skipped:
			one.Skipped = why
		}
		suite.Cases = append(suite.Cases, one)
	}
	data, err := xml.MarshalIndent(suite, "", "  ")
	if err == nil {
		err = atomicfile.Replace(path, append([]byte(xml.Header), append(data, '\n')...))
	}
	if err != nil {
		return fmt.Errorf("write the results: %w", err)
	}
	return nil
}

func seconds(micros int64) string { return fmt.Sprintf("%.6f", float64(micros)/1e6) }
