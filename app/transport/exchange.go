package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// exchange is one HTTP exchange while it lasts. The trace calls it from net/http's goroutines.
type exchange struct {
	rec  *recorder
	call *call
	seq  uint64
	keep int // bytes of the response body that are kept
	// oauth: the bodies are OAuth's
	oauth bool

	mu       sync.Mutex
	ex       wire.Exchange
	sentHead []wire.Header                                                    // as written, in order
	phase    string                                                           // what is being waited for, in words
	at       struct{ start, dns, connect, tls, wrote, first, last time.Time } // last: the last bytes of the body read so far
	conn     *clocked
	tlsState *tls.ConnectionState
	body     []byte
	size     int64
	status   int
	end      sync.Once // ends the entry; who comes second waits until it is written
}

func (x *exchange) start() {
	x.at.start = time.Now()
	x.phase = "for a connection"
}

// trace hooks the exchange into net/http.
func (x *exchange) trace(ctx context.Context) context.Context {
	locked := func(f func()) {
		x.mu.Lock()
		defer x.mu.Unlock()
		f()
	}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSStart: func(i httptrace.DNSStartInfo) {
			locked(func() { x.at.dns, x.phase = time.Now(), "for the address of "+i.Host })
		},
		DNSDone: func(httptrace.DNSDoneInfo) { locked(func() { x.ex.Timing.DNS = micros(x.at.dns) }) },
		ConnectStart: func(_, addr string) {
			locked(func() { x.at.connect, x.phase = time.Now(), "for a connection to "+addr })
		},
		ConnectDone: func(_, addr string, err error) {
			locked(func() { x.ex.Timing.Connect, x.ex.RemoteAddr = micros(x.at.connect), addr })
		},
		TLSHandshakeStart: func() { locked(func() { x.at.tls, x.phase = time.Now(), "for the TLS handshake" }) },
		TLSHandshakeDone: func(cs tls.ConnectionState, _ error) {
			locked(func() { x.ex.Timing.TLS, x.tlsState = micros(x.at.tls), &cs })
		},
		GotConn: func(i httptrace.GotConnInfo) {
			locked(func() {
				x.ex.Timing.Reused, x.ex.RemoteAddr = i.Reused, i.Conn.RemoteAddr().String()
				x.sentHead, x.phase, x.conn = nil, "to write the request", clockedOf(i.Conn)
			})
			if x.call != nil {
				x.call.writes(time.Now())
			}
		},
		WroteHeaderField: func(name string, values []string) {
			locked(func() {
				for _, v := range values {
					x.sentHead = append(x.sentHead, wire.Header{Name: name, Value: v})
				}
			})
		},
		WroteRequest: func(httptrace.WroteRequestInfo) {
			now := time.Now()
			locked(func() { x.at.wrote, x.phase = now, "for the response's head" })
			if x.call != nil {
				x.call.wrote(now)
			}
		},
		GotFirstResponseByte: func() { locked(func() { x.at.first = time.Now() }) },
	})
}

// micros is the time since t in microseconds; at least 1 for a phase that happened.
func micros(t time.Time) int64 { return between(t, time.Now()) }

func between(a, b time.Time) int64 {
	if a.IsZero() || b.IsZero() || b.Before(a) {
		return 0
	}
	return max(1, b.Sub(a).Microseconds())
}

// waitingFor says what the exchange is waiting for.
func (x *exchange) waitingFor() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.phase
}

// head records the response's head.
func (x *exchange) head(resp *http.Response) {
	x.mu.Lock()
	x.phase = "for the rest of the answer"
	x.status = resp.StatusCode
	x.ex.Proto, x.ex.Status, x.ex.StatusText = resp.Proto, resp.StatusCode, x.rec.text(statusText(resp))
	x.ex.ResponseHeaders = x.rec.mask.HTTPHeader(x.rec.scope, resp.Header)
	x.ex.Uncompressed = strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip")
	if resp.TLS != nil {
		x.tlsState = resp.TLS
	}
	// On HTTP/1 the last bytes the socket took were the request's; HTTP/2 writes for others too.
	if write, _ := x.conn.times(); x.call != nil && resp.ProtoMajor == 1 && !write.IsZero() {
		x.call.writes(write)
	}
	x.settle()
	ex := x.ex
	x.mu.Unlock()
	x.rec.log.Update(x.seq, func(d *wire.Draft) {
		d.Exchange, d.Entry.Status = &ex, ex.Status
		if resp.StatusCode != http.StatusUnauthorized && resp.StatusCode != http.StatusForbidden && len(resp.Header.Values("WWW-Authenticate")) > 0 {
			d.Entry.Findings = append(append([]string(nil), d.Entry.Findings...),
				fmt.Sprintf("A WWW-Authenticate header on status %d: it is shown and starts nothing.", resp.StatusCode))
		}
	})
}

