package core

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/internal/authtest"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// A server's authorization server may move: the next 401 leads to the new one, and nothing of the old goes there.
func TestAuthorizationServerMoves(t *testing.T) {
	s := startSigning(t, authtest.Options{Second: &authtest.ServerOptions{}}, nil)
	s.refusedConnect(t)
	s.signInNow(t)
	s.w.Migrate()
	if out := s.run(t, "test-tool"); out.Err == nil {
		t.Fatal("the old token was taken")
	}
	s.phase(t, SignInRefused)
	v := s.signInNow(t)
	if len(v.Identities) != 2 || v.Replay == nil || v.Replay.State != "done" {
		t.Errorf("identities %d, replay %+v", len(v.Identities), v.Replay)
	}
}

func TestSignInSecretsStayInMemory(t *testing.T) {
	s := startSigning(t, authtest.Options{AS: authtest.ServerOptions{RegisterSecret: true, AuthMethods: []string{"client_secret_basic"}}}, nil)
	s.refusedConnect(t)
	s.signInNow(t)
	s.run(t, "whoami")
	secrets := map[string]bool{}
	for _, r := range s.w.Requests() {
		for _, name := range []string{"code", "code_verifier", "refresh_token", "client_secret"} {
			secrets[r.Form.Get(name)] = true
		}
		_, credentials, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		secrets[credentials] = true
	}
	delete(secrets, "")
	if len(secrets) < 3 {
		t.Fatalf("%d secrets were seen", len(secrets))
	}
	state, err := json.Marshal(s.SignIn(s.id))
	if err != nil {
		t.Fatal(err)
	}
	for where, all := range map[string][]byte{"the log": wholeLog(t, s.Core), "a file": readAll(t, s.Dir()), "the window's state": state} {
		for secret := range secrets {
			if bytes.Contains(all, []byte(secret)) {
				t.Errorf("%s holds a secret of %d bytes", where, len(secret))
			}
		}
	}
}

// Many calls that are refused at once lead to one sign-in.
func TestParallelRefusals(t *testing.T) {
	open := []string{"initialize", "notifications/initialized", "tools/list", "GET", "DELETE"}
	s := startSigning(t, authtest.Options{Resource: authtest.ResourceOptions{Open: open}}, func(p *profile.Profile) { p.Auth.Auto = true })
	if _, err := s.ConnectWait(t.Context(), s.id); err != nil {
		t.Fatal(err)
	}
	const calls = 8
	done := make(chan RunOutput, calls)
	for i := range calls {
		go func() {
			out, _ := s.Run(t.Context(), RunInput{Call: t.Name() + string(rune('a'+i)), Profile: s.id, Tool: "test-tool", Index: -1, Args: "{}"})
			done <- out
		}()
	}
	for range calls {
		if out := <-done; out.Err != nil {
			t.Errorf("%s: %v", out.Call, out.Err)
		}
	}
	s.phase(t, SignInDone)
	if s.opened.Load() != 1 {
		t.Errorf("the browser was opened %d times", s.opened.Load())
	}
}

func TestChecksReachTheServer(t *testing.T) {
	s := startSigning(t, authtest.Options{}, nil)
	s.refusedConnect(t)
	s.signInNow(t)
	if err := s.CheckServer(s.id); err != nil {
		t.Fatal(err)
	}
	var v SignIn
	until(t, "the checks to end", func() bool { v = s.SignIn(s.id); return v.Checks != nil && !v.Checks.Running })
	if v.Checks.Err != nil || len(v.Checks.Results) < 8 {
		t.Fatalf("checks %+v", v.Checks)
	}
	for _, c := range v.Checks.Results {
		if c.State == "fail" {
			t.Errorf("%s: %s", c.ID, c.Text)
		}
	}
}
