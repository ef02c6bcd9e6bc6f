package cli

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFileOfTheWindow(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"run.sightglass", "other", "--odd"} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// t.Chdir may have resolved links that lead to dir.
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, ""},
		{[]string{"run.sightglass"}, "run.sightglass"},
		{[]string{filepath.Join(here, "run.sightglass")}, "run.sightglass"},
		{[]string{"-psn_0_1", "other"}, "other"},
		{[]string{"gone.sightglass"}, "gone.sightglass"},
		{[]string{"gone.HAR"}, "gone.HAR"},
		{[]string{"gone"}, ""},
		{[]string{"."}, ""},
		{[]string{"--odd"}, ""},
		{[]string{"https://example.com/run.sightglass"}, ""},
	} {
		want := c.want
		if want != "" {
			want = filepath.Join(here, want)
		}
		if got := File(c.args); got != want {
			t.Errorf("%q: got %q, want %q", c.args, got, want)
		}
	}
	if Known("run.sightglass") {
		t.Error("a file is taken for a command")
	}
}
