package authtest

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

func TestFaults(t *testing.T) {
	meta := "/.well-known/oauth-authorization-server"
	for name, tt := range map[string]struct {
		fault Fault
		check func(answer) bool
	}{
		"html":     {HTML(), func(a answer) bool { return a.status == 200 && a.doc == nil && strings.Contains(a.body, "<html>") }},
		"status":   {Fault{Status: 503}, func(a answer) bool { return a.status == 503 }},
		"redirect": {Fault{Status: 302, Location: "http://127.0.0.1:1/"}, func(a answer) bool { return a.header.Get("Location") == "http://127.0.0.1:1/" }},
		"huge":     {Fault{Huge: 3 << 20}, func(a answer) bool { return len(a.body) > 3<<20 }},
		"types":    {Fault{Change: func(d map[string]any) { d["issuer"] = 7 }}, func(a answer) bool { return a.doc["issuer"] == 7.0 }},
		"slow":     {Fault{Delay: 20 * time.Millisecond}, func(a answer) bool { return a.status == 200 }},
	} {
		tt.fault.Times = 1
		w := Start(t, Options{AS: ServerOptions{Faults: map[string]Fault{Metadata: tt.fault}}})
		p := newParty(t, w)
		if a := p.get(w.AS.Origin + meta); !tt.check(a) {
			t.Errorf("%s: %d %.200s", name, a.status, a.body)
		}
		if a := p.get(w.AS.Origin + meta); a.status != 200 || a.doc["issuer"] != w.AS.Issuer || a.doc["padding"] != nil {
			t.Errorf("%s: the second time %d %.200s", name, a.status, a.body)
		}
	}
}

func TestFaultsOfTheConnection(t *testing.T) {
	w := Start(t, Options{})
	w.AS.Fail(Token, Fault{Cut: true})
	res, err := w.Client().Get(w.AS.URL(Token))
	if err == nil {
		_, err = io.ReadAll(res.Body)
		_ = res.Body.Close()
	}
	if err == nil {
		t.Error("a cut connection read like a whole one")
	}
	w.Fail(PRM, Fault{Hang: true})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, w.PRM(), nil)
	if res, err := w.Client().Do(r); err == nil {
		_ = res.Body.Close()
		t.Error("a hanging endpoint answered")
	}
	w.Fail(PRM, Fault{})
	if a := newParty(t, w).get(w.PRM()); a.status != 200 {
		t.Errorf("healed, it answers %d", a.status)
	}
}

func TestRegistrationBends(t *testing.T) {
	w := Start(t, Options{AS: ServerOptions{RegisterError: &Refusal{Code: "invalid_client_metadata", Description: "no"}}})
	p := newParty(t, w)
	if a := p.send(http.MethodPost, w.AS.URL(Register), "application/json", `{"redirect_uris":["http://127.0.0.1/"]}`, nil); a.status != 400 || a.doc["error"] != "invalid_client_metadata" {
		t.Errorf("%d %s", a.status, a.body)
	}
	w = Start(t, Options{AS: ServerOptions{RegisterSecret: true, RegisterLife: time.Hour}})
	p = newParty(t, w)
	p.register()
	code := p.authorize(nil).Get("code")
	auth := "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(p.id)+":"+url.QueryEscape(p.secret)))
	drop := func(f url.Values) { f.Del("client_id") }
	if a := p.redeem(code, drop, http.Header{"Authorization": {auth}}); a.status != 200 {
		t.Errorf("with the secret: %d %s", a.status, a.body)
	}
	noViolations(t, w)
	raw := "Basic " + base64.StdEncoding.EncodeToString([]byte(p.id+":"+p.secret))
	if a := p.redeem(code, drop, http.Header{"Authorization": {raw}}); a.status != 401 {
		t.Errorf("not form-encoded: %d %s", a.status, a.body)
	}
	w.Advance(2 * time.Hour)
	if a := p.redeem(p.authorize(nil).Get("code"), drop, http.Header{"Authorization": {auth}}); a.status != 401 || !strings.Contains(a.body, "expired") {
		t.Errorf("with an expired secret: %d %s", a.status, a.body)
	}
	w = Start(t, Options{AS: ServerOptions{MetadataClients: true, NoRegistration: true}})
	p = newParty(t, w)
	p.id = "https://client.test/client.json"
	if a := p.redeem(p.authorize(nil).Get("code"), nil, nil); a.status != 200 {
		t.Errorf("a metadata document's client: %d %s", a.status, a.body)
	}
}

func TestOfflineAccessOnly(t *testing.T) {
	w := Start(t, Options{AS: ServerOptions{OfflineOnly: true}})
	p := newParty(t, w)
	p.register()
	if a := p.redeem(p.authorize(nil).Get("code"), nil, nil); a.doc["refresh_token"] != nil {
		t.Error("a refresh token without offline_access")
	}
	back := p.authorize(func(q url.Values) { q.Set("scope", "mcp offline_access") })
	if a := p.redeem(back.Get("code"), nil, nil); a.doc["refresh_token"] == nil {
		t.Error("no refresh token for offline_access")
	}
	noViolations(t, w)
}

