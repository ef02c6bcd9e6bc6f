package cli

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/server"

	"github.com/sightglass-dev/sightglass/app/demo"
	"github.com/sightglass-dev/sightglass/app/profile"
)

func TestTargetNames(t *testing.T) {
	for _, tt := range []struct{ url, name string }{
		{"https://user:pw@host.example/mcp?token=x#y", "https://host.example/mcp"},
		{"http://127.0.0.1:1", "http://127.0.0.1:1"},
		{"http://a@b@host/x", "http://host/x"},
		{"http://host/" + strings.Repeat("x", 300), "http://host/" + strings.Repeat("x", profile.MaxName-13) + "…"},
	} {
		if got := shortName(profile.Profile{URL: tt.url}); got != tt.name {
			t.Errorf("%s: got %q, want %q", tt.url, got, tt.name)
		}
	}
}

// What is wrong with the arguments is told before anything is opened or started, and to machines as JSON.
func TestWrongArguments(t *testing.T) {
	t.Setenv("SIGHTGLASS_HOME", filepath.Join(t.TempDir(), "none"))
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const url = "http://127.0.0.1:1/"
	for _, tt := range []struct {
		name string
		args []string
		say  string
	}{
		{"empty target", []string{"inspect", ""}, "a TARGET is missing"},
		{"no tool", []string{"call", "--", exe, "demo-server"}, "the TOOL to call is missing"},
		{"two tools", []string{"call", url, "a", "b"}, `"b" is too much`},
		{"arguments that are no JSON", []string{"call", url, "a", "--json-args", "{"}, "--json-args is not JSON"},
		{"argument without a value", []string{"call", url, "a", "--arg", "x"}, "NAME=VALUE"},
		{"two targets", []string{"inspect", url, url}, "is too much"},
		{"header for a command", []string{"inspect", "--header", "A: b", "--", exe}, "--header is for a URL only"},
		{"header for a saved server", []string{"inspect", "Sample server", "--header", "A: b"}, "--header is for a URL only"},
		{"secret for a URL", []string{"inspect", url, "--secret", "env:A=b"}, "--secret is for a saved server only"},
		{"secret without a kind", []string{"inspect", "Sample server", "--secret", "A=hidden"}, "--secret wants NAME=value"},
		{"time without a unit", []string{"inspect", url, "--timeout", "5"}, "500ms, 10s or 2m"},
		{"negative time", []string{"inspect", url, "--timeout=-5s"}, "500ms, 10s or 2m"},
		{"unknown era", []string{"inspect", url, "--era", "old"}, "legacy:VERSION"},
		{"unknown version", []string{"inspect", url, "--era", "legacy:1999-01-01"}, "2024-11-05"},
		{"other scheme", []string{"inspect", "ftp://host/"}, "http:// or https://"},
		{"unknown flag", []string{"inspect", url, "--nope"}, "inspect --help"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, out, errOut := run(t, tt.args...)
			if code != ExitUsage || out != "" || !strings.Contains(errOut, tt.say) || strings.Contains(errOut, "hidden") {
				t.Errorf("exit code %d; printed %q and %q, want %q", code, out, errOut, tt.say)
			}
		})
	}
	code, out, _ := run(t, "call", url, "--json")
	var got reply
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != ExitUsage || got.Kind != "input" || got.Hint == "" {
		t.Errorf("as JSON: exit code %d, %v, %s", code, err, out)
	}
}

// The end-to-end guard: whatever way a credential is given, nothing printed or written holds it.
func TestSecretsAreNeverPrinted(t *testing.T) {
	home := t.TempDir()
	t.Setenv("SIGHTGLASS_HOME", home)
	t.Setenv("SG_TEST_TOKEN", "envsecret-0123456789")
	secrets := []string{"headersecret-0123456789", "envsecret-0123456789", "usersecret-0123456789", "querysecret-0123456789", "argsecret-0123456789"}
	mcp := server.NewStreamableHTTPServer(demo.New())
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pass, _ := r.BasicAuth(); r.URL.Path == "/repeat" { // a server that says what it was told
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write([]byte(r.URL.String() + " " + pass + " " + r.Header.Get("X-Api-Key") + " " + r.Header.Get("X-Other")))
			return
		}
		mcp.ServeHTTP(w, r)
	}))
	defer srv.Close()
	url := strings.Replace(srv.URL, "://", "://me:"+secrets[2]+"@", 1)
	flags := []string{"--header", "X-Api-Key: " + secrets[0], "--header", "X-Other: ${SG_TEST_TOKEN}"}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		code int
		args []string
	}{
		{"refused", ExitProtocol, append([]string{"inspect", url + "/repeat?token=" + secrets[3]}, flags...)},
		{"connected", ExitOK, append([]string{"inspect", url + "/mcp?token=" + secrets[3]}, flags...)},
		{"traffic", ExitOK, append([]string{"traffic", url + "/mcp?token=" + secrets[3]}, flags...)},
		{"traffic refused", ExitProtocol, append([]string{"traffic", url + "/repeat?token=" + secrets[3]}, flags...)},
		{"called", ExitOK, append([]string{"call", url + "/mcp?token=" + secrets[3], "echo", "--arg", "text=" + secrets[0]}, flags...)},
		{"command", ExitOK, []string{"traffic", "--", exe, "demo-server", "--token", secrets[4]}},
		{"command that is missing", ExitNotFound, []string{"traffic", "--", exe + "-missing", "--token=" + secrets[4]}},
	} {
		for _, flag := range []string{"", "--json"} {
			t.Run(tt.name+flag, func(t *testing.T) {
				args := append([]string{}, tt.args...)
				if flag != "" {
					args = append([]string{args[0], flag}, args[1:]...)
				}
				code, out, errOut := run(t, args...)
				if code != tt.code {
					t.Errorf("exit code %d, want %d: %s%s", code, tt.code, out, errOut)
				}
				for _, s := range secrets {
					if strings.Contains(out+errOut, s) {
						t.Errorf("%q was printed:\n%s\n%s", s, out, errOut)
					}
				}
			})
		}
	}
	if files, err := os.ReadDir(home); err != nil || len(files) > 0 {
		t.Errorf("files were written: %v, %v", files, err)
	}
}

