package wire

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func frame(conn string, dir Dir, body string) Draft {
	return Draft{Entry: Entry{Conn: conn, Kind: KindFrame, Dir: dir}, Message: []byte(body)}
}

func request(id string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{"name":"echo"}}`
}

func result(id string) string { return `{"jsonrpc":"2.0","id":` + id + `,"result":{}}` }

func entry(t *testing.T, l *Log, seq uint64) Entry {
	t.Helper()
	e, ok := l.Entry(seq)
	if !ok {
		t.Fatalf("entry %d is not there", seq)
	}
	return e
}

func TestAppendPairs(t *testing.T) {
	l := NewLog(Config{})
	ask := frame("a", Out, request("7"))
	ask.Entry.Time, ask.Entry.Call = 1000, "c1"
	q := l.Append(ask)
	if e := entry(t, l, q); !e.Open || e.Pair != 0 {
		t.Errorf("request before its answer: %+v", e)
	}
	other := l.Append(frame("b", In, result("7")))
	same := l.Append(frame("a", Out, result("7")))
	back := frame("a", In, result("7"))
	back.Entry.Time = 1250
	r := l.Append(back)

	want := Entry{
		Seq: q, Conn: "a", Time: 1000, Kind: KindFrame, Dir: Out, Message: MsgRequest, Method: "tools/call", Name: "echo", ID: "7",
		Call: "c1", Pair: r, Took: 250, Bytes: int64(len(request("7"))),
	}
	if diff := cmp.Diff(want, entry(t, l, q), cmpopts.IgnoreFields(Entry{}, "Rev")); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	want = Entry{
		Seq: r, Conn: "a", Time: 1250, Kind: KindFrame, Dir: In, Message: MsgResponse, Method: "tools/call", Name: "echo", ID: "7",
		Call: "c1", Pair: q, Took: 250, Bytes: int64(len(result("7"))),
	}
	if diff := cmp.Diff(want, entry(t, l, r), cmpopts.IgnoreFields(Entry{}, "Rev")); diff != "" {
		t.Errorf("response (-want +got):\n%s", diff)
	}
	for _, seq := range []uint64{other, same} {
		if e := entry(t, l, seq); e.Pair != 0 || len(e.Findings) != 1 || !strings.HasPrefix(e.Findings[0], "answers no request") {
			t.Errorf("an answer to nothing: %+v", e)
		}
	}
	again := entry(t, l, l.Append(frame("a", In, result("7"))))
	if again.Pair != q || again.Took != 0 || !strings.HasPrefix(again.Findings[0], "a second answer to entry 1") {
		t.Errorf("second answer: %+v", again)
	}
	if e := entry(t, l, q); e.Pair != r {
		t.Errorf("the second answer took the first one's place: %+v", e)
	}
}

func TestAppendPairsByRawID(t *testing.T) {
	l := NewLog(Config{})
	l.Append(frame("a", Out, request(`3`)))
	if e := entry(t, l, l.Append(frame("a", In, result(`"3"`)))); e.Pair != 0 {
		t.Error(`"3" is not 3`)
	}
	if e := entry(t, l, l.Append(frame("a", Out, request(`3`)))); len(e.Findings) != 1 || !strings.Contains(e.Findings[0], "used before, by entry 1") {
		t.Errorf("a repeated id: %+v", e)
	}
	replay := frame("a", Out, request(`3`))
	replay.Entry.Purpose = "replay"
	q := l.Append(replay)
	if e := entry(t, l, q); len(e.Findings) != 0 {
		t.Errorf("a replay: %+v", e)
	}
	if e := entry(t, l, l.Append(frame("a", In, result(`3`)))); e.Pair != q {
		t.Errorf("the answer belongs to the latest: %+v", e)
	}
	if e := entry(t, l, l.Append(frame("a", In, `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}}`))); e.Pair != 0 {
		t.Errorf("id null: %+v", e)
	}
}

func TestAppendKeepsWhatTheTapSaid(t *testing.T) {
	l := NewLog(Config{})
	d := Draft{Entry: Entry{Kind: KindFrame, Dir: In, Message: MsgInvalid, Note: "mine", Bytes: 99}, Message: []byte(`{"method":"x"}`)}
	if e := entry(t, l, l.Append(d)); e.Method != "" || e.Note != "mine" || e.Bytes != 99 || e.Time == 0 {
		t.Errorf("got %+v", e)
	}
}

func TestUpdate(t *testing.T) {
	l := NewLog(Config{})
	seq := l.Append(Draft{
		Entry:    Entry{Conn: "a", Kind: KindHTTP, Open: true, Time: 5},
		Exchange: &Exchange{Method: "POST", URL: "http://x/"}, Request: []byte("ask"),
	})
	before, _ := l.Exchange(seq)
	l.Update(seq, func(d *Draft) {
		d.Entry.Open, d.Entry.Status, d.Entry.Conn, d.Entry.Seq = false, 200, "b", 77
		d.Exchange.Status = 200
		d.Exchange.ResponseHeaders = append(d.Exchange.ResponseHeaders, Header{"A", "b"})
		d.Response = []byte("answer")
	})
	want := Entry{Seq: seq, Rev: 2, Conn: "a", Time: 5, Kind: KindHTTP, Status: 200, Bytes: 6, ReqBytes: 3}
	if diff := cmp.Diff(want, entry(t, l, seq)); diff != "" {
		t.Errorf("entry (-want +got):\n%s", diff)
	}
	if x, _ := l.Exchange(seq); x.Status != 200 || len(x.ResponseHeaders) != 1 || x.RequestHeaders == nil {
		t.Errorf("exchange: %+v", x)
	}
	if before.Status != 0 || len(before.ResponseHeaders) != 0 {
		t.Error("an exchange that went out was changed")
	}
	if b, kept, total, ok := l.Body(seq, PartResponse, 2, 3); string(b) != "swe" || kept != 6 || total != 6 || !ok {
		t.Errorf("response: %q %d %d %v", b, kept, total, ok)
	}
	if b, _, _, ok := l.Body(seq, PartRequest, 0, -1); string(b) != "ask" || !ok {
		t.Errorf("request: %q", b)
	}
	if _, _, _, ok := l.Body(seq, PartMessage, 0, -1); ok {
		t.Error("an exchange has no message")
	}
	l.Update(99, func(*Draft) { t.Error("an entry that is not there was changed") })
}

func TestBodyRanges(t *testing.T) {
	l := NewLog(Config{})
	seq := l.Append(Draft{Entry: Entry{Kind: KindStderr}, Message: []byte("0123456789")})
	for _, tt := range []struct {
		offset, length int64
		want           string
	}{{0, 4, "0123"}, {8, 100, "89"}, {10, 1, ""}, {1 << 60, 1 << 60, ""}, {-5, 2, "01"}, {4, 0, ""}, {4, -1, "456789"}, {2, 1 << 62, "23456789"}} {
		if b, kept, total, ok := l.Body(seq, PartMessage, tt.offset, tt.length); string(b) != tt.want || kept != 10 || total != 10 || !ok {
			t.Errorf("%d+%d: %q %d %d %v", tt.offset, tt.length, b, kept, total, ok)
		}
	}
	if _, _, _, ok := l.Body(seq, PartRequest, 0, 1); ok {
		t.Error("a line has no request")
	}
	if _, _, _, ok := l.Body(0, PartMessage, 0, 1); ok {
		t.Error("there is no entry 0")
	}
}

// A reader that follows the cursor ends up with every entry at its latest state, whatever happens between pages.
func TestPageConverges(t *testing.T) {
	l := NewLog(Config{MaxBytes: 20_000, MaxEntries: 600})
	rnd := rand.New(rand.NewPCG(1, 2))
	have := map[uint64]Entry{}
	var after, first uint64
	pull := func(limit int) int {
		p := l.Page(after, limit)
		if p.Entries == nil || len(p.Entries) > limit {
			t.Fatalf("%d entries for limit %d", len(p.Entries), limit)
		}
		last := after
		for _, e := range p.Entries {
			if e.Rev <= last || e.Rev > p.Next {
				t.Fatalf("revision %d behind %d, next %d", e.Rev, last, p.Next)
			}
			last = e.Rev
			have[e.Seq] = e
		}
		after, first = p.Next, p.FirstAvailable
		return len(p.Entries)
	}
	for i := range 6000 {
		switch k := rnd.IntN(10); {
		case k < 4:
			l.Append(frame("a", Out, request(fmt.Sprint(i))))
		case k < 7:
			l.Append(frame("a", In, result(fmt.Sprint(i-rnd.IntN(4)-1))))
		case k < 9:
			l.Update(uint64(rnd.IntN(i+1)), func(d *Draft) { d.Entry.Status++; d.Message = make([]byte, rnd.IntN(200)) })
		default:
			pull(1 + rnd.IntN(50))
		}
		if i == 3000 {
			l.Clear()
		}
	}
	for pull(37) > 0 {
	}
	want := map[uint64]Entry{}
	for _, e := range l.Page(0, MaxPage).Entries {
		want[e.Seq] = e
	}
	for seq := range have {
		if seq < first {
			delete(have, seq)
		}
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("following the cursor (-whole +followed):\n%s", diff)
	}
	if len(want) < 100 {
		t.Errorf("only %d entries are left", len(want))
	}
}

func TestPageEmpty(t *testing.T) {
	l := NewLog(Config{})
	if diff := cmp.Diff(Page{Entries: []Entry{}, FirstAvailable: 1}, l.Page(0, 10)); diff != "" {
		t.Errorf("empty log (-want +got):\n%s", diff)
	}
	l.Append(Draft{Entry: Entry{Kind: KindLifecycle}})
	if p := l.Page(1, 10); len(p.Entries) != 0 || p.Next != 1 || p.Last != 1 {
		t.Errorf("nothing new: %+v", p)
	}
	if p := l.Page(1<<60, 10); len(p.Entries) != 0 || p.Next != 1 {
		t.Errorf("a cursor from elsewhere: %+v", p)
	}
	l.Clear()
	if p := l.Page(0, 10); len(p.Entries) != 0 || p.FirstAvailable != 2 || p.Last != 1 || p.Next != 2 {
		t.Errorf("cleared: %+v", p)
	}
	if seq := l.Append(Draft{Entry: Entry{Kind: KindLifecycle}}); seq != 2 {
		t.Errorf("numbers start again at %d", seq)
	}
}

func TestSubscribe(t *testing.T) {
	l := NewLog(Config{})
	var mu sync.Mutex
	var seen uint64
	running := false
	cancel := l.Subscribe(func(rev uint64) {
		mu.Lock()
		if running {
			t.Error("called twice at once")
		}
		running = true
		mu.Unlock()
		l.Page(0, 1) // the log is not locked
		mu.Lock()
		running, seen = false, max(seen, rev)
		mu.Unlock()
	})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 500 {
				l.Append(frame("a", In, `{"jsonrpc":"2.0","method":"notifications/message"}`))
			}
		})
	}
	wg.Wait()
	eventually(t, func() bool { mu.Lock(); defer mu.Unlock(); return seen == 2000 })
	cancel()
	cancel()
	l.Append(Draft{})
	mu.Lock()
	defer mu.Unlock()
	if seen != 2000 {
		t.Errorf("told of revision %d after cancel", seen)
	}
}

func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not happen")
		}
	}
}

// Everything at once, for the race detector; and nothing is lost.
func TestConcurrentUse(t *testing.T) {
	l := NewLog(Config{MaxBytes: 50_000})
	m := NewMasker(nil)
	var readers, writers sync.WaitGroup
	stop := make(chan struct{})
	reader := func(f func()) {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					f()
				}
			}
		})
	}
	var after uint64
	have := map[uint64]Entry{}
	pull := func() int {
		p := l.Page(after, 100)
		for _, e := range p.Entries {
			have[e.Seq] = e
		}
		after = p.Next
		return len(p.Entries)
	}
	reader(func() { pull() })
	reader(func() { l.Range(rand.Uint64N(2000), 1<<40, make([]Entry, 0, 100)) })
	reader(func() { l.Body(rand.Uint64N(2000), PartMessage, 0, 10); l.Exchange(rand.Uint64N(2000)) })
	reader(func() { m.Reveal("c0", "‹token #0000›"); m.Text("c0", []byte("secret-value")) })
	for w := range 3 {
		conn := fmt.Sprintf("c%d", w)
		writers.Go(func() {
			for i := range 400 {
				id := fmt.Sprint(i)
				if i%20 == 0 {
					m.Add(conn, "token", "secret-value-"+id)
				}
				l.Append(frame(conn, Out, request(id)))
				x := l.Append(Draft{Entry: Entry{Conn: conn, Kind: KindHTTP, Open: true}, Exchange: &Exchange{}, Request: []byte("value")})
				l.Update(x, func(d *Draft) {
					d.Entry.Open, d.Exchange.Status = false, 200
					d.Response = m.Text(conn, []byte("a secret-value-"+id))
				})
				l.Append(frame(conn, In, result(id)))
			}
			m.Forget(conn)
		})
	}
	writers.Wait()
	close(stop)
	readers.Wait()
	for pull() > 0 {
	}
	if len(have) != 3*3*400 {
		t.Errorf("%d entries, want %d", len(have), 3*3*400)
	}
	for _, e := range have {
		if e.Open || e.Kind == KindFrame && e.Pair == 0 || len(e.Findings) > 0 {
			t.Fatalf("left open or unpaired: %+v", e)
		}
	}
}
