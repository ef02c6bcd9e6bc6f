package capture

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// place is where a run is read: this program's file or an opened one.
type place struct {
	db     *database
	run    uint32
	hidden map[string]bool // connections whose captures were deleted
}

// place finds a run; ok is false when the file cannot be read.
func (s *Store) place(run uint32) (p place, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.files[run]; f != nil {
		return place{db: f.db, run: f.run}, true
	}
	p.db = s.db
	if run == 0 {
		run = s.run
	}
	p.run, p.hidden = run, s.hidden[run]
	return p, p.db != nil && run != 0
}

// Bounds implements [query.Source].
func (s *Store) Bounds(run uint32) (first, last uint64) {
	p, ok := s.place(run)
	if !ok {
		return 0, 0
	}
	var a, b sql.NullInt64
	row := p.db.row(context.Background(), "SELECT (SELECT min(first) FROM segment WHERE run = ?), (SELECT max(last) FROM segment WHERE run = ?)", p.run, p.run)
	if row.Scan(&a, &b) != nil || !b.Valid {
		return 0, 0
	}
	return uint64(a.Int64), uint64(b.Int64)
}

// Entry implements [query.Source].
func (s *Store) Entry(run uint32, seq uint64) (wire.Entry, bool) {
	p, ok := s.place(run)
	if !ok {
		return wire.Entry{}, false
	}
	it, err := s.itemAt(context.Background(), p, seq)
	if err != nil || it == nil || p.hidden[it.Conn] {
		return wire.Entry{}, false
	}
	return it.Entry, true
}

// storedItem is what is stored of an entry of this run, nil when it is not there.
func (s *Store) storedItem(ctx context.Context, run uint32, seq uint64) (*item, error) {
	s.mu.Lock()
	p := place{db: s.db, run: run}
	s.mu.Unlock()
	return s.itemAt(ctx, p, seq)
}

// itemAt reads one entry.
func (s *Store) itemAt(ctx context.Context, p place, seq uint64) (*item, error) {
	if seq > math.MaxInt64 {
		return nil, nil
	}
	for range sealTries {
		it, err := s.readItem(ctx, p, seq)
		if !errors.Is(err, sql.ErrNoRows) {
			return it, err
		}
	}
	return nil, nil
}

// sealTries is how often a read begins anew because the segment it had found was sealed into another meanwhile.
const sealTries = 5

