package capture

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// patience is how long a test waits for what must happen: machines are starved at times.
const patience = 60 * time.Second

// start opens a store over a log; it is closed at the end of the test.
func start(t testing.TB, c Config) *Store {
	t.Helper()
	if c.Log == nil {
		c.Log = wire.NewLog(wire.Config{})
	}
	s := Open(c)
	t.Cleanup(func() { _ = s.Close() })
	<-s.opened
	return s
}

// flush waits until everything is in the file.
func flush(t testing.TB, s *Store) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.Flush(ctx); err != nil {
		t.Fatal(err)
	}
}

// until waits for what must happen.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %v", what, patience)
		}
	}
}

// wholeLog is a log that keeps everything, to compare with.
func wholeLog() *wire.Log { return wire.NewLog(wire.Config{KeepStored: 1 << 40, KeepEntries: 1 << 40}) }

func request(id int) []byte {
	return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"echo","arguments":{"text":"%d"}}}`, id, id)
}

func result(id int) []byte {
	return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"result":{"content":[{"type":"text","text":"%s"}]}}`, id, strings.Repeat("x", id%300))
}

// traffic appends n requests with their answers, some over HTTP, and stderr lines.
func traffic(l *wire.Log, conn string, n int) {
	for i := range n {
		var exchange uint64
		if i%5 == 0 {
			exchange = l.Append(wire.Draft{
				Entry:    wire.Entry{Conn: conn, Kind: wire.KindHTTP, Dir: wire.Out, Method: "POST", Name: "https://h/mcp", Open: true},
				Exchange: &wire.Exchange{Method: "POST", URL: "https://h/mcp", RequestHeaders: []wire.Header{{Name: "Accept", Value: "application/json"}}},
				Request:  request(i),
			})
		}
		l.Append(wire.Draft{Entry: wire.Entry{Conn: conn, Kind: wire.KindFrame, Dir: wire.Out, Call: fmt.Sprint("call", i), Exchange: exchange}, Message: request(i)})
		if exchange != 0 {
			l.Update(exchange, func(d *wire.Draft) {
				d.Entry.Open, d.Entry.Status, d.Entry.Took = false, 200, int64(i)
				d.Exchange.Status = 200
				d.Exchange.ResponseHeaders = []wire.Header{{Name: "Content-Type", Value: "application/json"}}
				d.Response = result(i)
			})
		}
		l.Append(wire.Draft{Entry: wire.Entry{Conn: conn, Kind: wire.KindFrame, Dir: wire.In, Exchange: exchange}, Message: result(i)})
		if i%7 == 0 {
			l.Append(wire.Draft{Entry: wire.Entry{Conn: conn, Kind: wire.KindStderr, Note: "a line", Findings: []string{"looks odd", fmt.Sprint("number ", i)}}, Message: []byte("a line that is long")})
		}
	}
}

