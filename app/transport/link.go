package transport

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	mcpt "github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// Open starts the process or opens the stream that t names. ctx bounds the opening only; the link lives until Close.
// For Streamable HTTP nothing is sent yet: the first Call is the first request. Every error is a [fault.CallError].
func Open(ctx context.Context, t Target, o Options) (Link, error) {
	l := newLink(t, o)
	var f *fault.CallError
	switch t.Transport {
	case profile.Stdio:
		f = openStdio(ctx, l, t)
	case profile.HTTP:
		f = openStreamable(l, t, o)
	case profile.SSE:
		f = openSSE(ctx, l, t, o)
	default:
		f = l.rec.fault(fault.Input, "open", fmt.Sprintf("The transport %q is unknown.", t.Transport), "Choose stdio, http or sse.")
	}
	if f != nil {
		l.end(f)
		l.cancel()
		l.work.Wait()
		return nil, f
	}
	return l, nil
}

// engine is the protocol engine below a link: mcp-go's transport.Interface (its own NewIO and NewSSE, or our
// Streamable HTTP behind the same interface) and what that interface has no place for.
type engine interface {
	mcpt.Interface
	setVersion(version string)
	post(ctx context.Context, c *call) error // a notification or a reply, byte-exact
	listen(refused func(error))
	raw(ctx context.Context, c *call) error // a frame written by hand: sent as it is, with what HTTP answers it
	unasked() bool                          // answers come by themselves, not on the POST's own response
	waiting(c *call) string                 // what an unanswered call is stuck on, if the engine knows; a sentence
	shutdown(ctx context.Context)
}

// link is the one implementation of [Link].
type link struct {
	rec        *recorder
	maxMessage int64  // bytes of one message
	resource   string // URL of the server, credentials masked
	handlers   Handlers
	refused    func(*fault.CallError)
	noise      func(line string)
	engine     engine
	ctx        context.Context // lives until Close
	cancel     context.CancelFunc
	work       sync.WaitGroup // every goroutine of the link
	streams    streams
	done       chan struct{}

	mu      sync.Mutex
	pending map[string]*call
	old     map[string]bool // ids answered or given up: a second or late answer is told from an unknown one
	oldIDs  []string
	byHand  []*call // frames written by hand that are waited for
	version string
	first   bool // a request went out already
	err     *fault.CallError
	over    bool   // done is closed
	closed  bool   // Close was called
	junk    string // the first line on a child's stdout that was no message, in a sentence
	junkSeq uint64 // its entry
	sealed  bool   // Close waits for the goroutines there are

	closeOnce sync.Once
}

// maxOldIDs bounds the memory of ids that were used.
const maxOldIDs = 4096

func newLink(t Target, o Options) *link {
	ctx, cancel := context.WithCancel(context.Background())
	return &link{
		rec: newRecorder(t, o), maxMessage: maxMessage(t),
		resource: o.Mask.URL(t.Conn, t.URL),
		handlers: o.Handlers, refused: o.Refused, noise: o.Noise, ctx: ctx, cancel: cancel, done: make(chan struct{}),
		pending: map[string]*call{}, old: map[string]bool{},
	}
}

// Call implements [Link].
func (l *link) Call(ctx context.Context, r Request) (*Answer, error) {
	frame, err := buildFrame(r.ID, r.Method, r.Params)
	step := stepOf(r.Method, r.Params)
	if err != nil || r.ID == "" {
		f := l.rec.fault(fault.Input, step, "The request could not be built.", "The params must be JSON.")
		f.Cause = err
		return nil, f
	}
	ctx, c := l.newCall(ctx, r.Method, step, frame)
	defer c.cancel(nil)
	c.id, c.header, c.name, c.purpose = r.ID, r.Header, r.Call, r.Purpose
	if f := l.enter(c); f != nil {
		return nil, f
	}
	defer l.leave(c)
	_, err = l.engine.SendRequest(ctx, mcpt.JSONRPCRequest{JSONRPC: "2.0", ID: mcp.NewRequestId(r.ID), Method: r.Method})
	answer, f := c.outcome(ctx, err)
	c.settle(answer, f)
	if f != nil {
		return nil, f
	}
	return answer, nil
}

func (l *link) newCall(ctx context.Context, method, step string, frame []byte) (context.Context, *call) {
	ctx, cancel := context.WithCancelCause(ctx)
	c := &call{link: l, method: method, step: step, frame: frame, msg: parseMessage(frame), cancel: cancel, began: time.Now()}
	c.ctx = context.WithValue(ctx, callKey{}, c)
	return c.ctx, c
}

// enter registers a request, so that its answer finds it.
func (l *link) enter(c *call) *fault.CallError {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return l.overFault(c.step)
	}
	if l.pending[c.id] != nil {
		return l.rec.fault(fault.Input, c.step, fmt.Sprintf("The id %q is in use.", c.id), "Give each request its own id.")
	}
	c.where = "a later request (" + c.step + ")"
	if !l.first {
		l.first, c.where = true, "the first request ("+c.step+")"
	}
	l.pending[c.id] = c
	delete(l.old, c.id)
	return nil
}

func (l *link) leave(c *call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.pending, c.id)
	l.forget(c.id)
}

// forget keeps the id of a request that is over. The lock is held.
func (l *link) forget(id string) {
	if !l.old[id] {
		l.old[id] = true
		l.oldIDs = append(l.oldIDs, id)
	}
	if len(l.oldIDs) > maxOldIDs {
		delete(l.old, l.oldIDs[0])
		l.oldIDs = l.oldIDs[1:]
	}
}

