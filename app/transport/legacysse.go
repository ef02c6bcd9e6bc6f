package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"sync"

	mcpt "github.com/mark3labs/mcp-go/client/transport"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// legacySSE is HTTP+SSE of 2024-11-05. mcp-go's NewSSE opens the stream, waits for the endpoint, posts the requests and
// pairs their answers. It stands on a filter that gives it an absolute endpoint of the right origin and a receipt
// for each awaited answer, and keeps from it what it misreads: refusals, foreign endpoints, a server's requests
// (which it would take for answers), inline answers, the loss of the stream.
type legacySSE struct {
	*mcpt.SSE
	link   *link
	client *http.Client // the tap's
	tap    *tap
	url    *url.URL

	feed *io.PipeWriter // clean events for mcp-go
	pipe *io.PipeReader

	opening *call         // the GET that starts the stream
	shown   *streamHandle // its status

	mu       sync.Mutex
	endpoint *url.URL
	version  string
	failed   *fault.CallError // why the stream could not be opened
}

// maxEndpoint bounds the URL that messages are posted to, in bytes: what servers take at most.
const maxEndpoint = 8 << 10

const sseStep = "open the SSE stream"

func openSSE(ctx context.Context, l *link, t Target, o Options) *fault.CallError {
	u, f := parseTarget(l.rec, t.URL)
	if f != nil {
		return f
	}
	s := &legacySSE{link: l, url: u}
	if s.client, s.tap, f = newClient(l, t, o, u); f != nil {
		return f
	}
	s.pipe, s.feed = io.Pipe()
	l.engine = s
	var err error
	s.SSE, err = mcpt.NewSSE(u.String(),
		mcpt.WithHTTPClient(&http.Client{Transport: s, CheckRedirect: s.client.CheckRedirect}),
		mcpt.WithSSELogger(slog.New(slog.DiscardHandler)),
		mcpt.WithEndpointTimeout(math.MaxInt64), mcpt.WithResponseTimeout(math.MaxInt64)) // ctx rules
	if err != nil {
		return l.rec.fault(fault.Input, sseStep, "The URL is not usable.", "Correct the URL in the server's settings.")
	}
	s.SetConnectionLostHandler(func(error) {}) // the filter tells the link
	return s.start(ctx)
}

// start opens the stream; ctx bounds only the opening.
func (s *legacySSE) start(ctx context.Context) *fault.CallError {
	life, c := s.link.newCall(s.link.ctx, "GET", sseStep, nil)
	c.purpose, c.where = wire.PurposeListen, "the start of the SSE stream"
	s.shown = s.link.streams.add(StreamSSE, "")
	s.opening = c
	stop := context.AfterFunc(ctx, func() { c.cancel(context.Cause(ctx)) })
	err := s.Start(life)
	if stop() && err == nil {
		return nil
	}
	s.mu.Lock()
	f := s.failed
	s.mu.Unlock()
	if f == nil && ended(ctx) {
		f = s.link.rec.fault(fault.Timeout, sseStep, "The SSE stream sent no endpoint event in time.", "An HTTP+SSE server has to send its endpoint first. Perhaps this URL is Streamable HTTP.")
		if errors.Is(ctx.Err(), context.Canceled) {
			f = s.link.rec.fault(fault.Cancelled, sseStep, "The connect was cancelled.", "")
		}
		f.Detail, f.Entries = c.evidence(), c.seen()
	}
	if f == nil && !errors.As(err, &f) {
		f = s.link.rec.fault(fault.Connect, sseStep, "The SSE stream could not be opened.", "Look at its exchange in the traffic.")
		f.Cause = err
	}
	if f.Step == "" {
		f.Step = sseStep
	}
	c.cancel(f)
	s.feed.CloseWithError(io.EOF)
	s.pipe.Close()
	_ = s.SSE.Close()
	s.tap.base.(*http.Transport).CloseIdleConnections()
	return f
}

