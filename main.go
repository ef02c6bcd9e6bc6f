// Sightglass is a desktop inspector for MCP servers. With a verb as its first argument it is a command line over the
// same core; with anything else (nothing, a file, a link, -psn_… from macOS) it opens the window.
package main

import (
	"os"

	"github.com/sightglass-dev/sightglass/app/cli"
)

// version is set by the linker: -X main.version=1.2.3.
var version = "dev"

func main() {
	os.Exit(run(os.Args[1:]))
}

// run has no effect of its own before it knows which of the two it is: Wails' generator runs main too.
func run(args []string) int {
	if len(args) > 0 && cli.Known(args[0]) {
		useParentConsole()
		return cli.Main(cli.Program{Version: version, Licences: licences}, args, os.Stdin, os.Stdout, os.Stderr)
	}
	return openWindow(args)
}
