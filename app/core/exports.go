package core

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/export"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// NudgeExports says that an export moved on, or a mock served something.
const NudgeExports = "exports"

const (
	exportPreview = 64 << 10               // bytes of a file that are shown before it is saved
	exportTell    = 200 * time.Millisecond // how often its progress is told
)

// exports are the export under way, and the mocks that run.
type exports struct {
	mu     sync.Mutex
	state  ExportState
	cancel context.CancelFunc
	mocks  []*runningMock
	next   int
}

// CopyForms lists how an entry can be copied as code.
func (c *Core) CopyForms(ctx context.Context, number uint64) ([]CopyForm, error) {
	s, err := c.exportSource(ctx, ExportWhat{Seqs: []uint64{number}})
	if err != nil {
		return nil, err
	}
	_, seq := inside(number)
	forms, err := export.Forms(s, seq)
	return each(forms, func(f export.Form) CopyForm { return CopyForm(f) }), err
}

// each converts every element; of none it makes an empty list, which is what the window reads.
func each[A, B any](list []A, convert func(A) B) []B {
	out := make([]B, 0, len(list))
	for _, v := range list {
		out = append(out, convert(v))
	}
	return out
}

func exportHits(list []export.Hit) []ExportHit {
	return each(list, func(h export.Hit) ExportHit { return ExportHit(h) })
}

// CopyAs writes an entry as code. What is secret in it is read from environment variables.
func (c *Core) CopyAs(ctx context.Context, number uint64, form string) (CopyCode, error) {
	s, err := c.exportSource(ctx, ExportWhat{Seqs: []uint64{number}})
	if err != nil {
		return CopyCode{}, err
	}
	run, seq := inside(number)
	e, _ := s.Entry(seq)
	// The handshake of its connection stands somewhere before it.
	first, last := c.traffic.Bounds(run)
	s.parts = []exportPart{{run: run, from: first, to: last}}
	var t export.Target
	if run == 0 {
		t = c.codeTarget(e.Conn)
	}
	code, err := export.Copy(s, seq, form, t)
	if err != nil {
		return CopyCode{}, told("copy", err)
	}
	return CopyCode{code.Text, each(code.Secrets, func(s export.Secret) CopySecret { return CopySecret(s) }), code.Notes}, nil
}

// LookAtExport says what an export would write, and shows the start of it.
func (c *Core) LookAtExport(ctx context.Context, in ExportInput) (ExportLook, error) {
	out := ExportLook{Hits: []ExportHit{}, Report: ReportLook{Files: []ReportFile{}, Hits: []ExportHit{}}}
	s, err := c.exportSource(ctx, in.What)
	if err != nil {
		return out, err
	}
	err = s.Entries(func(e wire.Entry) error {
		if out.Entries++; out.Entries == 1 || e.Time < out.First {
			out.First = e.Time
		}
		out.Last = max(out.Last, e.Time)
		out.Bytes += e.Bytes + e.ReqBytes
		return nil
	})
	if err != nil || out.Entries == 0 {
		return out, err
	}
	if in.Format == FormatReport {
		b, err := c.bundle(s, in)
		if err != nil {
			return out, err
		}
		p, err := b.Preview()
		out.Report = ReportLook{each(p.Files, func(f export.BundleFile) ReportFile { return ReportFile(f) }), exportHits(p.Hits), p.Count}
		return out, told("prepare the report", err)
	}
	r, err := export.NewRedactor(in.Words)
	if err != nil {
		return out, told("export", err)
	}
	hits, err := export.Leaks(r.Source(s))
	if err != nil {
		return out, err
	}
	out.Hits = exportHits(hits)
	head := &headOnly{left: exportPreview}
	format := in.Format
	if format == FormatCapture {
		format = FormatLines // what is in it, as it is unpacked
	}
	err = c.write(head, s, r, format, in)
	out.Text, out.More = string(bytes.ToValidUTF8(head.b, nil)), errors.Is(err, errEnough)
	if out.More {
		err = nil
	}
	return out, err
}

var errEnough = errors.New("enough was written")

// headOnly takes the first bytes and ends there.
type headOnly struct {
	b    []byte
	left int
}

func (h *headOnly) Write(p []byte) (int, error) {
	n := min(len(p), h.left)
	h.b, h.left = append(h.b, p[:n]...), h.left-n
	if n < len(p) {
		return n, errEnough
	}
	return n, nil
}

// told makes an error of what the user gave a fault of the input.
func told(doing string, err error) error {
	if err == nil {
		return nil
	}
	return input(doing, err.Error(), "")
}

