//go:build e2e

package e2e

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// authServer is oidc-provider in a process of its own: signin/server.mjs.
type authServer struct {
	issuer string

	mu     sync.Mutex
	events []authEvent
}

// authEvent is one thing that the authorization server did.
type authEvent struct {
	Issuer  string   `json:"issuer"`
	Event   string   `json:"event"`   // registered, authorization_code, refresh_token, token refused, revoked, error
	Client  string   `json:"client"`  // of a registration
	Access  string   `json:"access"`  // of a token, by authorization_code or refresh_token
	Refresh string   `json:"refresh"` //
	Scope   string   `json:"scope"`   // granted
	Asked   any      `json:"resource"`
	Text    string   `json:"text"`    // of an error
	Secrets []string `json:"secrets"` // everything of it that no file may hold
}

// startAuthServer starts the authorization server of one protected resource. Its access tokens live for life.
func startAuthServer(t *testing.T, resource string, life time.Duration) *authServer {
	t.Helper()
	arguments, err := json.Marshal(map[string]any{"resource": resource, "life": int(life.Seconds())})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(fromRunner(t, "E2E_NODE"), "signin/server.mjs", string(arguments))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &authServer{}
	first := make(chan string, 1)
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer close(first)
		for lines := json.NewDecoder(bufio.NewReader(stdout)); ; {
			var e authEvent
			err := lines.Decode(&e)
			switch {
			case errors.Is(err, io.EOF):
				return
			case err != nil:
				e = authEvent{Event: "error", Text: "what it says: " + err.Error()}
			case e.Issuer != "":
				first <- e.Issuer
				continue
			}
			s.mu.Lock()
			s.events = append(s.events, e)
			s.mu.Unlock()
			if err != nil {
				_, _ = io.Copy(io.Discard, stdout)
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = stdin.Close() // it ends with its standard input
		<-read
		_ = cmd.Wait()
		for _, e := range s.all("error") {
			t.Errorf("the authorization server: %s", e.Text)
		}
	})
	select {
	case s.issuer = <-first:
	case <-time.After(patience):
	}
	if s.issuer == "" {
		_ = cmd.Process.Kill()
		t.Fatal("the authorization server did not start")
	}
	return s
}

// all are the events of a kind until now.
func (s *authServer) all(event string) []authEvent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.events), func(e authEvent) bool { return e.Event != event })
}

// await waits until as many events of a kind are there, and returns these.
func (s *authServer) await(t *testing.T, event string, n int) []authEvent {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(30 * time.Millisecond) {
		got := s.all(event)
		if len(got) >= n {
			return got
		}
		if time.Now().After(end) {
			t.Fatalf("%d times %s at the authorization server, want %d; refused: %+v", len(got), event, n, s.all("token refused"))
		}
	}
}

// secrets are all that no file, log or message may hold.
func (s *authServer) secrets(t *testing.T) []string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, e := range s.events {
		all = append(all, e.Secrets...)
	}
	if len(all) == 0 {
		t.Error("no secret was handed out: looking for one shows nothing")
	}
	slices.Sort(all)
	return slices.Compact(all)
}
