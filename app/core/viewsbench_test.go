package core

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/internal/capturetest"
)

// storedEntries opens a store with n entries of an earlier run.
func storedEntries(b *testing.B, n int) (*Core, ViewScope) {
	b.Helper()
	dir := b.TempDir()
	run := capturetest.Fill(b, dir, n)
	c, s := storedCoreFor(b, dir)
	b.Cleanup(func() { _ = c.Close(); _ = s.Close() })
	for _, last := c.traffic.Bounds(run); last == 0; _, last = c.traffic.Bounds(run) {
		time.Sleep(time.Millisecond) // the file is being opened
	}
	return c, ViewScope{Captures: []string{fmt.Sprintf("%d:a", run)}}
}

// BenchmarkStored is a view on a stored run: how soon its first rows are there, and how soon all is looked at.
// SIGHTGLASS_BENCH_ENTRIES sets how many entries it has.
func BenchmarkStored(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("SIGHTGLASS_BENCH_ENTRIES"))
	if err != nil {
		n = 100_000
	}
	c, scope := storedEntries(b, n)
	for _, filter := range []string{"", "method:notifications/message", "status:error", "tool:tool7 ms:>0", "http:200", "header:content-type", `body:lorem`, fmt.Sprintf(`body:"amet %d"`, n/8*4), "zzzz", "seq:..5000"} {
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
