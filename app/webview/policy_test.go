package webview

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestGuardLetsAHandlerSetItsOwnPolicy(t *testing.T) {
	const own = "default-src 'self'"
	h := Guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
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
