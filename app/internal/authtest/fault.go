package authtest

import (
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
	"time"
)

func copyFaults(from map[string]Fault) map[string]*Fault {
	to := map[string]*Fault{}
	for name, f := range from {
		to[name] = &f
	}
	return to
}

func (w *World) setFault(faults map[string]*Fault, endpoint string, f Fault) {
	w.mu.Lock()
	faults[endpoint] = &f
	w.mu.Unlock()
}

// takeFault is the fault in force, used up by one.
func (w *World) takeFault(faults map[string]*Fault, endpoint string) Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := faults[endpoint]
	if f == nil {
		return Fault{}
	}
	now := *f
	if f.Times > 0 {
		if f.Times--; f.Times == 0 {
			delete(faults, endpoint)
		}
	}
	return now
}

// act does what can be done without the proper answer and says whether that was all.
func (f *Fault) act(w *writer, r *http.Request) bool {
	if f.Delay > 0 {
		select {
		case <-r.Context().Done():
			return true
		case <-time.After(f.Delay):
		}
	}
	maps.Copy(w.Header(), f.Header)
	switch {
	case f.Hang:
		<-r.Context().Done()
		return true
	case f.Cut:
		w.Header().Set("Content-Length", "4096")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusOK)
		_, _ = io.WriteString(w, `{"iss`)
		w.cut()
		return true
	case f.Status != 0:
		if f.Location != "" {
			w.Header().Set("Location", f.Location)
		}
		if f.Type != "" {
			w.Header().Set("Content-Type", f.Type)
		}
		w.WriteHeader(f.Status)
		_, _ = io.WriteString(w, f.Body)
		return true
	}
	return false
}

// writer keeps the status and applies a fault to the proper answer.
type writer struct {
	http.ResponseWriter
	fault  Fault
	status int
}

func (w *writer) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *writer) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Flush lets streams through.
func (w *writer) Flush() {
	if f, ok := w.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// Unwrap is for http.ResponseController.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// cut breaks the connection under the answer.
func (w *writer) cut() {
	w.Flush()
	c, _, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		return
	}
	if tcp, is := c.(*net.TCPConn); is {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// reply answers with JSON, bent by the fault in force.
func reply(w http.ResponseWriter, status int, doc map[string]any) {
	if own, is := w.(*writer); is {
		if own.fault.Change != nil {
			own.fault.Change(doc)
		}
		if own.fault.Huge > 0 {
			doc["padding"] = strings.Repeat("x", own.fault.Huge)
		}
	}
	b, err := json.Marshal(doc)
	if err != nil {
		panic(err) // a test's own Change put something in that is no JSON
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

// refuse answers with an OAuth error (RFC 6749 section 5.2).
func refuse(w http.ResponseWriter, r Refusal) {
	if r.Status == 0 {
		r.Status = http.StatusBadRequest
	}
	doc := map[string]any{"error": r.Code}
	if r.Description != "" {
		doc["error_description"] = r.Description
	}
	reply(w, r.Status, doc)
}
