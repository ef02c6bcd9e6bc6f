package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// MaxCode bounds a body that is copied as code, in bytes: an editor that a longer one is pasted into would not thank
// for it, and it may leave for the clipboard.
const MaxCode = 4 << 20

// Form is one way to copy an entry.
type Form struct {
	ID    string `json:"id"`    // curl, powershell, go-http, fetch, httpx; shell, mcp-go, ts-sdk, py-sdk; json
	Label string `json:"label"` // cURL
	About string `json:"about"` // what it does, a few words
}

// Code is an entry as code.
type Code struct {
	Text    string   `json:"text"`
	Secrets []Secret `json:"secrets"` // the variables it reads
	Notes   []string `json:"notes"`   // where it does not do what was recorded
}

// Target is how the server is started, for code that speaks to it over stdio. Credentials in it are placeholders, as in
// the traffic.
type Target struct {
	Command string
	Args    []string
	Env     []wire.Header // added to the environment that the code runs in
	Dir     string
	URL     string // of the server; empty: that of the exchange
}

func exchangeForms() []Form {
	return []Form{
		{"curl", "cURL", "the HTTP request, for a POSIX shell"},
		{"powershell", "PowerShell", "the HTTP request"},
		{"go-http", "Go (net/http)", "the HTTP request"},
		{"fetch", "TypeScript (fetch)", "the HTTP request"},
		{"httpx", "Python (httpx)", "the HTTP request"},
	}
}

func messageForms() []Form {
	return []Form{
		{"mcp-go", "Go (mcp-go)", "a client that connects and asks"},
		{"ts-sdk", "TypeScript (MCP SDK)", "a client that connects and asks"},
		{"py-sdk", "Python (MCP SDK)", "a client that connects and asks"},
	}
}

// subject is what of an entry can be copied.
type subject struct {
	entry    wire.Entry     // the request's, when the entry was its answer
	exchange *wire.Exchange // nil: none carried it
	carrier  uint64         // Seq of the exchange
	message  []byte         // of a frame, nil: none
}

// find looks up what stands behind an entry: a response is copied as the request that it answers.
func find(s Source, e wire.Entry, entry func(uint64) (wire.Entry, bool)) (subject, error) {
	if (e.Message == wire.MsgResponse || e.Message == wire.MsgError) && e.Dir == wire.In && e.Pair != 0 {
		if q, ok := entry(e.Pair); ok {
			e = q
		}
	}
	if e.Kind == wire.KindSSE && e.Exchange != 0 {
		if q, ok := entry(e.Exchange); ok {
			e = q
		}
	}
	sub := subject{entry: e, carrier: e.Exchange}
	if e.Kind == wire.KindHTTP {
		sub.carrier = e.Seq
	}
	var err error
	if sub.carrier != 0 && (e.Kind == wire.KindHTTP || e.Dir == wire.Out) {
		if sub.exchange, err = s.Exchange(sub.carrier); err != nil {
			return sub, fmt.Errorf("read the exchange of entry %d: %w", e.Seq, err)
		}
	}
	if e.Kind == wire.KindFrame {
		sub.message, err = short(s, e.Seq, wire.PartMessage)
	}
	return sub, err
}

// short reads a body that is not too long to be copied.
func short(s Source, seq uint64, part wire.Part) ([]byte, error) {
	_, kept, err := s.Body(seq, part, 0, 0)
	if err == nil && kept > MaxCode {
		err = fmt.Errorf("copy entry %d: its %s has %d bytes, more than %d: save it instead", seq, part, kept, MaxCode)
	}
	if err != nil {
		return nil, err
	}
	return Whole(s, seq, part)
}

// lookup finds an entry: by its number where the source can, else by reading it.
func lookup(s Source, seq uint64) (found wire.Entry, ok bool, err error) {
	if f, can := s.(interface {
		Entry(seq uint64) (wire.Entry, bool)
	}); can {
		found, ok = f.Entry(seq)
		return found, ok, nil
	}
	err = s.Entries(func(e wire.Entry) error {
		if e.Seq == seq {
			found, ok = e, true
			return errStop
		}
		return nil
	})
	if err == errStop { //nolint:errorlint // it is this package's own, and comes back as it is
		err = nil
	}
	return found, ok, err
}

func subjectOf(s Source, seq uint64) (subject, error) {
	e, ok, err := lookup(s, seq)
	if err == nil && !ok {
		err = fmt.Errorf("copy entry %d: it is not there any more", seq)
	}
	if err != nil {
		return subject{}, err
	}
	return find(s, e, func(n uint64) (wire.Entry, bool) {
		q, ok, lookErr := lookup(s, n)
		if lookErr != nil {
			err = lookErr
		}
		return q, ok
	})
}

