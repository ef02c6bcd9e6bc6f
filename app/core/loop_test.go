package core

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/server"

	"github.com/sightglass-dev/sightglass/app/demo"
	"github.com/sightglass-dev/sightglass/app/profile"
)

func TestRequestOfAnyMethod(t *testing.T) {
	c := start(t)
	id := c.byName(t, "Sample server").ID
	connect(t, c, id)
	for _, tt := range []struct{ method, params, want, problem, fault string }{
		{method: "resources/list", want: "sample://report.md"},
		{method: "prompts/get", params: `{"name":"summarize","arguments":{"text":"hello"}}`, want: "Summarize this in a plain way"},
		{method: "no/such", fault: "rpc"},
		{method: "", fault: "input"},
		{method: "tools/list", params: "[1", problem: "no JSON"},
		{method: "ping", params: "[1]", fault: "rpc"},
		{method: "ping", params: `"text"`, fault: "rpc"},
	} {
		out, err := c.Request(t.Context(), RequestInput{Call: "r " + tt.method, Profile: id, Method: tt.method, Params: tt.params})
		if err != nil {
			t.Fatal(err)
		}
		fault, problem := "", ""
		if out.Err != nil {
			fault = out.Err.Kind
		}
		if len(out.Problems) > 0 {
			problem = out.Problems[0].Message
		}
		if fault != tt.fault || !strings.Contains(out.Result, tt.want) || !strings.Contains(problem, tt.problem) {
			t.Errorf("%s: %+v; want result %q, fault %q, problem %q", tt.method, out, tt.want, tt.fault, tt.problem)
		}
	}
}

func TestTrustASelfSignedCertificate(t *testing.T) {
	srv := httptest.NewTLSServer(server.NewStreamableHTTPServer(demo.New()))
	defer srv.Close()
	c := start(t)
	p, err := c.Save(profile.Profile{Name: "TLS", Transport: profile.HTTP, URL: srv.URL + "/mcp"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	v, err := c.ConnectWait(t.Context(), p.ID)
	if err == nil || v.Err == nil || len(v.Err.Fingerprint) != 64 {
		t.Fatalf("connect to a self-signed server: %v, %+v", err, v.Err)
	}
	if err := c.Trust(p.ID, strings.Repeat("0", 64)); err == nil {
		t.Error("a fingerprint that was never shown was trusted")
	}
	if err := c.Trust(p.ID, v.Err.Fingerprint); err != nil {
		t.Fatal(err)
	}
	connect(t, c, p.ID)
}

// The version that an error names is kept in the settings and spoken from the next connect on.
func TestSpeakOneVersion(t *testing.T) {
	srv := httptest.NewServer(server.NewStreamableHTTPServer(demo.New()))
	t.Cleanup(srv.Close) // when the connection is over
	c := start(t)
	p, err := c.Save(profile.Profile{Name: "demo", Transport: profile.HTTP, URL: srv.URL + "/mcp", Era: profile.Era{Mode: "modern"}, Headers: []profile.Value{{Name: "X-Key", Secret: true}}}, []SecretInput{{Name: "header:X-Key", Value: "s3cret-value"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Speak(p.ID, "1999-01-01"); err == nil {
		t.Error("a version that is not spoken was taken")
	}
	for _, version := range []string{"2025-06-18", "2025-11-25"} {
		if err := c.Speak(p.ID, version); err != nil {
			t.Fatal(err)
		}
		if v := connect(t, c, p.ID); v.Version != version || v.Era != "legacy" {
			t.Errorf("spoken: %s, %s", v.Version, v.Era)
		}
		c.Disconnect(p.ID)
	}
	if err := c.Speak(p.ID, "2026-07-28"); err != nil {
		t.Fatal(err)
	}
	got, _ := c.profile(p.ID)
	if got.Era != (profile.Era{Mode: "modern", Version: "2026-07-28"}) || len(got.Headers) != 1 || !got.Headers[0].Secret {
		t.Errorf("%+v", got)
	}
}

func TestRestartWhenAFileChanges(t *testing.T) {
	c := start(t)
	file := filepath.Join(t.TempDir(), "server.js")
	if err := os.WriteFile(file, []byte("1"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := c.byName(t, "Sample server")
	p.Watch = file
	if _, err := c.Save(p, nil); err != nil {
		t.Fatal(err)
	}
	before := connect(t, c, p.ID).Conn
	until(t, "the file to be watched", func() bool { return strings.Contains(string(wholeLog(t, c)), "restarts when") })
	if err := os.WriteFile(file, []byte("2"), 0o600); err != nil {
		t.Fatal(err)
	}
	until(t, "the restart", func() bool {
		v, _ := c.Connection(p.ID)
		return v.Phase == Connected && v.Conn != before
	})
	if !strings.Contains(string(wholeLog(t, c)), "restarted Sample server") {
		t.Error("the log has no restart in it")
	}
}

func TestNoiseOnStdoutIsToldOnce(t *testing.T) {
	c := start(t)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	id, err := c.UseProfile(profile.Profile{Name: "noisy", Transport: profile.Stdio, Command: "sh", Args: []string{"-c", "echo Listening on nothing; echo again; exec '" + exe + "' demo-server"}}, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	connect(t, c, id)
	until(t, "the noise", func() bool {
		v, _ := c.Connection(id)
		return strings.Contains(v.Noise, "Listening on nothing")
	})
}
