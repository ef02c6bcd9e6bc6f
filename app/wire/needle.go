package wire

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// needle is a text to be found without regard to case, in ASCII quickly, in other scripts by simple case folding.
type needle struct {
	text  string // in lower case
	ascii bool
	rare  int // the byte of text that stands in few places: it is what is looked for
	upper byte
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
		n.upper = n.text[n.rare]
		if n.upper >= 'a' && n.upper <= 'z' {
			n.upper -= 'a' - 'A'
		}
	}
	return n
}

// byRarity has the bytes that are frequent in JSON, the most frequent last; every other byte is rarer.
const byRarity = `zqxjkvbywgpfmucdlhr/{}[]0123456789_-.nsioate ,:"`

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
	c := n.text[n.rare]
	end := len(b) - len(n.text) + n.rare + 1 // behind the last place where the rare byte may stand
	return n.around(b, c, end) || n.upper != c && n.around(b, n.upper, end)
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
	for i := range b {
		if utf8.RuneStart(b[i]) && n.foldedAt(b[i:]) {
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

func (n *needle) inText(s ...string) bool {
	for _, s := range s {
		if s != "" && n.in([]byte(s)) {
			return true
		}
	}
	return false
}

func (n *needle) inHeaders(hs []Header) bool {
	for _, h := range hs {
		if n.inText(h.Name + ": " + h.Value) {
			return true
		}
	}
	return false
}

func (n *needle) inDraft(d *Draft) bool {
	e := &d.Entry
	if n.inText(string(e.Kind), string(e.Message), e.Method, e.Name, e.ID, e.Note, e.Purpose, e.Withheld) ||
		n.inText(e.Findings...) || n.inNumber(e.Status) || n.inNumber(e.Code) {
		return true
	}
	if x := d.Exchange; x != nil {
		if n.inText(x.Method, x.URL, x.StatusText, x.Err) || n.inHeaders(x.RequestHeaders) ||
			n.inHeaders(x.ResponseHeaders) || n.inHeaders(x.Trailers) {
			return true
		}
	}
	return n.in(d.Message) || n.in(d.Request) || n.in(d.Response)
}

func (n *needle) inNumber(v int) bool { return v != 0 && n.inText(strconv.Itoa(v)) }
