package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/wire"
)

const (
	// signInTime bounds one exchange of a sign-in, redirects and all.
	signInTime = 20 * time.Second
	// maxSignInBody bounds its answer, in bytes: metadata and tokens are far smaller.
	maxSignInBody = 1 << 20
	// maxSignInHops is how many redirects a GET of metadata follows.
	maxSignInHops = 3
	// signInHeaders bounds the head of an answer, in bytes.
	signInHeaders = 256 << 10
)

// SignInClient sends the requests of a sign-in: tapped like every other, kept from addresses that no server may
// choose (RFC 9728 section 7.7), bounded in size and time. It adds no credentials and none of the profile's headers,
// and keeps no cookies. It is safe for concurrent use.
type SignInClient struct {
	rec   *recorder
	tap   *tap
	gate  *gate
	limit time.Duration
}

// SignInRequest is one request of a sign-in.
type SignInRequest struct {
	Method  string
	URL     string
	Header  http.Header // may be nil
	Body    []byte
	Purpose string // wire.Entry.Purpose
	Follow  bool   // a GET that follows redirects, at most three; otherwise a redirect is the answer
}

// SignInAnswer is the answer to a [SignInRequest].
type SignInAnswer struct {
	Status    int
	Header    http.Header // as it came: it may hold credentials
	Body      []byte      // as it came, decoded; at most 1 MiB
	Cut       bool        // the body was longer
	URL       string      // where the answer came from, after redirects
	Entries   []uint64    // of the log, one for each exchange
	Unchecked bool        // it went through a proxy, and where the name leads could not be found out here
}

// NewSignInClient makes the client of one profile's sign-in. t.URL is the MCP server; t.Headers and o.Auth are not
// used. Network settings that cannot be used are the error of every request.
func NewSignInClient(t Target, o Options, g Guard) *SignInClient {
	s := &SignInClient{rec: newRecorder(t, o), limit: signInTime}
	s.gate = newGate(t, g, s.rec)
	s.tap = &tap{rec: s.rec, base: s.gate, oauth: true}
	return s
}

// Close frees the connections that are kept. The client may be used on.
func (s *SignInClient) Close() { s.gate.closeIdle() }

// Do sends one request and reads the whole answer, within 20 seconds. An answer of any status is no error; every
// error is a [fault.CallError] with its entries.
//
// A redirect is followed by a GET with Follow, without a body and without credentials, and only when the next
// address passes the same checks as the first; from https to http it is not followed. Else it is the answer.
func (s *SignInClient) Do(ctx context.Context, r SignInRequest) (*SignInAnswer, error) {
	ctx, cancel := context.WithTimeout(apart{ctx}, s.limit)
	defer cancel()
	visit := &visit{}
	ctx = context.WithValue(ctx, visitKey{}, visit)
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, nil)
	if err != nil {
		f := s.rec.fault(fault.Input, r.Purpose, fmt.Sprintf("The URL %q is not usable.", clip([]byte(s.rec.mask.URL(s.rec.scope, r.URL)), 500)), "The server that named this URL has to name a whole one: https://host/path.")
		return nil, f
	}
	for name, values := range r.Header {
		req.Header[http.CanonicalHeaderKey(name)] = append([]string(nil), values...)
	}
	a := &SignInAnswer{}
	for purpose := r.Purpose; ; purpose = wire.PurposeRedirect {
		resp, err := s.tap.send(req, r.Body, purpose) //nolint:bodyclose // read closes it
		if err != nil {
			return nil, s.failed(err, r.Purpose, a)
		}
		if err := s.read(resp, a); err != nil {
			return nil, s.failed(err, r.Purpose, a)
		}
		next := s.next(req, resp, r, len(a.Entries))
		if next == nil {
			a.Unchecked = visit.unchecked.Load()
			return a, nil
		}
		req = next
	}
}

// apart is a context without the MCP call and the trace in it: a token refreshed in the middle of a call is an exchange
// of its own.
type apart struct{ context.Context }

