package core

import "math/bits"

// rowsPerChunk is how many numbers one chunk of a rowset covers.
const rowsPerChunk = 4096

// rowset is a set of entry numbers of one run, kept as bits: a million numbers take 130 kB, and a stretch of which all
// or none are in it next to nothing. Numbers are added and removed anywhere at the same small cost.
type rowset struct {
	chunks []rowChunk // by number / rowsPerChunk
	n      int
}

// rowChunk is a stretch of numbers. bits is nil when none or all are in it.
type rowChunk struct {
	bits *[rowsPerChunk / 64]uint64
	n    int
}

func (s *rowset) len() int { return s.n }

func (s *rowset) has(seq uint64) bool {
	c, k := seq/rowsPerChunk, seq%rowsPerChunk
	if c >= uint64(len(s.chunks)) {
		return false
	}
	return s.chunks[c].has(k)
}

func (c *rowChunk) has(k uint64) bool {
	if c.bits == nil {
		return c.n > 0
	}
	return c.bits[k/64]&(1<<(k%64)) != 0
}

// add says whether seq is new in it.
func (s *rowset) add(seq uint64) bool {
	at, k := seq/rowsPerChunk, seq%rowsPerChunk
	for at >= uint64(len(s.chunks)) {
		s.chunks = append(s.chunks, rowChunk{})
	}
	c := &s.chunks[at]
	if c.has(k) {
		return false
	}
	if c.bits == nil {
		c.bits = new([rowsPerChunk / 64]uint64)
	}
	c.bits[k/64] |= 1 << (k % 64)
	c.n++
	s.n++
	if c.n == rowsPerChunk {
		c.bits = nil
	}
	return true
}

// remove says whether seq was in it.
func (s *rowset) remove(seq uint64) bool {
	at, k := seq/rowsPerChunk, seq%rowsPerChunk
	if at >= uint64(len(s.chunks)) || !s.chunks[at].has(k) {
		return false
	}
	c := &s.chunks[at]
	if c.bits == nil {
		c.bits = new([rowsPerChunk / 64]uint64)
		for i := range c.bits {
			c.bits[i] = ^uint64(0)
		}
	}
	c.bits[k/64] &^= 1 << (k % 64)
	c.n--
	s.n--
	if c.n == 0 {
		c.bits = nil
	}
	return true
}

// put adds or removes seq and says whether that changed anything.
func (s *rowset) put(seq uint64, in bool) bool {
	if in {
		return s.add(seq)
	}
	return s.remove(seq)
}

// dropBelow removes what is lower than seq and says whether anything was.
func (s *rowset) dropBelow(seq uint64) bool {
	before := s.n
	at := min(seq/rowsPerChunk, uint64(len(s.chunks)))
	for i := range s.chunks[:at] {
		s.n -= s.chunks[i].n
		s.chunks[i] = rowChunk{}
	}
	for k := seq / rowsPerChunk * rowsPerChunk; k < seq; k++ {
		s.remove(k)
	}
	return s.n != before
}

// rank is how many numbers in it are lower than seq.
func (s *rowset) rank(seq uint64) int {
	at, k := seq/rowsPerChunk, seq%rowsPerChunk
	n := 0
	for i := range min(at, uint64(len(s.chunks))) {
		n += s.chunks[i].n
	}
	if at >= uint64(len(s.chunks)) {
		return n
	}
	c := &s.chunks[at]
	if c.bits == nil {
		return n + min(c.n, int(k))
	}
	for i := range k / 64 {
		n += bits.OnesCount64(c.bits[i])
	}
	return n + bits.OnesCount64(c.bits[k/64]&(1<<(k%64)-1))
}

// from appends up to limit numbers to out, beginning with the one that index others are lower than.
func (s *rowset) from(index, limit int, out []uint64) []uint64 {
	for i := range s.chunks {
		c := &s.chunks[i]
		if index >= c.n {
			index -= c.n
			continue
		}
		if limit <= 0 {
			return out
		}
		out, index, limit = c.from(uint64(i)*rowsPerChunk, index, limit, out)
	}
	return out
}

func (c *rowChunk) from(base uint64, index, limit int, out []uint64) ([]uint64, int, int) {
	for i := range uint64(rowsPerChunk / 64) {
		w := c.word(i)
		n := bits.OnesCount64(w)
		if index >= n {
			index -= n
			continue
		}
		for ; w != 0 && limit > 0; w &= w - 1 {
			if index > 0 {
				index--
				continue
			}
			out = append(out, base+i*64+uint64(bits.TrailingZeros64(w)))
			limit--
		}
	}
	return out, index, limit
}

func (c *rowChunk) word(i uint64) uint64 {
	switch {
	case c.bits != nil:
		return c.bits[i]
	case c.n > 0:
		return ^uint64(0)
	}
	return 0
}

// lowest is the first number in it, 0 when it is empty.
func (s *rowset) lowest() uint64 {
	if one := s.from(0, 1, nil); len(one) > 0 {
		return one[0]
	}
	return 0
}

// highest is the last number in it, 0 when it is empty.
func (s *rowset) highest() uint64 {
	for i := len(s.chunks) - 1; i >= 0; i-- {
		c := &s.chunks[i]
		if c.n == 0 {
			continue
		}
		for k := rowsPerChunk/64 - 1; k >= 0; k-- {
			if w := c.word(uint64(k)); w != 0 {
				return uint64(i)*rowsPerChunk + uint64(k*64+63-bits.LeadingZeros64(w))
			}
		}
	}
	return 0
}

// joined makes the set of what is in one of the sets, and in within unless that is nil.
func joined(sets []*rowset, within *rowset) rowset {
	var out rowset
	for _, s := range sets {
		for len(out.chunks) < len(s.chunks) {
			out.chunks = append(out.chunks, rowChunk{})
		}
	}
	for i := range out.chunks {
		var words [rowsPerChunk / 64]uint64
		n := 0
		for k := range words {
			for _, s := range sets {
				if i < len(s.chunks) {
					words[k] |= s.chunks[i].word(uint64(k))
				}
			}
			if within != nil {
				if i >= len(within.chunks) {
					words[k] = 0
				} else {
					words[k] &= within.chunks[i].word(uint64(k))
				}
			}
			n += bits.OnesCount64(words[k])
		}
		out.chunks[i].n = n
		out.n += n
		if n > 0 && n < rowsPerChunk {
			kept := words
			out.chunks[i].bits = &kept
		}
	}
	return out
}

// bytes is about what it takes in memory.
func (s *rowset) bytes() int {
	n := cap(s.chunks) * 16
	for i := range s.chunks {
		if s.chunks[i].bits != nil {
			n += rowsPerChunk / 8
		}
	}
	return n
}
