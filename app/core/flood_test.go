package core

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// flooded is a core with capture, connected to the flooding server.
func flooded(t *testing.T, kind profile.Transport) (*Core, string) {
	t.Helper()
	c := capturing(t, t.TempDir())
	p := profile.Profile{Name: "flood", Transport: kind}
	if kind == profile.Stdio {
		p.Command, p.Args = self(t), []string{"flood-server"}
	} else {
		p.URL = mcptest.Process(t, self(t), "flood-http")
	}
	saved, err := c.Save(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	l, err := c.Launch(saved.ID)
	if err == nil && l.Hash != "" {
		err = c.Confirm(saved.ID, l.Hash)
	}
	if err != nil {
		t.Fatal(err)
	}
	connect(t, c, saved.ID)
	if _, err := c.Tools(t.Context(), saved.ID, false); err != nil {
		t.Fatal(err)
	}
	return c, saved.ID
}

// flood lets the server send n notifications, and returns when its answer came.
func flood(t *testing.T, c *Core, id string, n int) RunOutput {
	t.Helper()
	out, err := c.Run(t.Context(), RunInput{Call: fmt.Sprint("flood", time.Now()), Profile: id, Tool: "flood", Index: -1, Args: fmt.Sprintf(`{"count":%d,"text":"done"}`, n)})
	if err != nil || out.Err != nil {
		t.Fatal(err, out.Err)
	}
	return out
}

// allStored checks that every notification of a flood is in the store, in its order.
func allStored(t *testing.T, c *Core, from uint64, n int) {
	t.Helper()
	var seqs []uint64
	last := uint64(0)
	err := c.captures.Scan(t.Context(), 0, from, 1<<62, query.NeedMethod|query.NeedKind, nil, func(es []wire.Entry) error {
		for i := range es {
			if es[i].Kind == wire.KindFrame && es[i].Method == "notifications/message" {
				seqs = append(seqs, es[i].Seq)
			}
			if es[i].Seq <= last || es[i].Kind == wire.KindGap {
				return fmt.Errorf("entry %+v after %d", es[i], last)
			}
			last = es[i].Seq
		}
		return nil
	})
	if err != nil || len(seqs) != n {
		t.Fatalf("%d notifications are stored of %d, %v", len(seqs), n, err)
	}
	// Bodies come block by block, which is not always the order of their entries.
	seen, buf := map[uint64]bool{}, []byte(nil)
	err = c.captures.ScanBodies(t.Context(), 0, from, 1<<62, func(seq uint64) bool { _, ok := slices.BinarySearch(seqs, seq); return ok }, func(seq uint64, _ wire.Part, b []byte) error {
		at, ok := slices.BinarySearch(seqs, seq)
		if buf = mcptest.FloodLine(buf, at); !ok || seen[seq] || !bytes.Equal(b, buf) {
			return fmt.Errorf("notification %d is %q", at, b)
		}
		seen[seq] = true
		return nil
	})
	if err != nil || len(seen) != n {
		t.Fatalf("%d bodies are stored of %d, %v", len(seen), n, err)
	}
}

func TestAFloodIsStoredInOrder(t *testing.T) {
	for _, kind := range []profile.Transport{profile.Stdio, profile.HTTP} {
		t.Run(string(kind), func(t *testing.T) {
			c, id := flooded(t, kind)
			const n = 6000
			out := flood(t, c, id, n)
			flushed(t, c)
			allStored(t, c, out.Request, n)
		})
	}
}

// bareFlood is the same flood read by mcp-go's transport alone: how long it takes, and a round trip.
func bareFlood(t *testing.T, tr transport.Interface, n int) (whole, trip time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var got atomic.Int64
	tr.SetNotificationHandler(func(mcp.JSONRPCNotification) { got.Add(1) })
	if err := tr.Start(ctx); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tr.Close() }()
	id := int64(0)
	send := func(method, params string) {
		id++
		res, err := tr.SendRequest(ctx, transport.JSONRPCRequest{JSONRPC: mcp.JSONRPC_VERSION, ID: mcp.NewRequestId(id), Method: method, Params: json.RawMessage(params)})
		if err != nil || res.Error != nil {
			t.Fatalf("bare %s: %v, %+v", method, err, res)
		}
	}
	send("initialize", `{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bare","version":"1"}}`)
	var trips []time.Duration
	for range benchTrips {
		time.Sleep(benchPause)
		began := time.Now()
		send("tools/call", `{"name":"echo","arguments":{"text":"hello"}}`)
		trips = append(trips, time.Since(began))
	}
	began := time.Now()
	send("tools/call", fmt.Sprintf(`{"name":"flood","arguments":{"count":%d,"text":"done"}}`, n))
	for got.Load() < int64(n) && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	if got.Load() != int64(n) {
		t.Fatalf("the bare transport read %d notifications of %d", got.Load(), n)
	}
	return time.Since(began), median(trips)
}

