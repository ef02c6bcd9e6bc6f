package export

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/wire"
)

func TestMain(m *testing.M) { os.Exit(mcptest.Main(m, nil)) }

const tricky = "it's \"$HOME\" `id` ${x}\\n\nline é 😀 \"\"\""

// calls are a call over stdio and one over Streamable HTTP, of the tool echo, with what a server sent them takes.
func calls(t *testing.T) map[string]struct {
	source Source
	target Target
	env    []string
} {
	t.Helper()
	command, env := mcptest.Stdio("good")
	stdio := frameRecord(tricky)
	list := records(t, stdio)
	list[2].Message = []byte(strings.ReplaceAll(string(list[2].Message), `"message":`, `"text":`))
	url := mcptest.HTTP(t)
	web := records(t, stdio)
	web[2].Message = list[2].Message
	web[2].Entry.Exchange = 4
	web = append(web, wire.Draft{
		Entry: wire.Entry{Seq: 4, Conn: "c1", Kind: wire.KindHTTP, Dir: wire.Out, Method: "POST"},
		Exchange: &wire.Exchange{Method: "POST", URL: url, RequestHeaders: []wire.Header{
			{Name: "Content-Type", Value: "application/json"}, {Name: "Mcp-Session-Id", Value: "‹session #aaaa›"}, {Name: "Authorization", Value: "Bearer ‹token #bbbb›"}, {Name: "X-Team", Value: "it's"},
		}},
	})
	return map[string]struct {
		source Source
		target Target
		env    []string
	}{
		"stdio": {Memory(list), Target{Command: command, Env: []wire.Header{{Name: "A_SECRET", Value: "‹secret #cccc›"}}}, append(env, "SIGHTGLASS_SECRET=x")},
		"http":  {Memory(web), Target{}, []string{"SIGHTGLASS_TOKEN=tok"}},
	}
}

func records(t testing.TB, s Source) (out []wire.Draft) {
	t.Helper()
	must(t, Records(s, func(d wire.Draft) error { out = append(out, d); return nil }))
	return out
}

func TestGoClientRuns(t *testing.T) {
	gobin := need(t, "go")
	for name, c := range calls(t) {
		dir := t.TempDir()
		for _, f := range []string{"go.mod", "go.sum"} { // the copied program finds its library where this one does
			b, err := os.ReadFile(filepath.Join("..", "..", f))
			must(t, err)
			must(t, os.WriteFile(filepath.Join(dir, f), b, 0o600))
		}
		code := mustCopy(t, c.source, 3, "mcp-go", c.target)
		must(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte(code.Text), 0o600))
		run(t, dir, nil, "", gobin, "vet", "-mod=mod", ".")
		if out := run(t, dir, c.env, "", gobin, "run", "-mod=mod", "."); !strings.Contains(out, `it's \"$HOME\"`) || !strings.Contains(out, "😀") {
			t.Errorf("%s: it printed %s\n%s", name, out, code.Text)
		}
	}
}

// Every method that has a call of its own has to build, and one that has none.
func TestGoClientBuildsForEveryMethod(t *testing.T) {
	gobin := need(t, "go")
	dir := t.TempDir()
	for _, f := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join("..", "..", f))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(dir, f), b, 0o600))
	}
	for _, method := range []string{"tools/list", "prompts/get", "prompts/list", "resources/read", "resources/list", "resources/templates/list", "completion/complete", "logging/setLevel", "notifications/cancelled", "x/\"y`"} {
		m := wire.MsgRequest
		if strings.HasPrefix(method, "notifications/") {
			m = wire.MsgNotification
		}
		name, err := json.Marshal(method)
		must(t, err)
		s := Memory([]wire.Draft{{Entry: wire.Entry{Seq: 3, Kind: wire.KindFrame, Dir: wire.Out, Message: m, Method: method}, Message: []byte(`{"jsonrpc":"2.0","id":1,"method":` + string(name) + `,"params":{"name":"‹token #aaaa›"}}`)}})
		p := filepath.Join(dir, "m"+strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' {
				return r
			}
			return -1
		}, method))
		must(t, os.MkdirAll(p, 0o700))
		must(t, os.WriteFile(filepath.Join(p, "main.go"), []byte(mustCopy(t, s, 3, "mcp-go", Target{Command: "x"}).Text), 0o600))
	}
	run(t, dir, nil, "", gobin, "vet", "-mod=mod", "./...")
}

func TestTypeScriptClientRuns(t *testing.T) {
	node := need(t, "node")
	modules, err := filepath.Abs("../../build/e2e/node_modules")
	must(t, err)
	if _, err := os.Stat(filepath.Join(modules, "@modelcontextprotocol", "sdk")); err != nil {
		t.Skip("the SDK is not installed: build/e2e/node_modules")
	}
	dir := t.TempDir()
	must(t, os.Symlink(modules, filepath.Join(dir, "node_modules")))
	for name, c := range calls(t) {
		// The SDK hands on a few variables only; the peer is told by one of its own what it is.
		for _, v := range c.env {
			if k, v, _ := strings.Cut(v, "="); strings.HasPrefix(k, "SIGHTGLASS_MCPTEST") {
				c.target.Env = append(c.target.Env, wire.Header{Name: k, Value: v})
			}
		}
		code := mustCopy(t, c.source, 3, "ts-sdk", c.target)
		file := filepath.Join(dir, name+".mjs")
		must(t, os.WriteFile(file, []byte(code.Text), 0o600))
		if out := run(t, dir, c.env, "", node, file); !strings.Contains(out, `it's \"$HOME\"`) || !strings.Contains(out, "😀") {
			t.Errorf("%s: it printed %s\n%s", name, out, code.Text)
		}
	}
}

func TestShellAsksARealServer(t *testing.T) {
	sh := need(t, "sh")
	c := calls(t)["stdio"]
	code := mustCopy(t, c.source, 3, "shell", c.target)
	out := run(t, t.TempDir(), c.env, strings.Replace(code.Text, "sleep 5", "sleep 2", 1), sh)
	if !strings.Contains(out, `"id":"s2"`) || !strings.Contains(out, "😀") {
		t.Errorf("it printed %s\n%s", out, code.Text)
	}
}
