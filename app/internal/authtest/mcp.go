package authtest

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// messagePath is where a client of HTTP+SSE posts.
const messagePath = "/message"

type claimsKey struct{}

func withClaims(ctx context.Context, claims map[string]any) context.Context {
	return context.WithValue(ctx, claimsKey{}, claims)
}

// newMCP is the server behind the guard. Its tools: test-tool {}, echo {text}, whoami {} (the token's claims), read {},
// write {}; its one resource is test://note, its one prompt greet.
func newMCP(o ResourceOptions) (http.Handler, func()) {
	s := server.NewMCPServer("authtest", "1.0.0", server.WithToolCapabilities(true), server.WithResourceCapabilities(true, true),
		server.WithPromptCapabilities(true), server.WithRecovery())
	s.AddResource(mcp.NewResource("test://note", "note"), func(context.Context, mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		return []mcp.ResourceContents{mcp.TextResourceContents{URI: "test://note", Text: "a note"}}, nil
	})
	s.AddPrompt(mcp.NewPrompt("greet"), func(context.Context, mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		return mcp.NewGetPromptResult("", []mcp.PromptMessage{mcp.NewPromptMessage(mcp.RoleUser, mcp.NewTextContent("hello"))}), nil
	})
	tool := func(name string, h server.ToolHandlerFunc, options ...mcp.ToolOption) {
		s.AddTool(mcp.NewTool(name, options...), h)
	}
	says := func(text string) server.ToolHandlerFunc {
		return func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return mcp.NewToolResultText(text), nil
		}
	}
	tool("test-tool", says("test"))
	tool("read", says("read"))
	tool("write", says("written"))
	tool("echo", func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText(r.GetString("text", "")), nil
	}, mcp.WithString("text", mcp.Required()))
	tool("whoami", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		claims, _ := ctx.Value(claimsKey{}).(map[string]any)
		b, err := json.Marshal(claims)
		if err != nil {
			return nil, err
		}
		return mcp.NewToolResultText(string(b)), nil
	})
	if o.SSE {
		h := server.NewSSEServer(s, server.WithSSEEndpoint(o.Path), server.WithMessageEndpoint(messagePath))
		return h, func() {}
	}
	h := server.NewStreamableHTTPServer(s, server.WithEndpointPath(o.Path), server.WithStateful(true))
	return h, func() { _ = h.Shutdown(context.Background()) }
}
