package core

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/wire"
)

func TestStats(t *testing.T) {
	c := viewCore(t, wire.Config{})
	at := int64(1_800_000_000_000_000)
	frame := func(conn string, dir wire.Dir, when int64, body string) uint64 {
		return c.log.Append(wire.Draft{Entry: wire.Entry{Conn: conn, Kind: wire.KindFrame, Dir: dir, Time: at + when}, Message: []byte(body)})
	}
	for i := range 100 { // took 1 to 100 ms, every tenth is a tool's error
		frame("a", wire.Out, int64(i), call(i, "search"))
		frame("a", wire.In, int64(i)+int64(i+1)*1000, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":{"isError":%v}}`, i, i%10 == 0))
	}
	frame("a", wire.Out, 200, call(1000, "build")) // waits
	frame("a", wire.In, 300, `{"jsonrpc":"2.0","method":"notifications/message"}`)
	frame("b", wire.Out, 400, call(1, "search"))
	slow := frame("b", wire.In, 900_400, `{"jsonrpc":"2.0","id":1,"error":{"code":-5,"message":"no"}}`)
	c.log.Append(wire.Draft{Entry: wire.Entry{Conn: "a", Kind: wire.KindHTTP, Method: "POST", Name: "https://x/mcp?a=1", Status: 500, Time: at, Took: 70, Bytes: 5, ReqBytes: 9}, Exchange: &wire.Exchange{}})
	settled(t, c, ViewInput{View: "v", Scope: ViewScope{Conns: []string{"a"}}})
	got, err := c.Stats(context.Background(), StatsInput{View: "v", Against: &ViewScope{Conns: []string{"b"}}})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Tools) != 2 || len(got.Methods) != 2 || len(got.HTTP) != 1 || got.Looked != 203 {
		t.Fatalf("got %+v", got)
	}
	search := got.Tools[0]
	if search.BytesIn < 100*50 || search.BytesOut < 100*70 {
		t.Errorf("bytes: %+v", search)
	}
	search.BytesIn, search.BytesOut = 0, 0
	before := search.Before
	if before == nil || before.Count != 1 || before.Errors != 1 || before.Max != 900_000 {
		t.Errorf("before: %+v", before)
	}
	search.Before = nil
	want := StatsRow{Name: "search", Dir: wire.Out, CallFigures: CallFigures{
		Count: 100, Answered: 100, Errors: 10, P50: 50_000, P95: 95_000, P99: 99_000, Max: 100_000, Sum: 5_050_000,
	}}
	if diff := cmp.Diff(want, search); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if b := got.Tools[1]; b.Name != "build" || b.Count != 1 || b.Open != 1 || b.Answered != 0 || b.Errors != 0 || b.Before != nil {
		t.Errorf("the one that waits: %+v", b)
	}
	if h := got.HTTP[0]; h.Name != "POST https://x/mcp" || h.Errors != 1 || h.BytesIn != 5 || h.BytesOut != 9 {
		t.Errorf("http: %+v", h)
	}
	if s := got.Slowest; len(s) != maxSlowest || s[0].Took != 100_000 || s[0].Time != at+99 || s[49].Took != 51_000 {
		t.Errorf("slowest: %+v", s)
	}
	// A range of time, and a view with a filter.
	got, err = c.Stats(context.Background(), StatsInput{View: "v", From: at + 9*1000, To: at + 10*1000})
	if err != nil || got.All.Answered != 1 {
		t.Errorf("in a millisecond: %+v %v", got.All, err)
	}
	settled(t, c, ViewInput{View: "w", Scope: ViewScope{All: true}, Filter: "ms:>500"})
	if got, err = c.Stats(context.Background(), StatsInput{View: "w"}); err != nil || got.Slowest[0].Seq != slow || got.All.Count != 1 {
		t.Errorf("slow ones: %+v %v", got, err)
	}
}

// A server that makes up names is summed up.
func TestStatsManyNames(t *testing.T) {
	table := newStatsTable()
	for i := range 5000 {
		table.take(&viewPart{}, &wire.Entry{Kind: wire.KindFrame, Dir: wire.In, Message: wire.MsgNotification, Method: fmt.Sprint("n/", i)})
	}
	s := table.stats()
	if !s.More || len(s.Methods) != maxStatsNames+1 || s.Methods[0].Name != othersName || s.Methods[0].Count != 3000 {
		t.Errorf("%d names, the first %+v", len(s.Methods), s.Methods[0])
	}
}
