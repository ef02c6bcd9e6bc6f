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
	maxPixels = 4000
	maxSpans  = 1500 // single entries told at once
	maxPhases = 300  // exchanges among them whose phases are read
)

// needTime is what places an entry on a timeline.
const needTime = query.NeedConn | query.NeedTime | query.NeedTook | query.NeedDir | query.NeedMethod | query.NeedPurpose |
	query.NeedPair | query.NeedFailed

// laneOf is where an entry is drawn; an empty lane: nowhere, since its answer is.
func laneOf(e *wire.Entry) string {
	switch e.Kind {
	case wire.KindStderr:
		return LaneStderr
	case wire.KindAuth:
		return LaneSignIn
	case wire.KindHTTP:
		return laneOfExchange(e)
	case wire.KindSSE:
		return LaneStreams
	case wire.KindFrame, wire.KindApp:
		return laneOfMessage(e)
	default:
		return LaneState
	}
}

func laneOfExchange(e *wire.Entry) string {
	switch e.Purpose {
	case wire.PurposeListen:
		return LaneStreams
	case wire.PurposeResourceMetadata, wire.PurposeServerMetadata, wire.PurposeRegister, wire.PurposeToken, wire.PurposeRefresh,
		wire.PurposeRevoke, wire.PurposeExchange, wire.PurposeCheck:
		return LaneSignIn
	}
	return LaneHTTP
}

func laneOfMessage(e *wire.Entry) string {
	if e.Message == wire.MsgRequest && e.Pair != 0 {
		return ""
	}
	switch {
	case strings.HasPrefix(e.Method, "tasks/") || strings.HasPrefix(e.Method, "notifications/tasks"):
		return LaneTasks
	case e.Method == "subscriptions/listen":
		return LaneStreams
	case e.Message == wire.MsgNotification:
		return LaneNotifications
	}
	asked := e.Dir
	if e.Message == wire.MsgResponse || e.Message == wire.MsgError { // an answer stands for what it answers
		asked = map[wire.Dir]wire.Dir{wire.In: wire.Out, wire.Out: wire.In}[e.Dir]
	}
	if asked == wire.In {
		return LaneServer
	}
	return LaneClient
}

// began is when what an entry tells of began: an answer tells of a call.
func began(e *wire.Entry) int64 {
	if e.Message == wire.MsgResponse || e.Message == wire.MsgError {
		return e.Time - e.Took
	}
	return e.Time
}

func timedOf(e *wire.Entry) timed {
	t := timed{seq: e.Seq, at: began(e), took: e.Took, failed: query.Failed(e)}
	if lane := laneOf(e); lane != "" {
		t.key = laneKey{e.Conn, lane}
	}
	return t
}

// maxMicros is the latest time that is drawn, in Unix microseconds: far from where sums of times would overflow.
const maxMicros = 1 << 53

// Timeline returns a stretch of time of a view's scope. The first call for a view has its entries looked at once more;
// until that is done, it tells of the newest.
func (c *Core) Timeline(ctx context.Context, in TimelineInput) (Timeline, error) {
	if in.Pixels < 1 || in.Pixels > maxPixels || in.From < 0 || in.To < in.From || in.To > maxMicros {
		return Timeline{}, input("draw the timeline", fmt.Sprintf("%d..%d in %d buckets is no stretch of time", in.From, in.To, in.Pixels), "")
	}
	v, err := c.pull(in.View)
	if err != nil {
		return Timeline{}, err
	}
	if !v.timed {
		v.timed = true
		for _, p := range v.parts {
			p.timeLeft = v.whole(p.run)
		}
		v.begin(false)
	}
	out, found := v.timeline(in)
	v.mu.Unlock()
	if out.Whole {
		if out.Spans, err = c.spans(ctx, found, v); err != nil {
			return Timeline{}, fmt.Errorf("draw the timeline: %w", err)
		}
	}
	return out, nil
}

