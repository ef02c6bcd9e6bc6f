package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/internal/authtest"
)

// TestPushedRequest: where the server demands it, the request goes to it and the browser gets a reference only.
func TestPushedRequest(t *testing.T) {
	for _, c := range []struct {
		name   string
		o      authtest.ServerOptions
		set    Settings
		inputs map[string]string
		pushed int
		wrong  string
	}{
		{name: "a public client", o: authtest.ServerOptions{PushOnly: true}, pushed: 1},
		{name: "a client with a secret", o: authtest.ServerOptions{PushOnly: true, Clients: map[string]authtest.Client{"app": {Secret: "app-secret-1"}}}, set: Settings{ClientID: "app", ClientSecret: "app-secret-1"}, pushed: 1},
		{name: "not demanded", o: authtest.ServerOptions{}, pushed: 0},
		{name: "no endpoint", o: authtest.ServerOptions{Extra: map[string]any{"require_pushed_authorization_requests": true}}, wrong: "names no endpoint"},
		{name: "refused", o: authtest.ServerOptions{PushOnly: true, Faults: map[string]authtest.Fault{authtest.Push: {Status: 400, Type: "application/json", Body: `{"error":"invalid_target","error_description":"no such resource"}`}}}, pushed: 1, wrong: `"invalid_target": "no such resource"`},
		{name: "a page", o: authtest.ServerOptions{PushOnly: true, Faults: map[string]authtest.Fault{authtest.Push: authtest.HTML()}}, pushed: 1, wrong: "names no usable request_uri"},
		{name: "no reference", o: authtest.ServerOptions{PushOnly: true, Faults: map[string]authtest.Fault{authtest.Push: {Status: 201, Type: "application/json", Body: `{"request_uri":"a b"}`}}}, pushed: 1, wrong: "names no usable request_uri"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, r := worldRig(t, authtest.Options{AS: c.o}, c.set)
			f, token, err := r.run(Start{Challenge: r.refused()})
			pushed, step := w.Of(authtest.Push), stepOf(t, f, StepAuthorize)
			if len(pushed) != c.pushed {
				t.Errorf("%d requests were pushed", len(pushed))
			}
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) || len(w.Of(authtest.Authorize)) > 0 {
					t.Errorf("%v, want %q; the browser was sent %d times", err, c.wrong, len(w.Of(authtest.Authorize)))
				}
				return
			}
			if err != nil || token == nil {
				t.Fatalf("%v\n%+v", err, step)
			}
			if c.pushed > 0 && (pushed[0].Form.Get("state") == "" || len(step.Messages) != 1 || !strings.Contains(step.Verdict, "reference")) {
				t.Errorf("pushed %v, step %+v", pushed[0].Form, step)
			}
			if v := w.Violations(); len(v) > 0 {
				t.Errorf("violations: %q", v)
			}
		})
	}
}

// TestCodeIsBound: with DPoP the code can be used with the key of its proofs only.
func TestCodeIsBound(t *testing.T) {
	w, r := worldRig(t, authtest.Options{Resource: authtest.ResourceOptions{DPoP: true}, AS: authtest.ServerOptions{DPoP: true, DPoPNonce: true}}, Settings{})
	f, token, err := r.run(Start{Challenge: r.refused()})
	if err != nil {
		t.Fatalf("%v\n%+v", err, stepOf(t, f, f.Next()))
	}
	asked := w.Of(authtest.Authorize)
	key, err := parseKey(token.DPoPKey)
	if err != nil || len(asked) != 1 || asked[0].Query.Get("dpop_jkt") != thumbprint(key) || thumbprint(key) == "" {
		t.Errorf("dpop_jkt %q, %v", asked[0].Query.Get("dpop_jkt"), err)
	}
	noSecrets(t, "steps", f.Steps(), token.DPoPKey)
	if v := w.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
}

// TestRegisterWithAKey: a client of private_key_jwt that registers itself tells its public key, and no more of it.
func TestRegisterWithAKey(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pem, _ := writeKey(key)
	w, r := worldRig(t, authtest.Options{}, Settings{ClientKind: Dynamic, ClientAuth: authKeyJWT, PrivateKey: pem, KeyID: "k1"})
	f, token, err := r.run(Start{Challenge: r.refused()})
	if err != nil || token.Client.AuthMethod != authKeyJWT {
		t.Fatalf("%v\n%+v", err, stepOf(t, f, f.Next()))
	}
	sent := w.Of(authtest.Register)[0]
	if !strings.Contains(string(sent.Body), `"kid":"k1"`) || strings.Contains(string(sent.Body), `"d":`) {
		t.Errorf("registered with %s", sent.Body)
	}
	if v := w.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
}
