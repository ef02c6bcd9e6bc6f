package core

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/profile"
)

func (c *Core) mustLaunch(t *testing.T, id string) Launch {
	t.Helper()
	l, err := c.Launch(id)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (c *Core) mustSave(t *testing.T, p profile.Profile) profile.Profile {
	t.Helper()
	p, err := c.Save(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (c *Core) mustConfirm(t *testing.T, id string) {
	t.Helper()
	if err := c.Confirm(id, c.mustLaunch(t, id).Hash); err != nil {
		t.Fatal(err)
	}
}

// edit is the changed command that the tests below look at.
func edit(p profile.Profile) profile.Profile {
	p.Args = []string{"--verbose", "demo-server", "--token", "Z-other-9"}
	p.Env = append(p.Env, profile.Value{Name: "LD_PRELOAD", Value: "/tmp/x.so"})
	p.Cwd = os.TempDir()
	return p
}

func wantChanges() []LaunchChange {
	return []LaunchChange{
		{Field: "args", Lines: []ChangeLine{{"+", "--verbose"}, {"", "demo-server"}, {"", "--token"}, {"-", "‹secret›"}, {"+", "‹secret›"}}},
		{Field: "env", Lines: []ChangeLine{{"", "A"}, {"+", "LD_PRELOAD"}}},
		{Field: "cwd", Lines: []ChangeLine{{"+", os.TempDir()}}},
	}
}

// withoutTags leaves the keyed hashes of secrets out, and checks that two of them differ.
func withoutTags(t *testing.T, changes []LaunchChange) []LaunchChange {
	t.Helper()
	seen := map[string]bool{}
	for _, c := range changes {
		for i, l := range c.Lines {
			if strings.HasPrefix(l.Text, "‹secret #") {
				if seen[l.Text] {
					t.Errorf("two secrets look alike: %s", l.Text)
				}
				seen[l.Text] = true
				c.Lines[i].Text = "‹secret›"
			}
		}
	}
	return changes
}

func TestLaunchSaysWhatChanged(t *testing.T) {
	c := start(t)
	p := c.mustSave(t, profile.Profile{
		Name: "own", Transport: profile.Stdio, Command: self(t), Args: []string{"demo-server", "--token", "Z-first-8"},
		Env: []profile.Value{{Name: "A", Value: "1"}},
	})
	if l := c.mustLaunch(t, p.ID); l.Confirmed || l.Since != sinceNew || l.Changes == nil || len(l.Changes) != 0 {
		t.Errorf("a new command: %+v", l)
	} else if strings.Contains(strings.Join(l.Args, " "), "Z-first-8") {
		t.Errorf("a credential is shown: %q", l.Args)
	}
	c.mustConfirm(t, p.ID)
	if l := c.mustLaunch(t, p.ID); !l.Confirmed || l.Since != "" {
		t.Errorf("a confirmed command: %+v", l)
	}
	c.mustSave(t, edit(p))
	l := c.mustLaunch(t, p.ID)
	if l.Confirmed || l.Since != sinceChanged {
		t.Errorf("a changed command: %+v", l)
	}
	if d := cmp.Diff(wantChanges(), withoutTags(t, l.Changes)); d != "" {
		t.Errorf("changes (-want +got):\n%s", d)
	}
	c.mustSave(t, p)
	if l := c.mustLaunch(t, p.ID); !l.Confirmed {
		t.Errorf("changed back: %+v", l)
	}
}

// TestRealKeyringLaunch: what was allowed outlives the program, and the file that tells it can be neither used to
// confirm a command nor to hide a change.
// TestLaunchHasLists: the window reads them as lists, and null is none.
func TestLaunchHasLists(t *testing.T) {
	c := start(t)
	p := c.mustSave(t, profile.Profile{Name: "new", Transport: profile.Stdio, Command: "true"})
	for _, confirmed := range []bool{false, true} {
		if confirmed {
			c.mustConfirm(t, p.ID)
		}
		raw, err := json.Marshal(c.mustLaunch(t, p.ID))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw), "null") {
			t.Errorf("confirmed %v: %s", confirmed, raw)
		}
	}
}

func TestRealKeyringLaunch(t *testing.T) {
	if os.Getenv(realKeyring) == "" {
		t.Skip(realKeyring + " is not set: the system's keychain is not touched (make test runs this under dbus-run-session)")
	}
	dir := t.TempDir()
	c := startIn(t, dir)
	p := c.mustSave(t, profile.Profile{
		Name: "own", Transport: profile.Stdio, Command: self(t), Args: []string{"demo-server", "--token", "Z-first-8"},
		Env: []profile.Value{{Name: "A", Value: "1"}},
	})
	c.mustConfirm(t, p.ID)
	file := filepath.Join(dir, confirmedFile)
	honest, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(honest), "Z-first-8") {
		t.Errorf("a credential is in the file:\n%s", honest)
	}
	c.mustSave(t, edit(p))
	next := func(content string) Launch {
		t.Helper()
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return startIn(t, dir).mustLaunch(t, p.ID)
	}
	l := next(string(honest))
	if l.Confirmed || l.Since != sinceChanged {
		t.Errorf("after a restart: %+v", l)
	}
	if d := cmp.Diff(wantChanges(), withoutTags(t, l.Changes)); d != "" {
		t.Errorf("changes after a restart (-want +got):\n%s", d)
	}
	for what, content := range map[string]string{
		"an argument that hides a change": strings.Replace(string(honest), `"demo-server"`, `"--verbose",`+"\n"+`"demo-server"`, 1),
		"a broken seal":                   strings.Replace(string(honest), `"seal": "`, `"seal": "00`, 1),
		"a broken file":                   "{",
	} {
		if content == string(honest) {
			t.Fatalf("%s: nothing was edited", what)
		}
		if l := next(content); l.Confirmed || l.Since != sinceUnverified || len(l.Changes) != 0 {
			t.Errorf("%s: %+v", what, l)
		}
	}
	// The signature decides, not the record: with the record of another command the allowed one stays allowed.
	c.mustSave(t, p)
	if l := next(strings.Replace(string(honest), `"demo-server"`, `"other"`, 1)); !l.Confirmed {
		t.Errorf("the allowed command with an edited record: %+v", l)
	}
	// A typed command that was allowed and then saved is not asked about again.
	use, err := c.Use(self(t) + " demo-server")
	if err != nil {
		t.Fatal(err)
	}
	c.mustConfirm(t, use.ID)
	if _, err := c.Keep(use.ID); err != nil {
		t.Fatal(err)
	}
	if l := startIn(t, dir).mustLaunch(t, use.ID); !l.Confirmed {
		t.Errorf("typed, allowed, saved: %+v", l)
	}
}

