package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// listen opens the standalone GET stream and keeps it open until Close: "The client MAY issue an HTTP GET to the MCP
// endpoint. This can be used to open an SSE stream, allowing the server to communicate to the client" (2025-11-25,
// basic/transports, Listening for Messages from the Server).
func (s *streamable) listen(refused func(error)) {
	s.mu.Lock()
	if s.listening {
		s.mu.Unlock()
		return
	}
	s.listening = true
	s.mu.Unlock()
	s.link.spawn(func() {
		f := s.keepListening()
		s.mu.Lock()
		s.listening = false // before anybody is told: who has a token may listen again at once
		s.mu.Unlock()
		if f == nil {
			return
		}
		if s.link.refused != nil {
			s.link.refused(f)
		}
		if refused != nil {
			refused(f)
		}
	})
}

// keepListening reads the GET stream and opens it again when it ends, with a pause that grows while nothing comes. It
// returns the refusal that ended it, if one did.
func (s *streamable) keepListening() *fault.CallError {
	cursor := &s.heard
	cursor.fruitless = 0
	if s.shown == nil {
		s.shown = s.link.streams.add(StreamGet, "")
	}
	for {
		again, f := s.listenOnce(cursor)
		if !again || s.link.closing() {
			if f != nil && f.Kind == fault.Auth {
				return f
			}
			return nil
		}
		pause := cursor.pause()
		if cursor.lastID == "" || cursor.fruitless > 0 {
			pause = max(pause, defaultRetry) // nothing is waiting to be resumed
		}
		s.link.rec.lifecycle("the GET stream ended: opening it again in %s", pause.Round(time.Millisecond))
		s.shown.waits(pause, "")
		if !sleep(s.link.ctx, pause) {
			return nil
		}
	}
}

// listenOnce opens the stream once and reads it to its end. again tells whether another attempt makes sense.
func (s *streamable) listenOnce(cursor *resume) (again bool, f *fault.CallError) {
	ctx, c := s.link.newCall(s.link.ctx, "GET", "listen on the GET stream", nil)
	defer c.cancel(nil)
	c.purpose, c.where = wire.PurposeListen, "the GET stream"
	var extra http.Header
	if cursor.lastID != "" {
		extra = http.Header{"Last-Event-Id": {cursor.lastID}}
	}
	s.shown.asked()
	resp, session, err := s.exchange(ctx, http.MethodGet, c, extra) //nolint:bodyclose // status, readSome or runUntil close it
	if err != nil {
		cursor.fruitless++
		return s.link.ctx.Err() == nil, nil
	}
	if f, _ := s.link.status(c, resp, session); f != nil {
		return s.listenRefused(resp, f, cursor), f
	}
	if mediaType(resp) != "text/event-stream" {
		_, _ = readSome(resp, maxErrorBody)
		s.shown.over(StreamRefused, exchangeOf(resp).seq, "The answer is no event stream.")
		exchangeOf(resp).finding(fmt.Sprintf("A GET stream has to be text/event-stream, not %q (%s); it is not asked for again.", resp.Header.Get("Content-Type"), ruleListen))
		return false, nil
	}
	st := s.link.newStream(resp, nil)
	st.purpose, st.isGet, st.status = wire.PurposeListen, true, s.shown
	s.shown.opened(st.x.seq)
	st.answered = (*call).leave
	err = runUntil(ctx, st)
	cursor.note(st)
	if err != nil && !errors.Is(err, io.EOF) {
		s.link.rec.lifecycle("the GET stream broke off: %v", err)
	}
	return s.link.ctx.Err() == nil, nil
}

// listenRefused decides on a refusal: a server that has no GET stream answers 405, and any other 4xx will not
// change by asking again; 408 and 429 ask for patience.
func (s *streamable) listenRefused(resp *http.Response, f *fault.CallError, cursor *resume) bool {
	code := resp.StatusCode
	x := exchangeOf(resp)
	switch {
	case code == http.StatusMethodNotAllowed:
		s.shown.over(StreamAbsent, x.seq, "The server has none (405), which is allowed.")
		s.link.rec.lifecycle("the server has no GET stream (405), which is allowed")
		return false
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		s.shown.over(StreamRefused, x.seq, fmt.Sprintf("The server refused it with HTTP %d.", code))
		x.finding("The GET stream was refused; it is not asked for again.")
		return false
	case code >= 500, code == http.StatusTooManyRequests, code == http.StatusRequestTimeout:
		cursor.fruitless = max(cursor.fruitless+1, 2) // never at full speed
		x.finding("The GET stream could not be opened: " + f.Message)
		return s.link.ctx.Err() == nil
	}
	s.shown.over(StreamRefused, x.seq, f.Message)
	x.finding("The GET stream could not be opened and is not asked for again: " + f.Message)
	return false
}

// runUntil runs a stream and closes its body when ctx ends.
func runUntil(ctx context.Context, st *stream) error {
	stop := context.AfterFunc(ctx, func() { st.resp.Body.Close() })
	defer stop()
	defer st.resp.Body.Close()
	return st.run()
}
