package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestWailsConfiguration holds what `wails dev` reads, as nothing else starts it: the commands that it runs in the
// frontend's folder are there.
func TestWailsConfiguration(t *testing.T) {
	read := func(name string, into any) {
		t.Helper()
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, into); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	var config map[string]any
	read("wails.json", &config)
	value := func(name string) string {
		s, _ := config[name].(string)
		return s
	}
	var scripts struct {
		Scripts map[string]string `json:"scripts"`
	}
	read(value("frontend:dir")+"/package.json", &scripts)
	for _, name := range []string{"frontend:build", "frontend:dev:watcher"} {
		script, ok := strings.CutPrefix(value(name), "npm run ")
		if !ok || scripts.Scripts[script] == "" {
			t.Errorf("%s is %q: no script of the frontend", name, value(name))
		}
	}
	if value("frontend:dev:serverUrl") != "auto" {
		t.Error("wails dev does not wait for the address that Vite prints")
	}
	for _, name := range []string{"assetdir", "wailsjsdir"} {
		if st, err := os.Stat(value(name)); err != nil || !st.IsDir() {
			t.Errorf("%s is %q: %v", name, value(name), err)
		}
	}
}
