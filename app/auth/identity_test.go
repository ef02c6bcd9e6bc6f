package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"net/http"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/internal/authtest"
)

// TestIdentityProvider finds it by its issuer and goes by its metadata.
func TestIdentityProvider(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pem, _ := writeKey(key)
	const secret = "idp-secret-1"
	for _, c := range []struct {
		name   string
		idp    authtest.ServerOptions
		client authtest.Client
		set    func(*authtest.World, *Settings)
		inputs map[string]string
		method string // of the client there; empty: it comes to nothing
		wrong  string
		found  string // what the step says besides
	}{
		{name: "by its issuer, method by the metadata", client: authtest.Client{Secret: secret, Method: authPost}, idp: authtest.ServerOptions{AuthMethods: []string{authPost}}, method: authPost},
		{name: "a path in the issuer, OpenID Connect only", client: authtest.Client{Secret: secret}, idp: authtest.ServerOptions{Path: "/tenant", Metadata: authtest.AppendedOIDC}, method: authBasic},
		{name: "a public client", client: authtest.Client{}, method: authNone, set: func(_ *authtest.World, s *Settings) { s.IDPClientSecret = "" }},
		{name: "with a key", client: authtest.Client{Key: key.Public(), Method: authKeyJWT}, method: authKeyJWT, set: func(_ *authtest.World, s *Settings) { s.IDPClientSecret, s.IDPKey = "", pem }},
		{name: "method set by hand", client: authtest.Client{Secret: secret, Method: authPost}, method: authPost, set: func(_ *authtest.World, s *Settings) { s.IDPClientAuth = authPost }},
		{name: "the endpoint alone", client: authtest.Client{Secret: secret}, method: authBasic, set: func(w *authtest.World, s *Settings) { s.IDPIssuer, s.IDPTokenEndpoint = "", w.IDP.URL(authtest.Token) }},
		{name: "no metadata, but the endpoint", client: authtest.Client{Secret: secret}, idp: authtest.ServerOptions{Metadata: authtest.Nowhere}, method: authBasic, found: "set by hand", set: func(w *authtest.World, s *Settings) { s.IDPTokenEndpoint = w.IDP.URL(authtest.Token) }},
		{name: "no metadata", client: authtest.Client{Secret: secret}, idp: authtest.ServerOptions{Metadata: authtest.Nowhere}, wrong: "publishes no metadata"},
		{name: "of another issuer", client: authtest.Client{Secret: secret}, idp: authtest.ServerOptions{MetadataIssuer: "https://idp.example"}, wrong: "must not be used"},
		{name: "a slash too many", client: authtest.Client{Secret: secret}, wrong: "must not be used", set: func(_ *authtest.World, s *Settings) { s.IDPIssuer += "/" }},
		{name: "nothing known", client: authtest.Client{Secret: secret}, wrong: "not known which identity provider", set: func(_ *authtest.World, s *Settings) { s.IDPIssuer = "" }},
		{name: "entered in the step", client: authtest.Client{Secret: secret}, method: authBasic, set: func(w *authtest.World, s *Settings) { s.IDPIssuer = "" }, inputs: map[string]string{"idp_issuer": "{idp}"}},
		{name: "an ID token of somebody else", client: authtest.Client{Secret: secret}, wrong: "does not accept", found: "not by this identity provider", set: func(_ *authtest.World, s *Settings) {
			s.IDPToken = unsignedJWT(map[string]any{"alg": "none"}, map[string]any{"iss": "https://other.example", "exp": 1})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.idp.Grants, c.idp.Clients = []string{authtest.GrantExchange}, map[string]authtest.Client{"idp-app": c.client}
			w, r := worldRig(t, authtest.Options{
				AS: authtest.ServerOptions{Grants: []string{authtest.GrantJWTBearer}, Clients: map[string]authtest.Client{"app": {Secret: "app-secret-1"}}}, IDP: &c.idp,
			}, Settings{})
			set := Settings{
				Grant: Enterprise, ClientID: "app", ClientSecret: "app-secret-1", IDPIssuer: w.IDP.Issuer, IDPClientID: "idp-app", IDPClientSecret: secret,
				IDPToken: w.IDToken("idp-app", "ada"),
			}
			if c.set != nil {
				c.set(w, &set)
			}
			r.cfg.Settings = set
			f := r.flow(Start{Challenge: r.refused()})
			if c.inputs != nil {
				if _, err := f.Run(t.Context()); err == nil || !f.Asking() || f.Next() != StepIdentity {
					t.Fatalf("before the issuer was entered: %v at %s", err, f.Next())
				}
				inputs := map[string]string{"idp_issuer": strings.ReplaceAll(c.inputs["idp_issuer"], "{idp}", w.IDP.Issuer)}
				if err := f.RunStep(t.Context(), StepIdentity, inputs); err != nil {
					t.Fatal(err)
				}
			}
			token, err := f.Run(t.Context())
			step := stepOf(t, f, StepIdentity)
			if c.found != "" && !hasFinding(step, c.found) {
				t.Errorf("findings %+v, want %q", step.Findings, c.found)
			}
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) {
					t.Fatalf("%v, want %q", err, c.wrong)
				}
				if n := len(w.IDP.Got(authtest.Token)); n > 0 && f.Next() == StepIdentity {
					t.Errorf("%d requests with an identity went out", n)
				}
				return
			}
			if err != nil {
				t.Fatalf("%v\n%+v", err, stepOf(t, f, f.Next()))
			}
			if token.Exchange == nil || token.Exchange.Endpoint != w.IDP.URL(authtest.Token) || token.Exchange.AuthMethod != c.method || token.Exchange.Client != "idp-app" {
				t.Errorf("came from %+v, want method %s", token.Exchange, c.method)
			}
			if v := w.Violations(); len(v) > 0 {
				t.Errorf("violations: %q", v)
			}
			noSecrets(t, "steps", f.Steps(), secret, "app-secret-1", set.IDPToken, pem)
		})
	}
}

