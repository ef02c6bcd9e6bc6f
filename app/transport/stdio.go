package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	mcpt "github.com/mark3labs/mcp-go/client/transport"

	"github.com/sightglass-dev/sightglass/app/fault"
)

const (
	// keptStderr is how many of the last stderr lines an error quotes.
	keptStderr = 20
	// stderrFlush is how long a stderr line may stand without its newline before it is shown as it is.
	stderrFlush = 250 * time.Millisecond
	// drainAfterExit is how long the pipes of an ended child are read on: a grandchild may hold them open for ever.
	drainAfterExit = 500 * time.Millisecond
	// readChunk is the size of one read from a child's pipe, in bytes: what a Linux pipe holds.
	readChunk = 64 << 10
)

// stdio is the engine of a child process. mcp-go's NewIO registers requests, waits and pairs answers; it sees a
// receipt of a few bytes for each answer that is well-formed and awaited, because it would parse a large one three
// times and lose the exact bytes. Everything it drops or misreads (reference table: 26 modes) is handled before it.
type stdio struct {
	*mcpt.Stdio
	link     *link
	proc     *process
	out      *outbox
	feed     *io.PipeWriter // receipts for mcp-go
	framing  framing
	outDone  chan struct{} // stdout was read to its end
	errDone  chan struct{} // stderr was
	closing  chan struct{} // Close was called
	hurry    chan struct{} // Close's ctx ended
	finished chan struct{} // nothing of the tree is left

	mu     sync.Mutex
	stderr []string // last lines
}

func openStdio(ctx context.Context, l *link, t Target) *fault.CallError {
	if ctx.Err() != nil {
		return l.rec.fault(fault.Cancelled, "start process", "The start was cancelled.", "")
	}
	proc, f := startProcess(l.rec, t)
	if f != nil {
		f.Entries = append(f.Entries, l.rec.lifecycle("%s", f.Message))
		return f
	}
	receipts, feed := io.Pipe()
	s := &stdio{
		link: l, proc: proc, feed: feed,
		outDone: make(chan struct{}), errDone: make(chan struct{}), closing: make(chan struct{}),
		hurry: make(chan struct{}), finished: make(chan struct{}),
	}
	s.out = newOutbox(l, proc.stdin)
	s.framing = framing{link: l, calls: s.receipt}
	s.Stdio = mcpt.NewIO(receipts, s.out, nil)
	l.engine = s
	_ = s.Start(l.ctx) // NewIO starts a reader and cannot fail
	l.spawn(s.out.run)
	l.spawn(s.readOut)
	l.spawn(s.readErr)
	l.spawn(s.supervise)
	return nil
}

// receipt tells mcp-go that a call was answered. The bytes of the answer are with the call already.
func (s *stdio) receipt(c *call) {
	if c.hand != nil {
		return // mcp-go knows nothing of it
	}
	// The pipe fails only when the link is over, and then the call was failed already.
	_, _ = fmt.Fprintf(s.feed, `{"jsonrpc":"2.0","id":%s,"result":{}}`+"\n", quote(c.id))
}

func (s *stdio) readOut() {
	defer close(s.outDone)
	split := splitter{limit: int(s.link.maxMessage), truncate: true}
	buf := make([]byte, readChunk)
	for {
		n, err := s.proc.stdout.Read(buf)
		s.framing.read = time.Now()
		split.feed(buf[:n], s.framing.line)
		if err != nil {
			split.flush(s.framing.line)
			return
		}
	}
}

func (s *stdio) readErr() {
	defer close(s.errDone)
	var mu sync.Mutex // the splitter is fed here and flushed by the timer
	split := splitter{limit: maxStderrLine}
	flush := func() {
		mu.Lock()
		defer mu.Unlock()
		split.flush(s.stderrLine)
	}
	timer := time.AfterFunc(time.Hour, flush)
	defer timer.Stop()
	buf := make([]byte, readChunk)
	for {
		n, err := s.proc.stderr.Read(buf)
		mu.Lock()
		split.feed(buf[:n], s.stderrLine)
		mu.Unlock()
		if err != nil {
			flush()
			return
		}
		timer.Reset(stderrFlush)
	}
}

