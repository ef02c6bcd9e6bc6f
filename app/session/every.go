package session

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
)

// Every is what each request of a session carries besides what its call says.
type Every struct {
	// Meta holds further members of params._meta, a JSON object or nil. What the call or the protocol sets under the
	// same name stays.
	Meta     json.RawMessage
	LogLevel string // modern: the least severe log messages wanted, io.modelcontextprotocol/logLevel; empty: none
	Trace    bool   // a W3C traceparent: one trace for each call, one span for each of its requests (SEP-414)
}

// Settings are what may change while a session lives.
type Settings struct {
	Every     Every
	Answerers Answerers
}

// settings are those in force.
type settings struct {
	Settings
	declared json.RawMessage // our capabilities
}

func (s *Session) settings() *settings { return s.set.Load() }

// Apply changes what the next requests carry. A legacy session has declared its capabilities for good: they stay what
// they were. It may be called at any time.
func (s *Session) Apply(to Settings) {
	now := &settings{Settings: to, declared: to.Answerers.declared()}
	if was := s.settings(); s.era() != Modern {
		now.Answerers, now.declared = was.Answerers, was.declared
	}
	now.Answerers.Rule = s.cfg.Answerers.Rule
	s.set.Store(now)
}

// SetLogLevel changes the log level of the next requests alone; empty: none. Legacy servers are asked by
// logging/setLevel instead.
func (s *Session) SetLogLevel(level string) {
	now := *s.settings()
	now.Every.LogLevel = level
	s.set.Store(&now)
}

// WithMeta adds members to the _meta of params, in place of those of the same name. Both are JSON objects; params may
// be nil.
func WithMeta(params, meta json.RawMessage) (json.RawMessage, error) {
	list, err := members(meta)
	if err != nil {
		return nil, err
	}
	own := field(params, "_meta")
	if params != nil && !isObject(params) || own != nil && !isObject(own) {
		return nil, errNotObject
	}
	for _, m := range list {
		if own, err = withField(own, m.key, m.val); err != nil {
			return nil, err
		}
	}
	if own == nil {
		own = json.RawMessage("{}")
	}
	return withField(params, "_meta", own)
}

// Declared is our capabilities object as the next request carries it, or as initialize carried it.
func (s *Session) Declared() json.RawMessage { return s.settings().declared }

// answerersOf reads what a capabilities object declares.
func answerersOf(caps json.RawMessage) Answerers {
	var a Answerers
	if e := field(caps, "elicitation"); isObject(e) {
		a.URL = field(e, "url") != nil
		a.Form = field(e, "form") != nil || !a.URL // 2025-11-25 client/elicitation: "{}" is form mode alone
	}
	if m := field(caps, "sampling"); isObject(m) {
		a.Sampling, a.SamplingTools = true, field(m, "tools") != nil
	}
	a.Roots = isObject(field(caps, "roots"))
	a.Tasks = isObject(field(caps, "tasks"))
	list, _ := members(field(caps, "extensions")) // what is no object declares none
	for _, m := range list {
		if a.Extensions == nil {
			a.Extensions = map[string]json.RawMessage{}
		}
		a.Extensions[m.key] = m.val
	}
	return a
}

// accepts says what a call may be asked for: what it declared itself, or what the session declares.
func (s *Session) accepts(in CallInput) Answerers {
	if in.Declare != nil {
		return answerersOf(in.Declare)
	}
	return s.settings().Answerers
}

// newTrace is a trace id of W3C Trace Context section 3.2.2.3: 16 random bytes, hex.
func newTrace() string { return randomHex(16) }

// traceparent is a header value of W3C Trace Context section 3.2.2 with a new span id; sampled.
func traceparent(trace string) string { return "00-" + trace + "-" + randomHex(8) + "-01" }

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // crypto/rand.Read never fails
	b[n-1] |= 1         // all zeroes are invalid
	return hex.EncodeToString(b)
}
