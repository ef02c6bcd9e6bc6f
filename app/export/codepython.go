package export

import (
	"encoding/json"
	"fmt"
	"strings"
)

func jsonString(raw []byte, s *string) bool { return json.Unmarshal(raw, s) == nil }

func (c *coder) pyWord(text string) string {
	return join(c.secrets.cut(text), scriptQuote, pyEnv, " + ")
}

// python writes a client on the official SDK. Types of the protocol are left to the SDK: the request is validated by it,
// the result comes as it is.
func (c *coder) python(params string) string {
	open := c.pythonOpen()
	before := ""
	message := "{\"method\": " + scriptQuote(methodOf(c.subject.message))
	if params != "" {
		before = "PARAMS = json.loads(" + join(c.secrets.cut(params), pyText, pyEnv, " + ") + ")\n\n\n"
		message += ", \"params\": PARAMS"
	}
	message += "}"
	var b strings.Builder
	b.WriteString("import asyncio\n")
	if params != "" {
		b.WriteString("import json\n")
	}
	if len(c.secrets.list) > 0 || strings.Contains(open.call, "os.") {
		b.WriteString("import os\n")
	}
	b.WriteString("\nfrom mcp import ClientSession, types\n" + open.imports + "\n\n" + before + "async def main():\n" + open.before)
	fmt.Fprintf(&b, "    async with %s as %s:\n        async with ClientSession(streams[0], streams[1]) as session:\n            await session.initialize()\n", open.call, "streams")
	if c.notification() {
		fmt.Fprintf(&b, "            message = types.ClientNotification.model_validate(%s)\n            await session.send_notification(message)\n", message)
	} else {
		fmt.Fprintf(&b, "            message = types.ClientRequest.model_validate(%s)\n            result = await session.send_request(message, types.Result)\n            print(result.model_dump_json(by_alias=True, exclude_none=True, indent=2))\n", message)
	}
	b.WriteString("\n\nasyncio.run(main())\n")
	return b.String()
}

type pythonOpening struct{ imports, before, call string }

func (c *coder) pythonOpen() pythonOpening {
	if c.subject.exchange != nil {
		var headers strings.Builder
		headers.WriteString("    headers = {")
		for i, h := range c.own() {
			if i > 0 {
				headers.WriteString(", ")
			}
			fmt.Fprintf(&headers, "%s: %s", scriptQuote(h.Name), c.pyWord(h.Value))
		}
		headers.WriteString("}\n")
		if c.sse() {
			return pythonOpening{"from mcp.client.sse import sse_client\n", headers.String(), "sse_client(" + c.pyWord(c.url()) + ", headers=headers)"}
		}
		return pythonOpening{"from mcp.client.streamable_http import streamablehttp_client\n", headers.String(), "streamablehttp_client(" + c.pyWord(c.url()) + ", headers=headers)"}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "    server = StdioServerParameters(\n        command=%s,\n        args=[", c.pyWord(c.target.Command))
	for i, a := range c.target.Args {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c.pyWord(a))
	}
	b.WriteString("],\n")
	if len(c.target.Env) > 0 {
		b.WriteString("        env={")
		for i, v := range c.target.Env {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%s: %s", scriptQuote(v.Name), c.pyWord(v.Value))
		}
		b.WriteString("},\n")
	}
	if c.target.Dir != "" {
		fmt.Fprintf(&b, "        cwd=%s,\n", scriptQuote(c.target.Dir))
	}
	b.WriteString("    )\n")
	return pythonOpening{"from mcp.client.stdio import StdioServerParameters, stdio_client\n", b.String(), "stdio_client(server)"}
}
