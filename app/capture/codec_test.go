package capture

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// variety are entries that use every field.
func variety(n int) []item {
	var items []item
	for i := range n {
		e := wire.Entry{
			Seq: uint64(3*i + 1), Conn: "c1", Time: int64(1e15) + int64(i%7)*1000 - int64(i%3)*5000, Kind: wire.KindFrame, Dir: wire.In,
			Message: wire.MsgNotification, Method: "notifications/message", Bytes: int64(i * 31),
		}
		it := item{Entry: e}
		switch i % 5 {
		case 1:
			it.Message, it.Method, it.Name, it.ID, it.Call, it.Open = wire.MsgRequest, "tools/call", "echo ‹x›", `"a-1"`, "call", true
			it.Pair, it.Exchange = uint64(3*i+4), uint64(1)
		case 2:
			it.Message, it.Code, it.ToolErr, it.Took, it.Pair = wire.MsgError, -32601, true, 1234, uint64(3*i-2)
			it.Findings = []string{"one", "two", "one"}
		case 3:
			it.Kind, it.Method, it.Status, it.ReqBytes, it.Cut, it.Purpose = wire.KindHTTP, "POST", 401, 1<<40, true, wire.PurposeProbe
			it.Withheld, it.Note, it.Dropped = "withheld\x00", "note\nwith lines", i%2 == 1
			it.refs[partHeads] = ref{uint32(i + 1), uint32(i % 1000), 77}
		}
		it.refs[partMessage] = ref{uint32(i/10 + 1), uint32(i * 100 % pieceLen), int64(i)}
		items = append(items, it)
	}
	return items
}

func TestSegmentsComeBack(t *testing.T) {
	c := newCodec()
	for _, n := range []int{1, 2, 10, 500, segmentLen} {
		want := variety(n)
		seg, err := parseSegment(c.encode([]byte("before")[:0], want))
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.decode(nil, seg, needItem)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(item{}, ref{})); diff != "" {
			t.Fatalf("%d entries: %s", n, diff)
		}
		part, err := c.decode(got, seg, query.NeedStatus|query.NeedConn)
		for i, it := range part {
			if err != nil || it.Status != want[i].Status || it.Conn != want[i].Conn || it.Seq != want[i].Seq || it.Note != "" || it.Took != 0 || it.refs != [partCount]ref{} {
				t.Fatalf("two columns of entry %d: %+v, %v", i, it, err)
			}
		}
	}
}

// TestPick reads some entries of a segment, among numbers that it does not have.
func TestPick(t *testing.T) {
	c := newCodec()
	r := rand.New(rand.NewPCG(5, 5))
	for _, n := range []int{1, 2, 10, 500, segmentLen} {
		all := variety(n)
		seg, err := parseSegment(c.encode(nil, all))
		if err != nil {
			t.Fatal(err)
		}
		for _, every := range []int{1, 3, 50, 5000} {
			var seqs []uint64
			var want []item
			for _, it := range all {
				if r.IntN(every) == 0 {
					it.refs = [partCount]ref{}
					seqs, want = append(seqs, it.Seq), append(want, it)
				}
				if r.IntN(every) == 0 {
					seqs = append(seqs, it.Seq+1) // not there
				}
			}
			got, err := c.pick(seg, seqs)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(item{}, ref{})); diff != "" {
				t.Fatalf("%d of %d entries: %s", len(seqs), n, diff)
			}
		}
	}
}

func TestAZoneHoldsForItsEntries(t *testing.T) {
	items := variety(300)
	z, err := parseZone(marshalZone(zoneOf(7, items)))
	if err != nil {
		t.Fatal(err)
	}
	if z.Run != 7 || z.Count != 300 || z.First != 1 || z.Last != items[299].Seq || z.MaxTook != 1234 || z.MaxReqBytes != 1<<40 || z.Findings != 60 || z.Open != 60 {
		t.Errorf("zone %+v", z)
	}
	if !slices.Equal(z.Conns, []string{"c1"}) || !slices.Contains(z.Statuses, 401) || !slices.Contains(z.Codes, -32601) || z.Purposes == nil {
		t.Errorf("zone %+v", z)
	}
	failed := 0
	for i := range items {
		if query.Failed(&items[i].Entry) {
			failed++
		}
		items[i].Method = string(rune('a'+i%26)) + string(rune('a'+i/26))
	}
	if z.Errors != failed {
		t.Errorf("%d errors, not %d", z.Errors, failed)
	}
	if z := zoneOf(7, items); z.Methods != nil {
		t.Errorf("%d methods are listed", len(z.Methods))
	}
}

func FuzzSegment(f *testing.F) {
	c := newCodec()
	for _, n := range []int{1, 20, 300} {
		f.Add(c.encode(nil, variety(n))[4:])
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		blob := sealBlob(nil, func(dst []byte) []byte { return append(dst, raw...) }) // past the checksum
		seg, err := parseSegment(blob)
		if err != nil {
			return
		}
		c := newCodec()
		items, err := c.decode(nil, seg, needItem)
		if err != nil {
			return
		}
		again, err := parseSegment(c.encode(nil, items))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.decode(nil, again, needItem); err != nil && len(items) > 0 && slices.IsSortedFunc(items, func(a, b item) int { return compare(a.Seq, b.Seq) }) {
			t.Logf("%d items do not come back: %v", len(items), err) // numbers out of their bounds
		}
		_, _ = openBlock(nil, blob)
	})
}

// What a quiet connection leaves is as quick to search as a flood: many small blocks are read in one go.
func TestBodiesOfManySmallBatches(t *testing.T) {
	l := wholeLog()
	s := start(t, Config{Dir: t.TempDir(), Log: l})
	for range 150 {
		traffic(l, "a", 2)
		flush(t, s)
	}
	n := 0
	err := s.ScanBodies(context.Background(), 0, 1, 1<<62, func(uint64) bool { return true }, func(seq uint64, part wire.Part, body []byte) error {
		want, _, _, _ := l.Body(seq, part, 0, -1)
		if diff := cmp.Diff(string(want), string(body)); diff != "" {
			t.Errorf("entry %d %s: %s", seq, part, diff)
		}
		n++
		return nil
	})
	if err != nil || n < 600 {
		t.Errorf("%d bodies, %v", n, err)
	}
}
