package export

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// nasty are texts that break careless quoting.
func nasty() []string {
	return []string{
		"", "plain", "it's", `a "quoted" word`, "$(id) `id` ${HOME} $HOME", "line\nbreak\r\nand\ttab", `back\slash \n \' \"`,
		"é 你好 😀 \u2028 \u202e", "%s %d %% %n", "@/etc/passwd", "-X DELETE", "a\x01b\x7fc", "''", `'"'"'`, `"""`, "${x}`+`", "}\n{", `ends with \`, "‘smart’ ‚quotes‛",
		"!history", "a;b&&c|d>e<f", "*?[x]{a,b}~", "‹token #3f2a›", "‹not one›", "#hash", "é",
	}
}

// told are the bytes of requests that a server got.
type told struct {
	method, target, host string
	header               http.Header
	body                 []byte
}

func listener(t testing.TB) (url string, got func() told) {
	t.Helper()
	requests := make(chan told, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		requests <- told{r.Method, r.RequestURI, r.Host, r.Header, b}
		_, _ = io.WriteString(w, "ok\n")
	}))
	t.Cleanup(s.Close)
	return s.URL, func() told {
		select {
		case r := <-requests:
			return r
		case <-time.After(30 * time.Second):
			t.Fatal("no request came")
			return told{}
		}
	}
}

// httpRecord is a source with one exchange.
func httpRecord(method, url string, headers []wire.Header, body string) Source {
	return Memory([]wire.Draft{{
		Entry:    wire.Entry{Seq: 7, Kind: wire.KindHTTP, Dir: wire.Out, Method: method, Name: url},
		Exchange: &wire.Exchange{Method: method, URL: url, RequestHeaders: headers}, Request: []byte(body),
	}})
}

func need(t testing.TB, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("there is no %s here", program)
	}
	return path
}

func run(t testing.TB, dir string, env []string, stdin, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...) //nolint:gosec // the test's own programs
	c.Dir, c.Env, c.Stdin = dir, append(os.Environ(), env...), strings.NewReader(stdin)
	var errText bytes.Buffer
	c.Stderr = &errText
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s\n%s", name, args, err, errText.String(), stdin)
	}
	return string(out)
}

func mustCopy(t testing.TB, s Source, seq uint64, form string, target Target) Code {
	t.Helper()
	c, err := Copy(s, seq, form, target)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sameRequest checks that what came is what was recorded, and nothing that the program added.
func sameRequest(t testing.TB, got told, want wire.Draft, secrets map[string]string, added ...string) {
	t.Helper()
	fill := strings.NewReplacer(func() (pairs []string) {
		for k, v := range secrets {
			pairs = append(pairs, k, v)
		}
		return
	}()...)
	if got.method != want.Exchange.Method {
		t.Errorf("method: got %q, want %q", got.method, want.Exchange.Method)
	}
	_, path, _ := strings.Cut(strings.TrimPrefix(want.Exchange.URL, "http://"), "/")
	if w := "/" + fill.Replace(path); got.target != w {
		t.Errorf("target: got %q, want %q", got.target, w)
	}
	if w := fill.Replace(string(want.Request)); string(got.body) != w {
		t.Errorf("body: got %q, want %q", got.body, w)
	}
	known := map[string]bool{"Content-Length": true, "Accept-Encoding": true}
	for _, n := range added {
		known[n] = true
	}
	for _, h := range want.Exchange.RequestHeaders {
		name := http.CanonicalHeaderKey(h.Name)
		known[name] = true
		if w := fill.Replace(h.Value); !slices.Contains(got.header[name], strings.Trim(w, " \t")) {
			t.Errorf("header %s: got %q, want %q", name, got.header[name], w)
		}
	}
	for name := range got.header {
		if !known[name] {
			t.Errorf("a header that was not recorded: %s: %q", name, got.header[name])
		}
	}
}

func cases(base string) []wire.Draft {
	var out []wire.Draft
	add := func(method, target, body string, headers ...wire.Header) {
		out = append(out, wire.Draft{
			Entry:    wire.Entry{Seq: 7, Kind: wire.KindHTTP, Dir: wire.Out, Method: method},
			Exchange: &wire.Exchange{Method: method, URL: base + target, RequestHeaders: headers}, Request: []byte(body),
		})
	}
	for i, s := range nasty() {
		h := wire.Header{Name: "X-Word", Value: strings.Map(func(r rune) rune {
			if r < 0x20 || r == 0x7f {
				return '.'
			}
			return r
		}, s)}
		b, _ := json.Marshal(map[string]string{"text": s})
		body := string(b)
		if i%2 == 0 {
			body = s // as it is
		}
		add("POST", "/mcp?a=%20[1]{x}/../y", body, wire.Header{Name: "Content-Type", Value: "application/json"}, wire.Header{Name: "Accept", Value: "application/json, text/event-stream"}, h)
	}
	add("GET", "/stream", "", wire.Header{Name: "Authorization", Value: "Bearer ‹token #3f2a›"}, wire.Header{Name: "Cookie", Value: "a=‹cookie #aaaa›; b=‹cookie #bbbb›"})
	add("DELETE", "/x?token=‹token #3f2a›&y=1", "", wire.Header{Name: "Mcp-Session-Id", Value: "‹session #12ab›"})
	add("POST", "/token", "client_secret=‹secret #ffff›&x='", wire.Header{Name: "Content-Type", Value: "application/x-www-form-urlencoded"})
	return out
}

func secretValues() (values map[string]string, env []string) {
	return map[string]string{"‹token #3f2a›": "t0k en'\"$x", "‹cookie #aaaa›": "c1", "‹cookie #bbbb›": "c2", "‹session #12ab›": "s-1", "‹secret #ffff›": "p%w"},
		[]string{"SIGHTGLASS_TOKEN=t0k en'\"$x", "SIGHTGLASS_COOKIE=c1", "SIGHTGLASS_COOKIE_2=c2", "SIGHTGLASS_SESSION=s-1", "SIGHTGLASS_SECRET=p%w"}
}

// escapeURL keeps the secret of a query from breaking the request line.
func escapeURL(d wire.Draft, env []string) []string {
	if strings.Contains(d.Exchange.URL, "‹token") {
		return append(env, "SIGHTGLASS_TOKEN=plain")
	}
	return env
}

func secretsFor(d wire.Draft, values map[string]string) map[string]string {
	if !strings.Contains(d.Exchange.URL, "‹token") {
		return values
	}
	c := map[string]string{}
	for k, v := range values {
		c[k] = v
	}
	c["‹token #3f2a›"] = "plain"
	return c
}

func TestCurlSendsWhatWasRecorded(t *testing.T) {
	need(t, "curl")
	sh := need(t, "sh")
	base, got := listener(t)
	values, env := secretValues()
	for _, d := range cases(base) {
		c := mustCopy(t, Memory([]wire.Draft{d}), 7, "curl", Target{})
		out := run(t, t.TempDir(), escapeURL(d, env), c.Text, sh)
		if !strings.HasSuffix(out, "ok\n") {
			t.Errorf("curl printed %q", out)
		}
		sameRequest(t, got(), d, secretsFor(d, values))
		if t.Failed() {
			t.Fatal(c.Text)
		}
	}
}

func TestCurlSendsBytesThatNoArgumentHolds(t *testing.T) {
	need(t, "curl")
	sh := need(t, "sh")
	base, got := listener(t)
	for name, body := range map[string]string{
		"nul":    "a\x00b'%s\\n\x00‹token #3f2a›",
		"binary": "\xff\xfe'\x80%\\",
		"long":   strings.Repeat("é'%\\\n", 40_000),
	} {
		d := httpRecord("POST", base+"/x", []wire.Header{{Name: "User-Agent", Value: "Sightglass"}, {Name: "Accept", Value: "*/*"}}, body)
		c := mustCopy(t, d, 7, "curl", Target{})
		run(t, t.TempDir(), []string{"SIGHTGLASS_TOKEN=tok"}, c.Text, sh)
		if g, w := string(got().body), strings.ReplaceAll(body, "‹token #3f2a›", "tok"); g != w {
			t.Errorf("%s: got %d bytes, want %d: %.80q", name, len(g), len(w), g)
		}
	}
}

func TestGoProgramSendsWhatWasRecorded(t *testing.T) {
	gobin := need(t, "go")
	base, got := listener(t)
	values, env := secretValues()
	// All in one program: a build takes seconds.
	var mains []string
	all := cases(base)
	dir := t.TempDir()
	for i, d := range all {
		c := mustCopy(t, Memory([]wire.Draft{d}), 7, "go-http", Target{})
		p := filepath.Join(dir, fmt.Sprintf("c%d", i))
		must(t, os.MkdirAll(p, 0o700))
		must(t, os.WriteFile(filepath.Join(p, "main.go"), []byte(c.Text), 0o600))
		mains = append(mains, p)
	}
	must(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module copied\n\ngo 1.24\n"), 0o600))
	run(t, dir, nil, "", gobin, "vet", "./...")
	for _, i := range []int{1, 5, 7, len(all) - 3, len(all) - 2, len(all) - 1} {
		run(t, mains[i], escapeURL(all[i], env), "", gobin, "run", ".")
		sameRequest(t, got(), all[i], secretsFor(all[i], values), "User-Agent")
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestFetchSendsWhatWasRecorded(t *testing.T) {
	node := need(t, "node")
	base, got := listener(t)
	values, env := secretValues()
	var list []string
	all := cases(base)
	dir := t.TempDir()
	for i, d := range all {
		c := mustCopy(t, Memory([]wire.Draft{d}), 7, "fetch", Target{})
		file := filepath.Join(dir, fmt.Sprintf("c%d.mjs", i))
		must(t, os.WriteFile(file, []byte(c.Text), 0o600))
		list = append(list, file)
	}
	for i, file := range list {
		run(t, dir, escapeURL(all[i], env), "", node, file)
		d := all[i]
		if u, err := http.NewRequest("GET", d.Exchange.URL, nil); err == nil && strings.Contains(d.Exchange.URL, "..") {
			_ = u // WHATWG URLs resolve dots and escape: the path is theirs
			g := got()
			if g.method != d.Exchange.Method || string(g.body) != strings.NewReplacer("‹token #3f2a›", values["‹token #3f2a›"]).Replace(string(d.Request)) {
				t.Errorf("case %d: got %q, want %q", i, g.body, d.Request)
			}
			continue
		}
		sameRequest(t, got(), d, secretsFor(d, values), "User-Agent", "Accept", "Accept-Language", "Sec-Fetch-Mode", "Connection")
	}
}

func TestPythonCompiles(t *testing.T) {
	py := need(t, "python3")
	dir := t.TempDir()
	var files []string
	for i, d := range cases("http://127.0.0.1:9") {
		c := mustCopy(t, Memory([]wire.Draft{d}), 7, "httpx", Target{})
		file := filepath.Join(dir, fmt.Sprintf("c%d.py", i))
		must(t, os.WriteFile(file, []byte(c.Text), 0o600))
		files = append(files, file)
	}
	for i, s := range nasty() {
		for _, form := range []string{"py-sdk"} {
			file := filepath.Join(dir, fmt.Sprintf("m%d.py", i))
			c := mustCopy(t, frameRecord(s), 3, form, Target{Command: "cmd", Args: []string{s, "x"}, Env: []wire.Header{{Name: "A", Value: s}}})
			must(t, os.WriteFile(file, []byte(c.Text), 0o600))
			files = append(files, file)
		}
	}
	run(t, dir, nil, "", py, append([]string{"-m", "py_compile"}, files...)...)
}

// The stand-in for httpx only says what it was asked to send: what is tested is the code that was copied.
const httpxStandIn = `
import json
class Request:
    def __init__(self, method, url, headers=(), content=b""):
        text = lambda v: v.decode() if isinstance(v, bytes) else v
        print(json.dumps([method, url, [[text(k), text(v)] for k, v in headers], content.decode("utf-8", "surrogateescape")]))
        raise SystemExit(0)
`

func TestPythonSaysWhatWasRecorded(t *testing.T) {
	py := need(t, "python3")
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "httpx.py"), []byte(httpxStandIn), 0o600))
	values, env := secretValues()
	fill := func(s string) string {
		for k, v := range values {
			s = strings.ReplaceAll(s, k, v)
		}
		return s
	}
	for i, d := range cases("http://127.0.0.1:9") {
		c := mustCopy(t, Memory([]wire.Draft{d}), 7, "httpx", Target{})
		file := filepath.Join(dir, "copied.py")
		must(t, os.WriteFile(file, []byte(c.Text), 0o600))
		out := run(t, dir, append(env, "PYTHONIOENCODING=utf-8"), "", py, file)
		var got []any
		must(t, json.Unmarshal([]byte(out), &got))
		if got[0] != d.Exchange.Method || got[1] != fill(d.Exchange.URL) || got[3] != fill(string(d.Request)) {
			t.Errorf("case %d: got %q, want body %q", i, got, fill(string(d.Request)))
		}
	}
}

// frameRecord is a stdio session with one call whose argument is s.
func frameRecord(s string) Source {
	text, _ := json.Marshal(s)
	body := fmt.Appendf(nil, `{"jsonrpc":"2.0","id":"s2","method":"tools/call","params":{"_meta":{"progressToken":1},"name":"echo","arguments":{"message":%s}}}`, text)
	frame := func(seq uint64, dir wire.Dir, m wire.Message, method, b string) wire.Draft {
		return wire.Draft{Entry: wire.Entry{Seq: seq, Conn: "c1", Kind: wire.KindFrame, Dir: dir, Message: m, Method: method}, Message: []byte(b)}
	}
	return Memory([]wire.Draft{
		frame(1, wire.Out, wire.MsgRequest, "initialize", `{"jsonrpc":"2.0","id":"s1","method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}`),
		frame(2, wire.Out, wire.MsgNotification, "notifications/initialized", `{"jsonrpc":"2.0","method":"notifications/initialized"}`),
		frame(3, wire.Out, wire.MsgRequest, "tools/call", string(body)),
	})
}

