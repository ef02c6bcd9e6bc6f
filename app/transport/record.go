package transport

import (
	"bytes"
	"fmt"
	"sort"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// Named limits of what a message quotes.
const (
	maxQuote     = 2 << 10 // bytes of a body quoted in Detail
	maxNoteBytes = 300     // bytes of a line shown in a row
	maxShownURL  = 2 << 10 // bytes of a URL in a row; its exchange has the whole
	maxField     = 512     // bytes of a method or name in a row: a hostile one must not make every row huge
)

// recorder writes one connection's entries: masked first, then appended.
type recorder struct {
	log    *wire.Log
	mask   *wire.Masker
	conn   string
	scope  string // whose the secrets are that are found on the way: conn, but for a sign-in, which outlives connections
	server string
	proxy  bool // the proxy is the server's own setting, not the environment's
}

func newRecorder(t Target, o Options) *recorder {
	r := &recorder{log: o.Log, mask: o.Mask, conn: t.Conn, scope: o.MaskScope, server: t.Server, proxy: t.Network.Proxy != ""}
	if r.scope == "" {
		r.scope = t.Conn
	}
	return r
}

// frameInfo is what a frame's entry says besides the frame.
type frameInfo struct {
	dir      wire.Dir
	call     string
	method   string // of the request, on a response
	exchange uint64
	purpose  string
	withheld string
	findings []string
	note     string
	size     int64 // true length; 0: len(raw)
	took     time.Duration
	read     time.Time // when its last bytes were read; over HTTP the exchange knows
}

// frame records one JSON-RPC frame, or what stood where one was expected.
func (r *recorder) frame(raw []byte, m *message, info frameInfo) uint64 {
	e := wire.Entry{
		Conn: r.conn, Kind: wire.KindFrame, Dir: info.dir, Message: m.kind, Method: r.field(m.method), ID: r.text(clip(m.id, 200)),
		Call: info.call, Exchange: info.exchange, Purpose: info.purpose, Withheld: r.text(info.withheld),
		Findings: r.texts(info.findings), Note: r.text(info.note), Bytes: info.size,
		Took: info.took.Microseconds(),
	}
	if len(m.id) == 0 {
		e.ID = ""
	}
	if e.Bytes == 0 {
		e.Bytes = int64(len(raw))
	}
	switch m.kind {
	case wire.MsgRequest, wire.MsgNotification:
		e.Name = r.field(nameOf(m.params))
	case wire.MsgResponse:
		e.Method, e.ToolErr = info.method, toolError(m.result)
	case wire.MsgError:
		e.Method, e.Code = info.method, m.err.Code
	case wire.MsgInvalid:
		if e.Note == "" {
			e.Note = r.text("Not a JSON-RPC message: " + m.why + ".")
		}
	case wire.MsgBatch:
		e.Note = fmt.Sprintf("a batch of %d messages", len(m.parts))
	}
	e.Cut = e.Bytes > int64(len(raw))
	return r.log.Append(wire.Draft{Entry: e, Message: r.mask.Text(r.scope, raw)})
}

// lifecycle records a change of state.
func (r *recorder) lifecycle(format string, args ...any) uint64 {
	return r.log.Append(wire.Draft{Entry: wire.Entry{Conn: r.conn, Kind: wire.KindLifecycle, Note: r.text(fmt.Sprintf(format, args...))}})
}

// stderr records one line of a child's standard error.
func (r *recorder) stderr(l line) uint64 {
	text := r.mask.Text(r.scope, l.text)
	return r.log.Append(wire.Draft{
		Entry:   wire.Entry{Conn: r.conn, Kind: wire.KindStderr, Dir: wire.In, Bytes: l.size, Note: clip(bytes.TrimRight(text, "\r"), maxNoteBytes)},
		Message: text,
	})
}

// withhold marks an entry: the tap kept it from the caller, and why.
func (r *recorder) withhold(seq uint64, reason string) {
	r.log.Update(seq, func(d *wire.Draft) { d.Entry.Withheld = r.text(reason) })
}

// finding adds a finding to an entry.
func (r *recorder) finding(seq uint64, text string) {
	text = r.text(text)
	r.log.Update(seq, func(d *wire.Draft) {
		d.Entry.Findings = append(append([]string(nil), d.Entry.Findings...), text)
	})
}

func (r *recorder) text(s string) string {
	if s == "" {
		return ""
	}
	return string(r.mask.Text(r.scope, []byte(s)))
}

func (r *recorder) texts(list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		out = append(out, r.text(s))
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// quote is b as evidence in an error: masked, cut, printable.
func (r *recorder) quote(b []byte) string { return clip(r.mask.Text(r.scope, b), maxQuote) }

// fault starts an error about this server.
func (r *recorder) fault(kind fault.Kind, step, message, hint string) *fault.CallError {
	return &fault.CallError{Server: r.server, Kind: kind, Step: r.text(step), Message: r.text(message), Hint: r.text(hint)}
}

// field is a method or name for a row: masked, shortened.
func (r *recorder) field(s string) string {
	if len(s) > maxField {
		s = clip([]byte(s), maxField)
	}
	return r.text(s)
}

// pair makes a request and its answer one pair, if the log did not.
func (r *recorder) pair(request uint64, a *Answer) {
	if e, ok := r.log.Entry(request); !ok || !e.Open {
		return
	}
	took := a.Took.Microseconds()
	r.log.Update(request, func(d *wire.Draft) { d.Entry.Open, d.Entry.Pair, d.Entry.Took = false, a.Response, took })
	r.log.Update(a.Response, func(d *wire.Draft) { d.Entry.Pair, d.Entry.Took = request, took })
}

// uniq sorts the numbers of entries and drops zeros and repetitions.
func uniq(seqs []uint64) []uint64 {
	sort.Slice(seqs, func(i, j int) bool { return seqs[i] < seqs[j] })
	out := seqs[:0]
	for i, s := range seqs {
		if s != 0 && (i == 0 || s != seqs[i-1]) {
			out = append(out, s)
		}
	}
	return out
}
