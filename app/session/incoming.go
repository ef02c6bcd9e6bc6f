package session

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/transport"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// Bounds on what a server can make us hold.
const (
	maxIncoming = 65536 // messages not looked at yet; each is small work, so this means a flood
)

// incoming is the queue between the link's reader, which must never wait, and the session.
type incoming struct {
	mu      sync.Mutex
	queue   []arrival
	dropped int
	put     uint64 // messages ever queued
	done    uint64 // messages ever dealt with
	wake    chan struct{}
	idle    *sync.Cond // done changed
}

type arrival struct {
	transport.Incoming
	request bool
	path    *path
}

// path is one opening of a link: handlers exist before the link does.
type path struct {
	ready chan struct{}  // closed when link is known
	link  transport.Link // nil when it could not be opened
}

func newIncoming() *incoming {
	q := &incoming{wake: make(chan struct{}, 1)}
	q.idle = sync.NewCond(&q.mu)
	return q
}

func (q *incoming) add(m arrival) {
	q.mu.Lock()
	if len(q.queue) < maxIncoming {
		q.queue = append(q.queue, m)
		q.put++
	} else {
		q.dropped++
	}
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *incoming) take() (list []arrival, dropped int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	list, dropped = q.queue, q.dropped
	q.queue, q.dropped = nil, 0
	return list, dropped
}

func (q *incoming) finished() {
	q.mu.Lock()
	q.done++
	q.mu.Unlock()
	q.idle.Broadcast()
}

// settle waits until everything queued before now was dealt with, so that progress that came before an answer is told
// before it. It gives up after limit: a callback that waits for a call must not block that call.
func (q *incoming) settle(limit time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if want := q.put; q.done < want {
		late := false
		timer := time.AfterFunc(limit, func() {
			q.mu.Lock()
			late = true
			q.mu.Unlock()
			q.idle.Broadcast()
		})
		defer timer.Stop()
		for q.done < want && !late {
			q.idle.Wait()
		}
	}
}

// handlers are what a link being opened gets. They only queue.
func (s *Session) handlers(p *path) transport.Handlers {
	return transport.Handlers{
		Request:      func(in transport.Incoming) { s.traffic.add(arrival{Incoming: in, request: true, path: p}) },
		Notification: func(in transport.Incoming) { s.traffic.add(arrival{Incoming: in, path: p}) },
	}
}

// dispatch deals with the server's messages in wire order until the session ends.
func (s *Session) dispatch() {
	defer s.wg.Done()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-s.traffic.wake:
		}
		list, dropped := s.traffic.take()
		if dropped > 0 {
			s.note(fmt.Sprintf("%d messages of the server were not looked at: they came faster than they could be. They are in the log.", dropped))
		}
		for _, m := range list {
			if m.request {
				s.onRequest(m)
			} else {
				s.onNotification(m)
			}
			s.traffic.finished()
		}
	}
}

// onRequest answers a request of the server at once or asks the user.
func (s *Session) onRequest(m arrival) {
	if s.era() == Modern {
		// 2026-07-28/basic/transports: servers MUST NOT send requests, clients MUST NOT send responses.
		s.note(fmt.Sprintf("The server sent the request %q, which %s does not allow. It was not answered.",
			clip(m.Method, 80), LatestModern), m.Entry)
		s.lapse(m, LatestModern+" lets a server send no requests")
		return
	}
	if m.Method == methodPing {
		s.reply(m, json.RawMessage("{}"), nil)
		return
	}
	if code, why := s.cfg.Answerers.refuses(m.Method, m.Params); code != 0 {
		s.note(fmt.Sprintf("The server's request %q was refused with %d: %s.", clip(m.Method, 80), code, why), m.Entry)
		s.reply(m, nil, &fault.RPCError{Code: code, Message: why})
		return
	}
	q := Question{Source: FromRequest, Call: m.Call, Method: m.Method, Params: m.Params, Entry: m.Entry}
	q.Task, _ = text(field(field(field(m.Params, "_meta"), metaRelatedTask), "taskId"))
	q = s.linked(q)
	asked, refused := s.ask(q, m.ID, func(o outcome) {
		switch {
		case o.quiet: // 2025-11-25/basic/utilities/cancellation: no response to a cancelled request
			s.lapse(m, o.reason)
		case o.raw != nil:
			s.replyRaw(m, o.raw)
		case o.err != nil:
			s.reply(m, nil, o.err)
		default:
			s.reply(m, o.result, nil)
		}
	})
	switch {
	case asked:
	case refused > 0:
		s.noteRefused(m.Method, m.Entry, refused)
		s.reply(m, nil, &fault.RPCError{Code: codeInternal, Message: s.tooMany()})
	case s.inbox.waits(bytes.TrimSpace(m.ID)): // an answer to this one would be taken for the other's
		s.note(fmt.Sprintf("The server's request %q was not answered: another one with the id %s waits for its answer.", m.Method, clip(string(m.ID), 40)), m.Entry)
		s.lapse(m, "another request with its id waits")
	default:
		s.lapse(m, "the connection ended")
	}
}

