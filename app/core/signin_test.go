package core

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/auth"
	"github.com/sightglass-dev/sightglass/app/internal/authtest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// signing is a core with one server saved that wants its users signed in.
type signing struct {
	*Core
	w      *authtest.World
	id     string
	opened atomic.Int64 // times the browser was opened
}

func startSigning(t *testing.T, o authtest.Options, change func(*profile.Profile)) *signing {
	t.Helper()
	s := &signing{w: authtest.Start(t, o)}
	s.Core = New(Options{Dir: t.TempDir(), Version: "test", Memory: true, Browser: func(ctx context.Context, url string) error {
		s.opened.Add(1)
		return s.w.Browser(ctx, url)
	}})
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if v := s.w.Violations(); len(v) > 0 {
			t.Errorf("the client broke rules:\n%s", strings.Join(v, "\n"))
		}
	})
	p := profile.Profile{Name: "guarded", Transport: profile.HTTP, URL: s.w.URL, Era: profile.Era{Mode: "legacy"}}
	if o.Resource.SSE {
		p.Transport = profile.SSE
	}
	if change != nil {
		change(&p)
	}
	saved, err := s.Save(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.id = saved.ID
	return s
}

// phase waits for a phase of the sign-in with nothing running.
func (s *signing) phase(t *testing.T, want SignInPhase) SignIn {
	t.Helper()
	var v SignIn
	until(t, "the sign-in to be "+string(want), func() bool {
		v = s.SignIn(s.id)
		return v.Phase == want && (want == SignInBrowser || !s.signIn(s.id).busy())
	})
	return v
}

func (s *signin) busy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stop != nil
}

// refusedConnect connects and waits until the metadata behind the refusal was looked up.
func (s *signing) refusedConnect(t *testing.T) SignIn {
	t.Helper()
	if _, err := s.ConnectWait(t.Context(), s.id); AsError(err) == nil || AsError(err).Challenge == nil {
		t.Fatalf("connect: %v", err)
	}
	return s.phase(t, SignInRefused)
}

func (s *signing) signInNow(t *testing.T) SignIn {
	t.Helper()
	v, err := s.SignInWait(t.Context(), s.id)
	if err != nil {
		t.Fatalf("sign in: %v", err)
	}
	return v
}

