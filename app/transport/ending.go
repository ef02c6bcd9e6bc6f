package transport

import (
	"context"
	"net/http"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// shutdown ends the session: "Clients that no longer need a particular session SHOULD send an HTTP DELETE to the MCP
// endpoint with the Mcp-Session-Id header".
func (s *streamable) shutdown(ctx context.Context) {
	defer s.tap.base.(*http.Transport).CloseIdleConnections()
	if s.GetSessionId() == "" {
		s.link.cancel()
		return
	}
	_, c := s.link.newCall(ctx, "DELETE", "end the session", nil)
	defer c.cancel(nil)
	c.purpose, c.where = wire.PurposeDelete, "the session DELETE"
	bound, cancel := context.WithTimeout(context.WithValue(ctx, callKey{}, c), deleteTime)
	defer cancel()
	resp, session, err := s.exchange(bound, http.MethodDelete, c, nil) //nolint:bodyclose // deleted reads it to its end
	if err == nil {
		s.deleted(c, resp, session)
	} else {
		_, f := c.outcome(bound, err) // not err's own text: it quotes the URL
		s.link.rec.lifecycle("the session could not be ended: %s", f.Message)
	}
	s.mu.Lock()
	s.session = ""
	s.mu.Unlock()
	s.link.cancel()
}

func (s *streamable) deleted(c *call, resp *http.Response, session string) {
	r := s.link.rec
	switch code := resp.StatusCode; {
	case code == http.StatusMethodNotAllowed:
		_, _ = readSome(resp, maxErrorBody)
		r.lifecycle("the server does not let clients end a session (405), which is allowed")
	case code == http.StatusNotFound:
		_, _ = readSome(resp, maxErrorBody)
		r.lifecycle("the session was over already (404)")
	case code < 300:
		_, _ = readSome(resp, maxErrorBody)
		r.lifecycle("session ended (DELETE: %d)", code)
	default:
		f, _ := s.link.status(c, resp, session)
		if f == nil {
			return
		}
		r.finding(exchangeOf(resp).seq, "The session's DELETE was refused: "+f.Message)
		if f.Kind == fault.Auth && s.link.refused != nil {
			s.link.refused(f)
		}
	}
}
