package auth

import (
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/fault"
)

func TestResourceLookup(t *testing.T) {
	const web = "<!doctype html><title>app</title>"
	prm := doc(goodPRM, nil)
	for _, c := range []struct {
		name   string
		path   string // of the server, default /mcp
		header string // WWW-Authenticate; empty: no challenge
		pages  map[string]page
		asked  []string
		state  StepState
		text   string // part of the verdict or of a finding
		kind   fault.Kind
		none   bool // no metadata by any route
	}{
		{name: "header first", header: `Bearer resource_metadata="{url}/custom"`, pages: map[string]page{"/custom": prm, prmPath: {status: 500}}, asked: []string{"/custom"}, state: Done, text: "Found"},
		{name: "header that leads to nothing", header: `Bearer resource_metadata="{url}/custom"`, pages: map[string]page{prmPath: prm}, asked: []string{"/custom", prmPath}, state: Warned, text: "nothing at the URL that the server names (404)"},
		{name: "header that is the well-known address is asked once", header: `Bearer resource_metadata="{url}` + prmPath + `"`, asked: []string{prmPath, prmRoot}, state: Warned, none: true},
		{name: "relative header", header: `Bearer resource_metadata="/custom"`, pages: map[string]page{prmPath: prm}, asked: []string{prmPath}, state: Warned, text: "no absolute https URL"},
		{name: "http header elsewhere", header: `Bearer resource_metadata="http://elsewhere.example/x"`, asked: nil, state: Failed, text: "is an http URL of another machine", kind: fault.Protocol},
		{name: "header with credentials", header: `Bearer resource_metadata="https://u:p@elsewhere.example/x"`, asked: nil, state: Failed, text: "user name or password", kind: fault.Protocol},
		{name: "path before root", pages: map[string]page{prmPath: prm, prmRoot: doc(goodPRM, map[string]any{"resource": "https://trap.example"})}, asked: []string{prmPath}, state: Done},
		{name: "root at last, origin as resource", pages: map[string]page{prmRoot: doc(goodPRM, map[string]any{"resource": "{url}"})}, asked: []string{prmPath, prmRoot}, state: Warned, text: "a parent of the server's URL"},
		{name: "query kept", path: "/mcp?tenant=a%2Fb", pages: map[string]page{prmPath + "?tenant=a%2Fb": doc(goodPRM, map[string]any{"resource": "{url}/mcp?tenant=a%2Fb"})}, asked: []string{prmPath + "?tenant=a%2Fb"}, state: Done},
		{name: "no path", path: "", pages: map[string]page{prmRoot: doc(goodPRM, map[string]any{"resource": "{url}"})}, asked: []string{prmRoot}, state: Done},
		{name: "slash is no path", path: "/", pages: map[string]page{prmRoot: doc(goodPRM, map[string]any{"resource": "{url}"})}, asked: []string{prmRoot}, state: Warned, text: "slash at the end"},
		{name: "401 at the well-known address", pages: map[string]page{prmPath: {status: 401}, prmRoot: {status: 403}}, asked: []string{prmPath, prmRoot}, state: Warned, none: true},
		{name: "none", asked: []string{prmPath, prmRoot}, state: Warned, none: true, text: "no protected resource metadata"},
		{name: "500 is surfaced", pages: map[string]page{prmPath: {status: 500, body: "boom"}, prmRoot: prm}, asked: []string{prmPath}, state: Failed, text: "status 500", kind: fault.HTTP},
		{name: "429 is surfaced", pages: map[string]page{prmPath: {status: 429}}, asked: []string{prmPath}, state: Failed, text: "status 429", kind: fault.HTTP},
		{name: "204 is surfaced", pages: map[string]page{prmPath: {status: 204}}, asked: []string{prmPath}, state: Failed, text: "status 204", kind: fault.HTTP},
		{name: "HTML at the header's URL", header: `Bearer resource_metadata="{url}/custom"`, pages: map[string]page{"/custom": {kind: "text/html", body: web}, prmPath: prm}, asked: []string{"/custom"}, state: Failed, text: "web page (HTML)", kind: fault.HTTP},
		{name: "HTML of a catch-all route, metadata behind it", pages: map[string]page{prmPath: {kind: "text/html", body: web}, prmRoot: doc(goodPRM, map[string]any{"resource": "{url}"})}, asked: []string{prmPath, prmRoot}, state: Warned},
		{name: "HTML everywhere is no server of 2025-03-26", pages: map[string]page{prmPath: {kind: "text/html", body: web}, prmRoot: {kind: "text/html", body: web}}, asked: []string{prmPath, prmRoot}, state: Failed, text: "web page (HTML)", kind: fault.Protocol},
		{name: "broken JSON", pages: map[string]page{prmPath: {body: `{"resource": `}}, asked: []string{prmPath}, state: Failed, text: "cannot be read as a JSON object", kind: fault.Protocol},
		{name: "an array", pages: map[string]page{prmPath: {body: `[]`}}, asked: []string{prmPath}, state: Failed, text: "cannot be read as a JSON object", kind: fault.Protocol},
		{name: "null", pages: map[string]page{prmPath: {body: `null`}}, asked: []string{prmPath}, state: Failed, text: "cannot be read as a JSON object", kind: fault.Protocol},
		{name: "huge", pages: map[string]page{prmPath: {body: `{"x":"` + strings.Repeat("x", 1<<20) + `"}`}}, asked: []string{prmPath}, state: Failed, text: "larger than 1 MiB", kind: fault.HTTP},
		{name: "cut off", pages: map[string]page{prmPath: {cut: true}}, state: Failed, kind: fault.Connect},
		{name: "redirect that ends", pages: map[string]page{prmPath: {status: 302, to: "/there"}, "/there": prm}, asked: []string{prmPath, "/there"}, state: Done},
		{name: "redirects without end", pages: map[string]page{prmPath: {status: 302, to: prmPath}}, state: Failed, text: "is not followed", kind: fault.HTTP},
		{name: "plain text type", pages: map[string]page{prmPath: {kind: "text/plain", body: prm.body}}, asked: []string{prmPath}, state: Warned, text: `came as "text/plain"`},
		{name: "byte order mark", pages: map[string]page{prmPath: {body: "\ufeff" + prm.body}}, asked: []string{prmPath}, state: Done},
		{name: "another resource", pages: map[string]page{prmPath: doc(goodPRM, map[string]any{"resource": "https://other.example/mcp"}), prmRoot: prm}, asked: []string{prmPath}, state: Failed, text: "of another resource", kind: fault.Protocol},
		{name: "no resource", pages: map[string]page{prmPath: doc(goodPRM, map[string]any{"resource": nil})}, asked: []string{prmPath}, state: Failed, text: "have no resource", kind: fault.Protocol},
		{name: "resource of a wrong type", pages: map[string]page{prmPath: doc(goodPRM, map[string]any{"resource": 7})}, asked: []string{prmPath}, state: Failed, text: "resource is a number, not a string", kind: fault.Protocol},
		{name: "no servers", pages: map[string]page{prmPath: doc(goodPRM, map[string]any{"authorization_servers": []string{}})}, asked: []string{prmPath}, state: Warned, text: "name no authorization server"},
		{name: "servers of a wrong type", pages: map[string]page{prmPath: doc(goodPRM, map[string]any{"authorization_servers": "{url}"})}, asked: []string{prmPath}, state: Warned, text: "authorization_servers is a string, not an array"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.path == "" && c.name != "no path" {
				c.path = "/mcp"
			}
			if c.pages == nil {
				c.pages = map[string]page{}
			}
			s := newSite(t, c.pages)
			r := newFlowRig(t, s.url+c.path, plainClient(t), Settings{})
			start := Start{}
			if c.header != "" {
				start.Challenge = s.headed(s.url+c.path, c.header)
			}
			f := r.flow(start)
			_ = f.RunStep(t.Context(), StepChallenge, nil)
			err := f.RunStep(t.Context(), StepResource, nil)
			r.sound(f)
			step := stepOf(t, f, StepResource)
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
				equalLists(t, "asked", s.requests(), c.asked)
			}
			if err != nil && step.Fix == "" && c.kind != fault.Connect {
				t.Errorf("no fix for %q", step.Verdict)
			}
			if f.noPRM != c.none {
				t.Errorf("noPRM %v", f.noPRM)
			}
		})
	}
}