func TestGrantsWithoutABrowser(t *testing.T) {
	key := newKey()
	w := Start(t, Options{
		AS: ServerOptions{
			Grants:  []string{GrantClientCredentials, GrantJWTBearer},
			Clients: map[string]Client{"m2m": {Key: key.Public()}},
		},
		IDP: &ServerOptions{Grants: []string{GrantExchange}, Clients: map[string]Client{"idp-client": {Secret: "s", Method: "client_secret_post"}}},
	})
	p := newParty(t, w)
	assertion := func(aud string) string {
		now := time.Now().Unix()
		return signWith(key, "k", "JWT", map[string]any{"iss": "m2m", "sub": "m2m", "aud": aud, "iat": now, "exp": now + 60, "jti": rand.Text()})
	}
	client := func(f url.Values, aud string) url.Values {
		f.Set("client_assertion", assertion(aud))
		f.Set("client_assertion_type", TypeAssertion)
		f.Set("resource", w.Resource())
		return f
	}
	a := p.form(w.AS.URL(Token), client(url.Values{"grant_type": {GrantClientCredentials}}, w.AS.Issuer), nil)
	if a.status != 200 || p.call(str(a.doc, "access_token")).status != 200 {
		t.Errorf("client credentials: %d %s", a.status, a.body)
	}
	exchange := url.Values{
		"grant_type": {GrantExchange}, "client_id": {"idp-client"}, "client_secret": {"s"}, "requested_token_type": {TypeIDJAG},
		"subject_token_type": {TypeIDToken}, "subject_token": {w.IDToken("idp-client", "grace")},
		"audience": {w.AS.Issuer}, "resource": {w.Resource()},
	}
	jag := p.form(w.IDP.URL(Token), exchange, nil)
	if jag.status != 200 || jag.doc["issued_token_type"] != TypeIDJAG {
		t.Fatalf("exchange: %d %s", jag.status, jag.body)
	}
	a = p.form(w.AS.URL(Token), client(url.Values{"grant_type": {GrantJWTBearer}, "assertion": {str(jag.doc, "access_token")}}, w.AS.Issuer), nil)
	if a.status != 200 || !strings.Contains(p.tool("whoami", str(a.doc, "access_token")).body, "grace") {
		t.Errorf("ID-JAG: %d %s", a.status, a.body)
	}
	work := func(aud string) answer {
		return p.form(w.AS.URL(Token), url.Values{"grant_type": {GrantJWTBearer}, "assertion": {w.WorkloadJWT("job", aud, time.Minute)}, "resource": {w.Resource()}}, nil)
	}
	if a := work(w.AS.Issuer); a.status != 200 {
		t.Errorf("workload: %d %s", a.status, a.body)
	}
	if a := work("https://else.test"); a.doc["error"] != "invalid_grant" {
		t.Errorf("a workload's JWT for another: %d %s", a.status, a.body)
	}
	noViolations(t, w)
	if a := p.form(w.AS.URL(Token), client(url.Values{"grant_type": {GrantClientCredentials}}, w.AS.URL(Token)), nil); a.status != 401 {
		t.Errorf("an assertion for the token endpoint: %d %s", a.status, a.body)
	}
}

func TestDPoPWithNonces(t *testing.T) {
	w := Start(t, Options{Resource: ResourceOptions{DPoP: true, DPoPNonce: true}, AS: ServerOptions{DPoP: true, DPoPNonce: true}})
	p := newParty(t, w)
	p.register()
	key := newKey()
	proof := func(method, target, nonce, token string) http.Header {
		claims := map[string]any{"htm": method, "htu": target, "iat": time.Now().Unix(), "jti": rand.Text()}
		if nonce != "" {
			claims["nonce"] = nonce
		}
		if token != "" {
			claims["ath"] = hash(token)
		}
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{EmbedJWK: true}).WithType("dpop+jwt"))
		if err != nil {
			t.Fatal(err)
		}
		payload, _ := json.Marshal(claims)
		jws, err := signer.Sign(payload)
		if err != nil {
			t.Fatal(err)
		}
		compact, _ := jws.CompactSerialize()
		h := http.Header{"Dpop": {compact}}
		if token != "" {
			h.Set("Authorization", "DPoP "+token)
		}
		return h
	}
	code := p.authorize(nil).Get("code")
	first := p.redeem(code, nil, proof("POST", w.AS.URL(Token), "", ""))
	nonce := first.header.Get("DPoP-Nonce")
	if first.status != 400 || first.doc["error"] != "use_dpop_nonce" || nonce == "" {
		t.Fatalf("without a nonce: %d %s", first.status, first.body)
	}
	a := p.redeem(code, nil, proof("POST", w.AS.URL(Token), nonce, ""))
	token := str(a.doc, "access_token")
	if a.status != 200 || a.doc["token_type"] != "DPoP" {
		t.Fatalf("with it: %d %s", a.status, a.body)
	}
	first = p.rpc(initialize, proof("POST", w.URL, "", token))
	if first.status != 401 || !strings.HasPrefix(first.header.Get("WWW-Authenticate"), "DPoP ") || !strings.Contains(first.header.Get("WWW-Authenticate"), "use_dpop_nonce") {
		t.Fatalf("at the resource without a nonce: %d %v", first.status, first.header)
	}
	if a := p.rpc(initialize, proof("POST", w.URL, first.header.Get("DPoP-Nonce"), token)); a.status != 200 {
		t.Errorf("at the resource with it: %d %s", a.status, a.body)
	}
	noViolations(t, w)
	if a := p.call(token); a.status != 401 {
		t.Errorf("a bound token as Bearer: %d", a.status)
	}
	if a := p.rpc(initialize, proof("GET", w.URL, first.header.Get("DPoP-Nonce"), token)); a.status != 401 {
		t.Errorf("a proof for another method: %d", a.status)
	}
	violated(t, w, "as Bearer")
	violated(t, w, "htm")
}
