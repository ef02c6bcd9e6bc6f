package core

import (
	"math"
	"sort"
)

const (
	// timeChunk is how many entries one chunk of a time index sums up: a redraw adds up chunks, and looks at entries only
	// where a chunk crosses the border of two pixels.
	timeChunk = 256
	// maxLanes is how many lanes are told apart; the entries of any more share the last.
	maxLanes = 250
	noLane   = math.MaxUint8 // of an entry that is not drawn: a request, once its answer is
)

// timeIndex is when things happened in one run, by seq: 8 bytes an entry, summed up by chunks.
type timeIndex struct {
	chunks []*timeSpan // by rising seq
	lanes  []laneKey
	byLane map[laneKey]uint8
	n      int
}

// laneKey names a lane: what is drawn in one line.
type laneKey struct{ conn, lane string }

// timeSpan is up to timeChunk entries.
type timeSpan struct {
	seq      uint64 // of the first
	time     int64  // what the entries' times are counted from, in microseconds
	min, max int64  // begin first and last
	end      int64  // end last, about
	list     []timePoint
	sums     []laneSum // by lane; nil: to be made anew
}

// timePoint is one entry.
type timePoint struct {
	dt   int32  // when it began, from timeSpan.time on
	ds   uint16 // its seq, from timeSpan.seq on
	lane uint8
	mark uint8 // how long it took, and whether it failed
}

// laneSum sums up the points of one lane.
type laneSum struct {
	lane      uint8
	took      uint8 // as in timePoint.mark
	n, errors int
}

const errorMark = 1 << 7

// tookMark writes a duration in seven bits: a fourth of a power of two, which is within a tenth.
func tookMark(us int64, failed bool) uint8 {
	m := uint8(0)
	if us > 0 {
		m = uint8(min(1+math.Round(4*math.Log2(float64(us))), 127))
	}
	if failed {
		m |= errorMark
	}
	return m
}

// tookOf reads a duration from a mark.
func tookOf(mark uint8) int64 {
	if mark &^= errorMark; mark == 0 {
		return 0
	}
	return int64(math.Round(math.Exp2(float64(mark-1) / 4)))
}

// timed is an entry as the index takes it.
type timed struct {
	seq    uint64
	at     int64 // when it began, Unix microseconds
	took   int64
	key    laneKey // empty: it is not drawn
	failed bool
}

func (x *timeIndex) lane(k laneKey) uint8 {
	if k.lane == "" {
		return noLane
	}
	if n, ok := x.byLane[k]; ok {
		return n
	}
	if len(x.lanes) >= maxLanes {
		k = laneKey{lane: k.lane} // of any connection
		if n, ok := x.byLane[k]; ok || len(x.lanes) >= maxLanes+4 {
			return n
		}
	}
	if x.byLane == nil {
		x.byLane = map[laneKey]uint8{}
	}
	n := uint8(len(x.lanes))
	x.lanes = append(x.lanes, k)
	x.byLane[k] = n
	return n
}

// put adds an entry, or changes it.
func (x *timeIndex) put(t timed) {
	lane, mark := x.lane(t.key), tookMark(t.took, t.failed)
	at := sort.Search(len(x.chunks), func(i int) bool { return x.chunks[i].seq > t.seq }) - 1
	if at >= 0 {
		c := x.chunks[at]
		k := sort.Search(len(c.list), func(i int) bool { return c.seq+uint64(c.list[i].ds) >= t.seq })
		found := k < len(c.list) && c.seq+uint64(c.list[k].ds) == t.seq
		if found && c.fits(t) {
			c.list[k] = timePoint{int32(t.at - c.time), uint16(t.seq - c.seq), lane, mark}
			c.note(t)
			return
		}
		if found {
			c.list = append(c.list[:k], c.list[k+1:]...)
			c.sums = nil
			x.n--
		}
		if c.fits(t) && len(c.list) < timeChunk {
			c.list = append(c.list, timePoint{})
			copy(c.list[k+1:], c.list[k:])
			c.list[k] = timePoint{int32(t.at - c.time), uint16(t.seq - c.seq), lane, mark}
			c.note(t)
			x.n++
			return
		}
		if k < len(c.list) { // in the middle of a full one: what comes after goes into one of its own
			x.split(at, k)
		}
	}
	c := &timeSpan{seq: t.seq, time: t.at, min: t.at, max: t.at, end: t.at, list: []timePoint{{lane: lane, mark: mark}}}
	c.note(t)
	x.insert(at+1, c)
	x.n++
}

// fits says whether an entry's numbers can be counted from those of a chunk.
func (c *timeSpan) fits(t timed) bool {
	d := t.at - c.time
	return d >= math.MinInt32 && d <= math.MaxInt32 && t.seq >= c.seq && t.seq-c.seq <= math.MaxUint16
}

