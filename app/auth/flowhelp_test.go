package auth

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/sightglass-dev/sightglass/app/challenge"
)

// siteStore is a store in memory; fail makes it refuse.
type siteStore struct {
	mu   sync.Mutex
	m    map[string]string
	fail error
}

func (s *siteStore) Get(_ context.Context, name string) (string, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.m[name]
	return v, ok, s.fail
}

func (s *siteStore) Set(_ context.Context, name, value string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail == nil {
		s.m[name] = value
	}
	return "memory", s.fail
}

func (s *siteStore) Delete(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.m, name)
	return s.fail
}

func (s *siteStore) Forget(string) {}

// page is what a site answers at one request target.
type page struct {
	status int // 0: 200
	kind   string
	body   string
	to     string // Location
	cut    bool   // the connection breaks off
}

// site answers request targets as scripted, anything else with 404, and keeps what was asked. {url} in bodies is its
// own URL.
type site struct {
	url   string
	mu    sync.Mutex
	pages map[string]page
	asked []string
	heads []http.Header
}

func newSite(t *testing.T, pages map[string]page) *site {
	t.Helper()
	s := &site{pages: pages}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked = append(s.asked, r.RequestURI)
	s.heads = append(s.heads, r.Header.Clone())
	p, ok := s.pages[r.RequestURI]
	s.mu.Unlock()
	switch {
	case !ok:
		http.NotFound(w, r)
		return
	case p.cut:
		panic(http.ErrAbortHandler)
	}
	if p.kind == "" {
		p.kind = "application/json"
	}
	w.Header().Set("Content-Type", p.kind)
	if p.to != "" {
		w.Header().Set("Location", strings.ReplaceAll(p.to, "{url}", s.url))
	}
	if p.status == 0 {
		p.status = http.StatusOK
	}
	w.WriteHeader(p.status)
	_, _ = w.Write([]byte(strings.ReplaceAll(p.body, "{url}", s.url)))
}

func (s *site) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.asked...)
}

func (s *site) set(target string, p page) {
	s.mu.Lock()
	s.pages[target] = p
	s.mu.Unlock()
}

// doc is a JSON page of an object; overrides with nil remove a member.
func doc(base map[string]any, change map[string]any) page {
	m := map[string]any{}
	for k, v := range base {
		m[k] = v
	}
	for k, v := range change {
		if m[k] = v; v == nil {
			delete(m, k)
		}
	}
	b, _ := json.Marshal(m)
	return page{body: string(b)}
}

var (
	goodPRM = map[string]any{"resource": "{url}/mcp", "authorization_servers": []string{"{url}"}}
	goodAS  = map[string]any{
		"issuer": "{url}", "authorization_endpoint": "{url}/authorize", "token_endpoint": "{url}/token", "registration_endpoint": "{url}/register",
		"code_challenge_methods_supported": []string{"S256"},
	}
)

const (
	prmPath = "/.well-known/oauth-protected-resource/mcp"
	prmRoot = "/.well-known/oauth-protected-resource"
	asRoot  = "/.well-known/oauth-authorization-server"
	oidRoot = "/.well-known/openid-configuration"
)

// headed is a challenge whose header names the metadata; {url} is the site.
func (s *site) headed(resource, header string) *challenge.Challenge {
	c := challenge.Read(challenge.Input{
		Server: "Test server", Resource: resource, Status: 401, Method: "POST", URL: resource, Where: "tools/list", Exchange: 1,
		Header: http.Header{"Www-Authenticate": {strings.ReplaceAll(header, "{url}", s.url)}},
	})
	return &c
}

// equalLists compares lists of strings and tells both.
func equalLists(t *testing.T, what string, got, want []string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s:\ngot  %q\nwant %q", what, got, want)
	}
}

func hasFinding(s Step, part string) bool {
	for _, f := range s.Findings {
		if strings.Contains(f.Text, part) {
			return true
		}
	}
	return false
}

// plainClient keeps no connection.
func plainClient(t *testing.T) *http.Client {
	t.Helper()
	tr := &http.Transport{DisableKeepAlives: true}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

// newHandlerServer gives the URL of a server that ends with the test.
func newHandlerServer(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// freePort is a port that was free a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}