func TestMatchResource(t *testing.T) {
	for _, c := range []struct {
		server, resource string
		warn, fail       bool
	}{
		{server: "https://h/mcp", resource: "https://h/mcp"},
		{server: "https://h/mcp#x", resource: "https://h/mcp"},
		{server: "https://h/mcp", resource: "HTTPS://H:443/mcp"},
		{server: "https://h:443/mcp", resource: "https://h/mcp"},
		{server: "https://h/mcp", resource: "https://h", warn: true},
		{server: "https://h/mcp", resource: "https://h/", warn: true},
		{server: "https://h/a/b", resource: "https://h/a", warn: true},
		{server: "https://h/a/b", resource: "https://h/a/", warn: true},
		{server: "https://h/mcp", resource: "https://h/mcp/", warn: true},
		{server: "https://h", resource: "https://h/", warn: true},
		{server: "https://h/mcp?a=1", resource: "https://h/mcp", warn: true},
		{server: "https://h/mcp?a=1", resource: "https://h/mcp?a=1"},
		{server: "https://h/mcp?a=1", resource: "https://h/mcp?a=2", fail: true},
		{server: "https://h/mcp", resource: "https://h/mcp?a=1", fail: true},
		{server: "https://h/mcp", resource: "https://h/mc", fail: true},
		{server: "https://h/mcp", resource: "https://h/mcp/x", fail: true},
		{server: "https://h/mcp", resource: "https://h/MCP", fail: true},
		{server: "https://h/mcp", resource: "http://h/mcp", fail: true},
		{server: "https://h/mcp", resource: "https://h:8443/mcp", fail: true},
		{server: "https://h/mcp", resource: "https://h.evil.example/mcp", fail: true},
		{server: "https://h/mcp", resource: "https://u@h/mcp", fail: true},
		{server: "https://h/mcp", resource: "https://h/mcp#", fail: true},
		{server: "https://h/mcp", resource: "https://h/x/../mcp", fail: true},
		{server: "https://h/mcp", resource: "urn:x", fail: true},
		{server: "https://h/mcp", resource: "/mcp", fail: true},
		{server: "https://h/mcp", resource: "", fail: true},
		{server: "https://h/mcp", resource: "https://h\x7f/mcp", fail: true},
	} {
		warning, err := matchResource(c.server, c.resource)
		if (warning != "") != c.warn || (err != nil) != c.fail {
			t.Errorf("%s for %s: %q %v", c.resource, c.server, warning, err)
		}
	}
}

