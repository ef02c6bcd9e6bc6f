package capture

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
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

func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapInuse) / 1e6
}

// TestBenchStore prints what `make bench` shows of the store, for growing numbers of stored entries.
func TestBenchStore(t *testing.T) {
	if os.Getenv("BENCH") == "" {
		t.Skip("measured by make bench")
	}
	sizes := []int{10_000, 100_000, 1_000_000}
	if os.Getenv("BENCH") == "all" {
		sizes = append(sizes, 10_000_000)
	}
	fmt.Printf("store %9s %8s %8s %8s %9s %9s %9s %9s %8s\n", "entries", "µs each", "MB disk", "open ms", "filter ms", "scan ms", "first ms", "bodies s", "heap MB")
	for _, n := range sizes {
		benchStore(t, n)
	}
}

func benchStore(t *testing.T, n int) {
	dir := t.TempDir()
	l := wire.NewLog(wire.Config{})
	s := start(t, Config{Dir: dir, Log: l, MaxBytes: 64 << 30})
	began := time.Now()
	fill(t, s, l, n)
	each := float64(time.Since(began).Microseconds()) / float64(n)
	run := s.Run()
	_ = s.Close()

	before := heap()
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
	fmt.Printf("store %9d %8.1f %8.1f %8.1f %9.1f %9.1f %9.1f %9.2f %8.1f\n", n, each, float64(st.Size())/1e6, ms(opened),
		ms(slices.Min(filtered)), ms(slices.Min(scanned)), ms(first), whole.Seconds(), heap()-before)
	_ = s.Close()
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
