package core

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/session"
	"github.com/sightglass-dev/sightglass/app/transport"
	"github.com/sightglass-dev/sightglass/app/wire"
)

const (
	maxWaitingShown = 50       // unanswered requests in an overview
	maxAnswerText   = 300      // characters of an answer in a row
	maxAttemptBody  = 64 << 10 // bytes of a request or answer of a connect that are looked at
)

// Overview returns what is known of a profile's connection, the present one or the last.
func (c *Core) Overview(id string) Overview {
	out := Overview{
		At: time.Now().UnixMicro(), Icons: []Icon{}, Streams: []EventStream{}, Attempts: []Attempt{}, Waiting: []WaitingFor{},
		Pings: []PingResult{}, Served: []ServedMethod{}, Asked: []ClientUse{},
	}
	cn := c.connection(id)
	if cn == nil {
		return out
	}
	out.Conn, out.NoStream = cn.id, cn.profile.Protocol.NoStream
	cn.mu.Lock()
	s := cn.session
	out.Pings = append(out.Pings, cn.pings...)
	out.Checking, out.CheckError, out.LogLevel = cn.checking, cn.checkError, cn.logLevel
	cn.mu.Unlock()
	out.PingFigures = pingFigures(out.Pings)
	var attempts []uint64
	c.digest.read(c, cn.id, func(sum *summary) {
		attempts = slices.Clone(sum.attempts)
		sum.into(&out)
		if s != nil {
			out.Served, out.Asked = sum.served(s), sum.asked(s)
		}
	})
	out.Missed = c.digest.missedAll()
	for _, seq := range attempts {
		if a, ok := c.attempt(seq); ok {
			out.Attempts = append(out.Attempts, a)
		}
	}
	if s != nil {
		cn.sessionFacts(&out, s)
	}
	return out
}

func (d *digest) missedAll() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.missed
}

// into writes the counts.
func (s *summary) into(out *Overview) {
	out.Sent, out.Received = s.sent.shown(), s.received.shown()
	out.Exchanges, out.Events, out.Stray, out.StraySeq = s.exchanges, s.events, s.stray, s.straySeq
	out.LastOut, out.LastIn = s.lastOut.shown(), s.lastIn.shown()
	out.Latency = figures(s.times)
	if u := s.unasked[methodLog]; u != nil {
		out.Logged = u.count
	}
	out.WaitingAll = len(s.open)
	open := slices.SortedFunc(maps.Values(s.open), func(a, b wire.Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	for i := range open[:min(len(open), maxWaitingShown)] {
		e := &open[i]
		out.Waiting = append(out.Waiting, WaitingFor{Seq: e.Seq, Since: e.Time, Ours: e.Dir == wire.Out, Method: e.Method, Name: e.Name})
	}
}

func (t *tally) shown() MessageCount {
	return MessageCount{
		Requests: t.requests, Results: t.results, Errors: t.errors, Notifications: t.notifications, Invalid: t.invalid, Lines: t.lines, Bytes: t.bytes,
	}
}

func (m *moment) shown() LastMessage {
	return LastMessage{At: m.at, Seq: m.seq, Kind: string(m.Message), Method: m.Method, Name: m.Name}
}

// figures of durations in the order they were measured.
func figures(times []int64) Figures {
	if len(times) == 0 {
		return Figures{}
	}
	sorted := slices.Sorted(slices.Values(times))
	n := len(sorted)
	return Figures{Count: n, Last: times[n-1], Min: sorted[0], Median: (sorted[(n-1)/2] + sorted[n/2]) / 2, Max: sorted[n-1]}
}

// sessionFacts adds what only the session and its link know.
func (cn *connection) sessionFacts(out *Overview, s *session.Session) {
	out.Icons = cn.icons(s.Icons())
	if l, ok := s.Link().(interface {
		Process() (transport.ProcessFacts, bool)
	}); ok {
		if p, ok := l.Process(); ok {
			out.Process = &ProcessFacts{PID: p.PID, Started: p.Started.UnixMicro(), Exit: p.Exit}
		}
	}
	if l, ok := s.Link().(interface {
		Streams() []transport.StreamStatus
	}); ok {
		for _, st := range l.Streams() {
			v := EventStream{
				Kind: string(st.Kind), Of: st.Of, State: string(st.State), Since: micro(st.Since), Opened: st.Opened, Events: st.Events,
				LastEvent: micro(st.LastEvent), LastID: st.LastID, Retry: -1, Next: micro(st.Next), Text: st.Text, Entry: st.Entry,
			}
			if st.HasRetry {
				v.Retry = st.Retry.Milliseconds()
			}
			out.Streams = append(out.Streams, v)
		}
	}
	listens, _ := s.Streams()
	for _, st := range listens {
		out.Streams = append(out.Streams, EventStream{
			Kind: "listen", Of: st.Name, State: string(st.State), Since: micro(st.Since), Opened: st.Opened, Retry: -1,
			Events: st.Events, LastEvent: micro(st.Last), Next: micro(st.Retry), Text: cn.text(st.Text), Entry: st.Entry,
		})
	}
}

// attempt reads a request of the connect and its answer as they were recorded.
func (c *Core) attempt(seq uint64) (Attempt, bool) {
	e, ok := c.entryOf(seq)
	if !ok {
		return Attempt{}, false
	}
	a := Attempt{Method: e.Method, Open: e.Open || e.Pair == 0, Took: e.Took, Request: seq, Reply: e.Pair, HTTP: e.Exchange}
	if x, ok := c.entryOf(e.Exchange); ok && e.Exchange != 0 {
		a.Status = x.Status
	}
	var sent struct {
		Params struct {
			ProtocolVersion json.RawMessage            `json:"protocolVersion"`
			Meta            map[string]json.RawMessage `json:"_meta"`
		} `json:"params"`
	}
	c.peek(seq, &sent)
	a.Asked = firstRunes(cmp.Or(plain(sent.Params.ProtocolVersion), plain(sent.Params.Meta["io.modelcontextprotocol/protocolVersion"])), maxAnswerText)
	var got struct {
		Result struct {
			ProtocolVersion   json.RawMessage `json:"protocolVersion"`
			SupportedVersions []string        `json:"supportedVersions"`
		} `json:"result"`
		Error struct {
			Code    int             `json:"code"`
			Message json.RawMessage `json:"message"`
		} `json:"error"`
	}
	if e.Pair != 0 {
		c.peek(e.Pair, &got)
	}
	a.Code = got.Error.Code
	a.Answer = firstRunes(cmp.Or(plain(got.Error.Message), plain(got.Result.ProtocolVersion), strings.Join(got.Result.SupportedVersions, ", ")), maxAnswerText)
	return a, true
}

// peek decodes the beginning of a recorded message as far as it fits.
func (c *Core) peek(seq uint64, into any) {
	if b, _, total, ok := c.bodyOf(seq, wire.PartMessage, 0, maxAttemptBody); ok && total <= maxAttemptBody {
		_ = json.Unmarshal(b, into) // what does not fit stays empty: the entry shows it
	}
}
