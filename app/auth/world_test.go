package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// world is an MCP server that takes the access tokens of an authorization server which rotates refresh tokens and
// ends a sign-in whose refresh token is spent twice.
type world struct {
	t       *testing.T
	as, mcp *httptest.Server
	mu      sync.Mutex
	now     time.Time
	n       int             // tokens given
	life    int             // seconds
	access  map[string]bool // good access tokens
	refresh map[string]bool // true: good, false: spent
	dead    bool            // a refresh token was spent twice
	spends  int
	prm     int // resource metadata read
	prmOK   bool
	prmJSON string // instead of the right one
	issuer  string // that the metadata names
	events  []string
	token   func(w http.ResponseWriter, r *http.Request) bool // answers instead, when true
	guard   func(w http.ResponseWriter, r *http.Request) bool
	dpop    bool
	revoked []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	noLeaks(t)
	w := &world{t: t, now: time.Unix(1_800_000_000, 0), life: 600, access: map[string]bool{}, refresh: map[string]bool{}, prmOK: true}
	w.as = httptest.NewServer(http.HandlerFunc(w.serveAS))
	w.mcp = httptest.NewServer(http.HandlerFunc(w.serveMCP))
	w.issuer = w.as.URL
	t.Cleanup(func() { w.as.Close(); w.mcp.Close() })
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) later(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) event(s string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = append(w.events, s)
}

// spent is how many token requests came.
func (w *world) spent() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.spends
}

// issue makes a token set, as the authorization server would.
func (w *world) issue() (at, rt string) {
	w.n++
	at, rt = fmt.Sprintf("access-%d", w.n), fmt.Sprintf("refresh-%d", w.n)
	w.access[at], w.refresh[rt] = true, true
	return at, rt
}

func (w *world) serveAS(rw http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.URL.Path == "/revoke" {
		w.revoked = append(w.revoked, r.Form.Get("token_type_hint")+" "+r.Form.Get("token"))
		return
	}
	w.events = append(w.events, "spend")
	w.spends++
	if w.token != nil && w.token(rw, r) {
		return
	}
	rw.Header().Set("Content-Type", "application/json")
	refuse := func(code string) { rw.WriteHeader(400); _, _ = fmt.Fprintf(rw, `{"error":%q}`, code) }
	kind := "Bearer"
	if w.dpop {
		kind = "DPoP"
	}
	switch r.Form.Get("grant_type") {
	case "refresh_token":
		rt := r.Form.Get("refresh_token")
		good, known := w.refresh[rt]
		switch {
		case known && !good:
			w.dead = true
			for k := range w.refresh {
				w.refresh[k] = false
			}
			refuse("invalid_grant")
			return
		case !good || r.Form.Get("resource") != w.mcp.URL+"/mcp":
			refuse("invalid_grant")
			return
		}
		w.refresh[rt] = false
	case "client_credentials":
	default:
		refuse("unsupported_grant_type")
		return
	}
	at, rt := w.issue()
	_, _ = fmt.Fprintf(rw, `{"access_token":%q,"refresh_token":%q,"token_type":%q,"expires_in":%d}`, at, rt, kind, w.life)
}

func (w *world) serveMCP(rw http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/.well-known/oauth-protected-resource") {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.prm++
		w.events = append(w.events, "metadata")
		if !w.prmOK {
			http.NotFound(rw, r)
			return
		}
		if w.prmJSON != "" {
			_, _ = io.WriteString(rw, w.prmJSON)
			return
		}
		_ = json.NewEncoder(rw).Encode(map[string]any{"resource": w.mcp.URL + "/mcp", "authorization_servers": []string{w.issuer}})
		return
	}
	if w.guard != nil && w.guard(rw, r) {
		return
	}
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	w.mu.Lock()
	good := w.access[token]
	w.events = append(w.events, "use "+token)
	w.mu.Unlock()
	if !good {
		rw.Header().Set("WWW-Authenticate", `Bearer error="invalid_token", resource_metadata="`+w.mcp.URL+`/.well-known/oauth-protected-resource/mcp"`)
		rw.WriteHeader(401)
		return
	}
	_, _ = io.WriteString(rw, "hello "+token)
}

// expireAll makes the server refuse every access token given so far.
func (w *world) expireAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.access = map[string]bool{}
}

// notes keeps what a source tells.
type notes struct {
	mu   sync.Mutex
	list []string
}

func (n *notes) add(_ StepID, text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.list = append(n.list, text)
}

func (n *notes) has(text string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Contains(strings.Join(n.list, "\n"), text)
}

// seat is one window: a source with its own view of the store.
type seat struct {
	*Source
	vault *Vault
	notes *notes
	cfg   Config
	world *world
}

func (w *world) seat(box *boxStore, lock func(context.Context, string) (func(), error), edit func(*Config)) *seat {
	w.t.Helper()
	n := &notes{}
	cfg := Config{
		Profile: "p", Server: "srv", Resource: w.mcp.URL + "/mcp", HTTP: newPlainHTTP(w.t), Store: newWindow(box), Lock: lock,
		Mask: (&masker{}).mask, Note: n.add, Now: w.clock,
	}
	if edit != nil {
		edit(&cfg)
	}
	v := NewVault(cfg.Store, "p")
	v.Lock = lock
	s := NewSource(cfg, v)
	w.t.Cleanup(s.Close)
	return &seat{Source: s, vault: v, notes: n, cfg: cfg, world: w}
}

// signedIn keeps a token set as a sign-in would.
func (s *seat) signedIn(edit func(*Token)) string {
	w := s.world
	w.t.Helper()
	w.mu.Lock()
	at, rt := w.issue()
	now := w.now.Unix()
	w.mu.Unlock()
	tok := Token{
		AccessToken: at, RefreshToken: rt, TokenType: "Bearer", Issued: now, Expires: now + int64(w.life), Issuer: w.as.URL,
		Server: s.cfg.Resource, Resource: s.cfg.Resource, Client: Client{ID: "c", Issuer: w.as.URL, AuthMethod: authNone},
		Endpoint: w.as.URL + "/token", Revocation: w.as.URL + "/revoke", Requested: []string{"a"}, Granted: []string{"a"},
	}
	if edit != nil {
		edit(&tok)
	}
	id, _, err := s.vault.Save(w.t.Context(), tok)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// call sends one request as the transport's tap does: authorize, send, observe, once more when asked.
func (s *seat) call(ctx context.Context, edit func(*http.Request)) (status int, body string, tries int, err error) {
	for {
		tries++
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.cfg.Resource, nil)
		if err != nil {
			return 0, "", tries, err
		}
		if edit != nil {
			edit(req)
		}
		if err := s.Authorize(req); err != nil {
			return 0, "", tries, err
		}
		resp, err := s.cfg.HTTP.(plainHTTP).client.Do(req)
		if err != nil {
			return 0, "", tries, err
		}
		retry := s.Observe(resp)
		b, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if !retry || tries == 2 {
			return resp.StatusCode, string(b), tries, nil
		}
	}
}

func (s *seat) mustCall(want int) string {
	s.world.t.Helper()
	status, body, _, err := s.call(s.world.t.Context(), nil)
	if err != nil || status != want {
		s.world.t.Errorf("status %d, %v, want %d", status, err, want)
	}
	return body
}

// many calls at the same time and returns how often each status came.
func many(n int, call func() (int, string, int, error)) map[int]int {
	var mu sync.Mutex
	got := map[int]int{}
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			status, _, _, err := call()
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				status = -1
			}
			got[status]++
		})
	}
	wg.Wait()
	return got
}
