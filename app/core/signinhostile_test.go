package core

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/auth"
	"github.com/sightglass-dev/sightglass/app/internal/authtest"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// A server that refuses every token does not open the browser for ever, also where the user wants no questions.
func TestRefusedForEverOpensTheBrowserOnce(t *testing.T) {
	s := startSigning(t, authtest.Options{AS: authtest.ServerOptions{Audience: "https://elsewhere.invalid"}}, func(p *profile.Profile) { p.Auth.Auto = true })
	for range 5 {
		if _, err := s.ConnectWait(t.Context(), s.id); err == nil {
			t.Fatal("the token is taken")
		}
		until(t, "the sign-in to end", func() bool { return !s.signIn(s.id).busy() })
	}
	if n := s.opened.Load(); n != 1 {
		t.Errorf("the browser was opened %d times", n)
	}
	if v := s.SignIn(s.id); v.Phase != SignInRefused && v.Phase != SignInFailed {
		t.Errorf("phase %s", v.Phase)
	}
	// One that the user asks for is done.
	_, _ = s.SignInWait(t.Context(), s.id)
	if n := s.opened.Load(); n != 2 {
		t.Errorf("by hand: the browser was opened %d times", n)
	}
}

// One that takes a token and soon refuses it is no reason either to open it again and again.
func TestAutoSignInsAreLimited(t *testing.T) {
	s := startSigning(t, authtest.Options{AS: authtest.ServerOptions{NoRefresh: true}}, func(p *profile.Profile) { p.Auth.Auto = true })
	for range 5 + 3 {
		_, _ = s.ConnectWait(t.Context(), s.id)
		until(t, "the sign-in to end", func() bool { return !s.signIn(s.id).busy() })
		s.Disconnect(s.id)
		s.w.Advance(2 * time.Hour) // the token is refused from now on
	}
	if n := s.opened.Load(); n != 5 {
		t.Errorf("the browser was opened %d times", n)
	}
}

// Refusals by the dozen look the metadata up once, and again when they say something new.
func TestRefusalsLookUpOnce(t *testing.T) {
	open := []string{"initialize", "notifications/initialized", "tools/list", "GET", "DELETE"}
	s := startSigning(t, authtest.Options{Resource: authtest.ResourceOptions{Open: open}}, nil)
	if _, err := s.ConnectWait(t.Context(), s.id); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if out := s.run(t, "test-tool"); out.Err == nil {
			t.Fatal("the call came through")
		}
		s.phase(t, SignInRefused)
	}
	if n := len(s.w.Of(authtest.PRM)); n != 1 {
		t.Errorf("%d look-ups", n)
	}
	v := s.signInNow(t)
	if v.Replay == nil || v.Replay.State != "done" {
		t.Errorf("replay %+v", v.Replay)
	}
}

// What a server knows of us and repeats in its metadata is not shown.
func TestStepsHideWhatServersEcho(t *testing.T) {
	const secret = "key-in-the-url-0123456789"
	s := startSigning(t, authtest.Options{Resource: authtest.ResourceOptions{Path: "/" + secret + "/mcp"}}, func(p *profile.Profile) {
		p.URL = strings.Replace(p.URL, secret, "${secret:key}", 1)
	})
	if err := s.SetSecrets(s.id, []SecretInput{{Name: "secret:key", Value: secret}}); err != nil {
		t.Fatal(err)
	}
	v := s.refusedConnect(t)
	hidden := func(v SignIn) {
		t.Helper()
		v.Browser = nil
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if i := strings.Index(string(b), secret); i >= 0 {
			t.Errorf("shown: %s", b[max(0, i-200):min(len(b), i+100)])
		}
	}
	hidden(v)
	// What the window sends back as it came is no change.
	for _, step := range []auth.StepID{auth.StepResource, auth.StepIssuer, auth.StepServer, auth.StepClient, auth.StepScopes, auth.StepAuthorize} {
		inputs := map[string]string{}
		for _, st := range s.SignIn(s.id).Steps {
			for _, in := range st.Inputs {
				if st.ID == step {
					inputs[in.Name] = in.Value
				}
			}
		}
		if err := s.SignInStep(SignInStep{Profile: s.id, Step: step, Inputs: inputs, Only: true}); err != nil {
			t.Fatal(err)
		}
		v = s.phase(t, SignInPaused)
		for _, st := range v.Steps {
			for _, f := range st.Findings {
				if st.ID == step && strings.Contains(f.Text, "set by hand") {
					t.Errorf("%s: %s", step, f.Text)
				}
			}
		}
	}
	v = s.signInNow(t)
	if v.Phase != SignInDone {
		t.Fatalf("phase %s %+v", v.Phase, v.Err)
	}
	hidden(v)
	for _, j := range v.Identities[0].Judged {
		if j.State == "error" {
			t.Errorf("judged %+v", j)
		}
	}
	// As after a restart, without a connection that knows the key.
	s.Disconnect(s.id)
	s.mask.Forget(signInScope(s.id))
	list, err := s.Identities(t.Context(), s.id)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v %+v", err, list)
	}
	hidden(SignIn{Identities: list})
}

