package auth

import (
	"bytes"
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

	"go.uber.org/goleak"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// patience is how long a test waits for what must come: the host is at times starved.
const patience = 20 * time.Second

// noLeaks checks at the end of a test that it left no goroutine behind.
func noLeaks(t *testing.T) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() {
		deadline := time.Now().Add(patience) // net/http lingers half a second over a connection it refused
		err := goleak.Find(before)
		for err != nil && time.Now().Before(deadline) {
			time.Sleep(50 * time.Millisecond)
			err = goleak.Find(before)
		}
		if err != nil {
			t.Error(err)
		}
	})
}

// plainHTTP is an HTTP that does what its contract says, without tap and guard.
type plainHTTP struct{ client *http.Client }

func newPlainHTTP(t *testing.T) plainHTTP {
	t.Helper()
	tr := &http.Transport{DisableKeepAlives: true}
	t.Cleanup(tr.CloseIdleConnections)
	return plainHTTP{&http.Client{
		Transport: tr, Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (p plainHTTP) Do(ctx context.Context, r Request) (*Response, error) {
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return nil, &fault.CallError{Kind: fault.Input, Message: err.Error(), Cause: err}
	}
	if r.Header != nil {
		req.Header = r.Header.Clone()
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return nil, &fault.CallError{Kind: fault.Connect, Message: "The server could not be reached.", Cause: err, Entries: []uint64{9}}
	}
	defer resp.Body.Close()
	const limit = 1 << 20
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, &fault.CallError{Kind: fault.Connect, Message: "The answer broke off.", Cause: err}
	}
	out := &Response{Status: resp.StatusCode, Header: resp.Header, Body: body, URL: r.URL, Entries: []uint64{1}}
	if len(body) > limit {
		out.Body, out.Cut = body[:limit], true
	}
	return out, nil
}

// masker remembers what it was told is a secret.
type masker struct {
	mu     sync.Mutex
	values map[string]string
}

func (m *masker) mask(kind, value string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.values == nil {
		m.values = map[string]string{}
	}
	if m.values[value] == "" {
		m.values[value] = fmt.Sprintf("‹%s #%d›", kind, len(m.values))
	}
	return m.values[value]
}

// noSecrets fails when one of the secrets stands in what is shown.
func noSecrets(t *testing.T, what string, shown any, secrets ...string) {
	t.Helper()
	text := fmt.Sprintf("%+v", shown)
	if b, err := json.Marshal(shown); err == nil {
		text += string(b)
	}
	var e *fault.CallError
	if err, ok := shown.(error); ok && errors.As(err, &e) {
		text += fmt.Sprintf("%+v", *e)
		if e.Cause != nil {
			text += e.Cause.Error()
		}
	}
	for _, s := range secrets {
		if s != "" && strings.Contains(text, s) {
			t.Errorf("%s shows the secret %q: %s", what, s, text)
		}
	}
}

// boxStore is what several windows' stores stand on: the keychain.
type boxStore struct {
	mu      sync.Mutex
	items   map[string]string
	place   string
	writes  []string
	failSet func(name string) error
	failGet func(name string) error
}

func newBox() *boxStore { return &boxStore{items: map[string]string{}, place: "keychain"} }

func (b *boxStore) has(text string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, v := range b.items {
		if strings.Contains(v, text) {
			return true
		}
	}
	return false
}

// window is one process' store: it sees what others wrote after Forget only.
type window struct {
	box   *boxStore
	mu    sync.Mutex
	cache map[string]string
}

func newWindow(b *boxStore) *window { return &window{box: b, cache: map[string]string{}} }

func (w *window) Get(_ context.Context, name string) (string, bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.box.mu.Lock()
	defer w.box.mu.Unlock()
	if w.box.failGet != nil {
		if err := w.box.failGet(name); err != nil {
			return "", false, err
		}
	}
	if v, ok := w.cache[name]; ok {
		return v, true, nil
	}
	v, ok := w.box.items[name]
	if ok {
		w.cache[name] = v
	}
	return v, ok, nil
}

func (w *window) Set(_ context.Context, name, value string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.box.mu.Lock()
	defer w.box.mu.Unlock()
	if w.box.failSet != nil {
		if err := w.box.failSet(name); err != nil {
			return "", err
		}
	}
	w.cache[name], w.box.items[name] = value, value
	w.box.writes = append(w.box.writes, name)
	return w.box.place, nil
}

func (w *window) Delete(_ context.Context, name string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.box.mu.Lock()
	defer w.box.mu.Unlock()
	delete(w.cache, name)
	delete(w.box.items, name)
	return nil
}

func (w *window) Forget(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.cache, name)
}

// tokenServer answers token requests by a function and keeps what it got.
type tokenServer struct {
	*httptest.Server
	mu   sync.Mutex
	got  []tokenHit
	then func(n int, hit tokenHit, w http.ResponseWriter)
}

type tokenHit struct {
	form   map[string]string
	header http.Header
	path   string
}

func newTokenServer(t *testing.T, then func(n int, hit tokenHit, w http.ResponseWriter)) *tokenServer {
	t.Helper()
	s := &tokenServer{then: then}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		hit := tokenHit{form: map[string]string{}, header: r.Header.Clone(), path: r.URL.Path}
		for name, v := range r.Form {
			hit.form[name] = strings.Join(v, "|")
		}
		s.mu.Lock()
		s.got = append(s.got, hit)
		n := len(s.got)
		s.mu.Unlock()
		s.then(n, hit, w)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *tokenServer) hits() []tokenHit {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]tokenHit{}, s.got...)
}

// answer makes a handler that says always the same.
func answer(status int, contentType, body string) func(int, tokenHit, http.ResponseWriter) {
	return func(_ int, _ tokenHit, w http.ResponseWriter) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}
