package transport

import "bytes"

const (
	// maxStderrLine is where a long stderr line is split, in bytes, so that one row stays readable.
	maxStderrLine = 64 << 10
)

// line is one line of a stream, without its newline.
type line struct {
	text    []byte // owned by the receiver; at most the splitter's limit
	size    int64  // true length
	newline bool   // a newline ended it; false: the limit or the end of the stream
	tail    []byte // the last bytes of what the limit cut off; nil when nothing was
}

// splitter cuts a stream of bytes into lines, whatever the borders of the chunks it comes in. The lines of one
// stream, joined by their newlines, are the stream: nothing is lost except what a limit cuts off a line in
// truncate mode, and size tells that.
type splitter struct {
	limit    int  // bytes kept of one line
	truncate bool // past limit the rest of a line is dropped; else it becomes further lines
	part     []byte
	size     int64
	tail     []byte
}

// keptTail is how much of the end of a line that is too long is kept, in bytes: many a server writes the id there.
const keptTail = 512

// feed takes the next chunk and calls emit for each line that is complete.
func (s *splitter) feed(chunk []byte, emit func(line)) {
	for len(chunk) > 0 {
		end := bytes.IndexByte(chunk, '\n')
		piece := chunk
		if end >= 0 {
			piece = chunk[:end]
		}
		s.take(piece, emit)
		if end < 0 {
			return
		}
		s.emit(emit, true)
		chunk = chunk[end+1:]
	}
}

func (s *splitter) take(piece []byte, emit func(line)) {
	for {
		room := s.limit - len(s.part)
		if len(piece) <= room || s.truncate {
			s.size += int64(len(piece))
			s.part = append(s.part, piece[:min(room, len(piece))]...)
			if over := piece[min(room, len(piece)):]; len(over) > 0 {
				s.tail = append(s.tail, over[max(0, len(over)-keptTail):]...)
				s.tail = append([]byte(nil), s.tail[max(0, len(s.tail)-keptTail):]...)
			}
			return
		}
		s.size += int64(room)
		s.part = append(s.part, piece[:room]...)
		piece = piece[room:]
		rest := s.wordCut()
		s.emit(emit, false)
		s.part, s.size = rest, int64(len(rest))
	}
}

// maxWord is how far before the limit a line is cut at a space rather than inside of a word, in bytes: a token that
// is cut in two cannot be masked.
const maxWord = 4 << 10

// wordCut takes what stands behind the last space off a full line and returns it.
func (s *splitter) wordCut() (rest []byte) {
	from := max(len(s.part)-maxWord, len(s.part)/2)
	space := bytes.LastIndexAny(s.part[from:], " \t")
	if space < 0 {
		return nil
	}
	cut := from + space + 1
	rest = append([]byte(nil), s.part[cut:]...)
	s.size -= int64(len(rest))
	s.part = s.part[:cut]
	return rest
}

// flush gives out what stands there without a newline yet.
func (s *splitter) flush(emit func(line)) {
	if s.size > 0 {
		s.emit(emit, false)
	}
}

func (s *splitter) emit(emit func(line), newline bool) {
	l := line{text: s.part, size: s.size, newline: newline, tail: s.tail}
	s.part, s.size, s.tail = nil, 0, nil
	emit(l)
}
