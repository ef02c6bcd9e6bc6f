package wire

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// Text masks known secrets in b and returns b itself when there is nothing to mask. A value is found as it is, with
// any of its characters written as a JSON escape, and with any percent-encoded ("+" standing for a space). In a short
// text its beginning is found, too, where the text was cut ("…").
//
// Basic credentials are known in their base64 form once they were seen in a header or URL.
func (m *Masker) Text(_ string, b []byte) []byte {
	t := m.matcher()
	if t == nil || len(b) < MinSearched {
		return b
	}
	spans := t.find(b)
	if len(spans) == 0 {
		return b
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	out := make([]byte, 0, len(b)+len(spans)*8)
	at := 0
	for _, s := range spans {
		if s.start >= at { // else it overlaps what was masked: the first placeholder stands for both
			out = append(append(out, b[at:s.start]...), s.placeholder...)
		}
		at = max(at, s.end)
	}
	return append(out, b[at:]...)
}

func (m *Masker) text(s string) string {
	if m.matcher() == nil {
		return s
	}
	return string(m.Text("", []byte(s)))
}

// matcher gives the matcher of all known values, nil when there is none.
func (m *Masker) matcher() *matcher {
	t := m.match.Load()
	if t == nil {
		m.mu.Lock()
		defer m.mu.Unlock()
		t = newMatcher(m.values)
		m.match.Store(t)
	}
	if len(t.values) == 0 {
		return nil
	}
	return t
}

type span struct {
	start, end  int
	placeholder string
}

// spans that overlap the one before are joined to it: a hostile body may hold one at every byte.
func addSpan(spans []span, s span) []span {
	if n := len(spans); n > 0 && s.start >= spans[n-1].start && s.start < spans[n-1].end {
		spans[n-1].end = max(spans[n-1].end, s.end)
		return spans
	}
	return append(spans, s)
}

// known is a value to be found.
type known struct {
	value, placeholder string
	raw                []byte // value
	shorter            *known // the longest other value that this one starts with
}

// matcher finds many values in one pass: Wu and Manber's algorithm ("A fast algorithm for multi-pattern searching",
// 1994) on the first MinSearched bytes, with blocks of two. It never changes once built.
type matcher struct {
	values  []known                     // sorted
	shift   []uint8                     // by block: how far the window may move
	last    map[uint16][]*known         // by last block of the window, sorted
	holds   [256]bool                   // bytes that stand in some value whose escaped forms are searched for
	given   []*known                    // the values whose escaped forms are searched for
	escapes func() map[byte][]escapable // by byte: where they hold it; made when first needed, which is seldom
}

// escapable is a place in a value whose byte may stand there as an escape.
type escapable struct {
	*known
	at int
}

func newMatcher(values map[string]*secret) *matcher {
	t := &matcher{}
	for v, s := range values {
		if s.conns[asIs]+s.conns[escaped] > 0 {
			t.values = append(t.values, known{value: v, placeholder: s.placeholder, raw: []byte(v)})
		}
	}
	if len(t.values) == 0 {
		return t
	}
	slices.SortFunc(t.values, func(a, b known) int { return strings.Compare(a.value, b.value) })
	t.shift = bytes.Repeat([]byte{MinSearched - 1}, 1<<16)
	t.last = map[uint16][]*known{}
	t.escapes = sync.OnceValue(t.escapables)
	for i := range t.values {
		k := &t.values[i]
		if i > 0 {
			k.shorter = t.values[i-1].startOf(k.raw)
		}
		for i := 1; i < MinSearched; i++ {
			h := block(k.value[i-1], k.value[i])
			t.shift[h] = min(t.shift[h], uint8(MinSearched-1-i))
		}
		h := block(k.value[MinSearched-2], k.value[MinSearched-1])
		t.last[h] = append(t.last[h], k)
		if values[k.value].conns[escaped] > 0 {
			t.given = append(t.given, k)
			for i := range len(k.value) {
				t.holds[k.value[i]] = true
			}
		}
	}
	return t
}

// startOf finds the longest of k and the values that k starts with that text starts with; nil if there is none.
func (k *known) startOf(text []byte) *known {
	n := 0
	for n < len(k.value) && n < len(text) && k.value[n] == text[n] {
		n++
	}
	for k != nil && len(k.value) > n {
		k = k.shorter
	}
	return k
}

// longest finds the longest of the sorted values that b starts with: the last value that is not greater than b, or
// one that it starts with. So a thousand values that differ in their last byte cost no more than ten.
func longest(sorted []*known, b []byte) *known {
	i, _ := slices.BinarySearchFunc(sorted, b, func(k *known, b []byte) int {
		if c := bytes.Compare(k.raw, b[:min(len(b), len(k.raw))]); c != 0 {
			return c
		}
		return -1 // a start of b: not greater
	})
	if i == 0 {
		return nil
	}
	k := sorted[i-1]
	return k.startOf(b)
}

func (t *matcher) escapables() map[byte][]escapable {
	m := map[byte][]escapable{}
	for _, k := range t.given {
		for i := range len(k.value) {
			m[k.value[i]] = append(m[k.value[i]], escapable{k, i})
		}
	}
	return m
}

func block(a, b byte) uint16 { return uint16(a) | uint16(b)<<8 }

func (t *matcher) find(b []byte) []span {
	var spans []span
	for i := MinSearched - 1; i < len(b); {
		h := block(b[i-1], b[i])
		if s := t.shift[h]; s > 0 {
			i += int(s)
			continue
		}
		start := i - MinSearched + 1
		if k := longest(t.last[h], b[start:]); k != nil {
			spans = addSpan(spans, span{start, start + len(k.value), k.placeholder})
		}
		i++
	}
	spans = t.findEscaped(spans, b, '\\', jsonEscape)
	spans = t.findEscaped(spans, b, '%', percent)
	if t.holds[' '] {
		spans = t.findEscaped(spans, b, '+', percent)
	}
	return t.findCut(spans, b)
}

// decoder reads the escape at the start of b: the bytes it stands for and its length, 0 if there is none.
type decoder func(b []byte) (d [4]byte, n, length int)

// findEscaped finds values of which at least one character is escaped. An occurrence starts with plain bytes up to
// its first escape: so it is looked for around each escape that stands for a byte of some value.
func (t *matcher) findEscaped(spans []span, b []byte, mark byte, decode decoder) []span {
	for p := 0; ; p++ {
		k := bytes.IndexByte(b[p:], mark)
		if k < 0 {
			return spans
		}
		p += k
		d, n, length := decode(b[p:])
		if length == 0 || !t.holds[d[0]] {
			continue
		}
		for _, e := range t.escapes()[d[0]] {
			if e.at > p || len(e.value)-e.at < n || string(b[p-e.at:p]) != e.value[:e.at] ||
				e.value[e.at:e.at+n] != string(d[:n]) {
				continue
			}
			if end, ok := matchEscaped(b, p+length, e.value[e.at+n:], mark, decode); ok {
				spans = addSpan(spans, span{p - e.at, end, e.placeholder})
			}
		}
	}
}

// matchEscaped says whether rest stands at b[i:], any of it escaped, and where it ends.
func matchEscaped(b []byte, i int, rest string, mark byte, decode decoder) (end int, ok bool) {
	for rest != "" {
		if i >= len(b) {
			return 0, false
		}
		if b[i] == mark || mark == '+' && b[i] == '%' || mark == '%' && b[i] == '+' {
			if d, n, length := decode(b[i:]); length > 0 && n <= len(rest) && rest[:n] == string(d[:n]) {
				rest, i = rest[n:], i+length
				continue
			}
		}
		if b[i] != rest[0] {
			return 0, false
		}
		rest, i = rest[1:], i+1
	}
	return i, true
}

// jsonEscape decodes one JSON escape (RFC 8259 section 7), a surrogate pair as one.
func jsonEscape(b []byte) (d [4]byte, n, length int) {
	length = escapeLen(b)
	if length == 0 {
		return d, 0, 0
	}
	switch c := b[1]; c {
	case 'b':
		d[0] = '\b'
	case 'f':
		d[0] = '\f'
	case 'n':
		d[0] = '\n'
	case 'r':
		d[0] = '\r'
	case 't':
		d[0] = '\t'
	case 'u':
		r := hex4(b[2:])
		if utf16.IsSurrogate(r) && len(b) >= 12 && b[6] == '\\' && b[7] == 'u' && escapeLen(b[6:]) == 6 {
			if pair := utf16.DecodeRune(r, hex4(b[8:])); pair != utf8.RuneError {
				r, length = pair, 12
			}
		}
		return d, utf8.EncodeRune(d[:], r), length
	default:
		d[0] = c
	}
	return d, 1, length
}

func hex4(b []byte) rune {
	return rune(hexDigit(b[0]))<<12 | rune(hexDigit(b[1]))<<8 | rune(hexDigit(b[2]))<<4 | rune(hexDigit(b[3]))
}

func hexDigit(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// percent decodes one percent-encoded byte (RFC 3986 section 2.1), or the "+" of a form.
func percent(b []byte) (d [4]byte, n, length int) {
	if b[0] == '+' {
		return [4]byte{' '}, 1, 1
	}
	if len(b) < 3 || !isHex(b[1]) || !isHex(b[2]) {
		return d, 0, 0
	}
	return [4]byte{hexDigit(b[1])<<4 | hexDigit(b[2])}, 1, 3
}
