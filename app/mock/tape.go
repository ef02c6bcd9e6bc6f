package mock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// maxTape bounds the messages of a tape, in bytes: they are held in memory.
const maxTape = 512 << 20

// maxFlying bounds the unanswered requests that a message is looked for among, and the open subscriptions: each message
// of a file looks at all of them. The oldest is taken as given up.
const maxFlying = 4096

// Tape is one recorded connection, ready to be answered from. It is not changed any more.
type Tape struct {
	Conn  string
	calls []*call
	byKey map[string][]*call
	// refusal is the first 401 or 403 with a challenge, nil when there was none.
	refusal *refusal
}

// call is one recorded request of the client with all that came of it.
type call struct {
	seq          uint64
	method, name string
	id, token    json.RawMessage // as recorded; token is params._meta.progressToken
	params       json.RawMessage
	at           int64           // Unix microseconds
	result, fail json.RawMessage // of its answer
	answered     bool
	took         int64
	during       []event // before its answer
	after        []event // behind it, until the next request
	exchange     uint64
	answeredOn   uint64 // the exchange that carried the answer
	status       int    // of the exchange that carried it; 0 over stdio
	stream       bool   // that exchange was an event stream
	body         []byte
	contentType  string
}

// event is something the server sent unasked, or as a question.
type event struct {
	raw      []byte
	question bool
	id       json.RawMessage // of a question
	wait     int64           // microseconds after the message before it
	listen   *call           // the subscription it belongs to, nil: none
	aside    bool            // over HTTP it came on another stream than that of the call
}

type refusal struct {
	status int
	header []wire.Header
	body   []byte
}

// Load reads a tape of one connection from records in the order of the wire. An empty conn takes the one with the most
// answered requests.
func Load(records func(yield func(wire.Draft) error) error, conn string) (*Tape, error) {
	l := loader{tapes: map[string]*builder{}, only: conn}
	if err := records(l.add); err != nil {
		return nil, err
	}
	var best *builder
	for _, c := range l.order {
		if b := l.tapes[c]; best == nil || b.answered() > best.answered() {
			best = b
		}
	}
	if best == nil || best.answered() == 0 {
		if conn != "" {
			return nil, fmt.Errorf("load the recording: connection %q has no request that was answered", conn)
		}
		return nil, errors.New("load the recording: there is no request in it that was answered")
	}
	return best.finish(), nil
}

type loader struct {
	tapes map[string]*builder
	order []string
	only  string
	bytes int64
}

func (l *loader) add(d wire.Draft) error {
	e := d.Entry
	if l.only != "" && e.Conn != l.only || e.Kind != wire.KindFrame && e.Kind != wire.KindHTTP {
		return nil
	}
	if e.Purpose == wire.PurposeSampler || e.Purpose == wire.PurposeIcon {
		return nil
	}
	if l.bytes += int64(len(d.Message) + len(d.Response)); l.bytes > maxTape {
		return fmt.Errorf("load the recording: its messages have more than %d bytes", maxTape)
	}
	b := l.tapes[e.Conn]
	if b == nil {
		b = &builder{tape: &Tape{Conn: e.Conn, byKey: map[string][]*call{}}, bySeq: map[uint64]*call{}, open: map[string]*call{}, exchanges: map[uint64]wire.Draft{}}
		l.tapes[e.Conn], l.order = b, append(l.order, e.Conn)
	}
	if e.Kind == wire.KindHTTP {
		b.http(d)
		return nil
	}
	b.frame(d)
	return nil
}

// builder makes a tape.
type builder struct {
	tape      *Tape
	bySeq     map[uint64]*call
	open      map[string]*call // by id
	flying    []*call          // unanswered, oldest first; without subscriptions
	last      *call            // answered last
	listening []*call
	exchanges map[uint64]wire.Draft
	lastTime  int64
}

func (b *builder) answered() (n int) {
	for _, c := range b.tape.calls {
		if c.answered || c.body != nil {
			n++
		}
	}
	return n
}

func (b *builder) http(d wire.Draft) {
	x := d.Exchange
	if x == nil {
		return
	}
	b.exchanges[d.Entry.Seq] = d
	if b.tape.refusal != nil || x.Status != 401 && x.Status != 403 || strings.Contains(d.Entry.Purpose, "metadata") {
		return
	}
	for _, h := range x.ResponseHeaders {
		if strings.EqualFold(h.Name, "www-authenticate") || x.Status == 401 {
			b.tape.refusal = &refusal{x.Status, x.ResponseHeaders, d.Response}
			return
		}
	}
}

func (b *builder) frame(d wire.Draft) {
	f := wire.ParseFrame(d.Message)
	e := d.Entry
	wait := max(0, e.Time-b.lastTime)
	b.lastTime = e.Time
	switch {
	case e.Dir == wire.Out && f.Message == wire.MsgRequest:
		b.request(e, f)
	case e.Dir == wire.In && (f.Message == wire.MsgResponse || f.Message == wire.MsgError):
		b.answer(e, f)
	case e.Dir == wire.In && (f.Message == wire.MsgNotification || f.Message == wire.MsgRequest):
		b.unasked(event{raw: d.Message, question: f.Message == wire.MsgRequest, id: f.RawID, wait: wait}, e, f)
	}
}

