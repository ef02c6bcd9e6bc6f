//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWindowOpens(t *testing.T) {
	a := start(t, options{})
	if got := a.js("return document.title"); got != "Sightglass" {
		t.Errorf("title of the page: got %q", got)
	}
	out, err := exec.Command("xdotool", "search", "--onlyvisible", "--name", "^Sightglass$").CombinedOutput()
	if err != nil || len(bytes.Fields(out)) == 0 {
		t.Errorf("no visible window has the title Sightglass: %v %s", err, out)
	}
	a.resize(900, 600)
	a.shot("small")
	a.resize(1280, 800)
	a.shot("large")
}

func TestThemeFollowsTheDesktop(t *testing.T) {
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(name, func(t *testing.T) {
			a := start(t, options{dark: dark})
			if got := a.js("return matchMedia('(prefers-color-scheme: dark)').matches"); got != dark {
				t.Errorf("prefers dark: got %v, want %v", got, dark)
			}
			a.shot("window")
		})
	}
}

// TestPolicy asks the page itself, not a header: what counts is what WebKit enforces.
func TestPolicy(t *testing.T) {
	a := start(t, options{})
	blocked := `new Promise((done) => {
		addEventListener("securitypolicyviolation", (e) => done(e.effectiveDirective), { once: true });
		setTimeout(() => done("nothing blocked"), 10000);
		%s
	})`
	for directive, attempt := range map[string]string{
		"script-src-elem": `const s = document.createElement("script"); s.textContent = "window.inline = 1"; document.body.append(s);`,
		"script-src":      `try { eval("1") } catch { /* reported */ }`,
		"frame-src":       `const f = document.createElement("iframe"); f.src = "data:text/html,x"; document.body.append(f);`,
		"connect-src":     `fetch("http://127.0.0.1:9/").catch(() => {});`,
		"img-src":         `new Image().src = "http://127.0.0.1:9/x.png";`,
		"base-uri":        `const b = document.createElement("base"); b.href = "http://127.0.0.1:9/"; document.head.append(b);`,
	} {
		if got := a.await(strings.Replace(blocked, "%s", attempt, 1)); got != directive {
			t.Errorf("blocked by %v, want %s", got, directive)
		}
	}
	if a.js("return 'inline' in window") != false {
		t.Error("an inline script ran")
	}
}

// TestFrameOfThePageHasNoIPC looks into the one kind of frame that the policy lets the page open.
func TestFrameOfThePageHasNoIPC(t *testing.T) {
	a := start(t, options{})
	a.js(`const f = document.createElement("iframe"); f.id = "hostile"; f.sandbox = "allow-scripts"; f.srcdoc = "<p>hostile</p>"; document.body.append(f)`)
	a.frame("#hostile")
	a.see(text("hostile"))
	if got := a.js("return typeof window.webkit"); got != "undefined" {
		t.Errorf("window.webkit in a frame is of type %v", got)
	}
	a.top()
	if got := a.js("return typeof window.webkit.messageHandlers.external.postMessage"); got != "function" {
		t.Errorf("the bridge of the page is of type %v", got)
	}
}

// TestFramesHaveNoIPC runs a program with the hardening of app/webview and one without: the second shows that the
// frames do run and would reach Go.
func TestFramesHaveNoIPC(t *testing.T) {
	kinds := []string{"srcdoc", "srcdoc without sandbox", "blob", "data", "policy", "other host", "http", "http-nested", "http in a sandbox"}
	slices.Sort(kinds)
	t.Run("hardened", func(t *testing.T) {
		r := runFrames(t, "frames")
		if got := slices.Sorted(maps.Keys(r.Frames)); !cmp.Equal(got, kinds) {
			t.Errorf("frames that ran: %s", cmp.Diff(kinds, got))
		}
		for kind, found := range r.Frames {
			if found != "undefined" {
				t.Errorf("%s: window.webkit is of type %s", kind, found)
			}
		}
		if want := map[string]int{"top": 1}; !cmp.Equal(r.Calls, want) {
			t.Errorf("calls that reached Go: %s", cmp.Diff(want, r.Calls))
		}
	})
	t.Run("stock", func(t *testing.T) {
		r := runFrames(t, "frames,stock")
		for _, kind := range kinds {
			if r.Calls[kind] == 0 {
				t.Errorf("%s: no call reached Go without the hardening either, so this test shows nothing", kind)
			}
		}
	})
}

type framesReport struct {
	Frames map[string]string `json:"frames"` // kind of frame -> what typeof window.webkit was there
	Calls  map[string]int    `json:"calls"`  // kind of frame -> calls that reached Go
}

func runFrames(t *testing.T, tags string) (r framesReport) {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "frames")
	build := exec.Command("go", "build", "-tags", tags+",desktop,production,webkit2_41", "-o", binary, "./frames")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary)
	cmd.Env = append(os.Environ(), options{}.environment(tempHome(t))...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	return r
}

func TestTermEndsCleanly(t *testing.T) {
	home := tempHome(t)
	cmd := exec.Command(appBinary(t))
	cmd.Env = append(os.Environ(), options{}.environment(home)...)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	a := &app{page: page{t: t}, home: home}
	a.poll("the window", func() bool {
		return exec.Command("xdotool", "search", "--onlyvisible", "--pid", strconv.Itoa(cmd.Process.Pid), "--name", "^Sightglass$").Run() == nil
	})
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		var exit *exec.ExitError
		if errors.As(err, &exit) || err != nil {
			t.Errorf("ended with %v\n%s", err, &log)
		}
	case <-time.After(patience):
		_ = cmd.Process.Kill()
		t.Fatalf("still running %v after SIGTERM\n%s", patience, &log)
	}
}

func TestHomeSurvivesARestart(t *testing.T) {
	a := start(t, options{})
	first := a.pid()
	a.js(`localStorage.setItem("kept", "yes")`)
	a.restart()
	if a.pid() == first {
		t.Fatal("the same process answers")
	}
	if got := a.js(`return localStorage.getItem("kept")`); got != "yes" {
		t.Errorf("what the page stored: got %v", got)
	}
	a.mustNotHold("a secret that nobody told it")
}
