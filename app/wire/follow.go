package wire

import "unsafe"

// followStep bounds how many entries one [Log.Follow] looks at, so that the lock is held for some 20 µs.
const followStep = 256

// DefaultKeepStored bounds the bodies that stay in memory although a follower has stored them: what the user looks at
// while it happens is answered from memory, the rest from the store.
const DefaultKeepStored = 8 << 20

// DefaultKeepEntries is the same for entries: they take about 400 bytes each.
const DefaultKeepEntries = 10_000

// Cursor is how far a follower of a log came.
type Cursor struct {
	Seq uint64 // entries up to it were handed out
	Rev uint64 // changes up to it were handed out
}

// Changed is an entry as a follower gets it. Its bodies are shared and must not be changed.
type Changed struct {
	Draft
	// Bodies is the revision at which its bodies were set last: who stored the entry at that revision has them.
	Bodies uint64
}

// Follow appends to fresh and changed what a follower at that cursor has not seen: entries that are new, by rising Seq
// without a hole except where entries left the log, and older ones that changed, as they are now. more says that
// another call would find more at once.
func (l *Log) Follow(at Cursor, fresh, changed []Changed) (_, _ []Changed, next Cursor, more bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	next = at
	first := max(at.Seq+1, l.records.first)
	for seq := first; seq <= l.records.last && seq < first+followStep; seq++ {
		fresh = append(fresh, l.records.at(seq).changed())
		next.Seq = seq
	}
	for range followStep {
		rev, seq := l.revs.next(next.Rev + 1)
		if rev == 0 {
			next.Rev = l.revs.last
			break
		}
		next.Rev = rev
		if seq <= at.Seq { // a newer one is told as a new entry, now or by a later call
			changed = append(changed, l.records.at(seq).changed())
		}
	}
	return fresh, changed, next, next.Seq < l.records.last || next.Rev < l.revs.last
}

func (r *record) changed() Changed { return Changed{Draft: r.Draft, Bodies: r.bodies} }

// Stored tells that everything up to a cursor that [Log.Follow] gave is in a store. The oldest bodies of it leave
// memory first, and as soon as they take more than the log keeps of them: without a new revision, since nothing is
// lost; [Log.Body] then answers as for an entry that left the log.
func (l *Log) Stored(at Cursor) {
	for more := true; more; {
		l.mu.Lock()
		l.stored = at
		more = l.dropStored()
		more = l.leaveStored() || more
		l.mu.Unlock()
	}
}

// dropStored lets the oldest stored bodies leave; more says that a further call would drop more. The newest body
// stays: somebody is about to look at it. The caller holds the lock.
func (l *Log) dropStored() (more bool) {
	for range trimStep {
		if l.bytes <= l.keepStored || l.bodies.len() <= 1 {
			return false
		}
		at, seq := l.bodies.first, *l.bodies.at(l.bodies.first)
		if l.records.has(seq) {
			if r := l.records.at(seq); r.stored == at && !l.forget(r) {
				return false
			}
		}
		l.bodies.pop()
	}
	return true
}

// leaveStored lets the oldest stored entries leave; more says that a further call would. The caller holds the lock.
func (l *Log) leaveStored() (more bool) {
	for range trimStep {
		if int64(l.records.len()) <= l.keepEntries || !l.isStored(l.records.at(l.records.first)) {
			return false
		}
		l.leave()
	}
	return true
}

// isStored says that a follower has stored a record as it is.
func (l *Log) isStored(r *record) bool {
	return r.Entry.Seq <= l.stored.Seq && r.Entry.Rev <= l.stored.Rev
}

// forget drops the bodies of a record that a store has, and says whether it has them.
func (l *Log) forget(r *record) bool {
	if r.Entry.Seq > l.stored.Seq || r.bodies > l.stored.Rev {
		return false
	}
	if len(r.Message)+len(r.Request)+len(r.Response) == 0 {
		return true
	}
	r.Message, r.Request, r.Response = nil, nil, nil
	l.bytes -= r.size
	r.size, r.stored = r.weight(), 0
	l.bytes += r.size
	r.away = true
	return true
}

// missing says that a part of the record left memory for the store.
func (r *record) missing(part []byte, total int64) bool { return r.away && len(part) == 0 && total > 0 }

// sameBodies says that two drafts share their bodies.
func sameBodies(a, b *Draft) bool {
	return same(a.Message, b.Message) && same(a.Request, b.Request) && same(a.Response, b.Response)
}

func same(a, b []byte) bool {
	return len(a) == len(b) && (len(a) == 0 || unsafe.SliceData(a) == unsafe.SliceData(b))
}
