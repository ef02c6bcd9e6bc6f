package transport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// call is one message of ours on its way: what is sent, and what the taps learn about it. It travels in the context,
// so that the engine below (mcp-go's or ours) needs to know nothing of it.
type call struct {
	link    *link
	id      string // empty: a notification or a reply
	method  string
	step    string
	frame   []byte
	msg     message
	header  http.Header
	name    string // id of the session call
	purpose string
	where   string          // what a refusal refused, in words
	ctx     context.Context // the caller's, cancelled when a tap fails the call
	cancel  context.CancelCauseFunc
	began   time.Time

	mu       sync.Mutex
	entry    uint64 // of our frame
	entries  []uint64
	begun    time.Time // the write began
	sent     time.Time // last byte written
	fault    *fault.CallError
	answer   *Answer
	hand     *hand    // the frame was written by hand; set before it is sent
	aside    bool     // the answer came on another stream than its own
	withheld []string // quotes of what came and was not the answer
	hidden   int      // how many more there were
	errSeq   uint64   // entry of a JSON-RPC error in the body of a refusal
	lapsed   string   // why no answer will come, once that is known
}

type callKey struct{}

// callOf returns the call in ctx, or nil.
func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

// stepOf says in words what a request is: "tools/call echo".
func stepOf(method string, params json.RawMessage) string {
	if name := nameOf(params); name != "" {
		return method + " " + clip([]byte(name), 120)
	}
	return method
}

// fail ends the call with f; the first end counts.
func (c *call) fail(f *fault.CallError) {
	c.mu.Lock()
	if c.answer == nil && c.fault == nil {
		if f.Step == "" {
			f.Step = c.step
		}
		c.fault = f
	}
	c.mu.Unlock()
	c.cancel(f)
}

// resolve ends the call with its answer and reports whether it was the first.
func (c *call) resolve(a *Answer, at time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.answer != nil || c.fault != nil {
		return false
	}
	a.Request, a.Took = c.entry, c.took(at)
	c.answer = a
	if c.hand != nil {
		close(c.hand.came)
	}
	return true
}

// kernelRoom is what a pipe or socket takes without waiting for its reader, in bytes: 64 KiB on Linux, the same or
// more elsewhere.
const kernelRoom = 64 << 10

// took is the time from the request's last byte written to at. On a busy machine the writer comes to note the time
// only after the answer was read, or just before: for a request that the kernel takes whole the beginning of the
// write is the truer mark. The lock is held.
func (c *call) took(at time.Time) time.Duration {
	from := c.sent
	if from.IsZero() || at.Before(from) || len(c.frame) < kernelRoom && !c.begun.IsZero() {
		from = c.begun
	}
	if from.IsZero() {
		return 0
	}
	return max(at.Sub(from), time.Microsecond)
}

// latency is took, for the entry of the answer.
func (c *call) latency(at time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.took(at)
}

// saw links an entry to the call.
func (c *call) saw(seq uint64) {
	c.mu.Lock()
	c.entries = append(c.entries, seq)
	c.mu.Unlock()
}

// seen are the entries linked to the call so far.
func (c *call) seen() []uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]uint64(nil), c.entries...)
}

// maxWithheldQuotes bounds what one call keeps of messages that were not its answer.
const maxWithheldQuotes = 5

// missed keeps a quote of what came in place of the answer.
func (c *call) missed(seq uint64, quote string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if seq != 0 && len(c.entries) < 100 {
		c.entries = append(c.entries, seq)
	}
	if len(c.withheld) < maxWithheldQuotes {
		c.withheld = append(c.withheld, quote)
		return
	}
	c.hidden++
}

// evidence is the text of what came in place of the answer.
func (c *call) evidence() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := ""
	for _, q := range c.withheld {
		if out != "" {
			out += "\n"
		}
		out += q
	}
	if c.hidden > 0 {
		out += fmt.Sprintf("\n… and %d more", c.hidden)
	}
	return out
}

// begins notes the entry of our frame, which is about to be written.
func (c *call) begins(seq uint64) {
	c.mu.Lock()
	c.entry, c.begun = seq, time.Now()
	why := c.lapsed
	c.mu.Unlock()
	if why != "" { // its caller left in the moment before
		c.link.rec.log.Lapse(seq, why)
	}
}