// RoundTrip is the filter between mcp-go and the tap.
func (s *legacySSE) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodGet {
		return s.get(req)
	}
	c := callOf(req.Context())
	if c == nil {
		return nil, errors.New("a request goes through the link")
	}
	// mcp-go waits for the end of this POST's body before it looks at the stream; the filter answers for it.
	hctx, cancel := detach(req.Context())
	resp, err := s.send(hctx, c)
	if err != nil {
		cancel()
		return nil, err
	}
	if f, answered := s.link.status(c, resp, ""); f != nil || answered {
		cancel()
		if f == nil {
			c.cancel(nil) // answered by an error in the body: nothing will come on the stream
			f = s.link.rec.fault(fault.RPC, c.step, "", "")
		}
		return nil, f
	}
	s.link.spawn(func() {
		defer cancel()
		s.inline(c, resp)
	})
	return accepted(req), nil
}

func accepted(req *http.Request) *http.Response {
	return &http.Response{
		Status: "202 Accepted", StatusCode: http.StatusAccepted, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: http.NoBody, Request: req,
	}
}

// inline reads the body of a POST's answer. Most are empty; some servers answer there and not on the stream.
func (s *legacySSE) inline(c *call, resp *http.Response) {
	x := exchangeOf(resp)
	body, err := readWhole(resp, s.link.maxMessage)
	if err != nil || mediaType(resp) != "application/json" && !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		return
	}
	m := parseMessage(body)
	if m.kind == wire.MsgInvalid {
		x.finding("The body is no JSON-RPC message: " + m.why + " (" + m.rule + ").")
		c.missed(x.seq, "The POST was answered with: "+s.link.rec.quote(body))
		return
	}
	info := frameInfo{exchange: x.seq, findings: []string{"The message came in the answer to the POST; HTTP+SSE sends messages on the stream (" + ruleOldSSE + ")."}}
	if answered := s.link.receive(body, &m, info, c, resp); answered != nil {
		s.receipt(answered)
	}
}

// get opens the stream and gives mcp-go a clean one in its place.
func (s *legacySSE) get(req *http.Request) (*http.Response, error) {
	c := callOf(req.Context())
	resp, err := s.tap.RoundTrip(req)
	if err != nil {
		s.fail(err)
		return nil, err
	}
	f, _ := s.link.status(c, resp, "")
	if f == nil && mediaType(resp) != "text/event-stream" {
		f = s.link.wrongType(c, resp, ruleOldSSE)
		f.Hint = "An HTTP+SSE server answers GET with text/event-stream. Check the path (often /sse), or choose Streamable HTTP."
	}
	if f != nil {
		resp.Body.Close()
		s.fail(f)
		return nil, f
	}
	s.link.spawn(func() { s.read(req.Context(), resp) })
	clean := *resp
	clean.Body = s.pipe
	return &clean, nil
}

func (s *legacySSE) fail(err error) {
	var f *fault.CallError
	if !errors.As(err, &f) {
		return
	}
	s.mu.Lock()
	if s.failed == nil {
		s.failed = f
	}
	s.mu.Unlock()
}

// read reads the stream to its end; then every pending call fails.
func (s *legacySSE) read(ctx context.Context, resp *http.Response) {
	st := s.link.newStream(resp, nil)
	st.purpose, st.status = wire.PurposeListen, s.shown
	s.shown.opened(st.x.seq)
	st.control = s.control
	st.answered = s.receipt
	err := runUntil(ctx, st)
	if ctx.Err() != nil { // ended by us: the start was given up, or Close
		s.feed.Close()
		return
	}
	r := s.link.rec
	f := r.fault(fault.Closed, "", "The server ended the SSE stream, so no answer can come.", "Connect again; the server may have restarted or have a time limit.")
	if !errors.Is(err, io.EOF) {
		f.Message, f.Cause = "The SSE stream broke off: "+r.text(err.Error())+".", err
	}
	if s.endpointURL() == nil {
		f.Kind, f.Step = fault.Protocol, sseStep
		f.Message = "The SSE stream ended before it named an endpoint."
		f.Hint = "An HTTP+SSE server has to send an event named \"endpoint\" first. Perhaps this URL is Streamable HTTP."
	}
	f.Entries = []uint64{st.x.seq}
	f.Entries = append(f.Entries, r.lifecycle("%s", f.Message))
	s.shown.over(StreamEnded, st.x.seq, f.Message)
	s.stop(f)
}

