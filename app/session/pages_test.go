package session

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// paged answers a list of three pages; bad makes it forget a cursor once.
func paged(member, item string, bad string) func(*peer, msg) {
	forgot := false
	return func(p *peer, m msg) {
		at, _ := text(field(m.Params, "cursor"))
		if at == bad && bad != "" && !forgot {
			forgot = true
			p.fail(m, -32602, "")
			return
		}
		n := len(at)
		next := ""
		if n < 2 {
			next = fmt.Sprintf(`,"nextCursor":%q`, strings.Repeat("x", n+1))
		}
		p.result(m, fmt.Sprintf(`{%q:[%s]%s}`, member, fmt.Sprintf(item, n), next))
	}
}

func toolNames(l *ToolList) (names []string) {
	for _, tool := range l.Decoded {
		names = append(names, tool.Name)
	}
	return names
}

func TestToolsPageByPage(t *testing.T) {
	p := legacyPeer(t)
	p.on["tools/list"] = paged("tools", `{"name":"t%d","inputSchema":{"type":"object"}},{"name":"same","inputSchema":{"type":"object"}}`, "")
	s := connect(t, config(p))
	l, err := s.ToolPages(t.Context(), nil, 1)
	if err != nil || !slices.Equal(toolNames(l), []string{"t0", "same"}) || !l.More || l.Cursor != "x" {
		t.Fatalf("%v, %v, %+v", err, toolNames(l), l.List)
	}
	for l.More {
		if l, err = s.ToolPages(t.Context(), l, 1); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"t0", "same", "t1", "same", "t2", "same"}; !slices.Equal(toolNames(l), want) || l.Pages != 3 {
		t.Errorf("%v on %d pages", toolNames(l), l.Pages)
	}
	if len(l.Findings) != 1 {
		t.Errorf("findings %q", l.Findings)
	}
}

// A cursor that the server no longer knows makes the pages before it worthless.
func TestBadCursorDropsThePages(t *testing.T) {
	p := legacyPeer(t)
	p.on["tools/list"] = paged("tools", `{"name":"t%d","inputSchema":{"type":"object"}}`, "xx")
	p.on["resources/list"] = paged("resources", `{"uri":"a:%d","name":"n"}`, "x")
	s := connect(t, config(p))
	l, err := s.Tools(t.Context())
	if err != nil || !slices.Equal(toolNames(l), []string{"t0", "t1", "t2"}) || l.Pages != 3 || len(l.Findings) != 1 || !strings.Contains(l.Findings[0], `"xx"`) {
		t.Errorf("%v, %v, %+v", err, toolNames(l), l.List)
	}
	first, err := s.Resources(t.Context(), nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Resources(t.Context(), first, 1)
	if err != nil || len(again.Decoded) != 1 || again.Pages != 1 || !again.More || again.Restarts != 1 {
		t.Errorf("%v, %+v", err, again)
	}
	next, err := s.Resources(t.Context(), again, 1)
	if err != nil || len(next.Decoded) != 2 {
		t.Errorf("%v, %+v", err, next.Decoded)
	}
}

func TestPagesLimit(t *testing.T) {
	p := legacyPeer(t)
	p.on["tools/list"] = paged("tools", `{"name":"t%d","inputSchema":{"type":"object"}}`, "")
	cfg := config(p)
	cfg.Limits.Pages = 2
	l, err := connect(t, cfg).Tools(t.Context())
	if err != nil || l.Pages != 2 || len(l.Findings) != 1 || !strings.Contains(l.Findings[0], "more than 2 pages") {
		t.Errorf("%v, %+v", err, l.List)
	}
}

// A list may have shrunk when it begins anew: what was read before is longer than what is there now.
func TestListBeginsAnewShorter(t *testing.T) {
	p := coreTasker(t)
	task := func(id string) string { return strings.Replace(coreTask("working"), "T1", id, 1) }
	for method, of := range map[string][3]string{
		"tools/list":               {"tools", `{"name":"a","inputSchema":{"type":"object"}}`, `{"name":"b","inputSchema":{"type":"object"}}`},
		"resources/list":           {"resources", `{"uri":"a:1","name":"a"}`, `{"uri":"a:2","name":"b"}`},
		"resources/templates/list": {"resourceTemplates", `{"uriTemplate":"a:1","name":"a"}`, `{"uriTemplate":"a:2","name":"b"}`},
		"prompts/list":             {"prompts", `{"name":"a"}`, `{"name":"b"}`},
		"skills/list":              {"skills", `{"uri":"skill://a/SKILL.md"}`, `{"uri":"skill://b/SKILL.md"}`},
		"tasks/list":               {"tasks", task("T1"), task("T2")},
	} {
		asked := 0
		p.handle(method, func(p *peer, m msg) {
			switch asked++; {
			case asked == 1:
				p.result(m, fmt.Sprintf(`{%q:[%s,%s],"nextCursor":"x"}`, of[0], of[1], of[2]))
			case field(m.Params, "cursor") != nil:
				p.fail(m, -32602, "")
			default:
				p.result(m, fmt.Sprintf(`{%q:[%s]}`, of[0], of[2]))
			}
		})
	}
	s := connect(t, config(p.peer))
	for _, read := range []func() (*List, int, error){
		anew(t, s.ToolPages), anew(t, s.Resources), anew(t, s.Templates), anew(t, s.Prompts), anew(t, s.Skills),
		func() (*List, int, error) {
			l, err := s.ListTasks(t.Context(), nil, 1)
			if err == nil {
				l, err = s.ListTasks(t.Context(), l, 1)
			}
			return l, len(l.Items), err
		},
	} {
		if l, n, err := read(); err != nil || n != 1 || len(l.Items) != 1 || l.Restarts != 1 || l.More {
			t.Errorf("%d decoded, %v, %+v", n, err, l)
		}
	}
}

// anew reads a page, and one more, which begins the list anew.
func anew[T any](t *testing.T, read func(context.Context, *ListOf[T], int) (*ListOf[T], error)) func() (*List, int, error) {
	return func() (*List, int, error) {
		l, err := read(t.Context(), nil, 1)
		if err == nil {
			l, err = read(t.Context(), l, 1)
		}
		return &l.List, len(l.Decoded), err
	}
}
