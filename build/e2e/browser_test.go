//go:build e2e

package e2e

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// opener stands for the system's way of opening a link: it keeps the address for the test.
type opener struct {
	dir string
	all []string // every address that was opened
}

// newOpener makes an xdg-open of our own; its environment puts it before the system's.
func newOpener(t *testing.T) *opener {
	t.Helper()
	o := &opener{dir: t.TempDir()}
	script := "#!/bin/sh\nfile=$(mktemp " + quote(o.dir+"/XXXXXXXX") + `) && printf %s "$1" >"$file" && mv "$file" "$file.url"` + "\n"
	if err := os.WriteFile(filepath.Join(o.dir, "xdg-open"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *opener) env() string { return "PATH=" + o.dir + ":" + os.Getenv("PATH") }

// opened are the addresses that were opened and not asked for yet.
func (o *opener) opened(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob(o.dir + "/*.url")
	if err != nil {
		t.Fatal(err)
	}
	var urls []string
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		urls = append(urls, string(b))
		o.all = append(o.all, string(b))
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	return urls
}

// states are the state parameters of the authorization requests that were opened.
func (o *opener) states(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, raw := range o.all {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if s := u.Query().Get("state"); s != "" {
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		t.Error("no state was sent: looking for one shows nothing")
	}
	return all
}

// next waits for the address that is opened next.
func (o *opener) next(t *testing.T) string {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		if urls := o.opened(t); len(urls) > 0 {
			if len(urls) > 1 {
				t.Errorf("the browser was opened %d times at once", len(urls))
			}
			return urls[0]
		}
	}
	t.Fatalf("waited %v for the browser to be opened", patience)
	return ""
}

// browser is the user's own: a headless Chromium with a profile of its own.
type browser struct{ page }

func startBrowser(t *testing.T) *browser {
	t.Helper()
	home := tempHome(t)
	w := startProgram(t, func(port string) *exec.Cmd {
		cmd := exec.Command("chromedriver", "--port="+port, "--log-level=SEVERE")
		cmd.Env = append(os.Environ(), "HOME="+home)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
		return cmd
	})
	b := &browser{page{webdriver: w, t: t, gone: func() bool { return !alive(w.cmd.Process.Pid) }}}
	t.Cleanup(func() {
		if t.Failed() && b.session != "" {
			b.keepEvidence()
		}
		b.close()
		_ = syscall.Kill(-w.cmd.Process.Pid, syscall.SIGKILL) // Chromium is in its group
		_ = w.cmd.Wait()
	})
	options := map[string]any{"args": []string{
		"--headless=new", "--user-data-dir=" + filepath.Join(home, "chromium"), "--window-size=900,700", "--disable-gpu", "--disable-dev-shm-usage",
		"--no-sandbox", // it shows the test's own pages, and may be run by root
		"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
	}}
	if err := b.open(map[string]any{"browserName": "chrome", "goog:chromeOptions": options}); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	return b
}

// visit goes to an address.
func (b *browser) visit(url string) {
	b.t.Helper()
	if err := b.do(http.MethodPost, "/url", map[string]any{"url": url}, nil); err != nil {
		b.t.Fatalf("visit %s: %v", url, err)
	}
}

// shot writes a picture of the page.
func (b *browser) shot(name string) {
	b.t.Helper()
	if err := b.picture(artifact(b.t, name) + ".png"); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) picture(file string) error {
	var encoded string
	if err := b.do(http.MethodGet, "/screenshot", nil, &encoded); err != nil {
		return err
	}
	data, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o600)
}

func (b *browser) keepEvidence() {
	name := artifact(b.t, "failed-browser.png")
	if err := b.picture(name); err != nil {
		b.t.Logf("no picture of the browser: %v", err)
		return
	}
	text, _ := b.tryJS("return document.body.innerText")
	s, _ := text.(string)
	b.t.Logf("picture: %s; the browser shows:\n%s", name, cut(s))
}

// logIn goes to an authorization request and signs in at oidc-provider, up to the question.
func (b *browser) logIn(url, user string) {
	b.t.Helper()
	b.visit(url)
	b.fill(role("textbox", "User"), user)
	b.fill(role("textbox", "Password"), "any")
	b.click(role("button", "Continue"))
	b.see(role("button", "Allow"))
}

// allow says yes, and sees the redirect listener's page.
func (b *browser) allow() {
	b.t.Helper()
	b.click(role("button", "Allow"))
	b.closing("You can close this tab")
}

// closing waits for the redirect listener's page, which leaves nothing of the callback where it can be read later.
func (b *browser) closing(says string) {
	b.t.Helper()
	b.says(css("body"), says)
	if loaded, _ := b.js("return performance.getEntriesByType('resource').length").(float64); loaded != 0 {
		b.t.Errorf("the page of the redirect listener loads %v other things", loaded)
	}
	page, _ := b.js("return document.documentElement.outerHTML").(string)
	for _, part := range []string{"code=", "state="} {
		if strings.Contains(page, part) {
			b.t.Errorf("the page of the redirect listener holds %q", part)
		}
	}
}
