package core

import (
	"errors"
	"fmt"
	"slices"
	"strings"

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
	t.Launch = Launch{URL: p.URL, Confirmed: true, Args: []string{}, Searched: []string{}, EnvNames: []string{}, Missing: []SecretState{}, Changes: []LaunchChange{}, Settings: []LaunchChange{}}
	if p.Transport == profile.Stdio {
		t.Launch = c.launch(p)
	}
	t.Problem = t.Launch.Problem
	return t
}

// Use makes a temporary server of what was typed.
func (c *Core) Use(text string) (profile.Profile, error) {
	_, p, found, err := profile.ParseLine(text)
	if err != nil {
		return profile.Profile{}, input("read the line", reason(err), "")
	}
	id, err := c.UseProfile(p, found, false)
	if err != nil {
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

// UseProfile makes a temporary server; the secrets taken out of it stay in memory. With trusted its launch needs no
// confirmation: the user gave the command on the command line.
func (c *Core) UseProfile(p profile.Profile, found []profile.Found, trusted bool) (id string, err error) {
	p.ID = newID()
	var field *profile.FieldError
	if err := profile.Validate(p); errors.As(err, &field) {
		return "", &fault.CallError{Kind: fault.Input, Step: "read the target", Message: field.Field + " " + field.Reason, Hint: "Nothing was started.", Cause: err}
	}
	c.mu.Lock()
	c.temporary[p.ID] = p
	c.tempOrder = append(c.tempOrder, p.ID)
	c.mu.Unlock()
	if trusted || p.Transport != profile.Stdio && profile.Trusting(p) { // a URL is typed by hand: Enter connects
		c.allow(p)
	}
	c.nudge(NudgeServers)
	return p.ID, c.SetSecrets(p.ID, secretInputs(found))
}

// find returns the saved server, or built-in sample, of an id or name.
func (c *Core) find(name string) (profile.Profile, error) {
	if p, ok := c.store.Get(name); ok {
		return p, nil
	}
	named := func(ps []profile.Profile) []profile.Profile {
		return slices.DeleteFunc(ps, func(p profile.Profile) bool { return p.Name != name })
	}
	saved := named(c.store.List())
	if len(saved) > 1 {
		var ids []string
		for _, p := range saved {
			ids = append(ids, p.ID+"  "+p.URL+profile.CommandLine(p))
		}
		return profile.Profile{}, &fault.CallError{
			Kind: fault.Input, Step: "find server", Message: fmt.Sprintf("%d saved servers are named %q", len(saved), name),
			Hint: "Give the id of one of them instead of the name.", Detail: strings.Join(ids, "\n"),
		}
	}
	if found := append(saved, named(sampleProfiles())...); len(found) > 0 {
		return found[0], nil
	}
	e := &fault.CallError{
		Kind: fault.Connect, Step: "find server", Message: fmt.Sprintf("no saved server is named %q", name),
		Hint: "Give a saved server's name, a URL that begins with http:// or https://, or a command behind --.",
	}
	if broken := c.store.FileError(); broken != nil {
		e.Message, e.Detail = e.Message+": the saved servers cannot be read", broken.Error()
	}
	return profile.Profile{}, e
}

// unconfirmed is the refusal of a saved server that nobody has looked at, with what there is to see.
func unconfirmed(p profile.Profile, l Launch) error {
	e := &fault.CallError{
		Server: p.Name, Kind: fault.Input, Step: "start process", Message: "this server's command was not confirmed yet",
		Hint: "Look at it, then repeat with --yes, or confirm it in the window.", Detail: profile.CommandLine(p),
	}
	if p.Transport == profile.Stdio {
		return e
	}
	e.Step, e.Message, e.Detail = "use the settings", "this server's settings were not confirmed yet", ""
	for _, s := range l.Settings {
		for _, line := range s.Lines {
			e.Detail += s.Field + ": " + line.Text + "\n"
		}
	}
	return e
}

// UseSaved makes a temporary copy of a saved server, found by name or id and changed by change; secrets win over
// the values kept. It refuses a command that was not confirmed unless yes, and one that lacks values.
func (c *Core) UseSaved(name string, yes bool, secrets []SecretInput, change func(*profile.Profile)) (id string, err error) {
	p, err := c.find(name)
	if err != nil {
		return "", err
	}
	l := c.launch(p)
	if !l.Confirmed && !yes {
		return "", unconfirmed(p, l)
	}
	change(&p)
	from := p.ID
	if id, err = c.UseProfile(p, nil, true); err != nil {
		return "", err
	}
	p.ID = id
	if from == "" {
		from = "sample-" + p.Sample
	}
	c.mu.Lock()
	c.owners[id] = from
	c.mu.Unlock()
	c.adoptPlain() // what stands in the file in clear may not have been taken over yet
	if err := c.copySecrets(from, p); err != nil {
		return id, err
	}
	if err := c.SetSecrets(id, secrets); err != nil {
		return id, err
	}
	if l, err = c.Launch(id); err != nil || len(l.Missing) == 0 {
		return id, err
	}
	return id, &fault.CallError{
		Server: p.Name, Kind: fault.Input, Step: "read the profile", Message: "some values are missing: the keychain does not have them",
		Hint: "Give each as --secret NAME=value, or save it in the window.", Detail: names(l.Missing),
	}
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
	return saved, errors.Join(c.settleSecrets(saved), c.keepAllowed(id), c.signIn(id).settleTokens())
}

// reason is an error's text for a field, with the place where reading stopped.
func reason(err error) string {
	var t *profile.TextError
	if errors.As(err, &t) {
		return t.Error()
	}
	return err.Error()
}
