package wire

import (
	"fmt"
	"testing"
)

// followAll reads what a follower has not seen and tells the log that it is stored.
func followAll(t *testing.T, l *Log, at Cursor, seen map[uint64]Changed) Cursor {
	t.Helper()
	for more := true; more; {
		var fresh, changed []Changed
		fresh, changed, at, more = l.Follow(at, nil, nil)
		for _, c := range append(fresh, changed...) {
			seen[c.Entry.Seq] = c
		}
	}
	return at
}

func TestFollowTellsEveryEntryAndEveryChange(t *testing.T) {
	l := NewLog(Config{})
	seen := map[uint64]Changed{}
	var at Cursor
	for i := range 1000 {
		l.Append(frame("a", Out, request(fmt.Sprint(i))))
		if i%3 == 0 {
			at = followAll(t, l, at, seen)
		}
		l.Append(frame("a", In, result(fmt.Sprint(i))))
	}
	at = followAll(t, l, at, seen)
	if len(seen) != 2000 {
		t.Fatalf("%d entries were told, not 2000", len(seen))
	}
	for seq := uint64(1); seq <= 2000; seq++ {
		e, _ := l.Entry(seq)
		if got := seen[seq].Entry; got.Rev != e.Rev || got.Pair == 0 {
			t.Fatalf("entry %d was told as %+v, is %+v", seq, got, e)
		}
		if c := seen[seq]; e.Message == MsgRequest && c.Bodies == e.Rev {
			t.Fatalf("pairing entry %d counted as a new body", seq)
		}
	}
	if fresh, changed, next, more := l.Follow(at, nil, nil); len(fresh)+len(changed) > 0 || more || next != at {
		t.Errorf("an up-to-date follower got %d new and %d changed ones", len(fresh), len(changed))
	}
}

func TestStoredBodiesLeaveSilently(t *testing.T) {
	l := NewLog(Config{KeepStored: 4000, MaxBytes: 100_000})
	body := func(seq uint64) bool {
		b, _, _, ok := l.Body(seq, PartMessage, 0, -1)
		return ok && len(b) == 1000
	}
	for range 20 {
		l.Append(Draft{Entry: Entry{Conn: "a", Kind: KindStderr}, Message: make([]byte, 1000)})
	}
	if !body(1) {
		t.Fatal("a body left that nobody had stored")
	}
	seen := map[uint64]Changed{}
	at := followAll(t, l, Cursor{}, seen)
	l.Append(Draft{Entry: Entry{Conn: "a", Kind: KindStderr}, Message: make([]byte, 1000)})
	l.Stored(at)
	if body(1) || body(17) || !body(19) || !body(21) {
		t.Errorf("in memory: 1 %v, 17 %v, 19 %v, 21 %v", body(1), body(17), body(19), body(21))
	}
	e, ok := l.Entry(1)
	if !ok || e.Dropped || e.Rev != 1 {
		t.Errorf("entry 1 changed: %+v", e)
	}
	if p := l.Page(at.Rev, 0); len(p.Entries) != 1 {
		t.Errorf("%d entries changed, not the new one alone", len(p.Entries))
	}
}

func TestABodySetAfterStoringStays(t *testing.T) {
	l := NewLog(Config{KeepStored: 1, MaxBytes: 100_000})
	seq := l.Append(Draft{Entry: Entry{Conn: "a", Kind: KindHTTP, Open: true}, Exchange: &Exchange{}, Request: make([]byte, 500)})
	at := followAll(t, l, Cursor{}, map[uint64]Changed{})
	l.Update(seq, func(d *Draft) { d.Response, d.Entry.Open = make([]byte, 700), false })
	l.Append(Draft{Entry: Entry{Conn: "a", Kind: KindStderr}, Message: make([]byte, 10)})
	l.Stored(at)
	if b, _, _, ok := l.Body(seq, PartResponse, 0, -1); !ok || len(b) != 700 {
		t.Fatal("the answer left before it was stored")
	}
	at = followAll(t, l, at, map[uint64]Changed{})
	l.Append(Draft{Entry: Entry{Conn: "a", Kind: KindStderr}, Message: make([]byte, 10)})
	l.Stored(at)
	for _, part := range []Part{PartRequest, PartResponse} {
		if b, _, _, ok := l.Body(seq, part, 0, -1); ok {
			t.Errorf("%s: %d bytes are still there", part, len(b))
		}
	}
}

func TestStoredEntriesLeaveWithoutAGap(t *testing.T) {
	l := NewLog(Config{KeepEntries: 100, MaxEntries: 300})
	for range 250 {
		l.Append(Draft{Entry: Entry{Conn: "a", Kind: KindStderr}})
	}
	at := followAll(t, l, Cursor{}, map[uint64]Changed{})
	l.Stored(at)
	p := l.Page(0, 0)
	if p.FirstAvailable != 151 || len(p.Entries) != 100 || p.Entries[0].Kind == KindGap {
		t.Fatalf("from %d, %d entries, first %+v", p.FirstAvailable, len(p.Entries), p.Entries[0])
	}
	for range 250 { // unstored: only they make a gap
		l.Append(Draft{Entry: Entry{Conn: "a", Kind: KindStderr}})
	}
	gap, ok := l.Entry(l.Page(0, 1).FirstAvailable)
	if !ok || l.gap.count == 0 && gap.Kind == KindGap || l.gap.count > 0 && gap.Kind != KindGap {
		t.Errorf("%d entries lost, the first is %+v", l.gap.count, gap)
	}
	lost := l.gap.count
	for range 250 {
		l.Append(Draft{Entry: Entry{Conn: "a", Kind: KindStderr}})
	}
	if l.gap.count <= lost || l.gap.first <= 250 {
		t.Errorf("gap from %d of %d entries: the stored ones are in it", l.gap.first, l.gap.count)
	}
}
