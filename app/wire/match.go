package wire

// Match returns the entries changed after revision after that hold text in a field, header or body, ignoring case.
// It looks at no more than limit entries (1 to MaxPage) and says in next up to which revision it looked, so that a
// caller goes on in slices and may stop between them; next is the log's revision when all was looked at. The log is
// not locked while bodies are searched. An empty text matches every entry.
func (l *Log) Match(text string, after uint64, limit int) (seqs []uint64, next uint64) {
	if limit <= 0 || limit > MaxPage {
		limit = MaxPage
	}
	n := newNeedle(text)
	seqs = []uint64{}
	for limit > 0 {
		step := min(limit, matchStep)
		drafts, reached, done := l.drafts(after, step)
		for i := range drafts {
			if n.inDraft(&drafts[i]) {
				seqs = append(seqs, drafts[i].Entry.Seq)
			}
		}
		after = reached
		limit -= len(drafts)
		if done {
			break
		}
	}
	return seqs, after
}

// matchStep is how many entries are taken from the log in one hold of its lock.
const matchStep = 256

// drafts gives up to limit drafts changed after a revision, and the revision up to which that tells.
func (l *Log) drafts(after uint64, limit int) (ds []Draft, reached uint64, done bool) {
	ds = make([]Draft, 0, limit)
	l.mu.Lock()
	defer l.mu.Unlock()
	for rev := after; ; {
		var seq uint64
		rev, seq = l.revs.next(rev + 1)
		if rev == 0 {
			return ds, l.revs.last, true
		}
		if len(ds) == limit {
			return ds, ds[limit-1].Entry.Rev, false
		}
		ds = append(ds, l.records.at(seq).Draft)
	}
}
