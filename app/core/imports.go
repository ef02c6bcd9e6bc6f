package core

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/sightglass-dev/sightglass/app/profile"
)

// ReadImport reads pasted JSON. The values found stay here under the preview's token until Accept or the next one.
func (c *Core) ReadImport(text string) ImportPreview {
	read, err := profile.ReadImport(text)
	if err != nil {
		return ImportPreview{Items: []ImportItem{}, Problem: reason(err)}
	}
	out := ImportPreview{Token: newID(), Form: read.Form, Items: []ImportItem{}}
	saved := c.store.List()
	for _, it := range read.Items {
		item := ImportItem{Key: it.Key, Profile: it.Profile, Secrets: []ImportSecret{}, Problems: it.Problems, Skip: it.Invalid}
		if item.Problems == nil {
			item.Problems = []string{}
		}
		for _, f := range it.Secrets {
			item.Secrets = append(item.Secrets, ImportSecret{Name: f.Name, Hint: hintOf(f.Value), Secret: f.Secret, Why: f.Why})
		}
		if i := slices.IndexFunc(saved, func(p profile.Profile) bool { return p.Name == it.Profile.Name }); i >= 0 {
			item.Conflict = saved[i].ID
		}
		out.Items = append(out.Items, item)
	}
	c.mu.Lock()
	c.previews = map[string]profile.Import{out.Token: read}
	c.mu.Unlock()
	return out
}

// hintOf tells one value from another without giving it away: its length, and two characters of a long one.
func hintOf(v string) string {
	n := utf8.RuneCountInString(v)
	if n < 16 {
		return strconv.Itoa(n) + " characters"
	}
	return fmt.Sprintf("%s… (%d characters)", string([]rune(v)[:2]), n)
}

// ReadImportFile is ReadImport for a file the user chose.
func (c *Core) ReadImportFile(path string) ImportPreview {
	const limit = 4 << 20 // as profile.ReadImport takes
	if st, err := os.Stat(path); err != nil {
		return ImportPreview{Items: []ImportItem{}, Problem: err.Error()}
	} else if st.Size() > limit || !st.Mode().IsRegular() {
		return ImportPreview{Items: []ImportItem{}, Problem: fmt.Sprintf("%s is not a regular file of at most %d MiB", filepath.Base(path), limit>>20)}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return ImportPreview{Items: []ImportItem{}, Problem: err.Error()}
	}
	return c.ReadImport(string(b))
}

// Accept saves the servers of a preview as the user left it: names, what is skipped, what is secret.
func (c *Core) Accept(in ImportPreview) ([]profile.Profile, error) {
	c.mu.Lock()
	read, ok := c.previews[in.Token]
	c.mu.Unlock()
	if !ok || len(read.Items) != len(in.Items) {
		return nil, input("import servers", "this preview is not the latest one", "Read the text again.")
	}
	var add []profile.Profile
	var secrets [][]SecretInput
	replaced := map[string]profile.Profile{}
	for i, it := range in.Items {
		if it.Skip || read.Items[i].Invalid {
			continue
		}
		p, found := decide(read.Items[i], it)
		if it.Replace && it.Conflict != "" {
			p.ID = it.Conflict
			if old, ok := c.store.Get(p.ID); ok {
				p, replaced[p.ID] = inPlaceOf(old, p), old
			}
		} else {
			p.Name = c.freeName(it.Profile.Name, add)
		}
		add = append(add, p)
		secrets = append(secrets, found)
	}
	saved, err := c.store.PutAll(add)
	if err != nil {
		return nil, saveError(err)
	}
	defer c.nudge(NudgeServers)
	for i, p := range saved {
		if err := c.SetSecrets(p.ID, secrets[i]); err != nil {
			return saved, err
		}
		if old, ok := replaced[p.ID]; ok {
			c.forgetUnnamed(old, p)
		}
	}
	c.mu.Lock()
	delete(c.previews, in.Token)
	c.mu.Unlock()
	return saved, nil
}

// inPlaceOf is what is imported with what an import says nothing about: how the server looks here and is spoken to.
// What vouches for one server, its certificate and its sign-in, stays only when the URL is the same.
func inPlaceOf(old, p profile.Profile) profile.Profile {
	p.Color, p.Group, p.Era, p.Protocol = old.Color, old.Group, old.Era, old.Protocol
	p.Timeouts.Connect, p.Timeouts.Probe = old.Timeouts.Connect, old.Timeouts.Probe
	if p.Timeouts.Request == 0 {
		p.Timeouts.Request = old.Timeouts.Request
	}
	switch {
	case p.Transport == profile.Stdio:
		p.LoginShellPath, p.Watch = old.LoginShellPath, old.Watch
	case p.URL == old.URL:
		p.Trust, p.Auth, p.Network = old.Trust, old.Auth, old.Network
	}
	return p
}

// decide applies the user's marks to a server as it was read: what is secret goes to the keychain, what is not goes
// back into the profile.
func decide(read profile.Item, edited ImportItem) (profile.Profile, []SecretInput) {
	p := read.Profile
	var out []SecretInput
	for i, f := range read.Secrets {
		secret := f.Secret
		if i < len(edited.Secrets) && edited.Secrets[i].Name == f.Name {
			secret = edited.Secrets[i].Secret
		}
		switch {
		case secret && !f.Secret:
			p = profile.Mark(p, f)
		case !secret && f.Secret:
			p = profile.Unmark(p, f)
		}
		if secret {
			out = append(out, SecretInput{Name: f.Name, Value: f.Value})
		}
	}
	return p, out
}

// freeName is name, or name with the first number that no saved or added server has.
func (c *Core) freeName(name string, added []profile.Profile) string {
	taken := append(c.store.List(), added...)
	free := func(n string) bool {
		return !slices.ContainsFunc(taken, func(p profile.Profile) bool { return p.Name == n })
	}
	for i, n := 2, name; ; i++ {
		if free(n) {
			return n
		}
		n = fmt.Sprintf("%s %d", name, i)
	}
}

// Export writes servers as JSON without values; form is mcpServers or servers.
func (c *Core) Export(ids []string, form string) (string, error) {
	var ps []profile.Profile
	for _, id := range ids {
		p, err := c.profile(id)
		if err != nil {
			return "", err
		}
		if p.Sample == "" { // a sample is part of the program: elsewhere it means nothing
			ps = append(ps, p)
		}
	}
	text, err := profile.Export(ps, form)
	if err != nil {
		return "", input("export servers", err.Error(), "")
	}
	return text, nil
}
