package core

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/mark3labs/mcp-go/server"

	"github.com/sightglass-dev/sightglass/app/demo"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// TestRealKeyring restarts the program over the system's own store: gnome-keyring under dbus-run-session in the test
// suite.
func TestRealKeyring(t *testing.T) {
	if os.Getenv(realKeyring) == "" {
		t.Skip(realKeyring + " is not set: the system's keychain is not touched (make test runs this under dbus-run-session)")
	}
	const secret = "Bearer kept-over-a-restart"
	seen := make(chan string, 100)
	mcp := server.NewStreamableHTTPServer(demo.New())
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case seen <- r.Header.Get("Authorization"):
		default:
		}
		mcp.ServeHTTP(w, r)
	}))
	defer srv.Close()
	dir := t.TempDir()
	c := startIn(t, dir)
	p, err := c.Save(profile.Profile{Name: "K", Transport: profile.HTTP, URL: srv.URL + "/mcp", Headers: []profile.Value{{Name: "Authorization", Secret: true}}},
		[]SecretInput{{Name: "header:Authorization", Value: secret}})
	if err != nil {
		t.Fatal(err)
	}
	own, err := c.Save(profile.Profile{Name: "own", Transport: profile.Stdio, Command: self(t), Args: []string{"demo-server"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	l, err := c.Launch(own.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Confirm(own.ID, l.Hash); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}

	c = startIn(t, dir)
	if l, err := c.Launch(own.ID); err != nil || !l.Confirmed {
		t.Errorf("the confirmation did not outlive a restart: %+v, %v", l, err)
	}
	id, err := c.UseSaved("K", false, nil, func(*profile.Profile) {})
	if err != nil {
		t.Fatal(err)
	}
	connect(t, c, id)
	if got := <-seen; got != secret {
		t.Errorf("the server saw %q", got)
	}
	if st, _ := c.Secrets(id); len(st) != 1 || st[0].Stored != "memory" {
		t.Errorf("secrets of a temporary copy: %+v, want one in memory", st)
	}
	if err := c.Delete(p.ID); err != nil {
		t.Fatal(err)
	}
	if stored(t, dir, p.ID) != "missing" {
		t.Error("the secret outlived its server")
	}
	if _, err := c.Restore(p.ID); err != nil {
		t.Fatal(err)
	}
	if stored(t, dir, p.ID) != "keychain" {
		t.Error("the secret did not come back with its server")
	}
	if err := c.Delete(p.ID); err != nil { // leaves nothing of this test behind
		t.Fatal(err)
	}
}

// stored says where another instance of the program finds the header of a server.
func stored(t *testing.T, dir, id string) string {
	t.Helper()
	other := startIn(t, dir)
	defer other.Close()
	ctx, cancel := other.keyContext()
	defer cancel()
	return string(other.keys.Where(ctx, secretItem(id, "header:Authorization")))
}
