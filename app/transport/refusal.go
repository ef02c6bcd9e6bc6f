package transport

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/challenge"
	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// header is a response's head for an error, masked.
func (r *recorder) header(resp *http.Response) http.Header {
	return exchangeOf(resp).header()
}

// httpFault is an error about one answer: its status, head and body. It reads the body.
func (l *link) httpFault(c *call, resp *http.Response, kind fault.Kind, message, hint string) *fault.CallError {
	x := exchangeOf(resp)
	body, _ := readSome(resp, maxErrorBody)
	return l.bodyFault(c, resp, x, body, kind, message, hint)
}

func (l *link) bodyFault(c *call, resp *http.Response, x *exchange, body []byte, kind fault.Kind, message, hint string) *fault.CallError {
	f := l.rec.fault(kind, c.step, message, hint)
	f.Status, f.Header, f.Detail = resp.StatusCode, l.rec.header(resp), l.rec.quote(body)
	f.Entries = []uint64{x.seq}
	return f
}

// status turns an answer that is no 2xx into its error, or into the call's answer when its body is a JSON-RPC error.
// session is the session id that was sent. The body of a 2xx is left unread.
func (l *link) status(c *call, resp *http.Response, session string) (f *fault.CallError, answered bool) {
	code := resp.StatusCode
	if code >= 200 && code < 300 {
		return nil, false
	}
	x := exchangeOf(resp)
	body, whole := readSome(resp, maxErrorBody)
	if code == http.StatusUnauthorized || code == http.StatusForbidden {
		l.note(c, resp, x, body)
		return l.refusal(c, resp, x, body, whole), false
	}
	if code >= 300 && code < 400 {
		return l.redirected(c, resp, x, body), false
	}
	if resp.Request.URL.Scheme == "http" && code == http.StatusBadRequest && wantsTLS(body) {
		return l.bodyFault(c, resp, x, body, fault.Connect, hostPort(resp.Request.URL)+" speaks TLS: it was asked with plain HTTP.", hintTLS), false
	}
	m := l.note(c, resp, x, body)
	gone := code == http.StatusNotFound && session != ""
	if m != nil && c.id != "" && l.errorAnswer(c, resp, body, m, gone) {
		return nil, true
	}
	if gone {
		f = l.bodyFault(c, resp, x, body, fault.Session, "The server does not know the session any more (404).", "Connect again: a new session is opened.")
		if m != nil {
			f.RPC = m.err
		}
		return f, false
	}
	f = l.bodyFault(c, resp, x, body, fault.HTTP, fmt.Sprintf("The server answered %s.", resp.Status), statusHint(resp, l.rec.proxy))
	if m != nil {
		f.RPC = m.err
	}
	return f, false
}

const hintTLS = "Use https:// in the URL."

// wantsTLS tells the answers with which Go, nginx, Apache and Jetty refuse plain HTTP on a TLS port. Node closes the
// connection without a word.
func wantsTLS(body []byte) bool {
	body = bytes.ToLower(body[:min(len(body), 4<<10)])
	for _, words := range []string{
		"client sent an http request to an https server", "plain http request was sent to https port",
		"speaking plain http to an ssl-enabled server port",
	} {
		if bytes.Contains(body, []byte(words)) {
			return true
		}
	}
	return false
}

// note records the JSON-RPC error in the body of a refusal and returns it, or nil.
func (l *link) note(c *call, resp *http.Response, x *exchange, body []byte) *message {
	m := parseMessage(body)
	if m.kind != wire.MsgError {
		return nil
	}
	info := frameInfo{dir: wire.In, call: c.name, method: c.method, exchange: x.seq, purpose: c.purpose, findings: m.findings}
	if !m.nullID() && string(m.id) != string(c.msg.id) {
		info.findings = append(info.findings, fmt.Sprintf("Its id is %s, the request's is %s (%s); the status tells that it answers this request.", clip(m.id, 60), c.msg.id, ruleResponse))
	}
	seq := l.rec.frame(body, &m, info)
	c.saw(seq)
	c.mu.Lock()
	if m.err != nil {
		c.errSeq = seq
	}
	c.mu.Unlock()
	return &m
}

// errorAnswer makes a JSON-RPC error in a 4xx or 5xx the call's answer.
func (l *link) errorAnswer(c *call, resp *http.Response, body []byte, m *message, gone bool) bool {
	if gone && !(m.err.Code == -32601 && string(m.id) == string(c.msg.id)) {
		return false // a session that is gone is told by the status
	}
	c.mu.Lock()
	seq := c.errSeq
	c.mu.Unlock()
	return c.resolve(answerOf(body, m, seq, resp), time.Now())
}

func (l *link) redirected(c *call, resp *http.Response, x *exchange, body []byte) *fault.CallError {
	where := l.rec.mask.URL(l.rec.scope, resp.Header.Get("Location"))
	message := fmt.Sprintf("The server answered %s and named no Location.", resp.Status)
	if where != "" {
		message = fmt.Sprintf("The server answered %s: it points to %s.", resp.Status, clip([]byte(where), 500))
	}
	hint := "Redirects are not followed, because they could carry headers and tokens elsewhere. If you trust that address, put it into the server's settings."
	return l.bodyFault(c, resp, x, body, fault.HTTP, message, hint)
}

