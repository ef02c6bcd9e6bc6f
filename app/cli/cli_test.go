package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/server"

	"github.com/sightglass-dev/sightglass/app/demo"
)

// testProgram is the program around the command line under test.
func testProgram() Program {
	return Program{Version: "test", Licences: func() ([]byte, error) { return []byte("a licence\n"), nil }}
}

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "demo-server" {
		os.Exit(Main(testProgram(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	_ = os.Unsetenv("DBUS_SESSION_BUS_ADDRESS") // no test may touch the user's keychain
	_ = os.Setenv("XDG_RUNTIME_DIR", "")
	os.Exit(m.Run())
}

func run(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	code = Main(testProgram(), args, strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

func TestExitCodes(t *testing.T) {
	t.Setenv("SIGHTGLASS_HOME", t.TempDir())
	open := httptest.NewServer(server.NewStreamableHTTPServer(demo.New()))
	defer open.Close()
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="x", scope="a b"`)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer refusing.Close()
	html := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<h1>hi</h1>"))
	}))
	defer html.Close()
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does the server notice that the client went away
		<-r.Context().Done()
	}))
	defer silent.Close()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		args []string
		code int
		say  string // in what is printed
	}{
		{"help", []string{"help"}, ExitOK, "Usage: sightglass"},
		{"help of a command", []string{"call", "--help"}, ExitOK, "--json-args"},
		{"version", []string{"--version"}, ExitOK, "sightglass test"},
		{"no target", []string{"inspect"}, ExitUsage, "a TARGET is missing"},
		{"unknown flag", []string{"inspect", "--nope"}, ExitUsage, "unknown flag"},
		{"unknown server", []string{"inspect", "nobody"}, ExitNotFound, `no saved server is named "nobody"`},
		{"sample by name", []string{"inspect", "Sample server"}, ExitOK, "countdown"},
		{"stdio command", []string{"call", "--", exe, "demo-server", "::", "echo", "--arg", "text=hi there"}, ExitOK, "hi there"},
		{"http", []string{"call", open.URL + "/mcp", "add", "--arg", "a=2", "--arg", "b=40"}, ExitOK, `{"sum":42}`},
		{"task", []string{"call", "--task", "--", exe, "demo-server", "::", "survey", "--arg", "steps=1", "--arg", "pauseMs=0"}, ExitOK, "Surveyed 1 places"},
		{"task's status", []string{"call", "--task", "--", exe, "demo-server", "::", "survey", "--arg", "steps=1", "--arg", "pauseMs=0"}, ExitOK, ": completed, All places are surveyed"},
		{"legacy task", []string{"call", open.URL + "/mcp", "--era", "legacy:2025-11-25", "--task", "--task-ttl", "1m", "survey", "--arg", "steps=1", "--arg", "pauseMs=0"}, ExitOK, ": completed"},
		{"legacy pinned", []string{"inspect", open.URL + "/mcp", "--era", "legacy:2025-06-18"}, ExitOK, "MCP 2025-06-18 (legacy)"},
		{"tool error", []string{"call", open.URL + "/mcp", "fail"}, ExitToolError, "The tool reported an error"},
		{"wrong arguments", []string{"call", open.URL + "/mcp", "add", "--arg", "a=x"}, ExitUsage, "nothing was sent"},
		{"refused", []string{"inspect", refusing.URL}, ExitRefused, `WWW-Authenticate: Bearer realm="x", scope="a b"`},
		{"refused on SSE", []string{"inspect", refusing.URL, "--transport", "sse"}, ExitRefused, "Bearer realm"},
		{"not MCP", []string{"inspect", html.URL}, ExitProtocol, "hi"},
		{"nobody there", []string{"inspect", "http://127.0.0.1:1/mcp"}, ExitNotFound, "refused"},
		{"no such command", []string{"inspect", "--", "no-such-program-here"}, ExitNotFound, "was not found"},
		{"timeout", []string{"inspect", silent.URL, "--timeout", "200ms"}, ExitTimeout, "server/discover"},
		{"traffic", []string{"traffic", open.URL + "/mcp"}, ExitOK, "tools/list"},
		{"bad header", []string{"inspect", open.URL, "--header", "nocolon"}, ExitUsage, "Name: value"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, out, errOut := run(t, tt.args...)
			if code != tt.code || !strings.Contains(out+errOut, tt.say) {
				t.Errorf("exit code %d, want %d; printed\n%s\n--\n%s\nwant %q in it", code, tt.code, out, errOut, tt.say)
			}
		})
	}
}

func TestJSONIsForMachines(t *testing.T) {
	t.Setenv("SIGHTGLASS_HOME", t.TempDir())
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Add("WWW-Authenticate", `Bearer resource_metadata="https://as.example/x", error="invalid_token"`)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer srv.Close()
	code, out, _ := run(t, "inspect", srv.URL, "--json", "--header", "Authorization: Bearer very-secret-token")
	var got struct {
		Kind, Message, Hint string
		Status              int
		Headers             map[string][]string
		Challenge           struct {
			Raw     []string
			Schemes []struct{ Name string }
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, out)
	}
	if code != ExitRefused || got.Kind != "auth" || got.Status != 401 || len(got.Challenge.Raw) != 1 || got.Challenge.Schemes[0].Name != "Bearer" || len(got.Headers["Www-Authenticate"]) != 1 {
		t.Errorf("exit code %d, %+v", code, got)
	}
	if _, out, _ = run(t, "traffic", "Sample server", "--json"); strings.Count(out, "\n") < 8 {
		t.Errorf("traffic as JSON Lines: %s", out)
	}
	for l := range strings.Lines(out) {
		if !json.Valid([]byte(l)) {
			t.Errorf("line is not JSON: %s", l)
		}
	}
}

func TestNoCommandPrintsTheSecretItWasGiven(t *testing.T) {
	t.Setenv("SIGHTGLASS_HOME", t.TempDir())
	const secret = "very-secret-token-4711"
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Echo", r.Header.Get("Authorization"))
		http.Error(w, "you sent "+r.Header.Get("Authorization"), http.StatusForbidden)
	}))
	defer srv.Close()
	for _, args := range [][]string{
		{"inspect", srv.URL}, {"inspect", srv.URL, "--json"}, {"traffic", srv.URL}, {"traffic", srv.URL, "--json"}, {"call", srv.URL, "x"},
	} {
		_, out, errOut := run(t, append(args, "--header", "Authorization: Bearer "+secret)...)
		if strings.Contains(out+errOut, secret) {
			t.Errorf("%v printed the secret:\n%s%s", args[:1], out, errOut)
		}
	}
}
