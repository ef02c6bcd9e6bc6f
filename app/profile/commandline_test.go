package profile

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseLineURL(t *testing.T) {
	for in, want := range map[string]string{
		"https://h.example/mcp":            "https://h.example/mcp",
		"  <http://h.example/mcp>\n":       "http://h.example/mcp",
		"localhost:3000/mcp":               "http://localhost:3000/mcp",
		"localhost":                        "http://localhost",
		"127.0.0.1:8080":                   "http://127.0.0.1:8080",
		"192.168.1.5/mcp":                  "http://192.168.1.5/mcp",
		"[::1]:3000/sse":                   "http://[::1]:3000/sse",
		"myhost:3000":                      "http://myhost:3000",
		"mcp.example.com/mcp":              "https://mcp.example.com/mcp",
		"mcp.example.com:8443":             "https://mcp.example.com:8443",
		"https://${HOST}/mcp":              "https://${HOST}/mcp",
		"https://h.example/?api_key=abc&x": "https://h.example/?api_key=${secret:api-key}&x",
	} {
		kind, p, _, err := ParseLine(in)
		if err != nil || kind != KindURL || p.URL != want || p.Transport != HTTP || p.Name == "" {
			t.Errorf("%q: %v %+v %v", in, kind, p, err)
		}
	}
}

func TestParseLineCommand(t *testing.T) {
	for _, c := range []struct {
		in, name string
		env      []Value
		words    []string
	}{
		{"npx -y @modelcontextprotocol/server-everything@1.0 stdio", "server-everything", nil, []string{"npx", "-y", "@modelcontextprotocol/server-everything@1.0", "stdio"}},
		{"server.py", "server", nil, []string{"server.py"}},
		{"./bin/srv --a='b c' \"d \\\"e\\\"\" f\\ g ''", "srv", nil, []string{"./bin/srv", "--a=b c", `d "e"`, "f g", ""}},
		{"$ A=1 MODE='x y' A=2 node dist/index.js", "index", []Value{{Name: "MODE", Value: "x y"}, {Name: "A", Value: "2"}}, []string{"node", "dist/index.js"}},
		{"srv $HOME/x \"$A-${B}\" '$C ${D}' \\$E ${env:F} ${G:-h} ~/i ~j a~ $", "srv", nil, []string{"srv", "${HOME}/x", "${A}-${B}", "$C $${D}", "$E", "${env:F}", "${G:-h}", "${userHome}/i", "~j", "a~", "$"}},
		{"docker run -i --rm -e X=1 ghcr.io/a/b:latest", "b", nil, []string{"docker", "run", "-i", "--rm", "-e", "X=1", "ghcr.io/a/b:latest"}},
		{"a 'b|c' \"d&e;<>()\" f#g # h *.x {a,b}", "a", nil, []string{"a", "b|c", "d&e;<>()", "f#g", "#", "h", "*.x", "{a,b}"}},
		{"a \\\n  b \\\r\n c\n", "a", nil, []string{"a", "b", "c"}},
		{"GITHUB_TOKEN=abc srv --api-key K", "srv", []Value{{Name: "GITHUB_TOKEN", Secret: true}}, []string{"srv", "--api-key", "${secret:api-key}"}},
	} {
		kind, p, _, err := parseLine(c.in, splitShell)
		if err != nil || kind != KindCommand {
			t.Errorf("%q: %v %v", c.in, kind, err)
			continue
		}
		if d := cmp.Diff(c.words, append([]string{p.Command}, p.Args...)); d != "" {
			t.Errorf("%q words (-want +got):\n%s", c.in, d)
		}
		if d := cmp.Diff(c.env, p.Env); d != "" {
			t.Errorf("%q env (-want +got):\n%s", c.in, d)
		}
		if p.Name != c.name {
			t.Errorf("%q: name %q, want %q", c.in, p.Name, c.name)
		}
	}
}

func TestParseLineRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"":                 "the line is empty",
		"A=1":              "there is no command",
		"''":               "there is no command",
		"ftp://h":          "url does not start with http:// or https://",
		"https://h x":      "url holds a space",
		`{"mcpServers":1}`: "line 1, column 1: this looks like JSON: use Import",
		"a | b":            "line 1, column 3: | would pipe into another command: only one program can be started; quote it to pass it on",
		"a && b":           "line 1, column 3: & would start another command: only one program can be started; quote it to pass it on",
		"a; b":             "line 1, column 2: ; would start another command: only one program can be started; quote it to pass it on",
		"a 2>&1":           "line 1, column 4: > would write to a file: only one program can be started; quote it to pass it on",
		"a < b":            "line 1, column 3: < would read from a file: only one program can be started; quote it to pass it on",
		"a $(b)":           "line 1, column 3: $( would run a command: use ' quotes to pass it on",
		"a \"$(b)\"":       "line 1, column 4: $( would run a command: use ' quotes to pass it on",
		"a `b`":            "line 1, column 3: ` would run a command: only one program can be started; quote it to pass it on",
		"ä \"`b\"":         "line 1, column 4: ` would run a command: use ' quotes to pass it on",
		"(a)":              "line 1, column 1: ( would start a subshell: only one program can be started; quote it to pass it on",
		"a 'b":             "line 1, column 3: the ' is not closed",
		"a \"b":            `line 1, column 3: the " is not closed`,
		"a ${b":            "line 1, column 3: the ${ is not closed",
		"a ${b%c}":         "line 1, column 3: ${ holds an expansion that is not done here: ${NAME}, ${env:NAME}, ${input:id} and ${secret:name} are",
		"a $1":             "line 1, column 3: $1 is known to a shell only: use ' quotes to pass it on",
		"a \\":             `line 1, column 3: nothing follows the \`,
		"a\nb":             "line 1, column 2: the line ends here and another one follows: type one command",
		"a \\\nb | c":      "line 2, column 3: | would pipe into another command: only one program can be started; quote it to pass it on",
		"a '\x00'":         "args[0] holds a NUL character, which no program can be given",
	} {
		_, _, _, err := parseLine(in, splitShell)
		var te *TextError
		if !errors.As(err, &te) || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", in, err, want)
		}
	}
}

func TestSplitArgv(t *testing.T) {
	for in, want := range map[string][]string{
		`npx -y "a b" c:\d\e "f\\" g\"h "i""j" ${K}`: {"npx", "-y", "a b", `c:\d\e`, `f\`, `g"h`, `i"j`, "${K}"},
		`"C:\Program Files\x.exe" 'a b'`:             {`C:\Program Files\x.exe`, "'a", "b'"},
		`a "" b`:                                     {"a", "", "b"},
	} {
		got, err := splitArgv(in)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", in, err, d)
		}
	}
	for in, want := range map[string]string{
		`a "b`:  `line 1, column 3: the " is not closed`,
		`a | b`: "line 1, column 3: | would pipe into another command: only one program can be started; quote it to pass it on",
	} {
		if _, err := splitArgv(in); err == nil || err.Error() != want {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func FuzzParseLine(f *testing.F) {
	for _, s := range []string{"npx -y x", `a 'b' "c\"" d\ e $F ${G} ~/h`, "localhost:3000/mcp", "A=1 b --token x", `c:\a "b\\" c`, "https://u:p@h/?k=v"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, split := range []func(string) ([]string, error){splitShell, splitArgv} {
			_, p, _, err := parseLine(text, split)
			var te *TextError
			if err != nil && (!errors.As(err, &te) || te.Reason == "") || err == nil && Validate(p) != nil {
				t.Fatalf("%v, %v", err, Validate(p))
			}
		}
		if words, err := splitShell(text); err == nil {
			var line []string
			for _, w := range words {
				line = append(line, quoteShell(w))
			}
			again, err := splitShell(strings.Join(line, " "))
			if d := cmp.Diff(words, again); err != nil || d != "" {
				t.Fatalf("%q is quoted as %q: %v\n%s", words, line, err, d)
			}
		}
		if words, err := splitArgv(text); err == nil {
			var line []string
			for _, w := range words {
				line = append(line, quoteArgv(w))
			}
			again, err := splitArgv(strings.Join(line, " "))
			if d := cmp.Diff(words, again); err != nil || d != "" {
				t.Fatalf("%q is quoted as %q: %v\n%s", words, line, err, d)
			}
		}
	})
}
