package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	mcpt "github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/sightglass-dev/sightglass/app/fault"
)

const (
	headerSession = "Mcp-Session-Id"
	headerVersion = "MCP-Protocol-Version"

	// replyTime bounds the POST of a reply, which is not bound to its caller's patience.
	replyTime = 2 * time.Minute
	// deleteTime bounds the session's DELETE.
	deleteTime = 5 * time.Second
)

// streamable is Streamable HTTP behind mcp-go's transport.Interface. It is ours and not mcp-go's NewStreamableHTTP,
// because under a tap that has to keep 30 of 44 answers from mcp-go nothing but the POST itself would be left to it
// (see the package comment).
type streamable struct {
	link   *link
	client *http.Client
	tap    *tap
	url    *url.URL

	heard resume        // of the GET stream; who listens owns it
	shown *streamHandle // its status; as heard

	mu        sync.Mutex
	session   string
	version   string
	listening bool
}

func openStreamable(l *link, t Target, o Options) *fault.CallError {
	u, f := parseTarget(l.rec, t.URL)
	if f != nil {
		return f
	}
	s := &streamable{link: l, url: u}
	if s.client, s.tap, f = newClient(l, t, o, u); f != nil {
		return f
	}
	l.engine = s
	return nil
}

// Start implements mcp-go's transport.Interface; Streamable HTTP has nothing to open.
func (s *streamable) Start(context.Context) error { return nil }

// Close implements mcp-go's transport.Interface; the link ends the engine by shutdown.
func (s *streamable) Close() error { return nil }

// SetNotificationHandler implements mcp-go's transport.Interface; notifications go to the link's handlers, raw.
func (s *streamable) SetNotificationHandler(func(mcp.JSONRPCNotification)) {}

// SendNotification implements mcp-go's transport.Interface; the link posts notifications byte-exact.
func (s *streamable) SendNotification(ctx context.Context, n mcp.JSONRPCNotification) error {
	return errors.New("notifications are posted by the link")
}

// GetSessionId implements mcp-go's transport.Interface.
func (s *streamable) GetSessionId() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.session
}

func (s *streamable) setVersion(version string) {
	s.mu.Lock()
	s.version = version
	s.mu.Unlock()
}

// modern tells a call of protocol revision 2026-07-28 or later, which names its version itself.
func (l *link) modern(c *call) bool { return c.header.Get(headerVersion) >= "2026" }

// SendRequest implements mcp-go's transport.Interface: it posts the call in ctx and waits for its answer.
func (s *streamable) SendRequest(ctx context.Context, r mcpt.JSONRPCRequest) (*mcpt.JSONRPCResponse, error) {
	c := callOf(ctx)
	if c == nil {
		return nil, errors.New("a request goes through the link")
	}
	hctx, cancel := detach(ctx)
	resp, sentSession, err := s.exchange(hctx, http.MethodPost, c, nil) //nolint:bodyclose // answer owns it
	if err != nil {
		cancel()
		return nil, err
	}
	if err := s.answer(hctx, cancel, c, resp, sentSession); err != nil {
		return nil, err
	}
	return &mcpt.JSONRPCResponse{JSONRPC: "2.0", ID: r.ID, Result: []byte("{}")}, nil
}

// detach makes a context that outlives the call in ctx once it was answered, because its stream is read on for a
// moment. It ends with the link, with ctx before an answer, or by the function returned. The values stay.
func detach(ctx context.Context) (context.Context, context.CancelFunc) {
	c := callOf(ctx)
	out, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stopLink := context.AfterFunc(c.link.ctx, func() { cancel(context.Canceled) })
	stop := context.AfterFunc(ctx, func() {
		if !c.readsOn() {
			cancel(context.Cause(ctx))
		}
	})
	return out, func() { stop(); stopLink(); cancel(nil) }
}

func (c *call) isAnswered() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.answer != nil
}

// readsOn says whether the call's own stream is still worth reading: its answer came there.
func (c *call) readsOn() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.answer != nil && !c.aside
}

// leave ends the call's own stream: the answer came on another, and this one may stay silent for ever.
func (c *call) leave() {
	c.mu.Lock()
	c.aside = true
	c.mu.Unlock()
	c.cancel(nil)
}

// exchange sends one HTTP request of the session.
func (s *streamable) exchange(ctx context.Context, method string, c *call, extra http.Header) (*http.Response, string, error) {
	var body io.Reader
	if method == http.MethodPost {
		body = bytes.NewReader(c.frame)
	}
	req, err := http.NewRequestWithContext(ctx, method, s.url.String(), body)
	if err != nil {
		return nil, "", fmt.Errorf("make the request: %w", err)
	}
	session := s.head(req, c)
	for name, values := range extra {
		req.Header[name] = values
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, session, err
	}
	return resp, session, nil
}

