package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// stepRaw names a frame written by hand in messages.
const stepRaw = "the frame sent by hand"

// RawSender sends bytes as they are. The links of [Open] are RawSenders.
type RawSender interface {
	// Raw sends one frame that a person wrote, sound or broken, and gathers what it brings. Nothing that comes of it
	// ends the link or a call: an answer with the id of a call in flight still goes to that call, one with the frame's
	// own id to this method. An error says that the frame could not be sent whole, or that HTTP brought no answer;
	// the RawAnswer beside it, never nil, says how far it came.
	Raw(ctx context.Context, r RawFrame) (*RawAnswer, error)
}

// RawFrame is a frame written by hand.
type RawFrame struct {
	Frame []byte // sent byte for byte; on stdio a newline follows
	// Header wins over what the transport and the profile set; a name with no values is not sent at all. Ignored on
	// stdio.
	Header http.Header
	Call   string // as [Request]
	// Wait is for how long to go on reading after the frame was written to a path on which answers come by themselves
	// (stdio, HTTP+SSE): an answer with its id ends it. On Streamable HTTP the POST's own answer is waited for, as long
	// as ctx lasts.
	Wait time.Duration
}

// RawAnswer is what a frame written by hand brought.
type RawAnswer struct {
	Request  uint64           // entry of the frame, 0 when it was not sent
	Answer   *Answer          // what repeated its id; nil: nothing did
	Exchange uint64           // entry of the HTTP exchange that carried it, 0 on stdio
	Status   int              // of that exchange, 0 without an answer
	Refusal  *fault.CallError // of a 401 or 403, with its Challenge
	Entries  []uint64         // every exchange that carried it, after a redirect or with new credentials too
}

// Frame makes the bytes of a request, or with an empty id of a notification, as a link sends them.
func Frame(id, method string, params json.RawMessage) ([]byte, error) {
	return buildFrame(id, method, params)
}

// hand is what a call needs when its frame was written by hand.
type hand struct {
	id      string // the frame's id, compact JSON; empty: it has none that an answer could repeat
	came    chan struct{}
	status  int
	seq     uint64 // of the exchange
	refusal *fault.CallError
}

// Raw implements [RawSender].
func (l *link) Raw(ctx context.Context, r RawFrame) (*RawAnswer, error) {
	frame := bytes.Clone(r.Frame)
	m := parseMessage(frame)
	ctx, c := l.newCall(ctx, m.method, stepRaw, frame)
	defer c.cancel(nil)
	defer context.AfterFunc(l.ctx, func() { c.cancel(context.Canceled) })()
	c.header, c.name, c.purpose, c.where = r.Header, r.Call, wire.PurposeRaw, stepRaw
	c.hand = &hand{id: answerID(&m), came: make(chan struct{})}
	if f := l.enterByHand(c); f != nil {
		return &RawAnswer{}, f
	}
	defer l.leaveByHand(c)
	err := l.engine.raw(ctx, c)
	if err == nil && l.engine.unasked() {
		c.waitByHand(ctx, r.Wait)
	}
	out := c.broughtByHand()
	switch {
	case err == nil, out.Answer != nil:
		return out, nil
	case ended(ctx) && out.Request != 0: // the user stopped waiting: what came is all there is
		return out, nil
	}
	_, f := c.outcome(ctx, err)
	return out, f
}

// answerID is the id that an answer to m has to repeat.
func answerID(m *message) string {
	if m.kind != wire.MsgRequest || m.nullID() {
		return ""
	}
	var b bytes.Buffer
	if json.Compact(&b, m.id) != nil {
		return ""
	}
	return b.String()
}

func (l *link) enterByHand(c *call) *fault.CallError {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return l.overFault(c.step)
	}
	l.byHand = append(l.byHand, c)
	return nil
}

func (l *link) leaveByHand(c *call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.byHand = slices.DeleteFunc(l.byHand, func(o *call) bool { return o == c })
	var id string
	if json.Unmarshal([]byte(c.hand.id), &id) == nil && l.pending[id] == nil {
		l.forget(id)
	}
}

// expectsAnything tells that a frame written by hand is waited for: what comes may be the answer to nonsense.
func (l *link) expectsAnything() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.byHand) > 0
}

// handOf finds the frame written by hand that a response answers: it repeats the id, and came on that frame's own
// stream where there is one.
func (l *link) handOf(m *message, own *call) *call {
	var b bytes.Buffer
	if len(m.id) == 0 || json.Compact(&b, m.id) != nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range slices.Backward(l.byHand) {
		if c.hand.id != "" && c.hand.id == b.String() && (own == nil || own == c) {
			return c
		}
	}
	return nil
}

