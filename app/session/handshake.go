package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/transport"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// handshake does the legacy initialize (2025-11-25/basic/lifecycle). why says in words why it is tried.
func (c *connector) handshake(ctx context.Context, version, why string) *fault.CallError {
	i := c.begin(methodInitialize)
	params := join([]byte(`{"protocolVersion":`), quoteJSON(version), []byte(`,"capabilities":`), legacyCapabilities(c.s.info.Client),
		[]byte(`,"clientInfo":`), c.s.client(), []byte(`}`))
	params, _, _ = c.s.envelope(CallInput{}, c.trace()).apply(params)
	a, err := c.call(ctx, methodInitialize, "initialize", params, "")
	if ctx.Err() != nil {
		return c.fail(ctx, i, err)
	}
	if rpc, status := initError(a, err); err != nil || rpc != nil {
		return c.initRefused(ctx, i, a, err, rpc, status, why)
	}
	answered, ok := text(field(a.Result, "protocolVersion"))
	if !ok || !slices.Contains(LegacyVersions(), answered) {
		what := "no protocolVersion"
		if ok {
			what = "the version " + clip(answered, 40)
		}
		return c.fail(ctx, i, c.s.broken("", "Update the server, or pin a version in the server's settings.", a.Response,
			"The server answered initialize with %s; Sightglass asked for %s and speaks %s.", what, version, list(LegacyVersions())))
	}
	c.end(i, StepDone, fmt.Sprintf("The server speaks %s.", answered), a.Request, a.Response)
	s := c.s
	s.info.Era, s.info.Version, s.info.Result, s.info.Entry = Legacy, answered, a.Result, a.Response
	s.info.read(a.Result)
	s.declaredLegacy()
	s.info.How = fmt.Sprintf("Legacy era, version %s: %s.", answered, why)
	if answered != version {
		s.info.How += fmt.Sprintf(" Asked for %s, the server chose %s.", version, answered)
	}
	s.link.SetVersion(answered)
	return c.initialized(ctx)
}

// initialized tells the server that the handshake is over, and opens the stream for what it sends unasked.
func (c *connector) initialized(ctx context.Context) *fault.CallError {
	i := c.begin(methodInitialized)
	if err := c.s.link.Notify(ctx, methodInitialized, nil, nil); err != nil {
		return c.fail(ctx, i, err)
	}
	c.end(i, StepDone, "Sent.")
	if c.kind == HTTP && !c.s.cfg.NoStream {
		c.listen(ctx)
	} else if c.kind == HTTP {
		c.end(c.begin("open GET stream"), StepSkipped, "Switched off for this server: what it sends unasked has no way.")
	}
	return nil
}

// listenTime is how long a connect waits for the GET stream to be taken or refused.
const listenTime = 500 * time.Millisecond

// listen opens the stream for what the server sends unasked. The connect waits a moment for it: a server that is
// asked something before its stream is there may have nowhere to send its questions. It never fails the connect.
func (c *connector) listen(ctx context.Context) {
	s, i := c.s, c.begin("open GET stream")
	log := s.cfg.Log
	rev := log.Page(math.MaxUint64, 1).Next
	bell := make(chan struct{}, 1)
	defer log.Subscribe(func(uint64) {
		select {
		case bell <- struct{}{}:
		default:
		}
	})()
	s.link.Listen(func(err error) { s.report(err, "GET stream") })
	late := time.NewTimer(listenTime)
	defer late.Stop()
	for {
		page := log.Page(rev, 0)
		rev = page.Next
		for _, e := range page.Entries {
			if e.Conn != s.cfg.Conn || e.Kind != wire.KindHTTP || e.Purpose != "listen" || e.Status == 0 && e.Open {
				continue
			}
			state, text := streamOutcome(e.Status)
			c.end(i, state, text, e.Seq)
			return
		}
		select {
		case <-bell:
		case <-late.C:
			c.end(i, StepSkipped, "No answer yet; the connection does not wait for it.")
			return
		case <-ctx.Done():
			c.end(i, StepSkipped, "Not waited for.")
			return
		}
	}
}

