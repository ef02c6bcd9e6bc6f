package core

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// storedMillion fills a store with that many entries of one run, and opens it again as an earlier one.
func storedMillion(b *testing.B, n int) (*Core, ViewScope) {
	b.Helper()
	dir := b.TempDir()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	open := func() (*Core, func() uint32, func() error, func()) {
		c, s := storedCoreFor(b, dir)
		return c, s.Run, func() error { return s.Flush(ctx) }, func() { _ = c.Close(); _ = s.Close() }
	}
	c, run, flush, end := open()
	text := strings.Repeat("lorem ipsum dolor sit amet ", 14)
	for i := 0; i < n; i += 4 {
		c.log.Append(wire.Draft{Entry: wire.Entry{Conn: "a", Kind: wire.KindFrame, Dir: wire.Out}, Message: []byte(call(i, fmt.Sprint("tool", i/4%20)))})
		c.log.Append(wire.Draft{
			Entry:    wire.Entry{Conn: "a", Kind: wire.KindHTTP, Method: "POST", Name: "http://127.0.0.1/mcp", Status: 200, Took: int64(i % 100_000)},
			Exchange: &wire.Exchange{Method: "POST", RequestHeaders: []wire.Header{{Name: "Content-Type", Value: "application/json"}}},
		})
		answer := fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":{"content":[{"type":"text","text":"%s%d"}],"isError":%v}}`, i, text, i, i%400 == 0)
		c.log.Append(wire.Draft{Entry: wire.Entry{Conn: "a", Kind: wire.KindFrame, Dir: wire.In}, Message: []byte(answer)})
		c.log.Append(wire.Draft{Entry: wire.Entry{Conn: "a", Kind: wire.KindFrame, Dir: wire.In}, Message: []byte(`{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"` + text + `"}}`)})
		if i%40_000 == 0 {
			if err := flush(); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := flush(); err != nil {
		b.Fatal(err)
	}
	earlier := run()
	id := fmt.Sprintf("%d:a", earlier)
	end()
	c, _, _, end = open()
	b.Cleanup(end)
	for _, last := c.traffic.Bounds(earlier); last == 0; _, last = c.traffic.Bounds(earlier) {
		time.Sleep(time.Millisecond) // the file is being opened
	}
	return c, ViewScope{Captures: []string{id}}
}

// BenchmarkStored is a view on a stored run: how soon its first rows are there, and how soon all is looked at.
// SIGHTGLASS_BENCH_ENTRIES sets how many entries it has.
func BenchmarkStored(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("SIGHTGLASS_BENCH_ENTRIES"))
	if err != nil {
		n = 100_000
	}
	c, scope := storedMillion(b, n)
	for _, filter := range []string{"", "method:notifications/message", "status:error", "tool:tool7 ms:>0", "http:200", "header:content-type", `body:"amet 399997"`, "zzzz", "seq:..5000"} {
		b.Run(strings.ReplaceAll(filter+" ", "/", "|"), func(b *testing.B) {
			var first, all time.Duration
			rows := 0
			for i := range b.N {
				name := fmt.Sprint(filter, i)
				if _, err := c.OpenView(ViewInput{View: name, Scope: scope}); err != nil {
					b.Fatal(err)
				}
				waitRows(b, c, name)
				began := time.Now()
				s, err := c.OpenView(ViewInput{View: name, Scope: scope, Filter: filter})
				if err != nil {
					b.Fatal(err)
				}
				for s.Rows == 0 && !s.Done {
					time.Sleep(time.Millisecond)
					s = stateOf(b, c, name)
				}
				first += time.Since(began)
				rows = waitRows(b, c, name)
				all += time.Since(began)
				c.CloseView(name)
			}
			b.ReportMetric(float64(first.Milliseconds())/float64(b.N), "first-ms")
			b.ReportMetric(float64(all.Milliseconds())/float64(b.N), "all-ms")
			b.ReportMetric(float64(rows), "rows")
		})
	}
	b.Run("open", func(b *testing.B) {
		for i := range b.N {
			name := fmt.Sprint("open", i)
			if _, err := c.OpenView(ViewInput{View: name, Scope: scope}); err != nil {
				b.Fatal(err)
			}
			waitRows(b, c, name)
			c.CloseView(name)
		}
	})
	if _, err := c.OpenView(ViewInput{View: "v", Scope: scope}); err != nil {
		b.Fatal(err)
	}
	waitRows(b, c, "v")
	b.Run("rows", func(b *testing.B) {
		for i := range b.N {
			if _, err := c.Rows(context.Background(), RowsInput{View: "v", Index: i * 7919 * 40 % n, Limit: 100}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("stats", func(b *testing.B) {
		for range b.N {
			if _, err := c.Stats(context.Background(), StatsInput{View: "v"}); err != nil {
				b.Fatal(err)
			}
		}
	})
	began := time.Now()
	for done := false; !done; time.Sleep(time.Millisecond) {
		t, err := c.Timeline(context.Background(), TimelineInput{View: "v", Pixels: 1200})
		if err != nil {
			b.Fatal(err)
		}
		done = t.Done
	}
	b.Logf("timeline index of %d entries: %v", n, time.Since(began))
	b.Run("timeline", func(b *testing.B) {
		for range b.N {
			if _, err := c.Timeline(context.Background(), TimelineInput{View: "v", Pixels: 1200}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func stateOf(b *testing.B, c *Core, name string) ViewState {
	b.Helper()
	r, err := c.Rows(context.Background(), RowsInput{View: name, Limit: 1})
	if err != nil {
		b.Fatal(err)
	}
	return r.State
}

func waitRows(b *testing.B, c *Core, name string) int {
	b.Helper()
	for {
		if s := stateOf(b, c, name); s.Done {
			return s.Rows
		}
		time.Sleep(time.Millisecond)
	}
}
