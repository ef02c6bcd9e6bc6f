package session

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
)

// Resource is one item of resources/list, decoded beside its raw form as far as that goes.
type Resource struct {
	Raw         json.RawMessage // the whole item as it came
	URI         string
	Name        string
	Title       string
	Description string
	MIMEType    string
	Size        *int64 // bytes, as the server says; nil: unknown
	Icons       []Icon
	Annotations Annotations
	Meta        json.RawMessage // _meta, nil when absent
	Problem     string          // what is malformed about it
}

// Template is one item of resources/templates/list.
type Template struct {
	Raw         json.RawMessage
	URITemplate string
	Name        string
	Title       string
	Description string
	MIMEType    string
	Icons       []Icon
	Annotations Annotations
	Meta        json.RawMessage
	Variables   []Variable // of the template, each once; nil when it is malformed
	Problem     string
}

// ResourceList is resources/list as far as it was read.
type ResourceList struct {
	List
	Resources []Resource // one per item, in order; URIs may repeat
}

// TemplateList is resources/templates/list as far as it was read.
type TemplateList struct {
	List
	Templates []Template
}

// Resources reads resources/list: the given number of pages behind those of before, 0 for all; a nil before begins
// anew. What was read before an error is in the list beside it, which is never nil. before is not changed.
func (s *Session) Resources(ctx context.Context, before *ResourceList, pages int) (*ResourceList, error) {
	out := &ResourceList{}
	if before != nil {
		out.List, out.Resources = before.clone(), append(out.Resources, before.Resources...)
	} else {
		s.changes.seen(methodResourcesNew)
	}
	restarts := out.Restarts
	err := s.extend(ctx, CallInput{Method: methodResourcesList}, "resources", &out.List, pages)
	if out.Restarts > restarts {
		out.Resources = nil
	}
	uris := map[string]int{}
	for _, r := range out.Resources {
		uris[r.URI]++
	}
	for _, raw := range out.Items[len(out.Resources):] {
		r := readResource(raw)
		if uris[r.URI]++; uris[r.URI] == 2 && r.URI != "" {
			out.found("The URI %q is used by more than one resource.", clip(r.URI, 120))
		}
		out.Resources = append(out.Resources, r)
	}
	return out, err
}

// Templates reads resources/templates/list as [Session.Resources] does resources/list.
func (s *Session) Templates(ctx context.Context, before *TemplateList, pages int) (*TemplateList, error) {
	out := &TemplateList{}
	if before != nil {
		out.List, out.Templates = before.clone(), append(out.Templates, before.Templates...)
	}
	restarts := out.Restarts
	err := s.extend(ctx, CallInput{Method: methodTemplatesList}, "resourceTemplates", &out.List, pages)
	if out.Restarts > restarts {
		out.Templates = nil
	}
	uris := map[string]int{}
	for _, t := range out.Templates {
		uris[t.URITemplate]++
	}
	for _, raw := range out.Items[len(out.Templates):] {
		t := readTemplate(raw)
		if uris[t.URITemplate]++; uris[t.URITemplate] == 2 && t.URITemplate != "" {
			out.found("The template %q is listed more than once.", clip(t.URITemplate, 120))
		}
		out.Templates = append(out.Templates, t)
	}
	return out, err
}

func readResource(raw json.RawMessage) Resource {
	out := Resource{Raw: raw}
	var r itemReader
	for _, m := range r.members(raw) {
		switch m.key {
		case "uri":
			r.text(m, &out.URI)
		case "name":
			r.text(m, &out.Name)
		case "title":
			r.text(m, &out.Title)
		case "description":
			r.text(m, &out.Description)
		case "mimeType":
			r.text(m, &out.MIMEType)
		case "size":
			out.Size = r.size(m)
		case "icons":
			out.Icons = r.icons(m)
		case "annotations":
			out.Annotations = r.annotations(m)
		case "_meta":
			out.Meta = m.val
		}
	}
	if len(r.problems) == 0 || out.URI != "" || out.Name != "" {
		r.needs("uri", out.URI)
		r.needs("name", out.Name)
	}
	if u, err := url.Parse(out.URI); out.URI != "" && (err != nil || u.Scheme == "") {
		r.problem("uri is no absolute URI (RFC 3986)")
	}
	out.Problem = r.said()
	return out
}

func readTemplate(raw json.RawMessage) Template {
	out := Template{Raw: raw}
	var r itemReader
	for _, m := range r.members(raw) {
		switch m.key {
		case "uriTemplate":
			r.text(m, &out.URITemplate)
		case "name":
			r.text(m, &out.Name)
		case "title":
			r.text(m, &out.Title)
		case "description":
			r.text(m, &out.Description)
		case "mimeType":
			r.text(m, &out.MIMEType)
		case "icons":
			out.Icons = r.icons(m)
		case "annotations":
			out.Annotations = r.annotations(m)
		case "_meta":
			out.Meta = m.val
		}
	}
	if len(r.problems) == 0 || out.URITemplate != "" || out.Name != "" {
		r.needs("uriTemplate", out.URITemplate)
		r.needs("name", out.Name)
	}
	if out.URITemplate != "" {
		vars, err := Variables(out.URITemplate)
		if out.Variables = vars; err != nil {
			r.problem("%v", err)
		}
	}
	out.Problem = r.said()
	return out
}

// Read reads a resource; call is the id of the call, empty: made here. The reader of updates learns of it.
func (s *Session) Read(ctx context.Context, call, uri string) (*Result, error) {
	return s.ReadWith(ctx, CallInput{Call: call}, uri)
}

// ReadWith is [Session.Read] with what else the call has of its own: everything but method and uri, which are set here.
func (s *Session) ReadWith(ctx context.Context, in CallInput, uri string) (*Result, error) {
	params, err := setField(in.Params, "uri", quoteJSON(uri))
	if err != nil {
		return nil, s.input(methodRead, "The params are no JSON object.")
	}
	in.Method, in.Params, in.OnProgress = methodRead, params, func(Progress) {}
	return s.reading(uri, func() (*Result, error) { return s.Call(ctx, in) })
}

// ReadAgain is [Session.Replay] of a refused Read.
func (s *Session) ReadAgain(ctx context.Context, call, uri string) (*Result, error) {
	return s.reading(uri, func() (*Result, error) { return s.Replay(ctx, call) })
}

// reading notes that uri was read. What is updated between the request and its answer counts as updated since: the
// answer may be older.
func (s *Session) reading(uri string, read func() (*Result, error)) (*Result, error) {
	updates := s.updates.count(uri)
	r, err := read()
	if err == nil {
		s.updates.read(uri, updates, r.Response)
		s.tell(StateChanged)
	}
	return r, err
}

func (l *List) found(format string, a ...any) {
	if len(l.Findings) < maxListFindings {
		l.Findings = append(l.Findings, fmt.Sprintf(format, a...))
	}
}
