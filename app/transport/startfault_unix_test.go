//go:build unix

package transport

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// TestStartFailsOfAFile: a file that is there but does not start is told with the reason, once.
func TestStartFailsOfAFile(t *testing.T) {
	leakless(t)
	for _, c := range []struct {
		name, text    string
		mode          os.FileMode
		message, hint string // FILE stands for the path
	}{
		{"not executable", "no program", 0o600, `The command "FILE" cannot be started: FILE is not executable`, "Correct the file"},
		{"no interpreter", "#! /no/such/interpreter -x\n", 0o700, `The script FILE could not be started: its interpreter "/no/such/interpreter", named by its first line (#!), does not exist.`, "Install the interpreter"},
		{"line ends of Windows", "#!/bin/sh\r\ntrue\r\n", 0o700, `its interpreter "/bin/sh\r", named`, "LF line ends"},
		{"interpreter not executable", "#!/dev/null\n", 0o700, `it or its interpreter "/dev/null", named by its first line (#!), may not be executed.`, "may be executed"},
		{"no program", "true\n", 0o700, "FILE could not be started: exec format error.", "such as #!/bin/sh"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "server")
			if err := os.WriteFile(file, []byte(c.text), c.mode); err != nil {
				t.Fatal(err)
			}
			err := newRig(t).open(Target{Transport: profile.Stdio, Command: file})
			f := fault.As(err)
			want := strings.ReplaceAll(c.message, "FILE", file)
			if f == nil || f.Kind != fault.Connect || f.Step != "start process" || !strings.Contains(f.Message, want) || !strings.Contains(f.Hint, c.hint) {
				t.Errorf("got %s\nwant %s", explain(err), want)
			}
		})
	}
}
