package authtest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestTheWholeStory(t *testing.T) {
	for _, o := range []Options{{}, {TLS: true}, {AS: ServerOptions{Opaque: true}}, {AS: ServerOptions{Path: "/tenant1", Metadata: AppendedOIDC}}} {
		w := Start(t, o)
		p := newParty(t, w)
		refused := p.rpc(initialize, nil)
		if got := refused.header.Get("WWW-Authenticate"); refused.status != 401 || got != `Bearer resource_metadata="`+w.PRM()+`"` {
			t.Fatalf("%d %s", refused.status, got)
		}
		prm := p.get(w.PRM())
		if servers, _ := prm.doc["authorization_servers"].([]any); len(servers) != 1 || servers[0] != w.AS.Issuer || prm.doc["resource"] != w.URL {
			t.Fatalf("resource metadata: %s", prm.body)
		}
		if meta := p.get(w.AS.Origin + o.AS.metadataPath()); meta.doc["issuer"] != w.AS.Issuer {
			t.Fatalf("server metadata: %d %s", meta.status, meta.body)
		}
		access, refresh := p.signIn()
		if a := p.tool("whoami", access); a.status != 200 || !strings.Contains(a.body, `\"sub\":\"ada\"`) {
			t.Fatalf("whoami: %d %s", a.status, a.body)
		}
		w.Advance(2 * time.Hour)
		if a := p.call(access); a.status != 401 || !strings.Contains(a.header.Get("WWW-Authenticate"), "expired") {
			t.Fatalf("an expired token got %d %v", a.status, a.header)
		}
		next := p.refresh(refresh)
		if a := p.call(str(next.doc, "access_token")); a.status != 200 || str(next.doc, "refresh_token") == refresh {
			t.Fatalf("after the refresh %s: %d", next.body, a.status)
		}
		noViolations(t, w)
		if a := p.refresh(refresh); a.status != 400 || a.doc["error"] != "invalid_grant" {
			t.Fatalf("a spent refresh token got %d %s", a.status, a.body)
		}
		violated(t, w, "used twice")
		if a := p.refresh(str(next.doc, "refresh_token")); a.status != 400 {
			t.Fatal("the family outlived the reuse of one of its refresh tokens")
		}
		if a := p.call(str(next.doc, "access_token")); a.status != 401 {
			t.Fatal("an access token outlived its family")
		}
	}
}

func TestRevocationEndsTheFamily(t *testing.T) {
	w := Start(t, Options{})
	p := newParty(t, w)
	access, refresh := p.signIn()
	if a := p.form(w.AS.URL(Revoke), url.Values{"token": {refresh}, "client_id": {p.id}}, nil); a.status != 200 {
		t.Fatalf("revoke: %d %s", a.status, a.body)
	}
	if a := p.call(access); a.status != 401 {
		t.Errorf("the access token of a revoked family got %d", a.status)
	}
	if a := p.refresh(refresh); a.doc["error"] != "invalid_grant" {
		t.Errorf("the revoked refresh token got %d %s", a.status, a.body)
	}
	noViolations(t, w)
}

func TestAuthorizationRequestsAreJudged(t *testing.T) {
	set := func(name, value string) func(url.Values) { return func(q url.Values) { q.Set(name, value) } }
	for _, tt := range []struct {
		change      func(url.Values)
		code, judge string
	}{
		{set("response_type", "token"), "unsupported_response_type", "response_type"},
		{set("code_challenge", ""), "invalid_request", "no code_challenge"},
		{set("code_challenge_method", "plain"), "invalid_request", "not S256"},
		{set("resource", ""), "invalid_target", "no resource"},
		{set("resource", "https://else.test/"), "invalid_target", "the metadata say"},
		{set("state", "short"), "", "state"},
		{set("scope", ""), "", "empty scope"},
		{set("scope", "offline_access"), "", "offline_access"},
		{set("client_secret", "x"), "", "client_secret in the query"},
	} {
		w := Start(t, Options{})
		p := newParty(t, w)
		p.register()
		back := p.authorize(tt.change)
		if back.Get("error") != tt.code || (tt.code == "") != back.Has("code") {
			t.Errorf("%s: answered %v", tt.judge, back)
		}
		violated(t, w, tt.judge)
	}
}

func TestTokenRequestsAreJudged(t *testing.T) {
	set := func(name, value string) func(url.Values) { return func(q url.Values) { q.Set(name, value) } }
	for _, tt := range []struct {
		change      func(url.Values)
		header      http.Header
		code, judge string
	}{
		{set("code", "other"), nil, "invalid_grant", "unknown"},
		{set("redirect_uri", "http://127.0.0.1:4711/other"), nil, "invalid_grant", "redirect_uri"},
		{set("code_verifier", strings.Repeat("w", 43)), nil, "invalid_grant", "code_verifier"},
		{set("resource", ""), nil, "invalid_target", "resource"},
		{set("client_secret", "x"), nil, "invalid_client", "client_secret_post"},
		{nil, http.Header{"Authorization": {"Bearer abc"}}, "", "access token was sent"},
		{nil, http.Header{"Cookie": {"a=b"}}, "", "cookie"},
	} {
		w := Start(t, Options{})
		p := newParty(t, w)
		p.register()
		a := p.redeem(p.authorize(nil).Get("code"), tt.change, tt.header)
		if str(a.doc, "error") != tt.code {
			t.Errorf("%s: %d %s, want %q", tt.judge, a.status, a.body, tt.code)
		}
		violated(t, w, tt.judge)
	}
}