func (s *Session) tooMany() string {
	return fmt.Sprintf("more than %d questions are waiting for an answer", s.inbox.limit)
}

// notedRefusals is how many refused questions are noted one by one; of more every thousandth is.
const notedRefusals = 10

// noteRefused tells that a question was refused; n is how many were so far.
func (s *Session) noteRefused(method string, entry uint64, n int) {
	switch {
	case n <= notedRefusals:
		s.note(fmt.Sprintf("The server's question %q was refused: %s. %s", clip(method, 80), s.tooMany(), raise), entry)
		if n == notedRefusals {
			s.note("Of further questions that are refused for that reason only every thousandth is noted here.")
		}
	case n%1000 == 0:
		s.note(fmt.Sprintf("%d questions were refused so far: %s.", n, s.tooMany()), entry)
	}
}

func (s *Session) onNotification(m arrival) {
	if s.era() == Modern {
		s.attribute(m.Incoming)
	}
	switch m.Method {
	case methodProgress:
		s.onProgress(m.Incoming)
	case methodCancelled:
		if id := field(m.Params, "requestId"); id != nil {
			why, _ := text(field(m.Params, "reason"))
			s.inbox.cancelRequest(id, reason("the server took it back", why))
			for _, t := range s.everyStream() {
				t.over(id, reason("The server ended the stream", why))
			}
		}
	case methodElicited:
		id, _ := text(field(m.Params, "elicitationId"))
		s.inbox.completed(id)
	case methodToolsNew, methodResourcesNew, methodPromptsNew:
		s.changes.came(m.Method)
		s.tell(StateChanged)
	case methodUpdated:
		s.onUpdated(m.Incoming)
	case methodTaskStatus, methodTaskPush:
		s.onTask(m.Incoming)
	case methodAccepted:
		s.onAccepted(m.Incoming)
	}
	if s.cfg.OnNotification != nil {
		s.cfg.OnNotification(m.Incoming)
	}
}

func reason(what, detail string) string {
	if detail == "" {
		return what
	}
	return what + ": " + clip(detail, 200)
}

// lapse tells the log that a request of the server gets no answer of ours.
func (s *Session) lapse(m arrival, why string) {
	s.cfg.Log.Lapse(m.Entry, s.masked("Not answered: "+why+"."))
}

func (s *Session) masked(text string) string {
	if s.cfg.Mask == nil {
		return text
	}
	return s.cfg.Mask(text) // it may quote the server, and a server may repeat what it was sent
}

// report tells of a failure outside of any call, unless the session is over anyway.
func (s *Session) report(err error, step string, entries ...uint64) {
	if s.ctx.Err() != nil {
		return
	}
	f := s.fault(err, step, entries...)
	s.note(f.Step+": "+f.Message, f.Entries...)
	if s.cfg.OnFault != nil {
		s.cfg.OnFault(f)
	}
}

// note records a lifecycle entry.
func (s *Session) note(text string, entries ...uint64) {
	if len(entries) > 0 {
		text += fmt.Sprintf(" (entry %d)", entries[0])
	}
	text = s.masked(text)
	s.cfg.Log.Append(wire.Draft{
		Entry:   wire.Entry{Conn: s.cfg.Conn, Time: time.Now().UnixMicro(), Kind: wire.KindLifecycle, Note: text, Bytes: int64(len(text))},
		Message: []byte(text),
	})
}

// tell runs OnChange.
func (s *Session) tell(c Change) {
	if s.cfg.OnChange != nil {
		s.cfg.OnChange(c)
	}
}

// spawn runs f on a goroutine that Close waits for; ctx ends with the session.
func (s *Session) spawn(f func(ctx context.Context)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return
	}
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		f(s.ctx)
	}()
}

func newPath() *path { return &path{ready: make(chan struct{})} }

// set tells which link was opened, nil for none. It is called once.
func (p *path) set(l transport.Link) {
	p.link = l
	close(p.ready)
}

// wait returns the link as soon as it is known, nil when there is none.
func (p *path) wait(ctx context.Context) transport.Link {
	select {
	case <-p.ready:
		return p.link
	case <-ctx.Done():
		return nil
	}
}
