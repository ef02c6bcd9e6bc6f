//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
)

// world is an MCP server and its authorization server, each rule of which can be bent: app/internal/authtest in a process
// of its own. Nobody has to consent there: the authorization endpoint sends the browser straight back.
type world struct {
	url, issuer string
	orders      *json.Encoder
	answers     *json.Decoder
}

// bent are options of authtest: a struct of each server, by its fields' names.
type bent = map[string]any

// serveBinary builds the peers once for all tests.
var serveBinary = sync.OnceValues(func() (string, error) {
	file := filepath.Join(filepath.Dir(os.Getenv("E2E_SHIM")), "serve") // a folder of this run, removed after it
	out, err := exec.Command("go", "build", "-tags", "e2e", "-o", file, "../../app/internal/authtest/serve").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the peers: %w: %s", err, out)
	}
	return file, nil
})

// newWorld starts both servers, bent as told.
func newWorld(t *testing.T, o bent) *world {
	t.Helper()
	file, err := serveBinary()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(file, string(text))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close() // it ends with its standard input
		_, _ = io.Copy(io.Discard, stdout)
		_ = cmd.Wait()
	})
	w := &world{orders: json.NewEncoder(stdin), answers: json.NewDecoder(stdout)}
	var first struct{ URL, Issuer string }
	if err := w.answers.Decode(&first); err != nil {
		t.Fatalf("the peers did not start: %v", err)
	}
	w.url, w.issuer = first.URL, first.Issuer
	return w
}

// order changes the servers while they run, and returns what the client did wrong so far.
func (w *world) order(t *testing.T, o bent) []string {
	t.Helper()
	var wrong []string
	if err := w.orders.Encode(o); err != nil {
		t.Fatal(err)
	}
	if err := w.answers.Decode(&wrong); err != nil {
		t.Fatal(err)
	}
	return wrong
}

// wellBehaved fails when the servers saw something that a client must not do.
func (w *world) wellBehaved(t *testing.T) {
	t.Helper()
	for _, wrong := range w.order(t, bent{}) {
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