// A sign-in goes by the settings of now, not by those of when the refusal came.
func TestSignInTakesTheSettingsOfNow(t *testing.T) {
	s := startSigning(t, authtest.Options{}, nil)
	s.refusedConnect(t)
	p, err := s.profile(s.id)
	if err != nil {
		t.Fatal(err)
	}
	p.Auth.Scopes = []string{"changed"}
	if _, err := s.Save(p, nil); err != nil {
		t.Fatal(err)
	}
	s.signInNow(t)
	if got := s.w.Of(authtest.Authorize); len(got) != 1 || got[0].Query.Get("scope") != "changed" {
		t.Errorf("asked for %+v", got)
	}
}

// deafStore is a keychain whose prompt nobody answers.
type deafStore struct{ asked chan struct{} }

func (d deafStore) wait(ctx context.Context) error {
	select {
	case d.asked <- struct{}{}:
	default:
	}
	<-ctx.Done()
	return ctx.Err()
}

func (d deafStore) Get(ctx context.Context, _ string) (string, bool, error) {
	return "", false, d.wait(ctx)
}

func (d deafStore) Set(ctx context.Context, _, _ string) (string, error) { return "", d.wait(ctx) }

func (d deafStore) Delete(ctx context.Context, _ string) error { return d.wait(ctx) }

func (d deafStore) Forget(string) {}

