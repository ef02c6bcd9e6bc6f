//go:build e2e

package e2e

import (
	"archive/zip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// saveAs waits for the system's dialog and saves under a name.
func (a *app) saveAs(path string) {
	a.t.Helper()
	var id string
	a.poll("the system's dialog", func() bool {
		out, err := exec.Command("xdotool", "search", "--onlyvisible", "--name", "^Export traffic$").Output()
		if list := strings.Fields(string(out)); err == nil && len(list) > 0 {
			id = list[0]
		}
		return id != ""
	})
	for _, k := range [][]string{{"windowfocus", "--sync", id}, {"key", "ctrl+a"}, {"type", "--delay", "5", path}, {"key", "Return"}} {
		if out, err := exec.Command("xdotool", k...).CombinedOutput(); err != nil {
			a.t.Fatalf("xdotool %q: %v %s", k, err, out)
		}
	}
	a.poll("the file", func() bool { st, err := os.Stat(path); return err == nil && st.Size() > 0 })
	a.see(text("Saved to " + path))
}

// contextMenu asks for the menu of an element. A press of the other button through the driver leaves it held: no press
// behind it is one.
func (a *app) contextMenu(t target) {
	a.t.Helper()
	a.see(t)
	a.js(fmt.Sprintf(`const [e] = %s, r = e.getBoundingClientRect();
		e.dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true, clientX: r.x + 40, clientY: r.y + 8 })); return 1`, t.find))
}

// callSample connects to the sample and calls a tool with an address in its argument.
func (a *app) callSample() {
	a.t.Helper()
	a.connect("Sample server")
	a.click(tool("echo"))
	a.fill(role("textbox", "text"), "write to somebody@example.org")
	a.run("done", "somebody@example.org")
}

// TestHandTrafficOn copies a request as code, saves a HAR, looks at a bug report, leaves a file out of it and has an
// address replaced in it.
func TestHandTrafficOn(t *testing.T) {
	for _, dark := range []bool{false, true} {
		t.Run(map[bool]string{false: "light", true: "dark"}[dark], func(t *testing.T) {
			a := start(t, options{dark: dark})
			a.loadAxe()
			a.callSample()

			a.contextMenu(entry("to server", "request", "tools/call", "echo"))
			a.click(item("Copy as code…"))
			a.says(dialog, "printf '%s\\n'", "demo-server", "somebody@example.org")
			a.accessible("copy as code")
			a.both("code")
			a.click(button("Python (MCP SDK)").in(dialog))
			a.says(dialog, "ClientRequest.model_validate")
			a.press(escape)
			a.unsee(dialog)

			a.click(button("Export…").in(css(`section[aria-label="Traffic"]`)))
			a.says(dialog, "Capture file", "somebody@example.org", "an e-mail address")
			a.accessible("export")
			a.both("capture")
			all := a.textOf(css(`[role="dialog"] .count`))
			a.choose(role("combobox", "Time").in(dialog), "From … to …")
			last := fmt.Sprint(a.js(`return (` + role("textbox", "To").find + `)[0].value`))
			a.fill(role("textbox", "From").in(dialog), last)
			a.wait("fewer entries", fmt.Sprintf(`tidy(document.querySelector('[role="dialog"] .count').innerText) !== %s && /^[1-9]\d* entr(y|ies),/.test(tidy(document.querySelector('[role="dialog"] .count').innerText))`, literal(all)))
			a.accessible("a time range")
			a.both("range")
			a.fill(role("textbox", "From").in(dialog), "yesterday")
			a.see(text("Write it as 2026-01-31 14:03:09."))
			a.both("wrong range")
			a.choose(role("combobox", "Time").in(dialog), "All of it")
			a.wait("all entries", fmt.Sprintf(`tidy(document.querySelector('[role="dialog"] .count').innerText) === %s`, literal(all)))
			a.click(button("HAR").in(dialog))
			a.says(dialog, `"creator"`, "mcp+stdio://")
			if !dark {
				har := filepath.Join(a.home, "x.har")
				a.click(button("Save…").in(dialog))
				a.saveAs(har)
			}

			a.click(button("Bug report").in(dialog))
			a.fill(role("textbox", "What happened").in(dialog), "The echo is wrong.")
			a.says(dialog, "The echo is wrong.", "report.md", "traffic.har", "server.json")
			a.click(button("Replace somebody@example.org").in(dialog))
			a.unsee(button("Replace somebody@example.org"))
			a.click(role("checkbox", "traffic.har: HTTP exchanges and messages, to be opened in a browser's tools").in(dialog))
			a.accessible("report")
			a.both("report")
			if dark {
				return
			}
			file := filepath.Join(a.home, "report.zip")
			a.click(button("Save…").in(dialog))
			a.saveAs(file)
			a.press(escape)
			a.unsee(dialog)
			reportIs(t, file, "report.md", "capture.sightglass", "server.json")
		})
	}
}

// reportIs checks which files a report has, and that the address is in none.
func reportIs(t *testing.T, file string, want ...string) {
	t.Helper()
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil || strings.Contains(string(b), "somebody@example.org") {
			t.Errorf("%s: %v, the address is in it", f.Name, err)
		}
	}
	if strings.Join(names, " ") != strings.Join(want, " ") {
		t.Errorf("files: got %q, want %q", names, want)
	}
}

// TestMockOfTheSample serves what was captured, connects to it and gets the same answer; then sends spans.
func TestMockOfTheSample(t *testing.T) {
	got := make(chan string, 10)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got <- string(b)
	}))
	t.Cleanup(collector.Close)
	a := start(t, options{})
	a.loadAxe()
	a.callSample()
	a.click(button("Export…").in(css(`section[aria-label="Traffic"]`)))
	a.click(button("OpenTelemetry").in(dialog))
	a.fill(role("textbox", "Collector").in(dialog), collector.URL)
	a.click(button("Send spans").in(dialog))
	a.says(dialog, "it answered 200")
	if text := <-got; !strings.Contains(text, `"tools/call echo"`) {
		t.Errorf("the collector got %s", text)
	}
	a.accessible("spans")
	a.both("spans")
	a.click(button("Mock server").in(dialog))
	a.click(button("Serve as mock").in(dialog))
	url := a.textOf(css(`section[aria-label^="Mock of"] code`))
	a.press(escape)
	a.unsee(dialog)

	a.typeIn(url)
	a.connected()
	a.click(tool("echo"))
	a.fill(role("textbox", "text"), "write to somebody@example.org")
	a.run("done", "somebody@example.org")
	a.click(button("Export…").in(css(`section[aria-label="Traffic"]`)))
	a.click(button("Mock server").in(dialog))
	a.says(dialog, "tools/call echo", "exactly")
	a.accessible("mock")
	a.both("mock")
	a.click(button("Stop the mock of Sample server").in(dialog))
	a.unsee(css(`section[aria-label^="Mock of"]`))
}