func (s *Store) readItem(ctx context.Context, p place, seq uint64) (*item, error) {
	var raw []byte
	err := p.db.row(ctx, "SELECT data FROM patch WHERE run = ? AND seq = ?", p.run, seq).Scan(&raw)
	if err == nil {
		items, err := s.decode(nil, raw, needItem)
		if err != nil || len(items) != 1 {
			return nil, errors.Join(errDamaged, err)
		}
		return &items[0], nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	var id int64
	err = p.db.row(ctx, "SELECT id FROM segment WHERE run = ? AND first <= ? AND last >= ? ORDER BY first DESC LIMIT 1", p.run, seq, seq).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	items, err := s.whole(ctx, p.db, id)
	if err != nil {
		return nil, err
	}
	i, ok := search(items, seq)
	if !ok {
		return nil, nil
	}
	return &items[i], nil
}

// whole reads all fields of a segment; the entries are shared and must not be changed.
func (s *Store) whole(ctx context.Context, db *database, id int64) ([]item, error) {
	key := cacheKey{db, id}
	if items, ok := s.cache.items(key); ok {
		return items, nil
	}
	raw, err := summary(ctx, db, id)
	if err != nil {
		return nil, err
	}
	items, err := s.decode(nil, raw, needItem)
	if err != nil {
		return nil, fmt.Errorf("read segment %d: %w", id, err)
	}
	s.cache.putItems(key, items)
	return items, nil
}

func summary(ctx context.Context, db *database, id int64) (raw []byte, err error) {
	err = db.row(ctx, "SELECT data FROM summary WHERE id = ?", id).Scan(&raw)
	return raw, err
}

func (s *Store) decode(items []item, raw []byte, need query.Need) ([]item, error) {
	return s.parsed(raw, func(c *codec, seg *segment) ([]item, error) { return c.decode(items, seg, need) })
}

// parsed has a codec read what is wanted of a segment.
func (s *Store) parsed(raw []byte, read func(*codec, *segment) ([]item, error)) ([]item, error) {
	seg, err := parseSegment(raw)
	if err != nil {
		return nil, err
	}
	c, _ := s.codec.Get().(*codec) // New makes no other
	defer s.codec.Put(c)
	return read(c, seg)
}

// Exchange implements [query.Source].
func (s *Store) Exchange(run uint32, seq uint64) (wire.Exchange, bool) {
	var x wire.Exchange
	p, ok := s.place(run)
	if !ok {
		return x, false
	}
	it, err := s.itemAt(context.Background(), p, seq)
	if err != nil || it == nil || it.refs[partHeads].block == 0 || p.hidden[it.Conn] {
		return x, false
	}
	raw, err := s.bytes(context.Background(), p, it.refs[partHeads], 0, -1)
	if err != nil {
		return x, false
	}
	x, err = readExchange(raw)
	return x, err == nil
}

// readExchange reads an exchange as it is stored.
func readExchange(raw []byte) (x wire.Exchange, err error) {
	if err := json.Unmarshal(raw, &x); err != nil {
		return x, err
	}
	if x.RequestHeaders == nil {
		x.RequestHeaders = []wire.Header{}
	}
	if x.ResponseHeaders == nil {
		x.ResponseHeaders = []wire.Header{}
	}
	return x, nil
}

// Body implements [query.Source]. ok is false, too, when the part was not kept or cannot be read any more.
func (s *Store) Body(run uint32, seq uint64, part wire.Part, offset, length int64) (b []byte, kept, total int64, ok bool) {
	p, ok := s.place(run)
	n := partOf(part)
	if !ok || n == partCount {
		return nil, 0, 0, false
	}
	it, err := s.itemAt(context.Background(), p, seq)
	if err != nil || it == nil || p.hidden[it.Conn] || !has(it, n) {
		return nil, 0, 0, false
	}
	r := it.refs[n]
	total = it.total(n)
	if r.block == 0 {
		return nil, 0, total, total == 0
	}
	if n == partMessage && it.refs[partHeads].block != 0 {
		total = r.size
	}
	if b, err = s.bytes(context.Background(), p, r, offset, length); err != nil {
		return nil, 0, total, false
	}
	return b, r.size, total, true
}

// has says whether an entry can have a part, as [wire.Log.Body] does.
func has(it *item, part int) bool {
	exchange := it.Kind == wire.KindHTTP || it.refs[partHeads].block != 0
	if part == partMessage {
		return !exchange || it.refs[partMessage].block != 0
	}
	return exchange
}

// bytes reads a range of a body. The result may be shared and must not be changed.
func (s *Store) bytes(ctx context.Context, p place, r ref, offset, length int64) ([]byte, error) {
	offset = min(max(offset, 0), r.size)
	end := r.size
	if length >= 0 && length < r.size-offset {
		end = offset + length
	}
	var out []byte
	for at := offset; at < end; {
		piece := at / pieceLen
		raw, err := s.block(ctx, p, r.block+uint32(piece))
		if err != nil {
			return nil, err
		}
		begin := at - piece*pieceLen
		if r.size <= pieceLen {
			begin += int64(r.off)
		}
		n := min(end-at, pieceLen-(at-piece*pieceLen))
		if begin+n > int64(len(raw)) {
			return nil, errDamaged
		}
		part := raw[begin : begin+n : begin+n]
		if at == offset && at+n == end {
			return part, nil
		}
		if out == nil {
			out = make([]byte, 0, end-offset)
		}
		out = append(out, part...)
		at += n
	}
	return out, nil
}

// block reads a block, which is shared and must not be changed.
func (s *Store) block(ctx context.Context, p place, n uint32) ([]byte, error) {
	key := cacheKey{p.db, blobID(p.run, n)}
	if raw, ok := s.cache.block(key); ok {
		return raw, nil
	}
	raw, err := readBlock(ctx, p, n, nil)
	if err != nil {
		return nil, err
	}
	s.cache.putBlock(key, raw)
	return raw, nil
}

func readBlock(ctx context.Context, p place, n uint32, buf []byte) ([]byte, error) {
	var data sql.RawBytes
	rows, err := p.db.query(ctx, "SELECT data FROM block WHERE id = ?", blobID(p.run, n))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return nil, errors.Join(fmt.Errorf("read block %d: it is not there", n), rows.Err())
	}
	if err := rows.Scan(&data); err != nil {
		return nil, err
	}
	raw, err := openBlock(buf, data)
	if err != nil {
		return nil, fmt.Errorf("read block %d: %w", n, err)
	}
	return raw, nil
}
