package core

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/sightglass-dev/sightglass/app/session"
)

const (
	maxRoundCalls = 200       // calls of one connection whose rounds are kept; the oldest goes first
	shownResult   = 64 << 10  // bytes of an input_required result that are shown; the log has all of it
	editedText    = 256 << 10 // bytes of params or a requestState that can be edited; longer ones go out as they came
)

// CallRounds are the requests of one call with their answers.
type CallRounds struct {
	Call   string     `json:"call"`
	Rounds []Round    `json:"rounds"`
	Hand   *HandRound `json:"hand,omitempty"` // the round that waits to be sent by hand
	Limit  int        `json:"limit"`          // rounds that are answered by themselves
}

// Round is one request of a call: the first, and one for each input_required result that was answered.
type Round struct {
	Request  uint64  `json:"request"` // entries
	Response uint64  `json:"response"`
	Took     int64   `json:"took"`   // microseconds
	Trace    string  `json:"trace"`  // the traceparent that was sent, or empty
	Asked    []Asked `json:"asked"`  // what the answer asks for
	State    int     `json:"state"`  // bytes of its requestState as JSON text, -1: none
	Hand     bool    `json:"hand"`   // the request was sent by hand,
	Edited   string  `json:"edited"` // and in what it leaves the protocol; empty: in nothing
}

// Asked is one input request.
type Asked struct {
	Key    string `json:"key"`
	Method string `json:"method"`
}

// HandRound is an input_required result that waits for a retry by hand. Its texts are masked.
type HandRound struct {
	Round     int            `json:"round"`
	Seq       uint64         `json:"seq"`    // entry of the answer
	Result    string         `json:"result"` // JSON text, its first 64 KiB
	Cut       bool           `json:"cut"`
	Params    string         `json:"params"`    // of the call, without answers and state
	ParamsCut bool           `json:"paramsCut"` // too long to be edited: Params is its beginning
	State     string         `json:"state"`     // requestState, JSON text as it came
	StateCut  bool           `json:"stateCut"`
	Bytes     int            `json:"bytes"`    // of the requestState
	HasState  bool           `json:"hasState"` //
	Questions []HandQuestion `json:"questions"`
	Problem   string         `json:"problem"` // what is wrong with the result
}

// HandQuestion is one input request of a HandRound. It is not in the inbox, but has an id like those that are: it is
// read, checked, put to the sampler and opened by that id, and answered by its round.
type HandQuestion struct {
	Item    InboxItem `json:"item"`
	Problem string    `json:"problem"` // why it may not be asked
}

// HandRetry sends a HandRound. What is nil goes out as it came, byte for byte.
type HandRetry struct {
	Profile   string  `json:"profile"`
	Call      string  `json:"call"`
	Round     int     `json:"round"`
	Responses string  `json:"responses"` // JSON text of an object by key; empty: no inputResponses
	State     *string `json:"state,omitempty"`
	NoState   bool    `json:"noState,omitempty"`
	Params    *string `json:"params,omitempty"`
}

// callRounds keeps the rounds of the last calls.
type callRounds struct {
	byCall map[string][]session.Round
	order  []string
}

func (k *callRounds) put(call string, list []session.Round) {
	if len(list) == 0 || call == "" {
		return
	}
	if k.byCall == nil {
		k.byCall = map[string][]session.Round{}
	}
	if _, known := k.byCall[call]; !known {
		k.order = append(k.order, call)
	}
	k.byCall[call] = list
	if len(k.order) > maxRoundCalls {
		delete(k.byCall, k.order[0])
		k.order = k.order[1:]
	}
}

// keepRounds keeps the rounds of a call that ended.
func (cn *connection) keepRounds(res *session.Result) {
	if res == nil {
		return
	}
	cn.mu.Lock()
	cn.rounds.put(res.Call, res.Log)
	cn.mu.Unlock()
}

// Rounds returns the rounds of a call, under way or over.
func (c *Core) Rounds(id, call string) CallRounds {
	out := CallRounds{Call: call, Rounds: []Round{}, Limit: session.DefaultRounds}
	cn := c.connection(id)
	if cn == nil {
		return out
	}
	cn.mu.Lock()
	list, s := cn.rounds.byCall[call], cn.session
	if n := cn.profile.Protocol.Limits.Rounds; n > 0 {
		out.Limit = n
	}
	cn.mu.Unlock()
	if s != nil {
		if live := s.Rounds(call); live != nil {
			list = live
		}
		if h, ok := s.Hand(call); ok {
			out.Hand = cn.handRound(h)
		}
	}
	for _, r := range list {
		one := Round{
			Request: r.Request, Response: r.Response, Took: r.Took.Microseconds(), Trace: cn.text(r.Trace),
			Asked: make([]Asked, 0, len(r.Asked)), State: r.State, Hand: r.Hand, Edited: r.Edited,
		}
		for _, a := range r.Asked {
			one.Asked = append(one.Asked, Asked{cn.text(a.Key), cn.text(a.Method)})
		}
		out.Rounds = append(out.Rounds, one)
	}
	return out
}

func (cn *connection) handRound(h session.HandRound) *HandRound {
	out := &HandRound{
		Round: h.Round, Seq: h.Entry, Bytes: len(h.State), HasState: h.State != nil, Problem: h.Problem,
		Questions: make([]HandQuestion, 0, len(h.Questions)),
	}
	out.Result, out.Cut = cn.beginning(h.Result, shownResult)
	out.Params, out.ParamsCut = cn.beginning(h.Params, editedText)
	out.State, out.StateCut = cn.beginning(h.State, editedText)
	for i := range h.Questions {
		q := h.Questions[i]
		problem := cn.text(q.Reason)
		q.Reason = ""
		out.Questions = append(out.Questions, HandQuestion{Item: cn.inboxItem(&q), Problem: problem})
	}
	return out
}

// beginning is a JSON text as it may be shown, at most so many bytes of it.
func (cn *connection) beginning(raw json.RawMessage, most int) (text string, cut bool) {
	text = cn.text(string(raw))
	if len(text) <= most {
		return text, false
	}
	return strings.ToValidUTF8(text[:most], ""), true
}

// SendRound sends a round that waits for it.
func (c *Core) SendRound(in HandRetry) error {
	cn, s, err := c.live(in.Profile)
	if err != nil {
		return err
	}
	to := session.Retry{NoState: in.NoState}
	if b := bytes.TrimSpace([]byte(in.Responses)); len(b) > 0 {
		to.Responses = b
	}
	// What is edited holds placeholders where it held secrets: those cannot be sent.
	h, _ := s.Hand(in.Call)
	for _, f := range []struct {
		name string
		text *string
		was  json.RawMessage
		into *json.RawMessage
	}{{"the params", in.Params, h.Params, &to.Params}, {"requestState", in.State, h.State, &to.State}} {
		if f.text == nil {
			continue
		}
		shown, cut := cn.beginning(f.was, editedText)
		if cut && *f.text != shown {
			return input("send the round", f.name+" is too long to be edited here", "Leave it as it came, or send the call anew by Raw request.")
		}
		if shown != string(f.was) && *f.text != shown {
			return input("send the round", f.name+" cannot be edited here: a secret in it is masked", "Leave it as it came, or send the call anew by Raw request.")
		} else if *f.text == shown {
			continue
		}
		*f.into = bytes.TrimSpace([]byte(*f.text))
	}
	return s.SendRound(in.Call, in.Round, to)
}
