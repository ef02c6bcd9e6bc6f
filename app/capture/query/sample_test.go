package query

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// item is an entry with what belongs to it.
type item struct {
	wire.Entry
	x        *wire.Exchange
	message  []byte
	request  []byte
	response []byte
	comment  string
	pinned   bool
}

// items are Bodies, and keep count of what was asked of them.
type items struct {
	list  map[uint64]*item
	asked int
}

func (s *items) Exchange(seq uint64) (wire.Exchange, bool) {
	s.asked++
	if it := s.list[seq]; it != nil && it.x != nil {
		return *it.x, true
	}
	return wire.Exchange{}, false
}

func (s *items) Body(seq uint64, part wire.Part) []byte {
	s.asked++
	it := s.list[seq]
	switch {
	case it == nil:
		return nil
	case part == wire.PartMessage:
		return it.message
	case part == wire.PartRequest:
		return it.request
	}
	return it.response
}

var now = time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)

// sample is one of everything, in the order of time: a minute between two.
func sample() (*items, []*item) {
	list := []*item{
		{Entry: wire.Entry{Conn: "c1", Kind: wire.KindLifecycle, Note: "started everything-server", Name: ""}},
		{Entry: wire.Entry{Conn: "c1", Kind: wire.KindFrame, Dir: wire.Out, Message: wire.MsgRequest, Method: "tools/call", Name: "search_docs", ID: `"7"`, Call: "k1", Pair: 3, Took: 730_000}, message: []byte(`{"params":{"name":"search_docs","arguments":{"q":"Grüße","n":12}}}`)},
		{Entry: wire.Entry{Conn: "c1", Kind: wire.KindFrame, Dir: wire.In, Message: wire.MsgResponse, Method: "tools/call", Name: "search_docs", ID: `"7"`, Call: "k1", Pair: 2, Took: 730_000, ToolErr: true}, message: []byte(`{"result":{"isError":true,"content":[{"type":"text","text":"nothing found"},{"type":"image"}]}}`)},
		{Entry: wire.Entry{Conn: "c1", Kind: wire.KindFrame, Dir: wire.In, Message: wire.MsgError, Method: "resources/read", Name: "file:///a b", ID: "8", Code: -32601, Took: 1500}, message: []byte(`{"error":{"code":-32601}}`)},
		{Entry: wire.Entry{Conn: "c1", Kind: wire.KindFrame, Dir: wire.In, Message: wire.MsgNotification, Method: "notifications/message"}, message: []byte(`{"params":{"data":"disk full (really)"}}`)},
		{Entry: wire.Entry{Conn: "c2", Kind: wire.KindHTTP, Dir: wire.Out, Method: "POST", Name: "https://example.com/mcp", Status: 401, Took: 90_000, ReqBytes: 20_000, Purpose: wire.PurposeServerMetadata}, request: []byte(strings.Repeat("z", 20_000)), response: []byte(`{"error":"unauthorized"}`), x: &wire.Exchange{
			Method: "POST", URL: "https://example.com/mcp", Status: 401, StatusText: "Unauthorized",
			RequestHeaders:  []wire.Header{{Name: "Content-Type", Value: "application/json"}},
			ResponseHeaders: []wire.Header{{Name: "WWW-Authenticate", Value: `Bearer realm="mcp"`}, {Name: "content-type", Value: " text/html; charset=utf-8 "}},
		}, comment: "too slow here", pinned: true},
		{Entry: wire.Entry{Conn: "c2", Kind: wire.KindHTTP, Dir: wire.Out, Method: "GET", Name: "https://example.com/mcp", Open: true}, x: &wire.Exchange{Method: "GET"}},
		{Entry: wire.Entry{Conn: "c2", Kind: wire.KindHTTP, Dir: wire.Out, Method: "GET", Name: "https://example.com/x", Note: "connection refused"}, x: &wire.Exchange{Err: "connection refused"}},
		{Entry: wire.Entry{Conn: "c1", Kind: wire.KindStderr, Dir: wire.In, Note: "panic: oh no"}, message: []byte("panic: oh no\n\tat main.go")},
		{Entry: wire.Entry{Conn: "c1", Kind: wire.KindFrame, Dir: wire.In, Message: wire.MsgInvalid, Findings: []string{"answers no request"}, Withheld: "no JSON"}, message: []byte(`<html>`)},
		{Entry: wire.Entry{Conn: "c1", Kind: wire.KindSSE, Dir: wire.In, Name: "message", Exchange: 6, Cut: true}, message: []byte("data")},
		{Entry: wire.Entry{Conn: "c1", Kind: wire.KindFrame, Dir: wire.Out, Message: wire.MsgRequest, Method: "ping", ID: "9", Open: true}, message: []byte(`{}`)},
	}
	s := &items{list: map[uint64]*item{}}
	for i, it := range list {
		it.Seq = uint64(i + 1)
		it.Time = now.Add(time.Duration(i-len(list)) * time.Minute).UnixMicro()
		it.Bytes = int64(len(it.message) + len(it.response))
		s.list[it.Seq] = it
	}
	return s, list
}

func (s *items) context() Context {
	return Context{
		Now: now,
		Conn: func(_ uint32, id string) []string {
			return map[string][]string{"c1": {"Everything Server"}, "c2": {"Example"}}[id]
		},
		Marks: func(_ uint32, seq uint64) (string, bool) {
			it := s.list[seq]
			return it.comment, it.pinned
		},
	}
}

// randomItem makes an entry of few different values, so that conditions hold often.
func randomItem(r *rand.Rand) *item {
	_, all := sample()
	it := *all[r.IntN(len(all))]
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	if r.IntN(2) == 0 {
		it.Method = pick("tools/call", "tools/list", "TOOLS/CALL", "", "ping")
	}
	if r.IntN(3) == 0 {
		it.Name = pick("search_docs", "Search", "", "ÄRGER", "a*b", strings.Repeat("ab", 20))
	}
	it.Conn = pick("c1", "c2", "")
	it.Status = []int{0, 0, 200, 302, 401, 404, 503}[r.IntN(7)]
	it.Code = []int{0, 0, -32601, 5}[r.IntN(4)]
	it.Took = int64(r.IntN(3) * r.IntN(2_000_000))
	it.Open = r.IntN(4) == 0
	it.ToolErr = r.IntN(4) == 0
	it.Pair = uint64(r.IntN(3))
	it.Time = now.Add(-time.Duration(r.IntN(600)) * time.Second).UnixMicro()
	it.message = []byte(pick("", `{"a":{"b":[1,"Two",null]}}`, `{"a":3}`, "found nothing", "FOUND", "straße ÄRGER", strconv.Itoa(r.IntN(100))))
	it.Bytes = int64(len(it.message) + len(it.response))
	it.pinned, it.comment = r.IntN(2) == 0, pick("", "slow")
	return &it
}
