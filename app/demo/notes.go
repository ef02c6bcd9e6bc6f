package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// maxNote bounds a note, in bytes.
const maxNote = 4 << 10

const protectedInstructions = "A built-in server that asks for a sign-in. `whoami` shows what your token says, `read_note` reads " +
	"your note, `write_note` needs the further scope " + scopeWrite + ". Tokens last a minute, so that a refresh can be watched."

// notes are one for each user: that is what makes several identities worth having.
type notes struct {
	mu sync.Mutex
	of map[string]string // by user
}

// newNotes is the MCP server behind the token.
func newNotes() *server.MCPServer {
	s := server.NewMCPServer("sightglass-protected-sample", Version,
		server.WithTitle("Protected sample"), server.WithInstructions(protectedInstructions),
		server.WithToolCapabilities(true), server.WithRecovery())
	n := &notes{of: map[string]string{}}
	yes, no := mcp.ToBoolPtr(true), mcp.ToBoolPtr(false)
	reads := mcp.ToolAnnotation{ReadOnlyHint: yes, DestructiveHint: no, IdempotentHint: yes, OpenWorldHint: no}
	writes := mcp.ToolAnnotation{ReadOnlyHint: no, DestructiveHint: yes, IdempotentHint: yes, OpenWorldHint: no}
	add := func(t sample) {
		tool := mcp.NewToolWithRawSchema(t.name, t.description, schema(t.name))
		tool.Title, tool.Annotations = t.title, t.hints
		if t.output != "" {
			tool.RawOutputSchema = schema(t.output)
		}
		s.AddTool(tool, t.run)
	}
	add(sample{name: "whoami", title: "Who am I?", description: "Shows the claims of the token that came with this call.", hints: reads, run: whoami})
	add(sample{name: "read_note", title: "Read note", description: "Reads the note of the user who signed in. Needs the scope " + scopeRead + ".", hints: reads, run: n.read})
	add(sample{name: "write_note", title: "Write note", description: "Replaces the note of the user who signed in. Needs the scope " + scopeWrite + ", which the first sign-in does not ask for.", hints: writes, run: n.write})
	for _, t := range samples() {
		if slices.Contains([]string{"echo", "add", "countdown"}, t.name) {
			add(t)
		}
	}
	return s
}

// scopeOf is the scope that a tool needs; empty: none.
func scopeOf(tool string) string {
	switch tool {
	case "read_note":
		return scopeRead
	case "write_note":
		return scopeWrite
	}
	return ""
}

// toolOf is the tool that a request calls, empty when it calls none. The body can be read again.
func toolOf(r *http.Request) (string, error) {
	if r.Method != http.MethodPost {
		return "", nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return "", fmt.Errorf("read the request: %w", err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var call struct {
		Method string `json:"method"`
		Params struct {
			Name string `json:"name"`
		} `json:"params"`
	}
	if json.Unmarshal(body, &call) != nil || call.Method != "tools/call" {
		return "", nil // the MCP server says what is wrong with it; tools look at the scope themselves too
	}
	return call.Params.Name, nil
}

func caller(ctx context.Context, tool string) (claims, error) {
	c, ok := ctx.Value(claimsKey{}).(claims)
	if need := scopeOf(tool); !ok || need != "" && !c.has(need) {
		return c, errors.New("the token does not allow this tool")
	}
	return c, nil
}

func whoami(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	c, err := caller(ctx, "whoami")
	if err != nil {
		return nil, err
	}
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the claims as JSON: %w", err)
	}
	return mcp.NewToolResultStructured(c, string(b)), nil
}

func (n *notes) read(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	c, err := caller(ctx, "read_note")
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return text(orElse(n.of[c.Subject], fmt.Sprintf("%s has written nothing yet. Call write_note.", c.Name))), nil
}

func (n *notes) write(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	c, err := caller(ctx, "write_note")
	if err != nil {
		return nil, err
	}
	note := r.GetString("text", "")
	if len(note) > maxNote {
		return mcp.NewToolResultError(fmt.Sprintf("A note has at most %d bytes, this one has %d.", maxNote, len(note))), nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.of[c.Subject] = note
	return text(fmt.Sprintf("Noted for %s.", c.Name)), nil
}
