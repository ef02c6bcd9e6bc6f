package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
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

func TestRefreshOnceForAll(t *testing.T) {
	const n = 100
	for _, tt := range []struct {
		name string
		make func(w *world)
		prm  int
	}{
		{"before the token ends", func(w *world) { w.later(time.Duration(w.life-20) * time.Second) }, 0},
		{"after the token ended", func(w *world) { w.later(time.Hour) }, 0},
		{"on a 401", func(w *world) { w.expireAll() }, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			box := newBox()
			s := w.seat(box, nil, nil)
			s.signedIn(nil)
			s.mustCall(200)
			tt.make(w)
			got := many(n, func() (int, string, int, error) { return s.call(t.Context(), nil) })
			if got[200] != n || w.spends != 1 || w.dead || w.prm != tt.prm {
				t.Errorf("statuses %v, %d refresh tokens spent, metadata read %d times; want %d x 200, 1, %d", got, w.spends, w.prm, n, tt.prm)
			}
			if !box.has("refresh-2") || box.has("refresh-1") || !box.has("access-2") {
				t.Error("the store does not hold the rotated tokens alone")
			}
			tok, ok := s.Current(t.Context())
			if !ok || tok.AccessToken != "access-2" || tok.RefreshToken != "refresh-2" || len(tok.Requested) != 1 || len(tok.Granted) != 1 {
				t.Errorf("current: %+v", tok)
			}
			if !s.notes.has("The token was refreshed") {
				t.Errorf("notes: %v", s.notes.list)
			}
		})
	}
}

// The metadata is read again before the refresh token is spent, and the new one is stored before the new access token
// is used.
func TestRefreshOrder(t *testing.T) {
	w := newWorld(t)
	box := newBox()
	s := w.seat(box, nil, nil)
	id := s.signedIn(nil)
	s.mustCall(200)
	box.mu.Lock()
	box.failSet = func(name string) error { w.event("store " + name[strings.LastIndex(name, "/")+1:]); return nil }
	box.mu.Unlock()
	w.expireAll()
	w.mu.Lock()
	w.events = nil
	w.mu.Unlock()
	s.mustCall(200)
	w.mu.Lock()
	defer w.mu.Unlock()
	got := strings.Join(w.events, ", ")
	if want := "use access-1, metadata, spend, store " + id + ", use access-2"; got != want {
		t.Errorf("order %s\nwant  %s", got, want)
	}
}

func TestRefreshGivesUp(t *testing.T) {
	refuse := func(code string) func(http.ResponseWriter, *http.Request) bool {
		return func(rw http.ResponseWriter, _ *http.Request) bool {
			rw.WriteHeader(400)
			_, _ = fmt.Fprintf(rw, `{"error":%q}`, code)
			return true
		}
	}
	for _, tt := range []struct {
		name   string
		make   func(w *world, s *seat)
		calls  int
		spends int
		kept   bool // the refresh token is still stored
		note   string
	}{
		{"the authorization server moved", func(w *world, _ *seat) { w.issuer = "https://other.example" }, 3, 0, true, "does not name the issuer"},
		{"invalid_grant", func(w *world, _ *seat) { w.token = refuse("invalid_grant") }, 3, 1, false, "it was removed"},
		{"a crash after the refresh token was spent", func(w *world, _ *seat) { w.refresh["refresh-1"] = false }, 3, 1, false, "it was removed"},
		{"the server is ill", func(w *world, _ *seat) { w.token = refuse("temporarily_unavailable") }, 3, 1, true, "temporarily_unavailable"},
		{"invalid_client", func(w *world, _ *seat) { w.token = refuse("invalid_client") }, 3, 1, true, "invalid_client"},
		{"a web page", func(w *world, _ *seat) {
			w.token = func(rw http.ResponseWriter, _ *http.Request) bool { _, _ = io.WriteString(rw, "<html>"); return true }
		}, 2, 1, true, "not with a JSON object"},
		{"the token endpoint is gone", func(w *world, _ *seat) { w.as.Close() }, 2, 0, true, "could not be reached"},
		{"the refreshed token is refused too", func(w *world, _ *seat) {
			w.guard = func(rw http.ResponseWriter, r *http.Request) bool {
				w.event("refuse " + r.Header.Get("Authorization"))
				rw.WriteHeader(401)
				return true
			}
		}, 4, 1, true, "refuses the refreshed token too"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			box := newBox()
			s := w.seat(box, nil, nil)
			s.signedIn(nil)
			s.mustCall(200)
			w.expireAll()
			w.mu.Lock()
			tt.make(w, s)
			w.mu.Unlock()
			for range tt.calls {
				s.mustCall(401)
			}
			if w.spends != tt.spends {
				t.Errorf("%d token requests, want %d", w.spends, tt.spends)
			}
			if box.has("refresh-") != tt.kept {
				t.Errorf("refresh token kept: %v, want %v", box.has("refresh-"), tt.kept)
			}
			if !s.notes.has(tt.note) {
				t.Errorf("notes %q, want %q", s.notes.list, tt.note)
			}
			noSecrets(t, "the notes", s.notes.list, "access-1", "refresh-1", "access-2", "refresh-2")
		})
	}
}

