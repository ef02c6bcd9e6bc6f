package wire

import "testing"

func TestRange(t *testing.T) {
	l := NewLog(Config{MaxEntries: 100})
	if first, last, _ := l.Bounds(); last >= first {
		t.Errorf("an empty log has the bounds %d..%d", first, last)
	}
	for range 150 {
		l.Append(Draft{Entry: Entry{Conn: "a", Kind: KindStderr}})
	}
	first, last, rev := l.Bounds()
	if first <= 1 || last != 150 || rev < 150 {
		t.Fatalf("bounds are %d..%d at %d", first, last, rev)
	}
	buf := make([]Entry, 0, 10)
	for _, c := range []struct{ from, to, want1, wantN uint64 }{
		{0, 1000, first, first + 9},
		{first + 3, first + 5, first + 3, first + 5},
		{148, 200, 148, 150},
	} {
		got := l.Range(c.from, c.to, buf)
		if len(got) == 0 || got[0].Seq != c.want1 || got[len(got)-1].Seq != c.wantN {
			t.Errorf("range %d..%d is %d long, want %d..%d", c.from, c.to, len(got), c.want1, c.wantN)
		}
	}
	if got := l.Range(1, first-1, buf); len(got) != 0 {
		t.Errorf("entries that left are given: %v", got)
	}
}
