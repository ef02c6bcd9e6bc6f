package sandbox

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// served is a server with one document, ended with the test.
func served(t *testing.T, d Document) (*Server, Opened) {
	t.Helper()
	s := &Server{}
	t.Cleanup(s.Shutdown)
	o, err := s.Open(d)
	if err != nil {
		t.Fatal(err)
	}
	return s, o
}

// ask sends one request, changed by edit.
func ask(t *testing.T, method, url string, edit func(*http.Request)) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if edit != nil {
		edit(r)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(b)
}

func document(o Opened) string { return strings.TrimSuffix(o.URL, outerPath) + documentPath }

func TestServesADocumentWithItsPolicy(t *testing.T) {
	const page = "<!doctype html>\xff<p>byte for byte</p>"
	_, o := served(t, Document{HTML: []byte(page), Scripts: true})
	status, h, body := ask(t, http.MethodGet, document(o), nil)
	if status != http.StatusOK || body != page || h.Get("Content-Security-Policy") != o.Policy {
		t.Errorf("%d %q, policy %q", status, body, h.Get("Content-Security-Policy"))
	}
	for _, want := range []string{
		"default-src 'none'", "script-src 'self' 'unsafe-inline'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data:",
		"media-src 'self' data:", "connect-src 'none'", "frame-src 'none'", "base-uri 'none'", "form-action 'none'", "sandbox allow-scripts allow-forms",
	} {
		if !strings.Contains("; "+o.Policy+";", "; "+want+";") {
			t.Errorf("the policy has no %q: %s", want, o.Policy)
		}
	}
	if strings.Contains(o.Policy+o.Sandbox, "same-origin") {
		t.Errorf("the document may share an origin: %s, %s", o.Policy, o.Sandbox)
	}
	if got := h.Get("Permissions-Policy"); !strings.Contains(got, "camera=()") || !strings.Contains(got, "clipboard-write=()") {
		t.Errorf("permissions policy %q", got)
	}
	status, h, body = ask(t, http.MethodGet, o.URL, nil)
	if status != http.StatusOK || !strings.Contains(body, `sandbox="allow-scripts allow-forms"`) || strings.Contains(body, "%!") {
		t.Errorf("the page around it: %d %s", status, body)
	}
	if got := h.Get("Content-Security-Policy"); !strings.Contains(got, "frame-src "+document(o)+";") || strings.Contains(got, "script-src 'unsafe-inline'") {
		t.Errorf("policy of the page around it: %s", got)
	}
}

func TestRunsNothingInADocumentWithoutScripts(t *testing.T) {
	_, o := served(t, Document{HTML: []byte("<p>x")})
	if !strings.Contains(o.Policy, "script-src 'none'") || !strings.Contains(o.Policy, "; sandbox;") || o.Sandbox != "" || !strings.HasSuffix(o.URL, documentPath) {
		t.Errorf("%+v", o)
	}
	if status, _, _ := ask(t, http.MethodGet, strings.TrimSuffix(o.URL, documentPath)+outerPath, nil); status != http.StatusNotFound {
		t.Errorf("the page around it: %d", status)
	}
}

// TestServesAViewerThatLoadsNothing opens a page that is a script of the program's own: no other runs in it, and whatever
// else is asked for with it has no effect.
func TestServesAViewerThatLoadsNothing(t *testing.T) {
	const script = `document.title = "\x3C/script>"`
	_, o := served(t, Document{
		Script: []byte(script), HTML: []byte("<p>not shown"), Local: true, Permissions: []string{"camera"},
		Domains: Domains{Connect: []string{"https://a.example"}, Resource: []string{"https://a.example"}},
	})
	status, h, body := ask(t, http.MethodGet, document(o), nil)
	if status != http.StatusOK || !strings.Contains(body, "<script>"+script+"</script>") || strings.Contains(body, "not shown") || h.Get("Content-Security-Policy") != o.Policy {
		t.Errorf("%d %q, policy %q", status, body, h.Get("Content-Security-Policy"))
	}
	sum := sha256.Sum256([]byte(script))
	want := map[string]string{
		"default-src": "'none'", "script-src": "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "' 'wasm-unsafe-eval'",
		"worker-src": "blob:", "style-src": "'unsafe-inline'", "img-src": "blob: data:", "font-src": "data:", "connect-src": "'none'", "frame-src": "'none'",
		"base-uri": "'none'", "object-src": "'none'", "form-action": "'none'", "webrtc": "'block'", "sandbox": "allow-scripts",
	}
	got := map[string]string{}
	for d := range strings.SplitSeq(o.Policy, "; ") {
		name, value, _ := strings.Cut(d, " ")
		got[name] = value
	}
	delete(got, "report-uri")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("policy: %s", diff)
	}
	if o.Allow != "" || len(o.Refused) != 0 || !strings.Contains(h.Get("Permissions-Policy"), "camera=()") {
		t.Errorf("allow %q, refused %v, %q", o.Allow, o.Refused, h.Get("Permissions-Policy"))
	}
	s := &Server{}
	t.Cleanup(s.Shutdown)
	for _, bad := range []string{"a</script>b", "a</SCRIPT >b", "a<!--b"} {
		if _, err := s.Open(Document{Script: []byte(bad)}); err == nil {
			t.Errorf("%q is served", bad)
		}
	}
}

