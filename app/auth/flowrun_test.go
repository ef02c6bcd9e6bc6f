package auth

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/authtest"
)

// Preparing does guarded GETs only: nothing is registered and no browser opened.
func TestPrepare(t *testing.T) {
	w, r := worldRig(t, authtest.Options{}, Settings{})
	opened := false
	r.cfg.Browser = func(context.Context, string) error { opened = true; return nil }
	f := r.flow(Start{Challenge: r.refused()})
	if err := f.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	if f.Next() != StepClient || f.Token() != nil || f.ResourceMetadata() == nil || f.ServerMetadata() == nil || opened {
		t.Errorf("next %s", f.Next())
	}
	before := len(w.Requests())
	if err := f.Prepare(t.Context()); err != nil || len(w.Requests()) != before {
		t.Errorf("again: %v", err)
	}
	for _, rec := range w.Requests() {
		if rec.Endpoint != authtest.MCP && rec.Method != "GET" {
			t.Errorf("%s %s", rec.Method, rec.Path)
		}
		if rec.Endpoint != authtest.MCP && rec.Header.Get("MCP-Protocol-Version") != "2026-07-28" {
			t.Errorf("%s without version", rec.Path)
		}
	}
}

func TestStepByStep(t *testing.T) {
	w, r := worldRig(t, authtest.Options{}, Settings{})
	f := r.flow(Start{Challenge: r.refused()})
	if err := f.RunStep(t.Context(), StepToken, nil); !fault.Is(err, fault.Input) || stepOf(t, f, StepToken).State != Failed {
		t.Errorf("token first: %v", err)
	}
	if err := f.RunStep(t.Context(), StepReplay, nil); !fault.Is(err, fault.Input) {
		t.Errorf("replay: %v", err)
	}
	if err := f.RunStep(t.Context(), "nothing", nil); !fault.Is(err, fault.Input) {
		t.Errorf("unknown: %v", err)
	}
	for _, id := range f.order[:len(f.order)-1] {
		if f.Next() != id {
			t.Errorf("next %s, want %s", f.Next(), id)
		}
		if err := f.RunStep(t.Context(), id, nil); err != nil {
			t.Fatal(id, err)
		}
		r.sound(f)
	}
	if f.Token() == nil {
		t.Fatal("no token")
	}
	// A step that is run again makes those after it wait, and keeps those before.
	if err := f.RunStep(t.Context(), StepScopes, map[string]string{"scope": "special"}); err != nil {
		t.Fatal(err)
	}
	for i, s := range f.Steps() {
		if late := i > slices.Index(f.order, StepScopes); late != (s.State == Waiting) || late && (len(s.Facts) > 0 || s.Verdict != "") {
			t.Errorf("%s is %s", s.ID, s.State)
		}
	}
	if f.Token() != nil || f.Next() != StepAuthorize {
		t.Errorf("next %s", f.Next())
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	token, err := f.Run(ctx)
	if err != nil || strings.Join(token.Requested, " ") != "special" {
		t.Fatalf("%v %+v", err, token)
	}
	if n := len(w.Of(authtest.Register)); n != 1 {
		t.Errorf("%d registrations", n)
	}
	// The code once more, and a wrong verifier: for the server's answer.
	err = f.RunStep(t.Context(), StepToken, nil)
	if err == nil || !strings.Contains(err.Error(), "invalid_grant") || f.Token() != nil {
		t.Errorf("the code again: %v", err)
	}
}

func TestWrongVerifierByHand(t *testing.T) {
	w, r := worldRig(t, authtest.Options{}, Settings{})
	f := r.flow(Start{Challenge: r.refused()})
	for _, id := range f.order[:len(f.order)-2] {
		if err := f.RunStep(t.Context(), id, nil); err != nil {
			t.Fatal(id, err)
		}
	}
	if err := f.RunStep(t.Context(), StepToken, map[string]string{"token_endpoint": "http://as.example/token"}); !fault.Is(err, fault.Protocol) || len(w.Of(authtest.Token)) != 0 {
		t.Errorf("http elsewhere: %v", err)
	}
	if err := f.RunStep(t.Context(), StepToken, map[string]string{"token_endpoint": w.AS.Origin + "/other"}); err == nil || w.Of(authtest.Other)[0].Path != "/other" {
		t.Errorf("another endpoint: %v", err)
	}
	err := f.RunStep(t.Context(), StepToken, map[string]string{"token_endpoint": "", "code_verifier": strings.Repeat("x", 50)})
	if err == nil || w.Of(authtest.Token)[0].Form.Get("code_verifier") != strings.Repeat("x", 50) {
		t.Errorf("%v", err)
	}
	for _, in := range stepOf(t, f, StepToken).Inputs {
		if in.Kind == InputSecret && (in.Value != "" || !in.Set) {
			t.Errorf("input %+v", in)
		}
	}
	r.sound(f)
}

// What the window sends back unchanged changes no step.
func TestInputsUnchanged(t *testing.T) {
	_, r := worldRig(t, authtest.Options{}, Settings{Extra: []Param{{"a", "b"}}})
	f := r.flow(Start{Challenge: r.refused()})
	for _, id := range f.order[:len(f.order)-1] {
		inputs := map[string]string{}
		for _, in := range stepOf(t, f, id).Inputs {
			inputs[in.Name] = in.Value
		}
		if err := f.RunStep(t.Context(), id, inputs); err != nil {
			t.Fatal(id, err)
		}
		if len(f.edits[id]) > 0 {
			t.Errorf("%s: edits %v", id, f.edits[id])
		}
		if s := stepOf(t, f, id); hasFinding(s, "by hand") {
			t.Errorf("%s: %+v", id, s.Findings)
		}
	}
}

// Reading never waits for a run and never races with it.
func TestFlowReadWhileRunning(t *testing.T) {
	noLeaks(t)
	_, r := worldRig(t, authtest.Options{}, Settings{})
	var changes atomic.Int64
	var notes sync.Map
	r.cfg.Changed = func() { changes.Add(1) }
	r.cfg.Note = func(id StepID, text string) { notes.Store(id, text) }
	f := r.flow(Start{Challenge: r.refused()})
	ctx, cancel := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for ctx.Err() == nil {
				_ = f.Steps()
				_, _, _, _, _ = f.Next(), f.Asking(), f.Token(), f.Browser(), f.ServerMetadata()
				_ = f.ResourceMetadata()
				time.Sleep(time.Millisecond)
			}
		})
	}
	var runs sync.WaitGroup
	for range 3 { // they share one run
		runs.Go(func() {
			if token, err := f.Run(ctx); err != nil || token == nil {
				t.Errorf("%v", err)
			}
		})
	}
	runs.Wait()
	cancel()
	readers.Wait()
	if changes.Load() < 10 {
		t.Errorf("%d changes", changes.Load())
	}
	notes.Range(func(_, text any) bool {
		noSecrets(t, "a note", text, f.token.AccessToken, f.code, f.pending.State)
		return true
	})
	if _, ok := notes.Load(StepToken); !ok {
		t.Error("no note of the token step")
	}
}

