package auth

import (
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/authtest"
)

// prepared makes a flow of a site whose resource metadata name issuer.
func prepared(t *testing.T, pages map[string]page, issuer string, set Settings) (*site, *flowRig, *Flow, error) {
	t.Helper()
	pages[prmPath] = doc(goodPRM, map[string]any{"authorization_servers": []string{issuer}})
	s := newSite(t, pages)
	r := newFlowRig(t, s.url+"/mcp", plainClient(t), set)
	f := r.flow(Start{})
	err := f.Prepare(t.Context())
	r.sound(f)
	return s, r, f, err
}

func TestServerLookup(t *testing.T) {
	const tenant = "/tenant1"
	at := func(issuer string, change map[string]any) page {
		m := map[string]any{"issuer": issuer}
		for k, v := range change {
			m[k] = v
		}
		return doc(goodAS, m)
	}
	web := page{kind: "text/html", body: "<html>"}
	oauth, inserted, appended := asRoot+tenant, oidRoot+tenant, tenant+oidRoot
	trap := at("{url}"+tenant, nil)
	for _, c := range []struct {
		name   string
		issuer string // default {url}
		pages  map[string]page
		set    Settings
		asked  []string // after the resource metadata
		state  StepState
		text   string
		kind   fault.Kind
		asking bool
	}{
		{name: "OAuth at the root", pages: map[string]page{asRoot: at("{url}", nil)}, asked: []string{asRoot}, state: Done},
		{name: "OpenID at the root", pages: map[string]page{oidRoot: at("{url}", nil)}, asked: []string{asRoot, oidRoot}, state: Done},
		{name: "OAuth before the path", issuer: "{url}" + tenant, pages: map[string]page{oauth: at("{url}"+tenant, nil), asRoot: trap}, asked: []string{oauth}, state: Done},
		{name: "OpenID before the path", issuer: "{url}" + tenant, pages: map[string]page{inserted: at("{url}"+tenant, nil), asRoot: trap}, asked: []string{oauth, inserted}, state: Done},
		{name: "OpenID behind the path", issuer: "{url}" + tenant, pages: map[string]page{appended: at("{url}"+tenant, nil), asRoot: trap}, asked: []string{oauth, inserted, appended}, state: Done},
		{name: "never the root for an issuer with a path", issuer: "{url}" + tenant, pages: map[string]page{asRoot: trap, oidRoot: trap}, asked: []string{oauth, inserted, appended}, state: Asking, text: "publishes no metadata", kind: fault.Protocol, asking: true},
		{name: "slash at the end of the path", issuer: "{url}" + tenant + "/", pages: map[string]page{appended: at("{url}"+tenant+"/", nil)}, asked: []string{oauth, inserted, appended}, state: Done},
		{name: "slash alone", issuer: "{url}/", pages: map[string]page{asRoot: at("{url}/", nil)}, asked: []string{asRoot}, state: Done},
		{name: "issuer with a slash too many", pages: map[string]page{asRoot: at("{url}/", nil), oidRoot: at("{url}", nil)}, asked: []string{asRoot}, state: Failed, text: "Only a slash", kind: fault.Protocol},
		{name: "another issuer", pages: map[string]page{asRoot: at("https://evil.example", nil), oidRoot: at("{url}", nil)}, asked: []string{asRoot}, state: Failed, text: "must not be used", kind: fault.Protocol},
		{name: "no issuer", pages: map[string]page{asRoot: at("{url}", map[string]any{"issuer": nil})}, asked: []string{asRoot}, state: Failed, text: "name no issuer", kind: fault.Protocol},
		{name: "500 is surfaced", pages: map[string]page{asRoot: {status: 503}, oidRoot: at("{url}", nil)}, asked: []string{asRoot}, state: Failed, text: "status 503", kind: fault.HTTP},
		{name: "HTML first", pages: map[string]page{asRoot: web, oidRoot: at("{url}", nil)}, asked: []string{asRoot, oidRoot}, state: Done},
		{name: "HTML only", pages: map[string]page{asRoot: web, oidRoot: web}, asked: []string{asRoot, oidRoot}, state: Asking, text: "web page (HTML)", kind: fault.Protocol, asking: true},
		{name: "no PKCE", pages: map[string]page{asRoot: at("{url}", map[string]any{"code_challenge_methods_supported": nil})}, state: Failed, text: "does not say that it knows PKCE", kind: fault.Protocol},
		{name: "plain PKCE", pages: map[string]page{oidRoot: at("{url}", map[string]any{"code_challenge_methods_supported": []string{"plain"}})}, state: Failed, text: "with S256", kind: fault.Protocol},
		{name: "empty PKCE", pages: map[string]page{asRoot: at("{url}", map[string]any{"code_challenge_methods_supported": []string{}})}, state: Failed, text: "with S256", kind: fault.Protocol},
		{name: "no PKCE, allowed", pages: map[string]page{asRoot: at("{url}", map[string]any{"code_challenge_methods_supported": nil})}, set: Settings{AllowNoPKCE: true}, state: Warned, text: "You allowed it"},
		{name: "no PKCE, no browser", pages: map[string]page{asRoot: at("{url}", map[string]any{"code_challenge_methods_supported": nil, "authorization_endpoint": nil})}, set: Settings{Grant: ClientCredentials}, state: Done},
		{name: "javascript for an endpoint", pages: map[string]page{asRoot: at("{url}", map[string]any{"authorization_endpoint": "javascript:alert(1)"})}, state: Failed, text: "is no https URL", kind: fault.Protocol},
		{name: "file for an endpoint", pages: map[string]page{asRoot: at("{url}", map[string]any{"authorization_endpoint": "file:///bin/sh"})}, state: Failed, text: "is no https URL", kind: fault.Protocol},
		{name: "http for an endpoint", pages: map[string]page{asRoot: at("{url}", map[string]any{"token_endpoint": "http://as.example/token"})}, state: Failed, text: "is an http URL of another machine", kind: fault.Protocol},
		{name: "http for an endpoint, allowed", pages: map[string]page{asRoot: at("{url}", map[string]any{"token_endpoint": "http://as.example/token"})}, set: Settings{AllowHTTP: []string{"AS.example"}}, state: Done},
		{name: "relative endpoint", pages: map[string]page{asRoot: at("{url}", map[string]any{"token_endpoint": "/token"})}, state: Failed, text: "is no https URL", kind: fault.Protocol},
		{name: "no token endpoint", pages: map[string]page{asRoot: at("{url}", map[string]any{"token_endpoint": nil})}, state: Failed, text: "token_endpoint is empty", kind: fault.Protocol},
		{name: "fragment", pages: map[string]page{asRoot: at("{url}", map[string]any{"authorization_endpoint": "{url}/authorize#x"})}, state: Failed, text: "has a fragment", kind: fault.Protocol},
		{name: "bad registration endpoint", pages: map[string]page{asRoot: at("{url}", map[string]any{"registration_endpoint": "http://as.example/register"})}, state: Warned, text: "It is not used"},
		{name: "no code grant", pages: map[string]page{asRoot: at("{url}", map[string]any{"grant_types_supported": []string{"client_credentials"}})}, state: Warned, text: "does not list authorization_code"},
		{name: "no metadata, endpoints by hand", set: Settings{AuthorizationEndpoint: "https://as.example/a", TokenEndpoint: "https://as.example/t"}, asked: []string{asRoot, oidRoot}, state: Warned, text: "set by hand"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.pages == nil {
				c.pages = map[string]page{}
			}
			if c.issuer == "" {
				c.issuer = "{url}"
			}
			s, _, f, err := prepared(t, c.pages, c.issuer, c.set)
			step := stepOf(t, f, StepServer)
			if step.State != c.state {
				t.Errorf("state %s, want %s: %q %+v", step.State, c.state, step.Verdict, step.Findings)
			}
			if c.kind == "" != (err == nil) || err != nil && !fault.Is(err, c.kind) {
				t.Errorf("error %v, want kind %q", err, c.kind)
			}
			if !strings.Contains(step.Verdict, c.text) && !hasFinding(step, c.text) {
				t.Errorf("neither verdict nor findings say %q: %q %+v", c.text, step.Verdict, step.Findings)
			}
			if c.asked != nil {
				equalLists(t, "asked", s.requests()[1:], c.asked)
			}
			if f.Asking() != c.asking {
				t.Errorf("asking %v", f.Asking())
			}
			if err != nil && f.ServerMetadata() != nil {
				t.Error("metadata that were refused are kept")
			}
		})
	}
}

