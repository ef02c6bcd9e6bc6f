//go:build e2e

// Package e2e drives the production program in a real window: build/e2e/run.sh sets up the display, the bus and the
// keyring, and WebKitWebDriver clicks and types.
//
// A test starts the program with [start] and talks to its window:
//
//	a := start(t, options{})
//	a.click(role("button", "Connect"))       // waits until there is exactly one that is shown, then clicks it
//	a.fill(role("textbox", "URL"), "http://127.0.0.1:1/")
//	a.keys(css("body"), ctrl("k"))
//	a.wait("connected", `document.body.innerText.includes("Connected")`)
//	a.shot("connected")                      // build/artifacts/e2e/TestName-connected.png
//	a.restart()                              // a clean end and a new start with the same home folder
//	a.mustNotHold("hunter2")                 // no file of the home folder and no line of the log holds it
//
// Every wait polls with the limit patience, which is long: the host may be starved. Each test has a home folder of its
// own, which is its data folder too (SIGHTGLASS_HOME). A failed test leaves a picture, the page's text and the
// program's log.
package e2e

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is how long anything may take.
const patience = 60 * time.Second

// options say how the program is started.
type options struct {
	home string   // a folder from an earlier app, for a second start; by default a new one
	env  []string // NAME=value, after the defaults
	dark bool     // the desktop's theme
	// args are given to the program; the first must not be a verb of the command line.
	args []string
	// within is a line for the shell, such as a mount, whose effect only the program sees.
	within string
}

// unshare is the command that gives a program mounts of its own.
func unshare() []string {
	if os.Geteuid() == 0 {
		return []string{"unshare", "-m"}
	}
	return []string{"unshare", "-rm"}
}

// app is a running program with a window.
type app struct {
	page
	opts    options
	home    string
	window  string   // its number at the X server
	replies []string // what Go told the page, once it is recorded
}

// appBinary is the production program.
func appBinary(t *testing.T) string { return fromRunner(t, "E2E_BINARY") }

func fromRunner(t *testing.T, name string) string {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		t.Fatalf("%s is not set: run these tests with build/e2e/run.sh", name)
	}
	return v
}

// start opens the window and waits until its page is loaded. The program ends with the test.
func start(t *testing.T, o options) *app {
	t.Helper()
	a := &app{page: page{webdriver: startDriver(t), t: t}, opts: o, home: o.home}
	a.gone = func() bool { return !alive(a.pid()) }
	if a.home == "" {
		a.home = tempHome(t)
	}
	t.Cleanup(func() {
		if t.Failed() {
			a.keepEvidence()
		}
		a.stop()
	})
	a.open()
	return a
}

// tempHome is a new home folder in a folder of its own, for the harness' files beside it. WebKit's processes outlive the
// program for a moment and still write: removing it is tried until it succeeds.
func tempHome(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sightglass-e2e-") //nolint:usetesting // T.TempDir fails the test when a file comes while it removes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
			err := os.RemoveAll(dir)
			if err == nil {
				return
			}
			if time.Now().After(end) {
				t.Error(err)
				return
			}
		}
	})
	home := filepath.Join(dir, "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	return home
}

func (a *app) open() {
	a.t.Helper()
	began := time.Now()
	if err := a.webdriver.open(webkit(a.launcher())); err != nil {
		a.t.Fatalf("open the window: %v\nlog:\n%s", err, a.log())
	}
	a.wait("the page to load", `document.readyState === "complete" && !!window.runtime`)
	a.findWindow()
	a.t.Logf("window open after %v", time.Since(began).Round(time.Millisecond))
}

// environment is what the program gets: folders of its own and the desktop's theme.
func (o options) environment(home string) []string {
	env := []string{
		"HOME=" + home, "SIGHTGLASS_HOME=" + filepath.Join(home, "sightglass"),
		"XDG_CONFIG_HOME=" + filepath.Join(home, ".config"), "XDG_DATA_HOME=" + filepath.Join(home, ".local/share"),
		"XDG_CACHE_HOME=" + filepath.Join(home, ".cache"), "XDG_STATE_HOME=" + filepath.Join(home, ".local/state"),
	}
	if o.dark {
		env = append(env, "GTK_THEME=Adwaita:dark")
	} else {
		env = append(env, "GTK_THEME=Adwaita")
	}
	return append(env, o.env...)
}

// launcher writes the script that the driver starts: only the program gets the shim and the folders, and its log and
// process id are kept.
func (a *app) launcher() string {
	a.t.Helper()
	var b strings.Builder
	b.WriteString("#!/bin/sh\n")
	for _, v := range a.opts.environment(a.home) {
		fmt.Fprintf(&b, "export %s\n", quote(v))
	}
	if a.opts.within != "" {
		fmt.Fprintf(&b, "[ -n \"$E2E_WITHIN\" ] || E2E_WITHIN=1 exec %s \"$0\" \"$@\"\n%s || exit 1\n", strings.Join(unshare(), " "), a.opts.within)
	}
	fmt.Fprintf(&b, "export LD_PRELOAD=%s\n", quote(fromRunner(a.t, "E2E_SHIM")))
	fmt.Fprintf(&b, "echo $$ >%s\nexec %s", quote(a.file("pid")), quote(appBinary(a.t)))
	for _, arg := range a.opts.args {
		b.WriteString(" " + quote(arg))
	}
	fmt.Fprintf(&b, " >>%s 2>&1\n", quote(a.file("log"))) // the driver's own arguments are not the program's
	name := a.file("start.sh")
	if err := os.WriteFile(name, []byte(b.String()), 0o700); err != nil {
		a.t.Fatal(err)
	}
	return name
}