func TestFlowCancelled(t *testing.T) {
	noLeaks(t)
	for _, endpoint := range []string{authtest.Metadata, authtest.Register, authtest.Token} {
		w, r := worldRig(t, authtest.Options{AS: authtest.ServerOptions{Faults: map[string]authtest.Fault{endpoint: {Hang: true}}}}, Settings{})
		f := r.flow(Start{Challenge: r.refused()})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { _, err := f.Run(ctx); done <- err }()
		for deadline := time.Now().Add(patience); len(w.AS.Got(endpoint)) == 0 && time.Now().Before(deadline); {
			time.Sleep(5 * time.Millisecond)
		}
		second := make(chan error, 1)
		waits, stop := context.WithCancel(t.Context())
		go func() { second <- f.Prepare(waits) }()
		stop()
		if err := <-second; !fault.Is(err, fault.Cancelled) {
			t.Errorf("%s: the second: %v", endpoint, err)
		}
		cancel()
		if err := <-done; !fault.Is(err, fault.Cancelled) {
			t.Errorf("%s: %v", endpoint, err)
		}
		if s := stepOf(t, f, f.Next()); s.State != Waiting || s.Verdict != "Cancelled." {
			t.Errorf("%s: %s is %s", endpoint, s.ID, s.State)
		}
	}
}

