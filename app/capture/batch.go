package capture

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// batch is one transaction of the writer. What it changes in memory counts only once it is committed.
type batch struct {
	s       *Store
	ctx     context.Context
	tx      *sql.Tx
	run     uint32
	at      wire.Cursor // what the batch brings the file to
	fresh   []item
	changed map[uint64]item // older entries, as they are now
	tail    []item
	loose   []int64
	counts  map[string]count
	bytes   int // of bodies taken in
	stmts   map[string]*sql.Stmt
	// verbatim takes gaps as they are told: the entries are from a file.
	verbatim bool
}

// count is what a batch adds to a capture.
type count struct {
	entries, bytes, errors, first, last int64 // first and last are times
}

// writeBatch stores one batch; more says that the log has more already.
func (s *Store) writeBatch(ctx context.Context) (more bool, err error) {
	w := &s.w
	defer w.letGo()
	fresh, changed, at, more := s.cfg.Log.Follow(w.at, w.fresh[:0], w.changed[:0])
	w.fresh, w.changed = fresh, changed // both have all the room that they need
	dirty := s.anyDirty()
	if len(fresh) == 0 && len(changed) == 0 && !dirty {
		w.at = at
		return more, nil
	}
	s.mu.Lock()
	db, run := s.db, s.run
	s.mu.Unlock()
	b, err := s.newBatch(ctx, db, run)
	if err != nil {
		return false, err
	}
	for {
		if err := b.take(fresh, changed); err != nil {
			_ = b.tx.Rollback()
			return false, err
		}
		b.at = at
		if !more || len(b.fresh) >= batchEntries || b.bytes >= batchBytes {
			break
		}
		fresh, changed, at, more = s.cfg.Log.Follow(b.at, fresh[:0], changed[:0])
	}
	return more, b.end()
}

// commit makes what a batch did count.
func (s *Store) commit(b *batch, saved map[string]Capture) {
	w := &s.w
	w.at, w.next, w.tail, w.loose = b.at, w.pack.next, b.tail, b.loose
	s.mu.Lock()
	for conn, c := range saved {
		if now := s.captures[conn]; now != nil {
			now.Entries, now.Bytes, now.Errors, now.Last = c.Entries, c.Bytes, c.Errors, c.Last
		} else {
			s.captures[conn] = &c
		}
		delete(s.dirty, conn)
	}
	s.mu.Unlock()
	s.cfg.Log.Stored(b.at)
}

// take packs the bodies of what the log told.
func (b *batch) take(fresh, changed []wire.Changed) error {
	last := b.at.Seq
	for i := range fresh {
		c := &fresh[i]
		if !b.verbatim && (c.Entry.Kind == wire.KindGap || c.Entry.Seq > last+1) {
			b.lost(last+1, c)
		}
		last = c.Entry.Seq
		if !b.verbatim && c.Entry.Kind == wire.KindGap {
			continue
		}
		it, err := b.place(c, nil)
		if err != nil {
			return err
		}
		b.fresh = append(b.fresh, it)
		b.add(&it.Entry, 1)
	}
	for i := range changed {
		c := &changed[i]
		if c.Entry.Kind == wire.KindGap { // the log's own: what stood there is stored
			continue
		}
		if err := b.change(c); err != nil {
			return err
		}
	}
	return nil
}

// lost puts a gap where entries left the log before they were stored: from, up to the one before c or c itself.
func (b *batch) lost(from uint64, c *wire.Changed) {
	to := c.Entry.Seq - 1
	if c.Entry.Kind == wire.KindGap {
		to++
	}
	b.fresh = append(b.fresh, item{Entry: wire.Entry{
		Seq: to, Time: c.Entry.Time, Conn: c.Entry.Conn, Kind: wire.KindGap,
		Note: fmt.Sprintf("entries %d to %d left memory before they could be stored: %d entries", from, to, to-from+1),
	}})
}

// add counts an entry in its capture; once is 1 for a new one, 0 for a changed one, -1 for what a changed one was.
func (b *batch) add(e *wire.Entry, once int64) {
	c := b.counts[e.Conn]
	sign := int64(1)
	if once < 0 {
		sign, once = -1, 0
	}
	c.entries += once
	c.bytes += sign * (e.Bytes + e.ReqBytes)
	if query.Failed(e) {
		c.errors += sign
	}
	if c.first == 0 || e.Time < c.first {
		c.first = e.Time
	}
	c.last = max(c.last, e.Time)
	b.counts[e.Conn] = c
}

// change takes in an entry that is stored already.
func (b *batch) change(c *wire.Changed) error {
	seq := c.Entry.Seq
	old, where := b.find(seq)
	if where == nil {
		it, err := b.s.storedItem(b.ctx, b.run, seq)
		if err != nil || it == nil {
			return err // nil: it was lost or deleted
		}
		old = *it
	}
	it, err := b.place(c, &old)
	if err != nil || sameItem(&it, &old) {
		return err
	}
	b.add(&old.Entry, -1)
	b.add(&it.Entry, 0)
	if where != nil && seq > b.s.w.at.Seq { // of this batch
		*where = it
		return nil
	}
	b.changed[seq] = it
	return nil
}

// find looks for an entry among those that are in memory.
func (b *batch) find(seq uint64) (it item, where *item) {
	if it, ok := b.changed[seq]; ok {
		return it, &it
	}
	for _, list := range [][]item{b.fresh, b.tail} {
		i, ok := slices.BinarySearchFunc(list, seq, func(it item, seq uint64) int { return compare(it.Seq, seq) })
		if ok {
			return list[i], &list[i]
		}
	}
	return it, nil
}

