package transport

import (
	"bytes"
	"context"
	"net/http"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// deliver posts a message that has no answer. The POST lives on when the caller's patience ends, up to replyTime:
// a question may have waited longer for its person than any timeout.
func (l *link) deliver(ctx context.Context, c *call, send func(context.Context) (*http.Response, string, error)) error {
	done := make(chan error, 1)
	l.spawn(func() {
		bound, cancel := context.WithTimeout(context.WithValue(l.ctx, callKey{}, c), replyTime)
		defer cancel()
		resp, session, err := send(bound)
		if err != nil {
			done <- err
			return
		}
		l.delivered(c, resp, session, func(err error) { done <- err })
	})
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// delivered reads the answer to a message that needs none, and reports once.
func (l *link) delivered(c *call, resp *http.Response, session string, report func(error)) {
	if f, _ := l.status(c, resp, session); f != nil {
		resp.Body.Close()
		if l.refused != nil && f.Kind == fault.Auth && c.msg.isResponse() {
			l.refused(f)
		}
		report(f)
		return
	}
	if mediaType(resp) == "text/event-stream" { // allowed by nobody, sent by some: its messages are shown and used
		exchangeOf(resp).finding("An event stream in answer to a message that is no request; 202 Accepted without a body is right (" + rulePost + ").")
		st := l.newStream(resp, nil)
		st.purpose = "stray"
		report(nil)
		_ = runUntil(l.ctx, st)
		return
	}
	body, _ := readSome(resp, maxErrorBody)
	if len(bytes.TrimSpace(body)) > 0 {
		m := parseMessage(body)
		x := exchangeOf(resp)
		x.finding("A body in answer to a message that is no request; 202 Accepted without a body is right (" + rulePost + ").")
		if m.kind != wire.MsgInvalid {
			info := frameInfo{dir: wire.In, exchange: x.seq, withheld: "It answers no request of ours.", findings: m.findings}
			l.rec.frame(body, &m, info)
		}
	}
	report(nil)
}
