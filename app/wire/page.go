package wire

// MaxPage is how many entries one page or one slice of a search looks at, at most: a lock is held no longer than
// copying that many takes.
const MaxPage = 5000

// Page returns up to limit entries changed after revision after, by rising Rev. An entry that changed several times
// comes once, at its latest revision, so applying a page twice changes nothing. A limit outside 1 to MaxPage means
// MaxPage. Entries with a Seq below FirstAvailable left the log.
func (l *Log) Page(after uint64, limit int) Page {
	if limit <= 0 || limit > MaxPage {
		limit = MaxPage
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	p := Page{
		Entries:        make([]Entry, 0, min(uint64(limit), l.revs.last-min(after, l.revs.last), uint64(l.records.len()))),
		FirstAvailable: l.records.first,
		Next:           l.revs.last,
		Last:           l.records.last,
	}
	for rev := after; ; {
		var seq uint64
		rev, seq = l.revs.next(rev + 1)
		if rev == 0 {
			return p
		}
		if len(p.Entries) == limit {
			p.Next = p.Entries[limit-1].Rev
			return p
		}
		p.Entries = append(p.Entries, l.records.at(seq).Entry)
	}
}

// Entry returns one entry.
func (l *Log) Entry(seq uint64) (Entry, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.records.has(seq) {
		return Entry{}, false
	}
	return l.records.at(seq).Entry, true
}

// Exchange returns the HTTP side of an entry.
func (l *Log) Exchange(seq uint64) (Exchange, bool) {
	l.mu.Lock()
	var x *Exchange
	if l.records.has(seq) {
		x = l.records.at(seq).Exchange
	}
	l.mu.Unlock()
	if x == nil {
		return Exchange{}, false
	}
	c := *x.clone()
	if c.RequestHeaders == nil {
		c.RequestHeaders = []Header{}
	}
	if c.ResponseHeaders == nil {
		c.ResponseHeaders = []Header{}
	}
	return c, true
}

// Body returns up to length bytes of a part from offset, the length kept and the true length; a negative length
// means up to the end. Nothing is copied: the bytes must not be changed. The kept length differs from the true one
// when the body was cut or dropped (see [Entry]) or when masking made it longer or shorter. ok is false when the
// entry or its body left the log for a store, or has no such part.
func (l *Log) Body(seq uint64, part Part, offset, length int64) (b []byte, kept, total int64, ok bool) {
	l.mu.Lock()
	if !l.records.has(seq) {
		l.mu.Unlock()
		return nil, 0, 0, false
	}
	r := l.records.at(seq)
	e := &r.Entry
	exchange := e.Kind == KindHTTP || r.Exchange != nil
	switch {
	case part == PartMessage && !exchange:
		b, total, ok = r.Message, e.Bytes, true
	case part == PartRequest && exchange:
		b, total, ok = r.Request, e.ReqBytes, true
	case part == PartResponse && exchange:
		b, total, ok = r.Response, e.Bytes, true
	case part == PartMessage && r.Message != nil:
		b, total, ok = r.Message, int64(len(r.Message)), true
	}
	ok = ok && !r.missing(b, total)
	l.mu.Unlock()
	kept = int64(len(b))
	offset = min(max(offset, 0), kept)
	end := kept
	if length >= 0 && length < kept-offset {
		end = offset + length
	}
	return b[offset:end:end], kept, total, ok
}
