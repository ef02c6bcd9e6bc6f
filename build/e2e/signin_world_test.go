//go:build e2e

package e2e

import (
	"io"
	"net/http"
	"testing"

	"github.com/sightglass-dev/sightglass/app/peers"
)

// wellBehaved fails when the servers of a world saw something that a client must not do. Nobody has to consent in a
// world: its authorization endpoint sends the browser straight back.
func wellBehaved(t *testing.T, w *peers.World) {
	t.Helper()
	for _, wrong := range w.Violations() {
		t.Errorf("the client did wrong: %s", wrong)
	}
}

// follow plays the browser: from the authorization endpoint to the redirect listener.
func follow(t *testing.T, url string) {
	t.Helper()
	c := http.Client{Timeout: patience}
	res, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
}

// signInTo signs in by the one button, where nobody is asked.
func (a *app) signInTo(o *opener, label string) {
	a.t.Helper()
	a.click(role("button", label).in(next))
	follow(a.t, o.next(a.t))
}
