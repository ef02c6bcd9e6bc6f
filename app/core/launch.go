package core

import (
	"os"
	"slices"

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
	l := Launch{Profile: p.ID, URL: p.URL, Command: p.Command, Args: p.Args, Cwd: p.Cwd, Searched: []string{}, EnvNames: []string{}, Missing: []SecretState{}, Changes: []LaunchChange{}}
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
	c.allow(p)
	return c.keepAllowed(id)
}
