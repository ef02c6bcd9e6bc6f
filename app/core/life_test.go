package core

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/sightglass-dev/sightglass/app/demo"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// until polls for what must happen.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for: %s", what)
		}
	}
}

// own is a confirmed temporary server that runs this test binary as the sample.
func own(t *testing.T, c *Core, name string) string {
	t.Helper()
	id, err := c.UseProfile(profile.Profile{Name: name, Transport: profile.Stdio, Command: self(t), Args: []string{"demo-server"}}, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestReconnectAfterACrash(t *testing.T) {
	c := start(t)
	id := own(t, c, "crashing")
	first := connect(t, c, id)
	p, err := os.FindProcess(first.PID)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	until(t, "the end of the connection", func() bool { v, _ := c.Connection(id); return v.Phase == Failed })
	if v, _ := c.Connection(id); v.Err == nil || v.Err.Kind != "closed" || v.Err.Hint == "" {
		t.Errorf("after a crash: %+v", v.Err)
	}
	var again Connection
	until(t, "a new connection", func() bool { // the old one may still be ending
		again, err = c.ConnectWait(t.Context(), id)
		return err == nil && again.Conn != first.Conn
	})
	if again.Phase != Connected || again.PID == first.PID {
		t.Errorf("after a reconnect: %+v", again)
	}
}

func TestOneFailureDisturbsNoOther(t *testing.T) {
	c := start(t)
	a, b := own(t, c, "a"), own(t, c, "b")
	bad, err := c.UseProfile(profile.Profile{Name: "bad", Transport: profile.Stdio, Command: self(t) + "-missing"}, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{a, bad, b} {
		if err := c.Connect(id); err != nil {
			t.Fatal(err)
		}
	}
	phase := func(id string) Phase { v, _ := c.Connection(id); return v.Phase }
	until(t, "two connected, one failed", func() bool { return phase(a) == Connected && phase(b) == Connected && phase(bad) == Failed })
	c.Disconnect(a)
	out, err := c.Run(t.Context(), RunInput{Call: "x", Profile: b, Tool: "echo", Index: -1, Args: `{"text":"still here"}`})
	if err != nil || out.Err != nil || !strings.Contains(out.Result, "still here") {
		t.Errorf("call on the other: %v, %+v", err, out)
	}
}

func TestPlaceholdersReachTheServer(t *testing.T) {
	t.Setenv("SG_TEST_REGION", "eu")
	t.Setenv("SG_TEST_TOKEN", "from-the-environment")
	c := start(t)
	p := profile.Profile{
		Name: "P", Transport: profile.Stdio, Command: "run",
		Args: []string{"--region", "${SG_TEST_REGION}", "${env:SG_TEST_REGION}/x", "${SG_TEST_MISSING:-fallback}", "$${literal}", "${input:who}", "${secret:tok}"},
		Env:  []profile.Value{{Name: "A", Value: "${SG_TEST_TOKEN}"}, {Name: "B", Secret: true}},
	}
	saved, err := c.Save(p, []SecretInput{{Name: "input:who", Value: "someone-else"}, {Name: "secret:tok", Value: "tok ${SG_TEST_REGION}"}, {Name: "env:B", Value: "bbbbbbbb"}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.target(t.Context(), saved, "c9")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"--region", "eu", "eu/x", "fallback", "${literal}", "someone-else", "tok ${SG_TEST_REGION}"}
	if diff := cmp.Diff(want, got.Args); diff != "" {
		t.Errorf("args (-want +got):\n%s", diff)
	}
	env := strings.Join(got.Env, "\n") + "\n"
	if !strings.Contains(env, "\nA=from-the-environment\n") || !strings.Contains(env, "\nB=bbbbbbbb\n") || strings.Contains(env, "SIGHTGLASS_") {
		t.Errorf("environment: %s", env)
	}
	for _, s := range []string{"from-the-environment", "bbbbbbbb", "someone-else"} {
		if text := string(c.masker().Text("c9", []byte("said "+s))); strings.Contains(text, s) {
			t.Errorf("%q is not masked", s)
		}
	}
	saved.Args = []string{"${SG_TEST_MISSING}"}
	if _, err := c.target(t.Context(), saved, "c9"); err == nil || !strings.Contains(err.Error(), "var:SG_TEST_MISSING") {
		t.Errorf("a variable that is not set: %v", err)
	}
}

func TestLoginShellPathSwitch(t *testing.T) {
	on, off := true, false
	for _, tt := range []struct {
		desktop bool
		set     *bool
		asked   bool
	}{{false, nil, false}, {true, nil, true}, {true, &off, false}, {false, &on, true}} {
		c := New(Options{Desktop: tt.desktop})
		c.loginPath = func() (string, error) { return "/login/bin", nil }
		env, note := c.environ(profile.Profile{LoginShellPath: tt.set}, []string{"PATH=/plain", "X=1"})
		if got := strings.Contains(strings.Join(env, "\n"), "PATH=/login/bin"); got != tt.asked || note != "" || len(env) != 2 {
			t.Errorf("desktop %v, switch %v: %v, %q", tt.desktop, tt.set != nil && *tt.set, env, note)
		}
		c.loginPath = func() (string, error) { return "", fmt.Errorf("it hung") }
		env, note = c.environ(profile.Profile{LoginShellPath: tt.set}, []string{"PATH=/plain"})
		if env[0] != "PATH=/plain" || (note != "") != tt.asked {
			t.Errorf("a shell that hangs: %v, %q", env, note)
		}
	}
}

func TestProxyOfTheEnvironment(t *testing.T) {
	asked := make(chan string, 100)
	mcp := server.NewStreamableHTTPServer(demo.New())
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case asked <- r.URL.Host:
		default:
		}
		r.Host = "localhost" // the server refuses names it does not know
		mcp.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("NO_PROXY", "direct.invalid")
	c := start(t)
	use := func(url string) string {
		id, err := c.UseProfile(profile.Profile{Name: url, Transport: profile.HTTP, URL: url}, nil, true)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	connect(t, c, use("http://behind.invalid/mcp"))
	if host := <-asked; host != "behind.invalid" {
		t.Errorf("the proxy was asked for %q", host)
	}
	if _, err := c.ConnectWait(t.Context(), use("http://direct.invalid/mcp")); err == nil || AsError(err).Kind != "connect" {
		t.Errorf("NO_PROXY: %v", err)
	}
}

func TestImportedAndEditedCommandsNeedConfirm(t *testing.T) {
	c := start(t)
	saved, err := c.Accept(c.ReadImport(fmt.Sprintf(`{"mcpServers":{"own":{"command":%q,"args":["demo-server"]}}}`, self(t))))
	if err != nil || len(saved) != 1 {
		t.Fatal(saved, err)
	}
	id := saved[0].ID
	if err := c.Connect(id); err == nil {
		t.Fatal("an imported command was started unasked")
	}
	l, err := c.Launch(id)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Confirm(id, l.Hash); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(c.dir, "profiles.json")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(b), `"demo-server"`, `"demo-server", "--evil"`)), 0o600); err != nil {
		t.Fatal(err)
	}
	until(t, "the outside edit", func() bool { p, _ := c.store.Get(id); return len(p.Args) == 2 })
	if err := c.Connect(id); err == nil {
		t.Error("a command edited outside was started unasked")
	}
	if st, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && st.Mode().Perm()&0o077 != 0 {
		t.Errorf("profile file: %v, %v", st.Mode(), err)
	}
}

func TestExportRoundTrip(t *testing.T) {
	c := start(t)
	const text = `{"mcpServers":{
		"git":{"command":"npx","args":["-y","pkg","--token","ghp_0123456789abcdef"],"env":{"GITHUB_TOKEN":"ghp_abcdef0123456789","MODE":"a"}},
		"web":{"type":"http","url":"https://user:hunter2pass@example.com/mcp?api_key=abcdefgh12345","headers":{"Authorization":"Bearer abcdefgh12345678"}}}}`
	if _, err := c.Accept(c.ReadImport(text)); err != nil {
		t.Fatal(err)
	}
	secrets := []string{"ghp_", "hunter2pass", "abcdefgh12345"}
	ids := []string{c.byName(t, "git").ID, c.byName(t, "web").ID}
	for _, form := range []string{"mcpServers", "servers"} {
		out, err := c.Export(ids, form)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range secrets {
			if strings.Contains(out, s) {
				t.Errorf("the export as %s holds %q", form, s)
			}
		}
		again := c.ReadImport(out)
		if again.Problem != "" || len(again.Items) != 2 || len(again.Items[0].Problems)+len(again.Items[1].Problems) > 0 {
			t.Errorf("%s read back: %+v", form, again)
		}
	}
	for _, s := range secrets {
		if strings.Contains(string(readAll(t, c.dir)), s) {
			t.Errorf("a file holds %q", s)
		}
	}
}

// A server's own words come by every road: as an error, a name, a description. None of them may carry a secret out.
func TestServerThatRepeatsASecret(t *testing.T) {
	const secret = "correct-horse-battery-staple"
	fail := true
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		var m struct {
			ID     json.RawMessage
			Method string
		}
		if json.Unmarshal(b, &m) != nil || m.ID == nil {
			w.WriteHeader(http.StatusAccepted)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		said := r.Header.Get("X-Key")
		answer := func(member string) { fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,%s}`, m.ID, member) }
		switch {
		case fail || m.Method == "tools/call":
			answer(`"error":{"code":-32000,"message":"you said ` + said + `","data":"` + said + `"}`)
		case m.Method == "initialize":
			answer(`"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"` + said + `","version":"1"},"instructions":"` + said + `"}`)
		default:
			answer(`"result":{"tools":[{"name":"t-` + said + `","title":"` + said + `","description":"` + said + `","inputSchema":{"type":"object","title":"` + said + `"}}]}`)
		}
	}))
	defer srv.Close()
	c := start(t)
	found := []profile.Found{{Name: "header:X-Key", Value: secret, Secret: true}}
	id, err := c.UseProfile(profile.Profile{Name: "R", Transport: profile.HTTP, URL: srv.URL, Era: profile.Era{Mode: "legacy"}, Headers: []profile.Value{{Name: "X-Key", Secret: true}}}, found, true)
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, v any) {
		t.Helper()
		if b, _ := json.Marshal(v); strings.Contains(string(b), secret) {
			t.Errorf("%s holds the secret: %s", what, b)
		}
	}
	v, err := c.ConnectWait(t.Context(), id)
	if err == nil {
		t.Fatal("connected")
	}
	check("the error of the connect", AsError(err))
	check("the failed view", v)
	fail = false
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	until(t, "the end of the old connection", func() bool { v, err = c.ConnectWait(ctx, id); return err == nil && v.Phase == Connected })
	check("the view", v)
	list, err := c.Tools(ctx, id, true)
	if err != nil || len(list.Tools) != 1 {
		t.Fatal(list, err)
	}
	check("the list", list)
	detail, err := c.Tool(id, 0)
	if err != nil {
		t.Fatal(err)
	}
	check("the tool", detail)
	out, err := c.Run(ctx, RunInput{Call: "1", Profile: id, Tool: list.Tools[0].Name, Index: 0})
	if err != nil || out.Err == nil {
		t.Fatal(out, err)
	}
	check("the call", out)
	c.Disconnect(id)
	for _, e := range c.Page(0, 0).Entries {
		x, _ := c.Exchange(e.Seq)
		check("an entry", []any{e, x})
		for _, part := range []wire.Part{wire.PartMessage, wire.PartRequest, wire.PartResponse} {
			if b, err := c.Body(e.Seq, part, 0, 0); err == nil {
				check("a body", string(b.Bytes))
			}
		}
	}
}

func TestSamplesWhereNothingCanBeSaved(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "profiles.lock"), 0o700); err != nil { // no file: no lock, no saving
		t.Fatal(err)
	}
	c := startIn(t, dir)
	if got := c.Servers().Temporary; len(got) != 2 {
		t.Fatalf("servers of this run: %q", got)
	}
	connect(t, c, c.byName(t, "Sample server").ID)
}