func TestDiffLines(t *testing.T) {
	for _, c := range []struct{ was, now, want string }{
		{"", "", ""},
		{"a b", "a b", " a  b"},
		{"", "a", "+a"},
		{"a", "", "-a"},
		{"a b c", "a x c", " a -b +x  c"},
		{"a b", "b a", "-a  b +a"},
	} {
		lines, differ := diffLines(strings.Fields(c.was), strings.Fields(c.now))
		var got []string
		for _, l := range lines {
			mark := l.Mark
			if mark == "" {
				mark = " "
			}
			got = append(got, mark+l.Text)
		}
		if s := strings.Join(got, " "); s != c.want || differ != (c.was != c.now) {
			t.Errorf("%q to %q: %q (differ %v), want %q", c.was, c.now, s, differ, c.want)
		}
	}
}

// TestSuspectsOfAnEditedServer tells of a credential without its value, and takes it out when the server is saved.
func TestSuspectsOfAnEditedServer(t *testing.T) {
	c := start(t)
	edited := profile.Profile{
		Name: "edited", Transport: profile.Stdio, Command: "server", Env: []profile.Value{{Name: "K8S_TOKEN"}},
		Args: []string{"--api-key=abc", "--token", "left"},
	}
	want := []Suspect{
		{Field: "env[0]", Why: "the name holds TOKEN"},
		{Field: "args[0]", Why: "the name holds KEY", Text: "--api-key=${secret:api-key}"},
		{Field: "args[2]", Why: "the name holds TOKEN", Text: "${secret:token}"},
	}
	if d := cmp.Diff(want, c.Suspects(edited)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	saved, err := c.Save(edited, []SecretInput{{In: "args[0]"}, {In: "args[7]"}})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"--api-key=${secret:api-key}", "--token", "left"}, saved.Args); d != "" {
		t.Errorf("saved (-want +got):\n%s", d)
	}
	ctx, cancel := c.keyContext()
	defer cancel()
	if v, err := c.keys.Get(ctx, secretItem(saved.ID, "secret:api-key")); v != "abc" || err != nil {
		t.Errorf("kept: %q, %v", v, err)
	}
	remote, err := c.Save(profile.Profile{Name: "remote", Transport: profile.HTTP, URL: "https://example.com/?api_key=x%26y"}, []SecretInput{{In: "url"}})
	if err != nil || remote.URL != "https://example.com/?api_key=${secret:api-key}" {
		t.Errorf("saved URL %q, %v", remote.URL, err)
	}
	if v, err := c.keys.Get(ctx, secretItem(remote.ID, "secret:api-key")); v != "x&y" || err != nil {
		t.Errorf("kept: %q, %v", v, err)
	}
}
