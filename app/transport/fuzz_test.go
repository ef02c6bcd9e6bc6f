package transport

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// chunks cuts b into pieces whose lengths follow seed.
func chunks(b []byte, seed uint8) [][]byte {
	var out [][]byte
	for n := uint(seed); len(b) > 0; n = n*7 + 3 {
		size := min(int(n%13)+1, len(b))
		out = append(out, b[:size])
		b = b[size:]
	}
	return out
}

// flat is an event in a form to compare.
type flat struct {
	Name, Data, ID, Raw string
	HasData, HasID      bool
	Retry               int64
	Comments            int
	Partial, Cut        bool
}

func events(limit int, pieces ...[]byte) []flat {
	var out []flat
	p := sseParser{maxData: limit, emit: func(e event) {
		out = append(out, flat{e.name, string(e.data), e.id, string(e.raw), e.data != nil, e.hasID, int64(e.retry), len(e.comments), e.partial, e.cut})
	}}
	for _, b := range pieces {
		p.feed(b)
	}
	p.close()
	return out
}

func FuzzSSE(f *testing.F) {
	for _, s := range []string{
		"data: a\n\n", "event: message\r\ndata: {\"a\":1}\r\n\r\n", "data: a\rdata: b\r\r", "\xEF\xBB\xBFdata: x\n\n", ": c\n\nid: 1\nretry: 10\ndata:\n\n",
		"data\n\n", "id: a\x00b\n\n", "retry: 1x\n\n", "data: open", "\r\n\r\n\n\r", "other: x\n\n",
	} {
		f.Add([]byte(s), uint8(1))
	}
	f.Fuzz(func(t *testing.T, b []byte, seed uint8) {
		if diff := cmp.Diff(events(0, b), events(0, chunks(b, seed)...)); diff != "" {
			t.Errorf("chunk borders change the events:\n%s", diff)
		}
		events(8, chunks(b, seed)...) // with a limit: no panic
	})
}

func TestSSEFormat(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []flat
	}{
		{"field without colon", "data\n\n", []flat{{HasData: true, Raw: "data\n"}}},
		{"one space is cut", "data:  a\n\n", []flat{{Data: " a", HasData: true, Raw: "data:  a\n"}}},
		{"lines are joined", "data: a\rdata: b\r\r", []flat{{Data: "a\nb", HasData: true, Raw: "data: a\ndata: b\n"}}},
		{"NUL in id", "id: a\x00\ndata: x\n\n", []flat{{Data: "x", HasData: true, Raw: "id: a\x00\ndata: x\n"}}},
		{"empty id resets", "id\ndata: x\n\n", []flat{{Data: "x", HasData: true, HasID: true, Raw: "id\ndata: x\n"}}},
		{"retry takes digits only", "retry: +5\n\nretry: 5\n\n", []flat{{Raw: "retry: +5\n"}, {Retry: 5e6, Raw: "retry: 5\n"}}},
		{"BOM", "\xEF\xBB\xBFdata: x\n\n", []flat{{Data: "x", HasData: true, Raw: "data: x\n"}}},
		{"end inside", "data: x", []flat{{Data: "x", HasData: true, Partial: true, Raw: "data: x\n"}}},
	} {
		if diff := cmp.Diff(c.want, events(0, []byte(c.in))); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
	if got := events(8, []byte("data: 12345678\ndata: 9\n\n")); len(got) != 1 || !got[0].Cut || got[0].Data != "12345678" {
		t.Errorf("limit: %+v", got)
	}
}

func split(limit int, truncate bool, pieces ...[]byte) (lines []line) {
	s := splitter{limit: limit, truncate: truncate}
	take := func(l line) { lines = append(lines, l) }
	for _, b := range pieces {
		s.feed(b, take)
	}
	s.flush(take)
	return lines
}

func joined(lines []line) []byte {
	var out []byte
	for _, l := range lines {
		out = append(out, l.text...)
		if l.newline {
			out = append(out, '\n')
		}
	}
	return out
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("a\nb\r\n\n{\"x\":1}\nlast"), uint8(3), 4)
	f.Add([]byte("\n\n\n"), uint8(0), 1)
	f.Fuzz(func(t *testing.T, b []byte, seed uint8, limit int) {
		limit = max(1, limit%64)
		whole, parts := split(limit, false, b), split(limit, false, chunks(b, seed)...)
		if got := joined(whole); !bytes.Equal(got, b) {
			t.Errorf("joined %q, want %q", got, b)
		}
		if diff := cmp.Diff(whole, parts, cmp.AllowUnexported(line{})); diff != "" {
			t.Errorf("chunk borders change the lines:\n%s", diff)
		}
		var size int64
		for _, l := range split(limit, true, chunks(b, seed)...) {
			if size += l.size; l.newline {
				size++
			}
			if len(l.text) > limit {
				t.Errorf("line of %d bytes, limit %d", len(l.text), limit)
			}
		}
		if size != int64(len(b)) {
			t.Errorf("sizes add up to %d, want %d", size, len(b))
		}
	})
}

// FuzzMessage: the envelope reader agrees with encoding/json on what is JSON and never panics.
func FuzzMessage(f *testing.F) {
	for _, s := range []string{`{"jsonrpc":"2.0","id":"a","result":{"isError":true}}`, `[{"id":1}]`, `{"id":{},"method":5}`, `{"a\"b":"c\\","error":{"code":1e3}}`, `{"error":null}`, "{}", "[]", "1"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m := parseMessage(b)
		nameOf(m.params)
		toolError(m.result)
		for _, p := range m.parts {
			parseMessage(p)
		}
		if m.kind == "" {
			t.Errorf("no kind for %q", b)
		}
	})
}
