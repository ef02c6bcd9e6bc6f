package export

import (
	"bytes"
	"strings"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// WithMessages adds to HTTP exchanges the JSON-RPC messages that their bodies hold: a HAR has exchanges alone. Entries
// are numbered anew, from 1, and answers paired with their requests.
func WithMessages(list []wire.Draft) ([]wire.Draft, error) {
	l := wire.NewLog(wire.Config{MaxBytes: 4 * MaxHAR, MaxEntries: 4 * maxHAREntries})
	told := map[uint64]bool{} // exchanges whose messages are there
	for i := range list {
		if e := &list[i].Entry; e.Kind == wire.KindFrame && e.Exchange != 0 {
			told[e.Exchange] = true
		}
	}
	numbers := map[uint64]uint64{}
	for _, d := range list {
		old := d.Entry.Seq
		d.Entry.Exchange = numbers[d.Entry.Exchange]
		d.Entry.Pair = 0
		n := l.Append(d)
		numbers[old] = n
		if d.Exchange == nil || told[old] {
			continue
		}
		for _, m := range carried(d) {
			at := d.Entry.Time
			if m.dir == wire.In {
				at += d.Entry.Took
			}
			l.Append(wire.Draft{Entry: wire.Entry{Conn: d.Entry.Conn, Time: at, Kind: wire.KindFrame, Dir: m.dir, Exchange: n}, Message: m.raw})
		}
	}
	var out []wire.Draft
	err := Records(Log(l), func(d wire.Draft) error {
		out = append(out, d)
		return nil
	})
	return out, err
}

type carriedMessage struct {
	dir wire.Dir
	raw []byte
}

// carried are the messages in an exchange's bodies: what is none is left out.
func carried(d wire.Draft) (out []carriedMessage) {
	add := func(dir wire.Dir, raw []byte) {
		if f := wire.ParseFrame(raw); f.Message != wire.MsgInvalid && f.Message != wire.MsgBatch {
			out = append(out, carriedMessage{dir, raw})
		}
	}
	if d.Exchange.Method == "POST" {
		add(wire.Out, d.Request)
	}
	if !strings.HasPrefix(strings.ToLower(field(d.Exchange.ResponseHeaders, "content-type")), "text/event-stream") {
		add(wire.In, d.Response)
		return out
	}
	var data [][]byte
	for line := range bytes.SplitSeq(append(bytes.Clone(d.Response), "\n\n"...), []byte("\n")) {
		line = bytes.TrimSuffix(line, []byte("\r"))
		if rest, ok := bytes.CutPrefix(line, []byte("data:")); ok {
			data = append(data, bytes.TrimPrefix(rest, []byte(" ")))
		} else if len(line) == 0 && data != nil {
			add(wire.In, bytes.Join(data, []byte("\n")))
			data = nil
		}
	}
	return out
}