// Metadata that is missing, ill or another resource's does not keep a token from being refreshed where it came from.
func TestRefreshWithoutMetadata(t *testing.T) {
	for name, tt := range map[string]struct {
		make func(w *world)
		set  Settings
		prm  int
	}{
		"missing":            {func(w *world) { w.prmOK = false }, Settings{}, 2},
		"HTML":               {func(w *world) { w.prmJSON = "<html>" }, Settings{}, 1},
		"another resource's": {func(w *world) { w.prmJSON = `{"resource":"https://x","authorization_servers":["https://x"]}` }, Settings{}, 1},
		"no servers":         {func(w *world) { w.prmJSON = `{"resource":"` + w.mcp.URL + `"}` }, Settings{}, 1},
		"issuer set by hand": {func(w *world) { w.issuer = "https://other" }, Settings{Issuer: w0}, 0},
		"one of several": {func(w *world) {
			w.prmJSON = `{"resource":"` + w.mcp.URL + `","authorization_servers":["https://x","` + w.as.URL + `"]}`
		}, Settings{}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := w.seat(newBox(), nil, func(c *Config) { c.Settings = tt.set })
			s.signedIn(nil)
			tt.make(w)
			w.expireAll()
			s.mustCall(200)
			if w.prm != tt.prm || w.spends != 1 {
				t.Errorf("metadata read %d times, %d spent; want %d, 1", w.prm, w.spends, tt.prm)
			}
		})
	}
}

const w0 = "https://set.example"

// After the pause, what failed for a passing reason is tried again; what the user asks for is tried at once.
func TestRefreshTriesAgain(t *testing.T) {
	w := newWorld(t)
	s := w.seat(newBox(), nil, nil)
	id := s.signedIn(nil)
	w.expireAll()
	ill := true
	w.token = func(rw http.ResponseWriter, _ *http.Request) bool {
		if ill {
			rw.WriteHeader(503)
		}
		return ill
	}
	s.mustCall(401)
	s.mustCall(401)
	if err := s.Refresh(t.Context(), id); !fault.Is(err, fault.HTTP) || w.spends != 2 {
		t.Errorf("refresh now: %v after %d requests", err, w.spends)
	}
	w.mu.Lock()
	ill = false
	w.mu.Unlock()
	s.mustCall(401)
	w.later(retryPause)
	s.mustCall(200)
	w.expireAll()
	if err := s.Refresh(t.Context(), id); err != nil {
		t.Error(err)
	}
	s.mustCall(200)
	if err := s.Refresh(t.Context(), "nobody"); !fault.Is(err, fault.Input) {
		t.Errorf("an unknown identity: %v", err)
	}
}