// Value implements context.Context.
func (a apart) Value(key any) any {
	if _, ok := key.(callKey); ok {
		return nil
	}
	v := a.Context.Value(key)
	if _, ok := v.(*httptrace.ClientTrace); ok {
		return nil
	}
	return v
}

// failed completes an error: the entries of the hops before it, and advice that fits a sign-in.
func (s *SignInClient) failed(err error, step string, a *SignInAnswer) *fault.CallError {
	var f *fault.CallError
	if !errors.As(err, &f) {
		f = s.rec.fault(fault.Connect, step, "The request could not be sent: "+s.rec.text(err.Error())+".", "")
		f.Cause = err
	}
	own := *f
	f = &own
	if f.Step == "" {
		f.Step = step
	}
	if f.Kind == fault.Timeout {
		f.Hint = "The server may be slow or stuck, or the address wrong: try again, and look at the server's log."
	}
	f.Entries = uniq(append(append([]uint64(nil), a.Entries...), f.Entries...))
	return f
}

// read reads an answer to its end or its bound.
func (s *SignInClient) read(resp *http.Response, a *SignInAnswer) error {
	x := exchangeOf(resp)
	a.Entries = append(a.Entries, x.seq)
	a.Status, a.Header, a.URL, a.Cut = resp.StatusCode, resp.Header, resp.Request.URL.String(), false
	body, err := readWhole(resp, maxSignInBody)
	a.Body = bytes.Clone(body) // the log masks and keeps its own
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errTooLong):
		a.Cut = true
		x.finding(fmt.Sprintf("The answer is longer than the %d MiB that are read in a sign-in.", maxSignInBody>>20))
		return nil
	}
	ctx := resp.Request.Context()
	if ended(ctx) {
		f := s.rec.fault(fault.Timeout, "", "", "")
		f.Status, f.Header = resp.StatusCode, x.header() // of a stream that was opened where a refusal was expected
		return s.rec.cutOff(resp.Request, x, f)
	}
	f := s.rec.fault(fault.Closed, "", fmt.Sprintf("The answer of %s broke off: %s.", hostPort(resp.Request.URL), s.rec.text(err.Error())), "The server or something in between closed the connection early: try again.")
	f.Status, f.Header, f.Detail, f.Cause = resp.StatusCode, x.header(), s.rec.quote(body), err
	return f
}

// credentialHeaders are never sent on to where a redirect points.
var credentialHeaders = []string{"Authorization", "Dpop", "Cookie", "Proxy-Authorization"}

// next is the request that follows a redirect, or nil when the redirect is the answer.
func (s *SignInClient) next(req *http.Request, resp *http.Response, r SignInRequest, hops int) *http.Request {
	location := resp.Header.Get("Location")
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil
	}
	x := exchangeOf(resp)
	if location == "" {
		x.finding("The redirect names no Location (" + ruleLocation + ").")
		return nil
	}
	to, err := req.URL.Parse(location)
	why := ""
	switch {
	case !r.Follow || r.Method != http.MethodGet || len(r.Body) > 0:
		why = "only a GET of metadata follows redirects."
	case err != nil:
		why = "its Location is no URL."
	case hasAny(req.Header, credentialHeaders):
		why = "the request carries credentials, which go to no other address."
	case req.URL.Scheme == "https" && to.Scheme != "https":
		why = "it leads from https to " + to.Scheme + "."
	case hops > maxSignInHops:
		why = fmt.Sprintf("it is the redirect after %d others.", maxSignInHops)
	}
	if why != "" {
		x.finding("The redirect is not followed: " + why)
		return nil
	}
	next := req.Clone(req.Context())
	next.URL, next.Host = to, ""
	to.Fragment = ""
	return next
}

func hasAny(h http.Header, names []string) bool {
	for _, n := range names {
		if len(h.Values(n)) > 0 {
			return true
		}
	}
	return false
}

// shown is a URL for a sentence.
func (r *recorder) shown(u *url.URL) string {
	return clip([]byte(r.mask.URL(r.scope, u.String())), 500)
}
