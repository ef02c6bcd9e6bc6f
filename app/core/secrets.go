package core

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/keychain"
	"github.com/sightglass-dev/sightglass/app/profile"
)

func secretItem(id, name string) string { return "profile/" + id + "/" + name }

func (c *Core) keyContext() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), 3*keychainWait)
}

// readKeychainState looks at the keychain and nudges when its state is another than the list last told: the list
// itself does not wait for the system's services.
func (c *Core) readKeychainState() {
	ctx, cancel := c.keyContext()
	defer cancel()
	s := c.keys.State(ctx)
	now := KeychainState{State: string(s.State), Name: s.Name, Text: s.Text}
	c.mu.Lock()
	changed := c.keychain != now
	c.keychain = now
	c.mu.Unlock()
	if !changed {
		return
	}
	c.nudge(NudgeServers)
	c.mu.Lock()
	all := slices.Collect(maps.Values(c.signIns))
	c.mu.Unlock()
	for _, s := range all { // a sign-in says what it waits for
		s.touch()
	}
}

// Secrets says which secrets a server names and where their values are. Those of a sign-in ("auth:…") may be missing.
func (c *Core) Secrets(id string) ([]SecretState, error) {
	p, err := c.profile(id)
	if err != nil {
		return nil, err
	}
	ctx, cancel := c.keyContext()
	defer cancel()
	out := []SecretState{}
	names := profile.Names(p)
	if !reflect.ValueOf(p.Auth).IsZero() {
		names = profile.KeptNames(p)
	}
	for _, name := range names {
		out = append(out, SecretState{Name: name, Stored: string(c.keys.Where(ctx, secretItem(id, name)))})
	}
	return out, nil
}

// keptNames lists what may be in the keychain for a server. A server without settings for signing in mostly has no
// secrets of one: it is not worth a prompt to make sure.
func (c *Core) keptNames(ctx context.Context, p profile.Profile) []string {
	if !reflect.ValueOf(p.Auth).IsZero() {
		return profile.KeptNames(p)
	}
	names := profile.Names(p)
	for _, name := range profile.AuthNames(p) {
		if c.keys.Where(ctx, secretItem(p.ID, name)) != keychain.Nowhere {
			names = append(names, name)
		}
	}
	return names
}

// SetSecrets keeps values: in the keychain or, without one, for this run.
func (c *Core) SetSecrets(id string, secrets []SecretInput) error {
	if len(secrets) > 0 {
		defer func() { go c.readKeychainState() }() // writing may have unlocked it
		defer c.outdateSignIn(id)
	}
	ctx, cancel := c.keyContext()
	defer cancel()
	for _, s := range secrets {
		item := secretItem(id, s.Name)
		var err error
		switch {
		case s.Clear:
			err = c.forget(ctx, item)
		case s.Value != "":
			err = c.keep(ctx, id, item, s.Value)
		}
		if err != nil {
			return keyError("keep "+s.Name, err)
		}
	}
	return nil
}

// outdateSignIn makes a flow that holds the secrets of before begin anew.
func (c *Core) outdateSignIn(id string) {
	c.mu.Lock()
	s := c.signIns[id]
	c.mu.Unlock()
	if s != nil {
		s.mu.Lock()
		s.outdated = true
		s.mu.Unlock()
	}
}

// keep files a value: in the keychain for a saved server, in memory for a temporary one. What is not saved must leave
// nothing behind in the user's keychain.
func (c *Core) keep(ctx context.Context, id, item, value string) error {
	if c.isTemporary(id) {
		return c.keys.Hold(item, value)
	}
	_, err := c.keys.Set(ctx, item, value)
	return err
}

// settleSecrets moves a server's values from memory into the keychain, now that it is saved.
func (c *Core) settleSecrets(p profile.Profile) error {
	return c.eachSecret(p, "keep", func(ctx context.Context, item string) error {
		if c.keys.Where(ctx, item) != keychain.InMemory {
			return nil
		}
		v, err := c.keys.Get(ctx, item)
		if err == nil {
			_, err = c.keys.Set(ctx, item, v)
		}
		return err
	})
}