// streamOutcome is what an answer to the GET stream's request means for the step; 0 is none. "The server MUST either
// return Content-Type: text/event-stream in response to this HTTP GET, or else return HTTP 405 Method Not Allowed"
// (2025-11-25, basic/transports, Listening for Messages from the Server); many answer 404 instead.
func streamOutcome(status int) (StepState, string) {
	const lost = "the server's own requests may not come through."
	switch {
	case status == 0:
		return StepSkipped, "It could not be opened; " + lost
	case status < 300:
		return StepDone, "It is open."
	case status == http.StatusUnauthorized, status == http.StatusForbidden: // OnFault gets the challenge
		return StepFailed, fmt.Sprintf("The server refused it (HTTP %d); %s", status, lost)
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed:
		return StepSkipped, fmt.Sprintf("The server has none (HTTP %d).", status)
	}
	return StepSkipped, fmt.Sprintf("It could not be opened (HTTP %d); %s", status, lost)
}

// initError is the JSON-RPC error and HTTP status of an answer to initialize.
func initError(a *transport.Answer, err error) (*fault.RPCError, int) {
	var f *fault.CallError
	switch {
	case err == nil:
		return a.Error, a.Status
	case errors.As(err, &f) && f.Kind != fault.Auth && f.Kind != fault.Connect:
		return bodyError(f), f.Status
	}
	return nil, 0
}

// initRefused decides what follows a failed initialize: back to modern, on to HTTP+SSE, or the end.
func (c *connector) initRefused(ctx context.Context, i int, a *transport.Answer, err error, rpc *fault.RPCError, status int, why string) *fault.CallError {
	if err == nil {
		err = c.s.refusal(methodInitialize, &Result{
			RPC: rpc, Status: a.Status, Header: a.Header, Entries: []uint64{a.Request, a.Response},
		})
	}
	if c.hunch && disproves(err) {
		return c.askAfterAll(ctx, i, err)
	}
	isModern := rpc != nil && modernCode(rpc.Code)
	auto := c.s.cfg.Era == "" || c.s.cfg.Era == Auto
	switch {
	case isModern && auto && c.kind != SSE && !c.turned:
		return c.turn(ctx, i, rpc)
	case isModern:
		f := c.fail(ctx, i, err)
		f.Hint = "The server speaks only the modern protocol: set its era to auto."
		return f
	// 2025-11-25/basic/transports#backwards-compatibility: "400, 404 or 405: GET … expecting an endpoint event"
	case c.kind == HTTP && (status == 400 || status == 404 || status == 405):
		return c.fallBack(ctx, i, err, status, why)
	}
	return c.fail(ctx, i, err)
}

// turn goes back to the modern era: initialize was refused with one of its errors.
func (c *connector) turn(ctx context.Context, i int, rpc *fault.RPCError) *fault.CallError {
	c.turned = true
	said := fmt.Sprintf("initialize was answered with the modern error %d", rpc.Code)
	v := verdict{rpc: rpc, retry: true}
	_ = json.Unmarshal(field(rpc.Data, "supported"), &v.supported) // a malformed list names nothing
	v.choose(c.s.cfg, c.legacyVersion())
	if v.stop != nil {
		return c.fail(ctx, i, v.stop)
	}
	c.end(i, StepFailed, sentenceOf("modern: "+said))
	c.s.note("Back to the modern era, because " + said + ".")
	if slices.Contains(LegacyVersions(), v.version) {
		return c.handshake(ctx, v.version, said+" that offers "+v.version)
	}
	if v.version == "" {
		v.version = LatestModern
	}
	again, f := c.probe(ctx, v.version)
	if f != nil && (f.Kind != fault.RPC || ctx.Err() != nil) {
		return f
	}
	if f != nil || !again.modern {
		// It does not know server/discover, but everything else says modern: go on without what discover tells.
		again = verdict{version: v.version}
	}
	again.text = said
	return c.settle(again)
}

// fallBack tries HTTP+SSE of 2024-11-05. When that fails too, the refusal of initialize is what counts.
func (c *connector) fallBack(ctx context.Context, i int, refusal error, status int, why string) *fault.CallError {
	first := c.fail(ctx, i, refusal)
	c.close(ctx)
	f := c.open(ctx, SSE, "")
	if f == nil {
		return c.handshake(ctx, c.legacyVersion(), fmt.Sprintf("%s, and initialize was answered with HTTP %d", why, status))
	}
	if f.Kind == fault.Auth || ctx.Err() != nil {
		return f
	}
	first.Hint = "This URL may be no MCP endpoint: check its path. The server offers neither Streamable HTTP nor the older HTTP+SSE here."
	first.Entries = append(first.Entries, f.Entries...)
	if first.Detail == "" {
		first.Detail = "HTTP+SSE: " + f.Message
	}
	return first
}
