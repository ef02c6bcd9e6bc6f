package transport

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/wire"
)

const (
	// maxRecordedBody bounds what an exchange keeps of a response body, in bytes.
	maxRecordedBody = 128 << 20
	// maxRecordedStream bounds it for an event stream: each event is an entry of its own besides.
	maxRecordedStream = 2 << 20
)

// tap is the one http.RoundTripper: whatever leaves or arrives over HTTP is recorded here, whole and masked. It
// stamps the profile's headers and credentials on requests to the target's origin and on no other.
type tap struct {
	rec     *recorder
	base    http.RoundTripper
	origin  *url.URL
	headers http.Header
	auth    Authorizer
	told    atomic.Bool // it was said that the profile's own Authorization is in use
	oauth   bool        // bodies are OAuth's: their credentials are known by the names of their members
}

// RoundTrip implements http.RoundTripper.
func (t *tap) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := takeBody(req)
	if err != nil {
		return nil, err
	}
	resp, err := t.authorized(req, body, purposeOf(req.Context()))
	if err != nil {
		return nil, err
	}
	next := t.redirect(req, resp)
	if next == nil {
		return resp, nil
	}
	_, _ = readSome(resp, maxErrorBody)
	exchangeOf(resp).finding("The redirect stays on the origin and keeps method and body: it is followed, once.")
	return t.authorized(next, body, wire.PurposeRedirect)
}

// maxAuthorized is how often a request is sent at most: as it is, with the nonce that a DPoP server asks for, and with a
// token that was refreshed.
const maxAuthorized = 3

// authorized sends req, and again when the authorizer asks for it.
func (t *tap) authorized(req *http.Request, body []byte, purpose string) (*http.Response, error) {
	for n := 1; ; n++ {
		resp, err := t.send(req, body, purpose)
		if err != nil || t.auth == nil || !sameOrigin(req.URL, t.origin) || t.pinned(callOf(req.Context())) || !t.auth.Observe(resp) || n == maxAuthorized {
			return resp, err
		}
		_, _ = readSome(resp, maxErrorBody)
		exchangeOf(resp).finding("The authorizer asked to send the request once more with new credentials.")
		purpose = wire.PurposeRetry
	}
}

// redirect makes the request a same-origin 307 or 308 asks for, or nil. Everything else that is a redirect stays
// an answer: it could take secret headers to another origin, or turn a POST into a GET.
func (t *tap) redirect(req *http.Request, resp *http.Response) *http.Request {
	if resp.StatusCode != http.StatusTemporaryRedirect && resp.StatusCode != http.StatusPermanentRedirect {
		return nil
	}
	to, err := req.URL.Parse(resp.Header.Get("Location"))
	if err != nil || resp.Header.Get("Location") == "" || !sameOrigin(to, req.URL) {
		return nil
	}
	next := req.Clone(req.Context())
	next.URL = to
	return next
}

func takeBody(req *http.Request) ([]byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	defer req.Body.Close()
	b, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, fmt.Errorf("read the request's body: %w", err)
	}
	return b, nil
}

// send makes one exchange.
func (t *tap) send(req *http.Request, body []byte, purpose string) (*http.Response, error) {
	c := callOf(req.Context())
	out := req.Clone(req.Context())
	if body != nil {
		out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	}
	if err := t.stamp(out, c); err != nil {
		return nil, err
	}
	x := t.open(out, body, c, purpose)
	t.tell(out, x)
	out = out.WithContext(x.trace(out.Context()))
	resp, err := t.base.RoundTrip(out)
	if err != nil {
		return nil, x.fail(out, err)
	}
	x.head(resp)
	resp.Body = t.body(resp, x)
	return resp, nil
}

// stamp sets what the profile, the call and the authorizer want in the request's head. The later wins, but for an
// Authorization header that the user set: it is sent as it is.
func (t *tap) stamp(req *http.Request, c *call) error {
	req.Header.Set("User-Agent", "Sightglass")
	req.Header.Set("Accept-Encoding", "gzip")
	if t.origin == nil || !sameOrigin(req.URL, t.origin) {
		return nil
	}
	set := func(h http.Header) {
		for name, values := range h {
			req.Header[http.CanonicalHeaderKey(name)] = append([]string(nil), values...)
			if strings.EqualFold(name, "Host") && len(values) > 0 {
				req.Host = values[0]
			}
		}
	}
	set(t.headers)
	if c != nil {
		set(c.header)
	}
	if t.auth == nil || t.pinned(c) {
		return nil
	}
	return t.authorize(req, c)
}

// pinned tells whether the user set the Authorization header: then there is nothing for the authorizer to do.
func (t *tap) pinned(c *call) bool {
	return hasAny(t.headers, []string{"Authorization"}) || c != nil && hasAny(c.header, []string{"Authorization"})
}

