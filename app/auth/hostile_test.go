package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/challenge"
	"github.com/sightglass-dev/sightglass/app/fault"
)

// trap is a server that nothing may reach: it keeps what was sent to it.
func trap(t *testing.T) (url string, got func() []string) {
	t.Helper()
	var mu sync.Mutex
	var list []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		mu.Lock()
		list = append(list, r.URL.Path+" "+r.Header.Get("Authorization")+" "+r.Form.Encode())
		mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprint(w, `{"access_token":"stolen-stolen","token_type":"Bearer"}`)
	}))
	t.Cleanup(s.Close)
	return s.URL, func() []string { mu.Lock(); defer mu.Unlock(); return append([]string{}, list...) }
}

// Somebody who edits the settings file does not get stored credentials sent to another place: a token set stays with
// the endpoints it was got from.
func TestEditedEndpointsGetNothingStored(t *testing.T) {
	t.Run("refresh token", func(t *testing.T) {
		w := newWorld(t)
		at, got := trap(t)
		s := w.seat(newBox(), nil, func(c *Config) {
			c.Settings.TokenEndpoint, c.Settings.RegistrationEndpoint = at+"/token", at+"/register"
		})
		id := s.signedIn(nil)
		if err := s.Refresh(t.Context(), id); err != nil || w.spent() != 1 || len(got()) > 0 {
			t.Errorf("%v, spent %d, elsewhere %q", err, w.spent(), got())
		}
	})
	t.Run("client credentials", func(t *testing.T) {
		w := newWorld(t)
		at, got := trap(t)
		s := w.seat(newBox(), nil, func(c *Config) {
			c.Settings = Settings{Grant: ClientCredentials, ClientID: "c", ClientSecret: "client-secret", TokenEndpoint: at + "/token"}
		})
		id := s.signedIn(func(k *Token) {
			k.Grant, k.RefreshToken, k.Client = ClientCredentials, "", Client{ID: "c", Secret: "client-secret", Issuer: w.as.URL, AuthMethod: authPost}
		})
		if err := s.Refresh(t.Context(), id); err != nil || w.spent() != 1 || len(got()) > 0 {
			t.Errorf("%v, spent %d, elsewhere %q", err, w.spent(), got())
		}
	})
	t.Run("another client", func(t *testing.T) {
		w := newWorld(t)
		s := w.seat(newBox(), nil, func(c *Config) {
			c.Settings = Settings{Grant: ClientCredentials, ClientID: "of-another-issuer", ClientSecret: "its-secret"}
		})
		id := s.signedIn(func(k *Token) {
			k.Grant, k.RefreshToken, k.Client = ClientCredentials, "", Client{ID: "c", Secret: "s", Issuer: w.as.URL, AuthMethod: authPost}
		})
		if err := s.Refresh(t.Context(), id); err == nil || w.spent() != 0 {
			t.Errorf("%v, spent %d", err, w.spent())
		}
	})
	t.Run("identity provider", func(t *testing.T) {
		w := newWorld(t)
		at, got := trap(t)
		s := w.seat(newBox(), nil, func(c *Config) {
			c.Settings = Settings{Grant: Enterprise, ClientID: "c", ClientSecret: "s", IDPTokenEndpoint: at + "/token", IDPToken: "id-token", IDPClientID: "i", IDPClientSecret: "idp-secret"}
		})
		id := s.signedIn(func(k *Token) {
			k.Grant, k.RefreshToken, k.Client, k.Exchange = Enterprise, "", Client{ID: "c", Secret: "s", Issuer: w.as.URL, AuthMethod: authPost}, &Exchange{Endpoint: "https://idp.example/token", Client: "i"}
		})
		if err := s.Refresh(t.Context(), id); err == nil || len(got()) > 0 {
			t.Errorf("%v, elsewhere %q", err, got())
		}
	})
	for _, metadata := range []bool{true, false} {
		t.Run(fmt.Sprintf("revocation, in metadata %v", metadata), func(t *testing.T) {
			w := newWorld(t)
			at, got := trap(t)
			s := w.seat(newBox(), nil, func(c *Config) { c.Settings.RevocationEndpoint = at + "/revoke" })
			id := s.signedIn(func(k *Token) {
				if !metadata {
					k.Revocation = ""
				}
			})
			if text, err := s.SignOut(t.Context(), id); err != nil || len(got()) > 0 || metadata != (len(w.revoked) == 2) {
				t.Errorf("%q, %v, elsewhere %q", text, err, got())
			}
		})
	}
	t.Run("revocation at the same place", func(t *testing.T) {
		w := newWorld(t)
		s := w.seat(newBox(), nil, func(c *Config) { c.Settings.RevocationEndpoint = w.as.URL + "/revoke" })
		id := s.signedIn(func(k *Token) { k.Revocation = "" })
		if _, err := s.SignOut(t.Context(), id); err != nil || len(w.revoked) != 2 {
			t.Errorf("%v %v", err, w.revoked)
		}
	})
}