func TestShellPipesTheLinesAsRecorded(t *testing.T) {
	sh := need(t, "sh")
	for _, s := range nasty() {
		if strings.Contains(s, "‹token") {
			continue
		}
		source := frameRecord(s)
		c := mustCopy(t, source, 3, "shell", Target{Command: "cat"})
		text := strings.Replace(c.Text, "sleep 5", "sleep 0", 1)
		got := run(t, t.TempDir(), nil, text, sh)
		var want strings.Builder
		must(t, Records(source, func(d wire.Draft) error { want.Write(d.Message); want.WriteByte('\n'); return nil }))
		if got != want.String() {
			t.Errorf("got %q\nwant %q", got, want.String())
		}
		c = mustCopy(t, source, 3, "shell", Target{Command: "printf", Args: []string{"%s|", s, "-x"}, Env: []wire.Header{{Name: "A", Value: s}}})
		if got := run(t, t.TempDir(), nil, strings.Replace(c.Text, "sleep 5", "sleep 0", 1), sh); got != s+"|-x|" {
			t.Errorf("arguments: got %q, want %q", got, s+"|-x|")
		}
	}
}

func TestFormsOfAnEntry(t *testing.T) {
	ids := func(s Source, seq uint64) (out []string) {
		forms, err := Forms(s, seq)
		must(t, err)
		for _, f := range forms {
			out = append(out, f.ID)
		}
		return out
	}
	if got, want := ids(frameRecord("x"), 3), []string{"shell", "mcp-go", "ts-sdk", "py-sdk", "json"}; !slices.Equal(got, want) {
		t.Errorf("a request over stdio: got %q, want %q", got, want)
	}
	if got, want := ids(frameRecord("x"), 1), []string{"shell", "json"}; !slices.Equal(got, want) {
		t.Errorf("initialize: got %q, want %q", got, want)
	}
	if got, want := ids(httpRecord("GET", "http://x/", nil, ""), 7), []string{"curl", "powershell", "go-http", "fetch", "httpx"}; !slices.Equal(got, want) {
		t.Errorf("an exchange: got %q, want %q", got, want)
	}
	if _, err := Forms(frameRecord("x"), 99); err == nil || !strings.Contains(err.Error(), "99") {
		t.Errorf("an entry that is not there: got %v", err)
	}
	if _, err := Copy(frameRecord("x"), 3, "curl", Target{}); err == nil {
		t.Error("a form that does not fit is written all the same")
	}
}
