//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

const (
	csvRows   = 100_000
	jsonBytes = 20 << 20
	letters   = "abcdefghijkl"
)

// largeOffers serves a long table, a large document and a template whose variable it completes. answered is when the
// last answer had been written.
func largeOffers(t *testing.T) (url string, answered func() time.Time) {
	t.Helper()
	words := completer{}
	s := server.NewMCPServer("large", "1", server.WithResourceCapabilities(false, false), server.WithCompletions(),
		server.WithResourceCompletionProvider(words))
	text := func(uri, mime, body string) {
		s.AddResource(mcp.NewResource(uri, uri[len("bench://"):], mcp.WithMIMEType(mime)), func(context.Context, mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			return []mcp.ResourceContents{mcp.TextResourceContents{URI: uri, MIMEType: mime, Text: body}}, nil
		})
	}
	text("bench://table.csv", "text/csv", longTable())
	text("bench://document.json", "application/json", largeDocument())
	s.AddResourceTemplate(mcp.NewResourceTemplate("bench://words/{word}", "word"), func(_ context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		return []mcp.ResourceContents{mcp.TextResourceContents{URI: r.Params.URI, Text: "a word"}}, nil
	})
	inner := server.NewStreamableHTTPServer(s)
	var mu sync.Mutex
	var last time.Time
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner.ServeHTTP(w, r)
		mu.Lock()
		last = time.Now()
		mu.Unlock()
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/mcp", func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return last
	}
}

func longTable() string {
	var b strings.Builder
	b.WriteString("row,station,value,remark\n")
	for i := range csvRows {
		fmt.Fprintf(&b, "%d,station %d,%d.%d,\"read by hand, and noted\"\n", i+1, i%97, i%31, i%10)
	}
	return b.String()
}

func largeDocument() string {
	var b strings.Builder
	b.WriteString(`{"stations":[`)
	for i := 0; b.Len() < jsonBytes; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":%d,"name":"station %d","levels":[%d,%d,%d],"note":"read by hand, and noted"}`, i, i, i%7, i%11, i%13)
	}
	b.WriteString(`]}`)
	return b.String()
}

// completer offers words that begin with what was typed.
type completer struct{}

func (completer) CompleteResourceArgument(_ context.Context, _ string, a mcp.CompleteArgument, _ mcp.CompleteContext) (*mcp.Completion, error) {
	values := []string{a.Value + "one", a.Value + "two", a.Value + "three"}
	return &mcp.Completion{Values: values, Total: len(values)}, nil
}

func TestBenchOffers(t *testing.T) {
	if os.Getenv("BENCH") == "" {
		t.Skip("measured by make bench")
	}
	b := &table{t: t}
	benchOffers(b)
	b.print()
}

// benchOffers: a long table and a large document from the answer to what is shown, with the longest stall of the page,
// and suggestions from the server's answer.
func benchOffers(b *table) {
	url, answered := largeOffers(b.t)
	a := start(b.t, options{})
	defer a.stop()
	a.useURL(url)
	a.connected()
	a.click(tabbed("Resources"))
	for _, doc := range []struct{ name, what, shown string }{
		{"table.csv", "100,000 rows of CSV", "station 1"},
		{"document.json", "20 MB of JSON", `"station 0"`},
	} {
		a.click(offered("resources", doc.name))
		a.see(button("Read"))
		got := measure[struct{ Shown, Stall float64 }](a, fmt.Sprintf(`
			await new Promise((r) => setTimeout(r, 500));
			let last = performance.now(), stall = 0, on = true;
			const tick = () => { const now = performance.now(); stall = Math.max(stall, now - last); last = now; if (on) setTimeout(tick, 1); };
			tick();
			button('Read').click();
			const pane = () => document.querySelector('section[aria-label="Contents"]');
			const seen = () => pane()?.innerText.includes(%q);
			await until(() => pane()?.dataset.runState === 'done' && seen());
			const shown = Date.now();
			await new Promise((r) => setTimeout(r, 2000));
			on = false;
			return { Shown: shown, Stall: stall };`, doc.shown))
		b.add(doc.what+": answer to shown", got.Shown-float64(answered().UnixMilli()), 1000, "ms")
		b.add(doc.what+": longest stall of the page", got.Stall, 100, "ms")
	}
	b.completion(a, answered)
}

func (b *table) completion(a *app, answered func() time.Time) {
	a.click(offered("resources", "word"))
	a.see(role("combobox", "word"))
	var took []float64
	for i := range len(letters) {
		typed := letters[:i+1]
		shown := measure[float64](a, fmt.Sprintf(`
			const input = byRole('combobox', 'word')[0];
			input.focus();
			type(input, %[1]q);
			await until(() => byRole('listbox', '').some((e) => e.textContent.includes(%[2]q)));
			return Date.now();`, typed, typed+"two"))
		took = append(took, shown-float64(answered().UnixMilli()))
	}
	b.t.Logf("suggestions after their answers: %v", took)
	b.add("completion: answer to suggestions shown, slowest of 12", slices.Max(took), 50, "ms")
}