// TestEnterpriseRunsAgain renews a token by the identity provider that it came by way of, and by no other.
func TestEnterpriseRunsAgain(t *testing.T) {
	idp := newTokenServer(t, answer(200, "application/json", `{"access_token":"JAG","token_type":"N_A","issued_token_type":"`+tokenTypeIDJAG+`"}`))
	w := newWorld(t)
	w.token = func(rw http.ResponseWriter, _ *http.Request) bool {
		at, _ := w.issue()
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(`{"access_token":"` + at + `","token_type":"Bearer","expires_in":600}`))
		return true
	}
	set := Settings{Grant: Enterprise, ClientID: "c", ClientSecret: "s", IDPIssuer: "https://idp.example", IDPClientID: "i", IDPClientSecret: "idp-secret", IDPToken: "ID"}
	for name, c := range map[string]struct {
		change func(*Settings)
		ok     bool
	}{
		"as it was":              {func(*Settings) {}, true},
		"the same endpoint":      {func(s *Settings) { s.IDPTokenEndpoint = idp.URL + "/token" }, true},
		"another issuer":         {func(s *Settings) { s.IDPIssuer = "https://evil.example" }, false},
		"another endpoint":       {func(s *Settings) { s.IDPTokenEndpoint = "https://evil.example/token" }, false},
		"another client there":   {func(s *Settings) { s.IDPClientID = "j" }, false},
		"another client of ours": {func(s *Settings) { s.ClientID = "d" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(idp.hits())
			s := w.seat(newBox(), nil, func(cfg *Config) { cfg.Settings = set; c.change(&cfg.Settings) })
			id := s.signedIn(func(k *Token) {
				k.Grant, k.RefreshToken, k.Client = Enterprise, "", Client{ID: "c", Issuer: w.as.URL, AuthMethod: authPost}
				k.Exchange = &Exchange{Issuer: "https://idp.example", Endpoint: idp.URL + "/token", Client: "i", AuthMethod: authPost}
			})
			err := s.Refresh(t.Context(), id)
			hits := idp.hits()[before:]
			if (err == nil) != c.ok || (len(hits) == 1) != c.ok {
				t.Fatalf("%v, %d exchanges", err, len(hits))
			}
			if c.ok && (hits[0].form["client_secret"] != "idp-secret" || hits[0].header.Get("Authorization") != "") {
				t.Errorf("authenticated otherwise than before: %v", hits[0])
			}
		})
	}
}
