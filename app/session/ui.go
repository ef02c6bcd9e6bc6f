package session

import (
	"encoding/json"
	"strings"
)

// UIMIMEType is the media type of the HTML of an MCP App (MCP Apps 2026-01-26).
const UIMIMEType = "text/html;profile=mcp-app"

// IsUIMIMEType reports whether a media type is that of an app: parameters may be spaced and cased as they like.
func IsUIMIMEType(mime string) bool {
	var kept []string
	for part := range strings.SplitSeq(strings.ToLower(mime), ";") {
		kept = append(kept, strings.ReplaceAll(strings.TrimSpace(part), `"`, ""))
	}
	for _, p := range kept[1:] {
		if p == "profile=mcp-app" {
			return kept[0] == "text/html"
		}
	}
	return false
}

// ToolUI is what a tool's _meta says of its app (MCP Apps 2026-01-26, McpUiToolMeta).
type ToolUI struct {
	URI     string // of the ui:// resource; empty: it has none
	Model   bool   // the model, here the user, may call it
	App     bool   // the server's apps may call it
	Problem string // what is malformed about it
}

// ReadToolUI reads _meta of a tool. "Default: ["model", "app"]".
func ReadToolUI(meta json.RawMessage) ToolUI {
	out := ToolUI{Model: true, App: true}
	var r itemReader
	if raw := field(meta, "ui/resourceUri"); raw != nil { // deprecated form
		r.text(member{key: "ui/resourceUri", val: raw}, &out.URI)
	}
	ui := field(meta, "ui")
	if ui == nil {
		return out.checked(&r)
	}
	for _, m := range r.members(ui) {
		switch m.key {
		case "resourceUri":
			r.text(m, &out.URI)
		case "visibility":
			out.Model, out.App = false, false
			for _, v := range r.texts(m) {
				switch v {
				case "model":
					out.Model = true
				case "app":
					out.App = true
				default:
					r.problem("visibility holds %q, which is neither model nor app", clip(v, 40))
				}
			}
		}
	}
	return out.checked(&r)
}

func (t ToolUI) checked(r *itemReader) ToolUI {
	if t.URI != "" && !strings.HasPrefix(t.URI, "ui://") {
		r.problem("resourceUri is no ui:// URI")
	}
	t.Problem = r.said()
	return t
}

// ResourceUI is what the _meta of a ui:// resource says (MCP Apps 2026-01-26, McpUiResourceMeta).
type ResourceUI struct {
	Connect, Resource, Frame, BaseURI []string // csp
	Permissions                       []string // names that are asked for
	Domain                            string
	PrefersBorder                     *bool
	Problem                           string
}

// ReadResourceUI reads _meta of a content item or of a resource; ok tells whether it says anything of an app.
func ReadResourceUI(meta json.RawMessage) (out ResourceUI, ok bool) {
	ui := field(meta, "ui")
	if ui == nil {
		return out, false
	}
	var r itemReader
	for _, m := range r.members(ui) {
		switch m.key {
		case "csp":
			out.csp(&r, m.val)
		case "permissions":
			for _, p := range r.members(m.val) {
				out.Permissions = append(out.Permissions, clip(p.key, 60))
			}
		case "domain":
			r.text(m, &out.Domain)
		case "prefersBorder":
			var v bool
			r.bool(m, &v)
			out.PrefersBorder = &v
		}
	}
	out.Problem = r.said()
	return out, true
}

func (u *ResourceUI) csp(r *itemReader, raw json.RawMessage) {
	lists := map[string]*[]string{"connectDomains": &u.Connect, "resourceDomains": &u.Resource, "frameDomains": &u.Frame, "baseUriDomains": &u.BaseURI}
	for _, m := range r.members(raw) {
		if into := lists[m.key]; into != nil {
			*into = r.texts(m)
		}
	}
}
