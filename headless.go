//go:build !(production || dev || bindings)

package main

import (
	"fmt"
	"os"

	"github.com/sightglass-dev/sightglass/app/cli"
)

// openWindow stands for the window in a build that has none: it prints the command line's help.
func openWindow(args []string) int {
	if len(args) > 0 {
		fmt.Fprintf(os.Stderr, "sightglass: there is no command %q, and this build has no window\n", args[0])
	} else {
		fmt.Fprintln(os.Stderr, "sightglass: this build has no window, only the command line")
	}
	_ = cli.Main(version, []string{"help"}, os.Stdin, os.Stderr, os.Stderr)
	return cli.ExitUsage
}
