package session

import (
	"context"
	"encoding/json"
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

// ResourceList is resources/list as far as it was read; URIs may repeat.
type ResourceList = ListOf[Resource]

// TemplateList is resources/templates/list as far as it was read.
type TemplateList = ListOf[Template]

var (
	resourceListing = listing[Resource]{
		method: methodResourcesList, member: "resources", changed: methodResourcesNew,
		read:   func(_ *List, item json.RawMessage) Resource { return readResource(item) },
		unique: []unique[Resource]{{func(r *Resource) string { return r.URI }, 120, "The URI %q is used by more than one resource."}},
	}
	templateListing = listing[Template]{
		method: methodTemplatesList, member: "resourceTemplates",
		read:   func(_ *List, item json.RawMessage) Template { return readTemplate(item) },
		unique: []unique[Template]{{func(t *Template) string { return t.URITemplate }, 120, "The template %q is listed more than once."}},
	}
)

// Resources reads resources/list: the given number of pages behind those of before, 0 for all; a nil before begins
// anew. What was read before an error is in the list beside it, which is never nil. before is not changed.
func (s *Session) Resources(ctx context.Context, before *ResourceList, pages int) (*ResourceList, error) {
	return resourceListing.ahead(ctx, s, before, pages)
}

// Templates reads resources/templates/list as [Session.Resources] does resources/list.
func (s *Session) Templates(ctx context.Context, before *TemplateList, pages int) (*TemplateList, error) {
	return templateListing.ahead(ctx, s, before, pages)
}

func readResource(raw json.RawMessage) Resource {
	out := Resource{Raw: raw}
	var r itemReader
	r.fields(raw, map[string]any{
		"uri": &out.URI, "name": &out.Name, "title": &out.Title, "description": &out.Description, "mimeType": &out.MIMEType,
		"size": &out.Size, "icons": &out.Icons, "annotations": &out.Annotations, "_meta": &out.Meta,
	})
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
	r.fields(raw, map[string]any{
		"uriTemplate": &out.URITemplate, "name": &out.Name, "title": &out.Title, "description": &out.Description,
		"mimeType": &out.MIMEType, "icons": &out.Icons, "annotations": &out.Annotations, "_meta": &out.Meta,
	})
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
