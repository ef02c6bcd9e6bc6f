package core

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/capture"
	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// storedCore is a core whose log has a store behind it that takes the entries soon.
func storedCore(t *testing.T, dir string) (*Core, *capture.Store) {
	t.Helper()
	c, s := storedCoreFor(t, dir)
	t.Cleanup(func() { _ = c.Close(); _ = s.Close() })
	return c, s
}

// storedCoreFor is storedCore whose end the caller sees to.
func storedCoreFor(t testing.TB, dir string) (*Core, *capture.Store) {
	t.Helper()
	c := New(Options{})
	c.log = wire.NewLog(wire.Config{KeepStored: 10_000, KeepEntries: 300})
	c.traffic.log = c.log
	s := capture.Open(capture.Config{Dir: dir, Log: c.log, MaxBytes: 1 << 34})
	c.traffic.store = s
	return c, s
}

// storedRows reads a part of the traffic plainly.
func storedRows(c *Core, run uint32, in ViewInput) []uint64 {
	f, err := query.Parse(in.Filter)
	if err != nil {
		panic(err)
	}
	m := f.Bind(query.Context{})
	out := []uint64{}
	err = c.traffic.Scan(context.Background(), run, 0, 1<<40, query.NeedEntry, nil, func(batch []wire.Entry) error {
		for _, e := range batch {
			off := e.Kind == wire.KindHTTP && slices.Contains(in.Off, "http")
			if !off && (run == 0 && (in.Scope.All || e.Conn == "") || e.Conn == "a") && m.Match(run, &e, bodiesOf{&c.traffic, run}) {
				out = append(out, outside(run, e.Seq))
			}
		}
		return nil
	})
	if err != nil {
		panic(err)
	}
	return out
}

// Views list what is in the store as what is in memory: earlier runs, and what left memory while they followed.
func TestViewsOverTheStore(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	before, s := storedCore(t, dir)
	feed(before, rand.New(rand.NewPCG(1, 2)), 2500)
	if err := s.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	earlier := s.Run()
	_ = before.Close()
	_ = s.Close()

	c, s := storedCore(t, dir)
	r := rand.New(rand.NewPCG(3, 2))
	// A view that is opened before the file is finds its entries all the same.
	early := ViewInput{View: "early", Scope: ViewScope{Captures: []string{fmt.Sprintf("%d:a", earlier)}}}
	for got := settled(t, c, early); got.Rows == 0; got = settled(t, c, early) {
		if ctx.Err() != nil {
			t.Fatal("the view that was opened early stays empty")
		}
	}
	feed(c, r, 1000)
	if err := s.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	capturesOf := []string{fmt.Sprintf("%d:a", earlier), "77:nothing", "wrong"}
	var inputs []ViewInput
	for i, f := range viewFilters {
		scope := [...]ViewScope{{All: true}, {Conns: []string{"a"}}, {Captures: capturesOf}, {Conns: []string{"a"}, Captures: capturesOf}}[i%4]
		inputs = append(inputs, ViewInput{View: fmt.Sprint(i), Scope: scope, Filter: f, Off: [][]string{nil, {"http"}}[r.IntN(2)]})
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for range 4 { // more than memory keeps, between two pulls
			feed(c, r, 400)
			_ = s.Flush(ctx)
		}
	})
	for range 3 {
		for _, in := range inputs {
			if _, err := c.OpenView(in); err != nil {
				t.Fatal(err)
			}
		}
	}
	wg.Wait()
	for _, in := range inputs {
		settled(t, c, in)
		want := []uint64{}
		if len(in.Scope.Captures) > 0 {
			want = storedRows(c, earlier, in)
		}
		if in.Scope.All || len(in.Scope.Conns) > 0 {
			want = append(want, storedRows(c, 0, in)...)
		}
		if diff := cmp.Diff(want, rowSeqs(t, c, in.View)); diff != "" {
			t.Fatalf("filter %q of %+v: -want +got\n%s", in.Filter, in.Scope, diff)
		}
	}
	first := rowSeqs(t, c, "2")[0]
	if e, err := c.Entry(first); err != nil || e.Seq != first || first>>32 != uint64(earlier) {
		t.Errorf("entry %d: %+v %v", first, e, err)
	}
	if at, err := c.RowOf("2", first); err != nil || at.Index != 0 {
		t.Errorf("row of %d: %+v %v", first, at, err)
	}
	// A capture of this very run is told by its number in the store.
	now := settled(t, c, ViewInput{View: "now", Scope: ViewScope{Captures: []string{fmt.Sprintf("%d:a", s.Run())}}})
	if got := settled(t, c, ViewInput{View: "same", Scope: ViewScope{Conns: []string{"a"}}}); now.Rows != got.Rows {
		t.Errorf("the capture of this run has %d rows, its connection %d", now.Rows, got.Rows)
	}
}
