package transport

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sightglass-dev/sightglass/app/wire"
)

const (
	// drainTime and drainBytes bound how long a POST stream is read on after its answer, to see what still comes.
	drainTime  = 250 * time.Millisecond
	drainBytes = 64 << 10
	// maxErrorBody bounds the body of a refusal, in bytes, and errorBodyTime how long it is waited for: a server that
	// never ends it must not hold up the error. errorBodyIdle is how long it may stand still.
	maxErrorBody  = 1 << 20
	errorBodyTime = 5 * time.Second
	errorBodyIdle = 2 * time.Second
)

// stream reads one event stream: every event is recorded, every message in it handed on.
type stream struct {
	link     *link
	resp     *http.Response
	own      *call // of a POST's stream; nil: the GET stream or HTTP+SSE
	x        *exchange
	purpose  string
	isGet    bool                           // the standalone GET stream of Streamable HTTP
	answered func(*call)                    // an answered call
	control  func(e event, seq uint64) bool // sees each event before it is taken as a message; true: it was used
	status   *streamHandle                  // nil: nobody looks

	parser   sseParser
	done     bool // own was answered
	lastID   string
	retry    time.Duration
	hasRetry bool
	events   int // events with data
	read     int64
}

func (l *link) newStream(resp *http.Response, own *call) *stream {
	s := &stream{link: l, resp: resp, own: own, x: exchangeOf(resp)}
	s.parser.emit, s.parser.maxData = s.event, int(l.maxMessage)
	return s
}

// run reads to the end of the stream or until own is answered, which it reports by io.EOF and nil.
func (s *stream) run() error {
	buf := make([]byte, 32<<10)
	for !s.done || s.own == nil {
		n, err := s.resp.Body.Read(buf)
		s.read += int64(n)
		s.parser.feed(buf[:n])
		if err != nil {
			s.parser.close()
			return err
		}
	}
	return nil
}

// drain reads on for a moment after the answer, then closes the body. What comes is recorded.
func (s *stream) drain() {
	var late atomic.Bool
	timer := time.AfterFunc(drainTime, func() { late.Store(true); s.resp.Body.Close() })
	defer timer.Stop()
	defer s.resp.Body.Close()
	buf := make([]byte, 8<<10)
	for total := 0; total < drainBytes; {
		n, err := s.resp.Body.Read(buf)
		total += n
		s.parser.feed(buf[:n])
		if err != nil {
			if !late.Load() {
				s.parser.close()
			}
			return
		}
	}
}

// event records one event and hands its message on.
func (s *stream) event(e event) {
	if e.hasID {
		s.lastID = e.id
	}
	if e.hasRetry {
		s.retry, s.hasRetry = e.retry, true
	}
	seq := s.record(e)
	if s.status != nil {
		s.status.came(e, s.link.rec.text(clip([]byte(e.id), 200)))
	}
	if e.data != nil {
		s.events++
	}
	if s.control != nil && s.control(e, seq) || len(e.data) == 0 {
		return
	}
	if e.name != "" && e.name != "message" {
		s.link.rec.finding(seq, fmt.Sprintf("The event is named %q; MCP messages come as \"message\" (%s). It is not taken as one.", e.name, ruleOldSSE))
		s.missed(seq, fmt.Sprintf("An event named %q came: %s", e.name, s.link.rec.quote(e.data)))
		return
	}
	s.message(e, seq)
}

func (s *stream) missed(seq uint64, quote string) {
	if s.own != nil {
		s.own.missed(seq, quote)
		return
	}
	s.link.evidence(seq, quote)
}

func (s *stream) message(e event, seq uint64) {
	m := parseMessage(e.data)
	info := frameInfo{exchange: s.x.seq, purpose: s.purpose}
	if e.partial {
		info.findings = append(info.findings, "The stream ended inside this event: the format says to discard it ("+ruleEvents+"). It is taken as it stands.")
	}
	switch m.kind {
	case wire.MsgInvalid:
		info.dir, info.withheld = wire.In, "Not a JSON-RPC message."
		info.note = "Not a JSON-RPC message: " + s.link.rec.text(clip(e.data, 200))
		info.findings = append(append(info.findings, m.finding()), m.findings...)
		if s.own != nil {
			info.call = s.own.name
		}
		seq := s.link.rec.frame(e.data, &m, info)
		s.missed(seq, "An event holds no JSON-RPC message, "+m.why+": "+s.link.rec.quote(e.data))
		if e.cut {
			s.link.tooLong(seq, s.own, e.data, nil)
		} else if s.own == nil {
			s.link.blame(&m, e.data, seq)
		}
	case wire.MsgBatch:
		s.link.batch(e.data, &m, info, s.own, s.resp, s.took)
	default:
		if s.own != nil && m.kind == wire.MsgRequest && s.link.modern(s.own) {
			info.findings = append(info.findings, "A server may send no requests in protocol revision 2026-07-28 ("+ruleModern+").")
		}
		if s.isGet && m.isResponse() {
			info.findings = append(info.findings, "An answer belongs on the stream of its own POST, not on the GET stream ("+ruleListen+").")
		}
		if c := s.link.receive(e.data, &m, info, s.own, s.resp); c != nil {
			s.took(c)
		}
	}
}

