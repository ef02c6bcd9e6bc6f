package session

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"time"

	"github.com/sightglass-dev/sightglass/app/transport"
)

// RawDraft is a request or notification as it would be sent, for a person to change.
type RawDraft struct {
	Frame    []byte
	ID       string   // of a request, compact JSON: an id that no request of the session has
	Used     string   // the id of the session's last request, compact JSON
	Findings []string // what is wrong with the params, one sentence each
}

// RawInput is a frame written by hand.
type RawInput struct {
	Call   string        // as CallInput.Call
	Frame  []byte        // sent byte for byte, on stdio with a newline behind it
	Header http.Header   // HTTP: wins over [Session.RawHeader]; a name with no values is not sent
	Wait   time.Duration // stdio and HTTP+SSE: how long to read on after the frame was written; an answer with its id ends it
}

// stepRaw names a frame written by hand among the calls.
const stepRaw = "frame by hand"

// Draft makes the frame that a request or notification would be, with what the session adds to its params. number
// tells several drafts apart: it is a part of the id.
func (s *Session) Draft(method string, params json.RawMessage, notification bool, number int) (RawDraft, error) {
	if params != nil {
		if err := jsonSyntax(params); err != nil {
			return RawDraft{}, s.input(method, "The params are no JSON: "+err.Error()+".")
		}
	}
	d := RawDraft{Used: string(quoteJSON(s.ids.used()))}
	id := ""
	if !notification {
		id = fmt.Sprintf("hand-%d", number)
		d.ID = string(quoteJSON(id))
		params, _, d.Findings = s.dress(CallInput{Method: method}, params, "", "")
	}
	var err error
	if d.Frame, err = transport.Frame(id, method, params); err != nil {
		return RawDraft{}, s.input(method, err.Error())
	}
	return d, nil
}

// RawHeader are the headers with which a frame is posted, nil on stdio: those of the transport, of the version, and
// those that repeat what the frame says. The session id among them is a secret: mask it before showing it.
func (s *Session) RawHeader(frame []byte) http.Header {
	if s.info.Transport == Stdio {
		return nil
	}
	h := http.Header{"Content-Type": {"application/json"}}
	if s.info.Transport == HTTP {
		h.Set("Accept", "application/json, text/event-stream")
	}
	if s.era() == Modern {
		maps.Copy(h, s.mirrored(frame))
		return h
	}
	h.Set(headerVersion, s.info.Version)
	if id := s.SessionID(); id != "" {
		h.Set("Mcp-Session-Id", id)
	}
	return h
}

// mirrored are the headers that repeat what a frame says, as a modern request has them; what the frame does not say is
// not repeated.
func (s *Session) mirrored(frame []byte) http.Header {
	if s.era() != Modern || s.info.Transport == Stdio {
		return nil
	}
	method, ok := text(field(frame, "method"))
	params := field(frame, "params")
	version := s.info.Version
	if own, is := text(field(field(params, "_meta"), metaVersion)); is {
		version = own
	}
	h := standardHeaders(method, params, version)
	if !ok {
		h.Del(headerMethod)
	}
	if method == methodToolsCall {
		name, _ := text(field(params, "name"))
		extra, _ := paramHeaders(s.tools.bindings(name, nil), field(params, "arguments"))
		maps.Copy(h, extra)
	}
	return h
}

// SendRaw sends a frame as it is, sound or broken, and gathers what it brings. It is among the calls in flight:
// [Session.Cancel] and ctx end the wait, which is no error. Nothing that comes of it ends another call or the session.
func (s *Session) SendRaw(ctx context.Context, in RawInput) (*transport.RawAnswer, error) {
	out := &transport.RawAnswer{}
	sender, ok := s.link.(transport.RawSender)
	if !ok {
		return out, s.input(stepRaw, "This path sends no frames by hand.")
	}
	h := s.mirrored(in.Frame)
	if h == nil {
		h = http.Header{}
	}
	for name, values := range in.Header {
		h[http.CanonicalHeaderKey(name)] = values
	}
	s.ids.avoid(in.Frame)
	_, err := s.run(ctx, CallInput{Call: in.Call, Method: stepRaw, Timeout: -1}, func(ctx context.Context, _ *flight) (*Result, error) {
		var err error
		out, err = sender.Raw(ctx, transport.RawFrame{Frame: in.Frame, Header: h, Call: in.Call, Wait: in.Wait})
		if err != nil {
			err = s.fault(err, stepRaw)
		}
		return nil, err
	})
	return out, err
}
