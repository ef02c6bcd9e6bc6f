package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// surveyName is the tool that may run as a task: in the core form of 2025-11-25, which mcp-go's server speaks, and in
// that of the extension, which is spoken here.
const surveyName = "survey"

// survey is how the work is reported and what it asks.
type survey struct {
	steps int
	pause time.Duration
	ask   bool

	step    func(done int)                                    // a step is done
	inquire func(ctx context.Context) (depth string, _ error) // asks the user
}

func newSurvey(args map[string]any) *survey {
	n := func(name string, otherwise float64) float64 {
		if v, ok := args[name].(float64); ok {
			return v
		}
		return otherwise
	}
	ask, _ := args["ask"].(bool)
	return &survey{
		steps: int(max(1, min(n("steps", 6), 1000))), ask: ask,
		pause: time.Duration(max(0, min(n("pauseMs", 800), 60_000))) * time.Millisecond,
	}
}

// run does the work and answers with the tool's result.
func (s *survey) run(ctx context.Context) (*mcp.CallToolResult, error) {
	depth := "3 m"
	for i := 1; i <= s.steps; i++ {
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("survey stopped at step %d of %d: %w", i, s.steps, ctx.Err())
		case <-time.After(s.pause):
		}
		if s.ask && i == (s.steps+1)/2 {
			var err error
			if depth, err = s.inquire(ctx); err != nil {
				return nil, err
			}
		}
		s.step(i)
	}
	out := map[string]any{"steps": s.steps, "depth": depth}
	return mcp.NewToolResultStructured(out, fmt.Sprintf("Surveyed %d places at a depth of %s.", s.steps, depth)), nil
}

// inquiry is what the survey asks for.
func inquiry() map[string]any {
	return map[string]any{
		"mode":    "form",
		"message": "How deep is the survey to go?",
		"requestedSchema": map[string]any{
			"type": "object", "required": []string{"depth"},
			"properties": map[string]any{"depth": map[string]any{"type": "string", "title": "Depth", "enum": []string{"1 m", "3 m", "10 m"}, "default": "3 m"}},
		},
	}
}

// surveyed runs the survey in answer to the call itself, or as mcp-go's task.
func surveyed(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	s, host := newSurvey(r.GetArguments()), server.ServerFromContext(ctx)
	if r.Params.Task != nil {
		// mcp-go gives a task the context of the request that began it, which over HTTP ends with its answer. It tells of
		// a cancellation by itself.
		ctx = context.WithoutCancel(ctx)
	}
	s.step = func(done int) {
		if m := r.Params.Meta; m != nil && m.ProgressToken != nil {
			_ = host.SendNotificationToClient(ctx, "notifications/progress", map[string]any{
				"progressToken": m.ProgressToken, "progress": done, "total": s.steps, "message": fmt.Sprintf("Surveyed place %d", done),
			})
		}
	}
	s.inquire = func(ctx context.Context) (string, error) {
		q := inquiry()
		answer, err := host.RequestElicitation(ctx, mcp.ElicitationRequest{Params: mcp.ElicitationParams{
			Message: q["message"].(string), RequestedSchema: q["requestedSchema"],
		}})
		if err != nil {
			return "", err
		}
		b, err := json.Marshal(answer.Content)
		if err != nil {
			return "", err
		}
		return depthOf(string(answer.Action), b)
	}
	return s.run(ctx)
}

var errNoDepth = errors.New("the survey needs a depth, and got none")

// depthOf reads the answer to the inquiry.
func depthOf(action string, content json.RawMessage) (string, error) {
	var c struct {
		Depth string `json:"depth"`
	}
	if json.Unmarshal(content, &c) != nil || action != "accept" || c.Depth == "" {
		return "", errNoDepth
	}
	return c.Depth, nil
}
