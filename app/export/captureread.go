package export

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// Limits of a capture file that is read: it may come from anywhere. The zero value of each field is its default.
type Limits struct {
	Bytes   int64 // uncompressed; default 16 GiB: a full store several times over
	Entries int   // default 20 million: about 8 GB of summaries on disk
	Line    int64 // bytes of one entry; default 512 MiB: a body of MaxBody in base64, three of them
	Ratio   int64 // uncompressed to compressed, from the first 64 MiB on; default 200: JSON packs 5 to 50 times
}

const ratioFrom = 64 << 20 // a small file of one repeated message packs better than any attack needs to

func (l Limits) filled() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 16 << 30
	}
	if l.Entries <= 0 {
		l.Entries = 20_000_000
	}
	if l.Line <= 0 {
		l.Line = 512 << 20
	}
	if l.Ratio <= 0 {
		l.Ratio = 200
	}
	return l
}

// FileError says what is wrong with a capture file, and where.
type FileError struct {
	Line int    // from 1; 0: before the first
	What string // a sentence without its full stop
	Hint string // what to do; may be empty
}

func (e *FileError) Error() string {
	if e.Line == 0 {
		return e.What
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.What)
}

// Reader reads a capture file record by record. It is used by one goroutine.
type Reader struct {
	manifest Manifest
	limits   Limits
	in       *counting // compressed
	z        *gzip.Reader
	lines    *bufio.Reader
	sum      hash.Hash
	line     int
	entries  int
	bytes    int64
	last     uint64
	err      error
}

// OpenCapture reads the manifest of a capture file. What r gives after the end of the capture is not read.
func OpenCapture(r io.Reader, limits Limits) (*Reader, error) {
	c := &Reader{limits: limits.filled(), in: &counting{r: r}, sum: sha256.New()}
	z, err := gzip.NewReader(c.in)
	if err != nil {
		if errors.Is(err, gzip.ErrHeader) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, &FileError{What: "this is no capture file: it does not start as gzip does", Hint: "A capture file is saved by Sightglass and ends in .sightglass."}
		}
		return nil, fmt.Errorf("read the capture file: %w", err)
	}
	z.Multistream(false)
	c.z, c.lines = z, bufio.NewReaderSize(z, 64<<10)
	b, err := c.next()
	if err != nil {
		return nil, err
	}
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if json.Unmarshal(b, &head) != nil || head.Format != captureFormat {
		return nil, &FileError{c.line, fmt.Sprintf("this is no capture file: its first line is %.60q", b), ""}
	}
	if head.Version > CaptureVersion {
		return nil, &FileError{c.line, fmt.Sprintf("the file has version %d of the format, and this Sightglass knows %d", head.Version, CaptureVersion), "Open it in a newer Sightglass."}
	}
	if head.Version < 1 {
		return nil, &FileError{c.line, fmt.Sprintf("the file's version is %d, which there never was", head.Version), ""}
	}
	if err := json.Unmarshal(b, &c.manifest); err != nil {
		return nil, &FileError{c.line, "the manifest cannot be read: " + err.Error(), ""}
	}
	c.hash(b)
	return c, nil
}

// Manifest is the first line.
func (c *Reader) Manifest() Manifest { return c.manifest }

// Read is how many bytes of the file were read so far.
func (c *Reader) Read() int64 { return c.in.n }

// Next returns the next record. io.EOF comes behind the last one, after the file's own count and sum were found right:
// what came before any other error may be kept, but is not all. After an error it returns that again.
func (c *Reader) Next() (wire.Draft, error) {
	if c.err != nil {
		return wire.Draft{}, c.err
	}
	d, err := c.record()
	c.err = err
	return d, err
}

func (c *Reader) record() (wire.Draft, error) {
	b, err := c.next()
	if err != nil {
		return wire.Draft{}, err
	}
	if bytes.HasPrefix(b, []byte(`{"end":`)) {
		return wire.Draft{}, c.finish(b)
	}
	c.hash(b)
	if c.entries++; c.entries > c.limits.Entries {
		return wire.Draft{}, &FileError{c.line, fmt.Sprintf("there are more than %d entries", c.limits.Entries), ""}
	}
	var l Line
	if err := json.Unmarshal(b, &l); err != nil {
		return wire.Draft{}, &FileError{c.line, "the entry cannot be read: " + err.Error(), ""}
	}
	if l.Seq <= c.last {
		return wire.Draft{}, &FileError{c.line, fmt.Sprintf("entry %d stands behind entry %d", l.Seq, c.last), ""}
	}
	c.last = l.Seq
	d, err := l.draft()
	if err != nil {
		return wire.Draft{}, &FileError{c.line, err.Error(), ""}
	}
	return d, nil
}

func (c *Reader) finish(b []byte) error {
	var e end
	if err := json.Unmarshal(b, &e); err != nil || !e.End {
		return &FileError{c.line, "the last line cannot be read", ""}
	}
	if e.Entries != c.entries {
		return &FileError{c.line, fmt.Sprintf("the file says it has %d entries, and has %d", e.Entries, c.entries), ""}
	}
	if sum := hex.EncodeToString(c.sum.Sum(nil)); sum != e.SHA256 {
		return &FileError{c.line, "the checksum does not match: the file was changed or damaged", "The entries that could be read are shown; treat them with care."}
	}
	if n, err := c.lines.Read(make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) {
		return &FileError{c.line, "there is something behind the last line", ""}
	}
	return io.EOF
}

func (c *Reader) hash(b []byte) {
	c.sum.Write(b)
	c.sum.Write([]byte{'\n'})
}

// next reads one line, without its line feed.
func (c *Reader) next() ([]byte, error) {
	c.line++
	var line []byte
	for {
		part, err := c.lines.ReadSlice('\n')
		c.bytes += int64(len(part))
		if fault := c.within(int64(len(line) + len(part))); fault != nil {
			return nil, fault
		}
		line = append(line, part...)
		switch {
		case err == nil:
			return line[:len(line)-1], nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil, &FileError{c.line, "the file ends here: it is a part of a capture only", "It was not written to its end, or not copied whole."}
		case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), isCorrupt(err):
			return nil, &FileError{c.line, "the file is damaged here: " + err.Error(), "Copy it again from where it came."}
		default:
			return nil, fmt.Errorf("read the capture file: %w", err)
		}
	}
}

func (c *Reader) within(line int64) error {
	switch l := c.limits; {
	case line > l.Line:
		return &FileError{c.line, fmt.Sprintf("the line is longer than %d bytes", l.Line), ""}
	case c.bytes > l.Bytes:
		return &FileError{c.line, fmt.Sprintf("the file unpacks to more than %d bytes", l.Bytes), ""}
	case c.bytes > ratioFrom && c.bytes/max(c.in.n, 1) > l.Ratio:
		return &FileError{c.line, fmt.Sprintf("the file unpacks to more than %d times its size: it was made to fill memory", l.Ratio), ""}
	}
	return nil
}

// counting counts what is read through it. It is its own io.ByteReader, so that gzip takes no more than it needs.
type counting struct {
	r io.Reader
	n int64
	b *bufio.Reader
}

func (c *counting) reader() *bufio.Reader {
	if c.b == nil {
		c.b = bufio.NewReader(c.r)
	}
	return c.b
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.reader().Read(p)
	c.n += int64(n)
	return n, err
}

func (c *counting) ReadByte() (byte, error) {
	b, err := c.reader().ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}
