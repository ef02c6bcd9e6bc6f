package mock

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// client is one that is served: over stdio the only one, over HTTP one for each session, and one for all without.
type client struct {
	mock *Mock

	mu       sync.Mutex
	at       cursor
	waiting  map[string]chan struct{} // questions, by the id they were asked with
	asked    int
	streams  map[*call]*listener // open subscriptions, by the recorded one they are answered as
	held     []event             // for when the client said that it is ready
	heldFrom *call
	isReady  bool // it said so, maybe before anything was held: its word overtakes the end of the handshake's call
}

// listener is an open subscription.
type listener struct {
	id   json.RawMessage
	send func([]byte) error
}

func newClient(m *Mock) *client {
	return &client{mock: m, at: cursor{}, waiting: map[string]chan struct{}{}, streams: map[*call]*listener{}}
}

// find matches a request and tells what was served. A handshake begins anew.
func (c *client) find(f wire.Frame) *call {
	name := wholeName(f)
	c.mu.Lock()
	if f.Method == "initialize" || f.Method == "server/discover" {
		at := cursor{}
		for k, n := range c.at { // repeated handshakes go on
			if len(k) > len(f.Method) && k[1:1+len(f.Method)] == f.Method {
				at[k] = n
			}
		}
		c.at, c.isReady = at, false
	}
	found, key, times := c.mock.tape.find(c.at, f.Method, name, f.Params)
	c.mu.Unlock()
	s := Served{Method: f.Method, Name: name, Params: string(f.Params[:min(len(f.Params), maxParams)]), How: Unmatched, Times: times}
	switch {
	case found != nil:
		s.How, s.Seq = how(key), found.seq
	case f.Method == "ping":
		s.How = Always
	}
	c.mock.serve(s)
	return found
}

// wholeName is the name of what a request asks for, as the tape has it.
func wholeName(f wire.Frame) string { return f.Name }

// way is where a call's messages go.
type way struct {
	send  func([]byte) error // to the one who asked
	aside func([]byte) error // on the stream for what belongs to no call; nil: there is none
	rest  func(wait func())  // around a wait for an answer, which may take long; nil: nothing is to be done
}

// play sends what came during a recorded call and returns its answer; nil when none came, or ctx ended.
func (c *client) play(ctx context.Context, rec *call, f wire.Frame, w way) []byte {
	token := member(f.Params, "_meta", "progressToken")
	spent := int64(0)
	for _, v := range rec.during {
		spent += v.wait
		if !c.pause(ctx, v.wait) {
			return nil
		}
		c.emit(ctx, v, rec, f.RawID, token, w)
	}
	if !rec.answered {
		return nil
	}
	if !c.pause(ctx, rec.took-spent) {
		return nil
	}
	return reply(f.RawID, rec.result, rec.fail)
}

// follow sends what came behind a call.
func (c *client) follow(ctx context.Context, rec *call, f wire.Frame, w way) {
	if rec.method == "initialize" { // "The server SHOULD NOT send requests … before receiving the initialized notification"
		c.mu.Lock()
		c.held, c.heldFrom = rec.after, rec
		now := c.isReady
		c.mu.Unlock()
		if now {
			c.ready(ctx, w)
		}
		return
	}
	for _, v := range rec.after {
		if !c.pause(ctx, v.wait) {
			return
		}
		c.emit(ctx, v, rec, f.RawID, nil, way{send: w.aside, aside: w.aside, rest: w.rest})
	}
}

// ready sends what was held until the client was ready.
func (c *client) ready(ctx context.Context, w way) {
	c.mu.Lock()
	list, rec := c.held, c.heldFrom
	c.held, c.isReady = nil, true
	c.mu.Unlock()
	for _, v := range list {
		c.emit(ctx, v, rec, nil, nil, way{send: w.aside, aside: w.aside})
	}
}

