package core

import (
	"github.com/sightglass-dev/sightglass/app/profile"
)

// Roots returns the roots of a server's settings.
func (c *Core) Roots(id string) RootList {
	out := RootList{Profile: id, Roots: []RootEntry{}}
	p, err := c.profile(id)
	if err != nil {
		out.Err = AsError(err)
		return out
	}
	for _, r := range p.Protocol.Roots {
		out.Roots = append(out.Roots, RootEntry{URI: r.URI, Name: r.Name})
	}
	out.Declared = c.opts.Answers && p.Protocol.Declares(profile.SwitchRoots)
	if _, s, err := c.live(id); err == nil {
		out.Live = true
		out.Changes = s.Info().Era == "legacy"
	}
	return out
}

// SetRoots replaces the roots of a server's settings.
func (c *Core) SetRoots(id string, roots []RootEntry) (RootList, error) {
	p, err := c.profile(id)
	if err != nil {
		return c.Roots(id), err
	}
	p.Protocol.Roots = nil
	for _, r := range roots {
		p.Protocol.Roots = append(p.Protocol.Roots, profile.Root{URI: r.URI, Name: r.Name})
	}
	if _, err := c.Save(p, nil); err != nil {
		return c.Roots(id), err
	}
	return c.Roots(id), nil
}
