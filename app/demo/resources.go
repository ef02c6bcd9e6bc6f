package demo

import (
	"context"
	"encoding/base64"
	"fmt"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

const readings = "time,level\n08:00,3.1\n09:00,3.4\n10:00,2.9\n"

func addResources(s *server.MCPServer) {
	s.AddResource(mcp.NewResource("sample://report.md", "report.md", mcp.WithMIMEType("text/markdown"), mcp.WithResourceDescription("A short report")),
		fixed("text/markdown", "# Report\n\nAll is **well**.\n"))
	s.AddResource(mcp.NewResource("sample://readings.csv", "readings.csv", mcp.WithMIMEType("text/csv"), mcp.WithResourceDescription("Readings of one morning")),
		fixed("text/csv", readings))
	s.AddResource(mcp.NewResource("sample://lens.png", "lens.png", mcp.WithMIMEType("image/png"), mcp.WithResourceDescription("The sample picture")),
		func(_ context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			return []mcp.ResourceContents{mcp.BlobResourceContents{URI: r.Params.URI, MIMEType: "image/png", Blob: base64.StdEncoding.EncodeToString(lens(240))}}, nil
		})
	s.AddResourceTemplate(mcp.NewResourceTemplate("sample://squares/{n}", "square", mcp.WithTemplateMIMEType("text/plain"), mcp.WithTemplateDescription("The square of a number")),
		func(_ context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			var n int
			if _, err := fmt.Sscanf(r.Params.URI, "sample://squares/%d", &n); err != nil {
				return nil, fmt.Errorf("read %s: n must be a whole number", r.Params.URI)
			}
			return []mcp.ResourceContents{mcp.TextResourceContents{URI: r.Params.URI, MIMEType: "text/plain", Text: fmt.Sprint(n * n)}}, nil
		})
}

func fixed(mime, body string) server.ResourceHandlerFunc {
	return func(_ context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		return []mcp.ResourceContents{mcp.TextResourceContents{URI: r.Params.URI, MIMEType: mime, Text: body}}, nil
	}
}

func addPrompts(s *server.MCPServer) {
	p := mcp.NewPrompt("summarize", mcp.WithPromptDescription("Asks for a summary of a text"),
		mcp.WithArgument("text", mcp.ArgumentDescription("What to summarize"), mcp.RequiredArgument()),
		mcp.WithArgument("style", mcp.ArgumentDescription("Plain, or as a list")))
	s.AddPrompt(p, func(_ context.Context, r mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		msg := fmt.Sprintf("Summarize this in a %s way:\n\n%s", orElse(r.Params.Arguments["style"], "plain"), r.Params.Arguments["text"])
		return mcp.NewGetPromptResult("Summarize a text", []mcp.PromptMessage{mcp.NewPromptMessage(mcp.RoleUser, mcp.NewTextContent(msg))}), nil
	})
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