// While the keychain waits for its user, everything can be looked at, cancelled and closed.
func TestNothingWaitsForTheKeychain(t *testing.T) {
	for name, end := range map[string]func(s *signing){
		"cancel": func(s *signing) { s.CancelSignIn(s.id) },
		"close":  func(s *signing) { _ = s.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			s := startSigning(t, authtest.Options{}, nil)
			deaf := deafStore{make(chan struct{}, 1)}
			s.signIn(s.id).vault = auth.NewVault(deaf, s.id)
			began := time.Now()
			s.SignIn(s.id)
			<-deaf.asked
			if err := s.StartSignIn(s.id, false); err != nil {
				t.Fatal(err)
			}
			<-deaf.asked
			for range 50 {
				s.SignIn(s.id)
			}
			_ = s.Servers()
			if _, ok := s.Connection(s.id); ok {
				t.Error("there is a connection")
			}
			end(s)
			if took := time.Since(began); took > tokenWait/4 {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// A program that ends while the browser is waited for waits for nobody.
func TestCloseWhileTheBrowserWaits(t *testing.T) {
	s := startSigning(t, authtest.Options{AS: authtest.ServerOptions{Hold: true}}, nil)
	s.refusedConnect(t)
	if err := s.StartSignIn(s.id, false); err != nil {
		t.Fatal(err)
	}
	v := s.phase(t, SignInBrowser)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimSuffix(strings.TrimPrefix(v.Browser.RedirectURI, "http://"), "/callback"))
	if err == nil {
		_ = c.Close()
		t.Error("the listener is still there")
	}
}

// A token does not follow a server to another address.
func TestTokenStaysWhenTheURLIsEdited(t *testing.T) {
	s := startSigning(t, authtest.Options{}, nil)
	s.refusedConnect(t)
	s.signInNow(t)
	s.Disconnect(s.id)
	other := authtest.Start(t, authtest.Options{})
	p, err := s.profile(s.id)
	if err != nil {
		t.Fatal(err)
	}
	p.URL = other.URL
	if _, err := s.Save(p, nil); err != nil {
		t.Fatal(err)
	}
	_, _ = s.ConnectWait(t.Context(), s.id)
	v := s.phase(t, SignInRefused)
	got := other.Of(authtest.MCP)
	for _, r := range got {
		if r.Header.Get("Authorization") != "" {
			t.Errorf("sent to the other server: %s", r.Header.Get("Authorization"))
		}
	}
	if len(got) == 0 || len(v.Identities) != 1 {
		t.Errorf("%d requests, identities %+v", len(got), v.Identities)
	}
}

// A refusal that does not say which scope is missing asks for those of the metadata, and for nothing when those were
// asked for already.
func TestStepUpWithoutScopes(t *testing.T) {
	o := authtest.ResourceOptions{Scope: "a", ToolScopes: map[string]string{"test-tool": "b"}, NoScope: true, Scopes: []string{"a", "b"}}
	s := startSigning(t, authtest.Options{Resource: o}, nil)
	s.refusedConnect(t)
	s.signInNow(t)
	if out := s.run(t, "test-tool"); out.Err == nil || out.Err.Status != 403 {
		t.Fatalf("call %+v", out.Err)
	}
	if v := s.phase(t, SignInRefused); v.StepUp == nil || strings.Join(v.StepUp.Union, " ") != "a b" || strings.Join(v.StepUp.New, " ") != "b" {
		t.Errorf("step-up %+v", v.StepUp)
	}
	if v := s.signInNow(t); v.Replay == nil || v.Replay.State != "done" {
		t.Errorf("replay %+v", v.Replay)
	}
	o.Scopes, o.NeverScope = []string{"a"}, true
	s = startSigning(t, authtest.Options{Resource: o}, func(p *profile.Profile) { p.Auth.Auto = true })
	if _, err := s.ConnectWait(t.Context(), s.id); err != nil {
		t.Fatal(err)
	}
	_ = s.run(t, "test-tool")
	if v := s.phase(t, SignInFailed); v.StepUp == nil || v.StepUp.Stopped == "" || s.opened.Load() != 1 {
		t.Errorf("nothing new: %+v, browser opened %d times", v.StepUp, s.opened.Load())
	}
}

// A stdio server has no sign-in: its credentials are in its environment.
func TestStdioHasNoSignIn(t *testing.T) {
	s := startSigning(t, authtest.Options{}, nil)
	p, err := s.Save(profile.Profile{Name: "local", Transport: profile.Stdio, Command: "true"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.StartSignIn(p.ID, false); err == nil || !strings.Contains(err.Error(), "stdio") {
		t.Errorf("sign in: %v", err)
	}
	if err := s.CheckServer(p.ID); err == nil {
		t.Error("it was checked")
	}
}

// What an authorization server repeats in an answer that is shown as an error is masked, its headers too.
func TestErrorsHideWhatServersEcho(t *testing.T) {
	const secret = "key-in-the-url-0123456789"
	fault := authtest.Fault{Status: 500, Header: http.Header{"Www-Authenticate": {`Bearer realm="` + secret + `"`}, "Retry-After": {secret}}, Body: "boom " + secret}
	s := startSigning(t, authtest.Options{
		Resource: authtest.ResourceOptions{Path: "/" + secret + "/mcp"}, AS: authtest.ServerOptions{Faults: map[string]authtest.Fault{authtest.Metadata: fault}},
	}, func(p *profile.Profile) { p.URL = strings.Replace(p.URL, secret, "${secret:key}", 1) })
	if err := s.SetSecrets(s.id, []SecretInput{{Name: "secret:key", Value: secret}}); err != nil {
		t.Fatal(err)
	}
	s.refusedConnect(t)
	v, err := s.SignInWait(t.Context(), s.id)
	if err == nil || v.Err == nil || len(v.Err.Headers) == 0 || v.Err.Status != 500 {
		t.Fatalf("%v %+v", err, v.Err)
	}
	b, merr := json.Marshal([]any{v, AsError(err)})
	if merr != nil {
		t.Fatal(merr)
	}
	if i := strings.Index(string(b), secret); i >= 0 {
		t.Errorf("shown: %s", b[max(0, i-200):min(len(b), i+100)])
	}
}
