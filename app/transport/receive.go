package transport

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// diverted is the mark on a server's request: no engine below answers it, its owner does.
const diverted = "A request by the server: handed to whoever answers the server's questions."

// receive records one well-formed frame and hands it on: an answer to its call, a request or notification to its
// owner. own is the call on whose stream it came (HTTP), or nil when any pending call may be answered.
// It returns the call that was answered. The call's time ends when the frame's last bytes were read.
func (l *link) receive(raw []byte, m *message, info frameInfo, own *call, resp *http.Response) *call {
	at := info.read
	if resp != nil {
		at = exchangeOf(resp).read()
	}
	if at.IsZero() {
		at = time.Now()
	}
	info.dir = wire.In
	info.findings = append(info.findings, m.findings...)
	if own != nil {
		info.call = own.name
		if info.purpose == "" {
			info.purpose = own.purpose
		}
	}
	if !m.isResponse() {
		if m.kind == wire.MsgRequest {
			info.withheld = diverted
		}
		seq := l.rec.frame(raw, m, info)
		l.incoming(raw, m, seq, info.call)
		return nil
	}
	c, why, blame := l.match(m)
	if byHand := l.handOf(m, own); c == nil && byHand != nil {
		c, blame = byHand, nil
	}
	if c != nil && own != nil && c != own {
		why = fmt.Sprintf("It answers %s but came on the stream of %s.", c.step, own.step)
		c = nil
	}
	if c == nil {
		info.withheld = why
		seq := l.rec.frame(raw, m, info)
		l.misfit(raw, m, seq, why, own, blame)
		return nil
	}
	info.call, info.method, info.purpose, info.took = c.name, c.method, c.purpose, c.latency(at)
	info.findings = append(info.findings, resultFindings(c.method, m.result)...)
	seq := l.rec.frame(raw, m, info)
	if !c.resolve(answerOf(raw, m, seq, resp), at) {
		l.rec.withhold(seq, "A second answer: the call is over already.")
		return nil
	}
	return c
}

// answerOf makes the answer of a response message; its headers are masked, so that it can become an error.
func answerOf(raw []byte, m *message, seq uint64, resp *http.Response) *Answer {
	a := &Answer{Raw: raw, Result: m.result, Error: m.err, Response: seq}
	if resp != nil {
		a.Status, a.Header = resp.StatusCode, exchangeOf(resp).header()
	}
	return a
}

// misfit tells the calls that wait that something came which is not their answer.
func (l *link) misfit(raw []byte, m *message, seq uint64, why string, own, blame *call) {
	quote := l.rec.text(why) + " It was: " + l.rec.quote(raw)
	if own != nil {
		own.missed(seq, quote)
		return // its stream goes on: the answer may still come
	}
	l.evidence(seq, quote)
	if blame == nil {
		return
	}
	f := l.rec.fault(fault.Protocol, blame.step, "The server's answer to "+blame.step+" cannot be taken. "+why, "The server has to repeat the request's id, a string, as it was sent.")
	if m.err != nil {
		f.RPC = m.err
	}
	blame.fail(f)
}

// blame fails the pending call that an unusable message names by its id: no better answer will come.
func (l *link) blame(m *message, raw []byte, seq uint64) {
	var id string
	if len(m.id) == 0 || m.id[0] != '"' || json.Unmarshal(m.id, &id) != nil {
		return
	}
	l.mu.Lock()
	c := l.pending[id]
	l.mu.Unlock()
	if c == nil {
		return
	}
	f := l.rec.fault(fault.Protocol, c.step, "The server's answer to "+c.step+" is no JSON-RPC message: "+m.why+".", "The server has to send an answer with either a result or an error.")
	f.Detail, f.Entries = l.rec.quote(raw), []uint64{seq}
	c.fail(f)
}

// evidence keeps a quote for every call that waits on this link.
func (l *link) evidence(seq uint64, quote string) {
	l.mu.Lock()
	calls := make([]*call, 0, len(l.pending))
	for _, c := range l.pending {
		calls = append(calls, c)
	}
	l.mu.Unlock()
	for _, c := range calls {
		c.missed(seq, quote)
	}
}

// strange keeps the first line that was no message: it may explain why a later call is not answered.
func (l *link) strange(seq uint64, what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.junk == "" {
		l.junk, l.junkSeq = what, seq
	}
}

// batch hands on the parts of a batch array, each with an entry of its own, so that answers are paired. Revision 2025-03-26 alone has them: "Implementations MAY support
// sending JSON-RPC batches, but MUST support receiving JSON-RPC batches" (basic, section Messages).
func (l *link) batch(raw []byte, m *message, info frameInfo, own *call, resp *http.Response, answered func(*call)) {
	info.dir = wire.In
	if v := l.negotiated(); v != "2025-03-26" {
		info.findings = append(info.findings, "A batch: only protocol revision 2025-03-26 has them (MCP 2025-06-18, Key Changes). Its messages are taken one by one.")
	}
	if own != nil {
		info.call = own.name
	}
	info.findings = append(info.findings, m.findings...)
	whole := l.rec.frame(raw, m, info)
	for i, part := range m.parts {
		pm := parseMessage(part)
		of := frameInfo{exchange: info.exchange, purpose: info.purpose, read: info.read, note: fmt.Sprintf("message %d of %d of the batch in entry %d", i+1, len(m.parts), whole)}
		if pm.kind == wire.MsgInvalid || pm.kind == wire.MsgBatch {
			of.dir, of.call, of.withheld = wire.In, info.call, "A part of a batch, and no message."
			seq := l.rec.frame(part, &pm, of)
			if own != nil {
				own.missed(seq, "A part of a batch is no message: "+l.rec.quote(part))
			}
			continue
		}
		if c := l.receive(part, &pm, of, own, resp); c != nil {
			answered(c)
		}
	}
}
