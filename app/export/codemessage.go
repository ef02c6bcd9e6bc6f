package export

import (
	"fmt"
	"strings"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// messageCode writes a client that sends the message over a connection of its own.
func (c *coder) messageCode(form string) (string, error) {
	if c.subject.exchange == nil && c.target.Command == "" {
		c.target.Command = "YOUR_SERVER"
		c.note("How this server was started is not known here: put its command in the place of YOUR_SERVER.")
	}
	if form == "shell" {
		return c.shell()
	}
	params, err := c.params()
	if err != nil {
		return "", err
	}
	switch form {
	case "mcp-go":
		return c.mcpgo(params), nil
	case "ts-sdk":
		return c.typescript(params), nil
	}
	return c.python(params), nil
}

// shell pipes the lines into the server. A session of the first generation starts with its handshake, as recorded.
func (c *coder) shell() (string, error) {
	lines, err := c.handshake()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if c.target.Dir != "" {
		b.WriteString("cd " + shellQuote(c.target.Dir) + " &&\n")
	}
	b.WriteString("{\n")
	for _, l := range append(lines, c.subject.message) {
		text := string(l)
		if strings.Contains(text, "\x00") {
			c.note("The NUL bytes of the message are left out: no argument can hold one.")
			text = strings.ReplaceAll(text, "\x00", "")
		}
		b.WriteString("  printf '%s\\n' " + shellWord(c.secrets.cut(text)) + "\n")
	}
	b.WriteString("  sleep 5 # the answer comes while the input is open\n} | ")
	for _, v := range c.target.Env {
		b.WriteString(v.Name + "=" + shellWord(c.secrets.cut(v.Value)) + " ")
	}
	b.WriteString(shellWord(c.secrets.cut(c.target.Command)))
	for _, a := range c.target.Args {
		b.WriteString(" " + shellWord(c.secrets.cut(a)))
	}
	return b.String() + "\n", nil
}

// handshake is what was sent on this connection to open a session; nothing when the protocol has none, or when the
// message is part of it.
func (c *coder) handshake() (lines [][]byte, err error) {
	e := c.subject.entry
	err = c.source.Entries(func(o wire.Entry) error {
		if o.Seq >= e.Seq {
			return errStop
		}
		if o.Conn != e.Conn || o.Kind != wire.KindFrame || o.Dir != wire.Out || o.Method != "initialize" && o.Method != "notifications/initialized" {
			return nil
		}
		b, err := short(c.source, o.Seq, wire.PartMessage)
		lines = append(lines, b)
		return err
	})
	if err == errStop { //nolint:errorlint // it is this package's own, and comes back as it is
		err = nil
	}
	return lines, err
}

// own are the headers of the exchange that belong to the user and not to the protocol.
func (c *coder) own() []wire.Header {
	var out []wire.Header
	for _, h := range c.headers("host", "content-type", "accept", "user-agent", "last-event-id", "traceparent", "tracestate", "baggage", "cache-control", "dpop") {
		if !strings.HasPrefix(strings.ToLower(h.Name), "mcp-") {
			out = append(out, h)
		}
	}
	return out
}

func (c *coder) url() string {
	if c.target.URL != "" {
		return c.target.URL
	}
	return c.subject.exchange.URL
}

// sse says whether the subject went over the transport of 2024-11-05: its messages are posted to an endpoint that the
// stream told, so a client starts elsewhere.
func (c *coder) sse() bool {
	return c.target.URL != "" && c.subject.exchange != nil && c.subject.exchange.URL != c.target.URL && strings.Contains(strings.ToLower(c.subject.exchange.URL), "session")
}

func (c *coder) notification() bool { return c.subject.entry.Message == wire.MsgNotification }

func (c *coder) mcpgo(params string) string {
	word := func(text string) string { return join(c.secrets.cut(text), goQuote, goEnv, " + ") }
	var b, connect strings.Builder
	if c.subject.exchange == nil {
		env := make([]string, 0, len(c.target.Env))
		for _, v := range c.target.Env {
			env = append(env, goQuote(v.Name+"=")+" + "+word(v.Value))
		}
		list := "os.Environ()"
		if len(env) > 0 {
			list = "append(os.Environ(), " + strings.Join(env, ", ") + ")"
		}
		fmt.Fprintf(&connect, "\tt := transport.NewStdio(%s, %s", word(c.target.Command), list)
		for _, a := range c.target.Args {
			connect.WriteString(", " + word(a))
		}
		connect.WriteString(")\n")
		if c.target.Dir != "" {
			c.note("Run it in %s: that is where the server was started.", c.target.Dir)
		}
	} else {
		make, option := "NewStreamableHTTP", "WithHTTPHeaders"
		if c.sse() {
			make, option = "NewSSE", "WithHeaders"
		}
		fmt.Fprintf(&connect, "\tt, err := transport.%s(%s", make, word(c.url()))
		if own := c.own(); len(own) > 0 {
			fmt.Fprintf(&connect, ", transport.%s(map[string]string{\n", option)
			for _, h := range own {
				fmt.Fprintf(&connect, "\t\t%s: %s,\n", goQuote(h.Name), word(h.Value))
			}
			connect.WriteString("\t})")
		}
		connect.WriteString(")\n\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n")
	}
	imports := []string{"context", "encoding/json", "fmt", "log"}
	if strings.Contains(connect.String(), "os.") || masked.MatchString(params) {
		imports = append(imports, "os")
	}
	b.WriteString("package main\n\nimport (\n")
	for _, i := range imports {
		fmt.Fprintf(&b, "\t%q\n", i)
	}
	b.WriteString("\n\t\"github.com/mark3labs/mcp-go/client\"\n\t\"github.com/mark3labs/mcp-go/client/transport\"\n\t\"github.com/mark3labs/mcp-go/mcp\"\n)\n\nfunc main() {\n\tctx := context.Background()\n")
	b.WriteString(connect.String())
	b.WriteString("\tc := client.NewClient(t)\n\tif err := c.Start(ctx); err != nil {\n\t\tlog.Fatal(err)\n\t}\n\tdefer c.Close()\n")
	version := "LATEST_PROTOCOL_VERSION"
	if typedCall(methodOf(c.subject.message)) == "" {
		version = "LATEST_LEGACY_PROTOCOL_VERSION" // below, the message is sent as it is: without what each request of 2026-07-28 carries
	}
	b.WriteString("\tvar hello mcp.InitializeRequest\n\thello.Params.ProtocolVersion = mcp." + version + "\n\thello.Params.ClientInfo = mcp.Implementation{Name: \"copied-from-sightglass\", Version: \"1\"}\n\tif _, err := c.Initialize(ctx, hello); err != nil {\n\t\tlog.Fatal(err)\n\t}\n")
	if params == "" {
		params = "{}"
	}
	c.goSend(&b, params)
	return b.String()
}

// typedCall is the call of mcp-go's client for a method, and the type of its request. It adds what the protocol version
// in use wants.
func typedCall(method string) string {
	return map[string]string{
		"tools/call": "CallTool", "tools/list": "ListToolsByPage ListTools", "prompts/get": "GetPrompt", "prompts/list": "ListPromptsByPage ListPrompts",
		"resources/read": "ReadResource", "resources/list": "ListResourcesByPage ListResources",
		"resources/templates/list": "ListResourceTemplatesByPage ListResourceTemplates", "completion/complete": "Complete",
	}[method]
}

func (c *coder) goSend(b *strings.Builder, params string) {
	method := goQuote(methodOf(c.subject.message))
	text := join(c.secrets.cut(params), goText, goEnv, " + ")
	if call := typedCall(methodOf(c.subject.message)); call != "" && !c.notification() {
		call, request, different := strings.Cut(call, " ")
		if !different {
			request = call
		}
		fmt.Fprintf(b, "\tvar request mcp.%sRequest\n\tif err := json.Unmarshal([]byte(%s), &request.Params); err != nil {\n\t\tlog.Fatal(err)\n\t}\n", request, text)
		fmt.Fprintf(b, "\tresult, err := c.%s(ctx, request)\n\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n\tout, err := json.MarshalIndent(result, \"\", \"  \")\n\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n\tfmt.Println(string(out))\n}\n", call)
		return
	}
	c.note("It opens a session of the version before 2026-07-28.")
	if c.notification() {
		fmt.Fprintf(b, "\tvar n mcp.JSONRPCNotification\n\tif err := json.Unmarshal([]byte(`{\"jsonrpc\":\"2.0\",\"method\":`+%s+`,\"params\":`+%s+`}`), &n); err != nil {\n\t\tlog.Fatal(err)\n\t}\n", goQuote(goQuote(methodOf(c.subject.message))), text)
		b.WriteString("\tif err := t.SendNotification(ctx, n); err != nil {\n\t\tlog.Fatal(err)\n\t}\n\tfmt.Println(\"sent\")\n}\n")
		return
	}
	fmt.Fprintf(b, "\tanswer, err := t.SendRequest(ctx, transport.JSONRPCRequest{\n\t\tJSONRPC: mcp.JSONRPC_VERSION,\n\t\tID:      mcp.NewRequestId(\"copied-1\"),\n\t\tMethod:  %s,\n\t\tParams:  json.RawMessage(%s),\n\t})\n", method, text)
	b.WriteString("\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n\tif answer.Error != nil {\n\t\tlog.Fatalf(\"%d %s\", answer.Error.Code, answer.Error.Message)\n\t}\n\tfmt.Println(string(answer.Result))\n}\n")
}

// methodOf is the method of a message, whole: an entry's may be cut.
func methodOf(message []byte) string {
	names, members, err := membersOf(message)
	if err == nil {
		for i, n := range names {
			if n == `"method"` {
				var s string
				if jsonString(members[i], &s) {
					return s
				}
			}
		}
	}
	return wire.ParseFrame(message).Method
}

func (c *coder) typescript(params string) string {
	word := func(text string) string { return join(c.secrets.cut(text), scriptQuote, jsEnv, " + ") }
	var b strings.Builder
	b.WriteString("import { Client } from \"@modelcontextprotocol/sdk/client/index.js\";\n")
	switch {
	case c.subject.exchange == nil:
		b.WriteString("import { getDefaultEnvironment, StdioClientTransport } from \"@modelcontextprotocol/sdk/client/stdio.js\";\n")
	case c.sse():
		b.WriteString("import { SSEClientTransport } from \"@modelcontextprotocol/sdk/client/sse.js\";\n")
	default:
		b.WriteString("import { StreamableHTTPClientTransport } from \"@modelcontextprotocol/sdk/client/streamableHttp.js\";\n")
	}
	if !c.notification() {
		b.WriteString("import { ResultSchema } from \"@modelcontextprotocol/sdk/types.js\";\n")
	}
	b.WriteString("\n")
	if c.subject.exchange == nil {
		fmt.Fprintf(&b, "const transport = new StdioClientTransport({\n  command: %s,\n  args: [", word(c.target.Command))
		for i, a := range c.target.Args {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(word(a))
		}
		b.WriteString("],\n  env: { ...getDefaultEnvironment()")
		for _, v := range c.target.Env {
			fmt.Fprintf(&b, ", %s: %s", scriptQuote(v.Name), word(v.Value))
		}
		b.WriteString(" },\n")
		if c.target.Dir != "" {
			fmt.Fprintf(&b, "  cwd: %s,\n", scriptQuote(c.target.Dir))
		}
		b.WriteString("});\n")
	} else {
		name := "StreamableHTTPClientTransport"
		if c.sse() {
			name = "SSEClientTransport"
		}
		fmt.Fprintf(&b, "const transport = new %s(new URL(%s), {\n  requestInit: {\n    headers: [\n", name, word(c.url()))
		for _, h := range c.own() {
			fmt.Fprintf(&b, "      [%s, %s],\n", scriptQuote(h.Name), join(c.secrets.cut(h.Value), func(s string) string { return scriptQuote(latin1(s)) }, jsEnv, " + "))
		}
		b.WriteString("    ],\n  },\n});\n")
	}
	b.WriteString("const client = new Client({ name: \"copied-from-sightglass\", version: \"1.0.0\" });\nawait client.connect(transport);\n")
	message := "{ method: " + scriptQuote(methodOf(c.subject.message))
	if params != "" {
		fmt.Fprintf(&b, "const params = JSON.parse(%s);\n", join(c.secrets.cut(params), jsText, jsEnv, " + "))
		message += ", params"
	}
	message += " }"
	if c.notification() {
		fmt.Fprintf(&b, "await client.notification(%s);\n", message)
	} else {
		fmt.Fprintf(&b, "const result = await client.request(%s, ResultSchema);\nconsole.log(JSON.stringify(result, null, 2));\n", message)
	}
	b.WriteString("await client.close();\n")
	return b.String()
}
