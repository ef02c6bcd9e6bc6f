package export

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// Spans in OTLP/HTTP with JSON (OTLP 1.x, "JSON Protobuf Encoding"): ids are hexadecimal, 64-bit numbers are strings,
// enumerations are numbers. Names and attributes follow OpenTelemetry's semantic conventions for MCP.

const (
	maxSpans   = 50_000           // of one press: a collector takes 64 MiB at most by default, in batches of
	spanBatch  = 1000             // spans a request
	otlpWait   = 15 * time.Second // for the answer to one request
	maxAnswer  = 64 << 10         // bytes of an answer that are read
	spanClient = 3                // SPAN_KIND_CLIENT
	spanServer = 2                // SPAN_KIND_SERVER: the server asked, this side answered
)

type otlpValue struct {
	String *string `json:"stringValue,omitempty"`
	Int    *string `json:"intValue,omitempty"`
}

type otlpAttribute struct {
	Key   string    `json:"key"`
	Value otlpValue `json:"value"`
}

type otlpStatus struct {
	Code    int    `json:"code,omitempty"` // 2: error
	Message string `json:"message,omitempty"`
}

type otlpSpan struct {
	TraceID    string          `json:"traceId"`
	SpanID     string          `json:"spanId"`
	Parent     string          `json:"parentSpanId,omitempty"`
	Name       string          `json:"name"`
	Kind       int             `json:"kind"`
	Start      string          `json:"startTimeUnixNano"`
	End        string          `json:"endTimeUnixNano"`
	Attributes []otlpAttribute `json:"attributes"`
	Status     otlpStatus      `json:"status"`
}

type otlpScope struct {
	Scope Creator    `json:"scope"`
	Spans []otlpSpan `json:"spans"`
}

type otlpResource struct {
	Resource struct {
		Attributes []otlpAttribute `json:"attributes"`
	} `json:"resource"`
	Scopes []otlpScope `json:"scopeSpans"`
}

type otlpRequest struct {
	Resources []otlpResource `json:"resourceSpans"`
}

func attribute(key, v string) otlpAttribute { return otlpAttribute{key, otlpValue{String: &v}} }

func number(key string, v int64) otlpAttribute {
	s := strconv.FormatInt(v, 10)
	return otlpAttribute{key, otlpValue{Int: &s}}
}

// spans makes a span of each request that was answered, or lapsed, in either direction.
func spans(s Source, conns []ConnInfo) ([]otlpSpan, error) {
	info := map[string]ConnInfo{}
	for _, c := range conns {
		info[c.Conn] = c
	}
	answers := map[uint64]wire.Entry{}
	if err := s.Entries(func(e wire.Entry) error {
		if e.Kind == wire.KindFrame && e.Pair != 0 && (e.Message == wire.MsgError || e.Message == wire.MsgResponse) {
			answers[e.Pair] = e
		}
		return nil
	}); err != nil {
		return nil, err
	}
	out := []otlpSpan{}
	err := s.Entries(func(e wire.Entry) error {
		if e.Kind != wire.KindFrame || e.Message != wire.MsgRequest || e.Open {
			return nil
		}
		if len(out) == maxSpans {
			return fmt.Errorf("export spans: there are more than %d: choose less", maxSpans)
		}
		v, err := span(s, e, answers[e.Seq], info[e.Conn])
		out = append(out, v)
		return err
	})
	return out, err
}

// traceParent is a traceparent of version 00 (W3C Trace Context, section 3.2.2).
var traceParent = regexp.MustCompile(`^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$`)

