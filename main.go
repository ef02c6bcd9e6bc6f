// Sightglass is a desktop inspector for MCP servers: without arguments it opens its window, with a command it is a
// command line over the same core.
package main

import (
	"os"

	"github.com/sightglass-dev/sightglass/app/cli"
)

// version of the program, as servers see it in clientInfo.
const version = "0.1.0"

func main() {
	if len(os.Args) > 1 && cli.Known(os.Args[1]) {
		os.Exit(cli.Main(version, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(run(os.Args[1:]))
}
