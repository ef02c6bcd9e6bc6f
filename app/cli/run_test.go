package cli

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/core"
)

const savedCalls = `{"sightglass":"collection/1","name":"Smoke","variables":{"word":{"value":"hello"},"key":{"secret":true}},"calls":[
	{"name":"echo","method":"tools/call","params":{"name":"echo","arguments":{"text":"{{word}}"}},"expect":[{"path":"$.content[0].text","matches":"^hello"}]},
	{"name":"secret","method":"tools/call","params":{"name":"echo","arguments":{"text":"{{key}}"}},"expect":[{"path":"$.content[0].text","equals":"other"}]},
	{"name":"unknown","method":"no/such","expect":[{"error":{"code":-32601}}]}]}`

func TestRunFile(t *testing.T) {
	t.Setenv("SIGHTGLASS_HOME", t.TempDir())
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path, xmlFile := filepath.Join(dir, "smoke.json"), filepath.Join(dir, "results.xml")
	if err := os.WriteFile(path, []byte(savedCalls), 0o600); err != nil {
		t.Fatal(err)
	}
	at := func(args ...string) []string {
		return append(append([]string{"run"}, args...), "--", exe, "demo-server", "::", path)
	}
	for _, tt := range []struct {
		name string
		args []string
		code int
		say  string
	}{
		{"without the secret", at(), ExitUnexpected, "2 passed, 0 failed, 1 broken, 0 skipped"},
		{"another word", at("--var", "word=bye", "--stop"), ExitUnexpected, "0 passed, 1 failed, 0 broken, 2 skipped"},
		{"unknown variable", at("--var", "wrod=x"), ExitUsage, "no variable of that name"},
		{"no file", []string{"run", "--", exe, "demo-server", "::", path + "x"}, ExitUsage, "no such file"},
		{"two files", []string{"run", "--", exe, "demo-server", "::", path, path}, ExitUsage, "one FILE"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, out, errOut := run(t, tt.args...)
			if code != tt.code || !strings.Contains(out+errOut, tt.say) {
				t.Errorf("exit code %d, want %d; printed\n%s\n--\n%s\nwant %q in it", code, tt.code, out, errOut, tt.say)
			}
		})
	}
	t.Setenv(secretsEnv+"key", "hunter2-hunter2")
	before := filepath.Join(dir, "before.xml")
	if err := errors.Join(os.WriteFile(xmlFile, []byte("of the run before"), 0o600), os.Link(xmlFile, before)); err != nil {
		t.Skip("no hard links here:", err)
	}
	code, out, errOut := run(t, at("--json", "--junit", xmlFile)...)
	var got core.CollectionRun
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != ExitUnexpected || got.Counts != (core.RunCounts{Passed: 2, Failed: 1}) {
		t.Errorf("as JSON: %d %v\n%s%s", code, err, out, errOut)
	}
	data, err := os.ReadFile(xmlFile)
	var suite junitSuite
	if err != nil || xml.Unmarshal(data, &suite) != nil || suite.Tests != 3 || suite.Failures != 1 || suite.Cases[1].Failure == nil {
		t.Errorf("as XML: %v\n%s", err, data)
	}
	if old, err := os.ReadFile(before); err != nil || string(old) != "of the run before" {
		t.Errorf("the results before were written over, not replaced: %q, %v", old, err)
	}
	if strings.Contains(out+string(data), "hunter2") {
		t.Error("the secret is told")
	}
	if strings.Contains(errOut, "looks like a credential") {
		t.Errorf("a file without a credential is warned of: %s", errOut)
	}
	loud := filepath.Join(dir, "loud.json")
	if err := os.WriteFile(loud, []byte(strings.Replace(savedCalls, `"{{key}}"`, `"sk-live-0123456789abcdef"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, warned := run(t, "run", "--", exe, "demo-server", "::", loud)
	if !strings.Contains(warned, "call 2 (secret), params, text looks like a credential") || strings.Contains(warned, "sk-live-0") {
		t.Errorf("of a credential in the file: %s", warned)
	}
	t.Setenv(secretsEnv+"key", "other")
	if code, out, _ := run(t, at()...); code != ExitOK || !strings.Contains(out, "3 passed") {
		t.Errorf("all passed: %d\n%s", code, out)
	}
}
