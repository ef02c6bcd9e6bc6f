package auth

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/authtest"
)

// built makes a flow that stands before the authorization request.
func built(r *flowRig, endpoint string, scopes ...string) *Flow {
	f := r.flow(Start{})
	f.prm = &ResourceMetadata{Resource: "https://H.example:443/mcp"}
	f.as = &ServerMetadata{Issuer: "https://as.example", AuthorizationEndpoint: endpoint, IssParameter: true}
	f.client = &Client{Kind: Dynamic, Issuer: "https://as.example", ID: "c 1&x", RedirectURI: "http://127.0.0.1:5555/callback"}
	f.scopes, f.scoped = scopes, true
	return f
}

func TestAuthorizationRequest(t *testing.T) {
	r := newFlowRig(t, "https://h.example/mcp", nil, Settings{Extra: []Param{{"audience", "a b"}, {"prompt", "login"}}})
	f := built(r, "https://as.example/authorize?tenant=a%2Fb&prompt=none", "a", "b", "offline_access")
	if err := f.RunStep(t.Context(), StepAuthorize, nil); err != nil {
		t.Fatal(err)
	}
	r.sound(f)
	p := f.pending
	if !strings.HasPrefix(p.URL, "https://as.example/authorize?tenant=a%2Fb&response_type=code&") {
		t.Errorf("URL %s", p.URL)
	}
	u, err := url.Parse(p.URL)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	sum := sha256.Sum256([]byte(p.Verifier))
	for name, want := range map[string]string{
		"client_id": "c 1&x", "redirect_uri": "http://127.0.0.1:5555/callback", "scope": "a b offline_access", "state": p.State,
		"code_challenge": base64.RawURLEncoding.EncodeToString(sum[:]), "code_challenge_method": "S256",
		"resource": "https://H.example:443/mcp", // never written anew
		"audience": "a b", "prompt": "login", "tenant": "a/b",
	} {
		if got := q[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if len(p.State) < 26 || len(p.Verifier) < 43 || p.Issuer != "https://as.example" || !p.IssRequired {
		t.Errorf("pending %+v", p)
	}
	if s := stepOf(t, f, StepAuthorize); !hasFinding(s, "own query has parameters of this request; the request's are sent: prompt") {
		t.Errorf("findings %+v", s.Findings)
	}
	before := p.State
	if err := f.RunStep(t.Context(), StepAuthorize, map[string]string{"resource": "", "prompt": "", "extra": "a=1\n b = 2 \n", "redirect_uri": "https://evil.example/x", "client_id": "other"}); err != nil {
		t.Fatal(err)
	}
	u, _ = url.Parse(f.pending.URL)
	if q = u.Query(); q.Has("resource") || q.Get("a") != "1" || q.Get("b") != "2" || q.Get("client_id") != "other" || q.Get("redirect_uri") != "https://evil.example/x" || q.Get("state") == before || q.Has("audience") {
		t.Errorf("edited: %v", q)
	}
	if f.client.ID == "other" {
		t.Error("the client was changed")
	}
}

func TestExtraParamsReserved(t *testing.T) {
	for _, name := range append(slices.Clone(reserved), "", " state") {
		r := newFlowRig(t, "https://h.example/mcp", nil, Settings{Extra: []Param{{name, "x"}}})
		f := built(r, "https://as.example/authorize")
		if err := f.RunStep(t.Context(), StepAuthorize, nil); !fault.Is(err, fault.Input) || f.pending != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	if IsReservedParam("audience") || !IsReservedParam("state") {
		t.Error("IsReservedParam")
	}
}

func TestRequestURL(t *testing.T) {
	params := []Param{{"a", "1 2"}}
	for endpoint, want := range map[string]string{
		"https://as/x":       "https://as/x?a=1%202",
		"https://as/x?":      "https://as/x?a=1%202",
		"https://as/x?b=%7E": "https://as/x?b=%7E&a=1%202",
		"https://as/x?a=0&b": "https://as/x?b&a=1%202",
		"https://as/x?%61=0": "https://as/x?a=1%202",
		"javascript:alert()": "",
		"custom://as/x":      "",
		"https:///x":         "",
		"//as/x":             "",
		"https://as\x00/":    "",
	} {
		got, _, err := requestURL(endpoint, params)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%s: %q %v", endpoint, got, err)
		}
	}
}

func TestResourceParam(t *testing.T) {
	for _, c := range []struct {
		set  Settings
		prm  *ResourceMetadata
		none bool
		want string
	}{
		{prm: &ResourceMetadata{Resource: "https://H/"}, want: "https://H/"},
		{set: Settings{Resource: "api://x"}, prm: &ResourceMetadata{Resource: "https://H/"}, want: "api://x"},
		{none: true, want: ""},
		{none: true, set: Settings{Issuer: "https://as"}, want: "https://h/mcp"},
	} {
		f := NewFlow(Config{Resource: "https://h/mcp#f"}, Start{})
		f.prm, f.noPRM = c.prm, c.none
		if got := f.resourceParam(&c.set); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// The endpoint's own query, and extra parameters, reach the server; the resource is the same text everywhere.
func TestAuthorizationReachesServer(t *testing.T) {
	w, r := worldRig(t, authtest.Options{
		Resource: authtest.ResourceOptions{Identifier: "{origin}", Scopes: []string{"read", "write"}},
		AS:       authtest.ServerOptions{AuthorizeQuery: "tenant=x%20y", Scopes: []string{"read", "write", "offline_access"}},
	}, Settings{Extra: []Param{{"login_hint", "ada"}}})
	f, token, err := r.run(Start{Challenge: r.refused()})
	if err != nil {
		t.Fatal(err)
	}
	q := w.Of(authtest.Authorize)[0].Query
	form := w.Of(authtest.Token)[0].Form
	if q.Get("resource") != w.Origin || form.Get("resource") != w.Origin || token.Resource != w.Origin || q.Get("login_hint") != "ada" || q.Get("tenant") != "x y" {
		t.Errorf("authorize %v, token %q", q, form.Get("resource"))
	}
	if q.Get("scope") != "read write offline_access" || q.Get("prompt") != "consent" {
		t.Errorf("scope %q, prompt %q", q.Get("scope"), q.Get("prompt"))
	}
	if s := stepOf(t, f, StepResource); s.State != Warned {
		t.Errorf("resource step %s", s.State)
	}
	if v := w.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
}