func span(s Source, e, answer wire.Entry, c ConnInfo) (otlpSpan, error) {
	v := otlpSpan{
		Name: strings.TrimSpace(e.Method + " " + targetOf(e)), Kind: spanClient,
		Start: strconv.FormatInt(e.Time*1000, 10), End: strconv.FormatInt((e.Time+e.Took)*1000, 10),
		TraceID: digest(32, "trace", e.Conn, e.Call, strconv.FormatUint(e.Seq, 10)), SpanID: digest(16, "span", e.Conn, strconv.FormatUint(e.Seq, 10), strconv.FormatInt(e.Time, 10)),
	}
	if e.Dir == wire.In {
		v.Kind = spanServer
	}
	body, _, err := s.Body(e.Seq, wire.PartMessage, 0, 1<<20) // a longer one has no parent that is worth it
	if err != nil {
		return v, err
	}
	var message struct {
		Params struct {
			Meta struct {
				Parent string `json:"traceparent"`
			} `json:"_meta"`
		} `json:"params"`
	}
	if json.Unmarshal(body, &message) == nil {
		// The caller's span is this one's parent; it is this side that made the header, so they are of one trace.
		if m := traceParent.FindStringSubmatch(message.Params.Meta.Parent); m != nil && strings.Trim(m[1], "0") != "" && strings.Trim(m[2], "0") != "" {
			v.TraceID, v.Parent = m[1], m[2]
		}
	}
	v.Attributes = []otlpAttribute{attribute("mcp.method.name", e.Method), attribute("jsonrpc.request.id", strings.Trim(e.ID, `"`)), attribute("rpc.system.name", "jsonrpc")}
	v.Attributes = append(v.Attributes, named(e)...)
	if c.Version != "" {
		v.Attributes = append(v.Attributes, attribute("mcp.protocol.version", c.Version))
	}
	more, err := carrier(s, e)
	if err != nil {
		return v, err
	}
	v.Attributes = append(v.Attributes, more...)
	v.outcome(e, answer)
	return v, nil
}

// targetOf is the part of a span's name that tells calls apart and takes few values: a tool or prompt, not a URI.
func targetOf(e wire.Entry) string {
	if e.Method == "tools/call" || e.Method == "prompts/get" {
		return e.Name
	}
	return ""
}

func named(e wire.Entry) []otlpAttribute {
	switch e.Method {
	case "tools/call":
		return []otlpAttribute{attribute("gen_ai.operation.name", "execute_tool"), attribute("gen_ai.tool.name", e.Name)}
	case "prompts/get":
		return []otlpAttribute{attribute("gen_ai.prompt.name", e.Name)}
	case "resources/read", "resources/subscribe", "resources/unsubscribe":
		return []otlpAttribute{attribute("mcp.resource.uri", e.Name)}
	}
	return nil
}

// carrier says over what the message went. The session's id is hashed: who knows it can speak in its place.
func carrier(s Source, e wire.Entry) ([]otlpAttribute, error) {
	if e.Exchange == 0 {
		return []otlpAttribute{attribute("network.transport", "pipe")}, nil
	}
	x, err := s.Exchange(e.Exchange)
	if err != nil || x == nil {
		return nil, err
	}
	out := []otlpAttribute{attribute("network.transport", "tcp"), attribute("network.protocol.name", "http")}
	if _, version, ok := strings.Cut(x.Proto, "/"); ok {
		out = append(out, attribute("network.protocol.version", version))
	}
	if u, err := url.Parse(x.URL); err == nil && u.Hostname() != "" {
		out = append(out, attribute("server.address", u.Hostname()))
		port := u.Port()
		if port == "" {
			port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
		}
		if n, err := strconv.ParseInt(port, 10, 32); err == nil {
			out = append(out, number("server.port", n))
		}
	}
	if x.Status != 0 {
		out = append(out, number("http.response.status_code", int64(x.Status)))
	}
	for _, h := range append(append([]wire.Header{}, x.RequestHeaders...), x.ResponseHeaders...) {
		if strings.EqualFold(h.Name, "mcp-session-id") {
			return append(out, attribute("mcp.session.id", digest(16, "session", h.Value))), nil
		}
	}
	return out, nil
}

func (v *otlpSpan) outcome(e, answer wire.Entry) {
	fail := func(kind, text string) {
		v.Status = otlpStatus{2, text}
		v.Attributes = append(v.Attributes, attribute("error.type", kind))
	}
	switch {
	case answer.Seq == 0:
		fail("_OTHER", "no answer")
	case answer.Message == wire.MsgError:
		v.Attributes = append(v.Attributes, attribute("rpc.response.status_code", strconv.Itoa(answer.Code)))
		fail(strconv.Itoa(answer.Code), "JSON-RPC error "+strconv.Itoa(answer.Code))
	case answer.ToolErr:
		fail("tool_error", "the tool reported an error")
	}
}