func (s *stdio) stderrLine(l line) {
	s.link.rec.stderr(l)
	text := strings.TrimRight(s.link.rec.text(clip(l.text, 1000)), "\r")
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stderr = append(s.stderr, text); len(s.stderr) > keptStderr {
		s.stderr = s.stderr[1:]
	}
}

// supervise waits for the end, by itself or by Close, tells the calls, and leaves nothing of the tree running.
func (s *stdio) supervise() {
	defer close(s.finished)
	byItself := true
	select {
	case <-s.proc.exited:
	case <-s.outDone:
		select { // an exit closes stdout a moment before it can be waited for
		case <-s.proc.exited:
		case <-s.closing:
		case <-time.After(drainAfterExit):
		}
	case <-s.closing:
		byItself = false
	}
	if byItself {
		s.drain()
		s.link.end(s.ending())
	}
	s.out.close()
	if !byItself {
		s.link.rec.lifecycle("closed the child's standard input")
		if s.proc.stop(s.link.rec, s.hurry); s.proc.gone() {
			s.link.rec.lifecycle("%s", s.lived())
		}
		s.drain()
	} else {
		s.proc.stop(s.link.rec, s.hurry)
	}
	s.proc.closePipes()
	<-s.outDone
	<-s.errDone
	s.feed.Close()
	_ = s.Stdio.Close() // ends mcp-go's reader; there is no process of its own
}

// drain lets the readers come to the end of what an ended child wrote.
func (s *stdio) drain() {
	timer := time.NewTimer(drainAfterExit)
	defer timer.Stop()
	for _, done := range []chan struct{}{s.outDone, s.errDone} {
		select {
		case <-done:
		case <-timer.C:
			return
		}
	}
}

func (s *stdio) lived() string {
	return fmt.Sprintf("process %d %s after %s", s.proc.cmd.Process.Pid, s.proc.ending(), time.Since(s.proc.started).Round(time.Millisecond))
}

// ending is the error of a child that ended by itself.
func (s *stdio) ending() *fault.CallError {
	r := s.link.rec
	hint := "Restart it. Its last log lines are quoted below."
	var f *fault.CallError
	if s.proc.gone() {
		seq := r.lifecycle("%s", s.lived())
		f = r.fault(fault.Closed, "", "The server's process "+s.proc.ending()+".", hint)
		f.Entries = []uint64{seq}
	} else {
		seq := r.lifecycle("closed its standard output but still runs")
		f = r.fault(fault.Closed, "", "The server closed its standard output, so no answer can come; its process still ran and is being stopped.", hint)
		f.Entries = []uint64{seq}
	}
	f.Detail = s.quotes()
	if f.Detail == "" {
		f.Hint = "Restart it. It wrote nothing to stderr."
	}
	return f
}

// quotes is what the process said: its last stderr lines and the first line of stdout that was no message.
func (s *stdio) quotes() string {
	s.mu.Lock()
	text := strings.Join(s.stderr, "\n")
	s.mu.Unlock()
	select {
	case <-s.outDone: // the framing is at rest
		if s.framing.junk != "" {
			text += "\nFirst line on stdout that is no JSON-RPC message: " + s.framing.junk
		}
	default:
	}
	return strings.TrimPrefix(text, "\n")
}

func (s *stdio) setVersion(string) {}

func (s *stdio) listen(func(error)) {}

// waiting is called with the call's lock held.
func (s *stdio) waiting(c *call) string {
	if c.sent.IsZero() && s.out.blocked() {
		return "The server does not read its standard input: " + c.step + " could not be written to it."
	}
	return ""
}