// 403 insufficient_scope: the union is asked for, with the client that is there.
func TestStepUp(t *testing.T) {
	w, r := worldRig(t, authtest.Options{Resource: authtest.ResourceOptions{Scope: "read", Scopes: []string{"decoy"}}}, Settings{})
	_, first, err := r.run(Start{Challenge: r.refused()})
	if err != nil {
		t.Fatal(err)
	}
	c := r.refused()
	c.Status, c.Error, c.Scopes = 403, "insufficient_scope", []string{"write"}
	f, second, err := r.run(Start{Challenge: c, Why: "step-up", Scopes: UnionScopes(first.Requested, c.Scopes), Previous: first})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(second.Requested, " "); got != "read write" || second.Client.ID != first.Client.ID {
		t.Errorf("requested %q", got)
	}
	facts := stepOf(t, f, StepChallenge).Facts
	if !slices.ContainsFunc(facts, func(f Fact) bool { return f.Name == "new scopes" && f.Value == "write" }) {
		t.Errorf("facts %+v", facts)
	}
	if v := w.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
}

func TestGrantsWithoutBrowser(t *testing.T) {
	const document = "client_secret_basic"
	for _, c := range []struct {
		name string
		o    authtest.Options
		set  func(w *authtest.World) Settings
		last []StepID
	}{
		{
			name: "client credentials",
			o:    authtest.Options{AS: authtest.ServerOptions{Grants: []string{authtest.GrantClientCredentials}, NoPKCE: true, Clients: map[string]authtest.Client{"machine": {Secret: "machine-secret"}}}},
			set: func(*authtest.World) Settings {
				return Settings{Grant: ClientCredentials, ClientID: "machine", ClientSecret: "machine-secret", ClientAuth: document}
			},
		},
		{
			name: "client credentials, DPoP",
			o:    authtest.Options{Resource: authtest.ResourceOptions{DPoP: true}, AS: authtest.ServerOptions{DPoP: true, DPoPNonce: true, Grants: []string{authtest.GrantClientCredentials}, Clients: map[string]authtest.Client{"machine": {Secret: "machine-secret"}}}},
			set: func(*authtest.World) Settings {
				return Settings{Grant: ClientCredentials, ClientID: "machine", ClientSecret: "machine-secret"}
			},
		},
		{
			name: "enterprise",
			o:    authtest.Options{AS: authtest.ServerOptions{Grants: []string{authtest.GrantJWTBearer}, Clients: map[string]authtest.Client{"app": {Secret: "app-secret-1"}}}, IDP: &authtest.ServerOptions{Grants: []string{authtest.GrantExchange}, Clients: map[string]authtest.Client{"idp-app": {}}}},
			set: func(w *authtest.World) Settings {
				return Settings{
					Grant: Enterprise, ClientID: "app", ClientSecret: "app-secret-1", IDPIssuer: w.IDP.Issuer, IDPTokenEndpoint: w.IDP.URL(authtest.Token),
					IDPClientID: "idp-app", IDPToken: w.IDToken("idp-app", "ada"),
				}
			},
		},
		{
			name: "workload",
			o:    authtest.Options{AS: authtest.ServerOptions{Grants: []string{authtest.GrantJWTBearer}, Clients: map[string]authtest.Client{"wl": {}}}},
			set: func(w *authtest.World) Settings {
				return Settings{Grant: Workload, ClientID: "wl", Assertion: w.WorkloadJWT("wl", w.AS.Issuer, time.Hour)}
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, r := worldRig(t, c.o, Settings{})
			r.cfg.Settings = c.set(w)
			f, token, err := r.run(Start{Challenge: r.refused()})
			if err != nil {
				t.Fatalf("%v\n%+v", err, stepOf(t, f, f.Next()))
			}
			if token.AccessToken == "" || token.Grant != r.cfg.Settings.Grant || f.Next() != StepReplay {
				t.Errorf("token %s, next %s", token.Grant, f.Next())
			}
			if n := len(w.Of(authtest.Register)) + len(w.Of(authtest.Authorize)); n != 0 {
				t.Errorf("%d requests of a browser flow", n)
			}
			if v := w.Violations(); len(v) > 0 {
				t.Errorf("violations: %q", v)
			}
		})
	}
	_, r := worldRig(t, authtest.Options{}, Settings{Grant: ClientCredentials})
	if f, _, err := r.run(Start{}); !fault.Is(err, fault.Input) || !f.Asking() || f.Next() != StepClient {
		t.Errorf("no client: %v", err)
	}
}