func (s *stream) took(c *call) {
	if c == s.own {
		s.done = true
	}
	if s.answered != nil {
		s.answered(c)
	}
}

// record appends the entry of an event.
func (s *stream) record(e event) uint64 {
	rec := s.link.rec
	name := e.name
	if name == "" && e.data != nil {
		name = "message"
	}
	entry := wire.Entry{
		Conn: rec.conn, Kind: wire.KindSSE, Dir: wire.In, Name: rec.text(name), Exchange: s.x.seq,
		Bytes: int64(len(e.data)), Purpose: s.purpose, Note: rec.text(e.note()),
	}
	if s.own != nil {
		entry.Call, entry.Purpose = s.own.name, s.own.purpose
	}
	body := e.data
	if e.data == nil {
		body, entry.Bytes = e.raw, e.size
	}
	if e.cut {
		entry.Findings = append(entry.Findings, fmt.Sprintf("The event is longer than the %s that are read.", sizeText(s.link.maxMessage)))
	}
	if e.partial {
		entry.Findings = append(entry.Findings, "The stream ended inside this event.")
	}
	for _, field := range e.unknown {
		entry.Findings = append(entry.Findings, fmt.Sprintf("The field %q is none of event, data, id and retry.", rec.text(field)))
	}
	if e.name == "endpoint" { // a URL, often with a session id or token in its query
		return rec.log.Append(wire.Draft{Entry: entry, Message: []byte(rec.mask.URL(rec.scope, string(body)))})
	}
	return rec.log.Append(wire.Draft{Entry: entry, Message: rec.mask.Text(rec.scope, body)})
}

// note is what an event says besides its data.
func (e *event) note() string {
	var parts []string
	if e.hasID {
		parts = append(parts, fmt.Sprintf("id %q", clip([]byte(e.id), 200)))
	}
	if e.hasRetry {
		parts = append(parts, fmt.Sprintf("retry %s", e.retry))
	}
	for _, c := range e.comments {
		parts = append(parts, "comment "+c)
	}
	return strings.Join(parts, " · ")
}

// readWhole reads a body to its end; limit bounds it, and came is told of each piece.
func readWhole(resp *http.Response, limit int64, came ...func()) ([]byte, error) {
	defer resp.Body.Close()
	b, ok := resp.Body.(*recordedBody)
	if !ok {
		return io.ReadAll(io.LimitReader(resp.Body, limit))
	}
	b.x.expect(resp.ContentLength, limit)
	buf := make([]byte, 32<<10)
	for total := int64(0); ; {
		n, err := b.Read(buf)
		for _, f := range came {
			f()
		}
		if total += int64(n); total > limit {
			return b.x.bytes(), errTooLong
		}
		if errors.Is(err, io.EOF) {
			return b.x.bytes(), nil
		}
		if err != nil {
			return b.x.bytes(), err
		}
	}
}

var errTooLong = errors.New("the body is too long")

// readSome reads the body of a refusal: as much as limit, no longer than [errorBodyTime] and [errorBodyIdle].
func readSome(resp *http.Response, limit int64) (body []byte, complete bool) {
	stop := func() { resp.Body.Close() }
	whole, idle := time.AfterFunc(errorBodyTime, stop), time.AfterFunc(errorBodyIdle, stop)
	defer whole.Stop()
	defer idle.Stop()
	body, err := readWhole(resp, limit, func() { idle.Reset(errorBodyIdle) })
	return body, err == nil
}

// expect prepares for a body of the announced length that is handed on.
func (x *exchange) expect(length, limit int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.keep = int(limit)
	if length > 0 && x.body == nil {
		x.body = make([]byte, 0, min(length, limit, 64<<20))
	}
}

// bytes are what was read of the body. Nobody changes them any more when the body was read to its end.
func (x *exchange) bytes() []byte {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.body[:len(x.body):len(x.body)]
}
