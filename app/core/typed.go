package core

import (
	"errors"
	"fmt"
	"slices"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// maxTyped is the longest line the box takes, in bytes: a command line of any system is shorter.
const maxTyped = 32 << 10

// Type reads what was typed into the box. Nothing is started or saved.
func (c *Core) Type(text string) Typed {
	t := Typed{Kind: "invalid", Secrets: []SecretInput{}}
	if len(text) > maxTyped {
		t.Problem = fmt.Sprintf("the line is longer than %d bytes", maxTyped)
		return t
	}
	kind, p, found, err := profile.ParseLine(text)
	if err != nil {
		t.Problem = reason(err)
		return t
	}
	t.Kind, t.Profile = string(kind), p
	for _, f := range found {
		if f.Secret {
			t.Secrets = append(t.Secrets, SecretInput{Name: f.Name})
		}
	}
	t.Launch = c.launch(p)
	t.Problem = t.Launch.Problem
	return t
}

// Use makes a temporary server of what was typed.
func (c *Core) Use(text string) (profile.Profile, error) {
	_, p, found, err := profile.ParseLine(text)
	if err != nil {
		return profile.Profile{}, input("read the line", reason(err), "")
	}
	id, err := c.UseProfile(p, false)
	if err != nil {
		return profile.Profile{}, err
	}
	if err := c.SetSecrets(id, secretInputs(found)); err != nil {
		return profile.Profile{}, err
	}
	return c.profile(id)
}

func secretInputs(found []profile.Found) []SecretInput {
	var out []SecretInput
	for _, f := range found {
		if f.Secret {
			out = append(out, SecretInput{Name: f.Name, Value: f.Value})
		}
	}
	return out
}

// UseProfile makes a temporary server. With trusted its launch needs no confirmation: the user gave the command
// on the command line.
func (c *Core) UseProfile(p profile.Profile, trusted bool) (id string, err error) {
	p.ID = newID()
	if err := profile.Validate(p); err != nil {
		return "", saveError(err)
	}
	c.mu.Lock()
	c.temporary[p.ID] = p
	c.tempOrder = append(c.tempOrder, p.ID)
	if trusted {
		c.confirmed[p.ID] = profile.LaunchHash(p)
	}
	c.mu.Unlock()
	c.nudge(NudgeServers)
	return p.ID, nil
}

// UseSaved makes a temporary copy of a saved server, found by name or id and changed by change. It refuses a
// command that was not confirmed unless yes.
func (c *Core) UseSaved(name string, yes bool, change func(*profile.Profile)) (id string, err error) {
	all := append(c.store.List(), sampleProfiles()...)
	i := slices.IndexFunc(all, func(p profile.Profile) bool { return p.ID == name || p.Name == name })
	if i < 0 {
		return "", &fault.CallError{Server: name, Kind: fault.Connect, Step: "find server", Message: fmt.Sprintf("no saved server is named %q", name), Hint: "Give a saved server's name, a URL, or a command behind --."}
	}
	p := all[i]
	l := c.launch(p)
	if !l.Confirmed && !yes {
		return "", &fault.CallError{
			Server: p.Name, Kind: fault.Input, Step: "start process", Message: "this server's command was not confirmed yet",
			Hint: "Look at it, then repeat with --yes, or confirm it in the window.", Detail: profile.CommandLine(p),
		}
	}
	change(&p)
	from := p.ID
	if id, err = c.UseProfile(p, true); err != nil {
		return "", err
	}
	p.ID = id
	c.mu.Lock()
	c.temporary[id] = p
	c.mu.Unlock()
	return id, c.copySecrets(from, p)
}

// Keep saves a temporary server under its id, so that its connection and secrets stay.
func (c *Core) Keep(id string) (profile.Profile, error) {
	p, err := c.profile(id)
	if err != nil || !c.isTemporary(id) {
		return p, err
	}
	saved, err := c.store.Put(p)
	if err != nil {
		return saved, saveError(err)
	}
	c.mu.Lock()
	delete(c.temporary, id)
	c.tempOrder = slices.DeleteFunc(c.tempOrder, func(s string) bool { return s == id })
	c.mu.Unlock()
	c.nudge(NudgeServers)
	return saved, nil
}

// reason is an error's text for a field, with the place where reading stopped.
func reason(err error) string {
	var t *profile.TextError
	if errors.As(err, &t) {
		return t.Error()
	}
	return err.Error()
}
