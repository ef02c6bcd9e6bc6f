package core

import (
	"context"
	"fmt"

	"github.com/sightglass-dev/sightglass/app/session"
)

// The lists of resources and of their templates.
func resourceCatalog() *catalog[session.Resource] {
	return &catalog[session.Resource]{
		method: "resources/list", capability: "resources", read: (*session.Session).Resources, changed: (*session.Session).ResourcesChanged,
		place: func(cn *connection) *kept[session.Resource] { return &cn.resources },
		key:   func(r *session.Resource) string { return r.URI },
	}
}

func templateCatalog() *catalog[session.Template] {
	return &catalog[session.Template]{
		method: "resources/templates/list", capability: "resources", read: (*session.Session).Templates, changed: (*session.Session).ResourcesChanged,
		place: func(cn *connection) *kept[session.Template] { return &cn.templates },
		key:   func(t *session.Template) string { return t.URITemplate },
	}
}

// Resources returns the resources of a connected server: the list read last, or what is asked for.
func (c *Core) Resources(ctx context.Context, id string, want ReadList) ResourceList {
	cn, k, err := resourceCatalog().get(ctx, c, id, want)
	return ResourceList{Resources: rows(k, cn.resourceRow), ListRead: k.told(cn, err), Offer: k.offer}
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
	cn, r := resourceCatalog().find(c, id, index, "")
	if r == nil {
		return ResourceDetail{}, notListed("resource", index)
	}
	return ResourceDetail{Resource: cn.resourceRow(index, r), Description: cn.text(r.Description), Meta: cn.text(string(r.Meta)), Raw: cn.text(string(r.Raw))}, nil
}

// Templates returns the resource templates of a connected server, as Resources does its resources.
func (c *Core) Templates(ctx context.Context, id string, want ReadList) TemplateList {
	cn, k, err := templateCatalog().get(ctx, c, id, want)
	return TemplateList{Templates: rows(k, cn.templateRow), ListRead: k.told(cn, err), Offer: k.offer}
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
	cn, t := templateCatalog().find(c, id, index, "")
	if t == nil {
		return TemplateDetail{}, notListed("template", index)
	}
	return TemplateDetail{Template: cn.templateRow(index, t), Description: cn.text(t.Description), Meta: cn.text(string(t.Meta)), Raw: cn.text(string(t.Raw))}, nil
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
