package profile

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadImport(t *testing.T) {
	for _, c := range []struct {
		name, text, form string
		want             []Item
	}{
		{
			"Claude", `{"mcpServers":{"everything":{"command":"npx","args":["-y","@modelcontextprotocol/server-everything",1],
			"env":{"API_KEY":"k","N":3,"B":true,"Z":null}},"remote":{"url":"https://h.example/mcp?token=t","headers":{"X-A":"b"}}}}`, FormMCPServers,
			[]Item{
				{
					Key: "everything",
					Profile: Profile{
						Name: "everything", Transport: Stdio, Command: "npx", Args: []string{"-y", "@modelcontextprotocol/server-everything", "1"},
						Env: []Value{{Name: "API_KEY", Secret: true}, {Name: "N", Value: "3"}, {Name: "B", Value: "true"}},
					},
					Secrets:  []Found{{"env:API_KEY", "k", true, "the name holds KEY"}, {"env:N", "3", false, ""}, {"env:B", "true", false, ""}},
					Problems: []string{`env "Z" is null and was left out`},
				},
				{
					Key: "remote",
					Profile: Profile{
						Name: "remote", Transport: HTTP, URL: "https://h.example/mcp?token=${secret:token}",
						Headers: []Value{{Name: "X-A", Value: "b"}},
					},
					Secrets:  []Found{{"header:X-A", "b", false, ""}, {"secret:token", "t", true, "the name holds TOKEN"}},
					Problems: []string{"no type is given: Streamable HTTP is tried first, then the older HTTP+SSE, by itself"},
				},
			},
		},
		{
			"VS Code", "\ufeff// mine\r\n{\"inputs\":[{\"type\":\"promptString\",\"id\":\"tok\",\"password\":true},{\"type\":\"pickString\",\"id\":\"env\"},],\n" +
				`"servers":{"a":{"type":"http","url":"https://${input:env}.example/${input:tok}","headers":{"Authorization":"${input:tok}","X":"Bearer ${input:tok}",},}, /* b */
				"b":{"type":"stdio","command":"node","args":["${workspaceFolder}/x.js"],"env":{"T":"${input:tok}","U":"${env:USER}"},"envFile":"x","dev":{}}}}`, FormServers,
			[]Item{
				{Key: "a", Profile: Profile{
					Name: "a", Transport: HTTP, URL: "https://${input:env}.example/${secret:tok}",
					Headers: []Value{{Name: "Authorization", Secret: true}, {Name: "X", Value: "Bearer ${secret:tok}"}},
				}},
				{
					Key: "b", Profile: Profile{
						Name: "b", Transport: Stdio, Command: "node", Args: []string{"${workspaceFolder}/x.js"},
						Env: []Value{{Name: "T", Secret: true}, {Name: "U", Value: "${env:USER}"}},
					},
					Problems: []string{
						"envFile is not read: add its variables by hand",
						"args[0] holds ${workspaceFolder}, which has a meaning in an editor only: write the path itself",
					},
				},
			},
		},
		{
			"settings", `{"editor.fontSize":12,"mcp":{"servers":{"a":{"type":"sse","url":"http://localhost:1/sse"}}}}`, FormServers,
			[]Item{{Key: "a", Profile: Profile{Name: "a", Transport: SSE, URL: "http://localhost:1/sse"}}},
		},
		{
			"single", "Put this in:\n```json\n{\"name\":\"me\",\"command\":\"srv\"}\n```\nthen restart", FormSingle,
			[]Item{{Key: "me", Profile: Profile{Name: "me", Transport: Stdio, Command: "srv"}}},
		},
		{
			"without braces", `"me": {"command": ["srv", "--stdio"], "timeout": 60, "disabled": true, "alwaysAllow": ["x"]}`, FormMCPServers,
			[]Item{{
				Key: "me", Profile: Profile{Name: "me", Transport: Stdio, Command: "srv", Args: []string{"--stdio"}, Timeouts: Timeouts{Request: 60000}},
				Problems: []string{"timeout is taken as seconds", "it is disabled there; here nothing starts by itself", `not used here: "alwaysAllow"`},
			}},
		},
		{
			"one bad among good", `{"mcpServers":{"bad":{"command":7},"ws":{"type":"ws","url":"wss://h"},"n":3,"a\nb":{"type":"streamableHttp","serverUrl":"https://h"},
			"ftp":{"url":"ftp://h"},"none":{}}}`, FormMCPServers,
			[]Item{
				{Key: "bad", Profile: Profile{Name: "bad", Transport: Stdio}, Problems: []string{"not added: command is a number, not a string"}, Invalid: true},
				{Key: "ws", Profile: Profile{Name: "ws", Transport: HTTP, URL: "wss://h"}, Problems: []string{"not added: WebSocket is no transport of MCP: use the server's http or sse address"}, Invalid: true},
				{Key: "n", Profile: Profile{Name: "n"}, Problems: []string{"not added: it is a number, not an object"}, Invalid: true},
				{Key: "a\nb", Profile: Profile{Name: "ab", Transport: HTTP, URL: "https://h"}},
				{Key: "ftp", Profile: Profile{Name: "ftp", Transport: HTTP, URL: "ftp://h"}, Problems: []string{
					"no type is given: Streamable HTTP is tried first, then the older HTTP+SSE, by itself", "not added: url does not start with http:// or https://",
				}, Invalid: true},
				{Key: "none", Profile: Profile{Name: "none", Transport: Stdio}, Problems: []string{"not added: command is empty"}, Invalid: true},
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ReadImport(c.text)
			if err != nil || got.Form != c.form {
				t.Fatalf("form %q, %v", got.Form, err)
			}
			if d := cmp.Diff(c.want, got.Items); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestReadImportErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":          "the text is empty",
		" \n\ufeff": "line 2, column 1: invalid character '\\ufeff' at start of value",
		"hello":     "line 1, column 1: is no value: strings need double quotes",
		"{\"mcpServers\": {\n  \"a\": {\"command\": sk-hunter2-hunter2}}}": "line 2, column 20: is no value: strings need double quotes",
		"{\"a\": \"hunter2\nx\"}":             "line 1, column 7: the string holds a line break, a bad escape or bytes that are not UTF-8",
		"{\"mcpServers\": {":                  "line 1, column 17: the text ends too early: a bracket or quote is not closed",
		"{\"mcpServers\": []} x":              "line 1, column 20: invalid character 'x' after top-level value",
		"[1]":                                 `line 1, column 1: is a list, not an object such as {"mcpServers": {…}}`,
		"{\"mcpServers\": 3}":                 "line 1, column 16: mcpServers: is a number, not an object of servers",
		"{\"mcpServers\": {}}":                "line 1, column 1: mcpServers: holds no server",
		"{\"x\": {\"y\": 1}}":                 `line 1, column 1: holds no servers: expected "mcpServers", "servers", or an object with "command" or "url"`,
		"```json\n{\"a\": x}\n```":            "line 2, column 7: is no value: strings need double quotes",
		strings.Repeat("[", 300):              "line 1, column 201: is nested deeper than 200 levels",
		"/* \" */" + strings.Repeat("[", 300): "line 1, column 208: is nested deeper than 200 levels",
		strings.Repeat(" ", MaxImport+1):      "the text is larger than 4 MiB",
		"\xff":                                "the text is not UTF-8",
	} {
		_, err := ReadImport(text)
		var te *TextError
		if !errors.As(err, &te) || err.Error() != want {
			t.Errorf("%.40q:\n got %v\nwant %s", text, err, want)
		}
	}
}

func TestExportImportRoundTrip(t *testing.T) {
	ps := []Profile{
		{
			Name: "one", Transport: Stdio, Command: "npx", Args: []string{"--k=${secret:k}", "${input:who}", "$${x}"},
			Env: []Value{{Name: "Z", Value: "1"}, {Name: "TOKEN", Value: "hunter2", Secret: true}, {Name: "A", Value: "2"}}, Cwd: "/x",
		},
		{Name: "two", Transport: HTTP, URL: "https://h.example/${secret:p}", Headers: []Value{{Name: "Authorization", Secret: true}}},
		{Name: "three", Transport: SSE, URL: "https://h.example/sse"},
	}
	all := append([]Profile{{Name: "Sample", Transport: Stdio, Sample: "open"}}, ps...)
	for _, form := range []string{FormMCPServers, FormServers} {
		text, err := Export(all, form)
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := Export(all, form); again != text {
			t.Error("two exports differ")
		}
		if strings.Contains(text, "hunter2") || !strings.Contains(text, `"TOKEN": "${input:TOKEN}"`) || strings.Contains(text, "Sample") {
			t.Errorf("export:\n%s", text)
		}
		read, err := ReadImport(text)
		if err != nil || read.Form != form {
			t.Fatal(read.Form, err)
		}
		var got []Profile
		for _, i := range read.Items {
			if i.Invalid || len(i.Problems) > 0 {
				t.Errorf("%s: %v", i.Key, i.Problems)
			}
			got = append(got, i.Profile)
		}
		want := append([]Profile(nil), ps...)
		want[0] = normalize(want[0])
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s\n%s", form, d, text)
		}
	}
	if _, err := Export(ps, "yaml"); err == nil {
		t.Error("an unknown form is taken")
	}
}

// Two servers with a secret of one name must not come to share it.
func TestExportKeepsSecretsApart(t *testing.T) {
	env := []Value{{Name: "TOKEN", Secret: true}}
	text, err := Export([]Profile{
		{Name: "one", Transport: Stdio, Command: "a", Env: env, Args: []string{"${VAR}", "${input:TOKEN}"}},
		{Name: "one", Transport: Stdio, Command: "b", Env: env},
	}, FormServers)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"TOKEN": "${input:one-TOKEN}"`, `"TOKEN": "${input:one-TOKEN-2}"`, `"one (2)": {`, `"${env:VAR}"`, `"${input:TOKEN}"`} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing in\n%s", want, text)
		}
	}
}

func FuzzReadImport(f *testing.F) {
	for _, s := range []string{
		`{"mcpServers":{"a":{"command":"x","args":["--token","t"],"env":{"A_KEY":"k"}}}}`,
		`{"servers":{"a":{"url":"https://u:p@h/?k=v","headers":{"a":"${input:x}"}}},"inputs":[{"id":"x","password":true}]}`,
		"```json\n{\"command\":\"x\"}\n```", `"a":{"url":"http://h"}`, "{//\n}", `{"mcp":{"servers":[{"name":"x","command":{"path":"p","args":[]}}]}}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ReadImport(text)
		if err != nil {
			var te *TextError
			if !errors.As(err, &te) || te.Reason == "" || te.Line < 0 || te.Column < 0 || te.Line > strings.Count(text, "\n")+1 {
				t.Fatalf("error %#v", err)
			}
			return
		}
		var ok []Profile
		for _, i := range got.Items {
			err := Validate(i.Profile)
			if (err != nil) && !i.Invalid {
				t.Fatalf("an invalid server is offered: %v", err)
			}
			for _, fd := range i.Secrets {
				if strings.HasPrefix(fd.Name, secretPrefix) && !hasName(i.Profile, fd.Name) {
					t.Fatalf("%s is nowhere", fd.Name)
				}
			}
			if !i.Invalid {
				ok = append(ok, i.Profile)
			}
		}
		if len(ok) == 0 {
			return
		}
		text, err = Export(ok, FormMCPServers)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ReadImport(text)
		if err != nil || len(again.Items) != len(ok) {
			t.Fatalf("export is not read back: %v\n%s", err, text)
		}
	})
}

func hasName(p Profile, name string) bool {
	for _, n := range Names(p) {
		if n == name {
			return true
		}
	}
	return false
}