// overFault is the error of a call on a link that is over. The lock is held.
func (l *link) overFault(step string) *fault.CallError {
	if l.err != nil {
		clone := *l.err
		clone.Step = step
		return &clone
	}
	return l.rec.fault(fault.Closed, step, "The connection is closed.", "Connect again.")
}

// Notify implements [Link].
func (l *link) Notify(ctx context.Context, method string, params json.RawMessage, header http.Header) error {
	frame, err := buildFrame("", method, params)
	if err != nil {
		f := l.rec.fault(fault.Input, method, "The notification could not be built.", "The params must be JSON.")
		f.Cause = err
		return f
	}
	return l.post(ctx, frame, method, "a notification ("+method+")", header, "")
}

// Reply implements [Link].
func (l *link) Reply(ctx context.Context, id, result json.RawMessage, rpc *fault.RPCError) error {
	frame, err := buildReply(id, result, rpc)
	step := "answer to the server's request " + clip(id, 40)
	if err != nil {
		f := l.rec.fault(fault.Input, step, "The answer could not be built.", "The result must be JSON.")
		f.Cause = err
		return f
	}
	return l.post(ctx, frame, step, "a posted reply ("+step+")", nil, "")
}

func (l *link) post(ctx context.Context, frame []byte, step, where string, header http.Header, purpose string) error {
	ctx, c := l.newCall(ctx, step, step, frame)
	defer c.cancel(nil)
	c.header, c.where, c.purpose = header, where, purpose
	l.mu.Lock()
	if l.over {
		f := l.overFault(step)
		l.mu.Unlock()
		return f
	}
	l.mu.Unlock()
	err := l.engine.post(ctx, c)
	if err == nil {
		return nil
	}
	_, f := c.outcome(ctx, err)
	if f == nil {
		return nil
	}
	return f
}

// SetVersion implements [Link].
func (l *link) SetVersion(version string) {
	l.mu.Lock()
	l.version = version
	l.mu.Unlock()
	l.engine.setVersion(version)
}

func (l *link) negotiated() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.version
}

// SessionID implements [Link].
func (l *link) SessionID() string { return l.engine.GetSessionId() }

// Listen implements [Link].
func (l *link) Listen(refused func(error)) { l.engine.listen(refused) }

// Done implements [Link].
func (l *link) Done() <-chan struct{} { return l.done }

// Err implements [Link].
func (l *link) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		return nil
	}
	return l.err
}

// Close implements [Link].
func (l *link) Close(ctx context.Context) error {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.closeOnce.Do(func() {
		l.end(nil) // frees every blocked call before the end of the path is waited for
		l.engine.shutdown(ctx)
		l.cancel()
		l.mu.Lock()
		l.sealed = true
		l.mu.Unlock()
		l.work.Wait()
		l.rec.log.Abandon(l.rec.conn, "No answer came: the connection ended.")
	})
	return nil
}

// end marks the link over: f is the cause, nil after Close. Every pending call fails.
func (l *link) end(f *fault.CallError) {
	l.mu.Lock()
	if l.over {
		l.mu.Unlock()
		return
	}
	l.over = true
	if !l.closed {
		l.err = f
	}
	calls := make([]*call, 0, len(l.pending))
	for _, c := range l.pending {
		calls = append(calls, c)
	}
	l.mu.Unlock()
	close(l.done)
	for _, c := range calls {
		l.mu.Lock()
		own := l.overFault(c.step)
		l.mu.Unlock()
		c.fail(own)
	}
}

func (l *link) failure() *fault.CallError {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

func (l *link) closing() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closed || l.over
}

// spawn runs f on a goroutine that Close waits for.
func (l *link) spawn(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sealed { // a call that races with Close: its context is over, so it ends by itself
		go f()
		return
	}
	l.work.Add(1)
	go func() {
		defer l.work.Done()
		f()
	}()
}

// incoming hands a server's request or notification to its owner. It is called in wire order.
func (l *link) incoming(raw []byte, m *message, seq uint64, name string) {
	in := Incoming{Raw: raw, ID: m.id, Method: m.method, Params: m.params, Entry: seq, Call: name}
	handler := l.handlers.Notification
	if m.kind == wire.MsgRequest {
		handler = l.handlers.Request
	}
	if handler != nil {
		handler(in)
	}
}

// reasons a response is withheld, and what to do about the call it may belong to.

// match finds the pending call that a response answers. Without one it says why, and which call to blame, if any.
func (l *link) match(m *message) (c *call, why string, blame *call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var id string
	isString := len(m.id) > 0 && m.id[0] == '"' && json.Unmarshal(m.id, &id) == nil
	if isString {
		if c = l.pending[id]; c != nil {
			return c, "", nil
		}
		if l.old[id] {
			return nil, "The request with this id is over already: it was answered before, or given up.", nil
		}
		return nil, fmt.Sprintf("No request of ours has the id %s.", clip(m.id, 60)), nil
	}
	if m.nullID() {
		if len(l.byHand) > 0 {
			return nil, "An error with the id null: it may be about the frame sent by hand.", nil
		}
		if len(l.pending) == 1 {
			for _, blame = range l.pending {
			}
		}
		return nil, "An error with the id null answers no request: the server could not tell which one it is about.", blame
	}
	if c = l.pending[string(m.id)]; c != nil {
		return nil, fmt.Sprintf("The id is the number %s; the request's id is the string %q, and an answer must repeat it as it was.", m.id, c.id), c
	}
	return nil, fmt.Sprintf("No request of ours has the id %s.", clip(m.id, 60)), nil
}