// A client's issuer is remembered when all its tokens are gone: a server that names another authorization server then
// does not get the secret.
func TestClientStaysBoundAfterSignOut(t *testing.T) {
	r := newFlowRig(t, "https://h/mcp", plainClient(t), Settings{ClientID: "pre", ClientSecret: "s3cret-s3cret"})
	v := NewVault(r.store, "p1")
	id, _, err := v.Save(t.Context(), Token{AccessToken: "aaaaaaaaaaaa", Issuer: "https://old.example", Resource: "https://h/mcp", Server: "https://h/mcp", Client: Client{Kind: PreRegistered, ID: "pre", Issuer: "https://old.example"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Delete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	for issuer, good := range map[string]bool{"https://old.example": true, "https://evil.example": false} {
		f := r.flow(Start{})
		f.as = &ServerMetadata{Issuer: issuer, AuthorizationEndpoint: issuer + "/a", TokenEndpoint: issuer + "/t"}
		if err := f.RunStep(t.Context(), StepClient, nil); (err == nil) != good {
			t.Errorf("%s: %v", issuer, err)
		}
	}
	if err := v.Wipe(t.Context()); err != nil || len(r.store.m) > 0 {
		t.Errorf("wiped: %v %v", err, r.store.m)
	}
}

// The browser is not sent to this machine or its network by a server elsewhere.
func TestAuthorizationEndpointStaysOutside(t *testing.T) {
	for _, tt := range []struct {
		server, issuer, endpoint string
		ok                       bool
	}{
		{"https://mcp.example/mcp", "https://as.example", "https://login.as.example/a", true},
		{"https://mcp.example/mcp", "https://as.example", "http://localhost:8080/delete", false},
		{"https://mcp.example/mcp", "https://as.example", "https://localhost/delete", false},
		{"https://mcp.example/mcp", "https://as.example", "https://127.0.0.1/delete", false},
		{"https://mcp.example/mcp", "https://as.example", "https://[::1]/delete", false},
		{"https://mcp.example/mcp", "https://as.example", "https://[::ffff:127.0.0.1]/delete", false},
		{"https://mcp.example/mcp", "https://as.example", "https://0.0.0.0/delete", false},
		{"https://mcp.example/mcp", "https://as.example", "https://192.168.0.1/reboot", false},
		{"https://mcp.example/mcp", "https://as.example", "https://[fe80::1]/reboot", false},
		{"https://mcp.example/mcp", "https://as.example", "https://169.254.169.254/latest", false},
		{"https://mcp.example/mcp", "https://as.example", "https://2130706433/", false},
		{"https://mcp.example/mcp", "https://as.example", "https://0x7f.1/", false},
		{"https://mcp.example/mcp", "https://as.example", "https://as.example/a#", false},
		{"http://127.0.0.1:3000/mcp", "http://localhost:9000", "http://localhost:9000/a", true},
		{"http://localhost:3000/mcp", "https://as.example", "http://localhost:9000/a", true},
		{"https://10.0.0.1/mcp", "https://10.0.0.2", "https://10.0.0.2/a", true},
		{"https://10.0.0.1/mcp", "https://10.0.0.2", "https://10.0.0.3/a", true},
	} {
		f := NewFlow(Config{Resource: tt.server}, Start{})
		d := f.begin(StepServer)
		f.issuer = tt.issuer
		as := &ServerMetadata{Issuer: tt.issuer, AuthorizationEndpoint: tt.endpoint, TokenEndpoint: tt.issuer + "/t", PKCE: []string{"S256"}, URL: tt.issuer}
		err := d.checkServer(as)
		if (err == nil) != tt.ok {
			t.Errorf("%s for %s: %v", tt.endpoint, tt.server, err)
		}
		if err != nil && !strings.HasSuffix(tt.endpoint, "#") {
			d.set.AuthorizationEndpoint = tt.endpoint
			if err := d.checkServer(as); err != nil && !strings.HasPrefix(tt.endpoint, "http:") {
				t.Errorf("%s set by hand: %v", tt.endpoint, err)
			}
		}
	}
}

// A fragment is one also when it is empty: what is added behind it would be part of it.
func TestEmptyFragments(t *testing.T) {
	_, _, f, err := prepared(t, map[string]page{}, "https://as.example/#", Settings{})
	if !fault.Is(err, fault.Protocol) || !strings.Contains(stepOf(t, f, StepIssuer).Verdict, "fragment") {
		t.Errorf("issuer: %v", err)
	}
	if target, _, err := requestURL("https://as.example/a#", []Param{{"state", "x"}}); err == nil {
		t.Errorf("endpoint: %s", target)
	}
}

// A pasted URL holds secrets in every place.
func TestPastedCallbackShowsNoSecret(t *testing.T) {
	for _, raw := range []string{
		"code=s3cr3t%2fcode&state=x", "http://127.0.0.1/callback#access_token=s3cr3t/code", "http://127.0.0.1/callback#code=s3cr3t%2fcode",
		"state=x&code=s3cr3t/code#", "/callback#s3cr3t", "s3cr3t", "http://u:s3cr3t@127.0.0.1/callback?code=x",
	} {
		r := newFlowRig(t, "https://h/mcp", plainClient(t), Settings{})
		f := r.flow(Start{})
		f.pending = &Pending{State: "expected-state", Issuer: "https://as.example"}
		_ = f.RunStep(t.Context(), StepCallback, map[string]string{"callback": raw})
		if text := fmt.Sprintf("%+v", f.Steps()); strings.Contains(text, "s3cr3t") {
			t.Errorf("%s: %+v", raw, stepOf(t, f, StepCallback).Facts)
		}
	}
}

// Text of a peer cannot turn the text around it.
func TestCutTextIsPlain(t *testing.T) {
	const bad = "a\u202eb\u202cc\u2066d\u2069e\u200ff\u061cg\u0085h\u009bi\u2028j"
	if got := cutText(bad, 100); got != "a b c d e f g h i j" {
		t.Errorf("%q", got)
	}
}

// Scopes by the thousand do not stop the window, which asks for the steps again and again.
func TestManyScopes(t *testing.T) {
	var b strings.Builder
	for i := 0; b.Len() < 15<<10; i++ {
		fmt.Fprintf(&b, "%x ", i)
	}
	c := challenge.Read(challenge.Input{Status: 401, Header: http.Header{"Www-Authenticate": {`Bearer scope="` + b.String() + `"`}}})
	f := NewFlow(Config{Resource: "https://h/mcp"}, Start{Challenge: &c})
	began := time.Now()
	for range 20 {
		f.Steps()
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("20 readings took %v", took)
	}
	for _, in := range stepOf(t, f, StepScopes).Inputs {
		if len(in.Options) > maxListed {
			t.Errorf("%d options", len(in.Options))
		}
	}
}

// countingStore counts the reads of a keychain.
type countingStore struct {
	siteStore
	reads int
}

func (s *countingStore) Get(ctx context.Context, name string) (string, bool, error) {
	s.reads++
	return s.siteStore.Get(ctx, name)
}

// A list of authorization servers does not make the keychain busy.
func TestManyIssuersAskTheKeychainOnce(t *testing.T) {
	r := newFlowRig(t, "https://h/mcp", plainClient(t), Settings{})
	store := &countingStore{siteStore: siteStore{m: map[string]string{}}}
	r.cfg.Store = store
	f := r.flow(Start{})
	f.prm = &ResourceMetadata{}
	for i := range maxListed {
		f.prm.AuthorizationServers = append(f.prm.AuthorizationServers, fmt.Sprintf("https://as%d.example", i))
	}
	if err := f.RunStep(t.Context(), StepIssuer, nil); err != nil || store.reads > 5 {
		t.Errorf("%v, %d reads", err, store.reads)
	}
}

// A registration cannot make the user's own key sign for a client it names.
func TestRegistrationGetsNoSignature(t *testing.T) {
	key, _ := newDPoPKey(nil)
	text, _ := writeKey(key)
	var forms []string
	s := newSite(t, map[string]page{})
	as := newHandlerServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		forms = append(forms, r.Form.Encode())
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(201)
		_, _ = fmt.Fprint(w, `{"client_id":"victim","token_endpoint_auth_method":"private_key_jwt"}`)
	}))
	_ = s
	r := newFlowRig(t, as+"/mcp", plainClient(t), Settings{PrivateKey: text})
	f := r.flow(Start{})
	f.as = &ServerMetadata{Issuer: as, AuthorizationEndpoint: as + "/a", TokenEndpoint: as + "/t", RegistrationEndpoint: as + "/r"}
	err := f.RunStep(t.Context(), StepClient, nil)
	if err == nil && f.client.AuthMethod == authKeyJWT {
		t.Errorf("client %+v", f.client)
	}
	var e *fault.CallError
	if err != nil && !errors.As(err, &e) {
		t.Error(err)
	}
}

