package export

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/), with members of our own as it allows: their names begin
// with an underscore.
//
//   - Each HTTP exchange is an entry. Times are those of the wire: blocked is -1, it is part of send here; dns, connect
//     and ssl are -1 where that phase did not happen, connect holds ssl; send is what of the whole is in no other phase.
//   - Each JSON-RPC message that no exchange carried (stdio) is an entry too, a request with its answer: its URL is
//     mcp+stdio://CONNECTION/METHOD, its method POST, its status 200, or 0 while nothing answered. Viewers show it.
//   - _sightglass holds the summary of the entry (wire.Entry) and of its answer, and what HAR has no place for.
//   - _jsonrpc lists the messages that an exchange carried.
//   - A body that is not UTF-8 is base64, with encoding "base64" in content, and _encoding in postData.
//   - Standard error, lifecycle, steps of a sign-in without an exchange and messages of apps are not in a HAR.

const harVersion = "1.2"

// Creator names the program in a file.
type Creator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harPage struct {
	Started string         `json:"startedDateTime"`
	ID      string         `json:"id"`
	Title   string         `json:"title"`
	Timings harPageTimings `json:"pageTimings"`
}

type harPageTimings struct{}

type harCookie struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harRequest struct {
	Method      string       `json:"method"`
	URL         string       `json:"url"`
	HTTPVersion string       `json:"httpVersion"`
	Cookies     []harCookie  `json:"cookies"`
	Headers     []harPair    `json:"headers"`
	Query       []harPair    `json:"queryString"`
	PostData    *harPostData `json:"postData,omitempty"`
	HeadersSize int64        `json:"headersSize"`
	BodySize    int64        `json:"bodySize"`
}

type harPostData struct {
	MimeType string    `json:"mimeType"`
	Params   []harPair `json:"params"`
	Text     string    `json:"text"`
	Encoding string    `json:"_encoding,omitempty"`
}

type harResponse struct {
	Status      int         `json:"status"`
	StatusText  string      `json:"statusText"`
	HTTPVersion string      `json:"httpVersion"`
	Cookies     []harCookie `json:"cookies"`
	Headers     []harPair   `json:"headers"`
	Content     harContent  `json:"content"`
	RedirectURL string      `json:"redirectURL"`
	HeadersSize int64       `json:"headersSize"`
	BodySize    int64       `json:"bodySize"`
	Error       string      `json:"_error,omitempty"`
}

