package wire

import "math/bits"

// revs says which entry changed at which revision. Every entry has one live revision, its latest; older ones are
// dead and skipped by bitmap, chunks without a live one are freed. So a page costs what it returns.
type revs struct {
	chunks []*revChunk // a freed chunk is nil
	base   uint64      // revision of the first slot of chunks[0]: a multiple of chunkLen
	last   uint64      // revision given last
}

type revChunk struct {
	seqs [chunkLen]uint64
	live [chunkLen / 64]uint64
	n    int // live revisions in it
}

// push gives the next revision to the entry seq; seq 0 makes a revision that belongs to no entry.
func (r *revs) push(seq uint64) uint64 {
	r.last++
	if (r.last-r.base)/chunkLen >= uint64(len(r.chunks)) {
		r.freeLast()
		r.chunks = append(r.chunks, &revChunk{})
	}
	if seq == 0 {
		return r.last
	}
	c, k := r.chunks[(r.last-r.base)/chunkLen], (r.last-r.base)%chunkLen
	c.seqs[k] = seq
	c.live[k/64] |= 1 << (k % 64)
	c.n++
	return r.last
}

// freeLast frees the chunk that was just filled when nothing in it lives any more.
func (r *revs) freeLast() {
	if n := len(r.chunks); n > 0 && r.chunks[n-1].n == 0 {
		r.chunks[n-1] = nil
		r.trim()
	}
}

// kill makes revision rev dead. It must be live.
func (r *revs) kill(rev uint64) {
	i, k := (rev-r.base)/chunkLen, (rev-r.base)%chunkLen
	c := r.chunks[i]
	c.live[k/64] &^= 1 << (k % 64)
	c.n--
	if c.n == 0 && i+1 < uint64(len(r.chunks)) {
		r.chunks[i] = nil
		r.trim()
	}
}

func (r *revs) trim() {
	for len(r.chunks) > 0 && r.chunks[0] == nil {
		r.chunks = r.chunks[1:]
		r.base += chunkLen
	}
}

// next finds the first live revision at or after rev; 0 when there is none.
func (r *revs) next(rev uint64) (uint64, uint64) {
	rev = max(rev, r.base)
	for rev <= r.last && (rev-r.base)/chunkLen < uint64(len(r.chunks)) {
		i, k := (rev-r.base)/chunkLen, (rev-r.base)%chunkLen
		if c := r.chunks[i]; c != nil {
			if k = c.next(k); k < chunkLen {
				return r.base + i*chunkLen + k, c.seqs[k]
			}
		}
		rev = r.base + (i+1)*chunkLen
	}
	return 0, 0
}

func (c *revChunk) next(k uint64) uint64 {
	for k < chunkLen {
		if w := c.live[k/64] >> (k % 64); w != 0 {
			return k + uint64(bits.TrailingZeros64(w))
		}
		k = (k/64 + 1) * 64
	}
	return chunkLen
}

// clear makes every revision dead; numbers go on.
func (r *revs) clear() {
	r.chunks = nil
	r.base = (r.last + 1) / chunkLen * chunkLen
}
