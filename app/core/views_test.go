package core

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// viewCore is a core whose log the test fills.
func viewCore(t *testing.T, c wire.Config) *Core {
	t.Helper()
	core := New(Options{})
	core.log = wire.NewLog(c)
	core.traffic.log = core.log
	t.Cleanup(func() { _ = core.Close() })
	return core
}

// settled asks for a view until its search is done.
func settled(t *testing.T, c *Core, in ViewInput) ViewState {
	t.Helper()
	s, err := c.OpenView(in)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); !s.Done; {
		if time.Now().After(deadline) {
			t.Fatalf("the search is not done: %+v", s)
		}
		time.Sleep(time.Millisecond)
		r, err := c.Rows(context.Background(), RowsInput{View: in.View, Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		s = r.State
	}
	return s
}

// rowSeqs are the numbers of all rows of a view, read in pieces.
func rowSeqs(t *testing.T, c *Core, name string) []uint64 {
	t.Helper()
	out := []uint64{}
	for {
		r, err := c.Rows(context.Background(), RowsInput{View: name, Index: len(out), Limit: 333})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range r.Entries {
			out = append(out, e.Seq)
		}
		if len(r.Entries) == 0 || len(out) >= r.State.Rows {
			return out
		}
	}
}

func (c *Core) appendFrame(conn string, dir wire.Dir, body string) uint64 {
	return c.log.Append(wire.Draft{Entry: wire.Entry{Conn: conn, Kind: wire.KindFrame, Dir: dir}, Message: []byte(body)})
}

func call(id int, tool string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":%q}}`, id, tool)
}

func TestViewShowsAndFollows(t *testing.T) {
	c := viewCore(t, wire.Config{})
	c.appendFrame("a", wire.Out, call(1, "search"))
	c.appendFrame("b", wire.Out, call(1, "other"))
	c.log.Append(wire.Draft{Entry: wire.Entry{Conn: "a", Kind: wire.KindStderr, Note: "hello"}, Message: []byte("hello")})
	c.log.Append(wire.Draft{Entry: wire.Entry{Kind: wire.KindLifecycle, Note: "of none"}})

	scope := ViewScope{Conns: []string{"a"}}
	s := settled(t, c, ViewInput{View: "v", Scope: scope})
	want := ViewState{
		View: "v", Rows: 3, Total: 3, Looked: 3, Done: true, Last: 4, Rev: s.Rev, Terms: []FilterTerm{},
		Counts: map[string]int{"message": 1, "http": 0, "sse": 0, "stderr": 1, "lifecycle": 1},
	}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if s = settled(t, c, ViewInput{View: "v", Scope: scope, Off: []string{"stderr"}}); s.Rows != 2 || s.Counts["stderr"] != 1 {
		t.Errorf("with a group off: %+v", s)
	}
	s = settled(t, c, ViewInput{View: "v", Scope: scope, Filter: "status:error"})
	if s.Rows != 0 {
		t.Errorf("nothing went wrong: %+v", s)
	}
	before := s.Rev
	c.appendFrame("b", wire.In, `{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"x"}}`)
	if r, _ := c.Rows(context.Background(), RowsInput{View: "v"}); r.State.Rev != before {
		t.Errorf("what is out of scope changed the view")
	}
	c.appendFrame("a", wire.In, `{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"x"}}`)
	if got := rowSeqs(t, c, "v"); !slices.Equal(got, []uint64{6}) {
		t.Errorf("an error that came is listed: got %v", got)
	}
	at, err := c.RowOf("v", 6)
	if err != nil || at.Index != 0 || at.State.Rev == before {
		t.Errorf("row of 6: %+v %v", at, err)
	}
	if at, _ = c.RowOf("v", 1); at.Index != -1 {
		t.Errorf("row of 1: %+v", at)
	}
	if r, _ := c.Rows(context.Background(), RowsInput{View: "v", Index: -1, Limit: 5}); r.Index != 0 || len(r.Entries) != 1 {
		t.Errorf("the last rows: %+v", r)
	}
	all := settled(t, c, ViewInput{View: "w", Scope: ViewScope{All: true}})
	if all.Rows != 6 || all.Last != 6 {
		t.Errorf("all: %+v", all)
	}
	if r, _ := c.Rows(context.Background(), RowsInput{View: "w", Index: -1, Limit: 2}); r.Index != 4 || r.Entries[1].Seq != 6 {
		t.Errorf("the last two rows: %+v", r)
	}
}

// A row leaves and comes when the entry it is of changes: an answer arrives, an exchange ends.
func TestViewRowsMove(t *testing.T) {
	c := viewCore(t, wire.Config{})
	request := c.appendFrame("a", wire.Out, call(7, "slow"))
	exchange := c.log.Append(wire.Draft{Entry: wire.Entry{Conn: "a", Kind: wire.KindHTTP, Open: true}, Exchange: &wire.Exchange{}})
	for name, filter := range map[string]string{"waiting": "status:waiting", "error": "http:>=400 OR status:error", "quick": "-ms:>1000", "text": "unauthorized"} {
		settled(t, c, ViewInput{View: name, Scope: ViewScope{All: true}, Filter: filter})
	}
	rows := func(name string, want ...uint64) {
		t.Helper()
		if got := rowSeqs(t, c, name); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	rows("waiting", request, exchange)
	rows("error")
	rows("quick", request, exchange)
	rows("text")
	c.log.Append(wire.Draft{
		Entry:   wire.Entry{Conn: "a", Kind: wire.KindFrame, Dir: wire.In, Took: 2_000_000},
		Message: []byte(`{"jsonrpc":"2.0","id":7,"result":{"isError":true}}`),
	})
	c.log.Update(exchange, func(d *wire.Draft) {
		d.Entry.Open, d.Entry.Status = false, 401
		d.Response = []byte("Unauthorized")
	})
	rows("waiting")
	rows("error", exchange, 3)
	rows("quick", exchange)
	rows("text", exchange)
}

func TestViewWrongFilter(t *testing.T) {
	c := viewCore(t, wire.Config{})
	c.appendFrame("a", wire.Out, call(1, "x"))
	c.appendFrame("a", wire.Out, `{"jsonrpc":"2.0","id":2,"method":"ping"}`)
	settled(t, c, ViewInput{View: "v", Scope: ViewScope{All: true}, Filter: "method:ping"})
	s := settled(t, c, ViewInput{View: "v", Scope: ViewScope{All: true}, Filter: "methd:tools/call"})
	if s.Rows != 1 || s.Problem == nil || s.Problem.To != 6 || !strings.Contains(s.Problem.Hint, "method:") || len(s.Terms) != 1 {
		t.Errorf("a wrong filter keeps the rows and says where: %+v %+v", s, s.Problem)
	}
	if s = settled(t, c, ViewInput{View: "v", Scope: ViewScope{All: true}, Filter: ""}); s.Rows != 2 || s.Problem != nil {
		t.Errorf("without a filter: %+v", s)
	}
	if s = settled(t, c, ViewInput{View: "new", Scope: ViewScope{All: true}, Filter: "("}); s.Rows != 2 || s.Problem == nil {
		t.Errorf("a new view with a wrong filter: %+v", s)
	}
}

var viewFilters = []string{
	"", "status:error", "method:tools/call -tool:b*", "status:waiting", "found", "body:found OR ms:>1", "has:finding", "kind:http header:x-a",
	"-body:found", "http:4xx OR code:<0", "conn:a dir:in", "seq:..200",
}

// Whatever comes, changes, leaves or is cleared while views search and follow: at the end each lists what a plain
// reading of the log lists.
func TestViewsAreRight(t *testing.T) {
	for _, most := range []int64{1 << 20, 1500} {
		c := viewCore(t, wire.Config{MaxEntries: most})
		r := rand.New(rand.NewPCG(uint64(most), 5))
		var inputs []ViewInput
		for i, f := range viewFilters {
			scope := ViewScope{All: i%2 == 0, Conns: []string{"a"}}
			inputs = append(inputs, ViewInput{View: fmt.Sprint(i), Scope: scope, Filter: f, Off: [][]string{nil, {"http"}}[r.IntN(2)]})
		}
		feed(c, r, 6000)
		var wg sync.WaitGroup
		wg.Go(func() { feed(c, rand.New(rand.NewPCG(7, 7)), 6000) })
		for range 3 {
			for _, in := range inputs {
				other := in
				other.Filter = viewFilters[r.IntN(len(viewFilters))]
				for _, in := range []ViewInput{other, in} {
					if _, err := c.OpenView(in); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		wg.Wait()
		for _, in := range inputs {
			settled(t, c, in)
			if diff := cmp.Diff(plainRows(c, in), rowSeqs(t, c, in.View)); diff != "" {
				t.Fatalf("%d entries at most, filter %q: -want +got\n%s", most, in.Filter, diff)
			}
		}
		c.ClearTraffic()
		feed(c, r, 50)
		for _, in := range inputs {
			s := settled(t, c, in)
			if diff := cmp.Diff(plainRows(c, in), rowSeqs(t, c, in.View)); diff != "" {
				t.Fatalf("after a clear, filter %q: -want +got\n%s", in.Filter, diff)
			}
			if s.ListedFrom != 0 {
				t.Errorf("what the user cleared is told as missing: %+v", s)
			}
		}
	}
}

// feed appends and changes entries.
func feed(c *Core, r *rand.Rand, n int) {
	open := []uint64{}
	for i := range n {
		conn := []string{"a", "b"}[r.IntN(2)]
		switch r.IntN(6) {
		case 0:
			c.appendFrame(conn, wire.Out, call(i, []string{"search", "build"}[r.IntN(2)]))
		case 1:
			c.appendFrame(conn, wire.In, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":{"text":"Found %d"}}`, max(0, i-r.IntN(8)), i))
		case 2:
			c.appendFrame(conn, wire.In, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"error":{"code":-%d,"message":"no"}}`, max(0, i-r.IntN(8)), i))
		case 3:
			open = append(open, c.log.Append(wire.Draft{
				Entry:    wire.Entry{Conn: conn, Kind: wire.KindHTTP, Open: true},
				Exchange: &wire.Exchange{RequestHeaders: []wire.Header{{Name: []string{"X-A", "X-B"}[r.IntN(2)], Value: "1"}}},
			}))
		case 4:
			if len(open) > 0 {
				k := r.IntN(len(open))
				c.log.Update(open[k], func(d *wire.Draft) {
					d.Entry.Open, d.Entry.Status = false, []int{200, 404}[r.IntN(2)]
					d.Response = []byte([]string{"found", "lost"}[r.IntN(2)])
				})
				open = slices.Delete(open, k, k+1)
			}
		default:
			c.log.Append(wire.Draft{Entry: wire.Entry{Conn: conn, Kind: wire.KindStderr}, Message: []byte("a line\n")})
		}
	}
}

func plainRows(c *Core, in ViewInput) []uint64 {
	f, err := query.Parse(in.Filter)
	if err != nil {
		panic(err)
	}
	m := f.Bind(query.Context{})
	out := []uint64{}
	first, last, _ := c.log.Bounds()
	for seq := first; seq <= last; seq++ {
		e, ok := c.log.Entry(seq)
		off := e.Kind == wire.KindHTTP && slices.Contains(in.Off, "http")
		if ok && !off && (in.Scope.All || e.Conn == "a" || e.Conn == "") && m.Match(0, &e, bodiesOf{&c.traffic, 0}) {
			out = append(out, seq)
		}
	}
	return out
}

// A search through bodies tells its first rows before it is done, ends when the filter changes, and leaves nothing.
func TestViewSearchEnds(t *testing.T) {
	c := viewCore(t, wire.Config{})
	body := []byte(`{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"` + strings.Repeat("lorem ipsum ", 40) + `"}}`)
	for range 60_000 {
		c.log.Append(wire.Draft{Entry: wire.Entry{Conn: "a", Kind: wire.KindFrame, Dir: wire.In}, Message: body})
	}
	c.appendFrame("a", wire.In, `{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"needle"}}`)
	settled(t, c, ViewInput{View: "scope", Scope: ViewScope{All: true}})
	before := runtime.NumGoroutine()
	began := time.Now()
	s, err := c.OpenView(ViewInput{View: "v", Scope: ViewScope{All: true}, Filter: "body:needle"})
	if err != nil {
		t.Fatal(err)
	}
	for s.Rows == 0 {
		if time.Since(began) > 30*time.Second {
			t.Fatalf("no first row: %+v", s)
		}
		r, err := c.Rows(context.Background(), RowsInput{View: "v"})
		if err != nil {
			t.Fatal(err)
		}
		s = r.State
	}
	t.Logf("first row after %v, %d of %d looked at", time.Since(began), s.Looked, s.Total)
	for i := range 50 {
		if _, err := c.OpenView(ViewInput{View: fmt.Sprint("v", i), Scope: ViewScope{All: true}, Filter: fmt.Sprintf("body:/[%d]needle/", i)}); err != nil {
			t.Fatal(err)
		}
	}
	c.views.mu.Lock()
	open := len(c.views.open)
	c.views.mu.Unlock()
	if open != maxViews {
		t.Errorf("%d views are open, at most %d may", open, maxViews)
	}
	c.CloseView("v49")
	c.CloseView("v49")
	if _, err := c.Rows(context.Background(), RowsInput{View: "v49"}); err == nil {
		t.Error("a closed view has rows")
	}
	c.CloseViews()
	for deadline := time.Now().Add(30 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			buf := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, %d before\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
		}
	}
}

func TestRelated(t *testing.T) {
	c := viewCore(t, wire.Config{})
	c.appendFrame("a", wire.Out, call(1, "x"))
	c.appendFrame("b", wire.Out, call(1, "x"))
	c.appendFrame("a", wire.In, `{"jsonrpc":"2.0","id":1,"result":{}}`)
	x := c.log.Append(wire.Draft{Entry: wire.Entry{Conn: "a", Kind: wire.KindHTTP}, Exchange: &wire.Exchange{}})
	c.log.Append(wire.Draft{Entry: wire.Entry{Conn: "a", Kind: wire.KindSSE, Exchange: x}})
	// A stream that carries the answers of two calls, each an event and a frame.
	stream := c.log.Append(wire.Draft{Entry: wire.Entry{Conn: "s", Kind: wire.KindHTTP}, Exchange: &wire.Exchange{}})
	for _, name := range []string{"one", "two"} {
		c.log.Append(wire.Draft{Entry: wire.Entry{Conn: "s", Kind: wire.KindSSE, Exchange: stream}})
		c.log.Append(wire.Draft{Entry: wire.Entry{Conn: "s", Kind: wire.KindFrame, Message: wire.MsgNotification, Exchange: stream, Call: name}})
	}
	for of, want := range map[uint64][]uint64{
		1: {1, 3}, 3: {1, 3}, 2: {2}, 4: {4, 5}, 5: {4, 5},
		8: {6, 7, 8}, 9: {6, 9, 10}, 10: {6, 9, 10}, 6: {6, 7, 8, 9, 10},
	} {
		r, err := c.Related(context.Background(), of)
		var got []uint64
		for _, e := range r.Entries {
			got = append(got, e.Seq)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("related to %d: got %v %v, want %v", of, got, err, want)
		}
	}
}

func TestFilterWords(t *testing.T) {
	c := viewCore(t, wire.Config{})
	for i := range 5 {
		c.appendFrame("a", wire.Out, call(i, "search docs"))
	}
	c.appendFrame("b", wire.Out, call(9, "elsewhere"))
	c.log.Append(wire.Draft{Entry: wire.Entry{Conn: "a", Kind: wire.KindHTTP, Status: 401}, Exchange: &wire.Exchange{ResponseHeaders: []wire.Header{{Name: "WWW-Authenticate"}}}})
	settled(t, c, ViewInput{View: "v", Scope: ViewScope{Conns: []string{"a"}}})
	for text, want := range map[string]FilterWord{
		"tool:":     {Insert: `"search docs"`, Label: "search docs", From: 5, To: 5, Count: 5},
		"header:ww": {Insert: "www-authenticate", Label: "www-authenticate", From: 7, To: 9, Count: 1},
		"http:":     {Insert: "401", Label: "401", From: 5, To: 5, Count: 1},
	} {
		got := c.FilterWords(context.Background(), "v", text, len(text))
		if len(got) == 0 || got[0] != want {
			t.Errorf("%s: got %+v, want first %+v", text, got, want)
		}
	}
}
