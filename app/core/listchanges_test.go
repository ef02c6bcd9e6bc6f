package core

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
)

// A list that is read again tells what is new, what changed and how, and what is gone, until it is dismissed.
func TestListChanges(t *testing.T) {
	var list atomic.Value
	list.Store(`{"name":"a","inputSchema":{"type":"object","properties":{"x":{"type":"string"}}}},{"name":"b","title":"Bee"},{"name":"b"},{"name":"c"}`)
	c, id := byMethod(t, `{"tools":{"listChanged":true}}`, nil, map[string]func(p mcptest.Post){
		"tools/list": func(p mcptest.Post) {
			p.JSON(http.StatusOK, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"tools":[%s]}}`, p.ID, list.Load()))
		},
	}, nil)
	read := func() ListChanges {
		t.Helper()
		if l, err := c.Tools(t.Context(), id, true); err != nil || l.Err != nil {
			t.Fatal(err, l.Err)
		}
		got, err := c.Changes(id, "tools")
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got, err := c.Changes(id, "tools"); err != nil || got.At != 0 || len(got.Items)+len(got.Gone) != 0 {
		t.Errorf("before it was read: %+v, %v", got, err)
	}
	if got := read(); len(got.Items)+len(got.Gone) != 0 || got.At == 0 || got.Since != got.At {
		t.Errorf("the first one: %+v", got)
	}
	list.Store(`{"name":"d"},{ "inputSchema":{"properties":{"x":{"type":"number"},"y":{}},"type":"object"}, "name":"a"},{"name":"c"},{"name":"b"}`)
	want := ListChanges{
		Of: "tools",
		Items: []ItemChange{
			{Index: 0, Mark: "new", Fields: []FieldChange{}},
			{Index: 1, Mark: "changed", Fields: []FieldChange{
				{Path: "inputSchema.properties.x.type", Was: `"string"`, Now: `"number"`}, {Path: "inputSchema.properties.y", Now: "{}"},
			}},
			{Index: 3, Mark: "changed", Fields: []FieldChange{{Path: "title", Was: `"Bee"`}}},
		},
		Gone: []GoneItem{{Key: "b"}},
	}
	got := read()
	want.At, want.Since = got.At, got.Since
	if diff := cmp.Diff(want, got); diff != "" || got.Since >= got.At {
		t.Errorf("changed: %s", diff)
	}
	// It is kept while the server is started again, and until it is dismissed.
	c.Disconnect(id)
	connect(t, c, id)
	if again := read(); !cmp.Equal(again.Items, want.Items) || !cmp.Equal(again.Gone, want.Gone) {
		t.Errorf("after a restart: %+v", again)
	}
	if got, err := c.DismissChanges(id, "tools"); err != nil || len(got.Items)+len(got.Gone) != 0 {
		t.Errorf("dismissed: %+v, %v", got, err)
	}
	if got := read(); len(got.Items)+len(got.Gone) != 0 {
		t.Errorf("after the dismissal: %+v", got)
	}
	if _, err := c.Changes(id, "secrets"); err == nil {
		t.Error("there is no such list")
	}
}

// Pages that were not read before are not new, and what is behind an unread page is not gone.
func TestListChangesByPage(t *testing.T) {
	c, id := byMethod(t, `{"prompts":{}}`, nil, map[string]func(p mcptest.Post){
		"prompts/list": func(p mcptest.Post) {
			items, next := `{"name":"a"}`, `,"nextCursor":"2"`
			if strings.Contains(string(p.Body), `"cursor"`) {
				items, next = `{"name":"b"}`, ""
			}
			p.JSON(http.StatusOK, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"prompts":[%s]%s}}`, p.ID, items, next))
		},
	}, nil)
	for _, pages := range []ReadList{FirstPage, NextPage, FirstPage, AllPages} {
		if l := c.Prompts(t.Context(), id, pages); l.Err != nil {
			t.Fatal(l.Err)
		}
		if got, err := c.Changes(id, "prompts"); err != nil || len(got.Items)+len(got.Gone) != 0 {
			t.Errorf("after reading %q: %+v, %v", pages, got, err)
		}
	}
}
