package mcptest

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// NewServer is a good server. Its tools: echo {text}, add {a, b}, fail, wait {ms}, big {bytes}, progress {steps},
// ask (elicitation), flood {count, bytes} (notifications), log {text} (stderr), exit {code},
// grow (a further resource).
func NewServer() *server.MCPServer {
	s := server.NewMCPServer("mcptest", "1.0.0",
		server.WithToolCapabilities(true), server.WithResourceCapabilities(true, true), server.WithPromptCapabilities(true),
		server.WithLogging(), server.WithElicitation(), server.WithRecovery(),
		server.WithInstructions("A server for tests."))
	tool := func(name, about string, handler server.ToolHandlerFunc, options ...mcp.ToolOption) {
		s.AddTool(mcp.NewTool(name, append([]mcp.ToolOption{mcp.WithDescription(about)}, options...)...), handler)
	}
	tool("echo", "Answers its text.", func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText(r.GetString("text", "")), nil
	}, mcp.WithString("text", mcp.Required()))
	tool("add", "Adds two numbers.", func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText(fmt.Sprint(r.GetFloat("a", 0) + r.GetFloat("b", 0))), nil
	}, mcp.WithNumber("a", mcp.Required()), mcp.WithNumber("b", mcp.Required()))
	tool("fail", "Reports an error of its own.", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultError("it failed, as asked"), nil
	})
	tool("wait", "Waits.", func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		select {
		case <-time.After(time.Duration(r.GetInt("ms", 1000)) * time.Millisecond):
			return mcp.NewToolResultText("waited"), nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}, mcp.WithNumber("ms"))
	tool("big", "Answers many bytes.", func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText(strings.Repeat("x", r.GetInt("bytes", 1<<20))), nil
	}, mcp.WithNumber("bytes"))
	tool("log", "Writes a line to stderr.", func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		fmt.Fprintln(os.Stderr, r.GetString("text", "a log line"))
		return mcp.NewToolResultText("logged"), nil
	}, mcp.WithString("text"))
	tool("exit", "Ends the process.", func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		fmt.Fprintln(os.Stderr, "exiting, as asked")
		os.Exit(r.GetInt("code", 3))
		return nil, nil
	}, mcp.WithNumber("code"))
	tool("progress", "Reports progress.", progress, mcp.WithNumber("steps"))
	tool("flood", "Sends many notifications.", flood, mcp.WithNumber("count"), mcp.WithNumber("bytes"))
	tool("ask", "Asks the user for a name.", ask)
	addMore(s)
	return s
}

func progress(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	steps := r.GetInt("steps", 3)
	for i := 1; i <= steps; i++ {
		if r.Params.Meta != nil && r.Params.Meta.ProgressToken != nil {
			_ = server.ServerFromContext(ctx).SendNotificationToClient(ctx, "notifications/progress", map[string]any{
				"progressToken": r.Params.Meta.ProgressToken, "progress": i, "total": steps, "message": fmt.Sprintf("step %d", i),
			})
		}
	}
	return mcp.NewToolResultText("done"), nil
}

func flood(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	text := strings.Repeat("x", r.GetInt("bytes", 100))
	for i := range r.GetInt("count", 10) {
		_ = server.ServerFromContext(ctx).SendNotificationToClient(ctx, "notifications/message", map[string]any{
			"level": "info", "data": map[string]any{"n": i, "text": text},
		})
	}
	return mcp.NewToolResultText("flooded"), nil
}

func ask(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	answer, err := server.ServerFromContext(ctx).RequestElicitation(ctx, mcp.ElicitationRequest{
		Params: mcp.ElicitationParams{
			Message: "What is your name?",
			RequestedSchema: map[string]any{
				"type": "object", "properties": map[string]any{"name": map[string]any{"type": "string"}}, "required": []string{"name"},
			},
		},
	})
	if err != nil {
		return nil, err
	}
	return mcp.NewToolResultText(fmt.Sprintf("%s %v", answer.Action, answer.Content)), nil
}

func addMore(s *server.MCPServer) {
	s.AddResource(mcp.NewResource("test://hello", "hello", mcp.WithMIMEType("text/plain")),
		func(context.Context, mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			return []mcp.ResourceContents{mcp.TextResourceContents{URI: "test://hello", MIMEType: "text/plain", Text: "hello"}}, nil
		})
	s.AddTool(mcp.NewTool("grow", mcp.WithDescription("Adds a resource.")), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		s.AddResource(mcp.NewResource("test://more", "more"), func(context.Context, mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			return []mcp.ResourceContents{mcp.TextResourceContents{URI: "test://more", Text: "more"}}, nil
		})
		return mcp.NewToolResultText("grown"), nil
	})
	s.AddPrompt(mcp.NewPrompt("greet", mcp.WithPromptDescription("Greets."), mcp.WithArgument("who", mcp.RequiredArgument())),
		func(_ context.Context, r mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			return mcp.NewGetPromptResult("a greeting", []mcp.PromptMessage{
				mcp.NewPromptMessage(mcp.RoleUser, mcp.NewTextContent("Hello, "+r.Params.Arguments["who"])),
			}), nil
		})
}
