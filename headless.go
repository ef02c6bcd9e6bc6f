//go:build !(production || dev || bindings)

package main

import (
	"os"

	"github.com/sightglass-dev/sightglass/app/cli"
)

// run stands for the window, which this build does not have: it prints the help and says so by its exit code.
func run([]string) int {
	cli.Main(version, []string{"help"}, os.Stdin, os.Stderr, os.Stderr)
	return cli.ExitUsage
}
