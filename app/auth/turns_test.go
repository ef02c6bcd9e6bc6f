package auth

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/internal/authtest"
)

// TestOneFlowAtATime: two servers that sign in with the same client take turns, and who waited for the same token takes
// it; another client or another resource has a browser of its own.
func TestOneFlowAtATime(t *testing.T) {
	options := authtest.Options{AS: authtest.ServerOptions{
		MetadataClients: true, Clients: map[string]authtest.Client{"app": {}, "other": {}}, AnyResource: true,
	}}
	for _, c := range []struct {
		name   string
		first  Settings
		second Settings
		opens  int64
		waits  bool
	}{
		{"the same token", Settings{ClientID: "app"}, Settings{ClientID: "app"}, 1, true},
		{"a client ID metadata document", Settings{ClientMetadataURL: "https://app.example/client.json"}, Settings{ClientMetadataURL: "https://app.example/client.json"}, 1, true},
		{"another resource", Settings{ClientID: "app"}, Settings{ClientID: "app", Resource: "api://other"}, 2, true},
		{"more scopes", Settings{ClientID: "app"}, Settings{ClientID: "app", Scopes: []string{"more"}}, 2, true},
		{"another client", Settings{ClientID: "app"}, Settings{ClientID: "other"}, 2, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, r := worldRig(t, options, c.first)
			turns := &Turns{}
			var opens, open, most atomic.Int64
			release := make(chan struct{})
			r.cfg.Turns, r.cfg.Server = turns, "First"
			r.cfg.Browser = func(ctx context.Context, url string) error {
				opens.Add(1)
				most.Store(max(most.Load(), open.Add(1)))
				select {
				case <-release:
				case <-ctx.Done():
				}
				open.Add(-1)
				return w.Browser(ctx, url)
			}
			second := r.cfg
			second.Settings, second.Profile, second.Server = c.second, "p2", "Second"
			f1 := r.flow(Start{})
			f2 := NewFlow(second, Start{})
			t.Cleanup(func() { _ = f2.Close() })
			ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
			defer cancel()
			var tokens [2]*Token
			var errs [2]error
			var wg sync.WaitGroup
			wg.Go(func() { tokens[0], errs[0] = f1.Run(ctx) })
			until(t, "the first browser", func() bool { return opens.Load() == 1 })
			wg.Go(func() { tokens[1], errs[1] = f2.Run(ctx) })
			if c.waits {
				until(t, "the second to wait", func() bool { return strings.Contains(stepOf(t, f2, StepClient).Verdict, "First") })
			} else {
				until(t, "the second browser", func() bool { return opens.Load() == 2 })
			}
			close(release)
			wg.Wait()
			if errs[0] != nil || errs[1] != nil || opens.Load() != c.opens || c.waits != (most.Load() == 1) {
				t.Fatalf("%v, %v, the browser was opened %d times, %d at once", errs[0], errs[1], opens.Load(), most.Load())
			}
			same := tokens[0].AccessToken == tokens[1].AccessToken
			if same != (c.opens == 1) {
				t.Errorf("the same token: %v", same)
			}
			if same && (tokens[0].RefreshToken == "" || tokens[1].RefreshToken != "" || stepOf(t, f2, StepBrowser).State != Skipped || stepOf(t, f2, StepToken).State != Done) {
				t.Errorf("shared: %+v", f2.Steps())
			}
		})
	}
}

// TestTurnEnds: a flow that is given up, fails or is closed holds nobody up.
func TestTurnEnds(t *testing.T) {
	w, r := worldRig(t, authtest.Options{AS: authtest.ServerOptions{Clients: map[string]authtest.Client{"app": {}}}}, Settings{ClientID: "app"})
	r.cfg.Turns = &Turns{}
	opened := make(chan struct{}, 9)
	held := r.cfg
	held.Browser = func(context.Context, string) error { opened <- struct{}{}; return nil }
	f := NewFlow(held, Start{})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _, _ = f.Run(ctx) }()
	<-opened
	waiting := NewFlow(held, Start{})
	given, giveUp := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() { _, err := waiting.Run(given); gone <- err }()
	until(t, "it to wait", func() bool { return strings.Contains(stepOf(t, waiting, StepClient).Verdict, "Waiting") })
	giveUp()
	if err := <-gone; err == nil {
		t.Error("who gave up waiting has a token")
	}
	cancel()
	<-done
	r.cfg.Browser = w.Browser
	if _, token, err := r.run(Start{}); err != nil || token == nil {
		t.Errorf("after a flow that was given up: %v", err)
	}
}

// until waits for a condition.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited for %s", what)
		}
	}
}
