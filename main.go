// Sightglass is a desktop inspector for MCP servers.
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:]))
}