// settle leaves no request open in the log whose call is over. An answer without the request's id (an error in the
// body of a refusal) was not paired by the log.
func (c *call) settle(a *Answer, f *fault.CallError) {
	rec := c.link.rec
	if a != nil {
		rec.pair(c.entryOf(), a)
		return
	}
	why := rec.text("No answer came: " + f.Message)
	c.mu.Lock()
	seq := c.entry
	c.lapsed = why
	c.mu.Unlock()
	if seq != 0 {
		rec.log.Lapse(seq, why)
	}
}

func (c *call) entryOf() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.entry
}

func (c *call) writes(at time.Time) {
	c.mu.Lock()
	c.begun = at
	c.mu.Unlock()
}

func (c *call) wrote(at time.Time) {
	c.mu.Lock()
	c.sent = at
	c.mu.Unlock()
}

// outcome is what the call came to; err is the engine's, used only when no tap knows better.
func (c *call) outcome(ctx context.Context, err error) (*Answer, *fault.CallError) {
	evidence := c.evidence()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.answer != nil {
		return c.answer, nil
	}
	f := c.fault
	if f == nil {
		f = c.why(ctx, err)
	}
	if f.Detail == "" {
		f.Detail = evidence
	}
	if f.Detail == "" && f.Kind == fault.Timeout {
		c.link.mu.Lock()
		if c.link.junk != "" {
			f.Detail, f.Entries = c.link.junk, append(f.Entries, c.link.junkSeq)
		}
		c.link.mu.Unlock()
	}
	f.Entries = uniq(append(append(append([]uint64(nil), f.Entries...), c.entries...), c.entry))
	return nil, f
}

// why explains an end that no tap explained. The lock is held.
func (c *call) why(ctx context.Context, err error) *fault.CallError {
	r := c.link.rec
	var known *fault.CallError
	if errors.As(err, &known) || errors.As(context.Cause(ctx), &known) {
		clone := *known
		clone.Step = c.step
		return &clone
	}
	if f := c.link.failure(); f != nil {
		clone := *f
		clone.Step = c.step
		return &clone
	}
	if ended(ctx) {
		return c.gaveUp(ctx)
	}
	if c.link.closing() {
		return r.fault(fault.Closed, c.step, "The connection was closed before the answer came.", "Connect again to repeat the request.")
	}
	f := r.fault(fault.Protocol, c.step, "The answer could not be used.", "Look at the entries of this call.")
	f.Cause = err
	if err != nil {
		f.Detail = r.text(err.Error())
	}
	return f
}

// gaveUp is the error of a call whose ctx ended.
func (c *call) gaveUp(ctx context.Context) *fault.CallError {
	r := c.link.rec
	if !timedOut(ctx) {
		f := r.fault(fault.Cancelled, c.step, c.step+" was cancelled.", "")
		f.Cause = context.Canceled
		return f
	}
	waited := time.Since(c.began).Round(time.Millisecond)
	switch { // a timer's lateness is noise to the reader: 3s, not 3.002s
	case waited > 10*time.Second:
		waited = waited.Round(time.Second)
	case waited > time.Second:
		waited = waited.Round(100 * time.Millisecond)
	}
	message := fmt.Sprintf("No answer to %s came within %s.", c.step, waited)
	hint := "The server may be slow or stuck: look at its log lines, or give it more time in the server's settings."
	if waiting := c.link.engine.waiting(c); waiting != "" {
		message = fmt.Sprintf("%s Waited %s.", waiting, waited)
	}
	if c.id != "" && len(c.withheld) > 0 {
		hint = "What did come is quoted below: it could not be taken as the answer."
	}
	f := r.fault(fault.Timeout, c.step, message, hint)
	f.Cause = context.DeadlineExceeded
	return f
}

// ended tells whether ctx is over. A deadline can pass before its timer fires.
func ended(ctx context.Context) bool {
	if ctx.Err() != nil {
		return true
	}
	d, ok := ctx.Deadline()
	return ok && !time.Now().Before(d)
}

// timedOut tells a ctx that ended by its deadline from one that was cancelled.
func timedOut(ctx context.Context) bool {
	return ctx.Err() == nil || errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.Is(context.Cause(ctx), context.DeadlineExceeded)
}

// info is what the entry of our own frame says.
func (c *call) info(exchange uint64) frameInfo {
	return frameInfo{dir: wire.Out, call: c.name, exchange: exchange, purpose: c.purpose}
}
