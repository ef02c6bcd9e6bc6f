package wire

// Bounds returns the lowest and the highest seq in the log (last < first: it is empty) and the latest revision.
func (l *Log) Bounds() (first, last, rev uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.records.first, l.records.last, l.revs.last
}

// Range fills buf, up to its capacity, with the entries from <= Seq <= to by rising Seq and returns it. Entries that
// left the log are left out, so the first may be later than from. It holds the lock for as long as that many are
// copied: give it some hundreds.
func (l *Log) Range(from, to uint64, buf []Entry) []Entry {
	buf = buf[:0]
	l.mu.Lock()
	defer l.mu.Unlock()
	for seq := max(from, l.records.first); seq <= min(to, l.records.last) && len(buf) < cap(buf); seq++ {
		buf = append(buf, l.records.at(seq).Entry)
	}
	return buf
}