func (b *builder) request(e wire.Entry, f wire.Frame) {
	c := &call{seq: e.Seq, method: f.Method, name: f.Name, id: f.RawID, params: f.Params, at: e.Time, exchange: e.Exchange, token: member(f.Params, "_meta", "progressToken")}
	b.tape.calls = append(b.tape.calls, c)
	b.bySeq[e.Seq], b.open[string(f.RawID)] = c, c
	if c.method == "subscriptions/listen" {
		b.listening = newest(append(b.listening, c))
	}
	b.flying = newest(append(b.flying, c))
}

func newest(list []*call) []*call { return list[max(0, len(list)-maxFlying):] }

func (b *builder) answer(e wire.Entry, f wire.Frame) {
	c := b.bySeq[e.Pair]
	if c == nil || c.answered {
		c = b.open[string(f.RawID)]
	}
	if c == nil || c.answered {
		return
	}
	c.answered, c.result, c.fail, c.took, c.answeredOn = true, f.Result, f.Error, max(0, e.Time-c.at), e.Exchange
	delete(b.open, string(f.RawID))
	b.land(c)
	b.last = c
}

func (b *builder) land(c *call) {
	for i, o := range b.flying {
		if o == c {
			b.flying = append(b.flying[:i:i], b.flying[i+1:]...)
			return
		}
	}
}

// unasked files a message with the call that it came with.
func (b *builder) unasked(v event, e wire.Entry, f wire.Frame) {
	subscription := member(f.Params, "_meta", "io.modelcontextprotocol/subscriptionId")
	for _, l := range b.listening {
		if subscription != nil && bytes.Equal(subscription, l.id) {
			v.listen = l
		}
	}
	if f.Method == "notifications/subscriptions/acknowledged" && v.listen != nil {
		v.listen.during = append(v.listen.during, v)
		b.land(v.listen) // from here on it only listens
		return
	}
	c, running := b.belongs(e, f)
	if c == nil {
		return
	}
	v.aside = e.Exchange != 0 && c.exchange != 0 && e.Exchange != c.exchange
	if running {
		c.during = append(c.during, v)
	} else {
		c.after = append(c.after, v)
	}
}

func (b *builder) belongs(e wire.Entry, f wire.Frame) (c *call, running bool) {
	token := member(f.Params, "progressToken")
	for _, o := range b.flying {
		if token != nil && bytes.Equal(token, o.token) || e.Exchange != 0 && o.exchange == e.Exchange {
			return o, true
		}
	}
	if n := len(b.flying); n > 0 {
		return b.flying[n-1], true
	}
	return b.last, false
}

// finish files the calls by what they are matched by.
func (b *builder) finish() *Tape {
	for _, c := range b.tape.calls {
		if x, ok := b.exchanges[c.exchange]; ok && x.Exchange != nil {
			if c.status = x.Exchange.Status; c.status > 599 { // a file may say anything: no such status can be sent
				c.status = 502
			}
			for _, h := range x.Exchange.ResponseHeaders {
				if strings.EqualFold(h.Name, "content-type") {
					c.contentType = h.Value
				}
			}
			c.stream = strings.HasPrefix(strings.ToLower(c.contentType), "text/event-stream")
			if c.status >= 400 && !c.answered {
				c.body = append([]byte{}, x.Response...)
			}
		}
		if c.answeredOn != c.exchange { // HTTP+SSE: everything came on one stream, which belongs to all calls
			for i := range c.during {
				c.during[i].aside = false
			}
		}
		if c.status == 401 || c.status == 403 {
			continue // told by the refusal
		}
		for _, k := range keys(c.method, c.name, c.params) {
			b.tape.byKey[k] = append(b.tape.byKey[k], c)
		}
	}
	return b.tape
}

// Requests is how many requests are on the tape.
func (t *Tape) Requests() int { return len(t.calls) }

// Challenge says whether a refusal is on the tape.
func (t *Tape) Challenge() bool { return t.refusal != nil }

// member is a member of an object by path, as it stands; nil when there is none.
func member(obj json.RawMessage, path ...string) json.RawMessage {
	for _, key := range path {
		if len(obj) == 0 {
			return nil
		}
		var m map[string]json.RawMessage
		if json.Unmarshal(obj, &m) != nil {
			return nil
		}
		obj = m[key]
	}
	return obj
}

// refused is the recorded body of a refusal; a JSON-RPC error in it gets the id of this request.
func (c *call) refused(id json.RawMessage) []byte {
	f := wire.ParseFrame(c.body)
	if f.Message != wire.MsgError || !bytes.Equal(f.RawID, c.id) {
		return c.body
	}
	return reply(id, nil, f.Error)
}
