package capture

import (
	"context"
	"database/sql"
	"slices"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// ScanBodies implements [query.Source].
func (s *Store) ScanBodies(ctx context.Context, run uint32, from, to uint64, want func(seq uint64) bool, yield func(seq uint64, part wire.Part, body []byte) error) error {
	names := parts()
	return s.scanParts(ctx, run, from, to, partMessage, partHeads, want, func(seq uint64, part int, body []byte) error {
		return yield(seq, names[part], body)
	})
}

var _ query.ExchangeScanner = (*Store)(nil)

// ScanExchanges implements [query.ExchangeScanner].
func (s *Store) ScanExchanges(ctx context.Context, run uint32, from, to uint64, want func(seq uint64) bool, yield func(seq uint64, x *wire.Exchange) error) error {
	return s.scanParts(ctx, run, from, to, partHeads, partCount, want, func(seq uint64, _ int, raw []byte) error {
		x, err := readExchange(raw)
		if err != nil {
			return nil // damaged: the entry says so when it is opened
		}
		return yield(seq, &x)
	})
}

// scanParts hands out the parts low <= part < high of the entries that are wanted.
func (s *Store) scanParts(ctx context.Context, run uint32, from, to uint64, low, high int, want func(seq uint64) bool, yield func(seq uint64, part int, body []byte) error) error {
	p, ok := s.place(run)
	if !ok {
		return nil
	}
	need := needRefs
	if len(p.hidden) > 0 {
		need |= query.NeedConn
	}
	b := bodies{s: s, ctx: ctx, p: p, yield: yield}
	room, _ := s.room.Get().(*scanRoom) // New makes no other
	defer s.room.Put(room)
	return s.segments(ctx, p, room, from, to, need, nil, func(items []item) error {
		b.found = b.found[:0]
		for i := range items {
			if !want(items[i].Seq) {
				continue
			}
			for part := low; part < high; part++ {
				if r := items[i].refs[part]; r.block != 0 {
					b.found = append(b.found, found{r, items[i].Seq, part})
				}
			}
		}
		return b.each()
	})
}

// found is a body to be read.
type found struct {
	ref
	seq  uint64
	part int
}

// bodies reads bodies in the order of their blocks, each block once.
type bodies struct {
	s     *Store
	ctx   context.Context
	p     place
	yield func(seq uint64, part int, body []byte) error
	found []found
	block uint32 // the one in raw
	raw   []byte
	buf   []byte

	rows *sql.Rows // of blocks by rising number, up to end; nil: each is asked for by itself
	end  uint32
	at   uint32 // the block that rows stands on
	data sql.RawBytes
}

// dense is how many blocks may lie between two that are wanted for them to be read in one go.
const dense = 4

// ahead begins to read the blocks of what is to come in one go: a quiet connection leaves a small one with every batch.
func (b *bodies) ahead(list []found) {
	if b.rows != nil && list[0].block <= b.end {
		return
	}
	b.close()
	last := 0
	for i := range list {
		if list[i].size > pieceLen || list[i].block-list[last].block > dense {
			break
		}
		last = i
	}
	if list[last].block-list[0].block < dense {
		return
	}
	rows, err := b.p.db.query(b.ctx, "SELECT id, data FROM block WHERE id BETWEEN ? AND ? ORDER BY id", blobID(b.p.run, list[0].block), blobID(b.p.run, list[last].block))
	if err == nil && rows.Err() == nil {
		b.rows, b.end, b.at = rows, list[last].block, 0
	}
}

func (b *bodies) close() {
	if b.rows != nil {
		_ = b.rows.Close()
	}
	b.rows, b.end, b.at = nil, 0, 0
}

// fetch reads a block.
func (b *bodies) fetch(block uint32) ([]byte, error) {
	for b.rows != nil && block <= b.end && b.at < block {
		var id int64
		if !b.rows.Next() || b.rows.Scan(&id, &b.data) != nil {
			b.close() // damaged there, perhaps: each by itself
			break
		}
		b.at = uint32(id)
	}
	if b.rows != nil && b.at == block {
		return openBlock(b.buf, b.data)
	}
	return readBlock(b.ctx, b.p, block, b.buf)
}

func (b *bodies) each() error {
	slices.SortFunc(b.found, func(x, y found) int {
		if x.block != y.block {
			return compare(uint64(x.block), uint64(y.block))
		}
		return compare(uint64(x.off), uint64(y.off))
	})
	defer b.close()
	for i, f := range b.found {
		if i == 0 || f.block != b.found[i-1].block {
			b.ahead(b.found[i:])
		}
		body, err := b.read(f)
		if b.ctx.Err() != nil {
			return b.ctx.Err()
		}
		if err != nil {
			continue // damaged or gone: the entry says so when it is opened
		}
		if err := b.yield(f.seq, f.part, body); err != nil {
			return err
		}
	}
	return nil
}

func (b *bodies) read(f found) ([]byte, error) {
	if f.size > pieceLen {
		return b.s.bytes(b.ctx, b.p, f.ref, 0, -1)
	}
	if b.block != f.block {
		raw, err := b.fetch(f.block)
		if err != nil {
			b.block = 0
			return nil, err
		}
		b.block, b.raw, b.buf = f.block, raw, raw
	}
	if int64(f.off)+f.size > int64(len(b.raw)) {
		return nil, errDamaged
	}
	return b.raw[f.off : int64(f.off)+f.size], nil
}
