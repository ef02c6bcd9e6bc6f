package core

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/sightglass-dev/sightglass/app/session"
	"github.com/sightglass-dev/sightglass/app/transport"
	"github.com/sightglass-dev/sightglass/app/wire"
)

const (
	maxCame     = 200       // entries listed of what came after a frame written by hand
	maxCameScan = 20_000    // entries of the log that are looked at for them
	cameText    = 300       // bytes of each that are shown in its row
	maxRawWait  = time.Hour // reading on after a frame
)

// RawDraft makes the frame that a request or notification would be. Nothing is sent.
func (c *Core) RawDraft(in RawDraftInput) RawDraft {
	out := RawDraft{Findings: []string{}}
	method, params, problem := readRequest(in.Method, in.Params)
	_, s, err := c.live(in.Profile)
	switch {
	case err != nil:
	case problem != nil:
		err = input("draft a frame", problem.Message, "Mend them.")
	default:
		var d session.RawDraft
		d, err = s.Draft(method, params, in.Notification, in.Number)
		out.Frame, out.ID, out.Used = string(d.Frame), d.ID, d.Used
		out.Findings = append(out.Findings, d.Findings...)
	}
	out.Err = AsError(err)
	return out
}

// RawHeaders are the headers with which a frame is posted by itself, by name; none on stdio. Secrets are masked.
func (c *Core) RawHeaders(id, frame string) []RawHeader {
	out := []RawHeader{}
	cn, s, err := c.live(id)
	if err != nil {
		return out
	}
	for _, h := range c.masker().HTTPHeader(cn.id, s.RawHeader([]byte(frame))) {
		out = append(out, RawHeader{Name: h.Name, Value: h.Value})
	}
	return out
}

// SendRaw sends a frame as it is, sound or broken, and tells what it brought. Cancel ends the wait. The outcome, good
// or bad, is in the output.
func (c *Core) SendRaw(ctx context.Context, in RawInput) RawOutput {
	out := RawOutput{Call: in.Call, Came: []RawEntry{}, Findings: []string{}, Ended: "failed"}
	cn, s, err := c.live(in.Profile)
	if err != nil {
		out.Err = AsError(err)
		return out
	}
	wait := min(max(time.Duration(in.Wait)*time.Millisecond, 0), maxRawWait)
	began := time.Now()
	cn.begin(in.Call, "frame by hand")
	a, err := s.SendRaw(ctx, session.RawInput{Call: in.Call, Frame: []byte(in.Frame), Header: rawHeader(in.Headers), Wait: wait})
	cn.finish(in.Call)
	out.Request, out.Exchange, out.Status = a.Request, a.Exchange, a.Status
	if a.Answer != nil {
		out.Answer, out.Took = a.Answer.Response, a.Answer.Took.Microseconds()
	}
	out.Err = cn.callError(err)
	out.Ended = ending(a, s.Info().Transport, err, time.Since(began) >= wait)
	if a.Refusal != nil {
		out.Err = cn.callError(a.Refusal)
		c.refusedAt(cn.profile, a.Refusal, nil)
	}
	if e, ok := c.entryOf(a.Request); ok {
		out.Findings = append(out.Findings, e.Findings...)
	}
	c.came(&out, cn, a, s.Info().Transport)
	return out
}

// ending says why no more was waited for.
func ending(a *transport.RawAnswer, kind session.Transport, err error, late bool) string {
	switch {
	case err != nil:
		return "failed"
	case a.Answer != nil:
		return "answered"
	case kind == session.HTTP && a.Status != 0:
		return "response"
	case kind != session.HTTP && late:
		return "waited"
	}
	return "stopped"
}

// came lists what arrived after a frame: over Streamable HTTP on its own exchange, elsewhere on the connection, answers
// to other requests left out.
func (c *Core) came(out *RawOutput, cn *connection, a *transport.RawAnswer, kind session.Transport) {
	if a.Request == 0 {
		return
	}
	last := min(c.log.Page(math.MaxUint64, 1).Last, a.Request+maxCameScan)
	for seq := a.Request + 1; seq <= last; seq++ {
		e, ok := c.entryOf(seq)
		if !ok || e.Conn != cn.id || e.Dir != wire.In || e.Kind != wire.KindFrame && e.Kind != wire.KindStderr {
			continue
		}
		if kind == session.HTTP && !slices.Contains(a.Entries, e.Exchange) {
			continue
		}
		own := seq == out.Answer || e.Pair == a.Request
		if answers := e.Message == wire.MsgResponse || e.Message == wire.MsgError; answers && !own && e.Withheld == "" && kind != session.HTTP {
			continue // a call of the session took it
		}
		if len(out.Came) >= maxCame {
			out.More++
			continue
		}
		text, _, _, _ := c.bodyOf(seq, wire.PartMessage, 0, cameText)
		out.Came = append(out.Came, RawEntry{
			Seq: seq, Kind: string(e.Kind), Message: string(e.Message), Method: e.Method, ID: e.ID, Own: own, Bytes: e.Bytes, Text: string(text),
		})
	}
}
