package demo

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
)

func TestEverySampleToolHasAValidSchema(t *testing.T) {
	s := New()
	for _, tool := range samples() {
		for _, name := range []string{tool.name, tool.output} {
			if name == "" {
				continue
			}
			var v map[string]any
			if err := json.Unmarshal(schema(name), &v); err != nil || v["type"] != "object" {
				t.Errorf("schema %s: %v, type %v", name, err, v["type"])
			}
		}
		if s.GetTool(tool.name) == nil {
			t.Errorf("tool %s is not served", tool.name)
		}
	}
}

func TestShapesAnswersWithWhatArrived(t *testing.T) {
	in := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"shapes","arguments":{"name":"Ada","nickname":null,"tags":[]}}}`
	out, err := json.Marshal(New().HandleMessage(context.Background(), json.RawMessage(in)))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`\"nickname\": null`, `\"tags\": []`, `\"name\": \"Ada\"`} {
		if !strings.Contains(string(out), want) {
			t.Errorf("answer lacks %s: %s", want, out)
		}
	}
}

func TestMediaDecode(t *testing.T) {
	if got := http.DetectContentType(lens(64)); got != "image/png" {
		t.Errorf("picture is %s", got)
	}
	r, err := sound(t.Context(), mcp.CallToolRequest{})
	if err != nil || len(r.Content) != 2 {
		t.Fatalf("sound: %v, %d blocks", err, len(r.Content))
	}
	if got := http.DetectContentType(tone(440, 1e8)); got != "audio/wave" {
		t.Errorf("sound is %s", got)
	}
}
