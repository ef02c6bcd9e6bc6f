package wire

import (
	"fmt"
	"strings"
	"testing"
)

func TestBodiesLeaveOldestFirst(t *testing.T) {
	l := NewLog(Config{MaxBytes: 1000})
	body := strings.Repeat("x", 300)
	for range 4 {
		l.Append(frame("a", In, body))
	}
	for seq := uint64(1); seq <= 4; seq++ {
		e := entry(t, l, seq)
		_, kept, total, ok := l.Body(seq, PartMessage, 0, -1)
		if want := seq == 1; e.Dropped != want || (kept == 0) != want || total != 300 || !ok {
			t.Errorf("entry %d: dropped %v, kept %d of %d", seq, e.Dropped, kept, total)
		}
	}
	p := l.Page(4, 10)
	if len(p.Entries) != 1 || p.Entries[0].Seq != 1 {
		t.Errorf("the drop is not told: %+v", p.Entries)
	}
	l.Update(1, func(d *Draft) { d.Message = []byte("again") })
	if e := entry(t, l, 1); e.Dropped {
		t.Error("a body that came back counts as dropped")
	}
}

// An exchange that is answered late has a body younger than its number: it must not leave first.
func TestLateBodyIsYoung(t *testing.T) {
	l := NewLog(Config{MaxBytes: 1000})
	x := l.Append(Draft{Entry: Entry{Kind: KindHTTP, Open: true}, Exchange: &Exchange{}, Request: []byte("ask")})
	l.Append(frame("a", In, strings.Repeat("x", 600)))
	l.Update(x, func(d *Draft) { d.Response = []byte(strings.Repeat("y", 300)) })
	l.Append(frame("a", In, strings.Repeat("z", 200)))
	if entry(t, l, x).Dropped || !entry(t, l, 2).Dropped {
		t.Error("the late answer left before the older frame")
	}
}

func TestBodyIsCut(t *testing.T) {
	l := NewLog(Config{MaxBytes: 100})
	seq := l.Append(frame("a", In, strings.Repeat("x", 300)))
	_, kept, total, _ := l.Body(seq, PartMessage, 0, -1)
	if e := entry(t, l, seq); !e.Cut || e.Dropped || kept != 100 || total != 300 {
		t.Errorf("cut %v, dropped %v, kept %d of %d", e.Cut, e.Dropped, kept, total)
	}
}

func TestEntriesLeaveAsGap(t *testing.T) {
	l := NewLog(Config{MaxEntries: 100})
	for i := range 1000 {
		l.Append(frame("a", Out, request(fmt.Sprint(i))))
	}
	p := l.Page(0, 1000)
	if len(p.Entries) > 100 || p.FirstAvailable != 1001-uint64(len(p.Entries)) {
		t.Errorf("%d entries from %d", len(p.Entries), p.FirstAvailable)
	}
	gap := entry(t, l, p.FirstAvailable)
	want := fmt.Sprintf("entries 1 to %d left the log: %d entries, ", gap.Seq, gap.Seq)
	if gap.Kind != KindGap || !strings.HasPrefix(gap.Note, want) || gap.Bytes == 0 {
		t.Errorf("got %+v, want note %q", gap, want)
	}
	e := entry(t, l, l.Append(frame("a", In, result("0"))))
	if len(e.Findings) != 0 || e.Pair != 0 || e.Method != "tools/call" {
		t.Errorf("answer to a request that left: %+v", e)
	}
}

func TestPairsAreBounded(t *testing.T) {
	l := NewLog(Config{MaxEntries: 10})
	for i := range maxOpen + 1000 {
		l.Append(frame("a", In, request(fmt.Sprint(i))))
		l.Append(frame("b", Out, request(fmt.Sprint(i))))
		l.Append(frame("b", In, result(fmt.Sprint(i))))
	}
	if n, m := len(l.pairs.open), len(l.pairs.answered); n > maxOpen+10 || m > 10 {
		t.Errorf("%d open and %d answered requests are remembered", n, m)
	}
}

// A call may run for hours at a breakpoint while the user clears the log.
func TestClearKeepsOpenRequests(t *testing.T) {
	l := NewLog(Config{})
	d := frame("a", Out, request("1"))
	d.Entry.Time = 10
	l.Append(d)
	l.Clear()
	d = frame("a", In, result("1"))
	d.Entry.Time = 30
	e := entry(t, l, l.Append(d))
	if e.Took != 20 || e.Method != "tools/call" || e.Pair != 0 || len(e.Findings) != 0 {
		t.Errorf("got %+v", e)
	}
}

// Headers alone can fill the log, too.
func TestHeadersAreBounded(t *testing.T) {
	l := NewLog(Config{MaxBytes: 10_000})
	for range 500 {
		l.Append(Draft{Entry: Entry{Kind: KindHTTP}, Exchange: &Exchange{ResponseHeaders: []Header{{"A", strings.Repeat("b", 500)}}}})
	}
	if l.bytes > l.maxBytes {
		t.Errorf("%d bytes are kept", l.bytes)
	}
}
