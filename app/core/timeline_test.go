package core

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// An index that got its entries in any order, some of them twice, tells what a plain reading of them tells.
func TestTimeIndex(t *testing.T) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 1))
		var x timeIndex
		all := map[uint64]timed{}
		base := uint64(1000)
		seqs := make([]uint64, 3000)
		for i := range seqs {
			seqs[i] = base + uint64(i)*uint64(1+r.IntN(int(1+seed*40)))
		}
		switch seed % 3 {
		case 1:
			slices.Reverse(seqs)
		case 2:
			r.Shuffle(len(seqs), func(i, j int) { seqs[i], seqs[j] = seqs[j], seqs[i] })
		}
		for i := range 5000 {
			seq := seqs[i%len(seqs)]
			if i >= len(seqs) {
				seq = seqs[r.IntN(len(seqs))]
			}
			e := timed{seq: seq, at: int64(1e15) + int64(seq)*int64(r.IntN(2_000_000)+1), took: int64(r.IntN(3) * r.IntN(1_000_000)), failed: r.IntN(5) == 0}
			if seed == 5 { // days between two
				e.at = int64(1e15) + int64(seq)*3600e6
			}
			if r.IntN(4) > 0 {
				e.key = laneKey{[]string{"a", "b"}[r.IntN(2)], LaneHTTP}
			}
			x.put(e)
			all[seq] = e
		}
		if x.n != len(all) {
			t.Fatalf("%d entries, want %d", x.n, len(all))
		}
		first, last, _ := x.bounds()
		for range 20 {
			from := first + r.Int64N(last-first)
			to := from + 1 + r.Int64N(last-from+2)
			step := max(1, (to-from)/int64(1+r.IntN(300)))
			even := func(seq uint64) bool { return seq%2 == 0 }
			for _, hit := range []func(uint64) bool{nil, even} {
				got := map[string]int{}
				for lane, bs := range x.window(from, to, step, hit) {
					for k, b := range bs {
						if b.n > 0 {
							got[fmt.Sprint(x.lanes[lane], k, " n")] = b.n
							got[fmt.Sprint(x.lanes[lane], k, " errors")] = b.errors
							got[fmt.Sprint(x.lanes[lane], k, " took")] = int(b.took)
							got[fmt.Sprint(x.lanes[lane], k, " hits")] = b.hits
						}
					}
				}
				want := map[string]int{}
				for seq, e := range all {
					if e.key.lane == "" || e.at < from || e.at >= to {
						continue
					}
					k := fmt.Sprint(e.key, (e.at-from)/step)
					want[k+" n"]++
					want[k+" errors"] += 0
					want[k+" hits"] += 0
					if e.failed {
						want[k+" errors"]++
					}
					if hit != nil && hit(seq) {
						want[k+" hits"]++
					}
					want[k+" took"] = max(want[k+" took"], int(tookMark(e.took, false)))
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("seed %d, %d..%d by %d: -want +got\n%s", seed, from, to, step, diff)
				}
			}
		}
	}
}

func TestTookMark(t *testing.T) {
	for us := int64(1); us < 1<<31; us = us*5/4 + 1 {
		for _, failed := range []bool{false, true} {
			m := tookMark(us, failed)
			if got := tookOf(m); got < us*9/10-1 || got > us*11/10+1 || (m&errorMark != 0) != failed {
				t.Errorf("%d µs, %v is kept as %d µs", us, failed, got)
			}
		}
	}
	if tookOf(tookMark(0, true)) != 0 {
		t.Error("nothing became something")
	}
}

// timelineDone asks for all of a view's timeline until nothing is missing.
func timelineDone(t *testing.T, c *Core, in TimelineInput) Timeline {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		got, err := c.Timeline(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		if got.Done {
			return got
		}
		if time.Now().After(deadline) {
			t.Fatalf("the timeline is not done: %+v", got)
		}
	}
}