// adoptPlain moves secret values that somebody wrote into the file by hand into the keychain. They leave the file
// only when the keychain has them: nothing is lost.
func (c *Core) adoptPlain() {
	ctx, cancel := c.keyContext()
	defer cancel()
	kept := map[string]bool{}
	for _, s := range c.store.Plain() {
		place, err := c.keys.Set(ctx, secretItem(s.ID, s.Name), s.Value)
		ok := err == nil && place == keychain.InKeychain
		if was, seen := kept[s.ID]; seen {
			ok = ok && was
		}
		kept[s.ID] = ok
	}
	for id, ok := range kept {
		if p, found := c.store.Get(id); ok && found {
			_, _ = c.store.Put(p) // refused: the file keeps the values, and the list says why
		}
	}
}

// forgetUnnamed deletes the secrets a changed server names no longer.
func (c *Core) forgetUnnamed(before, after profile.Profile) {
	ctx, cancel := c.keyContext()
	defer cancel()
	now := profile.KeptNames(after)
	for _, name := range c.keptNames(ctx, before) {
		if !slices.Contains(now, name) {
			_ = c.forget(ctx, secretItem(before.ID, name)) // a later run finds it unnamed: it is never used
		}
	}
}

// copySecrets gives a duplicate the values of its original.
func (c *Core) copySecrets(from string, to profile.Profile) error {
	ctx, cancel := c.keyContext()
	defer cancel()
	var errs []error
	original := to
	original.ID = from
	for _, name := range c.keptNames(ctx, original) {
		v, err := c.keys.Get(ctx, secretItem(from, name))
		if errors.Is(err, keychain.ErrNotFound) || errors.Is(err, keychain.ErrUnavailable) {
			continue // Connect asks for it
		}
		if err == nil {
			err = c.keep(ctx, to.ID, secretItem(to.ID, name), v)
		}
		if err != nil {
			errs = append(errs, keyError("copy "+name, err))
		}
	}
	return errors.Join(errs...)
}

// parkSecrets sets a deleted server's secrets aside for Restore, for this run.
func (c *Core) parkSecrets(p profile.Profile) error {
	return c.eachSecret(p, "forget", func(ctx context.Context, item string) error {
		if v, err := c.keys.Get(ctx, item); err == nil {
			c.mu.Lock()
			c.parked[item] = v
			c.mu.Unlock()
		}
		return c.forget(ctx, item)
	})
}

// forget deletes a value. Without a keychain there is none to delete: that is no error.
func (c *Core) forget(ctx context.Context, item string) error {
	err := c.keys.Delete(ctx, item)
	if errors.Is(err, keychain.ErrUnavailable) {
		return nil
	}
	return err
}

func (c *Core) unparkSecrets(p profile.Profile) error {
	return c.eachSecret(p, "keep", func(ctx context.Context, item string) error {
		c.mu.Lock()
		v, ok := c.parked[item]
		delete(c.parked, item)
		c.mu.Unlock()
		if !ok {
			return nil
		}
		_, err := c.keys.Set(ctx, item, v)
		return err
	})
}

func (c *Core) deleteSecrets(p profile.Profile) error {
	return c.eachSecret(p, "forget", c.forget)
}

// eachSecret does something with every secret a server names, and goes on after one that fails.
func (c *Core) eachSecret(p profile.Profile, doing string, do func(ctx context.Context, item string) error) error {
	ctx, cancel := c.keyContext()
	defer cancel()
	var errs []error
	for _, name := range c.keptNames(ctx, p) {
		if err := do(ctx, secretItem(p.ID, name)); err != nil {
			errs = append(errs, keyError(doing+" "+name, err))
		}
	}
	return errors.Join(errs...)
}

// keyError words a keychain error. It never holds the value.
func keyError(doing string, err error) error {
	hint := "The value is not kept. Try again, or look at the system's keychain."
	if errors.Is(err, keychain.ErrLocked) || errors.Is(err, keychain.ErrPending) {
		hint = "Unlock the system's keychain, then try again."
	}
	if errors.Is(err, keychain.ErrTooLarge) {
		hint = "Shorten the value."
	}
	return &fault.CallError{Kind: fault.Input, Step: doing, Message: strings.TrimSpace(fmt.Sprint(err)), Hint: hint, Cause: err}
}
