package wire

import (
	"slices"
	"testing"
)

// A request whose connection ended is not open any more, whoever asked; those of other connections are.
func TestAbandon(t *testing.T) {
	l := NewLog(Config{})
	ours := l.Append(frame("a", Out, request("1")))
	theirs := l.Append(frame("a", In, request("1")))
	answered := l.Append(frame("a", Out, request("2")))
	l.Append(frame("a", In, result("2")))
	other := l.Append(frame("b", Out, request("1")))
	before := l.Page(0, 0).Next
	l.Abandon("a", "over")
	for _, seq := range []uint64{ours, theirs} {
		if e := entry(t, l, seq); e.Open || !slices.Contains(e.Findings, "over") {
			t.Errorf("entry %d: open %v, findings %q", seq, e.Open, e.Findings)
		}
	}
	if e := entry(t, l, answered); slices.Contains(e.Findings, "over") {
		t.Errorf("an answered request was abandoned: %+v", e)
	}
	if e := entry(t, l, other); !e.Open {
		t.Errorf("a request of another connection was abandoned: %+v", e)
	}
	if p := l.Page(before, 0); len(p.Entries) != 2 {
		t.Errorf("%d entries changed, want 2", len(p.Entries))
	}
	l.Abandon("a", "again")
	if e := entry(t, l, ours); len(e.Findings) != 1 {
		t.Errorf("findings %q", e.Findings)
	}
}

// A request that was given up is still paired with an answer that comes late.
func TestLapse(t *testing.T) {
	l := NewLog(Config{})
	q := l.Append(frame("a", Out, request("1")))
	l.Lapse(q, "given up")
	l.Lapse(q, "again")
	l.Lapse(q+1, "nothing there")
	if e := entry(t, l, q); e.Open || !slices.Equal(e.Findings, []string{"given up"}) {
		t.Errorf("got %+v", e)
	}
	r := l.Append(frame("a", In, result("1")))
	if e := entry(t, l, q); e.Pair != r || e.Open {
		t.Errorf("got %+v", e)
	}
}
