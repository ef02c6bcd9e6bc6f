package capture

import (
	"github.com/klauspost/compress/s2"

	"github.com/sightglass-dev/sightglass/app/wire"
)

const (
	// pieceLen bounds a block, uncompressed: small enough that one body costs little to read, large enough to compress
	// well and to search at the speed of memory.
	pieceLen = 256 << 10
	// maxStoredBody bounds what is read as the length of a body: no tap keeps more, and the exchange's JSON is smaller.
	maxStoredBody = 2 * wire.MaxBody
)

// packing names what shares blocks: bodies of one connection, and apart from them its exchanges, so that a search in
// headers reads no body and a deleted capture leaves whole blocks.
type packing struct {
	conn  string
	heads bool
}

// pack is a block that is being filled.
type pack struct {
	block uint32
	buf   []byte
}

// packer puts bodies into blocks and hands out those that are full.
type packer struct {
	next  uint32 // number for the next block
	open  map[packing]*pack
	free  [][]byte // buffers of blocks that were written
	enc   []byte
	write func(block uint32, conn string, data []byte) error // data is valid until it returns
}

// add stores one body and says where. A body that is longer than a block is written in pieces, one after the other.
func (p *packer) add(k packing, body []byte) (ref, error) {
	if len(body) > pieceLen {
		return p.pieces(k.conn, body)
	}
	o := p.open[k]
	if o != nil && len(o.buf)+len(body) > pieceLen {
		if err := p.close(k); err != nil {
			return ref{}, err
		}
		o = nil
	}
	if o == nil {
		o = &pack{block: p.number()}
		if n := len(p.free); n > 0 {
			o.buf, p.free = p.free[n-1], p.free[:n-1]
		}
		p.open[k] = o
	}
	r := ref{o.block, uint32(len(o.buf)), int64(len(body))}
	o.buf = append(o.buf, body...)
	return r, nil
}

func (p *packer) pieces(conn string, body []byte) (ref, error) {
	r := ref{block: p.next, size: int64(len(body))}
	for len(body) > 0 {
		n := min(len(body), pieceLen)
		if err := p.emit(p.number(), conn, body[:n]); err != nil {
			return ref{}, err
		}
		body = body[n:]
	}
	return r, nil
}

func (p *packer) number() uint32 {
	p.next++
	return p.next - 1
}

// close writes a block that is being filled.
func (p *packer) close(k packing) error {
	o := p.open[k]
	delete(p.open, k)
	err := p.emit(o.block, k.conn, o.buf)
	if len(p.free) < readers {
		p.free = append(p.free, o.buf[:0])
	}
	return err
}

// closeAll writes what is left.
func (p *packer) closeAll() error {
	for k := range p.open {
		if err := p.close(k); err != nil {
			return err
		}
	}
	return nil
}

func (p *packer) emit(block uint32, conn string, raw []byte) error {
	p.enc = sealBlock(p.enc[:0], raw)
	return p.write(block, conn, p.enc)
}

// sealBlock appends a block to dst: its checksum and its bytes, compressed.
func sealBlock(dst, raw []byte) []byte {
	return sealBlob(dst, func(dst []byte) []byte {
		at, need := len(dst), s2.MaxEncodedLen(len(raw))
		if cap(dst)-at < need {
			dst = append(make([]byte, 0, at+need), dst...)
		}
		enc := s2.Encode(dst[at:at+need], raw)
		return dst[:at+len(enc)]
	})
}

// openBlock is the bytes of a block. buf is used if it is large enough.
func openBlock(buf, data []byte) ([]byte, error) {
	b, err := openBlob(data)
	if err != nil {
		return nil, err
	}
	if n, err := s2.DecodedLen(b); err != nil || n > pieceLen {
		return nil, errDamaged
	}
	out, err := s2.Decode(buf[:cap(buf)], b)
	if err != nil {
		return nil, errDamaged
	}
	return out, nil
}
