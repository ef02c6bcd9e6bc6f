package app

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestFetchWantsPostAndToken(t *testing.T) {
	a := New("test")
	for _, tt := range []struct {
		name, method, path, token, body string
		status                          int
		say                             string
	}{
		{"page", http.MethodPost, "/api/page", a.fetch.token, `{"after":0,"limit":10}`, 200, `"entries":[]`},
		{"match", http.MethodPost, "/api/match", a.fetch.token, `{"text":"x"}`, 200, `"seqs":[]`},
		{"no token", http.MethodPost, "/api/page", "", `{}`, 403, "token"},
		{"wrong token", http.MethodPost, "/api/page", strings.Repeat("0", 64), `{}`, 403, "token"},
		{"GET", http.MethodGet, "/api/page", a.fetch.token, "", 405, "POST"},
		{"no JSON", http.MethodPost, "/api/page", a.fetch.token, "{", 400, "read the question"},
		{"unknown", http.MethodPost, "/api/quit", a.fetch.token, `{}`, 422, "no fetch"},
		{"no such entry", http.MethodPost, "/api/body", a.fetch.token, `{"seq":9,"part":"message"}`, 422, "not in the log"},
		{"no such exchange", http.MethodPost, "/api/exchange", a.fetch.token, `{"seq":9}`, 422, "no HTTP exchange"},
		{"not connected", http.MethodPost, "/api/tools", a.fetch.token, `{"profile":"x"}`, 200, "not connected"},
		{"elsewhere", http.MethodPost, "/etc/passwd", a.fetch.token, `{}`, 404, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), tt.method, tt.path, strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set(tokenHeader, tt.token)
			rec := httptest.NewRecorder()
			a.Handler().ServeHTTP(rec, req)
			if rec.Code != tt.status || !strings.Contains(rec.Body.String(), tt.say) {
				t.Errorf("%d %s; want %d with %q", rec.Code, rec.Body, tt.status, tt.say)
			}
		})
	}
}

func TestFetchSurvivesAPanic(t *testing.T) {
	f := newFetcher(nil) // no core: the first use of it panics
	req := httptest.NewRequest(http.MethodPost, "/api/page", strings.NewReader("{}"))
	req.Header.Set(tokenHeader, f.token)
	rec := httptest.NewRecorder()
	f.ServeHTTP(rec, req)
	if rec.Code != http.StatusInternalServerError || !strings.Contains(rec.Body.String(), "internal error") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}