// timeline sums up. The caller holds the lock.
func (v *view) timeline(in TimelineInput) (Timeline, []partRows) {
	out := Timeline{From: in.From, To: in.To, Done: true, Rev: v.timeRev + v.rev, Lanes: []Lane{}, Spans: []Span{}, Whole: true}
	for _, p := range v.parts {
		out.Done = out.Done && len(p.timeLeft) == 0
		if first, last, ok := p.time.bounds(); ok {
			if out.First == 0 || first < out.First {
				out.First = first
			}
			out.Last = max(out.Last, last)
		}
	}
	if in.From == 0 && in.To == 0 {
		out.From, out.To = out.First, out.Last+1
	}
	out.Step = max(1, (out.To-out.From+int64(in.Pixels)-1)/int64(in.Pixels))
	var found []partRows
	n := 0
	for _, p := range v.parts {
		out.Lanes = append(out.Lanes, v.lanes(p, out)...)
		if !out.Whole {
			continue
		}
		seqs, more := p.time.within(out.From, out.To, maxSpans-n, nil)
		n += len(seqs)
		out.Whole = !more
		slices.Sort(seqs)
		found = append(found, partRows{p.run, seqs})
	}
	return out, found
}

// lanes are the lanes of one run, in the order in which they are drawn.
func (v *view) lanes(p *viewPart, t Timeline) []Lane {
	var hit func(uint64) bool
	if v.filtered() || v.off != [len(viewGroups)]bool{} {
		hit = p.rows.has
	}
	var list []Lane
	for i, buckets := range p.time.window(t.From, t.To, t.Step, hit) {
		k := p.time.lanes[i]
		l := Lane{Conn: p.connID(k.conn), Lane: k.lane, At: []int{}, N: []int{}, Errors: []int{}, Took: []int64{}, Hits: []int{}}
		for at, b := range buckets {
			if b.n == 0 {
				continue
			}
			l.At, l.N, l.Errors, l.Took = append(l.At, at), append(l.N, b.n), append(l.Errors, b.errors), append(l.Took, tookOf(b.took))
			if hit != nil {
				l.Hits = append(l.Hits, b.hits)
			}
		}
		list = append(list, l)
	}
	order := []string{LaneClient, LaneServer, LaneNotifications, LaneTasks, LaneHTTP, LaneStreams, LaneSignIn, LaneStderr, LaneState}
	slices.SortStableFunc(list, func(a, b Lane) int {
		return cmp.Or(cmp.Compare(a.Conn, b.Conn), slices.Index(order, a.Lane)-slices.Index(order, b.Lane))
	})
	return list
}

// connID is how a connection is known outside of its run.
func (p *viewPart) connID(conn string) string {
	if p.run == 0 || conn == "" {
		return conn
	}
	return fmt.Sprintf("%d:%s", p.run, conn)
}

// spans reads single entries.
func (c *Core) spans(ctx context.Context, found []partRows, v *view) ([]Span, error) {
	out := []Span{}
	phases := 0
	for _, p := range found {
		list, err := c.entriesOf(ctx, p, nil)
		if err != nil {
			return out, err
		}
		part := viewPart{run: p.run}
		for i := range list {
			e := &list[i]
			lane := laneOf(e)
			if lane == "" || i >= len(p.seqs) {
				continue // answered meanwhile
			}
			s := Span{
				Seq: e.Seq, Conn: part.connID(e.Conn), Lane: lane, Time: began(e), Took: e.Took, Open: e.Open, Failed: query.Failed(e),
				Row: v.isRow(p.run, p.seqs[i]), Kind: e.Kind, Method: e.Method, Name: e.Name, Status: e.Status,
			}
			if e.Kind == wire.KindHTTP && phases < maxPhases {
				if x, ok := c.traffic.Exchange(p.run, p.seqs[i]); ok {
					phases++
					s.Phases = &x.Timing
				}
			}
			out = append(out, s)
		}
	}
	return out, nil
}

func (v *view) isRow(run uint32, seq uint64) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.rowOf(run, seq) >= 0
}