func (t *tap) authorize(req *http.Request, c *call) error {
	if err := t.auth.Authorize(req); err != nil {
		step := "authorize the request"
		if c != nil {
			step = c.step
		}
		f := t.rec.fault(fault.Connect, step, "The credentials for the request could not be made: "+err.Error()+".", "Sign in again.")
		var known *fault.CallError
		if errors.As(err, &known) {
			own := *known
			f, own.Step = &own, step
		}
		f.Cause = err
		return f
	}
	if _, credentials, ok := strings.Cut(req.Header.Get("Authorization"), " "); ok {
		t.rec.mask.Add(t.rec.scope, "token", credentials)
	}
	return nil
}

// tell says once, on the first exchange, that the profile's own Authorization is sent although there is a token.
func (t *tap) tell(req *http.Request, x *exchange) {
	has, ok := t.auth.(interface{ HasToken(context.Context) bool })
	if !ok || x.call == nil || !sameOrigin(req.URL, t.origin) || !hasAny(t.headers, []string{"Authorization"}) || !t.told.CompareAndSwap(false, true) {
		return
	}
	l := x.call.link
	l.spawn(func() { // the keychain may take its time, and the request needs nothing of it
		if has.HasToken(l.ctx) {
			x.finding("The server's settings have an Authorization header: it is sent, and the token of the sign-in is not.")
		}
	})
}

// open appends the entry of an exchange, and that of the frame it carries, before anything is sent: an answer can
// never stand before its request.
func (t *tap) open(req *http.Request, body []byte, c *call, purpose string) *exchange {
	x := &exchange{rec: t.rec, call: c, keep: maxRecordedBody, oauth: t.oauth}
	x.ex = wire.Exchange{
		Method: req.Method, URL: t.rec.mask.URL(t.rec.scope, req.URL.String()),
		RequestHeaders: t.rec.mask.HTTPHeader(t.rec.scope, req.Header),
	}
	e := wire.Entry{
		Conn: t.rec.conn, Kind: wire.KindHTTP, Dir: wire.Out, Method: req.Method, Name: clip([]byte(x.ex.URL), maxShownURL),
		Open: true, ReqBytes: int64(len(body)), Purpose: purpose,
	}
	if c != nil {
		e.Call = c.name
	}
	x.start()
	ex := x.ex
	x.seq = t.rec.log.Append(wire.Draft{Entry: e, Exchange: &ex, Request: x.masked(req.Header, body)})
	if c == nil {
		return x
	}
	c.saw(x.seq)
	if c.takeFrame(req.Method) {
		c.begins(t.rec.frame(c.frame, &c.msg, c.info(x.seq)))
	}
	return x
}

// takeFrame reports, once, that the call's frame is on its way.
func (c *call) takeFrame(method string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if method != http.MethodPost || len(c.frame) == 0 && c.hand == nil || c.entry != 0 {
		return false
	}
	return true
}

// body wraps the response body: decoded, recorded while it is read.
func (t *tap) body(resp *http.Response, x *exchange) io.ReadCloser {
	var r io.Reader = resp.Body
	if strings.EqualFold(strings.TrimSpace(resp.Header.Get("Content-Encoding")), "gzip") {
		r = &lazyGzip{src: resp.Body}
		resp.ContentLength = -1
	}
	if mediaType(resp) == "text/event-stream" {
		x.keep = maxRecordedStream
	}
	return &recordedBody{r: r, closer: resp.Body, x: x, resp: resp}
}

// lazyGzip decodes on the first read, so that a stream's head is not held up.
type lazyGzip struct {
	src io.Reader
	z   *gzip.Reader
	err error
}

func (g *lazyGzip) Read(p []byte) (int, error) {
	if g.z == nil && g.err == nil {
		g.z, g.err = gzip.NewReader(g.src)
	}
	if g.err != nil {
		return 0, g.err
	}
	return g.z.Read(p)
}

// recordedBody records what its reader reads.
type recordedBody struct {
	r      io.Reader
	closer io.Closer
	x      *exchange
	resp   *http.Response
}

func (b *recordedBody) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.x.took(p[:n])
	if err != nil {
		b.x.finish(b.resp, err)
	}
	return n, err
}

func (b *recordedBody) Close() error {
	err := b.closer.Close()
	b.x.finish(b.resp, nil)
	return err
}

// exchangeOf returns the exchange behind a response of the tap.
func exchangeOf(resp *http.Response) *exchange {
	if b, ok := resp.Body.(*recordedBody); ok {
		return b.x
	}
	return &exchange{}
}

func purposeOf(ctx context.Context) string {
	if c := callOf(ctx); c != nil {
		return c.purpose
	}
	return ""
}

func mediaType(resp *http.Response) string {
	t, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(t))
}
