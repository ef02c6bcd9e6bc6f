package capture

import (
	"encoding/binary"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// The ids of columns: written to disk, never given anew.
const (
	colSeq byte = iota + 1
	colTime
	colConn
	colKind
	colDir
	colMessage
	colMethod
	colName
	colID
	colCall
	colPair
	colExchange
	colStatus
	colCode
	colFlags
	colTook
	colBytes
	colReqBytes
	colPurpose
	colWithheld
	colFindings
	colNote
	colRefs
)

// The flags of an entry in colFlags.
const (
	flagToolErr = 1 << iota
	flagOpen
	flagDropped
	flagCut
)

// needRefs is asked for besides the fields of package query.
const needRefs = query.Need(1) << 31

// needItem is everything that is stored of an entry.
const needItem = query.NeedEntry | needRefs

// textColumn is a field that holds a text.
type textColumn struct {
	id   byte
	need query.Need
	at   func(*wire.Entry) *string
}

func textColumns() []textColumn {
	return []textColumn{
		{colConn, query.NeedConn, func(e *wire.Entry) *string { return &e.Conn }},
		{colKind, query.NeedKind, func(e *wire.Entry) *string { return (*string)(&e.Kind) }},
		{colDir, query.NeedDir, func(e *wire.Entry) *string { return (*string)(&e.Dir) }},
		{colMessage, query.NeedMessage, func(e *wire.Entry) *string { return (*string)(&e.Message) }},
		{colMethod, query.NeedMethod, func(e *wire.Entry) *string { return &e.Method }},
		{colName, query.NeedName, func(e *wire.Entry) *string { return &e.Name }},
		{colID, query.NeedID, func(e *wire.Entry) *string { return &e.ID }},
		{colCall, query.NeedCall, func(e *wire.Entry) *string { return &e.Call }},
		{colPurpose, query.NeedPurpose, func(e *wire.Entry) *string { return &e.Purpose }},
		{colWithheld, query.NeedWithheld, func(e *wire.Entry) *string { return &e.Withheld }},
		{colNote, query.NeedNote, func(e *wire.Entry) *string { return &e.Note }},
	}
}

// numberColumn is a field that holds a number. A number of another entry is stored as the distance to it.
type numberColumn struct {
	id   byte
	need query.Need
	get  func(*wire.Entry) int64
	set  func(*wire.Entry, int64)
}

func numberColumns() []numberColumn {
	return []numberColumn{
		{colPair, query.NeedPair, func(e *wire.Entry) int64 { return away(e.Seq, e.Pair) }, func(e *wire.Entry, v int64) { e.Pair = back(e.Seq, v) }},
		{colExchange, query.NeedExchange, func(e *wire.Entry) int64 { return away(e.Seq, e.Exchange) }, func(e *wire.Entry, v int64) { e.Exchange = back(e.Seq, v) }},
		{colStatus, query.NeedStatus, func(e *wire.Entry) int64 { return int64(e.Status) }, func(e *wire.Entry, v int64) { e.Status = int(v) }},
		{colCode, query.NeedCode, func(e *wire.Entry) int64 { return int64(e.Code) }, func(e *wire.Entry, v int64) { e.Code = int(v) }},
		{colFlags, query.NeedToolErr | query.NeedOpen | query.NeedKept, flagsOf, setFlags},
		{colTook, query.NeedTook, func(e *wire.Entry) int64 { return e.Took }, func(e *wire.Entry, v int64) { e.Took = v }},
		{colBytes, query.NeedBytes, func(e *wire.Entry) int64 { return e.Bytes }, func(e *wire.Entry, v int64) { e.Bytes = v }},
		{colReqBytes, query.NeedReqBytes, func(e *wire.Entry) int64 { return e.ReqBytes }, func(e *wire.Entry, v int64) { e.ReqBytes = v }},
	}
}

// away is the distance from seq to another entry, 0 for none; no entry is its own other half.
func away(seq, other uint64) int64 {
	if other == 0 {
		return 0
	}
	return int64(other - seq)
}

func back(seq uint64, away int64) uint64 {
	if away == 0 {
		return 0
	}
	return seq + uint64(away)
}

func flagsOf(e *wire.Entry) (v int64) {
	for i, on := range [...]bool{e.ToolErr, e.Open, e.Dropped, e.Cut} {
		if on {
			v |= 1 << i
		}
	}
	return v
}

func setFlags(e *wire.Entry, v int64) {
	e.ToolErr, e.Open, e.Dropped, e.Cut = v&flagToolErr != 0, v&flagOpen != 0, v&flagDropped != 0, v&flagCut != 0
}

// codec encodes and decodes segments. It keeps its buffers and is used by one goroutine at a time.
type codec struct {
	w       columnWriter
	buf     []byte
	dict    []string
	texts   []textColumn
	numbers []numberColumn
}

func newCodec() *codec { return &codec{texts: textColumns(), numbers: numberColumns()} }

// encode appends a segment of the items, which are by rising Seq, to dst.
func (c *codec) encode(dst []byte, items []item) []byte {
	w := &c.w
	w.reset()
	var seq, time int64
	for i := range items {
		w.int(int64(items[i].Seq) - seq)
		seq = int64(items[i].Seq)
	}
	w.end(colSeq)
	for i := range items {
		w.int(items[i].Time - time)
		time = items[i].Time
	}
	w.end(colTime)
	for _, t := range c.texts {
		w.texts(t.id, len(items), func(i int) string { return *t.at(&items[i].Entry) })
	}
	for _, n := range c.numbers {
		for i := range items {
			w.int(n.get(&items[i].Entry))
		}
		w.end(n.id)
	}
	c.encodeFindings(items)
	c.encodeRefs(items)
	return sealBlob(dst, func(dst []byte) []byte {
		dst = append(dst, codecVersion)
		dst = binary.AppendUvarint(dst, uint64(len(items)))
		dst = binary.AppendUvarint(dst, w.n)
		return append(append(dst, w.head...), w.data...)
	})
}

// encodeFindings: how many each entry has, and their texts in one column of texts.
func (c *codec) encodeFindings(items []item) {
	var all []string
	for i := range items {
		all = append(all, items[i].Findings...)
	}
	if len(all) == 0 {
		return
	}
	c.w.texts(colFindings, len(all), func(i int) string { return all[i] })
	for i := range items {
		c.w.uint(uint64(len(items[i].Findings)))
	}
	c.w.end(colFindings | 0x80)
}

// encodeRefs: for each entry which parts it has, then for each the distance of its block from the last one, the offset
// from the end of the last one, and the length.
func (c *codec) encodeRefs(items []item) {
	var last [partCount]ref
	for i := range items {
		var have uint64
		for p, r := range items[i].refs {
			if r.block != 0 {
				have |= 1 << p
			}
		}
		c.w.uint(have)
		for p, r := range items[i].refs {
			if r.block == 0 {
				continue
			}
			c.w.int(int64(r.block) - int64(last[p].block))
			c.w.int(int64(r.off) - int64(last[p].off) - last[p].size)
			c.w.uint(uint64(r.size))
			last[p] = r
		}
	}
	c.w.end(colRefs)
}