// waitByHand reads on until the answer came, the time is over, or the caller or the link ends it.
func (c *call) waitByHand(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-c.hand.came:
	case <-timer.C:
	case <-ctx.Done():
	case <-c.link.done:
	}
}

// broughtByHand is what came of the frame so far. A request that was not answered is open no more: nobody waits.
func (c *call) broughtByHand() *RawAnswer {
	c.mu.Lock()
	out := &RawAnswer{Request: c.entry, Answer: c.answer, Exchange: c.hand.seq, Status: c.hand.status, Refusal: c.hand.refusal}
	out.Entries = uniq(append([]uint64(nil), c.entries...))
	c.mu.Unlock()
	rec := c.link.rec
	switch {
	case out.Answer != nil:
		rec.pair(out.Request, out.Answer)
	case out.Request != 0:
		rec.log.Lapse(out.Request, "No answer with its id came while it was waited for.")
	}
	return out
}

// bodyByHand takes whatever a POST of a frame written by hand is answered with, as far as ctx lasts.
func (l *link) bodyByHand(c *call, resp *http.Response) error {
	x := exchangeOf(resp)
	c.mu.Lock()
	c.hand.seq, c.hand.status = x.seq, resp.StatusCode
	c.mu.Unlock()
	switch code := resp.StatusCode; {
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		body, whole := readSome(resp, maxErrorBody)
		l.note(c, resp, x, body)
		f := l.refusal(c, resp, x, body, whole)
		c.mu.Lock()
		c.hand.refusal = f
		c.mu.Unlock()
		return nil
	case code < 200 || code > 299:
		body, _ := readSome(resp, maxErrorBody)
		l.messageByHand(c, resp, body)
		return nil
	case mediaType(resp) == "text/event-stream":
		st := l.newStream(resp, c)
		_ = st.run() // it ends with the answer, the stream, or ctx; each is on its exchange
		if st.done {
			st.drain()
		}
		return resp.Body.Close()
	}
	body, err := readWhole(resp, l.maxMessage)
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	l.messageByHand(c, resp, body)
	return nil
}

// messageByHand records a body that is a message, or should be one. An error without an id answers the frame: its
// own exchange carried it.
func (l *link) messageByHand(c *call, resp *http.Response, body []byte) {
	x := exchangeOf(resp)
	m := parseMessage(body)
	info := frameInfo{exchange: x.seq, purpose: c.purpose, call: c.name}
	switch {
	case m.kind == wire.MsgInvalid && (m.notJSON || len(bytes.TrimSpace(body)) == 0) && mediaType(resp) != "application/json":
		return // no message was meant: the exchange shows the body
	case m.kind == wire.MsgInvalid && len(bytes.TrimSpace(body)) == 0:
		return
	case m.kind == wire.MsgInvalid:
		info.dir, info.withheld = wire.In, "Not a JSON-RPC message."
		info.findings = append([]string{m.finding()}, m.findings...)
		l.rec.frame(body, &m, info)
	case m.kind == wire.MsgBatch:
		l.batch(body, &m, info, c, resp, func(*call) {})
	case m.kind == wire.MsgError && m.nullID():
		info.dir, info.method, info.findings = wire.In, c.method, m.findings
		seq := l.rec.frame(body, &m, info)
		c.resolve(answerOf(body, &m, seq, resp), time.Now())
	default:
		l.receive(body, &m, info, c, resp)
	}
}

// raw implements engine: what answers it comes on stdout.
func (s *stdio) raw(ctx context.Context, c *call) error { return s.post(ctx, c) }

func (s *stdio) unasked() bool { return true }

// raw implements engine: the POST is answered with little, the message comes on the stream.
func (s *legacySSE) raw(ctx context.Context, c *call) error {
	resp, err := s.send(ctx, c)
	if err != nil {
		return err
	}
	return s.link.bodyByHand(c, resp)
}

func (s *legacySSE) unasked() bool { return true }

// raw implements engine.
func (s *streamable) raw(ctx context.Context, c *call) error {
	resp, _, err := s.exchange(ctx, http.MethodPost, c, nil)
	if err != nil {
		return err
	}
	return s.link.bodyByHand(c, resp)
}

func (s *streamable) unasked() bool { return false }
