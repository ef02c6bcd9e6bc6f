package session

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/transport"
)

// Bounds on the answers that wait to be taken by a server.
const (
	maxReplies    = 16384            // a server that does not read them gets no more
	maxReplyBytes = 64 << 20         // of them all
	replyWorkers  = 64               // answers being sent at once: a slow one holds up no other
	replyTime     = 60 * time.Second // for one answer or notification to be taken
)

// replies are the answers on their way to the server. Its zero value is ready.
type replies struct {
	mu      sync.Mutex
	queue   []outgoing
	bytes   int
	workers int
}

type outgoing struct {
	to     arrival
	result json.RawMessage
	err    *fault.RPCError
	raw    []byte
}

func (o outgoing) size() int { return len(o.result) + len(o.raw) + 256 }

// put queues an answer; started is true when a new worker is to be started, ok false when there are too many.
func (r *replies) put(o outgoing) (started, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.queue) >= maxReplies || r.bytes+o.size() > maxReplyBytes && len(r.queue) > 0 {
		return false, false
	}
	r.queue = append(r.queue, o)
	r.bytes += o.size()
	if r.workers < replyWorkers {
		r.workers++
		return true, true
	}
	return false, true
}

// take returns the next answer, or ends the worker.
func (r *replies) take() (outgoing, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.queue) == 0 {
		r.workers--
		return outgoing{}, false
	}
	o := r.queue[0]
	r.queue[0] = outgoing{}
	r.queue = r.queue[1:]
	r.bytes -= o.size()
	return o, true
}

// reply sends an answer without holding up anything. A refusal of it reaches OnFault.
func (s *Session) reply(m arrival, result json.RawMessage, e *fault.RPCError) {
	if id := related(m.Params); id != "" && e == nil {
		result = withRelated(result, id)
	}
	s.queueReply(outgoing{to: m, result: result, err: e})
}

// replyRaw sends text in place of an answer, byte for byte.
func (s *Session) replyRaw(m arrival, text []byte) { s.queueReply(outgoing{to: m, raw: text}) }

func (s *Session) queueReply(o outgoing) {
	started, ok := s.replies.put(o)
	if !ok {
		s.note(fmt.Sprintf("The server's request %q was not answered: %d answers are waiting to be taken by it.",
			clip(o.to.Method, 80), maxReplies), o.to.Entry)
		s.lapse(o.to, "the server does not take the answers it has")
		return
	}
	if started {
		s.spawn(s.sendReplies)
	}
}

func (s *Session) sendReplies(ctx context.Context) {
	for {
		o, ok := s.replies.take()
		if !ok {
			return
		}
		s.sendReply(ctx, o)
	}
}

func (s *Session) sendReply(ctx context.Context, o outgoing) {
	ctx, cancel := context.WithTimeout(ctx, replyTime)
	defer cancel()
	link := o.to.path.wait(ctx)
	if link == nil {
		return // the path failed to open: there is nobody to answer
	}
	var err error
	if o.raw == nil {
		err = link.Reply(ctx, o.to.ID, o.result, o.err)
	} else {
		err = s.sendRaw(ctx, link, o)
	}
	if err != nil {
		s.lapse(o.to, "the answer could not be sent")
		s.report(err, "answer to "+o.to.Method, o.to.Entry)
	}
}

func (s *Session) sendRaw(ctx context.Context, link transport.Link, o outgoing) error {
	raw, ok := link.(transport.RawSender)
	if !ok {
		return s.input("send a malformed answer", "This path sends no text as it is.")
	}
	a, err := raw.Raw(ctx, transport.RawFrame{Frame: o.raw, Call: o.to.Call})
	if err == nil && a.Request != 0 {
		s.lapse(o.to, fmt.Sprintf("a text was sent in place of the answer, in entry %d", a.Request))
	}
	return err
}
