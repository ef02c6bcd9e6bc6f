package demo

import (
	"context"
	"fmt"
	"os"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

func logs(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	s := server.ServerFromContext(ctx)
	levels := []mcp.LoggingLevel{
		mcp.LoggingLevelDebug, mcp.LoggingLevelInfo, mcp.LoggingLevelNotice, mcp.LoggingLevelWarning,
		mcp.LoggingLevelError, mcp.LoggingLevelCritical, mcp.LoggingLevelAlert, mcp.LoggingLevelEmergency,
	}
	for _, l := range levels {
		_ = s.SendNotificationToClient(ctx, "notifications/message", map[string]any{
			"level": l, "logger": "sample", "data": fmt.Sprintf("a message of level %s", l),
		})
	}
	fmt.Fprintln(os.Stderr, "sample: a line on standard error")
	return text(fmt.Sprintf("Sent %d log messages.", len(levels))), nil
}

// ask works in both eras: a legacy client gets an elicitation request, a modern one an input_required round.
func ask(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	params := mcp.ElicitationParams{Message: "What shall the sample server call you?", RequestedSchema: schema("ask.question")}
	var answer *mcp.ElicitationResult
	if server.IsModernRequest(ctx) {
		answer = server.ElicitationResponse(r.Params.InputResponses, "name")
		if answer == nil {
			return server.NewInputRequestBuilder("asked-once").Elicit("name", params).ToolResult(), nil
		}
	} else {
		var err error
		req := mcp.ElicitationRequest{Params: params}
		if answer, err = server.ServerFromContext(ctx).RequestElicitation(ctx, req); err != nil {
			return nil, fmt.Errorf("ask the user: %w", err)
		}
	}
	if answer.Action != mcp.ElicitationResponseActionAccept {
		return text(fmt.Sprintf("You chose to %s.", answer.Action)), nil
	}
	content, _ := answer.Content.(map[string]any)
	return text(fmt.Sprintf("Hello, %v.", content["name"])), nil
}