func TestSavedServersOnTheCommandLine(t *testing.T) {
	home := t.TempDir()
	t.Setenv("SIGHTGLASS_HOME", home)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path, _ := json.Marshal(exe)
	file := filepath.Join(home, "profiles.json")
	text := `{"version":1,"servers":[
		{"id":"aa","name":"twin","transport":"stdio","command":` + string(path) + `,"args":["demo-server"]},
		{"id":"bb","name":"twin","transport":"http","url":"http://127.0.0.1:1/"},
		{"id":"cc","name":"lacking","transport":"stdio","command":` + string(path) + `,"args":["demo-server","${input:who}"],"env":[{"name":"A_TOKEN","secret":true}]}]}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		args []string
		code int
		say  string
	}{
		{"two of a name", []string{"inspect", "twin"}, ExitUsage, "Give the id"},
		{"unconfirmed", []string{"inspect", "aa"}, ExitUsage, "--yes"},
		{"by id", []string{"inspect", "aa", "--yes"}, ExitOK, "countdown"},
		{"values missing", []string{"inspect", "lacking", "--yes"}, ExitUsage, "--secret NAME=value"},
		{"values given", []string{"inspect", "lacking", "--yes", "--secret", "input:who=me", "--secret", "env:A_TOKEN=abcdefgh"}, ExitOK, "countdown"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, out, errOut := run(t, tt.args...)
			if code != tt.code || !strings.Contains(out+errOut, tt.say) {
				t.Errorf("exit code %d, want %d; printed\n%s\n--\n%s\nwant %q in it", code, tt.code, out, errOut, tt.say)
			}
		})
	}
	const broken = `{"version":1,"servers":[{`
	if err := os.WriteFile(file, []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errOut := run(t, "inspect", "aa"); code != ExitNotFound || !strings.Contains(errOut, file+":1:") {
		t.Errorf("a broken file: exit code %d, %s", code, errOut)
	}
	if code, _, errOut := run(t, "inspect", "--", exe, "demo-server"); code != ExitOK {
		t.Errorf("a command beside a broken file: exit code %d, %s", code, errOut)
	}
	if b, err := os.ReadFile(file); err != nil || string(b) != broken {
		t.Errorf("the broken file was changed: %s, %v", b, err)
	}
}

// A refusal of tools/list, on a connection that came about, is the command's outcome.
func TestRefusedListIsTheOutcome(t *testing.T) {
	t.Setenv("SIGHTGLASS_HOME", t.TempDir())
	mcp := server.NewStreamableHTTPServer(demo.New())
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Mcp-Method") == "tools/list" {
			w.Header().Set("WWW-Authenticate", `Bearer scope="tools"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		mcp.ServeHTTP(w, r)
	}))
	defer srv.Close()
	for _, args := range [][]string{{"inspect", srv.URL + "/mcp"}, {"inspect", srv.URL + "/mcp", "--json"}, {"traffic", srv.URL + "/mcp"}, {"traffic", srv.URL + "/mcp", "--json"}} {
		code, out, errOut := run(t, args...)
		if code != ExitRefused || !strings.Contains(out+errOut, "tools/list") || !strings.Contains(out+errOut, "scope") {
			t.Errorf("%v: exit code %d\n%s\n%s", args, code, out, errOut)
		}
	}
}

func TestBlocks(t *testing.T) {
	for _, tt := range []struct{ json, want string }{
		{`{"type":"text","text":"a\u001b[31mb"}`, `a\u001b[31mb`},
		{`{"type":"image","mimeType":"image/png","data":"AAECAw=="}`, "[image image/png 4 bytes]"},
		{`{"type":"resource_link","name":"n","uri":"demo://x"}`, "[resource_link n demo://x]"},
		{`{"type":"resource","resource":{"uri":"demo://x","mimeType":"text/plain","text":"hi"}}`, "[resource text/plain demo://x]\nhi"},
		{`{"type":"resource","resource":{"uri":"demo://x","blob":"AAEC"}}`, "[resource demo://x 3 bytes]"},
		{`{"type":"new\nkind"}`, "[new kind]"},
	} {
		var b block
		if err := json.Unmarshal([]byte(tt.json), &b); err != nil {
			t.Fatal(err)
		}
		if got := b.line(); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.json, got, tt.want)
		}
	}
}