const (
	benchTrips = 300
	benchPause = 2 * time.Millisecond
)

func median(d []time.Duration) time.Duration {
	s := slices.Sorted(slices.Values(d))
	return s[len(s)/2]
}

// resident is the memory of this process in MB, 0 where it is not told.
func resident() float64 {
	raw, _ := os.ReadFile("/proc/self/statm")
	var size, pages float64
	_, _ = fmt.Sscan(string(raw), &size, &pages)
	return pages * float64(os.Getpagesize()) / 1e6
}

// peakOf watches the memory of this process until it is called.
func peakOf() (peak func() float64) {
	debug.FreeOSMemory()
	before, most := resident(), 0.0
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			most = max(most, resident())
			select {
			case <-stop:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	return func() float64 {
		close(stop)
		<-stopped
		return most - before
	}
}

// TestBenchFlood prints what keeping a flood costs beside reading it with the bare transport, and what a round trip
// does. It is a part of `make bench`.
func TestBenchFlood(t *testing.T) {
	if os.Getenv("BENCH") == "" {
		t.Skip("measured by make bench")
	}
	const n = 100_000
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	line := func(name string, value, floor float64, unit, target string, met bool) {
		ratio := ""
		if floor > 0 {
			ratio = fmt.Sprintf("%10.2f %7.2f", floor, value/floor)
		}
		fmt.Printf("flood: %-45s %7.2f %-2s %18s  %-26s %s\n", name, value, unit, ratio, target, map[bool]string{true: "yes", false: "NO"}[met])
	}
	for _, kind := range []profile.Transport{profile.Stdio, profile.HTTP} {
		var floor, floorTrip time.Duration
		if kind == profile.Stdio {
			floor, floorTrip = bareFlood(t, transport.NewStdio(self(t), nil, "flood-server"), n)
		} else {
			tr, err := transport.NewStreamableHTTP(mcptest.Process(t, self(t), "flood-http"))
			if err != nil {
				t.Fatal(err)
			}
			floor, floorTrip = bareFlood(t, tr, n)
		}
		c, id := flooded(t, kind)
		var trips []time.Duration
		for i := range benchTrips {
			time.Sleep(benchPause)
			began := time.Now()
			if _, err := c.Run(t.Context(), RunInput{Call: fmt.Sprint("echo", i), Profile: id, Tool: "echo", Index: -1, Args: `{"text":"hello"}`}); err != nil {
				t.Fatal(err)
			}
			trips = append(trips, time.Since(began))
		}
		flushed(t, c)
		peak := peakOf()
		began := time.Now()
		out := flood(t, c, id, n)
		read := time.Since(began)
		flushed(t, c)
		whole, memory := time.Since(began), peak()
		allStored(t, c, out.Request, n)
		line(fmt.Sprintf("100,000 notifications over %s, read", kind), ms(read), ms(floor), "ms", "<= 2x", read <= 2*floor)
		line(fmt.Sprintf("100,000 notifications over %s, stored", kind), ms(whole), ms(floor), "ms", "<= 2x", whole <= 2*floor)
		line(fmt.Sprintf("memory above idle over %s", kind), memory, 0, "MB", "< 100 MB", memory < 100)
		trip := median(trips)
		line(fmt.Sprintf("echo with capture on over %s, p50", kind), ms(trip), ms(floorTrip), "ms", "<= 1.3x + 0.1 ms", ms(trip) <= 1.3*ms(floorTrip)+0.1)
		_ = c.Close()
	}
}
