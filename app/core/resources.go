package core

import (
	"context"
	"fmt"

	"github.com/sightglass-dev/sightglass/app/session"
)

// The lists of resources and of their templates.
func resourceCatalog() *catalog[session.ResourceList] {
	return &catalog[session.ResourceList]{
		method: "resources/list", capability: "resources",
		place: func(cn *connection) *kept[session.ResourceList] { return &cn.resources },
		read: func(ctx context.Context, s *session.Session, before *session.ResourceList, pages int) (*session.ResourceList, error) {
			return s.Resources(ctx, before, pages)
		},
		list:    func(l *session.ResourceList) *session.List { return &l.List },
		changed: (*session.Session).ResourcesChanged,
	}
}

func templateCatalog() *catalog[session.TemplateList] {
	return &catalog[session.TemplateList]{
		method: "resources/templates/list", capability: "resources",
		place: func(cn *connection) *kept[session.TemplateList] { return &cn.templates },
		read: func(ctx context.Context, s *session.Session, before *session.TemplateList, pages int) (*session.TemplateList, error) {
			return s.Templates(ctx, before, pages)
		},
		list:    func(l *session.TemplateList) *session.List { return &l.List },
		changed: (*session.Session).ResourcesChanged,
	}
}

// Resources returns the resources of a connected server: the list read last, or what is asked for.
func (c *Core) Resources(ctx context.Context, id string, want ReadList) ResourceList {
	k, err := resourceCatalog().get(ctx, c, id, want)
	out := ResourceList{Resources: []Resource{}, Seqs: []uint64{}, Findings: []string{}, Offer: k.offer}
	cn := c.connection(id)
	if cn == nil || k.list == nil {
		out.Err = AsError(err)
		return out
	}
	l := k.list
	out.Pages, out.More, out.Cursor, out.Seqs, out.At = l.Pages, l.More, cn.text(l.Cursor), entries(l.Entries), k.at.UnixMicro()
	out.Findings, out.Cache, out.Err = cn.texts(l.Findings), k.cache, AsError(cn.masked(err))
	out.Resources = make([]Resource, 0, len(l.Resources))
	for i := range l.Resources {
		out.Resources = append(out.Resources, cn.resourceRow(i, &l.Resources[i]))
	}
	return out
}

// resourceRow is a resource as the list shows it. A server may say what it was told: its words are masked.
func (cn *connection) resourceRow(i int, r *session.Resource) Resource {
	return Resource{
		Index: i, URI: cn.text(r.URI), Name: cn.text(r.Name), Title: cn.text(r.Title), Summary: firstRunes(cn.text(r.Description), summaryRunes),
		MIMEType: cn.text(r.MIMEType), Size: r.Size, Icons: cn.icons(r.Icons), Annotations: cn.annotations(r.Annotations), Problem: cn.text(r.Problem),
	}
}

// Resource returns one resource of the list read last, whole.
func (c *Core) Resource(id string, index int) (ResourceDetail, error) {
	cn, r := c.resource(id, index, "")
	if r == nil {
		return ResourceDetail{}, notListed("resource", index)
	}
	return ResourceDetail{Resource: cn.resourceRow(index, r), Description: cn.text(r.Description), Meta: cn.text(string(r.Meta)), Raw: cn.text(string(r.Raw))}, nil
}

func (c *Core) resource(id string, index int, uri string) (*connection, *session.Resource) {
	cn := c.connection(id)
	if cn == nil {
		return nil, nil
	}
	cn.mu.Lock()
	defer cn.mu.Unlock()
	if cn.resources.list == nil {
		return cn, nil
	}
	return cn, item(cn, cn.resources.list.Resources, index, uri, func(r *session.Resource) string { return r.URI })
}

// Templates returns the resource templates of a connected server, as Resources does its resources.
func (c *Core) Templates(ctx context.Context, id string, want ReadList) TemplateList {
	k, err := templateCatalog().get(ctx, c, id, want)
	out := TemplateList{Templates: []Template{}, Seqs: []uint64{}, Findings: []string{}, Offer: k.offer}
	cn := c.connection(id)
	if cn == nil || k.list == nil {
		out.Err = AsError(err)
		return out
	}
	l := k.list
	out.Pages, out.More, out.Cursor, out.Seqs, out.At = l.Pages, l.More, cn.text(l.Cursor), entries(l.Entries), k.at.UnixMicro()
	out.Findings, out.Cache, out.Err = cn.texts(l.Findings), k.cache, AsError(cn.masked(err))
	for i := range l.Templates {
		out.Templates = append(out.Templates, cn.templateRow(i, &l.Templates[i]))
	}
	return out
}

func (cn *connection) templateRow(i int, t *session.Template) Template {
	out := Template{
		Index: i, URITemplate: cn.text(t.URITemplate), Name: cn.text(t.Name), Title: cn.text(t.Title), Summary: firstRunes(cn.text(t.Description), summaryRunes),
		MIMEType: cn.text(t.MIMEType), Icons: cn.icons(t.Icons), Annotations: cn.annotations(t.Annotations), Problem: cn.text(t.Problem),
		Variables: make([]TemplateVariable, 0, len(t.Variables)),
	}
	for _, v := range t.Variables {
		out.Variables = append(out.Variables, TemplateVariable{Name: cn.text(v.Name), Operator: v.Operator, Explode: v.Explode, Prefix: v.Prefix})
	}
	return out
}

// Template returns one template of the list read last, whole.
func (c *Core) Template(id string, index int) (TemplateDetail, error) {
	cn, t := c.template(id, index, "")
	if t == nil {
		return TemplateDetail{}, notListed("template", index)
	}
	return TemplateDetail{Template: cn.templateRow(index, t), Description: cn.text(t.Description), Meta: cn.text(string(t.Meta)), Raw: cn.text(string(t.Raw))}, nil
}

func (c *Core) template(id string, index int, template string) (*connection, *session.Template) {
	cn := c.connection(id)
	if cn == nil {
		return nil, nil
	}
	cn.mu.Lock()
	defer cn.mu.Unlock()
	if cn.templates.list == nil {
		return cn, nil
	}
	return cn, item(cn, cn.templates.list.Templates, index, template, func(t *session.Template) string { return t.URITemplate })
}

func notListed(what string, index int) error {
	return input("find "+what, fmt.Sprintf("the list read last has no %s at place %d", what, index+1), "Refresh the list.")
}

// Expand puts values into a URI template (RFC 6570). Nothing is sent.
func Expand(template string, values []TemplateValue) Expansion {
	given := map[string]session.Value{}
	for _, v := range values {
		one := session.Value{Text: v.Text, List: v.List}
		for _, p := range v.Pairs {
			one.Pairs = append(one.Pairs, p.Key, p.Value)
		}
		given[v.Name] = one
	}
	out := Expansion{Parts: []ExpansionPart{}, Missing: []string{}}
	uri, parts, err := session.ExpandTemplate(template, given)
	if err != nil {
		out.Problem = err.Error()
		return out
	}
	out.URI = uri
	for _, p := range parts {
		out.Parts = append(out.Parts, ExpansionPart{Raw: p.Raw, Text: p.Text, Variables: union(p.Variables, nil), Missing: union(p.Missing, nil)})
		out.Missing = union(out.Missing, p.Missing)
	}
	return out
}
