package cli

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/server"

	"github.com/sightglass-dev/sightglass/app/demo"
)

func TestTrafficIsSavedConvertedAndServed(t *testing.T) {
	t.Setenv("SIGHTGLASS_HOME", t.TempDir())
	open := httptest.NewServer(server.NewStreamableHTTPServer(demo.New()))
	defer open.Close()
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"a.sightglass", "a.har", "a.jsonl", "a.zip"} {
		if code, _, errOut := run(t, "call", open.URL, "echo", "--arg", "text=hi", "--save", file(name), "--era", "legacy"); code != ExitOK {
			t.Fatalf("%s: exit code %d: %s", name, code, errOut)
		}
		if st, err := os.Stat(file(name)); err != nil || st.Size() < 500 || st.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v %v", name, st, err)
		}
	}
	if code, out, errOut := run(t, "convert", file("a.sightglass"), file("b.har")); code != ExitOK || !strings.HasSuffix(out, " entries\n") {
		t.Errorf("convert: %d %s %s", code, out, errOut)
	}
	var har struct{ Log struct{ Entries []any } }
	b, err := os.ReadFile(file("b.har"))
	if err != nil || json.Unmarshal(b, &har) != nil || len(har.Log.Entries) < 3 {
		t.Errorf("the HAR has %d entries: %v", len(har.Log.Entries), err)
	}
	const lines = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}` + "\n" + `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"echo","arguments":{"text":"hi"}}}` + "\n"
	for _, name := range []string{"a.sightglass", "b.har"} {
		var out, errOut bytes.Buffer
		// The answer comes while the input is open; it ends behind the second line.
		in := &slowEnd{lines: strings.NewReader(lines), until: func() bool { return strings.Contains(out.String(), `"id":2`) }}
		if code := Main(testProgram(), []string{"mock", file(name)}, in, &lockedBuffer{b: &out, l: in}, &errOut); code != ExitOK || !strings.Contains(out.String(), `"text":"hi"`) {
			t.Errorf("mock of %s: %d %s %s", name, code, out.String(), errOut.String())
		}
		if !strings.Contains(errOut.String(), "tools/call echo: ") {
			t.Errorf("mock of %s tells nothing of what it served: %s", name, errOut.String())
		}
	}
}

func TestMockAndConvertSayWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.sightglass")
	if err := os.WriteFile(bad, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"mock"}, "one FILE"},
		{[]string{"mock", bad}, "no capture file"},
		{[]string{"mock", filepath.Join(dir, "missing")}, "no such file"},
		{[]string{"mock", bad, "--htp"}, "--help"},
		{[]string{"convert", bad}, "two FILEs"},
		{[]string{"convert", bad, "x.docx"}, "says no format"},
		{[]string{"convert", bad, filepath.Join(dir, "x.har")}, "no capture file"},
		{[]string{"inspect", "http://127.0.0.1:1/", "--save", "x.docx"}, "ends in .sightglass"},
	} {
		if code, _, errOut := run(t, c.args...); code == ExitOK || !strings.Contains(errOut, c.want) {
			t.Errorf("%q: %d %s", c.args, code, errOut)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "x.har")); err == nil {
		t.Error("a file stays of a conversion that failed")
	}
}
