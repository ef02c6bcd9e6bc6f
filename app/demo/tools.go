package demo

import (
	"context"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

//go:embed schemas/*.json
var schemas embed.FS

// sample is one tool of the open server: its schema is schemas/<name>.json.
type sample struct {
	name, title, description string
	hints                    mcp.ToolAnnotation
	output                   string // schemas/<output>.json, or empty
	run                      server.ToolHandlerFunc
}

func samples() []sample {
	yes, no := mcp.ToBoolPtr(true), mcp.ToBoolPtr(false)
	reads := mcp.ToolAnnotation{ReadOnlyHint: yes, DestructiveHint: no, IdempotentHint: yes, OpenWorldHint: no}
	return []sample{
		{name: "echo", title: "Echo", description: "Answers with the text it was given.", hints: reads, run: echo},
		{name: "add", title: "Add numbers", description: "Adds two numbers and answers as structured content that matches its output schema.", hints: reads, output: "add.output", run: add},
		{name: "shapes", title: "Every argument kind", description: "Takes an argument of every kind JSON Schema offers and answers with exactly what arrived, as JSON. Leave an argument unset, or set it to an empty value: the answer shows the difference.", hints: reads, run: shapes},
		{name: "countdown", title: "Countdown", description: "Counts down and reports progress with a message on each step. Cancel it on the way.", hints: reads, run: countdown},
		{name: "log", title: "Write log messages", description: "Sends one log notification of each level, and a line on standard error.", hints: reads, run: logs},
		{name: "picture", title: "Picture", description: "Answers with an image beside a text.", hints: reads, run: picture},
		{name: "sound", title: "Sound", description: "Answers with one second of a 440 Hz tone.", hints: reads, run: sound},
		{name: "report", title: "Report", description: "Answers with an embedded resource and a link to another.", hints: reads, run: report},
		{name: "fail", title: "Fail", description: "Reports an error of its own: a result with isError, not a protocol error.", hints: reads, run: fail},
		{name: "large", title: "Large answer", description: "Answers with as many kilobytes of text as asked for, up to 64 MiB.", hints: reads, run: large},
		{name: "ask", title: "Ask the user", description: "Asks for a name by elicitation before it answers.", hints: mcp.ToolAnnotation{ReadOnlyHint: yes, OpenWorldHint: yes}, run: ask},
		{name: "forget", title: "Forget everything", description: "Says it is destructive. It deletes nothing.", hints: mcp.ToolAnnotation{ReadOnlyHint: no, DestructiveHint: yes, IdempotentHint: yes, OpenWorldHint: no}, run: forget},
	}
}

func addTools(s *server.MCPServer, l *live) {
	yes, no := mcp.ToBoolPtr(true), mcp.ToBoolPtr(false)
	measures := sample{
		name: "measure", title: "Measure", description: "Adds a reading to sample://level.json and tells who subscribed to it.",
		hints: mcp.ToolAnnotation{ReadOnlyHint: no, DestructiveHint: no, IdempotentHint: no, OpenWorldHint: yes}, run: l.measure,
	}
	surveys := sample{
		name: surveyName, title: "Survey", description: "Takes its time and tells how far it is. It may run as a task, and asks you a question on the way if you want.",
		hints: mcp.ToolAnnotation{ReadOnlyHint: yes, DestructiveHint: no, IdempotentHint: yes, OpenWorldHint: no}, run: surveyed,
	}
	for _, t := range append(samples(), measures, surveys) {
		tool := mcp.NewToolWithRawSchema(t.name, t.description, schema(t.name))
		tool.Title = t.title
		tool.Annotations = t.hints
		if t.name == surveyName {
			tool.Execution = &mcp.ToolExecution{TaskSupport: mcp.TaskSupportOptional}
		}
		if t.name == "forget" { // apps of this server may not call it (MCP Apps)
			tool.Meta = &mcp.Meta{AdditionalFields: map[string]any{"ui": map[string]any{"visibility": []string{"model"}}}}
		}
		if t.output != "" {
			tool.RawOutputSchema = schema(t.output)
		}
		s.AddTool(tool, t.run)
	}
}

// schema reads an embedded schema: its absence is a programming error that the package's test would have found.
func schema(name string) json.RawMessage {
	b, err := schemas.ReadFile("schemas/" + name + ".json")
	if err != nil {
		panic(err)
	}
	return b
}

func echo(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	return text(r.GetString("text", "")), nil
}

func add(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	sum := r.GetFloat("a", 0) + r.GetFloat("b", 0)
	return mcp.NewToolResultStructured(map[string]any{"sum": sum}, fmt.Sprintf(`{"sum":%v}`, sum)), nil
}

func shapes(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	b, err := json.MarshalIndent(r.GetRawArguments(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write arguments as JSON: %w", err)
	}
	return text(string(b)), nil
}

func countdown(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	steps := max(1, min(r.GetInt("steps", 5), 1000))
	pause := time.Duration(max(0, min(r.GetInt("pauseMs", 400), 60_000))) * time.Millisecond
	s := server.ServerFromContext(ctx)
	for i := 1; i <= steps; i++ {
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("countdown stopped at %d of %d: %w", i, steps, ctx.Err())
		case <-time.After(pause):
		}
		if m := r.Params.Meta; m != nil && m.ProgressToken != nil {
			_ = s.SendNotificationToClient(ctx, "notifications/progress", map[string]any{
				"progressToken": m.ProgressToken, "progress": i, "total": steps, "message": fmt.Sprintf("%d to go", steps-i),
			})
		}
	}
	return text("Lift-off."), nil
}

func picture(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	return mcp.NewToolResultImage("A lens drawn by the sample server.", base64.StdEncoding.EncodeToString(lens(240)), "image/png"), nil
}

func sound(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	return mcp.NewToolResultAudio("One second of 440 Hz.", base64.StdEncoding.EncodeToString(tone(440, time.Second)), "audio/wav"), nil
}

func report(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	return &mcp.CallToolResult{Content: []mcp.Content{
		mcp.NewTextContent("The report is attached; its sources are linked."),
		mcp.NewEmbeddedResource(mcp.TextResourceContents{URI: "sample://report.md", MIMEType: "text/markdown", Text: "# Report\n\nAll is **well**.\n"}),
		mcp.NewResourceLink("sample://readings.csv", "readings.csv", "The readings behind the report", "text/csv"),
	}}, nil
}

func fail(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	return mcp.NewToolResultError(r.GetString("message", "The thing that was asked for is not there.")), nil
}

func forget(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	return text("Nothing was deleted: this is a sample."), nil
}

// large answers with lines of 64 bytes, so that every part of it can be told from every other.
func large(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	kib := max(1, min(r.GetInt("kib", 1024), 64<<10))
	b := make([]byte, 0, kib<<10)
	for i := 0; len(b) < kib<<10; i++ {
		b = fmt.Appendf(b, "%010d the quick brown fox jumps over the lazy dog again.  \n", i)
	}
	return text(string(b)), nil
}

// tone is a mono 16-bit WAV at 8 kHz.
func tone(hz float64, d time.Duration) []byte {
	const rate = 8000
	n := int(d.Seconds() * rate)
	b := wavHeader(rate, n)
	for i := range n {
		v := int16(12000 * math.Sin(2*math.Pi*hz*float64(i)/rate))
		b = append(b, byte(v), byte(v>>8))
	}
	return b
}