// stop ends the engine with f: while it starts the start fails, later the link is over.
func (s *legacySSE) stop(f *fault.CallError) {
	s.fail(f)
	if s.endpointURL() != nil {
		s.link.end(f)
	} else {
		s.opening.cancel(f)
	}
	s.feed.Close()
}

func (s *legacySSE) endpointURL() *url.URL {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.endpoint
}

// control takes the endpoint event.
func (s *legacySSE) control(e event, seq uint64) bool {
	if e.name != "endpoint" {
		return false
	}
	to, err := s.url.Parse(string(bytes.TrimSpace(e.data[:min(len(e.data), maxEndpoint)])))
	r := s.link.rec
	switch {
	case len(e.data) > maxEndpoint:
		s.badEndpoint(seq, e, fmt.Sprintf("The endpoint event holds %d bytes; a URL of more than %d is not used.", len(e.data), maxEndpoint))
	case s.endpointURL() != nil:
		r.finding(seq, "A second endpoint event: the first one stays in use ("+ruleOldSSE+").")
		return true
	case err != nil || len(bytes.TrimSpace(e.data)) == 0:
		s.badEndpoint(seq, e, "The endpoint event holds no URL.")
	case !sameOrigin(to, s.url):
		s.badEndpoint(seq, e, fmt.Sprintf("The endpoint event points to another origin: %s.", r.mask.URL(r.scope, to.String())))
	default:
		s.mu.Lock()
		s.endpoint = to
		s.mu.Unlock()
		_, _ = fmt.Fprintf(s.feed, "event: endpoint\ndata: %s\n\n", to)
	}
	return true
}

func (s *legacySSE) badEndpoint(seq uint64, e event, why string) {
	r := s.link.rec
	r.withhold(seq, why)
	f := r.fault(fault.Protocol, sseStep, why, "Messages and credentials are sent to the server's own origin only: the endpoint has to be a path, or a URL with the same scheme, host and port.")
	f.Detail, f.Entries = clip([]byte(r.mask.URL(r.scope, string(e.data[:min(len(e.data), maxEndpoint)]))), maxQuote), []uint64{seq}
	s.stop(f)
}

// receipt tells mcp-go that a call was answered.
func (s *legacySSE) receipt(c *call) {
	if c.hand != nil {
		return // mcp-go knows nothing of it
	}
	_, _ = fmt.Fprintf(s.feed, "data: {\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{}}\n\n", quote(c.id))
}

// send posts a frame to the endpoint.
func (s *legacySSE) send(ctx context.Context, c *call) (*http.Response, error) {
	s.mu.Lock()
	to, version := s.endpoint, s.version
	s.mu.Unlock()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(c.frame))
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	if version != "" {
		req.Header.Set(headerVersion, version)
	}
	return s.client.Do(req)
}

func (s *legacySSE) setVersion(version string) {
	s.mu.Lock()
	s.version = version
	s.mu.Unlock()
}

func (s *legacySSE) listen(func(error)) {} // its stream is always open

// waiting implements engine. The call's lock is held.
func (s *legacySSE) waiting(c *call) string { return "" }

func (s *legacySSE) post(ctx context.Context, c *call) error {
	return s.link.deliver(ctx, c, func(ctx context.Context) (*http.Response, string, error) {
		resp, err := s.send(ctx, c)
		return resp, "", err
	})
}

func (s *legacySSE) shutdown(context.Context) {
	_ = s.SSE.Close()
	s.link.cancel()
	s.feed.Close()
	s.pipe.Close()
	s.tap.base.(*http.Transport).CloseIdleConnections()
}
