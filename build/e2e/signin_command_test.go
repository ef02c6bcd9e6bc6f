//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// commandLine runs the program without its window, each time with the same home folder.
type commandLine struct {
	*app
	env []string
}

func newCommandLine(t *testing.T, env ...string) *commandLine {
	t.Helper()
	return &commandLine{app: &app{page: page{t: t}, home: tempHome(t)}, env: env}
}

// command is a run under way.
type command struct {
	t           *testing.T
	cmd         *exec.Cmd
	out, errors bytes.Buffer
	ended       chan error
}

// begin starts a run, which ends with the test.
func (c *commandLine) begin(args ...string) *command {
	c.t.Helper()
	r := &command{t: c.t, cmd: exec.Command(appBinary(c.t), args...), ended: make(chan error, 1)}
	r.cmd.Env = append(os.Environ(), options{env: c.env}.environment(c.home)...)
	r.cmd.Stdout, r.cmd.Stderr = &r.out, &r.errors
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := r.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	go func() { r.ended <- r.cmd.Wait(); close(r.ended) }()
	c.t.Cleanup(func() {
		_ = r.cmd.Process.Kill()
		for range r.ended { // until it is closed
		}
	})
	return r
}

// finish waits for the end of a run and its exit code.
func (r *command) finish(code int) (stdout string) {
	r.t.Helper()
	select {
	case err := <-r.ended:
		got := 0
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			got = exit.ExitCode()
		} else if err != nil {
			r.t.Fatal(err)
		}
		if got != code {
			r.t.Fatalf("%q: exit code %d, want %d\n%s\n%s", r.cmd.Args[1:], got, code, &r.out, &r.errors)
		}
	case <-time.After(patience):
		r.t.Fatalf("%q: still running after %v", r.cmd.Args[1:], patience)
	}
	return r.out.String()
}

// run runs a command to its end. What it prints is kept among what was told.
func (c *commandLine) run(code int, args ...string) string {
	c.t.Helper()
	r := c.begin(args...)
	return c.kept(r, code)
}

func (c *commandLine) kept(r *command, code int) string {
	c.t.Helper()
	out := r.finish(code)
	c.replies = append(c.replies, strings.Join(r.cmd.Args[1:], "_")+" "+out+r.errors.String())
	return out
}

// tokenReport is what `token --json` prints, as far as it matters here.
type tokenReport struct {
	Active     string `json:"active"`
	InMemory   bool   `json:"inMemory"`
	Identities []struct {
		Issuer, Resource, Place string
		Refresh, Revoke         bool
		Granted                 []string
		Judged                  []struct{ What, State, Text string }
	} `json:"identities"`
}

func (c *commandLine) tokens(url string, more ...string) (r tokenReport) {
	c.t.Helper()
	out := c.run(0, append([]string{"token", url, "--json"}, more...)...)
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		c.t.Fatalf("%v in %s", err, out)
	}
	return r
}

// TestCommandLineSignsIn signs in by the command line: the browser is asked once, and the keychain holds the token for
// every command after it, until the user signs out.
func TestCommandLineSignsIn(t *testing.T) {
	for _, transport := range []string{"http", "sse"} {
		t.Run(transport, func(t *testing.T) {
			p, o, b := newGuardedPeer(t, transport, time.Hour), newOpener(t), startBrowser(t)
			c := newCommandLine(t, o.env())
			by := []string{p.url, "--transport", transport}
			call := append(append([]string{"call"}, by...), "say", "--arg", "words=hello")

			c.run(3, call...)
			signin := c.begin(append([]string{"signin"}, by...)...)
			b.logIn(o.next(t), "ada")
			b.shot("question")
			b.allow()
			b.shot("closing")
			c.kept(signin, 0)

			got := c.tokens(by[0], by[1:]...)
			if len(got.Identities) != 1 || got.InMemory {
				t.Fatalf("after signing in: %+v", got)
			}
			if id := got.Identities[0]; id.Issuer != p.issuer || id.Resource != p.url || id.Place != "keychain" || !id.Refresh || !id.Revoke {
				t.Errorf("the stored token: %+v", id)
			}
			for _, j := range got.Identities[0].Judged {
				if j.State == "error" || j.State == "warning" {
					t.Errorf("%s is judged %s: %s", j.What, j.State, j.Text)
				}
			}
			contains(t, "the call's output", c.run(0, call...), "said: hello")

			p.takeBack()
			contains(t, "the output after a refresh", c.run(0, call...), "said: hello")
			first, second := p.await(t, "authorization_code", 1)[0], p.await(t, "refresh_token", 1)[0]
			if first.Refresh == second.Refresh || first.Access == second.Access {
				t.Error("the refresh brought the same tokens again")
			}
			if second.Asked != p.url {
				t.Errorf("the refresh asked for the resource %v, want %s", second.Asked, p.url)
			}

			c.run(0, append([]string{"signout"}, by...)...)
			if got := p.await(t, "revoked", 1)[0].Refresh; got != second.Refresh {
				t.Error("another refresh token was revoked than the last")
			}
			if got := c.tokens(by[0], by[1:]...); len(got.Identities) != 0 {
				t.Errorf("after signing out: %+v", got)
			}
			c.run(3, call...)
			if urls := o.opened(t); len(urls) > 0 {
				t.Errorf("the browser was opened again with %q", urls)
			}
			if all := p.all("registered"); len(all) != 1 {
				t.Errorf("%d clients were registered, want 1", len(all))
			}
			c.mustHaveHeard("said: hello")
			c.mustNotHold(p.secrets(t)...)
		})
	}
}