// head sets the protocol's headers and returns the session that is named.
func (s *streamable) head(req *http.Request, c *call) string {
	req.Header.Set("Accept", "application/json, text/event-stream")
	switch req.Method {
	case http.MethodPost:
		req.Header.Set("Content-Type", "application/json")
	case http.MethodGet:
		req.Header.Set("Accept", "text/event-stream")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.version != "" {
		req.Header.Set(headerVersion, s.version)
	}
	// A new initialize starts a new session; revision 2026-07-28 has none.
	if s.session == "" || c.method == string(mcp.MethodInitialize) || s.link.modern(c) {
		return ""
	}
	req.Header.Set(headerSession, s.session)
	return s.session
}

// answer reads what a request got. It owns the response and cancel.
func (s *streamable) answer(ctx context.Context, cancel context.CancelFunc, c *call, resp *http.Response, session string) error {
	owned := true
	defer func() {
		if owned {
			resp.Body.Close()
			cancel()
		}
	}()
	if f, answered := s.link.status(c, resp, session); f != nil || answered {
		return asError(f)
	}
	if resp.StatusCode == http.StatusAccepted || resp.StatusCode == http.StatusNoContent {
		message := fmt.Sprintf("The server answered a request with status %s and no message; a request needs an answer.", resp.Status)
		exchangeOf(resp).finding(cited(message, rulePost))
		return asError(s.link.httpFault(c, resp, fault.Protocol, message,
			"Answer with application/json, or with text/event-stream and the answer on it."))
	}
	switch mediaType(resp) {
	case "application/json":
		if f := s.link.jsonBody(c, resp); f != nil {
			return f
		}
		s.adopt(c, resp)
		return nil
	case "text/event-stream":
		owned = false
		return s.follow(ctx, cancel, c, resp)
	}
	return asError(s.link.wrongType(c, resp, rulePost))
}

func asError(f *fault.CallError) error {
	if f == nil {
		return nil
	}
	return f
}

// adopt takes the session of an initialize that succeeded: "A server using the Streamable HTTP transport MAY assign
// a session ID at initialization time, by including it in an Mcp-Session-Id header on the HTTP response containing
// the InitializeResult" (2025-11-25, basic/transports, Session Management).
func (s *streamable) adopt(c *call, resp *http.Response) {
	id := resp.Header.Get(headerSession)
	c.mu.Lock()
	good := c.answer != nil && c.answer.Error == nil
	c.mu.Unlock()
	if c.method != string(mcp.MethodInitialize) || !good {
		return
	}
	s.mu.Lock()
	s.session = id
	s.mu.Unlock()
	if id == "" {
		return
	}
	for i := 0; i < len(id); i++ {
		if id[i] < 0x21 || id[i] > 0x7E {
			exchangeOf(resp).finding("The session id must consist of visible ASCII characters, 0x21 to 0x7E (" + ruleSession + ").")
			break
		}
	}
}

// follow reads a call's event stream, and resumes it when the server ends it early (2025-11-25, basic/transports,
// Resumability and Redelivery).
func (s *streamable) follow(ctx context.Context, cancel context.CancelFunc, c *call, resp *http.Response) error {
	first := resp
	cursor := resume{}
	status := s.link.streams.add(StreamCall, s.link.rec.text(c.step))
	defer status.remove()
	for {
		st := s.link.newStream(resp, c)
		st.status = status
		status.opened(st.x.seq)
		err := st.run()
		if st.done {
			s.adopt(c, first)
			s.link.spawn(func() { st.drain(); cancel() })
			return nil
		}
		resp.Body.Close()
		cursor.note(st)
		if ctx.Err() != nil {
			cancel()
			return context.Cause(ctx)
		}
		if f := s.unresumable(c, st, &cursor, err); f != nil {
			cancel()
			return f
		}
		if resp, err = s.reopen(ctx, c, &cursor, status); resp == nil {
			cancel()
			return err // nil: an error in the body was the answer
		}
	}
}

// unresumable is the error of a stream that ended without its answer and cannot be asked for the rest.
func (s *streamable) unresumable(c *call, st *stream, cursor *resume, err error) *fault.CallError {
	legacy := !s.link.modern(c)
	if legacy && cursor.lastID != "" && cursor.fruitless <= maxFruitless {
		return nil
	}
	f := s.link.rec.fault(fault.Protocol, c.step, "The event stream ended without the answer.", "The server has to send the answer to "+c.step+" before it ends the stream.")
	if !errors.Is(err, io.EOF) {
		f.Kind, f.Cause = fault.Closed, err
		f.Message = "The event stream broke off before the answer came: " + s.link.rec.text(err.Error()) + "."
		f.Hint = "The server may have crashed, or a proxy in between has a time limit."
	} else {
		st.x.finding(cited(f.Message, rulePost))
	}
	if c.evidence() == "" && st.events == 0 {
		f.Detail = "No message came on the stream."
	}
	f.Status, f.Header = st.resp.StatusCode, s.link.rec.header(st.resp)
	f.Entries = []uint64{st.x.seq}
	return f
}

// reopen asks for the rest of a stream: "the client SHOULD issue an HTTP GET to the MCP endpoint, and include the
// Last-Event-ID header".
func (s *streamable) reopen(ctx context.Context, c *call, cursor *resume, status *streamHandle) (*http.Response, error) {
	for {
		pause := cursor.pause()
		status.waits(pause, "The stream ended before its answer: it is resumed.")
		s.link.rec.lifecycle("the stream of %s ended before its answer: resuming behind event %q in %s", c.step, clip([]byte(cursor.lastID), 200), pause.Round(time.Millisecond))
		if !sleep(ctx, pause) {
			return nil, context.Cause(ctx)
		}
		status.asked()
		resp, session, err := s.exchange(ctx, http.MethodGet, c, http.Header{"Last-Event-Id": {cursor.lastID}})
		if err != nil {
			if cursor.fruitless++; cursor.fruitless > maxFruitless || ctx.Err() != nil {
				return nil, err
			}
			continue
		}
		if f, answered := s.link.status(c, resp, session); f != nil || answered {
			resp.Body.Close()
			return nil, asError(f)
		}
		if mediaType(resp) != "text/event-stream" {
			f := s.link.wrongType(c, resp, ruleListen)
			resp.Body.Close()
			return nil, f
		}
		return resp, nil
	}
}

// sleep waits; false when ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// waiting implements engine. The call's lock is held.
func (s *streamable) waiting(*call) string { return "" }

// post sends a notification or a reply.
func (s *streamable) post(ctx context.Context, c *call) error {
	return s.link.deliver(ctx, c, func(ctx context.Context) (*http.Response, string, error) {
		return s.exchange(ctx, http.MethodPost, c, nil)
	})
}
