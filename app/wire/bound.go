package wire

import "fmt"

// trimStep is how many bodies or entries leave in one hold of the lock, so that a giant body which displaces a
// million small ones keeps no other tap waiting.
const trimStep = 256

// gap sums up the entries that left the log since it was cleared last.
type gap struct {
	first, count uint64
	bytes        int64
}

// store accounts for the bodies of r as they are now. The caller holds the lock.
func (l *Log) store(r *record) {
	size := r.weight()
	if size == r.size {
		return
	}
	l.bytes += size - r.size
	r.size, r.stored = size, 0
	if size > 0 {
		n, seq := l.bodies.push()
		*seq, r.stored = r.Entry.Seq, n
	}
}

// weight is what a record's bodies and headers hold in memory.
func (r *record) weight() int64 {
	n := int64(cap(r.Message) + cap(r.Request) + cap(r.Response))
	if x := r.Exchange; x != nil {
		n += int64(len(x.URL) + len(x.Err))
		for _, hs := range [][]Header{x.RequestHeaders, x.ResponseHeaders, x.Trailers} {
			for _, h := range hs {
				n += int64(len(h.Name) + len(h.Value))
			}
		}
	}
	return n
}

func (l *Log) over() bool {
	return l.bytes > l.maxBytes || int64(l.records.len()) > l.maxEntries
}

// trim brings the log back within its bounds.
func (l *Log) trim() {
	for more := true; more; {
		l.mu.Lock()
		l.dropBodies()
		l.dropEntries()
		more = l.over()
		l.mu.Unlock()
	}
}

// dropBodies lets the oldest bodies leave memory. Headers stay: they are small and explain the entry.
func (l *Log) dropBodies() {
	for n := 0; n < trimStep && l.bytes > l.maxBytes && l.bodies.len() > 0; n++ {
		at, seq := l.bodies.first, *l.bodies.at(l.bodies.first)
		l.bodies.pop()
		if !l.records.has(seq) {
			continue
		}
		r := l.records.at(seq)
		if r.stored != at || len(r.Message)+len(r.Request)+len(r.Response) == 0 {
			continue // stored again later, or headers only
		}
		r.Message, r.Request, r.Response = nil, nil, nil
		l.bytes -= r.size
		r.size, r.stored = r.weight(), 0
		l.bytes += r.size
		r.Entry.Dropped = true
		l.touch(r)
	}
	if l.bodies.len() == 0 && l.bytes > l.maxBytes {
		l.dropOldest() // nothing but headers is left
	}
}

// dropEntries lets the oldest entries leave once there are too many. The last to leave becomes the gap entry in its
// place, so that the gap stands where the missing entries stood.
func (l *Log) dropEntries() {
	if int64(l.records.len()) <= l.maxEntries {
		return
	}
	for n := 0; n < trimStep && l.records.len() > 1 && int64(l.records.len()) > l.maxEntries-min(trimStep, l.maxEntries/8); n++ {
		l.leave()
	}
	l.markGap()
}

// dropOldest lets entries leave although their number is within bounds.
func (l *Log) dropOldest() {
	for n := 0; n < trimStep && l.records.len() > 1; n++ {
		l.leave()
	}
	l.markGap()
}

// leave removes the oldest entry and counts it in the gap. The caller holds the lock.
func (l *Log) leave() {
	r := l.records.at(l.records.first)
	l.count(r)
	l.revs.kill(r.Entry.Rev)
	l.records.pop()
}

func (l *Log) count(r *record) {
	l.bytes -= r.size
	l.unpair(r)
	if r.Entry.Kind == KindGap || l.isStored(r) {
		return
	}
	if l.gap.count == 0 {
		l.gap.first = r.Entry.Seq
	}
	l.gap.count++
	l.gap.bytes += r.Entry.Bytes + r.Entry.ReqBytes
}

// markGap turns what is now the oldest entry into the gap entry, if anything was lost.
func (l *Log) markGap() {
	if l.gap.count == 0 {
		return
	}
	r := l.records.at(l.records.first)
	l.count(r)
	old := r.Entry
	*r = record{}
	r.Entry = Entry{
		Seq: old.Seq, Rev: old.Rev, Time: old.Time, Kind: KindGap, Bytes: l.gap.bytes,
		Note: fmt.Sprintf("entries %d to %d left the log: %d entries, %d bytes", l.gap.first, old.Seq, l.gap.count, l.gap.bytes),
	}
	l.touch(r)
}