func TestResourceOverrides(t *testing.T) {
	s := newSite(t, map[string]page{"/elsewhere": doc(goodPRM, map[string]any{"resource": "api://x"}), prmPath: doc(goodPRM, nil)})
	r := newFlowRig(t, s.url+"/mcp", plainClient(t), Settings{})
	f := r.flow(Start{})
	if err := f.RunStep(t.Context(), StepResource, map[string]string{"metadata_url": s.url + "/elsewhere", "resource": "api://x"}); err != nil {
		t.Fatal(err)
	}
	equalLists(t, "asked", s.requests(), []string{"/elsewhere"})
	if step := stepOf(t, f, StepResource); step.State != Warned || !hasFinding(step, "set by hand") {
		t.Errorf("%s %+v", step.State, step.Findings)
	}
	if err := f.RunStep(t.Context(), StepResource, map[string]string{"metadata_url": "ftp://x/y"}); !fault.Is(err, fault.Protocol) {
		t.Errorf("ftp: %v", err)
	}
	if err := f.RunStep(t.Context(), StepResource, map[string]string{"metadata_url": "", "resource": ""}); err != nil {
		t.Fatal(err)
	}
	if f.ResourceMetadata().URL != s.url+prmPath {
		t.Errorf("after the reset: %+v", f.ResourceMetadata())
	}
	if err := f.RunStep(t.Context(), StepResource, map[string]string{"lookup": "none"}); err != nil || f.ResourceMetadata() != nil || !f.noPRM {
		t.Errorf("left out: %v", err)
	}
	if err := NewFlow(Config{Resource: "not a url"}, Start{}).RunStep(t.Context(), StepResource, nil); !fault.Is(err, fault.Input) {
		t.Errorf("bad server URL: %v", err)
	}
}

func FuzzMetadata(f *testing.F) {
	f.Add([]byte(`{"resource":"https://h/mcp","authorization_servers":["https://as"],"scopes_supported":null,"code_challenge_methods_supported":"S256"}`), "https://h/mcp")
	f.Add([]byte(`{"issuer":1,"scopes_supported":[1,"a",null],"client_id_metadata_document_supported":"yes"}`), "https://h")
	f.Fuzz(func(t *testing.T, body []byte, server string) {
		d := &draft{f: NewFlow(Config{}, Start{}), set: &Settings{}}
		found, _, err := d.judge(lookup{guess: true}, &Response{Status: 200, Body: body})
		if err != nil || found == nil {
			return
		}
		prm, _ := parseResourceMetadata(found.m)
		as, _ := parseServerMetadata(found.m)
		for _, list := range [][]string{prm.AuthorizationServers, prm.Scopes, as.PKCE, as.Scopes} {
			if len(list) > maxListed {
				t.Errorf("%d listed", len(list))
			}
		}
		if _, err := matchResource(server, prm.Resource); err == nil && originOf(prm.Resource) != originOf(server) && prm.Resource != server {
			t.Errorf("%q taken for %q", prm.Resource, server)
		}
		if u, err := d.checkURL("x", as.TokenEndpoint, "x", "x"); err == nil && u.Scheme != "https" && !isLoopbackHost(u.Hostname()) {
			t.Errorf("endpoint %q taken", as.TokenEndpoint)
		}
	})
}
