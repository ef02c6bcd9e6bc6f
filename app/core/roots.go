package core

import (
	"context"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/question"
)

// rootsTime bounds telling a server that the roots changed.
const rootsTime = 10 * time.Second

// Roots returns the roots of a server's settings: roots/list is answered with them at once, unless a rule says
// otherwise.
func (c *Core) Roots(id string) RootList {
	out := RootList{Profile: id, Roots: []RootEntry{}}
	p, err := c.profile(id)
	if err != nil {
		out.Err = AsError(err)
		return out
	}
	for _, r := range p.Protocol.Roots {
		out.Roots = append(out.Roots, RootEntry{URI: r.URI, Name: r.Name, Problem: rootProblem(r.URI)})
	}
	out.Declared = c.declares(p).Roots
	cn, s, err := c.live(id)
	if err != nil {
		return out
	}
	out.Live = true
	var caps struct {
		Roots *struct {
			ListChanged bool `json:"listChanged"`
		} `json:"roots"`
	}
	if json.Unmarshal(s.Declared(), &caps) == nil {
		out.Declared, out.Changes = caps.Roots != nil, caps.Roots != nil && caps.Roots.ListChanged
	}
	cn.asked.mu.Lock()
	defer cn.asked.mu.Unlock()
	out.Asked, out.Told, out.Err = micro(cn.asked.rootsAsked), micro(cn.asked.rootsTold), AsError(cn.masked(cn.asked.rootsErr))
	return out
}

// rootProblem says what a server will make of a root.
func rootProblem(uri string) string {
	if why := question.RootProblem(uri); why != "" {
		return sentence(why)
	}
	u, err := url.Parse(uri)
	if err != nil { // RootProblem parsed it
		return ""
	}
	path := u.Path
	if runtime.GOOS == "windows" {
		path = filepath.FromSlash(strings.TrimPrefix(path, "/"))
	}
	if st, err := os.Stat(path); err != nil || !st.IsDir() {
		return "There is no such folder on this machine."
	}
	return ""
}

// sentence makes a clause a sentence.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// SetRoots replaces the roots of a server's settings. A live legacy server is told that they changed.
func (c *Core) SetRoots(id string, roots []RootEntry) (RootList, error) {
	p, err := c.profile(id)
	if err != nil {
		return c.Roots(id), err
	}
	p = p.Clone()
	p.Protocol.Roots = nil
	for _, r := range roots {
		p.Protocol.Roots = append(p.Protocol.Roots, profile.Root{URI: strings.TrimSpace(r.URI), Name: strings.TrimSpace(r.Name)})
	}
	_, err = c.Save(p, nil)
	return c.Roots(id), err
}

// rootsChanged tells a live server, unless nothing changed.
func (c *Core) rootsChanged(before, after profile.Profile) {
	if slices.Equal(before.Protocol.Roots, after.Protocol.Roots) {
		return
	}
	c.nudge(NudgeQuestions)
	cn, s, err := c.live(after.ID)
	if err != nil {
		return
	}
	c.signing.Go(func() {
		ctx, cancel := context.WithTimeout(c.life, rootsTime)
		defer cancel()
		told, err := s.RootsChanged(ctx)
		v := &cn.asked
		v.mu.Lock()
		v.rootsErr = err
		if told {
			v.rootsTold = time.Now()
		}
		v.mu.Unlock()
		c.nudge(NudgeQuestions)
	})
}

// rootsResult is what roots/list is answered with.
func (c *Core) rootsResult(id string) json.RawMessage {
	roots := []profile.Root{}
	if p, err := c.profile(id); err == nil && len(p.Protocol.Roots) > 0 {
		roots = p.Protocol.Roots
	}
	b, err := json.Marshal(map[string]any{"roots": roots})
	if err != nil { // strings only
		return json.RawMessage(`{"roots":[]}`)
	}
	return b
}
