package core

import (
	"fmt"

	"github.com/sightglass-dev/sightglass/app/wire"
)

const (
	maxPage  = 1000    // entries a page holds at most: about 12 ms over the bridge
	maxRange = 4 << 20 // bytes of a body handed out at once
)

// Bytes is a range of one body, masked.
type Bytes struct {
	Bytes []byte
	Kept  int64  // bytes available
	Total int64  // true length
	State string // "" whole, "dropped": left memory, "cut": longer than what is kept
}

// Page returns up to limit (at most 1,000) entries changed after revision after.
func (c *Core) Page(after uint64, limit int) wire.Page {
	if limit <= 0 || limit > maxPage {
		limit = maxPage
	}
	return c.log.Page(after, limit)
}

// Exchange returns the HTTP side of an entry.
func (c *Core) Exchange(seq uint64) (wire.Exchange, error) {
	x, ok := c.exchangeOf(seq)
	if !ok {
		return wire.Exchange{}, input("show exchange", fmt.Sprintf("entry %d is no HTTP exchange, or it has left the log", seq), "")
	}
	return x, nil
}

// Body returns up to length (at most 4 MiB) bytes of a part of an entry from offset.
func (c *Core) Body(seq uint64, part wire.Part, offset, length int64) (Bytes, error) {
	e, ok := c.entryOf(seq)
	if !ok || offset < 0 {
		return Bytes{}, input("show body", fmt.Sprintf("entry %d is not in the log any more", seq), "")
	}
	if length <= 0 || length > maxRange {
		length = maxRange
	}
	b, kept, total, ok := c.bodyOf(seq, part, offset, length)
	out := Bytes{Bytes: b, Kept: kept, Total: total}
	switch {
	case e.Dropped:
		out.State = "dropped"
	case !ok:
		return Bytes{}, input("show body", fmt.Sprintf("entry %d has no %s", seq, part), "")
	case kept < total:
		out.State = "cut"
	}
	return out, nil
}

// Reveal returns the true value behind a placeholder of an entry, while its connection lives.
func (c *Core) Reveal(seq uint64, placeholder string) (string, error) {
	e, ok := c.entryOf(seq)
	if !ok {
		return "", input("reveal", fmt.Sprintf("entry %d is not in the log any more", seq), "")
	}
	v, ok := c.masker().Reveal(e.Conn, placeholder)
	if !ok {
		return "", input("reveal", "the value is not in memory any more", "Values are forgotten when their connection ends: connect again and repeat the call.")
	}
	return v, nil
}

// ClearTraffic takes every entry of this run out of sight and memory. Those that are kept stay in their captures.
func (c *Core) ClearTraffic() {
	c.decoded.clear()
	c.keepCleared()
	_, last, _ := c.log.Bounds()
	c.log.Clear()
	c.traffic.cleared.Store(last)
}