// post queues a notification or reply and waits until it was written.
func (s *stdio) post(ctx context.Context, c *call) error {
	item := s.out.put(ctx, c)
	select {
	case <-item.done:
		return item.err
	case <-ctx.Done():
		return ctx.Err()
	case <-s.link.done:
		return mcpt.ErrTransportClosed
	}
}

func (s *stdio) shutdown(ctx context.Context) {
	close(s.closing)
	select {
	case <-s.finished:
	case <-ctx.Done():
		close(s.hurry)
		<-s.finished
	}
}

// outbox is the queue in front of a child's stdin. A child that does not read blocks the writer alone: who waits
// for an answer keeps its own time, and a message given up before it was begun is never sent.
type outbox struct {
	link *link
	w    io.WriteCloser

	mu     sync.Mutex
	wake   *sync.Cond
	items  []*outItem // no more than there are callers: each waits for its own
	closed bool
	busy   bool // a write is going on
}

type outItem struct {
	call *call
	ctx  context.Context
	done chan struct{}
	err  error // set before done is closed
}

func newOutbox(l *link, w io.WriteCloser) *outbox {
	o := &outbox{link: l, w: w}
	o.wake = sync.NewCond(&o.mu)
	return o
}

var errInputClosed = errors.New("the child's standard input is closed")

func (o *outbox) put(ctx context.Context, c *call) *outItem {
	item := &outItem{call: c, ctx: ctx, done: make(chan struct{})}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		item.err = errInputClosed
		close(item.done)
		return item
	}
	o.items = append(o.items, item)
	o.wake.Signal()
	return item
}

// Write takes a request from mcp-go, which writes whole frames. Only its id is used: the call holds the exact bytes.
func (o *outbox) Write(frame []byte) (int, error) {
	m := parseMessage(frame)
	c, _, _ := o.link.match(&m)
	if c == nil {
		return 0, errInputClosed
	}
	o.put(c.ctx, c)
	return len(frame), nil
}

// Close is mcp-go's; the child's input is closed by close.
func (o *outbox) Close() error { return nil }

func (o *outbox) close() {
	o.mu.Lock()
	o.closed = true
	o.wake.Signal()
	o.mu.Unlock()
	_ = o.w.Close() // also frees a blocked Write
}

func (o *outbox) setBusy(busy bool) {
	o.mu.Lock()
	o.busy = busy
	o.mu.Unlock()
}

// blocked tells whether a write waits for the child to read.
func (o *outbox) blocked() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.busy
}

func (o *outbox) over() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closed
}

// run writes until the outbox is closed.
func (o *outbox) run() {
	for {
		o.mu.Lock()
		for len(o.items) == 0 && !o.closed {
			o.wake.Wait()
		}
		if len(o.items) == 0 {
			o.mu.Unlock()
			return
		}
		item := o.items[0]
		o.items = o.items[1:]
		o.mu.Unlock()
		o.write(item)
	}
}

func (o *outbox) write(item *outItem) {
	defer close(item.done)
	c := item.call
	if item.err = item.ctx.Err(); item.err == nil && o.over() {
		item.err = errInputClosed
	}
	if item.err != nil {
		return
	}
	seq := o.link.rec.frame(c.frame, &c.msg, c.info(0))
	c.begins(seq)
	frame := append(c.frame[:len(c.frame):len(c.frame)], '\n')
	o.setBusy(true)
	_, err := o.w.Write(frame)
	o.setBusy(false)
	if err == nil {
		c.wrote(time.Now())
		return
	}
	item.err = err
	o.link.rec.finding(seq, "It could not be written whole: "+err.Error()+".")
	if o.over() {
		return
	}
	// A child that is ending closes its input first; let its exit be the reason that is told.
	select {
	case <-o.link.done:
	case <-time.After(drainAfterExit):
		f := o.link.rec.fault(fault.Closed, c.step, "The server closed its standard input, so nothing can be sent to it.", "Restart it.")
		f.Cause = err
		c.fail(f)
	}
}