// file is a file of the harness beside the home folder, so that searching the home folder does not meet it.
func (a *app) file(name string) string { return a.home + "." + name }

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// log is what the program has printed since its first start with this home folder.
func (a *app) log() string {
	b, _ := os.ReadFile(a.file("log"))
	return string(b)
}

// pid is the program's process id.
func (a *app) pid() int {
	a.t.Helper()
	b, err := os.ReadFile(a.file("pid"))
	if err != nil {
		a.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		a.t.Fatal(err)
	}
	return pid
}

// quit asks the program to end as a session manager does, and waits until it has.
func (a *app) quit() {
	a.t.Helper()
	a.keepReplies()
	pid := a.pid()
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		a.t.Fatal(err)
	}
	a.poll("the program to end", func() bool { return !alive(pid) })
	a.webdriver.close()
}

// alive says whether a process runs; one that nobody has waited for yet does not.
func alive(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, after, _ := strings.Cut(string(b), ") ")
	return !strings.HasPrefix(after, "Z")
}

// restart ends the program and starts it again with the same home folder.
func (a *app) restart() {
	a.t.Helper()
	recorded := len(a.replies) > 0
	a.quit()
	a.open()
	if recorded {
		a.record()
	}
}

// stop ends the program without a test to fail.
func (a *app) stop() {
	b, err := os.ReadFile(a.file("pid"))
	if pid, convErr := strconv.Atoi(strings.TrimSpace(string(b))); err == nil && convErr == nil && alive(pid) {
		_ = syscall.Kill(pid, syscall.SIGTERM)
		for end := time.Now().Add(10 * time.Second); alive(pid) && time.Now().Before(end); {
			time.Sleep(20 * time.Millisecond)
		}
		if alive(pid) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	a.webdriver.close()
	_ = a.cmd.Process.Signal(os.Interrupt)
	_ = a.cmd.Wait()
}

// keepEvidence leaves what explains a failure in the artefacts and in the test's log: a picture, the page's text, the
// program's log.
func (a *app) keepEvidence() {
	name := artifact(a.t, "failed")
	if err := a.picture(name + ".png"); err == nil {
		a.t.Logf("picture: %s.png", name)
	} else {
		a.t.Logf("no picture: %v", err)
	}
	a.client.Timeout = 10 * time.Second
	page, err := a.tryJS(describePage)
	if text, ok := page.(string); ok && err == nil {
		_ = os.WriteFile(name+".txt", []byte(text), 0o600)
		a.t.Logf("the page:\n%s", cut(text))
	} else {
		a.t.Logf("the page does not answer: %v", err)
	}
	log := a.log()
	_ = os.WriteFile(name+".log", []byte(log), 0o600)
	a.t.Logf("the program's log:\n%s", cut(log))
}

// cut leaves the end of a text that is long.
func cut(s string) string {
	const most = 8 << 10
	if len(s) > most {
		return "…" + s[len(s)-most:]
	}
	return s
}

// describePage is what a failed test wants to know of the page.
const describePage = `
const name = (e) => e ? e.tagName.toLowerCase() + ' ' + nameOf(e).slice(0, 80) : 'nothing';
const rows = byRole('grid', 'Traffic').flatMap((g) => ['scrolled to ' + g.scrollTop + ' of ' + g.scrollHeight + ', ' + g.ariaRowCount + ' rows with the head',
  ...within([g], byRole('row', '')).filter((r) => r.ariaLabel).map((r) => (r.ariaSelected === 'true' ? '> ' : '  ') + r.ariaRowIndex + ' ' + r.ariaLabel)]);
const part = (what, lines) => '--- ' + what + '\n' + lines.join('\n');
return [
  part('window', [innerWidth + 'x' + innerHeight + ', focus on ' + name(document.activeElement)]),
  part('rail', [...document.querySelectorAll('nav')].map((e) => e.innerText)),
  part('main', [...document.querySelectorAll('main')].map((e) => e.innerText)),
  part('dialogs', [...document.querySelectorAll('[role="dialog"], dialog[open]')].map((e) => e.innerText)),
  part('alerts', byRole('alert', '').concat(byRole('status', '')).map((e) => tidy(e.innerText)).filter(Boolean)),
  part('fields', [...document.querySelectorAll('input, textarea, select')].map((e) => nameOf(e) + ': ' + (e.type === 'password' ? '(' + e.value.length + ' characters)' : e.value))),
  part('traffic', rows),
].join('\n');`

func startDriver(t *testing.T) *webdriver {
	t.Helper()
	return startProgram(t, func(port string) *exec.Cmd { return exec.Command("WebKitWebDriver", "--port="+port) })
}

// startProgram starts a driver and waits until it answers on its port.
func startProgram(t *testing.T, command func(port string) *exec.Cmd) *webdriver {
	t.Helper()
	var w *webdriver
	for range 5 { // another process may take the port in between
		port := freePort(t)
		w = &webdriver{base: "http://127.0.0.1:" + port, client: http.Client{Timeout: patience}, cmd: command(port)}
		w.cmd.Stderr = os.Stderr
		if err := w.cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(patience); time.Now().Before(end) && alive(w.cmd.Process.Pid); time.Sleep(20 * time.Millisecond) {
			if c, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", "127.0.0.1:"+port); err == nil {
				_ = c.Close()
				return w
			}
		}
		_ = w.cmd.Process.Kill()
		_ = w.cmd.Wait()
	}
	t.Fatalf("%s did not answer", w.cmd.Path)
	return nil
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
