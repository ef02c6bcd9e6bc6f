package core

import (
	"os"
	"slices"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// Launch says what starting a server would do.
func (c *Core) Launch(id string) (Launch, error) {
	p, err := c.profile(id)
	if err != nil {
		return Launch{}, err
	}
	l := c.launch(p)
	states, err := c.Secrets(id)
	for _, s := range states {
		if s.Stored == "missing" && !slices.Contains(profile.AuthNames(p), s.Name) {
			l.Missing = append(l.Missing, s)
		}
	}
	return l, err
}

func (c *Core) launch(p profile.Profile) Launch {
	l := Launch{Profile: p.ID, URL: p.URL, Command: p.Command, Args: p.Args, Cwd: p.Cwd, Searched: []string{}, EnvNames: []string{}, Missing: []SecretState{}, Changes: []LaunchChange{}, Settings: []LaunchChange{}}
	if l.Args == nil {
		l.Args = []string{}
	}
	if p.Transport != profile.Stdio {
		return c.reach(p, l)
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
	var changes []LaunchChange
	l.Confirmed, l.Since, changes = c.allowed(p, l.Hash)
	l.Changes = append(l.Changes, changes...)       // never nil: the window reads a list
	l.Args = append([]string{}, c.shown(p).Args...) // after the hash: that is over the true ones
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

// reach is the launch of a server over HTTP: what its settings trust and send is to be seen as a command is. One
// without such settings needs no word, unless it had others when the user allowed it last.
func (c *Core) reach(p profile.Profile, l Launch) Launch {
	if !profile.Trusting(p) && !c.hasAllowed(p.ID) {
		l.Confirmed = true
		return l
	}
	l.Hash = profile.LaunchHash(p)
	var changes []LaunchChange
	l.Confirmed, l.Since, changes = c.allowed(p, l.Hash)
	l.Changes = append(l.Changes, changes...)
	shown := c.shown(p).Reach
	for _, f := range shown {
		field := LaunchChange{Field: f.Name, Lines: []ChangeLine{}}
		for _, text := range f.Lines {
			field.Lines = append(field.Lines, ChangeLine{Text: text})
		}
		l.Settings = append(l.Settings, field)
	}
	if len(shown) > 0 {
		l.URL = shown[0].Lines[0]
	}
	return l
}

// hasAllowed says whether the user allowed a launch of this server before.
func (c *Core) hasAllowed(id string) bool {
	c.mu.Lock()
	_, here := c.confirmed[id]
	c.mu.Unlock()
	if here {
		return true
	}
	kept, _ := c.readConfirmations() // of a damaged file nothing is known
	_, there := kept[id]
	return there
}

// seen says why the settings of a server over HTTP may not be used: they were changed by another program, or imported,
// and nobody has looked at them.
func (c *Core) seen(p profile.Profile) error {
	if p.Transport == profile.Stdio || c.launch(p).Confirmed {
		return nil
	}
	return &fault.CallError{
		Server: p.Name, Kind: fault.Input, Step: "use the settings", Message: "the settings of this server were not confirmed since they were imported or changed outside Sightglass",
		Hint: "Connect again: what changed is shown first.",
	}
}

// allowSaved notes what the user typed and saved over HTTP as seen, where nothing that came from elsewhere is under it.
func (c *Core) allowSaved(p profile.Profile, clean bool) error {
	if p.Transport == profile.Stdio || !clean || !profile.Trusting(p) && !c.hasAllowed(p.ID) {
		return nil
	}
	c.allow(p)
	return c.keepAllowed(p.ID)
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
		return input("confirm launch", "it was changed since it was shown", "Look at it again: nothing was started or sent.")
	}
	c.allow(p)
	return c.keepAllowed(id)
}
