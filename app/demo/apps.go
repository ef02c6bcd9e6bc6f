package demo

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// gaugeURI is the app of the tool gauge (MCP Apps 2026-01-26).
const gaugeURI = "ui://sample/gauge"

//go:embed gauge.html
var gaugePage string

// addApps adds the tools of the app, and the app.
func addApps(s *server.MCPServer, l *live) {
	yes, no := mcp.ToBoolPtr(true), mcp.ToBoolPtr(false)
	add := func(name, title, description string, ui map[string]any, run server.ToolHandlerFunc) {
		tool := mcp.NewToolWithRawSchema(name, description, schema(name))
		tool.Title = title
		tool.Annotations = mcp.ToolAnnotation{ReadOnlyHint: yes, DestructiveHint: no, IdempotentHint: yes, OpenWorldHint: no}
		tool.Meta = &mcp.Meta{AdditionalFields: map[string]any{"ui": ui}}
		s.AddTool(tool, run)
	}
	add("gauge", "Level gauge", "Answers with the level, and has an app that shows it: an MCP App. The app calls measure, opens a link, sends a message.",
		map[string]any{"resourceUri": gaugeURI}, l.gauge)
	add("calibrate", "Calibrate", "For the app alone: its visibility lacks \"model\".", map[string]any{"visibility": []string{"app"}},
		func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return text(fmt.Sprintf("Calibrated by %g m.", r.GetFloat("offset", 0))), nil
		})
	const mime = "text/html;profile=mcp-app"
	s.AddResource(mcp.NewResource(gaugeURI, "gauge", mcp.WithMIMEType(mime), mcp.WithResourceDescription("The app of the tool gauge")),
		func(_ context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			return []mcp.ResourceContents{mcp.TextResourceContents{
				URI: r.Params.URI, MIMEType: mime, Text: gaugePage,
				Meta: map[string]any{"ui": map[string]any{"prefersBorder": true}},
			}}, nil
		})
}

// gauge answers with the latest reading.
func (l *live) gauge(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	l.mu.Lock()
	last := l.readings[len(l.readings)-1]
	l.mu.Unlock()
	station := r.GetString("station", "cologne")
	return mcp.NewToolResultStructured(map[string]any{"station": station, "level": last.Level}, fmt.Sprintf("%g m at %s", last.Level, station)), nil
}
