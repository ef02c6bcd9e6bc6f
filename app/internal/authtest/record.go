package authtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Record is one request as it arrived.
type Record struct {
	Server   string // resource, as, as2, idp
	Endpoint string
	Method   string
	Path     string // without the query
	Query    url.Values
	Header   http.Header
	Body     []byte
	Form     url.Values     // of a form body
	JSON     map[string]any // of a JSON body
	RPC      string         // JSON-RPC method
	Tool     string         // of tools/call
	Status   int            // answered with; 0 while it is being answered
	At       time.Time
}

// Requests are all requests so far, in the order of arrival.
func (w *World) Requests() []Record {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.records)
}

// Of are the requests to an endpoint, of any server.
func (w *World) Of(endpoint string) []Record {
	return slices.DeleteFunc(w.Requests(), func(r Record) bool { return r.Endpoint != endpoint })
}

// Got are the requests to an endpoint of this server.
func (s *Server) Got(endpoint string) []Record {
	return slices.DeleteFunc(s.w.Of(endpoint), func(r Record) bool { return r.Server != s.Name })
}

// Violations are what clients did against the rules, each with its source.
func (w *World) Violations() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.violations)
}

func (w *World) violate(format string, args ...any) {
	w.mu.Lock()
	w.violations = append(w.violations, fmt.Sprintf(format, args...))
	w.mu.Unlock()
}

// maxBody bounds what is read of a request, in bytes.
const maxBody = 8 << 20

// handle records a request, lets a fault act, and answers by h.
func (w *World) handle(server, endpoint string, faults map[string]*Fault, h func(http.ResponseWriter, *http.Request, *Record)) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		rec := read(r)
		rec.Server, rec.Endpoint = server, endpoint
		w.mu.Lock()
		n := len(w.records)
		w.records = append(w.records, rec)
		w.mu.Unlock()
		w.judge(&rec)
		f := w.takeFault(faults, endpoint)
		out := &writer{ResponseWriter: rw, fault: f}
		if !f.act(out, r) {
			h(out, r, &rec)
		}
		w.mu.Lock()
		w.records[n].Status = out.status
		w.mu.Unlock()
		if f.After != nil {
			f.After()
		}
	}
}

// read takes a request apart; its body can be read again.
func read(r *http.Request) Record {
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxBody)) // a body that breaks off is judged as far as it came
	r.Body = io.NopCloser(bytes.NewReader(body))
	rec := Record{Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Header: r.Header.Clone(), Body: body, Form: url.Values{}, At: time.Now()}
	switch kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.TrimSpace(kind) {
	case "application/x-www-form-urlencoded":
		if form, err := url.ParseQuery(string(body)); err == nil {
			rec.Form = form
		}
	case "application/json":
		_ = json.Unmarshal(body, &rec.JSON) // something else than an object stays nil
		rec.RPC, _ = rec.JSON["method"].(string)
		if params, ok := rec.JSON["params"].(map[string]any); ok && rec.RPC == "tools/call" {
			rec.Tool, _ = params["name"].(string)
		}
	}
	return rec
}

// judge is what holds for every request.
func (w *World) judge(rec *Record) {
	where := rec.Server + " " + rec.Endpoint
	if rec.Endpoint != MCP {
		if kind, _, _ := strings.Cut(rec.Header.Get("Authorization"), " "); rec.Header.Get("Authorization") != "" && !strings.EqualFold(kind, "Basic") {
			w.violate("%s: an access token was sent to an endpoint that is not the resource (authorization, token handling)", where)
		} else if kind != "" && rec.Endpoint != Token && rec.Endpoint != Revoke && rec.Endpoint != Push {
			w.violate("%s: client credentials were sent to an endpoint that asks for none", where)
		}
		if rec.Header.Get("Cookie") != "" {
			w.violate("%s: a cookie was sent", where)
		}
	}
	for _, name := range []string{"client_secret", "code_verifier", "refresh_token", "client_assertion", "assertion", "subject_token"} {
		if rec.Query.Has(name) {
			w.violate("%s: %s in the query (RFC 6749 section 2.3.1)", where, name)
		}
	}
	for _, set := range []url.Values{rec.Query, rec.Form} {
		for name, values := range set {
			if len(values) > 1 && rec.Endpoint != MCP && name != "resource" {
				w.violate("%s: %s is given %d times (RFC 6749 section 3.1)", where, name, len(values))
			}
		}
	}
	if token := rec.Query.Get("access_token"); token != "" && w.live(token) {
		w.violate("%s: a live access token in the query (authorization, access token usage)", where)
	}
}

func quietLog() *log.Logger { return log.New(io.Discard, "", 0) }
