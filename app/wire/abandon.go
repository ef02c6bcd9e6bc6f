package wire

import "slices"

// Abandon tells that no answer to an open request of a connection will come any more, in either direction: such an
// entry is no longer open and gets why as a finding. It is for the end of a connection; an answer that comes all the
// same is a stray one.
func (l *Log) Abandon(conn, why string) {
	l.abandon(func(k pairKey) bool { return k.conn == conn }, why)
}

// AbandonApp is Abandon for the messages of one app (KindApp).
func (l *Log) AbandonApp(conn, app, why string) {
	l.abandon(func(k pairKey) bool { return k.conn == conn && k.app == app && app != "" }, why)
}

func (l *Log) abandon(is func(pairKey) bool, why string) {
	l.mu.Lock()
	var seqs []uint64
	for k, q := range l.pairs.open {
		if !is(k) {
			continue
		}
		delete(l.pairs.open, k)
		if l.isOpen(q.seq) {
			seqs = append(seqs, q.seq)
		}
	}
	slices.Sort(seqs)
	for _, seq := range seqs {
		l.lapse(seq, why)
	}
	subs := l.subs
	l.mu.Unlock()
	if len(seqs) > 0 {
		nudge(subs)
	}
}

// Lapse is Abandon for one request: it does nothing when the entry is not open. The answer may still come.
func (l *Log) Lapse(seq uint64, why string) {
	l.mu.Lock()
	open := l.isOpen(seq)
	if open {
		l.lapse(seq, why)
	}
	subs := l.subs
	l.mu.Unlock()
	if open {
		nudge(subs)
	}
}

func (l *Log) isOpen(seq uint64) bool { return l.records.has(seq) && l.records.at(seq).Entry.Open }

func (l *Log) lapse(seq uint64, why string) {
	r := l.records.at(seq)
	r.Entry.Open = false
	r.Entry.find(why)
	l.touch(r)
}
