package profile

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWithExtensions(t *testing.T) {
	for _, c := range []struct {
		path, pathext string
		want          []string
	}{
		{"npx", "", []string{"npx.com", "npx.exe", "npx.bat", "npx.cmd"}},
		{"npx", ".EXE;;cmd", []string{"npx.exe", "npx.cmd"}},
		{"Node.EXE", ".COM;.EXE", []string{"Node.EXE", "Node.EXE.com", "Node.EXE.exe"}},
	} {
		if d := cmp.Diff(c.want, withExtensions(c.path, c.pathext)); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.path, d)
		}
	}
}

func TestDir(t *testing.T) {
	home := t.TempDir()
	t.Setenv("SIGHTGLASS_HOME", home)
	if got, err := Dir(); got != home || err != nil {
		t.Errorf("Dir = %s, %v", got, err)
	}
	t.Setenv("SIGHTGLASS_HOME", "rel")
	if got, err := Dir(); !filepath.IsAbs(got) || err != nil {
		t.Errorf("Dir = %s, %v", got, err)
	}
	t.Setenv("SIGHTGLASS_HOME", "")
	t.Setenv("HOME", home)
	t.Setenv("AppData", home)
	t.Setenv("XDG_CONFIG_HOME", "")
	if got, err := Dir(); filepath.Base(got) != "Sightglass" || err != nil {
		t.Errorf("Dir = %s, %v", got, err)
	}
}

func TestLaunchHash(t *testing.T) {
	base := Profile{Command: "a", Args: []string{"b", "c"}, Env: []Value{{Name: "E", Value: "1"}}, Cwd: "/x"}
	seen := map[string]int{}
	for i, p := range []Profile{
		base,
		{Command: "a", Args: []string{"b c"}, Env: base.Env, Cwd: "/x"},
		{Command: "a", Args: []string{"b"}, Env: []Value{{Name: "c"}, {Name: "E"}}, Cwd: "/x"},
		{Command: "ab", Args: []string{"c"}, Env: base.Env, Cwd: "/x"},
		{Command: "a", Args: []string{"b", "c", ""}, Env: base.Env, Cwd: "/x"},
		{Command: "a", Args: base.Args, Env: base.Env, Cwd: "/y"},
		{Command: "a", Args: base.Args, Env: nil, Cwd: "E/x"},
		{},
	} {
		h := LaunchHash(p)
		if first, ok := seen[h]; ok || len(h) != 64 {
			t.Errorf("%d hashes like %d: %s", i, first, h)
		}
		seen[h] = i
	}
	same := base.Clone()
	same.Name, same.Env[0].Value, same.Timeouts.Probe = "n", "2", 3 // values and looks need no new confirmation
	if LaunchHash(same) != LaunchHash(base) {
		t.Error("a value of env changes the hash")
	}
}
