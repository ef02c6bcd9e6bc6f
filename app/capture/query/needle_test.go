package query

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// A needle is found where the texts in lower case say so, in every script.
func TestNeedle(t *testing.T) {
	letters := []rune("aAbBzZ\"/ :ßäÄéÉшШ€\U0001F600\U00010400\U00010428")
	rnd := rand.New(rand.NewPCG(1, 2))
	word := func(n int) string {
		r := make([]rune, n)
		for i := range r {
			r[i] = letters[rnd.IntN(len(letters))]
		}
		return string(r)
	}
	found := 0
	for range 50_000 {
		text, in := word(1+rnd.IntN(3)), word(rnd.IntN(12))
		n := newNeedle(text)
		got, want := n.in([]byte(in)), strings.Contains(strings.ToLower(in), strings.ToLower(text))
		if got != want || n.inText(in) != want {
			t.Fatalf("%q in %q: %v, want %v", text, in, got, want)
		}
		if got {
			found++
		}
	}
	if found < 1000 {
		t.Errorf("only %d were found", found)
	}
}
