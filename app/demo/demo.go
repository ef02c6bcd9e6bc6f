// Package demo holds the built-in sample servers: one open, spoken to over stdio, and one that asks for a
// token, over Streamable HTTP on loopback, with its own authorization server. They are used on first run, in the docs and in tests. They know nothing
// of the client beside them.
package demo

import (
	"context"
	"io"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// Version is what both samples report as their own.
const Version = "1.0.0"

const instructions = "A built-in server to try Sightglass on. Every tool shows one thing: `shapes` has an argument of " +
	"every kind, `countdown` reports progress, `fail` reports an error, `ask` asks you a question, `survey` may run as a task, " +
	"`measure` changes the resource sample://level.json, `gauge` has an app. There is one skill."

// New builds the open sample.
func New() *server.MCPServer {
	l := newLive()
	s := server.NewMCPServer("sightglass-sample", Version,
		server.WithTitle("Sample server"),
		server.WithInstructions(instructions),
		server.WithToolCapabilities(true),
		server.WithResourceCapabilities(true, true),
		server.WithPromptCapabilities(true),
		server.WithLogging(),
		server.WithElicitation(),
		server.WithCompletions(), server.WithPromptCompletionProvider(completions{}), server.WithResourceCompletionProvider(completions{}),
		server.WithMethodCacheHints(mcp.MethodResourcesList, 60_000, mcp.CacheScopePublic),
		server.WithHooks(l.hooks()),
		server.WithRecovery(),
		server.WithTaskCapabilities(true, true, true),
		server.WithExtensions(map[string]any{tasksExtension: map[string]any{}, skillsExtension: map[string]any{"directoryRead": true}}),
	)
	addTools(s, l)
	addResources(s, l)
	addPrompts(s)
	addApps(s, l)
	return s
}

// ServeStdio speaks MCP on in and out until in ends or ctx does.
func ServeStdio(ctx context.Context, in io.Reader, out, log io.Writer) error {
	if _, err := io.WriteString(log, "sample server ready: reading stdin\n"); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	read, write := io.Pipe()
	both := &oneAtATime{w: out}
	go newDesk(ctx).filter(in, write, both)
	return server.NewStdioServer(New()).Listen(ctx, read, both)
}

func text(s string) *mcp.CallToolResult { return mcp.NewToolResultText(s) }