func TestIssuerChecked(t *testing.T) {
	for issuer, want := range map[string]string{
		"http://as.example":       "is an http URL of another machine",
		"https://as.example/?x=1": "query or a fragment",
		"https://as.example#x":    "query or a fragment",
		"https://u:p@as.example":  "user name or password",
		"ftp://as.example":        "is no https URL",
		"as.example":              "is no https URL",
		"https://as.example/a b":  "is no URL",
	} {
		s, _, f, err := prepared(t, map[string]page{}, issuer, Settings{})
		step := stepOf(t, f, StepIssuer)
		if want != "" && (!fault.Is(err, fault.Protocol) || !strings.Contains(step.Verdict, want)) {
			t.Errorf("%s: %v, %q", issuer, err, step.Verdict)
		}
		if want != "" && len(s.requests()) != 1 {
			t.Errorf("%s: asked %q", issuer, s.requests())
		}
	}
	_, _, f, err := prepared(t, map[string]page{}, "", Settings{})
	if !fault.Is(err, fault.Protocol) || !f.Asking() || stepOf(t, f, StepIssuer).State != Asking {
		t.Errorf("no issuer: %v", err)
	}
}

func TestIssuerChoice(t *testing.T) {
	ctx := t.Context()
	two := []string{"https://one.example", "https://two.example"}
	choose := func(r *flowRig, start Start, edits map[string]string) Step {
		f := r.flow(start)
		f.prm = &ResourceMetadata{AuthorizationServers: two}
		_ = f.RunStep(ctx, StepIssuer, edits)
		return stepOf(t, f, StepIssuer)
	}
	r := newFlowRig(t, "https://h/mcp", plainClient(t), Settings{})
	v := NewVault(r.store, "p1")
	check := func(what string, s Step, want, why string) {
		t.Helper()
		if !strings.HasPrefix(s.Verdict, want+":") || !strings.Contains(s.Verdict, why) {
			t.Errorf("%s: %q", what, s.Verdict)
		}
	}
	check("nothing stored", choose(r, Start{}, nil), two[0], "the first")
	if err := v.SaveClient(ctx, Client{Kind: Dynamic, Issuer: two[1], ID: "c"}); err != nil {
		t.Fatal(err)
	}
	check("a client", choose(r, Start{}, nil), two[1], "a client is registered")
	if _, _, err := v.Save(ctx, Token{AccessToken: "aaaaaaaaaaaa", Issuer: two[0], Resource: "https://h/mcp", Server: "https://h/mcp", Client: Client{ID: "x"}}); err != nil {
		t.Fatal(err)
	}
	check("credentials", choose(r, Start{}, nil), two[0], "stored credentials")
	check("last used", choose(r, Start{Previous: &Token{Issuer: two[1]}}, nil), two[1], "used last")
	check("by hand", choose(r, Start{}, map[string]string{"issuer": two[1]}), two[1], "set by hand")
	s := choose(r, Start{}, map[string]string{"issuer": "https://three.example"})
	check("another by hand", s, "https://three.example", "set by hand")
	if s.State != Warned || !hasFinding(s, "not one that the server names") {
		t.Errorf("another by hand: %s %+v", s.State, s.Findings)
	}
	r.store.fail = errNoListener
	if s := choose(r, Start{}, nil); s.State != Done || !hasFinding(s, "could not be read") {
		t.Errorf("a store that fails: %s %q", s.State, s.Verdict)
	}
}