// A refusal that offers DPoP alone gets a bound token.
func TestFlowDPoP(t *testing.T) {
	w, r := worldRig(t, authtest.Options{Resource: authtest.ResourceOptions{DPoP: true, Extra: map[string]any{"dpop_bound_access_tokens_required": nil}}, AS: authtest.ServerOptions{DPoP: true}}, Settings{})
	_, token, err := r.run(Start{Challenge: r.refused()})
	if err != nil || token.TokenType != "DPoP" || token.DPoPKey == "" {
		t.Errorf("%v", err)
	}
	if v := w.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
}

// A refusal without WWW-Authenticate, and none at all: the sign-in goes on by the well-known addresses.
func TestBareRefusals(t *testing.T) {
	for name, o := range map[string]authtest.ResourceOptions{
		"bare": {Bare: true}, "basic": {Challenge: `Basic realm="x"`}, "broken": {Challenge: `Bearer resource_metadata="{prm}`}, "several": {Challenge: `Basic realm="x", Bearer resource_metadata="{prm}", DPoP algs="ES256"`},
	} {
		t.Run(name, func(t *testing.T) {
			w, r := worldRig(t, authtest.Options{Resource: o}, Settings{})
			f, token, err := r.run(Start{Challenge: r.refused()})
			if err != nil || token.TokenType != "Bearer" {
				t.Fatal(err)
			}
			s := stepOf(t, f, StepChallenge)
			if name != "several" && (s.State != Warned || len(s.Findings) == 0) {
				t.Errorf("%s %q", s.State, s.Verdict)
			}
			if v := w.Violations(); len(v) > 0 {
				t.Errorf("violations: %q", v)
			}
		})
	}
	_, r := worldRig(t, authtest.Options{}, Settings{})
	f, _, err := r.run(Start{Why: "asked"})
	if err != nil || stepOf(t, f, StepChallenge).State != Skipped {
		t.Error(err)
	}
}

// entering tells when a run has begun to wait for another: it asks for Done then.
type entering struct {
	context.Context
	once *sync.Once
	at   chan struct{}
}

func (e entering) Done() <-chan struct{} {
	e.once.Do(func() { close(e.at) })
	return e.Context.Done()
}

// Calls of Run that wait for one that fails share its error: what failed is not done once more for each.
func TestRunShared(t *testing.T) {
	w, r := worldRig(t, authtest.Options{AS: authtest.ServerOptions{RegisterError: &authtest.Refusal{Code: "access_denied"}}}, Settings{})
	f := r.flow(Start{Challenge: r.refused()})
	f.busy <- struct{}{} // a step under way
	done := make(chan error, 3)
	for range 3 {
		ctx := entering{t.Context(), &sync.Once{}, make(chan struct{})}
		go func() {
			_, err := f.Run(ctx)
			done <- err
		}()
		<-ctx.at
	}
	f.leave()
	for range 3 {
		if err := <-done; !fault.Is(err, fault.HTTP) {
			t.Errorf("%v", err)
		}
	}
	if n := len(w.Of(authtest.Register)); n != 1 {
		t.Errorf("%d registrations", n)
	}
	if _, err := f.Run(t.Context()); !fault.Is(err, fault.HTTP) || len(w.Of(authtest.Register)) != 2 {
		t.Errorf("a call afterwards tries again: %v", err)
	}
}
