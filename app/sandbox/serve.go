package sandbox

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"strings"
)

// What stands behind a document's unguessable path.
const (
	outerPath    = "frame"    // the page around a document with scripts
	documentPath = "document" // the document, byte for byte
	reportPath   = "report"   // where the browser reports violations to
)

// outerPage holds the document's frame and relays its messages. It is the only script of this package's own.
//
//go:embed outer.html
var outerPage string

//go:embed outer.js
var outerScript string

// serve answers one request. Whatever is not exactly a frame's request for a document that is open gets an empty
// refusal: other programs of this machine can reach the port, and pages of other sites may guess at it.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("X-DNS-Prefetch-Control", "off") // a name that is looked up tells something, too
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	id, what, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	p, addr := s.find(id)
	switch {
	case r.Host != addr: // DNS rebinding: a name of somebody's that leads here
		w.WriteHeader(http.StatusMisdirectedRequest)
	case p == nil || r.URL.RawQuery != "":
		w.WriteHeader(http.StatusNotFound)
	case what == reportPath && r.Method == http.MethodPost:
		p.report(w, r)
	case r.Method != http.MethodGet:
		h.Set("Allow", http.MethodGet)
		w.WriteHeader(http.StatusMethodNotAllowed)
	case !forFrame(r):
		w.WriteHeader(http.StatusForbidden)
	case what == outerPath && p.doc.Scripts:
		p.sendOuter(w, id)
	case what == documentPath:
		p.sendDocument(w)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// forFrame reports whether a request asks for the content of a frame, as far as the browser says (Fetch Metadata): not
// for a window of its own, a script or a picture.
func forFrame(r *http.Request) bool {
	dest := r.Header.Get("Sec-Fetch-Dest")
	return dest == "" || dest == "iframe" || dest == "frame"
}

func (p *page) sendOuter(w http.ResponseWriter, id string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", p.outer)
	h.Set("Permissions-Policy", p.permissions)
	_, _ = fmt.Fprintf(w, outerPage, html.EscapeString(sandboxOf(true)), html.EscapeString(allow(p.doc.Permissions)), "/"+id+"/"+documentPath, outerScript)
}

func (p *page) sendDocument(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", p.policy)
	h.Set("Permissions-Policy", p.permissions)
	_, _ = w.Write(p.doc.HTML)
}

// report takes a violation that the browser reports (CSP Level 3 section 5.3). It changes nothing but a list that the
// user reads: the document itself cannot send one, since its policy lets it reach nothing here.
func (p *page) report(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Report struct {
			Effective string `json:"effective-directive"`
			Violated  string `json:"violated-directive"`
			Blocked   string `json:"blocked-uri"`
			Line      int    `json:"line-number"`
			Column    int    `json:"column-number"`
		} `json:"csp-report"`
	}
	if r.Header.Get("Content-Type") != "application/csp-report" ||
		json.NewDecoder(io.LimitReader(r.Body, maxReport)).Decode(&body) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
	got := Report{Directive: clip(body.Report.Effective, 60), Blocked: clip(body.Report.Blocked, 300)}
	if got.Directive == "" {
		got.Directive, _, _ = strings.Cut(clip(body.Report.Violated, 60), " ")
	}
	if body.Report.Line > 0 {
		got.Source = fmt.Sprintf("line %d, column %d", body.Report.Line, body.Report.Column)
	}
	if p.doc.OnReport != nil {
		p.doc.OnReport(got)
	}
}

// clip cuts s to n bytes, and leaves out what is not printable.
func clip(s string, n int) string {
	s = strings.ToValidUTF8(s[:min(len(s), n)], "")
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f {
			return -1
		}
		return r
	}, s)
}
