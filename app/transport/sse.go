package transport

import (
	"bytes"
	"strconv"
	"time"
)

// event is one server-sent event, or a block of comments and retry fields that dispatches none.
type event struct {
	name     string        // event field; empty means "message"
	data     []byte        // data fields joined by newlines; nil when there was none
	id       string        // id field
	hasID    bool          //
	retry    time.Duration // retry field
	hasRetry bool          //
	comments []string      // text behind a colon, for the log
	raw      []byte        // the block as it came, without the empty line; at most maxRawEvent bytes
	size     int64         // true length of the block
	cut      bool          // data was longer than the limit
	partial  bool          // the stream ended inside it
	unknown  []string      // names of fields the format does not know
}

// maxSaid bounds the comments and the unknown fields that are kept of one event.
const maxSaid = 16

// maxRawEvent bounds what is kept of a block besides its data, in bytes.
const maxRawEvent = 64 << 10

// sseParser reads the event stream format (HTML Living Standard section 9.2.6): lines end in LF, CRLF or CR, a BOM
// may stand first. Chunk borders do not matter.
type sseParser struct {
	emit    func(event)
	cur     event
	begun   bool   // cur holds something
	line    []byte // the unfinished line
	started bool   // the first bytes were looked at for a BOM
	lastCR  bool   // the last byte was a CR: an LF that follows belongs to it
	maxData int    // bytes of one event's data; 0: DefaultMaxMessage
}

// feed takes the next chunk.
func (p *sseParser) feed(chunk []byte) {
	for len(chunk) > 0 {
		if p.lastCR {
			p.lastCR = false
			if chunk[0] == '\n' {
				chunk = chunk[1:]
				continue
			}
		}
		end := bytes.IndexAny(chunk, "\r\n")
		if end < 0 {
			p.grow(chunk)
			return
		}
		p.grow(chunk[:end])
		p.lastCR = chunk[end] == '\r'
		p.endLine()
		chunk = chunk[end+1:]
	}
}

// close gives out an event that the end of the stream cut off. The format says to discard it; an inspector shows it.
func (p *sseParser) close() {
	if len(p.line) > 0 {
		p.endLine()
	}
	if p.begun {
		p.cur.partial = true
		p.dispatch()
	}
}

func (p *sseParser) limit() int {
	if p.maxData > 0 {
		return p.maxData
	}
	return DefaultMaxMessage
}

func (p *sseParser) grow(piece []byte) {
	if room := p.limit() + 64 - len(p.line); len(piece) > room {
		piece, p.cur.cut = piece[:max(room, 0)], true
	}
	p.line = append(p.line, piece...)
}

func (p *sseParser) endLine() {
	text := p.line
	p.line = nil
	if !p.started {
		p.started = true
		text = bytes.TrimPrefix(text, []byte("\xEF\xBB\xBF"))
	}
	if len(text) == 0 {
		if p.begun {
			p.dispatch()
		}
		return
	}
	p.begun = true
	p.cur.size += int64(len(text)) + 1
	if room := maxRawEvent - len(p.cur.raw); room > 0 {
		p.cur.raw = append(append(p.cur.raw, text[:min(room, len(text))]...), '\n')
	}
	name, value, _ := bytes.Cut(text, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	p.field(string(clipName(name)), value)
}

// clipName keeps a hostile field name from becoming a string of megabytes.
func clipName(name []byte) []byte { return name[:min(len(name), 64)] }

func (p *sseParser) field(name string, value []byte) {
	switch name {
	case "":
		if len(p.cur.comments) < maxSaid {
			p.cur.comments = append(p.cur.comments, clip(value, 200))
		}
	case "event":
		p.cur.name = clip(value, 200)
	case "data":
		p.data(value)
	case "id":
		// "If the field value does not contain U+0000 NULL, then set the last event ID buffer".
		if bytes.IndexByte(value, 0) < 0 {
			p.cur.id, p.cur.hasID = string(value), true
		}
	case "retry":
		// "If the field value consists of only ASCII digits" — ParseUint takes nothing else in base 10.
		if ms, err := strconv.ParseUint(string(value), 10, 31); err == nil {
			p.cur.retry, p.cur.hasRetry = time.Duration(ms)*time.Millisecond, true
		}
	default:
		if len(p.cur.unknown) < maxSaid {
			p.cur.unknown = append(p.cur.unknown, name)
		}
	}
}

func (p *sseParser) data(value []byte) {
	if p.cur.data == nil {
		// The line was made for this value alone: no copy, so a 64 MiB event is held once.
		p.cur.data = value[:len(value):len(value)]
		if p.cur.data == nil {
			p.cur.data = []byte{}
		}
		return
	}
	if len(p.cur.data)+len(value) >= p.limit() {
		p.cur.cut = true
		return
	}
	p.cur.data = append(append(p.cur.data, '\n'), value...)
}

func (p *sseParser) dispatch() {
	e := p.cur
	p.cur, p.begun = event{}, false
	p.emit(e)
}
