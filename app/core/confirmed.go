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
	"slices"

	"github.com/sightglass-dev/sightglass/app/internal/atomicfile"
	"github.com/sightglass-dev/sightglass/app/profile"
)

const confirmedFile = "confirmed.json"

// allowance is a launch the user allowed, as it is kept for later runs. The key of Sign and Seal is in the keychain,
// so whoever can write the file alone can neither confirm a command nor hide what changed in one.
type allowance struct {
	Sign   string      `json:"sign"`   // over the server's id and the launch hash: decides whether a launch is confirmed
	Launch launchShown `json:"launch"` // for people only: what to compare the next launch with
	Seal   string      `json:"seal"`   // over id, Sign and Launch: a Launch that was edited is not shown
	hash   string      // of the launch, for one allowed in this run
}

// launchShown is a launch as it is shown, without the value of any secret.
type launchShown struct {
	Command string   `json:"command"`
	Args    []string `json:"args,omitempty"`
	Env     []string `json:"env,omitempty"` // names
	Cwd     string   `json:"cwd,omitempty"`
	// Reach is how a server over HTTP is reached, sent credentials and trusted.
	Reach []profile.Field `json:"reach,omitempty"`
}

// shown masks what looks like a credential in the arguments: by a keyed hash, so that equal ones look equal.
func (c *Core) shown(p profile.Profile) launchShown {
	c.masker()
	mask := func(value string) string { return "‹secret #" + c.mac("argument", value)[:8] + "›" }
	if p.Transport != profile.Stdio {
		return launchShown{Reach: profile.Reach(p, mask)}
	}
	s := launchShown{Command: p.Command, Cwd: p.Cwd, Args: profile.MaskArgs(p.Args, mask)}
	for _, v := range p.Env {
		s.Env = append(s.Env, v.Name)
	}
	return s
}

