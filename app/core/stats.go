package core

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

const (
	maxStatsNames = 2000 // different tools, methods, addresses; servers choose them
	maxSlowest    = 50
	othersName    = "others"
)

// needStats is what the figures are made of.
const needStats = query.NeedConn | query.NeedTime | query.NeedKind | query.NeedDir | query.NeedMessage | query.NeedMethod | query.NeedName |
	query.NeedPair | query.NeedTook | query.NeedOpen | query.NeedBytes | query.NeedReqBytes | query.NeedFailed

// Stats returns the figures of the rows of a view. Rows that its search has not found yet are not in them.
func (c *Core) Stats(ctx context.Context, in StatsInput) (Stats, error) {
	v, err := c.pull(in.View)
	if err != nil {
		return Stats{}, err
	}
	parts := make([]viewPart, 0, len(v.parts))
	for _, p := range v.parts {
		parts = append(parts, viewPart{run: p.run, all: p.all, conns: p.conns, rows: joined([]*rowset{&p.rows}, nil)})
	}
	filter, context := v.filter, v.context()
	v.mu.Unlock()

	now := newStatsTable()
	for i := range parts {
		p := &parts[i]
		err := c.traffic.Scan(ctx, p.run, p.rows.lowest(), p.rows.highest(), needStats, p.skip, func(batch []wire.Entry) error {
			for k := range batch {
				e := &batch[k]
				if p.rows.has(e.Seq) && (in.To == 0 || e.Time >= in.From && e.Time < in.To) {
					now.take(p, e)
				}
			}
			return ctx.Err()
		})
		if err != nil {
			return Stats{}, fmt.Errorf("count calls: %w", err)
		}
	}
	out := now.stats()
	if in.Against == nil {
		return out, nil
	}
	before, err := c.statsOf(ctx, *in.Against, filter.Bind(context))
	if err != nil {
		return Stats{}, fmt.Errorf("count calls: %w", err)
	}
	out.against(before.stats())
	return out, nil
}

// statsOf counts what passes a filter in a scope that no view is open on.
func (c *Core) statsOf(ctx context.Context, s ViewScope, m *query.Matcher) (*statsTable, error) {
	t := newStatsTable()
	for _, p := range partsOfScope(s, c.thisRun()) {
		first, last := c.traffic.Bounds(p.run)
		b := bodiesOf{&c.traffic, p.run}
		skip := func(z query.Zone) bool { return p.skip(z) || m.Skip(z) }
		var open []wire.Entry
		for from := first; from <= last && last > 0; from += mostBodies {
			open = open[:0]
			err := c.traffic.Scan(ctx, p.run, from, min(last, from+mostBodies-1), needStats|m.Needs()&query.NeedEntry, skip, func(batch []wire.Entry) error {
				for i := range batch {
					e := &batch[i]
					switch {
					case !p.holds(e):
					case m.Early(p.run, e) == query.Yes:
						t.take(p, e)
					case m.Early(p.run, e) == query.Unknown:
						open = append(open, *e)
					}
				}
				return ctx.Err()
			})
			if err != nil {
				return t, err
			}
			for i := range open {
				if m.Match(p.run, &open[i], b) {
					t.take(p, &open[i])
				}
				if ctx.Err() != nil {
					return t, ctx.Err()
				}
			}
		}
	}
	return t, nil
}

// statsTable adds calls up.
type statsTable struct {
	tools, methods, http map[statsKey]*callTally
	all                  callTally
	slow                 []SlowCall // the slowest first
	looked               int
	first, last          int64
	more                 bool
}

type statsKey struct {
	name string
	dir  wire.Dir
}

// callTally is the figures of one name while they are added up.
type callTally struct {
	CallFigures
	took []int64
}

func newStatsTable() *statsTable {
	return &statsTable{tools: map[statsKey]*callTally{}, methods: map[statsKey]*callTally{}, http: map[statsKey]*callTally{}}
}

func (t *statsTable) of(m map[statsKey]*callTally, k statsKey) *callTally {
	if one := m[k]; one != nil {
		return one
	}
	if len(m) >= maxStatsNames {
		t.more = true
		k = statsKey{othersName, k.dir}
		if one := m[k]; one != nil {
			return one
		}
	}
	one := &callTally{}
	m[k] = one
	return one
}

// take adds an entry. A call is counted with its answer, or while it has none with its request; the bytes of a request
// are those of its call either way.
func (t *statsTable) take(p *viewPart, e *wire.Entry) {
	t.looked++
	if t.first == 0 || e.Time < t.first {
		t.first = e.Time
	}
	t.last = max(t.last, e.Time)
	switch {
	case e.Kind == wire.KindHTTP:
		one := t.of(t.http, statsKey{strings.TrimSpace(e.Method + " " + withoutQuery(e.Name)), wire.Out})
		one.call(e)
		one.BytesOut += e.ReqBytes
		one.BytesIn += e.Bytes
		t.slowest(p, e)
	case e.Kind == wire.KindFrame || e.Kind == wire.KindApp:
		t.message(p, e)
	}
}