// write writes a source without what is redacted: neither in its entries nor in what is said of its connections.
func (c *Core) write(w io.Writer, s export.Source, r *export.Redactor, format string, in ExportInput) error {
	conns, err := c.connInfos(s)
	if err != nil {
		return err
	}
	s = r.Source(s)
	m := r.Manifest(export.Manifest{Program: c.program(), Comment: in.About, Connections: conns})
	switch format {
	case FormatHAR:
		_, err = export.HAR(w, s, c.creator(), m.Connections)
	case FormatLines:
		_, err = export.JSONLines(w, s)
	case FormatCapture:
		_, err = export.WriteCapture(w, s, m)
	default:
		err = input("export", fmt.Sprintf("there is no format %q", format), "")
	}
	return err
}

// SaveExport writes a file. It is written beside and moved to its place when it is whole, so that no part of one stays.
// One runs at a time: StopExport ends it, ExportState tells how far it is.
func (c *Core) SaveExport(ctx context.Context, in ExportInput, path string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := c.beginExport(cancel); err != nil {
		return err
	}
	defer c.endExport()
	s, err := c.exportSource(ctx, in.What)
	if err != nil {
		return err
	}
	return writeWhole(path, func(w io.Writer) error {
		w = &tellingWriter{w, c}
		if in.Format == FormatReport {
			b, err := c.bundle(&telling{s, c}, in)
			if err != nil {
				return err
			}
			return b.Write(w)
		}
		r, err := export.NewRedactor(in.Words)
		if err != nil {
			return err
		}
		return c.write(w, &telling{s, c}, r, in.Format, in)
	})
}

// telling counts what is read.
type telling struct {
	*exported
	core *Core
}

func (t *telling) Entries(yield func(wire.Entry) error) error {
	n, at := 0, time.Now()
	return t.exported.Entries(func(e wire.Entry) error {
		if n++; n%256 == 0 && time.Since(at) > exportTell {
			at = time.Now()
			t.core.exports.mu.Lock()
			t.core.exports.state.Entries = n
			t.core.exports.mu.Unlock()
			t.core.nudge(NudgeExports)
		}
		return yield(e)
	})
}

type tellingWriter struct {
	w    io.Writer
	core *Core
}

func (t *tellingWriter) Write(b []byte) (int, error) {
	n, err := t.w.Write(b)
	t.core.exports.mu.Lock()
	t.core.exports.state.Bytes += int64(n)
	t.core.exports.mu.Unlock()
	return n, err
}

func (c *Core) beginExport(cancel context.CancelFunc) error {
	c.exports.mu.Lock()
	defer c.exports.mu.Unlock()
	if c.exports.state.Running {
		return input("export", "another export is running", "Wait for its end, or stop it.")
	}
	c.exports.state, c.exports.cancel = ExportState{Running: true}, cancel
	return nil
}

func (c *Core) endExport() {
	c.exports.mu.Lock()
	c.exports.state.Running, c.exports.cancel = false, nil
	c.exports.mu.Unlock()
	c.nudge(NudgeExports)
}

// ExportState is how the export under way stands, or how the last one ended.
func (c *Core) ExportState() ExportState {
	c.exports.mu.Lock()
	defer c.exports.mu.Unlock()
	return c.exports.state
}

// StopExport ends the export under way; what it wrote is removed.
func (c *Core) StopExport() {
	c.exports.mu.Lock()
	defer c.exports.mu.Unlock()
	if c.exports.cancel != nil {
		c.exports.cancel()
	}
}

// SendSpans sends spans to a collector that the user named.
func (c *Core) SendSpans(ctx context.Context, in SpansInput) (SpansSent, error) {
	s, err := c.exportSource(ctx, in.What)
	if err != nil {
		return SpansSent{}, err
	}
	conns, err := c.connInfos(s)
	if err != nil {
		return SpansSent{}, err
	}
	header, err := headerLines(in.Headers)
	if err != nil {
		return SpansSent{}, err
	}
	sent, err := export.SendSpans(ctx, s, c.creator(), conns, in.Endpoint, header)
	out := SpansSent{Sent: SpansAnswer(sent)}
	if err != nil {
		out.Error = err.Error()
	}
	return out, nil
}

func headerLines(text string) (http.Header, error) {
	h := http.Header{}
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(name) == "" || strings.ContainsAny(name, " \t\r") {
			return nil, input("export spans", "a header is written as Name: value", "One a line.") // not quoted: it may be a credential
		}
		h.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	return h, nil
}

func (c *Core) program() string { return strings.TrimSpace("Sightglass " + c.opts.Version) }

func (c *Core) creator() export.Creator {
	return export.Creator{Name: "Sightglass", Version: c.opts.Version}
}

// compact is a JSON text without white space, as it is when it is none.
func compact(text string) string {
	var b bytes.Buffer
	if json.Compact(&b, []byte(text)) != nil {
		return text
	}
	return b.String()
}
