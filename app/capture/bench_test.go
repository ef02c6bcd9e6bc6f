package capture

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// notification is about 500 bytes long.
func notification(i int) []byte {
	return fmt.Appendf(nil, `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","logger":"bench","data":{"n":%d,"at":"2026-11-21T12:00:%02d.%06dZ","text":"%s"}}}`,
		i, i%60, i*7919%1000000, strings.Repeat("the quick brown fox jumps over the lazy dog ", 9)[:360-len(strconv.Itoa(i))])
}

// fill stores n entries: notifications, with every tenth a request and its answer and every hundredth over HTTP.
func fill(t testing.TB, s *Store, l *wire.Log, n int) {
	t.Helper()
	for i := range n {
		switch {
		case i%10 == 8:
			l.Append(wire.Draft{Entry: wire.Entry{Conn: "c1", Kind: wire.KindFrame, Dir: wire.Out}, Message: request(i)})
		case i%10 == 9:
			l.Append(wire.Draft{Entry: wire.Entry{Conn: "c1", Kind: wire.KindFrame, Dir: wire.In}, Message: result(i - 1)})
		case i%100 == 50:
			status := 200
			if i%50_000 == 50 {
				status = 500
			}
			l.Append(wire.Draft{
				Entry:    wire.Entry{Conn: "c2", Kind: wire.KindHTTP, Dir: wire.Out, Method: "POST", Name: "http://h/mcp", Status: status, Took: int64(i % 1000)},
				Exchange: &wire.Exchange{Method: "POST", URL: "http://h/mcp", Status: status, ResponseHeaders: []wire.Header{{Name: "Content-Type", Value: "application/json"}}},
				Request:  request(i), Response: result(i),
			})
		default:
			l.Append(wire.Draft{Entry: wire.Entry{Conn: "c1", Kind: wire.KindFrame, Dir: wire.In}, Message: notification(i)})
		}
		if i%20_000 == 19_999 {
			flush(t, s)
		}
	}
	flush(t, s)
}

// resident is the memory of this process in MB once what is not used was given back, 0 where it is not told.
func resident() float64 {
	debug.FreeOSMemory()
	raw, _ := os.ReadFile("/proc/self/statm")
	var size, pages float64
	_, _ = fmt.Sscan(string(raw), &size, &pages)
	return pages * float64(os.Getpagesize()) / 1e6
}

// TestBenchStore prints what `make bench` shows of the store, for growing numbers of stored entries.
func TestBenchStore(t *testing.T) {
	if os.Getenv("BENCH") == "" {
		t.Skip("measured by make bench")
	}
	fmt.Printf("store: %9s %8s %8s %8s %9s %9s %9s %9s %8s\n", "entries", "µs each", "MB disk", "open ms", "filter ms", "scan ms", "first ms", "bodies s", "MB RSS")
	million := map[string]float64{}
	for _, n := range []int{10_000, 100_000, 1_000_000, 10_000_000} {
		got := benchStore(t, n)
		if n == 1_000_000 {
			million = got
		}
	}
	for _, target := range []struct {
		name  string
		limit float64
		unit  string
	}{{"open", 500, "ms"}, {"filter by zones", 200, "ms"}, {"scan of two columns", 200, "ms"}, {"first body found", 300, "ms"}, {"every body searched", 5000, "ms"}, {"memory above the empty store", 60, "MB"}} {
		v := million[target.name]
		fmt.Printf("store: 1,000,000 entries: %-28s %8.2f %s  <= %g %s  %s\n", target.name, v, target.unit, target.limit, target.unit, map[bool]string{true: "yes", false: "NO"}[v <= target.limit])
	}
}

func benchStore(t *testing.T, n int) map[string]float64 {
	dir := t.TempDir()
	l := wire.NewLog(wire.Config{})
	s := start(t, Config{Dir: dir, Log: l, MaxBytes: 64 << 30})
	began := time.Now()
	fill(t, s, l, n)
	each := float64(time.Since(began).Microseconds()) / float64(n)
	run := s.Run()
	_ = s.Close()

	empty := start(t, Config{Dir: t.TempDir()})
	before := resident()
	_ = empty.Close()
	began = time.Now()
	s = start(t, Config{Dir: dir, MaxBytes: 64 << 30})
	opened := time.Since(began)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	var filtered, scanned []time.Duration
	for range 5 {
		began = time.Now()
		count := 0
		err := s.Scan(t.Context(), run, 1, 1<<62, query.NeedStatus, func(z query.Zone) bool { return z.Statuses != nil && !slices.Contains(z.Statuses, 500) }, func(es []wire.Entry) error {
			for i := range es {
				if es[i].Status == 500 {
					count++
				}
			}
			return nil
		})
		filtered = append(filtered, time.Since(began))
		if want := (n + 49_949) / 50_000; err != nil || count != want {
			t.Fatalf("filter: %v, %d found, not %d", err, count, want)
		}
		began = time.Now()
		count = 0
		err = s.Scan(t.Context(), run, 1, 1<<62, query.NeedMethod|query.NeedTook|query.NeedKind, nil, func(es []wire.Entry) error {
			for i := range es {
				if es[i].Method == "tools/call" && es[i].Took >= 0 {
					count++
				}
			}
			return nil
		})
		scanned = append(scanned, time.Since(began))
		if err != nil || count != n/5 {
			t.Fatalf("scan: %v, %d found, not %d", err, count, n/5)
		}
	}
	first, whole := benchBodies(t, s, run, n)
	st, _ := os.Stat(s.path)
	memory := resident() - before
	fmt.Printf("store: %9d %8.1f %8.1f %8.1f %9.1f %9.1f %9.1f %9.2f %8.1f\n", n, each, float64(st.Size())/1e6, ms(opened),
		ms(slices.Min(filtered)), ms(slices.Min(scanned)), ms(first), whole.Seconds(), memory)
	_ = s.Close()
	return map[string]float64{
		"open": ms(opened), "filter by zones": ms(slices.Min(filtered)), "scan of two columns": ms(slices.Min(scanned)),
		"first body found": ms(first), "every body searched": ms(whole), "memory above the empty store": memory,
	}
}

// benchBodies searches every body for a text that the newest entries hold, from the newest down as a view does.
func benchBodies(t *testing.T, s *Store, run uint32, n int) (first, whole time.Duration) {
	text := []byte(fmt.Sprintf(`"n":%d,`, n-5))
	began := time.Now()
	found := 0
	for to := uint64(n); to > 0; {
		from := max(to, 8192) - 8192 + 1
		err := s.ScanBodies(context.Background(), run, from, to, func(uint64) bool { return true }, func(_ uint64, _ wire.Part, body []byte) error {
			if bytes.Contains(body, text) {
				if found++; found == 1 {
					first = time.Since(began)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		to = from - 1
	}
	if found != 1 {
		t.Fatalf("%d bodies found, not 1", found)
	}
	return first, time.Since(began)
}
