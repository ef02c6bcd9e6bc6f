package export

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// Line is one entry as JSON Lines: the members of wire.Entry, the HTTP side and the bodies, masked. The names are
// stable. `sightglass traffic --json` prints the same.
type Line struct {
	wire.Entry
	HTTP     *wire.Exchange `json:"http,omitempty"`
	Body     *string        `json:"body,omitempty"`
	Request  *string        `json:"requestBody,omitempty"`
	Response *string        `json:"responseBody,omitempty"`
	Base64   bool           `json:"base64,omitempty"` // the bodies are base64: one is not UTF-8
}

// bodies are the members that hold bodies, in the order in which they are written.
var bodies = [...]struct {
	part wire.Part
	name string
}{{wire.PartMessage, "body"}, {wire.PartRequest, "requestBody"}, {wire.PartResponse, "responseBody"}}

// JSONLines writes a source, one entry a line, and returns how many. Bodies are streamed: none is held as a whole.
func JSONLines(w io.Writer, s Source) (n int, err error) {
	out := bufio.NewWriterSize(w, 64<<10)
	err = s.Entries(func(e wire.Entry) error {
		n++
		return writeLine(out, s, e)
	})
	if err != nil {
		return n, err
	}
	return n, out.Flush()
}

// writeLine writes one entry: its own members by encoding/json, bodies behind them piece by piece.
func writeLine(out *bufio.Writer, s Source, e wire.Entry) error {
	x, err := s.Exchange(e.Seq)
	if err != nil {
		return fmt.Errorf("read the exchange of entry %d: %w", e.Seq, err)
	}
	there, text := map[wire.Part]bool{}, true
	for _, b := range bodies {
		_, kept, err := s.Body(e.Seq, b.part, 0, 0)
		if err != nil {
			return fmt.Errorf("read the %s of entry %d: %w", b.part, e.Seq, err)
		}
		if there[b.part] = kept > 0; kept == 0 {
			continue
		}
		ok, err := isText(s, e.Seq, b.part)
		if err != nil {
			return err
		}
		text = text && ok
	}
	head, err := encode(Line{Entry: e, HTTP: x, Base64: !text})
	if err != nil {
		return err
	}
	_, _ = out.Write(head[:len(head)-1]) // an error stays with the bufio.Writer until Flush
	for _, b := range bodies {
		if !there[b.part] {
			continue
		}
		_, _ = out.WriteString(`,"` + b.name + `":`)
		if err := writeBody(out, s, e.Seq, b.part, text); err != nil {
			return err
		}
	}
	_, err = out.WriteString("}\n")
	return err
}

// writeBody writes a body as a JSON string, as text or as base64.
func writeBody(out *bufio.Writer, s Source, seq uint64, part wire.Part, text bool) error {
	_ = out.WriteByte('"')
	var to io.Writer = &stringWriter{out: out}
	var coded io.WriteCloser
	if !text {
		coded = base64.NewEncoder(base64.StdEncoding, out)
		to = coded
	}
	for b, err := range chunks(s, seq, part) {
		if err != nil {
			return err
		}
		if _, err := to.Write(b); err != nil {
			return err
		}
	}
	if coded != nil {
		if err := coded.Close(); err != nil {
			return err
		}
	}
	return out.WriteByte('"')
}

// stringWriter writes UTF-8 as the inside of a JSON string. Characters may be cut between two writes: only what is
// below 0x80 is escaped.
type stringWriter struct{ out *bufio.Writer }

const hexDigits = "0123456789abcdef"

func (w *stringWriter) Write(b []byte) (int, error) {
	from := 0
	for i, c := range b {
		if c >= 0x20 && c != '"' && c != '\\' && c != 0x7f {
			continue
		}
		_, _ = w.out.Write(b[from:i])
		from = i + 1
		switch c {
		case '"', '\\':
			_ = w.out.WriteByte('\\')
			_ = w.out.WriteByte(c)
		case '\n':
			_, _ = w.out.WriteString(`\n`)
		case '\r':
			_, _ = w.out.WriteString(`\r`)
		case '\t':
			_, _ = w.out.WriteString(`\t`)
		default:
			_, _ = w.out.Write([]byte{'\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15]})
		}
	}
	_, err := w.out.Write(b[from:])
	return len(b), err
}

// encode is JSON without HTML's escapes and without the line feed behind it.
func encode(v any) ([]byte, error) {
	var b lineBuffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return b[:len(b)-1], nil
}

type lineBuffer []byte

func (b *lineBuffer) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}

// draft is the record that a line stands for.
func (l Line) draft() (wire.Draft, error) {
	d := wire.Draft{Entry: l.Entry, Exchange: l.HTTP}
	for _, b := range []struct {
		text *string
		to   *[]byte
		name string
	}{{l.Body, &d.Message, "body"}, {l.Request, &d.Request, "requestBody"}, {l.Response, &d.Response, "responseBody"}} {
		switch {
		case b.text == nil:
		case !l.Base64:
			*b.to = []byte(*b.text)
		default:
			raw, err := base64.StdEncoding.DecodeString(*b.text)
			if err != nil {
				return d, fmt.Errorf("%s is not base64: %w", b.name, err)
			}
			*b.to = raw
		}
	}
	return d, nil
}
