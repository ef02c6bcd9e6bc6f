package core

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sightglass-dev/sightglass/app/profile"
)

const confirmedFile = "confirmed.json"

// Launch says what starting a server would do.
func (c *Core) Launch(id string) (Launch, error) {
	p, err := c.profile(id)
	if err != nil {
		return Launch{}, err
	}
	l := c.launch(p)
	states, err := c.Secrets(id)
	for _, s := range states {
		if s.Stored == "missing" {
			l.Missing = append(l.Missing, s)
		}
	}
	return l, err
}

func (c *Core) launch(p profile.Profile) Launch {
	l := Launch{Profile: p.ID, URL: p.URL, Command: p.Command, Args: p.Args, Cwd: p.Cwd, Searched: []string{}, EnvNames: []string{}, Missing: []SecretState{}}
	if l.Args == nil {
		l.Args = []string{}
	}
	if p.Transport != profile.Stdio {
		l.Confirmed = true
		return l
	}
	for _, e := range p.Env {
		l.EnvNames = append(l.EnvNames, e.Name)
	}
	l.Hash = profile.LaunchHash(p)
	if isSample(p) {
		l.Confirmed = true
		l.Program, _ = os.Executable()
		return l
	}
	l.Confirmed = c.isConfirmed(p.ID, l.Hash)
	env, _ := c.environ(p, nil)
	// Placeholders of the command stay: a secret is no program, and a variable is looked up when it is started.
	var err error
	if l.Program, l.Searched, err = profile.LookPath(p.Command, env, p.Cwd); err != nil {
		l.Problem = err.Error()
	}
	if l.Searched == nil {
		l.Searched = []string{}
	}
	return l
}

// isSample says whether p starts nothing but this program's own sample: then there is nothing to confirm. A sample
// with an environment or folder of its own is like any other command.
func isSample(p profile.Profile) bool {
	return p.Sample == SampleOpen && p.Transport == profile.Stdio && len(p.Env) == 0 && p.Cwd == ""
}

// Confirm allows the launch with that hash, as shown to the user.
func (c *Core) Confirm(id, hash string) error {
	p, err := c.profile(id)
	if err != nil {
		return err
	}
	if profile.LaunchHash(p) != hash {
		return input("confirm launch", "the command was changed since it was shown", "Look at it again: nothing was started.")
	}
	c.mu.Lock()
	c.confirmed[id] = hash
	c.mu.Unlock()
	return c.keepConfirmation(id, hash)
}

// isConfirmed: a launch is confirmed for this run in memory, and for later runs by a file of keyed hashes. The key
// is in the keychain, so whoever can write the file alone cannot confirm a command.
func (c *Core) isConfirmed(id, hash string) bool {
	c.mu.Lock()
	here := c.confirmed[id] == hash && hash != ""
	c.mu.Unlock()
	if here {
		return true
	}
	if c.masker(); !c.keyKept {
		return false
	}
	kept, err := c.readConfirmations()
	return err == nil && hmac.Equal([]byte(kept[id]), []byte(c.sign(id, hash)))
}

func (c *Core) sign(id, hash string) string {
	m := hmac.New(sha256.New, c.maskKey)
	fmt.Fprintf(m, "launch\x00%s\x00%s", id, hash)
	return hex.EncodeToString(m.Sum(nil))
}

func (c *Core) readConfirmations() (map[string]string, error) {
	kept := map[string]string{}
	b, err := os.ReadFile(filepath.Join(c.dir, confirmedFile))
	if errors.Is(err, os.ErrNotExist) {
		return kept, nil
	}
	if err != nil {
		return kept, err
	}
	// A damaged file confirms nothing: every command is shown once more.
	if json.Unmarshal(b, &kept) != nil {
		return map[string]string{}, nil
	}
	return kept, nil
}

func (c *Core) keepConfirmation(id, hash string) error {
	if c.masker(); !c.keyKept || c.isTemporary(id) {
		return nil // good for this run
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	kept, err := c.readConfirmations()
	if err != nil {
		return fmt.Errorf("keep the confirmation: %w", err)
	}
	for old := range kept {
		if _, ok := c.store.Get(old); !ok {
			delete(kept, old)
		}
	}
	kept[id] = c.sign(id, hash)
	b, err := json.MarshalIndent(kept, "", "  ")
	if err != nil {
		return fmt.Errorf("keep the confirmation: %w", err)
	}
	file := filepath.Join(c.dir, confirmedFile)
	if err := os.WriteFile(file+".new", b, 0o600); err != nil {
		return fmt.Errorf("keep the confirmation: %w", err)
	}
	return os.Rename(file+".new", file)
}
