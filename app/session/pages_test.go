package session

import (
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
	for _, tool := range l.Tools {
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
	if err != nil || len(again.Resources) != 1 || again.Pages != 1 || !again.More || again.Restarts != 1 {
		t.Errorf("%v, %+v", err, again)
	}
	next, err := s.Resources(t.Context(), again, 1)
	if err != nil || len(next.Resources) != 2 {
		t.Errorf("%v, %+v", err, next.Resources)
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