// The fallback of 2025-03-26: only when there are no resource metadata by any route.
func TestFallback(t *testing.T) {
	for _, metadata := range []authtest.Place{authtest.AsOAuth, authtest.Nowhere} {
		w, r := worldRig(t, authtest.Options{
			Resource: authtest.ResourceOptions{PRM: authtest.Nowhere},
			AS:       authtest.ServerOptions{AtResource: true, Metadata: metadata, AnyResource: true},
		}, Settings{})
		r.cfg.Version = ""
		f, token, err := r.run(Start{Challenge: r.refused()})
		if err != nil {
			t.Fatal(err)
		}
		if token.Issuer != w.Origin || f.ServerMetadata().Fallback != (metadata == authtest.Nowhere) || token.Resource != "" {
			t.Errorf("token of %s for %q", token.Issuer, token.Resource)
		}
		for _, rec := range w.Of(authtest.Metadata) {
			if rec.Header.Get("MCP-Protocol-Version") != "2025-03-26" || rec.Path != asRoot {
				t.Errorf("%s with version %q", rec.Path, rec.Header.Get("MCP-Protocol-Version"))
			}
		}
		if v := w.Violations(); len(v) > 0 {
			t.Errorf("violations: %q", v)
		}
	}
	s := newSite(t, map[string]page{asRoot: doc(goodAS, map[string]any{"issuer": "{url}/"})})
	r := newFlowRig(t, s.url+"/mcp", plainClient(t), Settings{})
	f := r.flow(Start{})
	if err := f.Prepare(t.Context()); err != nil || f.ServerMetadata().Issuer != s.url+"/" {
		t.Errorf("issuer with a slash: %v", err)
	}
	s.set(asRoot, doc(goodAS, map[string]any{"code_challenge_methods_supported": nil}))
	if err := f.RunStep(t.Context(), StepServer, nil); !fault.Is(err, fault.Protocol) {
		t.Errorf("metadata without PKCE: %v", err)
	}
	s.set(asRoot, page{kind: "text/html", body: "<html>"})
	if err := f.RunStep(t.Context(), StepServer, nil); !fault.Is(err, fault.Protocol) {
		t.Errorf("a page for metadata: %v", err)
	}
	own := newFlowRig(t, s.url+"/mcp", plainClient(t), Settings{Issuer: s.url + "/elsewhere"})
	f = own.flow(Start{})
	_ = f.Prepare(t.Context())
	if step := stepOf(t, f, StepServer); len(step.Messages) != 3 {
		t.Errorf("an issuer set by hand has %d tries", len(step.Messages))
	}
}
