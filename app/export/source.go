// Package export hands on what crossed the wire: one entry as code, many as HAR, JSON Lines or a capture file, a bug
// report, spans for a collector. It reads any [Source] and knows neither the live log's locks nor the store's tables.
// Everything in a source is masked already; export adds nothing to it that is not there.
package export

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"unicode/utf8"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// MaxBody bounds one body that is held in memory, in bytes: as long as the log keeps one.
const MaxBody = wire.MaxBody

// chunk is how much of a body is asked for at once, in bytes.
const chunk = 1 << 20

// Source is what is handed on. Entry.Seq, Entry.Pair and Entry.Exchange are in one number space of the source. Methods
// are called from one goroutine at a time, Exchange and Body also from within a yield.
type Source interface {
	// Entries calls yield with each entry in the order of the wire. It ends with yield's error, or its own.
	Entries(yield func(wire.Entry) error) error
	// Exchange is the HTTP side of an entry, nil when there is none.
	Exchange(seq uint64) (*wire.Exchange, error)
	// Body returns up to length bytes of a part of an entry from offset, and how many there are to have. A part that is
	// not there has none. The bytes must not be changed.
	Body(seq uint64, part wire.Part, offset, length int64) (b []byte, kept int64, err error)
}

// errStop ends an iteration early.
var errStop = errors.New("stop")

// Log is the source of what a live log holds when it is read. Entries that are added meanwhile are not among it.
func Log(l *wire.Log) Source { return liveLog{l} }

type liveLog struct{ log *wire.Log }

func (l liveLog) Entries(yield func(wire.Entry) error) error {
	p := l.log.Page(0, 1)
	for seq := p.FirstAvailable; seq <= p.Last; seq++ {
		if e, ok := l.log.Entry(seq); ok {
			if err := yield(e); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l liveLog) Exchange(seq uint64) (*wire.Exchange, error) {
	if x, ok := l.log.Exchange(seq); ok {
		return &x, nil
	}
	return nil, nil
}

func (l liveLog) Body(seq uint64, part wire.Part, offset, length int64) ([]byte, int64, error) {
	b, kept, _, _ := l.log.Body(seq, part, offset, length)
	return b, kept, nil
}

// Only is the part of a source that keep wants. What is kept may point (Pair, Exchange) to what is not.
func Only(s Source, keep func(wire.Entry) bool) Source { return only{s, keep} }

type only struct {
	Source
	keep func(wire.Entry) bool
}

func (o only) Entries(yield func(wire.Entry) error) error {
	return o.Source.Entries(func(e wire.Entry) error {
		if !o.keep(e) {
			return nil
		}
		return yield(e)
	})
}

// Memory is the source of records in memory, which must be in the order of the wire.
func Memory(records []wire.Draft) Source {
	m := memory{records: records, at: make(map[uint64]int, len(records))}
	for i := range records {
		m.at[records[i].Entry.Seq] = i
	}
	return m
}

type memory struct {
	records []wire.Draft
	at      map[uint64]int
}

func (m memory) Entries(yield func(wire.Entry) error) error {
	for i := range m.records {
		if err := yield(m.records[i].Entry); err != nil {
			return err
		}
	}
	return nil
}

func (m memory) Exchange(seq uint64) (*wire.Exchange, error) {
	if i, ok := m.at[seq]; ok {
		return m.records[i].Exchange, nil
	}
	return nil, nil
}

func (m memory) Body(seq uint64, part wire.Part, offset, length int64) ([]byte, int64, error) {
	i, ok := m.at[seq]
	if !ok {
		return nil, 0, nil
	}
	b := map[wire.Part][]byte{wire.PartMessage: m.records[i].Message, wire.PartRequest: m.records[i].Request, wire.PartResponse: m.records[i].Response}[part]
	kept := int64(len(b))
	offset = min(max(offset, 0), kept)
	if length < 0 || length > kept-offset {
		length = kept - offset
	}
	return b[offset : offset+length], kept, nil
}

// chunks reads a body piece by piece.
func chunks(s Source, seq uint64, part wire.Part) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for at := int64(0); ; {
			b, kept, err := s.Body(seq, part, at, chunk)
			if err != nil {
				yield(nil, fmt.Errorf("read the %s of entry %d: %w", part, seq, err))
				return
			}
			if len(b) == 0 || !yield(b, nil) {
				return
			}
			if at += int64(len(b)); at >= kept {
				return
			}
		}
	}
}

// Whole reads a body into memory.
func Whole(s Source, seq uint64, part wire.Part) ([]byte, error) {
	var out []byte
	first := true
	for b, err := range chunks(s, seq, part) {
		switch {
		case err != nil:
			return nil, err
		case len(out)+len(b) > MaxBody:
			return nil, fmt.Errorf("read the %s of entry %d: it is longer than %d bytes", part, seq, MaxBody)
		case first:
			out, first = slices.Clip(b), false // most bodies are one chunk: not copied
		default:
			out = append(out, b...)
		}
	}
	return out, nil
}

// Records reads a source record by record, bodies in memory.
func Records(s Source, yield func(wire.Draft) error) error {
	return s.Entries(func(e wire.Entry) error {
		d := wire.Draft{Entry: e}
		var err error
		if d.Exchange, err = s.Exchange(e.Seq); err != nil {
			return fmt.Errorf("read the exchange of entry %d: %w", e.Seq, err)
		}
		for _, p := range []struct {
			part wire.Part
			to   *[]byte
		}{{wire.PartMessage, &d.Message}, {wire.PartRequest, &d.Request}, {wire.PartResponse, &d.Response}} {
			if *p.to, err = Whole(s, e.Seq, p.part); err != nil {
				return err
			}
		}
		return yield(d)
	})
}

// isText says whether a body is UTF-8, without holding it.
func isText(s Source, seq uint64, part wire.Part) (bool, error) {
	var rest []byte
	for b, err := range chunks(s, seq, part) {
		if err != nil {
			return false, err
		}
		if len(rest) > 0 {
			b = append(rest, b...)
		}
		n := wholeRunes(b)
		if !utf8.Valid(b[:n]) {
			return false, nil
		}
		rest = slices.Clone(b[n:])
	}
	return len(rest) == 0, nil
}

// wholeRunes is how much of b ends at a character: the last bytes may be the start of one that goes on behind b.
func wholeRunes(b []byte) int {
	for back := 1; back <= min(3, len(b)); back++ {
		if c := b[len(b)-back]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-back:]) {
				return len(b) - back
			}
			break
		}
	}
	return len(b)
}

// counted counts what goes through it.
type counted struct {
	w io.Writer
	n int64
}

func (c *counted) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}
