package core

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/demo"
	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/transport"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// target fills a profile's placeholders and makes it ready to be reached. Every secret it fills in is known to the
// masker from then on.
func (c *Core) target(ctx context.Context, p profile.Profile, conn string) (transport.Target, error) {
	t := transport.Target{Server: p.Name, Conn: conn, Transport: p.Transport, MaxMessage: p.Protocol.Limits.MessageBytes}
	if p.Sample != "" {
		var err error
		if p, err = c.sample(ctx, p); err != nil {
			return t, err
		}
	}
	secrets := map[string]string{}
	filled, missing, err := profile.Fill(p, profile.Lookup{
		Secret: func(name string) (string, bool) {
			v, err := c.keys.Get(ctx, secretItem(p.ID, name))
			if err != nil {
				return "", false
			}
			secrets[name] = v
			return v, true
		},
		Environ: func(name string) (string, bool) { // ${GITHUB_TOKEN} is as secret as ${secret:github}
			v, ok := os.LookupEnv(name)
			if yes, _ := profile.LooksSecret(name, v); yes {
				secrets[name] = v
			}
			return v, ok
		},
	})
	if err != nil {
		return t, connectError(p.Name, err.Error(), "Edit the server.")
	}
	if len(missing) > 0 {
		return t, connectError(p.Name, "no value for "+strings.Join(missing, ", "), "Give the values, or edit the server.")
	}
	for name, v := range secrets {
		c.masker().Add(conn, secretKind(name), v)
	}
	t.Command, t.Args, t.Dir, t.URL, t.Trust = filled.Command, filled.Args, filled.Cwd, filled.URL, filled.Trust
	t.Network = transport.Network(filled.Network)
	if t.Dir == "" {
		t.Dir, _ = os.UserHomeDir()
	}
	t.Headers = http.Header{}
	for _, h := range filled.Headers {
		t.Headers.Add(h.Name, h.Value)
	}
	if p.Transport == profile.Stdio {
		var note string
		t.Env, note = c.environ(filled, nil)
		if note != "" {
			c.log.Append(wire.Draft{Entry: wire.Entry{Conn: conn, Kind: wire.KindLifecycle, Note: note}})
		}
	}
	return t, nil
}

// secretKind is the word a placeholder shows for a secret of that name.
func secretKind(name string) string {
	if strings.EqualFold(name, "header:Authorization") {
		return "token"
	}
	return "secret"
}

func connectError(server, message, hint string) error {
	return &fault.CallError{Server: server, Kind: fault.Connect, Step: "read the profile", Message: message, Hint: hint}
}

// sample fills in what only this run of the program knows about a built-in sample.
func (c *Core) sample(ctx context.Context, p profile.Profile) (profile.Profile, error) {
	switch p.Sample {
	case SampleOpen:
		exe, err := os.Executable()
		if err != nil {
			return p, connectError(p.Name, "this program does not find itself: "+err.Error(), "")
		}
		p.Transport, p.Command, p.Args = profile.Stdio, exe, []string{"demo-server"}
		off := false
		p.LoginShellPath = &off
	case SampleProtected:
		seed := c.sampleSeed()
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.protected != nil && !c.protected.Alive(ctx) {
			c.protected = nil // it was another process's, which ended
		}
		if c.protected == nil {
			s, err := demo.StartProtected(ctx, demo.Options{Seed: seed})
			if err != nil {
				return p, connectError(p.Name, err.Error(), "")
			}
			c.protected = s
		}
		p.Transport, p.URL = profile.HTTP, c.protected.URL()
	}
	return p, nil
}

// sampleSeed makes the protected sample the same from run to run, as long as tokens are kept from run to run: its key is
// in the keychain beside them.
func (c *Core) sampleSeed() []byte {
	c.masker()
	m := hmac.New(sha256.New, c.maskKey)
	_, _ = m.Write([]byte("protected sample")) // a hash's Write never fails
	return m.Sum(nil)
}

// environ is a child's whole environment: this program's, the login shell's PATH where asked for, the profile's own
// variables on top. note says why the login shell's PATH could not be had.
func (c *Core) environ(p profile.Profile, base []string) (env []string, note string) {
	if base == nil {
		base = os.Environ()
	}
	env = slices.DeleteFunc(slices.Clone(base), func(kv string) bool { return strings.HasPrefix(kv, "SIGHTGLASS_") })
	if c.wantsLoginPath(p) {
		path, err := c.loginPath()
		if err != nil {
			note = fmt.Sprintf("the login shell did not tell its PATH (%v): this program's own is used", err)
		} else {
			env = setEnv(env, "PATH", path)
		}
	}
	for _, v := range p.Env {
		env = setEnv(env, v.Name, v.Value)
	}
	return env, note
}

func (c *Core) wantsLoginPath(p profile.Profile) bool {
	if p.LoginShellPath != nil {
		return *p.LoginShellPath
	}
	return c.opts.Desktop
}

// setEnv replaces or adds a variable; names are case-insensitive on Windows.
func setEnv(env []string, name, value string) []string {
	same := func(kv string) bool {
		n, _, _ := strings.Cut(kv, "=")
		return n == name || runtime.GOOS == "windows" && strings.EqualFold(n, name)
	}
	return append(slices.DeleteFunc(env, same), name+"="+value)
}