func statusHint(resp *http.Response, ownProxy bool) string {
	hint := "Look at the body below and at the server's log."
	switch code := resp.StatusCode; {
	case code == http.StatusNotFound:
		hint = "Check the path of the URL: MCP servers often answer under /mcp or /sse."
	case code == http.StatusMethodNotAllowed && resp.Request.Method == http.MethodGet:
		hint = "There is a server, but it takes no GET here: check the path (often /sse), or choose Streamable HTTP."
	case code == http.StatusMethodNotAllowed:
		hint = "There is a server, but it takes no POST here: check the path, or choose the SSE transport."
	case code == http.StatusProxyAuthRequired:
		hint = proxyLogin(ownProxy)
	case code == http.StatusTooManyRequests:
		hint = "The server limits the number of requests: wait, then try again."
	case code == http.StatusUnsupportedMediaType, code == http.StatusNotAcceptable:
		hint = "Something in front of the server does not take application/json with text/event-stream."
	case code == http.StatusBadGateway, code == http.StatusServiceUnavailable, code == http.StatusGatewayTimeout:
		hint = "A proxy answered in place of the server: the server behind it is down or too slow."
	case code >= 500:
		hint = "The server failed while it worked on the request: its log says more."
	}
	if after := resp.Header.Get("Retry-After"); after != "" {
		hint += " It asks to wait before the next try: Retry-After: " + clip([]byte(after), 60) + "."
	}
	return hint
}

// jsonBody reads an application/json answer.
func (l *link) jsonBody(c *call, resp *http.Response) *fault.CallError {
	x := exchangeOf(resp)
	body, err := readWhole(resp, l.maxMessage)
	if f := l.bodyProblem(c, resp, x, body, err); f != nil {
		return f
	}
	m := parseMessage(body)
	info := frameInfo{exchange: x.seq}
	hint := "The server has to answer with one JSON-RPC message that repeats the request's id."
	switch m.kind {
	case wire.MsgInvalid:
		info.dir, info.call, info.purpose, info.withheld = wire.In, c.name, c.purpose, "Not a JSON-RPC message."
		info.findings = append(m.findings, m.finding())
		c.saw(l.rec.frame(body, &m, info))
		return l.bodyFault(c, resp, x, body, fault.Protocol, "The server's answer is no JSON-RPC message: "+m.why+".", hint)
	case wire.MsgBatch:
		l.batch(body, &m, info, c, resp, func(*call) {})
	default:
		l.receive(body, &m, info, c, resp)
	}
	if c.isAnswered() {
		return nil
	}
	f := l.bodyFault(c, resp, x, body, fault.Protocol, "The server's answer does not answer the request: "+l.why(c, &m), hint)
	f.RPC = m.err
	return f
}

// why says why a body was not the answer.
func (l *link) why(c *call, m *message) string {
	switch {
	case m.kind == wire.MsgBatch:
		return "it is a batch without it."
	case !m.isResponse():
		return "it is a " + string(m.kind) + " (" + clip([]byte(m.method), 80) + ")."
	case m.nullID():
		return "it is an error without the request's id."
	}
	return fmt.Sprintf("its id is %s, the request's is %s.", clip(m.id, 60), c.msg.id)
}

func (l *link) bodyProblem(c *call, resp *http.Response, x *exchange, body []byte, err error) *fault.CallError {
	if err == nil {
		return nil
	}
	if errors.Is(err, errTooLong) {
		return l.bodyFault(c, resp, x, body, fault.Protocol, fmt.Sprintf("The answer is longer than the %s that are read.", sizeText(l.maxMessage)), tooLongHint)
	}
	if ended(c.ctx) {
		return c.gaveUpLocked()
	}
	f := l.bodyFault(c, resp, x, body, fault.Closed, "The answer broke off: "+l.rec.text(err.Error())+".", "The server or something in between closed the connection early.")
	f.Cause = err
	return f
}

// gaveUpLocked is gaveUp for a caller without the lock.
func (c *call) gaveUpLocked() *fault.CallError {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.gaveUp(c.ctx)
}

func (l *link) wrongType(c *call, resp *http.Response, rule string) *fault.CallError {
	got := resp.Header.Get("Content-Type")
	message := fmt.Sprintf("The server answered %s with the content type %q, not application/json or text/event-stream.", resp.Status, clip([]byte(got), 80))
	if got == "" {
		message = fmt.Sprintf("The server answered %s without a content type.", resp.Status)
	}
	exchangeOf(resp).finding(cited(message, rule))
	hint := "Set the header Content-Type: application/json."
	if strings.HasPrefix(got, "text/html") {
		hint = "This looks like a web page: check the URL's path; MCP servers often answer under /mcp."
	}
	return l.httpFault(c, resp, fault.Protocol, message, hint)
}

// refusal explains a 401 or 403.
func (l *link) refusal(c *call, resp *http.Response, x *exchange, body []byte, whole bool) *fault.CallError {
	ch := l.challenge(c, resp, x, body, whole)
	verb := "refused " + c.where
	if c.where == "" {
		verb = "refused the request"
	}
	f := l.bodyFault(c, resp, x, body, fault.Auth, fmt.Sprintf("The server %s with %s.", verb, resp.Status), ch.Next)
	f.Challenge = ch
	return f
}

func (l *link) challenge(c *call, resp *http.Response, x *exchange, body []byte, whole bool) *challenge.Challenge {
	req := resp.Request
	ch := challenge.Read(challenge.Input{
		Server: l.rec.server, Resource: l.resource, Status: resp.StatusCode, Method: req.Method,
		URL: l.rec.mask.URL(l.rec.scope, req.URL.String()), Where: c.where, Exchange: x.seq, Header: l.rec.header(resp),
		Body: l.rec.mask.Text(l.rec.scope, body), BodyCut: !whole, TokenSent: x.tokenSent(),
	})
	return &ch
}
