package core

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/internal/capturetest"
)

// storedEntries opens a store with n entries of an earlier run.
func storedEntries(t *testing.T, n int) (c *Core, scope ViewScope, end func()) {
	t.Helper()
	dir := t.TempDir()
	run := capturetest.Fill(t, dir, n)
	c, s := storedCoreFor(t, dir)
	for _, last := c.traffic.Bounds(run); last == 0; _, last = c.traffic.Bounds(run) {
		time.Sleep(time.Millisecond) // the file is being opened
	}
	return c, ViewScope{Captures: []string{fmt.Sprintf("%d:a", run)}}, func() { _ = c.Close(); _ = s.Close() }
}

// TestBenchViews prints what `make bench` shows of views on stored entries, for growing numbers of them.
// SIGHTGLASS_BENCH_ENTRIES names one number instead.
func TestBenchViews(t *testing.T) {
	if os.Getenv("BENCH") == "" {
		t.Skip("measured by make bench")
	}
	sizes := []int{10_000, 100_000, 1_000_000, 10_000_000}
	if n, err := strconv.Atoi(os.Getenv("SIGHTGLASS_BENCH_ENTRIES")); err == nil {
		sizes = []int{n}
	}
	fmt.Printf("views: %9s %8s %10s %10s %12s %12s %10s %8s %12s\n", "entries", "open ms", "status ms", "tool ms", "body 1st ms", "body all ms", "nowhere ms", "page ms", "timeline ms")
	for _, n := range sizes {
		got := benchViews(t, n)
		fmt.Printf("views: %9d %8.0f %10.0f %10.0f %12.0f %12.0f %10.0f %8.1f %12.1f\n", n, got.open, got.status, got.tool, got.first, got.body, got.nowhere, got.page, got.timeline)
		if n != 1_000_000 {
			continue
		}
		defer func() {
			for _, target := range []struct {
				name         string
				value, limit float64
			}{
				{"open", got.open, 500},
				{"status:error", got.status, 200},
				{"tool:tool7 ms:>0", got.tool, 200},
				{"first rows of a text in bodies", got.first, 300},
				{"a text in every body", got.body, 5000},
				{"timeline, whole", got.timeline, 33},
			} {
				fmt.Printf("views: 1,000,000 entries: %-32s %8.1f ms  <= %g ms  %s\n", target.name, target.value, target.limit, map[bool]string{true: "yes", false: "NO"}[target.value <= target.limit])
			}
		}()
	}
}

type viewFigures struct{ open, status, tool, first, body, nowhere, page, timeline float64 }

func benchViews(t *testing.T, n int) (f viewFigures) {
	c, scope, end := storedEntries(t, n)
	defer end()
	// A filter's figures are the best of three: the first has a cold cache.
	best := func(filter string, rows int) (first, all float64) {
		for i := range 3 {
			name := fmt.Sprint(filter, i)
			a, b := searched(t, c, ViewInput{View: name, Scope: scope, Filter: filter}, rows)
			c.CloseView(name)
			if i == 0 || b < all {
				first, all = a, b
			}
		}
		return first, all
	}
	_, f.open = best("", n)
	_, f.status = best("status:error", n/400)
	_, f.tool = best("tool:tool7 ms:>0", -1)
	f.first, f.body = best(`body:"dolor sit"`, n/2)
	const v = "v"
	_, f.nowhere = searched(t, c, ViewInput{View: v, Scope: scope, Filter: "zzzz"}, 0)
	searched(t, c, ViewInput{View: v, Scope: scope}, n)
	var pages, draws []float64
	for i := range 50 {
		began := time.Now()
		if _, err := c.Rows(context.Background(), RowsInput{View: v, Index: i * 7919 * 40 % n, Limit: 100}); err != nil {
			t.Fatal(err)
		}
		pages = append(pages, millis(began))
	}
	for done := false; !done || len(draws) < 20; {
		began := time.Now()
		line, err := c.Timeline(context.Background(), TimelineInput{View: v, Pixels: 1200})
		if err != nil {
			t.Fatal(err)
		}
		if done = line.Done; done {
			draws = append(draws, millis(began))
		} else {
			time.Sleep(time.Millisecond)
		}
	}
	slices.Sort(pages)
	slices.Sort(draws)
	f.page, f.timeline = pages[len(pages)/2], draws[len(draws)/2]
	return f
}

// searched opens a view, or changes its filter, and says after how many milliseconds its first row and all of its rows were there; rows is how
// many there must be, -1 any number.
func searched(t *testing.T, c *Core, in ViewInput, rows int) (first, all float64) {
	t.Helper()
	whole := in
	whole.Filter = ""
	if in.Filter != "" { // what is in scope is known before a filter is typed
		searched(t, c, whole, -1)
	}
	began := time.Now()
	s, err := c.OpenView(in)
	for ; err == nil && !s.Done; time.Sleep(time.Millisecond) {
		if first == 0 && s.Rows > 0 {
			first = millis(began)
		}
		var r Rows
		r, err = c.Rows(context.Background(), RowsInput{View: in.View, Limit: 1})
		s = r.State
	}
	if err != nil {
		t.Fatal(err)
	}
	all = millis(began)
	if rows >= 0 && s.Rows != rows {
		t.Fatalf("%q: %d rows, not %d", in.Filter, s.Rows, rows)
	}
	if first == 0 {
		first = all
	}
	return first, all
}

func millis(began time.Time) float64 { return float64(time.Since(began).Microseconds()) / 1000 }
