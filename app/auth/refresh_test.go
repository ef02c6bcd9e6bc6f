package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
)

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
			if got[200] != n || w.spent() != 1 || w.dead || w.prm != tt.prm {
				t.Errorf("statuses %v, %d refresh tokens spent, metadata read %d times; want %d x 200, 1, %d", got, w.spent(), w.prm, n, tt.prm)
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
			if w.spent() != tt.spends {
				t.Errorf("%d token requests, want %d", w.spent(), tt.spends)
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
			if w.prm != tt.prm || w.spent() != 1 {
				t.Errorf("metadata read %d times, %d spent; want %d, 1", w.prm, w.spent(), tt.prm)
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
	if err := s.Refresh(t.Context(), id); !fault.Is(err, fault.HTTP) || w.spent() != 2 {
		t.Errorf("refresh now: %v after %d requests", err, w.spent())
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
