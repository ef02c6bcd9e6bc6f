//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// restarts is how often a server is started while the page loads: without the guard a few of them inherit.
const restarts = 40

// noteInherited appends to a file what pipes and sockets this process was started with, beside its three streams.
func noteInherited(file string) {
	var found []string
	all, _ := os.ReadDir("/proc/self/fd")
	for _, e := range all {
		to, err := os.Readlink(filepath.Join("/proc/self/fd", e.Name()))
		if err == nil && e.Name() > "2" && (strings.HasPrefix(to, "pipe:") || strings.HasPrefix(to, "socket:")) {
			found = append(found, e.Name()+" "+to)
		}
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Fprintf(f, "inherited: %s\n", strings.Join(found, ", "))
	_ = f.Close()
}

// TestChildrenInheritNothing starts a server again and again while the page loads what Go serves. A child that held
// the ends of an answer's pipe could read it, or write what the page then runs, and the page would wait for the end of
// that answer for as long as the child lives.
func TestChildrenInheritNothing(t *testing.T) {
	a := start(t, options{})
	file := a.file("inherited")
	t.Cleanup(func() { _ = os.Remove(file) })
	a.startTyped(peerLine(t, "inherits") + " " + file)
	a.connected()
	a.js(`window.__loads = 0; window.__open = 0; window.__on = true;
		const url = document.querySelector('script[src*="start"]').src;
		const loop = async () => { for (window.__open++; window.__on; window.__loads++) await (await fetch(url, { cache: 'no-store' })).text(); window.__open--; };
		for (let i = 0; i < 6; i++) void loop();
		return 1`)
	for n := range restarts {
		a.await(`(async () => {
			const { Connections } = window.go.app, [{ profile }] = await Connections.List(0);
			await Connections.Disconnect(profile);
			await Connections.Connect(profile);
			return 1;
		})()`)
		a.poll("the server to have started anew", func() bool { return strings.Count(read(file), "\n") >= n+2 })
	}
	a.js(`window.__on = false; return 1`)
	a.wait("the last loads", `window.__open === 0`)
	t.Logf("%v loads", a.js(`return window.__loads`))
	for line := range strings.Lines(read(file)) {
		if strings.TrimSpace(line) != "inherited:" {
			t.Error(line)
		}
	}
}

func read(file string) string {
	b, _ := os.ReadFile(file)
	return string(b)
}