// Without TLS a token goes to this machine only, or where the user allows it.
func TestNoTokenWithoutTLS(t *testing.T) {
	for _, tt := range []struct {
		server string
		allow  []string
		ok     bool
	}{
		{"http://mcp.example/mcp", nil, false},
		{"http://10.0.0.1/mcp", nil, false},
		{"http://mcp.example/mcp", []string{"other.example"}, false},
		{"http://mcp.example/mcp", []string{"mcp.example"}, true},
		{"http://127.0.0.1:1/mcp", nil, true},
		{"http://localhost:1/mcp", nil, true},
		{"https://mcp.example/mcp", nil, true},
	} {
		cfg := Config{Profile: "p", Resource: tt.server, Store: newWindow(newBox()), Settings: Settings{AllowHTTP: tt.allow}}
		v := NewVault(cfg.Store, "p")
		s := NewSource(cfg, v)
		if _, _, err := v.Save(t.Context(), Token{AccessToken: "aaaaaaaaaaaa", TokenType: "Bearer", Server: tt.server, Resource: tt.server}); err != nil {
			t.Fatal(err)
		}
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, tt.server, nil)
		if err := s.Authorize(req); err != nil || (req.Header.Get("Authorization") != "") != tt.ok {
			t.Errorf("%s: sent %q, %v", tt.server, req.Header.Get("Authorization"), err)
		}
		s.Close()
	}
}

