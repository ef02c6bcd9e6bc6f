package session

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadToolUI(t *testing.T) {
	for name, c := range map[string]struct {
		meta string
		want ToolUI
	}{
		"none":         {``, ToolUI{Model: true, App: true}},
		"URI":          {`{"ui":{"resourceUri":"ui://a/b"}}`, ToolUI{URI: "ui://a/b", Model: true, App: true}},
		"the old form": {`{"ui/resourceUri":"ui://a"}`, ToolUI{URI: "ui://a", Model: true, App: true}},
		"both":         {`{"ui/resourceUri":"ui://old","ui":{"resourceUri":"ui://new"}}`, ToolUI{URI: "ui://new", Model: true, App: true}},
		"app only":     {`{"ui":{"visibility":["app"]}}`, ToolUI{App: true}},
		"model only":   {`{"ui":{"visibility":["model"]}}`, ToolUI{Model: true}},
		"nobody":       {`{"ui":{"visibility":[]}}`, ToolUI{}},
		"not a URI":    {`{"ui":{"resourceUri":"https://evil.example/"}}`, ToolUI{URI: "https://evil.example/", Model: true, App: true, Problem: "ResourceUri is no ui:// URI."}},
		"malformed":    {`{"ui":{"visibility":"app"}}`, ToolUI{Problem: "Visibility is no array."}},
		"no object":    {`{"ui":[]}`, ToolUI{Model: true, App: true, Problem: "The item is no JSON object."}},
	} {
		got := ReadToolUI(json.RawMessage(c.meta))
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestReadResourceUI(t *testing.T) {
	got, ok := ReadResourceUI(json.RawMessage(`{"ui":{"csp":{"connectDomains":["https://a"],"resourceDomains":["https://b",7],"frameDomains":"x"},"permissions":{"camera":{},"usb":{}},"domain":"d","prefersBorder":false}}`))
	no := false
	want := ResourceUI{
		Connect: []string{"https://a"}, Resource: []string{"https://b"}, Permissions: []string{"camera", "usb"}, Domain: "d", PrefersBorder: &no,
		Problem: "ResourceDomains holds what is no string; frameDomains is no array.",
	}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("%v %s", ok, diff)
	}
	if _, ok := ReadResourceUI(nil); ok {
		t.Error("nothing says something")
	}
}

func TestIsUIMIMEType(t *testing.T) {
	for mime, want := range map[string]bool{
		"text/html;profile=mcp-app": true, `Text/HTML; charset=utf-8; profile="mcp-app"`: true,
		"text/html": false, "text/html;profile=other": false, "text/plain;profile=mcp-app": false, "": false,
	} {
		if got := IsUIMIMEType(mime); got != want {
			t.Errorf("%q: %v", mime, got)
		}
	}
}