// mac is the keyed hash (hex) of parts, each with its length: no two lists of parts read alike.
func (c *Core) mac(parts ...string) string {
	m := hmac.New(sha256.New, c.maskKey)
	for _, p := range parts {
		fmt.Fprintf(m, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(m.Sum(nil))
}

func (c *Core) sign(id, hash string) string { return c.mac("launch", id, hash) }

func (c *Core) seal(id string, a allowance) (string, error) {
	b, err := json.Marshal(a.Launch)
	return c.mac("allowed launch", id, a.Sign, string(b)), err
}

// The values of Launch.Since.
const (
	sinceNew        = "new"
	sinceChanged    = "changed"
	sinceUnverified = "unverified"
)

// allowed compares a launch with the one the user allowed last: whether it is the same, and if not, what to say
// about it and what changed. A launch is allowed for this run in memory, and for later runs by the file.
func (c *Core) allowed(p profile.Profile, hash string) (ok bool, since string, changes []LaunchChange) {
	c.mu.Lock()
	last, here := c.confirmed[p.ID]
	c.mu.Unlock()
	if !here {
		kept, err := c.readConfirmations()
		var listed bool
		if last, listed = kept[p.ID]; !listed && err == nil {
			return false, sinceNew, nil
		}
		if c.masker(); !c.keyKept || err != nil {
			return false, sinceUnverified, nil
		}
		if hmac.Equal([]byte(last.Sign), []byte(c.sign(p.ID, hash))) {
			return true, "", nil
		}
		seal, err := c.seal(p.ID, last)
		if err != nil || !hmac.Equal([]byte(last.Seal), []byte(seal)) {
			return false, sinceUnverified, nil
		}
	} else if last.hash == hash && hash != "" {
		return true, "", nil
	}
	return false, sinceChanged, changesOf(last.Launch, c.shown(p))
}

// allow remembers a launch the user has seen, for this run.
func (c *Core) allow(p profile.Profile) {
	a := allowance{hash: profile.LaunchHash(p), Launch: c.shown(p)}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.confirmed[p.ID] = a
}

func (c *Core) readConfirmations() (map[string]allowance, error) {
	kept := map[string]allowance{}
	b, err := os.ReadFile(filepath.Join(c.dir, confirmedFile))
	if errors.Is(err, os.ErrNotExist) {
		return kept, nil
	}
	if err != nil {
		return kept, err
	}
	// A damaged file confirms nothing: every command is shown once more.
	if err := json.Unmarshal(b, &kept); err != nil {
		return map[string]allowance{}, fmt.Errorf("%w: %w", errDamaged, err)
	}
	return kept, nil
}

var errDamaged = errors.New("the file of allowed commands cannot be read")

// keepAllowed files what was allowed in this run for the next ones. Without a keychain, and for a temporary server,
// it is good for this run only.
func (c *Core) keepAllowed(id string) error {
	if c.masker(); !c.keyKept || c.isTemporary(id) {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.confirmed[id]
	if !ok {
		return nil
	}
	kept, err := c.readConfirmations()
	if err != nil && !errors.Is(err, errDamaged) {
		return fmt.Errorf("keep the confirmation: %w", err)
	}
	for old := range kept {
		if _, ok := c.store.Get(old); !ok {
			delete(kept, old)
		}
	}
	a.Sign = c.sign(id, a.hash)
	if a.Seal, err = c.seal(id, a); err != nil {
		return fmt.Errorf("keep the confirmation: %w", err)
	}
	kept[id] = a
	b, err := json.MarshalIndent(kept, "", "  ")
	if err != nil {
		return fmt.Errorf("keep the confirmation: %w", err)
	}
	if err := atomicfile.Replace(filepath.Join(c.dir, confirmedFile), b); err != nil {
		return fmt.Errorf("keep the confirmation: %w", err)
	}
	return nil
}

// changesOf is what differs between two launches, field by field.
func changesOf(was, now launchShown) []LaunchChange {
	var out []LaunchChange
	one := func(s string) []string {
		if s == "" {
			return nil
		}
		return []string{s}
	}
	for _, f := range []struct {
		name     string
		was, now []string
	}{
		{"command", one(was.Command), one(now.Command)},
		{"args", was.Args, now.Args},
		{"env", was.Env, now.Env},
		{"cwd", one(was.Cwd), one(now.Cwd)},
	} {
		if lines, differ := diffLines(f.was, f.now); differ {
			out = append(out, LaunchChange{Field: f.name, Lines: lines})
		}
	}
	return append(out, reachChanges(was.Reach, now.Reach)...)
}

// reachChanges compares fields by their names; what is not set any more comes last.
func reachChanges(was, now []profile.Field) []LaunchChange {
	linesOf := func(list []profile.Field, name string) []string {
		if i := slices.IndexFunc(list, func(f profile.Field) bool { return f.Name == name }); i >= 0 {
			return list[i].Lines
		}
		return nil
	}
	var out []LaunchChange
	for _, f := range slices.Concat(now, was) {
		if slices.ContainsFunc(out, func(c LaunchChange) bool { return c.Field == f.Name }) {
			continue
		}
		if lines, differ := diffLines(linesOf(was, f.Name), linesOf(now, f.Name)); differ {
			out = append(out, LaunchChange{Field: f.Name, Lines: lines})
		}
	}
	return out
}

// diffLines is the shortest way from one list to the other: lines kept, "-" and "+". Both lists are bounded by
// profile.MaxItems.
func diffLines(was, now []string) (lines []ChangeLine, differ bool) {
	common := make([][]int, len(was)+1) // of was[i:] and now[j:]
	for i := range common {
		common[i] = make([]int, len(now)+1)
	}
	for i := len(was) - 1; i >= 0; i-- {
		for j := len(now) - 1; j >= 0; j-- {
			common[i][j] = max(common[i+1][j], common[i][j+1])
			if was[i] == now[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	i, j := 0, 0
	for i < len(was) || j < len(now) {
		switch {
		case i < len(was) && j < len(now) && was[i] == now[j]:
			lines = append(lines, ChangeLine{Text: was[i]})
			i, j = i+1, j+1
		case j == len(now) || i < len(was) && common[i+1][j] >= common[i][j+1]:
			lines = append(lines, ChangeLine{Mark: "-", Text: was[i]})
			i, differ = i+1, true
		default:
			lines = append(lines, ChangeLine{Mark: "+", Text: now[j]})
			j, differ = j+1, true
		}
	}
	return lines, differ
}
