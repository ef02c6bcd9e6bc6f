package wire

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMatch(t *testing.T) {
	l := NewLog(Config{})
	l.Append(frame("a", Out, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"Echo","arguments":{"t":"Grüße ÄÖ"}}}`))
	l.Append(Draft{
		Entry:    Entry{Kind: KindHTTP, Status: 404, Findings: []string{"odd"}},
		Exchange: &Exchange{URL: "http://x/Path", ResponseHeaders: []Header{{"X-Thing", "Value"}}, Err: "reset"},
		Request:  []byte("the ASK"), Response: []byte("the answer"),
	})
	l.Append(Draft{Entry: Entry{Kind: KindStderr}, Message: []byte("line of Text")})
	for _, tt := range []struct {
		text string
		want []uint64
	}{
		{"echo", []uint64{1}},
		{"TOOLS/CALL", []uint64{1}},
		{"größe", []uint64{}},
		{"GRÜSSE", []uint64{}},
		{"grüße äö", []uint64{1}},
		{"404", []uint64{2}},
		{"x-thing: value", []uint64{2}},
		{"/path", []uint64{2}},
		{"odd", []uint64{2}},
		{"RESET", []uint64{2}},
		{"the a", []uint64{2}},
		{"answer", []uint64{2}},
		{"of text", []uint64{3}},
		{"t", []uint64{1, 2, 3}},
		{"", []uint64{1, 2, 3}},
		{"nowhere", []uint64{}},
	} {
		got, next := l.Match(tt.text, 0, 10)
		if diff := cmp.Diff(tt.want, got); diff != "" || next != 3 {
			t.Errorf("%q, next %d (-want +got):\n%s", tt.text, next, diff)
		}
	}
	if got, next := l.Match("t", 1, 1); len(got) != 1 || got[0] != 2 || next != 2 {
		t.Errorf("a slice: %v, next %d", got, next)
	}
}

func TestNeedleAgreesWithLowering(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	letters := []rune("aAbBzZ09 {\"ée\x00")
	word := func(n int) string {
		r := make([]rune, n)
		for i := range r {
			r[i] = letters[rnd.IntN(len(letters))]
		}
		return string(r)
	}
	for range 20_000 {
		text, in := word(1+rnd.IntN(3)), word(rnd.IntN(12))
		n := newNeedle(text)
		if got, want := n.in([]byte(in)), strings.Contains(strings.ToLower(in), strings.ToLower(text)); got != want {
			t.Fatalf("%q in %q: %v, want %v", text, in, got, want)
		}
	}
}
