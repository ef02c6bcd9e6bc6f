package wire

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

var note = []byte(`{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","logger":"bench","data":"a line of some length that a server logs"}}`)

// BenchmarkAppendFlood is the flood of small notifications of the issue: the target is 2 µs each at most.
func BenchmarkAppendFlood(b *testing.B) {
	b.ReportAllocs()
	l := NewLog(Config{})
	for b.Loop() {
		l.Append(Draft{Entry: Entry{Conn: "a", Kind: KindFrame, Dir: In}, Message: note})
	}
}

func BenchmarkAppendPairs(b *testing.B) {
	b.ReportAllocs()
	l := NewLog(Config{})
	for i := 0; b.Loop(); i++ {
		id := fmt.Sprint(i)
		l.Append(frame("a", Out, request(id)))
		l.Append(frame("a", In, result(id)))
	}
}

func BenchmarkPage(b *testing.B) {
	l := NewLog(Config{})
	for range 200_000 {
		l.Append(Draft{Entry: Entry{Conn: "a", Kind: KindFrame, Dir: In}, Message: note})
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		l.Page(uint64(i*1000%200_000), 1000)
	}
}

// BenchmarkPageWorst is a page behind a million dead revisions.
func BenchmarkPageWorst(b *testing.B) {
	l := NewLog(Config{})
	l.Append(Draft{})
	for range 1000 {
		for range 1000 {
			l.Update(1, func(d *Draft) { d.Entry.Status++ })
		}
		l.Append(Draft{})
	}
	for b.Loop() {
		l.Page(1, 1000)
	}
}

func BenchmarkParseFrame50MB(b *testing.B) {
	for _, c := range []struct{ name, item string }{
		{"one long string", strings.Repeat("x", 1<<20)},
		{"many values", strings.Repeat(`{"a":1,"b":"text","c":[true,null]},`, 1<<20/35)},
	} {
		body := `"` + strings.Repeat(c.item, 50) + `"`
		if c.item[0] == '{' {
			body = `[` + strings.Repeat(c.item, 50) + `1]`
		}
		frame := []byte(`{"jsonrpc":"2.0","id":1,"result":{"content":` + body + `}}`)
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(frame)))
			for b.Loop() {
				if f := ParseFrame(frame); f.Message != MsgResponse {
					b.Fatal(f)
				}
			}
		})
	}
}

func BenchmarkText(b *testing.B) {
	big := bytes.Repeat(note, 8000)
	for _, n := range []int{0, 1, 20, 500} {
		m := NewMasker([]byte("key"))
		for i := range n {
			m.Add("a", "token", fmt.Sprintf("%08x-secret-%d", i*2654435761, i))
		}
		for _, c := range []struct {
			name string
			text []byte
		}{{"small", note}, {"1MB", big}} {
			b.Run(fmt.Sprintf("%d values/%s", n, c.name), func(b *testing.B) {
				b.SetBytes(int64(len(c.text)))
				b.ReportAllocs()
				for b.Loop() {
					m.Text("a", c.text)
				}
			})
		}
	}
}