type harContent struct {
	Size     int64  `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Encoding string `json:"encoding,omitempty"`
}

// harTimings are milliseconds.
type harTimings struct {
	Blocked float64 `json:"blocked"`
	DNS     float64 `json:"dns"`
	Connect float64 `json:"connect"`
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
	SSL     float64 `json:"ssl"`
}

type harEntry struct {
	Page       string      `json:"pageref,omitempty"`
	Started    string      `json:"startedDateTime"`
	Time       float64     `json:"time"`
	Request    harRequest  `json:"request"`
	Response   harResponse `json:"response"`
	Cache      struct{}    `json:"cache"`
	Timings    harTimings  `json:"timings"`
	ServerIP   string      `json:"serverIPAddress,omitempty"`
	Connection string      `json:"connection,omitempty"`
	RPC        []harRPC    `json:"_jsonrpc,omitempty"`
	Own        *harOwn     `json:"_sightglass,omitempty"`
}

// harRPC is a JSON-RPC message in an exchange.
type harRPC struct {
	Seq     uint64       `json:"seq"`
	Dir     wire.Dir     `json:"dir,omitempty"`
	Message wire.Message `json:"message,omitempty"`
	Method  string       `json:"method,omitempty"`
	Name    string       `json:"name,omitempty"`
	ID      string       `json:"id,omitempty"`
	Code    int          `json:"code,omitempty"`
}

// harOwn is what HAR has no place for.
type harOwn struct {
	Entry    wire.Entry     `json:"entry"`
	Answer   *wire.Entry    `json:"answer,omitempty"`   // of a message without an exchange
	Exchange *wire.Exchange `json:"exchange,omitempty"` // without its headers, which stand above
}

// HAR writes the HTTP exchanges and the stdio messages of a source, and returns how many entries it wrote. One entry is
// held in memory at a time.
func HAR(w io.Writer, s Source, by Creator, conns []ConnInfo) (n int, err error) {
	out := bufio.NewWriterSize(w, 64<<10)
	h := &harWriter{source: s, names: map[string]string{}}
	for _, c := range conns {
		h.names[c.Conn] = c.Name
	}
	if err := h.survey(); err != nil {
		return 0, err
	}
	if h.pages == nil {
		h.pages = []harPage{}
	}
	head, err := encode(struct {
		Version string    `json:"version"`
		Creator Creator   `json:"creator"`
		Pages   []harPage `json:"pages"`
	}{harVersion, by, h.pages})
	if err != nil {
		return 0, err
	}
	_, _ = out.WriteString(`{"log":`) // an error stays with the bufio.Writer until Flush
	_, _ = out.Write(head[:len(head)-1])
	_, _ = out.WriteString(`,"entries":[`)
	err = s.Entries(func(e wire.Entry) error {
		v, err := h.entry(e)
		if err != nil || v == nil {
			return err
		}
		b, err := encode(v)
		if err != nil {
			return fmt.Errorf("write entry %d: %w", e.Seq, err)
		}
		if n++; n > 1 {
			_ = out.WriteByte(',')
		}
		_ = out.WriteByte('\n')
		_, err = out.Write(b)
		return err
	})
	if err != nil {
		return n, err
	}
	_, _ = out.WriteString("\n]}}\n")
	return n, out.Flush()
}

// maxCarried bounds the messages that are listed with the exchanges that carried them: what is beyond is not listed.
const maxCarried = 2_000_000

type harWriter struct {
	source   Source
	pages    []harPage
	names    map[string]string
	carried  map[uint64][]harRPC   // by exchange
	answers  map[uint64]wire.Entry // by request, of messages without an exchange
	answered map[uint64]bool       // answers that stand with their requests
}

// survey reads the entries once: which messages belong to which exchange, which answers to which requests.
func (h *harWriter) survey() error {
	h.carried, h.answers, h.answered = map[uint64][]harRPC{}, map[uint64]wire.Entry{}, map[uint64]bool{}
	seen, asked, n := map[string]bool{}, map[uint64]bool{}, 0
	return h.source.Entries(func(e wire.Entry) error {
		if !seen[e.Conn] && (e.Kind == wire.KindHTTP || plainFrame(e)) {
			seen[e.Conn] = true
			title := h.names[e.Conn]
			if title == "" {
				title = e.Conn
			}
			h.pages = append(h.pages, harPage{Started: stamp(e.Time), ID: "conn_" + e.Conn, Title: title})
		}
		switch {
		case e.Kind == wire.KindFrame && e.Exchange != 0:
			if n++; n <= maxCarried {
				h.carried[e.Exchange] = append(h.carried[e.Exchange], harRPC{e.Seq, e.Dir, e.Message, e.Method, e.Name, e.ID, e.Code})
			}
		case !plainFrame(e):
		case e.Message == wire.MsgRequest:
			asked[e.Seq] = true
		case e.Pair != 0 && asked[e.Pair]:
			if _, again := h.answers[e.Pair]; !again {
				h.answers[e.Pair], h.answered[e.Seq] = e, true
			}
		}
		return nil
	})
}

func plainFrame(e wire.Entry) bool { return e.Kind == wire.KindFrame && e.Exchange == 0 }

func stamp(us int64) string {
	return time.UnixMicro(us).UTC().Format("2006-01-02T15:04:05.000000Z")
}

func (h *harWriter) entry(e wire.Entry) (*harEntry, error) {
	switch {
	case e.Kind == wire.KindHTTP:
		return h.exchange(e)
	case plainFrame(e) && !h.answered[e.Seq]:
		return h.message(e)
	}
	return nil, nil
}

func (h *harWriter) exchange(e wire.Entry) (*harEntry, error) {
	x, err := h.source.Exchange(e.Seq)
	if err != nil {
		return nil, fmt.Errorf("read the exchange of entry %d: %w", e.Seq, err)
	}
	if x == nil {
		x = &wire.Exchange{Method: e.Method, URL: e.Name}
	}
	request, err := Whole(h.source, e.Seq, wire.PartRequest)
	if err != nil {
		return nil, err
	}
	response, err := Whole(h.source, e.Seq, wire.PartResponse)
	if err != nil {
		return nil, err
	}
	own := *x
	own.RequestHeaders, own.ResponseHeaders = nil, nil
	v := &harEntry{
		Page: "conn_" + e.Conn, Started: stamp(e.Time), RPC: h.carried[e.Seq], Own: &harOwn{Entry: e, Exchange: &own},
		ServerIP: hostOf(x.RemoteAddr), Connection: portOf(x.RemoteAddr), Timings: timings(x.Timing),
	}
	v.Time = total(v.Timings)
	v.Request = harRequest{
		Method: x.Method, URL: x.URL, HTTPVersion: x.Proto, Headers: pairs(x.RequestHeaders), Query: queryOf(x.URL),
		Cookies: cookiesOf(x.RequestHeaders, "cookie"), HeadersSize: -1, BodySize: e.ReqBytes,
	}
	if len(request) > 0 {
		text, encoding := textOf(request)
		v.Request.PostData = &harPostData{MimeType: field(x.RequestHeaders, "content-type"), Params: []harPair{}, Text: text, Encoding: encoding}
	}
	v.Response = harResponse{
		Status: x.Status, StatusText: x.StatusText, HTTPVersion: x.Proto, Headers: pairs(x.ResponseHeaders), Cookies: cookiesOf(x.ResponseHeaders, "set-cookie"),
		RedirectURL: field(x.ResponseHeaders, "location"), HeadersSize: -1, BodySize: -1, Error: x.Err,
	}
	text, encoding := textOf(response)
	v.Response.Content = harContent{Size: e.Bytes, MimeType: field(x.ResponseHeaders, "content-type"), Text: text, Encoding: encoding}
	return v, nil
}

// message is a pseudo entry: a JSON-RPC message over a pipe, with its answer.
func (h *harWriter) message(e wire.Entry) (*harEntry, error) {
	sent, err := Whole(h.source, e.Seq, wire.PartMessage)
	if err != nil {
		return nil, err
	}
	u := url.URL{Scheme: "mcp+stdio", Host: hostName(e.Conn), Path: "/" + e.Method}
	if e.Name != "" {
		u.RawQuery = url.Values{"name": {e.Name}}.Encode()
	}
	text, encoding := textOf(sent)
	v := &harEntry{
		Page: "conn_" + e.Conn, Started: stamp(e.Time), Own: &harOwn{Entry: e},
		RPC:     []harRPC{{e.Seq, e.Dir, e.Message, e.Method, e.Name, e.ID, e.Code}},
		Timings: harTimings{Blocked: -1, DNS: -1, Connect: -1, SSL: -1},
		Request: harRequest{
			Method: "POST", URL: u.String(), HTTPVersion: "stdio", Cookies: []harCookie{}, Headers: []harPair{}, Query: queryOf(u.String()), HeadersSize: -1, BodySize: e.Bytes,
			PostData: &harPostData{MimeType: "application/json", Params: []harPair{}, Text: text, Encoding: encoding},
		},
		Response: harResponse{HTTPVersion: "stdio", Cookies: []harCookie{}, Headers: []harPair{}, HeadersSize: -1, BodySize: -1},
	}
	if a, ok := h.answers[e.Seq]; ok {
		got, err := Whole(h.source, a.Seq, wire.PartMessage)
		if err != nil {
			return nil, err
		}
		text, encoding := textOf(got)
		v.Own.Answer = &a
		v.RPC = append(v.RPC, harRPC{a.Seq, a.Dir, a.Message, a.Method, a.Name, a.ID, a.Code})
		v.Response.Status, v.Response.StatusText, v.Response.BodySize = 200, "OK", a.Bytes
		v.Response.Content = harContent{Size: a.Bytes, MimeType: "application/json", Text: text, Encoding: encoding}
		v.Timings.Wait = ms(a.Took)
	}
	v.Time = total(v.Timings)
	return v, nil
}
