//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestStartWithAFile starts the program as a file manager does for a capture file: its rows are there, read-only. Files
// that are broken, of a newer version or not there are refused in the window, with the reason.
func TestStartWithAFile(t *testing.T) {
	dir := t.TempDir()
	run := filepath.Join(dir, "run.sightglass")
	save := exec.Command(appBinary(t), "call", "Sample server", "echo", "--arg", "text=hello from a file", "--save", run)
	save.Env = append(os.Environ(), "SIGHTGLASS_HOME="+filepath.Join(dir, "home"))
	if out, err := save.CombinedOutput(); err != nil {
		t.Fatalf("record a capture: %v\n%s", err, out)
	}
	whole, err := os.ReadFile(run)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"broken.sightglass": whole[:len(whole)/2], "other.sightglass": []byte("this is a text")}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	newer := exec.Command("sh", "-c", `gunzip -c run.sightglass | sed '1s/"version":1/"version":2/' | gzip >newer.sightglass`)
	newer.Dir = dir
	if out, err := newer.CombinedOutput(); err != nil {
		t.Fatalf("make a newer file: %v\n%s", err, out)
	}
	dock := css(`section[aria-label="Traffic"]`)
	t.Run("whole", func(t *testing.T) {
		for _, dark := range []bool{false, true} {
			a := start(t, options{args: []string{run}, dark: dark})
			a.says(dock, "Not live", "Sample server", "tools/call", "echo")
			theme := map[bool]string{false: "light", true: "dark"}[dark]
			a.shot(theme)
			a.resize(900, 600)
			a.shot(theme + "-small")
			a.click(button("Back to now"))
			a.unsee(text("Not live"))
			a.stop()
		}
		if now, err := os.ReadFile(run); err != nil || string(now) != string(whole) {
			t.Errorf("the file was changed: %v", err)
		}
	})
	for name, says := range map[string]string{
		"broken.sightglass": "a part of a capture only", "other.sightglass": "no capture", "newer.sightglass": "version 2", "gone.sightglass": "no such file",
	} {
		t.Run(name, func(t *testing.T) {
			a := start(t, options{args: []string{filepath.Join(dir, name)}})
			a.says(css(`[role="dialog"]`), name+" is not open", says)
			a.shot("refused")
			a.click(css(`[role="dialog"] footer button`))
			a.unsee(css(`[role="dialog"]`))
		})
	}
}