// An endpoint set by hand on another host than the metadata's is told before anything goes there.
func TestEndpointElsewhereIsTold(t *testing.T) {
	pages := map[string]page{}
	s := newSite(t, pages)
	pages[asRoot] = doc(goodAS, nil)
	pages[prmPath] = doc(goodPRM, nil)
	for endpoint, warned := range map[string]bool{"https://elsewhere.example/token": true, s.url + "/other": false} {
		r := newFlowRig(t, s.url+"/mcp", plainClient(t), Settings{TokenEndpoint: endpoint})
		f := r.flow(Start{})
		if err := f.Prepare(t.Context()); err != nil {
			t.Fatal(err)
		}
		if step := stepOf(t, f, StepServer); (step.State == Warned) != warned || !hasFinding(step, "by hand") {
			t.Errorf("%s: %s %+v", endpoint, step.State, step.Findings)
		}
	}
}

// A step-up whose refusal names no scope, after a restart: the metadata tell, and when they tell nothing new it stops.
func TestStepUpByTheMetadata(t *testing.T) {
	for list, want := range map[string]string{"a b": "a b", "a": ""} {
		r := newFlowRig(t, "https://h/mcp", nil, Settings{})
		f := r.flow(Start{Challenge: &challenge.Challenge{Status: 403, Error: "insufficient_scope"}, Scopes: []string{"a"}, Previous: &Token{Requested: []string{"a"}}})
		f.prm, f.as = &ResourceMetadata{Scopes: strings.Fields(list)}, &ServerMetadata{}
		err := f.RunStep(t.Context(), StepScopes, nil)
		if (err == nil) != (want != "") || strings.Join(f.scopes, " ") != want || (err != nil) != f.Asking() {
			t.Errorf("%s: %q, %v", list, f.scopes, err)
		}
		if err := f.RunStep(t.Context(), StepScopes, map[string]string{"scope": "c"}); err != nil {
			t.Errorf("by hand: %v", err)
		}
	}
}
