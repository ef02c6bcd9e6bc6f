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
		{"view", http.MethodPost, "/api/view", a.fetch.token, `{"view":{"view":"v","scope":{"all":true},"filter":"ms:>5"}}`, 200, `"rows":0`},
		{"wrong filter", http.MethodPost, "/api/view", a.fetch.token, `{"view":{"view":"v","scope":{"all":true},"filter":"mss:>5"}}`, 200, `did you mean ms:`},
		{"rows", http.MethodPost, "/api/rows", a.fetch.token, `{"rows":{"view":"v","index":-1,"limit":10}}`, 200, `"entries":[]`},
		{"no such view", http.MethodPost, "/api/rows", a.fetch.token, `{"rows":{"view":"w"}}`, 422, "no view"},
		{"row of", http.MethodPost, "/api/rowof", a.fetch.token, `{"rows":{"view":"v"},"seq":1}`, 200, `"index":-1`},
		{"entry that is not there", http.MethodPost, "/api/entry", a.fetch.token, `{"seq":9}`, 422, "not kept"},
		{"related to none", http.MethodPost, "/api/related", a.fetch.token, `{"seq":9}`, 422, "not kept"},
		{"words", http.MethodPost, "/api/filterwords", a.fetch.token, `{"rows":{"view":"v"},"text":"meth","index":4}`, 200, `"insert":"method:"`},
		{"timeline", http.MethodPost, "/api/timeline", a.fetch.token, `{"timeline":{"view":"v","pixels":10}}`, 200, `"lanes":[]`},
		{"stats", http.MethodPost, "/api/stats", a.fetch.token, `{"stats":{"view":"v"}}`, 200, `"tools":[]`},
		{"no token", http.MethodPost, "/api/rows", "", `{}`, 403, "token"},
		{"wrong token", http.MethodPost, "/api/rows", strings.Repeat("0", 64), `{}`, 403, "token"},
		{"GET", http.MethodGet, "/api/rows", a.fetch.token, "", 405, "POST"},
		{"no JSON", http.MethodPost, "/api/rows", a.fetch.token, "{", 400, "read the question"},
		{"unknown", http.MethodPost, "/api/quit", a.fetch.token, `{}`, 422, "no fetch"},
		{"no such entry", http.MethodPost, "/api/body", a.fetch.token, `{"seq":9,"part":"message"}`, 422, "not in the log"},
		{"no such exchange", http.MethodPost, "/api/exchange", a.fetch.token, `{"seq":9}`, 422, "no HTTP exchange"},
		{"not connected", http.MethodPost, "/api/tools", a.fetch.token, `{"profile":"x"}`, 200, "not connected"},
		{"resources", http.MethodPost, "/api/resources", a.fetch.token, `{"profile":"x","pages":"first"}`, 200, "not connected"},
		{"templates", http.MethodPost, "/api/templates", a.fetch.token, `{"profile":"x"}`, 200, "not connected"},
		{"prompts", http.MethodPost, "/api/prompts", a.fetch.token, `{"profile":"x","refresh":true}`, 200, "not connected"},
		{"no such resource", http.MethodPost, "/api/resource", a.fetch.token, `{"profile":"x"}`, 422, "no resource"},
		{"no such prompt", http.MethodPost, "/api/prompt", a.fetch.token, `{"profile":"x"}`, 422, "no prompt"},
		{"no such contents", http.MethodPost, "/api/contents", a.fetch.token, `{"seq":9}`, 422, "not in the log"},
		{"no such content", http.MethodPost, "/api/content", a.fetch.token, `{"seq":9,"at":"/contents/0"}`, 422, "not in the log"},
		{"overview of none", http.MethodPost, "/api/overview", a.fetch.token, `{"profile":"x"}`, 200, `"streams":[]`},
		{"log of none", http.MethodPost, "/api/logs", a.fetch.token, `{"log":{"profile":"x"}}`, 200, `"lines":[]`},
		{"changes of none", http.MethodPost, "/api/changes", a.fetch.token, `{"profile":"x","text":"tools"}`, 200, `"items":[]`},
		{"icon of none", http.MethodPost, "/api/icon", a.fetch.token, `{"icon":{"profile":"x","of":"server"}}`, 422, "not connected"},
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

// A page that takes a type at its word must not be talked into running anything.
func TestOnlyHarmlessTypesPass(t *testing.T) {
	for in, want := range map[string]string{
		"image/png": "image/png", "Image/PNG; q=1": "image/png", "application/pdf": "application/pdf", "text/csv": "text/plain; charset=utf-8",
		"text/html": "application/octet-stream", "image/svg+xml": "application/octet-stream", "application/xhtml+xml": "application/octet-stream",
		"text/javascript": "application/octet-stream", "": "application/octet-stream", "image/png\r\nX: y": "application/octet-stream",
	} {
		if got := harmless(in); got != want {
			t.Errorf("%q passes as %q, want %q", in, got, want)
		}
	}
	if got := headerText("a/b\r\nX: ü"); got != "a/bX: " {
		t.Errorf("%q", got)
	}
}

func TestFetchSurvivesAPanic(t *testing.T) {
	f := newFetcher(nil) // no core: the first use of it panics
	req := httptest.NewRequest(http.MethodPost, "/api/rows", strings.NewReader("{}"))
	req.Header.Set(tokenHeader, f.token)
	rec := httptest.NewRecorder()
	f.ServeHTTP(rec, req)
	if rec.Code != http.StatusInternalServerError || !strings.Contains(rec.Body.String(), "internal error") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}
