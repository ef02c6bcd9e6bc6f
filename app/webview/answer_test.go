package webview

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
)

// probe is a writer that tells whether a fork could have happened while an answer began.
type probe struct {
	*httptest.ResponseRecorder
	open, writing bool
}

func (p *probe) WriteHeader(code int) {
	if syscall.ForkLock.TryLock() {
		syscall.ForkLock.Unlock()
		p.open = true
	}
	p.ResponseRecorder.WriteHeader(code)
}

func (p *probe) Write(b []byte) (int, error) {
	if !syscall.ForkLock.TryLock() {
		p.writing = true
	} else {
		syscall.ForkLock.Unlock()
	}
	return p.ResponseRecorder.Write(b)
}

func TestAnswersBeginWithoutForks(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"header first": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusTeapot)
			_, _ = w.Write([]byte("{}"))
		},
		"body first": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<!doctype html>")) },
	} {
		p := &probe{ResponseRecorder: httptest.NewRecorder()}
		h := Guard(func() (string, error) { return "", errors.New("none") })(handler)
		h.ServeHTTP(p, httptest.NewRequest(http.MethodGet, "/", nil))
		if p.open {
			t.Errorf("%s: a process could have been started while the answer began", name)
		}
		if p.writing {
			t.Errorf("%s: no process could be started while the body was written", name)
		}
		if name == "body first" && p.Header().Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("type %q", p.Header().Get("Content-Type"))
		}
	}
}
