package session

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/sightglass-dev/sightglass/app/transport"
)

// maxRefused bounds the refused calls that are kept; the oldest goes first.
const maxRefused = 32

// purposeReplay marks a refused request that is sent again.
const purposeReplay = "replay"

// refused is a call whose request the server refused for want of credentials: it is kept to be sent again as it was.
type refused struct {
	in     CallInput
	params json.RawMessage // of the round that was refused
	req    transport.Request
	rounds int
	log    []Round
}

// keepRefused remembers a request that was refused with 401 or 403.
func (s *Session) keepRefused(f *flight, in CallInput, params json.RawMessage, req transport.Request, r *Result) {
	in.Call = f.id
	k := &refused{in: in, params: params, req: req, rounds: r.Rounds, log: r.Log}
	k.req.Purpose = purposeReplay
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = slices.DeleteFunc(s.refused, func(o *refused) bool { return o.in.Call == f.id })
	if s.refused = append(s.refused, k); len(s.refused) > maxRefused {
		s.refused = s.refused[1:]
	}
}

func (s *Session) takeRefused(is func(*refused) bool) *refused {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.refused, is)
	if i < 0 {
		return nil
	}
	k := s.refused[i]
	s.refused = slices.Delete(s.refused, i, i+1)
	return k
}

// Replay sends the request of a refused call again, byte for byte and under its own id, marked as a replay, and goes
// on as [Session.Call] does. A call that is refused once more can be replayed once more. The error of a call that was
// not refused is of kind input.
func (s *Session) Replay(ctx context.Context, call string) (*Result, error) {
	k := s.takeRefused(func(k *refused) bool { return k.in.Call == call })
	if k == nil {
		return nil, s.input("send the call again", "There is no refused call with this id.")
	}
	return s.replay(ctx, k)
}

// page asks for one page of a list. The page that was refused is asked for again as it was.
func (s *Session) page(ctx context.Context, in CallInput) (*Result, error) {
	k := s.takeRefused(func(k *refused) bool {
		return k.in.Method == in.Method && string(k.in.Params) == string(in.Params)
	})
	if k == nil {
		return s.Call(ctx, in)
	}
	return s.replay(ctx, k)
}

func (s *Session) replay(ctx context.Context, k *refused) (*Result, error) {
	return s.run(ctx, k.in, func(ctx context.Context, f *flight) (*Result, error) {
		f.replay = &k.req
		return s.rounds(ctx, f, k.in, k.params, &Result{Call: f.id, Rounds: k.rounds, Log: k.log})
	})
}

// dressed is the request to be sent: the refused one as it was, or a new one.
func (s *Session) dressed(f *flight, in CallInput, params json.RawMessage) (transport.Request, []string) {
	if k := f.replay; k != nil {
		f.replay = nil
		if in.OnProgress != nil {
			s.expect(f, k.ID)
		}
		return *k, nil
	}
	req := transport.Request{ID: s.ids.next(), Method: in.Method, Call: f.id, Purpose: in.Purpose}
	token := ""
	if in.OnProgress != nil {
		token = req.ID // unique across active requests, as the id is
		s.expect(f, token)
	}
	var findings []string
	req.Params, req.Header, findings = s.dress(in, params, token, f.trace)
	if in.sent != nil {
		in.sent(req.ID, params)
	}
	return req, findings
}

// Listen opens the stream for what the server sends unasked once more, after it was refused and the client has signed
// in. A stream that is open is left alone.
func (s *Session) Listen() {
	s.resumeTasks()
	if s.era() == Legacy {
		if s.cfg.NoStream {
			return
		}
		s.link.Listen(func(err error) { s.report(err, "GET stream") })
		return
	}
	for _, t := range s.everyStream() {
		t.again(false)
	}
}
