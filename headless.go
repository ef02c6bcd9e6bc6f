//go:build !(production || dev || bindings)

package main

import (
	_ "embed"
	"fmt"
	"os"

	"github.com/sightglass-dev/sightglass/app/cli"
)

//go:embed build/licences/go.txt
var goLicences []byte

// licences are those of the Go modules: this build carries nothing else.
func licences() ([]byte, error) { return goLicences, nil }

// openWindow stands for the window in a build that has none: it prints the command line's help.
func openWindow(args []string) int {
	if file := cli.File(args); file != "" {
		fmt.Fprintf(os.Stderr, "sightglass: this build has no window to open %s in; `sightglass convert` and `sightglass mock` read it\n", file)
	} else if len(args) > 0 {
		fmt.Fprintf(os.Stderr, "sightglass: there is no command %q, and this build has no window\n", args[0])
	} else {
		fmt.Fprintln(os.Stderr, "sightglass: this build has no window, only the command line")
	}
	_ = cli.Main(cli.Program{Version: version, Licences: licences}, []string{"help"}, os.Stdin, os.Stderr, os.Stderr)
	return cli.ExitUsage
}