func compare(a, b uint64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// sameItem says that nothing changed that is stored.
func sameItem(a, b *item) bool {
	x, y := *a, *b
	if !slices.Equal(x.Findings, y.Findings) || x.refs != y.refs {
		return false
	}
	x.Findings, y.Findings = nil, nil
	return reflect.DeepEqual(x.Entry, y.Entry)
}

// place makes the item of an entry and packs the bodies that old, what is stored of it, does not have.
func (b *batch) place(c *wire.Changed, old *item) (item, error) {
	it := item{Entry: c.Entry}
	it.Rev, it.Dropped = 0, false
	var since wire.Cursor
	if old != nil {
		it.refs, since = old.refs, b.at
	}
	k := packing{conn: c.Entry.Conn}
	for p, body := range [partHeads][]byte{c.Message, c.Request, c.Response} {
		r := &it.refs[p]
		if len(body) == 0 || r.block != 0 && c.Bodies <= since.Rev && r.size == int64(len(body)) {
			it.Dropped = it.Dropped || len(body) == 0 && r.block == 0 && c.Entry.Dropped
			continue
		}
		var err error
		if *r, err = b.s.w.pack.add(k, body); err != nil {
			return it, err
		}
		b.bytes += len(body)
	}
	if it.Dropped { // only if one of the parts that are missing ever held something
		it.Dropped = missing(&it)
	}
	if c.Exchange == nil {
		return it, nil
	}
	raw, err := json.Marshal(c.Exchange)
	if err != nil {
		return it, err
	}
	k.heads = true
	it.refs[partHeads], err = b.s.w.pack.add(k, raw)
	return it, err
}

// missing says that a body is not stored although there was one.
func missing(it *item) bool {
	if it.Kind == wire.KindHTTP {
		return it.refs[partRequest].block == 0 && it.ReqBytes > 0 || it.refs[partResponse].block == 0 && it.Bytes > 0
	}
	return it.refs[partMessage].block == 0 && it.Bytes > 0
}

// write writes the segments and what changed in those before.
func (b *batch) write() error {
	if err := b.s.w.pack.closeAll(); err != nil {
		return err
	}
	if len(b.tail)+len(b.fresh) >= segmentLen || len(b.loose) >= maxLoose {
		if err := b.seal(); err != nil {
			return err
		}
	} else if len(b.fresh) > 0 {
		id, err := b.segment(b.fresh)
		if err != nil {
			return err
		}
		b.tail = slices.Concat(b.tail, b.fresh)
		b.loose = append(slices.Clip(b.loose), id)
	}
	return b.patches()
}

// seal writes the tail and the new entries anew, in segments of full length and one for the rest.
func (b *batch) seal() error {
	all := b.fresh
	if len(b.tail) > 0 {
		first, last := b.tail[0].Seq, b.tail[len(b.tail)-1].Seq
		all = slices.Concat(b.tail, b.fresh)
		for i := range b.tail {
			if it, ok := b.changed[all[i].Seq]; ok {
				all[i] = it
				delete(b.changed, it.Seq)
			}
		}
		if err := b.exec("DELETE FROM patch WHERE run = ? AND seq BETWEEN ? AND ?", b.run, first, last); err != nil {
			return err
		}
	}
	for _, id := range b.loose {
		if err := b.exec("DELETE FROM segment WHERE id = ?", id); err != nil {
			return err
		}
		if err := b.exec("DELETE FROM summary WHERE id = ?", id); err != nil {
			return err
		}
	}
	b.tail, b.loose = nil, nil
	for len(all) > 0 {
		n := min(len(all), segmentLen)
		id, err := b.segment(all[:n])
		if err != nil {
			return err
		}
		if n < segmentLen {
			b.tail, b.loose = slices.Clone(all), []int64{id}
		}
		all = all[n:]
	}
	return nil
}

// segment writes one segment and returns its id.
func (b *batch) segment(items []item) (int64, error) {
	w := &b.s.w
	id := blobID(b.run, w.pack.number())
	if err := b.exec("INSERT INTO segment (id, run, first, last, zone) VALUES (?, ?, ?, ?, ?)",
		id, b.run, items[0].Seq, items[len(items)-1].Seq, marshalZone(zoneOf(b.run, items))); err != nil {
		return 0, err
	}
	w.enc = w.codec.encode(w.enc[:0], items)
	return id, b.exec("INSERT INTO summary (id, data) VALUES (?, ?)", id, w.enc)
}

func (b *batch) writeBlock(block uint32, conn string, data []byte) error {
	return b.exec("INSERT INTO block (id, conn, data) VALUES (?, ?, ?)", blobID(b.run, block), conn, data)
}

func blobID(run, n uint32) int64 { return int64(run)<<32 | int64(n) }

// stmt is a statement of the batch's transaction, prepared once.
func (b *batch) stmt(query string) (*sql.Stmt, error) {
	if st := b.stmts[query]; st != nil {
		return st, nil
	}
	st, err := b.tx.PrepareContext(b.ctx, query)
	if err == nil {
		b.stmts[query] = st
	}
	return st, err
}

func (b *batch) exec(query string, args ...any) error {
	st, err := b.stmt(query)
	if err == nil {
		_, err = st.ExecContext(b.ctx, args...)
	}
	return err
}

// oneRow is the part of [sql.Row] that is used.
type oneRow interface{ Scan(dest ...any) error }

type noRow struct{ err error }

func (r noRow) Scan(...any) error { return r.err }

func (b *batch) row(query string, args ...any) oneRow {
	st, err := b.stmt(query)
	if err != nil {
		return noRow{err}
	}
	return st.QueryRowContext(b.ctx, args...)
}
