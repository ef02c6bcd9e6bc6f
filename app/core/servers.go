package core

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
)

// The values of profile.Profile.Sample.
const (
	SampleOpen      = "open"
	SampleProtected = "protected"
)

func sampleProfiles() []profile.Profile {
	return []profile.Profile{
		{Name: "Sample server", Transport: profile.Stdio, Sample: SampleOpen, Command: "sightglass", Args: []string{"demo-server"}},
		{Name: "Protected sample", Transport: profile.HTTP, Sample: SampleProtected, URL: "http://127.0.0.1/mcp"},
	}
}

// Servers returns the saved servers, the temporary ones behind them, and where secrets go.
func (c *Core) Servers() ServerList {
	l := ServerList{Profiles: c.store.List(), Temporary: []string{}, File: c.store.Path()}
	if fe := c.store.FileError(); fe != nil {
		l.FileError = fe.Error()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	l.Keychain = c.keychain
	for _, id := range c.tempOrder {
		l.Profiles = append(l.Profiles, c.temporary[id])
		l.Temporary = append(l.Temporary, id)
	}
	if l.Profiles == nil {
		l.Profiles = []profile.Profile{}
	}
	return l
}

// profile returns a saved or temporary server.
func (c *Core) profile(id string) (profile.Profile, error) {
	c.mu.Lock()
	p, ok := c.temporary[id]
	c.mu.Unlock()
	if ok {
		return p, nil
	}
	if p, ok = c.store.Get(id); ok {
		return p, nil
	}
	return profile.Profile{}, input("find server", "there is no server with this id any more", "It may have been deleted by another window: look at the list.")
}

// Save adds (empty id) or changes a server; secrets go to the keychain, or stay for this run without one.
func (c *Core) Save(p profile.Profile, secrets []SecretInput) (profile.Profile, error) {
	if p.Sample != "" && p.ID == "" {
		return profile.Profile{}, input("save server", "only the built-in samples are samples", "")
	}
	p, secrets = takeOut(p, secrets)
	if c.isTemporary(p.ID) {
		if err := profile.Validate(p); err != nil {
			return profile.Profile{}, saveError(err)
		}
		before, _ := c.profile(p.ID)
		clean := before.Transport != profile.Stdio && c.seen(before) == nil
		c.mu.Lock()
		c.temporary[p.ID] = p
		c.mu.Unlock()
		c.rootsChanged(before, p)
		defer c.nudge(NudgeServers)
		return p, errors.Join(c.allowSaved(p, clean), c.SetSecrets(p.ID, secrets))
	}
	before, had := c.store.Get(p.ID)
	clean := !had || before.Transport != profile.Stdio && c.seen(before) == nil
	saved, err := c.store.Put(p)
	if err != nil {
		return profile.Profile{}, saveError(err)
	}
	defer c.nudge(NudgeServers)
	if err := errors.Join(c.allowSaved(saved, clean), c.SetSecrets(saved.ID, secrets)); err != nil {
		return saved, err
	}
	c.rootsChanged(before, saved)
	if had {
		c.forgetUnnamed(before, saved)
	}
	return saved, nil
}

// Suspects says what in a server that is being edited looks like a credential. Nothing is saved.
func (c *Core) Suspects(p profile.Profile) []Suspect {
	out := []Suspect{}
	for _, s := range profile.Suspects(p) {
		out = append(out, Suspect{Field: s.Field, Why: s.Why, Text: s.Text})
	}
	return out
}

// takeOut puts placeholders where the credentials stand that an input names by their place, and gives their values:
// they need not go to the page and back.
func takeOut(p profile.Profile, secrets []SecretInput) (profile.Profile, []SecretInput) {
	places := map[string]bool{}
	var out []SecretInput
	for _, s := range secrets {
		if s.In == "" {
			out = append(out, s)
		} else {
			places[s.In] = true
		}
	}
	if len(places) == 0 {
		return p, secrets
	}
	found := profile.Suspects(p)
	p = p.Clone()
	for _, s := range found {
		if s.Text == "" || !places[s.Field] {
			continue
		}
		out = append(out, secretInputs(s.Found)...)
		if s.Field == "url" {
			p.URL = s.Text
			continue
		}
		for i := range p.Args {
			if s.Field == fmt.Sprintf("args[%d]", i) {
				p.Args[i] = s.Text
			}
		}
	}
	return p, out
}

// Reload reads the profile file again, at once.
func (c *Core) Reload() ServerList {
	c.store.Reload()
	return c.Servers()
}

// Folder is the folder of the profile file, or why it cannot be opened.
func (c *Core) Folder() (string, error) {
	dir := filepath.Dir(c.store.Path())
	if st, err := os.Stat(dir); err != nil || !st.IsDir() {
		return "", input("open the folder", dir+" is no folder that can be opened", "Look at what is at that place.")
	}
	return dir, nil
}

// Duplicate copies a server, secrets too.
func (c *Core) Duplicate(id string) (profile.Profile, error) {
	p, err := c.profile(id)
	if err != nil {
		return p, err
	}
	if p.Sample != "" {
		return profile.Profile{}, input("duplicate server", "the built-in samples cannot be duplicated", "Add a server of your own instead.")
	}
	dup, err := c.store.Duplicate(id)
	if err != nil {
		return dup, saveError(err)
	}
	defer c.nudge(NudgeServers)
	return dup, errors.Join(c.allowSaved(dup, c.seen(p) == nil), c.copySecrets(id, dup))
}

// Delete disconnects and removes a server and its secrets. Restore brings both back while the program runs.
func (c *Core) Delete(id string) error {
	c.Disconnect(id)
	c.dropSignIn(id)
	defer c.nudge(NudgeServers)
	if c.isTemporary(id) {
		p, _ := c.profile(id)
		c.mu.Lock()
		delete(c.temporary, id)
		c.tempOrder = slices.DeleteFunc(c.tempOrder, func(s string) bool { return s == id })
		c.mu.Unlock()
		return c.deleteSecrets(p)
	}
	p, err := c.profile(id)
	if err != nil {
		return err
	}
	if err := c.store.Delete(id); err != nil {
		return saveError(err)
	}
	return c.parkSecrets(p)
}

// Restore undoes a Delete of this run.
func (c *Core) Restore(id string) (profile.Profile, error) {
	p, err := c.store.Restore(id)
	if err != nil {
		return p, saveError(err)
	}
	defer c.nudge(NudgeServers)
	return p, c.unparkSecrets(p)
}

// Reorder puts the saved servers into the given order.
func (c *Core) Reorder(ids []string) error {
	defer c.nudge(NudgeServers)
	saved := slices.DeleteFunc(slices.Clone(ids), c.isTemporary)
	return saveError(c.store.Reorder(saved))
}

func (c *Core) isTemporary(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.temporary[id]
	return ok
}

func withoutHint(e *profile.FileError) error {
	bare := *e
	bare.Hint = ""
	return &bare
}

// saveError words an error of the store for the user.
func saveError(err error) error {
	var field *profile.FieldError
	var file *profile.FileError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &field):
		return &fault.CallError{Kind: fault.Input, Step: "save server", Message: fmt.Sprintf("%s: %s", field.Field, field.Reason), Hint: "Nothing was saved.", Cause: err}
	case errors.As(err, &file):
		return &fault.CallError{Kind: fault.Input, Step: "save server", Message: withoutHint(file).Error(), Hint: file.Hint, Cause: err}
	case errors.Is(err, profile.ErrChanged):
		return &fault.CallError{Kind: fault.Input, Step: "save server", Message: "this server was changed by another program in the meantime", Hint: "The list was read again: look at what it says now, then repeat your change.", Cause: err}
	}
	return &fault.CallError{Kind: fault.Input, Step: "save server", Message: err.Error(), Cause: err}
}