func (s *signing) run(t *testing.T, tool string) RunOutput {
	t.Helper()
	out, err := s.Run(t.Context(), RunInput{Call: t.Name() + tool, Profile: s.id, Tool: tool, Index: -1, Args: "{}"})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func statesOf(steps []auth.Step) map[auth.StepID]auth.StepState {
	out := map[auth.StepID]auth.StepState{}
	for _, s := range steps {
		out[s.ID] = s.State
	}
	return out
}

func TestSignInAfterARefusedConnect(t *testing.T) {
	for name, o := range map[string]authtest.Options{"http": {}, "sse": {Resource: authtest.ResourceOptions{SSE: true}}} {
		t.Run(name, func(t *testing.T) {
			s := startSigning(t, o, nil)
			v := s.refusedConnect(t)
			if s.opened.Load() != 0 || len(s.w.Of(authtest.Register)) != 0 {
				t.Fatal("a refusal opened a browser or registered a client by itself")
			}
			if st := statesOf(v.Steps); st[auth.StepServer] != auth.Done || st[auth.StepClient] != auth.Waiting || v.Next != auth.StepClient {
				t.Errorf("steps after the refusal %v, next %q", st, v.Next)
			}
			v = s.signInNow(t)
			if v.Phase != SignInDone || v.Replay == nil || v.Replay.What != "connect" || v.Replay.State != "done" {
				t.Errorf("signed in: %+v, replay %+v", v.Phase, v.Replay)
			}
			if cn, _ := s.Connection(s.id); cn.Phase != Connected {
				t.Errorf("connection %s", cn.Phase)
			}
			if len(v.Identities) != 1 || v.Active != v.Identities[0].ID || !v.Identities[0].Refresh || v.Identities[0].Claims == nil {
				t.Errorf("identities %+v", v.Identities)
			}
			if out := s.run(t, "test-tool"); out.Err != nil {
				t.Errorf("call: %v", out.Err)
			}
			s.Disconnect(s.id)
			if _, err := s.ConnectWait(t.Context(), s.id); err != nil || s.opened.Load() != 1 {
				t.Errorf("connect again: %v, browser opened %d times", err, s.opened.Load())
			}
		})
	}
}

// What was refused is sent again byte for byte, once, and its result is told.
func TestSignInReplaysTheCall(t *testing.T) {
	open := []string{"initialize", "notifications/initialized", "tools/list", "GET", "DELETE"}
	s := startSigning(t, authtest.Options{Resource: authtest.ResourceOptions{Open: open}}, nil)
	if _, err := s.ConnectWait(t.Context(), s.id); err != nil {
		t.Fatal(err)
	}
	out := s.run(t, "test-tool")
	if out.Err == nil || out.Err.Challenge == nil {
		t.Fatalf("call: %+v", out)
	}
	s.phase(t, SignInRefused)
	v := s.signInNow(t)
	if r := v.Replay; r == nil || r.Call != out.Call || r.Output == nil || r.Output.Err != nil || r.Output.Seq == 0 || r.What != "tools/call test-tool" {
		t.Fatalf("replay %+v", v.Replay)
	}
	var bodies []string
	for _, r := range s.w.Of(authtest.MCP) {
		if r.Tool != "" {
			bodies = append(bodies, string(r.Body))
		}
	}
	if len(bodies) != 2 || bodies[0] != bodies[1] {
		t.Errorf("bodies %q", bodies)
	}
	if !slices.ContainsFunc(entriesOf(s.Core, wire.KindFrame), func(e wire.Entry) bool { return e.Purpose == wire.PurposeReplay }) {
		t.Error("no entry is marked as a replay")
	}
}

func TestStepUpAsksForTheUnion(t *testing.T) {
	s := startSigning(t, authtest.Options{Resource: authtest.ResourceOptions{Scope: "notes:read", ToolScopes: map[string]string{"test-tool": "notes:write"}}}, nil)
	s.refusedConnect(t)
	s.signInNow(t)
	out := s.run(t, "test-tool")
	if out.Err == nil || out.Err.Status != 403 {
		t.Fatalf("call %+v", out.Err)
	}
	v := s.phase(t, SignInRefused)
	want := &StepUp{Operation: "tools/call test-tool", Have: []string{"notes:read"}, New: []string{"notes:write"}, Union: []string{"notes:read", "notes:write"}, Attempt: 1}
	if d := cmp.Diff(want, v.StepUp); d != "" || v.Why != "step-up" {
		t.Errorf("step-up (-want +got), why %q:\n%s", v.Why, d)
	}
	if s.opened.Load() != 1 {
		t.Error("a step-up opened the browser without being asked")
	}
	v = s.signInNow(t)
	if v.Replay == nil || v.Replay.Output == nil || v.Replay.Output.Err != nil {
		t.Fatalf("replay %+v", v.Replay)
	}
	got := s.w.Of(authtest.Authorize)
	if scope := got[len(got)-1].Query.Get("scope"); scope != "notes:read notes:write" {
		t.Errorf("scope %q", scope)
	}
}

// A server that never has enough is not asked for ever.
func TestStepUpStops(t *testing.T) {
	s := startSigning(t, authtest.Options{Resource: authtest.ResourceOptions{Scope: "a", ToolScopes: map[string]string{"test-tool": "b"}, NeverScope: true}}, func(p *profile.Profile) {
		p.Auth.Auto = true
	})
	if _, err := s.ConnectWait(t.Context(), s.id); err != nil {
		t.Fatal(err)
	}
	out := s.run(t, "test-tool")
	if out.Err == nil {
		t.Fatal("the call came through")
	}
	v := s.phase(t, SignInFailed)
	if v.StepUp == nil || v.StepUp.Stopped == "" || s.opened.Load() != 2 {
		t.Errorf("step-up %+v, browser opened %d times", v.StepUp, s.opened.Load())
	}
}

func TestSignInWithoutAsking(t *testing.T) {
	s := startSigning(t, authtest.Options{Resource: authtest.ResourceOptions{Scope: "a", ToolScopes: map[string]string{"test-tool": "b"}}}, func(p *profile.Profile) {
		p.Auth.Auto = true
	})
	cn, err := s.ConnectWait(t.Context(), s.id)
	if err != nil || cn.Phase != Connected {
		t.Fatalf("connect: %v %v", cn.Phase, err)
	}
	if out := s.run(t, "test-tool"); out.Err != nil || s.opened.Load() != 2 {
		t.Errorf("call: %+v, browser opened %d times", out.Err, s.opened.Load())
	}
}

func TestTokenIsRefreshedBehindACall(t *testing.T) {
	s := startSigning(t, authtest.Options{AS: authtest.ServerOptions{Life: time.Minute}}, nil)
	s.refusedConnect(t)
	before := s.signInNow(t).Identities[0]
	s.w.Advance(2 * time.Minute)
	if out := s.run(t, "test-tool"); out.Err != nil || s.opened.Load() != 1 {
		t.Fatalf("call: %+v, browser opened %d times", out.Err, s.opened.Load())
	}
	until(t, "the new token to be shown", func() bool {
		v := s.SignIn(s.id)
		return len(v.Identities) == 1 && v.Identities[0].ID == before.ID && v.Identities[0].Token != before.Token
	})
	if err := s.RefreshIdentity(s.id, before.ID); err != nil {
		t.Errorf("refresh now: %v", err)
	}
}

func TestSignOutRevokes(t *testing.T) {
	s := startSigning(t, authtest.Options{}, nil)
	s.refusedConnect(t)
	v := s.signInNow(t)
	text, err := s.SignOut(s.id, v.Active)
	if err != nil || text == "" || len(s.w.Of(authtest.Revoke)) == 0 {
		t.Errorf("sign out: %q %v, %d revocations", text, err, len(s.w.Of(authtest.Revoke)))
	}
	if v := s.SignIn(s.id); len(v.Identities) != 0 || v.Active != "" {
		t.Errorf("left: %+v", v.Identities)
	}
	if out := s.run(t, "test-tool"); out.Err == nil || out.Err.Challenge == nil {
		t.Errorf("call after the sign-out: %+v", out.Err)
	}
}

func TestDeletedServerIsSignedOut(t *testing.T) {
	s := startSigning(t, authtest.Options{}, nil)
	s.refusedConnect(t)
	s.signInNow(t)
	if err := s.Delete(s.id); err != nil {
		t.Fatal(err)
	}
	if len(s.w.Of(authtest.Revoke)) == 0 {
		t.Error("nothing was revoked")
	}
	if _, err := s.Restore(s.id); err != nil {
		t.Fatal(err)
	}
	if list, err := s.Identities(t.Context(), s.id); err != nil || len(list) != 0 {
		t.Errorf("tokens after a restore: %+v %v", list, err)
	}
}

func TestCancelWhileTheBrowserWaits(t *testing.T) {
	s := startSigning(t, authtest.Options{AS: authtest.ServerOptions{Hold: true}}, nil)
	s.refusedConnect(t)
	if err := s.StartSignIn(s.id, false); err != nil {
		t.Fatal(err)
	}
	v := s.phase(t, SignInBrowser)
	if v.Browser == nil || !strings.HasPrefix(v.Browser.RedirectURI, "http://127.0.0.1:") || v.Browser.Until <= v.Browser.Since {
		t.Errorf("browser %+v", v.Browser)
	}
	if err := s.StartSignIn(s.id, true); err == nil {
		t.Error("a second sign-in began beside the first")
	}
	if err := s.OpenSignIn(s.id); err != nil || s.opened.Load() != 2 {
		t.Errorf("open again: %v", err)
	}
	s.CancelSignIn(s.id)
	s.phase(t, SignInCanceled)
}

func TestSignInStepByStep(t *testing.T) {
	s := startSigning(t, authtest.Options{}, nil)
	if err := s.BeginSignIn(s.id); err != nil {
		t.Fatal(err)
	}
	v := s.phase(t, SignInPaused)
	for range len(v.Steps) {
		if v.Next == "" || v.Next == auth.StepReplay {
			break
		}
		if err := s.SignInStep(SignInStep{Profile: s.id, Step: v.Next, Inputs: map[string]string{}, Only: true}); err != nil {
			t.Fatalf("%s: %v", v.Next, err)
		}
		before := v.Next
		if v = s.phase(t, SignInPaused); v.Next == before {
			t.Fatalf("step %s did not end: %+v", before, v.Err)
		}
	}
	if len(v.Identities) != 1 {
		t.Fatalf("no token at %q: %v", v.Next, statesOf(v.Steps))
	}
	if _, err := s.ConnectWait(t.Context(), s.id); err != nil {
		t.Errorf("connect with the token: %v", err)
	}
	// A step that is done can be run again with other inputs; what stood behind it waits.
	if err := s.SignInStep(SignInStep{Profile: s.id, Step: auth.StepScopes, Inputs: map[string]string{"scopes": "x y"}, Only: true}); err != nil {
		t.Fatal(err)
	}
	if v = s.phase(t, SignInPaused); v.Next != auth.StepAuthorize {
		t.Errorf("next %q", v.Next)
	}
}

// An Authorization header of the user's own is left alone: nobody is sent to a browser for it.
func TestOwnAuthorizationHeader(t *testing.T) {
	s := startSigning(t, authtest.Options{}, func(p *profile.Profile) {
		p.Auth.Auto = true
		p.Headers = []profile.Value{{Name: "Authorization", Value: "Bearer mine-and-only-mine"}}
	})
	if _, err := s.ConnectWait(t.Context(), s.id); err == nil {
		t.Fatal("connected")
	}
	if err := s.StartSignIn(s.id, false); err == nil || s.opened.Load() != 0 || len(s.w.Of(authtest.PRM)) != 0 {
		t.Errorf("sign in: %v", err)
	}
}