// asks says whether the subject is something a client sends.
func (s subject) asks() bool {
	return s.message != nil && s.entry.Dir == wire.Out && (s.entry.Message == wire.MsgRequest || s.entry.Message == wire.MsgNotification)
}

func (s subject) forms() []Form {
	var out []Form
	if s.exchange != nil {
		out = append(out, exchangeForms()...)
	}
	if s.asks() && s.exchange == nil {
		out = append(out, Form{"shell", "Shell", "the lines, piped into the server"})
	}
	if s.asks() && s.entry.Method != "initialize" && s.entry.Method != "notifications/initialized" {
		out = append(out, messageForms()...)
	}
	if s.message != nil {
		out = append(out, Form{"json", "JSON", "the message"})
	}
	return out
}

// Forms lists how an entry can be copied; none is an empty list.
func Forms(s Source, seq uint64) ([]Form, error) {
	sub, err := subjectOf(s, seq)
	if err != nil {
		return nil, err
	}
	return append([]Form{}, sub.forms()...), nil
}

// Copy writes an entry as code. Credentials are read from environment variables; the code needs no change to run.
func Copy(s Source, seq uint64, form string, t Target) (Code, error) {
	sub, err := subjectOf(s, seq)
	if err != nil {
		return Code{}, err
	}
	if !slices.ContainsFunc(sub.forms(), func(f Form) bool { return f.ID == form }) {
		return Code{}, fmt.Errorf("copy entry %d: it cannot be written as %q", seq, form)
	}
	c := &coder{source: s, subject: sub, target: t, secrets: newSecrets()}
	var text string
	switch form {
	case "json":
		text = string(sub.message)
	case "shell", "mcp-go", "ts-sdk", "py-sdk":
		text, err = c.messageCode(form)
	default:
		text, err = c.exchangeCode(form)
	}
	if err != nil {
		return Code{}, err
	}
	return Code{Text: text, Secrets: c.secrets.list, Notes: append([]string{}, c.notes...)}, nil
}

// coder writes one piece of code.
type coder struct {
	source  Source
	subject subject
	target  Target
	secrets *secrets
	notes   []string
}

func (c *coder) note(format string, a ...any) { c.notes = append(c.notes, fmt.Sprintf(format, a...)) }

// params are the params of the subject's message without _meta, which each SDK writes itself, pretty.
func (c *coder) params() (string, error) {
	raw := wire.ParseFrame(c.subject.message).Params
	if raw == nil {
		return "", nil
	}
	names, members, err := membersOf(raw)
	if err != nil { // no object: as it stands
		return string(raw), nil //nolint:nilerr // params of any kind can be sent
	}
	var b bytes.Buffer
	b.WriteByte('{')
	n := 0
	for i, name := range names {
		if name == `"_meta"` {
			c.note("_meta of the params is left to the SDK.")
			continue
		}
		if n++; n > 1 {
			b.WriteByte(',')
		}
		b.WriteString(name + ":")
		b.Write(members[i])
	}
	b.WriteByte('}')
	if n == 0 {
		return "{}", nil
	}
	var out bytes.Buffer
	if json.Indent(&out, b.Bytes(), "", "  ") != nil {
		return b.String(), nil
	}
	return out.String(), nil
}

// membersOf takes an object apart: the names as they stand, quotes and all.
func membersOf(raw []byte) (names []string, members []json.RawMessage, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, nil, fmt.Errorf("no object")
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, nil, err
		}
		name, _ := t.(string)
		quoted, err := json.Marshal(name)
		if err != nil {
			return nil, nil, err
		}
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return nil, nil, err
		}
		names, members = append(names, string(quoted)), append(members, v)
	}
	return names, members, nil
}

// headers are the fields that a client of a language has to set for itself: those that describe the connection are its
// own business.
func (c *coder) headers(skip ...string) []wire.Header {
	var out []wire.Header
	for _, h := range c.subject.exchange.RequestHeaders {
		name := strings.ToLower(h.Name)
		if strings.HasPrefix(name, ":") || slices.Contains(skip, name) {
			continue
		}
		switch name {
		case "content-length", "connection", "transfer-encoding", "keep-alive", "upgrade", "te", "accept-encoding":
			continue
		}
		out = append(out, h)
	}
	return out
}
