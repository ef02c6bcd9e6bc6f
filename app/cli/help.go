package cli

import (
	"fmt"
	"strings"
)

const targets = `TARGET is one of
  NAME                      a saved server, by name or id
  URL                       http://… or https://… (--transport http|sse, --header 'Name: value')
  -- COMMAND ARGS…          a stdio server, started as given in this folder; :: ends it when more follows
`

const exitCodes = `Exit codes
  0  done                               5  the answer breaks HTTP or MCP, or is a JSON-RPC error
  2  the arguments are wrong            6  the tool reported an error
  3  refused: the challenge is printed  7  nothing came in time
  4  not found, not started, or not     8  drift: changes as --fail-on names them
     reached                            9  a saved call is not answered as expected
  1  a fault of Sightglass or of        130  interrupted
     this machine
`

func overview() string {
	var b strings.Builder
	b.WriteString("Sightglass shows what happens between an MCP client and a server.\nWithout arguments it opens its window, with a FILE of captured traffic\n(.sightglass or .har) it shows that there, read-only.\n\nUsage: sightglass [FILE]\n       sightglass COMMAND [TARGET] [flags]\n\nCommands\n")
	for _, v := range verbs() {
		if !v.hidden {
			fmt.Fprintf(&b, "  %-9s %s\n", v.name, v.summary)
		}
	}
	b.WriteString("\n" + targets + "\nExamples\n" + examples + "\n" + exitCodes)
	b.WriteString("\n`sightglass COMMAND --help` lists the flags of a command.\n")
	return b.String()
}

const examples = `  sightglass inspect "Sample server"
  sightglass inspect https://example.com/mcp --header 'X-Team: tools' --json
  sightglass call "Sample server" add --arg a=2 --arg b=40
  sightglass call -- npx -y @modelcontextprotocol/server-everything :: echo --arg message=hi
  sightglass drift "Sample server" --fail-on breaking
  sightglass traffic http://127.0.0.1:8080/mcp --era legacy:2025-06-18 --json
`