func TestACodeIsGoodOnce(t *testing.T) {
	w := Start(t, Options{})
	p := newParty(t, w)
	p.register()
	code := p.authorize(nil).Get("code")
	access := str(p.redeem(code, nil, nil).doc, "access_token")
	if a := p.redeem(code, nil, nil); a.doc["error"] != "invalid_grant" {
		t.Errorf("the second time: %d %s", a.status, a.body)
	}
	if a := p.call(access); a.status != 401 {
		t.Errorf("the token of a code used twice got %d", a.status)
	}
	violated(t, w, "used before")
}

func TestIssuerOfTheAuthorizationResponse(t *testing.T) {
	for how, want := range map[Iss]string{
		IssRight: "{as}", IssMissing: "", IssWrong: "https://another-issuer.test", IssNormalized: "{as}/",
		IssSilent: "", IssUnadvertised: "{as}", IssUnexpected: "https://another-issuer.test",
	} {
		w := Start(t, Options{AS: ServerOptions{Iss: how}})
		p := newParty(t, w)
		p.register()
		if got := p.authorize(nil).Get("iss"); got != w.fill(want) {
			t.Errorf("%q: iss is %q, want %q", how, got, w.fill(want))
		}
		told := p.get(w.AS.Origin + "/.well-known/oauth-authorization-server").doc["authorization_response_iss_parameter_supported"] == true
		if want := how == IssRight || how == IssMissing || how == IssWrong || how == IssNormalized; told != want {
			t.Errorf("%q: advertised %v, want %v", how, told, want)
		}
	}
}

func TestStepUpAndItsLimit(t *testing.T) {
	w := Start(t, Options{Resource: ResourceOptions{ToolScopes: map[string]string{"write": "mcp:write", "read": "mcp"}}})
	p := newParty(t, w)
	access, _ := p.signIn()
	a := p.tool("write", access)
	if got := a.header.Get("WWW-Authenticate"); a.status != 403 || !strings.Contains(got, `error="insufficient_scope", scope="mcp:write"`) {
		t.Errorf("write: %d %s", a.status, got)
	}
	if a := p.tool("read", access); a.status != 200 {
		t.Errorf("read: %d %s", a.status, a.body)
	}
}

func TestMigrationRefusesTheOldServersTokens(t *testing.T) {
	w := Start(t, Options{Second: &ServerOptions{}})
	p := newParty(t, w)
	access, _ := p.signIn()
	if a := p.call(access); a.status != 200 {
		t.Fatalf("before: %d", a.status)
	}
	w.Migrate()
	if a := p.call(access); a.status != 401 {
		t.Errorf("after: %d", a.status)
	}
	if a := p.get(w.Second.URL(Authorize) + "?" + p.request(nil).Encode()); a.status != 400 {
		t.Errorf("the first server's client at the second: %d", a.status)
	}
	violated(t, w, "SEP-2352")
}

func TestPlacesOfMetadata(t *testing.T) {
	w := Start(t, Options{AS: ServerOptions{Path: "/tenant1", Metadata: AsOIDC}})
	p := newParty(t, w)
	for path, want := range map[string]int{
		"/.well-known/oauth-authorization-server/tenant1": 404, "/.well-known/openid-configuration/tenant1": 200,
		"/tenant1/.well-known/openid-configuration": 404,
	} {
		if a := p.get(w.AS.Origin + path); a.status != want {
			t.Errorf("%s: %d, want %d", path, a.status, want)
		}
	}
	noViolations(t, w)
	p.get(w.AS.Origin + "/.well-known/oauth-authorization-server")
	violated(t, w, "which has a path")
	p.get(w.Origin + "/.well-known/oauth-protected-resource")
	violated(t, w, "although the metadata are at")
}

func TestAnEarlierServerLivesAtTheResource(t *testing.T) {
	w := Start(t, Options{Resource: ResourceOptions{PRM: Nowhere}, AS: ServerOptions{AtResource: true, Metadata: Nowhere}})
	p := newParty(t, w)
	for _, path := range []string{"/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource", "/.well-known/oauth-authorization-server"} {
		if a := p.get(w.Origin + path); a.status != 404 {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	access, _ := p.signIn()
	if a := p.call(access); a.status != 200 {
		t.Errorf("call: %d %s", a.status, a.body)
	}
	noViolations(t, w)
}

func TestSSEIsGuardedToo(t *testing.T) {
	w := Start(t, Options{Resource: ResourceOptions{SSE: true}})
	p := newParty(t, w)
	if a := p.get(w.URL); a.status != 401 {
		t.Errorf("GET without a token: %d", a.status)
	}
	if a := p.send(http.MethodPost, w.Origin+"/message?sessionId=x", "application/json", initialize, nil); a.status != 401 {
		t.Errorf("POST without a token: %d", a.status)
	}
	access, _ := p.signIn()
	if got := firstEvent(t, w, access); !strings.Contains(got, "event: endpoint") {
		t.Errorf("the stream began with %q", got)
	}
}
