package core

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// gated lets a search look at one stretch for each token.
type gated struct {
	query.Source
	token  chan struct{}
	asked  atomic.Int64  // looks, also those that wait
	lowest atomic.Uint64 // number that was looked at for a filter
	above  atomic.Int64  // looks at what was looked at before
}

func (g *gated) Scan(ctx context.Context, run uint32, from, to uint64, need query.Need, skip func(query.Zone) bool, yield func([]wire.Entry) error) error {
	g.asked.Add(1)
	select {
	case <-g.token:
	case <-ctx.Done():
		return ctx.Err()
	}
	if need&query.NeedMethod != 0 {
		low := g.lowest.Load()
		if low != 0 && to >= low {
			g.above.Add(1)
		}
		if low == 0 || from < low {
			g.lowest.Store(from)
		}
	}
	return g.Source.Scan(ctx, run, from, to, need, skip, yield)
}

// A search that is stopped keeps what it found and says how far it looked; what comes is decided still; and it is taken
// up where it was left.
func TestViewStops(t *testing.T) {
	c := viewCore(t, wire.Config{})
	const each = 20_000
	for range each {
		c.appendFrame("a", wire.Out, `{"jsonrpc":"2.0","method":"ping"}`)
		c.appendFrame("a", wire.Out, `{"jsonrpc":"2.0","method":"pong"}`)
	}
	g := &gated{Source: &c.traffic, token: make(chan struct{})}
	if _, err := c.viewNamed("v", true); err != nil {
		t.Fatal(err)
	}
	c.views.open["v"].source = g
	in := ViewInput{View: "v", Scope: ViewScope{All: true}, Filter: "method:ping"}
	if _, err := c.OpenView(in); err != nil {
		t.Fatal(err)
	}
	for range 4 { // scope, filter, scope, filter
		g.token <- struct{}{}
	}
	until(t, "the fifth look, which waits: four are done", func() bool { return g.asked.Load() == 5 })

	in.Stop = true
	if _, err := c.OpenView(in); err != nil {
		t.Fatal(err)
	}
	close(g.token)
	s := settled(t, c, in) // the scope is counted on
	if !s.Stopped || s.Total != 2*each || s.Rows == 0 || s.Rows >= each || s.Looked < 2*s.Rows || s.Looked >= s.Total {
		t.Fatalf("stopped: %+v", s)
	}
	if got, want := rowSeqs(t, c, "v"), s.Rows; len(got) != want || got[len(got)-1] != 2*each-1 {
		t.Errorf("the rows found stay: got %d, want %d", len(got), want)
	}
	rows := s.Rows
	c.appendFrame("a", wire.Out, `{"jsonrpc":"2.0","method":"ping"}`)
	if s = settled(t, c, in); s.Rows != rows+1 || !s.Stopped {
		t.Errorf("what comes is decided: %+v, had %d rows", s, rows)
	}
	off := in
	off.Off = []string{"http"}
	if s = settled(t, c, off); s.Rows != rows+1 || !s.Stopped {
		t.Errorf("toggles leave it stopped: %+v", s)
	}

	in.Stop = false
	if s = settled(t, c, in); s.Rows != each+1 || s.Stopped || s.Looked != s.Total {
		t.Errorf("gone on: %+v", s)
	}
	if n := g.above.Load(); n != 0 {
		t.Errorf("%d stretches were looked at twice", n)
	}
	in.Stop, in.Filter = true, "method:pong"
	if s = settled(t, c, in); s.Rows != each || s.Stopped {
		t.Errorf("another filter looks at everything: %+v", s)
	}
	if got := rowSeqs(t, c, "v"); !slices.IsSorted(got) {
		t.Error("rows rise")
	}
}
