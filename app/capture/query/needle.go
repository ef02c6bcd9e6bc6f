package query

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
	"unsafe"
)

// needle is a text to be found without regard to case: in ASCII quickly, in other scripts by simple case folding.
type needle struct {
	text  string // in lower case
	ascii bool
	rare  int  // the byte of text that stands in few places: it is what is looked for
	lower byte // that byte, and
	upper byte // the same in upper case

	starts *[256]bool // of a text that is not ASCII: the bytes it can begin with
}

func newNeedle(text string) needle {
	n := needle{text: strings.ToLower(text), ascii: true}
	best := len(byRarity) + 1
	for i := range len(n.text) {
		c := n.text[i]
		if c >= utf8.RuneSelf {
			n.ascii = false
		}
		if k := strings.IndexByte(byRarity, c) + 1; k < best {
			best, n.rare = k, i
		}
	}
	if n.ascii && n.text != "" {
		n.lower = n.text[n.rare]
		n.upper = n.lower
		if n.lower >= 'a' && n.lower <= 'z' {
			n.upper -= 'a' - 'A'
		}
	}
	if !n.ascii {
		n.starts = new([256]bool)
		first, _ := utf8.DecodeRuneInString(n.text)
		n.starts[string(first)[0]] = true
		for r := unicode.SimpleFold(first); r != first; r = unicode.SimpleFold(r) {
			n.starts[string(r)[0]] = true
		}
		if first == utf8.RuneError { // what is no UTF-8 is read as it
			for i := utf8.RuneSelf; i < len(n.starts); i++ {
				n.starts[i] = true
			}
		}
	}
	return n
}

// byRarity has the bytes that are frequent in JSON, the most frequent last; every other byte is rarer.
const byRarity = `zqxjkvbywgpfmucdlhr/{}[]0123456789_-.nsioate ,:"`

// text makes bytes of a string without copying it: they are only read.
func textBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

func (n *needle) inText(s string) bool { return len(s) >= n.least() && n.in(textBytes(s)) }

// least is how many bytes a text that holds the needle has at least: folding may make other scripts shorter.
func (n *needle) least() int {
	if n.ascii {
		return len(n.text)
	}
	return 1
}

func (n *needle) in(b []byte) bool {
	switch {
	case n.text == "":
		return true
	case !n.ascii:
		return n.inFolded(b)
	}
	if len(b) < len(n.text) {
		return false
	}
	end := len(b) - len(n.text) + n.rare + 1 // behind the last place where the rare byte may stand
	return n.around(b, n.lower, end) || n.upper != n.lower && n.around(b, n.upper, end)
}

func (n *needle) around(b []byte, c byte, end int) bool {
	for i := n.rare; i < end; i++ {
		k := bytes.IndexByte(b[i:end], c)
		if k < 0 {
			return false
		}
		i += k
		if n.at(b[i-n.rare:]) {
			return true
		}
	}
	return false
}

func (n *needle) at(b []byte) bool {
	for i := range len(n.text) {
		c := b[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != n.text[i] {
			return false
		}
	}
	return true
}

func (n *needle) inFolded(b []byte) bool {
	for i, c := range b {
		if n.starts[c] && utf8.RuneStart(c) && n.foldedAt(b[i:]) {
			return true
		}
	}
	return false
}

func (n *needle) foldedAt(b []byte) bool {
	for _, want := range n.text {
		r, size := utf8.DecodeRune(b)
		if size == 0 || unicode.ToLower(r) != want {
			return false
		}
		b = b[size:]
	}
	return true
}
