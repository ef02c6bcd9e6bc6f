//go:build e2e

package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// reached is a web server on loopback that notes what it was asked for.
type reached struct {
	url   string
	mu    sync.Mutex
	paths []string
}

func newReached(t *testing.T) *reached {
	t.Helper()
	r := &reached{}
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.paths = append(r.paths, q.Method+" "+q.URL.Path)
	}))
	t.Cleanup(s.Close)
	r.url = s.URL
	return r
}

func (r *reached) seen() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.paths)
}

// appsPeer starts the window on the peer with hostile apps.
func appsPeer(t *testing.T, allowed, denied *reached, env ...string) *app {
	t.Helper()
	a := start(t, options{env: env})
	a.typeIn(peerLine(t, "apps") + " " + allowed.url + " " + denied.url)
	a.see(text("Enter again starts it."))
	a.keys(box, enter)
	a.connected()
	a.click(tabbed("Apps"))
	return a
}

// TestHostileApp runs an app that tries to reach Go, the window, the network, files and other windows. Nothing that it
// was not given may answer, and the window stays what it was.
func TestHostileApp(t *testing.T) {
	allowed, denied := newReached(t), newReached(t)
	a := appsPeer(t, allowed, denied)
	a.js(`window.untouched = true`)
	before := a.js("return location.href + ' ' + document.title")
	a.click(exactly("hostile").in(role("listbox", "Tools with an app")))
	a.openApp()
	a.see(text("attack: over"))
	var outcomes map[string]string
	a.inApp(func() {
		text, _ := a.js("return document.getElementById('out').textContent").(string)
		if err := json.Unmarshal([]byte(text), &outcomes); err != nil {
			t.Fatalf("%v in %q", err, text)
		}
	})
	for name, outcome := range outcomes {
		t.Logf("%s: %s", name, outcome)
		if strings.HasPrefix(outcome, "reached") != (name == "declared") {
			t.Errorf("%s: %s", name, outcome)
		}
	}
	if len(outcomes) < 60 {
		t.Errorf("only %d attempts were made", len(outcomes))
	}
	if got := denied.seen(); len(got) > 0 {
		t.Errorf("reached the network where nothing was declared: %q", got)
	}
	if got := allowed.seen(); !slices.Contains(got, "GET /declared") {
		t.Errorf("the declared origin saw %q: the network was not there at all, so that this test shows nothing", got)
	}
	if after := a.js("return location.href + ' ' + document.title"); after != before || a.js("return window.untouched === true && !('polluted' in {})") != true {
		t.Errorf("the window was %v and is %v", before, after)
	}
	if got := a.await("navigator.clipboard.readText().catch(() => '')"); got == "pwned" {
		t.Error("the app wrote the clipboard")
	}
	a.appTabShown("Log")
	a.unsee(text("forged to the top"))
	a.appTabShown("Blocked")
	a.see(text("connect-src"))
	a.see(text("vscode"))
	a.unsee(text("forged:"))
	a.shot("blocked")
	a.appTabShown("Sandbox")
	a.see(text("it holds a character that no origin has"))
	a.see(text("its scheme is none of https, wss"))
	a.loadAxe()
	a.accessible("sandbox of an app")
	a.shot("policy")
	a.seeEntry(entry("blocked for the app by connect-src"))
	a.mustNotHear("the secret tool was called")

	// Away from its own document it may not go either.
	a.inApp(func() { a.js("setTimeout(window.leave, 100)") })
	a.appTabShown("Blocked")
	a.see(text("frame-src"))
	if got := denied.seen(); len(got) > 0 {
		t.Errorf("the app went to %q", got)
	}
	a.click(button("Close app"))
	a.see(button("Open app"))
}

// TestFloodingApp runs an app that sends more than anybody can read: the limits hold and are named, and the window goes
// on.
func TestFloodingApp(t *testing.T) {
	a := appsPeer(t, newReached(t), newReached(t))
	a.click(exactly("flood").in(role("listbox", "Tools with an app")))
	a.openApp()
	a.see(text("it is longer than 4194304 characters"))
	a.see(text("and 7 more questions"))
	a.see(text("It sends more than 200 messages in a second"))
	a.appTabShown("Blocked")
	a.see(text("8 questions wait already"))
	a.shot("limits")
	a.see(text("messages over the limit"))
	a.wait("the app to be ended", `document.querySelector('[data-app-status]').dataset.appStatus === "ended" && document.querySelector('iframe[title^="App "]') === null`)
	a.shot("ended")
	a.click(button("Back"))
	a.see(button("Open app"))
	a.seeEntry(entry("limit of the app"))
}

// TestStuckApp runs an app whose script never yields, which holds up the page: it is ended with it, and said, and the
// connection goes on.
func TestStuckApp(t *testing.T) {
	a := appsPeer(t, newReached(t), newReached(t), "SIGHTGLASS_TRACE=start")
	starts := func() int { return strings.Count(a.log(), "window usable") }
	a.poll("the first page", func() bool { return starts() == 1 })
	a.click(exactly("stuck").in(role("listbox", "Tools with an app")))
	a.openApp()
	a.poll("the page to be loaded anew", func() bool { return starts() == 2 })
	// The driver's session ended with the page: from here on only the program itself and its picture tell.
	if !alive(a.pid()) {
		t.Error("the program ended with its page")
	}
	server, err := exec.Command("pgrep", "-P", strconv.Itoa(a.pid()), "-f", "stdio-peer apps").Output()
	if err != nil || len(server) == 0 {
		t.Errorf("the connection did not go on: %q, %v", server, err)
	}
	if err := a.picture(artifact(t, "anew") + ".png"); err != nil {
		t.Error(err)
	}
}

// appTabShown chooses a tab beside the app, wherever the bar has slid to.
func (a *app) appTabShown(name string) {
	a.t.Helper()
	t := appTab(name)
	a.see(t)
	a.js("(" + t.find + ")[0].scrollIntoView({ inline: 'center' })")
	a.click(t)
}

// mustNotHear fails when a line of standard error is in the traffic.
func (a *app) mustNotHear(line string) {
	a.t.Helper()
	a.unsee(entry(line))
}
