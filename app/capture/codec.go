package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/klauspost/compress/s2"
)

// A segment is the summaries of up to segmentLen entries of one run, each field in a column of its own, so that equal
// values lie together and a reader decodes no column that it does not need:
//
//	CRC-32C of the rest (4 bytes) | version | entries | columns | for each: id, length, length compressed | the columns
//
// Numbers are unsigned varints. A column that holds only zeros or empty texts is left out.
const (
	codecVersion = 1
	// maxColumn bounds one column, so that a damaged length allocates nothing large: 4096 entries with 16 findings of
	// some hundred bytes take 20 MB.
	maxColumn = 64 << 20
	// maxCount bounds the entries of one segment as read.
	maxCount = 1 << 16
)

var (
	errDamaged = errors.New("damaged")
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

// sealBlob puts a checksum in front of what encode appends to dst.
func sealBlob(dst []byte, encode func([]byte) []byte) []byte {
	at := len(dst)
	dst = encode(append(dst, 0, 0, 0, 0))
	binary.LittleEndian.PutUint32(dst[at:], crc32.Checksum(dst[at+4:], castagnoli))
	return dst
}

// openBlob is what sealBlob sealed.
func openBlob(b []byte) ([]byte, error) {
	if len(b) < 4 || binary.LittleEndian.Uint32(b) != crc32.Checksum(b[4:], castagnoli) {
		return nil, fmt.Errorf("checksum: %w", errDamaged)
	}
	return b[4:], nil
}

// writer makes one column after the other.
type columnWriter struct {
	raw  []byte // of the column under way
	dict map[string]uint64
	text []string
	head []byte // ids and lengths
	data []byte // compressed columns
	n    uint64 // columns
	used bool   // the column holds a value that is not zero
}

func (w *columnWriter) reset() {
	w.head, w.data, w.n = w.head[:0], w.data[:0], 0
	w.begin()
}

func (w *columnWriter) begin() { w.raw, w.used = w.raw[:0], false }

func (w *columnWriter) uint(v uint64) {
	w.used = w.used || v != 0
	w.raw = binary.AppendUvarint(w.raw, v)
}

func (w *columnWriter) int(v int64) {
	w.used = w.used || v != 0
	w.raw = binary.AppendVarint(w.raw, v)
}

// end closes the column under way.
func (w *columnWriter) end(id byte) {
	if w.used {
		at := len(w.data)
		w.data = append(w.data, make([]byte, s2.MaxEncodedLen(len(w.raw)))...)
		enc := s2.Encode(w.data[at:], w.raw)
		w.data = w.data[:at+len(enc)]
		w.head = binary.AppendUvarint(w.head, uint64(id))
		w.head = binary.AppendUvarint(w.head, uint64(len(w.raw)))
		w.head = binary.AppendUvarint(w.head, uint64(len(enc)))
		w.n++
	}
	w.begin()
}

// texts makes a column of texts: the distinct ones, then one number for each entry.
func (w *columnWriter) texts(id byte, n int, at func(int) string) {
	if w.dict == nil {
		w.dict = map[string]uint64{}
	}
	clear(w.dict)
	w.text = w.text[:0]
	for i := range n {
		s := at(i)
		if _, ok := w.dict[s]; !ok {
			w.dict[s] = uint64(len(w.text))
			w.text = append(w.text, s)
		}
	}
	if len(w.text) == 1 && w.text[0] == "" {
		return
	}
	w.used = true
	w.uint(uint64(len(w.text)))
	for _, s := range w.text {
		w.uint(uint64(len(s)))
	}
	for _, s := range w.text {
		w.raw = append(w.raw, s...)
	}
	for i := range n {
		w.uint(w.dict[at(i)])
	}
	clear(w.text)
	w.end(id)
}

// segment is an opened one: its columns are decompressed when they are asked for.
type segment struct {
	count   int
	columns []column
}

type column struct {
	id  byte
	raw int
	enc []byte
}

// parseSegment reads the head of a segment. blob has to stay unchanged as long as the segment is used.
func parseSegment(blob []byte) (*segment, error) {
	b, err := openBlob(blob)
	if err != nil {
		return nil, err
	}
	r := columnReader{b: b}
	if v := r.uint(); v != codecVersion {
		return nil, fmt.Errorf("segment of version %d: %w", v, errDamaged)
	}
	s := &segment{count: r.length(maxCount)}
	n := r.length(256)
	lens := make([]int, n)
	for i := range n {
		s.columns = append(s.columns, column{id: byte(r.uint()), raw: r.length(maxColumn)})
		lens[i] = r.length(len(b))
	}
	for i := range n {
		s.columns[i].enc = r.take(lens[i])
	}
	if r.bad {
		return nil, errDamaged
	}
	return s, nil
}

// read opens a column; ok is false when all its values are zero. buf is used if it is large enough.
func (s *segment) read(id byte, buf []byte) (r columnReader, ok bool, err error) {
	for _, c := range s.columns {
		if c.id != id {
			continue
		}
		if n, err := s2.DecodedLen(c.enc); err != nil || n != c.raw {
			return r, false, errDamaged
		}
		b, err := s2.Decode(buf[:cap(buf)], c.enc)
		if err != nil {
			return r, false, errDamaged
		}
		return columnReader{b: b}, true, nil
	}
	return r, false, nil
}

// columnReader reads what columnWriter wrote; bad is set when it breaks off, and every further value is zero.
type columnReader struct {
	b   []byte
	bad bool
}

func (r *columnReader) uint() uint64 {
	if len(r.b) > 0 && r.b[0] < 0x80 {
		v := r.b[0]
		r.b = r.b[1:]
		return uint64(v)
	}
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *columnReader) int() int64 {
	return unzigzag(r.uint())
}

// unzigzag is the number that binary.AppendVarint wrote as u.
func unzigzag(u uint64) int64 {
	v := int64(u >> 1)
	if u&1 != 0 {
		v = ^v
	}
	return v
}

// length is a number that may not be above limit.
func (r *columnReader) length(limit int) int {
	v := r.uint()
	if v > uint64(limit) {
		r.fail()
		return 0
	}
	return int(v)
}

func (r *columnReader) take(n int) []byte {
	if n > len(r.b) {
		r.fail()
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *columnReader) fail() { r.b, r.bad = nil, true }

// texts reads the distinct texts of a column. They share one allocation.
func (r *columnReader) texts(buf []string) []string {
	n := r.length(min(maxCount*17, len(r.b))) // each takes a byte at least
	lens := make([]int, n)
	sum := 0
	for i := range lens {
		lens[i] = r.length(len(r.b))
		sum += lens[i]
	}
	if sum > len(r.b) {
		r.fail()
		return nil
	}
	all := string(r.take(sum))
	out := buf[:0]
	for _, l := range lens {
		out = append(out, all[:l])
		all = all[l:]
	}
	return out
}