// A call is one span, from its request to its answer; lanes tell what it was.
func TestTimeline(t *testing.T) {
	c := viewCore(t, wire.Config{})
	at := int64(1_800_000_000_000_000)
	put := func(e wire.Entry, body string) uint64 {
		e.Conn = "a"
		return c.log.Append(wire.Draft{Entry: e, Message: []byte(body)})
	}
	put(wire.Entry{Kind: wire.KindFrame, Dir: wire.Out, Time: at}, call(1, "x"))
	answer := put(wire.Entry{Kind: wire.KindFrame, Dir: wire.In, Time: at + 5000}, `{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"x"}}`)
	asks := put(wire.Entry{Kind: wire.KindFrame, Dir: wire.In, Time: at + 6000}, `{"jsonrpc":"2.0","id":7,"method":"roots/list"}`)
	x := c.log.Append(wire.Draft{
		Entry:    wire.Entry{Conn: "a", Kind: wire.KindHTTP, Dir: wire.Out, Time: at + 100, Took: 4800, Status: 200},
		Exchange: &wire.Exchange{Timing: wire.Timing{DNS: 10, Wait: 4000}},
	})
	put(wire.Entry{Kind: wire.KindFrame, Dir: wire.In, Time: at + 7000}, `{"jsonrpc":"2.0","method":"notifications/message"}`)
	put(wire.Entry{Kind: wire.KindFrame, Dir: wire.In, Time: at + 7000}, `{"jsonrpc":"2.0","method":"notifications/tasks/status"}`)
	put(wire.Entry{Kind: wire.KindHTTP, Time: at + 7000, Purpose: wire.PurposeToken}, "")
	put(wire.Entry{Kind: wire.KindStderr, Time: at + 7000}, "x")
	put(wire.Entry{Kind: wire.KindLifecycle, Time: at + 9999}, "")
	settled(t, c, ViewInput{View: "v", Scope: ViewScope{All: true}, Filter: "status:error"})
	got := timelineDone(t, c, TimelineInput{View: "v", Pixels: 10})
	var lanes []string
	for _, l := range got.Lanes {
		lanes = append(lanes, fmt.Sprint(l.Lane, l.At, l.N, l.Errors, l.Hits))
	}
	want := []string{
		"client[0] [1] [1] [1]", "server[6] [1] [0] [0]", "notifications[7] [1] [0] [0]", "tasks[7] [1] [0] [0]",
		"http[0] [1] [0] [0]", "signin[7] [1] [1] [1]", "stderr[7] [1] [0] [0]", "state[9] [1] [0] [0]",
	}
	if diff := cmp.Diff(want, lanes); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got.From != at || got.To != at+10_000 || got.Step != 1000 || !got.Whole || len(got.Spans) != 8 {
		t.Errorf("got %+v", got)
	}
	for _, s := range got.Spans {
		switch s.Seq {
		case answer:
			if s.Time != at || s.Took != 5000 || !s.Failed || !s.Row || s.Lane != LaneClient {
				t.Errorf("the call is %+v", s)
			}
		case asks:
			if !s.Open || s.Lane != LaneServer || s.Row {
				t.Errorf("the question is %+v", s)
			}
		case x:
			if s.Phases == nil || s.Phases.Wait != 4000 {
				t.Errorf("the exchange is %+v", s)
			}
		}
	}
	// What began before the stretch and goes on in it is a span of it.
	got = timelineDone(t, c, TimelineInput{View: "v", From: at + 2000, To: at + 3000, Pixels: 10})
	if len(got.Spans) != 2 {
		t.Errorf("under way between 2 and 3 ms: %+v", got.Spans)
	}
	if _, err := c.Timeline(context.Background(), TimelineInput{View: "v", To: math.MaxInt64, Pixels: 10}); err == nil {
		t.Error("a stretch to the end of all numbers was drawn")
	}
	if _, err := c.Timeline(context.Background(), TimelineInput{View: "v", From: 5, To: 1, Pixels: 10}); err == nil {
		t.Error("a stretch that ends before it begins is drawn")
	}
}

// While entries come and change, the timeline ends up telling of every one once.
func TestTimelineFollows(t *testing.T) {
	c := viewCore(t, wire.Config{})
	r := rand.New(rand.NewPCG(4, 4))
	feed(c, r, 3000)
	settled(t, c, ViewInput{View: "v", Scope: ViewScope{All: true}})
	for range 5 {
		timelineDone(t, c, TimelineInput{View: "v", Pixels: 100})
		feed(c, r, 500)
	}
	want := map[string]int{}
	first, last, _ := c.log.Bounds()
	for seq := first; seq <= last; seq++ {
		e, _ := c.log.Entry(seq)
		if lane := laneOf(&e); lane != "" {
			want[e.Conn+lane]++
			if query.Failed(&e) {
				want[e.Conn+lane+" errors"]++
			}
		}
	}
	got := map[string]int{}
	for _, l := range timelineDone(t, c, TimelineInput{View: "v", Pixels: 100}).Lanes {
		for i := range l.At {
			got[l.Conn+l.Lane] += l.N[i]
			if l.Errors[i] > 0 {
				got[l.Conn+l.Lane+" errors"] += l.Errors[i]
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// BenchmarkTimelineRedraw is a redraw of a million entries at 1,200 pixels: 33 ms at most, the bridge and the drawing
// included.
func BenchmarkTimelineRedraw(b *testing.B) {
	r := rand.New(rand.NewPCG(4, 4))
	for _, size := range []int{10_000, 100_000, 1_000_000, 10_000_000} {
		var x timeIndex
		keys := []laneKey{{"a", LaneClient}, {"a", LaneHTTP}, {"a", LaneNotifications}, {"b", LaneClient}, {"b", LaneStderr}}
		at := int64(1e15)
		for i := range size {
			if at += int64(r.IntN(2000)); r.IntN(5000) == 0 {
				at += int64(r.IntN(1e9))
			}
			x.put(timed{seq: uint64(i + 1), at: at, took: int64(r.IntN(1e6)), key: keys[r.IntN(5)]})
		}
		first, last, _ := x.bounds()
		for name, part := range map[string]int64{"all": 1, "tenth": 10} {
			for _, hit := range []func(uint64) bool{nil, func(seq uint64) bool { return seq%3 == 0 }} {
				b.Run(fmt.Sprintf("%d/%s/filtered=%v", size, name, hit != nil), func(b *testing.B) {
					width := (last - first) / part
					for b.Loop() {
						x.window(first, first+width, max(1, width/1200), hit)
					}
					b.ReportMetric(float64(x.bytes())/float64(size), "B/entry")
				})
			}
		}
	}
}
