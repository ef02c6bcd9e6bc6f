//go:build e2e

package e2e

import (
	"os/exec"
	"strings"
	"testing"
)

// TestLicences finds the licence texts of what the program carries in the window and on the command line: of the Go
// modules, of the packages of the page, and of what pdf.js brings along.
func TestLicences(t *testing.T) {
	text, err := exec.Command(appBinary(t), "licences").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"modernc.org/sqlite v", "github.com/wailsapp/wails/v2 v", "pdfjs-dist ", "svelte ", "@codemirror/view ", "bits-ui ", "marked ", "papaparse ",
		"Apache License", "PDFium Authors", "de Louvain (UCL), Belgium", "VoidZero",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the command line prints nothing of %q", want)
		}
	}
	for _, dark := range []bool{false, true} {
		a := start(t, options{dark: dark})
		a.see(css("nav[aria-label=Servers]"))
		a.press("k", ctrlKey)
		a.focusIs("Name of a server or tool")
		a.press("licences")
		a.see(role("option", "").in(role("listbox", "Found")))
		a.press(enter)
		a.says(css(`[role="dialog"]`), "About Sightglass", "Version", "modernc.org/sqlite")
		a.fill(css(`[aria-label="Search the works"]`), "pdfjs")
		a.click(css(`[role="dialog"] summary`).nth(0))
		a.says(css(`[role="dialog"]`), "pdfjs-dist")
		theme := map[bool]string{false: "light", true: "dark"}[dark]
		a.shot(theme)
		a.resize(900, 600)
		a.shot(theme + "-small")
		a.stop()
	}
}