func (c *client) pause(ctx context.Context, us int64) bool {
	if !c.mock.options.Timing || us <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(min(time.Duration(us)*time.Microsecond, maxDelay))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// emit sends one message with the ids of this run. A progress that nobody asked for is left out, and what there is no
// stream for.
func (c *client) emit(ctx context.Context, v event, rec *call, id, token json.RawMessage, w way) {
	f := wire.ParseFrame(v.raw)
	raw, send := v.raw, w.send
	if v.aside {
		send = w.aside
	}
	switch {
	case v.listen != nil:
		l := c.listener(v.listen)
		if v.listen == rec {
			l = &listener{id, w.send}
		}
		if l == nil {
			return
		}
		send = l.send
		raw = replaced(raw, f.Params, []string{"_meta", "io.modelcontextprotocol/subscriptionId"}, l.id)
	case f.Method == "notifications/progress":
		if token == nil {
			return
		}
		raw = replaced(raw, f.Params, []string{"progressToken"}, token)
	}
	if send == nil {
		return
	}
	if !v.question {
		_ = send(raw) // who went away is noticed where its answer is sent
		return
	}
	if !c.mock.open.asked.enter() {
		c.mock.crowded(f.Method, "questions wait for an answer", maxAsked)
		return
	}
	defer c.mock.open.asked.leave()
	c.ask(ctx, f, send, w.rest)
}

func (c *client) listener(rec *call) *listener {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.streams[rec]
}

// listen keeps a subscription open until ctx ends.
func (c *client) listen(rec *call, id json.RawMessage, send func([]byte) error) (stop func()) {
	l := &listener{id, send}
	c.mu.Lock()
	c.streams[rec] = l
	c.mu.Unlock()
	return func() {
		c.mu.Lock()
		if c.streams[rec] == l {
			delete(c.streams, rec)
		}
		c.mu.Unlock()
	}
}

// ask sends a question under an id of its own and waits for any answer to it: what follows was recorded behind one.
func (c *client) ask(ctx context.Context, f wire.Frame, send func([]byte) error, rest func(wait func())) {
	c.mu.Lock()
	c.asked++
	id := []byte(strconv.Quote("mock-" + strconv.Itoa(c.asked)))
	done := make(chan struct{})
	c.waiting[string(id)] = done
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.waiting, string(id))
		c.mu.Unlock()
	}()
	method, err := json.Marshal(f.Method)
	if err != nil {
		return
	}
	members := []any{"id", id, "method", method}
	if f.Params != nil {
		members = append(members, "params", f.Params)
	}
	if send(message(members...)) != nil {
		return
	}
	wait := func() {
		t := time.NewTimer(maxAnswer)
		defer t.Stop()
		select {
		case <-done:
		case <-ctx.Done():
		case <-t.C:
		}
	}
	if rest == nil {
		wait()
		return
	}
	rest(wait)
}

// answered tells the question that an answer is to; false: there is none.
func (c *client) answered(id json.RawMessage) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	done, ok := c.waiting[string(bytes.TrimSpace(id))]
	if ok {
		close(done)
		delete(c.waiting, string(bytes.TrimSpace(id)))
	}
	return ok
}

// replaced is a notification with another value at a path of its params, every other byte as recorded.
func replaced(raw []byte, params json.RawMessage, path []string, value json.RawMessage) []byte {
	old := member(params, path...)
	if old == nil || value == nil {
		return raw
	}
	// The last name of the path, then its value: as it stands in the text.
	name, err := json.Marshal(path[len(path)-1])
	if err != nil {
		return raw
	}
	at := bytes.Index(raw, name)
	for at >= 0 {
		rest := raw[at+len(name):]
		trimmed := bytes.TrimLeft(rest, " \t\r\n")
		if len(trimmed) > 0 && trimmed[0] == ':' {
			v := bytes.TrimLeft(trimmed[1:], " \t\r\n")
			if bytes.HasPrefix(v, old) {
				from := len(raw) - len(v)
				out := append([]byte{}, raw[:from]...)
				return append(append(out, value...), v[len(old):]...)
			}
		}
		next := bytes.Index(raw[at+1:], name)
		if next < 0 {
			break
		}
		at += 1 + next
	}
	return raw
}