// settle fills what the trace learnt. The lock is held.
func (x *exchange) settle() {
	if len(x.sentHead) > 0 {
		x.ex.RequestHeaders = x.rec.mask.Header(x.rec.scope, append([]wire.Header(nil), x.sentHead...))
	}
	x.ex.Timing.Wait = between(x.at.wrote, x.at.first)
	if x.tlsState != nil {
		x.ex.TLS = tlsLine(x.tlsState)
	}
}

func statusText(resp *http.Response) string {
	_, text, _ := strings.Cut(resp.Status, " ")
	return text
}

func tlsLine(cs *tls.ConnectionState) string {
	line := tls.VersionName(cs.Version) + ", " + tls.CipherSuiteName(cs.CipherSuite)
	if len(cs.PeerCertificates) > 0 {
		c := cs.PeerCertificates[0]
		line += fmt.Sprintf(", certificate of %s by %s, valid until %s", c.Subject, c.Issuer, c.NotAfter.UTC().Format(time.DateOnly))
	}
	return line
}

// took records bytes of the body, read just now.
func (x *exchange) took(b []byte) {
	if len(b) == 0 {
		return
	}
	now := time.Now()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.at.last = now
	x.size += int64(len(b))
	if room := x.keep - len(x.body); room > 0 {
		x.body = append(x.body, b[:min(room, len(b))]...)
	}
}

// read is when the last bytes of the body were read: that, and not the end of what we do with them, is when an answer
// was there. Zero before any. The socket may have had them before they were asked for.
func (x *exchange) read() time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	if _, read := x.conn.times(); !read.IsZero() && read.Before(x.at.last) {
		return read
	}
	return x.at.last
}

// finish closes the entry, once. err is the body's last error; io.EOF is a good end.
func (x *exchange) finish(resp *http.Response, err error) {
	x.end.Do(func() { x.finished(resp, err) })
}

func (x *exchange) finished(resp *http.Response, err error) {
	x.mu.Lock()
	now := time.Now()
	x.ex.Timing.Transfer, x.ex.Timing.Total = between(x.at.first, now), between(x.at.start, now)
	if err != nil && !errors.Is(err, io.EOF) {
		x.ex.Err = x.rec.text("the body broke off: " + err.Error())
	}
	if len(resp.Trailer) > 0 {
		x.ex.Trailers = x.rec.mask.HTTPHeader(x.rec.scope, resp.Trailer)
	}
	x.settle()
	ex, body, size := x.ex, x.body[:min(len(x.body), maxRecordedBody)], x.size
	cut := size > int64(len(body))
	x.mu.Unlock()
	body = x.masked(resp.Header, body)
	x.rec.log.Update(x.seq, func(d *wire.Draft) {
		d.Exchange, d.Response = &ex, body
		d.Entry.Open, d.Entry.Took, d.Entry.Bytes = false, ex.Timing.Total, size
		d.Entry.Cut = d.Entry.Cut || cut
	})
}

// masked is a body for the log. h is the head it came with.
func (x *exchange) masked(h http.Header, body []byte) []byte {
	if x.oauth {
		return x.rec.mask.OAuthBody(x.rec.scope, h.Get("Content-Type"), body)
	}
	return x.rec.mask.Text(x.rec.scope, body)
}

// fail closes the entry of an exchange that got no answer.
func (x *exchange) fail(req *http.Request, err error) error {
	f := x.rec.netFault(req, x, err)
	x.end.Do(func() { x.failed(f) })
	f.Entries = append([]uint64{x.seq}, f.Entries...)
	return f
}

func (x *exchange) failed(f *fault.CallError) {
	x.mu.Lock()
	x.ex.Timing.Total = micros(x.at.start)
	x.ex.Err = f.Message
	x.settle()
	ex := x.ex
	x.mu.Unlock()
	x.rec.log.Update(x.seq, func(d *wire.Draft) {
		d.Exchange = &ex
		d.Entry.Open, d.Entry.Took = false, ex.Timing.Total
	})
}

func (x *exchange) finding(text string) { x.rec.finding(x.seq, text) }

// header is the response's head, masked.
func (x *exchange) header() http.Header {
	x.mu.Lock()
	defer x.mu.Unlock()
	out := http.Header{}
	for _, h := range x.ex.ResponseHeaders {
		out[h.Name] = append(out[h.Name], h.Value)
	}
	return out
}

// tokenSent tells whether the request carried an Authorization header.
func (x *exchange) tokenSent() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, h := range x.ex.RequestHeaders {
		if strings.EqualFold(h.Name, "Authorization") {
			return true
		}
	}
	return false
}