// digest makes an id that is the same each time.
func digest(n int, parts ...string) string {
	h := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(h[:])[:n]
}

// Sent is what came of an export of spans.
type Sent struct {
	URL      string `json:"url"`
	Spans    int    `json:"spans"`    // sent
	Rejected int    `json:"rejected"` // the collector's word
	Message  string `json:"message"`  // its warning, or empty
	Status   int    `json:"status"`   // of its last answer; 0: there was none
	Answer   string `json:"answer"`   // the body of its last answer, at most 64 KiB
	Sample   string `json:"sample"`   // the first span as it was sent
}

// traces is where a collector takes spans: an endpoint without a path gets OTLP's own.
func traces(endpoint string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(endpoint))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, errors.New("export spans: the collector is an http or https URL without a name and password in it, as in http://127.0.0.1:4318")
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/v1/traces"
	}
	u.Fragment = ""
	return u, nil
}

// SendSpans sends the spans of a source to a collector. A redirect is not followed; what the collector says is handed
// back, also with an error. headers go with each request: they may hold a credential and are not kept.
func SendSpans(ctx context.Context, s Source, by Creator, conns []ConnInfo, endpoint string, headers http.Header) (Sent, error) {
	u, err := traces(endpoint)
	if err != nil {
		return Sent{}, err
	}
	out := Sent{URL: u.String()}
	list, err := spans(s, conns)
	if err != nil {
		return out, err
	}
	if len(list) == 0 {
		return out, errors.New("export spans: there is no request that was answered among these entries")
	}
	if first, err := json.MarshalIndent(list[0], "", "  "); err == nil {
		out.Sample = string(first)
	}
	client := &http.Client{Timeout: otlpWait, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Transport: &http.Transport{DisableKeepAlives: true, Proxy: http.ProxyFromEnvironment}}
	for len(list) > 0 {
		n := min(len(list), spanBatch)
		if err := out.post(ctx, client, list[:n], by, headers); err != nil {
			return out, err
		}
		out.Spans += n
		list = list[n:]
	}
	return out, nil
}

func (out *Sent) post(ctx context.Context, client *http.Client, list []otlpSpan, by Creator, headers http.Header) error {
	r := otlpResource{Scopes: []otlpScope{{by, list}}}
	r.Resource.Attributes = []otlpAttribute{attribute("service.name", "sightglass"), attribute("service.version", by.Version)}
	body, err := encode(otlpRequest{[]otlpResource{r}})
	if err != nil {
		return fmt.Errorf("export spans: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, out.URL, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("export spans: %w", err)
	}
	for k, v := range headers {
		req.Header[k] = v
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("export spans to %s: %w", out.URL, err)
	}
	defer resp.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer)) // what came of it is shown
	out.Status, out.Answer = resp.StatusCode, string(bytes.ToValidUTF8(answer, nil))
	if resp.StatusCode/100 == 3 {
		return fmt.Errorf("export spans: %s answers %s to %s: a redirect is not followed, name that URL if you trust it", out.URL, resp.Status, resp.Header.Get("Location"))
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("export spans: the collector at %s answers %s", out.URL, resp.Status)
	}
	var partial struct {
		Partial struct {
			Rejected json.Number `json:"rejectedSpans"`
			Message  string      `json:"errorMessage"`
		} `json:"partialSuccess"`
	}
	var text struct {
		Partial struct {
			Rejected string `json:"rejectedSpans"`
			Message  string `json:"errorMessage"`
		} `json:"partialSuccess"`
	}
	if json.Unmarshal(answer, &text) == nil { // "64-bit integers are encoded as decimal strings", some send numbers
		partial.Partial.Rejected, partial.Partial.Message = json.Number(text.Partial.Rejected), text.Partial.Message
	} else {
		_ = json.Unmarshal(answer, &partial) // an answer without meaning means nothing was rejected
	}
	if n, err := partial.Partial.Rejected.Int64(); err == nil && n > 0 {
		out.Rejected += int(min(n, int64(len(list))))
	}
	if partial.Partial.Message != "" {
		out.Message = partial.Partial.Message
	}
	return nil
}
