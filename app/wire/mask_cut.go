package wire

import (
	"bytes"
	"slices"
	"strings"
)

const (
	// maxCutText is the length up to which a text is looked at for values that were cut off, in bytes: sentences and
	// quotes are shorter, bodies are not shortened.
	maxCutText = 8 << 10
	// minCut is how much of a value must stand before the cut to be taken for it, in bytes.
	minCut = 8
)

var ellipsis = []byte("…")

// findCut finds the beginnings of values that a shortened text breaks off: "…sk-live-4f0…". What shortens a text
// does not know the values, and most of a token is as good as a token.
func (t *matcher) findCut(spans []span, b []byte) []span {
	if len(b) > maxCutText {
		return spans
	}
	from := 0
	for {
		k := bytes.Index(b[from:], ellipsis)
		if k < 0 {
			return spans
		}
		end := from + k
		for i := from; i+minCut <= end; i++ {
			if p := t.beginning(b[i:end]); p != "" {
				spans = append(spans, span{i, end, p})
				break
			}
		}
		from = end + len(ellipsis)
	}
}

// beginning is the placeholder of a value that starts with b and goes on, or empty.
func (t *matcher) beginning(b []byte) string {
	i, _ := slices.BinarySearchFunc(t.values, b, func(k known, b []byte) int { return bytes.Compare(k.raw, b) })
	if i < len(t.values) && len(t.values[i].value) > len(b) && strings.HasPrefix(t.values[i].value, string(b)) {
		return t.values[i].placeholder
	}
	return ""
}
