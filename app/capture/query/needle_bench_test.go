package query

import (
	"bytes"
	"strings"
	"testing"
)

// BenchmarkNeedle is how fast a body is searched for text that is not in it.
func BenchmarkNeedle(b *testing.B) {
	body := bytes.Repeat([]byte(`{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"lorem ipsum dolor sit amet 123456"}}`), 1000)
	for _, text := range []string{"amet 399997", "zzzz", "isError", "Nowhere to be found", "straße"} {
		b.Run(strings.ReplaceAll(text, " ", "_"), func(b *testing.B) {
			n := newNeedle(text)
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if n.in(body) {
					b.Fatal("found")
				}
			}
		})
	}
}
