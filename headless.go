//go:build !(production || dev || bindings)

package main

import (
	"fmt"
	"os"

	"github.com/sightglass-dev/sightglass/app/cli"
)

// openWindow stands for the window in a build that has none: it prints the command line's help.
func openWindow(_ []string) int {
	fmt.Fprintln(os.Stderr, "sightglass: this build has no window, only the command line")
	_ = cli.Main(version, []string{"help"}, os.Stdin, os.Stderr, os.Stderr)
	return cli.ExitUsage
}
