package profile

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func lookup(values map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := values[name]
		return v, ok
	}
}

func TestFill(t *testing.T) {
	p := Profile{
		Name: "x", Transport: Stdio, Command: "~/bin/srv",
		Args: []string{"--t=${secret:tok}", "${VAR}", "${env:VAR}", "${input:id}", "$${VAR}", "${NO:-dflt}", "${userHome}/a", "$VAR ${", "${secret:tok}"},
		Env:  []Value{{Name: "TOKEN", Secret: true}, {Name: "B", Value: "b-${VAR}"}},
		Cwd:  "${userHome}",
	}
	want := []string{"env:TOKEN", "secret:tok", "input:id"}
	if d := cmp.Diff(want, Names(p)); d != "" {
		t.Errorf("Names (-want +got):\n%s", d)
	}
	l := Lookup{
		Secret:  lookup(map[string]string{"secret:tok": "s${VAR}", "input:id": "in", "env:TOKEN": "tt"}),
		Environ: lookup(map[string]string{"VAR": "v"}), Home: "/h",
	}
	got, missing, err := Fill(p, l)
	if err != nil || missing != nil {
		t.Fatal(missing, err)
	}
	filled := p.Clone()
	filled.Command, filled.Cwd = "/h/bin/srv", "/h"
	filled.Args = []string{"--t=s${VAR}", "v", "v", "in", "${VAR}", "dflt", "/h/a", "$VAR ${", "s${VAR}"}
	filled.Env = []Value{{Name: "TOKEN", Value: "tt", Secret: true}, {Name: "B", Value: "b-v"}}
	if d := cmp.Diff(filled, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	_, missing, err = Fill(p, Lookup{Environ: lookup(nil), Home: "/h"})
	if d := cmp.Diff([]string{"env:TOKEN", "secret:tok", "var:VAR", "input:id"}, missing); d != "" || err != nil {
		t.Errorf("missing: %v (-want +got):\n%s", err, d)
	}
}

func TestFillURL(t *testing.T) {
	l := Lookup{
		Secret:  lookup(map[string]string{"secret:s": "a b/@&?", "input:i": "x=1&y=2"}),
		Environ: lookup(map[string]string{"HOST": "h.example:8080", "BASE": "https://b.example/x?y=1"}),
	}
	for in, want := range map[string]string{
		"https://u:${secret:s}@${HOST}/p/${secret:s}?q=${secret:s}&${input:i}": "https://u:a%20b%2F%40%26%3F@h.example:8080/p/a%20b%2F%40%26%3F?q=a+b%2F%40%26%3F&x=1&y=2",
		"${BASE}":                       "https://b.example/x?y=1",
		"https://${HOST}?k=${secret:s}": "https://h.example:8080?k=a+b%2F%40%26%3F",
	} {
		got, _, err := Fill(Profile{Name: "x", Transport: HTTP, URL: in}, l)
		if err != nil || got.URL != want {
			t.Errorf("%s\n got %s (%v)\nwant %s", in, got.URL, err, want)
		}
	}
}

func TestFillRefuses(t *testing.T) {
	secret := lookup(map[string]string{"header:A": "x\n", "secret:n": "a\x00b"})
	for _, c := range []struct {
		p    Profile
		want string
	}{
		{Profile{Args: []string{"${workspaceFolder}/x"}}, `server "x": args[0]: ${workspaceFolder} has a meaning in an editor only: write the path itself`},
		{Profile{Args: []string{"${command:pick}"}}, `server "x": args[0]: holds a placeholder that is not understood (${secret:name}, ${input:id}, ${env:VAR} and ${VAR} are); write $${ for the text ${`},
		{Profile{Args: []string{"${secret:n}"}}, `server "x": args[0]: holds a NUL character, which no program can be given`},
		{Profile{Headers: []Value{{Name: "A", Secret: true}}}, `server "x": headers[0].value: holds the control character U+000A`},
	} {
		c.p.Name, c.p.Transport, c.p.Command = "x", Stdio, "c"
		_, _, err := Fill(c.p, Lookup{Secret: secret, Environ: lookup(nil), Home: "/h"})
		if err == nil || err.Error() != c.want {
			t.Errorf("got %v\nwant %s", err, c.want)
		}
	}
}