func TestRefreshWhenTheStoreFails(t *testing.T) {
	w := newWorld(t)
	box := newBox()
	s := w.seat(box, nil, nil)
	id := s.signedIn(nil)
	s.mustCall(200)
	w.expireAll()
	box.mu.Lock()
	box.failSet = func(string) error { return errors.New("the keychain is locked") }
	box.mu.Unlock()
	if body := s.mustCall(200); body != "hello access-2" {
		t.Errorf("body %q", body)
	}
	if box.has("refresh-1") {
		t.Error("the spent refresh token is still stored: another window would spend it")
	}
	if !s.notes.has("lasts for this run only") {
		t.Errorf("notes %q", s.notes.list)
	}
	w.expireAll()
	if body := s.mustCall(200); body != "hello access-3" || w.dead {
		t.Errorf("the next refresh: %q, dead %v", body, w.dead)
	}
	box.mu.Lock()
	box.failSet = nil
	box.mu.Unlock()
	if err := s.Refresh(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if body := s.mustCall(200); body != "hello access-4" || !box.has("refresh-4") || w.dead {
		t.Errorf("once the store works: %q, stored %v, dead %v", body, box.has("refresh-4"), w.dead)
	}
}

// A request that is cancelled while it waits does not stop the refresh of the others, and Close waits for it.
func TestRefreshOutlivesItsFirstCaller(t *testing.T) {
	w := newWorld(t)
	box := newBox()
	s := w.seat(box, nil, nil)
	s.signedIn(nil)
	s.mustCall(200)
	w.later(time.Hour)
	arrived, goOn := make(chan struct{}), make(chan struct{})
	w.token = func(http.ResponseWriter, *http.Request) bool { close(arrived); <-goOn; return false }
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() { _, _, _, err := s.call(ctx, nil); first <- err }()
	<-arrived
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the cancelled request: %v", err)
	}
	closed := make(chan struct{})
	go func() { s.Close(); close(closed) }()
	select {
	case <-closed:
		t.Error("Close did not wait for the refresh")
	case <-time.After(30 * time.Millisecond):
	}
	close(goOn)
	<-closed
	if !box.has("refresh-2") {
		t.Error("the new refresh token was lost")
	}
}