func (c *timeSpan) note(t timed) {
	c.min, c.max, c.end = min(c.min, t.at), max(c.max, t.at), max(c.end, t.at+t.took*11/10)
	c.sums = nil
}

func (x *timeIndex) insert(at int, c *timeSpan) {
	x.chunks = append(x.chunks, nil)
	copy(x.chunks[at+1:], x.chunks[at:])
	x.chunks[at] = c
}

// split moves the points from k on into a chunk of their own.
func (x *timeIndex) split(at, k int) {
	c := x.chunks[at]
	first := c.list[k]
	d := &timeSpan{seq: c.seq + uint64(first.ds), time: c.time, min: c.min, max: c.max, end: c.end}
	for _, p := range c.list[k:] {
		p.ds -= first.ds
		d.list = append(d.list, p)
	}
	c.list, c.sums = append([]timePoint(nil), c.list[:k]...), nil
	x.insert(at+1, d)
}

// dropBelow forgets entries below a seq, whole chunks of them; single ones may stay until their chunk goes.
func (x *timeIndex) dropBelow(seq uint64) {
	n := 0
	for n < len(x.chunks) {
		c := x.chunks[n]
		if len(c.list) > 0 && c.seq+uint64(c.list[len(c.list)-1].ds) >= seq {
			break
		}
		x.n -= len(c.list)
		n++
	}
	x.chunks = append([]*timeSpan(nil), x.chunks[n:]...)
}

// sum sums a chunk up.
func (c *timeSpan) sum() []laneSum {
	if c.sums != nil || len(c.list) == 0 {
		return c.sums
	}
	c.sums = []laneSum{}
	for _, p := range c.list {
		if p.lane == noLane {
			continue
		}
		k := 0
		for k < len(c.sums) && c.sums[k].lane != p.lane {
			k++
		}
		if k == len(c.sums) {
			c.sums = append(c.sums, laneSum{lane: p.lane})
		}
		c.sums[k].add(p)
	}
	return c.sums
}

func (s *laneSum) add(p timePoint) {
	s.n++
	if p.mark&errorMark != 0 {
		s.errors++
	}
	s.took = max(s.took, p.mark&^errorMark)
}

// bounds are when the first and the last entry began; ok is false when there is none.
func (x *timeIndex) bounds() (first, last int64, ok bool) {
	for _, c := range x.chunks {
		if len(c.list) == 0 {
			continue
		}
		if !ok {
			first, last, ok = c.min, c.max, true
			continue
		}
		first, last = min(first, c.min), max(last, c.max)
	}
	return first, last, ok
}

// window sums up what began from ≤ time < to in buckets of step microseconds, by lane. hit, when it is given, says
// which entries pass: they are counted too.
func (x *timeIndex) window(from, to, step int64, hit func(seq uint64) bool) [][]bucket {
	out := make([][]bucket, len(x.lanes))
	size := int((to - from + step - 1) / step)
	at := func(lane uint8, k int64) *bucket {
		if out[lane] == nil {
			out[lane] = make([]bucket, size)
		}
		return &out[lane][k]
	}
	for _, c := range x.chunks {
		if c.max < from || c.min >= to || len(c.list) == 0 {
			continue
		}
		if k := (c.min - from) / step; hit == nil && c.min >= from && c.max < to && (c.max-from)/step == k {
			for _, s := range c.sum() {
				at(s.lane, k).join(s)
			}
			continue
		}
		for _, p := range c.list {
			t := c.time + int64(p.dt)
			if p.lane == noLane || t < from || t >= to {
				continue
			}
			b := at(p.lane, (t-from)/step)
			one := laneSum{}
			one.add(p)
			b.join(one)
			if hit != nil && hit(c.seq+uint64(p.ds)) {
				b.hits++
			}
		}
	}
	return out
}

// bucket is what is drawn at one pixel of a lane.
type bucket struct {
	n, errors, hits int
	took            uint8
}

func (b *bucket) join(s laneSum) {
	b.n += s.n
	b.errors += s.errors
	b.took = max(b.took, s.took)
}

// within appends the seqs of up to limit entries that were under way in from ≤ time < to; more says that there are
// others.
func (x *timeIndex) within(from, to int64, limit int, out []uint64) (seqs []uint64, more bool) {
	for _, c := range x.chunks {
		if c.end < from || c.min >= to {
			continue
		}
		for _, p := range c.list {
			t := c.time + int64(p.dt)
			if p.lane == noLane || t >= to || t+tookOf(p.mark)*11/10 < from {
				continue
			}
			if len(out) == limit {
				return out, true
			}
			out = append(out, c.seq+uint64(p.ds))
		}
	}
	return out, false
}

// bytes is about what it takes in memory.
func (x *timeIndex) bytes() int {
	n := 0
	for _, c := range x.chunks {
		n += 96 + cap(c.list)*8 + cap(c.sums)*24
	}
	return n
}