// all reads every entry of a run.
func all(t testing.TB, s *Store, run uint32) (out []wire.Entry) {
	t.Helper()
	err := s.Scan(context.Background(), run, 1, 1<<62, query.NeedEntry, nil, func(es []wire.Entry) error {
		out = append(out, es...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// stripped is an entry as a store gives it back.
func stripped(e wire.Entry) wire.Entry {
	e.Rev, e.Dropped = 0, false
	return e
}

// sameAsLog checks entries, exchanges and bodies of a run against the log that it came from.
func sameAsLog(t *testing.T, s *Store, run uint32, l *wire.Log) {
	t.Helper()
	got := all(t, s, run)
	page := l.Page(0, 1)
	if len(got) == 0 || got[len(got)-1].Seq != page.Last {
		t.Fatalf("%d entries are stored, %d in the log", len(got), page.Last)
	}
	for _, every := range []uint64{1, 7, 1500} { // whole segments, and few of each
		var seqs []uint64
		for seq := uint64(1); seq <= page.Last; seq += every {
			seqs = append(seqs, seq)
		}
		some, err := s.Entries(t.Context(), run, append(seqs, page.Last+5))
		if err != nil || len(some) != len(seqs) {
			t.Fatalf("%d of %d entries, %v", len(some), len(seqs), err)
		}
		for i := range some {
			if diff := cmp.Diff(got[seqs[i]-1], some[i]); diff != "" {
				t.Fatalf("entry %d of every %d: %s", seqs[i], every, diff)
			}
		}
	}
	for i := range got {
		seq := uint64(i + 1)
		want, _ := l.Entry(seq)
		if diff := cmp.Diff(stripped(want), got[i]); diff != "" {
			t.Fatalf("entry %d: (-log +store)\n%s", seq, diff)
		}
		if i%211 != 0 && i > 30 {
			continue
		}
		if one, ok := s.Entry(run, seq); !ok || !cmp.Equal(one, got[i]) {
			t.Fatalf("entry %d alone: %v %+v", seq, ok, one)
		}
		x, xok := l.Exchange(seq)
		y, yok := s.Exchange(run, seq)
		if diff := cmp.Diff(x, y); diff != "" || xok != yok {
			t.Fatalf("exchange %d: %v %v %s", seq, xok, yok, diff)
		}
		for _, part := range parts() {
			b, kept, total, ok := l.Body(seq, part, 0, -1)
			c, kept2, total2, ok2 := s.Body(run, seq, part, 0, -1)
			if !bytes.Equal(b, c) || kept != kept2 || ok != ok2 || ok && total != total2 {
				t.Fatalf("entry %d %s: %d of %d bytes %v, stored %d of %d %v", seq, part, kept, total, ok, kept2, total2, ok2)
			}
		}
	}
}

func TestWhatIsStoredComesBack(t *testing.T) {
	dir := t.TempDir()
	l := wholeLog()
	s := start(t, Config{Dir: dir, Log: l})
	s.Begin(Capture{Conn: "a", Profile: "p1", Server: "One", Transport: "stdio", Target: "one --x", Began: 5})
	for range 40 { // in many batches, so that segments are sealed and late changes are patches
		traffic(l, "a", 30)
		traffic(l, "b", 10)
		flush(t, s)
	}
	traffic(l, "a", 5000)
	flush(t, s)
	sameAsLog(t, s, 0, l)
	run := s.Run()
	sameAsLog(t, s, run, l)
	if st := s.State(); st.Mode != ModeDisk || st.Problem != "" {
		t.Fatalf("state %+v", st)
	}
	s.End("a", time.UnixMicro(77))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	again := start(t, Config{Dir: dir})
	sameAsLog(t, again, run, l)
	if _, last := again.Bounds(0); last != 0 {
		t.Error("the new run has entries of the old")
	}
	list := again.List(t.Context())
	if len(list) != 2 {
		t.Fatalf("captures: %+v", list)
	}
	for _, c := range list {
		if c.Conn == "a" && (c.Server != "One" || c.Profile != "p1" || c.Ended != 77 || c.Began != 5 || c.Entries < 12000 || c.Target != "one --x" || c.Current) {
			t.Errorf("capture %+v", c)
		}
		if c.Conn == "b" && (c.Ended == 0 || c.Entries < 800 || c.ID != fmt.Sprintf("%d:b", run)) {
			t.Errorf("capture %+v", c)
		}
	}
}

func TestALargeBodyIsReadInRanges(t *testing.T) {
	l := wholeLog()
	s := start(t, Config{Dir: t.TempDir(), Log: l})
	body := make([]byte, 5<<20)
	for i := range body {
		body[i] = byte(rand.IntN(256)) //nolint:gosec // test data
	}
	traffic(l, "a", 10)
	seq := l.Append(wire.Draft{Entry: wire.Entry{Conn: "a", Kind: wire.KindFrame, Message: wire.MsgResponse}, Message: body})
	traffic(l, "a", 10)
	flush(t, s)
	for _, r := range [][2]int64{{0, -1}, {0, 10}, {pieceLen - 3, 6}, {pieceLen, pieceLen}, {3*pieceLen + 5, 2*pieceLen + 1}, {int64(len(body)) - 3, 100}, {int64(len(body)) + 1, 5}, {7, 0}} {
		got, kept, total, ok := s.Body(0, seq, wire.PartMessage, r[0], r[1])
		want, k, n, _ := l.Body(seq, wire.PartMessage, r[0], r[1])
		if !ok || !bytes.Equal(got, want) || kept != k || total != n {
			t.Errorf("range %v: %d bytes of %d, want %d", r, len(got), kept, len(want))
		}
	}
}

func TestScanBodiesFindsEveryBody(t *testing.T) {
	l := wholeLog()
	s := start(t, Config{Dir: t.TempDir(), Log: l})
	traffic(l, "a", 5000)
	flush(t, s)
	seen := map[string]int{}
	err := s.ScanBodies(t.Context(), 0, 100, 9000, func(seq uint64) bool { return seq%3 == 0 }, func(seq uint64, part wire.Part, body []byte) error {
		want, _, _, _ := l.Body(seq, part, 0, -1)
		if !bytes.Equal(body, want) || seq%3 != 0 || seq < 100 || seq > 9000 {
			return fmt.Errorf("entry %d %s: %q, not %q", seq, part, body, want)
		}
		seen[fmt.Sprint(seq, part)]++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for seq := uint64(102); seq <= 9000; seq += 3 {
		for _, part := range parts() {
			if b, _, _, ok := l.Body(seq, part, 0, -1); ok && len(b) > 0 && seen[fmt.Sprint(seq, part)] != 1 {
				t.Fatalf("entry %d %s was told %d times", seq, part, seen[fmt.Sprint(seq, part)])
			}
		}
	}
}

func TestScanExchangesFindsEveryExchange(t *testing.T) {
	l := wholeLog()
	s := start(t, Config{Dir: t.TempDir(), Log: l})
	for range 20 {
		traffic(l, "a", 60)
		flush(t, s)
	}
	seen := map[uint64]bool{}
	err := s.ScanExchanges(t.Context(), 0, 50, 2400, func(seq uint64) bool { return seq%3 != 0 }, func(seq uint64, x *wire.Exchange) error {
		want, ok := l.Exchange(seq)
		if diff := cmp.Diff(want, *x); !ok || diff != "" || seq%3 == 0 || seen[seq] {
			return fmt.Errorf("exchange %d: %s", seq, diff)
		}
		seen[seq] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for seq := uint64(50); seq <= 2400; seq++ {
		if _, ok := l.Exchange(seq); ok && seq%3 != 0 && !seen[seq] {
			t.Fatalf("exchange %d was not told", seq)
		}
	}
}