func TestAuthorizeOnlyWhereItBelongs(t *testing.T) {
	w := newWorld(t)
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	s := w.seat(newBox(), nil, nil)
	s.signedIn(nil)
	for _, tt := range []struct {
		name, url string
		header    string
		want      string
	}{
		{"the server", w.mcp.URL + "/mcp", "", "Bearer access-1"},
		{"another path of the server", w.mcp.URL + "/messages?session=1", "", "Bearer access-1"},
		{"another origin", other.URL + "/mcp", "", ""},
		{"another scheme", strings.Replace(w.mcp.URL, "http:", "https:", 1) + "/mcp", "", ""},
		{"another name of the host", strings.Replace(w.mcp.URL, "127.0.0.1", "localhost", 1) + "/mcp", "", ""},
		{"a header of the profile", w.mcp.URL + "/mcp", "Basic x", "Basic x"},
	} {
		req, _ := http.NewRequest(http.MethodPost, tt.url, nil)
		if tt.header != "" {
			req.Header.Set("Authorization", tt.header)
		}
		before := req.URL.String()
		if err := s.Authorize(req); err != nil || req.Header.Get("Authorization") != tt.want || req.URL.String() != before {
			t.Errorf("%s: %q, %s, %v; want %q", tt.name, req.Header.Get("Authorization"), req.URL, err, tt.want)
		}
	}
	status, _, tries, err := s.call(t.Context(), func(r *http.Request) { r.Header.Set("Authorization", "Bearer mine") })
	if status != 401 || tries != 1 || err != nil || w.spends != 0 {
		t.Errorf("a refused header of the profile: %d after %d tries, %d refreshes", status, tries, w.spends)
	}
	for _, tt := range []struct {
		name string
		edit func(*Token)
		set  string
		ok   bool
	}{
		{"the origin's resource", func(k *Token) { k.Resource = w.mcp.URL }, "", true},
		{"the origin's resource with a slash", func(k *Token) { k.Resource = w.mcp.URL + "/" }, "", true},
		{"a sibling's resource", func(k *Token) { k.Resource = w.mcp.URL + "/mc" }, "", false},
		{"a deeper resource", func(k *Token) { k.Resource = w.mcp.URL + "/mcp/x" }, "", false},
		{"another server's resource", func(k *Token) { k.Resource = other.URL + "/mcp" }, "", false},
		{"a resource set by hand", func(k *Token) { k.Resource = "api://mine" }, "api://mine", true},
		{"a resource not set by hand any more", func(k *Token) { k.Resource = "api://mine" }, "", false},
		{"no resource (2025-03-26)", func(k *Token) { k.Resource = "" }, "", true},
		{"no resource, another server", func(k *Token) { k.Resource, k.Server = "", other.URL+"/mcp" }, "", false},
		{"set by hand, another server", func(k *Token) { k.Resource, k.Server = "api://mine", other.URL }, "api://mine", false},
		{"nothing known", func(k *Token) { k.Resource, k.Server = "", "" }, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := w.seat(newBox(), nil, func(c *Config) { c.Settings.Resource = tt.set })
			s.signedIn(tt.edit)
			req, _ := http.NewRequest(http.MethodPost, s.cfg.Resource, nil)
			if err := s.Authorize(req); err != nil || (req.Header.Get("Authorization") != "") != tt.ok {
				t.Errorf("sent %q, %v; want it sent: %v", req.Header.Get("Authorization"), err, tt.ok)
			}
			if !tt.ok && !s.notes.has("it is not sent") {
				t.Errorf("notes %q", s.notes.list)
			}
		})
	}
}

func TestAuthorizeDPoP(t *testing.T) {
	w := newWorld(t)
	w.dpop = true
	key, _ := newDPoPKey(nil)
	text, _ := writeKey(key)
	s := w.seat(newBox(), nil, nil)
	s.signedIn(func(k *Token) { k.TokenType, k.DPoPKey = "dpop", text })
	nonce := "n1"
	var last map[string]any
	w.guard = func(rw http.ResponseWriter, r *http.Request) bool {
		claims, _ := proofOf(t, r.Header.Get("DPoP"))
		last = claims
		rw.Header().Set("DPoP-Nonce", nonce)
		if claims["nonce"] != nonce {
			rw.Header().Set("WWW-Authenticate", `Bearer realm="x", DPoP error="use_dpop_nonce", algs="ES256"`)
			rw.WriteHeader(401)
			return true
		}
		return !strings.HasPrefix(r.Header.Get("Authorization"), "DPoP ")
	}
	for i, want := range []int{2, 1, 2} {
		if i == 2 {
			nonce = "n2"
		}
		status, _, tries, err := s.call(t.Context(), nil)
		if status != 200 || tries != want || err != nil || last["htm"] != "POST" || last["htu"] != s.cfg.Resource || last["ath"] == "" {
			t.Errorf("call %d: %d after %d tries, %v, proof %v", i, status, tries, err, last)
		}
	}
	if w.spends != 0 {
		t.Error("a missing nonce spent the refresh token")
	}
	w.later(time.Hour)
	s.mustCall(200)
	if tok, _ := s.Current(t.Context()); tok == nil || tok.DPoPKey != text || w.spends != 1 {
		t.Errorf("refreshed: %+v", tok)
	}
}

