package webview

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestGuardLetsAHandlerSetItsOwnPolicy(t *testing.T) {
	const own = "default-src 'self'"
	h := Guard(func() (string, error) { return "", errors.New("none") })(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "other" {
			w.Header().Set("Content-Security-Policy", own)
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	for host, want := range map[string]string{"wails": Policy, "other": own} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Header().Get("Content-Security-Policy"); got != want {
			t.Errorf("host %s: policy %q, want %q", host, got, want)
		}
	}
}

func TestGuardNamesTheOneOriginOfFrames(t *testing.T) {
	for origin, want := range map[string]string{
		"http://127.0.0.1:4711": "frame-src http://127.0.0.1:4711;",
		"":                      "frame-src 'none';",
		"http://evil.example":   "frame-src 'none';",
	} {
		w := httptest.NewRecorder()
		h := Guard(func() (string, error) { return origin, nil })(http.NotFoundHandler())
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		if got := w.Header().Get("Content-Security-Policy"); !strings.Contains(got, want) || strings.Count(got, "frame-src") != 1 {
			t.Errorf("%q: %s", origin, got)
		}
	}
}