func (t *statsTable) message(p *viewPart, e *wire.Entry) {
	asked := e.Dir
	switch e.Message {
	case wire.MsgRequest, wire.MsgNotification:
	case wire.MsgResponse, wire.MsgError:
		asked = opposite(e.Dir)
	default:
		return
	}
	list := []*callTally{t.of(t.methods, statsKey{e.Method, asked})}
	if e.Message != wire.MsgNotification {
		list = append(list, &t.all)
	}
	if e.Method == "tools/call" {
		list = append(list, t.of(t.tools, statsKey{e.Name, asked}))
	}
	for _, one := range list {
		if e.Dir == wire.Out {
			one.BytesOut += e.Bytes
		} else {
			one.BytesIn += e.Bytes
		}
		if e.Message != wire.MsgRequest || e.Pair == 0 {
			one.call(e)
		}
	}
	if e.Message == wire.MsgResponse || e.Message == wire.MsgError {
		t.slowest(p, e)
	}
}

func opposite(d wire.Dir) wire.Dir {
	if d == wire.In {
		return wire.Out
	}
	return wire.In
}

func (t *callTally) call(e *wire.Entry) {
	t.Count++
	switch {
	case e.Open:
		t.Open++
	case query.Failed(e):
		t.Errors++
	}
	if !e.Open && (e.Took > 0 || e.Message == wire.MsgResponse || e.Message == wire.MsgError) {
		t.took = append(t.took, e.Took)
		t.Sum += e.Took
	}
}

// slowest keeps the entry when it is among the slowest.
func (t *statsTable) slowest(p *viewPart, e *wire.Entry) {
	if e.Took == 0 || len(t.slow) == maxSlowest && t.slow[maxSlowest-1].Took >= e.Took {
		return
	}
	at, _ := slices.BinarySearchFunc(t.slow, e.Took, func(s SlowCall, took int64) int { return cmp.Compare(took, s.Took) })
	k := known(p.run, *e)
	t.slow = slices.Insert(t.slow, at, SlowCall{
		Seq: k.Seq, Pair: k.Pair, Conn: p.connID(e.Conn), Method: e.Method, Name: e.Name, Time: began(e), Took: e.Took, Failed: query.Failed(e),
	})
	t.slow = t.slow[:min(len(t.slow), maxSlowest)]
}

func withoutQuery(url string) string {
	url, _, _ = strings.Cut(url, "?")
	return url
}

// figures sorts the times. Percentiles are nearest ranks: a time that was measured.
func (t *callTally) figures() CallFigures {
	f := t.CallFigures
	slices.Sort(t.took)
	n := len(t.took)
	if f.Answered = n; n == 0 {
		return f
	}
	rank := func(percent int) int64 { return t.took[(n*percent+99)/100-1] }
	f.P50, f.P95, f.P99, f.Max = rank(50), rank(95), rank(99), t.took[n-1]
	return f
}

func (t *statsTable) stats() Stats {
	s := Stats{
		Tools: statsRows(t.tools), Methods: statsRows(t.methods), HTTP: statsRows(t.http), Slowest: t.slow, All: t.all.figures(),
		Looked: t.looked, First: t.first, Last: t.last, More: t.more,
	}
	if s.Slowest == nil {
		s.Slowest = []SlowCall{}
	}
	return s
}

func statsRows(m map[statsKey]*callTally) []StatsRow {
	out := make([]StatsRow, 0, len(m))
	for k, t := range m {
		out = append(out, StatsRow{Name: k.name, Dir: k.dir, CallFigures: t.figures()})
	}
	slices.SortFunc(out, func(a, b StatsRow) int {
		return cmp.Or(b.Count-a.Count, cmp.Compare(a.Name, b.Name), cmp.Compare(a.Dir, b.Dir))
	})
	return out
}

// against puts the figures of another scope beside; what is there alone stands at the end, without calls now.
func (s *Stats) against(before Stats) {
	s.Tools = beside(s.Tools, before.Tools)
	s.Methods = beside(s.Methods, before.Methods)
	s.HTTP = beside(s.HTTP, before.HTTP)
}

func beside(now, before []StatsRow) []StatsRow {
	for _, b := range before {
		f := b.CallFigures
		i := slices.IndexFunc(now, func(r StatsRow) bool { return r.Name == b.Name && r.Dir == b.Dir })
		if i < 0 {
			now = append(now, StatsRow{Name: b.Name, Dir: b.Dir})
			i = len(now) - 1
		}
		now[i].Before = &f
	}
	return now
}