// Speak makes a server's settings speak one version of the protocol, and no other; the next connect does.
func (c *Core) Speak(id, version string) error {
	p, err := c.profile(id)
	if err != nil {
		return err
	}
	switch {
	case slices.Contains(session.ModernVersions(), version):
		p.Era = profile.Era{Mode: "modern", Version: version}
	case slices.Contains(session.LegacyVersions(), version):
		p.Era = profile.Era{Mode: "legacy", Version: version}
	default:
		return input("choose the version", "Sightglass does not speak it", "It speaks "+strings.Join(append(session.ModernVersions(), session.LegacyVersions()...), ", ")+".")
	}
	_, err = c.Save(p, nil)
	return err
}

// Trust accepts a server's own certificate, by the fingerprint a failed connect showed, for this server alone.
func (c *Core) Trust(id, fingerprint string) error {
	p, err := c.profile(id)
	if err != nil {
		return err
	}
	if v, ok := c.Connection(id); !ok || v.Err == nil || v.Err.Fingerprint != fingerprint || fingerprint == "" {
		return input("trust the certificate", "the last connect met another certificate than the one shown", "Connect again and look at the fingerprint.")
	}
	p.Trust = append(slices.Clone(p.Trust), fingerprint)
	_, err = c.Save(p, nil)
	return err
}