func TestRefusesWhatIsNoFramesRequest(t *testing.T) {
	s, o := served(t, Document{HTML: []byte("secret of a server"), Scripts: true})
	origin, err := s.Origin()
	if err != nil {
		t.Fatal(err)
	}
	port := origin[strings.LastIndexByte(origin, ':'):]
	for name, c := range map[string]struct {
		method, url string
		edit        func(*http.Request)
		status      int
	}{
		"another host":         {"GET", document(o), func(r *http.Request) { r.Host = "evil.example" + port }, http.StatusMisdirectedRequest},
		"localhost":            {"GET", document(o), func(r *http.Request) { r.Host = "localhost" + port }, http.StatusMisdirectedRequest},
		"another port":         {"GET", document(o), func(r *http.Request) { r.Host = "127.0.0.1:1" }, http.StatusMisdirectedRequest},
		"the root":             {"GET", origin + "/", nil, http.StatusNotFound},
		"a guess":              {"GET", origin + "/" + strings.Repeat("0", 64) + "/document", nil, http.StatusNotFound},
		"the path alone":       {"GET", strings.TrimSuffix(o.URL, "/"+outerPath), nil, http.StatusNotFound},
		"beyond the document":  {"GET", document(o) + "/etc/passwd", nil, http.StatusNotFound},
		"a step up":            {"GET", document(o) + "/../../../etc/passwd", nil, http.StatusNotFound},
		"with a query":         {"GET", document(o) + "?x", nil, http.StatusNotFound},
		"POST":                 {"POST", document(o), nil, http.StatusMethodNotAllowed},
		"PUT":                  {"PUT", document(o), nil, http.StatusMethodNotAllowed},
		"HEAD":                 {"HEAD", document(o), nil, http.StatusMethodNotAllowed},
		"OPTIONS":              {"OPTIONS", document(o), nil, http.StatusMethodNotAllowed},
		"a window of its own":  {"GET", document(o), func(r *http.Request) { r.Header.Set("Sec-Fetch-Dest", "document") }, http.StatusForbidden},
		"a script":             {"GET", document(o), func(r *http.Request) { r.Header.Set("Sec-Fetch-Dest", "script") }, http.StatusForbidden},
		"a fetch":              {"GET", document(o), func(r *http.Request) { r.Header.Set("Sec-Fetch-Dest", "empty") }, http.StatusForbidden},
		"GET for reports":      {"GET", strings.TrimSuffix(o.URL, outerPath) + reportPath, nil, http.StatusNotFound},
		"a report of no type":  {"POST", strings.TrimSuffix(o.URL, outerPath) + reportPath, nil, http.StatusBadRequest},
		"a report for nothing": {"POST", origin + "/nothing/report", nil, http.StatusNotFound},
	} {
		status, h, body := ask(t, c.method, c.url, c.edit)
		if status != c.status || body != "" {
			t.Errorf("%s: %d %q, want %d and nothing", name, status, body, c.status)
		}
		if h.Get("Access-Control-Allow-Origin") != "" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", name, h)
		}
	}
	status, _, _ := ask(t, http.MethodGet, document(o), func(r *http.Request) { r.Header.Set("Sec-Fetch-Dest", "iframe") })
	if status != http.StatusOK {
		t.Errorf("a frame gets %d", status)
	}
	s.Close(o.ID)
	if status, _, _ := ask(t, http.MethodGet, document(o), nil); status != http.StatusNotFound {
		t.Errorf("after Close: %d", status)
	}
}

func TestTellsOfReports(t *testing.T) {
	var got []Report
	_, o := served(t, Document{HTML: []byte("x"), Scripts: true, OnReport: func(r Report) { got = append(got, r) }})
	url := strings.TrimSuffix(o.URL, outerPath) + reportPath
	status, _, _ := ask(t, http.MethodPost, url, func(r *http.Request) {
		r.Header.Set("Content-Type", "application/csp-report")
		r.Body = io.NopCloser(strings.NewReader(`{"csp-report":{"violated-directive":"connect-src 'none'","blocked-uri":"https://evil.example/\u0007","line-number":3,"column-number":4}}`))
	})
	want := []Report{{Directive: "connect-src", Blocked: "https://evil.example/", Source: "line 3, column 4"}}
	if diff := cmp.Diff(want, got); diff != "" || status != http.StatusNoContent {
		t.Errorf("%d %s", status, diff)
	}
}

func TestNamesItsLimits(t *testing.T) {
	s := &Server{}
	t.Cleanup(s.Shutdown)
	if _, err := s.Open(Document{HTML: make([]byte, MaxHTML+1)}); err == nil {
		t.Error("a document over the limit was taken")
	}
	for range MaxDocuments {
		if _, err := s.Open(Document{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Open(Document{}); err != ErrTooMany { //nolint:errorlint // the sentinel itself
		t.Errorf("one too many: %v", err)
	}
	s.CloseAll()
	if _, err := s.Open(Document{}); err != nil {
		t.Errorf("after CloseAll: %v", err)
	}
	s.Shutdown()
	if _, err := s.Open(Document{}); err == nil {
		t.Error("opened after Shutdown")
	}
}

func TestListensOnLoopbackAlone(t *testing.T) {
	s, _ := served(t, Document{})
	origin, err := s.Origin()
	if err != nil || !strings.HasPrefix(origin, "http://127.0.0.1:") {
		t.Errorf("%q, %v", origin, err)
	}
}