func TestGrantRunsAgain(t *testing.T) {
	w := newWorld(t)
	s := w.seat(newBox(), nil, func(c *Config) {
		c.Settings = Settings{Grant: ClientCredentials, ClientID: "c", ClientSecret: "s"}
	})
	s.signedIn(func(k *Token) {
		k.Grant, k.RefreshToken, k.Client = ClientCredentials, "", Client{ID: "c", Secret: "s", Issuer: w.as.URL, AuthMethod: authPost}
	})
	s.mustCall(200)
	var forms []string
	w.token = func(_ http.ResponseWriter, r *http.Request) bool {
		forms = append(forms, r.Form.Get("grant_type")+" "+r.Form.Get("client_secret")+" "+r.Form.Get("resource"))
		return false
	}
	w.expireAll()
	got := many(20, func() (int, string, int, error) { return s.call(t.Context(), nil) })
	if want := "client_credentials s " + s.cfg.Resource; got[200] != 20 || len(forms) != 1 || forms[0] != want {
		t.Errorf("statuses %v, requests %q, want one %q", got, forms, want)
	}
	w.later(time.Hour)
	s.mustCall(200)
	if len(forms) != 2 {
		t.Errorf("requests %q", forms)
	}
}

func TestSourceFollowsTheVault(t *testing.T) {
	w := newWorld(t)
	box := newBox()
	a, b := w.seat(box, nil, nil), w.seat(box, nil, nil)
	a.mustCall(401)
	b.signedIn(nil)
	if body := b.mustCall(200); body != "hello access-1" {
		t.Errorf("body %q", body)
	}
	a.mustCall(401) // asked just now
	w.later(reloadPause)
	status, _, tries, _ := a.call(t.Context(), nil)
	if status != 200 || tries != 2 {
		t.Errorf("a sign-in of another window: %d after %d tries", status, tries)
	}
	second := b.signedIn(func(k *Token) { k.Client.ID = "c2" })
	if body := b.mustCall(200); body != "hello access-2" {
		t.Errorf("a new identity is not in use: %q", body)
	}
	list, err := b.vault.Identities(t.Context())
	if err != nil || len(list) != 2 || list[1].ID != second {
		t.Fatalf("identities %+v, %v", list, err)
	}
	if err := b.vault.Use(t.Context(), list[0].ID); err != nil {
		t.Fatal(err)
	}
	if body := b.mustCall(200); body != "hello access-1" {
		t.Errorf("after switching: %q", body)
	}
	box.mu.Lock()
	box.failGet = func(string) error { return errors.New("locked") }
	box.mu.Unlock()
	c := w.seat(box, nil, nil)
	c.mustCall(401)
	if !c.notes.has("cannot be used") {
		t.Errorf("notes %q", c.notes.list)
	}
}

func TestSignOut(t *testing.T) {
	for _, tt := range []struct {
		name    string
		edit    func(*Token)
		revoked int
		text    string
	}{
		{"revoked", nil, 2, "The refresh token was revoked. The access token was revoked. They were deleted here."},
		{"no revocation", func(k *Token) { k.Revocation = "" }, 0, "offers no revocation (RFC 7009): the access token stays valid there until 20"},
		{"no refresh token", func(k *Token) { k.RefreshToken = "" }, 1, "The access token was revoked."},
		{"the endpoint is gone", func(k *Token) { k.Revocation = "http://127.0.0.1:1/revoke" }, 0, "could not be revoked: The server could not be reached."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			box := newBox()
			s := w.seat(box, nil, nil)
			id := s.signedIn(tt.edit)
			s.mustCall(200)
			text, err := s.SignOut(t.Context(), id)
			if err != nil || !strings.Contains(text, tt.text) || len(w.revoked) != tt.revoked {
				t.Errorf("%q, %v, revoked %v; want %q", text, err, w.revoked, tt.text)
			}
			if tt.revoked == 2 && (w.revoked[0] != "refresh_token refresh-1" || w.revoked[1] != "access_token access-1") {
				t.Errorf("revoked %v", w.revoked)
			}
			if box.has("access-") || box.has("refresh-") {
				t.Error("tokens are still stored")
			}
			s.mustCall(401)
			if _, ok := s.Current(t.Context()); ok {
				t.Error("the token is still in use")
			}
			noSecrets(t, "the text", text, "access-1", "refresh-1")
		})
	}
}
